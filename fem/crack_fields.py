"""The known fields at the tip of a crack that the solution is weighed against: Williams' three modes and a point force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from tubewall.fem.elements import Floats

Mode = Literal["I", "II", "III", "T"]
_VOIGT: Final = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@dataclass(frozen=True, kw_only=True, eq=False)
class TipFrame:
    """Where a crack front passes, and its directions there.

    Attributes
    ----------
    point : (3,)
        [m]; the third coordinate is 0 in a plane body.
    axes : (3, 3)
        Rows: growth of the crack, normal of its plane, tangent of the front.
    curvature : (2,)
        Of the front along the first two axes [1/m]: positive where its centre lies behind the front.
    """

    point: Floats
    axes: Floats
    curvature: Floats

    def locate(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        """Coordinates along the axes that follow the front, for points (p, 3).

        Returns
        -------
        place : (p, 2)
            Ahead of the front and above the crack [m].
        axes : (p, 3, 3)
            Rows: the axes turned with the front.
        stretch : (p,)
            Length of a line along the front over that at the front itself.
        """
        x = (points - self.point) @ self.axes.T
        bend = float(np.hypot(*self.curvature))
        c, s = (1.0, 0.0) if bend == 0 else (self.curvature[0] / bend, self.curvature[1] / bend)
        outward, along = c * x[:, 0] + s * x[:, 1], c * x[:, 1] - s * x[:, 0]
        root = np.sqrt((1 + bend * outward) ** 2 + (bend * x[:, 2]) ** 2)
        radial = (2 * outward + bend * (outward**2 + x[:, 2] ** 2)) / (1 + root)
        place = np.column_stack((c * radial - s * along, s * radial + c * along))
        first, second, third = self.axes
        cos, sin = (1 + bend * outward) / root, bend * x[:, 2] / root
        out = cos[:, None] * (c * first + s * second) + sin[:, None] * third
        up = np.broadcast_to(c * second - s * first, out.shape)
        tangent = cos[:, None] * third - sin[:, None] * (c * first + s * second)
        return place, np.stack((c * out - s * up, s * out + c * up, tangent), axis=1), root


@dataclass(frozen=True, kw_only=True, eq=False)
class TipFields:
    """A known field at points, in the axes of the front.

    Attributes
    ----------
    gradient : (p, 3, 3)
        Of the displacement, ``[j, k]`` = u_j,k.
    strain, stress : (p, 3, 3)
        The stress, and the strain that goes with it; without the hoop strain of a curved front.
    unbalanced : (p, 3)
        Divergence of the stress, which a curved front leaves.
    misfit : (p, 2, 3, 3)
        Derivatives, ahead and upwards, of what the strain of the displacement is more than ``strain``.
    """

    gradient: Floats
    strain: Floats
    stress: Floats
    unbalanced: Floats
    misfit: Floats


def tip_fields(
    mode: Mode, place: Floats, stretch: Floats, frame: TipFrame, stiffness: Floats, shear: float, kolosov: float
) -> TipFields:
    """The field of unit K_I, K_II or K_III, or of a unit line force along the crack ("T"), at ``place`` (p, 2).

    Williams (J. Appl. Mech. 24, 109, 1957); the force: Kfouri (Int. J. Fract. 30, 301, 1986). Along a curved front the plane
    field is carried around it; what then fails equilibrium and compatibility is given for the correction of Gosz and Moran
    (Eng. Fract. Mech. 69, 299, 2002).

    Parameters
    ----------
    stiffness : (6, 6)
        Of the material [Pa]; condensed in plane stress.
    shear, kolosov : float
        G [Pa] and 3 - 4 nu, or (3 - nu) / (1 + nu) in plane stress.
    """
    r = np.hypot(place[:, 0], place[:, 1])
    theta = np.arctan2(place[:, 1], place[:, 0])
    u, by_r, by_angle = _displacement(mode, r, theta, shear, kolosov)
    c, s = np.cos(theta)[:, None], np.sin(theta)[:, None]
    gradient = np.zeros((len(r), 3, 3))
    gradient[:, :, 0] = c * by_r - s * by_angle / r[:, None]
    gradient[:, :, 1] = s * by_r + c * by_angle / r[:, None]
    strain = (gradient + np.swapaxes(gradient, 1, 2)) / 2
    voigt = np.stack([strain[:, i, j] * (1 if i == j else 2) for i, j in _VOIGT], axis=1) @ stiffness.T
    stress = voigt[:, [[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
    bend = frame.curvature / stretch[:, None]
    unbalanced = np.einsum("pa,pai->pi", bend, stress[:, :2])
    unbalanced[:, :2] -= bend * stress[:, 2, 2, None]
    unbalanced[:, 2] *= 2
    misfit = np.zeros((len(r), 2, 3, 3))
    for k in (0, 1):
        # derivatives of u / h with h = 1 + curvature . place
        slope = gradient[:, :, k] - u * bend[:, k, None]
        misfit[:, k, 2, 2] = np.einsum("pa,pa->p", bend, slope[:, :2])
        for a in (0, 1):
            misfit[:, k, a, 2] = misfit[:, k, 2, a] = -bend[:, a] * slope[:, 2] / 2
    gradient[:, 2, 2] = np.einsum("pa,pa->p", bend, u[:, :2])
    gradient[:, :2, 2] = -bend * u[:, 2, None]
    return TipFields(gradient=gradient, strain=strain, stress=stress, unbalanced=unbalanced, misfit=misfit)


def _displacement(mode: Mode, r: Floats, t: Floats, shear: float, k: float) -> tuple[Floats, Floats, Floats]:
    """Displacement (p, 3) and its derivatives by r and by the angle."""
    zero = np.zeros_like(r)
    if mode == "T":
        log, turn = (k + 1) / (8 * np.pi * shear), 1 / (4 * np.pi * shear)
        u = np.stack(
            [-log * np.log(r) - turn * np.sin(t) ** 2,
             -(k - 1) / (8 * np.pi * shear) * t + turn * np.sin(t) * np.cos(t), zero], axis=1,
        )  # fmt: skip
        by_r = np.stack([-log / r, zero, zero], axis=1)
        by_angle = np.stack(
            [-turn * np.sin(2 * t), -(k - 1) / (8 * np.pi * shear) + turn * np.cos(2 * t), zero], axis=1
        )  # fmt: skip
        return u, by_r, by_angle
    s1, c1, s3, c3 = np.sin(t / 2), np.cos(t / 2), np.sin(1.5 * t), np.cos(1.5 * t)
    if mode == "I":
        shape = [(k - 0.5) * c1 - 0.5 * c3, (k + 0.5) * s1 - 0.5 * s3, zero]
        slope = [-(k - 0.5) * s1 / 2 + 0.75 * s3, (k + 0.5) * c1 / 2 - 0.75 * c3, zero]
    elif mode == "II":
        shape = [(k + 1.5) * s1 + 0.5 * s3, -(k - 1.5) * c1 - 0.5 * c3, zero]
        slope = [(k + 1.5) * c1 / 2 + 0.75 * c3, (k - 1.5) * s1 / 2 + 0.75 * s3, zero]
    else:
        shape = [zero, zero, 4 * s1]
        slope = [zero, zero, 2 * c1]
    size = (np.sqrt(r / (2 * np.pi)) / (2 * shear))[:, None]
    u = size * np.stack(shape, axis=1)
    return u, u / (2 * r[:, None]), size * np.stack(slope, axis=1)
