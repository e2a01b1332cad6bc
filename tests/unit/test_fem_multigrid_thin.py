"""Solid walls whose elements are much longer than thick: aggregates across them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from tubewall.fem import multigrid_thin
from tubewall.fem.compiled import Crew
from tubewall.fem.compiled_rigid import balls
from tubewall.fem.multigrid import SolidSolver
from tubewall.fem.multigrid_aggregates import rigid_motions
from tubewall.fem.multigrid_blocks import assemble_blocks
from tubewall.geometry.block_mapping import mapped_block

YOUNGS, POISSON = 60e9, 0.25
LAME, SHEAR = YOUNGS * POISSON / (1 + POISSON) / (1 - 2 * POISSON), YOUNGS / 2 / (1 + POISSON)
LAW = np.diag([2 * SHEAR] * 3 + [SHEAR] * 3)
LAW[:3, :3] += LAME


def wall(kind, counts=(2, 6, 8), height=2e-6):
    """A curved wall 10 nm thick, 100 nm wide; its elements are 5 nm thick and 250 nm high."""

    def shape(x):
        radius, angle = 90e-9 + 10e-9 * x[:, 0], 1.0 * x[:, 1]
        return np.stack([radius * np.cos(angle), radius * np.sin(angle), height * x[:, 2]], axis=1)

    return mapped_block(counts, map=shape, kind=kind, order=2)


def solved(mesh, method):
    points, blocks = mesh.points, [(block.kind, block.cells) for block in mesh.blocks]
    fixed = np.repeat(points[:, 2] < 1e-12, 3)
    fixed[2::3] |= points[:, 2] > points[:, 2].max() - 1e-12
    inner = np.hypot(points[:, 0], points[:, 1]) < 90.001e-9
    forces = 1e-12 * np.where(inner, points[:, 2] / 2e-6, 0)[:, None] * points * [1, 1, 0] / 90e-9
    region = np.zeros(mesh.elements, dtype=int)
    with SolidSolver(points, blocks, LAW[None], region, fixed, method=method, threads=1) as solver:
        found = solver.solve(forces.ravel())
        return found, solver.name


@pytest.mark.parametrize("kind", ["hexahedron", "wedge"])
def test_a_thin_wall_that_bends_is_solved_in_few_iterations_and_as_by_factorisation(kind, monkeypatch):
    mesh = wall(kind)
    right, _ = solved(mesh, "cholmod")
    monkeypatch.setattr(multigrid_thin, "_FIRST", 300)
    monkeypatch.setattr(multigrid_thin, "_LATER", 300)
    found, name = solved(mesh, "multigrid")
    assert name == "multigrid, aggregated nodes"
    # rounding of the displacement leaves that much of the balance of so slender a wall, whatever the solver
    assert found.residual <= max(1e-10, 4 * right.residual)
    assert found.iterations < 80
    size = np.abs(right.displacement).max()
    assert found.displacement == pytest.approx(right.displacement, rel=0, abs=1e-8 * size)


def test_aggregates_have_the_rigid_motions_and_the_projected_stiffness():
    mesh = wall("hexahedron", counts=(2, 3, 3), height=1e-6)
    points, blocks = mesh.points / 1e-7, [(block.kind, block.cells) for block in mesh.blocks]
    matrix = assemble_blocks(points, blocks, LAW[None] / YOUNGS, np.zeros(mesh.elements, dtype=int), threads=1)
    near = abs(points[:, None] - points[None]).max(axis=2) < 0.4
    graph = csr_array(near & ~np.eye(len(points), dtype=bool), dtype=float)
    modes = rigid_motions(points)
    with Crew(1) as crew:
        aggregates, _, _, coarse = multigrid_thin._aggregated(graph, points, modes, 0, crew)
        level = aggregates.level(
            matrix.indptr, matrix.indices, lambda a, b: matrix.data[matrix.indptr[a] : matrix.indptr[b]], 3
        )
        lifted = np.zeros(modes[..., 0].size)
        aggregates.up(coarse[..., 4].ravel(), lifted)
        forces = np.empty(level.size)
        small = np.random.default_rng(1).standard_normal(level.size)
        # a line of nodes does not turn about itself
        small *= np.diagonal(coarse, axis1=1, axis2=2).ravel() > 0
        level.half()(small, forces)
        fine, image = np.zeros(3 * len(points)), np.empty(3 * len(points))
        aggregates.up(small, fine)
        matrix.multiply(fine, image, crew)
    assert lifted == pytest.approx(modes[..., 4].ravel(), abs=1e-12)
    assert forces == pytest.approx(aggregates.down(image), rel=0, abs=1e-11 * np.abs(forces).max())


def test_balls_cover_every_node_once_and_reach_no_farther_than_their_steps_and_what_joins_them():
    """On a path of 20 nodes balls of two steps hold 3 to 9 nodes, one after the other."""
    indptr = np.concatenate(([0, 1], 1 + 2 * np.arange(1, 19), [38])).astype(np.int64)
    indices = np.array([1] + [k + d for k in range(1, 19) for d in (-1, 1)] + [18], dtype=np.int32)
    group = np.full(20, -1, dtype=np.int64)
    count = balls(indptr, indices, np.ones(38), 2, group)
    assert set(group) == set(range(count))
    for k in range(count):
        members = np.flatnonzero(group == k)
        assert np.all(np.diff(members) == 1)
        assert len(members) <= 9
    assert 3 <= count <= 7


def test_blocks_are_no_thin_bodies_and_walls_are():
    from tubewall.fem.multigrid_blocks import law_table
    from tubewall.fem.multigrid_groups import sorted_groups

    for mesh, expected in ((mapped_block((3, 3, 3), kind="tetra", order=2), False), (wall("hexahedron"), True)):
        blocks = [(block.kind, block.cells) for block in mesh.blocks]
        _, laws = law_table(blocks, LAW[None], np.zeros(mesh.elements, dtype=int))
        assert multigrid_thin.thin(sorted_groups(mesh.points, blocks, laws), mesh.points) is expected
