"""Patterns of pressure on an n x n supercell: seen from every cell, and the worst of them.

Chamber (kind, i, j) has the index kind * n^2 + i * n + j.
"""

from __future__ import annotations

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.patterns import Peak, SurfaceInfluence, checked_pattern, peaks
from tubewall.fem.stress import extreme_index, tangential

# the least cosine between a deviator and the nearest of the directions tried is cos(pi / 48) = 0.998, before refinement
_DIRECTIONS = 48
_REFINEMENTS = 30


def seen_from(pattern: Floats, cells: Ints, n: int) -> Floats:
    """A pattern (kinds n^2,) as it is seen from the cells (k, 2): (k, kinds n^2), their own chamber coming first."""
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    row = (cells[:, 0, None, None] + i) % n
    column = (cells[:, 1, None, None] + j) % n
    turned = pattern.reshape(-1, n * n)[:, (row * n + column).reshape(len(cells), -1)]
    return np.ascontiguousarray(np.swapaxes(turned, 0, 1)).reshape(len(cells), -1)


def all_cells(n: int) -> Ints:
    """The lattice offsets (n^2, 2) of all cells of the supercell."""
    return np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1).reshape(-1, 2)


def chamber_seen(chamber: int, cell: Ints, n: int) -> int:
    """Index in the supercell of the chamber that a cell sees as ``chamber``."""
    kind, place = divmod(int(chamber), n * n)
    i, j = divmod(place, n)
    return kind * n * n + int((i + cell[0]) % n) * n + int((j + cell[1]) % n)


def peak_anywhere(surface: SurfaceInfluence, pattern: Floats, quantity: str, n: int, lattice: Floats) -> Peak:
    """The most dangerous surface point of the whole supercell under a pattern (kinds n^2,) [Pa]."""
    pattern = checked_pattern(pattern, surface.n_chambers)
    if pattern.ndim != 1:
        raise InputError(f"the peak is that of one pattern, got the shape {pattern.shape}")
    cells = all_cells(n)
    found = peaks(surface, seen_from(pattern, cells, n), quantity)
    best = extreme_index(found.values, quantity)
    index = int(found.indices[best])
    return Peak(
        value=float(found.values[best]),
        at=surface.points[index] + cells[best] @ lattice,
        quantity=quantity,
        index=index,
        chamber=chamber_seen(int(surface.chamber[index]), cells[best], n),
    )


def bounds(low: float | Floats, high: float | Floats, count: int) -> tuple[Floats, Floats]:
    """Both bounds as one pressure for each chamber.

    Raises
    ------
    InputError
        When a chamber's low pressure is above its high one.
    """
    lower = checked_pattern(np.broadcast_to(np.asarray(low, dtype=np.float64), (count,)), count)
    upper = checked_pattern(np.broadcast_to(np.asarray(high, dtype=np.float64), (count,)), count)
    over = np.flatnonzero(lower > upper)
    if len(over):
        raise InputError(
            f"chamber {over[0]}: the low pressure {lower[over[0]]:g} Pa exceeds the high one {upper[over[0]]:g} Pa"
        )
    return lower, upper


def distinct_cells(lower: Floats, upper: Floats, n: int) -> Ints:
    """The cells (k, 2) from which the bounds look different: one when they are alike for all chambers of a kind."""
    alike = [np.ptp(bound.reshape(-1, n * n), axis=1).max() == 0 for bound in (lower, upper)]
    return all_cells(n)[:1] if all(alike) else all_cells(n)


def worst_pattern(surface: SurfaceInfluence, lower: Floats, upper: Floats, quantity: str, n: int) -> Floats:
    """The pattern between the bounds with the largest ``quantity`` on the surface of any cell.

    On a surface one principal stress is minus the pressure, the two others are the tangential and the axial stress,
    both linear in the pressures: over a box a linear function is largest at the corner that the signs of its
    coefficients give, so the choice by sign is exact. The von Mises stress is the largest of the linear functions
    sqrt(3/2) d.s over unit deviators d, each of which is maximised so; the best of 48 directions is then refined until
    direction and pattern agree (it grows with each step), which leaves at most 1 - cos(pi/48) = 0.2 % undiscovered.
    """
    along = tangential(np.moveaxis(surface.influence, 1, -1), surface.normals[:, None, :])
    axial = surface.influence[:, 2, :]
    cells = distinct_cells(lower, upper, n)
    lows, highs = seen_from(lower, cells, n).T, seen_from(upper, cells, n).T
    if quantity == "max principal":
        found = [(*_largest(part, lows, highs), part) for part in (along, axial)]
        _, point, cell, part = max(found, key=lambda item: item[0])
        chosen: Floats = np.where(part[point] > 0, highs[:, cell], lows[:, cell])
    elif quantity == "von mises":
        normal: Floats = surface.influence[:, :3, :].sum(axis=1) - along - axial
        chosen, cell = _worst_von_mises(along, axial, normal, lows, highs)
    else:
        raise unknown_name("quantity of a worst pattern", quantity, ["max principal", "von mises"])
    # back from the cell where it was found
    pattern: Floats = seen_from(chosen, -cells[cell : cell + 1], n)[0]
    return pattern


def _largest(coefficients: Floats, lows: Floats, highs: Floats) -> tuple[float, int, int]:
    """Largest value of any row of ``coefficients`` (p, n) within the bounds (n, k): value, row, bounds' column."""
    values = np.maximum(coefficients, 0.0) @ highs + np.minimum(coefficients, 0.0) @ lows
    point, cell = divmod(int(np.argmax(values)), values.shape[1])
    return float(values[point, cell]), point, cell


def _worst_von_mises(along: Floats, axial: Floats, normal: Floats, lows: Floats, highs: Floats) -> tuple[Floats, int]:
    """The pattern (n,) with the largest von Mises stress of principal stresses (p, n) each, and the bounds' column."""
    first, second = (along - axial) / np.sqrt(2), (along + axial - 2 * normal) / np.sqrt(6)
    best = (-np.inf, 0, 0, 0.0)
    for angle in 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS:
        value, point, cell = _largest(np.cos(angle) * first + np.sin(angle) * second, lows, highs)
        if value > best[0]:
            best = (value, point, cell, float(angle))
    _, point, cell, angle = best
    pattern = lows[:, cell]
    for _ in range(_REFINEMENTS):
        coefficients = np.cos(angle) * first[point] + np.sin(angle) * second[point]
        chosen = np.where(coefficients > 0, highs[:, cell], lows[:, cell])
        if np.array_equal(chosen, pattern):
            break
        pattern = chosen
        angle = float(np.arctan2(second[point] @ pattern, first[point] @ pattern))
    return pattern, cell


def one_different_patterns(lower: Floats, upper: Floats, n: int) -> Floats:
    """Patterns (k, kinds n^2): one chamber at its upper bound among lower ones, then one lower among upper ones.

    One chamber of each kind where the bounds are alike for all of a kind, else every chamber; chambers whose two bounds
    agree are never the different one.
    """
    alone = np.arange(0, len(lower), n * n) if len(distinct_cells(lower, upper, n)) == 1 else np.arange(len(lower))
    alone = alone[upper[alone] > lower[alone]] if np.any(upper > lower) else alone[:1]
    high_among_low, low_among_high = np.tile(lower, (len(alone), 1)), np.tile(upper, (len(alone), 1))
    rows = np.arange(len(alone))
    high_among_low[rows, alone] = upper[alone]
    low_among_high[rows, alone] = lower[alone]
    return np.concatenate([high_among_low, low_among_high])


def largest_tension(surface: SurfaceInfluence, pattern: Floats, n: int) -> tuple[float, str]:
    """The largest tangential or axial stress [Pa] on the surface of any cell under a pattern, and which of them it is."""
    seen = seen_from(pattern, all_cells(n), n).T
    along = tangential(np.moveaxis(surface.influence, 1, -1), surface.normals[:, None, :])
    found = [(float((along @ seen).max()), "tangential"), (float((surface.influence[:, 2, :] @ seen).max()), "axial")]
    return max(found)
