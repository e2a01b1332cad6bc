"""Refinement: sizes and names are kept, curves too, and marked refinement stays conforming and of good shape."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.mesh_measures import facet_sizes, volumes
from tubewall.geometry.mesh_refinement import refined
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
KINDS: list[Kind] = ["triangle", "quad", "tetra", "hexahedron", "wedge"]


def quarter_tube(unit: Floats) -> Floats:
    radius, angle = 1 + unit[:, 0], math.pi / 2 * unit[:, 1]
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle), *(3 * unit[:, 2:].T)))


def tube(kind: Kind, order: Any) -> SolidMesh:
    counts = (2, 3, 2)[: CELLS[kind].dim]
    mesh = mapped_block(counts, kind=kind, order=order, map=quarter_tube)
    half = mesh.elements // 2
    lines = {}
    if mesh.dim == 3:
        block = mesh.blocks[0]
        rows = np.concatenate([block.cells[:, edge] for edge in CELLS[block.kind].edges])
        upright = (np.hypot(*np.moveaxis(mesh.points[rows[:, :2], :2], 2, 0)) < 1.001).all(axis=1)
        upright &= np.abs(mesh.points[rows[:, :2], 1]).max(axis=1) < 1e-9
        lines = {"axis": np.unique(rows[upright], axis=0)}
    return SolidMesh(
        points=mesh.points,
        blocks=mesh.blocks,
        regions={"inner": np.arange(half), "outer": np.arange(half, mesh.elements)},
        boundaries=mesh.boundaries,
        edges=lines,
        nodes={"corner": np.array([0])},
    )


def assert_conforming(mesh: SolidMesh, surface: float) -> None:
    """No facet belongs to three cells, and those of one cell alone make up the surface and nothing inside."""
    _, face = mesh.all_facets
    assert np.bincount(face).max() <= 2
    assert facet_sizes(mesh, mesh.outer_facets).sum() == pytest.approx(surface, rel=1e-9)


def assert_kept(coarse: SolidMesh, fine: SolidMesh, parent: NDArray[np.int64], *, curved: float = 1e-12) -> None:
    """Volumes of every parent, its region, and the size of every boundary are what they were."""
    held = np.bincount(parent, weights=volumes(fine), minlength=coarse.elements)
    assert held == pytest.approx(volumes(coarse), rel=1e-11)
    for name, part in fine.regions.items():
        assert np.isin(parent[part], coarse.region(name)).all()
    for name in coarse.boundaries:
        size = facet_sizes(coarse, coarse.boundary(name)).sum()
        assert facet_sizes(fine, fine.boundary(name)).sum() == pytest.approx(size, rel=curved)
    assert np.array_equal(fine.points[fine.nodes["corner"]], coarse.points[coarse.nodes["corner"]])
    for name in coarse.edges:
        assert length(fine, name) == pytest.approx(length(coarse, name), rel=1e-12)


def length(mesh: SolidMesh, name: str) -> float:
    lines = mesh.edges[name]
    return float(np.linalg.norm(mesh.points[lines[:, 0]] - mesh.points[lines[:, 1]], axis=1).sum())


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_refining_everything_keeps_volumes_names_and_surfaces(kind: Kind, order: int) -> None:
    coarse = tube(kind, order)
    fine, parent = refined(coarse)
    assert fine.order == order
    assert np.bincount(parent).tolist() == [2**coarse.dim] * coarse.elements
    assert_kept(coarse, fine, parent, curved=1e-9)
    surface = facet_sizes(fine, np.concatenate([fine.boundary(name) for name in fine.boundaries])).sum()
    assert_conforming(fine, surface)
    assert len(fine.outer_facets) == len(coarse.outer_facets) * 2 ** (coarse.dim - 1)
    assert np.array_equal(fine.points[: len(coarse.points)], coarse.points)


def test_a_mixed_mesh_is_refined_with_its_interfaces() -> None:
    one = mapped_block((2, 2, 2), kind="wedge", order=2, map=quarter_tube)
    two = mapped_block((2, 2, 2), kind="hexahedron", order=2, map=lambda unit: quarter_tube(unit) * [1, 1, -1])
    coarse = join({"wedges": one, "bricks": two})
    fine, parent = refined(coarse, [0])
    assert fine.elements == 8 * coarse.elements
    held = np.bincount(parent, weights=volumes(fine))
    assert held == pytest.approx(volumes(coarse), rel=1e-11)
    assert_conforming(fine, facet_sizes(coarse, coarse.outer_facets).sum() * (1 + 1e-12))


def test_new_nodes_lie_on_the_parabola_of_the_parent() -> None:
    coarse = mapped_block((1, 2), kind="triangle", order=2, map=quarter_tube)
    fine, _ = refined(coarse)
    for name, radius in (("left", 1.0), ("right", 2.0)):
        ends = coarse.facet_groups(coarse.boundary(name))[0].nodes
        t = np.array([0.25, 0.75])[:, None, None]
        a, b, m = (coarse.points[ends[:, k]] for k in range(3))
        # the parabola through both ends and the middle
        expected = (1 - t) * (1 - 2 * t) * a + t * (2 * t - 1) * b + 4 * t * (1 - t) * m
        found = fine.points[fine.boundary_nodes(name)]
        gap = np.linalg.norm(expected.reshape(-1, 1, 2) - found[None], axis=2).min(axis=1)
        assert gap.max() < 1e-15 * 8
        assert np.abs(np.hypot(*found.T) - radius).max() < 0.01 * radius


def test_crack_faces_stay_apart() -> None:
    """Two blocks in contact that share no node are still two blocks after refinement."""
    low, high = mapped_block((2, 2), order=2), mapped_block((2, 2), order=2, map=lambda unit: unit + np.array([0, 1]))
    cells = np.vstack((low.blocks[0].cells, high.blocks[0].cells + len(low.points)))
    both = SolidMesh(
        points=np.vstack((low.points, high.points)),
        blocks=(type(low.blocks[0])(kind="quad9", cells=cells),),
        regions={"body": np.arange(8)},
        boundaries={},
    )
    fine, _ = refined(both)
    assert len(fine.outer_facets) == 2 * 16
    assert len(fine.points) == 2 * 81


def shape(mesh: SolidMesh) -> Floats:
    """Volume over the cube (square) of the longest edge, one for each cell, that of the best cell being about one."""
    block = mesh.blocks[0]
    corners = mesh.points[block.cells[:, : CELLS[block.kind].vertices]]
    edges = CELLS[block.kind].edges[:, :2]
    longest = np.linalg.norm(corners[:, edges[:, 0]] - corners[:, edges[:, 1]], axis=2).max(axis=1)
    best = math.sqrt(3) / 4 if mesh.dim == 2 else math.sqrt(2) / 12
    straight = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / (2 if mesh.dim == 2 else 6)
    return straight / longest**mesh.dim / best


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", ["triangle", "tetra"])
def test_refining_towards_a_point_stays_conforming_local_and_well_shaped(kind: Kind, order: int) -> None:
    coarse = tube(kind, order)
    mesh, worst = coarse, shape(coarse).min()
    surface = facet_sizes(mesh, mesh.outer_facets).sum()
    steps = 8 if kind == "triangle" else 4
    for _ in range(steps):
        near = np.flatnonzero((mesh.blocks[0].cells == 0).any(axis=1))
        fine, parent = refined(mesh, near)
        assert_kept(mesh, fine, parent, curved=1e-9)
        assert_conforming(fine, surface * (1 + 1e-12) if mesh.dim == 2 else facet_sizes(fine, fine.outer_facets).sum())
        assert fine.elements < 8 * mesh.elements
        mesh = fine
    assert shape(mesh).min() > (0.4 if kind == "triangle" else 0.12) * worst
    # the smallest cell is 2^-steps of its parent, the largest is as it was
    assert volumes(mesh).min() < volumes(coarse).max() / 2 ** (mesh.dim * (steps - 1))
    named = np.concatenate([mesh.boundary(name) for name in mesh.boundaries])
    assert sorted(map(tuple, named.tolist())) == sorted(map(tuple, mesh.outer_facets.tolist()))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), solid=st.booleans(), order=st.sampled_from([1, 2]), share=st.floats(0, 1))
def test_any_marks_on_any_distorted_mesh_give_a_conforming_one(
    seed: int, solid: bool, order: Any, share: float
) -> None:
    random = np.random.default_rng(seed)
    counts = (2, 2, 2) if solid else (3, 3)
    amplitude = 0.05 * random.uniform(-1, 1, size=(3, len(counts)))

    def bent(unit: Floats) -> Floats:
        return unit * random.permutation([1.0, 1.7, 2.9])[: len(counts)] + np.sin(3 * unit @ amplitude[: len(counts)])

    mesh = mapped_block(counts, kind="tetra" if solid else "triangle", order=order, map=bent)
    mesh = SolidMesh(
        points=mesh.points,
        blocks=mesh.blocks,
        regions={"body": np.arange(mesh.elements)},
        boundaries=mesh.boundaries,
        nodes={"corner": np.array([0])},
    )
    for _ in range(2):
        fine, parent = refined(mesh, random.random(mesh.elements) < share)
        assert_kept(mesh, fine, parent, curved=1e-9)
        _, face = fine.all_facets
        assert np.bincount(face).max() <= 2
        named = np.concatenate([fine.boundary(name) for name in fine.boundaries])
        assert sorted(map(tuple, named.tolist())) == sorted(map(tuple, fine.outer_facets.tolist()))
        mesh = fine


@pytest.mark.parametrize("kind", ["triangle", "tetra"])
def test_a_measure_of_the_edges_says_in_which_direction_cells_become_smaller(kind: Kind) -> None:
    mesh = mapped_block((2, 2, 2)[: CELLS[kind].dim], kind=kind, order=2)
    pairs = np.array(list(itertools.combinations(range(mesh.dim + 1), 2)))
    for _ in range(3):
        corners = mesh.points[mesh.blocks[0].cells[:, : mesh.dim + 1]]
        along = np.abs(corners[:, pairs[:, 0], 0] - corners[:, pairs[:, 1], 0])
        mesh, _ = refined(mesh, np.arange(mesh.elements) % 3 == 0, measure=along)
        assert_conforming(mesh, facet_sizes(mesh, mesh.outer_facets).sum())
        assert volumes(mesh).sum() == pytest.approx(1.0, rel=1e-12)
    corners = mesh.points[mesh.blocks[0].cells[:, : mesh.dim + 1]]
    width = np.ptp(corners, axis=1).mean(axis=0)
    assert (width[0] < 0.5 * width[1:]).all(), width


def test_nothing_marked_changes_nothing() -> None:
    for order in (1, 2):
        coarse = mapped_block((2, 2, 2), kind="tetra", order=order, map=quarter_tube)
        fine, parent = refined(coarse, [])
        assert np.array_equal(fine.points, coarse.points)
        assert np.array_equal(fine.blocks[0].cells, coarse.blocks[0].cells)
        assert parent.tolist() == list(range(coarse.elements))


def test_elements_that_do_not_exist_are_refused() -> None:
    mesh = mapped_block((2, 2), kind="triangle")
    for wrong in ([8], [-1], [0.5]):
        with pytest.raises(InputError, match="elements to refine"):
            refined(mesh, wrong)
