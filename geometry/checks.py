"""Checks of what the user passes to a drawing: a finite number of the right kind, or one clear line."""

from __future__ import annotations

import math
import numbers

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.units import show

SMALLEST_LENGTH = 1e-12
LARGEST_LENGTH = 1e6


def number(place: str, value: object, kind: str = "metres") -> float:
    """The float of a finite real ``value``; booleans, text, NaN and infinities are refused."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        remedy = "; write for example 10 * nm with tubewall.units.nm" if isinstance(value, str) else ""
        raise InputError(f"{place} must be a number of {kind}, got {value!r}{remedy}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise InputError(f"{place} must be a finite number of {kind}, got {result}")
    return result


def positive_length(place: str, value: object) -> float:
    """The float of a length [m] that is positive and of a size that can be drawn."""
    result = number(place, value)
    if result <= 0:
        raise InputError(f"{place} must be positive, got {show(result, 'm')}")
    if not SMALLEST_LENGTH <= result <= LARGEST_LENGTH:
        raise InputError(f"{place} must lie between 1 pm and 1000 km, got {result:.3g} m")
    return result


def length_or_zero(place: str, value: object) -> float:
    """The float of a length [m] that is zero or positive."""
    result = number(place, value)
    if result < 0:
        raise InputError(f"{place} must not be negative, got {show(result, 'm')}")
    return result


def whole_number(place: str, value: object, low: int, high: int) -> int:
    """The int of a whole ``value`` between ``low`` and ``high``, both included."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise InputError(f"{place} must be a whole number, got {value!r}")
    result = int(value)
    if not low <= result <= high:
        raise InputError(f"{place} must lie between {low} and {high}, got {result}")
    return result


def one_of(place: str, value: object, choices: tuple[str, ...]) -> str:
    """The ``value`` if it is one of ``choices``; otherwise an error with the nearest of them."""
    if not isinstance(value, str):
        raise InputError(f"{place} must be one of {', '.join(map(repr, choices))}, got {value!r}")
    if value not in choices:
        raise unknown_name(place, value, choices)
    return value
