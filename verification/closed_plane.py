"""Plane stress fields around round holes: closed forms, and series of complex potentials fitted to the boundary.

sigma_xx + sigma_yy = 4 Re Phi and sigma_yy - sigma_xx + 2 i sigma_xy = 2 (conj(z) Phi' + Psi) with analytic Phi and Psi
(Kolosov, 1909; Muskhelishvili, Some Basic Problems of the Mathematical Theory of Elasticity, 1953, section 32). Around holes
without a net force both are Laurent series from the second power on; what is far away is a constant or a polynomial. The
coefficients follow from least squares on the boundary; the misfit there is kept beside the result.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]


def kirsch(points: ArrayLike, *, radius: float, tension: float) -> Array:
    """Stress (n, 3) xx, yy, xy [Pa] at ``points`` (n, 2) of a wide plate with a hole at the origin, pulled along x.

    Kirsch (1898); Timoshenko and Goodier, Theory of Elasticity (1970), section 35.
    """
    p = np.asarray(points, dtype=float)
    r2 = (p**2).sum(axis=1)
    angle = np.arctan2(p[:, 1], p[:, 0])
    q = radius**2 / r2
    radial = tension / 2 * (1 - q + (1 - 4 * q + 3 * q**2) * np.cos(2 * angle))
    hoop = tension / 2 * (1 + q - (1 + 3 * q**2) * np.cos(2 * angle))
    shear = -tension / 2 * (1 + 2 * q - 3 * q**2) * np.sin(2 * angle)
    return from_polar(angle, radial, hoop, shear)


def from_polar(angle: Array, radial: Array, hoop: Array, shear: Array) -> Array:
    """Components (n, 3) xx, yy, xy from radial, hoop and shear (n,) at ``angle`` (n,)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            c**2 * radial + s**2 * hoop - 2 * s * c * shear,
            s**2 * radial + c**2 * hoop + 2 * s * c * shear,
            s * c * (radial - hoop) + (c**2 - s**2) * shear,
        ],
        axis=1,
    )


def on_circle(points: Array, stress: Array) -> Array:
    """Traction (n, 2) of stress (n, 3) xx, yy, xy at ``points`` (n, 2) of a circle about the origin, on what is inside."""
    normal = points / np.linalg.norm(points, axis=1, keepdims=True)
    return np.column_stack(
        [
            stress[:, 0] * normal[:, 0] + stress[:, 2] * normal[:, 1],
            stress[:, 2] * normal[:, 0] + stress[:, 1] * normal[:, 1],
        ]
    )


def jeffery_hoop(*, bore: float, rim: float, offset: float) -> tuple[float, float]:
    """Hoop stress per pressure on the bore of an eccentric tube, where its wall is thinnest and where it is thickest.

    Jeffery, Phil. Trans. R. Soc. A 221, 265 (1921); Coker and Filon, A Treatise on Photo-elasticity (1931), section 4.14.
    """
    a2, b2, e2 = bore**2, rim**2, offset**2

    def at(cosine: float) -> float:
        part = 2 * bore * offset * cosine
        return 2 * b2 * (b2 + a2 - e2 - part) / ((a2 + b2) * (b2 - a2 - e2 - part)) - 1

    return at(1.0), at(-1.0)


class PotentialSeries:
    """A plane field around round holes, from the tractions on its boundary.

    Parameters
    ----------
    centres, radii : sequences
        Of the holes.
    size : float
        Length [m] that scales the polynomial.
    terms : int
        Powers of each hole's series.
    degree : int
        Of the polynomial; 0 for a field that is uniform far away.
    """

    def __init__(
        self, centres: Sequence[complex], radii: Sequence[float], size: float, terms: int, degree: int
    ) -> None:
        self.centres, self.radii, self.size = tuple(centres), tuple(radii), size
        self.terms, self.degree = terms, degree
        self.coefficients: Array = np.zeros(0)
        self.misfit = np.inf

    def fit(self, z: Complex, normal: Complex, traction: Complex, weight: Array | None = None) -> PotentialSeries:
        """Fit to ``traction`` (n,) = t_x + i t_y on the boundary points ``z`` (n,) with outward ``normal`` (n,)."""
        system, right = self.equations(z, normal, traction)
        w = np.ones(len(right)) if weight is None else np.tile(weight, 2)
        scale = np.linalg.norm(system * w[:, None], axis=0)
        scale[scale == 0] = 1.0
        found = np.linalg.lstsq(system * w[:, None] / scale, right * w, rcond=1e-14)[0] / scale
        self.coefficients = found
        self.misfit = float(np.abs(system @ found - right).max())
        return self

    def equations(self, z: Complex, normal: Complex, traction: Complex) -> tuple[Array, Array]:
        """What the real unknowns (u,) are to fulfil at boundary points (n,): (2 n, u) and right-hand side (2 n,)."""
        phi, mixed = self._parts(z)
        rows = 2 * phi.real - mixed * (normal**2)[:, None]
        wanted = np.conj(traction) * normal
        return np.concatenate([rows.real, rows.imag]), np.concatenate([wanted.real, wanted.imag])

    def stress(self, points: ArrayLike) -> Array:
        """Stress (n, 3) xx, yy, xy at ``points`` (n, 2)."""
        p = np.asarray(points, dtype=float)
        phi, mixed = self._parts(p[:, 0] + 1j * p[:, 1])
        total, difference = 4 * (phi @ self.coefficients).real, 2 * (mixed @ self.coefficients)
        return np.stack([(total - difference.real) / 2, (total + difference.real) / 2, difference.imag / 2], axis=1)

    def _series(self, z: Complex) -> tuple[Complex, Complex]:
        values, slopes = [], []
        for k in range(self.degree + 1):
            values.append((z / self.size) ** k)
            slopes.append(k * (z / self.size) ** max(k - 1, 0) / self.size)
        for c, r in zip(self.centres, self.radii, strict=True):
            for k in range(2, self.terms + 2):
                values.append((r / (z - c)) ** k)
                slopes.append(-k * (r / (z - c)) ** (k + 1) / r)
        return np.stack(values, axis=-1), np.stack(slopes, axis=-1)

    def _parts(self, z: Complex) -> tuple[Complex, Complex]:
        # Phi and conj(z) Phi' + Psi as linear functions of the real unknowns: Re, Im of Phi's coefficients, then of Psi's
        f, slope = self._series(z)
        zero = np.zeros_like(f)
        phi = np.concatenate([f, 1j * f, zero, zero], axis=-1)
        turned = np.conj(z)[:, None] * slope
        return phi, np.concatenate([turned, 1j * turned, f, 1j * f], axis=-1)


def circle(centre: complex, radius: float, count: int) -> tuple[Complex, Complex]:
    """Points on a circle and their directions from its centre."""
    direction = np.exp(2j * np.pi * (np.arange(count) + 0.5) / count)
    return np.asarray(centre + radius * direction, dtype=np.complex128), np.asarray(direction, dtype=np.complex128)


def two_holes(distance: float, far: tuple[float, float], terms: int = 40) -> PotentialSeries:
    """Two holes of radius 1 with centres ``distance`` apart on the x axis in a wide plate under stress ``far`` = (xx, yy).

    The problem of Ling, J. Appl. Phys. 19, 77 (1948), solved there in bipolar coordinates.
    """
    centres = (-distance / 2 + 0j, distance / 2 + 0j)
    series = PotentialSeries(centres, (1.0, 1.0), 1.0, terms, 0)
    parts = [circle(c, 1.0, 8 * terms) for c in centres]
    z, normal = np.concatenate([p[0] for p in parts]), -np.concatenate([p[1] for p in parts])
    # the field far away is put in exactly: what is fitted is the rest, whose tractions undo those of the far field
    traction = -(far[0] * normal.real + 1j * far[1] * normal.imag)
    far_part = np.zeros(4 * (1 + 2 * terms))
    rest = _without_constants(series, z, normal, traction)
    per = 1 + 2 * terms
    far_part[0], far_part[2 * per] = (far[0] + far[1]) / 4, (far[1] - far[0]) / 2
    series.coefficients = rest + far_part
    return series


def _without_constants(series: PotentialSeries, z: Complex, normal: Complex, traction: Complex) -> Array:
    system, right = series.equations(z, normal, traction)
    unknowns = system.shape[1]
    per = unknowns // 4
    free = np.ones(unknowns, dtype=bool)
    free[[0, per, 2 * per, 3 * per]] = False
    found = np.zeros(unknowns)
    found[free] = np.linalg.lstsq(system[:, free], right, rcond=1e-14)[0]
    series.misfit = float(np.abs(system @ found - right).max())
    return found


def strip_with_hole(ratio: float, length: float = 3.0, terms: int = 16, degree: int = 40) -> PotentialSeries:
    """A strip of half width 1 and half length ``length`` with a central hole of radius ``ratio``, pulled along x by unit stress.

    The problem of Howland, Phil. Trans. R. Soc. A 229, 49 (1930), where the strip is endless.
    """
    # holes mirrored in the sides carry most of the sides' effect, which a polynomial alone would converge to slowly
    images = (2j, -2j, 4j, -4j)
    series = PotentialSeries((0j, *images), (ratio,) * 5, abs(length + 1j), terms, degree)
    # Gauss points crowd at the corners, where a polynomial's error is largest
    s = np.polynomial.legendre.leggauss(160)[0]
    top, end = length * s + 1j, length + 1j * s
    rim, out = circle(0j, ratio, 12 * terms)
    z = np.asarray(np.concatenate([top, np.conj(top), end, -np.conj(end), rim]), dtype=np.complex128)
    normal = np.concatenate([1j * np.ones(160), -1j * np.ones(160), np.ones(160), -np.ones(160), -out])
    traction = np.concatenate([np.zeros(320), np.ones(160), -np.ones(160), np.zeros(len(rim))]).astype(complex)
    return series.fit(z, np.asarray(normal, dtype=np.complex128), np.asarray(traction, dtype=np.complex128))


def eccentric_tube(bore: float, rim: float, offset: float, terms: int = 60) -> PotentialSeries:
    """A tube whose bore of radius ``bore`` lies ``offset`` along x from the centre of the rim; unit pressure in the bore."""
    series = PotentialSeries((complex(offset),), (bore,), rim, terms, terms)
    inside, direction = circle(offset, bore, 8 * terms)
    outside, out = circle(0j, rim, 8 * terms)
    z, normal = np.concatenate([inside, outside]), np.concatenate([-direction, out])
    traction = np.concatenate([direction, np.zeros(len(outside))])
    return series.fit(z, np.asarray(normal, dtype=np.complex128), np.asarray(traction, dtype=np.complex128))
