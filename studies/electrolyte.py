"""The electrolyte under the lithium piston: the stress at the mouth of a tubule, and the overpotential it allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import Pressure, Solution, Support, solve
from tubewall.fem.stress import components, quantity
from tubewall.geometry import NamedMesh, Tubule, tubule_mesh
from tubewall.materials import VonMisesYield, material
from tubewall.studies.pressures import lithium_load, lithium_of

if TYPE_CHECKING:
    from tubewall.materials import Material
    from tubewall.studies.study import Study

# what is drawn, in bores: a tubule alone has neighbours this far away; the wall is drawn this high above the insulator
ALONE_RADIUS = 3.0
HEIGHT = 1.5
# where the electrolyte's edge at the insulator is singular, stress is taken this many fillets away from it
KEEP_AWAY = 0.5


@dataclass(frozen=True, kw_only=True)
class MouthStress:
    """Largest stress on the mouth per unit lithium pressure [-], with its place and its mesh error.

    ``singular`` tells that the stress grows without bound at the edge where electrolyte and insulator meet; ``factor`` is
    then the largest value at least half a fillet away from that edge.
    """

    factor: float
    mesh_error: float
    at: tuple[float, float]
    singular: bool


@dataclass(frozen=True, kw_only=True)
class ElectrolyteAnswer:
    """One electrolyte under a piston.

    Attributes
    ----------
    name : str
        Of the material.
    alone : MouthStress
        Largest principal stress on the mouth with only this tubule full of lithium.
    governing, alike : MouthStress
        In the measure that the strength is compared with, with only this tubule full, and with all tubules full.
    pressure : float
        Lithium pressure [Pa].
    strength : float or None
        [Pa]; None where the record has none. ``strength_low``, ``strength_high`` its range.
    measure : str
        "max principal" for brittle, "von mises" for ductile electrolytes.
    overpotential : float or None
        Largest overpotential [V] at which the governing stress stays below the strength.
    """

    name: str
    alone: MouthStress
    alike: MouthStress
    governing: MouthStress
    pressure: float
    strength: float | None
    strength_low: float | None
    strength_high: float | None
    measure: str
    overpotential: float | None

    @property
    def peak(self) -> float:
        """Largest principal stress at the mouth under the lithium pressure [Pa], this tubule alone being full."""
        return self.alone.factor * self.pressure


def electrolyte_answer(study: Study, name: str) -> ElectrolyteAnswer:
    """The stress at the filleted mouth of a tubule on one electrolyte, from an axisymmetric model of one tubule."""
    electrolyte = material(name)
    radius = ALONE_RADIUS * study.drawing.bore
    fine, coarse = (_solved(study, electrolyte, radius, elements) for elements in _densities(study))
    together = [_solved(study, electrolyte, None, elements) for elements in _densities(study)]
    ductile, strength = False, None
    try:
        law = electrolyte.strength
        ductile, strength = isinstance(law, VonMisesYield), law
    except InputError:
        strength = None
    measure = "von mises" if ductile else "max principal"
    governing = _mouth(study, fine, coarse, measure)
    per_volt = lithium_of(study).ceiling(1.0)
    return ElectrolyteAnswer(
        name=electrolyte.name,
        alone=_mouth(study, fine, coarse, "max principal"),
        alike=_mouth(study, together[0], together[1], measure),
        governing=governing,
        pressure=lithium_load(study),
        strength=None if strength is None else strength.value,
        strength_low=None if strength is None else strength.range[0],
        strength_high=None if strength is None else strength.range[1],
        measure=measure,
        overpotential=None if strength is None else strength.value / (governing.factor * per_volt),
    )


def _densities(study: Study) -> tuple[int, int]:
    """Elements through the wall of the mesh that answers, at least eight, and of that of half its density.

    The mouth is beside the wall, not in it, and its edge asks for more; meshes come with even numbers of elements.
    """
    elements = max(8, 4 * math.ceil(study.numerics.elements_through_wall / 4))
    return elements, elements // 2


def _solved(study: Study, electrolyte: Material, cell_radius: float | None, elements: int) -> Solution:
    """One tubule under unit lithium pressure on the mouth and on the wall up to half its drawn height."""
    d, e = study.drawing, study.electrolyte
    height = HEIGHT * d.bore
    tubule = Tubule(
        bore=d.bore,
        wall=study.wall.wall,
        height=height,
        insulator_thickness=e.insulator_thickness,
        electrolyte_thickness=e.electrolyte_thickness,
        mouth_fillet=e.mouth_fillet,
        cell_radius=None if cell_radius is None else max(cell_radius, 2.0 * (d.bore / 2 + study.wall.wall)),
        lithium_level=e.insulator_thickness + height / 2,
    )
    laws = {
        "wall": material(study.wall.wall_material).elastic,
        "insulator": material(e.insulator).elastic,
        "electrolyte": electrolyte.elastic,
    }
    loads = [Pressure(boundary="mouth", pressure=1.0), Pressure(boundary="lithium", pressure=1.0)]
    supports = [
        Support(boundary="bottom", fix=("y",)),
        Support(boundary="outer", fix=("x",)),
        Support(boundary="axis", fix=("x",)),
    ]
    return solve(_mesh(tubule, elements), laws, loads, supports, kinematics="axisymmetric")


@lru_cache(maxsize=8)
def _mesh(tubule: Tubule, elements: int) -> NamedMesh:
    """The mesh of a tubule, kept for the next electrolyte."""
    return tubule_mesh(tubule, elements_through_wall=elements)


def _mouth(study: Study, fine: Solution, coarse: Solution, measure: str) -> MouthStress:
    away = KEEP_AWAY * study.electrolyte.mouth_fillet
    edge = np.array([study.drawing.bore / 2, 0.0])

    def largest(solution: Solution, at_least: float) -> tuple[float, tuple[float, float]]:
        surface = solution.boundary_stress("mouth")
        far = np.hypot(*(surface.points - edge).T) >= at_least
        values = np.where(far, quantity(measure)(components(surface.stress)), -np.inf)
        i = int(np.argmax(values))
        return float(values[i]), (float(surface.points[i, 0]), float(surface.points[i, 1]))

    whole, at = largest(fine, 0.0)
    # the stress is largest beside the edge, and grows when the mesh resolves more of it
    singular = float(np.hypot(at[0] - edge[0], at[1] - edge[1])) < away and whole > 1.03 * largest(coarse, 0.0)[0]
    keep = away if singular else 0.0
    value, at = largest(fine, keep)
    return MouthStress(factor=value, mesh_error=abs(value - largest(coarse, keep)[0]), at=at, singular=singular)
