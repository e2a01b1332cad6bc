"""What the walls, the gas, the lithium and the electrolyte are made of, each number with its range and source."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.materials import permeance, source_relations, transport
    from tubewall.materials.anisotropic import Cubic, Orthotropic, TransverselyIsotropic
    from tubewall.materials.elastic import Anisotropic, ElasticLaw, Isotropic
    from tubewall.materials.gas import Gas, gas_names
    from tubewall.materials.library import Material, material, material_names
    from tubewall.materials.listing import describe, table
    from tubewall.materials.lithium import (
        Lithium,
        lithium_yield_stress,
        molar_volume_from_density,
        molar_volume_from_lattice,
    )
    from tubewall.materials.references import citations
    from tubewall.materials.rotation import polycrystal, rotate_stiffness
    from tubewall.materials.strength import MaxPrincipal, StrengthLaw, VonMisesYield, principal_stresses
    from tubewall.materials.values import Value
    from tubewall.materials.weakest_link import (
        Weibull,
        clamped_strip_effective_area,
        clamped_strip_effective_volume,
        effective_size,
        equivalent_load,
        weibull_modulus,
    )

_HOMES = {
    "references": ("citations",),
    "anisotropic": ("Cubic", "Orthotropic", "TransverselyIsotropic"),
    "elastic": ("Anisotropic", "ElasticLaw", "Isotropic"),
    "gas": ("Gas", "gas_names"),
    "library": ("Material", "material", "material_names"),
    "listing": ("describe", "table"),
    "lithium": ("Lithium", "lithium_yield_stress", "molar_volume_from_density", "molar_volume_from_lattice"),
    "rotation": ("polycrystal", "rotate_stiffness"),
    "strength": ("MaxPrincipal", "StrengthLaw", "VonMisesYield", "principal_stresses"),
    "values": ("Value",),
    "weakest_link": (
        "Weibull",
        "clamped_strip_effective_area",
        "clamped_strip_effective_volume",
        "effective_size",
        "equivalent_load",
        "weibull_modulus",
    ),
}
_MODULES = ("permeance", "transport", "source_relations")

__all__ = [
    "Anisotropic",
    "Cubic",
    "ElasticLaw",
    "Gas",
    "Isotropic",
    "Lithium",
    "Material",
    "MaxPrincipal",
    "Orthotropic",
    "StrengthLaw",
    "TransverselyIsotropic",
    "Value",
    "VonMisesYield",
    "Weibull",
    "citations",
    "clamped_strip_effective_area",
    "clamped_strip_effective_volume",
    "describe",
    "effective_size",
    "equivalent_load",
    "gas_names",
    "lithium_yield_stress",
    "material",
    "material_names",
    "molar_volume_from_density",
    "molar_volume_from_lattice",
    "permeance",
    "polycrystal",
    "principal_stresses",
    "rotate_stiffness",
    "source_relations",
    "table",
    "transport",
    "weibull_modulus",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
