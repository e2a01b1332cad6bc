"""One number of a material with everything that is known about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from tubewall.errors import InputError, unknown_name
from tubewall.materials.checks import finite, one_of
from tubewall.units import unit_factor

Status = Literal["verified", "recalled", "guess"]

# name -> (SI unit, what it is); the only names that a record of the library may hold
PROPERTIES: Final[dict[str, tuple[str, str]]] = {
    "youngs_modulus": ("Pa", "Young's modulus"),
    "poissons_ratio": ("1", "Poisson's ratio"),
    "shear_modulus": ("Pa", "measured shear modulus"),
    "c11": ("Pa", "stiffness c11"),
    "c12": ("Pa", "stiffness c12"),
    "c13": ("Pa", "stiffness c13"),
    "c33": ("Pa", "stiffness c33"),
    "c44": ("Pa", "stiffness c44"),
    "core_modulus": ("Pa", "Young's modulus of the core"),
    "shell_modulus": ("Pa", "Young's modulus of the shell"),
    "layer_normal_stiffness": ("Pa", "stiffness across the layers"),
    "strength": ("Pa", "tensile or flexural strength"),
    "yield_strength": ("Pa", "yield or flow strength"),
    "ultimate_strength": ("Pa", "ultimate tensile strength"),
    "ultimate_strength_warm": ("Pa", "ultimate tensile strength, warm"),
    "compressive_strength": ("Pa", "compressive strength"),
    "ideal_strength": ("Pa", "ideal in-plane strength"),
    "fracture_strain": ("1", "strain at fracture"),
    "hardness": ("Pa", "hardness"),
    "residual_stress": ("Pa", "residual stress as deposited"),
    "toughness": ("Pa sqrt(m)", "fracture toughness K_Ic"),
    "weibull_modulus": ("1", "Weibull modulus"),
    "weibull_scale": ("Pa", "Weibull scale stress of the gauge"),
    "gauge_volume": ("m3", "volume that the scale stress refers to"),
    "gauge_area": ("m2", "surface that the scale stress refers to"),
    "density": ("kg/m3", "density"),
    "lithium_concentration": ("1/m3", "lithium atoms per volume"),
    "lithium_diffusivity": ("m2/s", "tracer diffusivity of lithium"),
    "grain_boundary_diffusivity": ("m2/s", "diffusivity of lithium in grain boundaries"),
    "in_plane_swelling": ("1", "swelling along the layers on lithiation"),
    "layer_swelling": ("1", "swelling across the layers on lithiation"),
    "volume_swelling": ("1", "swelling of the volume on lithiation"),
    "gas_permeability": ("mol/(m s Pa)", "gas permeability"),
    "gas_permeance": ("mol/(m2 s Pa)", "gas permeance of the wall"),
    "reaction_energy": ("J/mol", "free energy of the reaction with lithium"),
    "surface_energy": ("J/m2", "surface energy"),
    "lattice_parameter": ("m", "edge of the cubic cell"),
    "melting_temperature": ("K", "melting temperature"),
    "pillar_yield": ("Pa", "yield of a pillar of 1.39 um"),
    "pillar_yield_warm": ("Pa", "yield of a pillar of 1.39 um, warm"),
    "pillar_exponent": ("1", "exponent of yield over diameter"),
    "pillar_exponent_warm": ("1", "exponent of yield over diameter, warm"),
    "thick_pillar_yield": ("Pa", "yield of a pillar of 8.5 um"),
    "thick_pillar_yield_warm": ("Pa", "yield of a pillar of 8.5 um, warm"),
    "whisker_yield": ("Pa", "yield of a whisker"),
    "whisker_growth_stress": ("Pa", "stress of a growing whisker"),
    "creep_exponent": ("1", "stress exponent of power-law creep"),
    "creep_energy": ("J/mol", "activation energy of power-law creep"),
    "coble_factor": ("1", "geometric factor of Coble creep"),
}
# the unit parser knows whole powers only
_ROOTS: Final = {"Pa sqrt(m)": 1.0, "MPa sqrt(m)": 1e6}


def factor_to(unit: str, wanted: str) -> float:
    """Factor from ``unit`` to the SI unit ``wanted``; an InputError when the dimensions differ."""
    if unit in _ROOTS or wanted in _ROOTS:
        if unit in _ROOTS and wanted in _ROOTS:
            return _ROOTS[unit] / _ROOTS[wanted]
        raise InputError(f"{unit!r} is not a unit of {wanted}")
    factor, dimension = unit_factor(unit)
    reference, wanted_dimension = unit_factor(wanted)
    if dimension != wanted_dimension:
        raise InputError(f"{unit!r} is not a unit of {wanted}")
    return factor / reference


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number with its range, source and standing.

    Parameters
    ----------
    value, low, high : float
        Preferred value and range, in ``unit``.
    unit : str
        SI.
    paper_unit : str
        The unit that the source printed.
    temperature : float
        [K]
    source : str
        Key of references.bib.
    status : {"verified", "recalled", "guess"}
        Read in the source; quoted from memory; reasoned.
    note : str
        What a user should know of it.
    """

    value: float
    low: float
    high: float
    unit: str
    paper_unit: str
    temperature: float
    source: str
    status: Status
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "low", "high", "temperature"):
            finite(f"Value.{name}", getattr(self, name), self.unit)
        one_of("Value.status", self.status, ("verified", "recalled", "guess"))
        if not self.low <= self.value <= self.high:
            raise InputError(
                f"low <= value <= high must hold, got {self.low:g}, {self.value:g}, {self.high:g} {self.unit}"
            )
        factor_to(self.paper_unit, self.unit)

    def in_paper_unit(self) -> tuple[float, float, float]:
        """Value, low and high in the unit of the source."""
        factor = factor_to(self.paper_unit, self.unit)
        return self.value / factor, self.low / factor, self.high / factor

    def __str__(self) -> str:
        """As '870 MPa [570 .. 1170]'."""
        value, low, high = (f"{x:.4g}" for x in self.in_paper_unit())
        unit = "" if self.paper_unit == "1" else f" {self.paper_unit}"
        span = "" if math.isclose(self.low, self.high) else f" [{low} .. {high}]"
        return f"{value}{unit}{span}"


def value_from_record(name: str, record: object, place: str) -> Value:
    """The Value of property ``name`` from its table in the library file; ``place`` names it in an error."""
    if name not in PROPERTIES:
        raise unknown_name("property of a material", name, PROPERTIES)
    if not isinstance(record, dict):
        raise InputError(f"{place} must be a table with value, low, high, unit, temperature, source, status")
    keys = {"value", "low", "high", "unit", "temperature", "source", "status", "note"}
    missing, extra = keys - {"note"} - record.keys(), record.keys() - keys
    if missing or extra:
        raise InputError(f"{place} lacks {sorted(missing)} and has unknown keys {sorted(extra)}")
    unit = PROPERTIES[name][0]
    factor = factor_to(str(record["unit"]), unit)
    return Value(
        value=finite(f"{place}.value", record["value"], unit) * factor,
        low=finite(f"{place}.low", record["low"], unit) * factor,
        high=finite(f"{place}.high", record["high"], unit) * factor,
        unit=unit,
        paper_unit=str(record["unit"]),
        temperature=finite(f"{place}.temperature", record["temperature"], "C") + 273.15,
        source=str(record["source"]),
        status=record["status"],
        note=str(record.get("note", "")),
    )
