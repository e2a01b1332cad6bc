"""The stiffness of elements that are a plane element times a line, times a vector, one direction after the other.

Hexahedra of 27 nodes are a line times a line times a line, prisms of 18 a triangle times a line. Sums over the nodes are taken
along one direction at a time (Orszag, J. Comput. Phys. 37 (1980) 70), with a third of the operations of a table of all shape
functions. ``LANES`` elements go side by side.
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled, inlined
from tubewall.fem.compiled_element import pushed
from tubewall.fem.compiled_tetra import LANES, load


@inlined
def _along(m, a, s, ds, b, t, dt, length):
    """Rows t, t + dt, t + 2 dt of b = matrix m (3, 3) times the rows s, s + ds, s + 2 ds of a."""
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = (
        m[0, 0], m[0, 1], m[0, 2], m[1, 0], m[1, 1], m[1, 2], m[2, 0], m[2, 1], m[2, 2],
    )  # fmt: skip
    for i in range(length):
        x, y, z = a[s + i], a[s + ds + i], a[s + 2 * ds + i]
        b[t + i] = m0 * x + m1 * y + m2 * z
        b[t + dt + i] = m3 * x + m4 * y + m5 * z
        b[t + 2 * dt + i] = m6 * x + m7 * y + m8 * z


@inlined
def _back(m, n, a, b, f, length):
    """Rows of f (3, length) = transposed m times the rows of a plus transposed n times the rows of b."""
    m0, m1, m2, m3, m4, m5, m6, m7, m8 = (
        m[0, 0], m[1, 0], m[2, 0], m[0, 1], m[1, 1], m[2, 1], m[0, 2], m[1, 2], m[2, 2],
    )  # fmt: skip
    n0, n1, n2, n3, n4, n5, n6, n7, n8 = (
        n[0, 0], n[1, 0], n[2, 0], n[0, 1], n[1, 1], n[2, 1], n[0, 2], n[1, 2], n[2, 2],
    )  # fmt: skip
    for i in range(length):
        x, y, z = a[i], a[length + i], a[2 * length + i]
        p, q, r = b[i], b[length + i], b[2 * length + i]
        f[i] = (m0 * x + m1 * y + m2 * z) + (n0 * p + n1 * q + n2 * r)
        f[length + i] = (m3 * x + m4 * y + m5 * z) + (n3 * p + n4 * q + n5 * r)
        f[2 * length + i] = (m6 * x + m7 * y + m8 * z) + (n6 * p + n7 * q + n8 * r)


@compiled
def _square_gradients(g, value, slope, v, d, t):
    """G (9 points, 9 LANES) of a square of 3 x 3 nodes from the values v and slopes d (9 nodes, 3 LANES) on its plane."""
    row, each = 9 * LANES, 3 * LANES
    _along(value, v, 0, row, t[0], 0, row, row)
    _along(slope, v, 0, row, t[1], 0, row, row)
    _along(value, d, 0, row, t[2], 0, row, row)
    for y in range(3):
        for c in range(3):
            at, to = y * row + c * LANES, (27 * y + 3 * c) * LANES
            _along(slope, t[0], at, each, g, to, row, LANES)
            _along(value, t[1], at, each, g, to + LANES, row, LANES)
            _along(value, t[2], at, each, g, to + 2 * LANES, row, LANES)


@compiled
def _square_forces(g, value, slope, v, d, t):
    """The transpose of ``_square_gradients``: v and d from g."""
    row, each = 9 * LANES, 3 * LANES
    for y in range(3):
        for c in range(3):
            at, to = y * row + c * LANES, (27 * y + 3 * c) * LANES
            _along(slope.T, g, to, row, t[0], at, each, LANES)
            _along(value.T, g, to + LANES, row, t[1], at, each, LANES)
            _along(value.T, g, to + 2 * LANES, row, t[2], at, each, LANES)
    _back(value, slope, t[0], t[1], v, row)
    _along(value.T, t[2], 0, row, d, 0, row, row)


@compiled
def _triangle_gradients(g, values, slopes, v, d):
    """G (6 points, 9 LANES) of a triangle of 6 nodes from the values v and slopes d (6 nodes, 3 LANES) on its plane."""
    each = 3 * LANES
    for p in range(6):
        x, y, n = slopes[p, :, 0], slopes[p, :, 1], values[p]
        x0, x1, x2, x3, x4, x5 = x[0], x[1], x[2], x[3], x[4], x[5]
        y0, y1, y2, y3, y4, y5 = y[0], y[1], y[2], y[3], y[4], y[5]
        n0, n1, n2, n3, n4, n5 = n[0], n[1], n[2], n[3], n[4], n[5]
        for c in range(3):
            at, to = c * LANES, (9 * p + 3 * c) * LANES
            for i in range(LANES):
                r, s, t = v[at + i], v[at + each + i], v[at + 2 * each + i]
                k, m, o = v[at + 3 * each + i], v[at + 4 * each + i], v[at + 5 * each + i]
                g[to + i] = (x0 * r + x1 * s + x2 * t) + (x3 * k + x4 * m + x5 * o)
                g[to + LANES + i] = (y0 * r + y1 * s + y2 * t) + (y3 * k + y4 * m + y5 * o)
            for i in range(LANES):
                r, s, t = d[at + i], d[at + each + i], d[at + 2 * each + i]
                k, m, o = d[at + 3 * each + i], d[at + 4 * each + i], d[at + 5 * each + i]
                g[to + 2 * LANES + i] = (n0 * r + n1 * s + n2 * t) + (n3 * k + n4 * m + n5 * o)


@compiled
def _triangle_forces(g, values, slopes, v, d):
    """The transpose of ``_triangle_gradients``."""
    row = 9 * LANES
    for a in range(6):
        x, y, n = slopes[:, a, 0], slopes[:, a, 1], values[:, a]
        x0, x1, x2, x3, x4, x5 = x[0], x[1], x[2], x[3], x[4], x[5]
        y0, y1, y2, y3, y4, y5 = y[0], y[1], y[2], y[3], y[4], y[5]
        n0, n1, n2, n3, n4, n5 = n[0], n[1], n[2], n[3], n[4], n[5]
        for c in range(3):
            to, at = (3 * a + c) * LANES, 3 * c * LANES
            for i in range(LANES):
                v[to + i] = (x0 * g[at + i] + x1 * g[at + row + i] + x2 * g[at + 2 * row + i]) + (
                    x3 * g[at + 3 * row + i] + x4 * g[at + 4 * row + i] + x5 * g[at + 5 * row + i]
                )
            at += LANES
            for i in range(LANES):
                v[to + i] += (y0 * g[at + i] + y1 * g[at + row + i] + y2 * g[at + 2 * row + i]) + (
                    y3 * g[at + 3 * row + i] + y4 * g[at + 4 * row + i] + y5 * g[at + 5 * row + i]
                )
            at += LANES
            for i in range(LANES):
                d[to + i] = (n0 * g[at + i] + n1 * g[at + row + i] + n2 * g[at + 2 * row + i]) + (
                    n3 * g[at + 3 * row + i] + n4 * g[at + 4 * row + i] + n5 * g[at + 5 * row + i]
                )


@compiled
def extruded_product(
    first, last, u, y, shared, inner, faces, face_nodes, chunk, batches, local, jacobians, laws, constants, size,
    order, value, slope, values, slopes, places, weights,
):  # fmt: skip
    """As ``element_product``, for elements that are a plane element of k nodes and p points times a line of 3 and 3.

    ``order`` (3 k,) is the element's node of each node of the product, along the line slowest; ``value``, ``slope`` (3, 3)
    those of the line's functions at its points; ``values`` (p, k), ``slopes`` (p, k, 2) of the plane element, none when it is
    itself a line times a line; ``places`` (p, 3) the point of the rule.
    """  # fmt: skip
    some_jacobians, some_laws = jacobians.shape[1], laws.shape[1]
    plane, nodes, square = len(places), len(order) // 3, len(values) == 0
    jacobian, law = jacobians.ravel(), laws.ravel()
    mine = np.zeros(3 * (size + 1), u.dtype)
    forces = np.empty(3 * (size + 1), u.dtype)
    row = 3 * nodes * LANES
    w, f = np.zeros(3 * row, u.dtype), np.zeros(3 * row, u.dtype)
    v, d = np.zeros(3 * row, u.dtype), np.zeros(3 * row, u.dtype)
    g, t = np.zeros(9 * plane * LANES, u.dtype), np.zeros((3, 27 * LANES), u.dtype)
    e, s = np.zeros(6 * LANES, u.dtype), np.zeros(6 * LANES, u.dtype)
    for part in range(first, last):
        n = chunk + part
        own, some = 3 * (inner[n + 1] - inner[n]), faces[n + 1] - faces[n]
        load(mine, forces, u, 3 * inner[n], own, face_nodes, faces[n], some)
        for b in range(batches[part], batches[part + 1]):
            for a in range(3 * nodes):
                for i in range(LANES):
                    at, to = local[b, order[a], i], 3 * a * LANES + i
                    w[to], w[to + LANES], w[to + 2 * LANES] = mine[at], mine[at + 1], mine[at + 2]
            _along(value, w, 0, row, v, 0, row, row)
            _along(slope, w, 0, row, d, 0, row, row)
            for k in range(3):
                vk, dk = v[k * row : (k + 1) * row], d[k * row : (k + 1) * row]
                if square:
                    _square_gradients(g, value, slope, vk, dk, t)
                else:
                    _triangle_gradients(g, values, slopes, vk, dk)
                for p in range(plane):
                    q = places[p, k]
                    h = g[9 * p * LANES : 9 * (p + 1) * LANES]
                    at = (b * some_jacobians + (q if some_jacobians > 1 else 0)) * 10 * LANES
                    of = (b * some_laws + (q if some_laws > 1 else 0)) * LANES
                    pushed(h, e, s, jacobian, at, constants, law, of, weights[q])
                if square:
                    _square_forces(g, value, slope, vk, dk, t)
                else:
                    _triangle_forces(g, values, slopes, vk, dk)
            _back(value, slope, v, d, f, row)
            for a in range(3 * nodes):
                for i in range(LANES):
                    at, to = local[b, order[a], i], 3 * a * LANES + i
                    forces[at] += f[to]
                    forces[at + 1] += f[to + LANES]
                    forces[at + 2] += f[to + 2 * LANES]
        y[3 * inner[n] : 3 * inner[n] + own] = forces[:own]
        shared[3 * faces[n] : 3 * faces[n + 1]] = forces[own : own + 3 * some]
