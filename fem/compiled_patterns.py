"""Peaks of many patterns by a compiled pass over clusters of points: exact, for the price of a few hundred points each.

Blocks of patterns are multiplied with the branches of a ``PatternTree`` in single precision. A branch, then a leaf, whose
bound lies below the largest value found so far is left out; the points of the others are evaluated in double precision,
so that the peaks are those of all points.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numba
import numpy as np

from tubewall.fem.compiled import Kernel, compiled, inlined
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.pattern_tree import UNROLLED, Clusters, PatternTree, Singles

# patterns of a block: a stride known beforehand and indices without a sign are what lets the compiler vectorise
_WIDTH: Final = 256
_X, _Y, _Z, _S = (np.uint64(component) for component in range(4))
_W1, _W2, _W3, _W4 = (np.uint64(rows * _WIDTH) for rows in (1, 2, 3, 4))
# squares of smaller stresses vanish in single precision; 1 is the largest pressure times the largest influence
_UNDERFLOW: Final = np.float32(1e-18)
# sums may be reordered and fused; comparisons and infinities keep their meaning
_FAST: Final = {"reassoc", "contract", "nsz"}


def _part(function: Kernel) -> Kernel:
    """A part of ``_search``, which is kept on disk with all its parts."""
    jit: Any = numba.njit
    part: Kernel = jit(nogil=True, fastmath=_FAST)(function)
    return part


def tree_peaks(tree: PatternTree, patterns: Floats, *, equivalent: bool, threads: int = 1) -> tuple[Floats, Ints]:
    """The largest value (k,) of each pattern (k, n) over all points, and the given index (k,) of the point.

    Parameters
    ----------
    tree : PatternTree
    patterns : (k, n)
        [Pa].
    equivalent : bool
        The von Mises stress; else the largest principal stress.
    threads : int
        Blocks of patterns are shared among so many.
    """
    values, points = np.empty(len(patterns)), np.empty(len(patterns), dtype=np.int64)

    def work(start: int) -> None:
        stop = min(start + _WIDTH, len(patterns))
        _block_of_peaks(tree, patterns[start:stop], equivalent, values[start:stop], points[start:stop])

    starts = range(0, len(patterns), _WIDTH)
    if threads == 1 or len(starts) == 1:
        for start in starts:
            work(start)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, starts))
    return values, points


def _block_of_peaks(tree: PatternTree, patterns: Floats, equivalent: bool, values: Floats, points: Ints) -> None:
    """Fill ``values`` and ``points`` (k,) of at most ``_WIDTH`` patterns (k, n)."""
    k, n = patterns.shape
    size = np.abs(patterns).max(axis=1)
    size[size == 0] = 1.0
    scaled = patterns / size[:, None]
    pressures = np.zeros((tree.branches.principal.shape[1], _WIDTH), dtype=np.float32)
    pressures[:n, :k] = scaled.T
    pressures[n, :k] = scaled.mean(axis=1)
    _search(
        _arrays(tree.branches, equivalent),
        _arrays(tree.leaves, equivalent),
        (tree.order, tree.influence),
        np.ascontiguousarray(patterns),
        n,
        pressures.ravel(),
        size * tree.scale,
        equivalent,
        values,
        points,
    )


def _arrays(clusters: Clusters, equivalent: bool) -> tuple[Ints, Singles, Singles]:
    return clusters.starts, clusters.middle, clusters.equivalent if equivalent else clusters.principal


@inlined
def _value(xx: Any, yy: Any, zz: Any, xy: Any, equivalent: Any, half: Any, three: Any) -> Any:
    """The quantity of one stress, in the precision of its arguments."""
    if equivalent:
        a, b, c = xx - yy, yy - zz, zz - xx
        return np.sqrt(half * (a * a + b * b + c * c) + three * xy * xy)
    across = half * (xx - yy)
    return max(half * (xx + yy) + np.sqrt(across * across + xy * xy), zz)


@_part
def _bounds(middle: Any, radius: Any, p: Any, q: Any, width: Any, equivalent: Any, out: Any) -> None:
    """Values and upper bounds of one cluster, middle (4, m) and radius (m,), for the columns of p and q (m, _WIDTH).

    They go to the rows 0 and 4 of ``out`` (5, _WIDTH), flat.
    """
    for k_signed in range(width):
        k = np.uint64(k_signed)
        out[k] = 0
        out[_W1 + k] = 0
        out[_W2 + k] = 0
        out[_W3 + k] = 0
        out[_W4 + k] = 0
    for j in range(0, len(radius), UNROLLED):
        a0, a1, a2, a3 = middle[0, j], middle[0, j + 1], middle[0, j + 2], middle[0, j + 3]
        b0, b1, b2, b3 = middle[1, j], middle[1, j + 1], middle[1, j + 2], middle[1, j + 3]
        c0, c1, c2, c3 = middle[2, j], middle[2, j + 1], middle[2, j + 2], middle[2, j + 3]
        d0, d1, d2, d3 = middle[3, j], middle[3, j + 1], middle[3, j + 2], middle[3, j + 3]
        r0, r1, r2, r3 = radius[j], radius[j + 1], radius[j + 2], radius[j + 3]
        row = np.uint64(j) * _W1
        for k_signed in range(width):
            k = np.uint64(k_signed)
            i = row + k
            p0, p1, p2, p3 = p[i], p[i + _W1], p[i + _W2], p[i + _W3]
            out[k] += a0 * p0 + a1 * p1 + a2 * p2 + a3 * p3
            out[_W1 + k] += b0 * p0 + b1 * p1 + b2 * p2 + b3 * p3
            out[_W2 + k] += c0 * p0 + c1 * p1 + c2 * p2 + c3 * p3
            out[_W3 + k] += d0 * p0 + d1 * p1 + d2 * p2 + d3 * p3
            out[_W4 + k] += r0 * q[i] + r1 * q[i + _W1] + r2 * q[i + _W2] + r3 * q[i + _W3]
    half, three = np.float32(0.5), np.float32(3)
    if equivalent:
        for k_signed in range(width):
            k = np.uint64(k_signed)
            out[k] = _value(out[k], out[_W1 + k], out[_W2 + k], out[_W3 + k], True, half, three)
            out[_W4 + k] += out[k] + _UNDERFLOW
    else:
        for k_signed in range(width):
            k = np.uint64(k_signed)
            out[k] = _value(out[k], out[_W1 + k], out[_W2 + k], out[_W3 + k], False, half, three)
            out[_W4 + k] += out[k] + _UNDERFLOW


@_part
def _points(
    first: Any, last: Any, order: Any, influence: Any, pattern: Any, equivalent: Any, best: Any, at: Any
) -> Any:
    """The larger of ``best`` and the values of the points ``first : last`` under one pattern; of equals the first given."""
    for i in range(first, last):
        xx = yy = zz = xy = 0.0
        row = np.uint64(i)
        for j_signed in range(len(pattern)):
            j = np.uint64(j_signed)
            p = pattern[j]
            xx += influence[row, _X, j] * p
            yy += influence[row, _Y, j] * p
            zz += influence[row, _Z, j] * p
            xy += influence[row, _S, j] * p
        value = _value(xx, yy, zz, xy, equivalent, 0.5, 3.0)
        if value > best or (value == best and order[i] < at):
            best, at = value, order[i]
    return best, at


@_part
def _search_branches(branches: Any, n: Any, p: Any, width: Any, equivalent: Any, upper: Any, likely: Any) -> None:
    """Upper bounds (c, _WIDTH) of the branches, and for each pattern the branch with the largest value at its middle."""
    _, middle, radius = branches
    q = np.empty_like(p)
    _deviations(p, n, width, q)
    out = np.empty(5 * _WIDTH, dtype=np.float32)
    largest = np.full(_WIDTH, -np.inf, dtype=np.float32)
    for c in range(len(radius)):
        _bounds(middle[c], radius[c], p, q, width, equivalent, out)
        row = upper[c]
        number = np.int32(c)
        for k_signed in range(width):
            k = np.uint64(k_signed)
            row[k] = out[_W4 + k]
            more = out[k] > largest[k]
            likely[k] = number if more else likely[k]
            largest[k] = out[k] if more else largest[k]


@compiled
def _search(
    branches: Any,
    leaves: Any,
    surface: Any,
    patterns: Any,
    n: Any,
    p: Any,
    scale: Any,
    equivalent: Any,
    values: Any,
    at: Any,
) -> None:
    """Peaks of a block of patterns (k, n), whose scaled pressures p (m, _WIDTH) are flat, their means in the row n."""
    order, influence = surface
    children, _, _ = branches
    starts, middle, radius = leaves
    width = len(patterns)
    upper = np.empty((len(children) - 1, _WIDTH), dtype=np.float32)
    likely = np.zeros(_WIDTH, dtype=np.int32)
    _search_branches(branches, n, p, width, equivalent, upper, likely)
    # all points of the likely branch first: the bounds of most others then lie below
    low = np.empty(_WIDTH)
    for k in range(width):
        c = likely[k]
        first, last = starts[children[c]], starts[children[c + 1]]
        values[k], at[k] = _points(first, last, order, influence, patterns[k], equivalent, -np.inf, 0)
        low[k] = values[k] / scale[k]
        upper[c, k] = -np.inf
    some_p, some_q = np.zeros_like(p), np.zeros_like(p)
    kept = np.empty(_WIDTH, dtype=np.uint64)
    out = np.empty(5 * _WIDTH, dtype=np.float32)
    for c in range(len(upper)):
        count = 0
        for k in range(width):
            if upper[c, k] >= low[k]:
                kept[count] = k
                count += 1
        if count == 0:
            continue
        # whole vectors of columns; what the last ones hold is not read
        columns = -(-count // 8) * 8
        _gather(p, kept, count, some_p)
        _deviations(some_p, n, columns, some_q)
        for leaf in range(children[c], children[c + 1]):
            _bounds(middle[leaf], radius[leaf], some_p, some_q, columns, equivalent, out)
            for i in range(count):
                k = int(kept[i])
                if out[4 * _WIDTH + i] >= low[k]:
                    first, last = starts[leaf], starts[leaf + 1]
                    values[k], at[k] = _points(first, last, order, influence, patterns[k], equivalent, values[k], at[k])
                    low[k] = values[k] / scale[k]


@_part
def _gather(p: Any, kept: Any, count: Any, some_p: Any) -> None:
    """The first ``count`` of the columns ``kept`` of p."""
    for row in range(0, len(p), _WIDTH):
        j = np.uint64(row)
        for i_signed in range(count):
            i = np.uint64(i_signed)
            some_p[j + i] = p[j + kept[i]]


@_part
def _deviations(p: Any, n: Any, width: Any, q: Any) -> None:
    """What the rows of p deviate from the means in its row n, and in that row the size of the means."""
    mean = np.uint64(n) * _W1
    for row in range(0, len(p), _WIDTH):
        j = np.uint64(row)
        for i_signed in range(width):
            i = np.uint64(i_signed)
            q[j + i] = abs(p[j + i] - p[mean + i])
    for i_signed in range(width):
        i = np.uint64(i_signed)
        q[mean + i] = abs(p[mean + i])
