"""Boundaries that slide on each other but do not part: coincident nodes that move alike along the normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.dependences import Dependences
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Model
from tubewall.fem.roller import directions_at
from tubewall.units import show, show_point

# nodes are one place within this share of the mesh's size
_SAME = 1e-7


@dataclass(frozen=True, kw_only=True)
class Slide:
    """Two boundaries without friction, in contact wherever they are: no gap opens and none overlaps.

    Their nodes lie at the same places, node by node. Where the facets of the slave at a node turn sharply, the motion along each
    of their normals is shared.

    Parameters
    ----------
    slave, master : str
        Boundaries.
    """

    slave: str
    master: str

    def __post_init__(self) -> None:
        if self.slave == self.master:
            raise InputError(f"a boundary slides on another one, got {self.slave!r} twice")


def slid(model: Model, slide: Slide, given: Dependences, size: int) -> Dependences:
    """The dependence of the slave's nodes on the master's along the normal, beside what is ``given`` of them already.

    Raises
    ------
    InputError
        When a node of the slave has no partner.
    """
    from scipy.sparse import coo_array

    dim = model.discrete.dim
    partner = _partners(model, slide)
    known = {int(s): i for i, s in enumerate(given.slaves)}
    found: dict[int, Row] = {}
    for node, normals in directions_at(model, slide.slave):
        own: dict[int, Row] = {}
        for normal in normals:
            row, constant = _free(_difference(normal, node, partner[node], dim), node, dim, given, known, own)
            slave = max((u for u in row if u // dim == node), key=lambda u: abs(row[u]), default=-1)
            if slave < 0 or abs(row[slave]) < 1e-9:
                continue
            weights = {u: -w / row[slave] for u, w in row.items() if u != slave and abs(w) > 1e-13}
            own[slave] = (weights, -constant / row[slave])
        found.update(own)
    rows = [i for i, (weights, _) in enumerate(found.values()) for _ in weights]
    columns = [column for weights, _ in found.values() for column in weights]
    values = [value for weights, _ in found.values() for value in weights.values()]
    return Dependences(
        slaves=np.array(list(found), dtype=np.int64),
        weights=coo_array((np.array(values), (rows, columns)), shape=(len(found), size)).tocsr(),
        offset=np.array([constant for _, constant in found.values()]),
        owner=np.full(len(found), -2, dtype=np.int64),
    )


#: What an unknown follows from: shares of others and a constant [m].
Row = tuple[dict[int, float], float]


def _difference(normal: Floats, node: int, partner: int, dim: int) -> dict[int, float]:
    """The motion of a node along a direction, less that of its partner, in unknowns."""
    row = {dim * node + c: float(normal[c]) for c in range(dim) if abs(normal[c]) > 1e-13}
    return row | {dim * partner + c: -float(normal[c]) for c in range(dim) if abs(normal[c]) > 1e-13}


def _free(
    row: dict[int, float], node: int, dim: int, given: Dependences, known: dict[int, int], own: dict[int, Row]
) -> Row:
    """A row with what is known of the node's own unknowns put in."""
    constant = 0.0
    # what one unknown depends on may depend on another of the node
    for _ in range(dim):
        for unknown in [u for u in row if u // dim == node and (u in known or u in own)]:
            weight = row.pop(unknown)
            terms, held = own[unknown] if unknown in own else _row(given, known[unknown])
            constant += weight * held
            for other, share in terms.items():
                row[other] = row.get(other, 0.0) + weight * share
    return row, constant


def _row(given: Dependences, index: int) -> Row:
    part = given.weights[[index]]
    return dict(zip(part.indices.tolist(), part.data.tolist(), strict=True)), float(given.offset[index])


def _partners(model: Model, slide: Slide) -> dict[int, int]:
    """Position of the master's node at the place of each of the slave's."""
    from scipy.spatial import cKDTree

    discrete = model.discrete
    slaves, masters = (_nodes(model, name) for name in (slide.slave, slide.master))
    distance, found = cKDTree(discrete.points[masters]).query(discrete.points[slaves])
    worst = int(np.argmax(distance))
    if distance[worst] > _SAME * discrete.mesh.size:
        raise InputError(
            f"the node of {slide.slave!r} at {show_point(discrete.points[slaves[worst]])} has no partner on {slide.master!r}: "
            f"boundaries that slide have their nodes at the same places (the nearest is {show(distance[worst], 'm')} off)"
        )
    shared = np.flatnonzero(masters[found] == slaves)
    if len(shared):
        raise InputError(
            f"{slide.slave!r} and {slide.master!r} share the node at {discrete.points[slaves[shared[0]]].tolist()} m: what "
            "slides has nodes of its own"
        )
    return dict(zip(slaves.tolist(), masters[found].tolist(), strict=True))


def _nodes(model: Model, name: str) -> Ints:
    discrete = model.discrete
    nodes: Ints = np.unique(discrete.position(discrete.mesh.boundary_nodes(name)))
    return nodes
