"""How much gas a wall lets through: permeance in mol/(m2 s Pa), from whatever is known of its pores."""

from __future__ import annotations

import math
from typing import Final

from tubewall.errors import InputError
from tubewall.materials.checks import between, finite, not_negative, positive
from tubewall.materials.constants import GAS_CONSTANT, ROOM_TEMPERATURE
from tubewall.materials.gas import Gas

BARRER: Final = 3.3464e-16  # mol m/(m2 s Pa)
GPU: Final = 3.3464e-10  # mol/(m2 s Pa)
# of the exponential function
_LARGEST_EXPONENT: Final = 700.0


def from_barrer(permeability: float, wall: float) -> float:
    """Permeance [mol/(m2 s Pa)] of a wall [m] of a ``permeability`` in Barrer (not SI, as membranes are tabulated so)."""
    return (
        not_negative("from_barrer: permeability", permeability, "1") * BARRER / positive("from_barrer: wall", wall, "m")
    )


def to_barrer(permeance: float, wall: float) -> float:
    """Permeability in Barrer of a wall [m] of a ``permeance`` [mol/(m2 s Pa)]."""
    return (
        not_negative("to_barrer: permeance", permeance, "mol/(m2 s Pa)")
        * positive("to_barrer: wall", wall, "m")
        / BARRER
    )


def from_gpu(permeance: float) -> float:
    """Permeance [mol/(m2 s Pa)] of one given in gas permeation units (GPU)."""
    return not_negative("from_gpu: permeance", permeance, "1") * GPU


def knudsen(
    *,
    gas: Gas,
    wall: float,
    pore: float,
    porosity: float,
    tortuosity: float = 1.0,
    temperature: float = ROOM_TEMPERATURE,
) -> float:
    """Free molecular flow through straight pores: (porosity/tortuosity) (d/3) v / (R T w) [mol/(m2 s Pa)].

    Valid where the mean free path is well above the pore diameter (Knudsen 1909). ``wall`` and ``pore`` diameter in [m].
    """
    diffusivity = _pore_diffusivity(gas, pore, porosity, tortuosity, temperature)
    return _held("knudsen", diffusivity / (GAS_CONSTANT * temperature * positive("knudsen: wall", wall, "m")))


def dusty_gas(
    *,
    gas: Gas,
    wall: float,
    pore: float,
    porosity: float,
    mean_pressure: float,
    tortuosity: float = 1.0,
    temperature: float = ROOM_TEMPERATURE,
) -> float:
    """Knudsen and viscous flow in parallel: (D_K + B_0 p / mu) / (R T w), B_0 = porosity d^2 / (32 tortuosity).

    ``mean_pressure`` [Pa] is the mean of both sides (Mason and Malinauskas 1983; the slip of Klinkenberg 1941 is the same law).
    """
    diffusivity = _pore_diffusivity(gas, pore, porosity, tortuosity, temperature)
    pressure = not_negative("dusty_gas: mean_pressure", mean_pressure, "Pa")
    viscous = porosity * (pore * pore) / (32 * tortuosity) * pressure / float(gas.viscosity(temperature))
    thickness = positive("dusty_gas: wall", wall, "m")
    return _held("dusty_gas", (diffusivity + viscous) / (GAS_CONSTANT * temperature * thickness))


def activated(
    *, prefactor: float, diffusion_energy: float, adsorption_heat: float = 0.0, temperature: float = ROOM_TEMPERATURE
) -> float:
    """Molecular sieve: prefactor exp(-(E_D - |dH|) / (R T)) [mol/(m2 s Pa)].

    ``prefactor`` [mol/(m2 s Pa)]; activation energy of diffusion and heat of adsorption (its size) in [J/mol].
    """
    heat = abs(finite("activated: adsorption_heat", adsorption_heat, "J/mol"))
    energy = not_negative("activated: diffusion_energy", diffusion_energy, "J/mol") - heat
    kelvin = positive("activated: temperature", temperature, "K")
    factor = not_negative("activated: prefactor", prefactor, "mol/(m2 s Pa)")
    exponent = -energy / (GAS_CONSTANT * kelvin)
    return _held("activated", factor * math.exp(exponent) if exponent < _LARGEST_EXPONENT else math.inf)


def pinhole_conductance(*, gas: Gas, diameter: float, wall: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Moles per second and pascal [mol/(s Pa)] through one round hole: (pi d^2 / 4)(v / 4) / (1 + 3 w / (4 d)) / (R T).

    Molecular flow through a short tube (Dushman 1922); ``diameter`` and ``wall`` in [m]. A hole covered by lithium is closed.
    """
    d = positive("pinhole_conductance: diameter", diameter, "m")
    length = not_negative("pinhole_conductance: wall", wall, "m")
    volume_rate = math.pi * (d * d) / 4 * float(gas.mean_speed(temperature)) / 4 / (1 + 3 * length / (4 * d))
    return _held("pinhole_conductance", volume_rate / (GAS_CONSTANT * temperature))


def pinholes(
    *, gas: Gas, diameter: float, wall: float, per_area: float, temperature: float = ROOM_TEMPERATURE
) -> float:
    """Permeance [mol/(m2 s Pa)] of a wall with ``per_area`` [1/m2] pinholes and nothing else."""
    density = not_negative("pinholes: per_area", per_area, "1/m2")
    return _held(
        "pinholes", density * pinhole_conductance(gas=gas, diameter=diameter, wall=wall, temperature=temperature)
    )


def _held(name: str, found: float) -> float:
    """What was found where numbers can hold it."""
    if not math.isfinite(found):
        raise InputError(f"{name}: these values let more gas through than numbers can say; check their units")
    return found


def _pore_diffusivity(gas: Gas, pore: float, porosity: float, tortuosity: float, temperature: float) -> float:
    diameter = positive("pore", pore, "m")
    share = between("porosity", porosity, 0.0, 1.0, "")
    if finite("tortuosity", tortuosity, "-") < 1:
        raise InputError(f"tortuosity must be 1 (straight pores) or more, got {tortuosity:g}")
    return share / tortuosity * diameter / 3 * float(gas.mean_speed(temperature))
