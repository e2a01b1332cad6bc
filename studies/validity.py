"""What an answer leans on and where it stops being valid: said, never decided upon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tubewall.materials import material
from tubewall.materials.values import PROPERTIES
from tubewall.studies.corners import is_sharp, refusal
from tubewall.studies.keys import KEYS
from tubewall.studies.large_deflection import LINEAR_UP_TO
from tubewall.studies.pressures import lithium_of
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
    """What the answer leans on without being sure of it, each as one phrase."""
    used = [name for name in _USED if weakest_link or not name.startswith(("weibull", "gauge"))]
    said = [_guess(wall, name) for name in used if name in wall.guesses]
    strength = wall.provenance.get("strength")
    given = study.wall.strength_low or study.wall.strength_high
    if strength is not None and "strength" not in wall.guesses and not given:
        span = f"{strength.low / 1e6:.4g} to {strength.high / 1e6:.4g} MPa"
        said.append(f"range of the strength of {wall.name}, {span}: {_first_sentences(strength.note)}")
    carrier = material(study.wall.transport_material).provenance.get("lithium_diffusivity")
    if carrier is not None and carrier.high > carrier.low:
        said.append(
            f"diffusivity of lithium: {show(study.wall.diffusivity, 'cm2/s')} taken for {study.wall.transport_material}, its "
            f"record spans {show(carrier.low, 'cm2/s')} to {show(carrier.high, 'cm2/s')}; transport moves with it"
        )
    for name in study.electrolyte.electrolytes:
        other = material(name)
        said += [_guess(other, n) for n in _USED[:4] if n in other.guesses]
    for key in ("permeance", "manufacture", "fill_scatter"):
        if key == "fill_scatter" and not weakest_link:
            continue
        if "guess" in KEYS[key].comment and study.flat()[key] == KEYS[key].read(KEYS[key].default, bare=False):
            said.append(f"{key.replace('_', ' ')} of the study, a guess")
    return tuple(said)


def _first_sentences(note: str) -> str:
    return ". ".join(note.split(". ")[:2]).rstrip(".")


def _guess(record: Material, name: str) -> str:
    return f"{PROPERTIES[name][1]} of {record.name}, a guess"


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
    wanted = study.cell.areal_capacity
    holds = drawing.areal_capacity(study.drawing.height, study.gas.fill, lithium_of(study).molar_volume)
    if holds < wanted:
        said.append(
            f"bores of {show(study.drawing.height, 'm')} filled to {study.gas.fill:g} hold {show(holds, 'mAh/cm2')} "
            f"beside walls of {show(study.wall.wall, 'm')}, less than the {show(wanted, 'mAh/cm2')} asked for"
        )
    if pressures.hermetic.high > pressures.ceiling:
        said.append(
            f"the lithium, at most {show(pressures.ceiling, 'Pa')}, cannot compress the gas to "
            f"{show(pressures.hermetic.high, 'Pa')}: a fill of {study.gas.fill:g} is not reached"
        )
    charged = study.cell.current_density * study.gas.charge_time
    if not 0.5 < charged / wanted < 2.0:
        said.append(
            f"{show(study.cell.current_density, 'mA/cm2')} over {show(study.gas.charge_time, 'h')} charges "
            f"{show(charged, 'mAh/cm2')}, not the {show(wanted, 'mAh/cm2')} asked for"
        )
    if study.gas.gas_law == "ideal" and pressures.hermetic.high > 5e6:
        said.append(
            f"gas at {show(pressures.hermetic.high, 'Pa')} is no longer ideal: pass --gas-law virial or coolprop"
        )
    return tuple(said)
