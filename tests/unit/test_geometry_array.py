"""The drawing: closed forms, order of the bores, and what is refused."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


DRAWINGS = {
    "hexagonal": dict(fillet=2 * nm),
    "square": dict(packing="square", bore_shape="square", fillet=5 * nm),
    "round in hexagonal packing": dict(bore_shape="round"),
    "round in square packing": dict(bore_shape="round", packing="square"),
    "tubes in hexagonal packing": dict(bore_shape="round", construction="tubes", neck=7 * nm),
    "tubes in square packing": dict(bore_shape="round", construction="tubes", packing="square", neck=7 * nm),
}


def drawn(**changes: object) -> CellArray:
    return CellArray(**{"bore": 100 * nm, "wall": 10 * nm, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", DRAWINGS)
def test_void_solid_and_waste_make_one(name: str) -> None:
    array = drawn(**DRAWINGS[name])
    assert array.void_fraction + array.solid_fraction + array.waste_fraction == pytest.approx(1, abs=1e-14)
    assert min(array.void_fraction, array.solid_fraction) > 0


def test_fractions_of_sharp_walls_are_the_closed_forms() -> None:
    w = 10 / 100
    hexagon, square = drawn(), drawn(packing="square", bore_shape="square")
    # physics 1.2: (W/(W+w))^2 for honeycomb and square
    assert hexagon.void_fraction == near(1 / (1 + w) ** 2, rel=1e-14)
    assert square.void_fraction == near(1 / (1 + w) ** 2, rel=1e-14)
    tubes = drawn(bore_shape="round", construction="tubes")
    packed = math.pi / (2 * math.sqrt(3))
    assert tubes.void_fraction == near(packed / (1 + 2 * w) ** 2, rel=1e-14)
    assert tubes.solid_fraction == near(packed * (1 - 1 / (1 + 2 * w) ** 2), rel=1e-13)
    assert tubes.waste_fraction == near(1 - packed, rel=1e-13)


def test_a_fillet_takes_the_corner_less_its_sector() -> None:
    r = 5 * nm
    sharp, rounded = drawn(), drawn(fillet=r)
    # a corner of 120 degrees: kite r^2 tan 30 less a sector of 60 degrees, six times
    assert sharp.bore_area - rounded.bore_area == near(6 * r**2 * (1 / math.sqrt(3) - math.pi / 6), rel=1e-11)
    square = dict(packing="square", bore_shape="square")
    lost = drawn(**square).bore_area - drawn(**square, fillet=r).bore_area
    assert lost == near(4 * r**2 * (1 - math.pi / 4), rel=1e-11)


def test_the_largest_fillet_makes_the_round_bore() -> None:
    nearly = drawn(fillet=49.999999 * nm)
    assert nearly.bore_area == near(math.pi * (50 * nm) ** 2, rel=1e-7)


def test_the_meniscus_is_tangent_to_both_tubes() -> None:
    array = drawn(bore_shape="round", construction="tubes", neck=12 * nm)
    outer, bond = array.outer_radius, array.meniscus
    assert bond.arc_radius == near((6 * nm) ** 2 / (2 * (60 * nm - 6 * nm)), rel=1e-14)
    to_tube = math.hypot(outer, bond.centre_height)
    assert to_tube == near(outer + bond.arc_radius, rel=1e-14)


def test_the_area_of_a_neck_is_the_integral_of_its_width() -> None:
    bond = drawn(bore_shape="round", construction="tubes", neck=30 * nm).meniscus
    outer = bond.radius
    # width of the bond beside the line of symmetry at height y: outside the tube, below the meniscus
    tangent = outer * math.sin(bond.tangent_angle)
    y, weights = np.polynomial.legendre.leggauss(400)
    y = 0.5 * tangent * (y + 1)
    inside_tube = outer - np.sqrt(outer**2 - y**2)
    meniscus = np.where(
        y > bond.half_width,
        np.sqrt(np.maximum(bond.arc_radius**2 - (y - bond.centre_height) ** 2, 0.0)),
        0.0,
    )
    integral = float(np.sum(0.5 * tangent * weights * (inside_tube - meniscus)))
    assert bond.quarter_area == near(integral, rel=2e-4)


@pytest.mark.parametrize(("packing", "per_cell"), [("hexagonal", 3), ("square", 2)])
def test_walls_and_tubules_are_counted_per_area(packing: str, per_cell: int) -> None:
    array = drawn(packing=packing, bore_shape="round")
    assert array.walls_per_area * array.cell_area == near(per_cell)
    assert array.tubules_per_area * array.cell_area == near(1)
    a1, a2 = array.lattice
    assert array.cell_area == near(a1[0] * a2[1] - a1[1] * a2[0], rel=1e-14)


@pytest.mark.parametrize("rings", [0, 1, 2, 5])
@pytest.mark.parametrize("packing", ["hexagonal", "square"])
def test_centres_go_ring_by_ring_and_by_angle(packing: str, rings: int) -> None:
    array = drawn(packing=packing, bore_shape="round", rings=rings)
    count = 1 + 3 * rings * (rings + 1) if packing == "hexagonal" else (2 * rings + 1) ** 2
    assert array.centres.shape == (count, 2) == (array.bore_count, 2)
    assert np.array_equal(array.centres[0], (0, 0))
    i, j = array.indices.T
    ring = np.maximum(abs(i), abs(j))
    ring = np.maximum(ring, abs(i + j)) if packing == "hexagonal" else ring
    assert np.all(np.diff(ring) >= 0)
    x, y = array.centres.T
    angle = np.mod(np.arctan2(np.round(y / array.pitch, 9), x), 2 * math.pi)
    for n in range(1, rings + 1):
        assert np.all(np.diff(angle[ring == n]) > 0)
    assert len({(round(a / nm, 6), round(b / nm, 6)) for a, b in array.centres}) == count


def test_neighbouring_centres_are_one_pitch_apart() -> None:
    centres = drawn(rings=1).centres
    assert np.allclose(np.hypot(*centres[1:].T), 110 * nm, rtol=1e-14)


def test_clear_span_is_the_side_of_the_polygon() -> None:
    assert drawn(fillet=3 * nm).clear_span == near(100 * nm / math.sqrt(3), rel=1e-14)
    assert drawn(packing="square", bore_shape="square").clear_span == near(100 * nm, rel=1e-14)
    assert drawn(bore_shape="round").clear_span == 0


def test_capacity_and_height_are_inverse() -> None:
    array = drawn()
    molar_volume = 13.0209e-6
    capacity = array.areal_capacity(20e-6, 0.9, molar_volume)
    # F h f / V_m, physics S7
    assert capacity == near(96485.33212 * 20e-6 * 0.9 / 1.1**2 / molar_volume, rel=1e-9)
    assert array.height_for(capacity, 0.9, molar_volume) == near(20e-6, rel=1e-14)


def test_a_drawing_is_a_frozen_value() -> None:
    array = drawn()
    with pytest.raises(dataclasses.FrozenInstanceError):
        array.wall = 1.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        array.centres[0, 0] = 1.0
    assert dataclasses.replace(array, wall=5 * nm).pitch == near(105 * nm)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (dict(wall=-5 * nm), "CellArray.wall must be positive, got -5 nm"),
        (dict(wall=0), "CellArray.wall must be positive"),
        (dict(wall=math.nan), "CellArray.wall must be a finite number of metres, got nan"),
        (dict(bore=math.inf), "CellArray.bore must be a finite number"),
        (dict(wall=True), "CellArray.wall must be a number of metres, got True"),
        (dict(wall="10 nm"), "write for example 10 * nm"),
        (dict(wall=None), "CellArray.wall must be a number of metres, got None"),
        (dict(wall=1e-30), "between 1 pm and 1000 km"),
        (dict(wall=0.001 * nm), "pass 10 pm <= wall <= 1 um"),
        (dict(fillet=-1 * nm), "CellArray.fillet must not be negative, got -1 nm"),
        (dict(fillet=60 * nm), "fillet 60 nm does not fit a hexagonal bore of 100 nm: pass fillet < 50 nm"),
        (dict(fillet=50 * nm), "pass fillet < 50 nm"),
        (dict(fillet=1e-30), "too small to draw"),
        (dict(bore_shape="round", fillet=1 * nm), "a round bore has no corners"),
        (dict(bore_shape="square"), "no flat wall of equal thickness"),
        (dict(packing="square"), "no flat wall of equal thickness"),
        (dict(packing="hexagnal"), "did you mean 'hexagonal'"),
        (dict(packing=6), "must be one of 'hexagonal', 'square', got 6"),
        (dict(construction="tubes"), "separate tubes are round"),
        (dict(neck=5 * nm), "a matrix has no necks"),
        (dict(construction="tubes", bore_shape="round", neck=60 * nm), "too wide for touching tubes"),
        (dict(construction="tubes", bore_shape="round", neck=0.1 * nm), "too narrow to draw"),
        (dict(rings=-1), "CellArray.rings must lie between 0"),
        (dict(rings=2.0), "CellArray.rings must be a whole number, got 2.0"),
        (dict(rings=True), "CellArray.rings must be a whole number, got True"),
        (dict(rings=577), "makes 1000519 bores, more than 100000"),
    ],
)
def test_an_impossible_drawing_is_refused_with_its_reason(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as refusal:
        drawn(**changes)
    assert words in str(refusal.value)


@pytest.mark.parametrize("fill", [0, -0.1, 1.1, math.nan, "1"])
def test_a_fill_outside_its_range_is_refused(fill: float) -> None:
    with pytest.raises(InputError, match="fill"):
        drawn().areal_capacity(20e-6, fill, 13e-6)
