"""Chambers that share their gas: means over each space, its share in the error of a step, and the load of every wall."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from tubewall.chambers.compiled_crew import BLOCK, compiled
from tubewall.chambers.compiled_exchange import known, onward


@compiled
def average(starts, members, values):
    """Give the chambers of every space the mean of their values."""
    for s in range(starts.size - 1):
        total = 0.0
        for k in range(starts[s], starts[s + 1]):
            total += values[members[k]]
        mean = total / (starts[s + 1] - starts[s])
        for k in range(starts[s], starts[s + 1]):
            values[members[k]] = mean


@compiled
def average_inverse(starts, members, values):
    """Give the chambers of every space the harmonic mean of their values."""
    for s in range(starts.size - 1):
        total = 0.0
        for k in range(starts[s], starts[s + 1]):
            total += 1.0 / values[members[k]]
        mean = (starts[s + 1] - starts[s]) / total
        for k in range(starts[s], starts[s + 1]):
            values[members[k]] = mean


@compiled
def largest_balance(first, last, rest, bound, scale, sums):
    """Largest balance over what counts as 1; into the third sum of every block."""
    for block in range(first, last):
        worst = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, rest.size)):
            worst = max(worst, abs(rest[i]) * scale / bound[i])
        sums[block, 2] = worst


@compiled
def misfit_of_spaces(starts, members, now, before, rates, shares, volume, lowest, fullest, sums):
    """As `tubewall.chambers.compiled_exchange.misfit` for the gas of whole spaces; sums: squares, largest."""
    fill, moles = now
    squares, worst = 0.0, 0.0
    for s in range(starts.size - 1):
        bores, room, other, held, embedded = 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(starts[s], starts[s + 1]):
            i = members[k]
            f, n = onward(i, before, rates, shares)
            bores += volume[i]
            room += volume[i] * (1.0 - fill[i])
            other += volume[i] * (1.0 - min(max(f, 0.0), fullest))
            held += moles[i]
            embedded += n
        of_gas = abs(held - embedded * (room / other)) / (held + lowest * room)
        error = of_gas * known(room / bores)
        squares += error * error * (starts[s + 1] - starts[s])
        worst = max(worst, error)
    sums[0], sums[1] = squares, worst


@compiled
def heaviest(first, last, ends, allowable, pressure, most):
    """Largest difference over the allowable one among the walls of each part; ``most`` (parts,)."""
    parts, walls = most.size, allowable.size
    for part in range(first, last):
        found = 0.0
        for e in range(walls * part // parts, walls * (part + 1) // parts):
            found = max(found, abs(pressure[ends[e, 0]] - pressure[ends[e, 1]]) / allowable[e])
        most[part] = found
