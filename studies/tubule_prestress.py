"""What is there before anything presses: swelling, heat, the film's own stress; alone and on top of the pressures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.loads import Eigenstrain, Load, TemperatureChange
from tubewall.materials import Isotropic, material
from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.studies.tubule_body import densities, pressure_only, radial, radial_mesh, solved, study_loads
from tubewall.studies.tubule_fields import part_of, surface_stress
from tubewall.studies.tubule_root import between_meshes, station_of
from tubewall.studies.tubule_wall_line import wall_lines
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.studies.tubule_study import TubuleStudy

#: What acts, in the order that it is told.
CASES: Final = ("swelling", "heat", "film stress", "pressures", "all")
# stresses below this share of the largest are rounding
_ROUNDING: Final = 1e-9
# heights above the root over the wall, where membrane + bending are looked for
_NEAR: Final = (0.1, 6.0)
_SAMPLES: Final = 24
# the rim of the mouth is looked at so many fillets away from its end
_KEEP_AWAY: Final = 0.5
# elastic strain from which on a linear answer is only a bound
_LARGEST_STRAIN: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class Prestress:
    """One of ``CASES``; all [Pa].

    Attributes
    ----------
    name : str
    middle_hoop, middle_axial : float
        Membrane stress of the wall in the middle of what the lithium presses.
    root : float
        Largest principal stress of membrane plus bending near the root.
    least : float
        Smallest principal stress of membrane plus bending near the root: the wall's largest compression.
    mesh_error : float
        Of ``root``.
    root_height : float
        Above the root [m].
    rim : float or None
        Largest principal stress at the rim of the mouth; None where it has no fillet.
    """

    name: str
    middle_hoop: float
    middle_axial: float
    root: float
    least: float
    mesh_error: float
    root_height: float
    rim: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class PrestressAnswer:
    """The cases of a study, alone and together."""

    study: TubuleStudy
    cases: tuple[Prestress, ...]
    picture: Picture3D
    seconds: float

    def case(self, name: str) -> Prestress:
        """One of ``CASES``."""
        return self.cases[CASES.index(name)]

    def table(self) -> Table:
        """One row a case."""
        columns = (
            Column(name="what acts"),
            Column(name="hoop in the middle", unit="Pa"),
            Column(name="axial in the middle", unit="Pa"),
            Column(name="largest near root", unit="Pa"),
            Column(name="least near root", unit="Pa"),
            Column(name="mesh error", unit="Pa"),
            Column(name="above root", unit="m"),
            Column(name="rim of the mouth", unit="Pa"),
        )
        scale = max(abs(value) for c in self.cases for value in (c.root, c.least, c.middle_axial))

        def told(value: float) -> float:
            # what rounding leaves is nothing
            return value if abs(value) > _ROUNDING * scale else 0.0

        rows = tuple(
            (c.name, told(c.middle_hoop), told(c.middle_axial), c.root, c.least, c.mesh_error, c.root_height, c.rim)
            for c in self.cases
        )
        return Table(columns=columns, rows=rows, notes=self.notes())

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        study = self.study
        modulus = _isotropic(study).youngs_modulus
        told = [
            f"swelling {study.swelling:.3g}, {show(study.temperature_from, 'C')} -> {show(study.temperature_to, 'C')}, film "
            f"{show(study.film_stress, 'Pa')}; expansions, swelling and film stress are guesses unless you gave them",
            "near the root: membrane + bending; the ends of interfaces have no peak",
        ]
        if max(abs(c.root) for c in self.cases) > _LARGEST_STRAIN * modulus:
            told.append("strained beyond 0.02: a linear answer, an upper bound of what flows or cracks")
        return tuple(told)

    def __str__(self) -> str:
        alone, whole = self.case("pressures"), self.case("all")
        parts = ", ".join(f"{name} {show(self.case(name).root, 'Pa')}" for name in CASES[:3])
        return (
            f"near its root the wall carries {show(whole.root, 'Pa')} +- {show(whole.mesh_error, 'Pa', 2)} of membrane + bending "
            f"in all, {show(alone.root, 'Pa')} of it from the pressures alone; alone are {parts}."
        )

    def text(self) -> str:
        """What is printed."""
        return f"{self}\n\n{self.table().text()}"

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        return {
            "question": "prestress",
            "answer": str(self),
            "pressure": number(self.study.pressure, "Pa"),
            "cases": table_data(self.table()),
            "warnings": list(self.notes()),
        }


def prestress(study: TubuleStudy) -> PrestressAnswer:
    """Stress of the wall and the mouth from what is there before anything presses, alone and on top of the pressures.

    Raises
    ------
    InputError
        When the wall is not isotropic (the film's own stress then has no single strain).
    """
    started = time.perf_counter()
    pressure_only(study, "prestress")
    fine, coarse = (_solutions(study, elements) for elements in densities(study))
    cases = tuple(_case(study, *one) for one in zip(CASES, fine, coarse, strict=True))
    reach, root = 1.2 * study.bore, study.stack().root
    part = part_of(fine[-1], (0.0, -0.5 * study.bore), (reach, root + reach))
    return PrestressAnswer(
        study=study,
        cases=cases,
        picture=Picture3D(solution=part, title="pre-stress and pressures"),
        seconds=time.perf_counter() - started,
    )


def _isotropic(study: TubuleStudy) -> Isotropic:
    law = material(study.wall_material).elastic
    if not isinstance(law, Isotropic):
        raise InputError(
            f"[materials] wall_material: {study.wall_material} is not isotropic: a stress in its plane is no one strain; take "
            "another material"
        )
    return law


def film_strain(law: Isotropic, stress: float) -> tuple[float, float, float, float, float, float]:
    """The strain without stress (radial, axial, hoop, shears) that leaves a held film under equal stress in its plane [Pa].

    Held at no strain in its plane and free across it, a film carries -E e / (1 - nu) in its plane.
    """
    plane = -stress * (1 - law.poissons_ratio) / law.youngs_modulus
    return 0.0, plane, plane, 0.0, 0.0, 0.0


def _cases(study: TubuleStudy, mesh: SolidMesh) -> list[tuple[Load, ...]]:
    law = _isotropic(study)
    swelling = (Eigenstrain(strain=study.swelling, region="wall"),)
    heat = (TemperatureChange(change=study.temperature_to - study.temperature_from),)
    film = (Eigenstrain(strain=film_strain(law, study.film_stress), region="wall"),)
    pressures = study_loads(study, mesh)
    return [swelling, heat, film, pressures, (*swelling, *heat, *film, *pressures)]


def _solutions(study: TubuleStudy, elements: int) -> tuple[FieldSolution, ...]:
    mesh = radial_mesh(radial(study, elements=elements))
    cases = _cases(study, mesh)
    return solved(study, mesh, [case or (TemperatureChange(change=0.0),) for case in cases])


def _case(study: TubuleStudy, name: str, fine: FieldSolution, coarse: FieldSolution) -> Prestress:
    stack = study.stack()
    heights = np.geomspace(_NEAR[0] * study.wall, _NEAR[1] * study.wall, _SAMPLES)
    lines = [wall_lines(one, stack.root + heights) for one in (fine, coarse)]
    stations = [
        [station_of(line, float(z), hoop=2, axial=1) for line, z in zip(some, heights, strict=True)] for some in lines
    ]
    worst = int(np.argmax([one.linearised for one in stations[0]]))
    faces = np.array([line.membrane + end for line in lines[0] for end in (line.bending_start, line.bending_end)])
    wet = max(stack.floor + study.lithium_level - stack.root, study.wall)
    (middle,) = wall_lines(fine, [stack.root + min(wet, study.height) / 2])
    return Prestress(
        name=name,
        middle_hoop=float(middle.membrane[2]),
        middle_axial=float(middle.membrane[1]),
        root=stations[0][worst].linearised,
        least=float(invariants.principal(faces)[:, 2].min()),
        mesh_error=between_meshes(stations[0], stations[1]),
        root_height=stations[0][worst].height,
        rim=_rim(study, fine),
    )


def _rim(study: TubuleStudy, solution: FieldSolution) -> float | None:
    fillet = study.stack().floor_fillet
    if fillet == 0:
        return None
    surface = surface_stress(solution, "mouth 0")
    edge = np.array([study.bore / 2, study.stack().floor])
    distance = np.linalg.norm(surface.points - edge, axis=1)
    near = surface.kept((distance >= _KEEP_AWAY * fillet * (1 - 1e-9)) & (distance <= 3 * fillet))
    return float(invariants.principal(near.stress)[:, 0].max())
