"""Closed forms of tubes, strips and plates under pressure: what the finite elements are held against, and first guesses.

Stress in Pa, lengths in m. A wall between cells is a long strip of clear span L and thickness w, clamped along both edges; the
side of a hexagon of width W across flats is W / sqrt(3), of a square W.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError

Array = NDArray[np.float64]
Ends = Literal["held", "closed", "free"]


@dataclass(frozen=True, kw_only=True)
class TubeStress:
    """Stress of a tube at the radii asked for, each (...) [Pa]."""

    radial: Array
    hoop: Array
    axial: Array


@dataclass(frozen=True, kw_only=True)
class StripState:
    """A clamped strip under pressure: deflection at the middle [m]; membrane, root and middle bending stress [Pa].

    ``tension_parameter`` is u of Timoshenko and Woinowsky-Krieger, u^2 = S L^2 / (4 D); 0 in the linear theory.
    """

    deflection: float
    membrane: float
    root_bending: float
    middle_bending: float
    tension_parameter: float = 0.0

    @property
    def root_stress(self) -> float:
        """Largest stress at the root [Pa]: membrane + bending."""
        return self.membrane + self.root_bending


def lame_stress(
    radius: ArrayLike,
    *,
    inner: float,
    outer: float,
    inner_pressure: float,
    outer_pressure: float = 0.0,
    ends: Ends = "held",
    poissons_ratio: float = 0.0,
) -> TubeStress:
    """Lame's thick tube (1852): stress at ``radius`` [m] between the radii ``inner`` and ``outer``.

    ``ends``: "held" (plane strain, needs ``poissons_ratio``), "closed" (the pressures pull on caps) or "free" (no axial force).
    """
    r = np.asarray(radius, dtype=float)
    mean, swing = _lame_constants(inner, outer, inner_pressure, outer_pressure)
    if ends not in ("held", "closed", "free"):
        raise InputError(f"lame_stress: ends must be 'held', 'closed' or 'free', got {ends!r}")
    axial = {"held": 2 * poissons_ratio * mean, "closed": mean, "free": 0.0}[ends]
    return TubeStress(radial=mean - swing / r**2, hoop=mean + swing / r**2, axial=np.full_like(r, axial))


def lame_displacement(
    radius: ArrayLike,
    *,
    inner: float,
    outer: float,
    inner_pressure: float,
    youngs_modulus: float,
    poissons_ratio: float,
    outer_pressure: float = 0.0,
) -> Array:
    """Radial displacement [m] of Lame's tube in plane strain: (1 + nu)/E [(1 - 2 nu) A r + B / r]."""
    r = np.asarray(radius, dtype=float)
    mean, swing = _lame_constants(inner, outer, inner_pressure, outer_pressure)
    return np.asarray((1 + poissons_ratio) / youngs_modulus * ((1 - 2 * poissons_ratio) * mean * r + swing / r))


def lame_wall(pressure: float, bore: float, strength: float) -> float:
    """Wall [m] of a free round tube whose hoop stress at the bore just reaches ``strength``; infinite for pressure >= strength."""
    if pressure >= strength:
        return math.inf
    return bore / 2 * (math.sqrt((strength + pressure) / (strength - pressure)) - 1)


def thin_hoop(pressure: float, bore: float, wall: float) -> float:
    """Boiler formula p W / (2 w) [Pa], the mean hoop stress exactly."""
    return pressure * bore / (2 * wall)


def mean_radius_hoop(pressure: float, bore: float, wall: float) -> float:
    """Hoop stress p (W + w) / (2 w) [Pa] by the mean radius, close to the hoop stress at the bore of a thin tube."""
    return pressure * (bore + wall) / (2 * wall)


def hexagon_side(bore: float) -> float:
    """Side [m] of a regular hexagon of width ``bore`` across flats: W / sqrt(3), the clear span of its walls."""
    return bore / math.sqrt(3)


def plane_strain_modulus(youngs_modulus: float, poissons_ratio: float) -> float:
    """E' = E / (1 - nu^2) [Pa] of a long strip or plate."""
    return youngs_modulus / (1 - poissons_ratio**2)


def clamped_strip(
    pressure: float,
    *,
    span: float,
    wall: float,
    youngs_modulus: float,
    poissons_ratio: float,
    shear_correction: float | None = None,
) -> StripState:
    """Long clamped strip, small deflection: root bending p (L/w)^2 / 2, middle p (L/w)^2 / 4, deflection p L^4 / (384 D).

    With ``shear_correction`` (5/6 of a rectangle) the deflection takes Timoshenko's shear: a share
    4 (E/G) (w/L)^2 / (k (1 - nu^2)) more. Stresses at root and middle are not changed by it.
    """
    slender = (span / wall) ** 2
    rigidity = _rigidity(youngs_modulus, poissons_ratio, wall)
    deflection = pressure * span**4 / (384 * rigidity)
    if shear_correction is not None:
        deflection *= 1 + 8 * (1 + poissons_ratio) / (slender * shear_correction * (1 - poissons_ratio**2))
    return StripState(
        deflection=deflection, membrane=0.0, root_bending=pressure * slender / 2, middle_bending=pressure * slender / 4
    )


def supported_strip(
    pressure: float, *, span: float, wall: float, youngs_modulus: float, poissons_ratio: float
) -> StripState:
    """Long simply supported strip: middle bending 3/4 p (L/w)^2, deflection 5 p L^4 / (384 D)."""
    return StripState(
        deflection=5 * pressure * span**4 / (384 * _rigidity(youngs_modulus, poissons_ratio, wall)),
        membrane=0.0,
        root_bending=0.0,
        middle_bending=0.75 * pressure * (span / wall) ** 2,
    )


def clamped_strip_large(
    pressure: float, *, span: float, wall: float, youngs_modulus: float, poissons_ratio: float
) -> StripState:
    """Long clamped strip with immovable edges, deflection not small: the membrane carries a part.

    Timoshenko and Woinowsky-Krieger, Theory of Plates and Shells (1959), ch. 1, eqs (11) to (15): u solves
    (E' (w/L)^4 / p)^2 = U1(u); then membrane E' u^2 (w/L)^2 / 3, root bending p/2 (L/w)^2 psi(u).
    """
    modulus = plane_strain_modulus(youngs_modulus, poissons_ratio)
    load = abs(pressure)
    linear = clamped_strip(load, span=span, wall=wall, youngs_modulus=youngs_modulus, poissons_ratio=poissons_ratio)
    if load == 0:
        return linear
    target = math.log((modulus * (wall / span) ** 4 / load) ** 2)
    # U1 falls from 1/(140 u^2) to 9/(8 u^6) as u grows
    low, high = math.log(1e-12), math.log(1e9)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.log(_stretch_function(math.exp(middle))) > target else (low, middle)
    u = math.exp((low + high) / 2)
    return StripState(
        deflection=linear.deflection * _deflection_factor(u),
        membrane=modulus * u**2 * (wall / span) ** 2 / 3,
        root_bending=linear.root_bending * _root_factor(u),
        middle_bending=linear.middle_bending * _middle_factor(u),
        tension_parameter=u,
    )


def strip_wall(pressure: float, span: float, strength: float) -> float:
    """Wall [m] whose linear root bending p/2 (L/w)^2 just reaches ``strength``: L sqrt(p / (2 strength))."""
    return span * math.sqrt(pressure / (2 * strength))


@dataclass(frozen=True, kw_only=True)
class PlateState:
    """A circular plate under pressure: stress at edge and centre [Pa], deflection of the centre [m]."""

    edge_stress: float
    centre_stress: float
    deflection: float


def clamped_circular_plate(
    pressure: float, *, radius: float, thickness: float, youngs_modulus: float, poissons_ratio: float
) -> PlateState:
    """Clamped circular plate: edge 3/4 p (a/t)^2, centre 3/8 (1 + nu) p (a/t)^2, deflection p a^4 / (64 D)."""
    slender = (radius / thickness) ** 2
    return PlateState(
        edge_stress=0.75 * pressure * slender,
        centre_stress=0.375 * (1 + poissons_ratio) * pressure * slender,
        deflection=pressure * radius**4 / (64 * _rigidity(youngs_modulus, poissons_ratio, thickness)),
    )


def supported_circular_plate_stress(
    pressure: float, *, radius: float, thickness: float, poissons_ratio: float
) -> float:
    """Stress [Pa] at the centre of a simply supported circular plate: 3/8 (3 + nu) p (a/t)^2."""
    return 0.375 * (3 + poissons_ratio) * pressure * (radius / thickness) ** 2


def tube_buckling_pressure(*, youngs_modulus: float, poissons_ratio: float, wall: float, mean_radius: float) -> float:
    """External pressure [Pa] at which a long free tube ovalises (n = 2): E w^3 / (4 (1 - nu^2) R^3) (Bresse; Timoshenko)."""
    return plane_strain_modulus(youngs_modulus, poissons_ratio) * wall**3 / (4 * mean_radius**3)


def shared_wall_buckling_stress(*, youngs_modulus: float, poissons_ratio: float, wall: float, span: float) -> float:
    """Compressive membrane stress [Pa] at which a clamped strip buckles: (4 pi^2 / 12) E' (w/L)^2.

    A plate compressed along its length buckles at the same value in the limit where its waves are free, so it bounds both.
    """
    return math.pi**2 / 3 * plane_strain_modulus(youngs_modulus, poissons_ratio) * (wall / span) ** 2


def shared_wall_buckling_pressure(
    *, youngs_modulus: float, poissons_ratio: float, wall: float, span: float, bore: float
) -> float:
    """Pressure [Pa] by which a chamber must stay below its neighbours for its walls to buckle, the safe way.

    The whole membrane force p W / 2 is put on its own wall; the neighbours take a share of it.
    """
    stress = shared_wall_buckling_stress(
        youngs_modulus=youngs_modulus, poissons_ratio=poissons_ratio, wall=wall, span=span
    )
    return stress * 2 * wall / bore


def column_buckling_stress(
    *, youngs_modulus: float, bore: float, wall: float, height: float, clamped: bool = False
) -> float:
    """Axial stress [Pa] at which one free-standing tube buckles as a column (Euler): k pi^2 E I / (A h^2), k = 1 or 4."""
    inner, outer = bore / 2, bore / 2 + wall
    gyration = (inner**2 + outer**2) / 4
    return (4 if clamped else 1) * math.pi**2 * youngs_modulus * gyration / height**2


def tube_plastic_limit(yield_stress: float, *, inner: float, outer: float, tresca: bool = False) -> float:
    """Internal pressure [Pa] at which a tube flows through: (2/sqrt 3) sigma_y ln(b/a) of von Mises, sigma_y ln(b/a) of Tresca."""
    return (1.0 if tresca else 2 / math.sqrt(3)) * yield_stress * math.log(outer / inner)


def strip_plastic_limit(yield_stress: float, *, span: float, wall: float, plane_strain: bool = True) -> float:
    """Pressure [Pa] at which a clamped strip has its three hinges: 4 sigma_y (w/L)^2, times 2/sqrt 3 in plane strain."""
    return (2 / math.sqrt(3) if plane_strain else 1.0) * 4 * yield_stress * (wall / span) ** 2


def _lame_constants(inner: float, outer: float, inner_pressure: float, outer_pressure: float) -> tuple[float, float]:
    if not 0 < inner < outer:
        raise InputError(f"a tube needs 0 < inner < outer, got {inner:g} m and {outer:g} m")
    ring = outer**2 - inner**2
    mean = (inner_pressure * inner**2 - outer_pressure * outer**2) / ring
    return mean, (inner_pressure - outer_pressure) * inner**2 * outer**2 / ring


def _rigidity(youngs_modulus: float, poissons_ratio: float, thickness: float) -> float:
    return plane_strain_modulus(youngs_modulus, poissons_ratio) * thickness**3 / 12


# Taylor coefficients of the functions of u below in powers of u^2; the closed forms lose all digits towards u = 0
_STRETCH: Final = (1 / 140, -1 / 700, 1 / 4620, -691 / 23648625, 1 / 270270, -3617 / 8040532500, 43867 / 824958634500)
_ROOT: Final = (1, -1 / 15, 2 / 315, -1 / 1575, 2 / 31185, -1382 / 212837625, 4 / 6081075)
_DEFLECTION: Final = (1, -1 / 10, 17 / 1680, -31 / 30240, 691 / 6652800, -5461 / 518918400, 929569 / 871782912000)
_MIDDLE: Final = (1, -7 / 60, 31 / 2520, -127 / 100800, 73 / 570240, -1414477 / 108972864000, 8191 / 6227020800)
_SERIES_BELOW: Final = 0.3


def _series(coefficients: tuple[float, ...], u: float) -> float:
    return float(np.polynomial.polynomial.polyval(u * u, np.array(coefficients, dtype=float)))


def _inverse_sinh(u: float) -> float:
    return 2 * math.exp(-u) / -math.expm1(-2 * u)


def _stretch_function(u: float) -> float:
    # U1 of Timoshenko and Woinowsky-Krieger, eq. (15): -81/(16 u^7 tanh u) - 27/(16 u^6 sinh^2 u) + 27/(4 u^8) + 9/(8 u^6)
    if u < _SERIES_BELOW:
        return _series(_STRETCH, u) / u**2
    return (-81 / 16 / (u * math.tanh(u)) - 27 / 16 * _inverse_sinh(u) ** 2 + 27 / 4 / u**2 + 9 / 8) / u**6


def _root_factor(u: float) -> float:
    return _series(_ROOT, u) if u < _SERIES_BELOW else 3 * (u / math.tanh(u) - 1) / u**2


def _middle_factor(u: float) -> float:
    return _series(_MIDDLE, u) if u < _SERIES_BELOW else 6 * (1 - u * _inverse_sinh(u)) / u**2


def _deflection_factor(u: float) -> float:
    return _series(_DEFLECTION, u) if u < _SERIES_BELOW else 24 * (u / 2 - math.tanh(u / 2)) / u**3
