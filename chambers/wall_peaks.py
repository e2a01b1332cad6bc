"""What every wall saw at its hardest moment, over all steps of the integrator and not only where one looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.chambers.check import read_only
from tubewall.chambers.compiled_peaks import see_chambers, see_walls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_PARTS: Final = 64
_NAMES: Final = ("differences", "times", "pressures", "fills", "compression")


@dataclass(frozen=True, kw_only=True, eq=False)
class WallPeaks:
    """The largest difference of the gas pressures across each of m walls, and the moment of it.

    Attributes
    ----------
    differences, times : (m,) float
        [Pa], and when it was reached [s].
    pressures, fills : (m, 2) float
        Of the two chambers at that moment [Pa], [-].
    compression : (n,) float
        Largest relative loss of gas volume per second of every chamber, fill rate over 1 - fill [1/s].
    """

    differences: Floats
    times: Floats
    pressures: Floats
    fills: Floats
    compression: Floats


@dataclass(eq=False)
class PeakBook:
    """Peaks as they come in."""

    edges: Indices
    chambers: int
    crew: Crew
    differences: Floats = field(init=False)
    times: Floats = field(init=False)
    pressures: Floats = field(init=False)
    fills: Floats = field(init=False)
    compression: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Nothing was seen yet."""
        m = len(self.edges)
        self.differences, self.times = np.full(m, -1.0), np.zeros(m)
        self.pressures, self.fills = np.zeros((m, 2)), np.zeros((m, 2))
        self.compression = np.zeros(self.chambers)

    def see(self, time: float, pressure: Floats, fill: Floats, fill_rate: Floats) -> None:
        """One more state of the chambers (n,)."""
        walls = self.differences, self.times, self.pressures, self.fills
        self.crew.share(see_walls, _PARTS, _PARTS, self.edges, pressure, fill, time, *walls)
        self.crew.share(see_chambers, _PARTS, _PARTS, fill, fill_rate, self.compression)

    def packed(self) -> dict[str, NDArray[Any]]:
        """As arrays."""
        return {f"peak_{name}": getattr(self, name) for name in _NAMES}

    def unpack(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take over what was packed."""
        for name in _NAMES:
            setattr(self, name, np.array(arrays[f"peak_{name}"]))

    def made(self) -> WallPeaks:
        """The finished peaks."""
        return WallPeaks(**{name: read_only(getattr(self, name)) for name in _NAMES})
