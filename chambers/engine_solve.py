"""Newton's method for the pressures of all chambers at once and the overpotential they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.chambers import compiled_exchange as kernels
from tubewall.chambers.engine_linear import Descent, System
from tubewall.errors import ConvergenceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]

_ITERATIONS: Final = 25
# iterations between looks for chambers that a poor guess has filled up
_REPAIR: Final = 6
# what the fill gains per volt with the pressures held, over what it gains with every chamber on its own
_STRONG: Final = 1.2
# of the volume of lithium that passes, and of all that could
_CHARGE: Final = 3e-13
_LAST_DIGIT: Final = 3e-16
_STILL: Final = 1e-13


class Solver:
    """Stages of one population; holds the room its kernels work in."""

    def __init__(self, population: Population, crew: Crew, tolerance: float) -> None:
        self.population, self.crew, self.tolerance = population, crew, tolerance
        n = population.size
        self.fill, self.room, self.pressure, self.slope = (np.empty(n) for _ in range(4))
        self.mass, self.rest, self.push, self.bend, self.change = (np.empty(n) for _ in range(5))
        self.moles = np.empty(n)
        self.sums = np.zeros((crew.blocks, 6))
        self.capacity = float(population.weight.sum())
        self.system: System | None = None if population.exchange is None else Descent(population, crew, tolerance)

    def stage(
        self,
        density: Floats,
        fill_before: Floats,
        fill_base: Floats,
        moles_base: Floats,
        step: float,
        volt: float,
        gain: float | None,
    ) -> float | None:
        """Bring ``density`` to the end of a stage; its overpotential, or None where it does not converge.

        ``gain`` is the volume of lithium that has passed by then; None where the overpotential is held.
        """
        p, crew, settled = self.population, self.crew, False
        base = (fill_base, moles_base, p.rate, p.volume)
        state, system = (self.pressure, self.slope, self.room), (self.mass, self.rest, self.push, self.bend)
        for turn_of in range(_ITERATIONS):
            for again in range(2):
                crew.run(
                    kernels.settle, density, self.fill, fill_before, base, p.weight, step, volt, p.floor, p.gas.kernel,
                    p.law, state, system, self.sums,
                )  # fmt: skip
                if again or turn_of % _REPAIR or not self.sums[:, 4].any():
                    break
                crew.run(kernels.repair, density, self.fill, p.joined, base, step, volt, p.gas.kernel, p.law, self.sums)
            if p.spaces is not None:
                p.spaces.average(self.push)
            gained, answer, worst, most = (
                float(x) for x in (*self.sums[:, :2].sum(axis=0), *self.sums[:, 2:4].max(axis=0))
            )
            held = float(self.sums[:, 5].sum())
            if not np.isfinite(gained + answer + worst):
                return None
            miss = 0.0 if gain is None else gain - gained
            met = gain is None or abs(miss) <= _CHARGE * abs(gain) + _LAST_DIGIT * self.capacity
            # where all chambers stand still the overpotential has no say
            met = met or (answer <= 0.0 and abs(miss) <= _STILL * self.capacity)
            turn = 0.0
            if not met:
                turn = miss / answer if answer > 0.0 else float(np.sign(miss)) * max(0.1, abs(volt))
            if not settled and self.system is not None:
                worst = self.system.trade(step, self.pressure, self.room, self.bend, self.mass, self.rest)
            settled = settled or worst <= self.tolerance
            if settled and met:
                return volt
            # a last turn of the overpotential that no chamber feels leaves the gas balanced
            settled = settled and abs(turn) * most <= self.tolerance
            if self.system is None or settled:
                crew.run(kernels.alone, self.rest, 0.0 if settled else 1.0, self.push, turn, self.mass, self.change)
            else:
                if gain is not None and held > _STRONG * answer:
                    turn = self._turn(miss, held, volt)
                if not self.system.solve(turn, self.push, self.rest, self.change):
                    return None
            crew.run(kernels.correct, self.change, self.slope, p.lowest, density)
            volt += turn
        return None

    def _turn(self, miss: float, held: float, volt: float) -> float:
        """Turn of the overpotential where the gas answers it strongly and neighbours share the answer.

        Chambers that keep their pressure by exchange gain more per volt than on their own: the pressures answer both
        what is out of balance and the turn, each by a solution of its own.
        """
        assert self.system is not None
        p, unit = self.population, miss / held if miss else 1e-9 * (abs(volt) + 1e-6)
        nothing = np.zeros(p.size)
        if not self.system.solve(0.0, self.push, self.rest, self.change):
            return miss / held
        miss += float((p.weight * self.bend * self.change).sum())
        if not self.system.solve(unit, self.push, nothing, self.change):
            return miss / held
        return miss / max(held - float((p.weight * self.bend * self.change).sum()) / unit, 1e-9 * held)

    def joined(self, population: Population) -> None:
        """Chambers share their gas from now on as in ``population``."""
        assert self.system is not None
        self.population = population
        self.system.joined(population)

    def drift(self, fill: Floats, density: Floats) -> Floats:
        """Moles that every chamber gains per second, as it stands [mol/s]."""
        assert self.system is not None
        flow, nothing = np.zeros(fill.size), np.zeros(fill.size)
        self.system.trade(1.0, self.population.gas.pressure(density), 1.0 - fill, nothing, np.ones(fill.size), flow)
        return -flow

    def instant(
        self, fill: Floats, density: Floats, held: float | None, rate: float, guess: float
    ) -> tuple[float, Floats]:
        """Overpotential and rates of filling at a moment; where a rate is asked for, they add up to it."""
        p = self.population
        pressure, speed = p.gas.pressure(density), np.empty(p.size)

        def passing(volt: float) -> tuple[float, float]:
            self.crew.run(kernels.currents, fill, pressure, p.rate, p.weight, volt, p.law, speed, self.sums)
            return float(self.sums[:, 0].sum()), float(self.sums[:, 1].sum())

        if held is not None:
            passing(held)
            return held, speed
        able = (fill > 0.0) if rate < 0 else (fill < p.law[3])
        if rate != 0.0 and not (able & (p.rate > 0)).any():
            return guess, np.zeros(p.size)
        low, high, volt = -np.inf, np.inf, guess
        for _ in range(300):
            total, answer = passing(volt)
            miss = rate - total
            low, high = (volt, high) if miss > 0 else (low, volt)
            if abs(miss) <= 1e-13 * abs(rate) + 1e-18 * self.capacity or high - low <= 4e-16 * abs(volt):
                return volt, speed
            following = volt + miss / answer if answer > 0 else volt + np.sign(miss) * max(1.0, abs(volt))
            if following == volt:
                return volt, speed
            if not low < following < high:
                following = 0.5 * (low + high)
                if not np.isfinite(following) or following in (low, high):
                    break
            volt = float(following)
        if np.isfinite(low + high):
            return volt, speed
        raise ConvergenceError(f"no overpotential drives {rate:g} m3/s of lithium through the anode")
