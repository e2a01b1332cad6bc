"""The lithium under the gas: its pressure from the meniscus down the column, up to the Nernst ceiling."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import number, read_only
from tubewall.errors import InputError
from tubewall.materials.constants import ROOM_TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.pressures import Pressures
    from tubewall.materials import Lithium


@dataclass(frozen=True, kw_only=True)
class Piston:
    """What lies between the pressure of the gas and that of the lithium below it.

    P_Li(z) = min(ceiling, P_gas + meniscus + creep_gradient (level - z)), z measured from the electrolyte.

    Parameters
    ----------
    meniscus : float
        What capillarity adds to the gas pressure, -4 gamma cos(theta) / W: negative where lithium wets the wall [Pa].
    creep_gradient : float
        Pressure gradient that moves the lithium up the bore, at least 0 [Pa/m].
    ceiling : float
        Largest pressure the overpotential can drive, F U / V_m [Pa]; inf where it is not asked for.
    """

    meniscus: float = 0.0
    creep_gradient: float = 0.0
    ceiling: float = math.inf

    def __post_init__(self) -> None:
        """Check."""
        number("Piston.meniscus", self.meniscus, "Pa")
        number("Piston.creep_gradient", self.creep_gradient, "Pa/m", least=0.0)
        if math.isnan(self.ceiling) or self.ceiling < 0:
            raise InputError(f"Piston.ceiling must be at least 0 Pa, got {self.ceiling:g} Pa")

    @classmethod
    def of(
        cls,
        lithium: Lithium,
        *,
        bore: float,
        overpotential: float,
        current_density: float = 0.0,
        interface_diffusivity: float | None = None,
        void_fraction: float = 1.0,
        temperature: float = ROOM_TEMPERATURE,
    ) -> Piston:
        """The piston in a bore [m] at an overpotential [V], creeping along the wall at a current density [A/m2].

        ``void_fraction`` is the share of the electrode that is bore: the lithium rises faster by its inverse. Without
        ``interface_diffusivity`` [m2/s] the lithium moves freely: no creep gradient.
        """
        gradient = 0.0
        if interface_diffusivity is not None:
            gradient = lithium.creep_gradient(
                current_density,
                bore=bore,
                interface_diffusivity=interface_diffusivity,
                temperature=temperature,
                void_fraction=void_fraction,
            )
        return cls(
            meniscus=lithium.capillary_pressure(bore),
            creep_gradient=gradient,
            ceiling=lithium.ceiling(overpotential),
        )

    def pressure(self, gas: ArrayLike, depth: ArrayLike) -> NDArray[np.float64]:
        """Absolute lithium pressure at a depth [m] below the meniscus under a gas pressure [Pa] (broadcast) [Pa]."""
        free = np.asarray(gas) + self.meniscus + self.creep_gradient * np.asarray(depth)
        return np.minimum(free, self.ceiling)


@dataclass(frozen=True, kw_only=True, eq=False)
class LithiumPressures:
    """Lithium of n chambers at k times; where there is none, the gas stands at the foot and its pressure is given.

    Attributes
    ----------
    times : (k,) float
        [s].
    meniscus, foot : (k, n) float
        Absolute pressure right below the gas and at the electrolyte [Pa]. Tension (below 0) is possible where
        lithium wets the wall.
    level : (k, n) float
        Height of the lithium [m].
    at_ceiling : (k, n) bool
        Whether the overpotential limits the pressure at the foot: that chamber fills no further.
    """

    times: NDArray[np.float64]
    meniscus: NDArray[np.float64]
    foot: NDArray[np.float64]
    level: NDArray[np.float64]
    at_ceiling: NDArray[np.bool_]


def lithium_pressures(pressures: Pressures, piston: Piston) -> LithiumPressures:
    """The lithium pressures that go with gas pressures."""
    level = pressures.lithium_level
    present = level > 0
    depth = piston.creep_gradient * level
    return LithiumPressures(
        times=pressures.times,
        meniscus=read_only(np.where(present, piston.pressure(pressures.gas, 0.0), pressures.gas)),
        foot=read_only(np.where(present, piston.pressure(pressures.gas, level), pressures.gas)),
        level=read_only(level),
        at_ceiling=read_only(present & (pressures.gas + piston.meniscus + depth >= piston.ceiling)),
    )
