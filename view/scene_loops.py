"""Many small polygons as the few loops about them, many segments as a few long lines: what keeps vector files small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def loops(polygons: Sequence[Floats], step: float) -> list[Floats]:
    """Closed lines (k, 2) whose non-zero fill covers what the polygons (., 2) cover; sides that two of them share are gone.

    Parameters
    ----------
    polygons : sequence of (., 2)
        Turned either way.
    step : float
        Corners that round to the same multiple of this are one.
    """
    if not polygons:
        return []
    corners = np.concatenate(polygons)
    sizes = np.array([len(polygon) for polygon in polygons])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    after = np.arange(1, len(corners) + 1)
    after[starts + sizes - 1] = starts
    x, y = corners.T
    turned = np.repeat(np.add.reduceat(x * y[after] - x[after] * y, starts) < 0, sizes)
    places, number = _numbered(corners, step)
    begin, end = np.where(turned, number[after], number), np.where(turned, number, number[after])
    pairs = np.stack([np.minimum(begin, end), np.maximum(begin, end)], axis=1)
    sides, which = np.unique(pairs, axis=0, return_inverse=True)
    net = np.bincount(which.ravel(), weights=np.sign(end - begin), minlength=len(sides)).astype(np.int64)
    left = np.repeat(np.where((net > 0)[:, None], sides, sides[:, ::-1]), np.abs(net), axis=0)
    return [places[line[:-1]] for line in _walks(left, both_ways=False)]


def joined(segments: Floats, step: float) -> list[Floats]:
    """Lines (k, 2) that run along all segments (s, 2, 2), each of them once; a closed one ends where it begins."""
    if not len(segments):
        return []
    places, number = _numbered(segments.reshape(-1, 2), step)
    ends = np.sort(number.reshape(-1, 2), axis=1)
    return [places[line] for line in _walks(np.unique(ends[ends[:, 0] < ends[:, 1]], axis=0), both_ways=True)]


def _numbered(points: Floats, step: float) -> tuple[Floats, Ints]:
    """The places (p, 2) of points (n, 2), and the number of each point's place."""
    _, first, number = np.unique(
        np.round(points / step).astype(np.int64), axis=0, return_index=True, return_inverse=True
    )
    return points[first], number.ravel()


def _walks(sides: Ints, *, both_ways: bool) -> list[Ints]:
    """Numbers along walks that take each side (s, 2) once, from its first to its second end or both ways."""
    leaving: dict[int, list[tuple[int, int]]] = {}
    for side, (begin, end) in enumerate(sides.tolist()):
        leaving.setdefault(begin, []).append((side, end))
        if both_ways:
            leaving.setdefault(end, []).append((side, begin))
    taken = np.zeros(len(sides), dtype=bool)
    # open lines begin at an end of theirs, loose ends first
    ends = [place for place, ways in leaving.items() if len(ways) % 2] if both_ways else []
    ends.sort(key=lambda place: len(leaving[place]))
    found = []
    for start in [*ends, *leaving]:
        while leaving[start]:
            line, here = [start], start
            while ways := leaving.get(here):
                side, there = ways.pop()
                if not taken[side]:
                    taken[side] = True
                    line.append(there)
                    here = there
            if len(line) > 1:
                found.append(np.array(line, dtype=np.int64))
    return found
