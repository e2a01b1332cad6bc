"""The control without chambers: lithium on a planar foil, the same electrochemistry, no gas, no wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.chambers.anode_run import StepEnd
from tubewall.chambers.check import number, read_only
from tubewall.chambers.protocol import Moment, Protocol, Step
from tubewall.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# where a step is looked at, and where a crossing of its margin is searched between
_POINTS: Final = 400


@dataclass(frozen=True, kw_only=True)
class PlanarFoil:
    """A foil on which lithium grows against no pressure: J = G U.

    Parameters
    ----------
    conductance : float
        G per area of the electrode, as of the anode that it is compared with [S/m2].
    charge : float
        Lithium on it at the start, as charge per area [C/m2].
    """

    conductance: float
    charge: float = 0.0

    def __post_init__(self) -> None:
        """Check."""
        number("PlanarFoil.conductance", self.conductance, "S/m2", above=0.0)
        number("PlanarFoil.charge", self.charge, "C/m2", least=0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class FoilRun:
    """A protocol carried out on a foil.

    Attributes
    ----------
    times, overpotential, current_density, charge : (k,) float
        [s], U [V], J [A/m2] and the charge per area since the start [C/m2]; at a jump of J both sides.
    ends : tuple of StepEnd
    """

    times: Floats
    overpotential: Floats
    current_density: Floats
    charge: Floats
    ends: tuple[StepEnd, ...]


def run_foil(foil: PlanarFoil, protocol: Protocol) -> FoilRun:
    """Carry out a protocol on a foil, exactly: the overpotential follows the current at once.

    Raises
    ------
    InputError
        When a step would never end.
    """
    time, charge = 0.0, 0.0
    rows: list[Floats] = []
    ends: list[StepEnd] = []
    for index, step in enumerate(protocol.steps):
        current, volt = _drive(foil, step)
        length, reason = _length(foil, step, index, time, charge, current, volt)
        share = np.linspace(0.0, 1.0, 2 if current == 0.0 else _POINTS)
        rows.append(
            np.stack([time + length * share, volt + 0 * share, current + 0 * share, charge + current * length * share])
        )
        ends.append(
            StepEnd(
                step=index, reason=reason, start=time, end=time + length, passed=current * length, overpotential=volt
            )
        )
        time, charge = time + length, charge + current * length
    columns = [read_only(column.copy()) for column in np.concatenate(rows, axis=1)]
    return FoilRun(
        times=columns[0], overpotential=columns[1], current_density=columns[2], charge=columns[3], ends=tuple(ends)
    )


def _drive(foil: PlanarFoil, step: Step) -> tuple[float, float]:
    if step.kind == "hold":
        return foil.conductance * step.overpotential, step.overpotential
    current = step.current_density if step.kind == "current" else 0.0
    return current, current / foil.conductance


def _length(
    foil: PlanarFoil, step: Step, index: int, time: float, charge: float, current: float, volt: float
) -> tuple[float, str]:
    limit, reason = step.duration, "duration"
    if current != 0.0 and step.charge / abs(current) < limit:
        limit, reason = step.charge / abs(current), "charge"
    left = foil.charge + charge
    if current < 0.0 and left / -current < limit:
        limit, reason = max(left / -current, 0.0), "empty"
    if step.kind != "hold":
        for name, margin in (("lowest", volt - step.lowest), ("highest", step.highest - volt)):
            if margin <= 0.0:
                return 0.0, name
    if step.margin is None:
        if math.isinf(limit):
            raise InputError(f"step {index} of the protocol never ends on a foil: give it a charge or a duration")
        return limit, reason

    def margin_at(elapsed: float) -> float:
        assert step.margin is not None
        passed = current * elapsed
        return float(
            step.margin(
                Moment(
                    time=time + elapsed,
                    elapsed=elapsed,
                    overpotential=volt,
                    current_density=current,
                    charge=charge + passed,
                    passed=passed,
                )
            )
        )

    if math.isinf(limit):
        raise InputError(f"step {index} of the protocol needs a charge or a duration beside its margin")
    return _crossing(margin_at, limit, reason)


def _crossing(margin_at: Callable[[float], float], limit: float, reason: str) -> tuple[float, str]:
    from scipy.optimize import brentq

    if margin_at(0.0) <= 0.0:
        return 0.0, "margin"
    before = 0.0
    for after in np.linspace(0.0, limit, _POINTS)[1:]:
        if margin_at(float(after)) <= 0.0:
            found, report = brentq(margin_at, before, float(after), xtol=1e-12 * limit, rtol=1e-14, full_output=True)
            if not report.converged:
                raise ConvergenceError("the end of a step on the foil was not found")
            return float(found), "margin"
        before = float(after)
    return limit, reason
