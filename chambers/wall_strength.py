"""What pressure difference each wall bears before it opens: one number, one for each wall, or scattered as Weibull says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import each, number, read_only
from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class WallStrength:
    """Pressure differences that walls bear, P(a < x) = 1 - exp(-(x / scale)^modulus) (Weibull 1951, eq. 4).

    That of a wall follows from the seed and the number of the wall alone.

    Parameters
    ----------
    scale : float
        The difference that 63 % of the walls do not bear [Pa].
    modulus : float
        Weibull's m; the larger, the more alike the walls [-].
    seed : int
        0 or more.
    """

    scale: float
    modulus: float
    seed: int = 0

    def __post_init__(self) -> None:
        """Check."""
        number("WallStrength.scale", self.scale, "Pa", above=0.0)
        number("WallStrength.modulus", self.modulus, "(a number)", above=0.0)
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise InputError(f"WallStrength.seed must be a whole number from 0 to 2^63 - 1, got {self.seed!r}")

    def of(self, count: int) -> Floats:
        """What walls 0 to ``count`` - 1 bear [Pa]."""
        from tubewall.chambers.random_fields import uniforms

        survive = uniforms(self.seed, "strength", 0, count)
        with np.errstate(over="ignore", under="ignore"):
            found = self.scale * (-np.log(survive)) ** (1.0 / self.modulus)
        # a wall of no strength at all would be no wall; one beyond all numbers never opens
        return np.maximum(found, np.finfo(float).tiny)


def allowable_of(value: float | ArrayLike | WallStrength, walls: int) -> Floats:
    """The difference that every wall bears (m,) [Pa]; inf for one that never opens."""
    if isinstance(value, WallStrength):
        return read_only(value.of(walls))
    return each("run: allowable", value, walls, "Pa", above=0.0, infinite=True)
