"""What the study of an anode answers: hermetic against permeable walls, side by side, and the planar foil beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.chambers_bursts import BurstAnswer, bursts_of
from tubewall.studies.chambers_loads import keys_of_load, wall_history
from tubewall.studies.chambers_looks import LookNotes
from tubewall.studies.chambers_memory import in_classes, keeps_all
from tubewall.studies.chambers_strength import Allowable, allowable_of_study
from tubewall.studies.chambers_wall_summary import Walls, walls_of
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
        return self.study.walls_of_electrode

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
    large = in_classes(study)
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
        walls=walls_of(study, found, history, permeance, allowable) if anode.walls else None,
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


def _peak_gas(run: AnodeRun) -> float:
    return 0.0 if run.peaks is None else float(run.peaks.pressures.max(initial=0.0))


def _foil(study: ChambersStudy) -> tuple[FoilRun | None, tuple[Cycle, ...]]:
    from tubewall.chambers.planar_foil import PlanarFoil, run_foil

    cell = study.protocol.cell
    if cell is None:
        return None, ()
    foil = PlanarFoil(conductance=study.lithium.conductance, charge=study.protocol.start_charge)
    found = run_foil(foil, cell.protocol())
    return found, cell.cycles_of(found.ends)
