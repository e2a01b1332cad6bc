"""Local maximisation over cells: from the best of a few samples to the extreme itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.inverse_map import clipped
from tubewall.geometry.reference_cells import CELLS

# the pattern shrinks by this factor each round, until it is this small
_SHRINK: Final = 0.3
_FINE: Final = 1e-5

#: From rows (k,) and their points (k, d) in the reference cell to values (k,).
Measure = Callable[[Ints, Floats], Floats]


def climb(kind: str, rows: Ints, start: Floats, measure: Measure, *, step: float = 0.25) -> tuple[Floats, Floats]:
    """The largest values (k,) of ``measure`` near ``start`` (k, d) in the reference cell of a kind, and where (k, d).

    A pattern search (Hooke and Jeeves, J. ACM 8, 212, 1961) on the points around the best one so far, brought into the cell.
    """
    dim = CELLS[kind].dim
    offsets = np.stack(np.meshgrid(*[(-1.0, 0.0, 1.0)] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    at = start.copy()
    best = measure(rows, at)
    width = step
    while width > _FINE:
        tries = clipped(kind, (at[:, None] + width * offsets).reshape(-1, dim))
        values = measure(np.repeat(rows, len(offsets)), tries).reshape(len(rows), -1)
        values = np.where(np.isfinite(values), values, -np.inf)
        index = values.argmax(axis=1)
        pick = np.arange(len(rows))
        found = values[pick, index]
        # in a flat direction rounding leads nowhere
        better = found > best + 1e-10 * np.abs(best)
        at[better] = tries.reshape(len(rows), -1, dim)[pick, index][better]
        best = np.where(better, found, best)
        # stay as wide as long as it leads on
        if not np.any(better):
            width *= _SHRINK
        else:
            width *= 0.8
    return best, at


def lattice(kind: str, parts: int) -> Floats:
    """Points (q, d) of the reference cell of a kind that cut its edges into ``parts``."""
    cell = CELLS[kind]
    if cell.kind == "vertex":
        return np.zeros((1, 0))
    line = np.linspace(0.0, 1.0, parts + 1)
    grid = np.stack(np.meshgrid(*[line] * cell.dim, indexing="ij"), axis=-1).reshape(-1, cell.dim)
    flat = {"triangle": 2, "tetra": 3, "wedge": 2}.get(cell.first)
    return grid if flat is None else grid[grid[:, :flat].sum(axis=1) <= 1 + 1e-9]
