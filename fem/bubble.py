"""Nearly incompressible isotropic elements: a cubic bubble and a linear pressure beside the quadratic displacement.

This is the triangle of Crouzeix and Raviart (RAIRO R3, 33, 1973): the volume change counts by its projection on the linear
functions of the element, and a bubble displacement keeps the pair stable. Bubble and pressure belong to one element, so they
are eliminated there and what is left has the six nodes and twelve unknowns of the plain element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints, map_gradients, shape, strain_matrix, triangle_rule

# from here on the stress of the plain element would carry several times its error at nu = 0.25
POISSONS_RATIO_LIMIT: Final = 0.4
_TRACE: Final = np.array([1.0, 1.0, 1.0, 0.0])


def nearly_incompressible(stiffness: Floats) -> NDArray[np.bool_]:
    """Where a section stiffness (..., 4, 4) is isotropic with a Poisson's ratio above ``POISSONS_RATIO_LIMIT``."""
    shear = stiffness[..., 3, 3]
    lame = stiffness[..., 0, 1]
    isotropic = lame[..., None, None] * np.outer(_TRACE, _TRACE) + shear[..., None, None] * np.diag(
        [2.0, 2.0, 2.0, 1.0]
    )
    scale = np.abs(stiffness).max(axis=(-1, -2))
    same = np.abs(stiffness - isotropic).max(axis=(-1, -2)) <= 1e-9 * scale
    result: NDArray[np.bool_] = same & (lame > 2 * POISSONS_RATIO_LIMIT * (lame + shear))
    return result


@dataclass(frozen=True, kw_only=True)
class Condensed:
    """Elements with bubble and pressure eliminated.

    ``stiffness`` (k, 12, 12); ``bubble`` (k, 2, 12) from nodal to bubble displacement; ``dilatation`` (k, 3, 12) from nodal
    displacement to the coefficients (1, xi, eta) of the volume change.
    """

    stiffness: Floats
    bubble: Floats
    dilatation: Floats


def _bubble(local: Floats) -> tuple[Floats, Floats]:
    x, y = local[..., 0], local[..., 1]
    z = 1 - x - y
    return 27 * x * y * z, 27 * np.stack([y * (z - x), x * (z - y)], axis=-1)


def _linear(local: Floats) -> Floats:
    return np.stack([np.ones(local.shape[:-1]), local[..., 0], local[..., 1]], axis=-1)


def strain_with_bubble(corners: Floats, local: Floats, kinematics: str) -> tuple[Floats, Floats, Floats]:
    """Strain matrix (..., 4, 14) of nodes and bubble, Jacobian determinants (...) and coordinates (..., 2).

    ``corners`` (..., 6, 2) and ``local`` (..., 2) broadcast against each other.
    """
    flat = local.reshape(-1, 2)
    values, gradients = shape(flat)
    values = values.reshape(*local.shape[:-1], 6)
    gradients = gradients.reshape(*local.shape[:-1], 6, 2)
    bubble, slope = _bubble(local)
    # the map is that of the six nodes; the bubble's gradient rides along as a seventh row
    grads, determinant = map_gradients(corners, gradients)
    jacobian = np.matmul(np.swapaxes(corners, -1, -2), gradients)
    slopes = np.linalg.solve(
        np.swapaxes(jacobian, -1, -2), np.broadcast_to(slope[..., None], (*determinant.shape, 2, 1))
    )
    points = np.matmul(values[..., None, :], corners)[..., 0, :]
    b = np.zeros((*determinant.shape, 4, 14))
    axisymmetric = kinematics == "axisymmetric"
    if axisymmetric:
        b[..., :12] = strain_matrix(grads, np.broadcast_to(values, grads.shape[:-1]), points[..., 0])
        safe = np.where(points[..., 0] > 0, points[..., 0], 1.0)
        b[..., 2, 12] = np.where(points[..., 0] > 0, bubble / safe, slopes[..., 0, 0])
    else:
        b[..., :12] = strain_matrix(grads)
    b[..., 0, 12] = b[..., 3, 13] = slopes[..., 0, 0]
    b[..., 1, 13] = b[..., 3, 12] = slopes[..., 1, 0]
    return b, determinant, points


def _split(stiffness: Floats) -> tuple[Floats, Floats]:
    """Bulk modulus (...) and what of the stiffness (..., 4, 4) resists a change of shape."""
    bulk = stiffness[..., 0, 1] + 2 * stiffness[..., 3, 3] / 3
    return bulk, stiffness - bulk[..., None, None] * np.outer(_TRACE, _TRACE)


def condense_elements(corners: Floats, stiffness: Floats, kinematics: str) -> Condensed:
    """Element matrices of ``corners`` (k, 6, 2) [m] with the section stiffness (k, 4, 4) [Pa]."""
    local, rule = triangle_rule(6)
    b, determinant, points = strain_with_bubble(corners[:, None], local[None], kinematics)
    weights = determinant * rule
    if kinematics == "axisymmetric":
        weights = weights * 2 * np.pi * points[..., 0]
    bulk, shear = _split(stiffness)
    k, q = weights.shape
    weighted = np.matmul(shear[:, None], b) * weights[..., None, None]
    full = np.matmul(b.reshape(k, 4 * q, 14).swapaxes(1, 2), weighted.reshape(k, 4 * q, 14))
    psi = _linear(local)
    mass = np.einsum("qa,qb,kq->kab", psi, psi, weights)
    volume = np.einsum("qa,kqd,kq->kad", psi, b[:, :, 0] + b[:, :, 1] + b[:, :, 2], weights)
    dilatation = np.linalg.solve(mass, volume)
    full += bulk[:, None, None] * np.matmul(volume.swapaxes(1, 2), dilatation)
    bubble = -np.linalg.solve(full[:, 12:, 12:], full[:, 12:, :12])
    return Condensed(
        stiffness=full[:, :12, :12] + np.matmul(full[:, :12, 12:], bubble),
        bubble=bubble,
        dilatation=dilatation[:, :, :12] + np.matmul(dilatation[:, :, 12:], bubble),
    )


def stress_matrix(corners: Floats, stiffness: Floats, elements: Ints, local: Floats, kinematics: str) -> Floats:
    """From nodal displacement to stress, (p, 4, 12) [Pa/m], at local points (p, 2) of elements.

    ``corners`` (p, 6, 2) and ``stiffness`` (p, 4, 4) are those of the element of each point; equal numbers in ``elements`` (p,)
    say which points share one, so that it is condensed once.
    """
    _, first, of_point = np.unique(elements, return_index=True, return_inverse=True)
    condensed = condense_elements(corners[first], stiffness[first], kinematics)
    b, _, _ = strain_with_bubble(corners, local, kinematics)
    strain = b[..., :12] + np.matmul(b[..., 12:], condensed.bubble[of_point])
    bulk, shear = _split(stiffness)
    change = np.matmul(_linear(local)[:, None, :], condensed.dilatation[of_point])
    # the change of shape as it is, the change of volume by its projection
    result: Floats = np.matmul(shear, strain) + bulk[:, None, None] * _TRACE[:, None] * change
    return result
