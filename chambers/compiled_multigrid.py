"""Coarser and coarser lattices under a lattice of chambers: four cells become one.

A coarse cell holds the masses of its four; the conductances across its rim count half, since the coarse cells lie twice as far
apart (Braess 1995). Walls of cell (i, j): ``right`` to (i, j + 1), ``down`` to (i + 1, j), ``skew`` to (i + 1, j - 1).
"""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from tubewall.chambers.compiled_crew import BLOCK, compiled, inlined
from tubewall.chambers.compiled_walls import descending


@inlined
def wrapped(k, count):
    """Index after a step of 1 over the rim."""
    return k - count if k >= count else (k + count if k < 0 else k)


@compiled
def walls_of(first, last, shape, width, room, right, down, skew):
    """Conductances of the walls of every chamber of the finest lattice."""
    rows, columns, shifted, periodic = shape
    for i in range(first * BLOCK, min(last * BLOCK, room.size)):
        row = i // columns
        column = i - row * columns
        e = room[i]
        to, at, back = wrapped(row + 1, rows), wrapped(column + 1, columns), wrapped(column - 1, columns)
        beside = column + 1 < columns or periodic
        below = row + 1 < rows or periodic
        before = column > 0 or periodic
        right[i] = width * min(e, room[row * columns + at]) if beside else 0.0
        down[i] = width * min(e, room[to * columns + column]) if below else 0.0
        skew[i] = width * min(e, room[to * columns + back]) if shifted and below and before else 0.0


@compiled
def coarsen(rows, columns, heavy, right, down, skew, coarse_heavy, coarse_right, coarse_down, coarse_skew):
    """Masses and walls of the next lattice, which are 0 at first."""
    wide = (columns + 1) // 2
    for row in range(rows):
        below = wrapped(row + 1, rows)
        for column in range(columns):
            i = row * columns + column
            beside, before = wrapped(column + 1, columns), wrapped(column - 1, columns)
            own = (row // 2) * wide + column // 2
            coarse_heavy[own] += heavy[i]
            if beside // 2 != column // 2:
                coarse_right[own] += 0.5 * right[i]
            if below // 2 != row // 2:
                coarse_down[own] += 0.5 * down[i]
            g = 0.5 * skew[i]
            if below // 2 != row // 2:
                if before // 2 != column // 2:
                    coarse_skew[own] += g
                else:
                    coarse_down[own] += g
            elif before // 2 != column // 2:
                coarse_right[(row // 2) * wide + before // 2] += g


@inlined
def applied(row, column, rows, columns, heavy, right, down, skew, x):
    """M x in one cell, and the diagonal of M."""
    i = row * columns + column
    above, below = wrapped(row - 1, rows), wrapped(row + 1, rows)
    before, beside = wrapped(column - 1, columns), wrapped(column + 1, columns)
    own = x[i]
    g = right[i]
    total, diagonal = heavy[i] * own + g * (own - x[row * columns + beside]), heavy[i] + g
    j = row * columns + before
    g = right[j]
    total, diagonal = total + g * (own - x[j]), diagonal + g
    g = down[i]
    total, diagonal = total + g * (own - x[below * columns + column]), diagonal + g
    j = above * columns + column
    g = down[j]
    total, diagonal = total + g * (own - x[j]), diagonal + g
    g = skew[i]
    total, diagonal = total + g * (own - x[below * columns + before]), diagonal + g
    j = above * columns + beside
    g = skew[j]
    return total + g * (own - x[j]), diagonal + g


@compiled
def diagonals(rows, columns, heavy, right, down, skew, ready):
    """The inverse of the diagonal."""
    for row in range(rows):
        for column in range(columns):
            _, d = applied(row, column, rows, columns, heavy, right, down, skew, heavy)
            ready[row * columns + column] = 1.0 / d


@compiled
def restrict_level(first, last, rows, columns, heavy, right, down, skew, b, x, coarse_b):
    """Sums over four of b - M x; ``first`` to ``last`` are rows of the coarse lattice."""
    wide = (columns + 1) // 2
    for coarse in range(first, last):
        for j in range(wide):
            coarse_b[coarse * wide + j] = 0.0
        for row in range(2 * coarse, min(2 * coarse + 2, rows)):
            for column in range(columns):
                q, _ = applied(row, column, rows, columns, heavy, right, down, skew, x)
                coarse_b[coarse * wide + column // 2] += b[row * columns + column] - q


@compiled
def smooth_level(first, last, rows, columns, heavy, right, down, skew, ready, damping, b, x, out):
    """One more damped Jacobi step: out = x + damping (b - M x) / diagonal."""
    for row in range(first, last):
        for column in range(columns):
            i = row * columns + column
            q, _ = applied(row, column, rows, columns, heavy, right, down, skew, x)
            out[i] = x[i] + damping * ready[i] * (b[i] - q)


@compiled
def begin_level(first, last, columns, ready, damping, b, x):
    """A damped Jacobi step from 0."""
    for i in range(first * columns, last * columns):
        x[i] = damping * ready[i] * b[i]


@compiled
def prolong_level(first, last, columns, coarse_x, x):
    """Add to every cell what its coarse one found; rows ``first`` to ``last``."""
    wide = (columns + 1) // 2
    for row in range(first, last):
        start = (row // 2) * wide
        for column in range(columns):
            x[row * columns + column] += coarse_x[start + column // 2]


@compiled
def restrict_chambers(first, last, rows, columns, r, q, coarse_b):
    """Sums over four chambers of r - q; rows of the coarse lattice."""
    wide = (columns + 1) // 2
    for coarse in range(first, last):
        for j in range(wide):
            coarse_b[coarse * wide + j] = 0.0
        for row in range(2 * coarse, min(2 * coarse + 2, rows)):
            for column in range(columns):
                i = row * columns + column
                coarse_b[coarse * wide + column // 2] += r[i] - q[i]


@descending
def finish(first, last, damping, ready, r, q, z, sums):
    """The last smoothing of the chambers, and r . z."""
    for block in range(first, last):
        product = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, r.size)):
            new = z[i] + damping * ready[i] * (r[i] - q[i])
            z[i] = new
            product += r[i] * new
        sums[block, 0] = product


@compiled
def inverted(matrix, inverse):
    """Inverse of a symmetric positive definite matrix by Gauss and Jordan, in the same order on any machine's threads."""
    n = len(matrix)
    for i in range(n):
        for j in range(n):
            inverse[i, j] = 1.0 if i == j else 0.0
    for k in range(n):
        pivot = 1.0 / matrix[k, k]
        for j in range(n):
            matrix[k, j] *= pivot
            inverse[k, j] *= pivot
        for i in range(n):
            share = matrix[i, k]
            if i != k and share != 0.0:
                for j in range(n):
                    matrix[i, j] -= share * matrix[k, j]
                    inverse[i, j] -= share * inverse[k, j]
