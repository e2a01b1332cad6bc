"""Turning a stiffness into other axes, and the averages over all orientations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError

if TYPE_CHECKING:
    from tubewall.materials.elastic import Isotropic

Array = NDArray[np.float64]

# (row, column) of the tensor behind each Voigt index
_PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def rotate_stiffness(stiffness: ArrayLike, rotation: ArrayLike) -> Array:
    """A stiffness given in material axes, in global axes: C_ijkl = R_ip R_jq R_kr R_ls C_pqrs.

    Parameters
    ----------
    stiffness : array_like, (6, 6)
        In material axes [Pa].
    rotation : array_like, (3, 3) or (n, 3, 3)
        Orthogonal; its columns are the material axes 1, 2, 3 in global coordinates.

    Returns
    -------
    NDArray
        (6, 6) or (n, 6, 6) [Pa]. By the stress transformation matrix M of Bond (Proc. Phys. Soc. B 56, 1, 1943): M C M^T.

    Raises
    ------
    InputError
        When ``rotation`` is not orthogonal.
    """
    c = np.asarray(stiffness, dtype=float)
    r = np.asarray(rotation, dtype=float)
    if c.shape != (6, 6) or r.shape[-2:] != (3, 3):
        raise InputError(f"rotate_stiffness takes a 6x6 stiffness and 3x3 rotations, got {c.shape} and {r.shape}")
    if not np.allclose(np.swapaxes(r, -1, -2) @ r, np.eye(3), atol=1e-9):
        raise InputError(
            "rotate_stiffness: the rotation is not orthogonal; its columns must be three perpendicular unit vectors"
        )
    bond = np.empty((*r.shape[:-2], 6, 6))
    for i, (a, b) in enumerate(_PAIRS):
        for j, (p, q) in enumerate(_PAIRS):
            bond[..., i, j] = (
                r[..., a, p] * r[..., b, q] if p == q else r[..., a, p] * r[..., b, q] + r[..., a, q] * r[..., b, p]
            )
    return np.asarray(bond @ c @ np.swapaxes(bond, -1, -2))


def polycrystal(stiffness: ArrayLike, average: Literal["voigt", "reuss", "hill"] = "hill") -> Isotropic:
    """The isotropic law of a polycrystal without texture.

    Parameters
    ----------
    stiffness : array_like, (6, 6)
        Of the single crystal [Pa].
    average : {"voigt", "reuss", "hill"}
        Equal strain (upper bound), equal stress (lower bound), or the mean of both bulk and both shear moduli
        (Hill, Proc. Phys. Soc. A 65, 349, 1952).
    """
    from tubewall.materials.elastic import Isotropic, check_stiffness

    if average not in ("voigt", "reuss", "hill"):
        raise InputError(f"polycrystal: average must be 'voigt', 'reuss' or 'hill', got {average!r}")
    c = check_stiffness("polycrystal: stiffness", stiffness)
    s = np.linalg.inv(c)
    trace = float(np.trace(c[:3, :3]))
    off = float(c[0, 1] + c[0, 2] + c[1, 2])
    bulk_v = (trace + 2 * off) / 9
    shear_v = (trace - off + 3 * float(c[3, 3] + c[4, 4] + c[5, 5])) / 15
    trace_s = float(np.trace(s[:3, :3]))
    off_s = float(s[0, 1] + s[0, 2] + s[1, 2])
    bulk_r = 1 / (trace_s + 2 * off_s)
    shear_r = 15 / (4 * trace_s - 4 * off_s + 3 * float(s[3, 3] + s[4, 4] + s[5, 5]))
    weight = {"voigt": 1.0, "reuss": 0.0, "hill": 0.5}[average]
    bulk = weight * bulk_v + (1 - weight) * bulk_r
    shear = weight * shear_v + (1 - weight) * shear_r
    return Isotropic(
        youngs_modulus=9 * bulk * shear / (3 * bulk + shear),
        poissons_ratio=(3 * bulk - 2 * shear) / (2 * (3 * bulk + shear)),
    )
