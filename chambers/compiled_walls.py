"""Gas through walls listed row by row, and conjugate gradients for the pressures.

The linear system M x = b has M x = mass x + sum_j through_ij (x_i - x_j), symmetric and positive definite; it is divided by a
typical mass and a typical pressure, so that single precision will do for a correction.
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from tubewall.chambers.compiled_crew import BLOCK, Kernel, compiled, inlined

# sums within a block may be reordered: the block is the same whatever the number of threads
_FAST: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "nsz", "nnan", "reassoc"},
}


def descending(function: Kernel) -> Kernel:
    """A kernel of sums whose order within a block is the compiler's."""
    jit: Any = numba.njit
    try:
        kernel: Kernel = jit(cache=True, **_FAST)(function)
    except RuntimeError:
        kernel = jit(**_FAST)(function)
    return kernel


@inlined
def share_open(low, level):
    """How much of a pinhole is open: it closes over a thousandth of the height."""
    return min(max((low - level) * 1e3 + 0.5, 0.0), 1.0)


@compiled
def trade(
    first, last, indptr, indices, width, hole, hole_room, leaks, step, gas, balance, through, system, limits, unit, sums
):
    """Add to the balance what goes through walls and electrolyte, and set up the linear system in its units.

    leaks = (conductances, pressure outside), gas = (pressure, room, bend), balance = (mass, rest), limits = (noise, floor),
    unit = (typical mass, typical pressure). Into system = (heavy, ready, bound): the masses, the inverse of the diagonal, the
    balance that counts as 1.
    """
    (leak, outside), (pressure, room, bend), (mass, rest) = leaks, gas, balance
    heavy, ready, bound = system
    noise, floor = limits
    m0, p0 = unit
    for block in range(first, last):
        worst = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, pressure.size)):
            p, e = pressure[i], room[i]
            flow, total, more = 0.0, 0.0, 0.0
            for k in range(indptr[i], indptr[i + 1]):
                j = indices[k]
                g = step * width[k]
                drop = p - pressure[j]
                low = min(e, room[j])
                if e < room[j]:
                    # a chamber that gives way keeps its wall open: on the diagonal alone, the rest comes by iteration
                    more += max(g * bend[i] * drop, 0.0)
                g *= low
                if hole.size > 0 and hole[k] > 0.0:
                    g += step * hole[k] * share_open(low, hole_room[k])
                through[k] = g / m0
                flow += g * drop
                total += g
            out = 0.0
            if leak.size > 0:
                out = step * leak[i]
            left = rest[i] + flow + out * (p - outside)
            m = mass[i] + more + out
            rest[i] = left
            heavy[i], ready[i] = m / m0, m0 / (m + total)
            # what rounding leaves of large flows both ways is no error of the balance
            limit = (abs(p) + floor) * (m + noise * total)
            bound[i] = limit / (m0 * p0)
            worst = max(worst, abs(left) / limit)
        sums[block, 2] = worst


@descending
def start_descent(first, last, rest, push, volt, scale, ready, bound, x, r, z, p, sums):
    """Right hand side (push volt - rest) scale from x = 0, preconditioned by the diagonal."""
    for block in range(first, last):
        product, worst = 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, x.size)):
            x[i] = 0.0
            r[i] = (push[i] * volt - rest[i]) * scale
            z[i] = r[i] * ready[i]
            p[i] = z[i]
            product += np.float64(r[i]) * np.float64(z[i])
            worst = max(worst, abs(r[i]) / bound[i])
        sums[block, 0], sums[block, 1] = product, worst


@descending
def multiply(first, last, indptr, indices, through, heavy, p, q, sums):
    """Q = M p and p . q."""
    for block in range(first, last):
        product = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, p.size)):
            own = p[i]
            total = heavy[i] * own
            for k in range(indptr[i], indptr[i + 1]):
                total += through[k] * (own - p[indices[k]])
            q[i] = total
            product += np.float64(total) * np.float64(own)
        sums[block, 0] = product


@descending
def descend(first, last, length, ready, bound, p, q, x, r, z, sums):
    """Go on by ``length`` along p; the new residual, preconditioned."""
    for block in range(first, last):
        product, worst = 0.0, np.float32(0.0)
        for i in range(block * BLOCK, min((block + 1) * BLOCK, x.size)):
            x[i] += length * p[i]
            rest = r[i] - length * q[i]
            r[i] = rest
            new = rest * ready[i]
            z[i] = new
            product += np.float64(rest) * np.float64(new)
            worst = max(worst, np.float32(abs(rest) / bound[i]))
        sums[block, 0], sums[block, 1] = product, worst


@descending
def turn(first, last, share, z, p):
    """P = z + share p."""
    for i in range(first * BLOCK, min(last * BLOCK, p.size)):
        p[i] = z[i] + share * p[i]


@compiled
def degrees(edges, conductance, indptr):
    """Add to indptr[row + 1] how many conducting walls a chamber has."""
    for e in range(edges.shape[0]):
        if conductance[e] > 0.0:
            indptr[edges[e, 0] + 1] += 1
            indptr[edges[e, 1] + 1] += 1


@compiled
def adjacency(edges, conductance, indptr, indices, width, edge_of):
    """Neighbours row by row of walls that conduct."""
    fill = indptr[:-1].copy()
    for e in range(edges.shape[0]):
        if conductance[e] > 0.0:
            for side in range(2):
                row = edges[e, side]
                indices[fill[row]] = edges[e, 1 - side]
                width[fill[row]] = conductance[e]
                edge_of[fill[row]] = e
                fill[row] += 1
