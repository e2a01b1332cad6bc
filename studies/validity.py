"""What an answer leans on and where it stops being valid: said, never decided upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tubewall.materials import material
from tubewall.studies.corners import is_sharp, refusal
from tubewall.studies.keys import KEYS
from tubewall.studies.large_deflection import LINEAR_UP_TO
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.materials import Material
    from tubewall.studies.answer import CaseAnswer
    from tubewall.studies.load_cases import LoadCase
    from tubewall.studies.pressures import PressureAnswer
    from tubewall.studies.stress_model import StressModel
    from tubewall.studies.study import Study

# numbers of a record that the answer uses
_USED = ("youngs_modulus", "poissons_ratio", "strength", "yield_strength", "weibull_modulus", "gauge_area")


def guesses_of(study: Study, wall: Material, *, weakest_link: bool) -> tuple[str, ...]:
    """The guesses that the answer leans on, each as one phrase."""
    used = [name for name in _USED if weakest_link or not name.startswith(("weibull", "gauge"))]
    said = [
        f"{wall.provenance[name].status} {name.replace('_', ' ')} of {wall.name}"
        for name in used
        if name in wall.guesses
    ]
    for name in study.electrolyte.electrolytes:
        other = material(name)
        said += [f"guess {n.replace('_', ' ')} of {other.name}" for n in used[:4] if n in other.guesses]
    for key in ("permeance", "manufacture", "fill_scatter"):
        if "guess" in KEYS[key].comment and study.flat()[key] == KEYS[key].read(KEYS[key].default, bare=False):
            said.append(f"guess {key.replace('_', ' ')} of the study")
    return tuple(said)


def warnings_of(
    study: Study, model: StressModel, pressures: PressureAnswer, cases: Mapping[LoadCase, CaseAnswer]
) -> tuple[str, ...]:
    """Where the models are stretched, and where the study contradicts itself."""
    said: list[str] = []
    drawing = model.drawing(study.wall.wall)
    if is_sharp(study.drawing):
        said.append(refusal(study.drawing))
    for name, case in cases.items():
        wall = case.thinnest.wall
        if wall is not None and wall <= 3e-9:
            said.append(f"{name}: a wall of {show(wall, 'm')} is a few atoms thick; a continuum is stretched there")
        if case.stress.correction.relative_deflection > LINEAR_UP_TO:
            said.append(
                f"{name}: a wall of {show(study.wall.wall, 'm')} bends by {case.stress.correction.relative_deflection:.2g} "
                "of itself in the linear theory; stresses are corrected by the large-deflection strip"
            )
    from tubewall.studies.pressures import lithium_of

    wanted = study.cell.areal_capacity
    holds = drawing.areal_capacity(study.drawing.height, study.gas.fill, lithium_of(study).molar_volume)
    if holds < wanted:
        said.append(
            f"bores of {show(study.drawing.height, 'm')} filled to {study.gas.fill:g} hold {show(holds, 'mAh/cm2')} "
            f"beside walls of {show(study.wall.wall, 'm')}, less than the {show(wanted, 'mAh/cm2')} asked for"
        )
    if study.gas.gas_law == "ideal" and pressures.hermetic.high > 5e6:
        said.append(
            f"gas at {show(pressures.hermetic.high, 'Pa')} is no longer ideal: pass --gas-law virial or coolprop"
        )
    return tuple(said)
