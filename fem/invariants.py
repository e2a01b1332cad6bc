"""Invariants of stress given as (..., 6) = xx, yy, zz, yz, xz, xy."""

from __future__ import annotations

from typing import Final

import numpy as np

from tubewall.fem.elements import Floats

#: Positions of the components.
COMPONENTS: Final = ("xx", "yy", "zz", "yz", "xz", "xy")


def principal(stress: Floats) -> Floats:
    """Principal stresses (..., 3), largest first.

    Where yz and xz vanish it is Mohr's circle in the section (Mohr, 1882) and zz, else the eigenvalues by LAPACK; NaN where
    the stress is not finite.
    """
    if np.any(stress[..., 3]) or np.any(stress[..., 4]):
        # LAPACK fails on what is not finite, as stress at the tip of a crack
        finite = np.asarray(np.isfinite(stress).all(axis=-1))
        values = np.linalg.eigvalsh(as_tensor(np.where(finite[..., None], stress, 0.0)))[..., ::-1]
        return np.where(finite[..., None], values, np.nan)
    middle = 0.5 * (stress[..., 0] + stress[..., 1])
    radius = np.hypot(0.5 * (stress[..., 0] - stress[..., 1]), stress[..., 5])
    ordered = np.sort(np.stack([middle - radius, stress[..., 2], middle + radius], axis=-1), axis=-1)
    return ordered[..., ::-1]


def fast_principal(stress: Floats) -> Floats:
    """Principal stresses (..., 3), largest first, good to about 1e-8 of their spread where two nearly coincide.

    The trigonometric root of the characteristic cubic (Smith, Commun. ACM 4, 168, 1961): several times faster than
    ``principal``, to find where the largest ones are.
    """
    mean = stress[..., :3].mean(axis=-1)
    s = stress[..., :3] - mean[..., None]
    yz, xz, xy = stress[..., 3], stress[..., 4], stress[..., 5]
    spread = np.sqrt(((s**2).sum(axis=-1) + 2 * (yz**2 + xz**2 + xy**2)) / 6)
    half = 0.5 * (
        s[..., 0] * (s[..., 1] * s[..., 2] - yz**2) - xy * (xy * s[..., 2] - yz * xz) + xz * (xy * yz - s[..., 1] * xz)
    )
    ratio = np.divide(half, spread**3, out=np.ones_like(half), where=spread > 0)
    angle = np.arccos(np.clip(ratio, -1.0, 1.0)) / 3
    largest = mean + 2 * spread * np.cos(angle)
    smallest = mean + 2 * spread * np.cos(angle + 2 * np.pi / 3)
    return np.stack([largest, 3 * mean - largest - smallest, smallest], axis=-1)


def principal_directions(stress: Floats) -> tuple[Floats, Floats]:
    """Principal stresses (..., 3), largest first, and their unit directions as rows (..., 3, 3).

    A direction points the way that makes its largest component positive.
    """
    values, vectors = np.linalg.eigh(as_tensor(stress))
    rows = np.swapaxes(vectors, -1, -2)[..., ::-1, :]
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=-1)[..., None], axis=-1)
    return values[..., ::-1], rows * np.where(largest < 0, -1.0, 1.0)


def von_mises(stress: Floats) -> Floats:
    """The equivalent stress of von Mises (1913): sqrt(3 J2)."""
    xx, yy, zz, yz, xz, xy = np.moveaxis(stress, -1, 0)
    normal = 0.5 * ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2)
    equivalent: Floats = np.sqrt(normal + 3 * (yz**2 + xz**2 + xy**2))
    return equivalent


def tresca(stress: Floats) -> Floats:
    """The equivalent stress of Tresca (1864): the largest less the smallest principal stress."""
    found = principal(stress)
    span: Floats = found[..., 0] - found[..., 2]
    return span


def pressure(stress: Floats) -> Floats:
    """Mean compressive stress: a third of the trace, positive where the body is squeezed."""
    mean: Floats = -stress[..., :3].mean(axis=-1)
    return mean


def rotated(stress: Floats, axes: Floats) -> Floats:
    """Components (..., 6) in the frame whose axes are the rows of ``axes`` (..., 3, 3)."""
    turned = axes @ as_tensor(stress) @ np.swapaxes(axes, -1, -2)
    return np.stack([turned[..., i, j] for i, j in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))], axis=-1)


def as_stress_like(strain: Floats) -> Floats:
    """Strain (..., 6) with engineering shear as the components (..., 6) of its tensor."""
    return np.asarray(strain * np.array([1.0, 1.0, 1.0, 0.5, 0.5, 0.5]))


def as_tensor(stress: Floats) -> Floats:
    """Stress (..., 6) as (..., 3, 3)."""
    tensor: Floats = stress[..., [[0, 5, 4], [5, 1, 3], [4, 3, 2]]]
    return tensor
