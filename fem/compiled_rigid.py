"""Aggregates of nodes across thin elements: balls of strong neighbours, their rigid motions, and rows of 6 x 6 blocks."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled


@compiled
def balls(indptr, indices, weight, hops, group):
    """Number of aggregates; ``group`` (n,), -1 at first, becomes the aggregate of each node.

    An aggregate is a node and all within ``hops`` steps of it, where none of them was taken; what is left joins the
    neighbour it is tied to most, and what then is left keeps to itself.
    """
    n = len(indptr) - 1
    stamp, reach = np.full(n, -1, np.int64), np.empty(n, np.int64)
    count = 0
    for root in range(n):
        if group[root] >= 0:
            continue
        size = _ball(root, indptr, indices, hops, stamp, reach)
        free = size > 1
        for k in range(size):
            if group[reach[k]] >= 0:
                free = False
                break
        if free:
            for k in range(size):
                group[reach[k]] = count
            count += 1
    for _ in range(hops):
        joined = group.copy()
        for row in range(n):
            best = 0.0
            if group[row] < 0:
                for p in range(indptr[row], indptr[row + 1]):
                    if group[indices[p]] >= 0 and weight[p] > best:
                        best = weight[p]
                        joined[row] = group[indices[p]]
        group[:] = joined
    stamp[:] = -1
    for root in range(n):
        if group[root] < 0:
            size = _ball(root, indptr, indices, hops, stamp, reach)
            for k in range(size):
                if group[reach[k]] < 0:
                    group[reach[k]] = count
            count += 1
    return count


@compiled
def _ball(root, indptr, indices, hops, stamp, reach):
    """How many nodes lie within ``hops`` steps of ``root``, and which: the first ones of ``reach``."""
    stamp[root] = root
    reach[0] = root
    size, begin = 1, 0
    for _ in range(hops):
        end = size
        for k in range(begin, end):
            node = reach[k]
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                if stamp[other] != root:
                    stamp[other] = root
                    reach[size] = other
                    size += 1
        begin = end
    return size


@compiled
def coarse_rows(first, last, starts, members, group, indptr, indices, lengths, at, coarse):
    """The aggregates that a matrix ties to each aggregate; only counted while ``coarse`` is empty."""
    mark = np.full(len(starts) - 1, -1, np.int32)
    for row in range(first, last):
        count = 0
        for m in range(starts[row], starts[row + 1]):
            node = members[m]
            for p in range(indptr[node], indptr[node + 1]):
                other = group[indices[p]]
                if mark[other] != row:
                    mark[other] = row
                    if len(coarse) > 0:
                        coarse[at[row] + count] = other
                    count += 1
        lengths[row] = count
        if len(coarse) > 0:
            coarse[at[row] : at[row] + count] = np.sort(coarse[at[row] : at[row] + count])


@compiled
def coarse_blocks(first, last, starts, members, group, indptr, indices, data, basis, at, coarse, out):
    """Add basis^T matrix basis to the blocks ``out`` (b, 36) of the rows ``first`` to ``last``.

    ``data`` (blocks, w w) of the matrix, ``basis`` (n, w, 6) of its nodes.
    """
    width = basis.shape[1]
    place = np.empty(len(starts) - 1, np.int64)
    sums = np.zeros((1, width, 6))
    for row in range(first, last):
        if starts[row] == starts[row + 1]:
            continue
        begin, end = at[row], at[row + 1]
        for p in range(begin, end):
            place[coarse[p]] = p - begin
        if end - begin > sums.shape[0]:
            sums = np.zeros((end - begin, width, 6))
        for m in range(starts[row], starts[row + 1]):
            node = members[m]
            sums[: end - begin] = 0
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                k = place[group[other]]
                for d in range(width):
                    for e in range(width):
                        v = data[p, width * d + e]
                        if v != 0:
                            for j in range(6):
                                sums[k, d, j] += v * basis[other, e, j]
            for k in range(end - begin):
                for i in range(6):
                    for d in range(width):
                        v = basis[node, d, i]
                        for j in range(6):
                            out[begin + k, 6 * i + j] += v * sums[k, d, j]


@compiled
def restrict(first, last, starts, members, basis, right, out):
    """Out (6 aggregates,) = basis^T right (w n,)."""
    width = basis.shape[1]
    for row in range(first, last):
        a = b = c = d = e = f = 0.0
        for m in range(starts[row], starts[row + 1]):
            node = members[m]
            for k in range(width):
                v = right[width * node + k]
                a, b, c = a + basis[node, k, 0] * v, b + basis[node, k, 1] * v, c + basis[node, k, 2] * v
                d, e, f = d + basis[node, k, 3] * v, e + basis[node, k, 4] * v, f + basis[node, k, 5] * v
        i = 6 * row
        out[i], out[i + 1], out[i + 2], out[i + 3], out[i + 4], out[i + 5] = a, b, c, d, e, f


@compiled
def prolong(first, last, group, basis, small, x):
    """X (w n,) += basis small (6 aggregates,)."""
    width = basis.shape[1]
    for node in range(first, last):
        at = 6 * group[node]
        for d in range(width):
            for j in range(6):
                x[width * node + d] += basis[node, d, j] * small[at + j]


@compiled
def half_product(first, last, cuts, indptr, indices, data, x, pieces):
    """``pieces[k]`` (6 n,) = what the rows of piece k and their transposes give of matrix x, pieces ``first`` to ``last``.

    ``data`` (b, 36) are the blocks on and right of the diagonal.
    """
    sums = np.empty(6, x.dtype)
    for k in range(first, last):
        y = pieces[k]
        y[:] = 0
        for row in range(cuts[k], cuts[k + 1]):
            r = 6 * row
            o, q, t, u, v, w = x[r], x[r + 1], x[r + 2], x[r + 3], x[r + 4], x[r + 5]
            sums[:] = 0
            for p in range(indptr[row], indptr[row + 1]):
                j, g = 6 * indices[p], data[p]
                a, b, c, d, e, f = x[j], x[j + 1], x[j + 2], x[j + 3], x[j + 4], x[j + 5]
                for i in range(6):
                    m = 6 * i
                    sums[i] += (g[m] * a + g[m + 1] * b + g[m + 2] * c) + (g[m + 3] * d + g[m + 4] * e + g[m + 5] * f)
                if j != r:
                    for i in range(6):
                        y[j + i] += (g[i] * o + g[6 + i] * q + g[12 + i] * t) + (
                            g[18 + i] * u + g[24 + i] * v + g[30 + i] * w
                        )
            for i in range(6):
                y[r + i] += sums[i]


@compiled
def wide_relax(first, last, base, product, inverse, step, x, keep, gain, more, rest):
    """One step of Chebyshev relaxation on aggregates ``first`` to ``last``; ``inverse`` (n, 36).

    rest = base - product; step = keep step + gain inverse rest; x += more step. ``rest`` may be ``base``.
    """
    for n in range(first, last):
        i = 6 * n
        for j in range(i, i + 6):
            rest[j] = base[j] - product[j]
        a, b, c, d, e, f = rest[i], rest[i + 1], rest[i + 2], rest[i + 3], rest[i + 4], rest[i + 5]
        for j in range(6):
            k = 6 * j
            s = (
                inverse[n, k] * a
                + inverse[n, k + 1] * b
                + inverse[n, k + 2] * c
                + inverse[n, k + 3] * d
                + inverse[n, k + 4] * e
                + inverse[n, k + 5] * f
            )
            step[i + j] = keep * step[i + j] + gain * s
            x[i + j] += more * step[i + j]


@compiled
def own_blocks(first, last, starts, members, group, place, sizes, at, indptr, indices, data, out):
    """Blocks of the rows ``members`` of the aggregates ``first`` to ``last`` that stay within the aggregate, into ``out``.

    The matrix of aggregate g is the square of 3 ``sizes[g]`` from ``at[g]`` on; ``place`` (n,) that of a node in it.
    """
    for row in range(first, last):
        width = 3 * sizes[row]
        for m in range(starts[row], starts[row + 1]):
            node = members[m]
            for p in range(indptr[node], indptr[node + 1]):
                other = indices[p]
                if group[other] == row:
                    for d in range(3):
                        to = at[row] + (3 * place[node] + d) * width + 3 * place[other]
                        for e in range(3):
                            out[to + e] = data[p, 3 * d + e]


@compiled
def invert_own(first, last, starts, members, at, fixed, out):
    """The inverses of symmetric positive matrices laid out as ``own_blocks`` does, zero for fixed unknowns."""
    for row in range(first, last):
        width = 3 * (starts[row + 1] - starts[row])
        a = out[at[row] : at[row + 1]].astype(np.float64).reshape(width, width)
        # Gauss and Jordan's sweeps; positive matrices need no pivots
        for k in range(width):
            scale = 1 / a[k, k]
            a[k, k] = 1.0
            for j in range(width):
                a[k, j] *= scale
            for i in range(width):
                if i != k:
                    factor = a[i, k]
                    a[i, k] = 0.0
                    for j in range(width):
                        a[i, j] -= factor * a[k, j]
        for i in range(width):
            free = not fixed[3 * members[starts[row] + i // 3] + i % 3]
            for j in range(width):
                other = not fixed[3 * members[starts[row] + j // 3] + j % 3]
                out[at[row] + i * width + j] = 0.5 * (a[i, j] + a[j, i]) if free and other else 0.0


@compiled
def relax_own(first, last, starts, members, at, inverse, base, product, step, x, keep, gain, more, rest):
    """One step of Chebyshev relaxation on aggregates ``first`` to ``last``, whose ``inverse`` is laid out as by ``own_blocks``.

    rest = base - product; step = keep step + gain inverse rest; x += more step. ``rest`` may be ``base``.
    """
    widest = 0
    for row in range(first, last):
        widest = max(widest, 3 * (starts[row + 1] - starts[row]))
    total = np.empty(widest, inverse.dtype)
    for row in range(first, last):
        begin, width = starts[row], 3 * (starts[row + 1] - starts[row])
        own = inverse[at[row] : at[row + 1]]
        total[:width] = 0
        for k in range(width // 3):
            j = 3 * members[begin + k]
            a, b, c = base[j] - product[j], base[j + 1] - product[j + 1], base[j + 2] - product[j + 2]
            rest[j], rest[j + 1], rest[j + 2] = a, b, c
            u, v, w = total.dtype.type(a), total.dtype.type(b), total.dtype.type(c)
            one, two, three = own[3 * k * width :], own[(3 * k + 1) * width :], own[(3 * k + 2) * width :]
            for i in range(width):
                total[i] += u * one[i] + v * two[i] + w * three[i]
        for k in range(width // 3):
            j = 3 * members[begin + k]
            for d in range(3):
                step[j + d] = keep * step[j + d] + gain * total[3 * k + d]
                x[j + d] += more * step[j + d]
