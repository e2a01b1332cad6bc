"""The three zones of a wall by height: lithium on both sides, lithium against gas, gas on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tubewall.chambers.check import number
from tubewall.chambers.piston import Piston
from tubewall.errors import InputError
from tubewall.materials.constants import ATMOSPHERE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Fluid = Literal["lithium", "gas"]


@dataclass(frozen=True, kw_only=True)
class WallZone:
    """One zone of the wall between a first and a second chamber, possibly of no height.

    Attributes
    ----------
    name : {"lithium-lithium", "lithium-gas", "gas-gas"}
        What lies on its sides, whichever is first.
    fluids : (str, str)
        What lies on the side of the first and of the second chamber.
    bottom, top : float
        Heights above the electrolyte [m].
    levels, gas_pressures : (float, float)
        Lithium levels [m] and absolute gas pressures [Pa] of the two chambers.
    piston : Piston
        From gas pressure to lithium pressure.
    reference_pressure : float
        Pressure of the stress-free state: loads are pressures less this one [Pa].
    """

    name: Literal["lithium-lithium", "lithium-gas", "gas-gas"]
    fluids: tuple[Fluid, Fluid]
    bottom: float
    top: float
    levels: tuple[float, float]
    gas_pressures: tuple[float, float]
    piston: Piston
    reference_pressure: float

    @property
    def height(self) -> float:
        """Its extent [m]; 0 where the zone does not exist."""
        return self.top - self.bottom

    def pressures(self, height: ArrayLike) -> NDArray[np.float64]:
        """Absolute pressures on both sides (..., 2) at heights within the zone [Pa]."""
        z = np.asarray(height, dtype=np.float64)
        return np.stack([self._side(side, z) for side in (0, 1)], axis=-1)

    def loads(self, height: ArrayLike) -> NDArray[np.float64]:
        """Pressures relative to the reference (..., 2) at heights within the zone [Pa]."""
        return self.pressures(height) - self.reference_pressure

    @property
    def worst_height(self) -> float:
        """Height at which the difference across the wall is largest in magnitude [m]."""
        # the columns share one gradient and one ceiling, so that the difference is monotonic: an end has the largest
        ends = np.array([self.bottom, self.top])
        return float(ends[np.argmax(np.abs(self.difference(ends)))])

    def difference(self, height: ArrayLike) -> NDArray[np.float64]:
        """Pressure of the first side less that of the second at heights within the zone [Pa]."""
        both = self.pressures(height)
        return np.asarray(both[..., 0] - both[..., 1])

    def _side(self, side: int, z: NDArray[np.float64]) -> NDArray[np.float64]:
        gas = self.gas_pressures[side]
        if self.fluids[side] == "gas":
            return np.full(z.shape, gas)
        return self.piston.pressure(gas, self.levels[side] - z)


def wall_zones(
    *,
    height: float,
    levels: tuple[float, float],
    gas_pressures: tuple[float, float],
    piston: Piston | None = None,
    reference_pressure: float = ATMOSPHERE,
) -> tuple[WallZone, WallZone, WallZone]:
    """The zones of a wall from the electrolyte up (physics page 3.5, loads by height).

    Parameters
    ----------
    height : float
        Of the wall [m].
    levels : (float, float)
        Lithium levels of the first and the second chamber, 0 to ``height`` [m].
    gas_pressures : (float, float)
        Their absolute gas pressures [Pa].
    piston : Piston, optional
        From gas pressure to lithium pressure; the same pressure by default.
    reference_pressure : float
        Pressure of the stress-free state [Pa].

    Returns
    -------
    (WallZone, WallZone, WallZone)
        'lithium-lithium', 'lithium-gas' and 'gas-gas'; a zone that does not exist has no height.
    """
    tall = number("wall_zones: height", height, "m", above=0.0)
    for level in levels:
        if not 0.0 <= number("wall_zones: levels", level, "m") <= tall:
            raise InputError(f"wall_zones: levels must be 0 to the height {tall:g} m, got {level:g} m")
    for gas in gas_pressures:
        number("wall_zones: gas_pressures", gas, "Pa", least=0.0)
    number("wall_zones: reference_pressure", reference_pressure, "Pa", least=0.0)
    lower, upper = min(levels), max(levels)
    beside: tuple[Fluid, Fluid] = ("lithium", "gas") if levels[0] >= levels[1] else ("gas", "lithium")

    def zone(
        name: Literal["lithium-lithium", "lithium-gas", "gas-gas"],
        fluids: tuple[Fluid, Fluid],
        bottom: float,
        top: float,
    ) -> WallZone:
        return WallZone(
            name=name,
            fluids=fluids,
            bottom=bottom,
            top=top,
            levels=levels,
            gas_pressures=gas_pressures,
            piston=Piston() if piston is None else piston,
            reference_pressure=reference_pressure,
        )

    return (
        zone("lithium-lithium", ("lithium", "lithium"), 0.0, lower),
        zone("lithium-gas", beside, lower, upper),
        zone("gas-gas", ("gas", "gas"), upper, tall),
    )
