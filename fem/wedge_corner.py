"""Singular exponents of a sharp corner where wedges of any material meet: what a peak on a mesh would follow there."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.elements import Floats
from tubewall.fem.wedge_elements import PARTS, CornerKinematics, Sector, corner_matrices

Complexes = NDArray[np.complex128]
# "clamped" holds all, "symmetric" the displacement across the face; else the directions (k, 3) that are held
Face = Literal["free", "clamped", "symmetric"] | tuple[tuple[float, float, float], ...]

# degrees of the angular elements that are tried
_DEGREES: Final = (10, 14, 18, 24, 32)
_SETTLED: Final = 1e-9
# two exponents that nearly coincide (a stiff punch on a nearly incompressible body) keep half of the digits
_ACCEPTED: Final = 1e-4
# a translation has a constant mode and the exponent 0, a defective eigenvalue that rounding splits
_TRANSLATION: Final = 1e-2
# exponents nearer to 1 than this are bounded stress: rounding splits the double eigenvalue 1
_BOUNDED: Final = 1e-4
_COMPARED: Final = 0.999
_REAL: Final = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class Exponents:
    """Exponents of a corner: displacement u = r^value mode(angle), stress as r^(value - 1).

    Parameters
    ----------
    values : (k,) complex
        Sorted by the real part, each as often as it has modes, those with real part below the limit asked for; of a conjugate
        pair the one with positive imaginary part (its stress oscillates in log r). A free corner has 1, the rotation, among
        them.
    angles : (n,)
        [rad] where the modes are given.
    modes : (k, n, 3) complex
        Displacement x, y, z of each, largest amount 1.
    change : float
        Largest change of an exponent below 1 when the degree of the angular elements was last raised.
    """

    values: Complexes
    angles: Floats
    modes: Complexes
    change: float

    @property
    def singular(self) -> Complexes:
        """Those of unbounded stress, real part below 1, (j,)."""
        return self.values[self.values.real < 1 - _BOUNDED]

    @property
    def leading(self) -> complex:
        """The most singular exponent; 1 where the stress stays bounded."""
        found = self.singular
        return complex(found[0]) if len(found) else 1.0 + 0.0j

    @property
    def oscillating(self) -> bool:
        """Whether the leading exponent is complex."""
        return abs(self.leading.imag) > 1e-8


def corner_exponents(
    sectors: Sequence[Sector],
    faces: tuple[Face, Face] | None = ("free", "free"),
    kinematics: CornerKinematics = "plane strain",
    *,
    at: tuple[float, float] = (0.0, 0.0),
    limit: float = 1.5,
) -> Exponents:
    """Exponents of the corner where ``sectors`` meet.

    Semi-analytic finite elements in the angle (Leguillon and Sanchez-Palencia, Computation of Singular Solutions in Elliptic
    Problems and Elasticity, 1987): with the strain r^(lambda-1) (lambda B1 f + B2 f') the virtual work against r^-lambda g
    gives (K + lambda G - lambda^2 M) f = 0, K = int B2'C B2, M = int B1'C B1, G skew. The degree of
    the elements is raised until no exponent below 1 changes by 1e-9.

    Parameters
    ----------
    sectors : sequence of Sector
        Bonded one to the next, each starting where the last one ends.
    faces : (Face, Face) or None
        How the first and the last face are held; None for sectors that fill the full turn and close. A full turn with faces
        is a crack.
    kinematics : {"plane strain", "plane stress", "axisymmetric", "antiplane", "3d"}
        "axisymmetric" is plane strain: the hoop strain is bounded at a corner off the axis. "3d": the plane normal to an edge,
        z along the edge, all three displacements.
    at : (float, float)
        Where the corner is [m], for laws whose axes depend on place.
    limit : float
        Exponents with real part below it are given.

    Raises
    ------
    InputError
        When the sectors do not follow each other, or a law couples the section to what the kinematics leaves out.
    ConvergenceError
        When the exponents do not settle (very strong anisotropy).
    """
    _check(sectors, faces, kinematics)
    found = _solve(sectors, faces, kinematics, at, limit, _DEGREES[0])
    change = math.inf
    for degree in _DEGREES[1:]:
        finer = _solve(sectors, faces, kinematics, at, limit, degree)
        now = _change(found, finer)
        if math.isfinite(change) and now >= change:
            # rounding grows with the degree: the last pair was the best
            break
        found, change = finer, now
        if change <= _SETTLED:
            break
    if change > _ACCEPTED:
        raise ConvergenceError(
            f"the exponents of the corner at {at} m still change by {change:.2g} with the degree of the angular elements: "
            "the stiffness is too anisotropic or too near to incompressible"
        )
    return Exponents(values=found.values, angles=found.angles, modes=found.modes, change=change)


def _check(sectors: Sequence[Sector], faces: tuple[Face, Face] | None, kinematics: str) -> None:
    if kinematics not in PARTS:
        raise InputError(f"corner_exponents: kinematics must be one of {', '.join(PARTS)}, got {kinematics!r}")
    if not sectors:
        raise InputError("corner_exponents needs at least one Sector")
    for before, after in itertools.pairwise(sectors):
        if abs(after.start_angle - before.end_angle) > 1e-9:
            raise InputError(
                f"a Sector starts at {after.start_angle:g} rad but the one before it ends at {before.end_angle:g} rad: "
                "give them in the order of their angles, without gaps"
            )
    turn = sectors[-1].end_angle - sectors[0].start_angle
    if turn > 2 * math.pi + 1e-9:
        raise InputError(f"the sectors of a corner span {turn:g} rad, more than the full turn 2 pi")
    if faces is None and turn < 2 * math.pi - 1e-9:
        raise InputError(
            f"faces=None closes the corner, but its sectors span {turn:g} rad and not 2 pi: give the two faces"
        )


def _change(coarse: Exponents, fine: Exponents) -> float:
    a, b = ([v for v in e.values if v.real < _COMPARED] for e in (coarse, fine))
    return max((abs(x - y) for x, y in zip(a, b, strict=True)), default=0.0) if len(a) == len(b) else math.inf


def _solve(
    sectors: Sequence[Sector],
    faces: tuple[Face, Face] | None,
    kinematics: CornerKinematics,
    at: tuple[float, float],
    limit: float,
    degree: int,
) -> Exponents:
    from scipy.linalg import cholesky, eig, null_space, solve_triangular

    parts = PARTS[kinematics]
    count = len(parts.displacement)
    stiffness, skew, mass, angles = corner_matrices(sectors, kinematics, at, degree)
    nodes = len(angles)
    held = []
    if faces is None:
        for c in range(count):
            row = np.zeros(nodes * count)
            row[c], row[(nodes - 1) * count + c] = 1.0, -1.0
            held.append(row)
    else:
        for face, node in zip(faces, (0, nodes - 1), strict=True):
            for direction in _held(face, float(angles[node]))[:, parts.displacement]:
                row = np.zeros(nodes * count)
                row[node * count : (node + 1) * count] = direction
                held.append(row)
    basis = null_space(np.array(held)) if held else np.eye(nodes * count)
    k, g, m = (basis.T @ matrix @ basis for matrix in (stiffness, skew, mass))
    # each unknown in units of its own energy: a soft sector beside a stiff one keeps its digits
    unit = 1 / np.sqrt(np.diag(m))
    lower = cholesky(unit[:, None] * m * unit, lower=True)

    def in_energy(matrix: Floats) -> Floats:
        half = solve_triangular(lower, unit[:, None] * matrix * unit, lower=True)
        both: Floats = solve_triangular(lower, half.T, lower=True)
        return both.T

    size = len(k)
    companion = np.block([[np.zeros((size, size)), np.eye(size)], [in_energy(k), in_energy(g)]])
    values, vectors = eig(companion)
    vectors = unit[:, None] * solve_triangular(lower, vectors[:size], lower=True, trans="T")
    keep = (values.real > 1e-9) & (values.real < limit) & (values.imag > -_REAL)
    order = np.lexsort((values.imag[keep], np.round(values.real[keep], 9)))
    chosen = values[keep][order]
    shapes = (basis @ vectors[:, keep][:, order]).T.reshape(len(chosen), nodes, count)
    shapes = shapes / np.abs(shapes).max(axis=(1, 2), keepdims=True)
    varying = np.abs(shapes - shapes.mean(axis=1, keepdims=True)).max(axis=(1, 2))
    moves = (chosen.real > _TRANSLATION) | (varying > _TRANSLATION)
    modes = np.zeros((np.count_nonzero(moves), nodes, 3), dtype=np.complex128)
    modes[:, :, list(parts.displacement)] = shapes[moves]
    chosen = np.where(np.abs(chosen.imag) < _REAL, chosen.real + 0j, chosen)[moves]
    return Exponents(values=chosen, angles=angles, modes=modes, change=math.inf)


def _held(face: Face, angle: float) -> Floats:
    """Directions (k, 3) of the displacements that a face at ``angle`` holds."""
    if face == "free":
        return np.zeros((0, 3))
    if face == "clamped":
        return np.eye(3)
    if face == "symmetric":
        return np.array([[-math.sin(angle), math.cos(angle), 0.0]])
    directions = np.asarray(face, dtype=np.float64) if not isinstance(face, str) else np.zeros(0)
    if directions.ndim != 2 or directions.shape[-1] != 3:
        raise InputError(f"a face of a corner is 'free', 'clamped', 'symmetric' or directions (k, 3), got {face!r}")
    return directions
