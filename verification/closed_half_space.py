"""A half space under a pressure that is even on a circle, and under a point force."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def boussinesq(points: ArrayLike, *, force: float, youngs_modulus: float, poissons_ratio: float) -> Array:
    """Displacement (n, 2) radial and axial [m] at ``points`` (n, 2) = (r, z <= 0) under a force at the origin, pushing down.

    Boussinesq (1885); Johnson, Contact Mechanics (1985), eqs (3.18).
    """
    p = np.asarray(points, dtype=float)
    r, depth = p[:, 0], -p[:, 1]
    nu = poissons_ratio
    rho = np.hypot(r, depth)
    scale = force * (1 + nu) / (2 * np.pi * youngs_modulus)
    radial = scale * (r * depth / rho**3 - (1 - 2 * nu) * r / (rho * (rho + depth)))
    down = scale * (depth**2 / rho**3 + 2 * (1 - nu) / rho)
    return np.stack([radial, -down], axis=1)


def under_the_centre(depth: float, *, pressure: float, radius: float, poissons_ratio: float) -> tuple[float, float]:
    """Radial and axial stress [Pa] on the axis. Johnson, Contact Mechanics (1985), eqs (3.32)."""
    s = depth / np.hypot(depth, radius)
    nu = poissons_ratio
    axial = -pressure * (1 - s**3)
    radial = -pressure * ((1 + 2 * nu) / 2 - (1 + nu) * s + s**3 / 2)
    return float(radial), float(axial)


def ring_tension(at: float, *, pressure: float, radius: float, poissons_ratio: float) -> float:
    """Radial stress [Pa] on the free surface at the distance ``at`` >= ``radius``; the hoop stress is its opposite.

    (1 - 2 nu) p a^2 / (2 r^2): Johnson, Contact Mechanics (1985), section 3.4 (a).
    """
    return (1 - 2 * poissons_ratio) * pressure * radius**2 / (2 * at**2)
