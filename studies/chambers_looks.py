"""What a study keeps of every look at an array: the lithium that presses hardest, full bores, and the moments it is drawn at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.chambers.lithium_columns import LithiumColumns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.anode_run import AnodeLook, AnodeRun

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

Name = Literal["gas against gas", "lithium against gas", "all chambers alike"]
# walls at a time, so that what is worked out for each takes little memory
_BLOCK: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class ChamberLoad:
    """One load case of the wall between two chambers.

    Attributes
    ----------
    name : str
        "gas against gas", "lithium against gas" or "all chambers alike".
    time : float
        [s].
    chambers : (int, int)
        The one under the larger pressure first.
    fluids : (str, str)
        What lies on their sides of the wall.
    pressures : (float, float)
        Absolute [Pa]; lithium where it is highest in this zone, at its bottom.
    fills : (float, float)
        [-].
    zone : (float, float)
        Heights between which the wall sees it [m].
    """

    name: Name
    time: float
    chambers: tuple[int, int]
    fluids: tuple[str, str]
    pressures: tuple[float, float]
    fills: tuple[float, float]
    zone: tuple[float, float]

    @property
    def difference(self) -> float:
        """Across the wall [Pa]."""
        return self.pressures[0] - self.pressures[1]


@dataclass(eq=False)
class LookNotes:
    """Notes of the looks at an anode, one after another.

    Attributes
    ----------
    anode : Anode
    near : float or None
        The look nearest to this time [s] is kept; without it that of the largest difference across a wall, the first of
        equal ones.
    pair : ChamberLoad or None
        The hardest wall with lithium on one side and gas on the other, at the bottom of that zone.
    lithium : float
        Largest pressure of the lithium in any chamber [Pa].
    kept, last : AnodeLook or None
        The look that is kept, and the latest.
    """

    anode: Anode
    near: float | None = None
    pair: ChamberLoad | None = None
    lithium: float = 0.0
    kept: AnodeLook | None = None
    last: AnodeLook | None = None
    columns: LithiumColumns = field(init=False)
    edges: Indices = field(init=False)
    _full: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was seen yet."""
        self.columns, self.edges = LithiumColumns.of(self.anode), self.anode.array.edges
        self._full = np.zeros(self.anode.chambers, dtype=np.bool_)

    @classmethod
    def of(cls, run: AnodeRun) -> LookNotes:
        """Of a run that kept the histories of all chambers."""
        notes = cls(run.anode)
        for k in range(run.times.size):
            notes.see(run.look(k))
        return notes

    @property
    def full_bores(self) -> int:
        """Bores that were full at any look."""
        return int(self._full.sum())

    def see(self, look: AnodeLook) -> None:
        """One more look."""
        self.last = look
        if self.kept is None or self._rather(look, self.kept):
            self.kept = look
        self._full |= look.fills >= self.anode.fullest
        below, foot = stopped(
            self.anode, look.fills, look.overpotential,
            *self.columns.pressures(look.overpotential, look.fills, look.pressures),
        )  # fmt: skip
        self.lithium = max(self.lithium, float(foot[look.fills > 0].max(initial=0.0)))
        for part in blocks(len(self.edges)):
            ends = self.edges[part]
            sides = look.fills[ends], look.pressures[ends], below[ends], foot[ends]
            self.pair = harder(self.pair, hardest_pair(self.anode, ends, np.full(len(ends), look.time), *sides))

    def _rather(self, look: AnodeLook, kept: AnodeLook) -> bool:
        if self.near is not None:
            return abs(look.time - self.near) < abs(kept.time - self.near)
        return look.largest_difference > kept.largest_difference


def blocks(walls: int) -> Iterator[slice]:
    """All walls, some at a time."""
    return (slice(at, min(at + _BLOCK, walls)) for at in range(0, walls, _BLOCK))


def stopped(anode: Anode, fills: Floats, overpotential: Any, below: Floats, foot: Floats) -> tuple[Floats, Floats]:
    """Where a bore is full no more lithium goes in, since it presses with all that the overpotential can drive."""
    full = fills >= anode.fullest
    ceiling = anode.lithium.ceiling(1.0) * np.maximum(overpotential, 0.0)
    return np.where(full, np.maximum(below, ceiling), below), np.where(full, np.maximum(foot, ceiling), foot)


def hardest_pair(
    anode: Anode, edges: Indices, times: Floats, fills: Floats, gas: Floats, below: Floats, foot: Floats
) -> ChamberLoad | None:
    """Of m walls with their two sides (m, 2) the hardest pair of lithium and gas; None where the levels are alike."""
    rows = np.arange(len(edges))
    full = np.argmax(fills, axis=1)
    most, least = fills[rows, full], fills[rows, 1 - full]
    depth = 1.0 - least / np.maximum(most, 1e-300)
    pressure = below[rows, full] + (foot - below)[rows, full] * depth
    difference = np.where(most > least, pressure - gas[rows, 1 - full], -np.inf)
    k = int(np.argmax(difference))
    if not most[k] > least[k]:
        return None
    return ChamberLoad(
        name="lithium against gas",
        time=float(times[k]),
        chambers=(int(edges[k, full[k]]), int(edges[k, 1 - full[k]])),
        fluids=("lithium", "gas"),
        pressures=(float(pressure[k]), float(gas[k, 1 - full[k]])),
        fills=(float(most[k]), float(least[k])),
        zone=(float(least[k]) * anode.height, float(most[k]) * anode.height),
    )


def harder(one: ChamberLoad | None, other: ChamberLoad | None) -> ChamberLoad | None:
    """The harder of two loads, the first of equal ones."""
    if one is None or other is None:
        return one or other
    return other if other.difference > one.difference else one
