"""What the facets of a stack are called."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from tubewall.geometry.array import CellArray
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_extrude import VOID, Layered
from tubewall.geometry.stack_layers import LITHIUM
from tubewall.geometry.stack_section import GAP, OUTSIDE, Placed, Section

# two lengths are the same within this share
_SAME = 1e-9

_Add = Callable[[str, Ints], None]


def outside_names(
    section: Section, array: CellArray, kind: str, bores: Sequence[Placed], *, partial: bool
) -> dict[int, tuple[str, ...]]:
    """Names of the sides (rows of ``section.sides``) that nothing lies beyond."""
    rows = np.flatnonzero(section.sides[:, 1] < 0)
    if section.kinds == ("line3",):
        return {int(row): ("axis",) if section.sides[row, 2] == 0 else ("sides",) for row in rows}
    middles = section.points[section.lines[rows, -1]]
    if kind == "sector":
        tolerance = _SAME * array.pitch
        names = np.where(
            np.abs(middles[:, 1]) < tolerance, 0, np.where(middles[:, 0] > array.pitch / 2 - tolerance, 1, 2)
        )
        return {int(row): ("sides", f"side {k}") for row, k in zip(rows, names, strict=True)}
    if kind == "cell":
        return {int(row): ("sides", name) for row, name in zip(rows, _pairs(middles, array), strict=True)}
    if not partial:
        return {int(row): ("sides",) for row in rows}
    inner = _within(middles, array, bores)
    return {int(row): ("cut",) if cut else ("sides",) for row, cut in zip(rows, inner, strict=True)}


def _pairs(middles: Floats, array: CellArray) -> list[str]:
    """Of a cell around the origin: faces k and k + n / 2 of its n are 'side k high' and 'side k low'."""
    count = array.neighbours
    face = np.rint(np.arctan2(middles[:, 1], middles[:, 0]) / (2 * math.pi / count)).astype(int) % count
    return [f"side {k % (count // 2)} {'high' if k < count // 2 else 'low'}" for k in face]


def _within(middles: Floats, array: CellArray, bores: Sequence[Placed]) -> list[bool]:
    """Whether another bore of the array lies beyond sides (k, 2) of the cells that are drawn."""
    drawn = {placed.zone for placed in bores}
    others = array.centres[[k for k in range(array.bore_count) if k not in drawn]]
    if not len(others):
        return [False] * len(middles)
    reach = array.pitch / 2 / math.cos(array.half_angle) * (1 + _SAME)
    away = np.linalg.norm(middles[:, None] - others[None], axis=2).min(axis=1)
    mine = np.linalg.norm(middles[:, None] - np.array([b.centre for b in bores])[None], axis=2).min(axis=1)
    return [bool(a <= reach and a <= m * (1 + 1e-6)) for a, m in zip(away, mine, strict=True)]


def named_facets(
    drawn: Layered, stack: Stack, levels: Sequence[float], outside: dict[int, tuple[str, ...]]
) -> dict[str, Ints]:
    """All boundaries of the surface, and those between lithium and what it touches."""
    found: dict[str, list[Ints]] = {}
    middle = (drawn.levels[1:] + drawn.levels[:-1]) / 2

    def add(name: str, pairs: Ints) -> None:
        if len(pairs):
            found.setdefault(name, []).append(pairs)

    pairs, row, layer, zone = drawn.upright()
    for k in np.unique(zone[zone >= 0]):
        wet = middle[layer] < stack.floor + levels[k]
        add(f"chamber {k} gas", pairs[(zone == k) & ~wet])
        add(f"chamber {k} lithium", pairs[(zone == k) & wet])
    add("interstice", pairs[zone == GAP])
    names: dict[str, list[int]] = {}
    for side, given in outside.items():
        for name in given:
            names.setdefault(name, []).append(side)
    for name, sides in names.items():
        add(name, pairs[(zone == OUTSIDE) & np.isin(row, sides)])
    _add_flat(drawn, stack, levels, add)
    if np.any(drawn.code == LITHIUM):
        _add_touching(drawn, stack, levels, add)
    return {name: np.concatenate(parts) for name, parts in sorted(found.items(), key=lambda item: _rank(item[0]))}


def _rank(name: str) -> tuple[int, str, int, str]:
    words = name.split()
    return (0, words[0], int(words[1]), name) if len(words) > 1 and words[1].isdigit() else (1, name, 0, "")


def _add_flat(drawn: Layered, stack: Stack, levels: Sequence[float], add: _Add) -> None:
    pairs, cell, level, up = drawn.flat()
    zone, last = drawn.section.zone[cell], len(drawn.levels) - 1
    bottom = drawn.levels[0] <= -stack.electrolyte * (1 - _SAME)
    top = drawn.levels[-1] >= stack.top * (1 - _SAME)
    ends = (level == 0) | (level == last)
    add("bottom" if bottom else "cut", pairs[(level == 0) & ~up])
    add("top" if top else "cut", pairs[(level == last) & up])
    add("interstice", pairs[~ends & (zone == GAP)])
    below = drawn.code[cell, np.maximum(level - 1, 0)]
    for k in np.unique(zone[zone >= 0]):
        mine = ~ends & (zone == k)
        full = levels[k] >= stack.bore_height * (1 - _SAME)
        add(f"piston {k}", pairs[mine & up & (below == LITHIUM)])
        add(f"mouth {k}", pairs[mine & up & (below != LITHIUM)])
        add(f"chamber {k} lithium" if full else f"chamber {k} gas", pairs[mine & ~up])


def _add_touching(drawn: Layered, stack: Stack, levels: Sequence[float], add: _Add) -> None:
    """Facets between meshed lithium and what it touches, from either side."""
    sides, zone, code = drawn.section.sides, drawn.section.zone, drawn.code
    number = drawn.number
    inner = sides[:, 1] >= 0
    one, two = code[sides[:, 0]], code[np.where(inner, sides[:, 1], 0)]
    touch = inner[:, None] & ((one == LITHIUM) != (two == LITHIUM)) & (one != VOID) & (two != VOID)
    row, layer = np.nonzero(touch)
    bore = np.maximum(zone[sides[row, 0]], zone[sides[row, 1]])
    for k in np.unique(bore):
        add(f"chamber {k} lithium", drawn.between(row[bore == k], layer[bore == k]))
    meet = ((code[:, 1:] == LITHIUM) != (code[:, :-1] == LITHIUM)) & (code[:, 1:] != VOID) & (code[:, :-1] != VOID)
    cell, below = np.nonzero(meet)
    pairs = np.stack(
        (
            np.column_stack((number[cell, below], drawn.above[cell])),
            np.column_stack((number[cell, below + 1], drawn.below[cell])),
        ),
        axis=1,
    )
    floor = code[cell, below + 1] == LITHIUM
    for k in np.unique(zone[cell]):
        add(f"mouth {k}", pairs[(zone[cell] == k) & floor].reshape(-1, 2))
        add(f"chamber {k} lithium", pairs[(zone[cell] == k) & ~floor].reshape(-1, 2))
