"""The finite array in its disc, and the graphs of shared walls."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray, ChamberGraph, array_mesh, finite_graph, periodic_graph
from tubewall.geometry.finite import outer_reach
from tubewall.geometry.triangles import outer_sides
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


ROUND = {"bore_shape": "round"}
TUBES = {"bore_shape": "round", "construction": "tubes", "neck": 6 * nm}
SQUARE = {"packing": "square", "bore_shape": "square", "fillet": 4 * nm}
DRAWINGS: dict[str, dict[str, Any]] = {
    "one hexagon": {"fillet": 2 * nm, "rings": 0},
    "hexagons, one ring": {"fillet": 2 * nm, "rings": 1},
    "hexagons, two rings": {"fillet": 2 * nm, "rings": 2},
    "hexagons, three rings, sharp": {"rings": 3},
    "hexagons, thin walls": {"wall": 1 * nm, "fillet": 2 * nm, "rings": 1},
    "one square": {**SQUARE, "rings": 0},
    "squares, one ring": {**SQUARE, "rings": 1},
    "squares, two rings, thick walls": {**SQUARE, "wall": 60 * nm, "rings": 2},
    "round in hexagonal packing": {**ROUND, "rings": 1},
    "round in square packing": {**ROUND, "packing": "square", "rings": 2},
    "tubes in hexagonal packing": {**TUBES, "rings": 2},
    "tubes in square packing": {**TUBES, "packing": "square", "rings": 1},
}


def drawn(**changes: Any) -> CellArray:
    return CellArray(**{"bore": 100 * nm, "wall": 10 * nm, **changes})


@pytest.mark.parametrize("name", DRAWINGS)
def test_areas_and_chambers_of_the_disc_are_the_closed_forms(name: str) -> None:
    array = drawn(**DRAWINGS[name])
    mesh, graph = array_mesh(array), finite_graph(array)
    radius = outer_reach(array) + array.wall
    assert mesh.area() == near(math.pi * radius**2 - graph.areas.sum(), rel=1e-6)
    assert list(mesh.boundaries) == [*graph.names, "rim"]
    for chamber, area in zip(graph.names, graph.areas, strict=True):
        assert mesh.enclosed_area(chamber) == near(area, rel=2e-6)
    assert mesh.length("rim") == near(2 * math.pi * radius, rel=1e-6)


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_outer_side_has_a_name_and_every_chamber_its_place(name: str) -> None:
    array = drawn(**DRAWINGS[name])
    mesh = array_mesh(array)
    named = np.concatenate(list(mesh.boundaries.values()))
    assert len(named) == len(outer_sides(mesh.cells, len(mesh.points)))
    for k, centre in enumerate(array.centres):
        around = mesh.points[mesh.boundary(f"chamber {k}")[:, 2]]
        assert np.hypot(*(around - centre).T).max() <= array.bore / math.sqrt(2) * 1.001
    quality = mesh.quality()
    assert quality.smallest_angle > 9
    assert quality.smallest_jacobian > 0.8


def test_the_disc_has_the_symmetry_of_the_array() -> None:
    from scipy.spatial import cKDTree

    for changes, order in (({"fillet": 2 * nm, "rings": 1}, 6), ({**SQUARE, "rings": 1}, 4)):
        array = drawn(**changes)
        points = array_mesh(array).points
        tree = cKDTree(points)
        turn = 2 * math.pi / order
        rotation = np.array([(math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))])
        for image in (points @ rotation, points * (1, -1), points * (-1, 1)):
            assert tree.query(image)[0].max() < 1e-12 * array.pitch


def test_the_reference_of_19_cells_has_the_fillets_resolved() -> None:
    array = drawn(fillet=2 * nm)
    mesh = array_mesh(array, rim_radius=2.62 * array.pitch)
    centre = mesh.points[mesh.boundary("chamber 0")]
    corner = (50 * nm - 2 * nm) / math.cos(math.pi / 6) * np.array((math.cos(math.pi / 6), math.sin(math.pi / 6)))
    on_fillet = np.abs(np.hypot(*(centre - corner).transpose(2, 0, 1)) - 2 * nm) < 1e-6 * nm
    # physics 4.2: 4 elements per fillet of 60 degrees
    assert on_fillet.all(axis=1).sum() == 4
    assert len(mesh.cells) < 60_000


def test_a_disc_that_cuts_the_bores_is_refused() -> None:
    array = drawn(fillet=2 * nm)
    with pytest.raises(InputError, match=r"does not hold the bores, which reach .*pass rim_radius >"):
        array_mesh(array, rim_radius=2 * array.pitch)
    for senseless in (0, -1e-9, math.nan, True, "300 nm"):
        with pytest.raises(InputError, match="rim_radius"):
            array_mesh(array, rim_radius=senseless)  # type: ignore[arg-type]


def test_a_rim_close_to_the_bores_still_meshes() -> None:
    array = drawn(fillet=2 * nm, rings=1)
    radius = outer_reach(array) + 0.2 * nm
    mesh = array_mesh(array, rim_radius=radius)
    assert mesh.area() == near(math.pi * radius**2 - 7 * array.bore_area, rel=1e-6)


def test_the_reach_is_that_of_the_outermost_corner() -> None:
    # sharp: the corners of the bore at (2 pitch, 0), at 30 degrees to either side of x
    corner = np.array((2 * 110 * nm + 50 * nm, 50 * nm * math.tan(math.pi / 6)))
    assert outer_reach(drawn()) == near(float(np.hypot(*corner)), rel=1e-12)
    square = drawn(packing="square", bore_shape="square")
    assert outer_reach(square) == near(math.sqrt(2) * (2 * 110 * nm + 50 * nm), rel=1e-12)


def test_too_many_bores_to_mesh_are_refused_at_once() -> None:
    with pytest.raises(InputError, match="more than 1000000"):
        array_mesh(drawn(fillet=2 * nm, rings=60))


def test_gas_meets_the_whole_perimeter_of_a_hexagon() -> None:
    graph = periodic_graph(drawn(), 4)
    around = np.zeros(16)
    for (a, b), width in zip(graph.edges, graph.shared_widths, strict=True):
        around[a] += width
        around[b] += width
    # perimeter over area of a regular polygon across flats W is 4 / W
    assert around / graph.areas == near(4 / (100 * nm), rel=1e-12)


def test_degrees_and_walls_of_finite_arrays() -> None:
    hexagonal = finite_graph(drawn(rings=2))
    # 19 bores: 7 with all six neighbours, corners 3 and sides 4; walls 9 n^2 + 3 n
    assert len(hexagonal.edges) == 9 * 4 + 3 * 2
    assert sorted(hexagonal.degrees) == [3] * 6 + [4] * 6 + [6] * 7
    square = finite_graph(drawn(**SQUARE, rings=2))
    # 2 k (k - 1) walls in a square of k = 5
    assert len(square.edges) == 40
    assert sorted(square.degrees) == [2] * 4 + [3] * 12 + [4] * 9


def test_neighbours_in_the_graph_are_one_pitch_apart() -> None:
    array = drawn(rings=3)
    apart = np.diff(array.centres[finite_graph(array).edges], axis=1)[:, 0]
    assert np.allclose(np.hypot(*apart.T), array.pitch, rtol=1e-12)


@pytest.mark.parametrize(("changes", "degree"), [({}, 6), (SQUARE, 4), (ROUND, 6)])
def test_every_bore_of_a_supercell_has_all_its_neighbours(changes: dict[str, Any], degree: int) -> None:
    graph = periodic_graph(drawn(**changes), 3)
    assert (graph.degrees == degree).all()
    assert graph.names[3 * 1 + 2] == "chamber 1 2"
    assert graph.thicknesses == near(10 * nm)


def test_a_periodic_neighbour_is_one_lattice_vector_away() -> None:
    array, n = drawn(), 5
    for a, b in periodic_graph(array, n).edges:
        steps = np.array((b // n - a // n, b % n - a % n))
        steps = (steps + n // 2) % n - n // 2
        assert np.hypot(*(steps @ array.lattice)) == near(array.pitch)


def test_small_supercells_keep_parallel_walls_and_drop_walls_to_themselves() -> None:
    assert len(periodic_graph(drawn(), 1).edges) == 0
    two = periodic_graph(drawn(), 2)
    assert len(two.edges) == 3 * 4
    assert (two.degrees == 6).all()


@pytest.mark.parametrize(("packing", "per_cell", "around"), [("hexagonal", 2, 3), ("square", 1, 4)])
def test_interstices_touch_the_tubes_around_them(packing: str, per_cell: int, around: int) -> None:
    array = drawn(**TUBES, packing=packing)
    graph = periodic_graph(array, 3)
    assert graph.kinds.count("interstice") == 9 * per_cell
    assert (graph.degrees[9:] == around).all()
    # a tube meets its neighbours at necks and gaps at 2 pi less the necks' angle
    neighbours = array.neighbours
    assert (graph.degrees[:9] == 2 * neighbours).all()
    gap_angle = 2 * math.pi / neighbours - 2 * array.meniscus.tangent_angle
    logarithmic = array.wall / math.log(array.outer_radius / (array.bore / 2))
    widths = graph.shared_widths[graph.edges[:, 1] >= 9]
    assert widths == near(gap_angle * logarithmic, rel=1e-12)
    assert graph.names[9] == "interstice 1 0 0"


def test_each_interstice_of_the_supercell_lies_between_its_bores() -> None:
    array, n = drawn(**TUBES), 4
    graph = periodic_graph(array, n)
    bores: dict[int, list[int]] = {}
    for a, b in graph.edges:
        if b >= n * n:
            bores.setdefault(int(b), []).append(int(a))
    # kind 1 of cell (i, j) lies between (i, j), (i + 1, j), (i, j + 1); kind 2 opposite
    assert sorted(bores[n * n]) == sorted((0, n, 1))
    assert sorted(bores[2 * n * n]) == sorted((n + 1, 1, n))


def test_tubes_without_a_neck_meet_only_through_gaps() -> None:
    graph = finite_graph(drawn(**{**TUBES, "neck": 0.0}, rings=1))
    kinds = np.array(graph.kinds)[graph.edges]
    assert set(map(tuple, kinds)) == {("bore", "interstice")}
    # six gaps in the middle of seven tubes, three bores around each
    assert len(graph.edges) == 18


def test_a_thin_wall_between_round_bores_is_as_wide_as_theory_says() -> None:
    array = drawn(**ROUND, wall=0.02 * nm)
    width = periodic_graph(array, 3).shared_widths[0]
    # two cylinders nearly touching: t = w + y^2 / R; the integral of w dy / t from -R/2 to R/2
    radius, scale = array.bore / 2, math.sqrt(array.wall * array.bore / 2)
    assert width == near(2 * scale * math.atan(radius / 2 / scale), rel=0.003)


def test_a_graph_of_wrong_numbers_is_not_born() -> None:
    good = finite_graph(drawn(rings=1))
    for changes in (
        {"areas": good.areas[:-1]},
        {"names": ("same",) * 7},
        {"edges": np.array([(0, 0)]), "shared_widths": np.ones(1), "thicknesses": np.ones(1)},
        {"edges": np.array([(0, 7)]), "shared_widths": np.ones(1), "thicknesses": np.ones(1)},
        {"shared_widths": 0 * good.shared_widths},
        {"thicknesses": math.nan * good.thicknesses},
        {"thicknesses": good.thicknesses[1:]},
    ):
        with pytest.raises(InputError):
            dataclasses.replace(good, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "3", 10**6])
def test_a_senseless_supercell_is_refused(n: int) -> None:
    with pytest.raises(InputError, match="n must"):
        periodic_graph(drawn(), n)


def test_the_graph_counts_itself() -> None:
    graph = finite_graph(drawn(**TUBES, rings=1))
    assert isinstance(graph, ChamberGraph)
    assert repr(graph) == "ChamberGraph(7 bores, 6 interstices, 30 walls)"
