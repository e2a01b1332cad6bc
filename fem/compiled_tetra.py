"""The stiffness of straight quadratic tetrahedra times a vector, without a matrix.

On a straight tetrahedron the strain of a quadratic displacement is linear: four values at the vertices carry all of it, and
the integral of stress times virtual strain is V/20 (sum over vertices + the vertex itself), exact for constant stiffness.
``LANES`` elements of one stiffness go through the arithmetic side by side.
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Final

import numpy as np

from tubewall.fem.compiled import compiled, inlined

# elements side by side; 16 float32 fill the widest vector registers
LANES: Final = 16
# rows of the table of a batch: 30 displacements, then 30 forces
_FORCE: Final = 30


@inlined
def _strain(x0, x1, x2, x3, y0, y1, y2, y3, z0, z1, z2, z3, g):
    """Voigt strain from the derivatives of u (x, y, z) by the barycentric coordinates, and their gradients g (9,)."""
    gx1, gy1, gz1, gx2, gy2, gz2, gx3, gy3, gz3 = g
    x1 -= x0
    x2 -= x0
    x3 -= x0
    y1 -= y0
    y2 -= y0
    y3 -= y0
    z1 -= z0
    z2 -= z0
    z3 -= z0
    return (
        x1 * gx1 + x2 * gx2 + x3 * gx3,
        y1 * gy1 + y2 * gy2 + y3 * gy3,
        z1 * gz1 + z2 * gz2 + z3 * gz3,
        y1 * gz1 + y2 * gz2 + y3 * gz3 + z1 * gy1 + z2 * gy2 + z3 * gy3,
        x1 * gz1 + x2 * gz2 + x3 * gz3 + z1 * gx1 + z2 * gx2 + z3 * gx3,
        x1 * gy1 + x2 * gy2 + x3 * gy3 + y1 * gx1 + y2 * gx2 + y3 * gx3,
    )


@inlined
def _forces(e, s, c, g):
    """What the stress c (e + s) does on the barycentric directions 0 to 3: (x0..x3, y0..y3, z0..z3)."""
    gx1, gy1, gz1, gx2, gy2, gz2, gx3, gy3, gz3 = g
    a, b, d, p, q, r = e[0] + s[0], e[1] + s[1], e[2] + s[2], e[3] + s[3], e[4] + s[4], e[5] + s[5]
    xx = c[0] * a + c[1] * b + c[2] * d + c[3] * p + c[4] * q + c[5] * r
    yy = c[1] * a + c[6] * b + c[7] * d + c[8] * p + c[9] * q + c[10] * r
    zz = c[2] * a + c[7] * b + c[11] * d + c[12] * p + c[13] * q + c[14] * r
    yz = c[3] * a + c[8] * b + c[12] * d + c[15] * p + c[16] * q + c[17] * r
    xz = c[4] * a + c[9] * b + c[13] * d + c[16] * p + c[18] * q + c[19] * r
    xy = c[5] * a + c[10] * b + c[14] * d + c[17] * p + c[19] * q + c[20] * r
    x1, x2, x3 = xx * gx1 + xy * gy1 + xz * gz1, xx * gx2 + xy * gy2 + xz * gz2, xx * gx3 + xy * gy3 + xz * gz3
    y1, y2, y3 = xy * gx1 + yy * gy1 + yz * gz1, xy * gx2 + yy * gy2 + yz * gz2, xy * gx3 + yy * gy3 + yz * gz3
    z1, z2, z3 = xz * gx1 + yz * gy1 + zz * gz1, xz * gx2 + yz * gy2 + zz * gz2, xz * gx3 + yz * gy3 + zz * gz3
    return -(x1 + x2 + x3), x1, x2, x3, -(y1 + y2 + y3), y1, y2, y3, -(z1 + z2 + z3), z1, z2, z3


@inlined
def _sum(a, b, c, d):
    """The sum of four strains."""
    return (
        a[0] + b[0] + c[0] + d[0],
        a[1] + b[1] + c[1] + d[1],
        a[2] + b[2] + c[2] + d[2],
        a[3] + b[3] + c[3] + d[3],
        a[4] + b[4] + c[4] + d[4],
        a[5] + b[5] + c[5] + d[5],
    )


@compiled
def _batch(w, gradients, start, constants, law):
    """Forces (rows 30 to 59 of w) of the displacements (rows 0 to 29) in ``LANES`` elements."""
    three, four = w.dtype.type(3), w.dtype.type(4)
    c = constants[law : law + 21]
    for i in range(LANES):
        # fmt: off
        g = (
            gradients[start + i], gradients[start + 1 * LANES + i], gradients[start + 2 * LANES + i],
            gradients[start + 3 * LANES + i], gradients[start + 4 * LANES + i], gradients[start + 5 * LANES + i],
            gradients[start + 6 * LANES + i], gradients[start + 7 * LANES + i], gradients[start + 8 * LANES + i],
        )
        x0, x1, x2, x3 = w[i], w[3 * LANES + i], w[6 * LANES + i], w[9 * LANES + i]
        x01, x12, x02 = four * w[12 * LANES + i], four * w[15 * LANES + i], four * w[18 * LANES + i]
        x03, x13, x23 = four * w[21 * LANES + i], four * w[24 * LANES + i], four * w[27 * LANES + i]
        y0, y1, y2, y3 = w[LANES + i], w[4 * LANES + i], w[7 * LANES + i], w[10 * LANES + i]
        y01, y12, y02 = four * w[13 * LANES + i], four * w[16 * LANES + i], four * w[19 * LANES + i]
        y03, y13, y23 = four * w[22 * LANES + i], four * w[25 * LANES + i], four * w[28 * LANES + i]
        z0, z1, z2, z3 = w[2 * LANES + i], w[5 * LANES + i], w[8 * LANES + i], w[11 * LANES + i]
        z01, z12, z02 = four * w[14 * LANES + i], four * w[17 * LANES + i], four * w[20 * LANES + i]
        z03, z13, z23 = four * w[23 * LANES + i], four * w[26 * LANES + i], four * w[29 * LANES + i]
        e0 = _strain(three * x0, x01 - x1, x02 - x2, x03 - x3, three * y0, y01 - y1, y02 - y2, y03 - y3,
                     three * z0, z01 - z1, z02 - z2, z03 - z3, g)
        e1 = _strain(x01 - x0, three * x1, x12 - x2, x13 - x3, y01 - y0, three * y1, y12 - y2, y13 - y3,
                     z01 - z0, three * z1, z12 - z2, z13 - z3, g)
        e2 = _strain(x02 - x0, x12 - x1, three * x2, x23 - x3, y02 - y0, y12 - y1, three * y2, y23 - y3,
                     z02 - z0, z12 - z1, three * z2, z23 - z3, g)
        e3 = _strain(x03 - x0, x13 - x1, x23 - x2, three * x3, y03 - y0, y13 - y1, y23 - y2, three * y3,
                     z03 - z0, z13 - z1, z23 - z2, three * z3, g)
        s = _sum(e0, e1, e2, e3)
        x0, x1, x2, x3, y0, y1, y2, y3, z0, z1, z2, z3 = _forces(e0, s, c, g)
        fx0, fx01, fx1, fx02, fx2, fx03, fx3 = three * x0, x1, -x1, x2, -x2, x3, -x3
        fy0, fy01, fy1, fy02, fy2, fy03, fy3 = three * y0, y1, -y1, y2, -y2, y3, -y3
        fz0, fz01, fz1, fz02, fz2, fz03, fz3 = three * z0, z1, -z1, z2, -z2, z3, -z3
        x0, x1, x2, x3, y0, y1, y2, y3, z0, z1, z2, z3 = _forces(e1, s, c, g)
        fx12, fx13 = x2, x3
        fx01, fx0, fx1, fx2, fx3 = fx01 + x0, fx0 - x0, fx1 + three * x1, fx2 - x2, fx3 - x3
        fy12, fy13 = y2, y3
        fy01, fy0, fy1, fy2, fy3 = fy01 + y0, fy0 - y0, fy1 + three * y1, fy2 - y2, fy3 - y3
        fz12, fz13 = z2, z3
        fz01, fz0, fz1, fz2, fz3 = fz01 + z0, fz0 - z0, fz1 + three * z1, fz2 - z2, fz3 - z3
        x0, x1, x2, x3, y0, y1, y2, y3, z0, z1, z2, z3 = _forces(e2, s, c, g)
        fx23 = x3
        fx02, fx0, fx12, fx1, fx2, fx3 = fx02 + x0, fx0 - x0, fx12 + x1, fx1 - x1, fx2 + three * x2, fx3 - x3
        fy23 = y3
        fy02, fy0, fy12, fy1, fy2, fy3 = fy02 + y0, fy0 - y0, fy12 + y1, fy1 - y1, fy2 + three * y2, fy3 - y3
        fz23 = z3
        fz02, fz0, fz12, fz1, fz2, fz3 = fz02 + z0, fz0 - z0, fz12 + z1, fz1 - z1, fz2 + three * z2, fz3 - z3
        x0, x1, x2, x3, y0, y1, y2, y3, z0, z1, z2, z3 = _forces(e3, s, c, g)
        fx03, fx0, fx13, fx1, fx23, fx2, fx3 = fx03 + x0, fx0 - x0, fx13 + x1, fx1 - x1, fx23 + x2, fx2 - x2, fx3 + three * x3
        fy03, fy0, fy13, fy1, fy23, fy2, fy3 = fy03 + y0, fy0 - y0, fy13 + y1, fy1 - y1, fy23 + y2, fy2 - y2, fy3 + three * y3
        fz03, fz0, fz13, fz1, fz23, fz2, fz3 = fz03 + z0, fz0 - z0, fz13 + z1, fz1 - z1, fz23 + z2, fz2 - z2, fz3 + three * z3
        w[30 * LANES + i], w[31 * LANES + i], w[32 * LANES + i] = fx0, fy0, fz0
        w[33 * LANES + i], w[34 * LANES + i], w[35 * LANES + i] = fx1, fy1, fz1
        w[36 * LANES + i], w[37 * LANES + i], w[38 * LANES + i] = fx2, fy2, fz2
        w[39 * LANES + i], w[40 * LANES + i], w[41 * LANES + i] = fx3, fy3, fz3
        w[42 * LANES + i], w[43 * LANES + i], w[44 * LANES + i] = four * fx01, four * fy01, four * fz01
        w[45 * LANES + i], w[46 * LANES + i], w[47 * LANES + i] = four * fx12, four * fy12, four * fz12
        w[48 * LANES + i], w[49 * LANES + i], w[50 * LANES + i] = four * fx02, four * fy02, four * fz02
        w[51 * LANES + i], w[52 * LANES + i], w[53 * LANES + i] = four * fx03, four * fy03, four * fz03
        w[54 * LANES + i], w[55 * LANES + i], w[56 * LANES + i] = four * fx13, four * fy13, four * fz13
        w[57 * LANES + i], w[58 * LANES + i], w[59 * LANES + i] = four * fx23, four * fy23, four * fz23
        # fmt: on


@compiled
def tetra_product(
    first, last, u, y, shared, inner, faces, face_nodes, chunk, batches, local, gradients, laws, constants, size
):
    """Forces of the displacement ``u`` (3 n,) on the nodes of chunks ``first`` to ``last`` of a group of elements.

    A chunk writes the nodes that are its own into ``y`` and its part of nodes it shares into ``shared``.
    """
    mine = np.zeros(3 * (size + 1), u.dtype)
    forces = np.empty(3 * (size + 1), u.dtype)
    w = np.zeros(60 * LANES, u.dtype)
    for k in range(first, last):
        n = chunk + k
        own, some = 3 * (inner[n + 1] - inner[n]), faces[n + 1] - faces[n]
        load(mine, forces, u, 3 * inner[n], own, face_nodes, faces[n], some)
        for b in range(batches[k], batches[k + 1]):
            for a in range(10):
                for i in range(LANES):
                    at, row = local[b, a, i], 3 * a * LANES + i
                    w[row] = mine[at]
                    w[row + LANES] = mine[at + 1]
                    w[row + 2 * LANES] = mine[at + 2]
            _batch(w, gradients, b * 9 * LANES, constants, 21 * laws[b])
            for a in range(10):
                for i in range(LANES):
                    at, row = local[b, a, i], (_FORCE + 3 * a) * LANES + i
                    forces[at] += w[row]
                    forces[at + 1] += w[row + LANES]
                    forces[at + 2] += w[row + 2 * LANES]
        y[3 * inner[n] : 3 * inner[n] + own] = forces[:own]
        shared[3 * faces[n] : 3 * faces[n + 1]] = forces[own : own + 3 * some]


@compiled
def load(mine, forces, u, start, own, face_nodes, at, some):
    """Copy the displacement of a chunk's nodes, its own first and then those it shares, and clear its forces."""
    mine[:own] = u[start : start + own]
    for j in range(some):
        node = 3 * face_nodes[at + j]
        for d in range(3):
            mine[own + 3 * j + d] = u[node + d]
    forces[: own + 3 * some] = 0


@compiled
def tetra_gradients(first, last, points, cells, place, out, measures):
    """Gradients of barycentric coordinates 1 to 3 times sqrt(V / 20) into ``out`` (batches, 9, LANES), and 6 V."""
    for e in range(first, last):
        o = cells[e, 0]
        ax, ay, az = (
            points[cells[e, 1], 0] - points[o, 0],
            points[cells[e, 1], 1] - points[o, 1],
            points[cells[e, 1], 2] - points[o, 2],
        )
        bx, by, bz = (
            points[cells[e, 2], 0] - points[o, 0],
            points[cells[e, 2], 1] - points[o, 1],
            points[cells[e, 2], 2] - points[o, 2],
        )
        cx, cy, cz = (
            points[cells[e, 3], 0] - points[o, 0],
            points[cells[e, 3], 1] - points[o, 1],
            points[cells[e, 3], 2] - points[o, 2],
        )
        px, py, pz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        det = ax * px + ay * py + az * pz
        measures[e] = det
        f = np.sqrt(abs(det) / 120.0) / det
        b, i = place[e] // LANES, place[e] % LANES
        out[b, 0, i], out[b, 1, i], out[b, 2, i] = f * px, f * py, f * pz
        out[b, 3, i], out[b, 4, i], out[b, 5, i] = (
            f * (cy * az - cz * ay),
            f * (cz * ax - cx * az),
            f * (cx * ay - cy * ax),
        )
        out[b, 6, i], out[b, 7, i], out[b, 8, i] = (
            f * (ay * bz - az * by),
            f * (az * bx - ax * bz),
            f * (ax * by - ay * bx),
        )
