"""One step of the protocol on its way: what drives the anode in it, and what it ends by at the latest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tubewall.chambers.engine_step import Drive

if TYPE_CHECKING:
    from tubewall.chambers.engine_state import Population
    from tubewall.chambers.engine_step import State
    from tubewall.chambers.protocol import Step

# share of all bores that counts as full or empty
_NOTHING: Final = 1e-12


@dataclass(eq=False)
class Leg:
    """One step of the protocol on its way; times in seconds, volumes of lithium in m3."""

    number: int
    begin: float
    origin: float
    limit: float
    reason: str
    length: float
    margin: float = math.inf
    gone: float = 0.0
    last: float = 0.0
    before: float = 1.0


def drive_of(made: Population, step: Step) -> tuple[Drive, float]:
    """What a step holds, and its current per area [A/m2]; 0 for a hold, whose current is known from the state alone."""
    if step.kind == "hold":
        return Drive(step.overpotential, 0.0), 0.0
    current = step.current_density if step.kind == "current" else 0.0
    return Drive(None, current * made.area / made.charge), current


def current_of(made: Population, step: Step, state: State) -> float:
    """The current per area in a state [A/m2]."""
    if step.kind != "hold":
        return drive_of(made, step)[1]
    return float((made.weight * state.fill_rate).sum()) * made.charge / made.area


def limit_of(made: Population, step: Step, drive: Drive, state: State) -> tuple[float, str]:
    """Longest time of a step from a state on [s], and what it would end by."""
    limit, reason = step.duration, "duration"
    if drive.overpotential is not None or drive.rate == 0.0:
        return limit, reason
    if step.charge / abs(step.current_density) < limit:
        limit, reason = step.charge / abs(step.current_density), "charge"
    able, weight = made.rate > 0, made.weight
    if drive.rate > 0:
        room, name = float((weight * (made.law[3] - state.fill))[able].sum()), "full"
    else:
        room, name = float((weight * state.fill)[able].sum()), "empty"
    if room <= _NOTHING * float(weight.sum()):
        return 0.0, name
    if room / abs(drive.rate) < limit:
        limit, reason = room / abs(drive.rate), name
    return limit, reason
