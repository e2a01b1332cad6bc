"""What the study of an anode answers: hermetic against permeable walls, side by side, and the planar foil beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.chambers_bursts import BurstAnswer, bursts_of
from tubewall.studies.chambers_loads import WallHistory, crossover_permeance, keys_of_load, wall_history
from tubewall.studies.chambers_looks import ChamberLoad, LookNotes
from tubewall.studies.chambers_memory import in_classes
from tubewall.studies.chambers_strength import Allowable, allowable_of_study
from tubewall.studies.chambers_tail import Tail
from tubewall.studies.chambers_warnings import warnings_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeLook, AnodeRun
    from tubewall.chambers.cells import Cycle
    from tubewall.chambers.planar_foil import FoilRun
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.study import Study
    from tubewall.studies.tables import Table

    Floats = NDArray[np.float64]

Data = dict[str, Any]
Progress = Callable[[float, str], None]
# chambers times looks whose histories are kept, 8 bytes and three quantities each
_MOST_KEPT: Final = 20_000_000


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """One kind of walls through the protocol.

    Attributes
    ----------
    name : {"hermetic", "permeable"}
    permeance : float
        [mol/(m2 s Pa)].
    run : AnodeRun
    walls : Walls or None
        None of a single chamber, and of an array that is too large to follow its walls.
    cycles : tuple of Cycle
        Of a named cell.
    highest_gas : float
        Largest gas pressure in any chamber over all steps [Pa].
    highest_lithium : float
        Largest pressure of the lithium in any chamber [Pa]; of an array too large the ceiling.
    full_bores : int
        Bores that were full at any look.
    hardest : AnodeLook or None
        All chambers at the look of the largest difference across a hermetic wall, or that nearest to it; None of an
        array too large.
    bursts : BurstAnswer or None
        Where walls may open.
    """

    name: str
    permeance: float
    run: AnodeRun
    walls: Walls | None
    cycles: tuple[Cycle, ...]
    highest_gas: float
    highest_lithium: float
    full_bores: int
    hardest: AnodeLook | None
    bursts: BurstAnswer | None = None

    @property
    def chambers(self) -> AnodeLook:
        """All chambers at the hardest look; InputError where the array is too large to follow them."""
        if self.hardest is None:
            raise InputError("the array is too large to show single chambers: take fewer rows or columns")
        return self.hardest


@dataclass(frozen=True, kw_only=True, eq=False)
class ChambersAnswer:
    """The answer to the study of an anode.

    Attributes
    ----------
    study : ChambersStudy
    sides : tuple of Side
        Hermetic and permeable walls.
    foil : FoilRun or None
        The planar control of a named cell.
    foil_cycles : tuple of Cycle
    allowable : Allowable or None
        What the walls bear, where the study asks for it.
    seconds : mapping of stage to float
        Wall time [s].
    warnings : tuple of str
    """

    study: ChambersStudy
    sides: tuple[Side, ...]
    foil: FoilRun | None
    foil_cycles: tuple[Cycle, ...]
    allowable: Allowable | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def walls_of_electrode(self) -> float:
        """Walls on the electrode area of the study."""
        lattice = self.study.lattice()
        per_chamber = 3.0 if lattice.shape == "hexagon" else 2.0
        return per_chamber * self.study.run.electrode_area / lattice.footprint

    @property
    def hermetic(self) -> Side:
        """The side whose walls let nothing through."""
        return self.sides[0]

    @property
    def permeable(self) -> Side:
        """The side with the permeance of the study."""
        return self.sides[1]

    def thickness_study(self) -> Study | None:
        """A study for ``tubewall thickness`` that takes its loads from the hardest hermetic wall; None without one."""
        from tubewall.studies.study import Study

        found = self.thickness_keys()
        return None if found is None else Study().replace(**found)

    def thickness_keys(self) -> Data | None:
        """Keys and values (SI) of that study."""
        side = self.hermetic
        if side.walls is None or not side.walls.loads:
            return None
        lithium = max(one.highest_lithium for one in self.sides)
        return keys_of_load(self.study, side.walls.loads[0], lithium, side.run)

    def text(self) -> str:
        """The answer as the command prints it."""
        from tubewall.studies.chambers_text import answer_text

        return answer_text(self)

    def to_json(self) -> Data:
        """The answer as plain data in SI, every number with its unit."""
        from tubewall.studies.chambers_data import answer_data

        return answer_data(self)

    def table(self) -> Table:
        """Every look of every side as a table."""
        from tubewall.studies.chambers_data import look_table

        return look_table(self)


def answer_study(study: ChambersStudy, *, progress: Progress | None = None) -> ChambersAnswer:
    """Carry the protocol out behind hermetic and behind permeable walls, and on a planar foil.

    Raises
    ------
    InputError
        A protocol that overfills the array, a gas outside its law.
    ConvergenceError
        When the integrator finds no step.
    """
    tell = progress or (lambda _share, _text: None)
    sides: list[Side] = []
    seconds: dict[str, float] = {}
    large = in_classes(study, histories=keeps_all(study))
    started = time.perf_counter()
    allowable = None if large else allowable_of_study(study, study.anode(permeable=False))
    seconds["allowable"] = time.perf_counter() - started
    for part, permeable in enumerate((False, True)):
        name = "permeable" if permeable else "hermetic"
        tell(0.45 * part, f"{name} walls")
        started = time.perf_counter()
        if large:
            sides.append(_spreads(study, name, permeable=permeable))
        else:
            near = sides[0].hardest.time if sides and sides[0].hardest is not None else None
            sides.append(_side(study, name, allowable, permeable=permeable, near=near))
        seconds[name] = time.perf_counter() - started
    tell(0.95, "planar foil")
    foil, cycles = _foil(study)
    return ChambersAnswer(
        study=study,
        sides=tuple(sides),
        foil=foil,
        foil_cycles=cycles,
        allowable=allowable,
        seconds=seconds,
        warnings=warnings_of(study, sides),
    )


def keeps_all(study: ChambersStudy) -> bool:
    """Whether the histories of all chambers are kept."""
    looks = study.run.looks + len(study.protocol.protocol().steps) + 1
    return study.lattice().chambers * looks <= _MOST_KEPT


def _side(study: ChambersStudy, name: str, allowable: Allowable | None, *, permeable: bool, near: float | None) -> Side:
    from tubewall.chambers.engine import run

    anode, protocol, looks = study.anode(permeable=permeable), study.protocol.protocol(), study.looks()
    notes = LookNotes(anode, near)
    found = run(
        anode,
        protocol,
        rtol=study.run.rtol,
        record=looks,
        keep="all" if keeps_all(study) else "none",
        walls=True,
        peaks=True,
        watch=notes.see,
        allowable=allowable.differences if allowable is not None and study.run.bursts else None,
        threads=study.run.threads or None,
    )
    cell = study.protocol.cell
    assert notes.kept is not None
    assert notes.last is not None
    history = wall_history(found, notes)
    permeance = study.permeance() if permeable else 0.0
    return Side(
        name=name,
        permeance=permeance,
        run=found,
        walls=_walls(study, found, history, permeance, allowable) if anode.walls else None,
        cycles=() if cell is None else cell.cycles_of(found.ends),
        highest_gas=max(float(found.pressure.quantiles[:, -1].max()), _peak_gas(found)),
        highest_lithium=history.lithium,
        full_bores=notes.full_bores,
        hardest=notes.kept,
        bursts=bursts_of(found, notes.last.pressures),
    )


def _spreads(study: ChambersStudy, name: str, *, permeable: bool) -> Side:
    """A side of an array too large to follow its walls, from classes of its chambers."""
    from tubewall.chambers.engine import run

    anode, protocol = study.anode(permeable=permeable), study.protocol.protocol()
    threads = study.run.threads or None
    found = run(anode, protocol, rtol=study.run.rtol, record=study.looks(), keep="none", classes=True, threads=threads)
    cell = study.protocol.cell
    return Side(
        name=name,
        permeance=0.0,
        run=found,
        walls=None,
        cycles=() if cell is None else cell.cycles_of(found.ends),
        highest_gas=float(found.pressure.quantiles[:, -1].max()),
        highest_lithium=float(anode.lithium.ceiling(max(float(found.overpotential.max()), 0.0))),
        full_bores=0,
        hardest=None,
    )


def _walls(
    study: ChambersStudy, run: AnodeRun, history: WallHistory, permeance: float, allowable: Allowable | None
) -> Walls:
    tail = Tail.of(history.differences)
    crossover = crossover_permeance(study, history.compression)
    factors = _wall_factors(run)
    with np.errstate(divide="ignore"):
        regime = np.where(crossover > 0, permeance * factors / np.maximum(crossover, 1e-300), np.inf)
    lattice = study.lattice()
    many = (3.0 if lattice.shape == "hexagon" else 2.0) * study.run.electrode_area / lattice.footprint
    # what the overpotential can drive bounds every pressure
    ceiling = float(run.anode.lithium.ceiling(max(float(run.overpotential.max()), 0.0)))
    expected = tail.expected_largest(many)
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


def _peak_gas(run: AnodeRun) -> float:
    return 0.0 if run.peaks is None else float(run.peaks.pressures.max(initial=0.0))


def _wall_factors(run: AnodeRun) -> Floats:
    from tubewall.chambers.random_fields import wall_factors

    return wall_factors(run.anode) if run.anode.wall_scatter > 0 else np.ones(run.anode.walls)


def _foil(study: ChambersStudy) -> tuple[FoilRun | None, tuple[Cycle, ...]]:
    from tubewall.chambers.planar_foil import PlanarFoil, run_foil

    cell = study.protocol.cell
    if cell is None:
        return None, ()
    foil = PlanarFoil(conductance=study.lithium.conductance, charge=study.protocol.start_charge)
    found = run_foil(foil, cell.protocol())
    return found, cell.cycles_of(found.ends)
