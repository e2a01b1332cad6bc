"""Scattered conductances, the same for a chamber whoever asks and in whatever order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.chambers.anode import Lattice
from tubewall.chambers.compiled_random import fill_normals, fill_smooth, fill_uniforms
from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode

    Floats = NDArray[np.float64]

STREAMS: Final = {"conductance": 1, "blocked": 2, "walls": 3, "strength": 4}
_MASK: Final = 2**64 - 1


def stream_key(seed: int, stream: str) -> np.uint64:
    """The key of one kind of random number under a seed."""
    x = (seed * 0xD1342543DE82EF95 + STREAMS[stream] * 0x2545F4914F6CDD1D + 0x632BE59BD9B4E019) & _MASK
    x = ((x ^ (x >> 32)) * 0xDABA0B6EB09322E3) & _MASK
    return np.uint64(x ^ (x >> 32))


def normals(seed: int, stream: str, start: int, count: int) -> Floats:
    """Standard normals (count,) of chambers ``start`` and after."""
    out = np.empty(count)
    fill_normals(stream_key(seed, stream), start, out)
    return out


def uniforms(seed: int, stream: str, start: int, count: int) -> Floats:
    """Uniforms in (0, 1) (count,) of chambers ``start`` and after."""
    out = np.empty(count)
    fill_uniforms(stream_key(seed, stream), start, out)
    return out


def coarse_grid(lattice: Lattice, correlation: float) -> tuple[float, float, int, int]:
    """Spacings (rows, columns) of the grid under a smooth field, near the correlation length, and its counts."""
    rows = max(4, round(lattice.rows / correlation))
    columns = max(4, round(lattice.columns / correlation))
    return lattice.rows / rows, lattice.columns / columns, rows, columns


def conductance_factors(anode: Anode, start: int = 0, count: int | None = None) -> Floats:
    """What the conductances of chambers ``start`` and after are over their mean (count,) [-]."""
    number = anode.chambers - start if count is None else count
    scatter = anode.scatter
    factors = np.ones(number)
    if scatter.deviation > 0:
        field = _field(anode, start, number)
        if scatter.law == "lognormal":
            spread = math.sqrt(math.log1p(scatter.deviation**2))
            factors = np.exp(spread * field - 0.5 * spread**2)
        else:
            factors = np.maximum(1.0 + scatter.deviation * field, 0.0)
    if scatter.blocked > 0:
        factors[uniforms(anode.seed, "blocked", start, number) < scatter.blocked] = 0.0
    return factors


def wall_factors(anode: Anode) -> Floats:
    """What the permeances of all walls are over their mean by the scatter of thickness (m,) [-]; 1 without any."""
    if anode.wall_scatter == 0.0:
        return np.ones(anode.walls)
    spread = math.sqrt(math.log1p(anode.wall_scatter**2))
    return np.exp(spread * normals(anode.seed, "walls", 0, anode.walls) - 0.5 * spread**2)


def _field(anode: Anode, start: int, count: int) -> Floats:
    length = anode.scatter.correlation
    if length <= 1.0:
        return normals(anode.seed, "conductance", start, count)
    if not isinstance(anode.array, Lattice):
        raise InputError("Scatter.correlation needs a Lattice: a graph does not say where its chambers stand")
    out = np.empty(count)
    grid = coarse_grid(anode.array, length)
    fill_smooth(stream_key(anode.seed, "conductance"), start, anode.array.columns, grid, out)
    return out
