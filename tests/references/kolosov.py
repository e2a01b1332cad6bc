"""Stress in a disc with round bores from complex potentials, fitted to the pressures on all circles.

sigma_xx + sigma_yy = 4 Re Phi and sigma_yy - sigma_xx + 2 i sigma_xy = 2 (conj(z) Phi' + Psi) with analytic Phi and Psi
(Kolosov, 1909; Muskhelishvili, Some Basic Problems of the Mathematical Theory of Elasticity, 1953, section 32). Both are
Laurent series: powers of z, and negative powers about the centre of each bore from the second on, as no bore carries a net
force. The coefficients follow from least squares on the circles, where the traction is minus the pressure.
"""

import numpy as np


class DiscWithBores:
    def __init__(self, centres, radii, pressures, rim_radius, rim_pressure=0.0, terms=24):
        self.centres, self.radii = np.asarray(centres, dtype=complex), np.asarray(radii, dtype=float)
        self.rim, self.terms = rim_radius, terms
        angle = np.exp(2j * np.pi * np.arange(8 * terms) / (8 * terms))
        z = [c + r * angle for c, r in zip(self.centres, self.radii, strict=True)] + [rim_radius * angle]
        normal = np.concatenate([angle] * len(z))
        wanted = -np.concatenate([np.full(len(angle), p) for p in [*pressures, rim_pressure]])
        rows = self._traction(np.concatenate(z), normal)
        # unknowns are real and imaginary parts of the coefficients
        system = np.concatenate([rows.real, rows.imag])
        right = np.concatenate([wanted, np.zeros_like(wanted)])
        self.coefficients, *_ = np.linalg.lstsq(system, right, rcond=1e-14)
        self.misfit = float(np.abs(system @ self.coefficients - right).max())

    def _series(self, z):
        """Basis functions and their derivatives (points, functions)."""
        values, slopes = [], []
        for k in range(self.terms):
            values.append((z / self.rim) ** k)
            slopes.append(k * (z / self.rim) ** max(k - 1, 0) / self.rim)
        for c, r in zip(self.centres, self.radii, strict=True):
            for k in range(2, self.terms):
                values.append((r / (z - c)) ** k)
                slopes.append(-k * (r / (z - c)) ** (k + 1) / r)
        return np.stack(values, axis=-1), np.stack(slopes, axis=-1)

    def _parts(self, z):
        f, df = self._series(z)
        zero = np.zeros_like(f)
        # columns: Re and Im of Phi's coefficients, then of Psi's
        phi = np.concatenate([f, 1j * f, zero, zero], axis=-1)
        mixed = np.concatenate([np.conj(z)[:, None] * df, 1j * np.conj(z)[:, None] * df, f, 1j * f], axis=-1)
        return phi, mixed

    def _traction(self, z, normal):
        phi, mixed = self._parts(z)
        return 2 * phi.real - mixed * (normal**2)[:, None]

    def stress(self, points):
        """In-plane stress (p, 3): xx, yy, xy."""
        phi, mixed = self._parts(points[:, 0] + 1j * points[:, 1])
        total, difference = 4 * (phi @ self.coefficients).real, 2 * (mixed @ self.coefficients)
        return np.stack([(total - difference.real) / 2, (total + difference.real) / 2, difference.imag / 2], axis=-1)
