"""One key of a study: how its value is checked, read from a file or a word, and written again."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
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
