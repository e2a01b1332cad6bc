"""Is the electrolyte still gas-tight: a flaw at the mouth, its stress intensity, and the overpotential that opens it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure
from tubewall.geometry.stack_flaw import Flaw
from tubewall.geometry.stack_line import cell_radius
from tubewall.materials import Isotropic, material
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import (
    densities,
    needs_lithium,
    piston_loads,
    pressure_only,
    radial,
    radial_mesh,
    solved,
)
from tubewall.studies.tubule_fields import part_of
from tubewall.studies.tubule_flaw_answer import ARTICLE, FlawAnswer, Intensity
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

# lengths of the curve: from a share of the bore to a share of the electrolyte, at most so many bores
_SHORTEST: Final = 0.05
_LONGEST: Final = 0.5
_MOST_BORES: Final = 50.0
# deepest half a penny over the electrolyte, beyond which the far side of it is felt
_DEEPEST: Final = 0.3
# widest penny over the radius of the cell, and the widest of the curve over the bore
_WIDEST_PENNY: Final = 0.9
_USUAL_PENNY: Final = 5.0
_STEPS: Final = 8
# elements along a flaw, and over the bore, for each through the wall
_ALONG: Final = 4
# mouths over half pennies for which K is computed, between which it is interpolated
_MOUTHS: Final = (0.5, 1.0, 2.0, 4.0)


def flaw_at_mouth(study: TubuleStudy) -> FlawAnswer:
    """The stress intensity of flaws at the mouth, linear in the lithium pressure, against the electrolyte's toughness.

    Raises
    ------
    InputError
        When nothing presses, the electrolyte has no toughness, or a flaw does not fit.
    """
    started = time.perf_counter()
    needs_lithium(study)
    pressure_only(study, "flaw")
    record = material(study.electrolyte)
    value = record.value("toughness")
    if not isinstance(record.elastic, Isotropic):
        raise InputError(f"[materials] electrolyte: {record.name} is not isotropic; K of a flaw in it is not computed")
    if study.stack().is_film:
        raise InputError(
            "[drawing] insulator_form: under a film the mouth is insulator: pass insulator_form = 'ring' to ask for a flaw in "
            "the electrolyte"
        )
    if study.flaw_kind == "penny" and study.flaw_length > _widest_penny(study) * (1 + 1e-9):
        around = (
            "the cell of a tubule with full neighbours" if study.neighbours == "full" else "what is modelled around it"
        )
        raise InputError(
            f"[flaw] flaw_length: a penny of {show(study.flaw_length, 'm')} is wider than {around} lets it be: pass at most "
            f"{show(_widest_penny(study), 'm')}, or flaw_kind = 'half-penny'"
        )
    lengths = _lengths(study)
    if study.flaw_kind == "half-penny":
        curve, own, error, solution = _half_pennies(study, record.elastic, lengths)
        title = "half a penny under the mouth, unit pressure on its faces"
        picture = Picture3D(solution=solution, title=title, quantity="stress yy")
    else:
        fine, coarse = densities(study)
        curve = tuple(_radial_flaw(study, length, fine)[0] for length in lengths)
        own, solution = _radial_flaw(study, study.flaw_length, fine)
        wet = study.flaw_pressurised
        error = abs(
            own.drives(pressurised=wet) - _radial_flaw(study, study.flaw_length, coarse)[0].drives(pressurised=wet)
        )
        reach = max(1.5 * study.bore, 1.5 * (study.flaw_length + study.flaw_depth * (study.flaw_kind == "penny")))
        part = part_of(solution, (0.0, -reach), (reach, study.stack().root), region="electrolyte")
        picture = Picture3D(solution=part, title=f"{ARTICLE[study.flaw_kind]} flaw at {show(study.pressure, 'Pa')}")
    return FlawAnswer(
        study=study,
        curve=curve,
        own=own,
        mesh_error=error,
        toughness=(value.value, value.low, value.high),
        picture=picture,
        seconds=time.perf_counter() - started,
    )


def _lengths(study: TubuleStudy) -> list[float]:
    longest = min(_LONGEST * study.electrolyte_thickness, _MOST_BORES * study.bore)
    if study.flaw_kind == "half-penny":
        longest = _DEEPEST * study.electrolyte_thickness
    if study.flaw_kind == "edge":
        longest = min(longest, 10 * study.bore)
    if study.flaw_kind == "penny":
        longest = min(longest, max(_USUAL_PENNY * study.bore, 2 * study.flaw_length), _widest_penny(study))
    return [float(a) for a in np.geomspace(_SHORTEST * study.bore, longest, _STEPS)]


def _widest_penny(study: TubuleStudy) -> float:
    """Radius [m] of the widest penny that the model holds."""
    if study.neighbours == "full":
        return _WIDEST_PENNY * cell_radius(study.array(round_bore=True), plane=False)
    return _MOST_BORES * study.bore


def _radial_flaw(study: TubuleStudy, length: float, elements: int) -> tuple[Intensity, FieldSolution]:
    """From the axisymmetric model: an edge flaw all round the rim, or a penny below the mouth."""
    edge = study.flaw_kind == "edge"
    size = min(length / (_ALONG * elements), study.bore / (2 * _ALONG * elements))
    if study.neighbours == "full":
        # the plane of symmetry around the cell is near
        size = min(size, study.wall / (4 * elements))
    if not edge:
        size = min(size, study.flaw_depth / (_ALONG * elements))
    flaw = Flaw(kind=study.flaw_kind, length=length, depth=0.0 if edge else study.flaw_depth, size=size)
    mesh = radial_mesh(radial(study, elements=elements, flaw=flaw, sharp=True))
    names = ("flaw outer", "flaw inner") if edge else ("flaw upper", "flaw lower")
    pressed = piston_loads(mesh)
    faces = tuple(Pressure(boundary=name, pressure=1.0) for name in names)
    p = study.pressure
    shown = (*piston_loads(mesh, p), *(Pressure(boundary=name, pressure=p) for name in names if study.flaw_pressurised))
    solutions = solved(study, mesh, [pressed, faces, shown])
    direction = (0.0, -1.0) if edge else (1.0, 0.0)
    found = [crack(one, tip="flaw tip", direction=direction, faces=names) for one in solutions[:2]]
    mouth, inside = ((one.k1 or 0.0, one.k2 or 0.0) for one in found)
    return Intensity(length=length, mouth=mouth, faces=inside), solutions[2]


def _half_pennies(
    study: TubuleStudy, elastic: Isotropic, lengths: list[float]
) -> tuple[tuple[Intensity, ...], Intensity, float, FieldSolution]:
    from tubewall.studies.tubule_half_penny import half_penny_factors

    face, mouths, solution = half_penny_factors(elastic, _MOUTHS, 3)
    coarse, _, _ = half_penny_factors(elastic, (), 2)
    along = _between(mouths)

    def at(length: float) -> Intensity:
        root = math.sqrt(length)
        return Intensity(
            length=length,
            mouth=(root * along(0.5 * study.bore / length), 0.0),
            faces=(root * face[0], 0.0),
        )

    error = abs(face[0] - coarse[0]) * math.sqrt(study.flaw_length)
    return tuple(at(length) for length in lengths), at(study.flaw_length), error, solution


def _between(values: tuple[float, ...]) -> Callable[[float], float]:
    """K of the mouth's pressure over mouth over flaw: with its area where it is small, constant where it is large."""

    def value(ratio: float) -> float:
        if ratio <= _MOUTHS[0]:
            return values[0] * (ratio / _MOUTHS[0]) ** 2
        return float(np.interp(math.log(ratio), np.log(_MOUTHS), values))

    return value
