"""What is asked of the anode over time: currents, overpotentials and rests, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tubewall.chambers.check import number
from tubewall.errors import InputError, unknown_name

_KINDS = ("current", "hold", "rest")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Where a run stands: what a step may end on.

    Attributes
    ----------
    time, elapsed : float
        Since the start of the run and of the step [s].
    overpotential : float
        U [V].
    current_density : float
        J, deposition positive [A/m2].
    charge, passed : float
        Charge per area since the start of the run and of the step, deposition positive [C/m2].
    """

    time: float
    elapsed: float
    overpotential: float
    current_density: float
    charge: float
    passed: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing asked of the anode until the first of its ends is met.

    Parameters
    ----------
    kind : {"current", "hold", "rest"}
        A current density, an overpotential, or no current in all (chambers may still trade lithium among themselves).
    current_density : float
        Of a current, deposition positive [A/m2] (1 mA/cm2 is 10 A/m2).
    overpotential : float
        Of a hold [V].
    duration : float
        Longest time [s]; inf only where another end is sure to come.
    charge : float
        Charge per area, whatever its sign, after which the step ends [C/m2].
    lowest, highest : float
        Overpotentials at which a current ends [V].
    margin : callable, optional
        Function of the `Moment` that is positive as long as the step goes on; it ends where the function reaches 0.
    """

    kind: Literal["current", "hold", "rest"]
    current_density: float = 0.0
    overpotential: float = 0.0
    duration: float = math.inf
    charge: float = math.inf
    lowest: float = -1.0
    highest: float = 1.0
    margin: Callable[[Moment], float] | None = None

    def __post_init__(self) -> None:
        """Check."""
        if self.kind not in _KINDS:
            raise unknown_name("kind of step", str(self.kind), _KINDS)
        number("Step.current_density", self.current_density, "A/m2")
        number("Step.overpotential", self.overpotential, "V")
        for name, unit in (("duration", "s"), ("charge", "C/m2")):
            value = getattr(self, name)
            if value != math.inf:
                number(f"Step.{name}", value, unit, above=0.0)
        if self.kind == "current" and self.current_density == 0.0:
            raise InputError("Step.current_density must not be 0 A/m2: ask for a rest")
        if not self.lowest < self.highest:
            raise InputError(f"Step.lowest must be below Step.highest, got {self.lowest:g} V and {self.highest:g} V")
        if self.kind != "current" and math.isinf(self.duration) and self.margin is None:
            raise InputError(f"a {self.kind} needs a finite Step.duration")


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Steps in their order."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        """Check and freeze."""
        object.__setattr__(self, "steps", tuple(self.steps))
        if not self.steps:
            raise InputError("Protocol.steps must hold at least one step")
