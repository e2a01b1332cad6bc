"""Chambers that know nothing of each other, sorted by their conductance: counts of classes, and walls between them."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np

from tubewall.chambers.compiled_crew import compiled, inlined
from tubewall.chambers.compiled_random import normal, smooth, uniform

# standard normals by counter never lie beyond
REACH = 8.7


@inlined
def deviate(i, key, grid, width):
    """Standard normal of chamber i; grid = (spacings, counts) of a smooth field, 0 rows for an independent one."""
    if grid[2] == 0:
        return normal(key, i)
    row = i // width
    return smooth(key, row, i - row * width, grid[0], grid[1], grid[2], grid[3])


@inlined
def place_of(x, bins):
    """Where a normal falls among the bins."""
    return min(max(int((x + REACH) * (bins / (2.0 * REACH))), 0), bins - 1)


@compiled
def classify(first, last, chambers, keys, blocked, grid, width, law, counts, totals, shut):
    """Count the chambers of every class part by part, and add up their factors; law = (log, spread).

    ``counts``, ``totals`` (parts, bins) and ``shut`` (parts,) are 0 at first.
    """
    parts, bins = counts.shape
    for part in range(first, last):
        for i in range(chambers * part // parts, chambers * (part + 1) // parts):
            if blocked > 0.0 and uniform(keys[1], i) < blocked:
                shut[part] += 1
                continue
            x = deviate(i, keys[0], grid, width)
            k = place_of(x, bins)
            counts[part, k] += 1
            totals[part, k] += factor(x, law)


@inlined
def factor(x, law):
    """Conductance over its mean."""
    if law[0]:
        return math.exp(law[1] * x - 0.5 * law[1] * law[1])
    return max(1.0 + law[1] * x, 0.0)


@inlined
def read(table, x):
    """Value of a table over the normals, linear between the middles of its bins."""
    y = (x + REACH) * (table.size / (2.0 * REACH)) - 0.5
    k = min(max(math.floor(y), 0), table.size - 2)
    return table[k] + (y - k) * (table[k + 1] - table[k])


@compiled
def row_of(row, columns, keys, blocked, shut_value, grid, table, out):
    """Pressures of one row of the lattice."""
    for column in range(columns):
        i = row * columns + column
        if blocked > 0.0 and uniform(keys[1], i) < blocked:
            out[column] = shut_value
        else:
            out[column] = read(table, deviate(i, keys[0], grid, columns))


@inlined
def note(d, low, scale, counts):
    """Count a difference in bins of its logarithm; the first holds what is smaller than all."""
    k = 0 if d <= low else min(int(math.log(d / low) * scale) + 1, counts.size - 1)
    counts[k] += 1


@compiled
def compare(
    first, last, rows, columns, skew, periodic, keys, blocked, shut_value, grid, table, low, scale, counts, sums
):
    """Differences over all walls of the lattice, part by part of its rows; sums: of differences, squares, largest."""
    parts = counts.shape[0]
    above, below = np.empty(columns), np.empty(columns)
    for part in range(first, last):
        begin, end = rows * part // parts, rows * (part + 1) // parts
        if begin == end:
            continue
        row_of(begin, columns, keys, blocked, shut_value, grid, table, above)
        total, squares, most = 0.0, 0.0, 0.0
        for row in range(begin, end):
            beside = row + 1 if row + 1 < rows else 0
            linked = (row + 1 < rows or periodic) and beside != row
            if linked:
                row_of(beside, columns, keys, blocked, shut_value, grid, table, below)
            for column in range(columns):
                p = above[column]
                right = column + 1 if column + 1 < columns else 0
                if (column + 1 < columns or periodic) and right != column:
                    d = abs(p - above[right])
                    note(d, low, scale, counts[part])
                    total, squares, most = total + d, squares + d * d, max(most, d)
                if linked:
                    d = abs(p - below[column])
                    note(d, low, scale, counts[part])
                    total, squares, most = total + d, squares + d * d, max(most, d)
                    left = column - 1 if column > 0 else columns - 1
                    if skew and (column > 0 or periodic):
                        d = abs(p - below[left])
                        note(d, low, scale, counts[part])
                        total, squares, most = total + d, squares + d * d, max(most, d)
            above, below = below, above
        sums[part, 0], sums[part, 1], sums[part, 2] = total, squares, most
