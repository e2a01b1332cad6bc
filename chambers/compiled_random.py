"""Random numbers by counter: the number of a chamber follows from seed, stream and index alone."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np

from tubewall.chambers.compiled_crew import compiled, inlined


@inlined
def hashed(key, index):
    """64 random bits of a counter (the finaliser of SplitMix64, Steele, Lea and Flood 2014, over Weyl steps of a key)."""
    x = np.uint64(key) + (np.uint64(index) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@inlined
def uniform(key, index):
    """Uniform in (0, 1), the middle of one of 2^53 cells."""
    return (float(hashed(key, index) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@inlined
def normal(key, index):
    """Standard normal (Box and Muller 1958); the two numbers of a pair belong to neighbouring counters."""
    pair = 2 * (index // 2)
    radius = math.sqrt(-2.0 * math.log(uniform(key, pair)))
    angle = 2.0 * math.pi * uniform(key, pair + 1)
    return radius * (math.cos(angle) if index == pair else math.sin(angle))


@inlined
def cubic(t, k):
    """Weight of the k-th of four neighbours in a cubic B-spline, 0 <= t <= 1."""
    if k == 0:
        return (1.0 - t) ** 3 / 6.0
    if k == 1:
        return (4.0 - 6.0 * t * t + 3.0 * t**3) / 6.0
    if k == 2:
        return (1.0 + 3.0 * t + 3.0 * t * t - 3.0 * t**3) / 6.0
    return t**3 / 6.0


@inlined
def smooth(key, row, column, spacing_rows, spacing_columns, rows, columns):
    """Standard normal that varies smoothly: B-splines over normals on a coarse grid (rows x columns, periodic)."""
    y, x = row / spacing_rows, column / spacing_columns
    i, j = math.floor(y), math.floor(x)
    u, v = y - i, x - j
    total, squares = 0.0, 0.0
    for a in range(4):
        for b in range(4):
            w = cubic(u, a) * cubic(v, b)
            at = ((i + a - 1) % rows) * columns + (j + b - 1) % columns
            total += w * normal(key, at)
            squares += w * w
    return total / math.sqrt(squares)


@compiled
def fill_normals(key, start, out):
    """Independent standard normals of the counters from ``start`` on."""
    for i in range(out.size):
        out[i] = normal(key, start + i)


@compiled
def fill_uniforms(key, start, out):
    """Independent uniforms of the counters from ``start`` on."""
    for i in range(out.size):
        out[i] = uniform(key, start + i)


@compiled
def fill_smooth(key, start, width, grid, out):
    """Smooth normals of the chambers from ``start`` on of a lattice ``width`` wide; grid = (spacings, counts)."""
    tall, wide, rows, columns = grid
    for i in range(out.size):
        row = (start + i) // width
        out[i] = smooth(key, row, start + i - row * width, tall, wide, rows, columns)
