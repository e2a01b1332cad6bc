"""Units at the border: factors to SI, parsing of "100 nm", printing of 1e-7 as "100 nm".

Inside tubewall every number is a float in SI; this module is the only place that knows other units.

Examples
--------
>>> from tubewall.units import nm, parse
>>> 100 * nm == parse("100 nm", "m")
True
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from tubewall.errors import InputError, unknown_name

# metre, kilogram, second, ampere, kelvin, mole
Dimension = tuple[int, int, int, int, int, int]

m: Final = 1.0
mm: Final = 1e-3
um: Final = 1e-6
nm: Final = 1e-9
cm: Final = 1e-2
angstrom: Final = 1e-10
Pa: Final = 1.0
kPa: Final = 1e3
MPa: Final = 1e6
GPa: Final = 1e9
bar: Final = 1e5
atm: Final = 101325.0
s: Final = 1.0
minute: Final = 60.0
hour: Final = 3600.0
V: Final = 1.0
mV: Final = 1e-3

_NONE: Final[Dimension] = (0, 0, 0, 0, 0, 0)
_BASE: Final[dict[str, tuple[float, Dimension]]] = {
    "m": (1.0, (1, 0, 0, 0, 0, 0)),
    "g": (1e-3, (0, 1, 0, 0, 0, 0)),
    "s": (1.0, (0, 0, 1, 0, 0, 0)),
    "A": (1.0, (0, 0, 0, 1, 0, 0)),
    "K": (1.0, (0, 0, 0, 0, 1, 0)),
    "mol": (1.0, (0, 0, 0, 0, 0, 1)),
    "N": (1.0, (1, 1, -2, 0, 0, 0)),
    "Pa": (1.0, (-1, 1, -2, 0, 0, 0)),
    "J": (1.0, (2, 1, -2, 0, 0, 0)),
    "W": (1.0, (2, 1, -3, 0, 0, 0)),
    "V": (1.0, (2, 1, -3, -1, 0, 0)),
    "Ohm": (1.0, (2, 1, -3, -2, 0, 0)),
    "ohm": (1.0, (2, 1, -3, -2, 0, 0)),
    "S": (1.0, (-2, -1, 3, 2, 0, 0)),
    "bar": (1e5, (-1, 1, -2, 0, 0, 0)),
    "eV": (1.602176634e-19, (2, 1, -2, 0, 0, 0)),
    "l": (1e-3, (3, 0, 0, 0, 0, 0)),
    "L": (1e-3, (3, 0, 0, 0, 0, 0)),
}
_WHOLE: Final[dict[str, tuple[float, Dimension]]] = {
    "kg": (1.0, (0, 1, 0, 0, 0, 0)),
    "atm": (101325.0, (-1, 1, -2, 0, 0, 0)),
    "cmHg": (1333.22387415, (-1, 1, -2, 0, 0, 0)),
    "psi": (6894.757293168, (-1, 1, -2, 0, 0, 0)),
    "angstrom": (1e-10, (1, 0, 0, 0, 0, 0)),
    "min": (60.0, (0, 0, 1, 0, 0, 0)),
    "h": (3600.0, (0, 0, 1, 0, 0, 0)),
    "d": (86400.0, (0, 0, 1, 0, 0, 0)),
    "Ah": (3600.0, (0, 0, 1, 1, 0, 0)),
    "mAh": (3.6, (0, 0, 1, 1, 0, 0)),
    "Barrer": (3.3464e-16, (0, -1, 1, 0, 0, 1)),
    "GPU": (3.3464e-10, (-1, -1, 1, 0, 0, 1)),
    "rad": (1.0, _NONE),
    "deg": (math.pi / 180, _NONE),
    "%": (0.01, _NONE),
    "1": (1.0, _NONE),
}
_PREFIX: Final = {
    "f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6,
    "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12,
}  # fmt: skip
_CELSIUS: Final = ("C", "degC", "°C")
_NUMBER: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*)\Z", re.DOTALL)
_FACTOR: Final = re.compile(r"\s*([*/·]?)\s*(?:(\()|(\))|(1|%|°?[A-Za-zµμ]+)(?:\^?([+-]?\d+))?)")
_MAX_TEXT: Final = 200


def _unit_of_symbol(symbol: str) -> tuple[float, Dimension]:
    for table in (_WHOLE, _BASE):
        if symbol in table:
            return table[symbol]
    if symbol[0] in _PREFIX and symbol[1:] in _BASE:
        factor, dimension = _BASE[symbol[1:]]
        return _PREFIX[symbol[0]] * factor, dimension
    common = ("nm", "um", "mm", "kPa", "MPa", "GPa", "mV", "mA", "kJ")
    raise unknown_name("unit", symbol, [*common, *_BASE, *_WHOLE])


def unit_factor(unit: str) -> tuple[float, Dimension]:
    """Factor to SI and dimension exponents (m, kg, s, A, K, mol) of a unit expression.

    Parameters
    ----------
    unit : str
        Symbols joined by a space, ``*`` or ``/``, powers as ``cm2`` or ``cm^2``; ``a/(b c)`` and ``a/b/c`` as usual.

    Raises
    ------
    InputError
        When the text is not a unit expression; UnknownNameError for an unknown symbol.

    Examples
    --------
    >>> unit_factor("mA/cm2")
    (10.0, (-2, 0, 0, 1, 0, 0))
    """
    if len(unit) > _MAX_TEXT:
        raise InputError(f"a unit of {len(unit)} characters; units have at most {_MAX_TEXT}")
    factor, exponents = 1.0, [0] * 6
    # signs of the enclosing brackets; the operator before a bracket holds for all of its contents
    signs = [1]
    position = 0
    text = unit.strip()
    while position < len(text):
        match = _FACTOR.match(text, position)
        if match is None:
            raise InputError(f"cannot read the unit {unit!r} at {text[position:]!r}: write for example 'mol/(m2 s Pa)'")
        operator, opens, closes, symbol, power = match.groups()
        position = match.end()
        sign = signs[-1] * (-1 if operator == "/" else 1)
        if opens:
            signs.append(sign)
        elif closes:
            if len(signs) == 1 or operator:
                raise InputError(f"the brackets of the unit {unit!r} do not match")
            signs.pop()
        else:
            f, dimension = _unit_of_symbol(symbol)
            exponent = sign * int(power or 1)
            if abs(exponent) > 12:
                raise InputError(f"the power {power} in the unit {unit!r} is out of range: at most 12")
            factor *= f**exponent
            exponents = [a + exponent * b for a, b in zip(exponents, dimension, strict=True)]
    if len(signs) != 1:
        raise InputError(f"the brackets of the unit {unit!r} do not match")
    return factor, (exponents[0], exponents[1], exponents[2], exponents[3], exponents[4], exponents[5])


def parse(text: str | float, unit: str) -> float:
    """The SI value of a quantity such as ``"100 nm"``.

    Parameters
    ----------
    text : str
        A number and a unit. For a dimensionless ``unit`` ("1") a bare number is accepted too.
    unit : str
        A unit of the dimension that is wanted, for example ``"m"``; temperatures (``"K"``) also read "25 C".

    Returns
    -------
    float
        The value in SI base or derived units.

    Raises
    ------
    InputError
        When the text has no number, no unit where one is needed, the wrong dimension, or is not finite.
    """
    wanted_factor, wanted = unit_factor(unit)
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise InputError(f"expected a quantity such as '3 {unit}', got {text!r}")
    if isinstance(text, (int, float)):
        if wanted != _NONE:
            raise InputError(f"{text!r} has no unit: write for example '{text} {unit}'")
        return _finite(float(text) * wanted_factor, text)
    if len(text) > _MAX_TEXT:
        raise InputError(f"a quantity of {len(text)} characters; quantities have at most {_MAX_TEXT}")
    match = _NUMBER.match(text)
    if match is None:
        raise InputError(f"cannot read {text!r} as a quantity: write for example '3 {unit}'")
    number, symbol = float(match[1]), match[2].strip()
    if symbol in _CELSIUS and wanted == _BASE["K"][1]:
        return _finite(number + 273.15, text)
    if not symbol:
        if wanted != _NONE:
            raise InputError(f"{text!r} has no unit: write for example '{text.strip()} {unit}'")
        return _finite(number, text)
    factor, dimension = unit_factor(symbol)
    if dimension != wanted:
        raise InputError(f"{text!r} is not a quantity in {unit}: its unit has another dimension")
    return _finite(number * factor, text)


def _finite(value: float, text: object) -> float:
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a finite number")
    return value


_ENGINEERING: Final = (
    (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"), (1e-12, "p"),
)  # fmt: skip
_PREFIXED: Final = ("m", "Pa", "s", "V", "A", "N", "J", "W", "S")


def show(value: float, unit: str, digits: int = 3) -> str:
    """A value in SI printed with ``digits`` significant digits and an engineering prefix: ``1e-7, "m"`` -> ``"100 nm"``.

    Any other ``unit`` is taken as the unit to print in, with the value converted to it: ``0.0166, "nm"``.
    """
    if not math.isfinite(value):
        return f"{value} {unit}".strip()
    if unit in _PREFIXED and value != 0:
        for factor, prefix in _ENGINEERING:
            # 0.9995 so that 999.9 nm prints as 1 um, not as 1e+03 nm
            if abs(value) >= 0.9995 * factor:
                return f"{_digits(value / factor, digits)} {prefix}{unit}"
        return f"{_digits(value, digits)} {unit}"
    if unit in _CELSIUS:
        return f"{_digits(value - 273.15, digits)} {unit}"
    factor, _ = unit_factor(unit)
    return f"{_digits(value / factor, digits)} {unit if unit != '1' else ''}".strip()


def show_point(point: Iterable[float]) -> str:
    """Coordinates [m] for a message, in the unit that fits the largest of them: ``(1, 2.5) nm``."""
    at = [float(x) for x in point]
    largest = max(map(abs, at), default=0.0)
    unit = show(largest, "m").split()[-1]
    factor, _ = unit_factor(unit)
    # what round-off leaves beside the largest is 0
    told = (0.0 if abs(x) < 1e-9 * largest else x / factor for x in at)
    return f"({', '.join(f'{x:.6g}' for x in told)}) {unit}"


def _digits(value: float, digits: int) -> str:
    """A number with so many significant digits, 240 rather than 2.4e+02."""
    text = f"{value:.{digits}g}"
    return f"{float(text):g}" if "e" in text and 1.0 <= abs(value) < 1e4 else text
