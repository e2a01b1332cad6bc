"""Gas through the walls of a lattice, all of one conductance, without a list of them: neighbours stand at fixed distances."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.chambers.compiled_crew import BLOCK, inlined
from tubewall.chambers.compiled_walls import descending


@inlined
def rows_beside(row, rows, columns, periodic, width):
    """Distances to the rows before and after, and the conductances there: 0 beyond the rim."""
    before, after, down, up = -columns, columns, width, width
    if row == 0:
        before = (rows - 1) * columns
        if not periodic:
            before, down = 0, width * 0
    if row == rows - 1:
        after = -row * columns
        if not periodic:
            after, up = 0, width * 0
    return before, after, down, up


@inlined
def columns_beside(column, columns, periodic, width):
    """Distances to the columns before and after, and the conductances there."""
    before, after, left, right = -1, 1, width, width
    if column == 0:
        before = columns - 1
        if not periodic:
            before, left = 0, width * 0
    if column == columns - 1:
        after = -column
        if not periodic:
            after, right = 0, width * 0
    return before, after, left, right


@inlined
def place(i):
    """An index that is known not to be negative: it costs less."""
    return np.uint64(i)


@inlined
def flow_out(i, at, width, room, x):
    """What x drives from chamber i to the one ``at`` further on."""
    return width * min(room[place(i)], room[place(i + at)]) * (x[place(i)] - x[place(i + at)])


@inlined
def divergence(i, before, after, down, up, back, forth, left, right, skew, room, x):
    """What x drives out of chamber i; ``skew`` is 1 where rows are shifted (hexagons), 0 for squares."""
    total = flow_out(i, back, left, room, x) + flow_out(i, forth, right, room, x)
    total += flow_out(i, before, down, room, x) + flow_out(i, after, up, room, x)
    if skew:
        total += flow_out(i, before + forth, min(down, right), room, x)
        total += flow_out(i, after + back, min(up, left), room, x)
    return total


@descending
def multiply(first, last, shape, width, room, heavy, p, q, sums):
    """Q = M p and p . q; shape = (rows, columns, skew, periodic)."""
    rows, columns, skew, periodic = shape
    for block in range(first, last):
        product = 0.0
        i, stop = block * BLOCK, min((block + 1) * BLOCK, p.size)
        while i < stop:
            row = i // columns
            start = row * columns
            before, after, down, up = rows_beside(row, rows, columns, periodic, width)
            end = min(stop, start + columns)
            if i == start:
                back, forth, left, right = columns_beside(0, columns, periodic, width)
                q[i] = heavy[i] * p[i] + divergence(i, before, after, down, up, back, forth, left, right, skew, room, p)
                product += np.float64(q[i]) * np.float64(p[i])
                i += 1
            inner = max(i, min(end, start + columns - 1))
            if skew:
                for k in range(i, inner):
                    total = heavy[place(k)] * p[place(k)]
                    total += divergence(k, before, after, down, up, -1, 1, width, width, True, room, p)
                    q[place(k)] = total
                    product += np.float64(total) * np.float64(p[place(k)])
            else:
                for k in range(i, inner):
                    total = heavy[place(k)] * p[place(k)]
                    total += divergence(k, before, after, down, up, -1, 1, width, width, False, room, p)
                    q[place(k)] = total
                    product += np.float64(total) * np.float64(p[place(k)])
            i = inner
            if i < end:
                back, forth, left, right = columns_beside(columns - 1, columns, periodic, width)
                q[i] = heavy[i] * p[i] + divergence(i, before, after, down, up, back, forth, left, right, skew, room, p)
                product += np.float64(q[i]) * np.float64(p[i])
                i += 1
        sums[block, 0] = product


@inlined
def wall(i, at, width, pressure, room, bend):
    """Flow through one wall, its conductance, and what it gains as chamber i gives way."""
    e, other = room[place(i)], room[place(i + at)]
    drop = pressure[place(i)] - pressure[place(i + at)]
    more = width * bend[place(i)] * drop if e < other else 0.0
    g = width * min(e, other)
    return g * drop, g, max(more, 0.0)


@inlined
def around(i, before, after, down, up, back, forth, left, right, skew, pressure, room, bend):
    """Flow out of chamber i, the conductance of its walls, and what they gain as it gives way."""
    flow, total, more = wall(i, back, left, pressure, room, bend)
    f, g, a = wall(i, forth, right, pressure, room, bend)
    flow, total, more = flow + f, total + g, more + a
    f, g, a = wall(i, before, down, pressure, room, bend)
    flow, total, more = flow + f, total + g, more + a
    f, g, a = wall(i, after, up, pressure, room, bend)
    flow, total, more = flow + f, total + g, more + a
    if skew:
        f, g, a = wall(i, before + forth, min(down, right), pressure, room, bend)
        flow, total, more = flow + f, total + g, more + a
        f, g, a = wall(i, after + back, min(up, left), pressure, room, bend)
        flow, total, more = flow + f, total + g, more + a
    return flow, total, more


@inlined
def balanced(i, found, limits, unit, pressure, room, balance, small, system):
    """Enter what flows into the linear system; the balance over what counts as 1."""
    mass, rest = balance
    heavy, ready, bound = system
    flow, total, more = found
    i = place(i)
    left, m = rest[i] + flow, mass[i] + more
    rest[i], small[i] = left, room[i]
    heavy[i], ready[i] = m * unit[0], 1.0 / ((m + total) * unit[0])
    limit = (abs(pressure[i]) + limits[1]) * (m + limits[0] * total)
    bound[i] = limit * unit[1]
    return abs(left) / limit


@descending
def trade(first, last, shape, width, leaks, step, gas, balance, small, system, limits, unit, sums):
    """As `tubewall.chambers.compiled_walls.trade`; ``small`` becomes the room in the precision of the solver."""
    rows, columns, skew, periodic = shape
    (leak, outside), (pressure, room, bend), (mass, rest) = leaks, gas, balance
    unit = (1.0 / unit[0], 1.0 / (unit[0] * unit[1]))
    g = step * width
    for block in range(first, last):
        worst = 0.0
        i, stop = block * BLOCK, min((block + 1) * BLOCK, pressure.size)
        if leak.size > 0:
            for k in range(i, stop):
                mass[k] += step * leak[k]
                rest[k] += step * leak[k] * (pressure[k] - outside)
        while i < stop:
            row = i // columns
            start = row * columns
            before, after, down, up = rows_beside(row, rows, columns, periodic, g)
            end = min(stop, start + columns)
            if i == start:
                back, forth, left, right = columns_beside(0, columns, periodic, g)
                found = around(i, before, after, down, up, back, forth, left, right, skew, pressure, room, bend)
                a = balanced(i, found, limits, unit, pressure, room, balance, small, system)
                worst = max(worst, a)
                i += 1
            inner = max(i, min(end, start + columns - 1))
            if skew:
                for k in range(i, inner):
                    found = around(k, before, after, down, up, -1, 1, g, g, True, pressure, room, bend)
                    a = balanced(k, found, limits, unit, pressure, room, balance, small, system)
                    worst = max(worst, a)
            else:
                for k in range(i, inner):
                    found = around(k, before, after, down, up, -1, 1, g, g, False, pressure, room, bend)
                    a = balanced(k, found, limits, unit, pressure, room, balance, small, system)
                    worst = max(worst, a)
            i = inner
            if i < end:
                back, forth, left, right = columns_beside(columns - 1, columns, periodic, g)
                found = around(i, before, after, down, up, back, forth, left, right, skew, pressure, room, bend)
                a = balanced(i, found, limits, unit, pressure, room, balance, small, system)
                worst = max(worst, a)
                i += 1
        sums[block, 2] = worst
