"""Kernels of one implicit stage: the state of every chamber, the gas it trades with its neighbours, and sums by block."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import math

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


@inlined
def linear_balance(start, stop, density, fill, base, step, overpotential, thermal, law, state, system):
    """The chambers of a block where gas is ideal and lithium does not creep."""
    fill_base, moles_base, rate, volume = base
    pressure, slope, room = state
    mass, rest, push, bend = system
    kappa, meniscus, _, fullest = law
    one = 1.0 / thermal
    for i in range(start, stop):
        c = density[i]
        p = thermal * c
        df = step * rate[i]
        f = fill_base[i] + df * (overpotential - kappa * (p + meniscus))
        df = df if 0.0 < f < fullest else 0.0
        f = min(max(f, 0.0), fullest)
        v = volume[i] * (1.0 - f)
        b = c * volume[i] * df
        m = v * one + kappa * b
        fill[i], pressure[i], slope[i], room[i] = f, p, thermal, 1.0 - f
        mass[i], rest[i], push[i], bend[i] = m, v * c - moles_base[i], b, kappa * df


@inlined
def curved_balance(start, stop, density, fill, base, step, overpotential, gas, law, state, system):
    """The chambers of a block of any gas, with lithium that creeps or does not."""
    fill_base, moles_base, rate, volume = base
    pressure, slope, room = state
    mass, rest, push, bend = system
    kappa, meniscus, creep, fullest = law
    for i in range(start, stop):
        c = density[i]
        p, dp = gas_state(c, gas[0], gas[1], gas[2])
        f, df, r = fill_base[i], 0.0, rate[i]
        if r > 0.0:
            f, df = fill_of(f, step * r * (overpotential - kappa * (p + meniscus)), creep * r, fullest)
            df *= step * r
        v = volume[i] * (1.0 - f)
        b = c * volume[i] * df
        fill[i], pressure[i], slope[i], room[i] = f, p, dp, 1.0 - f
        mass[i], rest[i], push[i], bend[i] = v / dp + kappa * b, v * c - moles_base[i], b, kappa * df


@compiled
def settle(
    first, last, density, fill, fill_before, base, weight, step, overpotential, floor, gas, law, state, system, sums
):
    """Fill, gas room and balance of moles of every chamber at its density and one overpotential.

    base = (fill, moles, rate, volume), gas = (thermal, table, scale), law = (kappa, meniscus, creep over rate, fullest); into
    state = (pressure, slope, room) and system = (mass, rest, push, bend). Sums: weighted gain of fill, what it gains per volt
    with the gas answering, largest balance and largest push per volt over mass times pressure (and its floor), chambers that
    stand still, and what the fill gains per volt where the pressures are held.
    """
    volume, (pressure, slope, room), (mass, rest, push, bend) = base[3], state, system
    kappa = law[0]
    for block in range(first, last):
        start, stop = block * BLOCK, min((block + 1) * BLOCK, density.size)
        if gas[1].shape[0] == 0 and law[2] == 0.0:
            linear_balance(start, stop, density, fill, base, step, overpotential, gas[0], law, state, system)
        else:
            curved_balance(start, stop, density, fill, base, step, overpotential, gas, law, state, system)
        gained, answer, worst, most, held, stopped = 0.0, 0.0, 0.0, 0.0, 0.0, 0
        for i in range(start, stop):
            # a balance that is no number must not be lost in a maximum
            gained += weight[i] * (fill[i] - fill_before[i]) + 0.0 * rest[i]
            share = 1.0 / (mass[i] * (abs(pressure[i]) + floor))
            answer += weight[i] * bend[i] * (volume[i] * room[i] / slope[i]) / mass[i]
            worst = max(worst, abs(rest[i]) * share)
            most = max(most, push[i] * share)
            stopped += bend[i] == 0.0
            held += weight[i] * bend[i]
        sums[block, 0], sums[block, 1], sums[block, 2], sums[block, 3] = gained, answer / kappa, worst, most
        sums[block, 4], sums[block, 5] = stopped, held / kappa


@inlined
def balance_alone(c, base, moles, r, volume, step, overpotential, gas, law):
    """Moles of a chamber that trades with nobody at a density, less those it has; -1, 0, 1 where empty, between, full."""
    p, _ = gas_state(c, gas[0], gas[1], gas[2])
    f, slope = fill_of(base, step * r * (overpotential - law[0] * (p + law[1])), law[2] * r, law[3])
    side = 0 if slope > 0.0 else (1 if f > 0.0 else -1)
    return volume * (1.0 - f) * c - moles, side


@compiled
def repair(first, last, density, fill, joined, base, step, overpotential, gas, law, sums):
    """Bring back chambers that a poor guess has filled up or emptied although, alone, they would do neither.

    Where the gas answers the current strongly the pressures between empty and full lie close together; beyond them
    Newton's method has no slope to follow.
    """
    fill_base, moles_base, rate, volume = base
    fullest = law[3]
    for block in range(first, last):
        count = 0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, density.size)):
            start, n, r, v = fill_base[i], moles_base[i], rate[i], volume[i]
            if r <= 0.0 or n <= 0.0 or 0.0 < fill[i] < fullest:
                continue
            if joined.size > 0 and joined[i]:
                # its gas is not its own
                continue
            low, high = n / v, n / (v * (1.0 - fullest))
            _, at_low = balance_alone(low, start, n, r, v, step, overpotential, gas, law)
            _, at_high = balance_alone(high, start, n, r, v, step, overpotential, gas, law)
            if at_low < 0 or at_high > 0:
                continue
            for _ in range(80):
                middle = math.sqrt(low * high)
                over, _ = balance_alone(middle, start, n, r, v, step, overpotential, gas, law)
                if over > 0.0:
                    high = middle
                else:
                    low = middle
                if high <= low * (1.0 + 1e-12):
                    break
            density[i] = math.sqrt(low * high)
            count += 1
        sums[block, 0] = count


@compiled
def alone(first, last, rest, share, push, volt, mass, x):
    """The correction of chambers that trade with nobody; ``share`` of their balance, 0 or 1."""
    for i in range(first * BLOCK, min(last * BLOCK, x.size)):
        x[i] = (push[i] * volt - share * rest[i]) / mass[i]


@compiled
def correct(first, last, x, slope, lowest, density):
    """Take the correction of the pressures over to the densities, not too much of it at once."""
    for i in range(first * BLOCK, min(last * BLOCK, x.size)):
        c = density[i]
        size = abs(c) + lowest
        density[i] = c + min(max(x[i] / slope[i], -0.9 * size), 8.0 * size)


@compiled
def above_zero(first, last, density):
    """What the tolerance let slip below 0 is 0."""
    for i in range(first * BLOCK, min(last * BLOCK, density.size)):
        density[i] = max(density[i], 0.0)


@compiled
def combine(first, last, before, rates, shares, out):
    """Before plus the sum of shares times rates (s, n)."""
    for i in range(first * BLOCK, min(last * BLOCK, out.size)):
        total = 0.0
        for s in range(shares.size):
            total += shares[s] * rates[s, i]
        out[i] = before[i] + total


@inlined
def onward(i, before, rates, shares):
    """Fill and moles of chamber i once their rates (s, n) have gone on for ``shares`` of time."""
    fill, moles = before[0][i], before[1][i]
    for s in range(shares.size):
        fill += shares[s] * rates[0][s, i]
        moles += shares[s] * rates[1][s, i]
    return fill, moles


@compiled
def guess(first, last, before, rates, shares, volume, fullest, density):
    """Molar densities after the rates of fill and moles went on for ``shares``; kept where that makes no sense."""
    for i in range(first * BLOCK, min(last * BLOCK, density.size)):
        f, n = onward(i, before, rates, shares)
        c = n / (volume[i] * (1.0 - min(max(f, 0.0), fullest)))
        if c > 0.0 and 0.7 * density[i] < c < 1.5 * density[i]:
            density[i] = c


@compiled
def rates_of(first, last, value, base, step, rate):
    """(value - base) / step."""
    for i in range(first * BLOCK, min(last * BLOCK, value.size)):
        rate[i] = (value[i] - base[i]) / step


@compiled
def fill_rates_of(first, last, value, base, step, rate, weight, pressure, conductance, creep, sums):
    """(value - base) / step; sums of weighted rates, of rates times pressure, of rates squared over conductance."""
    for block in range(first, last):
        gained, lifted, lost = 0.0, 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, value.size)):
            v = (value[i] - base[i]) / step
            rate[i] = v
            w = weight[i] * v
            gained += w
            lifted += w * pressure[i]
            r = conductance[i]
            lost += w * v * (1.0 / max(r, 1e-300) + creep * value[i])
        sums[block, 0], sums[block, 1], sums[block, 2] = gained, lifted, lost


@compiled
def contents(first, last, density, volume, room, count, moles, sums):
    """Moles of every chamber and their sum."""
    for block in range(first, last):
        total = 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, density.size)):
            moles[i] = density[i] * volume[i] * room[i]
            total += moles[i] * count[i]
        sums[block, 0] = total


@inlined
def known(room):
    """How well the pressure in a share of a chamber is known: less than a thousandth to that much of a thousandth.

    The last breath of gas in a chamber that fills up, below a ten-thousandth, counts for hardly anything.
    """
    return room / (room + 1e-3) * (room / (room + 1e-4))


@compiled
def misfit(first, last, joined, now, before, rates, shares, volume, lowest, fullest, sums):
    """Difference of the embedded solution: squares and largest, relative in pressure, absolute in fill; largest change of room.

    now, before = (fill, moles) and rates = those of both (s, n). The gas of chambers that share it (``joined``) is left out.
    """
    fill, moles = now
    for block in range(first, last):
        squares, worst, moved = 0.0, 0.0, 0.0
        for i in range(block * BLOCK, min((block + 1) * BLOCK, fill.size)):
            f, n = onward(i, before, rates, shares)
            f = min(max(f, 0.0), fullest)
            room, other = 1.0 - fill[i], 1.0 - f
            floor = lowest * volume[i]
            of_gas = abs(moles[i] - n * (room / other)) / (moles[i] + floor * room)
            if joined.size > 0 and joined[i]:
                of_gas = 0.0
            error = max(of_gas * known(room), abs(fill[i] - f))
            squares += error * error
            worst = max(worst, error)
            earlier = before[0][i]
            moved = max(moved, abs(fill[i] - earlier) / max(room, 1.0 - earlier, 1e-2))
        sums[block, 0], sums[block, 1], sums[block, 2] = squares, worst, moved


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
