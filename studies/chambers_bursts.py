"""The bursts of a study of an anode: which walls open at the hardest moment, and what is left of the array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import number
from tubewall.units import show

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode_run import AnodeRun
    from tubewall.chambers.burst_cascade import Cascade

Data = dict[str, Any]
_SHOWN: Final = 5
_LISTED: Final = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class Bursts:
    """The cascade at one moment, as if every wall had held until then.

    Attributes
    ----------
    time : float
        That of the largest difference across any wall [s].
    allowable : float
        Difference of the gas pressures that a wall bears [Pa].
    hardest, left : float
        Largest difference across a wall before and after [Pa].
    edges : (m, 2) int
        The two chambers of every wall.
    cascade : Cascade
    """

    time: float
    allowable: float
    hardest: float
    left: float
    edges: NDArray[np.int64]
    cascade: Cascade

    def text(self) -> str:
        """One line."""
        at = f"after {show(self.time, 'h', 3) if self.time >= 3600.0 else show(self.time, 's', 3)}"
        bears = f"of {show(self.allowable, 'Pa')}"
        found = self.cascade
        if not found.opened.size:
            return f"no wall opens: at most {show(self.hardest, 'Pa')} {bears}, {at}"
        sizes, counts = found.histogram()
        of_size = [f"{count} of {size}" for size, count in zip(sizes.tolist(), counts.tolist(), strict=True)]
        if len(of_size) > _SHOWN:
            of_size = [*of_size[: _SHOWN - 1], "...", of_size[-1]]
        return (
            f"{found.overloaded} of {len(self.edges)} walls bear more than their {show(self.allowable, 'Pa')} {at}, "
            f"{found.opened.size} open; chambers in the joined spaces: {', '.join(of_size)}; "
            f"gas then at {show(float(found.pressures.min()), 'Pa', 4)} to {show(float(found.pressures.max()), 'Pa', 4)}, "
            f"at most {show(self.left, 'Pa')} across a wall, moles to {found.imbalance:.1e}"
        )

    def to_json(self) -> Data:
        """In SI, every number with its unit; of the opened walls the first thousand."""
        found = self.cascade
        sizes, counts = found.histogram()
        first = zip(found.opened[:_LISTED].tolist(), found.differences[:_LISTED].tolist(), strict=True)
        return {
            "time": number(self.time, "s"),
            "allowable_difference": number(self.allowable, "Pa"),
            "largest_difference": number(self.hardest, "Pa"),
            "largest_difference_left": number(self.left, "Pa"),
            "walls": len(self.edges),
            "overloaded": found.overloaded,
            "opened": int(found.opened.size),
            "order": [{"chambers": self.edges[wall].tolist(), "difference": number(d, "Pa")} for wall, d in first],
            "sizes": {"chambers": sizes.tolist(), "spaces": counts.tolist()},
            "pressures": {
                "lowest": number(float(found.pressures.min()), "Pa"),
                "highest": number(float(found.pressures.max()), "Pa"),
            },
            "imbalance": number(found.imbalance, "1"),
        }


def bursts_of(run: AnodeRun, allowable: float) -> Bursts:
    """The cascade of a run that kept all chambers, where the largest difference across a wall is largest.

    Each chamber has the gas pressure and the gas volume of that moment; the lithium stays where it is.
    """
    from tubewall.chambers.burst_cascade import cascade
    from tubewall.studies.chambers_data import hardest_look

    anode, look, edges = run.anode, hardest_look(run), run.anode.array.edges
    volumes = anode.areas * anode.height * (1.0 - run.fills[look])
    found = cascade(edges, run.pressures[look], volumes, allowable, gas=anode.gas, temperature=anode.temperature)
    return Bursts(
        time=float(run.times[look]),
        allowable=allowable,
        hardest=_largest(edges, run.pressures[look]),
        left=_largest(edges, found.pressures),
        edges=edges,
        cascade=found,
    )


def _largest(edges: NDArray[np.int64], pressures: NDArray[np.float64]) -> float:
    return float(np.abs(pressures[edges[:, 0]] - pressures[edges[:, 1]]).max(initial=0.0))
