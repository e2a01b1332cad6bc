"""The order in which the unknowns of a plane body are eliminated: nested dissection, which fills the factor least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# nodes of a part that is not cut any more
_LEAF: Final = 4
# share of the root of the number of nodes below which the first cut is short: minimum degree does as well on thin walls
_SHORT: Final = 0.5


def elimination_order(matrix: csr_array, free: Ints, points: Floats) -> Ints | None:
    """Order of elimination of the unknowns ``free`` of a plane body.

    Cuts are straight, along x, y or a diagonal, through the places where they meet the fewest nodes. A body of n unknowns fills
    its factor with a number of entries of order n log n (George 1973, Nested dissection of a regular finite element mesh).

    Parameters
    ----------
    matrix : (N, N)
        Two unknowns for each node, which share its neighbours, then those without a place, which are eliminated last.
    free : (n,) int
    points : (nodes, 2)

    Returns
    -------
    (n,) int, or None
        A permutation: numbers within ``free``. None for a body of thin walls, where minimum degree fills no more.
    """
    from tubewall.fem.compiled_dissection import dissect

    nodes, width = points.shape
    position: NDArray[np.int64] = np.full(matrix.shape[0], -1, dtype=np.int64)
    position[free] = np.arange(len(free))
    placed = position[: nodes * width].reshape(nodes, width)
    used = np.flatnonzero((placed >= 0).any(axis=1))
    x, y = points[used].T
    keys = ((y, x), (x, y), (x - y, x + y), (x + y, x - y))
    lists = np.array([used[np.lexsort(key)] for key in keys], dtype=np.int32)
    if not dissect(matrix.indptr, matrix.indices, width, nodes, lists, _LEAF, _SHORT * len(used) ** 0.5):
        return None
    order = np.concatenate([placed[lists[0]].ravel(), position[nodes * width :]])
    return np.asarray(order[order >= 0], dtype=np.int64)
