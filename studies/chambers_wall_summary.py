"""What the walls of one side of an anode see: the tail of their differences, regime numbers, when each stops being hermetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.materials.constants import GAS_CONSTANT
from tubewall.studies.chambers_tail import Tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_loads import WallHistory
    from tubewall.studies.chambers_looks import ChamberLoad
    from tubewall.studies.chambers_strength import Allowable

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Walls:
    """What the walls of one side see.

    Attributes
    ----------
    tail : Tail
        Of the largest difference that each wall sees over the protocol [Pa].
    expected_largest : float or None
        Over all walls of the electrode area of the study [Pa].
    bounded : bool
        Whether that is what the overpotential can drive, since the tail would go beyond it.
    differences : (m,) float
        Largest difference of the gas pressures that each wall sees [Pa].
    crossovers : (m,) float
        Permeance at which each wall would stop being hermetic, where its smallest regime number is 1 [mol/(m2 s Pa)].
    regimes : (m,) float
        Smallest regime number that each wall sees [-]: hermetic far below 1, permeable far above.
    shares : (m,) float or None
        Largest difference over what the wall bears [-]; None where that is not known.
    loads : tuple of ChamberLoad
        The hardest walls.
    """

    tail: Tail
    expected_largest: float | None
    bounded: bool
    differences: Floats
    crossovers: Floats
    regimes: Floats
    shares: Floats | None
    loads: tuple[ChamberLoad, ...]

    @property
    def regime(self) -> tuple[float, float]:
        """Lowest and median regime number."""
        return float(self.regimes.min()), float(np.median(self.regimes))

    @property
    def kinds(self) -> tuple[float, float, float]:
        """Shares of the walls whose smallest regime number is below 0.1, between, and above 10."""
        hermetic, permeable = float((self.regimes < 0.1).mean()), float((self.regimes > 10.0).mean())
        return hermetic, 1.0 - hermetic - permeable, permeable

    @property
    def crossover(self) -> tuple[float, float, float]:
        """Permeance at which 1 %, half and 99 % of the walls would be permeable [mol/(m2 s Pa)]."""
        low, middle, high = (float(q) for q in np.quantile(self.crossovers, (0.01, 0.5, 0.99)))
        return low, middle, high


def walls_of(
    study: ChambersStudy, run: AnodeRun, history: WallHistory, permeance: float, allowable: Allowable | None
) -> Walls:
    """The walls of a run behind a mean permeance [mol/(m2 s Pa)], from what each of them saw."""
    from tubewall.chambers.random_fields import wall_factors

    tail = Tail.of(history.differences)
    crossover = crossover_permeance(study, history.compression)
    with np.errstate(divide="ignore"):
        through = permeance * wall_factors(run.anode)
        regime = np.where(crossover > 0, through / np.maximum(crossover, 1e-300), np.inf)
    # what the overpotential can drive bounds every pressure
    ceiling = float(run.anode.lithium.ceiling(max(float(run.overpotential.max()), 0.0)))
    expected = tail.expected_largest(study.walls_of_electrode)
    bounded = expected is not None and expected > max(ceiling, tail.largest)
    if expected is not None:
        expected = max(min(expected, ceiling), tail.largest)
    return Walls(
        tail=tail,
        expected_largest=expected,
        bounded=bounded,
        differences=history.differences,
        crossovers=crossover,
        regimes=regime,
        shares=None if allowable is None else history.differences / allowable.differences,
        loads=history.loads,
    )


def crossover_permeance(study: ChambersStudy, compression: Floats) -> Floats:
    """Permeance at which each wall equalises as fast as its chambers are compressed (m,) [mol/(m2 s Pa)].

    W / (4 R T) times the compression (physics page 3.5, regime number 1).
    """
    return compression * study.array.bore / (4.0 * GAS_CONSTANT * study.gas.temperature)
