"""Graphs of nodes, stiffness gathered row by row into square blocks, and products with them."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np

from tubewall.fem.compiled import compiled

TOGETHER: Final = 8


@compiled
def count_incidence(cells, starts):
    """Add to starts[node + 1] how many elements hold the node."""
    for e in range(cells.shape[0]):
        for a in range(cells.shape[1]):
            starts[cells[e, a] + 1] += 1


@compiled
def list_incidence(cells, fill, group, incidence):
    """Rows (group, element, local node) of ``incidence`` for every node, from fill[node] on."""
    for e in range(cells.shape[0]):
        for a in range(cells.shape[1]):
            node = cells[e, a]
            incidence[fill[node], 0] = group
            incidence[fill[node], 1] = e
            incidence[fill[node], 2] = a
            fill[node] += 1


@compiled
def join_rows(first, last, group, cells, starts, incidence, seen, lengths, indices, at):
    """Append the nodes of a group's elements around each node of ``first`` to ``last`` to its row, each once.

    Without room (an empty ``indices``) only counts. ``seen`` (room, ) holds -1 at first.
    """
    mark = np.full(seen, -1, np.int32)
    for row in range(first, last):
        count = 0
        begin = at[row]
        if len(indices) > 0:
            for p in range(begin, begin + lengths[row]):
                mark[indices[p]] = row
            count = lengths[row]
        for p in range(starts[row], starts[row + 1]):
            if incidence[p, 0] != group:
                continue
            e = incidence[p, 1]
            for b in range(cells.shape[1]):
                node = cells[e, b]
                if mark[node] != row:
                    mark[node] = row
                    if len(indices) > 0:
                        indices[begin + count] = node
                    count += 1
        if len(indices) > 0:
            lengths[row] = count
        else:
            lengths[row] += count


@compiled
def compact_rows(first, last, lengths, loose, at, indptr, indices):
    """Copy rows of the given lengths out of a loose list, ascending."""
    for row in range(first, last):
        begin, end = indptr[row], indptr[row + 1]
        indices[begin:end] = np.sort(loose[at[row] : at[row] + lengths[row]])


@compiled
def fill_rows(
    first,
    last,
    group,
    cells,
    starts,
    incidence,
    indptr,
    indices,
    data,
    nodes,
    table,
    weights,
    jacobians,
    laws,
    constants,
):
    """Add the stiffness of a group's elements to the rows ``first`` to ``last`` of 3 x 3 blocks.

    ``table`` (q, k, 3) gradients of the functions that ``cells`` (m, k) hold, ``jacobians`` (m, 1 or q, 10), ``laws``
    (m, 1 or q) rows of ``constants`` (laws, 6, 6).
    """
    at = np.empty(nodes, np.int64)
    points, k = table.shape[0], table.shape[1]
    some_jacobians, some_laws = jacobians.shape[1], laws.shape[1]
    slopes = np.ascontiguousarray(table.transpose(0, 2, 1)).reshape(3 * points, k)
    g, s = np.empty(3), np.empty((3, 6))
    # elements around a node whose products with the slopes are taken at once
    pull, blocks = np.empty((9 * TOGETHER, 3 * points)), np.empty((9 * TOGETHER, k))
    around = np.empty(TOGETHER, np.int64)
    for row in range(first, last):
        for p in range(indptr[row], indptr[row + 1]):
            at[indices[p]] = p
        count = 0
        for p in range(starts[row], starts[row + 1]):
            if incidence[p, 0] == group:
                e, a = incidence[p, 1], incidence[p, 2]
                around[count] = e
                for q in range(points):
                    j = jacobians[e, q if some_jacobians > 1 else 0]
                    c = constants[laws[e, q if some_laws > 1 else 0]]
                    v = weights[q] * j[9]
                    for d in range(3):
                        g[d] = v * (table[q, a, 0] * j[d] + table[q, a, 1] * j[3 + d] + table[q, a, 2] * j[6 + d])
                    for m in range(6):
                        s[0, m] = g[0] * c[0, m] + g[1] * c[5, m] + g[2] * c[4, m]
                        s[1, m] = g[1] * c[1, m] + g[0] * c[5, m] + g[2] * c[3, m]
                        s[2, m] = g[2] * c[2, m] + g[0] * c[4, m] + g[1] * c[3, m]
                    for r in range(3):
                        x, y, z = j[3 * r], j[3 * r + 1], j[3 * r + 2]
                        at_q, to = 3 * q + r, 9 * count
                        for d in range(3):
                            pull[to + 3 * d, at_q] = s[d, 0] * x + s[d, 5] * y + s[d, 4] * z
                            pull[to + 3 * d + 1, at_q] = s[d, 1] * y + s[d, 5] * x + s[d, 3] * z
                            pull[to + 3 * d + 2, at_q] = s[d, 2] * z + s[d, 4] * x + s[d, 3] * y
                count += 1
            if count == TOGETHER or (p + 1 == starts[row + 1] and count > 0):
                np.dot(pull[: 9 * count], slopes, blocks[: 9 * count])
                for n in range(count):
                    for b in range(k):
                        row_at = at[cells[around[n], b]]
                        for d in range(9):
                            data[row_at, d] += blocks[9 * n + d, b]
                count = 0


@compiled
def hold_rows(first, last, indptr, indices, data, fixed):
    """Empty the rows and columns of fixed unknowns (3 n,) but for their diagonal."""
    for row in range(first, last):
        for p in range(indptr[row], indptr[row + 1]):
            column = indices[p]
            for d in range(3):
                for f in range(3):
                    if (fixed[3 * row + d] or fixed[3 * column + f]) and not (row == column and d == f):
                        data[p, 3 * d + f] = 0


@compiled
def block_product(first, last, indptr, indices, data, x, y):
    """Y = matrix x for rows of 3 x 3 blocks."""
    for row in range(first, last):
        a = b = c = y.dtype.type(0)
        for p in range(indptr[row], indptr[row + 1]):
            j = 3 * indices[p]
            u, v, w = x[j], x[j + 1], x[j + 2]
            d = data[p]
            a += d[0] * u + d[1] * v + d[2] * w
            b += d[3] * u + d[4] * v + d[5] * w
            c += d[6] * u + d[7] * v + d[8] * w
        y[3 * row], y[3 * row + 1], y[3 * row + 2] = a, b, c


@compiled
def sparse_product(first, last, indptr, indices, weights, x, y, width):
    """Y += matrix x, each entry of the matrix acting on ``width`` components."""
    for row in range(first, last):
        for p in range(indptr[row], indptr[row + 1]):
            for d in range(width):
                y[width * row + d] += weights[p] * x[width * indices[p] + d]
