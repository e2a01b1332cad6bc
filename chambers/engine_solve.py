"""Newton's method for the pressures of all chambers at once and the overpotential they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers import compiled_exchange as kernels
from tubewall.errors import ConvergenceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]

_ITERATIONS: Final = 25
# of the volume of lithium that passes, and of all that could
_CHARGE: Final = 1e-12
_LAST_DIGIT: Final = 1e-15
_DESCENT: Final = 400
_FEW: Final = 20_000


class Solver:
    """Stages of one population; holds the room its kernels work in."""

    def __init__(self, population: Population, crew: Crew, tolerance: float) -> None:
        self.population, self.crew, self.tolerance = population, crew, tolerance
        n = population.size
        self.fill, self.room, self.pressure, self.slope = (np.empty(n) for _ in range(4))
        self.mass, self.rest, self.push, self.bend, self.change = (np.empty(n) for _ in range(5))
        self.moles = np.empty(n)
        self.sums = np.zeros((crew.blocks, 3))
        self.capacity = float(population.weight.sum())
        self.products = 0
        x = population.exchange
        if x is not None:
            self.diagonal, self.bound = np.empty(n), np.empty(n)
            self.residual, self.ready, self.way, self.image = (np.empty(n) for _ in range(4))
            self.through = np.empty(x.indices.size)

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
        p, crew = self.population, self.crew
        for _ in range(_ITERATIONS):
            crew.run(
                kernels.settle, density, self.fill, fill_before, fill_base, moles_base, p.rate, p.volume, p.weight, step,
                volt, p.gas.kernel, p.law, self.pressure, self.slope, self.room, self.mass, self.rest, self.push,
                self.bend, self.sums,
            )  # fmt: skip
            gained, answer = float(self.sums[:, 0].sum()), float(self.sums[:, 1].sum())
            self._trade(step)
            worst = float(self.sums[:, 2].max())
            if not np.isfinite(worst):
                return None
            miss = 0.0 if gain is None else gain - gained
            met = gain is None or abs(miss) <= _CHARGE * abs(gain) + _LAST_DIGIT * self.capacity
            if worst <= self.tolerance and met:
                return volt
            turn = 0.0
            if not met:
                if answer <= 0.0:
                    return None
                turn = miss / answer
            if not self._pressures(turn):
                return None
            crew.run(kernels.correct, self.change, self.slope, density, self.sums)
            volt += turn
        return None

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
        low, high, volt = -np.inf, np.inf, guess
        for _ in range(200):
            total, answer = passing(volt)
            miss = rate - total
            if abs(miss) <= 1e-13 * abs(rate) + 1e-18 * self.capacity:
                return volt, speed
            low, high = (volt, high) if miss > 0 else (low, volt)
            following = volt + miss / answer if answer > 0 else volt + np.sign(miss) * max(1.0, abs(volt))
            if not low < following < high:
                if not np.isfinite(low + high):
                    break
                following = 0.5 * (low + high)
                if following in (low, high):
                    return volt, speed
            volt = float(following)
        raise ConvergenceError(f"no overpotential drives {rate:g} m3/s of lithium through the anode")

    def _trade(self, step: float) -> None:
        x = self.population.exchange
        if x is not None:
            self.crew.run(
                kernels.trade, x.indptr, x.indices, x.width, x.hole, x.hole_room, x.leak, x.outside, step,
                self.pressure, self.room, self.bend, self.mass, self.rest, self.diagonal, self.through, self.bound,
                4e-16 / self.tolerance, self.sums,
            )  # fmt: skip

    def _pressures(self, turn: float) -> bool:
        """Change of the pressures (M x = push turn - rest) by conjugate gradients, or exactly where these fail."""
        x, crew, s = self.population.exchange, self.crew, self.sums
        if x is None:
            crew.run(kernels.alone, self.rest, self.push, turn, self.mass, self.change)
            return True
        crew.run(
            kernels.start_descent, self.rest, self.push, turn, self.diagonal, self.bound, self.change, self.residual,
            self.ready, self.way, s,
        )  # fmt: skip
        product, worst = float(s[:, 0].sum()), float(s[:, 1].max())
        goal = 0.5 * self.tolerance
        for _ in range(_DESCENT):
            if worst <= goal:
                return True
            crew.run(kernels.multiply, x.indptr, x.indices, self.through, self.diagonal, self.way, self.image, s)
            self.products += 1
            down = float(s[:, 0].sum())
            if not down > 0.0:
                break
            crew.run(
                kernels.descend, product / down, self.diagonal, self.bound, self.way, self.image, self.change,
                self.residual, self.ready, s,
            )  # fmt: skip
            new, worst = float(s[:, 0].sum()), float(s[:, 1].max())
            crew.run(kernels.turn, new / product, self.ready, self.way)
            product = new
        return self._exactly(turn)

    def _exactly(self, turn: float) -> bool:
        x: Any = self.population.exchange
        if self.population.size > _FEW:
            return False
        from scipy.sparse import csc_array, csr_array, diags_array
        from scipy.sparse.linalg import splu

        n = self.population.size
        matrix = diags_array(self.diagonal) - csr_array((self.through, x.indices, x.indptr), shape=(n, n))
        try:
            self.change[:] = splu(csc_array(matrix)).solve(self.push * turn - self.rest)
        except RuntimeError:
            return False
        return bool(np.isfinite(self.change).all())
