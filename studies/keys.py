"""Every key of a study: its table, default, unit, bounds and one line of explanation.

This is the one list from which the study file, its checks, the options of the command line, ``tubewall init`` and the
documentation are made. It imports nothing heavy, so that ``tubewall --help`` stays fast.
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
    written = default.split(" ", 1)[1]
    return _key(table, name, default, comment, unit="m", written=written, low=low, high=high)


def _choice(table: str, name: str, comment: str, *choices: str) -> Key:
    return _key(table, name, choices[0], comment, kind="choice", choices=choices)


_DRAWING: Final = (
    _choice("drawing", "packing", "how the tubules are packed", "hexagonal", "square"),
    _choice("drawing", "bore_shape", "shape of the bore in the section", "hexagonal", "round", "square"),
    _length("drawing", "bore", "100 nm", "bore across flats, or its diameter", "1 nm", "100 um"),
    _length(
        "drawing",
        "fillet",
        "2 nm",
        "radius of the fillets at the corners of the bore (a round bore has none)",
        "0 nm",
        "50 um",
    ),
    _length("drawing", "height", "20 um", "height of the tubules", "100 nm", "10 mm"),
    _choice("drawing", "construction", "bores in a filled matrix, or separate tubes that touch", "matrix", "tubes"),
    _length("drawing", "neck", "0 nm", "width of the bond between touching tubes (0 in a matrix)", "0 nm", "50 um"),
    _choice("drawing", "confinement", "the array in the plane: no mean strain, or no mean force", "held", "free"),
    _choice("drawing", "ends", "the array along the tubules: held, closed by caps, or free", "held", "closed", "free"),
)
_WALL: Final = (
    _length("wall", "wall", "10 nm", "wall at which stresses and the permeance are stated", "0.1 nm", "10 um"),
    _key("wall", "wall_material", "glassy carbon film", "material of the wall", kind="material"),
    _key("wall", "strength_low", "", "lowest strength of the wall; empty: the range of its record",
         unit="Pa", written="MPa", low="1 kPa", high="1 TPa", optional=True),
    _key("wall", "strength_high", "", "highest strength of the wall; empty: the range of its record",
         unit="Pa", written="MPa", low="1 kPa", high="1 TPa", optional=True),
    _key("wall", "permeance", "6.4e-10 mol/(m2 s Pa)",
         "gas permeance at that wall (guess: 0.019 Barrer of a carbon film); it goes as 1/wall",
         unit="mol/(m2 s Pa)", written="mol/(m2 s Pa)", low="0 mol/(m2 s Pa)", high="1 mol/(m2 s Pa)"),
    _key("wall", "transport_material", "LiC6", "what carries the lithium: gives its concentration", kind="material"),
    _key("wall", "diffusivity", "1e-8 cm2/s", "tracer diffusivity of lithium in the wall",
         unit="m2/s", written="cm2/s", low="1e-20 cm2/s", high="1 cm2/s"),
    _key("wall", "interface_diffusivity", "0 m2/s", "diffusivity of lithium along the two faces of the wall",
         unit="m2/s", written="m2/s", low="0 m2/s", high="1e-4 m2/s"),
    _length("wall", "manufacture", "1 nm", "thinnest wall that can be made (guess)", "0 nm", "1 um"),
    _length("wall", "thinnest", "0.3 nm", "thinnest wall of the search", "0.05 nm", "10 um"),
    _length("wall", "thickest", "90 nm", "thickest wall of the search", "0.1 nm", "100 um"),
)  # fmt: skip
_ELECTROLYTE: Final = (
    _key(
        "electrolyte", "electrolytes", ("PEO/LiTFSI 25 C", "LLZO"), "electrolytes that are compared", kind="materials"
    ),
    _key("electrolyte", "insulator", "BeO", "insulator between wall and electrolyte", kind="material"),
    _length("electrolyte", "insulator_thickness", "50 nm", "thickness of the insulator", "1 nm", "10 um"),
    _length("electrolyte", "electrolyte_thickness", "1 um", "depth of electrolyte that is modelled", "10 nm", "1 mm"),
    _length("electrolyte", "mouth_fillet", "5 nm", "fillet where the bore meets the electrolyte", "0.1 nm", "10 um"),
)
_GAS: Final = (
    _choice("gas", "gas", "gas that the tubules are closed with", "argon", "nitrogen", "helium"),
    _choice("gas", "gas_law", "equation of state; coolprop needs the extra real-gas", "ideal", "virial", "coolprop"),
    _key("gas", "initial_pressure", "1 atm", "pressure of the empty tubules, where nothing is stressed",
         unit="Pa", written="atm", low="1 Pa", high="100 MPa"),
    _key("gas", "temperature", "25 C", "temperature", unit="K", written="C", low="-73.15 C", high="226.85 C"),
    _key("gas", "fill", 0.90, "share of the fullest bore that is filled with lithium", open_ends=True),
    _key("gas", "neighbour_fill", 0.80, "share of the emptiest bore that is filled; at most fill"),
    _key("gas", "charge_time", "1 h", "time of the filling", unit="s", written="h", low="1 s", high="1e5 h"),
    _key("gas", "fill_scatter", 0.01, "standard deviation of the fill over all tubules (guess)", high="0.5"),
)  # fmt: skip
_LITHIUM: Final = (
    _key("lithium", "overpotential", "50 mV", "overpotential: the lithium presses with at most F U / V_m",
         unit="V", written="mV", low="0 mV", high="5 V"),
    _length("lithium", "lattice_parameter", "3.51 angstrom", "of bcc lithium: gives its molar volume",
            "3 angstrom", "4 angstrom"),
    _key("lithium", "contact_angle", "90 deg", "of lithium on the wall, measured in the lithium",
         unit="rad", written="deg", low="0 deg", high="180 deg"),
    _key("lithium", "surface_energy", "0.5 J/m2", "of lithium", unit="J/m2", written="J/m2",
         low="0 J/m2", high="10 J/m2"),
    _key("lithium", "lithium_pressure", "", "pressure of the lithium; empty: the ceiling of the overpotential",
         unit="Pa", written="MPa", low="0 MPa", high="100 GPa", optional=True),
)  # fmt: skip
_CELL: Final = (
    _key("cell", "current_density", "3 mA/cm2", "current density",
         unit="A/m2", written="mA/cm2", low="1e-6 mA/cm2", high="1e4 mA/cm2"),
    _key("cell", "areal_capacity", "3 mAh/cm2", "capacity that is asked for: a check on fill and height",
         unit="A s/m2", written="mAh/cm2", low="1e-6 mAh/cm2", high="1e4 mAh/cm2"),
)  # fmt: skip
_FAILURE: Final = (
    _key("failure", "probability", 0.01, "probability of failure that is allowed", open_ends=True),
    _key("failure", "area", "1 cm2", "area of anode that it is allowed for",
         unit="m2", written="cm2", low="1e-8 cm2", high="1e6 cm2"),
    _key("failure", "accept_guesses", False, "let guessed Weibull moduli decide", kind="flag"),
)  # fmt: skip
_NUMERICS: Final = (
    _key("numerics", "elements_through_wall", 4, "elements through the wall", kind="integer", low="1", high="32"),
    _key("numerics", "supercell", 9, "chambers along each side of the periodic array",
         kind="integer", low="3", high="31"),
    _key("numerics", "tolerance", 0.005, "relative tolerance of the wall", low="1e-6", high="0.2"),
)  # fmt: skip

KEYS: Final = MappingProxyType(
    {
        key.name: key
        for key in (*_DRAWING, *_WALL, *_ELECTROLYTE, *_GAS, *_LITHIUM, *_CELL, *_FAILURE, *_NUMERICS)
    }
)  # fmt: skip
"""Every key by its name, in the order of the file."""

TABLES: Final = MappingProxyType(
    {
        "drawing": "what is drawn",
        "wall": "the wall, and where its thickness is searched",
        "electrolyte": "what the tubules stand on",
        "gas": "the gas in the tubules and how far lithium compresses it",
        "lithium": "the lithium piston",
        "cell": "what the cell is asked for",
        "failure": "how rare failure has to be",
        "numerics": "how finely it is computed",
    }
)
"""Every table of the study file with one line on it."""

SWEEP_KEYS: Final = MappingProxyType(
    {
        key.name: key
        for key in (
            _choice("sweep", "mode", "all combinations, side by side, or samples", "grid", "zip", "sampled"),
            _choice("sweep", "sampler", "how samples are drawn (sobol: a power of two of them)", "latin", "sobol"),
            _key("sweep", "samples", 64, "number of samples", kind="integer", low="1", high="100000"),
            _key("sweep", "seed", 0, "seed of the samples", kind="integer", low="0", high="4294967295"),
            _key("sweep", "jobs", 0, "worker processes; 0: one per core", kind="integer", low="0", high="256"),
        )
    }
)
"""The keys of the table [sweep], which only ``tubewall sweep`` reads."""
