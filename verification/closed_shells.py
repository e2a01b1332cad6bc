"""Thin shells and beams: closed forms."""

from __future__ import annotations

import math

from tubewall.errors import InputError


def junction_stress(pressure: float, radius: float, thickness: float) -> float:
    """Largest axial stress [Pa] outside a cylinder that ends in a hemisphere of the same thickness.

    The membrane radii grow by different amounts; the shear force p / (8 beta) that joins them bends the cylinder most at
    beta x = pi / 4. Timoshenko and Woinowsky-Krieger, Theory of Plates and Shells (1959), section 116: 1.293 p a / (2 h).
    """
    _positive(radius=radius, thickness=thickness)
    nu = 0.3
    # beta^2 a h
    stiffness = math.sqrt(3 * (1 - nu**2))
    bending = 6 / (8 * stiffness) * math.exp(-math.pi / 4) * math.sin(math.pi / 4)
    return pressure * radius / thickness * (0.5 + bending)


def torsion_constant(width: float, height: float) -> float:
    """J [m4] of a rectangle: a b^3 / 3 (1 - 192 b / (pi^5 a) sum tanh(n pi a / (2 b)) / n^5 over odd n).

    Timoshenko and Goodier, Theory of Elasticity (1970), section 109.
    """
    _positive(width=width, height=height)
    a, b = max(width, height), min(width, height)
    total = sum(math.tanh(n * math.pi * a / (2 * b)) / n**5 for n in range(1, 60, 2))
    return a * b**3 / 3 * (1 - 192 * b / (math.pi**5 * a) * total)


def curved_cantilever_tip(force: float, inner: float, outer: float, thickness: float, youngs_modulus: float) -> float:
    """Deflection [m] of the tip of a quarter-circle cantilever along a radial force at the tip.

    Golovin (1881); Timoshenko and Goodier, Theory of Elasticity (1970), section 33:
    pi F (a^2 + b^2) / (E t (a^2 - b^2 + (a^2 + b^2) ln(b/a))).
    """
    _positive(inner=inner, outer=outer, thickness=thickness)
    squares = inner**2 + outer**2
    return (
        math.pi
        * force
        * squares
        / (youngs_modulus * thickness * (inner**2 - outer**2 + squares * math.log(outer / inner)))
    )


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not value > 0:
            raise InputError(f"{name} must be positive, got {value:g}")
