"""Invariants of stress given as in-plane components (..., 4) = (xx, yy, zz, xy), with no shear out of the section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from tubewall.errors import unknown_name
from tubewall.fem.elements import Floats


def tensor(stress: Floats) -> Floats:
    """The stress tensors (..., 3, 3) of components (..., 4)."""
    full = np.zeros((*stress.shape[:-1], 3, 3))
    for i in range(3):
        full[..., i, i] = stress[..., i]
    full[..., 0, 1] = full[..., 1, 0] = stress[..., 3]
    return full


def components(stress: Floats) -> Floats:
    """The components (..., 4) of stress tensors (..., 3, 3)."""
    return np.stack([stress[..., 0, 0], stress[..., 1, 1], stress[..., 2, 2], stress[..., 0, 1]], axis=-1)


def principal(stress: Floats) -> Floats:
    """Principal stresses (..., 3), largest first: Mohr's circle in the section (Mohr, 1882) and zz."""
    middle = 0.5 * (stress[..., 0] + stress[..., 1])
    radius = np.sqrt((0.5 * (stress[..., 0] - stress[..., 1])) ** 2 + stress[..., 3] ** 2)
    ordered = np.sort(np.stack([middle - radius, stress[..., 2], middle + radius], axis=-1), axis=-1)
    return ordered[..., ::-1]


def max_principal(stress: Floats) -> Floats:
    """The largest principal stress (...)."""
    middle = 0.5 * (stress[..., 0] + stress[..., 1])
    radius = np.sqrt((0.5 * (stress[..., 0] - stress[..., 1])) ** 2 + stress[..., 3] ** 2)
    largest: Floats = np.maximum(middle + radius, stress[..., 2])
    return largest


def min_principal(stress: Floats) -> Floats:
    """The smallest principal stress (...)."""
    return -max_principal(-stress)


def von_mises(stress: Floats) -> Floats:
    """The equivalent stress of von Mises (1913): sqrt(3 J2)."""
    xx, yy, zz, xy = np.moveaxis(stress, -1, 0)
    equivalent: Floats = np.sqrt(0.5 * ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2) + 3 * xy**2)
    return equivalent


def tangential(stress: Floats, normals: Floats) -> Floats:
    """The normal stress t.sigma.t (...) along a surface with the normals (..., 2) in the section."""
    nx, ny = normals[..., 0], normals[..., 1]
    along: Floats = stress[..., 0] * ny**2 + stress[..., 1] * nx**2 - 2 * stress[..., 3] * nx * ny
    return along


def traction(stress: Floats, normals: Floats) -> Floats:
    """The force per area sigma.n (..., 2) on a surface with the normals (..., 2)."""
    nx, ny = normals[..., 0], normals[..., 1]
    return np.stack([stress[..., 0] * nx + stress[..., 3] * ny, stress[..., 3] * nx + stress[..., 1] * ny], axis=-1)


def rotated(stress: Floats, axes: Floats) -> Floats:
    """Components (..., 4) of ``stress`` in the frame whose axes are the rows of ``axes`` (2, 2)."""
    (ax, ay), (bx, by) = axes
    xx, yy, zz, xy = np.moveaxis(stress, -1, 0)
    first = ax * ax * xx + ay * ay * yy + 2 * ax * ay * xy
    second = bx * bx * xx + by * by * yy + 2 * bx * by * xy
    shear = ax * bx * xx + ay * by * yy + (ax * by + ay * bx) * xy
    return np.stack([first, second, zz, shear], axis=-1)


QUANTITIES: Final[Mapping[str, Callable[[Floats], Floats]]] = {
    "max principal": max_principal,
    "min principal": min_principal,
    "von mises": von_mises,
}


def quantity(name: str) -> Callable[[Floats], Floats]:
    """The function of stress (..., 4) by its name.

    Raises
    ------
    UnknownNameError
        With the nearest of ``QUANTITIES``.
    """
    if name not in QUANTITIES:
        raise unknown_name("stress quantity", name, QUANTITIES)
    return QUANTITIES[name]


def extreme_index(values: Floats, name: str) -> int:
    """Where the quantity ``name`` is most dangerous: the least of "min principal", the largest of the others."""
    return int(np.argmin(values) if name == "min principal" else np.argmax(values))
