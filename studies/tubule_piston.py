"""The electrolyte under the lithium piston: tension at the rim of the mouth, what is beneath it, what is pushed out elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.stress_line import line_values
from tubewall.fem.wedge_sectors import corner_of
from tubewall.materials import VonMisesYield, material
from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
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
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import SolidKinematics
    from tubewall.studies.tubule_study import TubuleStudy

#: Poisson's ratio from which on an electrolyte is also asked how far it is pushed into an empty neighbour.
SOFT: Final = 0.4
# where the end of an interface is singular, stress is taken this many fillets away from it
_KEEP_AWAY: Final = 0.5
_BOUNDED: Final = 0.97
# elements at a sharp rim over those through the wall
_SHARP: Final = 50
# linear elasticity says nothing of a body that is strained more than this
_LARGEST_STRAIN: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Rim:
    """Largest principal stress on the mouth over the lithium pressure [-], where it is (r, z) [m], and its mesh error.

    ``exponent`` is that of the stress, r^exponent, at the end of the interface at the rim; 0 where it is bounded. ``factor`` is
    then the largest at least half a fillet away; at a rim without a fillet it is that of membrane plus bending on a line of
    one wall thickness downwards, and ``linearised`` is set.
    """

    factor: float
    mesh_error: float
    at: tuple[float, float]
    exponent: float
    linearised: bool


@dataclass(frozen=True, kw_only=True)
class Beneath:
    """Under the middle of the mouth, over the lithium pressure [-]: the largest von Mises stress, its depth [m], the mean
    stress at the mouth and at that depth, and the largest strain [1/Pa].
    """

    von_mises: float
    depth: float
    mean_at_mouth: float
    mean_at_depth: float
    strain: float


@dataclass(frozen=True, kw_only=True)
class Extrusion:
    """What the piston pushes into the mouth of an empty neighbour.

    Attributes
    ----------
    rise : float
        Of the electrolyte, the mean over the mouth, per lithium pressure [m/Pa]; negative where it sinks.
    mesh_error : float
        [m/Pa]
    plug : float or None
        Height [m] of a plug of flowing electrolyte that sticks to the wall and so holds the pressure in full,
        (P - P_flow) W / (4 k), k = yield strength / sqrt(3), P_flow where flow begins beneath the piston; None without a yield
        strength.
    """

    rise: float
    mesh_error: float
    plug: float | None


@dataclass(frozen=True, kw_only=True)
class PistonCase:
    """One electrolyte.

    Attributes
    ----------
    name : str
    empty, full : Rim
        Lithium on mouth and wall, with empty neighbours and with neighbours as full.
    mouth, strip : Rim
        Lithium on the mouth alone, which is what tells space from the plane; and the same section as an endless slit in plane
        strain.
    half_space : float
        Tension at the rim of a bare half space under the same pressure in space, (1 - 2 nu) / 2; 0 under a strip.
    beneath : Beneath
        With empty neighbours.
    extrusion : Extrusion or None
        For nearly incompressible electrolytes.
    measure : str
        What the strength is compared with: "max principal" at the rim, or "von mises" beneath.
    strength : float or None
        [Pa]; None where the record has none.
    allowed : float or None
        Overpotential [V] at which it is reached.
    """

    name: str
    empty: Rim
    full: Rim
    mouth: Rim
    strip: Rim
    half_space: float
    beneath: Beneath
    extrusion: Extrusion | None
    measure: str
    strength: float | None
    allowed: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class PistonAnswer:
    """The electrolytes under the piston of a study."""

    study: TubuleStudy
    cases: tuple[PistonCase, ...]
    picture: Picture3D
    seconds: float

    def table(self) -> Table:
        """Tension at the rim of each electrolyte at the study's lithium pressure."""
        p = self.study.pressure
        columns = (
            Column(name="electrolyte"),
            Column(name="rim", unit="Pa"),
            Column(name="mesh error", unit="Pa"),
            Column(name="neighbours full", unit="Pa"),
            Column(name="mouth alone", unit="Pa"),
            Column(name="as a strip", unit="Pa"),
            Column(name="bare half space", unit="Pa"),
            Column(name="allowed overpotential", unit="V"),
        )
        rows = tuple(
            (
                c.name,
                c.empty.factor * p,
                c.empty.mesh_error * p,
                c.full.factor * p,
                c.mouth.factor * p,
                c.strip.factor * p,
                c.half_space * p,
                c.allowed,
            )
            for c in self.cases
        )
        return Table(columns=columns, rows=rows)

    def beneath(self) -> Table:
        """What lies under the middle of the mouth, and what rises in an empty neighbour."""
        p = self.study.pressure
        columns = (
            Column(name="electrolyte"),
            Column(name="von Mises beneath", unit="Pa"),
            Column(name="depth", unit="m"),
            Column(name="mean stress there", unit="Pa"),
            Column(name="mean stress at mouth", unit="Pa"),
            Column(name="rise in a neighbour", unit="m"),
        )
        rows = tuple(
            (
                c.name,
                c.beneath.von_mises * p,
                c.beneath.depth,
                c.beneath.mean_at_depth * p,
                c.beneath.mean_at_mouth * p,
                None if c.extrusion is None else c.extrusion.rise * p,
            )
            for c in self.cases
        )
        return Table(columns=columns, rows=rows, notes=self.notes())

    def over_pressure(self, steps: int = 5) -> Table:
        """Tension at the rim for lithium pressures from 0 to the study's."""
        pressures = np.linspace(0.0, self.study.pressure, steps)
        columns = (
            Column(name="lithium pressure", unit="Pa"),
            *(Column(name=c.name, unit="Pa") for c in self.cases),
        )
        rows = tuple((float(p), *(c.empty.factor * float(p) for c in self.cases)) for p in pressures)
        return Table(columns=columns, rows=rows)

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        told = []
        for c in self.cases:
            if c.empty.linearised:
                told.append(
                    f"{c.name}: the rim has no fillet, the stress grows there as r^{c.empty.exponent:.3f} and has no peak; "
                    f"membrane + bending over {show(self.study.wall, 'm')} below it stand in"
                )
            elif c.empty.exponent < 0:
                told.append(
                    f"{c.name}: beside the insulator's end the stress grows as r^{c.empty.exponent:.3f}; the rim is taken "
                    f"{_KEEP_AWAY:g} fillets away"
                )
            strain = c.beneath.strain * self.study.pressure
            if strain > _LARGEST_STRAIN:
                told.append(
                    f"{c.name}: strained by {strain:.2g} under the piston; linear elasticity holds up to about "
                    f"{show(_LARGEST_STRAIN / c.beneath.strain, 'Pa')} of lithium pressure"
                )
            if c.measure == "von mises" and c.strength is not None:
                flows = c.strength / c.beneath.von_mises
                told.append(f"{c.name}: flows beneath the piston from {show(flows, 'Pa')} of lithium pressure on")
            if c.extrusion is not None:
                plug = (
                    "" if c.extrusion.plug is None else f"; flowing, a plug of {show(c.extrusion.plug, 'm')} holds it"
                )
                way = "rises" if c.extrusion.rise > 0 else "sinks"
                told.append(
                    f"{c.name}: {way} by {show(abs(c.extrusion.rise) * 1e6, 'm')} (mesh error "
                    f"{show(c.extrusion.mesh_error * 1e6, 'm')}) in each empty neighbour for each MPa{plug}"
                )
            if c.strength is None:
                told.append(f"{c.name}: its record has no strength; ask for its flaws (tubewall tubule flaw)")
        return tuple(told)

    def __str__(self) -> str:
        p, first = self.study.pressure, self.cases[0]
        rim, error = show(first.empty.factor * p, "Pa"), show(first.empty.mesh_error * p, "Pa", 2)
        mouth, strip = (show(one.factor * p, "Pa") for one in (first.mouth, first.strip))
        allowed = "" if first.allowed is None else f"; its strength bears {show(first.allowed, 'V')}"
        return (
            f"under lithium at {show(p, 'Pa')} the rim of the mouth in {first.name} carries {rim} +- {error} of tension, "
            f"{mouth} of it from the mouth alone ({strip} as a plane strip){allowed}."
        )

    def text(self) -> str:
        """What is printed."""
        return "\n\n".join((str(self), self.table().text(), self.over_pressure().text(), self.beneath().text()))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        return {
            "question": "electrolyte",
            "answer": str(self),
            "lithium_pressure": number(self.study.pressure, "Pa"),
            "electrolytes": table_data(self.table()),
            "beneath": table_data(self.beneath()),
            "over_pressure": table_data(self.over_pressure()),
            "warnings": list(self.notes()),
        }


def electrolyte_under_piston(study: TubuleStudy) -> PistonAnswer:
    """The stress state in each electrolyte of a study under the lithium piston; linear in its pressure.

    Raises
    ------
    InputError
        When nothing presses.
    """
    import time

    needs_lithium(study)
    started = time.perf_counter()
    cases = tuple(_case(study, name) for name in study.electrolytes)
    return PistonAnswer(study=study, cases=cases, picture=_picture(study), seconds=time.perf_counter() - started)


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
        allowed = strength / factor / study.lithium.ceiling(1.0)
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
        radial(study, elements=elements, neighbours="empty", rim=_rim_size(study, elements), window=window)
    )
    return solved(study, mesh, [piston_loads(mesh)[:1]], electrolyte=name, kinematics=kinematics, hold_cut=False)[0]


def _rim(study: TubuleStudy, fine: FieldSolution, coarse: FieldSolution) -> Rim:
    stack = study.stack()
    half, fillet = study.bore / 2, stack.floor_fillet
    corner = corner_of(fine.model, (half, stack.floor))
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
    edge, keep = np.array([half, stack.floor]), _KEEP_AWAY * fillet if exponent < 0 else 0.0

    def largest(solution: FieldSolution) -> tuple[float, tuple[float, float]]:
        surface = surface_stress(solution, "mouth 0")
        surface = surface.kept(np.linalg.norm(surface.points - edge, axis=1) >= keep * (1 - 1e-9))
        i = int(np.argmax(surface.max_principal))
        return float(surface.max_principal[i]), (float(surface.points[i, 0]), float(surface.points[i, 1]))

    value, at = largest(fine)
    return Rim(factor=value, mesh_error=abs(value - largest(coarse)[0]), at=at, exponent=exponent, linearised=False)


def _linearised(study: TubuleStudy, solution: FieldSolution) -> float:
    floor = study.stack().floor
    body = "insulator" if study.stack().is_film else "electrolyte"
    depth = min(study.wall, study.insulator_thickness if study.stack().is_film else study.electrolyte_thickness)
    line = line_values(solution, (study.bore / 2, floor), (study.bore / 2, floor - depth), region=body)
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
    from tubewall.fem.solve_model import solve_load_cases
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
