"""What pressure difference the walls of an anode bear: by the load basis of the periodic array, wall by wall."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.as_data import number
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_walls import WallsTable
    from tubewall.studies.stress_model import StressModel

    Floats = NDArray[np.float64]

MATERIAL: Final = "glassy carbon film"
SAYS: Final = {
    "given": "given in the study",
    "strength": "the peak stress reaches the strength",
    "buckling": "the wall buckles",
    "plastic limit": "the wall flows",
}
_NODES: Final = 5
_REACH: Final = (1.0, 1e12)


@dataclass(frozen=True, kw_only=True, eq=False)
class Allowable:
    """The difference of the gas pressures that each wall bears.

    Attributes
    ----------
    differences : () or (m,) float
        Of all walls alike, or of each [Pa].
    nominal : float
        Of a wall of the study's thickness [Pa].
    governs : {"given", "strength", "buckling", "plastic limit"}
        What it gives way by.
    range : (float, float) or None
        ``nominal`` at the ends of the strength's range [Pa].
    peak : float
        Largest stress in the wall under ``nominal`` [Pa]; 0 where it is given.
    material : str
        Of the wall; empty where it is given.
    """

    differences: Floats
    nominal: float
    governs: str
    range: tuple[float, float] | None = None
    peak: float = 0.0
    material: str = ""

    def text(self, wall: float) -> str:
        """One line; ``wall`` is the study's thickness [m]."""
        if self.governs == "given":
            return f"a wall bears {show(self.nominal, 'Pa')} ({SAYS['given']})"
        assert self.range is not None
        spread = ""
        if self.differences.ndim:
            spread = f"; all walls {show(float(self.differences.min()), 'Pa')} to {show(float(self.differences.max()), 'Pa')}"
        low, high = (show(one, "Pa") for one in self.range)
        return (
            f"a wall of {show(wall, 'm')} {self.material} bears {show(self.nominal, 'Pa')} ({low} to {high} over its strength): "
            f"{SAYS[self.governs]} ({show(self.peak, 'Pa')}){spread}"
        )

    def to_json(self) -> dict[str, Any]:
        """In SI, every number with its unit."""
        low, high = float(self.differences.min()), float(self.differences.max())
        return {
            "nominal": number(self.nominal, "Pa"),
            "range": None if self.range is None else [number(one, "Pa") for one in self.range],
            "lowest": number(low, "Pa"),
            "highest": number(high, "Pa"),
            "governs": self.governs,
            "peak_stress": None if self.governs == "given" else number(self.peak, "Pa"),
            "material": self.material or None,
        }


def allowable_of_study(study: ChambersStudy, anode: Anode) -> Allowable | None:
    """What each wall of an anode bears; None where the study asks for neither bursts nor what its walls bear.

    A given ``allowable_difference`` holds for all walls. Otherwise that of a thickness is the difference dP at which the
    worst pattern of chambers at 0 and dP above the initial pressure stresses an array of such walls to its strength, at the
    stated fillet (as in `tubewall thickness`), or at which the wall buckles or flows. Walls of other thickness lie
    between a few that are solved for.
    """
    walls: WallsTable = study.walls
    if walls.allowable_difference is not None:
        return Allowable(
            differences=np.array(walls.allowable_difference), nominal=walls.allowable_difference, governs="given"
        )
    if walls.material is None and not study.run.bursts:
        return None
    model, nominal = wall_model(study), study.array.wall
    value, governs, peak = borne(model, nominal, model.strength.value)
    ends = tuple(borne(model, nominal, strength)[0] for strength in (model.strength.low, model.strength.high))
    differences: Floats = np.array(value)
    if anode.wall_scatter > 0 and anode.walls:
        differences = _of_each(model, _thicknesses(anode, nominal))
    return Allowable(
        differences=differences,
        nominal=value,
        governs=governs,
        range=(ends[0], ends[1]),
        peak=peak,
        material=model.material.name,
    )


def wall_model(study: ChambersStudy) -> StressModel:
    """The periodic array of the study's walls, whose thickness is free."""
    from tubewall.studies.study import Study
    from tubewall.studies.thickness import stress_model

    return stress_model(Study().replace(**{"wall_material": MATERIAL, **keys_of_array(study)}))


def keys_of_array(study: ChambersStudy) -> dict[str, Any]:
    """Keys of a study for ``tubewall thickness`` that draw the same array of the same walls, in SI."""
    a, walls = study.array, study.walls
    form = "square" if a.shape == "square" else "hexagonal"
    more: dict[str, Any] = {}
    if walls.material is not None:
        more["wall_material"] = walls.material
    if walls.strength is not None:
        more |= {"strength_low": walls.strength, "strength_high": walls.strength}
    return {
        "packing": form,
        "bore_shape": form,
        "bore": a.bore,
        "wall": a.wall,
        "fillet": fillet_of(study),
        "height": a.height,
        "confinement": walls.confinement,
        "temperature": study.gas.temperature,
        **more,
    }


def fillet_of(study: ChambersStudy) -> float:
    """Of the corners of the bores [m]: the one given, or 2 nm where the bore has room for it."""
    given = study.walls.fillet
    return min(2e-9, 0.05 * study.array.bore) if given is None else given


def borne(model: StressModel, wall: float, strength: float) -> tuple[float, str, float]:
    """The difference that a wall [m] of a strength [Pa] bears [Pa], what it gives way by, and its peak stress then [Pa].

    Raises
    ------
    InputError
        When no difference breaks it.
    """
    from tubewall.fem.closed_forms import shared_wall_buckling_pressure, strip_plastic_limit
    from tubewall.studies.constraints import youngs_modulus_and_poissons_ratio

    stress = _peak_of(model, wall)
    drawing = model.drawing(wall)
    modulus, ratio = youngs_modulus_and_poissons_ratio(model.material.elastic)
    found = {
        "strength": _difference_at(stress, strength),
        "buckling": shared_wall_buckling_pressure(
            youngs_modulus=modulus, poissons_ratio=ratio, wall=wall, span=drawing.clear_span, bore=drawing.bore
        ),
    }
    if model.strength.ductile:
        found["plastic limit"] = strip_plastic_limit(strength, span=drawing.clear_span, wall=wall)
    governs = min(found, key=lambda name: found[name])
    return found[governs], governs, stress(found[governs])


def _peak_of(model: StressModel, wall: float) -> Any:
    """The largest stress [Pa] at a difference [Pa]: chambers at it or at none, in the pattern that is worst."""
    from tubewall.studies.large_deflection import LINEAR, strip_correction
    from tubewall.studies.load_cases import strip_of

    basis, criterion = model.basis(wall), model.strength.criterion
    is_bore = np.array([kind == "bore" for kind in model.graph(wall).kinds])
    none, one = np.zeros(is_bore.size), np.where(is_bore, 1.0, 0.0)
    worst = float(basis.worst(none, one, criterion).peak.value)
    even = float(basis.peak(one, criterion).value)
    strip = strip_of(model, wall)

    def stress(difference: float) -> float:
        bends = LINEAR if strip is None else strip_correction(difference=difference, **strip)
        return bends.of(worst * difference, even * difference)

    return stress


def _difference_at(stress: Any, strength: float) -> float:
    """The difference [Pa] at which a growing stress reaches a strength [Pa]."""
    from scipy.optimize import brentq

    low, high = (math.log(end) for end in _REACH)
    if stress(_REACH[1]) <= strength:
        raise InputError(f"[walls] material: no pressure difference stresses this wall to {show(strength, 'Pa')}")
    return math.exp(
        float(brentq(lambda x: math.log(max(stress(math.exp(x)), 1e-300) / strength), low, high, xtol=1e-9))
    )


def _thicknesses(anode: Anode, nominal: float) -> Floats:
    from tubewall.chambers.random_fields import wall_factors

    # factors of the permeance, which goes as one over the thickness
    return nominal / np.asarray(wall_factors(anode), dtype=np.float64)


def _of_each(model: StressModel, walls: Floats) -> Floats:
    """What walls of many thicknesses [m] bear (m,) [Pa], from a few of them; straight in the logarithms but for a curve."""
    from scipy.interpolate import PchipInterpolator

    nodes = np.geomspace(walls.min(), walls.max(), _NODES)
    known = [borne(model, float(wall), model.strength.value)[0] for wall in nodes]
    curve = PchipInterpolator(np.log(nodes), np.log(known))
    return np.asarray(np.exp(curve(np.clip(np.log(walls), np.log(nodes[0]), np.log(nodes[-1])))), dtype=np.float64)
