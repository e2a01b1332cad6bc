"""Kernels of one implicit stage: the state of every chamber, the gas it trades with its neighbours, and sums by block."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

import numpy as np

from tubewall.chambers.compiled_crew import BLOCK, compiled, inlined


@inlined
def gas_state(density, thermal, table, scale):
    """Pressure and its slope over molar density; the table holds the cubics of Z between its nodes, none for an ideal gas."""
    if table.shape[0] == 0:
        return thermal * density, thermal
    x = density * scale
    if x <= 0.0:
        return thermal * density * table[0, 0], thermal * table[0, 0]
    k = int(min(x, table.shape[0] - 1.0))
    t = min(x - k, 1.0)
    z = table[k, 0] + t * (table[k, 1] + t * (table[k, 2] + t * table[k, 3]))
    slope = z
    if x - k <= 1.0:
        slope += x * (table[k, 1] + t * (2.0 * table[k, 2] + 3.0 * t * table[k, 3]))
    return thermal * density * z, thermal * slope


@inlined
def fill_of(base, gain, creep, fullest):
    """Fill after a stage and its slope over the gain: f = base + gain / (1 + creep f), held between 0 and the fullest."""
    if creep == 0.0:
        fill, slope = base + gain, 1.0
    else:
        b = 1.0 - creep * base
        root = b * b + 4.0 * creep * (base + gain)
        if root <= 0.0:
            return 0.0, 0.0
        root = math.sqrt(root)
        fill = 2.0 * (base + gain) / (b + root) if b > 0.0 else (root - b) / (2.0 * creep)
        slope = 1.0 / root
    if fill <= 0.0:
        return 0.0, 0.0
    if fill >= fullest:
        return fullest, 0.0
    return fill, slope


@compiled
def settle(
    first,
    last,
    density,
    fill,
    fill_before,
    fill_base,
    moles_base,
    rate,
    volume,
    weight,
    step,
    overpotential,
    gas,
    law,
    pressure,
    slope,
    room,
    mass,
    rest,
    push,
    bend,
    sums,
):
    """Fill, gas room and balance of moles of every chamber at its density and one overpotential.

    gas = (thermal, table, scale), law = (kappa, meniscus, creep over rate, fullest). Sums: weighted gain of fill, what it
    gains per volt with the gas answering, largest balance over mass and pressure.
    """
    thermal, table, scale = gas
    kappa, meniscus, creep, fullest = law
    for block in range(first, last):
        gained, answer, worst = 0.0, 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, density.size)):
            c = density[i]
            p, dp = gas_state(c, thermal, table, scale)
            f, df = fill_base[i], 0.0
            r = rate[i]
            if r > 0.0:
                f, df = fill_of(f, step * r * (overpotential - kappa * (p + meniscus)), creep * r, fullest)
                df *= step * r
            v = volume[i] * (1.0 - f)
            d = v / dp
            b = c * volume[i] * df
            m = d + kappa * b
            balance = v * c - moles_base[i]
            fill[i], pressure[i], slope[i], room[i] = f, p, dp, 1.0 - f
            mass[i], rest[i], push[i], bend[i] = m, balance, b, kappa * df
            gained += weight[i] * (f - fill_before[i])
            answer += weight[i] * df * d / m
            worst = max(worst, abs(balance) / (m * p))
        sums[block, 0], sums[block, 1], sums[block, 2] = gained, answer, worst


@compiled
def trade(
    first,
    last,
    indptr,
    indices,
    width,
    hole,
    hole_room,
    leak,
    outside,
    step,
    pressure,
    room,
    bend,
    mass,
    rest,
    diagonal,
    through,
    bound,
    noise,
    sums,
):
    """Add to the balance what goes through walls and electrolyte; their conductances times the step."""
    for block in range(first, last):
        worst = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, pressure.size)):
            p, e = pressure[i], room[i]
            flow, total, more = 0.0, 0.0, 0.0
            for k in range(indptr[i], indptr[i + 1]):
                j = indices[k]
                g = step * width[k]
                drop = p - pressure[j]
                if e < room[j]:
                    # a chamber that gives way keeps its wall open: only on the diagonal, the rest comes by iteration
                    more += max(g * bend[i] * drop, 0.0)
                    g *= e
                    low = e
                else:
                    g *= room[j]
                    low = room[j]
                if hole.size > 0 and hole[k] > 0.0:
                    g += step * hole[k] * min(max((low - hole_room[k]) * 1e3 + 0.5, 0.0), 1.0)
                through[k] = g
                flow += g * drop
                total += g
            out = 0.0
            if leak.size > 0:
                out = step * leak[i]
            m = mass[i] + more + out
            balance = rest[i] + flow + out * (p - outside)
            rest[i], mass[i], diagonal[i] = balance, m, m + total
            # what rounding leaves of large flows both ways is no error of the balance
            bound[i] = p * (m + noise * total)
            worst = max(worst, abs(balance) / bound[i])
        sums[block, 2] = worst


@compiled
def start_descent(first, last, rest, push, volt, diagonal, bound, x, r, z, p, sums):
    """Right hand side -(rest - push volt) from x = 0, preconditioned by the diagonal."""
    for block in range(first, last):
        product, worst = 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, x.size)):
            x[i] = 0.0
            r[i] = push[i] * volt - rest[i]
            z[i] = r[i] / diagonal[i]
            p[i] = z[i]
            product += r[i] * z[i]
            worst = max(worst, abs(r[i]) / bound[i])
        sums[block, 0], sums[block, 1] = product, worst


@compiled
def multiply(first, last, indptr, indices, through, diagonal, p, q, sums):
    """Q = M p and p . q."""
    for block in range(first, last):
        product = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, p.size)):
            total = diagonal[i] * p[i]
            for k in range(indptr[i], indptr[i + 1]):
                total -= through[k] * p[indices[k]]
            q[i] = total
            product += total * p[i]
        sums[block, 0] = product


@compiled
def descend(first, last, length, diagonal, bound, p, q, x, r, z, sums):
    """Go on by ``length`` along p; the new residual, preconditioned."""
    for block in range(first, last):
        product, worst = 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, x.size)):
            x[i] += length * p[i]
            r[i] -= length * q[i]
            z[i] = r[i] / diagonal[i]
            product += r[i] * z[i]
            worst = max(worst, abs(r[i]) / bound[i])
        sums[block, 0], sums[block, 1] = product, worst


@compiled
def turn(first, last, share, z, p):
    """P = z + share p."""
    for i in range(first * BLOCK, min(last * BLOCK, p.size)):
        p[i] = z[i] + share * p[i]


@compiled
def alone(first, last, rest, push, volt, mass, x):
    """The correction of chambers that trade with nobody."""
    for i in range(first * BLOCK, min(last * BLOCK, x.size)):
        x[i] = (push[i] * volt - rest[i]) / mass[i]


@compiled
def correct(first, last, x, slope, density, sums):
    """Take the correction of the pressures over to the densities, by at most a factor of 8 up or down."""
    for block in range(first, last):
        worst = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, x.size)):
            c = density[i]
            new = min(max(c + x[i] / slope[i], 0.125 * c), 8.0 * c)
            worst = max(worst, abs(new - c) / c)
            density[i] = new
        sums[block, 0] = worst


@compiled
def combine(first, last, before, rates, shares, out):
    """Before plus the sum of shares times rates (s, n)."""
    for i in range(first * BLOCK, min(last * BLOCK, out.size)):
        total = 0.0
        for s in range(shares.size):
            total += shares[s] * rates[s, i]
        out[i] = before[i] + total


@compiled
def rates_of(first, last, value, base, step, rate):
    """(value - base) / step."""
    for i in range(first * BLOCK, min(last * BLOCK, value.size)):
        rate[i] = (value[i] - base[i]) / step


@compiled
def contents(first, last, density, volume, room, count, moles, sums):
    """Moles of every chamber and their sum."""
    for block in range(first, last):
        total = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, density.size)):
            moles[i] = density[i] * volume[i] * room[i]
            total += moles[i] * count[i]
        sums[block, 0] = total


@compiled
def misfit(
    first, last, fill, fill_before, fill_rates, moles, moles_before, moles_rates, shares, volume, lowest, fullest, sums
):
    """Difference of the embedded solution: squares and largest, relative in pressure, absolute in fill."""
    for block in range(first, last):
        squares, worst = 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, fill.size)):
            f, n = fill_before[i], moles_before[i]
            for s in range(shares.size):
                f += shares[s] * fill_rates[s, i]
                n += shares[s] * moles_rates[s, i]
            f = min(max(f, 0.0), fullest)
            room, other = 1.0 - fill[i], 1.0 - f
            floor = lowest * volume[i]
            of_gas = abs(moles[i] - n * (room / other)) / (moles[i] + floor * room)
            # less than a thousandth of a chamber is known to that much of a thousandth
            error = max(of_gas * room / (room + 1e-3), abs(fill[i] - f))
            squares += error * error
            worst = max(worst, error)
        sums[block, 0], sums[block, 1] = squares, worst


@compiled
def currents(first, last, fill, pressure, rate, weight, overpotential, law, speed, sums):
    """Rate of filling of every chamber as it stands, 0 where it is full or empty; its sum and the sum per volt."""
    kappa, meniscus, creep, fullest = law
    for block in range(first, last):
        total, answer = 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, fill.size)):
            per_volt = rate[i] / (1.0 + creep * rate[i] * fill[i])
            v = per_volt * (overpotential - kappa * (pressure[i] + meniscus))
            if (v < 0.0 and fill[i] <= 0.0) or (v > 0.0 and fill[i] >= fullest):
                speed[i] = 0.0
            else:
                speed[i] = v
                total += weight[i] * v
                answer += weight[i] * per_volt
        sums[block, 0], sums[block, 1] = total, answer


@compiled
def drifting(first, last, indptr, indices, width, leak, outside, pressure, room, flow):
    """Moles per second that every chamber gains."""
    for i in range(first * BLOCK, min(last * BLOCK, pressure.size)):
        total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            total += width[k] * min(room[i], room[j]) * (pressure[i] - pressure[j])
        if leak.size > 0:
            total += leak[i] * (pressure[i] - outside)
        flow[i] = -total


@compiled
def adjacency(edges, conductance, indptr, indices, width, edge_of):
    """Neighbours row by row of walls that conduct; ``indptr`` counts the walls of every chamber on entry, shifted by one."""
    fill = indptr[:-1].copy()
    for e in range(edges.shape[0]):
        if conductance[e] > 0.0:
            for side in range(2):
                row = edges[e, side]
                indices[fill[row]] = edges[e, 1 - side]
                width[fill[row]] = conductance[e]
                edge_of[fill[row]] = e
                fill[row] += 1


@compiled
def degrees(edges, conductance, indptr):
    """Add to indptr[row + 1] how many conducting walls a chamber has."""
    for e in range(edges.shape[0]):
        if conductance[e] > 0.0:
            indptr[edges[e, 0] + 1] += 1
            indptr[edges[e, 1] + 1] += 1


def empty_floats() -> np.ndarray:
    """What stands for an array that is not there."""
    return np.empty(0)
