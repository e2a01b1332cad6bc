"""The map of the array of an answered study: hermetic and permeable walls side by side at the hardest moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.chambers_result import ChambersAnswer, Side
    from tubewall.view import Picture
    from tubewall.view.lattice_map import Panel, Quantity


def map_of(answer: ChambersAnswer, *, quantity: Quantity = "gas pressure") -> Picture:
    """Every chamber at the look of the largest difference across a hermetic wall.

    Raises
    ------
    InputError
        When the array is too large to keep every chamber.
    """
    from tubewall.studies.chambers_data import hardest_look
    from tubewall.view.lattice_map import Panel, anode_map

    if not all(side.run.complete for side in answer.sides):
        raise InputError("--png: the array is too large to keep every chamber: take fewer rows, columns or looks")
    time = float(answer.hermetic.run.times[hardest_look(answer.hermetic.run)])

    def panel(side: Side) -> Panel:
        look = int(np.argmin(np.abs(side.run.times - time)))
        values = side.run.pressures[look] if quantity == "gas pressure" else side.run.fills[look]
        return Panel(title=f"{side.name} walls", values=values, hardest=_hardest(side, look))

    at = show(time, "h", 3) if time >= 3600.0 else show(time, "s", 3)
    title = f"{answer.study.protocol.name}, after {at}"
    return anode_map(answer.study.lattice(), [panel(side) for side in answer.sides], quantity=quantity, title=title)


def _hardest(side: Side, look: int) -> tuple[int, int] | None:
    """The chambers of the wall with the largest difference at a look; None where none differ."""
    edges, gas = side.run.anode.array.edges, side.run.pressures[look]
    difference = np.abs(gas[edges[:, 0]] - gas[edges[:, 1]])
    if not difference.any():
        return None
    one, other = edges[int(np.argmax(difference))].tolist()
    return int(one), int(other)
