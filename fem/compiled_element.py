"""The stiffness of curved and of hexahedral, prismatic and linear elements times a vector, without a matrix.

The shape functions come as a table at the points of a quadrature rule; ``LANES`` elements go side by side.
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled
from tubewall.fem.compiled_tetra import LANES, load


@compiled
def _gradient(h, table, q, u):
    """H (9 LANES) = derivatives of the displacement u (3 k LANES) by the reference coordinates at point q."""
    h[:] = 0
    k = table.shape[1]
    thirds = k // 3 * 3
    # three nodes at a time: the sums are read and written a third as often
    for a in range(0, thirds, 3):
        tx, ty, tz = table[q, a, 0], table[q, a, 1], table[q, a, 2]
        rx, ry, rz = table[q, a + 1, 0], table[q, a + 1, 1], table[q, a + 1, 2]
        sx, sy, sz = table[q, a + 2, 0], table[q, a + 2, 1], table[q, a + 2, 2]
        for c in range(3):
            row, at = (3 * a + c) * LANES, 3 * c * LANES
            for i in range(LANES):
                x, y, z = u[row + i], u[row + 3 * LANES + i], u[row + 6 * LANES + i]
                h[at + i] += tx * x + rx * y + sx * z
                h[at + LANES + i] += ty * x + ry * y + sy * z
                h[at + 2 * LANES + i] += tz * x + rz * y + sz * z
    for a in range(thirds, k):
        tx, ty, tz = table[q, a, 0], table[q, a, 1], table[q, a, 2]
        for c in range(3):
            row, at = (3 * a + c) * LANES, 3 * c * LANES
            for i in range(LANES):
                x = u[row + i]
                h[at + i] += tx * x
                h[at + LANES + i] += ty * x
                h[at + 2 * LANES + i] += tz * x


@compiled
def _divergence(f, table, q, h):
    """Add to the forces f (3 k LANES) what the stress h (9 LANES) on the reference coordinates does at point q."""
    for a in range(table.shape[1]):
        tx, ty, tz = table[q, a, 0], table[q, a, 1], table[q, a, 2]
        for c in range(3):
            row, at = (3 * a + c) * LANES, 3 * c * LANES
            for i in range(LANES):
                f[row + i] += tx * h[at + i] + ty * h[at + LANES + i] + tz * h[at + 2 * LANES + i]


@compiled
def _divergence_of_three(f, table, q, h0, h1, h2):
    """As ``_divergence`` of the points q, q + 1 and q + 2 at once: the forces are read and written a third as often."""
    for a in range(table.shape[1]):
        tx, ty, tz = table[q, a, 0], table[q, a, 1], table[q, a, 2]
        rx, ry, rz = table[q + 1, a, 0], table[q + 1, a, 1], table[q + 1, a, 2]
        sx, sy, sz = table[q + 2, a, 0], table[q + 2, a, 1], table[q + 2, a, 2]
        for c in range(3):
            row, at = (3 * a + c) * LANES, 3 * c * LANES
            for i in range(LANES):
                f[row + i] += (
                    (tx * h0[at + i] + ty * h0[at + LANES + i] + tz * h0[at + 2 * LANES + i])
                    + (rx * h1[at + i] + ry * h1[at + LANES + i] + rz * h1[at + 2 * LANES + i])
                    + (sx * h2[at + i] + sy * h2[at + LANES + i] + sz * h2[at + 2 * LANES + i])
                )


@compiled
def _strain(e, h, jacobian, at):
    """Voigt strain e (6 LANES) from h and the inverse Jacobian (9 LANES from ``at``)."""
    for i in range(LANES):
        a, b, c = jacobian[at + i], jacobian[at + LANES + i], jacobian[at + 2 * LANES + i]
        d, f, g = jacobian[at + 3 * LANES + i], jacobian[at + 4 * LANES + i], jacobian[at + 5 * LANES + i]
        k, m, n = jacobian[at + 6 * LANES + i], jacobian[at + 7 * LANES + i], jacobian[at + 8 * LANES + i]
        x, y, z = h[i], h[LANES + i], h[2 * LANES + i]
        p, q, r = h[3 * LANES + i], h[4 * LANES + i], h[5 * LANES + i]
        s, t, u = h[6 * LANES + i], h[7 * LANES + i], h[8 * LANES + i]
        e[i] = x * a + y * d + z * k
        e[LANES + i] = p * b + q * f + r * m
        e[2 * LANES + i] = s * c + t * g + u * n
        e[3 * LANES + i] = p * c + q * g + r * n + s * b + t * f + u * m
        e[4 * LANES + i] = x * c + y * g + z * n + s * a + t * d + u * k
        e[5 * LANES + i] = x * b + y * f + z * m + p * a + q * d + r * k


@compiled
def _stress(s, e, constants, laws, at, weight):
    """S (6 LANES) = ``weight`` times the stress of the strain e; ``laws`` from ``at`` says which constants a lane has."""
    for i in range(1, LANES):
        if laws[at + i] != laws[at]:
            s[:] = 0
            for j in range(LANES):
                law = 36 * laws[at + j]
                for m in range(6):
                    for n in range(6):
                        s[m * LANES + j] += weight * constants[law + 6 * m + n] * e[n * LANES + j]
            return
    law = 36 * laws[at]
    for m in range(6):
        row = law + 6 * m
        a, b, c = weight * constants[row], weight * constants[row + 1], weight * constants[row + 2]
        d, f, g = weight * constants[row + 3], weight * constants[row + 4], weight * constants[row + 5]
        for i in range(LANES):
            s[m * LANES + i] = (a * e[i] + b * e[LANES + i] + c * e[2 * LANES + i]) + (
                d * e[3 * LANES + i] + f * e[4 * LANES + i] + g * e[5 * LANES + i]
            )


@compiled
def _pull(h, s, jacobian, at):
    """H (9 LANES) = the stress s times the volume factor (row 9 of ``jacobian``) on the reference coordinates."""
    for i in range(LANES):
        v = jacobian[at + 9 * LANES + i]
        xx, yy, zz = v * s[i], v * s[LANES + i], v * s[2 * LANES + i]
        yz, xz, xy = v * s[3 * LANES + i], v * s[4 * LANES + i], v * s[5 * LANES + i]
        a, b, c = jacobian[at + i], jacobian[at + LANES + i], jacobian[at + 2 * LANES + i]
        d, f, g = jacobian[at + 3 * LANES + i], jacobian[at + 4 * LANES + i], jacobian[at + 5 * LANES + i]
        k, m, n = jacobian[at + 6 * LANES + i], jacobian[at + 7 * LANES + i], jacobian[at + 8 * LANES + i]
        h[i], h[LANES + i], h[2 * LANES + i] = (
            xx * a + xy * b + xz * c,
            xx * d + xy * f + xz * g,
            xx * k + xy * m + xz * n,
        )
        h[3 * LANES + i] = xy * a + yy * b + yz * c
        h[4 * LANES + i] = xy * d + yy * f + yz * g
        h[5 * LANES + i] = xy * k + yy * m + yz * n
        h[6 * LANES + i] = xz * a + yz * b + zz * c
        h[7 * LANES + i] = xz * d + yz * f + zz * g
        h[8 * LANES + i] = xz * k + yz * m + zz * n


@compiled
def pushed(h, e, s, jacobian, at, constants, laws, of, weight):
    """H (9 LANES) of the displacement becomes ``weight`` times that of its stress; e and s (6 LANES) are room for it."""
    for i in range(1, LANES):
        if laws[of + i] != laws[of]:
            _strain(e, h, jacobian, at)
            _stress(s, e, constants, laws, of, weight)
            _pull(h, s, jacobian, at)
            return
    # the three steps at once for lanes of one stiffness: nothing of them is stored on the way
    law = constants[36 * laws[of] : 36 * laws[of] + 36]
    j = jacobian[at : at + 10 * LANES]
    c00, c01, c02, c03, c04, c05 = law[0], law[1], law[2], law[3], law[4], law[5]
    c11, c12, c13, c14, c15 = law[7], law[8], law[9], law[10], law[11]
    c22, c23, c24, c25 = law[14], law[15], law[16], law[17]
    c33, c34, c35, c44, c45, c55 = law[21], law[22], law[23], law[28], law[29], law[35]
    for i in range(LANES):
        a, b, c = j[i], j[LANES + i], j[2 * LANES + i]
        d, f, g = j[3 * LANES + i], j[4 * LANES + i], j[5 * LANES + i]
        k, m, n = j[6 * LANES + i], j[7 * LANES + i], j[8 * LANES + i]
        x, y, z = h[i], h[LANES + i], h[2 * LANES + i]
        p, q, r = h[3 * LANES + i], h[4 * LANES + i], h[5 * LANES + i]
        o, t, u = h[6 * LANES + i], h[7 * LANES + i], h[8 * LANES + i]
        e0 = x * a + y * d + z * k
        e1 = p * b + q * f + r * m
        e2 = o * c + t * g + u * n
        e3 = p * c + q * g + r * n + o * b + t * f + u * m
        e4 = x * c + y * g + z * n + o * a + t * d + u * k
        e5 = x * b + y * f + z * m + p * a + q * d + r * k
        v = weight * j[9 * LANES + i]
        xx = v * ((c00 * e0 + c01 * e1 + c02 * e2) + (c03 * e3 + c04 * e4 + c05 * e5))
        yy = v * ((c01 * e0 + c11 * e1 + c12 * e2) + (c13 * e3 + c14 * e4 + c15 * e5))
        zz = v * ((c02 * e0 + c12 * e1 + c22 * e2) + (c23 * e3 + c24 * e4 + c25 * e5))
        yz = v * ((c03 * e0 + c13 * e1 + c23 * e2) + (c33 * e3 + c34 * e4 + c35 * e5))
        xz = v * ((c04 * e0 + c14 * e1 + c24 * e2) + (c34 * e3 + c44 * e4 + c45 * e5))
        xy = v * ((c05 * e0 + c15 * e1 + c25 * e2) + (c35 * e3 + c45 * e4 + c55 * e5))
        h[i], h[LANES + i], h[2 * LANES + i] = (
            xx * a + xy * b + xz * c,
            xx * d + xy * f + xz * g,
            xx * k + xy * m + xz * n,
        )
        h[3 * LANES + i] = xy * a + yy * b + yz * c
        h[4 * LANES + i] = xy * d + yy * f + yz * g
        h[5 * LANES + i] = xy * k + yy * m + yz * n
        h[6 * LANES + i] = xz * a + yz * b + zz * c
        h[7 * LANES + i] = xz * d + yz * f + zz * g
        h[8 * LANES + i] = xz * k + yz * m + zz * n


@compiled
def element_product(
    first,
    last,
    u,
    y,
    shared,
    inner,
    faces,
    face_nodes,
    chunk,
    batches,
    local,
    jacobians,
    laws,
    constants,
    size,
    table,
    weights,
):
    """Forces of the displacement ``u`` (3 n,) on the nodes of chunks ``first`` to ``last`` of a group of elements.

    ``jacobians`` (batches, points or 1, 10, LANES) inverse and determinant; ``laws`` (batches, points or 1, LANES) the rows
    of ``constants`` (laws, 36); ``table`` (points, k, 3) and ``weights`` (points,) the rule.
    """
    k = table.shape[1]
    points, some_jacobians, some_laws = len(weights), jacobians.shape[1], laws.shape[1]
    jacobian, law = jacobians.ravel(), laws.ravel()
    mine = np.zeros(3 * (size + 1), u.dtype)
    forces = np.empty(3 * (size + 1), u.dtype)
    w, f = np.zeros(3 * k * LANES, u.dtype), np.zeros(3 * k * LANES, u.dtype)
    h, e, s = np.zeros((3, 9 * LANES), u.dtype), np.zeros(6 * LANES, u.dtype), np.zeros(6 * LANES, u.dtype)
    thirds = points // 3 * 3
    for part in range(first, last):
        n = chunk + part
        own, some = 3 * (inner[n + 1] - inner[n]), faces[n + 1] - faces[n]
        load(mine, forces, u, 3 * inner[n], own, face_nodes, faces[n], some)
        for b in range(batches[part], batches[part + 1]):
            for a in range(k):
                for i in range(LANES):
                    at, row = local[b, a, i], 3 * a * LANES + i
                    w[row], w[row + LANES], w[row + 2 * LANES] = mine[at], mine[at + 1], mine[at + 2]
            f[:] = 0
            for q in range(points):
                at = (b * some_jacobians + (q if some_jacobians > 1 else 0)) * 10 * LANES
                _gradient(h[q % 3], table, q, w)
                of = (b * some_laws + (q if some_laws > 1 else 0)) * LANES
                pushed(h[q % 3], e, s, jacobian, at, constants, law, of, weights[q])
                if q >= thirds:
                    _divergence(f, table, q, h[q % 3])
                elif q % 3 == 2:
                    _divergence_of_three(f, table, q - 2, h[0], h[1], h[2])
            for a in range(k):
                for i in range(LANES):
                    at, row = local[b, a, i], 3 * a * LANES + i
                    forces[at] += f[row]
                    forces[at + 1] += f[row + LANES]
                    forces[at + 2] += f[row + 2 * LANES]
        y[3 * inner[n] : 3 * inner[n] + own] = forces[:own]
        shared[3 * faces[n] : 3 * faces[n + 1]] = forces[own : own + 3 * some]


@compiled
def element_jacobians(first, last, points, cells, table, out):
    """Inverse Jacobian d(reference)/d(place), row by row, and the determinant of the Jacobian, into ``out`` (m, points, 10)."""
    j = np.empty((3, 3))
    for e in range(first, last):
        for q in range(table.shape[0]):
            j[:] = 0
            for a in range(table.shape[1]):
                node = cells[e, a]
                for d in range(3):
                    for c in range(3):
                        j[c, d] += points[node, c] * table[q, a, d]
            a0 = j[1, 1] * j[2, 2] - j[1, 2] * j[2, 1]
            a1 = j[1, 2] * j[2, 0] - j[1, 0] * j[2, 2]
            a2 = j[1, 0] * j[2, 1] - j[1, 1] * j[2, 0]
            det = j[0, 0] * a0 + j[0, 1] * a1 + j[0, 2] * a2
            f = 1 / det
            out[e, q, 0] = f * a0
            out[e, q, 1] = f * (j[0, 2] * j[2, 1] - j[0, 1] * j[2, 2])
            out[e, q, 2] = f * (j[0, 1] * j[1, 2] - j[0, 2] * j[1, 1])
            out[e, q, 3] = f * a1
            out[e, q, 4] = f * (j[0, 0] * j[2, 2] - j[0, 2] * j[2, 0])
            out[e, q, 5] = f * (j[0, 2] * j[1, 0] - j[0, 0] * j[1, 2])
            out[e, q, 6] = f * a2
            out[e, q, 7] = f * (j[0, 1] * j[2, 0] - j[0, 0] * j[2, 1])
            out[e, q, 8] = f * (j[0, 0] * j[1, 1] - j[0, 1] * j[1, 0])
            out[e, q, 9] = det
