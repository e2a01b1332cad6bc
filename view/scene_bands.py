"""Triangles cut along lines of equal value, so that each piece has one colour."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def bands(points: Floats, triangles: Ints, values: Floats, edges: Floats) -> list[list[Floats]]:
    """The polygons of each band between ``edges`` (b + 1,), the values being linear on each triangle.

    Parameters
    ----------
    points : (n, 2)
    triangles : (m, 3)
    values : (n,)
    edges : (b + 1,)
        Ascending; what lies beyond the ends belongs to the first and last band.

    Returns
    -------
    list of b lists of (k, 2)
    """
    found: list[list[Floats]] = []
    corners = np.concatenate([points[triangles], values[triangles][:, :, None]], axis=2)
    low, high = corners[:, :, 2].min(axis=1), corners[:, :, 2].max(axis=1)
    limits = edges.astype(np.float64).copy()
    limits[0], limits[-1] = -np.inf, np.inf
    for bottom, top in itertools.pairwise(limits.tolist()):
        whole = (low >= bottom) & (high < top)
        cut = np.flatnonzero((high >= bottom) & (low < top) & ~whole)
        pieces = list(corners[whole][:, :, :2])
        for corner in corners[cut]:
            polygon = _above(_above(corner, bottom, 1.0), top, -1.0)
            if len(polygon) > 2:
                pieces.append(polygon[:, :2])
        found.append(pieces)
    return found


def _above(polygon: Floats, limit: float, sign: float) -> Floats:
    """A polygon with values (k, 3), clipped to sign (value - limit) >= 0 (Sutherland and Hodgman 1974)."""
    if not np.isfinite(limit) or not len(polygon):
        return polygon
    height = sign * (polygon[:, 2] - limit)
    kept = []
    for i, here in enumerate(polygon):
        j = (i + 1) % len(polygon)
        if height[i] >= 0:
            kept.append(here)
        if (height[i] > 0 > height[j]) or (height[i] < 0 < height[j]):
            kept.append(here + (polygon[j] - here) * (height[i] / (height[i] - height[j])))
    return np.array(kept).reshape(-1, 3)
