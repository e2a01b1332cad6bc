"""Elements in the angle around a corner: the three matrices of its quadratic eigenproblem."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats
from tubewall.materials import Anisotropic, ElasticLaw

CornerKinematics = Literal["plane strain", "plane stress", "axisymmetric", "antiplane", "3d"]

# largest angle of an element
_WIDEST: Final = math.pi / 2
# elements are cut until the nearest branch point lies outside of this Bernstein ellipse; exponents err as 2.5^-2p
_NEAREST: Final = 2.5
_NARROWEST: Final = 1e-4


class Parts(NamedTuple):
    """Displacement components that take part, the Voigt strains they make, and those whose stress vanishes."""

    displacement: tuple[int, ...]
    strain: tuple[int, ...]
    without_stress: tuple[int, ...]


PARTS: Final[dict[str, Parts]] = {
    "plane strain": Parts((0, 1), (0, 1, 5), ()),
    "axisymmetric": Parts((0, 1), (0, 1, 5), ()),
    "plane stress": Parts((0, 1), (0, 1, 5), (2, 3, 4)),
    "antiplane": Parts((2,), (3, 4), ()),
    "3d": Parts((0, 1, 2), (0, 1, 3, 4, 5), ()),
}
# what must not couple to the strains above in a section
_COUPLED: Final[dict[str, tuple[int, ...]]] = {
    "plane strain": (3, 4),
    "axisymmetric": (3, 4),
    "plane stress": (3, 4),
    "antiplane": (0, 1, 2, 5),
    "3d": (),
}
# strain (xx, yy, zz, yz, xz, xy) of a gradient along x and along y
_ALONG: Final = np.zeros((2, 6, 3))
_ALONG[0, 0, 0] = _ALONG[0, 5, 1] = _ALONG[0, 4, 2] = 1.0
_ALONG[1, 1, 1] = _ALONG[1, 5, 0] = _ALONG[1, 3, 2] = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Sector:
    """One material of a corner, between two angles [rad] counted from x towards y, ``start_angle`` < ``end_angle``.

    ``law`` is an elastic law or a Voigt stiffness (6, 6) [Pa].
    """

    law: ElasticLaw | Floats
    start_angle: float
    end_angle: float

    def __post_init__(self) -> None:
        width = self.end_angle - self.start_angle
        if not (math.isfinite(width) and 0 < width <= 2 * math.pi * (1 + 1e-12)):
            raise InputError(
                f"Sector needs start_angle < end_angle <= start_angle + 2 pi, got {self.start_angle:g} and {self.end_angle:g} rad"
            )


def corner_matrices(
    sectors: Sequence[Sector], kinematics: CornerKinematics, at: tuple[float, float], degree: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """K, G, M (n c, n c) of the free corner over its largest stiffness, component-minor, and the angles (n,) [rad]."""
    parts = PARTS[kinematics]
    count = len(parts.displacement)
    local, weights, values, slopes = _element(degree)
    edges = [_breaks(s, _reduced(_stiffness_of(s, at, np.zeros(1)), kinematics)[0], parts) for s in sectors]
    elements = sum(len(e) - 1 for e in edges)
    size = (elements * degree + 1) * count
    k, p, m = np.zeros((size, size)), np.zeros((size, size)), np.zeros((size, size))
    angles = np.empty(elements * degree + 1)
    reference = _lobatto(degree)
    first = 0
    scale = 0.0
    for sector, edge in zip(sectors, edges, strict=True):
        for start, end in itertools.pairwise(edge):
            half = (end - start) / 2
            theta = start + half * (1 + local)
            angles[first : first + degree + 1] = start + half * (1 + reference)
            c = _reduced(_stiffness_of(sector, at, theta), kinematics)
            scale = max(scale, float(np.abs(c).max()))
            b1, b2 = _strain_matrices(theta, parts)
            cc = c * (weights * half)[:, None, None]
            v, d = values, slopes / half
            rows = slice(first * count, (first + degree + 1) * count)
            for target, x, bx, y, by in ((k, d, b2, d, b2), (p, d, b2, v, b1), (m, v, b1, v, b1)):
                block = np.einsum("qi,qsa,qst,qtb,qj->iajb", x, bx, cc, by, y, optimize=True)
                target[rows, rows] += block.reshape(len(reference) * count, -1)
            first += degree
    return k / scale, (p - p.T) / scale, m / scale, angles


def _breaks(sector: Sector, stiffness: Floats, parts: Parts) -> Floats:
    """Angles at which a sector is cut into elements.

    The modes are powers of cos + p sin with Stroh's roots p: the nearer the zero of that (at a complex angle) to an element,
    the slower it converges, as rho^-degree of its Bernstein ellipse. Isotropic bodies have p = i and no zero.
    """
    x, y = (along[np.ix_(parts.strain, parts.displacement)] for along in _ALONG)
    q, r, t = (a.T @ stiffness @ b for a, b in ((x, x), (x, y), (y, y)))
    n = len(q)
    inverse = np.linalg.inv(t)
    roots = np.linalg.eigvals(np.block([[np.zeros((n, n)), np.eye(n)], [-inverse @ q, -inverse @ (r + r.T)]]))
    roots = roots[np.abs(roots - 1j) * np.abs(roots + 1j) > 1e-3]
    zeros = (np.arctan(-1 / roots)[:, None] + math.pi * np.arange(-4, 5)).ravel()
    whole = sector.end_angle - sector.start_angle
    edges = [
        float(e)
        for e in np.linspace(sector.start_angle, sector.end_angle, max(1, math.ceil(whole / _WIDEST - 1e-9)) + 1)
    ]
    done = [edges[0]]
    waiting = edges[:0:-1]
    while waiting:
        half, middle = (waiting[-1] - done[-1]) / 2, (waiting[-1] + done[-1]) / 2
        z = (zeros - middle) / half
        w = np.sqrt(z * z - 1)
        if len(z) and np.maximum(np.abs(z + w), np.abs(z - w)).min() < _NEAREST and half > _NARROWEST:
            waiting.append(middle)
        else:
            done.append(waiting.pop())
    return np.array(done)


def _strain_matrices(theta: Floats, parts: Parts) -> tuple[Floats, Floats]:
    # d/dx = cos d/dr - sin/r d/dtheta, d/dy = sin d/dr + cos/r d/dtheta
    x, y = (along[np.ix_(parts.strain, parts.displacement)] for along in _ALONG)
    c, s = np.cos(theta)[:, None, None], np.sin(theta)[:, None, None]
    return c * x + s * y, c * y - s * x


def _stiffness_of(sector: Sector, at: tuple[float, float], theta: Floats) -> Floats:
    law = sector.law
    if not isinstance(law, ElasticLaw):
        if np.shape(law) != (6, 6):
            raise InputError(f"Sector.law must be an elastic law or a stiffness (6, 6), got the shape {np.shape(law)}")
        return np.broadcast_to(np.asarray(law, dtype=np.float64), (len(theta), 6, 6))
    centre = np.asarray(at, dtype=np.float64)
    if isinstance(law, Anisotropic) and law.axes != "fixed" and np.array_equal(centre, np.asarray(law.about)):
        # fibres around the corner itself: they turn with the angle, at any radius alike
        around: Floats = law.stiffness_at(
            centre + np.column_stack((np.cos(theta), np.sin(theta))) * max(1.0, *np.abs(centre))
        )
        return around
    return np.broadcast_to(law.stiffness_at(centre[None])[0], (len(theta), 6, 6))


def _reduced(stiffness: Floats, kinematics: CornerKinematics) -> Floats:
    """The stiffness (q, s, s) of the strains that take part."""
    parts = PARTS[kinematics]
    kept, dropped = list(parts.strain), list(_COUPLED[kinematics])
    limit = 1e-9 * np.abs(stiffness).max()
    if dropped and np.abs(stiffness[:, kept][:, :, dropped]).max() > limit:
        raise InputError(
            f"a law of the corner couples the section to what {kinematics} leaves out: use kinematics '3d', or turn the "
            "material so that the section is a plane of its symmetry"
        )
    if not parts.without_stress:
        return stiffness[:, kept][:, :, kept]
    compliance = np.linalg.inv(stiffness)
    reduced: Floats = np.linalg.inv(compliance[:, kept][:, :, kept]).astype(np.float64)
    return reduced


def _lobatto(degree: int) -> Floats:
    """Gauss-Lobatto points on [-1, 1]: the ends and the roots of P'."""
    inner = np.polynomial.legendre.Legendre.basis(degree).deriv().roots()
    points = np.empty(degree + 1)
    points[0], points[1:-1], points[-1] = -1.0, np.sort(inner.real), 1.0
    return points


def _element(degree: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Gauss points (q,), weights (q,), shape values (q, degree + 1) and slopes of an element on [-1, 1]."""
    local, weights = np.polynomial.legendre.leggauss(degree + 6)
    vandermonde = np.polynomial.legendre.legvander(_lobatto(degree), degree)
    inverse = np.linalg.inv(vandermonde)
    slopes: Floats = np.column_stack(
        [
            np.polynomial.legendre.legval(local, np.polynomial.legendre.legder(np.eye(degree + 1)[i]))
            for i in range(degree + 1)
        ]
    )
    values: Floats = np.asarray(np.polynomial.legendre.legvander(local, degree) @ inverse, dtype=np.float64)
    return np.asarray(local), np.asarray(weights), values, np.asarray(slopes @ inverse, dtype=np.float64)
