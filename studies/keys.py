"""Every key of a study: its table, default, unit, bounds and one line of explanation.

This is the one list from which the study file, its checks, the options of the command line, ``tubewall init`` and the
documentation are made. It imports nothing heavy, so that ``tubewall --help`` stays fast.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

from tubewall.errors import InputError, unknown_name
from tubewall.units import parse, unit_factor

Value = float | int | bool | str | tuple[str, ...] | None
Kind = Literal["quantity", "integer", "flag", "choice", "material", "materials"]

_PLAIN_NUMBER: Final = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*\Z")
_EXPONENT: Final = re.compile(r"e(-?)\+?0*")
_MAX_NAMES: Final = 8
_MAX_NAME: Final = 100


def shown(value: object) -> str:
    """A value of the user in one short line, for a message."""
    text = value if isinstance(value, str) and value.isprintable() and value.strip() else _toml_like(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _toml_like(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an empty list" if not value else f"a list of {len(value)}"
    if isinstance(value, int) and abs(value) > 10**20:
        return "an integer of more than 20 digits"
    return repr(value)


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of the study file, which is also one option of the command line.

    ``unit`` is the SI unit of the value inside, ``written`` the unit it is written in; ``low`` and ``high`` are texts
    such as "1 nm". With ``open_ends`` the bounds themselves are excluded; with ``optional`` the key may stay empty.
    """

    name: str
    table: str
    comment: str
    default: float | int | bool | str | tuple[str, ...]
    kind: Kind = "quantity"
    unit: str = "1"
    written: str = "1"
    low: str = "0"
    high: str = "1"
    open_ends: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The option of the command line: ``bore_shape`` is ``--bore-shape``."""
        return "--" + self.name.replace("_", "-")

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest value, SI."""
        return _rounded(parse(self.low, self.unit)), _rounded(parse(self.high, self.unit))

    @property
    def range_text(self) -> str:
        """What is allowed, in words: ``1 nm .. 100 um``."""
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind == "flag":
            return "true, false"
        if self.kind in ("material", "materials"):
            return "see tubewall materials"
        ends = ", ends excluded" if self.open_ends else ""
        return f"{self.low} .. {self.high}{ends}"

    def read(self, value: object, *, bare: bool) -> Value:
        """The checked value in SI.

        Parameters
        ----------
        value : object
            What stands in a file, on the command line or in a script.
        bare : bool
            Whether a bare number means SI (a script) or lacks its unit (a file).

        Raises
        ------
        InputError
            With the reason only; the caller knows the place.
        """
        if self.kind == "quantity":
            return self._read_quantity(value, bare=bare)
        if self.kind == "integer":
            return self._read_integer(value)
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise InputError(f"expected true or false, got {shown(value)}")
            return value
        if self.kind == "choice":
            return self._read_choice(value)
        if self.kind == "material":
            return _material_name(value)
        return _material_list(value)

    def read_word(self, word: str) -> Value:
        """The checked value of a word of the command line, where numbers and lists come as text."""
        if self.kind == "quantity" and self.unit == "1" and _PLAIN_NUMBER.match(word):
            return self.read(float(word), bare=True)
        if self.kind == "integer":
            return self.read(int(word) if re.fullmatch(r"\s*[+-]?\d{1,18}\s*", word) else word, bare=True)
        if self.kind == "materials":
            return self.read([part.strip() for part in word.split(",")], bare=True)
        return self.read(word, bare=False)

    def _read_quantity(self, value: object, *, bare: bool) -> float | None:
        if self.optional and (value is None or value == ""):
            return None
        dimensionless = self.written == "1"
        example = f"{self.default}" if self.default != "" else f"{self.low}"
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            wanted = "number" if dimensionless else "quantity"
            raise InputError(f"expected a {wanted} such as {example}, got {shown(value)} (allowed: {self.range_text})")
        if isinstance(value, str):
            if _PLAIN_NUMBER.match(value):
                remedy = "write it without quotes" if dimensionless else f"write for example '{example}'"
                what = "is a text, not a number" if dimensionless else "has no unit"
                raise InputError(f"{value.strip()!r} {what}: {remedy} (allowed: {self.range_text})")
            try:
                number = parse(value, self.unit)
            except InputError as error:
                raise InputError(f"{error} (allowed: {self.range_text})") from None
        else:
            number = _float(value)
            if not math.isfinite(number):
                raise InputError(f"must be a finite number, got {number} (allowed: {self.range_text})")
            if not (bare or dimensionless):
                raise InputError(f"{number:g} has no unit: write for example '{example}' (allowed: {self.range_text})")
        return self._within(_rounded(number), value)

    def _within(self, number: float, value: object) -> float:
        low, high = self.bounds
        inside = low < number < high if self.open_ends else low <= number <= high
        if inside:
            return number
        if number <= 0 and (low > 0 or self.open_ends):
            must = "must be positive"
        elif number < 0:
            must = "must not be negative"
        else:
            must = "is out of range"
        got = shown(value) if isinstance(value, str) or self.unit == "1" else f"{number:g} {self.unit}"
        raise InputError(f"{must}, got {got} (allowed: {self.range_text})")

    def _read_integer(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InputError(f"expected a whole number, got {shown(value)} (allowed: {self.range_text})")
        if not int(self.low) <= value <= int(self.high):
            raise InputError(f"is out of range, got {shown(value)} (allowed: {self.range_text})")
        return value

    def _read_choice(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        if isinstance(value, str) and 0 < len(value) <= _MAX_NAME:
            raise InputError(f"{unknown_name(self.name, value, self.choices)} (allowed: {self.range_text})")
        raise InputError(f"expected one of {self.range_text}; got {shown(value)}")

    def write(self, value: Value) -> str:
        """The value as TOML, in the unit the key is written in; reading it back gives the same float."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if value is None:
            return '""'
        if isinstance(value, tuple):
            return "[" + ", ".join(_quoted(name) for name in value) + "]"
        if isinstance(value, str):
            return _quoted(value)
        if self.kind == "integer":
            return str(value)
        if self.written == "1":
            return repr(float(value))
        return _quoted(self.write_quantity(float(value)))

    def write_quantity(self, value: float) -> str:
        """``1e-7`` as ``100 nm``: the shortest text that reads back as the same float."""
        if self.written == "1":
            return f"{value:.15g}"
        number = value - 273.15 if self.written == "C" else value / unit_factor(self.written)[0]
        for digits in (6, 9, 12, 15):
            text = _EXPONENT.sub(r"e\1", f"{number:.{digits}g}") + f" {self.written}"
            if _rounded(parse(text, self.unit)) == value:
                return text
        return f"{value!r} {self.unit}"


def _float(value: float | int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _rounded(value: float) -> float:
    # fifteen digits, so that "100 nm", "0.1 um" and 1e-7 are one study with one hash
    return float(f"{value:.15g}") if math.isfinite(value) else value


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _material_name(value: object) -> str:
    from tubewall.materials import material_names

    if not isinstance(value, str) or not 0 < len(value) <= _MAX_NAME:
        raise InputError(f"expected the name of a material, got {shown(value)}: `tubewall materials` lists them")
    names = {name.casefold(): name for name in material_names()}
    if value.casefold() not in names:
        raise unknown_name("material", value, names.values())
    return names[value.casefold()]


def _material_list(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise InputError(f'expected a list of materials such as ["LLZO"], got {shown(value)}')
    if len(value) > _MAX_NAMES:
        raise InputError(f"has {len(value)} materials; at most {_MAX_NAMES} are compared")
    names = tuple(_material_name(name) for name in value)
    if len(set(names)) != len(names):
        raise InputError("names a material twice")
    return names


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
    _length("drawing", "fillet", "2 nm", "radius of the fillets at the corners of the bore", "0 nm", "50 um"),
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
