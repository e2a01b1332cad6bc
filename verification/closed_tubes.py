"""Exact stress of round bodies: layered orthotropic tubes with misfit, thick spheres, rotating discs.

A tube of cylindrically orthotropic layers in generalised plane strain (Lekhnitskii, Anisotropic Plates, 1968, section 45;
Lame's tube, 1852, is its isotropic case): u = A r^k + B r^-k + P r in every layer, with k^2 = C_tt / C_rr and P from the axial
strain and the misfit. The constants of all layers follow from one small linear system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError

Array = NDArray[np.float64]
TubeEnds = Literal["held", "closed", "free", "plane stress"]


@dataclass(frozen=True, kw_only=True)
class TubeLayer:
    """A layer between two radii.

    Attributes
    ----------
    inner, outer : float
        Radii [m].
    stiffness : (3, 3)
        In the order radial, hoop, axial [Pa].
    misfit : (3,)
        Stress-free strain: radial, hoop, axial [-].
    """

    inner: float
    outer: float
    stiffness: Array
    misfit: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class TubeState:
    """Stress (n, 3) radial, hoop, axial [Pa], displacement outwards (n,) [m] and the axial strain [-]."""

    stress: Array
    displacement: Array
    axial_strain: float


def isotropic_layer(
    inner: float, outer: float, youngs_modulus: float, poissons_ratio: float, misfit: float = 0.0
) -> TubeLayer:
    """An isotropic layer; ``misfit`` [-] is the same in all directions."""
    e, nu = youngs_modulus, poissons_ratio
    shear = e / (2 * (1 + nu))
    matrix = np.full((3, 3), e * nu / ((1 + nu) * (1 - 2 * nu))) + 2 * shear * np.eye(3)
    return TubeLayer(inner=inner, outer=outer, stiffness=matrix, misfit=(misfit, misfit, misfit))


def orthotropic_layer(
    inner: float,
    outer: float,
    moduli: tuple[float, float, float],
    ratios: tuple[float, float, float],
    misfit: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> TubeLayer:
    """A layer from E_r, E_t, E_z [Pa] and nu_tr, nu_tz, nu_rz (nu_tr: contraction along r when pulled along t)."""
    (er, et, ez), (ntr, ntz, nrz) = moduli, ratios
    compliance = np.array(
        [[1 / er, -ntr / et, -nrz / er], [-ntr / et, 1 / et, -ntz / et], [-nrz / er, -ntz / et, 1 / ez]]
    )
    return TubeLayer(inner=inner, outer=outer, stiffness=np.linalg.inv(compliance), misfit=misfit)


def layered_tube(
    radius: ArrayLike,
    layers: Sequence[TubeLayer],
    *,
    inner_pressure: float = 0.0,
    outer_pressure: float = 0.0,
    ends: TubeEnds = "held",
    layer_of: ArrayLike | None = None,
) -> TubeState:
    """Stress and displacement at ``radius`` (n,) [m] of a tube of bonded ``layers``, from the bore outwards.

    Parameters
    ----------
    radius : (n,)
    layers : sequence of TubeLayer
    inner_pressure, outer_pressure : float
        [Pa]
    ends : {"held", "closed", "free", "plane stress"}
        No axial strain; the pressures pull on caps; no axial force; no axial stress anywhere.
    layer_of : (n,) int, optional
        Which layer a radius on an interface belongs to; by default the inner one.

    Raises
    ------
    InputError
        A layer that is isotropic across its section but whose misfit is not: its solution has a logarithm, not covered here.
    """
    r = np.atleast_1d(np.asarray(radius, dtype=float))
    plane = ends == "plane stress"
    laws = [_Layer(layer, plane) for layer in layers]
    n = 2 * len(laws)
    system, right = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
    rows = iter(range(n + 1))

    def put(row: int, index: int, at: float, which: int, sign: float) -> None:
        # which 0: displacement, 1: radial stress
        values, rest = laws[index].functions(at)
        system[row, 2 * index : 2 * index + 2] += sign * values[which, :2]
        system[row, n] += sign * values[which, 2]
        right[row] -= sign * rest[which]

    row = next(rows)
    put(row, 0, layers[0].inner, 1, 1.0)
    right[row] -= inner_pressure
    for i in range(len(laws) - 1):
        for which in (0, 1):
            row = next(rows)
            put(row, i, layers[i].outer, which, 1.0)
            put(row, i + 1, layers[i].outer, which, -1.0)
    row = next(rows)
    put(row, len(laws) - 1, layers[-1].outer, 1, 1.0)
    right[row] -= outer_pressure
    row = next(rows)
    if ends in ("held", "plane stress"):
        system[row, n] = 1.0
    elif ends in ("closed", "free"):
        for i, law in enumerate(laws):
            values, rest = law.axial_force()
            system[row, 2 * i : 2 * i + 2] += values[:2]
            system[row, n] += values[2]
            right[row] -= rest
        if ends == "closed":
            right[row] += np.pi * (inner_pressure * layers[0].inner ** 2 - outer_pressure * layers[-1].outer ** 2)
    else:
        raise InputError(f"layered_tube: ends must be 'held', 'closed', 'free' or 'plane stress', got {ends!r}")
    scale = np.abs(system).max(axis=0)
    constants = np.linalg.solve(system / scale, right) / scale
    chosen = _layer_index(r, layers) if layer_of is None else np.atleast_1d(np.asarray(layer_of, dtype=int))
    stress, displacement = np.empty((len(r), 3)), np.empty(len(r))
    for i, (x, k) in enumerate(zip(r, chosen, strict=True)):
        values, rest = laws[k].functions(float(x))
        full = values @ np.array([*constants[2 * k : 2 * k + 2], constants[n]]) + rest
        displacement[i], stress[i] = full[0], full[1:]
    return TubeState(stress=stress, displacement=displacement, axial_strain=float(constants[n]))


class _Layer:
    """u, sigma_r, sigma_t, sigma_z of one layer as linear functions of (A, B, axial strain), and what the misfit adds."""

    def __init__(self, layer: TubeLayer, plane_stress: bool) -> None:
        c = np.asarray(layer.stiffness, dtype=float)
        self.layer, self.plane_stress = layer, plane_stress
        strain = np.asarray(layer.misfit, dtype=float)
        self.c = c - np.outer(c[:, 2], c[2]) / c[2, 2] if plane_stress else c
        self.misfit_stress = self.c @ strain
        c = self.c
        self.k = float(np.sqrt(c[1, 1] / c[0, 0]))
        gap = c[0, 0] - c[1, 1]
        # the part of u that grows as r: per unit axial strain, and from the misfit
        numerators = np.array([c[1, 2] - c[0, 2], self.misfit_stress[0] - self.misfit_stress[1]])
        if abs(gap) < 1e-9 * c[0, 0]:
            if np.abs(numerators).max() > 1e-9 * c[0, 0] * max(1.0, float(np.abs(strain).max())):
                raise InputError(
                    "layered_tube: isotropic across the section, but not along: the solution has a logarithm"
                )
            self.k, self.linear = 1.0, np.zeros(2)
        else:
            self.linear = numerators / gap

    def functions(self, r: float) -> tuple[Array, Array]:
        """Coefficients (4, 3) of (A, B, axial strain) in u, sigma_r, sigma_t, sigma_z at r, and the misfit's part (4,)."""
        k, s = self.k, r / self.layer.outer
        u = np.array([s**k, s**-k, self.linear[0] * r])
        slope = np.array([k * s ** (k - 1), -k * s ** (-k - 1), 0.0]) / self.layer.outer
        slope[2] = self.linear[0]
        strain = np.stack([slope, u / r, np.array([0.0, 0.0, 1.0])])
        values = np.concatenate([u[None], self.c @ strain])
        own = np.array([self.linear[1], self.linear[1], 0.0])
        return values, np.concatenate([[self.linear[1] * r], self.c @ own - self.misfit_stress])

    def axial_force(self) -> tuple[Array, float]:
        """The integral of sigma_z over the layer's section: coefficients (3,) and the misfit's part."""
        points, weights = np.polynomial.legendre.leggauss(40)
        a, b = self.layer.inner, self.layer.outer
        total, rest = np.zeros(3), 0.0
        for x, w in zip(points, weights, strict=True):
            r = (a + b) / 2 + (b - a) / 2 * x
            values, own = self.functions(r)
            total += w * values[3] * 2 * np.pi * r * (b - a) / 2
            rest += w * own[3] * 2 * np.pi * r * (b - a) / 2
        return total, float(rest)


def _layer_index(r: Array, layers: Sequence[TubeLayer]) -> NDArray[np.int64]:
    edges = np.array([layer.outer for layer in layers[:-1]])
    return np.searchsorted(edges * (1 + 1e-12), r)


def thick_sphere(
    radius: ArrayLike,
    *,
    inner: float,
    outer: float,
    inner_pressure: float,
    outer_pressure: float = 0.0,
    youngs_modulus: float,
    poissons_ratio: float,
) -> tuple[Array, Array, Array]:
    """Radial and hoop stress [Pa] and displacement [m] of a hollow sphere under pressure.

    Timoshenko and Goodier, Theory of Elasticity (1970), section 136.
    """
    r = np.asarray(radius, dtype=float)
    a3, b3 = inner**3, outer**3
    mean = (inner_pressure * a3 - outer_pressure * b3) / (b3 - a3)
    swing = (inner_pressure - outer_pressure) * a3 * b3 / (b3 - a3)
    radial = mean - swing / r**3
    hoop = mean + swing / (2 * r**3)
    displacement = r * ((1 - poissons_ratio) * hoop - poissons_ratio * radial) / youngs_modulus
    return radial, hoop, displacement


def rotating_disc(
    radius: ArrayLike, *, inner: float, outer: float, density: float, speed: float, poissons_ratio: float
) -> tuple[Array, Array]:
    """Radial and hoop stress [Pa] of a thin disc with a hole, turning at ``speed`` [rad/s]; free rims.

    Timoshenko and Goodier, Theory of Elasticity (1970), section 32.
    """
    r = np.asarray(radius, dtype=float)
    nu, load = poissons_ratio, density * speed**2
    a2, b2 = inner**2, outer**2
    radial = (3 + nu) / 8 * load * (a2 + b2 - a2 * b2 / r**2 - r**2)
    hoop = (3 + nu) / 8 * load * (a2 + b2 + a2 * b2 / r**2 - (1 + 3 * nu) / (3 + nu) * r**2)
    return radial, hoop
