"""Shape functions of the cells at points that differ from cell to cell: powers of the coordinates times a small matrix."""

from __future__ import annotations

import functools

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.geometry.reference_cells import CELLS


@functools.lru_cache(maxsize=16)
def _monomials(kind: str) -> tuple[Ints, Floats]:
    """Powers (k, dim) of the monomials of a kind, and the matrix (k, k) from these to its shape functions."""
    cell = CELLS[kind]
    grid = np.stack(np.meshgrid(*[np.arange(cell.order + 1)] * cell.dim, indexing="ij"), axis=-1).reshape(-1, cell.dim)
    flat = {"triangle": 2, "wedge": 2, "tetra": 3}.get(cell.first, 0)
    powers = grid[grid[:, :flat].sum(axis=1) <= cell.order] if flat else grid
    values = np.prod(cell.nodes[:, None, :] ** powers[None], axis=2)
    return powers, np.linalg.inv(values)


def fast_shape(kind: str, local: Floats) -> tuple[Floats, Floats]:
    """Values (p, k) and reference gradients (p, k, dim) of the shape functions of a kind at local points (p, dim).

    The same as ``shape_table``, several times faster for a few points of cells with many nodes.
    """
    powers, matrix = _monomials(kind)
    one, zero = np.ones_like(local), np.zeros_like(local)
    table = np.stack([one, local, local * local], axis=2)
    slope = np.stack([zero, one, 2 * local], axis=2)
    dim = local.shape[1]
    parts = [table[:, axis, powers[:, axis]] for axis in range(dim)]
    steep = [slope[:, axis, powers[:, axis]] for axis in range(dim)]
    values = _product(parts) @ matrix
    gradients = np.empty((*values.shape, dim))
    for axis in range(dim):
        gradients[:, :, axis] = _product([*parts[:axis], steep[axis], *parts[axis + 1 :]]) @ matrix
    return values, gradients


def _product(parts: list[Floats]) -> Floats:
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result
