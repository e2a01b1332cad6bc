"""The walls that opened during a run: when, in which cascades, and what became of their chambers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Bursts:
    """b walls that opened in c cascades; in a cascade one wall after the other opens at one moment.

    Attributes
    ----------
    times : (c,) float
        Of the cascades [s].
    sizes : (c,) int
        Walls that opened in each.
    walls : (b,) int
        In the order in which they opened.
    cascades : (b,) int
        The cascade in which each opened.
    differences : (b,) float
        What each bore when it opened [Pa].
    allowable : (b,) float
        What each may bear [Pa].
    spaces : (n,) int
        The lowest number among the chambers that share the gas of each at the end.
    imbalance : float
        Largest error of the moles in a cascade over all moles.
    """

    times: Floats
    sizes: Indices
    walls: Indices
    cascades: Indices
    differences: Floats
    allowable: Floats
    spaces: Indices
    imbalance: float

    def histogram(self) -> tuple[Indices, Indices]:
        """Sizes of cascades that occur, ascending, and how many cascades have each."""
        sizes, counts = np.unique(self.sizes, return_counts=True)
        return sizes.astype(np.int64), counts.astype(np.int64)

    def space_sizes(self) -> tuple[Indices, Indices]:
        """Numbers of chambers, ascending from 2, that share their gas at the end, and how many spaces have each."""
        _, chambers = np.unique(self.spaces, return_counts=True)
        sizes, counts = np.unique(chambers[chambers > 1], return_counts=True)
        return sizes.astype(np.int64), counts.astype(np.int64)

    def __repr__(self) -> str:
        """Count instead of listing."""
        largest = int(self.sizes.max(initial=0))
        return f"Bursts({self.walls.size} walls in {self.times.size} cascades, the largest of {largest})"
