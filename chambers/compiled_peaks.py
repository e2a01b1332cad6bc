"""The largest difference across every wall so far, and the quickest compression of every chamber."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from tubewall.chambers.compiled_crew import compiled


@compiled
def see_walls(first, last, parts, ends, pressure, fill, time, differences, times, pressures, fills):
    """Where a wall bears more than ever before, write down what and when, for the walls of each part."""
    walls = differences.size
    for part in range(first, last):
        for e in range(walls * part // parts, walls * (part + 1) // parts):
            i, j = ends[e, 0], ends[e, 1]
            across = abs(pressure[i] - pressure[j])
            if across > differences[e]:
                differences[e], times[e] = across, time
                pressures[e, 0], pressures[e, 1] = pressure[i], pressure[j]
                fills[e, 0], fills[e, 1] = fill[i], fill[j]


@compiled
def see_chambers(first, last, parts, fill, fill_rate, compression):
    """The largest fill rate over 1 - fill so far (n,) [1/s], for the chambers of each part."""
    chambers = compression.size
    for part in range(first, last):
        for i in range(chambers * part // parts, chambers * (part + 1) // parts):
            compression[i] = max(compression[i], abs(fill_rate[i]) / (1.0 - fill[i]))
