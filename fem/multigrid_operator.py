"""The stiffness of a solid as an operator: forces of a displacement, element by element, without a matrix.

Elements lie in chunks of neighbours. A chunk gathers the displacement of its nodes, adds the forces in a small array of its
own, and writes the nodes that only it touches; nodes of several chunks are summed afterwards in a fixed order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.extruded_elements import factors
from tubewall.fem.multigrid_groups import RULE_ORDER, Group

Int32s = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class Numbering:
    """Nodes numbered chunk by chunk; attributes as in ``compiled_chunks``.

    ``new`` (n,) is the number of each node of the mesh; ``inner`` and ``faces`` (chunks + 1,) are where a chunk's own nodes
    and its shared ones start; ``starts``, ``places`` list the copies of each shared node; ``size`` is the largest chunk.
    """

    new: Int32s
    inner: Ints
    faces: Ints
    face_nodes: Int32s
    starts: Ints
    places: Int32s
    size: int
    first: tuple[int, ...]

    @property
    def own(self) -> int:
        """How many nodes belong to one chunk only."""
        return int(self.inner[-1])


def number(groups: Sequence[Group], nodes: int) -> tuple[Numbering, list[Int32s]]:
    """Numbering of the nodes and, for each group, the local place (m, k) of every node of every element, times 3.

    Raises
    ------
    InputError
        When a node belongs to no element.
    """
    from tubewall.fem.compiled_chunks import find_owners, invert_list, number_nodes

    first = tuple(int(x) for x in np.cumsum([0, *(len(group.starts) - 1 for group in groups)]))
    owner, shared = np.full(nodes, -1, dtype=np.int32), np.zeros(nodes, dtype=np.bool_)
    for group, chunk in zip(groups, first, strict=False):
        find_owners(group.cells, group.starts, chunk, owner, shared)
    if np.any(owner < 0):
        raise InputError(f"node {int(np.argmin(owner))} of {nodes} belongs to no element")
    inner = np.concatenate(([0], np.cumsum(np.bincount(owner[~shared], minlength=first[-1]))))
    own = int(inner[-1])
    new, stamp, position = (np.full(nodes, -1, dtype=np.int32) for _ in range(3))
    # every copy but the first of a shared node is the first touch of it in its chunk
    face_nodes = np.empty(sum(int(shared[group.cells].sum()) for group in groups), dtype=np.int32)
    faces, following = np.zeros(first[-1] + 1, dtype=np.int64), np.array([0, own])
    places = []
    for group, chunk in zip(groups, first, strict=False):
        local = np.empty(group.cells.shape, dtype=np.int32)
        number_nodes(
            group.cells, group.starts, chunk, shared, inner, new, stamp, position, faces, face_nodes, following, local
        )
        places.append(local)
    face_nodes = face_nodes[: faces[-1]].copy()
    starts, copies = np.zeros(nodes - own + 1, dtype=np.int64), np.empty(len(face_nodes), dtype=np.int32)
    invert_list(face_nodes, own, starts, copies)
    numbering = Numbering(
        new=new,
        inner=inner,
        faces=faces,
        face_nodes=face_nodes,
        starts=starts,
        places=copies,
        size=int((np.diff(inner) + np.diff(faces)).max()),
        first=first,
    )
    return numbering, places


@dataclass(frozen=True, kw_only=True, eq=False)
class Batches:
    """A group laid out for its kernel: ``LANES`` elements side by side.

    ``starts`` (chunks + 1,) first batch of each chunk; ``place`` (m,) lane of each element; ``local`` (batches, k, LANES);
    ``geometry`` (batches, 9, LANES) gradients or (batches, 1 or q, 10, LANES) Jacobians; ``laws`` rows of the constants.
    """

    group: Group
    starts: Ints
    place: Ints
    local: Int32s
    geometry: NDArray[Any]
    laws: Int32s


def batched(group: Group, local: Int32s, points: Floats, size: int, crew: Crew) -> Batches:
    """Lay a group out.

    Raises
    ------
    InputError
        When an element is inverted or has no volume.
    """
    from tubewall.fem.compiled_tetra import LANES

    # a new batch starts with every chunk, and with every stiffness where the kernel takes one
    heads = np.zeros(len(group.cells), dtype=bool)
    heads[group.starts[:-1]] = True
    if group.straight:
        heads[1:] |= group.laws[1:, 0] != group.laws[:-1, 0]
    start = np.flatnonzero(heads)
    length = np.diff(np.append(start, len(heads)))
    base = np.concatenate(([0], np.cumsum(-(-length // LANES))))
    run = np.cumsum(heads) - 1
    place = LANES * base[run] + np.arange(len(heads)) - start[run]
    count = int(base[-1])
    laid = np.full((count, LANES, group.cells.shape[1]), 3 * size, dtype=np.int32)
    laid.reshape(-1, group.cells.shape[1])[place] = local
    chunk_runs = np.searchsorted(start, group.starts)
    geometry = _geometry(group, points, place, count, crew)
    if group.straight:
        laws = group.laws[start[np.searchsorted(base, np.arange(count), side="right") - 1], 0].copy()
    else:
        lanes = np.zeros((count * LANES, group.laws.shape[1]), dtype=np.int32)
        lanes[place] = group.laws
        laws = np.ascontiguousarray(lanes.reshape(count, LANES, -1).transpose(0, 2, 1))
    return Batches(
        group=group,
        starts=base[chunk_runs],
        place=place,
        local=np.ascontiguousarray(laid.transpose(0, 2, 1)),
        geometry=geometry,
        laws=laws,
    )


def _geometry(group: Group, points: Floats, place: Ints, count: int, crew: Crew) -> Floats:
    from tubewall.fem.compiled_element import element_jacobians
    from tubewall.fem.compiled_tetra import LANES, tetra_gradients

    elements = len(group.cells)
    if group.straight:
        gradients = np.zeros((count, 9, LANES))
        measures = np.empty(elements)
        crew.run(tetra_gradients, elements, points, group.cells, place, gradients, measures, least=2000)
        _refuse_inverted(group.kind, measures)
        return gradients
    table = group.table[:1] if group.affine else group.table
    jacobians = np.empty((elements, len(table), 10))
    crew.run(element_jacobians, elements, points, group.cells, table, jacobians, least=200)
    _refuse_inverted(group.kind, jacobians[..., 9].min(axis=1))
    lanes = np.zeros((count * LANES, *jacobians.shape[1:]))
    lanes[place] = jacobians
    return np.ascontiguousarray(lanes.reshape(count, LANES, len(table), 10).transpose(0, 2, 3, 1))


def _refuse_inverted(kind: str, measures: Floats) -> None:
    bad = ~(measures > 0)
    if bad.any():
        raise InputError(f"{int(bad.sum())} of {len(bad)} elements of kind {kind} are inverted or have no volume")


class ElementOperator:
    """y = stiffness u on the free unknowns, in the numbering of the chunks and in one precision."""

    def __init__(
        self,
        batches: Sequence[Batches],
        numbering: Numbering,
        constants: Floats,
        dtype: type[np.floating[Any]],
        crew: Crew,
    ) -> None:
        self.numbering, self.crew, self.dtype = numbering, crew, dtype
        upper = np.triu_indices(6)
        self._triangle = np.ascontiguousarray(constants[:, upper[0], upper[1]].ravel(), dtype=dtype)
        self._full = np.ascontiguousarray(constants.ravel(), dtype=dtype)
        geometry = [np.ascontiguousarray(b.geometry, dtype=dtype) for b in batches]
        self._batches = [(b, g.reshape(-1) if b.group.straight else g) for b, g in zip(batches, geometry, strict=True)]
        self._shared = np.empty(3 * len(numbering.face_nodes), dtype=dtype)
        self.products = 0

    def __call__(self, u: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
        """Write the product with ``u`` (3 n,) into ``y`` and return it."""
        from tubewall.fem.compiled_chunks import add_shared
        from tubewall.fem.compiled_element import element_product
        from tubewall.fem.compiled_extruded import extruded_product
        from tubewall.fem.compiled_tetra import tetra_product

        n = self.numbering
        common = (u, y, self._shared, n.inner, n.faces, n.face_nodes)
        for (batch, geometry), chunk in zip(self._batches, n.first, strict=False):
            group = batch.group
            layout = (chunk, batch.starts, batch.local, geometry, batch.laws)
            chunks, weights = len(group.starts) - 1, group.weights.astype(self.dtype)
            if group.straight:
                self.crew.run(tetra_product, chunks, *common, *layout, self._triangle, n.size)
            elif (factored := factors(group.kind, RULE_ORDER[group.kind])) is not None:
                tables = factored.cast(self.dtype)
                self.crew.run(extruded_product, chunks, *common, *layout, self._full, n.size, *tables, weights)
            else:
                table = group.table.astype(self.dtype)
                self.crew.run(element_product, chunks, *common, *layout, self._full, n.size, table, weights)
        self.crew.run(add_shared, len(n.starts) - 1, y, self._shared, n.starts, n.places, n.own, 3, least=2000)
        self.products += 1
        return y


def inverse_diagonal(
    batches: Sequence[Batches],
    places: Sequence[Int32s],
    numbering: Numbering,
    constants: Floats,
    fixed: NDArray[np.bool_],
    crew: Crew,
) -> NDArray[np.float32]:
    """Inverses (6 n,) of the 3 x 3 blocks on the diagonal, zero in rows and columns of fixed unknowns (3 n,)."""
    from tubewall.fem.compiled_chunks import add_shared, diagonal, invert_blocks
    from tubewall.fem.compiled_tetra import LANES

    n = numbering
    blocks, shared = np.empty(6 * len(n.new)), np.empty(6 * len(n.face_nodes))
    acoustic = _acoustic(constants)
    for batch, local, chunk in zip(batches, places, n.first, strict=False):
        group, geometry, laws = batch.group, batch.geometry, batch.laws
        if group.straight:
            # gradients times sqrt(V / 20) stand for the inverse Jacobian of a volume of 120 / 6
            geometry = np.concatenate((geometry, np.full((len(geometry), 1, LANES), 120.0)), axis=1)[:, None]
            laws = np.ascontiguousarray(np.broadcast_to(laws[:, None, None], (len(laws), 1, LANES)))
        tail = (geometry, laws, acoustic, n.size, group.table, group.weights)
        crew.run(
            diagonal, len(group.starts) - 1, blocks, shared, n.inner, n.faces, chunk, group.starts, batch.place, local, LANES, *tail
        )  # fmt: skip
    crew.run(add_shared, len(n.starts) - 1, blocks, shared, n.starts, n.places, n.own, 6, least=2000)
    result = np.empty(len(blocks), dtype=np.float32)
    crew.run(invert_blocks, len(n.new), blocks, fixed, result, least=2000)
    return result


def _acoustic(constants: Floats) -> Floats:
    """The tables (laws, 6, 6) that take grad N grad N (Voigt, no factors) to the 3 x 3 block of a node."""
    voigt = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
    pairs = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
    result = np.zeros((len(constants), 6, 6))
    for r, (i, j) in enumerate(pairs):
        for d in range(3):
            for e in range(3):
                result[:, r, voigt[d, e]] += constants[:, voigt[i, d], voigt[j, e]]
    return result
