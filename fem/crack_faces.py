"""Rules on facets that touch a crack front, where the fields go as 1 / sqrt(r)."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from tubewall.fem.elements import Floats
from tubewall.geometry.reference_cells import CELLS

_POINTS: Final = 8
# corners of the square in the order of meshio
_SQUARE: Final = ((0, 0), (1, 0), (1, 1), (0, 1))


@functools.lru_cache(maxsize=64)
def graded_rule(kind: str, near: tuple[bool, ...]) -> tuple[Floats, Floats]:
    """Points (q, dim) and weights (q,) on a facet; ``near`` says which of its vertices lie on the front.

    Towards the front the distance goes as the square of the rule's own coordinate, which makes 1 / sqrt(r) regular.
    """
    first = CELLS[kind].first
    if first == "line":
        points, weights = _line(near[0], near[1])
        return points[:, None], weights
    if first == "quad":
        towards = [_towards(near, axis) for axis in (0, 1)]
        (x, wx), (y, wy) = (_line(*ends) for ends in towards)
        return np.column_stack((np.repeat(x, len(y)), np.tile(y, len(x)))), np.outer(wx, wy).ravel()
    return _triangle(near)


def _line(start: bool, end: bool) -> tuple[Floats, Floats]:
    """On [0, 1], graded to the ends that are near."""
    x, w = np.polynomial.legendre.leggauss(_POINTS)
    t, w = (x + 1) / 2, w / 2
    if start and end:
        # 3 t^2 - 2 t^3 is flat at both ends
        return 3 * t**2 - 2 * t**3, w * (6 * t - 6 * t**2)
    if start:
        return t**2, 2 * t * w
    if end:
        return 1 - t**2, 2 * t * w
    return t, w


def _towards(near: tuple[bool, ...], axis: int) -> tuple[bool, bool]:
    """Whether the front touches the low and the high side of an axis, but does not run along it."""
    low = [near[i] for i, corner in enumerate(_SQUARE) if corner[axis] == 0]
    high = [near[i] for i, corner in enumerate(_SQUARE) if corner[axis] == 1]
    along = any(a and b for a, b in zip(near, (*near[1:], near[0]), strict=True))
    if not along:
        return any(low), any(high)
    return all(low), all(high)


def _triangle(near: tuple[bool, ...]) -> tuple[Floats, Floats]:
    """Collapsed to the vertex that is alone: either it is on the front, or the side opposite to it is."""
    count = sum(near)
    apex = near.index(True) if count == 1 else near.index(False) if count == 2 else 0
    # distance from the apex: graded to it, or to the opposite side
    a, wa = _line(count == 1, count == 2)
    b, wb = _line(False, False)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    tip, left, right = corners[apex], corners[(apex + 1) % 3], corners[(apex + 2) % 3]
    along = left + b[:, None] * (right - left)
    points = tip + a[:, None, None] * (along - tip)[None]
    return points.reshape(-1, 2), np.outer(a * wa, wb).ravel()
