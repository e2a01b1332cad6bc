"""How fine the section of a stack is drawn: rows inwards along fillets, layers through the wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tubewall.geometry.reference_cells import Floats
from tubewall.geometry.stack_levels import graded, halved

#: Growth of the elements inside a bore towards its centre.
INWARD: Final = 1.8
# two fillets share their rows above this ratio of their radii
_ALIKE: Final = 0.7
# rows inside the fillets, at least, over which the columns become even; and how much of what is left one of them takes
_SMOOTHING: Final = 2
_DEEPEST: Final = 0.3


@dataclass(frozen=True, kw_only=True)
class Fineness:
    """How fine a section is drawn.

    Attributes
    ----------
    through_wall : int
        Elements through a wall, even.
    wall : float
        Thickness [m] of the wall.
    rim : float
        Size [m] of elements at the bore's outline, across it.
    floor_fillet, cap_fillet : float
        Radii [m] of the fillets whose surfaces the rows inside the bores follow.
    """

    through_wall: int
    wall: float
    rim: float
    floor_fillet: float = 0.0
    cap_fillet: float = 0.0

    @property
    def widest(self) -> float:
        """Radius [m] of the larger fillet."""
        return max(self.floor_fillet, self.cap_fillet)

    @property
    def fillet_elements(self) -> int:
        """Elements along a quarter circle."""
        return max(2, math.ceil(1.5 * self.through_wall), math.ceil(math.pi / 2 * self.widest / self.wall))


def inset_rows(fine: Fineness, reach: float, core: float) -> Floats:
    """Distances (2 k + 1,) [m] inside the outline of rows and of their middles, up to where the core begins.

    Along fillets they follow equal angles of the quarter circle; then they grow up to the ``core`` size per depth that is
    left, at most to ``reach``.
    """
    wide, narrow = sorted((fine.floor_fillet, fine.cap_fillet), reverse=True)
    rows = [0.0]
    if wide:
        angles = np.linspace(0, math.pi / 2, fine.fillet_elements + 1)
        rows = [0.0, *(wide * (1 - np.cos(angles[1:-1]))).tolist(), wide]
    if 0 < narrow < _ALIKE * wide:
        angles = np.linspace(0, math.pi / 2, fine.fillet_elements + 1)
        own = narrow * (1 - np.cos(angles))
        step = np.interp(own[1:], rows, np.append(np.diff(rows), np.inf))
        apart = np.concatenate(([0.0], np.minimum(step, np.diff(own)) * 0.4))
        kept = [d for d in rows if d == 0 or d == wide or np.all(np.abs(own - d) > apart)]
        rows = sorted({*kept, *own.tolist()})
    size = fine.rim if not wide else max(rows[-1] - rows[-2], fine.rim)
    first = len(rows)
    while len(rows) < first + _SMOOTHING or size * INWARD < core * (reach - rows[-1]):
        size = min(size * (INWARD if len(rows) > 1 else 1.0), _DEEPEST * (reach - rows[-1]))
        rows.append(rows[-1] + size)
    result = halved(np.array(rows))
    if wide:
        angle = np.arccos(np.clip(1 - np.array(rows) / wide, 0.0, 1.0))
        between = wide * (1 - np.cos((angle[1:] + angle[:-1]) / 2))
        inside = np.array(rows)[1:] <= wide * (1 + 1e-12)
        result[1::2][inside] = between[inside]
    return result


def wall_layers(thickness: float, fine: Fineness, usual: float) -> Floats:
    """Distances (k,) [m] from the outline of the layers through half a wall of ``thickness``.

    They are equal; but finer at the outline where the rim is, or where columns are only ``usual`` [m] wide, and then grow.
    """
    count = max(1, fine.through_wall // 2)
    layer = thickness / count
    first = min(layer if layer <= 2 * usual else usual, fine.rim)
    if first > 0.99 * layer:
        return np.linspace(0, thickness, count + 1)
    return graded([0.0, thickness], [(0.0, first)], INWARD, layer)
