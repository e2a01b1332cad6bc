"""Every constraint on the wall thickness of one load case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tubewall.studies import constraints
from tubewall.studies.bounds import Bound
from tubewall.studies.corners import is_sharp, refusal
from tubewall.studies.load_cases import CaseStress, LoadCase, least_mesh_error, pressure_difference
from tubewall.studies.pressures import hermetic_pressure
from tubewall.studies.stress_curve import StressCurve
from tubewall.studies.weakest_link import allowed_failures, difference_moment, effective_widths

if TYPE_CHECKING:
    from tubewall.materials import Weibull
    from tubewall.studies.pressures import PressureAnswer
    from tubewall.studies.study import Study

NO_DIFFERENCE = "the chambers are at one pressure"


def case_bounds(curve: StressCurve, case: LoadCase) -> tuple[tuple[Bound, ...], Mapping[str, str]]:
    """All bounds of a load case, and the names of those left out with the reason."""
    model, pressed = curve.model, curve.pressures
    bounds = [_strength(curve, case, "strength_linearised", lambda s: s.linearised)]
    left_out: dict[str, str] = {}
    if is_sharp(model.study.drawing):
        left_out["strength_peak"] = refusal(model.study.drawing)
    else:
        bounds.insert(0, _strength(curve, case, "strength_peak", lambda s: s.peak))
    weakest = _weakest_link(curve, case)
    if isinstance(weakest, Bound):
        bounds.append(weakest)
    else:
        left_out["weakest_link"] = weakest
    tubes = model.study.drawing.construction == "tubes"
    difference = pressure_difference(case, pressed, tubes=tubes)
    if difference > 0.0:
        plastic = constraints.plastic_limit(model, difference)
        if plastic is None:
            left_out["plastic_limit"] = f"{model.material.name} breaks before it flows"
        else:
            bounds.append(plastic)
        if tubes:
            left_out["buckling"] = "nothing squeezes a separate tube: the gaps beside it stand at the initial pressure"
        else:
            bounds.append(constraints.buckling(model, difference))
    else:
        left_out["plastic_limit"] = left_out["buckling"] = NO_DIFFERENCE
    bounds += constraints.transport(model)
    bounds.append(constraints.manufacture(model.study))
    bounds += constraints.capacity(model)
    return tuple(bounds), left_out


def _strength(curve: StressCurve, case: LoadCase, name: str, measure: Callable[[CaseStress], float]) -> Bound:
    """The wall at which ``measure`` reaches the strength, from strong and fine to weak and coarse."""
    strength = curve.model.strength
    wall = curve.thinnest(case, measure, strength.value)
    # what the sampled curve lacks is taken off it, and taken as the error of the full mesh
    factor = curve.full_over_sampled(case, float(curve.nodes[-1]) if wall is None else wall, measure)
    error = abs(factor - 1.0)
    if name == "strength_peak":
        error = max(error, least_mesh_error(curve.model.study.numerics.elements_through_wall))

    def wall_for(allowed: float) -> float | None:
        return curve.root_of(lambda w: factor * measure(curve.at(case, w, coarser=True)) / allowed)

    thinnest = float(curve.nodes[0])
    read = wall_for(strength.value)
    # what the interpolation between nodes is off by at the wall is taken off its range
    shift = wall / read if wall is not None and read is not None else 1.0
    low, high = (
        None if at is None else max(thinnest, at * shift)
        for at in (wall_for(strength.high * (1.0 + error)), wall_for(strength.low / (1.0 + error)))
    )
    reason = "" if wall is not None else _too_much(curve, case, measure, strength.value)
    edge = wall == thinnest
    return Bound(name=name, side="below", wall=wall, low=low, high=high, at_edge=edge, reason=reason)


def _too_much(curve: StressCurve, case: LoadCase, measure: Callable[[CaseStress], float], strength: float) -> str:
    thickest = float(curve.nodes[-1])
    stress = measure(curve.at(case, thickest))
    return f"even a wall of {thickest * 1e9:.3g} nm is stressed to {stress / 1e6:.4g} MPa, its strength is {strength / 1e6:.4g} MPa"


def _weakest_link(curve: StressCurve, case: LoadCase) -> Bound | str:
    """Walls of which the weakest in the study's area fails with its probability, or the reason why there is none."""
    model, pressed = curve.model, curve.pressures
    study = model.study
    if pressure_difference(case, pressed) <= 0.0:
        return NO_DIFFERENCE
    if study.drawing.construction == "tubes":
        return "the count of walls holds for walls shared by two bores, not for separate tubes"
    record = model.material.provenance
    missing = [name for name in ("weibull_modulus", "weibull_scale", "gauge_area") if name not in record]
    if missing:
        return f"the record of {model.material.name} has no {missing[0]}"
    if record["weibull_modulus"].status == "guess" and not study.failure.accept_guesses:
        return f"the Weibull modulus of {model.material.name} is a guess: pass --accept-guesses to let it decide"
    law = model.material.weibull("area")
    walls = []
    for m, scale in (
        (law.modulus, law.scale_stress),
        (record["weibull_modulus"].high, record["weibull_scale"].high),
        (record["weibull_modulus"].low, record["weibull_scale"].low),
    ):
        walls.append(_weakest_wall(curve, case, replace(law, modulus=m, scale_stress=scale)))
    reason = "" if walls[0] is not None else "the weakest of all walls fails even at the thickest wall of the search"
    edge = walls[0] == float(curve.nodes[0])
    return Bound(
        name="weakest_link", side="below", wall=walls[0], low=walls[1], high=walls[2], at_edge=edge, reason=reason
    )


def _weakest_wall(curve: StressCurve, case: LoadCase, law: Weibull) -> float | None:
    model = curve.model
    study = model.study
    load = load_moment(study, case, curve.pressures, law.modulus)
    allowed = allowed_failures(study.failure.probability)

    def ratio(wall: float, coarser: bool = False) -> float:
        """Largest stress over the allowed one: the expected failures to the power 1/m."""
        drawing = model.drawing(wall)
        width = effective_widths(model.basis(wall, coarser=coarser), law.modulus)
        # all walls around one bore stretch together under its pressure; each wall counts once
        per_area = drawing.walls_per_area / drawing.neighbours * width
        expected = study.failure.area * per_area / law.reference_size * load / law.scale_stress**law.modulus
        return float((expected / allowed) ** (1.0 / law.modulus))

    return curve.root_of(lambda wall: ratio(wall, coarser=True), ratio)


def load_moment(study: Study, case: LoadCase, pressed: PressureAnswer, order: float) -> float:
    """E[|dP|^m times the height it acts on] for two neighbours of independent Beta-distributed fills [Pa^m m]."""
    gas, height = study.gas, study.drawing.height
    if case == "lithium_against_gas":
        apart = difference_moment(
            lambda fill: fill, mean=gas.fill, standard_deviation=gas.fill_scatter, order=1.0, ceiling=1.0
        )
        return float(pressure_difference(case, pressed) ** order * height * apart)
    hermetic = difference_moment(
        lambda fill: hermetic_pressure(study, fill),
        order=order,
        ceiling=max(pressed.ceiling, gas.initial_pressure),
        weight=lambda x, y: height * (1.0 - np.maximum(x, y)),
        mean=gas.fill,
        standard_deviation=gas.fill_scatter,
    )
    if case == "gas_permeable":
        # exchange lowers every difference alike while it is quasi-steady
        return float(hermetic * (pressed.permeable.difference / pressed.hermetic.difference) ** order)
    return hermetic
