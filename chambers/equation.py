"""The gas law as the integrator wants it: pressure and its slope over molar density, fast and smooth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from tubewall.errors import ConvergenceError, InputError
from tubewall.materials.constants import GAS_CONSTANT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.network import EquationOfState

_NODES = (16, 32, 64, 128, 256)
_SERIES_ERROR = 1e-12


class Isotherm(Protocol):
    """Pressure against molar density at one temperature."""

    @property
    def limit(self) -> float:
        """Largest density at which it holds [mol/m3]."""
        ...

    def pressure(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pressure [Pa] at molar densities [mol/m3]."""
        ...

    def slope(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """DP/dc [J/mol] at molar densities [mol/m3]."""
        ...

    def rise(self, density: NDArray[np.float64], excess: NDArray[np.float64]) -> NDArray[np.float64]:
        """P(density + excess) - P(density) [Pa]; of an ideal gas without cancellation."""
        ...


@dataclass(frozen=True)
class IdealIsotherm:
    """P = c R T."""

    thermal: float
    limit: float = math.inf

    def pressure(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """C R T [Pa]."""
        return self.thermal * density

    def slope(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """R T [J/mol]."""
        return np.full_like(density, self.thermal)

    def rise(self, density: NDArray[np.float64], excess: NDArray[np.float64]) -> NDArray[np.float64]:
        """R T times the excess [Pa]."""
        return self.thermal * excess


@dataclass(frozen=True, eq=False)
class SeriesIsotherm:
    """P = c R T Z(c) with Z a Chebyshev series: an equation of state asked a few times instead of every step."""

    thermal: float
    limit: float
    coefficients: NDArray[np.float64]
    slopes: NDArray[np.float64]

    def pressure(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """C R T Z(c) [Pa]."""
        return self.thermal * density * self._series(density, self.coefficients)

    def slope(self, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """R T (Z + c dZ/dc) [J/mol]."""
        z = self._series(density, self.coefficients)
        return self.thermal * (z + density * self._series(density, self.slopes) * (2.0 / self.limit))

    def rise(self, density: NDArray[np.float64], excess: NDArray[np.float64]) -> NDArray[np.float64]:
        """The difference of two pressures [Pa]."""
        return self.pressure(density + excess) - self.pressure(density)

    def _series(self, density: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
        # outside its range the series is held at the edge: an iterate of the integrator may stray there
        x = np.clip(2.0 * density / self.limit - 1.0, -1.0, 1.0)
        return np.polynomial.chebyshev.chebval(x, coefficients).astype(np.float64)


def isotherm(gas: EquationOfState, temperature: float, largest_density: float) -> Isotherm:
    """The isotherm of a gas for molar densities up to ``largest_density`` [mol/m3], or as far as its law holds.

    The compressibility of a real gas is expanded in Chebyshev polynomials of the density until the series is exact
    to 1e-12.

    Raises
    ------
    ConvergenceError
        When the series does not converge.
    """
    thermal = GAS_CONSTANT * temperature
    if gas.law == "ideal":
        return IdealIsotherm(thermal)
    limit = _reach(gas, temperature, largest_density)
    for count in _NODES:
        # midpoints of the Chebyshev grid: never the density 0, where Z = P / (c R T) is 0 / 0
        x = np.cos(np.pi * (np.arange(count) + 0.5) / count)
        density = 0.5 * limit * (1.0 + x)
        z = np.asarray(gas.pressure(density, temperature), dtype=np.float64) / (density * thermal)
        coefficients = np.polynomial.chebyshev.chebfit(x, z, count - 1).astype(np.float64)
        if np.abs(coefficients[-3:]).max() < _SERIES_ERROR * np.abs(coefficients).max():
            slopes = np.polynomial.chebyshev.chebder(coefficients).astype(np.float64)
            return SeriesIsotherm(thermal, limit, coefficients, slopes)
    raise ConvergenceError(f"the {gas.law} compressibility up to {limit:g} mol/m3 is not smooth to {_SERIES_ERROR:g}")


def _reach(gas: EquationOfState, temperature: float, wanted: float) -> float:
    """The largest density up to ``wanted`` at which the law of the gas still answers [mol/m3]."""
    if _answers(gas, temperature, wanted):
        return wanted
    low, high = 0.0, wanted
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _answers(gas, temperature, middle) else (low, middle)
    if low == 0.0:
        gas.pressure(np.array([0.5 * wanted]), temperature)
        raise InputError(f"the {gas.law} law of the gas holds at no density at {temperature:g} K")
    return low


def _answers(gas: EquationOfState, temperature: float, density: float) -> bool:
    try:
        pressure = gas.pressure(np.array([0.999 * density, density]), temperature)
    except InputError:
        return False
    return bool(np.isfinite(pressure).all() and pressure[1] > pressure[0])
