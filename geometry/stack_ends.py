"""Where the nodes of a stack lie: at the ends of bores on fillets, beside which the columns of elements lean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_extrude import Layered, Place

# reach of what a fillet moves, in its radii; and how far columns lean outwards, in radii and in thicknesses of the wall
_REACH: Final = 6.0
_LEAN: Final = 0.5
_LEAN_MOST: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class _End:
    """The end of all bores: at height ``z`` [m], the body beyond lying below (``way`` = 1) or above (-1)."""

    z: float
    way: float
    radius: float
    body: float
    bore: float


def placing(drawn: Layered, stack: Stack, levels: Sequence[float]) -> Place:
    """Where the nodes lie: on fillets the columns end on the quarter circle, below they lean and fade to upright."""
    section, heights = drawn.section, drawn.heights
    free = min([stack.bore_height / 2, *(level for level in levels if level > 0)])
    ends = []
    if stack.floor_fillet:
        body = stack.insulator if stack.is_film else stack.electrolyte
        ends.append(_End(z=stack.floor, way=1.0, radius=stack.floor_fillet, body=body, bore=free))
    if stack.cap_fillet:
        body = stack.cap or stack.collector
        ends.append(_End(z=stack.ceiling, way=-1.0, radius=stack.cap_fillet, body=body, bore=free))

    def place(node: Ints, plane: Ints) -> Floats:
        at, up = section.points[node].copy(), heights[plane].copy()
        easing = np.ones(len(node)) if ends else np.zeros(len(node))
        for end in ends:
            depth = end.way * (end.z - heights[plane])
            inset = np.minimum(section.inset[node], end.radius)
            hollow = np.sqrt(inset * (2 * end.radius - inset))
            reach = np.where(depth >= 0, min(_REACH * end.radius, end.body), min(_REACH * end.radius, end.bore))
            up -= end.way * hollow * np.clip(1 - np.abs(depth) / reach, 0.0, 1.0)
            at += (
                section.outward[node]
                * (_lean(inset, depth, end.radius, section.thickness[node], _layer(drawn, end)))[:, None]
            )
            easing *= np.clip(np.abs(depth) / (_LEAN * end.radius), 0.0, 1.0)
        at += section.ease[node] * easing[:, None]
        return np.column_stack((at, up))

    return place


def _layer(drawn: Layered, end: _End) -> float:
    """Thickness [m] of the first layer beyond an end of the bores."""
    steps = np.diff(drawn.levels)
    at = int(np.argmin(np.abs(drawn.levels - end.z))) - (end.way > 0)
    return float(steps[min(max(at, 0), len(steps) - 1)])


def _lean(inset: Floats, depth: Floats, radius: float, thickness: Floats, layer: float) -> Floats:
    """How far, over the ``thickness`` of the wall's half, nodes at a ``depth`` below the end of the bore are moved outwards.

    Below the outline columns lean by 45 degrees, below the inner end of the fillet they are upright: at the angle a of its
    quarter circle by 45 degrees - a / 2. They bend to upright as they go.
    """
    share = np.tan(np.pi / 4 - np.arccos(np.clip(1 - inset / radius, 0.0, 1.0)) / 2)
    most = np.minimum(_LEAN_MOST, _LEAN * radius / thickness)
    into = np.clip(depth / np.maximum(most * thickness, layer), 0.0, 2.0)
    result: Floats = share * most * (into - into**2 / 4)
    return result
