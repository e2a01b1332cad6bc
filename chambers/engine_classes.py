"""A hundred million hermetic chambers: given the common overpotential they know nothing of each other.

Chambers of one conductance then share one history, and that history changes smoothly with the conductance: chambers are
counted in narrow classes of it, each class is integrated once with the mean conductance of its members, and what a single
chamber does is read off between the classes. The random numbers of a chamber follow from its index, so nothing is stored
for it. What this leaves out is the spread of conductances within a class, (width)^2 / 24 of the second derivative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.anode import Lattice
from tubewall.chambers.anode_run import LEVELS, PRESSURE_EDGES
from tubewall.chambers.compiled_classes import REACH, classify, compare
from tubewall.chambers.compiled_crew import Crew
from tubewall.chambers.engine_state import Population, assemble
from tubewall.chambers.random_fields import coarse_grid, conductance_factors, stream_key
from tubewall.materials.constants import FARADAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode

    Floats = NDArray[np.float64]

_BINS: Final = 16384
_PARTS: Final = 64
# bins of the logarithm of a difference, for its quantiles
_FINE: Final = 8192
_LOWEST: Final = 1e-3
_HIGHEST: Final = 1e10


def classable(anode: Anode) -> bool:
    """Whether the chambers differ by nothing but a scattered conductance and do not trade gas."""
    alike = (anode.conductance, anode.initial_pressure, anode.initial_fill)
    return isinstance(anode.array, Lattice) and anode.hermetic and all(values.ndim == 0 for values in alike)


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of chambers by conductance.

    Attributes
    ----------
    factors : (c,) float
        Mean conductance of the members of a class over that of all, ascending; a first 0 stands for blocked chambers [-].
    counts : (c,) int
        Chambers in each class.
    middles : (c,) float
        The standard normal in the middle of each class; nan for blocked chambers [-].
    """

    factors: Floats
    counts: NDArray[np.int64]
    middles: Floats

    def population(self, anode: Anode) -> Population:
        """The classes for the kernels."""
        lattice = anode.array
        assert isinstance(lattice, Lattice)
        volume = lattice.area * anode.height
        siemens = float(anode.conductance) * lattice.footprint * self.factors
        rate = siemens * anode.lithium.molar_volume / FARADAY / volume
        return assemble(anode, rate, self.counts.astype(np.float64), np.full(self.factors.size, volume))

    def between(self, values: Floats, factors: Floats) -> Floats:
        """Values (c,) of the classes read off at conductances over their mean."""
        return np.asarray(np.interp(factors, self.factors, values), dtype=np.float64)


def _keys(anode: Anode) -> NDArray[np.uint64]:
    return np.array([stream_key(anode.seed, name) for name in ("conductance", "blocked")], dtype=np.uint64)


def _law(anode: Anode) -> tuple[bool, float]:
    scatter = anode.scatter
    if scatter.law == "lognormal":
        return True, math.sqrt(math.log1p(scatter.deviation**2))
    return False, scatter.deviation


def _grid(anode: Anode) -> tuple[float, float, int, int]:
    length = anode.scatter.correlation
    if length <= 1.0:
        return 1.0, 1.0, 0, 0
    assert isinstance(anode.array, Lattice)
    return coarse_grid(anode.array, length)


def classes_of(anode: Anode, threads: int | None = None) -> Classes:
    """Count the chambers of an anode in classes of their conductance."""
    lattice = anode.array
    assert isinstance(lattice, Lattice)
    n = lattice.chambers
    if anode.scatter.deviation == 0.0 and anode.scatter.blocked == 0.0:
        return Classes(np.ones(1), np.array([n]), np.zeros(1))
    counts, totals = np.zeros((_PARTS, _BINS), dtype=np.int64), np.zeros((_PARTS, _BINS))
    shut = np.zeros(_PARTS, dtype=np.int64)
    with Crew(n, threads) as crew:
        crew.share(
            classify, _PARTS, n, _keys(anode), anode.scatter.blocked, _grid(anode), lattice.columns, _law(anode), counts,
            totals, shut,
        )  # fmt: skip
    number, total, closed = counts.sum(axis=0), totals.sum(axis=0), int(shut.sum())
    if anode.scatter.deviation == 0.0:
        return Classes(np.array([0.0, 1.0]), np.array([closed, n - closed]), np.array([np.nan, 0.0]))
    full = np.flatnonzero(number)
    # empty classes among the others and one at either end: where members are few, values are read off over no gap
    bins = np.arange(max(full[0] - 1, 0), min(full[-1] + 2, _BINS))
    middles = _middles()[bins]
    factors, members = _factors(middles, _law(anode)), number[bins]
    factors[members > 0] = total[bins][members > 0] / members[members > 0]
    # a normal scatter that is cut at 0 has several classes of no conductance
    none = factors <= 0.0
    closed += int(members[none].sum())
    factors, members, middles = factors[~none], members[~none], middles[~none]
    if closed:
        factors, members, middles = np.append(0.0, factors), np.append(closed, members), np.append(np.nan, middles)
    return Classes(factors, members, middles)


def _middles() -> Floats:
    return np.linspace(-REACH + REACH / _BINS, REACH - REACH / _BINS, _BINS)


def _factors(normals: Floats, law: tuple[bool, float]) -> Floats:
    if law[0]:
        return np.asarray(np.exp(law[1] * normals - 0.5 * law[1] ** 2), dtype=np.float64)
    return np.asarray(np.maximum(1.0 + law[1] * normals, 0.0), dtype=np.float64)


def wall_differences(
    anode: Anode, classes: Classes, pressures: Floats, threads: int | None = None
) -> tuple[Floats, Any]:
    """Mean, deviation and quantiles (13,) of the pressure differences over all walls, and their counts.

    ``pressures`` (c,) are those of the classes. Quantiles are exact to 0.4 %, mean, deviation and largest to the precision of
    the classes.
    """
    lattice = anode.array
    assert isinstance(lattice, Lattice)
    able = ~np.isnan(classes.middles)
    shut = float(pressures[~able][0]) if (~able).any() else 0.0
    table = classes.between(pressures, _factors(_middles(), _law(anode)))
    counts = np.zeros((_PARTS, _FINE), dtype=np.int64)
    sums = np.zeros((_PARTS, 3))
    scale = (_FINE - 2) / math.log(_HIGHEST / _LOWEST)
    with Crew(lattice.chambers, threads) as crew:
        crew.share(
            compare, _PARTS, lattice.rows, lattice.columns, lattice.shape == "hexagon", lattice.periodic, _keys(anode),
            anode.scatter.blocked, shut, _grid(anode), table, _LOWEST, scale, counts, sums,
        )  # fmt: skip
    number = counts.sum(axis=0)
    edges = np.concatenate([[0.0], _LOWEST * np.exp(np.arange(_FINE) / scale)])
    below = np.concatenate([[0], np.cumsum(number)])
    total = max(int(below[-1]), 1)
    mean = sums[:, 0].sum() / total
    deviation = math.sqrt(max(sums[:, 1].sum() / total - mean**2, 0.0))
    largest = float(sums[:, 2].max())
    quantiles = np.minimum(np.interp(np.array(LEVELS) * total, below, edges), largest)
    quantiles[-1] = largest
    coarse = np.concatenate([[0.0], PRESSURE_EDGES])
    middles = np.concatenate([[0.0], np.sqrt(edges[1:-1] * edges[2:])])
    inside = np.clip(np.searchsorted(coarse, middles, side="right") - 1, 0, coarse.size - 2)
    by_bin = np.bincount(inside, number, coarse.size - 1).astype(np.int64)
    return np.concatenate([[mean, deviation], quantiles]), by_bin


def factors_at(anode: Anode, chambers: NDArray[np.int64]) -> Floats:
    """Conductances of single chambers over their mean (c,) [-]."""
    return np.array([conductance_factors(anode, int(i), 1)[0] for i in chambers], dtype=np.float64)
