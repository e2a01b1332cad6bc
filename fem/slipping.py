"""Motions that sliding leaves free: parts of a body that hang on others by boundaries without friction alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.dependences import Dependences
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Discretisation
from tubewall.fem.rigid import free_motions, rigid_motions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# rows of constraints that are looked at together
_CHUNK = 20_000


def connected(discrete: Discretisation, given: Dependences | None = None) -> Ints:
    """Which part each node belongs to, (n,): parts share no node, and where ``given`` is told none that depends on another's."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = [np.repeat(cells[:, 0], cells.shape[1] - 1) for cells in discrete.cells]
    other = [cells[:, 1:].ravel() for cells in discrete.cells]
    if given is not None:
        links = given.weights.tocoo()
        inside = links.col < discrete.size
        first.append(given.slaves[links.row[inside]] // discrete.dim)
        other.append(links.col[inside] // discrete.dim)
    a, b = np.concatenate(first), np.concatenate(other)
    n = len(discrete.nodes)
    labels: Ints = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)[1]
    return labels


def slipping(discrete: Discretisation, kinematics: str, given: Dependences, size: int) -> Floats:
    """Motions (N, f) of rigid parts, each on its own, that nothing holds: as of a round column that turns in its tube.

    The motions of a body that is not held at all are among them.

    Parameters
    ----------
    discrete : Discretisation
    kinematics : str
    given : Dependences
        All supports, periods and ties.
    size : int
        Unknowns N.
    """
    full = _each(discrete, kinematics, size)
    felt = (full[given.slaves] - given.weights @ full).tocsr()
    felt = felt[np.diff(felt.indptr) > 0]
    resisted = np.zeros((0, full.shape[1]))
    for start in range(0, felt.shape[0], _CHUNK):
        rows = np.vstack((resisted, felt[start : start + _CHUNK].toarray()))
        resisted = np.asarray(np.linalg.qr(rows, mode="r")) if len(rows) > full.shape[1] else rows
    moves: Floats = full @ free_motions(resisted)
    return moves


def _each(discrete: Discretisation, kinematics: str, size: int) -> csr_array:
    """The rigid motions of every part as columns (N, parts times r), those of the others 0."""
    from scipy.sparse import coo_array, csr_array

    labels, dim = connected(discrete), discrete.dim
    rows, columns, values, count = [], [], [], 0
    for part in range(int(labels.max()) + 1):
        nodes = np.flatnonzero(labels == part)
        local = rigid_motions(discrete.points[nodes], kinematics)
        unknowns = (dim * nodes[:, None] + np.arange(dim)).ravel()
        rows.append(np.repeat(unknowns, local.shape[1]))
        columns.append(count + np.tile(np.arange(local.shape[1]), len(unknowns)))
        values.append(local.ravel())
        count += local.shape[1]
    where = (np.concatenate(rows), np.concatenate(columns))
    return csr_array(coo_array((np.concatenate(values), where), shape=(size, count)))
