"""Elements of a solid sorted into groups that one kernel treats, and cut into chunks of neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.geometry.reference_cells import CELLS

# degree of the rule: 4 for second order (curved too), what full integration takes for first order
RULE_ORDER: Final[Mapping[str, int]] = {
    "tetra": 1,
    "hexahedron": 2,
    "wedge": 2,
    "tetra10": 4,
    "hexahedron27": 4,
    "wedge18": 4,
}
# a node this far off its straight place, in lengths of the element, makes the element curved
STRAIGHT: Final = 1e-13
_CHUNK: Final = 4096


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Elements of one kind and one rule.

    Attributes
    ----------
    kind : str
    cells : (m, k) int
        In the order of the chunks.
    laws : (m, 1) or (m, q) int
        Row of the table of constants of each element or point.
    table, weights : (q, k, 3), (q,)
        Gradients of the shape functions at the rule's points.
    straight : bool
        Quadratic tetrahedra with straight edges and constant stiffness.
    affine : bool
        The Jacobian is the same at all points.
    starts : (chunks + 1,) int
        First element of each chunk.
    """

    kind: str
    cells: NDArray[np.int32]
    laws: NDArray[np.int32]
    table: Floats
    weights: Floats
    straight: bool
    affine: bool
    starts: Ints


def sorted_groups(
    points: Floats, blocks: Sequence[tuple[str, Ints]], laws: Sequence[Ints], *, chunk: int | None = None
) -> list[Group]:
    """Groups of the elements of ``blocks``; ``laws`` (m, 1) or (m, q) for each block.

    Raises
    ------
    InputError
        For a kind that is no solid, or laws at points that the rule does not have.
    """
    total = sum(len(cells) for _, cells in blocks)
    size = chunk or int(min(_CHUNK, max(64, total // 32)))
    groups = []
    for (kind, cells), law in zip(blocks, laws, strict=True):
        if kind not in RULE_ORDER:
            raise InputError(f"cells of kind {kind!r} are no solid elements; known are {', '.join(RULE_ORDER)}")
        straight = _straight(points, kind, cells)
        constant = np.all(law == law[:, :1], axis=1)
        for affine in (True, False):
            for same in (True, False):
                rows = np.flatnonzero((straight == affine) & (constant == same))
                if len(rows):
                    mine = law[:, :1] if same else law
                    groups.append(_group(points, kind, cells, mine, rows, affine, size))
    return groups


def _group(points: Floats, kind: str, cells: Ints, law: Ints, rows: Ints, affine: bool, size: int) -> Group:
    from tubewall.fem.compiled_tetra import LANES

    special = kind == "tetra10" and affine and law.shape[1] == 1 and 8 * len(np.unique(law[rows])) <= len(rows) + 8
    local, weights = rule(kind, 2 if special else RULE_ORDER[kind])
    if law.shape[1] not in (1, len(weights)):
        raise InputError(
            f"stiffness at {law.shape[1]} points of each {kind}, but the rule has {len(weights)}; give one per element or point"
        )
    vertices = CELLS[kind].vertices
    corners = cells[rows, :vertices]
    centres = points[corners[:, 0]]
    for a in range(1, vertices):
        centres = centres + points[corners[:, a]]
    # whole batches of elements side by side
    parts = bisected(centres, max(size // max(len(weights) * cells.shape[1] // 40, 1), 32), LANES)
    if special:
        # the kernel takes one stiffness for elements side by side
        parts = [part[np.argsort(law[rows[part], 0], kind="stable")] for part in parts]
    order = rows[np.concatenate(parts)]
    return Group(
        kind=kind,
        cells=cells[order].astype(np.int32),
        laws=np.ascontiguousarray(law[order], dtype=np.int32),
        table=np.ascontiguousarray(shape_table(kind, local)[1]),
        weights=np.ascontiguousarray(weights),
        straight=special,
        affine=affine,
        starts=np.cumsum([0, *(len(part) for part in parts)]),
    )


def _straight(points: Floats, kind: str, cells: Ints) -> NDArray[np.bool_]:
    """Which elements (m,) are affine images of the reference cell, up to rounding."""
    cell = CELLS[kind]
    count = cell.vertices
    # the affine map through the first vertex and its three neighbours
    corner = {"tetra": (0, 1, 2, 3), "hexahedron": (0, 1, 3, 4), "wedge": (0, 1, 2, 3)}[cell.first]
    if len(cell.nodes) == 4:
        return np.ones(len(cells), dtype=bool)
    origin = points[cells[:, corner[0]]]
    axes = [points[cells[:, a]] - origin for a in corner[1:]]
    length = np.max([np.abs(axis).max(axis=1) for axis in axes], axis=0)
    allowed = STRAIGHT * length + 4 * np.finfo(np.float64).eps * np.abs(origin).max(axis=1)
    result = np.ones(len(cells), dtype=bool)
    for a in range(4 if count == 4 else 1, len(cell.nodes)):
        place = origin + sum(x * axis for x, axis in zip(cell.nodes[a], axes, strict=True) if x)
        result &= np.abs(points[cells[:, a]] - place).max(axis=1) <= allowed
    return result


def bisected(places: Floats, size: int, multiple: int = 1) -> list[Ints]:
    """Numbers of ``places`` (n, 3) in groups of neighbours of at most ``size``, halved across their longest side.

    All groups but one hold a ``multiple`` of places, which is less than ``size``.
    """
    parts: list[Ints] = []
    waiting = [np.arange(len(places))]
    while waiting:
        part = waiting.pop()
        if len(part) <= size:
            parts.append(part)
            continue
        mine = places[part]
        across = mine[:, int(np.argmax(np.ptp(mine, axis=0)))]
        half = -(-len(part) // 2 // multiple) * multiple
        halves = np.argpartition(across, half)
        waiting += [part[halves[half:]], part[halves[:half]]]
    return parts
