"""The kinds of values a case file holds: each reader checks one and says what is allowed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from tubewall.errors import InputError, unknown_name
from tubewall.studies.expression import Expression, read_expression
from tubewall.studies.study_key import shown

LONGEST_NAME: Final = 200
# a number that is smaller [SI] is none that was meant, and its powers vanish
_SMALLEST: Final = 1e-60
Reader = Callable[[object], Any]


def constant(
    unit: str, *, low: float = -math.inf, high: float = math.inf, allowed: str = "", example: str = ""
) -> Reader:
    """A reader of one number (SI) strictly between ``low`` and ``high``; ``allowed`` says so in words."""

    def read(value: object) -> float:
        told = f" (allowed: {allowed})" if allowed else ""
        try:
            found = read_expression(value, unit, example=example)
        except InputError as error:
            raise InputError(f"{error}{told}") from None
        if found.constant is None:
            names = ", ".join(sorted(found.variables))
            raise InputError(f"{shown(value)} varies with {names}; it must be one quantity{told}")
        if 0 < abs(found.constant) < _SMALLEST:
            raise InputError(f"is too small, got {shown(value)} (allowed: 0, or {_SMALLEST:g} {unit} and more)")
        if not low < found.constant < high:
            must = "must be positive" if low == 0 and found.constant <= 0 else "is out of range"
            raise InputError(f"{must}, got {shown(value)}{told}")
        return found.constant

    return read


def varying(unit: str, *, example: str = "") -> Reader:
    """A reader of a quantity that may vary over the body, as an `Expression`."""

    def read(value: object) -> Expression:
        return read_expression(value, unit, example=example)

    return read


def several(reader: Reader, counts: Sequence[int], *, like: str) -> Reader:
    """A reader of a list of so many values, as a tuple."""

    def read(value: object) -> tuple[Any, ...]:
        many = " or ".join(str(count) for count in counts)
        if not isinstance(value, (list, tuple)):
            raise InputError(f"expected a list of {many} such as {like}, got {shown(value)}")
        if len(value) not in counts:
            raise InputError(f"expected {many} components such as {like}, got {len(value)}")
        found = []
        for number, part in enumerate(value, 1):
            try:
                found.append(reader(part))
            except InputError as error:
                raise InputError(f"component {number}: {error}") from None
        return tuple(found)

    return read


def either(single: Reader, listed: Reader) -> Reader:
    """A reader that takes lists with ``listed`` and all else with ``single``."""

    def read(value: object) -> Any:
        return listed(value) if isinstance(value, (list, tuple)) else single(value)

    return read


def choice(kind: str, options: Sequence[str]) -> Reader:
    """A reader of one word of ``options``; a misspelt one is answered with the nearest."""

    def read(value: object) -> str:
        allowed = ", ".join(options)
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
            raise InputError(f"expected one of {allowed}; got {shown(value)}")
        if value not in options:
            raise InputError(f"{unknown_name(kind, value, options)} (allowed: {allowed})")
        return value

    return read


def text(what: str) -> Reader:
    """A reader of a name: printable, not empty and not long."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise InputError(f"expected {what} as a text in quotes, got {shown(value)}")
        if not value.strip() or not value.isprintable() or len(value) > LONGEST_NAME:
            raise InputError(f"expected {what}: printable, 1 to {LONGEST_NAME} characters; got {shown(value)}")
        return value

    return read


def whole(low: int, high: int) -> Reader:
    """A reader of a whole number from ``low`` to ``high``."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            given = f"the text {shown(value)!r}" if isinstance(value, str) else shown(value)
            raise InputError(f"expected a whole number, got {given} (allowed: {low} .. {high})")
        if not low <= value <= high:
            raise InputError(f"is out of range, got {shown(value)} (allowed: {low} .. {high})")
        return value

    return read


def yes(value: object) -> bool:
    """A reader of a switch that can only be turned on."""
    if value is not True:
        raise InputError(f"expected true, got {shown(value)}; leave the key out otherwise")
    return True


length: Final = constant("m", example="50 nm")
positive_length: Final = constant("m", low=0.0, allowed="above 0 m", example="1 nm")
plain: Final = constant("1")
point: Final = several(length, (2, 3), like='["50 nm", "0 nm"]')
direction: Final = several(plain, (2, 3), like="[1.0, 0.0]")
modulus: Final = constant("Pa", low=0.0, allowed="above 0 Pa", example="10 GPa")
any_modulus: Final = constant("Pa", example="10 GPa")
ratio: Final = constant("1", low=-1.0, high=0.5, allowed="-1 .. 0.5, ends excluded")
coefficient: Final = constant("1/K", example="1e-5 1/K")
