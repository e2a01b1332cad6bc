"""One number for every edge and every face, whichever cell it is met in."""

from __future__ import annotations

import numpy as np

from tubewall.geometry.reference_cells import Ints


def pair_keys(pairs: Ints, nodes: int) -> Ints:
    """A number for each pair (m, 2) of nodes, the same for (a, b) and (b, a)."""
    low, high = np.minimum(pairs[:, 0], pairs[:, 1]), np.maximum(pairs[:, 0], pairs[:, 1])
    key: Ints = low * nodes + high
    return key


def numbered_pairs(pairs: Ints, nodes: int) -> tuple[Ints, Ints, Ints]:
    """The pairs (m, 2) numbered: keys, ascending, the first row with each, and the number of every row."""
    keys, first, which = np.unique(pair_keys(pairs, nodes), return_index=True, return_inverse=True)
    return keys, first, np.asarray(which).ravel()


def numbered_faces(corners: Ints, nodes: int) -> tuple[Ints, Ints]:
    """Faces (m, 3 or 4) numbered by their least three nodes: the first row with each number, and that of every row."""
    least = np.sort(corners, axis=1)[:, :3]
    _, pair = np.unique(least[:, 0] * nodes + least[:, 1], return_inverse=True)
    _, first, which = np.unique(np.asarray(pair).ravel() * nodes + least[:, 2], return_index=True, return_inverse=True)
    return first, np.asarray(which).ravel()
