"""Pressures of the lithium in the bores of an anode: right below the gas, and at the electrolyte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class LithiumColumns:
    """The columns of lithium of n chambers.

    Attributes
    ----------
    rate : (n,) float
        Fill rate for each volt [1/(V s)].
    law : (float, float, float, float)
        As `Population.law`: V/Pa, pressure of the meniscus [Pa], creep, largest fill.
    creep : float
        Creep resistance times the height squared [Pa s].
    """

    rate: Floats
    law: tuple[float, float, float, float]
    creep: float

    @classmethod
    def of(cls, anode: Anode) -> LithiumColumns:
        """Those of an anode."""
        from tubewall.chambers.engine_state import population

        made = population(anode)
        rate = np.broadcast_to(made.rate, (anode.chambers,))
        return cls(rate=rate, law=made.law, creep=anode.creep_resistance * anode.height**2)

    def pressures(
        self, overpotential: Any, fills: Floats, gas: Floats, chambers: NDArray[np.int64] | None = None
    ) -> tuple[Floats, Floats]:
        """Right below the gas and at the electrolyte [Pa]; the gas stands where there is no lithium.

        At the electrolyte the creep along the column adds creep_resistance speed column, the speed following from the
        chamber's own current.

        Parameters
        ----------
        overpotential : float or array
            That broadcasts against the fills [V].
        fills, gas : (..., n) float
            [-], [Pa].
        chambers : int, optional
            Whose they are, of the same shape; all by default.
        """
        kappa, meniscus, creep, fullest = self.law
        rate = self.rate if chambers is None else self.rate[chambers]
        below = gas + np.where(fills > 0, meniscus, 0.0)
        speed = rate * (overpotential - kappa * (gas + meniscus)) / (1.0 + creep * rate * fills)
        still = ((speed < 0) & (fills <= 0)) | ((speed > 0) & (fills >= fullest))
        return below, below + self.creep * np.where(still, 0.0, speed) * fills
