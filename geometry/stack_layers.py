"""The layers of a stack: where their planes lie, and what each cell of the section is in each of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.checks import number
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_extrude import VOID, Layered
from tubewall.geometry.stack_fineness import Fineness
from tubewall.geometry.stack_flaw import Flaw
from tubewall.geometry.stack_levels import graded
from tubewall.geometry.stack_section import GAP, WALL, Section
from tubewall.units import show

#: Codes of the regions.
ELECTROLYTE: Final = 0
INSULATOR: Final = 1
TUBE: Final = 2
COLLECTOR: Final = 3
LITHIUM: Final = 4


def layered(stack: Stack, section: Section, heights: Floats, levels: Sequence[float] | None) -> Layered:
    """The section times the layers between ``heights`` [m]; lithium is meshed up to ``levels`` [m], not at all when None."""
    middle = (heights[1:] + heights[:-1]) / 2
    code = np.stack([_codes(stack, section.zone, float(z)) for z in middle], axis=1)
    if levels is not None:
        for k in np.unique(section.zone[section.zone >= 0]):
            filled = (middle > stack.floor) & (middle < stack.floor + levels[k]) & (middle < stack.ceiling)
            code[np.ix_(section.zone == k, filled)] = LITHIUM
    return Layered(section=section, levels=heights, code=code)


def _codes(stack: Stack, zone: Ints, z: float) -> Ints:
    """Region of the cells of each zone at a height z [m]."""
    result = np.full(len(zone), VOID, dtype=np.int64)
    if z < 0:
        result[:] = ELECTROLYTE
    elif z < stack.root:
        result[:] = INSULATOR if stack.is_film else np.where(zone == WALL, INSULATOR, VOID)
    elif z < stack.ceiling:
        result[zone == WALL] = TUBE
    elif z < stack.ceiling + stack.cap:
        result[zone != GAP] = TUBE
    else:
        result[:] = COLLECTOR if stack.ends == "closed" else np.where(zone < 0, COLLECTOR, VOID)
    return result


def layer_heights(
    stack: Stack,
    fine: Fineness,
    levels: Sequence[float],
    growth: float,
    layer: float,
    window: tuple[float, float] | None,
    crack: Flaw | None,
) -> Floats:
    """Heights [m] of the planes between layers.

    ``layer`` [m] is how thick they are at roots and at the lithium ``levels`` [m] above the floor; away from there each is
    ``growth`` times as thick as the one before.
    """
    breaks = [-stack.electrolyte, 0.0, stack.root, stack.ceiling, stack.ceiling + stack.cap, stack.top]
    surfaces = sorted({stack.floor + level for level in levels if 0 < level < stack.bore_height})
    near = [(stack.floor, _end_size(fine, stack.floor_fillet)), (stack.ceiling, _end_size(fine, stack.cap_fillet))]
    near += [(z, layer) for z in (*surfaces, stack.root)]
    breaks += surfaces
    if crack:
        breaks += crack.heights(stack)
        near += [(z, crack.size) for z in crack.heights(stack)]
    low, high = _window(stack, window)
    inside = [z for z in breaks if low < z < high]
    return graded([low, *inside, high], near, growth)


def _end_size(fine: Fineness, fillet: float) -> float:
    """Thickness [m] of the layers at an end of the bores."""
    return min(fine.rim, fillet * math.pi / 2 / fine.fillet_elements) if fillet else fine.rim


def _window(stack: Stack, window: tuple[float, float] | None) -> tuple[float, float]:
    bottom, top = -stack.electrolyte, stack.top
    if window is None:
        return bottom, top
    if not isinstance(window, Sequence) or len(window) != 2:
        raise InputError(f"window holds the lowest and the highest z in m, got {window!r}")
    low, high = (number("window", z) for z in window)
    if not low < high or low >= top or high <= bottom:
        raise InputError(
            f"window from {show(low, 'm')} to {show(high, 'm')} holds nothing of a stack from {show(bottom, 'm')} to "
            f"{show(top, 'm')}"
        )
    return max(low, bottom), min(high, top)
