"""The inert gas in the bores: how pressure, density and temperature go together, and how its molecules fly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError, MissingDependencyError, unknown_name
from tubewall.materials.checks import one_of, positive
from tubewall.materials.constants import GAS_CONSTANT

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Fluid:
    molar_mass: float  # kg/mol
    heat_capacity_ratio: float  # at 25 C and 1 atm
    second: tuple[float, ...]  # B = sum b_k x^k [cm3/mol], x = 298.15 K / T - 1
    third: tuple[float, ...]  # C = sum c_k x^k [cm6/mol2]
    viscosity: tuple[float, float, float]  # ln mu = ln m_0 + m_1 y + m_2 y^2 [Pa s], y = ln(T / 298.15 K)
    sources: tuple[str, ...]  # of the virial coefficients and the viscosity


# Fitted by least squares over 250 .. 450 K to the reference equations of state and viscosity correlations named by the keys;
# largest residual of B 0.0034 cm3/mol, of C 0.4 cm6/mol2, of the viscosity 0.01 %.
_FLUIDS: Final = {
    "argon": _Fluid(
        molar_mass=39.948e-3,
        heat_capacity_ratio=1.670,
        second=(-15.555, -60.695, -11.137, 1.6792),
        third=(1061.6, 832.11, 657.85, 128.06),
        viscosity=(2.26234e-5, 0.834145, -0.0818084),
        sources=("tegeler1999", "lemmon2004"),
    ),
    "nitrogen": _Fluid(
        molar_mass=28.01348e-3,
        heat_capacity_ratio=1.401,
        second=(-4.9103, -57.909, -10.607, 2.7794),
        third=(1414.4, 677.37, 670.13, 270.30),
        viscosity=(1.78039e-5, 0.773612, -0.0722625),
        sources=("span2000", "lemmon2004"),
    ),
    "helium": _Fluid(
        molar_mass=4.002602e-3,
        heat_capacity_ratio=1.667,
        second=(11.844, 1.2295, -1.48, 1.244),
        third=(106.83, 48.859, -18.751, 11.703),
        viscosity=(1.98461e-5, 0.683767, 0.0138626),
        sources=("ortizvega2019", "arp1998"),
    ),
}
_COLDEST: Final = 250.0  # K
_HOTTEST: Final = 450.0  # K
_HIGHEST: Final = 20e6  # Pa
_REMEDY: Final = "CoolProp is not installed; bring it with: pip install 'tubewall[real-gas]'"


def gas_names() -> tuple[str, ...]:
    """Names that `Gas` knows."""
    return tuple(_FLUIDS)


@dataclass(frozen=True, kw_only=True)
class Gas:
    """A gas and the law that ties its pressure to its density.

    Parameters
    ----------
    name : str
        'argon', 'nitrogen' or 'helium'.
    law : {"ideal", "virial", "coolprop"}
        "ideal": p = rho R T. "virial": p = rho R T (1 + B rho + C rho^2), within 0.2 % up to 10 MPa and 2 % up to 20 MPa,
        valid from 250 K to 450 K. "coolprop": the reference equation of state, by the optional library CoolProp.

    Raises
    ------
    InputError
        For an unknown name or law; from the methods, for a state outside the range of the law.
    MissingDependencyError
        For "coolprop" where CoolProp is not installed.
    """

    name: str = "argon"
    law: Literal["ideal", "virial", "coolprop"] = "ideal"

    def __post_init__(self) -> None:
        if self.name not in _FLUIDS:
            raise unknown_name("gas", str(self.name), _FLUIDS)
        one_of("Gas.law", self.law, ("ideal", "virial", "coolprop"))
        if self.law == "coolprop":
            import importlib.util

            if importlib.util.find_spec("CoolProp") is None:
                raise MissingDependencyError(_REMEDY)

    @property
    def molar_mass(self) -> float:
        """M [kg/mol]."""
        return _FLUIDS[self.name].molar_mass

    @property
    def heat_capacity_ratio(self) -> float:
        """Heat capacities Cp/Cv at 25 C and 1 atm [-]; only a test limit, as the gas in a bore is isothermal."""
        return _FLUIDS[self.name].heat_capacity_ratio

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of references.bib behind the numbers in use."""
        return _FLUIDS[self.name].sources

    def second_virial(self, temperature: ArrayLike) -> Array:
        """B [m3/mol] at ``temperature`` [K], 250 .. 450 K."""
        return _series(_FLUIDS[self.name].second, temperature) * 1e-6

    def third_virial(self, temperature: ArrayLike) -> Array:
        """C [m6/mol2] at ``temperature`` [K], 250 .. 450 K."""
        return _series(_FLUIDS[self.name].third, temperature) * 1e-12

    def pressure(self, molar_density: ArrayLike, temperature: ArrayLike) -> Array:
        """Pressure [Pa] at ``molar_density`` [mol/m3] and ``temperature`` [K]; arrays broadcast."""
        rho, kelvin = _state("Gas.pressure: molar_density", molar_density, "mol/m3", temperature)
        ideal = rho * GAS_CONSTANT * kelvin
        if self.law == "ideal":
            return ideal
        if self.law == "coolprop":
            return self._reference("P", "Dmolar", rho, kelvin)
        result = ideal * (1 + self.second_virial(kelvin) * rho + self.third_virial(kelvin) * rho**2)
        _within_virial(result)
        return np.asarray(result)

    def molar_density(self, pressure: ArrayLike, temperature: ArrayLike) -> Array:
        """Moles per volume [mol/m3] at ``pressure`` [Pa] and ``temperature`` [K]; arrays broadcast."""
        p, kelvin = _state("Gas.molar_density: pressure", pressure, "Pa", temperature)
        ideal = p / (GAS_CONSTANT * kelvin)
        if self.law == "ideal":
            return ideal
        if self.law == "coolprop":
            return self._reference("Dmolar", "P", p, kelvin)
        _within_virial(p)
        b, c = self.second_virial(kelvin), self.third_virial(kelvin)
        rho = ideal
        # Newton on 1 + B rho + C rho^2 = ideal / rho; below 20 MPa the isotherm is monotonic and six steps reach round-off
        for _ in range(8):
            rho = rho - (rho * (1 + b * rho + c * rho**2) - ideal) / (1 + 2 * b * rho + 3 * c * rho**2)
        return np.asarray(rho)

    def compressibility(self, pressure: ArrayLike, temperature: ArrayLike) -> Array:
        """Z = p / (rho R T) [-]."""
        p, kelvin = _state("Gas.compressibility: pressure", pressure, "Pa", temperature)
        if (p == 0).any():
            p = np.where(p == 0, 1e-3, p)
        return np.asarray(p / (self.molar_density(p, kelvin) * GAS_CONSTANT * kelvin))

    def viscosity(self, temperature: ArrayLike) -> Array:
        """Viscosity of the dilute gas [Pa s], 250 .. 450 K."""
        kelvin = _within_temperatures(temperature)
        reference, first, second = _FLUIDS[self.name].viscosity
        y = np.log(kelvin / 298.15)
        return np.asarray(reference * np.exp(first * y + second * y**2))

    def mean_speed(self, temperature: ArrayLike) -> Array:
        """Mean thermal speed sqrt(8 R T / (pi M)) [m/s]."""
        kelvin = _above_zero("Gas.mean_speed: temperature", temperature, "K")
        return np.asarray(np.sqrt(8 * GAS_CONSTANT * kelvin / (math.pi * self.molar_mass)))

    def mean_free_path(self, pressure: ArrayLike, temperature: ArrayLike) -> Array:
        """Mean free path (mu / p) sqrt(pi R T / (2 M)) [m]; the Knudsen number is lambda over the width of bore or pore."""
        p = _above_zero("Gas.mean_free_path: pressure", pressure, "Pa")
        kelvin = _above_zero("Gas.mean_free_path: temperature", temperature, "K")
        return np.asarray(self.viscosity(kelvin) / p * np.sqrt(math.pi * GAS_CONSTANT * kelvin / (2 * self.molar_mass)))

    def _reference(self, wanted: str, given: str, values: Array, kelvin: Array) -> Array:
        try:
            from CoolProp.CoolProp import PropsSI
        except ImportError as error:
            raise MissingDependencyError(_REMEDY) from error
        v, t = np.broadcast_arrays(values, kelvin)
        flat = np.zeros(v.size)
        here = v.ravel() > 0  # an empty chamber has no state to look up; its pressure and density are zero
        if here.any():
            try:
                flat[here] = PropsSI(wanted, "T", t.ravel()[here], given, v.ravel()[here], self.name.capitalize())
            except ValueError as error:
                raise InputError(f"CoolProp refuses {self.name} at this state: {error}") from error
        if not np.isfinite(flat).all():
            raise InputError(
                f"CoolProp has no state of {self.name} at {given} up to {v.max():g} and T from {t.min():g} K"
            )
        return cast("Array", flat.reshape(v.shape))


def _series(coefficients: tuple[float, ...], temperature: ArrayLike) -> Array:
    x = 298.15 / _within_temperatures(temperature) - 1
    return np.asarray(np.polynomial.polynomial.polyval(x, np.array(coefficients)), dtype=np.float64)


def _within_temperatures(temperature: ArrayLike) -> Array:
    kelvin = _above_zero("temperature", temperature, "K")
    if (kelvin < _COLDEST).any() or (kelvin > _HOTTEST).any():
        raise InputError(
            f"the gas data hold from {_COLDEST:g} K to {_HOTTEST:g} K, got {kelvin.min():g} .. {kelvin.max():g} K; "
            'law="coolprop" reaches further'
        )
    return kelvin


def _within_virial(pressure: Array) -> None:
    if (pressure > _HIGHEST * (1 + 1e-9)).any():
        raise InputError(
            f'law="virial" holds up to {_HIGHEST / 1e6:g} MPa, got {pressure.max() / 1e6:.4g} MPa; use law="coolprop" or "ideal"'
        )


def _state(place: str, value: ArrayLike, unit: str, temperature: ArrayLike) -> tuple[Array, Array]:
    number = np.asarray(value, dtype=float)
    if not np.isfinite(number).all() or (number < 0).any():
        raise InputError(f"{place} must be finite and not negative [{unit}], got {number!r}")
    return number, _above_zero(f"{place.split(':')[0]}: temperature", temperature, "K")


def _above_zero(place: str, value: ArrayLike, unit: str) -> Array:
    number = np.asarray(value, dtype=float)
    if number.ndim == 0:
        return np.asarray(positive(place, float(number), unit))
    if not np.isfinite(number).all() or (number <= 0).any():
        raise InputError(f"{place} must be finite and positive [{unit}]")
    return number
