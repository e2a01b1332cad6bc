"""Unknowns that depend on others, and how all of them follow from the free ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, kw_only=True, eq=False)
class Dependences:
    """Unknowns that depend on others: ``y[slaves] = weights @ y + offset``.

    Attributes
    ----------
    slaves : (s,)
    weights : (s, N)
    offset : (s,)
        [m]
    owner : (s,)
        Index of the support that each comes from; -1 for symmetry on the axis, -2 for periods and ties.
    """

    slaves: Ints
    weights: csr_array
    offset: Floats
    owner: Ints


def fixed(unknowns: Ints, values: Floats, owner: int, size: int) -> Dependences:
    """Unknowns (s,) held at ``values`` (s,) by one support."""
    from scipy.sparse import csr_array

    return Dependences(
        slaves=unknowns,
        weights=csr_array((len(unknowns), size)),
        offset=np.asarray(values, dtype=np.float64),
        owner=np.full(len(unknowns), owner, dtype=np.int64),
    )


def joined(parts: Sequence[Dependences], size: int) -> Dependences:
    """All of ``parts``, one after the other."""
    from scipy.sparse import csr_array, vstack

    if not parts:
        return fixed(np.zeros(0, dtype=np.int64), np.zeros(0), 0, size)
    return Dependences(
        slaves=np.concatenate([part.slaves for part in parts]),
        weights=csr_array(vstack([part.weights for part in parts])),
        offset=np.concatenate([part.offset for part in parts]),
        owner=np.concatenate([part.owner for part in parts]),
    )


def chosen(given: Dependences, rows: Ints) -> Dependences:
    """Some of the dependences."""
    return Dependences(
        slaves=given.slaves[rows], weights=given.weights[rows], offset=given.offset[rows], owner=given.owner[rows]
    )


def resolved(given: Dependences, size: int) -> tuple[csr_array, Floats, Ints]:
    """T (size, m), g (size,) and the free unknowns (m,) such that y = T v + g fulfils all dependences.

    Raises
    ------
    InputError
        When they depend on each other in a circle.
    """
    from scipy.sparse import coo_array, csr_array, diags_array

    free_mask = np.ones(size, dtype=bool)
    free_mask[given.slaves] = False
    free = np.flatnonzero(free_mask)
    offset = np.zeros(size)
    offset[given.slaves] = given.offset
    if given.weights.nnz == 0:
        columns = np.arange(len(free))
        return csr_array((np.ones(len(free)), (free, columns)), shape=(size, len(free))), offset, free
    count = len(given.slaves)
    spread = csr_array(coo_array((np.ones(count), (given.slaves, np.arange(count))), shape=(size, count)))
    step = csr_array(diags_array(free_mask.astype(np.float64)) + spread @ given.weights)
    transform, known = step, offset.copy()
    # a slave may depend on slaves: a corner of a periodic cell on an edge, that on another
    for _ in range(16):
        rest = transform @ diags_array((~free_mask).astype(np.float64))
        if rest.count_nonzero() == 0:
            return csr_array(transform[:, free]), known, free
        known = known + rest @ offset
        transform = csr_array(transform @ step)
    raise InputError("supports, periods and ties depend on each other in a circle: name each boundary once")
