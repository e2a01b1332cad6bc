"""The anode through its protocol: steps of the integrator, each as long as its error allows, from end to end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.chambers.anode_run import AnodeRun, Balances, StepEnd, Trace
from tubewall.chambers.check import floats, read_only
from tubewall.chambers.compiled_crew import Crew
from tubewall.chambers.engine_record import Book
from tubewall.chambers.engine_state import Population, population
from tubewall.chambers.engine_step import Drive, State, Stepper, Trial
from tubewall.chambers.protocol import Moment, Protocol, Step
from tubewall.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.anode import Anode

    Floats = NDArray[np.float64]

_MOST_KEPT: Final = 5_000_000
_MOST_WALLS: Final = 5_000_000
_STEPS: Final = 200_000
_GROWTH: Final = 5.0
# an end is met once its margin has shrunk by this factor, or its time is known to this share of a step
_MET: Final = 1e-10
# share of all bores that counts as full or empty
_NOTHING: Final = 1e-12
# share of all bores against which lithium is balanced where there is still less
_LITTLE: Final = 1e-3


def run(
    anode: Anode,
    protocol: Protocol,
    *,
    rtol: float = 1e-6,
    record: ArrayLike = (),
    keep: Literal["auto", "all", "none"] | ArrayLike = "auto",
    walls: bool | None = None,
    threads: int | None = None,
) -> AnodeRun:
    """Carry out a protocol on the whole anode.

    Solves dn_i/dt = -sum_j G_ij (P_i - P_j) - leak_i (P_i - P_ext) and A_i h df_i/dt = I_i V_m / F with
    I_i = G_i (U - P_Li,i V_m / F), sum I_i = J(t) area (physics page 1 and 3.5), by an implicit Runge-Kutta method of
    order 4 with steps as long as the error allows. The same bits on any number of threads.

    Parameters
    ----------
    anode : Anode
        n chambers.
    protocol : Protocol
        What is asked of it.
    rtol : float
        Error of a step, relative in pressure and absolute in fill, 1e-9 to 1e-3 [-].
    record : (k,) float
        Times at which to look besides the ends of the steps [s].
    keep : {"auto", "all", "none"} or (c,) int
        Chambers whose histories are kept; "auto" keeps all of a small array.
    walls : bool, optional
        Whether to look at the differences over all walls; by default in arrays of up to a few million walls.
    threads : int, optional
        The cores there are by default.

    Raises
    ------
    InputError
        A protocol that overfills the array, a gas outside its equation of state.
    ConvergenceError
        When no step is short enough.
    """
    if not 1e-9 <= rtol <= 1e-3:
        raise InputError(f"run: rtol must be 1e-9 to 1e-3, got {rtol:g}")
    made = population(anode)
    _check_capacity(made, protocol)
    asked = np.unique(np.atleast_1d(floats("run: record", record)))
    if not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise InputError("run: record must be times of at least 0 s")
    with_walls = anode.walls <= _MOST_WALLS if walls is None else walls
    book = Book(_kept(anode, keep, asked.size + len(protocol.steps)), anode.array.edges if with_walls else None)
    with Crew(made.size, threads) as crew:
        ride = Ride(made, Stepper(made, crew, rtol), protocol, asked, book, _LITTLE * float(made.weight.sum()))
        ride.go()
    return ride.result(anode)


def _kept(anode: Anode, keep: str | ArrayLike, looks: int) -> NDArray[np.int64]:
    n = anode.chambers
    if isinstance(keep, str):
        if keep not in ("auto", "all", "none"):
            raise InputError(f"run: keep must be 'auto', 'all', 'none' or indices of chambers, got {keep!r}")
        return np.arange(n if keep == "all" or (keep == "auto" and n * (looks + 1) <= _MOST_KEPT) else 0)
    indices = np.atleast_1d(np.asarray(keep))
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise InputError("run: keep must be whole numbers of chambers")
    if indices.size and not (indices.min() >= 0 and indices.max() < n):
        raise InputError(f"run: keep must lie within 0 to {n - 1}, got {indices.min()} to {indices.max()}")
    return indices.astype(np.int64)


def _check_capacity(made: Population, protocol: Protocol) -> None:
    """Refuse what surely overfills the array: currents that nothing but their time or charge ends."""
    able = made.rate > 0
    held = float((made.weight * made.fill)[able].sum())
    most = float(made.weight[able].sum()) * made.law[3]
    per_area = made.charge / made.area
    for k, step in enumerate(protocol.steps):
        if step.kind == "hold" or step.margin is not None:
            return
        if step.kind == "rest":
            continue
        asked = min(step.duration * abs(step.current_density), step.charge)
        if step.current_density < 0:
            held = max(held - asked / per_area, 0.0)
            continue
        if math.isinf(asked):
            return
        held += asked / per_area
        if held > most:
            raise InputError(
                f"step {k} of the protocol overfills the array: it would hold {held * per_area:.6g} C/m2 of lithium, "
                f"there is room for {most * per_area:.6g} C/m2"
            )


@dataclass(eq=False)
class Ride:
    """A run on its way."""

    made: Population
    stepper: Stepper
    protocol: Protocol
    asked: Floats
    book: Book
    most_lithium: float
    time: float = 0.0
    rejected: int = 0
    moles_off: float = 0.0
    constraint: float = 0.0
    error: float = 0.0
    lithium: float = 0.0
    ends: list[StepEnd] = field(default_factory=list)

    def go(self) -> None:
        """All steps of the protocol."""
        state = self.stepper.start()
        for number, step in enumerate(self.protocol.steps):
            state = self._step(number, step, state)

    def _step(self, number: int, step: Step, state: State) -> State:
        drive, current = self._drive(step)
        begin, origin = self.time, state.volume
        limit, reason = self._limit(step, drive, state)
        if limit > 0.0:
            state = self.stepper.driven(state, drive)
        self._write(state, step, current, first=not self.book.looks)
        length, last, before = 1e-3 * limit if math.isfinite(limit) else 1.0, 0.0, 1.0
        margin = self._margin(step, state, begin, origin)
        gone = 0.0
        while gone < limit and margin > 0:
            if len(self.book.trace) > _STEPS:
                raise ConvergenceError(f"the anode took {_STEPS} steps to {self.time:g} s: ask for a larger rtol")
            left = limit - gone
            stop, at_look = self._next_look(left)
            trial = self.stepper.step(state, drive, min(length, stop))
            if trial.state is None or trial.error > 1.0:
                self.rejected += 1
                length = min(length, stop) * (0.2 if trial.state is None else max(0.9 * trial.error**-0.25, 0.1))
                if length < 1e-14 * max(self.time, 1e-3):
                    raise ConvergenceError(f"no step is short enough at {self.time:g} s")
                continue
            taken = min(length, stop)
            now = self._margin(step, trial.state, begin, origin, taken)
            if now <= 0:
                taken, trial = self._shorten(step, drive, state, taken, margin, now, begin, origin)
                now = 0.0
            # what the error did from the last step to this one it will do again (Gustafsson 1994)
            trend = taken / last * (before / max(trial.error, 1e-8)) ** 0.25 if last > 0 else 1.0
            grown = 0.9 * max(trial.error, 1e-8) ** -0.25 * min(1.0, trend)
            last = taken
            before, margin = max(trial.error, 1e-8), now
            following = taken * min(max(grown, 0.2), _GROWTH)
            length = max(length, following) if taken < length and following < length else following
            gone = limit if taken == left else gone + taken
            self.time = begin + gone
            state = self._accept(trial, drive)
            looks = at_look and taken == stop and taken < left
            self._write(state, step, self._current(step, state), first=looks)
        if margin <= 0:
            reason = self._which(step, state)
        passed = (state.volume - origin) * self.made.charge / self.made.area
        self.ends.append(
            StepEnd(
                step=number, reason=reason, start=begin, end=self.time, passed=passed, overpotential=state.overpotential
            )
        )
        self._look(state, self._current(step, state))
        return state

    def _accept(self, trial: Trial, drive: Drive) -> State:
        state = trial.state
        assert state is not None
        self.error += trial.error * self.stepper.rtol
        self.moles_off = max(self.moles_off, trial.imbalance)
        held = float((self.made.weight * (state.fill - self.made.fill)).sum())
        self.most_lithium = max(self.most_lithium, abs(state.volume), float((self.made.weight * state.fill).sum()))
        self.lithium = max(self.lithium, abs(held - state.volume) / self.most_lithium)
        if drive.overpotential is None and drive.rate != 0.0 and state.fill_rate.any():
            total = float((self.made.weight * state.fill_rate).sum())
            self.constraint = max(self.constraint, abs(total / drive.rate - 1.0))
        if float(state.density.max()) > self.made.gas.limit:
            raise InputError(
                f"the gas reaches {state.density.max():g} mol/m3 at {self.time:g} s; "
                f"its law holds to {self.made.gas.limit:g} mol/m3"
            )
        return state

    def _drive(self, step: Step) -> tuple[Drive, float]:
        if step.kind == "hold":
            return Drive(step.overpotential, 0.0), 0.0
        current = step.current_density if step.kind == "current" else 0.0
        return Drive(None, current * self.made.area / self.made.charge), current

    def _current(self, step: Step, state: State) -> float:
        if step.kind == "current":
            return step.current_density
        if step.kind == "rest":
            return 0.0
        return float((self.made.weight * state.fill_rate).sum()) * self.made.charge / self.made.area

    def _limit(self, step: Step, drive: Drive, state: State) -> tuple[float, str]:
        """Longest time of a step, and what it would end by."""
        limit, reason = step.duration, "duration"
        if drive.overpotential is not None or drive.rate == 0.0:
            return limit, reason
        if step.charge / abs(step.current_density) < limit:
            limit, reason = step.charge / abs(step.current_density), "charge"
        able, weight = self.made.rate > 0, self.made.weight
        if drive.rate > 0:
            room, name = float((weight * (self.made.law[3] - state.fill))[able].sum()), "full"
        else:
            room, name = float((weight * state.fill)[able].sum()), "empty"
        if room <= _NOTHING * float(weight.sum()):
            return 0.0, name
        if room / abs(drive.rate) < limit:
            limit, reason = room / abs(drive.rate), name
        return limit, reason

    def _margin(self, step: Step, state: State, begin: float, origin: float, more: float = 0.0) -> float:
        """How far the step is from the nearest of its ends, 0 or below once it is met."""
        found = math.inf
        if step.kind == "current":
            volt = state.overpotential
            found = min(volt - step.lowest, step.highest - volt)
        per_area = self.made.charge / self.made.area
        passed = (state.volume - origin) * per_area
        if step.kind == "hold" and math.isfinite(step.charge):
            found = min(found, 1.0 - abs(passed) / step.charge)
        if step.margin is not None:
            moment = Moment(
                time=self.time + more, elapsed=self.time + more - begin, overpotential=state.overpotential,
                current_density=self._current(step, state), charge=state.volume * per_area, passed=passed,
            )  # fmt: skip
            found = min(found, float(step.margin(moment)))
        return found

    def _which(self, step: Step, state: State) -> str:
        if step.kind == "hold":
            return "charge" if step.margin is None else "margin"
        near = {"lowest": state.overpotential - step.lowest, "highest": step.highest - state.overpotential}
        name = min(near, key=lambda key: near[key])
        return name if step.margin is None or near[name] <= 1e-6 * abs(getattr(step, name)) else "margin"

    def _shorten(
        self,
        step: Step,
        drive: Drive,
        state: State,
        length: float,
        above: float,
        below: float,
        begin: float,
        origin: float,
    ) -> tuple[float, Trial]:
        """The step that just meets an end, by the Illinois method on its length."""
        low, high, first, side = 0.0, length, abs(above), 0
        best, trial = length, self.stepper.step(state, drive, length)
        for _ in range(60):
            if not math.isfinite(above):
                middle = 0.5 * (low + high)
            else:
                middle = low + (high - low) * above / (above - below)
            if not low < middle < high or high - low <= 1e-12 * length:
                break
            tried = self.stepper.step(state, drive, middle)
            if tried.state is None:
                break
            settled = Trial(self.stepper.driven(tried.state, drive), tried.error, tried.imbalance, tried.work)
            value = self._margin(step, tried.state if settled.state is None else settled.state, begin, origin, middle)
            if value <= 0:
                best, trial, high, below = middle, settled, middle, value
                above = 0.5 * above if side == -1 else above
                side = -1
            else:
                low, above = middle, value
                below = 0.5 * below if side == 1 else below
                side = 1
            if abs(value) <= _MET * first:
                return middle, settled
        return best, trial

    def _next_look(self, left: float) -> tuple[float, bool]:
        k = int(np.searchsorted(self.asked, self.time, side="right"))
        if k < self.asked.size and self.asked[k] - self.time < left:
            return float(self.asked[k]) - self.time, True
        return left, False

    def _write(self, state: State, step: Step, current: float, *, first: bool) -> None:
        self.book.step(self.made, state, self.time, current)
        if first:
            self._look(state, current)

    def _look(self, state: State, current: float) -> None:
        leaked = 0.0
        if self.made.exchange is not None and self.made.exchange.leaking.any():
            leaked = self.stepper.total - float((state.moles * self.made.count).sum())
        self.book.look(self.made, state, self.time, current, leaked)

    def result(self, anode: Anode) -> AnodeRun:
        """The finished run."""
        book = self.book
        looks, histories, trace = np.array(book.looks).T, np.array(book.histories), np.array(book.trace).T
        columns = [read_only(np.ascontiguousarray(column)) for column in looks]
        fills, pressures, moles = (read_only(np.ascontiguousarray(histories[:, k])) for k in range(3))
        rows = [read_only(np.ascontiguousarray(row)) for row in trace]
        return AnodeRun(
            anode=anode,
            protocol=self.protocol,
            times=columns[0],
            overpotential=columns[1],
            current_density=columns[2],
            charge=columns[3],
            leaked=columns[4],
            fill=book.fill.made(),
            pressure=book.pressure.made(),
            difference=book.difference.made() if book.difference.rows else None,
            kept=read_only(book.kept),
            fills=fills,
            pressures=pressures,
            moles=moles,
            ends=tuple(self.ends),
            trace=Trace(times=rows[0], overpotential=rows[1], current_density=rows[2], charge=rows[3]),
            balances=Balances(moles=self.moles_off, lithium=self.lithium, constraint=self.constraint, error=self.error),
            rejected=self.rejected,
        )
