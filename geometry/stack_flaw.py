"""Cracks and sliding faces in a stack: nodes that are there twice, once for either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.array_checks import FINEST
from tubewall.geometry.checks import length_or_zero, one_of, positive_length, whole_number
from tubewall.geometry.reference_cells import Ints
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_extrude import Layered
from tubewall.units import show

if TYPE_CHECKING:
    from collections.abc import Mapping

_EMPTY: Final[Mapping[str, Ints]] = MappingProxyType({})
# elements along a flaw for each element through the wall
_ALONG: Final = 4


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """A crack in the electrolyte (or film) under a mouth.

    Parameters
    ----------
    kind : "edge" or "penny"
        An edge flaw runs from the rim of the mouth straight down, all round it; a penny lies level under the mouth, around the
        axis of an axisymmetric model.
    length : float
        Depth of an edge flaw, radius of a penny [m].
    depth : float
        How deep [m] under the surface of the electrolyte a penny lies.
    chamber : int
        Under whose mouth an edge flaw lies.
    size : float
        Size [m] of the elements at its tip; 0 for one that follows from ``elements_through_wall``.

    Raises
    ------
    InputError
        When a number is no length, or a penny has no depth.
    """

    kind: str = "edge"
    length: float
    depth: float = 0.0
    chamber: int = 0
    size: float = 0.0

    def __post_init__(self) -> None:
        one_of("Flaw.kind", self.kind, ("edge", "penny"))
        object.__setattr__(self, "length", positive_length("Flaw.length", self.length))
        object.__setattr__(self, "depth", length_or_zero("Flaw.depth", self.depth))
        object.__setattr__(self, "size", length_or_zero("Flaw.size", self.size))
        object.__setattr__(self, "chamber", whole_number("Flaw.chamber", self.chamber, 0, 10**6))
        if (self.kind == "penny") != (self.depth > 0):
            raise InputError(
                f"Flaw.depth {show(self.depth, 'm')}: a penny lies at a positive depth, an edge flaw begins at the rim"
            )

    def heights(self, stack: Stack) -> list[float]:
        """Heights z [m] at which it begins and ends."""
        return [stack.floor, stack.floor - self.length] if self.kind == "edge" else [-self.depth]


def flaw_of(flaw: float | Flaw | None, stack: Stack, array: CellArray, kind: str, reach: float, e: int) -> Flaw | None:
    """The flaw that is meant, its size filled in, checked against the drawing; ``reach`` [m] is the radius of the cell.

    Raises
    ------
    InputError
        When it is longer than the electrolyte or does not fit the kind of model.
    """
    if flaw is None:
        return None
    given = flaw if isinstance(flaw, Flaw) else Flaw(length=flaw)
    deepest = stack.floor + stack.electrolyte
    down = given.length if given.kind == "edge" else given.depth
    what = "flaw" if given.kind == "edge" else "depth of the flaw"
    limit = deepest if given.kind == "edge" else stack.electrolyte
    if down > 0.95 * limit:
        raise InputError(
            f"{what} {show(down, 'm')} is longer than the electrolyte allows, which is {show(limit, 'm')} thick: "
            f"pass at most {show(0.95 * limit, 'm')}"
        )
    if given.length < FINEST * array.bore:
        raise InputError(
            f"flaw {show(given.length, 'm')} is too short to draw under a bore of {show(array.bore, 'm')}: "
            f"pass at least {show(FINEST * array.bore, 'm')}"
        )
    if given.kind == "edge" and stack.floor_fillet:
        raise InputError(
            f"an edge flaw begins at a sharp rim, but the mouth has a fillet of {show(stack.floor_fillet, 'm')}: pass "
            "no fillet there, or a penny"
        )
    if given.kind == "penny" and kind not in ("axisymmetric", "plane"):
        raise InputError(f"a penny lies around the axis of kind='axisymmetric' (a slit in 'plane'), got kind={kind!r}")
    if given.kind == "penny" and given.length > 0.95 * reach:
        raise InputError(
            f"flaw {show(given.length, 'm')} is wider than the cell, whose radius is {show(reach, 'm')}: pass at most "
            f"{show(0.95 * reach, 'm')}"
        )
    count = array.bore_count if kind == "cluster" else 1
    if given.chamber >= count:
        raise InputError(f"Flaw.chamber {given.chamber}: the drawing has chambers 0 to {count - 1}")
    usual = given.length / (_ALONG * e)
    return replace(given, size=min(given.size, usual) if given.size else usual)


@dataclass(frozen=True, kw_only=True, eq=False)
class Doubled:
    """Nodes of the elements after doubling, and the names that go with it (see ``stack_extrude.meshed``)."""

    nodes: Ints
    boundaries: Mapping[str, Ints] = field(default_factory=lambda: _EMPTY)
    edges: Mapping[str, Ints] = field(default_factory=lambda: _EMPTY)
    named: Mapping[str, Ints] = field(default_factory=lambda: _EMPTY)


def doubled(
    drawn: Layered, stack: Stack, levels: Sequence[float], crack: Flaw | None, *, sliding: bool, apart: bool
) -> Doubled:
    """Give nodes on cracks, of lithium that slides on the wall, and of lithium ``apart`` from its floor, a double."""
    nodes = drawn.nodes()
    boundaries: dict[str, Ints] = {}
    edges: dict[str, Ints] = {}
    named: dict[str, Ints] = {}
    if sliding or apart:
        for k in np.unique(drawn.section.zone[drawn.section.zone >= 0]):
            _free_lithium(drawn, stack, int(k), levels[k], nodes, boundaries, sliding=sliding, apart=apart)
    if crack is not None and crack.kind == "edge":
        _edge(drawn, stack, crack, nodes, boundaries, edges, named)
    elif crack is not None:
        _penny(drawn, crack, nodes, boundaries, named)
    return Doubled(nodes=nodes, boundaries=boundaries, edges=edges, named=named)


def _free_lithium(
    drawn: Layered,
    stack: Stack,
    chamber: int,
    level: float,
    nodes: Ints,
    boundaries: dict[str, Ints],
    *,
    sliding: bool,
    apart: bool,
) -> None:
    """Nodes of their own for the lithium of one chamber: along the wall, at the floor, or both."""
    from tubewall.geometry.stack_layers import LITHIUM

    mine = drawn.code == LITHIUM
    mine[drawn.section.zone != chamber] = False
    if not mine.any():
        return
    outline = _outline(drawn, chamber)
    cells = np.flatnonzero(drawn.section.zone == chamber)
    within = np.zeros(len(drawn.section.points), dtype=bool)
    within[drawn.section.cells[cells]] = True
    if sliding:
        wet = _planes(drawn, stack.floor, stack.floor + level, low=apart)
        _double(drawn, nodes, mine, outline, wet)
        outer, inner = _faces(drawn, chamber, mine)
        ceiling = _level(drawn, stack.ceiling)
        # lithium that fills a closed bore slides on its ceiling too
        if level >= stack.bore_height and stack.ends == "closed" and ceiling is not None:
            _double(drawn, nodes, mine, within & ~outline, _plane(drawn, ceiling))
            outer = np.concatenate((outer, np.column_stack((drawn.number[cells, ceiling], drawn.below[cells]))))
            inner = np.concatenate((inner, np.column_stack((drawn.number[cells, ceiling - 1], drawn.above[cells]))))
        boundaries[f"chamber {chamber} lithium"], boundaries[f"lithium {chamber} side"] = outer, inner
    floor = _level(drawn, stack.floor)
    if apart and floor is not None:
        _double(drawn, nodes, mine, within & ~outline, _plane(drawn, floor))
        boundaries[f"lithium {chamber} floor"] = np.column_stack((drawn.number[cells, floor], drawn.below[cells]))
        boundaries[f"mouth {chamber}"] = np.column_stack((drawn.number[cells, floor - 1], drawn.above[cells]))


def _level(drawn: Layered, z: float) -> int | None:
    """Which level between two layers lies at a height z [m]; None where a window leaves none there."""
    level = int(np.argmin(np.abs(drawn.levels - z)))
    inside = 0 < level < len(drawn.levels) - 1
    return level if inside and abs(drawn.levels[level] - z) < 1e-9 * float(np.ptp(drawn.levels)) else None


def _plane(drawn: Layered, level: int) -> NDArray[np.bool_]:
    """The plane of nodes at a level, among all planes."""
    planes = np.zeros(drawn.planes, dtype=bool)
    planes[2 * level] = True
    return planes


def _planes(drawn: Layered, low_z: float, high_z: float, *, low: bool) -> NDArray[np.bool_]:
    """Which planes of nodes lie between two heights, the upper one included, the lower one or not."""
    z, tiny = drawn.heights, 1e-9 * float(np.ptp(drawn.heights))
    result: NDArray[np.bool_] = (z > low_z - (tiny if low else -tiny)) & (z < high_z + tiny)
    return result


def _outline(drawn: Layered, chamber: int) -> NDArray[np.bool_]:
    """Nodes of the section on the outline of a bore."""
    cells, zone = drawn.section.cells, drawn.section.zone
    inside = np.zeros(len(drawn.section.points), dtype=bool)
    outside = inside.copy()
    inside[cells[zone == chamber]] = True
    outside[cells[zone != chamber]] = True
    return inside & outside


def _double(
    drawn: Layered, nodes: Ints, elements: NDArray[np.bool_], section: NDArray[np.bool_], planes: NDArray[np.bool_]
) -> None:
    """In these elements (m, L), replace these nodes of the section in these planes by their doubles."""
    rows = drawn.number[elements]
    many = len(drawn.section.points) * drawn.planes
    part = nodes[rows]
    single = part % many
    hit = (part < many) & section[single // drawn.planes] & planes[single % drawn.planes]
    nodes[rows] = np.where(hit, part + many, part)


def _faces(drawn: Layered, chamber: int, inner: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Facets around a bore next to these elements (m, L) inside it: those of what lies outside, and their own."""
    sides, zone = drawn.section.sides, drawn.section.zone
    a, b = sides[:, 0], sides[:, 1]
    around = (b >= 0) & ((zone[a] == chamber) != (zone[b] == chamber))
    within = np.where(zone[a] == chamber, a, b)
    row, layer = np.nonzero(around[:, None] & inner[within])
    pairs = drawn.between(row, layer)
    own = np.isin(pairs[:, 0], drawn.number[inner])
    return pairs[~own], pairs[own]


def _edge(
    drawn: Layered,
    stack: Stack,
    crack: Flaw,
    nodes: Ints,
    boundaries: dict[str, Ints],
    edges: dict[str, Ints],
    named: dict[str, Ints],
) -> None:
    tip = stack.floor - crack.length
    middle = (drawn.levels[1:] + drawn.levels[:-1]) / 2
    layers = (middle > tip) & (middle < stack.floor)
    inner = np.zeros(drawn.code.shape, dtype=bool)
    inner[np.ix_(drawn.section.zone == crack.chamber, layers)] = True
    outline = _outline(drawn, crack.chamber)
    _double(drawn, nodes, inner, outline, _planes(drawn, tip, stack.floor, low=False))
    boundaries["flaw outer"], boundaries["flaw inner"] = _faces(drawn, crack.chamber, inner)
    plane = 2 * int(np.argmin(np.abs(drawn.levels - tip)))
    sides, zone = drawn.section.sides, drawn.section.zone
    around = (sides[:, 1] >= 0) & ((zone[sides[:, 0]] == crack.chamber) != (zone[sides[:, 1]] == crack.chamber))
    lines = drawn.section.lines[around] * drawn.planes + plane
    if lines.shape[1] == 1:
        named["flaw tip"] = lines[:, 0]
    else:
        edges["flaw front"] = lines


def _penny(drawn: Layered, crack: Flaw, nodes: Ints, boundaries: dict[str, Ints], named: dict[str, Ints]) -> None:
    section, number = drawn.section, drawn.number
    level = int(np.argmin(np.abs(drawn.levels + crack.depth)))
    radius = section.points[:, 0]
    tiny = 1e-9 * crack.length
    cells = np.flatnonzero((radius[section.cells] < crack.length + tiny).all(axis=1))
    above = np.zeros(drawn.code.shape, dtype=bool)
    above[cells, level] = True
    _double(drawn, nodes, above, radius < crack.length - tiny, _plane(drawn, level))
    boundaries["flaw upper"] = np.column_stack((number[cells, level], drawn.below[cells]))
    boundaries["flaw lower"] = np.column_stack((number[cells, level - 1], drawn.above[cells]))
    tip = int(np.argmin(np.abs(radius - crack.length)))
    named["flaw tip"] = np.array([tip * drawn.planes + 2 * level])
