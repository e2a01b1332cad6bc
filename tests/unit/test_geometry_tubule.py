"""One tubule on insulator and electrolyte: areas, names, the mouth, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry import Tubule, tubule_mesh
from tubewall.geometry.triangles import outer_sides
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def drawn(**changes: Any) -> Tubule:
    standard = {
        "bore": 100 * nm,
        "wall": 10 * nm,
        "height": 200 * nm,
        "insulator_thickness": 20 * nm,
        "electrolyte_thickness": 300 * nm,
        "mouth_fillet": 5 * nm,
    }
    return Tubule(**{**standard, **changes})


DRAWINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "level in the insulator": {"lithium_level": 8 * nm},
    "level at the insulator's top": {"lithium_level": 20 * nm},
    "level just above": {"lithium_level": 21 * nm},
    "no gap": {"cell_radius": 60 * nm},
    "wide cell": {"cell_radius": 500 * nm, "electrolyte_thickness": 1500 * nm},
    "sharp mouth": {"mouth_fillet": 0.0},
    "large fillet": {"mouth_fillet": 40 * nm},
    "thin film": {"insulator_thickness": 2 * nm, "wall": 3 * nm},
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_areas_of_the_half_section_are_the_closed_forms(name: str) -> None:
    tubule = drawn(**DRAWINGS[name])
    mesh = tubule_mesh(tubule)
    fillet, inner = tubule.mouth_fillet, tubule.bore / 2
    assert mesh.area("wall") == near(tubule.wall * tubule.height, rel=1e-9)
    assert mesh.area("insulator") == near((tubule.radius - inner) * tubule.insulator_thickness, rel=1e-9)
    # a pocket as deep as the fillet, its corner filled by the square less the quarter circle
    pocket = inner * fillet - fillet**2 * (1 - math.pi / 4)
    block = tubule.radius * tubule.electrolyte_thickness
    assert mesh.area("electrolyte") == near(block - pocket, rel=1e-7)


@pytest.mark.parametrize("name", DRAWINGS)
def test_boundaries_have_their_lengths_and_cover_all_outer_sides(name: str) -> None:
    tubule = drawn(**DRAWINGS[name])
    mesh = tubule_mesh(tubule)
    fillet, inner = tubule.mouth_fillet, tubule.bore / 2
    gap = tubule.radius - tubule.outer_radius
    lengths = {
        "lithium": tubule.level,
        "gas": tubule.top - tubule.level,
        "mouth": inner - fillet + math.pi / 2 * fillet,
        "axis": tubule.electrolyte_thickness - fillet,
        "bottom": tubule.radius,
        "top": tubule.wall,
        "outer": tubule.electrolyte_thickness + tubule.insulator_thickness,
    }
    if tubule.has_gap:
        lengths["gap"] = gap + tubule.height
    else:
        lengths["outer"] += tubule.height
    assert {boundary: mesh.length(boundary) for boundary in mesh.boundaries} == near(lengths, rel=1e-6)
    outer = outer_sides(mesh.cells, len(mesh.points))
    assert sum(map(len, mesh.boundaries.values())) == len(outer)


def test_the_mouth_is_a_quarter_circle_tangent_to_floor_and_bore() -> None:
    tubule = drawn()
    mesh = tubule_mesh(tubule)
    points = mesh.points[np.unique(mesh.boundary("mouth"))]
    on_arc = points[points[:, 0] > 45.01 * nm]
    assert np.hypot(on_arc[:, 0] - 45 * nm, on_arc[:, 1]) == near(5 * nm, rel=1e-12)
    assert points[:, 0].max() == near(50 * nm, rel=1e-12)
    assert points[:, 1].min() == near(-5 * nm, rel=1e-12)
    # six elements on the quarter circle
    assert len(on_arc) >= 2 * 6


def test_the_axis_is_exactly_at_zero_and_nothing_beyond() -> None:
    mesh = tubule_mesh(drawn())
    assert (mesh.points[np.unique(mesh.boundary("axis")), 0] == 0).all()
    assert (mesh.points[:, 0] >= 0).all()


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_cells_are_well_shaped(name: str) -> None:
    quality = tubule_mesh(drawn(**DRAWINGS[name])).quality()
    assert quality.smallest_angle > 20
    assert quality.smallest_jacobian > 0.8


def test_the_wall_has_the_elements_asked_for() -> None:
    for elements in (2, 4, 8):
        assert len(tubule_mesh(drawn(), elements_through_wall=elements).boundary("top")) >= elements


def test_the_default_cell_has_the_area_of_its_hexagon() -> None:
    tubule = drawn()
    pitch = 120 * nm
    assert math.pi * tubule.radius**2 == near(math.sqrt(3) / 2 * pitch**2, rel=1e-12)


def test_the_default_level_is_the_middle_of_the_wall() -> None:
    # insulator of 20 nm and half of 200 nm
    assert drawn().level == near(120 * nm, rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wall": 0}, "Tubule.wall must be positive"),
        ({"wall": math.nan}, "Tubule.wall must be a finite number"),
        ({"height": "200 nm"}, "Tubule.height must be a number of metres"),
        ({"bore": True}, "Tubule.bore must be a number of metres, got True"),
        ({"insulator_thickness": 1e-11 * nm}, "must lie between 1 pm"),
        ({"insulator_thickness": 0.001 * nm}, "too small to draw"),
        (
            {"mouth_fillet": 50 * nm},
            "mouth_fillet 50 nm does not fit a round bore of 100 nm: pass mouth_fillet < 50 nm",
        ),
        ({"mouth_fillet": 1e-13}, "too small to draw"),
        ({"mouth_fillet": 40 * nm, "electrolyte_thickness": 60 * nm}, "leaves too little under a mouth"),
        ({"cell_radius": 55 * nm}, "does not hold the wall, whose outer radius is 60 nm"),
        ({"lithium_level": 300 * nm}, "between 0 and the top of the wall, 220 nm"),
        ({"lithium_level": 0}, "Tubule.lithium_level must be positive"),
    ],
)
def test_an_impossible_tubule_is_refused_with_its_reason(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        drawn(**changes)
    assert words in str(refusal.value)


def test_a_wall_too_thin_for_its_height_is_refused_before_meshing() -> None:
    with pytest.raises(InputError, match="the mesh would have about"):
        tubule_mesh(drawn(wall=0.02 * nm, height=20_000 * nm))
