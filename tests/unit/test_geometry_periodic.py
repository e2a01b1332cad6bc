"""The periodic cell: symmetry, pairs, arcs, sections, true circles, and its tiling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry import CellArray, NamedMesh, PeriodicCell, periodic_cell, supercell_mesh
from tubewall.geometry.triangles import jacobian_bounds, outer_sides
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


ROUND = dict(bore_shape="round")
TUBES = dict(bore_shape="round", construction="tubes", neck=6 * nm)
SQUARE = dict(packing="square", bore_shape="square")
DRAWINGS = {
    "hexagonal": dict(fillet=2 * nm),
    "hexagonal, sharp": dict(),
    "hexagonal, wall 0.3 nm": dict(wall=0.3 * nm, fillet=2 * nm),
    "hexagonal, wall 80 nm": dict(wall=80 * nm, fillet=0.5 * nm),
    "hexagonal, nearly round": dict(wall=2 * nm, fillet=45 * nm),
    "square": dict(**SQUARE, fillet=5 * nm),
    "square, wall 1 nm": dict(**SQUARE, wall=1 * nm, fillet=2 * nm),
    "round in hexagonal packing": ROUND,
    "round in square packing": dict(**ROUND, packing="square", wall=1 * nm),
    "tubes in hexagonal packing": TUBES,
    "thin tubes": dict(**{**TUBES, "neck": 3 * nm}, wall=1 * nm),
    "tubes in square packing": dict(**TUBES, packing="square"),
}


def drawn(**changes: object) -> CellArray:
    return CellArray(**{"bore": 100 * nm, "wall": 10 * nm, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=list(DRAWINGS))
def cell(request: pytest.FixtureRequest) -> PeriodicCell:
    return periodic_cell(drawn(**DRAWINGS[request.param]))


def same_points(a: NDArray[np.float64], b: NDArray[np.float64], tolerance: float) -> bool:
    """Whether every point of ``a`` is one of ``b`` and the other way round."""
    from scipy.spatial import cKDTree

    nearest = max(cKDTree(a).query(b)[0].max(), cKDTree(b).query(a)[0].max())
    return len(a) == len(b) and bool(nearest < tolerance)


def test_the_meshed_area_is_the_closed_form(cell: PeriodicCell) -> None:
    array = cell.array
    assert cell.mesh.area() == near(array.solid_fraction * array.cell_area, rel=1e-6)


def test_every_cell_is_positive_everywhere(cell: PeriodicCell) -> None:
    lowest, mean = jacobian_bounds(cell.mesh.points, cell.mesh.cells)
    assert (lowest / mean).min() > 0.8


def test_the_cells_are_well_shaped(cell: PeriodicCell) -> None:
    quality = cell.mesh.quality()
    assert quality.smallest_angle > 9
    assert quality.largest_aspect < 7


def test_the_outer_sides_are_arcs_and_cuts_and_nothing_else(cell: PeriodicCell) -> None:
    mesh = cell.mesh
    outer = {frozenset(side[:2]) for side in outer_sides(mesh.cells, len(mesh.points)).tolist()}
    named = [frozenset(side[:2]) for part in mesh.boundaries.values() for side in part.tolist()]
    assert len(named) == len(set(named))
    assert set(named) == outer


def test_cut_nodes_lie_exactly_opposite(cell: PeriodicCell) -> None:
    for vector, pairs in zip(cell.lattice, cell.pairs, strict=True):
        low, high = cell.mesh.points[pairs[:, 0]], cell.mesh.points[pairs[:, 1]]
        assert np.abs(high - low - vector).max() < 1e-14 * cell.array.pitch
        assert len(np.unique(pairs)) == pairs.size


def test_all_nodes_of_the_cuts_are_paired(cell: PeriodicCell) -> None:
    for k, pairs in enumerate(cell.pairs):
        for side, end in enumerate(("low", "high")):
            on_cut = np.unique(cell.mesh.boundary(f"cut {k + 1} {end}"))
            assert np.array_equal(np.sort(pairs[:, side]), on_cut)


def test_the_cuts_are_as_long_as_the_wall_is_thick(cell: PeriodicCell) -> None:
    array = cell.array
    thick = array.pitch - array.bore
    for name in ("cut 1 low", "cut 1 high", "cut 2 low", "cut 2 high"):
        assert cell.mesh.length(name) == near(thick, rel=1e-12)


def test_the_cell_is_symmetric_under_half_a_turn_and_mirrors(cell: PeriodicCell) -> None:
    points, (a1, a2) = cell.mesh.points, cell.lattice
    tolerance = 1e-12 * cell.array.pitch
    assert same_points(a1 + a2 - points, points, tolerance)
    # the mirror that exchanges a1 and a2
    along = (a1 + a2) / np.linalg.norm(a1 + a2)
    assert same_points(2 * np.outer(points @ along, along) - points, points, tolerance)


def test_a_third_of_a_turn_maps_the_upright_triangle_onto_itself() -> None:
    array = drawn(fillet=2 * nm)
    points = periodic_cell(array).mesh.points
    inside = points[points @ np.linalg.inv(array.lattice) @ np.ones(2) <= 1 + 1e-9]
    centre = array.lattice.sum(axis=0) / 3
    cos, sin = math.cos(2 * math.pi / 3), math.sin(2 * math.pi / 3)
    turned = (inside - centre) @ np.array([(cos, sin), (-sin, cos)]) + centre
    assert same_points(turned, inside, 1e-12 * array.pitch)


def test_nodes_of_round_bores_lie_on_their_circle() -> None:
    for changes in (ROUND, TUBES):
        array = drawn(**changes)
        cell = periodic_cell(array)
        for arc in cell.arcs:
            if arc.kind == 0:
                nodes = np.unique(cell.mesh.boundary(arc.boundary))
                away = cell.mesh.points[nodes] - np.array(arc.offset) @ array.lattice
                assert np.abs(np.hypot(*away.T) / (array.bore / 2) - 1).max() < 1e-13


def test_middle_nodes_of_fillets_lie_on_the_fillet() -> None:
    array = drawn(fillet=4 * nm)
    mesh = periodic_cell(array).mesh
    facets = mesh.boundary("chamber 0 0")
    # the corner of the bore at 30 degrees: centre of the fillet at (W/2 - r) / cos 30
    centre = (50 * nm - 4 * nm) / math.cos(math.pi / 6) * np.array((math.cos(math.pi / 6), math.sin(math.pi / 6)))
    distance = np.hypot(*(mesh.points - centre).T)
    on_fillet = facets[(np.abs(distance[facets[:, :2]] - 4 * nm) < 1e-12 * nm).all(axis=1)]
    # 6 elements per 90 degrees, so 4 in the 60 degrees of a corner
    assert len(on_fillet) == 4
    assert np.abs(distance[on_fillet[:, 2]] / (4 * nm) - 1).max() < 1e-13


def test_menisci_and_tubes_bound_the_interstices() -> None:
    array = drawn(**TUBES)
    cell = periodic_cell(array)
    for kind in (1, 2):
        assert cell.mesh.enclosed_area(f"interstice {kind} 0 0") == near(array.interstice_area, rel=1e-6)


def test_the_arcs_of_a_bore_make_up_its_perimeter(cell: PeriodicCell) -> None:
    array = cell.array
    length = sum(cell.mesh.length(arc.boundary) for arc in cell.arcs if arc.kind == 0)
    if array.bore_shape == "round":
        expected = math.pi * array.bore
    else:
        # a polygon's perimeter less 2 r tan per corner, plus a full circle of fillets
        sides, tan = array.neighbours, math.tan(array.half_angle)
        expected = sides * tan * (array.bore - 2 * array.fillet) + 2 * math.pi * array.fillet
    # a parabola through ends and middle of an arc: shorter by the fourth power of its angle, at most 15 degrees
    assert length == near(expected, rel=2e-6)


def test_arcs_name_the_four_bores_and_the_interstices(cell: PeriodicCell) -> None:
    bores = [arc for arc in cell.arcs if arc.kind == 0]
    assert sorted(arc.offset for arc in bores) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert all(arc.boundary == f"chamber {arc.offset[0]} {arc.offset[1]}" for arc in bores)
    others = sorted(arc.kind for arc in cell.arcs if arc.kind)
    assert others == list(range(1, cell.array.interstices_per_cell + 1))


def test_facets_have_the_material_to_their_left(cell: PeriodicCell) -> None:
    mesh = cell.mesh
    facets = mesh.boundary("chamber 0 0")
    a, b, middle = (mesh.points[facets[:, k]] for k in range(3))
    outward = np.column_stack(((b - a)[:, 1], -(b - a)[:, 0]))
    # out of the solid is into the bore around the origin
    assert ((outward * -middle).sum(axis=1) > 0).all()


def test_sections_run_from_face_to_face(cell: PeriodicCell) -> None:
    array, sections = cell.array, cell.sections
    assert sections["middle"].length == near(array.wall, rel=1e-12)
    if array.construction == "tubes":
        assert sections["root"].length == near(array.wall, rel=1e-12)
    elif array.bore_shape == "round":
        x, y = sections["root"].start
        assert math.hypot(x, y) == near(array.bore / 2, rel=1e-12)
    else:
        # where the fillet meets the flat
        height = (array.bore / 2 - array.fillet) * math.tan(array.half_angle)
        assert sections["root"].start == near((array.bore / 2, height), rel=1e-12)
        assert sections["root"].length == near(array.wall, rel=1e-12)


def test_wall_nodes_are_the_ends_of_the_middle_section(cell: PeriodicCell) -> None:
    ends = (cell.sections["middle"].start, cell.sections["middle"].end)
    for node, end in zip(cell.wall_nodes, ends, strict=True):
        assert cell.mesh.points[node] == pytest.approx(end, abs=1e-12 * cell.array.pitch)


@pytest.mark.parametrize("changes", [{"fillet": 2 * nm}, {"wall": 1 * nm, "fillet": 2 * nm}, ROUND, TUBES])
def test_twice_the_elements_split_every_cell_in_four(changes: dict[str, object]) -> None:
    array = drawn(**changes)
    coarse, fine = (periodic_cell(array, elements_through_wall=e).mesh for e in (4, 8))
    assert len(fine.cells) == 4 * len(coarse.cells)
    for name in coarse.boundaries:
        assert len(fine.boundary(name)) == 2 * len(coarse.boundary(name))
    assert fine.quality().smallest_jacobian > coarse.quality().smallest_jacobian - 0.01
    exact = array.solid_fraction * array.cell_area
    # a parabola's area misses the arc's by the fourth power of the element's size
    assert abs(fine.area() - exact) < 0.1 * abs(coarse.area() - exact)


@pytest.mark.parametrize("wall", [0.3 * nm, 2 * nm, 10 * nm, 80 * nm])
def test_a_wall_has_at_least_the_elements_asked_for(wall: float) -> None:
    for wanted in (1, 2, 3, 4, 6):
        cell = periodic_cell(drawn(wall=wall, fillet=2 * nm), elements_through_wall=wanted)
        assert len(cell.mesh.boundary("cut 1 low")) >= wanted


@pytest.mark.parametrize("changes", [dict(fillet=2 * nm), SQUARE, TUBES])
def test_a_supercell_is_the_cell_tiled(changes: dict[str, object]) -> None:
    array = drawn(**changes)
    one, four = periodic_cell(array), supercell_mesh(array, 2)
    assert len(four.mesh.cells) == 4 * len(one.mesh.cells)
    assert four.mesh.area() == near(4 * one.mesh.area(), rel=1e-12)
    # nodes of common cuts count once
    shared = sum(2 * len(pairs) for pairs in one.pairs)
    assert len(four.mesh.points) == 4 * len(one.mesh.points) - shared
    # the bore in the middle is whole
    assert four.mesh.enclosed_area("chamber 1 1") == near(array.bore_area, rel=2e-6)
    for vector, pairs in zip(array.lattice, four.pairs, strict=True):
        points = four.mesh.points
        assert np.abs(points[pairs[:, 1]] - points[pairs[:, 0]] - 2 * vector).max() < 1e-13 * array.pitch


def test_the_mesh_does_not_depend_on_the_unit_of_length() -> None:
    small, large = periodic_cell(drawn(fillet=2 * nm)).mesh, periodic_cell(CellArray(bore=100, wall=10, fillet=2)).mesh
    assert np.array_equal(small.cells, large.cells)
    assert np.allclose(small.points, large.points * nm, rtol=1e-9, atol=1e-9 * nm)


def test_meshing_is_reproducible() -> None:
    first, second = (periodic_cell(drawn(fillet=2 * nm)).mesh for _ in range(2))
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.cells, second.cells)


@pytest.mark.parametrize("elements", [0, -4, 65, 2.5, True, "4"])
def test_a_senseless_number_of_elements_is_refused(elements: int) -> None:
    with pytest.raises(InputError, match="elements_through_wall"):
        periodic_cell(drawn(), elements_through_wall=elements)


def test_tubes_that_only_touch_cannot_be_meshed() -> None:
    with pytest.raises(InputError, match="pass neck > 0"):
        periodic_cell(drawn(**{**TUBES, "neck": 0.0}))


def test_a_mesh_beyond_the_bound_is_refused_before_it_is_made() -> None:
    with pytest.raises(InputError, match="pass fewer elements_through_wall"):
        periodic_cell(drawn(wall=0.3 * nm, fillet=2 * nm), elements_through_wall=64)
    with pytest.raises(InputError, match="fewer bores"):
        supercell_mesh(drawn(), 100)


def test_the_result_is_a_named_mesh_that_counts_itself() -> None:
    cell = periodic_cell(drawn())
    assert isinstance(cell.mesh, NamedMesh)
    assert "1 x 1 cells, 4 arcs" in repr(cell)
