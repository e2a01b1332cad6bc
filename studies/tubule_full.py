"""One tubule full, its neighbours empty: the thinnest wall that bears the lithium over the length that it presses on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.fem import invariants
from tubewall.materials import VonMisesYield, material
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import densities, needs_lithium, radial, radial_mesh, solved, study_loads
from tubewall.studies.tubule_fields import part_of
from tubewall.studies.tubule_full_answer import THICKEST, THINNEST, FullAnswer, FullWall
from tubewall.studies.tubule_lithium import lithium_table
from tubewall.studies.tubule_wall_line import wall_lines, wall_pressure
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

_SAMPLES: Final = 32
# bores of height that are modelled: plane strain holds there, and the pressure does not rise any more
_TALLEST: Final = 20.0
# heights over the wall from which on the stress at its faces counts as it is; below, membrane + bending
_ROOT: Final = 1.0
# widest fillet of a mouth or cap over the wall
_FILLET: Final = 1.5


def bearing_length(study: TubuleStudy) -> float:
    """Length [m] of wall on which the lithium presses more than the gas above it."""
    over, stack = study.pressure - study.gas_pressure, study.stack()
    reach = study.lithium_level
    if study.lithium_gradient:
        reach = min(reach, max(over, 0.0) / study.lithium_gradient)
    return max(reach - (stack.root - stack.floor), 0.0)


def one_full_tubule(study: TubuleStudy) -> FullAnswer:
    """The thinnest wall for the strength of the wall's record, or the study's, with lithium in one tubule alone.

    Raises
    ------
    InputError
        When nothing presses, or the wall's material has no strength.
    """
    started = time.perf_counter()
    needs_lithium(study)
    study = study.replace(neighbours="empty")
    strengths, measure = _strengths(study)
    thickest = THICKEST * study.bore
    if study.in_space:
        from tubewall.studies.tubule_full_space import curves_in_space

        curves = curves_in_space(study, measure)
    else:
        curves = _radial_curves(study, measure)
    walls = []
    for strength in strengths:
        fine, coarse, plane = (
            _thinnest(curve, strength, study) for curve in (curves.fine, curves.coarse, curves.plane)
        )
        error = abs(fine - coarse) if fine is not None and coarse is not None else 0.0
        walls.append(FullWall(strength=strength, wall=fine, mesh_error=error, plane=plane))
    own, rough = curves.fine(study.wall), curves.coarse(study.wall)
    return FullAnswer(
        study=study,
        walls=tuple(walls),
        bears=curves.bears,
        stress=own,
        mesh_error=abs(own - rough),
        at=curves.height(study.wall),
        plane_stress=curves.plane(study.wall),
        measure=measure,
        thickest=thickest,
        picture=curves.picture,
        seconds=time.perf_counter() - started,
        compared=_compared(study, measure),
    )


def _compared(study: TubuleStudy, measure: str) -> Table | None:
    if not study.in_space:
        return lithium_table(study, _COLUMNS, lambda one: _measured(one, measure))
    from tubewall.studies.tubule_full_space import measured_in_space

    return lithium_table(study, _COLUMNS[:2], lambda one: measured_in_space(one, measure), every=False)


_COLUMNS: Final = (
    Column(name="stress", unit="Pa"),
    Column(name="above root", unit="m"),
    Column(name="thinnest wall", unit="m"),
    Column(name="wall that bears", unit="m"),
)


def _measured(study: TubuleStudy, measure: str) -> tuple[float | None, ...]:
    """What changes with the lithium: the stress of the study's own wall, and the thinnest for the stated strength."""
    curves = _radial_curves(study, measure)
    strengths = _strengths(study)[0]
    wall = _thinnest(curves.fine, strengths[len(strengths) // 2], study)
    return curves.fine(study.wall), curves.height(study.wall), wall, curves.bears


def _strengths(study: TubuleStudy) -> tuple[tuple[float, ...], str]:
    record = material(study.wall_material)
    if study.strength is not None:
        ductile = any(isinstance(law, VonMisesYield) for law in record.strengths)
        return (study.strength,), "von mises" if ductile else "max principal"
    law = record.strength
    low, high = law.range
    values = tuple(sorted({low, law.value, high}))
    return values, "von mises" if isinstance(law, VonMisesYield) else "max principal"


@dataclass(frozen=True, kw_only=True, eq=False)
class Curves:
    """Stress [Pa] over wall [m]: on the mesh that answers, on a coarser one, in plane strain; and where it is largest [m].

    ``bears`` is the length of the study's own wall that bears pressure [m].
    """

    fine: Callable[[float], float]
    coarse: Callable[[float], float]
    plane: Callable[[float], float]
    height: Callable[[float], float]
    bears: float
    picture: Picture3D


def _thinnest(stress: Callable[[float], float], strength: float, study: TubuleStudy) -> float | None:
    """The thinnest wall [m] whose stress is at most the strength: the stress falls as the wall grows."""
    from scipy.optimize import brentq

    thin, thick = max(THINNEST * study.bore, 0.05e-9), THICKEST * study.bore
    if stress(thick) > strength:
        return None
    if stress(thin) <= strength:
        return 0.0
    return float(
        math.exp(
            brentq(
                lambda x: math.log(stress(math.exp(x)) / strength),
                math.log(thin),
                math.log(thick),
                xtol=0.1 * study.tolerance,
            )
        )
    )


def stress_measure(
    stress: np.ndarray[Any, np.dtype[np.float64]], measure: str
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The measure (...) of stress (..., 6) that the strength is compared with."""
    if measure == "von mises":
        return invariants.von_mises(stress)
    largest: np.ndarray[Any, np.dtype[np.float64]] = invariants.principal(stress)[..., 0]
    return largest


def _radial_curves(study: TubuleStudy, measure: str) -> Curves:
    fine, coarse = densities(study)
    known: dict[tuple[float, int], tuple[float, float]] = {}

    def worst(wall: float, elements: int) -> tuple[float, float]:
        key = (round(wall, 15), elements)
        if key not in known:
            one = with_wall(study, wall)
            known[key] = _worst(one, _solution(one, elements), measure)
        return known[key]

    def plane(wall: float) -> float:
        # Lame at the bore, in the plane: hoop, radial and what plane strain adds
        law = material(study.wall_material).elastic
        ratio = float(getattr(law, "poissons_ratio", 0.25))
        a, b, p = study.bore / 2, study.bore / 2 + wall, study.pressure - study.initial_pressure
        hoop, across = p * (a**2 + b**2) / (b**2 - a**2), -p
        stress = np.array([across, ratio * (hoop + across), hoop, 0.0, 0.0, 0.0])
        return float(stress_measure(stress, measure))

    solution = _solution(study, fine)
    reach, root = 1.2 * study.bore, study.stack().root
    part = part_of(solution, (0.0, -0.5 * study.bore), (reach, root + reach))
    return Curves(
        fine=lambda wall: worst(wall, fine)[0],
        coarse=lambda wall: worst(wall, coarse)[0],
        plane=plane,
        height=lambda wall: worst(wall, fine)[1],
        bears=_borne(study, solution),
        picture=Picture3D(solution=part, title=f"one full tubule, lithium at {show(study.pressure, 'Pa')}"),
    )


def _borne(study: TubuleStudy, solution: FieldSolution) -> float:
    """Length [m] of wall that bears pressure; of lithium that sticks, whose pressure fades, as much as would bear all of it."""
    whole = bearing_length(study)
    if study.lithium != "sticking":
        return whole
    top = min(whole, study.height, _TALLEST * study.bore)
    near = min(0.5 * study.wall, 0.25 * top)
    heights = np.concatenate(([near], np.geomspace(2 * near, 0.98 * top, 8 * _SAMPLES)))
    pressed = np.maximum(wall_pressure(solution, study.stack().root + heights), 0.0)
    over = study.pressure - study.initial_pressure
    return float(near + np.trapezoid(pressed, heights) / over)


def with_wall(study: TubuleStudy, wall: float) -> TubuleStudy:
    """The study with another wall [m], its fillets no wider than that lets them be drawn."""
    widest = _FILLET * wall
    fillets = {"mouth_fillet": min(study.mouth_fillet, widest), "cap_fillet": min(study.cap_fillet, widest)}
    return study.replace(wall=wall, **fillets)


def _solution(study: TubuleStudy, elements: int) -> FieldSolution:
    """The tubule, cut between rollers where only more of the same follows."""
    high = study.stack().root + min(study.height, _TALLEST * study.bore)
    window = (-study.electrolyte_thickness, high) if study.height > _TALLEST * study.bore else None
    mesh = radial_mesh(radial(study, elements=elements, neighbours="empty", window=window))
    return solved(study, mesh, [study_loads(study, mesh)])[0]


def _worst(study: TubuleStudy, solution: FieldSolution, measure: str) -> tuple[float, float]:
    """The largest stress of the wall and its height above the root; near the root membrane + bending."""
    stack = study.stack()
    wet = stack.floor + study.lithium_level - stack.root
    top = min(study.height, _TALLEST * study.bore, max(wet, study.wall) + 3 * study.bore)
    heights = np.geomspace(0.1 * study.wall, 0.98 * top, _SAMPLES)
    best = (-math.inf, 0.0)
    for height, line in zip(heights, wall_lines(solution, stack.root + heights), strict=True):
        if height < _ROOT * study.wall:
            faces = np.array([line.membrane + line.bending_start, line.membrane + line.bending_end])
        else:
            faces = np.array([line.start, line.end])
        best = max(best, (float(stress_measure(faces, measure).max()), float(height)))
    return best
