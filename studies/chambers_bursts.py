"""The bursts of a study of an anode: which walls opened when, in cascades of which sizes, and what is left of the array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import number
from tubewall.studies.chambers_text import clock
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.chambers.wall_bursts import Bursts

    Indices = NDArray[np.int64]

Data = dict[str, Any]
_SHOWN: Final = 6
_LISTED: Final = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class BurstAnswer:
    """What opened on one side during the run.

    Attributes
    ----------
    walls : int
        Of the array.
    edges : (b, 2) int
        The two chambers of each wall that opened, in their order.
    left : float
        Largest difference across a wall at the end [Pa].
    lowest, highest : float
        Gas pressures at the end [Pa].
    bursts : Bursts
        As the run recorded them.
    """

    walls: int
    edges: Indices
    left: float
    lowest: float
    highest: float
    bursts: Bursts

    def text(self) -> str:
        """One line."""
        found = self.bursts
        if not found.walls.size:
            return f"no wall opens; at most {show(self.left, 'Pa')} across a wall at the end"
        first, last = (clock(float(time)) for time in found.times[[0, -1]])
        when = f"after {first}" if found.times.size == 1 else f"between {first} and {last}"
        return (
            f"{found.walls.size} of {self.walls} walls open in {_many(found.times.size, 'cascade')} {when}; "
            f"walls in a cascade: {_sizes(*found.histogram())}; "
            f"chambers in the joined spaces: {_sizes(*found.space_sizes())}; "
            f"gas at the end {show(self.lowest, 'Pa', 4)} to {show(self.highest, 'Pa', 4)}, "
            f"at most {show(self.left, 'Pa')} across a wall; moles to {found.imbalance:.1e}"
        )

    def to_json(self) -> Data:
        """In SI, every number with its unit; of the opened walls the first thousand."""
        found = self.bursts
        sizes, counts = found.histogram()
        chambers, spaces = found.space_sizes()
        first = slice(None, _LISTED)
        order = zip(
            self.edges[first].tolist(),
            found.times[found.cascades[first]].tolist(),
            found.differences[first].tolist(),
            found.allowable[first].tolist(),
            found.cascades[first].tolist(),
            strict=True,
        )
        return {
            "walls": self.walls,
            "opened": int(found.walls.size),
            "cascades": {"walls": sizes.tolist(), "count": counts.tolist()},
            "spaces": {"chambers": chambers.tolist(), "count": spaces.tolist()},
            "order": [
                {
                    "chambers": ends,
                    "time": number(time, "s"),
                    "difference": number(difference, "Pa"),
                    "allowable_difference": number(bears, "Pa"),
                    "cascade": cascade,
                }
                for ends, time, difference, bears, cascade in order
            ],
            "largest_difference_left": number(self.left, "Pa"),
            "pressures": {"lowest": number(self.lowest, "Pa"), "highest": number(self.highest, "Pa")},
            "imbalance": number(found.imbalance, "1"),
        }


def bursts_of(run: AnodeRun, gas: NDArray[np.float64]) -> BurstAnswer | None:
    """What opened in a run that ended at these pressures of the gas (n,) [Pa]; None of a run whose walls never open."""
    if run.bursts is None:
        return None
    edges = run.anode.array.edges
    across = np.abs(gas[edges[:, 0]] - gas[edges[:, 1]])
    # within a space there is no difference, whatever rounding says
    spaces = run.bursts.spaces
    across[spaces[edges[:, 0]] == spaces[edges[:, 1]]] = 0.0
    return BurstAnswer(
        walls=len(edges),
        edges=edges[run.bursts.walls],
        left=float(across.max(initial=0.0)),
        lowest=float(gas.min()),
        highest=float(gas.max()),
        bursts=run.bursts,
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _sizes(sizes: Indices, counts: Indices) -> str:
    """How many there are of each size, the smallest and the largest of many."""
    told = [f"{count} of {size}" for size, count in zip(sizes.tolist(), counts.tolist(), strict=True)]
    if len(told) > _SHOWN:
        told = [*told[: _SHOWN - 1], "...", told[-1]]
    return ", ".join(told)
