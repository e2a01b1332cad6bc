"""The electrolyte under the lithium piston: tension at the rim of the mouth, what is beneath it, what is pushed out elsewhere."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.model import Model
from tubewall.fem.stress_line import line_values
from tubewall.fem.wedge_sectors import corner_of
from tubewall.materials import VonMisesYield, material
from tubewall.studies.tables import Column
from tubewall.studies.tubule_answer import Picture3D
from tubewall.studies.tubule_body import (
    WIDE,
    densities,
    needs_lithium,
    piston_loads,
    radial,
    radial_mesh,
    solved,
)
from tubewall.studies.tubule_fields import part_of, stress_at, surface_stress
from tubewall.studies.tubule_lithium import lithium_table
from tubewall.studies.tubule_piston_answer import KEEP_AWAY, Beneath, Extrusion, PistonAnswer, PistonCase, Rim
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import SolidKinematics
    from tubewall.studies.tubule_study import TubuleStudy

    Floats = NDArray[np.float64]

#: Poisson's ratio from which on an electrolyte is also asked how far it is pushed into an empty neighbour.
SOFT: Final = 0.4
_BOUNDED: Final = 0.97
# elements at a sharp rim over those through the wall
_SHARP: Final = 50
# places within a fillet of where the rim is read, at which two meshes are compared
_BESIDE: Final = 17


def electrolyte_under_piston(study: TubuleStudy) -> PistonAnswer:
    """The stress state in each electrolyte of a study under the lithium piston; linear in its pressure.

    Raises
    ------
    InputError
        When nothing presses.
    """
    needs_lithium(study)
    started = time.perf_counter()
    cases = tuple(_case(study, name) for name in study.electrolytes)
    return PistonAnswer(
        study=study,
        cases=cases,
        picture=_picture(study),
        seconds=time.perf_counter() - started,
        compared=lithium_table(study, _COLUMNS, _measured),
    )


_COLUMNS: Final = (
    Column(name="rim", unit="Pa"),
    Column(name="neighbours full", unit="Pa"),
    Column(name="von Mises beneath", unit="Pa"),
    Column(name="mean stress at mouth", unit="Pa"),
)


def _measured(study: TubuleStudy) -> tuple[float, ...]:
    """What changes with the lithium in the first electrolyte."""
    name, (fine, coarse), p = study.electrolytes[0], densities(study), study.pressure
    empty, full = ([_solution(study, name, e, around) for e in (fine, coarse)] for around in ("empty", "full"))
    under = _beneath(study, empty[0])
    rims = [_rim(study, pair[0], pair[1]).factor for pair in (empty, full)]
    return p * rims[0], p * rims[1], p * under.von_mises, p * under.mean_at_mouth


def _picture(study: TubuleStudy) -> Picture3D:
    """The first electrolyte around the mouth, under the study's own pressure."""
    name = study.electrolytes[0]
    mesh = radial_mesh(radial(study, elements=densities(study)[0], rim=_rim_size(study, densities(study)[0])))
    whole = solved(study, mesh, [piston_loads(mesh, study.pressure)], electrolyte=name)[0]
    reach = 1.5 * study.bore
    part = part_of(whole, (0.0, -reach), (reach, study.stack().root), region="electrolyte")
    return Picture3D(solution=part, title=f"{name} under lithium at {show(study.pressure, 'Pa')}")


def _case(study: TubuleStudy, name: str) -> PistonCase:
    record = material(name)
    fine, coarse = densities(study)
    empty, full = ([_solution(study, name, e, around) for e in (fine, coarse)] for around in ("empty", "full"))
    mouth, strip = (
        [_mouth_alone(study, name, e, kinematics) for e in (fine, coarse)]
        for kinematics in ("axisymmetric", "plane strain")
    )
    under = _beneath(study, empty[0])
    rims = [_rim(study, pair[0], pair[1]) for pair in (empty, full, mouth, strip)]
    ratio = float(getattr(record.elastic, "poissons_ratio", math.nan))
    try:
        law = record.strength
        strength: float | None = law.value
        measure = "von mises" if isinstance(law, VonMisesYield) else "max principal"
    except InputError:
        strength, measure = None, "max principal"
    factor = under.von_mises if measure == "von mises" else max(rims[0].factor, rims[1].factor)
    allowed = None
    if strength is not None and factor > 0:
        allowed = strength / factor / study.metal.ceiling(1.0)
    return PistonCase(
        name=record.name,
        empty=rims[0],
        full=rims[1],
        mouth=rims[2],
        strip=rims[3],
        half_space=(1 - 2 * ratio) / 2,
        beneath=under,
        extrusion=_extrusion(study, name, under, strength if measure == "von mises" else None)
        if ratio >= SOFT
        else None,
        measure=measure,
        strength=strength,
        allowed=allowed,
    )


def _solution(study: TubuleStudy, name: str, elements: int, neighbours: str) -> FieldSolution:
    """Under a unit pressure of the lithium on mouth and wall."""
    mesh = radial_mesh(radial(study, elements=elements, neighbours=neighbours, rim=_rim_size(study, elements)))
    return solved(study, mesh, [piston_loads(mesh)], electrolyte=name)[0]


def _rim_size(study: TubuleStudy, elements: int) -> float | None:
    """Elements at a rim without a fillet, where the stress has no bound."""
    return study.wall / (_SHARP * elements) if study.mouth_fillet == 0 else None


def _mouth_alone(study: TubuleStudy, name: str, elements: int, kinematics: SolidKinematics) -> FieldSolution:
    """A unit pressure on the mouth alone; its walls are cut short and free above: tall ones of a slit would only bend."""
    root = study.stack().root
    window = (-study.electrolyte_thickness, root + min(study.height, 0.5 * study.bore))
    mesh = radial_mesh(
        replace(
            radial(study, elements=elements, neighbours="empty", rim=_rim_size(study, elements), window=window),
            lithium="pressure",
        )
    )
    return solved(study, mesh, [piston_loads(mesh)[:1]], electrolyte=name, kinematics=kinematics, hold_cut=False)[0]


def _bare(study: TubuleStudy, solution: FieldSolution) -> Model:
    """The body without its lithium, which is too soft to change a corner."""
    if "lithium" not in solution.model.mesh.regions:
        return solution.model
    mesh = radial_mesh(
        replace(
            radial(study, elements=densities(study)[1], rim=_rim_size(study, densities(study)[1])), lithium="pressure"
        )
    )
    solids = {name: solution.model.solids[name] for name in mesh.regions}
    return Model(mesh=mesh, solids=solids, kinematics="axisymmetric")


def _rim(study: TubuleStudy, fine: FieldSolution, coarse: FieldSolution) -> Rim:
    stack = study.stack()
    if stack.is_film:
        return _under_film(study, fine, coarse)
    half, fillet = study.bore / 2, stack.floor_fillet
    corner = corner_of(_bare(study, fine), (half, stack.floor))
    exponent = min(float(corner.exponents.leading.real) - 1.0, 0.0)
    exponent = exponent if exponent < _BOUNDED - 1.0 else 0.0
    if fillet == 0:
        values = [_linearised(study, solution) for solution in (fine, coarse)]
        return Rim(
            factor=values[0],
            mesh_error=abs(values[0] - values[1]),
            at=(half, stack.floor),
            exponent=exponent,
            linearised=True,
        )
    edge, keep = np.array([half, stack.floor]), KEEP_AWAY * fillet if exponent < 0 else 0.0
    one, other = (_along(solution, edge) for solution in (fine, coarse))
    # at the same distances in either mesh, whose own points lie elsewhere; one may meet the other by chance, all along does not
    away = keep + np.linspace(0.0, fillet, _BESIDE)
    error = float(np.abs(np.interp(away, *one[:2]) - np.interp(away, *other[:2])).max())
    distance = np.concatenate(([keep], one[0][one[0] > keep]))
    values = np.interp(distance, *one[:2])
    i = int(np.argmax(values))
    at = tuple(float(np.interp(distance[i], one[0], one[2][:, k])) for k in range(2))
    return Rim(factor=float(values[i]), mesh_error=error, at=(at[0], at[1]), exponent=exponent, linearised=False)


def _along(solution: FieldSolution, edge: Floats) -> tuple[Floats, Floats, Floats]:
    """Distances (p,) from the edge of the mouth, ascending, the largest principal stress (p,) there and the points (p, 2)."""
    surface = surface_stress(solution, "mouth 0")
    distance = np.linalg.norm(surface.points - edge, axis=1)
    order = np.argsort(distance, kind="stable")
    return distance[order], surface.max_principal[order], surface.points[order]


def _under_film(study: TubuleStudy, fine: FieldSolution, coarse: FieldSolution) -> Rim:
    """The top of the electrolyte under a film, which has no rim of its own."""
    reach = min(1.5 * study.bore, 0.95 * float(fine.model.mesh.points[:, 0].max()))
    radii = np.linspace(1e-3, 1.0, 301) * reach
    points = np.column_stack((radii, np.zeros(len(radii))))
    values, rough = (invariants.principal(stress_at(one, points, region="electrolyte"))[:, 0] for one in (fine, coarse))
    i = int(np.argmax(values))
    error = abs(float(values[i]) - float(rough.max()))
    return Rim(factor=float(values[i]), mesh_error=error, at=(float(radii[i]), 0.0), exponent=0.0, linearised=False)


def _linearised(study: TubuleStudy, solution: FieldSolution) -> float:
    floor = study.stack().floor
    depth = min(study.wall, study.electrolyte_thickness)
    line = line_values(solution, (study.bore / 2, floor), (study.bore / 2, floor - depth), region="electrolyte")
    return float(invariants.principal(line.membrane + line.bending_start)[0])


def _beneath(study: TubuleStudy, solution: FieldSolution) -> Beneath:
    top = -(study.stack().floor_fillet if not study.stack().is_film else 0.0)
    deep = min(1.5 * study.bore, 0.9 * (study.electrolyte_thickness + top))
    depths = np.linspace(1e-6, 1.0, 121) * deep
    points = np.column_stack((np.full(len(depths), 1e-3 * study.bore), top - depths))
    stress = stress_at(solution, points, region="electrolyte")
    equivalent, mean = invariants.von_mises(stress), stress[:, :3].mean(axis=1)
    i = int(np.argmax(equivalent))
    law = solution.model.solids["electrolyte"].elastic
    shear = float(getattr(law, "youngs_modulus", math.inf)) / (2 * (1 + float(getattr(law, "poissons_ratio", 0.0))))
    return Beneath(
        von_mises=float(equivalent[i]),
        depth=float(depths[i] - top),
        mean_at_mouth=float(mean[0]),
        mean_at_depth=float(mean[i]),
        strain=float(equivalent[i]) / (3 * shear),
    )


def _extrusion(study: TubuleStudy, name: str, under: Beneath, flow: float | None) -> Extrusion:
    """From a cluster of seven (nine in square packing) with lithium in the middle alone."""
    from tubewall.fem.boundary_search import boundary_value
    from tubewall.fem.model_solver import solve_load_cases
    from tubewall.studies.tubule_space import cluster_mesh, space_model

    deep = min(study.electrolyte_thickness, WIDE / 2 * study.bore)
    window = (-deep, study.stack().root + min(study.height, study.bore))
    rises = []
    for growth in (1.8, 2.6):
        mesh = cluster_mesh(study, elements=2, window=window, growth=growth)
        model = space_model(study, mesh, electrolyte=name)
        (solution,) = solve_load_cases(model, [piston_loads(mesh)])
        rises.append(float(boundary_value(solution, "mouth 1", "mean displacement z", estimate=False).value))
    plug = None
    if flow is not None:
        over = study.pressure - flow / under.von_mises
        plug = max(over, 0.0) * study.bore / (4 * flow / math.sqrt(3))
    return Extrusion(rise=rises[0], mesh_error=abs(rises[0] - rises[1]), plug=plug)
