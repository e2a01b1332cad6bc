"""Every key of a tubule study: its table, default, unit, bounds and one line of explanation.

The one list from which the tubule file, its checks and the options of ``tubewall tubule`` are made. It imports nothing heavy.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tubewall.studies.study_key import Key


def _key(
    table: str, name: str, default: float | int | bool | str | tuple[str, ...], comment: str, **rest: object
) -> Key:
    return Key(name=name, table=table, default=default, comment=comment, **rest)  # type: ignore[arg-type]


def _length(table: str, name: str, default: str, comment: str, low: str, high: str) -> Key:
    return _key(table, name, default, comment, unit="m", written=default.split(" ", 1)[1], low=low, high=high)


def _choice(table: str, name: str, comment: str, *choices: str) -> Key:
    return _key(table, name, choices[0], comment, kind="choice", choices=choices)


def _material(table: str, name: str, default: str, comment: str) -> Key:
    return _key(table, name, default, comment, kind="material")


def _expansion(name: str, default: str, comment: str) -> Key:
    return _key("prestress", name, default, comment, unit="1/K", written="1/K", low="-1e-3 1/K", high="1e-2 1/K")


_DRAWING: Final = (
    _choice("drawing", "bore_shape", "shape of the bore in the section", "round", "hexagonal", "square"),
    _choice("drawing", "construction", "round bores in separate tubes or a matrix (polygonal: matrix)", "tubes", "matrix"),
    _length("drawing", "bore", "100 nm", "bore across flats, or its diameter", "1 nm", "100 um"),
    _length("drawing", "fillet", "2 nm", "radius at the corners of a polygonal bore", "0 nm", "50 um"),
    _length("drawing", "wall", "10 nm", "wall", "0.05 nm", "100 um"),
    _length("drawing", "spacing", "10 nm", "clear distance between separate tubes", "0 nm", "100 um"),
    _length("drawing", "height", "20 um", "height of the tubules", "1 nm", "10 mm"),
    _length("drawing", "electrolyte_thickness", "20 um", "thickness of the electrolyte", "10 nm", "10 mm"),
    _length("drawing", "insulator_thickness", "50 nm", "thickness of the insulator; 0 for none", "0 nm", "10 um"),
    _choice("drawing", "insulator_form", "insulator under the wall only, or under the bore too", "ring", "film"),
    _length("drawing", "collector_thickness", "200 nm", "thickness of the collector; 0 for none", "0 nm", "1 mm"),
    _length("drawing", "cap", "0 nm", "thickness of a cap of wall material on each tubule", "0 nm", "1 mm"),
    _length("drawing", "mouth_fillet", "5 nm", "fillet where the bore meets its floor; 0 for a sharp rim", "0 nm", "50 um"),
    _length("drawing", "cap_fillet", "0 nm", "fillet where wall and collector (or cap) meet", "0 nm", "50 um"),
    _choice("drawing", "top", "the top is held by the stack, or free", "held", "free"),
)  # fmt: skip
_MATERIALS: Final = (
    _material("materials", "wall_material", "glassy carbon film", "material of the wall"),
    _material("materials", "insulator", "BeO", "insulator between wall and electrolyte"),
    _material("materials", "electrolyte", "LLZO", "electrolyte of all questions but that of the piston"),
    _key("materials", "electrolytes",
         ("LLZO", "Li2S-P2S5 glass", "LiPON", "PEO/LiTFSI 25 C", "PEO/LiTFSI 60 C"),
         "electrolytes that are compared under the piston", kind="materials"),
    _material("materials", "collector", "copper", "material of the collector"),
    _key("materials", "strength", "", "strength of the wall; empty: that of its record",
         unit="Pa", written="MPa", low="1 kPa", high="1 TPa", optional=True),
)  # fmt: skip
_LOAD: Final = (
    _key("load", "overpotential", "50 mV", "overpotential: the lithium presses with at most F U / V_m",
         unit="V", written="mV", low="0 mV", high="5 V"),
    _key("load", "lithium_pressure", "", "pressure of the lithium; empty: the ceiling of the overpotential",
         unit="Pa", written="MPa", low="0 MPa", high="100 GPa", optional=True),
    _length("load", "lithium_level", "10 um", "height of the lithium above the bore's floor", "0 nm", "10 mm"),
    _key("load", "lithium_gradient", "0 MPa/um",
         "fall of the lithium pressure with height, by creep along the wall; its drag pulls the wall up",
         unit="Pa/m", written="MPa/um", low="0 MPa/um", high="1e6 MPa/um"),
    _choice("load", "lithium", "lithium as a pressure, or a body that slides or sticks on the wall (root, electrolyte, full)",
            "pressure", "sliding", "sticking"),
    _key("load", "lithium_modulus", "10 MPa",
         "Young's modulus that creep leaves a body of lithium (guess); its bulk modulus is that of its record",
         unit="Pa", written="MPa", low="1 kPa", high="7.8 GPa"),
    _key("load", "gas_pressure", "1 atm", "pressure of the gas above the lithium",
         unit="Pa", written="atm", low="0 Pa", high="1 GPa"),
    _key("load", "initial_pressure", "1 atm", "pressure everywhere at which nothing is stressed; of empty neighbours",
         unit="Pa", written="atm", low="0 Pa", high="1 GPa"),
    _choice("load", "neighbours", "the tubules around hold no lithium, or as much as this one", "empty", "full"),
)  # fmt: skip
_FLAW: Final = (
    _choice(
        "flaw",
        "flaw_kind",
        "round the rim downwards, level below the mouth, or upright under it",
        "edge",
        "penny",
        "half-penny",
    ),
    _length(
        "flaw", "flaw_length", "50 nm", "depth of an edge flaw, radius of a penny or half a penny", "0.1 nm", "10 mm"
    ),
    _length("flaw", "flaw_depth", "100 nm", "how deep a penny lies below the electrolyte's surface", "1 nm", "10 mm"),
    _key("flaw", "flaw_pressurised", True, "lithium enters the flaw and presses on its faces", kind="flag"),
)
_INTERFACE: Final = (
    _length("interface", "debond", "2.5 nm", "length of a debond of ring and electrolyte from the bore", "0.01 nm", "10 mm"),
    _key("interface", "adhesion", "", "work of adhesion that the debond is compared with; empty: none",
         unit="J/m2", written="J/m2", low="1e-6 J/m2", high="1e3 J/m2", optional=True),
)  # fmt: skip
_PRESTRESS: Final = (
    _key("prestress", "swelling", 0.01, "linear swelling of the wall on lithiation (LiC6 in plane)", low="-0.2", high="0.5"),
    _key("prestress", "temperature_from", "25 C", "temperature at which the body is free of thermal stress",
         unit="K", written="C", low="-273 C", high="1500 C"),
    _key("prestress", "temperature_to", "55 C", "temperature of operation",
         unit="K", written="C", low="-273 C", high="1500 C"),
    _expansion("wall_expansion", "3e-6 1/K", "thermal expansion of the wall (guess)"),
    _expansion("insulator_expansion", "7e-6 1/K", "thermal expansion of the insulator (guess)"),
    _expansion("electrolyte_expansion", "1.3e-5 1/K", "thermal expansion of the electrolyte (guess)"),
    _expansion("collector_expansion", "1.7e-5 1/K", "thermal expansion of the collector (guess)"),
    _key("prestress", "film_stress", "200 MPa", "stress of the wall as deposited, in its plane (guess)",
         unit="Pa", written="MPa", low="-100 GPa", high="100 GPa"),
)  # fmt: skip
_NUMERICS: Final = (
    _choice("numerics", "model", "axisymmetric where bores are round and separate; or a cluster in space always (root, full)",
            "auto", "space"),
    _key("numerics", "elements_through_wall", 4, "elements through the wall", kind="integer", low="2", high="32"),
    _key("numerics", "tolerance", 0.01, "relative tolerance of the wall and of the plane-strain answer",
         low="1e-4", high="0.2"),
)  # fmt: skip

TUBULE_KEYS: Final = MappingProxyType(
    {
        key.name: key
        for key in (*_DRAWING, *_MATERIALS, *_LOAD, *_FLAW, *_INTERFACE, *_PRESTRESS, *_NUMERICS)
    }
)  # fmt: skip
"""Every key by its name, in the order of the file."""

TUBULE_TABLES: Final = MappingProxyType(
    {
        "drawing": "what is drawn",
        "materials": "what it is made of",
        "load": "what presses",
        "flaw": "a crack at the mouth",
        "interface": "a debond at the mouth",
        "prestress": "what is there before anything presses",
        "numerics": "how finely it is computed",
    }
)
"""Every table of the tubule file with one line on it."""
