"""SolidMesh: reference cells, what is checked at birth, raising, measures, and parts that do not hang together."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.errors import InputError, UnknownNameError
from tubewall.geometry import CellArray, array_mesh
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_contact import contact_warnings, parts, parts_described, same_places
from tubewall.geometry.mesh_join import join
from tubewall.geometry.mesh_measures import facet_sizes, volumes
from tubewall.geometry.reference_cells import CELLS, lagrange
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.units import nm

Floats = NDArray[np.float64]
KINDS: list[Kind] = ["triangle", "quad", "tetra", "hexahedron", "wedge"]


@pytest.mark.parametrize("kind", list(CELLS))
def test_shape_functions_are_one_at_their_node_and_sum_to_one(kind: str) -> None:
    cell = CELLS[kind]
    values, gradients = lagrange(kind, cell.nodes)
    assert values == pytest.approx(np.eye(len(cell.nodes)), abs=1e-12)
    random = np.random.default_rng(0).random((20, cell.dim)) / cell.dim
    values, gradients = lagrange(kind, random)
    assert values.sum(axis=1) == pytest.approx(1, rel=1e-12)
    # the functions reproduce the coordinates, and their gradients the unit vectors
    assert values @ cell.nodes == pytest.approx(random, rel=1e-11, abs=1e-12)
    assert np.einsum("qkd,ke->qed", gradients, cell.nodes) == pytest.approx(
        np.tile(np.eye(cell.dim), (20, 1, 1)), abs=1e-11
    )


@pytest.mark.parametrize("kind", [kind for kind in CELLS if CELLS[kind].dim == 3])
def test_the_normals_of_all_facets_point_out(kind: str) -> None:
    cell = CELLS[kind]
    centre = cell.nodes.mean(axis=0)
    for facet in cell.facets:
        a, b, c = cell.nodes[list(facet.nodes[:3])]
        assert np.dot(np.cross(b - a, c - a), a - centre) > 0
        # nodes of a facet lie where its own kind has them: the facet is a flat image of its reference cell
        local = CELLS[facet.kind].nodes
        system = np.column_stack((local, np.ones(len(local))))
        _, residual, rank, _ = np.linalg.lstsq(system, cell.nodes[list(facet.nodes)], rcond=None)
        assert rank == 3
        assert residual.sum() < 1e-20


@pytest.mark.parametrize("kind", ["triangle", "quad", "triangle6", "quad9"])
def test_plane_facets_have_the_material_to_their_left(kind: str) -> None:
    cell = CELLS[kind]
    for facet in cell.facets:
        a, b = cell.nodes[list(facet.nodes[:2])]
        inward = cell.nodes[: cell.vertices].mean(axis=0) - a
        assert (b - a)[0] * inward[1] - (b - a)[1] * inward[0] > 0


def test_the_gradients_are_the_slopes_of_the_values() -> None:
    for kind, cell in CELLS.items():
        at = np.full((1, cell.dim), 0.21)
        step = 1e-6
        for axis in range(cell.dim):
            shift = step * np.eye(cell.dim)[axis]
            slope = (lagrange(kind, at + shift)[0] - lagrange(kind, at - shift)[0]) / (2 * step)
            assert lagrange(kind, at)[1][:, :, axis] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_a_raised_mesh_is_the_same_with_straight_edges(kind: Kind) -> None:
    counts = (2, 3, 2)[: CELLS[kind].dim]
    first = mapped_block(counts, kind=kind)
    raised, second = first.raised(), mapped_block(counts, kind=kind, order=2)
    assert raised.order == 2
    assert np.array_equal(raised.points[: len(first.points)], first.points)
    # no node twice, and each where the block of second order has it
    assert len(raised.points) == len(second.points)
    for a, b in zip(raised.blocks, second.blocks, strict=True):
        assert raised.points[a.cells] == pytest.approx(second.points[b.cells], abs=1e-15)
    assert {name: part.tolist() for name, part in raised.boundaries.items()} == {
        name: part.tolist() for name, part in first.boundaries.items()
    }
    assert raised.raised() is raised


def test_edges_get_their_middles_when_raised() -> None:
    block = mapped_block((2, 2, 2), kind="tetra")
    edge = block.blocks[0].cells[:1, [0, 3]]
    mesh = changed(block, edges={"e": edge})
    raised = mesh.raised()
    a, b, middle = raised.edges["e"][0]
    assert raised.points[middle] == pytest.approx((raised.points[a] + raised.points[b]) / 2, rel=1e-15)
    far = changed(block, edges={"e": np.array([[0, 26]])})
    with pytest.raises(InputError, match="no edges of cells"):
        changed(far, edges={"e": np.array([[2, 6]])}).raised()


def changed(mesh: SolidMesh, **parts: Any) -> SolidMesh:
    names = ("points", "blocks", "regions", "boundaries", "edges", "nodes")
    return SolidMesh(**{name: parts.get(name, getattr(mesh, name)) for name in names})


def test_names_are_answered_with_the_nearest_one() -> None:
    mesh = mapped_block((2, 2))
    with pytest.raises(UnknownNameError, match="did you mean 'left'"):
        mesh.boundary("lefd")
    with pytest.raises(UnknownNameError, match="did you mean 'body'"):
        mesh.region("bodi")
    empty = changed(mesh, boundaries={"none": np.zeros((0, 2), dtype=int)})
    with pytest.raises(InputError, match="has no facets"):
        empty.boundary("none")


@pytest.mark.parametrize(
    ("parts_of", "said"),
    [
        ({"points": np.full((9, 2), np.nan)}, "not finite"),
        ({"points": np.full((9, 2), 1e200)}, "unit of length wrong"),
        ({"points": np.zeros((9, 2))}, "flat"),
        ({"points": np.zeros((10, 2))}, "belong to no cell"),
        ({"regions": {}}, "exactly one region"),
        ({"regions": {"a": np.arange(4), "b": np.array([1])}}, "lies in 2"),
        ({"regions": {"a": np.arange(5)}}, "names elements"),
        ({"regions": {"": np.arange(4)}}, "printable"),
        ({"regions": {"a": np.arange(4.0)}}, "whole numbers"),
        ({"boundaries": {"x": np.array([[0, 4]])}}, "a side that its element does not have"),
        ({"boundaries": {"x": np.array([[4, 0]])}}, "an element outside"),
        ({"nodes": {"x": np.array([9])}}, "names nodes"),
        ({"blocks": ()}, "no cells"),
        ({"blocks": (Block(kind="pyramid", cells=np.zeros((1, 5), dtype=int)),)}, "cannot be solved on"),
    ],
)
def test_what_is_no_mesh_is_refused(parts_of: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        changed(mapped_block((2, 2)), **parts_of)


def test_a_quarter_point_cell_is_taken_and_a_folded_one_is_not() -> None:
    """Barsoum's crack-tip cell: middles at a quarter of the edge, where the map is singular at the tip and nowhere else."""
    mesh = mapped_block((1, 1), kind="triangle", order=2)
    points = mesh.points.copy()
    cell = mesh.blocks[0].cells[0]
    for a, b, m in CELLS["triangle6"].edges.tolist():
        if 0 in (a, b):
            tip, end = (points[cell[0]], points[cell[a + b]])
            points[cell[m]] = tip + (end - tip) / 4
    SolidMesh(points=points, blocks=mesh.blocks, regions=mesh.regions, boundaries={})
    points[cell[3]] = points[cell[0]] + (points[cell[1]] - points[cell[0]]) / 5
    with pytest.raises(InputError, match=r"inverted, folded or flat, the first is element 0 \(triangle6\)"):
        SolidMesh(points=points, blocks=mesh.blocks, regions=mesh.regions, boundaries={})


def test_the_plane_mesh_of_a_drawing_keeps_its_measures() -> None:
    plane = array_mesh(CellArray(bore_shape="round", bore=100 * nm, wall=20 * nm, rings=0))
    mesh = SolidMesh.of(plane)
    assert volumes(mesh).sum() == pytest.approx(plane.area(), rel=1e-12, abs=0)
    for name in plane.boundaries:
        assert facet_sizes(mesh, mesh.boundary(name)).sum() == pytest.approx(plane.length(name), rel=1e-6, abs=0)


def test_parts_that_share_no_node_are_counted_and_described() -> None:
    one = mapped_block((2, 2))
    apart = two_blocks(one, np.array([3.0, 0.0]))
    assert parts(one).max() == 0
    assert parts_described(one) == ""
    assert parts(apart).tolist() == [0] * 4 + [1] * 4
    said = parts_described(apart)
    assert said.startswith(
        "the mesh falls into 2 parts that share no node: 4 elements of 'one' around (250, 250) mm; 4"
    )
    assert "merge" not in said
    assert contact_warnings(apart) == ()


def two_blocks(block: SolidMesh, shift: Floats, *, finer: int = 1) -> SolidMesh:
    """A block and another beside it that share no node."""
    counts = [2 * finer] * block.dim
    other = mapped_block(counts, map=lambda unit: unit + shift)
    return SolidMesh(
        points=np.vstack((block.points, other.points)),
        blocks=(
            *block.blocks,
            Block(kind=other.blocks[0].kind, cells=other.blocks[0].cells + len(block.points)),
        ),
        regions={"one": np.arange(block.elements), "two": block.elements + np.arange(other.elements)},
        boundaries={},
    )


@pytest.mark.parametrize("counts", [(2, 2), (2, 2, 2)])
def test_blocks_in_contact_that_were_not_joined_are_told(counts: tuple[int, ...]) -> None:
    one = mapped_block(counts)
    shift = np.eye(len(counts))[0]
    touching = two_blocks(one, shift)
    shared = 3 ** (len(counts) - 1)
    assert f"{shared} nodes lie in the place of another" in parts_described(touching)
    (said,) = contact_warnings(touching)
    assert said.startswith(f"{2 ** (len(counts) - 1)} pairs of facets lie in the same place")
    # where both sides carry a name the opening is meant: a crack
    crack = changed(touching, boundaries={"faces": touching.outer_facets})
    assert contact_warnings(crack) == ()
    (said,) = contact_warnings(two_blocks(one, shift, finer=2))
    assert said.startswith(f"{2 ** (len(counts) - 1)} facets at the surface hold a node of another element")
    assert contact_warnings(join({"a": one, "b": mapped_block(counts, map=lambda unit: unit + shift)})) == ()


def test_places_are_counted_in_the_order_of_their_first_nodes() -> None:
    points = np.array([[1.0, 0], [0, 0], [1.0, 1e-12], [2, 0], [0, 0]])
    first, place = same_places(points, 1e-9)
    assert first.tolist() == [0, 1, 3]
    assert place.tolist() == [0, 1, 0, 2, 1]


def test_the_measure_of_a_fine_curved_block_converges_with_the_fourth_power() -> None:
    """Half a disc of radius 2 without one of radius 1, by parabolas: the area is wrong by order h^4."""

    def half(unit: Floats) -> Floats:
        radius, angle = 1 + unit[:, 0], math.pi * unit[:, 1]
        return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))

    errors = [abs(volumes(mapped_block((1, n), order=2, map=half)).sum() - math.pi / 2 * 3) for n in (4, 8, 16)]
    rates = [math.log2(a / b) for a, b in pairwise(errors)]
    assert 3.8 < rates[-1] < 4.2, (errors, rates)
