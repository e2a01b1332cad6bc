"""Relaxation by aggregates against dense algebra."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.fem.aggregate_relaxation import OwnBlocks, aggregate_relaxation, room_for
from tubewall.fem.compiled import Crew
from tubewall.fem.multigrid_blocks import BlockMatrix


def stiffness(nodes: int) -> tuple[np.ndarray, BlockMatrix]:
    """A full positive matrix (3 n, 3 n), and the same in blocks."""
    root = np.random.default_rng(3).standard_normal((3 * nodes, 3 * nodes))
    dense = root @ root.T + 3 * nodes * np.eye(3 * nodes)
    data = dense.reshape(nodes, 3, nodes, 3).transpose(0, 2, 1, 3).reshape(-1, 9)
    indices = np.tile(np.arange(nodes, dtype=np.int32), nodes)
    return dense, BlockMatrix(indptr=nodes * np.arange(nodes + 1), indices=indices, data=np.ascontiguousarray(data))


@pytest.mark.parametrize("parts", [1, 3])
def test_one_step_solves_each_aggregate_and_leaves_fixed_unknowns(parts: int) -> None:
    nodes = 9
    dense, matrix = stiffness(nodes)
    group = np.array([0, 1, 0, 2, 1, 1, 0, 2, 1])
    members = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[members], np.arange(4))
    fixed = np.zeros(3 * nodes, dtype=bool)
    fixed[[0, 13]] = True
    dense[fixed] = dense[:, fixed] = 0
    dense[fixed, fixed] = 1
    data = dense.reshape(nodes, 3, nodes, 3).transpose(0, 2, 1, 3).reshape(-1, 9).copy()
    with Crew(1) as crew:
        blocks = OwnBlocks(group, starts, members, crew)
        for k in range(parts):
            first, last = nodes * k // parts, nodes * (k + 1) // parts
            mine = first + np.argsort(group[first:last], kind="stable")
            begin = int(matrix.indptr[first])
            rows = (matrix.indptr - begin, matrix.indices[begin : int(matrix.indptr[last])])
            blocks.take(np.searchsorted(group[mine], np.arange(4)), mine, *rows, data[begin:])
        blocks.invert(fixed)

        def product(u: np.ndarray, y: np.ndarray) -> None:
            y[:] = dense @ u

        relaxation = aggregate_relaxation(product, blocks, 1, crew)
        unknown = np.repeat(group, 3)
        inverse = np.where(unknown[:, None] == unknown, dense, 0)
        inverse = np.linalg.inv(inverse)
        inverse[fixed] = inverse[:, fixed] = 0
        largest = np.linalg.eigvals(inverse @ dense).real.max()
        right = np.random.default_rng(4).standard_normal(3 * nodes)
        found = relaxation(right, None, tuple(np.zeros(3 * nodes) for _ in range(3)))
    # Lanczos finds the largest eigenvalue, which is then taken a tenth larger
    assert relaxation.largest == pytest.approx(1.1 * largest, rel=1e-4)
    # the first step of the fourth kind is 4 / 3 of a damped one, times its optimal weight 1.125
    assert found == pytest.approx(1.125 * 4 / 3 / relaxation.largest * inverse @ right, rel=1e-5, abs=1e-9)
    assert not found[fixed].any()


def test_small_aggregates_have_room_and_large_ones_do_not() -> None:
    assert room_for(np.arange(0, 1001, 10))
    assert not room_for(np.arange(0, 1001, 50))
