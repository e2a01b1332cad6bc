"""The stiffness matrix filled row by row from the elements around each node, by compiled kernels.

Unknowns come in groups: a node has one for each direction, what follows the nodes one alone. The graph of groups gives the
pattern of the matrix; every row belongs to one thread, so that nothing is written twice and no number depends on the threads.
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled, inlined


@compiled
def elements_around(offset, items, starts, elements):
    """Elements that hold each group, ascending: elements[starts[g] : starts[g + 1]]; ``starts`` is zero at first."""
    for i in range(len(items)):
        starts[items[i] + 1] += 1
    for g in range(len(starts) - 1):
        starts[g + 1] += starts[g]
    fill = starts[:-1].copy()
    for e in range(len(offset) - 1):
        for i in range(offset[e], offset[e + 1]):
            g = items[i]
            elements[fill[g]] = e
            fill[g] += 1


@compiled
def count_neighbours(first, last, offset, items, starts, elements, counts):
    """How many groups share an element with each group, itself included."""
    stamp = np.full(len(counts), -1, np.int32)
    for g in range(first, last):
        count = 0
        for p in range(starts[g], starts[g + 1]):
            e = elements[p]
            for i in range(offset[e], offset[e + 1]):
                if stamp[items[i]] != g:
                    stamp[items[i]] = g
                    count += 1
        counts[g] = count


@compiled
def list_neighbours(first, last, offset, items, starts, elements, pointer, neighbours):
    """Those groups, ascending: neighbours[pointer[g] : pointer[g + 1]]."""
    stamp = np.full(len(pointer) - 1, -1, np.int32)
    for g in range(first, last):
        at = pointer[g]
        end = at
        for p in range(starts[g], starts[g + 1]):
            e = elements[p]
            for i in range(offset[e], offset[e + 1]):
                h = items[i]
                if stamp[h] != g:
                    stamp[h] = g
                    neighbours[end] = h
                    end += 1
        if end - at > 256:
            neighbours[at:end].sort()
            continue
        for i in range(at + 1, end):
            h = neighbours[i]
            j = i - 1
            while j >= at and neighbours[j] > h:
                neighbours[j + 1] = neighbours[j]
                j -= 1
            neighbours[j + 1] = h


@compiled
def list_columns(first, last, pointer, neighbours, unknown, rows, columns):
    """Columns of the matrix: the unknowns ``unknown[g] : unknown[g + 1]`` of the neighbours of each row's group."""
    for g in range(first, last):
        for u in range(unknown[g], unknown[g + 1]):
            at = rows[u]
            for p in range(pointer[g], pointer[g + 1]):
                h = neighbours[p]
                for c in range(unknown[h], unknown[h + 1]):
                    columns[at] = c
                    at += 1


@compiled
def plane_gradients(first, last, points, cells, slopes, values, table, weights, circle, gradients, hoop, volume):
    """Gradients (m, q, k, 2) and volume (m, q) of plane elements; around the axis also the functions over the radius.

    ``slopes`` (q, j, 2) and ``values`` (q, j) belong to the geometry, ``table`` (q, k, 2) to the displacement. ``hoop`` holds
    the functions (q, k) of the displacement in its first row.
    """
    for e in range(first, last):
        for q in range(len(weights)):
            a = b = c = d = r = 0.0
            for j in range(cells.shape[1]):
                x, y = points[cells[e, j], 0], points[cells[e, j], 1]
                a += x * slopes[q, j, 0]
                b += x * slopes[q, j, 1]
                c += y * slopes[q, j, 0]
                d += y * slopes[q, j, 1]
                r += x * values[q, j]
            det = a * d - b * c
            for i in range(table.shape[1]):
                s, t = table[q, i, 0], table[q, i, 1]
                gradients[e, q, i, 0] = (s * d - t * c) / det
                gradients[e, q, i, 1] = (t * a - s * b) / det
            volume[e, q] = det * weights[q]
            if circle:
                volume[e, q] *= 2 * np.pi * r
                for i in range(table.shape[1]):
                    hoop[e + 1, q, i] = hoop[0, q, i] / r


@compiled
def space_gradients(first, last, points, cells, slopes, table, weights, gradients, volume):
    """Gradients (m, q, k, 3) and volume (m, q) of elements in space."""
    jacobian, inverse = np.empty((3, 3)), np.empty((3, 3))
    for e in range(first, last):
        for q in range(len(weights)):
            jacobian[:] = 0
            for j in range(cells.shape[1]):
                for r in range(3):
                    for s in range(3):
                        jacobian[r, s] += points[cells[e, j], r] * slopes[q, j, s]
            for r in range(3):
                for s in range(3):
                    r1, r2, s1, s2 = (r + 1) % 3, (r + 2) % 3, (s + 1) % 3, (s + 2) % 3
                    inverse[s, r] = jacobian[r1, s1] * jacobian[r2, s2] - jacobian[r1, s2] * jacobian[r2, s1]
            det = jacobian[0, 0] * inverse[0, 0] + jacobian[0, 1] * inverse[1, 0] + jacobian[0, 2] * inverse[2, 0]
            for i in range(table.shape[1]):
                for r in range(3):
                    gradients[e, q, i, r] = (
                        table[q, i, 0] * inverse[0, r] + table[q, i, 1] * inverse[1, r] + table[q, i, 2] * inverse[2, r]
                    ) / det
            volume[e, q] = det * weights[q]


@inlined
def _plane_point(e, a, q, gradients, hoop, volume, c, found):
    """Add to the 2 x 2 blocks ``found`` (k, 4) of node a of element e what its point q has, stiffness ``c`` (4, 4).

    Comes back with the stress zz that the node's motions along x and y make, times the volume.
    """
    k, circle = len(found), len(hoop) > 0
    w = volume[e, q]
    x, y = w * gradients[e, q, a, 0], w * gradients[e, q, a, 1]
    h = w * hoop[e + 1, q, a] if circle else 0.0
    ax = c[0, 0] * x + c[0, 2] * h + c[0, 3] * y
    ay = c[1, 0] * x + c[1, 2] * h + c[1, 3] * y
    az = c[2, 0] * x + c[2, 2] * h + c[2, 3] * y
    axy = c[3, 0] * x + c[3, 2] * h + c[3, 3] * y
    bx = c[0, 1] * y + c[0, 3] * x
    by = c[1, 1] * y + c[1, 3] * x
    bz = c[2, 1] * y + c[2, 3] * x
    bxy = c[3, 1] * y + c[3, 3] * x
    for b in range(k):
        s, t = gradients[e, q, b, 0], gradients[e, q, b, 1]
        found[b, 0] += ax * s + axy * t
        found[b, 1] += ay * t + axy * s
        found[b, 2] += bx * s + bxy * t
        found[b, 3] += by * t + bxy * s
    if circle:
        for b in range(k):
            found[b, 0] += az * hoop[e + 1, q, b]
            found[b, 2] += bz * hoop[e + 1, q, b]
    return az, bz


@compiled
def fill_plane(
    first,
    last,
    pointer,
    neighbours,
    rows,
    starts,
    elements,
    cells,
    gradients,
    hoop,
    volume,
    laws,
    law,
    step,
    uniform,
    data,
):
    """Add plane elements to the rows of nodes: strain xx, yy, zz, xy; ``laws`` (l, 4, 4), ``law[e] + step[e] q`` at point q.

    With ``hoop`` (m + 1, q, k) the strain zz is that around the axis; with ``uniform`` the last column is a uniform strain zz.
    """
    k = cells.shape[1]
    place = np.empty(len(pointer), np.int32)
    found = np.empty((k, 4))
    for v in range(first, last):
        for p in range(pointer[v], pointer[v + 1]):
            place[neighbours[p]] = p - pointer[v]
        upper, lower = rows[2 * v], rows[2 * v + 1]
        last_x = last_y = 0.0
        for p in range(starts[v], starts[v + 1]):
            e = elements[p]
            a = 0
            while cells[e, a] != v:
                a += 1
            found[:] = 0
            for q in range(volume.shape[1]):
                az, bz = _plane_point(e, a, q, gradients, hoop, volume, laws[law[e] + step[e] * q], found)
                last_x += az
                last_y += bz
            for b in range(k):
                at = 2 * place[cells[e, b]]
                data[upper + at] += found[b, 0]
                data[upper + at + 1] += found[b, 1]
                data[lower + at] += found[b, 2]
                data[lower + at + 1] += found[b, 3]
        if uniform:
            data[lower - 1] += last_x
            data[rows[2 * v + 2] - 1] += last_y


@compiled
def fill_space(
    first, last, pointer, neighbours, rows, starts, elements, cells, gradients, volume, laws, law, step, data
):
    """Add elements in space to the rows of nodes; ``laws`` (l, 6, 6) as in ``fill_plane``."""
    k = cells.shape[1]
    place = np.empty(len(pointer), np.int32)
    found, stress = np.empty((k, 3, 3)), np.empty((3, 6))
    for v in range(first, last):
        for p in range(pointer[v], pointer[v + 1]):
            place[neighbours[p]] = p - pointer[v]
        for p in range(starts[v], starts[v + 1]):
            e = elements[p]
            a = 0
            while cells[e, a] != v:
                a += 1
            found[:] = 0
            for q in range(volume.shape[1]):
                w, c = volume[e, q], laws[law[e] + step[e] * q]
                x, y, z = w * gradients[e, q, a, 0], w * gradients[e, q, a, 1], w * gradients[e, q, a, 2]
                for i in range(6):
                    stress[0, i] = c[i, 0] * x + c[i, 5] * y + c[i, 4] * z
                    stress[1, i] = c[i, 1] * y + c[i, 5] * x + c[i, 3] * z
                    stress[2, i] = c[i, 2] * z + c[i, 4] * x + c[i, 3] * y
                for b in range(k):
                    r, s, t = gradients[e, q, b, 0], gradients[e, q, b, 1], gradients[e, q, b, 2]
                    for i in range(3):
                        found[b, i, 0] += stress[i, 0] * r + stress[i, 5] * s + stress[i, 4] * t
                        found[b, i, 1] += stress[i, 1] * s + stress[i, 5] * r + stress[i, 3] * t
                        found[b, i, 2] += stress[i, 2] * t + stress[i, 4] * r + stress[i, 3] * s
            for b in range(k):
                at = 3 * place[cells[e, b]]
                for i in range(3):
                    row = rows[3 * v + i] + at
                    for j in range(3):
                        data[row + j] += found[b, i, j]


@compiled
def scatter(matrices, dofs, rows, columns, data):
    """Add matrices (m, n, n) of elements with the unknowns (m, n) to a matrix whose pattern holds them."""
    for e in range(len(dofs)):
        for i in range(dofs.shape[1]):
            start, stop = rows[dofs[e, i]], rows[dofs[e, i] + 1]
            for j in range(dofs.shape[1]):
                low, high = start, stop - 1
                wanted = dofs[e, j]
                while low < high:
                    middle = (low + high) // 2
                    if columns[middle] < wanted:
                        low = middle + 1
                    else:
                        high = middle
                data[low] += matrices[e, i, j]


@compiled
def count_kept(first, last, rows, columns, position, lower, counts):
    """How many entries of each row stay, ``position`` (N,) being the new number of an unknown or -1."""
    for u in range(first, last):
        if position[u] < 0:
            continue
        count = 0
        for p in range(rows[u], rows[u + 1]):
            h = position[columns[p]]
            if h >= 0 and (not lower or h >= position[u]):
                count += 1
        counts[position[u]] = count


@compiled
def copy_kept(first, last, rows, columns, data, position, lower, new_rows, new_columns, new_data):
    """Those entries, to the rows ``new_rows``."""
    for u in range(first, last):
        if position[u] < 0:
            continue
        at = new_rows[position[u]]
        for p in range(rows[u], rows[u + 1]):
            h = position[columns[p]]
            if h >= 0 and (not lower or h >= position[u]):
                new_columns[at] = h
                new_data[at] = data[p]
                at += 1
