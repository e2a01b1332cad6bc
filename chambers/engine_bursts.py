"""Walls that open during a run: the moment at which the first bears too much, and the cascade that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.check import read_only, sums
from tubewall.chambers.compiled_spaces import heaviest
from tubewall.chambers.engine_spaces import with_spaces
from tubewall.chambers.gas_spaces import Spaces, lowest_of
from tubewall.chambers.wall_bursts import Bursts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import Population
    from tubewall.chambers.engine_step import State

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_PARTS: Final = 64
# of the tolerance of a step: walls this close to what they bear open together, and how well their moment is found
_SLACK: Final = 0.5
_LOCATED: Final = 0.1


@dataclass(eq=False)
class Bursting:
    """The walls of a run and what they bear."""

    original: Population
    crew: Crew
    ends: NDArray[np.integer]
    allowable: Floats
    rtol: float
    walls: list[int] = field(default_factory=list)
    differences: list[float] = field(default_factory=list)
    cascades: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    imbalance: float = 0.0
    _most: Floats = field(default_factory=lambda: np.zeros(_PARTS))
    _spaces: Spaces | None = None

    @property
    def near(self) -> float:
        """How far from 0 a margin may be where a burst counts as located."""
        return _LOCATED * self.rtol

    def margin(self, state: State) -> float:
        """How far the hardest wall is from opening, over what it bears; 0 or less where it opens."""
        return self._margin_at(self.original.gas.pressure(state.density))

    def _margin_at(self, pressure: Floats) -> float:
        self.crew.share(heaviest, _PARTS, self.ends, self.allowable, pressure, self._most)
        return 1.0 - float(self._most.max())

    def crossing(self, before: State, after: State, length: float) -> tuple[float, float]:
        """About when in a step a wall opens [s], and how fast the margin falls then [1/s].

        From the cubic through the densities and their rates at both ends.
        """
        from scipy.optimize import brentq

        start, end, gas = before.density, after.density, self.original.gas
        rising, ending = (length * self._density_rate(one) for one in (before, after))

        def margin(t: float) -> float:
            s = 1.0 - t
            cubic = s * s * (start + t * (2.0 * start + rising)) + t * t * (end + s * (2.0 * end - ending))
            return self._margin_at(gas.pressure(cubic))

        if not (margin(0.0) > 0.0 >= margin(1.0)):
            return 0.5 * length, 0.0
        share = float(brentq(margin, 0.0, 1.0, xtol=1e-10))
        # towards the start: later another wall may be the hardest
        little = 1e-3 * share
        return share * length, (margin(share) - margin(share - little)) / (little * length)

    def _density_rate(self, state: State) -> Floats:
        """How fast the gas of every chamber gets denser [mol/(m3 s)]."""
        p = self.original
        gained, room = state.moles_rate + state.density * p.volume * state.fill_rate, p.volume * (1.0 - state.fill)
        if self.walls:
            assert self._spaces is not None
            owners = self._spaces.owners()
            gained, room = (sums(owners, one, p.size)[owners] for one in (gained, room))
        return np.asarray(gained / room)

    def due(self, state: State) -> bool:
        """Whether a wall opens now."""
        return self.margin(state) < _SLACK * self.rtol

    def open(self, time: float, state: State) -> tuple[Population, State]:
        """Open the hardest wall and all that then bear too much; the population and the gas afterwards."""
        p = self.original
        spaces = self._known()
        owners = spaces.owners().copy()
        volume = p.volume * (1.0 - state.fill)
        spaces.pressures = p.gas.pressure(state.density)
        spaces.volumes, spaces.moles = (sums(owners, values, p.size) for values in (volume, state.moles))
        opened, bore = spaces.burst(1.0 - _SLACK * self.rtol)
        if not opened:
            return self.population(), state
        self.times.append(time)
        self.cascades += [len(self.times) - 1] * len(opened)
        self.walls += opened
        self.differences += bore
        return self._gathered(state, owners, volume)

    def population(self) -> Population:
        """The chambers, those joined that walls which have opened join."""
        if not self.walls:
            return self.original
        assert self._spaces is not None
        return with_spaces(self.original, lowest_of(self._spaces.owners()), self.ends[self.walls])

    def _gathered(self, state: State, before: Indices, volume: Floats) -> tuple[Population, State]:
        """The gas of spaces that have grown, at one density each; others keep every bit."""
        assert self._spaces is not None
        owners, spaces = self._spaces.owners(), self._spaces
        made = self.population()
        assert made.spaces is not None
        grown = np.zeros(owners.size, dtype=np.bool_)
        grown[owners[owners != before]] = True
        changed = grown[owners]
        density, moles = state.density.copy(), state.moles.copy()
        density[changed] = (spaces.moles / np.where(spaces.volumes > 0, spaces.volumes, 1.0))[owners[changed]]
        moles[changed] = density[changed] * volume[changed]
        total = float(state.moles.sum())
        self.imbalance = max(self.imbalance, abs(float(moles.sum()) / total - 1.0))
        return made, replace(state, density=density, moles=moles)

    def _known(self) -> Spaces:
        if self._spaces is None:
            gas = self.original.gas
            nothing = np.zeros(self.original.size)
            self._spaces = Spaces(
                self.ends,
                nothing,
                nothing,
                nothing + 1.0,
                self.allowable,
                lambda c: float(gas.pressure(np.array([c]))[0]),
            )
        return self._spaces

    def packed(self) -> dict[str, NDArray[Any]]:
        """What a checkpoint keeps."""
        return {
            "walls": np.array(self.walls, dtype=np.int64),
            "differences": np.array(self.differences),
            "cascades": np.array(self.cascades, dtype=np.int64),
            "times": np.array(self.times),
            "imbalance": np.array(self.imbalance),
        }

    def unpack(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what was packed; the walls open again in their order."""
        self.walls, self.cascades = arrays["walls"].tolist(), arrays["cascades"].tolist()
        self.differences, self.times = arrays["differences"].tolist(), arrays["times"].tolist()
        self.imbalance = float(arrays["imbalance"])
        spaces = self._known()
        for wall in self.walls:
            first, second = (int(one) for one in spaces.owner(self.ends[wall]))
            spaces.join(first, second)

    def made(self) -> Bursts:
        """The finished record."""
        walls, cascades = np.array(self.walls, dtype=np.int64), np.array(self.cascades, dtype=np.int64)
        owners = np.arange(self.original.size) if self._spaces is None else self._spaces.owners()
        return Bursts(
            times=read_only(np.array(self.times)),
            sizes=read_only(np.bincount(cascades, minlength=len(self.times)).astype(np.int64)),
            walls=read_only(walls),
            cascades=read_only(cascades),
            differences=read_only(np.array(self.differences)),
            allowable=read_only(self.allowable[walls]),
            spaces=read_only(lowest_of(owners)),
            imbalance=self.imbalance,
        )
