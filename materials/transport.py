"""Lithium transport along the wall: equations 1 to 3 of Chen et al. (2020) and the thinnest wall that conducts enough.

A wall of bulk conductivity kappa and thickness w beside bores of width W carries kappa f(w), with the solid fraction f of the
lamella, w / (w + W) ("1d", the source's), or of cells with shared walls, 1 - (W / (W + w))^2 ("2d", honeycomb and square alike).
"""

from __future__ import annotations

import math
from typing import Final, Literal

from tubewall.materials.checks import finite, not_negative, one_of, positive
from tubewall.materials.constants import BOLTZMANN, ELEMENTARY_CHARGE, ROOM_TEMPERATURE

Model = Literal["1d", "2d"]
INTERFACE_WIDTH: Final = 2e-10  # m, delta of equation (3)


def bulk_conductivity(concentration: float, diffusivity: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Equation (2): kappa = e^2 c D / (k_B T) [S/m].

    Parameters
    ----------
    concentration : float
        Lithium atoms per volume [1/m3].
    diffusivity : float
        Tracer diffusivity of lithium [m2/s].
    temperature : float
        [K]
    """
    c = positive("bulk_conductivity: concentration", concentration, "1/m3")
    d = not_negative("bulk_conductivity: diffusivity", diffusivity, "m2/s")
    kelvin = positive("bulk_conductivity: temperature", temperature, "K")
    return ELEMENTARY_CHARGE**2 * c * d / (BOLTZMANN * kelvin)


def interface_factor(
    wall: float, diffusivity: float, interface_diffusivity: float = 0.0, interface_width: float = INTERFACE_WIDTH
) -> float:
    """Equation (3): 1 + 2 D_int delta / (D w) [-], two faces to a wall of thickness ``wall`` [m]; diffusivities [m2/s]."""
    return 1 + _gain(diffusivity, interface_diffusivity, interface_width) / positive(
        "interface_factor: wall", wall, "m"
    )


def effective_conductivity(
    wall: float,
    *,
    concentration: float,
    diffusivity: float,
    interface_diffusivity: float = 0.0,
    temperature: float = ROOM_TEMPERATURE,
    interface_width: float = INTERFACE_WIDTH,
) -> float:
    """Conductivity [S/m] of a wall of thickness ``wall`` [m] with its interfaces: equation (2) times equation (3)."""
    factor = interface_factor(wall, diffusivity, interface_diffusivity, interface_width)
    return bulk_conductivity(concentration, diffusivity, temperature) * factor


def required_conductance(current_density: float, overpotential: float) -> float:
    """J / U [S/m2] for ``current_density`` [A/m2] at ``overpotential`` [V], all of which is spent in the matrix."""
    return not_negative("required_conductance: current_density", current_density, "A/m2") / positive(
        "required_conductance: overpotential", overpotential, "V"
    )


def required_conductivity(current_density: float, overpotential: float, height: float) -> float:
    """Right-hand side of equation (1): h J / U [S/m] for a matrix of ``height`` [m]."""
    return required_conductance(current_density, overpotential) * positive("required_conductivity: height", height, "m")


def solid_fraction(wall: float, bore: float, model: Model = "2d") -> float:
    """Share of the area that is wall [-]: w / (w + W) of lamellae, or 1 - (W / (W + w))^2 of cells with shared walls."""
    w = not_negative("solid_fraction: wall", wall, "m")
    b = positive("solid_fraction: bore", bore, "m")
    one_of("solid_fraction: model", model, ("1d", "2d"))
    return w / (w + b) if model == "1d" else w * (2 * b + w) / (w + b) ** 2


def fill_factor_needed(required: float, conductivity: float) -> float:
    """Share of the area [-] that must conduct: required over conductivity [S/m]; above 1 no wall suffices."""
    return positive("fill_factor_needed: required", required, "S/m") / positive(
        "fill_factor_needed: conductivity", conductivity, "S/m"
    )


def minimum_wall_1d(bore: float, fraction: float) -> float:
    """Wall [m] between lamellae ``bore`` [m] apart for a solid ``fraction``: W f / (1 - f); infinite from f = 1 on."""
    b, f = positive("minimum_wall_1d: bore", bore, "m"), not_negative("minimum_wall_1d: fraction", fraction, "-")
    return b * f / (1 - f) if f < 1 else math.inf


def minimum_wall_2d(bore: float, fraction: float) -> float:
    """Shared wall [m] of honeycomb or square cells for a solid ``fraction``: W (1 / sqrt(1 - f) - 1); infinite from f = 1 on."""
    b, f = positive("minimum_wall_2d: bore", bore, "m"), not_negative("minimum_wall_2d: fraction", fraction, "-")
    return b * (1 / math.sqrt(1 - f) - 1) if f < 1 else math.inf


def minimum_wall(
    bore: float,
    *,
    required: float,
    concentration: float,
    diffusivity: float,
    interface_diffusivity: float = 0.0,
    temperature: float = ROOM_TEMPERATURE,
    interface_width: float = INTERFACE_WIDTH,
    model: Model = "2d",
) -> float:
    """The thinnest wall [m] that carries ``required`` [S/m] beside bores of width ``bore`` [m], equations (1) to (3) together.

    Zero when the two faces alone carry it, infinite when no wall does. Diffusivities [m2/s], concentration [1/m3].

    With g = 2 D_int delta / D the condition kappa (1 + g/w) f(w) >= K is linear ("1d") or quadratic ("2d") in w.
    """
    one_of("minimum_wall: model", model, ("1d", "2d"))
    b = positive("minimum_wall: bore", bore, "m")
    need = positive("minimum_wall: required", required, "S/m")
    kappa = bulk_conductivity(concentration, diffusivity, temperature)
    gain = _gain(diffusivity, interface_diffusivity, interface_width)
    if model == "1d":
        # kappa (w + g) = K (w + W)
        quadratic, linear, constant = 0.0, kappa - need, kappa * gain - need * b
    else:
        # kappa (w + g) (2 W + w) = K (W + w)^2
        quadratic = kappa - need
        linear = kappa * (2 * b + gain) - 2 * need * b
        constant = 2 * kappa * b * gain - need * b**2
    return 0.0 if constant >= 0 else _smallest_positive_root(quadratic, linear, constant)


def interface_diffusivity_needed(
    wall: float,
    bore: float,
    *,
    required: float,
    concentration: float,
    diffusivity: float,
    temperature: float = ROOM_TEMPERATURE,
    interface_width: float = INTERFACE_WIDTH,
    model: Model = "2d",
) -> float:
    """D_int [m2/s] with which a given wall [m] just carries ``required`` [S/m]; zero when its bulk does so alone."""
    kappa = bulk_conductivity(concentration, diffusivity, temperature)
    need = positive("interface_diffusivity_needed: required", required, "S/m")
    missing = need / solid_fraction(wall, bore, model) / kappa - 1
    film = positive("interface_diffusivity_needed: interface_width", interface_width, "m")
    return max(missing, 0.0) * diffusivity * wall / (2 * film)


def concentration_from_cell(atoms: float, volume: float) -> float:
    """Atoms per volume [1/m3] of a crystal cell with ``atoms`` in ``volume`` [m3]."""
    return positive("concentration_from_cell: atoms", atoms, "-") / positive(
        "concentration_from_cell: volume", volume, "m3"
    )


def _gain(diffusivity: float, interface_diffusivity: float, interface_width: float) -> float:
    d = positive("diffusivity", diffusivity, "m2/s")
    interface = not_negative("interface_diffusivity", interface_diffusivity, "m2/s")
    return 2 * interface * positive("interface_width", interface_width, "m") / d


def _smallest_positive_root(a: float, b: float, c: float) -> float:
    # c < 0: the polynomial starts below zero at w = 0; find where it first reaches zero
    finite("minimum_wall", a + b + c, "S/m")
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return math.inf
    # the form without cancellation; for a = 0 it is -c/b
    denominator = b + math.sqrt(discriminant)
    return -2 * c / denominator if denominator > 0 else math.inf
