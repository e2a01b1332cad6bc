"""The main job: how thin may the wall be, what decides it, what changes when it lets gas through."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from tubewall.materials import VonMisesYield, Weibull, material
from tubewall.studies.answer import CaseAnswer, WallAnswer
from tubewall.studies.bounds import window
from tubewall.studies.case_bounds import case_bounds
from tubewall.studies.corners import is_sharp
from tubewall.studies.electrolyte import electrolyte_answer
from tubewall.studies.load_cases import (
    LOAD_CASES,
    CaseStress,
    LoadCase,
    case_stress,
    least_mesh_error,
    with_mesh_error,
)
from tubewall.studies.pressures import PressureAnswer, pressures
from tubewall.studies.stress_curve import StressCurve
from tubewall.studies.stress_model import Confinement, Strength, StressModel
from tubewall.studies.validity import guesses_of, warnings_of
from tubewall.studies.workers import outcome

if TYPE_CHECKING:
    from tubewall.materials import Material
    from tubewall.studies.study import Study

Progress = Callable[[float, str], None]
OTHER: Mapping[Confinement, Confinement] = {"held": "free", "free": "held"}


def _silent(_share: float, _doing: str) -> None:
    """No progress wanted."""


def strength_of(study: Study, wall: Material) -> Strength:
    """The strength the wall is held against: its record's, or the range given in the study with its geometric mean.

    A given bound replaces that bound of the record; the record's value stays where it lies inside.
    """
    given = study.wall
    if given.strength_low and given.strength_high and all(isinstance(law, Weibull) for law in wall.strengths):
        # a record without a strength does with a given one, and is taken to break
        value = math.sqrt(given.strength_low * given.strength_high)
        return Strength(value=value, low=given.strength_low, high=given.strength_high, ductile=False)
    record = wall.strength
    low = study.wall.strength_low or record.range[0]
    high = study.wall.strength_high or record.range[1]
    if study.wall.strength_low and not study.wall.strength_high:
        high = max(high, low)
    if study.wall.strength_high and not study.wall.strength_low:
        low = min(low, high)
    inside = low <= record.value <= high
    value = record.value if inside else math.sqrt(low * high)
    return Strength(value=value, low=low, high=high, ductile=isinstance(record, VonMisesYield))


def stress_model(study: Study) -> StressModel:
    """The walls of a study as a function of their thickness."""
    wall = material(study.wall.wall_material)
    return StressModel(study=study, material=wall, strength=strength_of(study, wall))


def minimum_wall(
    study: Study | None = None, *, progress: Progress | None = None, beside: Executor | None = None
) -> WallAnswer:
    """Answer the main job for a study.

    Parameters
    ----------
    study : Study, optional
        Without one, the source's own design (Chen et al., Nature 578, 251, 2020).
    progress : callable, optional
        Called with the share done (0 .. 1) and what is being done.
    beside : concurrent.futures.Executor, optional
        Where the electrolytes are computed while the walls are; without one they follow.

    Returns
    -------
    WallAnswer
        Prints as one sentence; ``.text()`` has the tables, ``.to_json()`` the data.

    Raises
    ------
    InputError
        When the study describes nothing that can be drawn.
    """
    from tubewall.studies.study import Study as StudyModel

    study = study or StudyModel()
    tell = progress or _silent
    seconds: dict[str, float] = {}
    ahead = (
        [beside.submit(electrolyte_answer, study, name) for name in study.electrolyte.electrolytes] if beside else []
    )
    started = time.perf_counter()
    tell(0.0, "pressures")
    model = stress_model(study)
    pressed = pressures(study, model.drawing(study.wall.wall))
    seconds["pressures"] = time.perf_counter() - started

    began = time.perf_counter()
    curve = StressCurve(model=model, pressures=pressed)
    curve.sample(lambda share, doing: tell(0.1 + 0.5 * share, doing))
    cases: dict[LoadCase, CaseAnswer] = {}
    for i, case in enumerate(LOAD_CASES):
        tell(0.6 + 0.08 * i, f"walls for {case}")
        cases[case] = _answer(model, curve, case, pressed)
    seconds["walls"] = time.perf_counter() - began

    began = time.perf_counter()
    tell(0.92, "electrolyte")
    names = study.electrolyte.electrolytes
    if ahead:
        pairs = zip(ahead, names, strict=True)
        electrolytes = tuple(outcome(found, partial(electrolyte_answer, study, name)) for found, name in pairs)
    else:
        electrolytes = tuple(electrolyte_answer(study, name) for name in names)
    seconds["electrolyte"] = time.perf_counter() - began
    seconds["total"] = time.perf_counter() - started
    tell(1.0, "done")
    return WallAnswer(
        study=study,
        strength=model.strength,
        pressures=pressed,
        cases=cases,
        electrolytes=electrolytes,
        guesses=guesses_of(
            study, model.material, weakest_link=any(b.name == "weakest_link" for c in cases.values() for b in c.bounds)
        ),
        warnings=warnings_of(study, model, pressed, cases),
        seconds=seconds,
    )


def _answer(model: StressModel, curve: StressCurve, case: LoadCase, pressed: PressureAnswer) -> CaseAnswer:
    study = model.study
    bounds, left_out = case_bounds(curve, case)
    sharp = is_sharp(study.drawing)

    def decisive(stress: CaseStress) -> float:
        return stress.linearised if sharp else stress.peak

    other = case_stress(model, case, study.wall.wall, pressed, confinement=OTHER[study.drawing.confinement])
    return CaseAnswer(
        name=case,
        stress=design_stress(model, case, pressed),
        other_confinement=decisive(other),
        bounds=bounds,
        left_out=left_out,
        sampled_walls=curve.nodes,
        sampled_peaks=np.array([decisive(curve.at(case, float(wall), coarser=True)) for wall in curve.nodes]),
        window_1d=window(bounds, "1d", thickest=study.wall.thickest),
        window_2d=window(bounds, "2d", thickest=study.wall.thickest),
    )


def design_stress(model: StressModel, case: LoadCase, pressed: PressureAnswer) -> CaseStress:
    """The stress of a case at the study's own wall, with its mesh error from a mesh of half its density."""
    wall = model.study.wall.wall
    cases: set[LoadCase] = {"gas_hermetic", "lithium_against_gas", "equalised", case}
    found = {
        name: (case_stress(model, name, wall, pressed), case_stress(model, name, wall, pressed, coarser=True))
        for name in cases
    }
    least = least_mesh_error(model.study.numerics.elements_through_wall)
    return with_mesh_error(found[case][0], list(found.values()), least=least)
