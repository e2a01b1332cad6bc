"""The stiffness of a stack of layers as one body."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def laminate_stiffness(shares: Sequence[float], laws: Sequence[tuple[float, float]]) -> Array:
    """Stiffness (6, 6) [Pa] of isotropic layers across y, ``laws`` as (E [Pa], nu), in the order xx, yy, zz, yz, xz, xy.

    Stress yy, yz, xy and strain xx, zz, xz are the same in all layers (Postma, Geophysics 20, 780, 1955; Backus, J. Geophys.
    Res. 67, 4427, 1962).
    """
    across, along = [1, 3, 5], [0, 2, 4]
    total = [np.zeros((3, 3)) for _ in range(3)]
    for share, (modulus, ratio) in zip(shares, laws, strict=True):
        shear = modulus / (2 * (1 + ratio))
        c = np.diag([2 * shear] * 3 + [shear] * 3)
        c[:3, :3] += 2 * shear * ratio / (1 - 2 * ratio)
        inverse = np.linalg.inv(c[np.ix_(across, across)])
        mixed = inverse @ c[np.ix_(across, along)]
        total[0] += share * inverse
        total[1] += share * mixed
        total[2] += share * (c[np.ix_(along, along)] - c[np.ix_(along, across)] @ mixed)
    stiff = np.linalg.inv(total[0])
    result = np.zeros((6, 6))
    result[np.ix_(across, across)] = stiff
    result[np.ix_(across, along)] = stiff @ total[1]
    result[np.ix_(along, across)] = (stiff @ total[1]).T
    result[np.ix_(along, along)] = total[2] + total[1].T @ stiff @ total[1]
    return result
