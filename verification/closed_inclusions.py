"""Stress of a part of a wide body that would change its shape by itself: a round fibre, a sphere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.verification.closed_plane import from_polar

Array = NDArray[np.float64]


def spherical_inclusion(
    points: ArrayLike, *, radius: float, strain: float, youngs_modulus: float, poissons_ratio: float
) -> Array:
    """Stress (n, 6) [Pa] around a sphere at the origin that would swell by ``strain`` in all directions.

    Body of revolution: ``points`` (n, 2) are radius and height; the order is radial, axial, hoop, 0, 0, shear. Inside the
    stress is uniform, -2 E strain / (3 (1 - nu)); outside u = (1 + nu) strain a^3 / (3 (1 - nu) R^2) along R.
    Eshelby, Proc. R. Soc. Lond. A 241, 376 (1957).
    """
    p = np.asarray(points, dtype=float)
    nu = poissons_ratio
    result = np.zeros((len(p), 6))
    distance = np.hypot(p[:, 0], p[:, 1])
    inside = distance <= radius
    result[inside, :3] = -2 * youngs_modulus * strain / (3 * (1 - nu))
    far = p[~inside]
    R = distance[~inside]
    shear = youngs_modulus / (2 * (1 + nu))
    growth = (1 + nu) / (3 * (1 - nu)) * strain * radius**3
    radial, hoop = -4 * shear * growth / R**3, 2 * shear * growth / R**3
    s, c = far[:, 0] / R, far[:, 1] / R
    result[~inside, 0] = s**2 * radial + c**2 * hoop
    result[~inside, 1] = c**2 * radial + s**2 * hoop
    result[~inside, 2] = hoop
    result[~inside, 5] = s * c * (radial - hoop)
    return result


def circular_inclusion(
    points: ArrayLike, *, radius: float, strain: float, youngs_modulus: float, poissons_ratio: float
) -> Array:
    """Stress (n, 6) [Pa] in plane strain around a round fibre at the origin that would grow by ``strain`` along x only.

    Inside, the strain is S : strain with Eshelby's tensor of a cylinder: S_xxxx = (5 - 4 nu) / (8 (1 - nu)),
    S_yyxx = (4 nu - 1) / (8 (1 - nu)) (Mura, Micromechanics of Defects in Solids, 1987, eq. 11.22). Outside the stress falls
    as 1/r^2 and 1/r^4; it is what carries the same tractions across the circle.
    """
    p = np.asarray(points, dtype=float)
    nu = poissons_ratio
    shear = youngs_modulus / (2 * (1 + nu))
    lame = 2 * shear * nu / (1 - 2 * nu)
    xx = (5 - 4 * nu) / (8 * (1 - nu)) * strain - strain
    yy = (4 * nu - 1) / (8 * (1 - nu)) * strain
    inner = np.zeros(6)
    inner[:3] = lame * (xx + yy)
    inner[0] += 2 * shear * xx
    inner[1] += 2 * shear * yy
    result = np.tile(inner, (len(p), 1))
    distance = np.hypot(p[:, 0], p[:, 1])
    outside = distance > radius
    q = (radius / distance[outside]) ** 2
    angle = np.arctan2(p[outside, 1], p[outside, 0])
    # tractions of the uniform part: mean pressure, and a swing as cos 2t that a field falling off outside must carry
    mean, swing = (inner[0] + inner[1]) / 2, (inner[0] - inner[1]) / 2
    # radial b q + (c q + d q^2) cos 2t, hoop -b q - d q^2 cos 2t, shear (c q / 2 + d q^2) sin 2t
    d = -3 * swing
    c = 4 * swing
    radial = mean * q + (c * q + d * q**2) * np.cos(2 * angle)
    hoop = -mean * q - d * q**2 * np.cos(2 * angle)
    tangential = (c * q / 2 + d * q**2) * np.sin(2 * angle)
    plane = from_polar(angle, radial, hoop, tangential)
    result[outside, 0], result[outside, 1], result[outside, 5] = plane.T
    result[outside, 2] = nu * (plane[:, 0] + plane[:, 1])
    return result
