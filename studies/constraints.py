"""Bounds on the wall in closed form: transport, capacity, manufacture, plastic limit, buckling."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.closed_forms import (
    shared_wall_buckling_pressure,
    strip_plastic_limit,
    tube_buckling_pressure,
    tube_plastic_limit,
)
from tubewall.materials import Isotropic, material
from tubewall.materials.transport import effective_conductivity, required_conductivity, solid_fraction
from tubewall.studies.bounds import Bound, Dimension, Side, exact, thickest_that_holds, thinnest_that_holds
from tubewall.studies.pressures import lithium_of

if TYPE_CHECKING:
    from tubewall.materials import ElasticLaw
    from tubewall.studies.stress_model import StressModel
    from tubewall.studies.study import Study


# walls at which it is looked for a span that carries enough lithium
_SCANNED = 120


def youngs_modulus_and_poissons_ratio(elastic: ElasticLaw) -> tuple[float, float]:
    """In-plane E [Pa] and nu [-] for the closed forms: those of an isotropic law, else of its compliance along axis 1."""
    if isinstance(elastic, Isotropic):
        return elastic.youngs_modulus, elastic.poissons_ratio
    compliance = np.linalg.inv(elastic.stiffness())
    return float(1.0 / compliance[0, 0]), float(-compliance[0, 1] / compliance[0, 0])


def manufacture(study: Study) -> Bound:
    """The thinnest wall that can be made."""
    return exact("manufacture", "below", study.wall.manufacture)


def transport(model: StressModel) -> list[Bound]:
    """Equations (1) to (3) of Chen et al. (2020): the wall must carry J at U over the height, as lamellae and as cells.

    Thicker walls carry more through their bulk, but of what their two faces carry there is less per area of the array:
    where the bulk alone is too slow, the faces bound the wall from above (``interface_transport_1d``, ``_2d``).
    """
    study = model.study
    if study.lithium.overpotential <= 0.0:
        reason = "no current flows without an overpotential"
        return [
            exact("transport_1d", "below", None, dimension="1d", reason=reason),
            exact("transport_2d", "below", None, dimension="2d", reason=reason),
        ]
    need = required_conductivity(study.cell.current_density, study.lithium.overpotential, study.drawing.height)
    concentration = _concentration(study)

    def spare(wall: float, share: float) -> float:
        kappa = effective_conductivity(
            wall,
            concentration=concentration,
            diffusivity=study.wall.diffusivity,
            interface_diffusivity=study.wall.interface_diffusivity,
            temperature=study.gas.temperature,
        )
        return kappa * share / need - 1.0

    reason = f"even {study.wall.thickest * 1e9:.3g} nm of wall carries too little lithium"
    lamellae = _span_that_holds(study, lambda w: spare(w, solid_fraction(w, study.drawing.bore, "1d")))
    cells = _span_that_holds(study, lambda w: spare(w, model.drawing(w).solid_fraction))
    bounds = [
        _searched(study, "transport_1d", "below", lamellae[0], "1d", reason),
        _searched(study, "transport_2d", "below", cells[0], "2d", reason),
    ]
    if lamellae[1] is not None and lamellae[1] < study.wall.thickest:
        bounds.append(exact("interface_transport_1d", "above", lamellae[1], dimension="1d"))
    if cells[1] is not None and cells[1] < study.wall.thickest:
        bounds.append(exact("interface_transport_2d", "above", cells[1], dimension="2d"))
    return bounds


def _span_that_holds(study: Study, margin: Callable[[float], float]) -> tuple[float | None, float | None]:
    """Thinnest and thickest wall [m] of the search for which a margin that rises and then falls is not negative."""
    walls = np.geomspace(study.wall.thinnest, study.wall.thickest, _SCANNED)
    walls[[0, -1]] = study.wall.thinnest, study.wall.thickest
    holds = np.flatnonzero([margin(float(w)) >= 0.0 for w in walls])
    if len(holds) == 0:
        return None, None
    first, last = int(holds[0]), int(holds[-1])
    low = thinnest_that_holds(margin, thinnest=float(walls[max(first - 1, 0)]), thickest=float(walls[first]))
    after = min(last + 1, len(walls) - 1)
    return low, thickest_that_holds(margin, thinnest=float(walls[last]), thickest=float(walls[after]))


def _searched(study: Study, name: str, side: Side, wall: float | None, dimension: Dimension, reason: str) -> Bound:
    """A bound found by searching: at the edge where the search did not need to go on, with a reason where it failed."""
    edge = study.wall.thinnest if side == "below" else study.wall.thickest
    return exact(name, side, wall, dimension=dimension, at_edge=wall == edge, reason=reason if wall is None else "")


def _concentration(study: Study) -> float:
    """Lithium atoms per volume of the transport material [1/m3]."""
    return material(study.wall.transport_material).lithium_concentration


def capacity(model: StressModel) -> list[Bound]:
    """The bores must hold the areal capacity at the stated height and fill: thick walls leave them too little room."""
    study = model.study
    volume = lithium_of(study).molar_volume
    wanted = study.cell.areal_capacity
    dense = lithium_of(study).capacity_density * study.drawing.height * study.gas.fill

    def spare_1d(wall: float) -> float:
        return dense * study.drawing.bore / (study.drawing.bore + wall) / wanted - 1.0

    def spare_2d(wall: float) -> float:
        return model.drawing(wall).areal_capacity(study.drawing.height, study.gas.fill, volume) / wanted - 1.0

    span = {"thinnest": study.wall.thinnest, "thickest": study.wall.thickest}
    bounds = []
    checks: tuple[tuple[str, Callable[[float], float], Dimension], ...] = (
        ("capacity_1d", spare_1d, "1d"),
        ("capacity_2d", spare_2d, "2d"),
    )
    for name, spare, dimension in checks:
        wall = thickest_that_holds(spare, **span)
        reason = "bores of this height hold too little lithium even between the thinnest walls"
        bounds.append(_searched(study, name, "above", wall, dimension, reason))
    return bounds


def plastic_limit(model: StressModel, difference: float) -> Bound | None:
    """Collapse of a ductile wall under a pressure difference [Pa]; None for a brittle one.

    Strips between flat-sided bores have three hinges (4 sigma_y (w/L)^2 2/sqrt 3); a round wall flows through
    (2/sqrt 3 sigma_y ln b/a).
    """
    if not model.strength.ductile:
        return None

    def limit(wall: float, strength: float) -> float:
        drawing = model.drawing(wall)
        if drawing.bore_shape == "round":
            return tube_plastic_limit(strength, inner=drawing.bore / 2, outer=drawing.bore / 2 + wall)
        return strip_plastic_limit(strength, span=drawing.clear_span, wall=wall)

    def wall_for(strength: float) -> float | None:
        return _mechanical(model, lambda wall: limit(wall, strength) - difference)

    walls = [wall_for(strength) for strength in (model.strength.value, model.strength.high, model.strength.low)]
    reason = "" if walls[0] is not None else f"a difference of {difference / 1e6:.3g} MPa flows through any wall"
    return Bound(
        name="plastic_limit",
        side="below",
        wall=walls[0],
        low=walls[1],
        high=walls[2],
        at_edge=walls[0] == model.study.wall.thinnest,
        reason=reason,
    )


def buckling(model: StressModel, difference: float) -> Bound:
    """The low-pressure neighbour is squeezed by ``difference`` [Pa]: its shared flat walls buckle, a free tube ovalises.

    ``buckling_wall`` is that of the clamped shared wall between flat-sided bores, ``buckling_tube`` that of round bores, as
    if nothing stood around them.
    """
    modulus, ratio = youngs_modulus_and_poissons_ratio(model.material.elastic)
    study = model.study

    def wall_margin(wall: float) -> float:
        return (
            shared_wall_buckling_pressure(
                youngs_modulus=modulus,
                poissons_ratio=ratio,
                wall=wall,
                span=model.drawing(wall).clear_span,
                bore=study.drawing.bore,
            )
            - difference
        )

    def tube_margin(wall: float) -> float:
        radius = (study.drawing.bore + wall) / 2
        pressure = tube_buckling_pressure(youngs_modulus=modulus, poissons_ratio=ratio, wall=wall, mean_radius=radius)
        return pressure - difference

    round_bore = study.drawing.bore_shape == "round"
    name, margin = ("buckling_tube", tube_margin) if round_bore else ("buckling_wall", wall_margin)
    wall = _mechanical(model, margin)
    reason = f"a difference of {difference / 1e6:.3g} MPa buckles any wall of the search"
    return _searched(study, name, "below", wall, "both", reason)


def _mechanical(model: StressModel, margin: Callable[[float], float]) -> float | None:
    wall = model.study.wall
    return thinnest_that_holds(margin, thinnest=wall.thinnest, thickest=wall.thickest)
