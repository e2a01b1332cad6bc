"""Numbering of the nodes chunk by chunk, sums over shared nodes, and the blocks on the diagonal."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled


@compiled
def find_owners(cells, starts, chunk, owner, shared):
    """The first chunk that touches each node (n,), -1 at first, and whether another one does."""
    for part in range(len(starts) - 1):
        for e in range(starts[part], starts[part + 1]):
            for a in range(cells.shape[1]):
                node = cells[e, a]
                if owner[node] < 0:
                    owner[node] = chunk + part
                elif owner[node] != chunk + part:
                    shared[node] = True


@compiled
def number_nodes(cells, starts, chunk, shared, inner, new, stamp, position, faces, face_nodes, following, local):
    """Number the nodes of a group of chunks: a chunk's own nodes one after the other, shared nodes behind all of them.

    ``following`` holds the next number of an own and of a shared node. ``local`` (m, k) becomes 3 times the place of each
    node in its chunk: own nodes first, then those it shares, whose numbers go to ``face_nodes`` from ``faces[chunk]`` on.
    """
    for part in range(len(starts) - 1):
        n = chunk + part
        count = faces[n]
        own = inner[n + 1] - inner[n]
        for e in range(starts[part], starts[part + 1]):
            for a in range(cells.shape[1]):
                node = cells[e, a]
                if not shared[node]:
                    if new[node] < 0:
                        new[node] = following[0]
                        following[0] += 1
                    local[e, a] = 3 * (new[node] - inner[n])
                    continue
                if stamp[node] != n:
                    stamp[node] = n
                    if new[node] < 0:
                        new[node] = following[1]
                        following[1] += 1
                    position[node] = own + count - faces[n]
                    face_nodes[count] = new[node]
                    count += 1
                local[e, a] = 3 * position[node]
        faces[n + 1] = count


@compiled
def invert_list(values, base, starts, places):
    """Where each number from ``base`` on stands in ``values``, ascending: places[starts[v - base] : starts[v - base + 1]]."""
    for v in values:
        starts[v - base + 1] += 1
    for v in range(len(starts) - 1):
        starts[v + 1] += starts[v]
    fill = starts[:-1].copy()
    for i in range(len(values)):
        v = values[i] - base
        places[fill[v]] = i
        fill[v] += 1


@compiled
def add_shared(first, last, y, shared, starts, places, own, width):
    """Sum what the chunks wrote for each shared node, always in the same order; ``width`` numbers a node."""
    for v in range(first, last):
        at = width * (own + v)
        for d in range(width):
            y[at + d] = 0
        for p in range(starts[v], starts[v + 1]):
            for d in range(width):
                y[at + d] += shared[width * places[p] + d]


@compiled
def diagonal(
    first,
    last,
    out,
    shared,
    inner,
    faces,
    chunk,
    starts,
    place,
    local,
    lanes,
    jacobians,
    laws,
    acoustic,
    size,
    table,
    weights,
):
    """Diagonal blocks (xx, yy, zz, yz, xz, xy) of chunks' nodes; ``acoustic`` (laws, 6, 6) takes grad N grad N to a block."""
    mine = np.zeros((size + 1, 6))
    g = np.empty(3)
    m = np.empty(6)
    some_jacobians, some_laws = jacobians.shape[1], laws.shape[1]
    for part in range(first, last):
        n = chunk + part
        own, some = inner[n + 1] - inner[n], faces[n + 1] - faces[n]
        mine[: own + some] = 0
        for e in range(starts[part], starts[part + 1]):
            b, i = place[e] // lanes, place[e] % lanes
            for a in range(table.shape[1]):
                at = local[e, a] // 3
                m[:] = 0
                for q in range(len(weights)):
                    j = q if some_jacobians > 1 else 0
                    for c in range(3):
                        g[c] = 0
                        for d in range(3):
                            g[c] += table[q, a, d] * jacobians[b, j, 3 * d + c, i]
                    v = weights[q] * jacobians[b, j, 9, i]
                    m[0] += v * g[0] * g[0]
                    m[1] += v * g[1] * g[1]
                    m[2] += v * g[2] * g[2]
                    m[3] += v * g[1] * g[2]
                    m[4] += v * g[0] * g[2]
                    m[5] += v * g[0] * g[1]
                    if some_laws > 1 or q == len(weights) - 1:
                        law = laws[b, q if some_laws > 1 else 0, i]
                        for r in range(6):
                            for s in range(6):
                                mine[at, r] += acoustic[law, r, s] * m[s]
                        m[:] = 0
        out[6 * inner[n] : 6 * inner[n + 1]] = mine[:own].ravel()
        shared[6 * faces[n] : 6 * faces[n + 1]] = mine[own : own + some].ravel()


@compiled
def invert_blocks(first, last, blocks, fixed, out):
    """Inverses (n, 6) of symmetric 3 x 3 blocks (n, 6); rows of fixed unknowns (n, 3) are zero."""
    for n in range(first, last):
        a, b, c = blocks[6 * n], blocks[6 * n + 1], blocks[6 * n + 2]
        d, e, f = blocks[6 * n + 3], blocks[6 * n + 4], blocks[6 * n + 5]
        x, y, z = fixed[3 * n], fixed[3 * n + 1], fixed[3 * n + 2]
        if x or a <= 0:
            a, e, f = 1.0, 0.0, 0.0
        if y or b <= 0:
            b, d, f = 1.0, 0.0, 0.0
        if z or c <= 0:
            c, d, e = 1.0, 0.0, 0.0
        aa, bb, cc = b * c - d * d, a * c - e * e, a * b - f * f
        dd, ee, ff = e * f - a * d, d * f - b * e, d * e - c * f
        r = 1.0 / (a * aa + f * ff + e * ee)
        out[6 * n] = 0.0 if x else r * aa
        out[6 * n + 1] = 0.0 if y else r * bb
        out[6 * n + 2] = 0.0 if z else r * cc
        out[6 * n + 3] = 0.0 if y or z else r * dd
        out[6 * n + 4] = 0.0 if x or z else r * ee
        out[6 * n + 5] = 0.0 if x or y else r * ff


@compiled
def relax(first, last, base, product, inverse, step, x, keep, gain, more, rest):
    """One step of Chebyshev relaxation on nodes ``first`` to ``last``.

    rest = base - product; step = keep step + gain inverse rest; x += more step. ``rest`` may be ``base``.
    """
    for n in range(first, last):
        i, k = 3 * n, 6 * n
        a, b, c = base[i] - product[i], base[i + 1] - product[i + 1], base[i + 2] - product[i + 2]
        rest[i], rest[i + 1], rest[i + 2] = a, b, c
        p, q, r = inverse[k], inverse[k + 1], inverse[k + 2]
        s, t, u = inverse[k + 3], inverse[k + 4], inverse[k + 5]
        d = keep * step[i] + gain * (p * a + u * b + t * c)
        e = keep * step[i + 1] + gain * (u * a + q * b + s * c)
        f = keep * step[i + 2] + gain * (t * a + s * b + r * c)
        step[i], step[i + 1], step[i + 2] = d, e, f
        x[i] += more * d
        x[i + 1] += more * e
        x[i + 2] += more * f
