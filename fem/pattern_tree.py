"""Surface points sorted into clusters, with bounds of the stress that any pattern of pressures makes in a cluster.

The largest principal stress and that of von Mises are sublinear in the stress: f(s + d) <= f(s) + f(d). With M_j the middle
of the influences of chamber j on the points of a cluster and r_j the largest f(+-D_j) of the differences D_j to it, no
point exceeds f(M p) + sum_j r_j |p_j|. The same holds with the mean pressure q taken out of the second part:
f(M p) + r_n |q| + sum_j r_j |p_j - q|, where r_n belongs to a unit pressure in all chambers together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints

Singles = NDArray[np.float32]

# most points of a leaf and of a branch: least time at 37 chambers and 41 000 points; any others give the same peaks
_LEAF: Final = 6
_BRANCH: Final = 64
# directions in the space of influences that the points are sorted along
_DIRECTIONS: Final = 40
# terms of a sum that the compiled pass takes at a time
UNROLLED: Final = 4


@dataclass(frozen=True, kw_only=True)
class Clusters:
    """Bounds of c clusters in single precision, for influences divided by their largest.

    Attributes
    ----------
    starts : (c + 1,)
        The members of cluster i are ``starts[i] : starts[i + 1]`` of the level below: leaves below branches, sorted points
        below leaves.
    middle : (c, 4, m)
        M_j in the columns j < n, then zeros up to a multiple of ``UNROLLED``.
    principal, equivalent : (c, m)
        r_j of the largest principal stress and of that of von Mises in the columns j < n, and r_n in column n; the rounding
        of single precision is added.
    """

    starts: Ints
    middle: Singles
    principal: Singles
    equivalent: Singles


@dataclass(frozen=True, kw_only=True)
class PatternTree:
    """Points sorted into leaves and leaves into branches.

    ``order`` (p,) is the given index of each sorted point; ``influence`` (p, 4, n) is sorted too; ``scale`` is its largest
    number, 1 when all are zero.
    """

    order: Ints
    influence: Floats
    scale: float
    leaves: Clusters
    branches: Clusters


def pattern_tree(influence: Floats) -> PatternTree:
    """Sort surface points by the likeness of their influences (p, 4, n): stress (xx, yy, zz, xy) per unit pressure."""
    features = _features(influence.reshape(len(influence), -1))
    branches = [_parts(features, branch, _LEAF) for branch in _parts(features, np.arange(len(features)), _BRANCH)]
    leaves = [leaf for branch in branches for leaf in branch]
    order = np.concatenate(leaves)
    leaf_starts = np.cumsum([0, *(len(leaf) for leaf in leaves)])
    branch_starts = np.cumsum([0, *(len(branch) for branch in branches)])
    in_order = np.ascontiguousarray(influence[order])
    scale = float(np.abs(influence).max()) or 1.0
    by_component = np.moveaxis(in_order, 1, 0) / scale
    return PatternTree(
        order=order,
        influence=in_order,
        scale=scale,
        leaves=_clusters(by_component, leaf_starts, leaf_starts),
        branches=_clusters(by_component, leaf_starts[branch_starts], branch_starts),
    )


def _features(rows: Floats) -> Floats:
    """Coordinates of the rows (p, f) along their largest variations (Halko, Martinsson and Tropp, 2011, algorithm 4.3)."""
    random = np.random.default_rng(0).normal(size=(rows.shape[1], min(_DIRECTIONS, *rows.shape)))
    directions = np.linalg.qr(rows.T @ (rows @ random))[0]
    coordinates: Floats = rows @ directions
    return coordinates


def _parts(features: Floats, some: Ints, most: int) -> list[Ints]:
    """The points ``some``, halved along their widest direction until no part has more than ``most``."""
    waiting, found = [some], list[Ints]()
    while waiting:
        part = waiting.pop()
        if len(part) <= most:
            found.append(part)
        else:
            waiting += _halves(features, part)
    return found


def _halves(features: Floats, some: Ints) -> list[Ints]:
    here = features[some]
    low, high = here.min(axis=0), here.max(axis=0)
    widest = int(np.argmax(high - low))
    below = here[:, widest] <= 0.5 * (low[widest] + high[widest])
    if np.all(below):
        return [some[: len(some) // 2], some[len(some) // 2 :]]
    return [some[below], some[~below]]


def _clusters(influence: Floats, points: Ints, members: Ints) -> Clusters:
    """Clusters of the sorted points ``points[i] : points[i + 1]``; ``influence`` (4, p, n) is at most one."""
    n, first = influence.shape[2], points[:-1]
    middle = 0.5 * (np.maximum.reduceat(influence, first, axis=1) + np.minimum.reduceat(influence, first, axis=1))
    apart = influence - np.repeat(middle, np.diff(points), axis=1)
    # n products and sums and the few operations of f after them are rounded; f changes by less than four times a component
    rounding = 4 * (n + 16) * float(np.finfo(np.float32).eps)
    bound = rounding * np.abs(middle).max(axis=0)
    together = apart.sum(axis=2, keepdims=True)
    columns = -(-(n + 1) // UNROLLED) * UNROLLED
    padded = np.zeros((len(first), 4, columns), dtype=np.float32)
    padded[:, :, :n] = np.moveaxis(middle, 0, 1)
    radii = []
    for measure in (_largest_principal, _von_mises):
        radius = np.zeros((len(first), columns))
        radius[:, :n] = np.maximum.reduceat(measure(apart), first, axis=0) + bound
        radius[:, n] = np.maximum.reduceat(measure(together)[:, 0], first) + bound.sum(axis=1)
        # pressures less their mean are rounded to the size of the mean
        radius[:, n] += rounding * radius[:, :n].sum(axis=1)
        radii.append((radius * (1 + rounding)).astype(np.float32))
    return Clusters(starts=members, middle=padded, principal=radii[0], equivalent=radii[1])


def _largest_principal(stress: Floats) -> Floats:
    """The largest principal stress of +stress or -stress, components (4, ...) first."""
    xx, yy, zz, xy = stress
    in_plane: Floats = 0.5 * np.abs(xx + yy) + np.sqrt(0.25 * (xx - yy) ** 2 + xy**2)
    largest: Floats = np.maximum(in_plane, np.abs(zz))
    return largest


def _von_mises(stress: Floats) -> Floats:
    xx, yy, zz, xy = stress
    equivalent: Floats = np.sqrt(0.5 * ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2) + 3 * xy**2)
    return equivalent
