"""Lithium as the piston: what pressure the voltage can drive, what capillarity takes, what creep needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tubewall.errors import InputError
from tubewall.materials.checks import between, finite, not_negative, positive
from tubewall.materials.constants import AVOGADRO, BOLTZMANN, FARADAY, ROOM_TEMPERATURE

LATTICE_PARAMETER: Final = 3.51e-10  # m, bcc, which gives the source's 7410 MPa per volt
MOLAR_MASS: Final = 6.94e-3  # kg/mol
INTERFACE_WIDTH: Final = 2e-10  # m, Chen et al. (2020)


def molar_volume_from_lattice(parameter: float) -> float:
    """Molar volume [m3/mol] of a bcc metal with two atoms in the cube of edge ``parameter`` [m]: N_A a^3 / 2."""
    return AVOGADRO * positive("molar_volume_from_lattice: parameter", parameter, "m") ** 3 / 2


def molar_volume_from_density(density: float) -> float:
    """Molar volume [m3/mol] of lithium with ``density`` [kg/m3]."""
    return MOLAR_MASS / positive("molar_volume_from_density: density", density, "kg/m3")


@dataclass(frozen=True, kw_only=True)
class Lithium:
    """Lithium metal in a bore.

    Parameters
    ----------
    molar_volume : float
        V_m [m3/mol]; by default bcc with a = 3.51 angstrom.
    surface_energy : float
        gamma [J/m2].
    contact_angle : float
        theta [rad], measured in the lithium; 90 degrees by default, so that no capillary pressure acts.
    """

    molar_volume: float = AVOGADRO * LATTICE_PARAMETER**3 / 2
    surface_energy: float = 0.5
    contact_angle: float = math.pi / 2

    def __post_init__(self) -> None:
        positive("Lithium.molar_volume", self.molar_volume, "m3/mol")
        not_negative("Lithium.surface_energy", self.surface_energy, "J/m2")
        angle = finite("Lithium.contact_angle", self.contact_angle, "rad")
        if not 0 <= angle <= math.pi:
            raise InputError(f"Lithium.contact_angle must lie between 0 and pi rad (180 deg), got {angle:g} rad")

    @property
    def atomic_volume(self) -> float:
        """Omega [m3]."""
        return self.molar_volume / AVOGADRO

    @property
    def capacity_density(self) -> float:
        """Charge per volume of dense lithium [A s/m3]: F / V_m."""
        return FARADAY / self.molar_volume

    def ceiling(self, overpotential: float) -> float:
        """The largest pressure [Pa] that ``overpotential`` [V] can drive: F U / V_m (Nernst; Chen et al. 2020, 7410 MPa/V)."""
        return not_negative("Lithium.ceiling: overpotential", overpotential, "V") * FARADAY / self.molar_volume

    def capillary_pressure(self, bore: float) -> float:
        """What the meniscus adds to the gas pressure [Pa] in a bore of diameter ``bore`` [m]: -4 gamma cos(theta) / W.

        Negative when lithium wets the wall (theta < 90 degrees): the lithium is then under less pressure than the gas.
        """
        width = positive("Lithium.capillary_pressure: bore", bore, "m")
        cosine = 0.0 if self.contact_angle == math.pi / 2 else math.cos(self.contact_angle)
        return -4 * self.surface_energy * cosine / width

    def rise_speed(self, current_density: float, void_fraction: float = 1.0) -> float:
        """Speed [m/s] of the lithium level at ``current_density`` [A/m2] in bores that take ``void_fraction`` of the area."""
        _fraction("Lithium.rise_speed: void_fraction", void_fraction)
        current = not_negative("Lithium.rise_speed: current_density", current_density, "A/m2")
        return current * self.molar_volume / (FARADAY * void_fraction)

    def height_for(self, capacity: float, void_fraction: float = 1.0, fill: float = 1.0) -> float:
        """Height of the bores [m] for an areal ``capacity`` [A s/m2] at this void fraction and fill."""
        _fraction("Lithium.height_for: void_fraction", void_fraction)
        _fraction("Lithium.height_for: fill", fill)
        charge = not_negative("Lithium.height_for: capacity", capacity, "A s/m2")
        return charge / (self.capacity_density * void_fraction * fill)

    def creep_gradient(
        self,
        current_density: float,
        *,
        bore: float,
        interface_diffusivity: float,
        temperature: float = ROOM_TEMPERATURE,
        void_fraction: float = 1.0,
        interface_width: float = INTERFACE_WIDTH,
    ) -> float:
        """Pressure gradient [Pa/m] along the bore that moves the lithium by Coble creep on the wall.

        Flux balance of a plug of speed u fed through a film of width delta on its rim: dP/dx = k_B T (W/4) u / (Omega delta D).

        Parameters
        ----------
        current_density : float
            J [A/m2] of electrode area.
        bore : float
            W [m]; area over perimeter is W/4 for circles and regular polygons alike.
        interface_diffusivity : float
            D_int of lithium along the wall [m2/s].
        temperature : float
            [K]
        void_fraction : float
            Share of the area that is bore [-]; the speed inside is higher by its inverse.
        interface_width : float
            delta [m].
        """
        width = positive("Lithium.creep_gradient: bore", bore, "m")
        diffusivity = positive("Lithium.creep_gradient: interface_diffusivity", interface_diffusivity, "m2/s")
        film = positive("Lithium.creep_gradient: interface_width", interface_width, "m")
        kelvin = positive("Lithium.creep_gradient: temperature", temperature, "K")
        speed = self.rise_speed(current_density, void_fraction)
        return BOLTZMANN * kelvin * width / 4 * speed / (self.atomic_volume * film * diffusivity)

    def coble_rate(
        self,
        stress: float,
        *,
        grain: float,
        diffusivity: float,
        temperature: float = ROOM_TEMPERATURE,
        width: float = INTERFACE_WIDTH,
        factor: float = 47.0,
    ) -> float:
        """Coble creep rate [1/s] of grains of size ``grain`` [m]: A delta D Omega sigma / (k_B T d^3), A = 47 (Coble 1963).

        ``diffusivity`` [m2/s] and ``width`` [m] are those of the grain boundary, ``stress`` in [Pa].
        """
        size = positive("Lithium.coble_rate: grain", grain, "m")
        kelvin = positive("Lithium.coble_rate: temperature", temperature, "K")
        boundary = positive("Lithium.coble_rate: diffusivity", diffusivity, "m2/s")
        return factor * width * boundary * self.atomic_volume * stress / (BOLTZMANN * kelvin * size**3)


def lithium_yield_stress(diameter: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Yield stress [Pa] of a lithium pillar of ``diameter`` [m]: small is strong.

    105 MPa (d / 1.39 um)^-0.68 at 25 C and 35 MPa (d / 1.39 um)^-1 at 90 C (Xu et al., PNAS 114, 57, 2017); between the two both
    numbers are interpolated in temperature, which is a guess. Never below bulk (0.5 MPa) nor above 1 GPa, about the theoretical
    strength. At 8.5 um and 25 C it gives 31 MPa where 16 MPa was measured elsewhere: trust it within a factor of two.

    Raises
    ------
    InputError
        Outside of 288 .. 373 K, where nothing was measured.
    """
    size = positive("lithium_yield_stress: diameter", diameter, "m")
    kelvin = between("lithium_yield_stress: temperature", temperature, 288.0, 373.0, "K")
    share = min(max((kelvin - ROOM_TEMPERATURE) / 65.0, 0.0), 1.0)
    stress = math.exp((1 - share) * math.log(105e6) + share * math.log(35e6))
    exponent = (1 - share) * -0.68 + share * -1.0
    return min(max(stress * math.pow(size / 1.39e-6, exponent), 0.5e6), 1e9)


def _fraction(place: str, value: float) -> None:
    number = finite(place, value, "-")
    if not 0 < number <= 1:
        raise InputError(f"{place} must lie in (0, 1], got {number:g}")
