"""One step of the anode: an L-stable Runge-Kutta method whose stages are solved by Newton's method.

ESDIRK4(3)6L[2]SA of Kennedy and Carpenter (2003), order 4 with an embedded order 3. The unknowns of a stage are the
pressures; the fill of a chamber follows from its pressure and the common overpotential in closed form, and the
overpotential from the charge that has passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers import compiled_exchange as kernels
from tubewall.chambers.check import sums as sums_by
from tubewall.chambers.compiled_spaces import misfit_of_spaces
from tubewall.chambers.engine_solve import Solver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]

_GAMMA: Final = 0.25
_TABLEAU: Final = (
    ("1/4",),
    ("8611/62500", "-1743/31250"),
    ("5012029/34652500", "-654441/2922500", "174375/388108"),
    ("15267082809/155376265600", "-71443401/120774400", "730878875/902184768", "2285395/8070912"),
    ("82889/524892", "0", "15625/83664", "69875/102672", "-2260/8211"),
)
_EMBEDDED: Final = (
    "4586570599/29645900160", "0", "178811875/945068544", "814220225/1159782912", "-3700637/11593932", "61727/225920",
)  # fmt: skip
_NODES: Final = (0.0, 0.5, 83 / 250, 31 / 50, 17 / 20, 1.0)
_SHARES: Final = tuple(np.array([float(Fraction(word)) for word in row]) for row in _TABLEAU)
_HAT: Final = np.array([float(Fraction(word)) for word in _EMBEDDED])
STAGES: Final = len(_NODES)


def _continued(stage: int) -> Floats:
    """Weights of the rates of the stages before one that continue them to it, by a parabola through the last three."""
    weights, known = np.zeros(stage), list(range(max(0, stage - 3), stage))
    for k in known:
        weights[k] = np.prod([(_NODES[stage] - _NODES[j]) / (_NODES[k] - _NODES[j]) for j in known if j != k])
    return weights


_CONTINUED: Final = tuple(_continued(stage) for stage in range(1, STAGES))
# weight of the largest error of a single chamber beside the mean square of all
_SINGLE: Final = 0.2
# of its gas room a chamber may win or lose in a step: beyond it the error is not what its estimate says
_MOST: Final = 0.2


@dataclass(frozen=True, eq=False)
class State:
    """The anode at one moment: fill, molar density, moles of every chamber and the rates of fill and moles."""

    fill: Floats
    density: Floats
    moles: Floats
    fill_rate: Floats
    moles_rate: Floats
    overpotential: float
    volume: float  # of lithium deposited since the start [m3]


@dataclass(frozen=True)
class Drive:
    """What is held: an overpotential, or the volume of lithium that all chambers together gain per second."""

    overpotential: float | None
    rate: float


@dataclass(frozen=True, eq=False)
class Trial:
    """A step that was tried; ``state`` is None where a stage did not converge."""

    state: State | None
    error: float
    mended: float
    work: Floats  # of the current, dissipated, done on the gas and against the meniscus [J]


class Stepper:
    """Steps of one population; holds the room its kernels work in."""

    def __init__(self, population: Population, crew: Crew, rtol: float) -> None:
        self.population, self.crew, self.rtol = population, crew, rtol
        self.solver = Solver(population, crew, 1e-2 * rtol)
        n = population.size
        self.fill_rates, self.moles_rates = np.zeros((STAGES, n)), np.zeros((STAGES, n))
        self.bases = np.empty((2, n))
        self.sums = np.zeros((crew.blocks, 3))
        start = population.density * population.volume * (1.0 - population.fill)
        self.content = self._contents()
        self.total = float((start * population.count).sum())

    def joined(self, population: Population) -> Stepper:
        """Steps of chambers that share their gas from now on as in ``population``."""
        if self.solver.system is None:
            return Stepper(population, self.crew, self.rtol)
        self.population = population
        self.solver.joined(population)
        self.content = self._contents()
        return self

    def _contents(self) -> Floats:
        """Moles of the connected components at the start."""
        p = self.population
        if p.exchange is None:
            return np.zeros(0)
        return self._by_component(p.density * p.volume * (1.0 - p.fill) * p.count)

    def start(self) -> State:
        """The state at time 0."""
        p = self.population
        moles = p.density * p.volume * (1.0 - p.fill)
        rate = np.zeros(p.size)
        if p.exchange is not None:
            rate = self.solver.drift(p.fill, p.density)
        return State(p.fill.copy(), p.density.copy(), moles, np.zeros(p.size), rate, 0.0, 0.0)

    def driven(self, state: State, drive: Drive) -> State:
        """The state with the overpotential and the currents that go with what is held."""
        volt, speed = self.solver.instant(
            state.fill, state.density, drive.overpotential, drive.rate, state.overpotential
        )
        return replace(state, fill_rate=speed, overpotential=volt)

    def step(self, state: State, drive: Drive, length: float, *, whatever: bool = False) -> Trial:
        """The state after ``length`` seconds, with the error of that step over the tolerance.

        Its overpotential is that of the moment where the error passes, or ``whatever`` it is.
        """
        p, solver = self.population, self.solver
        if solver.system is not None:
            solver.system.fresh()
        self.fill_rates[0], self.moles_rates[0] = state.fill_rate, state.moles_rate
        density = state.density.copy()
        found = self._stages(state, drive, length, density)
        if found is None:
            return Trial(None, np.inf, 0.0, np.zeros(4))
        volt, mended, work = found
        if p.exchange is not None and float(density.min()) < 0.0:
            # within the tolerance: a larger lack would not have passed for an error
            self.crew.run(kernels.above_zero, density)
            self._weigh(density)
        moles = state.moles if p.exchange is None else solver.moles.copy()
        fill = solver.fill.copy()
        error = self._error(state, length, fill, moles)
        gained = state.volume + length * drive.rate
        if drive.overpotential is not None:
            gained = state.volume + float((p.weight * (fill - state.fill)).sum())
        new = State(fill, density, moles, self.fill_rates[-1], self.moles_rates[-1].copy(), volt, gained)
        return Trial(self.driven(new, drive) if error <= 1.0 or whatever else new, error, mended, work)

    def _stages(self, state: State, drive: Drive, length: float, density: Floats) -> tuple[float, float, Floats] | None:
        """Bring ``density`` to the end of a step; overpotential, moles mended and work, or None where a stage does not converge.

        The rates of the stages, fill and moles stay where they were computed.
        """
        p, crew, solver = self.population, self.crew, self.solver
        fill_base, moles_base = self.bases
        volt, mended = state.overpotential, 0.0
        work = _SHARES[-1][0] * length * self._power_at(state)
        lag = 0.0
        if drive.overpotential is None:
            # what earlier steps left to their tolerance is made good, so that it does not add up
            lag = state.volume - float((p.weight * (state.fill - p.fill)).sum())
        for s in range(1, STAGES):
            shares, stage = length * _SHARES[s - 1], _GAMMA * length
            crew.run(kernels.combine, state.fill, self.fill_rates, shares, fill_base)
            if p.exchange is None:
                moles_base[:] = state.moles
            else:
                crew.run(kernels.combine, state.moles, self.moles_rates, shares, moles_base)
            self._guess(s, length, density)
            gain = None if drive.overpotential is not None else _NODES[s] * length * drive.rate + lag
            found = solver.stage(density, state.fill, fill_base, moles_base, stage, volt, gain)
            if found is None:
                return None
            volt = found
            crew.run(
                kernels.fill_rates_of, solver.fill, fill_base, stage, self.fill_rates[s], p.weight, solver.pressure,
                p.rate, p.law[2], self.sums,
            )  # fmt: skip
            share = _GAMMA if s == STAGES - 1 else _SHARES[-1][s]
            work += share * length * self._power(volt)
            if p.exchange is not None:
                mended = max(mended, self._weigh(density))
                crew.run(kernels.rates_of, solver.moles, moles_base, stage, self.moles_rates[s])
        return volt, mended, work

    def _weigh(self, density: Floats) -> float:
        """The moles of every chamber at its density, mended; how far they were off."""
        p, solver = self.population, self.solver
        self.crew.run(kernels.contents, density, p.volume, solver.room, p.count, solver.moles, self.sums)
        return self._mend(density, solver.moles)

    def _error(self, state: State, length: float, fill: Floats, moles: Floats) -> float:
        """Error of a step that led to these fills and moles, over the tolerance."""
        p, now, before = self.population, (fill, moles), (state.fill, state.moles)
        embedded = (before, (self.fill_rates, self.moles_rates), length * _HAT, p.volume, p.lowest, p.law[3])
        self.crew.run(kernels.misfit, p.joined, now, *embedded, self.sums)
        squares, worst = float(self.sums[:, 0].sum()), float(self.sums[:, 1].max())
        if p.spaces is not None:
            more = np.zeros(2)
            misfit_of_spaces(p.spaces.starts, p.spaces.members, now, *embedded, more)
            squares, worst = squares + float(more[0]), max(worst, float(more[1]))
        error = max(float(np.sqrt(squares / p.size)), _SINGLE * worst) / self.rtol
        return max(error, (float(self.sums[:, 2].max()) / _MOST) ** 4)

    def imbalance(self, state: State) -> float:
        """Error of the moles in components that do not leak, over all moles at the start."""
        exchange = self.population.exchange
        moles = state.moles * self.population.count
        if exchange is None or not exchange.leaking.any():
            return abs(float(moles.sum()) / self.total - 1.0)
        if exchange.components == 1:
            return 0.0
        off = np.abs(self._by_component(moles) - self.content)
        return float(off[~exchange.leaking].sum()) / self.total

    def leaked(self, state: State) -> float:
        """Moles that left to the outside [mol]."""
        exchange = self.population.exchange
        if exchange is None or not exchange.leaking.any():
            return 0.0
        return self.total - float((state.moles * self.population.count).sum())

    def _power(self, volt: float) -> Floats:
        """Of the current, dissipated, on the gas, against the meniscus, from the sums over the rates of filling [W]."""
        gained, lifted, lost = self.sums[:, :3].sum(axis=0)
        charge, meniscus = self.population.charge, self.population.law[1]
        return np.array([volt * charge * gained, charge * lost, lifted, meniscus * gained])

    def _power_at(self, state: State) -> Floats:
        """The powers at the start of a step."""
        p, speed = self.population, self.population.weight * state.fill_rate
        rate = np.maximum(p.rate, 1e-300)
        self.sums[:, :3] = 0.0
        self.sums[0, 0] = speed.sum()
        self.sums[0, 1] = (speed * p.gas.pressure(state.density)).sum()
        self.sums[0, 2] = (speed * state.fill_rate * (1.0 / rate + p.law[2] * state.fill)).sum()
        return self._power(state.overpotential)

    def _guess(self, stage: int, length: float, density: Floats) -> None:
        """Densities of a stage from the rates of those before it, continued."""
        p, weights = self.population, length * _GAMMA * _CONTINUED[stage - 1]
        before, rates = (self.bases[0], self.bases[1]), (self.fill_rates, self.moles_rates)
        self.crew.run(kernels.guess, before, rates, weights, p.volume, p.law[3], density)
        if p.spaces is not None:
            p.spaces.average(density)

    def _by_component(self, values: Floats) -> Floats:
        exchange = self.population.exchange
        assert exchange is not None
        if exchange.components == 1:
            return np.array([values.sum()])
        return sums_by(exchange.labels, values, exchange.components)  # type: ignore[arg-type]

    def _mend(self, density: Floats, moles: Floats) -> float:
        """Scale the moles of components that do not leak back to what they hold; how far they were off."""
        exchange, p = self.population.exchange, self.population
        assert exchange is not None
        if exchange.components == 1:
            if exchange.leaking[0]:
                return 0.0
            factor: Any = self.content[0] / self.sums[:, 0].sum()
            off = abs(factor - 1.0)
        else:
            found = self._by_component(moles * p.count)
            by = np.divide(self.content, found, out=np.ones_like(found), where=(found > 0) & ~exchange.leaking)
            off = float(np.abs((by - 1.0) * self.content).sum() / self.total)
            factor = by[exchange.labels]
        moles *= factor
        density *= factor
        return float(off)
