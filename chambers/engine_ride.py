"""A run on its way: step after step of the protocol, looks at the anode, ends that are met, a checkpoint now and then."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.anode_run import StepEnd, Work
from tubewall.chambers.engine_leg import Leg, current_of, drive_of, limit_of
from tubewall.chambers.engine_step import Drive, State, Stepper, Trial
from tubewall.chambers.protocol import Moment, Protocol, Step
from tubewall.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.engine_bursts import Bursting
    from tubewall.chambers.engine_checkpoint import Checkpoint
    from tubewall.chambers.engine_record import Book
    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]

_STEPS: Final = 200_000
_GROWTH: Final = 5.0
_SMALLEST_ERROR: Final = 1e-8
# an end is met once its margin has shrunk by this factor, or its time is known to this share of a step
_MET: Final = 1e-10
# turns by the slope of what the walls bear before the bracket alone decides
_GUESSES: Final = 4
# share of all bores against which lithium is balanced where there is still less
_LITTLE: Final = 1e-3
_SUMS: Final = ("moles", "mended", "lithium", "constraint", "energy", "error", "rejected")
_ENERGIES: Final = ("current", "dissipated", "gas", "meniscus")


@dataclass(eq=False)
class Ride:
    """A run on its way."""

    made: Population
    stepper: Stepper
    protocol: Protocol
    asked: Floats
    book: Book
    time: float = 0.0
    sums: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_SUMS, 0.0))
    energies: Floats = field(default_factory=lambda: np.zeros(len(_ENERGIES)))
    ends: list[StepEnd] = field(default_factory=list)
    most_lithium: float = 0.0
    bursting: Bursting | None = None
    _kept: tuple[Checkpoint, str] | None = None
    _since: int = 0

    def keep_in(self, checkpoint: Checkpoint, identity: str) -> None:
        """Keep the run in a file, or go on from what is in it."""
        self._kept = (checkpoint, identity)

    def go(self) -> None:
        """All steps of the protocol."""
        state, leg = self.stepper.start(), None
        self.most_lithium = _LITTLE * float(self.made.weight.sum())
        if self._kept is not None and (arrays := self._kept[0].read(self._kept[1])) is not None:
            state, leg = self._restore(arrays)
        for number in range(len(self.ends), len(self.protocol.steps)):
            step = self.protocol.steps[number]
            if leg is None:
                state, leg = self._begin(number, step, state)
            state = self._through(step, leg, state)
            leg = None
        self._keep(state, None, now=True)

    def work(self) -> Work:
        """Energies so far."""
        return Work(**dict(zip(_ENERGIES, (float(e) for e in self.energies), strict=True)))

    def _begin(self, number: int, step: Step, state: State) -> tuple[State, Leg]:
        drive, current = drive_of(self.made, step)
        limit, reason = limit_of(self.made, step, drive, state)
        if limit > 0.0:
            state = self.stepper.driven(state, drive)
        if self.bursting is not None and self.bursting.due(state):
            state = self._burst(self.bursting, state, drive, driven=limit > 0.0)
        self._note(state, current)
        if not self.book.looks:
            self._look(state, current)
        first = 1e-3 * limit if math.isfinite(limit) else 1.0
        leg = Leg(number, self.time, state.volume, limit, reason, first)
        leg.margin = self._margin(step, leg, state, 0.0)
        return state, leg

    def _through(self, step: Step, leg: Leg, state: State) -> State:
        """From where a step stands to its end."""
        drive, _ = drive_of(self.made, step)
        while leg.gone < leg.limit and leg.margin > 0:
            if len(self.book.trace) > _STEPS:
                raise ConvergenceError(f"the anode took {_STEPS} steps to {self.time:g} s: ask for a larger rtol")
            left = leg.limit - leg.gone
            stop, at_look = self._next_look(left)
            taken = min(leg.length, stop)
            trial = self.stepper.step(state, drive, taken)
            if trial.state is None or trial.error > 1.0:
                self.sums["rejected"] += 1
                leg.length = taken * (0.2 if trial.state is None else max(0.9 * trial.error**-0.25, 0.1))
                if leg.length < 1e-14 * max(self.time, 1e-3):
                    raise ConvergenceError(f"no step is short enough at {self.time:g} s")
                continue
            after = self._margin(step, leg, trial.state, taken)
            if after <= 0:
                taken, trial = self._shorten(step, drive, leg, state, trial, taken, after)
                after = 0.0
            self._next_length(leg, trial.error, taken)
            leg.margin = after
            leg.gone = leg.limit if taken == left else leg.gone + taken
            self.time = leg.begin + leg.gone
            state = self._accept(trial, drive)
            if self.bursting is not None and self.bursting.due(state):
                state = self._burst(self.bursting, state, drive)
                leg.margin, leg.last = self._margin(step, leg, state, 0.0), 0.0
            self._note(state, current_of(self.made, step, state))
            if at_look and taken == stop and taken < left:
                self._look(state, current_of(self.made, step, state))
            self._keep(state, leg)
        self._end(step, leg, state)
        return state

    def _burst(self, bursting: Bursting, state: State, drive: Drive, *, driven: bool = True) -> State:
        """The state once the walls that bear too much now have opened."""
        made, state = bursting.open(self.time, state)
        self.stepper = self.stepper.joined(made)
        state = replace(state, moles_rate=self.stepper.solver.drift(state.fill, state.density))
        return self.stepper.driven(state, drive) if driven else state

    def _end(self, step: Step, leg: Leg, state: State) -> None:
        reason = leg.reason if leg.margin > 0 else self._which(step, leg, state)
        self.ends.append(
            StepEnd(
                step=leg.number,
                reason=reason,
                start=leg.begin,
                end=self.time,
                passed=(state.volume - leg.origin) * self.made.charge / self.made.area,
                overpotential=state.overpotential,
            )
        )
        self._look(state, current_of(self.made, step, state))

    def _next_length(self, leg: Leg, error: float, taken: float) -> None:
        """How long the next step may be; what the error did from the last to this one it will do again (Gustafsson 1994)."""
        error = max(error, _SMALLEST_ERROR)
        trend = taken / leg.last * (leg.before / error) ** 0.25 if leg.last > 0 else 1.0
        following = taken * min(max(0.9 * error**-0.25 * min(1.0, trend), 0.2), _GROWTH)
        # a step cut short to meet a time says nothing against the length planned
        leg.length = max(leg.length, following) if taken < leg.length and error <= 1.0 else following
        leg.last, leg.before = taken, error

    def _accept(self, trial: Trial, drive: Drive) -> State:
        state, sums, made = trial.state, self.sums, self.made
        assert state is not None
        sums["error"] += trial.error * self.stepper.rtol
        sums["mended"] = max(sums["mended"], trial.mended)
        sums["moles"] = max(sums["moles"], self.stepper.imbalance(state))
        self.energies += trial.work
        size = float(np.abs(self.energies).sum())
        if size > 0:
            lost = self.energies[0] - self.energies[1:].sum()
            sums["energy"] = max(sums["energy"], abs(float(lost)) / size)
        held = float((made.weight * (state.fill - made.fill)).sum())
        self.most_lithium = max(self.most_lithium, abs(state.volume), float((made.weight * state.fill).sum()))
        sums["lithium"] = max(sums["lithium"], abs(held - state.volume) / self.most_lithium)
        if drive.overpotential is None and drive.rate != 0.0 and state.fill_rate.any():
            total = float((made.weight * state.fill_rate).sum())
            sums["constraint"] = max(sums["constraint"], abs(total / drive.rate - 1.0))
        if float(state.density.max()) > made.gas.limit:
            raise InputError(
                f"the gas reaches {state.density.max():g} mol/m3 at {self.time:g} s; its law holds to {made.gas.limit:g} mol/m3"
                f"{made.gas.remedy}"
            )
        return state

    def _margins(self, step: Step, leg: Leg, state: State, more: float) -> dict[str, float]:
        """How far a step is from its ends, by their names; ``more`` seconds on."""
        found = {}
        per_area = self.made.charge / self.made.area
        passed = (state.volume - leg.origin) * per_area
        if step.kind == "current":
            found["lowest"] = state.overpotential - step.lowest
            found["highest"] = step.highest - state.overpotential
        if step.kind == "hold" and math.isfinite(step.charge):
            found["charge"] = 1.0 - abs(passed) / step.charge
        if self.bursting is not None:
            found["burst"] = self.bursting.margin(state)
        if step.margin is not None:
            moment = Moment(
                time=self.time + more,
                elapsed=leg.gone + more,
                overpotential=state.overpotential,
                current_density=current_of(self.made, step, state),
                charge=state.volume * per_area,
                passed=passed,
            )
            found["margin"] = float(step.margin(moment))
        return found

    def _margin(self, step: Step, leg: Leg, state: State, more: float) -> float:
        return min(self._margins(step, leg, state, more).values(), default=math.inf)

    def _which(self, step: Step, leg: Leg, state: State) -> str:
        margins = self._margins(step, leg, state, 0.0)
        return min(margins, key=lambda name: margins[name])

    def _shorten(
        self, step: Step, drive: Drive, leg: Leg, state: State, trial: Trial, length: float, below: float
    ) -> tuple[float, Trial]:
        """The step that just meets an end, by the Illinois method on its length."""
        low, high, above, side = 0.0, length, leg.margin, 0
        best, first, bursting = length, abs(leg.margin), self.bursting
        guess, slope = math.nan, 0.0
        assert trial.state is not None
        if bursting is not None and bursting.margin(trial.state) <= 0.0:
            guess, slope = bursting.crossing(state, trial.state, length)
        for turn in range(60):
            middle = low + (high - low) * (above / (above - below) if math.isfinite(above - below) else 0.5)
            if turn < _GUESSES and low < guess < high:
                middle = guess
            if not low < middle < high or high - low <= 1e-12 * length:
                break
            # shorter than a step that has passed: its own estimate may trip over a chamber that runs empty just now
            tried = self.stepper.step(state, drive, middle, whatever=True)
            if tried.state is None:
                break
            margins = self._margins(step, leg, tried.state, middle)
            name = min(margins, key=lambda one: margins[one])
            value = margins[name]
            near = bursting.near if name == "burst" and bursting is not None else _MET * first
            guess = middle - value / slope if name == "burst" and slope < 0.0 else math.nan
            if value <= 0:
                best, trial, high, below = middle, tried, middle, value
                above = 0.5 * above if side == -1 else above
                side = -1
            else:
                low, above = middle, value
                below = 0.5 * below if side == 1 else below
                side = 1
            if abs(value) <= near:
                return middle, tried
        return best, trial

    def _next_look(self, left: float) -> tuple[float, bool]:
        k = int(np.searchsorted(self.asked, self.time * (1.0 + 1e-14), side="right"))
        if k < self.asked.size and self.asked[k] - self.time < left:
            return float(self.asked[k]) - self.time, True
        return left, False

    def _note(self, state: State, current: float) -> None:
        self.book.note(self.made, state, self.time, current)

    def _look(self, state: State, current: float) -> None:
        self.book.look(self.made, state, self.time, current, self.stepper.leaked(state))

    def _keep(self, state: State, leg: Leg | None, *, now: bool = False) -> None:
        """Write a checkpoint when it is time."""
        self._since += 1
        if self._kept is None or not (now or self._since >= self._kept[0].every):
            return
        self._since = 0
        arrays: dict[str, Any] = {f"state_{name}": np.asarray(value) for name, value in vars(state).items()}
        arrays |= {f"book_{name}": value for name, value in self.book.packed().items()}
        arrays["time"] = np.array([self.time, self.most_lithium, *self.sums.values(), *self.energies])
        for name, value in (vars(leg) if leg is not None else {}).items():
            arrays[f"leg_{name}"] = np.array(value)
        ends = [asdict(end) for end in self.ends]
        arrays["ends"] = np.array([[e["step"], e["start"], e["end"], e["passed"], e["overpotential"]] for e in ends])
        arrays["reasons"] = np.array([e["reason"] for e in ends], dtype="U16")
        if self.bursting is not None:
            arrays |= {f"burst_{name}": value for name, value in self.bursting.packed().items()}
        self._kept[0].write(self._kept[1], arrays)

    def _restore(self, arrays: dict[str, NDArray[Any]]) -> tuple[State, Leg | None]:
        """Where a checkpoint left off."""
        state = State(
            **{k[6:]: v if v.ndim else float(v) for k, v in arrays.items() if k.startswith("state_")}  # type: ignore[arg-type]
        )
        if self.bursting is not None:
            self.bursting.unpack({k[6:]: v for k, v in arrays.items() if k.startswith("burst_")})
            if self.bursting.walls:
                self.stepper = self.stepper.joined(self.bursting.population())
        self.book.unpack({k[5:]: v for k, v in arrays.items() if k.startswith("book_")})
        numbers = [float(x) for x in arrays["time"]]
        self.time, self.most_lithium = numbers[:2]
        self.sums = dict(zip(_SUMS, numbers[2 : 2 + len(_SUMS)], strict=True))
        self.energies = np.array(numbers[2 + len(_SUMS) :])
        for row, reason in zip(arrays["ends"].reshape(-1, 5), arrays["reasons"], strict=True):
            self.ends.append(
                StepEnd(
                    step=int(row[0]), reason=str(reason), start=float(row[1]), end=float(row[2]), passed=float(row[3]),
                    overpotential=float(row[4]),
                )
            )  # fmt: skip
        if "leg_number" not in arrays:
            return state, None
        leg = {k[4:]: v.item() for k, v in arrays.items() if k.startswith("leg_")}
        return state, Leg(**leg)
