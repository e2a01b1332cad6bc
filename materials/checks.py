"""Checks of single numbers at the border of this room: what, the value with its unit, the bound, the remedy."""

from __future__ import annotations

import math

from tubewall.errors import InputError


def finite(place: str, value: float, unit: str) -> float:
    """``value`` as a float when it is a finite number, otherwise an InputError naming ``place``."""
    given: object = value
    if isinstance(given, (bool, str, bytes)):
        raise InputError(f"{place} must be a number in {unit}, got {given!r}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{place} must be a number in {unit}, got {given!r}") from None
    if not math.isfinite(number):
        raise InputError(f"{place} must be a finite number in {unit}, got {number}")
    return number


def positive(place: str, value: float, unit: str) -> float:
    """``value`` when it is finite and above zero."""
    number = finite(place, value, unit)
    if number <= 0:
        raise InputError(f"{place} must be positive, got {number:g} {unit}")
    return number


def not_negative(place: str, value: float, unit: str) -> float:
    """``value`` when it is finite and not below zero."""
    number = finite(place, value, unit)
    if number < 0:
        raise InputError(f"{place} must not be negative, got {number:g} {unit}")
    return number


def between(place: str, value: float, low: float, high: float, unit: str) -> float:
    """``value`` when it lies strictly between ``low`` and ``high``."""
    number = finite(place, value, unit)
    if not low < number < high:
        told = f" {unit}" if unit else ""
        raise InputError(f"{place} must lie between {low:g} and {high:g}{told}, got {number:g}{told}")
    return number


def one_of(place: str, value: str, allowed: tuple[str, ...]) -> str:
    """``value`` when it is one of ``allowed``."""
    if value not in allowed:
        raise InputError(f"{place} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value
