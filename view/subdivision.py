"""Curved six-node triangles cut into small straight ones, by the element's own shape functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Soup:
    """Straight triangles with numbers at their corners; nothing is shared between the elements they come from.

    Parameters
    ----------
    points : (n, 2) float
        Undeformed corners [m].
    displacement : (n, 2) float
        Displacement of the corners [m].
    values : (n,) float
        The scalar at the corners [Pa].
    triangles : (m, 3) int
        Corners of each triangle, counter-clockwise.
    """

    points: Floats
    displacement: Floats
    values: Floats
    triangles: Ints


def shape_functions(first: Floats, second: Floats) -> Floats:
    """Quadratic shape functions of the six-node triangle (Zienkiewicz and Taylor 2000, section 8.8).

    Parameters
    ----------
    first, second : (k,) float
        Area coordinates L2 and L3 of the places (L1 = 1 - L2 - L3).

    Returns
    -------
    (k, 6) float
        N_i = L_i (2 L_i - 1) at the corners, 4 L_i L_j at the mid-sides 01, 12, 20.
    """
    a, b, c = 1 - first - second, first, second
    return np.stack([a * (2 * a - 1), b * (2 * b - 1), c * (2 * c - 1), 4 * a * b, 4 * b * c, 4 * c * a], axis=1)


def edge_functions(places: Floats) -> Floats:
    """Quadratic shape functions (end, end, middle) of a three-node edge at ``places`` from 0 to 1; shape (k, 3)."""
    s = np.asarray(places, dtype=np.float64)
    return np.stack([(1 - s) * (1 - 2 * s), s * (2 * s - 1), 4 * s * (1 - s)], axis=1)


def subdivided(points: Floats, cells: Ints, displacement: Floats, values: Floats, *, splits: int = 4) -> Soup:
    """Every six-node triangle as ``splits``**2 straight ones.

    Parameters
    ----------
    points, displacement : (n, 2) float
        Nodes and their displacement [m].
    cells : (m, 6) int
        Corners, then mid-sides 01, 12, 20.
    values : (m, 6) float
        The scalar at each element's own nodes [Pa].
    splits : int
        Parts of an element's side.
    """
    rows, columns = zip(*[(i, j) for i in range(splits + 1) for j in range(splits + 1 - i)], strict=True)
    number = {(i, j): k for k, (i, j) in enumerate(zip(rows, columns, strict=True))}
    upright = [(number[i, j], number[i + 1, j], number[i, j + 1]) for i in range(splits) for j in range(splits - i)]
    turned = [
        (number[i + 1, j], number[i + 1, j + 1], number[i, j + 1])
        for i in range(splits - 1)
        for j in range(splits - 1 - i)
    ]
    local = np.array(upright + turned, dtype=np.int64)
    functions = shape_functions(np.array(rows) / splits, np.array(columns) / splits)
    corners = len(functions)
    return Soup(
        points=np.einsum("ki,mid->mkd", functions, points[cells], optimize=True).reshape(-1, 2),
        displacement=np.einsum("ki,mid->mkd", functions, displacement[cells], optimize=True).reshape(-1, 2),
        values=(values @ functions.T).ravel(),
        triangles=(local[None] + corners * np.arange(len(cells))[:, None, None]).reshape(-1, 3),
    )


def flat_areas(corners: Floats) -> Floats:
    """Signed areas [m2] of straight triangles given by their corners (m, 3, 2) [m]."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return 0.5 * (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def kept_above(soup: Soup, height: float) -> Soup:
    """The part of the triangles with undeformed y >= ``height`` [m]; what the line crosses is cut along it.

    All numbers are interpolated linearly along the sides that are cut.
    """
    tolerance = 1e-9 * float(np.ptp(soup.points, axis=0).max())
    above = soup.points[:, 1] - height
    above = np.where(np.abs(above) <= tolerance, 0.0, above)
    signs = above[soup.triangles]
    whole = (signs >= 0).all(axis=1) & (signs > 0).any(axis=1)
    crossed = (signs > 0).any(axis=1) & (signs < 0).any(axis=1)
    data = np.column_stack([soup.points, soup.displacement, soup.values])
    pieces = [_cut(data[t], above[t]) for t in soup.triangles[crossed]]
    triangles = [soup.triangles[whole]]
    start, extra = len(data), [data]
    for piece in pieces:
        fan = [(0, k, k + 1) for k in range(1, len(piece) - 1)]
        triangles.append(np.array(fan, dtype=np.int64) + start)
        extra.append(piece)
        start += len(piece)
    merged, corners = np.concatenate(extra), np.concatenate(triangles)
    used, numbered = np.unique(corners, return_inverse=True)
    merged = merged[used]
    merged[np.abs(merged[:, 1] - height) <= tolerance, 1] = height
    return Soup(
        points=merged[:, :2], displacement=merged[:, 2:4], values=merged[:, 4], triangles=numbered.reshape(-1, 3)
    )


def _cut(corners: Floats, above: Floats) -> Floats:
    """One closed polygon with data per corner, clipped to above >= 0 (Sutherland and Hodgman 1974)."""
    after, next_above = np.roll(corners, -1, axis=0), np.roll(above, -1)
    out = []
    for here, there, a, b in zip(corners, after, above, next_above, strict=True):
        if a >= 0:
            out.append(here)
        if (a > 0 > b) or (a < 0 < b):
            out.append(here + (there - here) * (a / (a - b)))
    return np.array(out).reshape(-1, corners.shape[1])


def polygon_above(corners: Floats, height: float) -> Floats:
    """A closed polygon (k, c), whose second column is y, clipped to y >= ``height``; other columns go along."""
    return _cut(corners, corners[:, 1] - height)
