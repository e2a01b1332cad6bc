"""Checks of what the user hands in: one clear line for each thing that can be wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from tubewall.errors import InputError

Scalar = TypeVar("Scalar", bound=np.generic)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def number(name: str, value: float, unit: str, *, above: float | None = None, least: float | None = None) -> float:
    """``value`` as a finite float above (or at least) a bound, or an InputError that names it."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number in {unit}, got {value!r}") from None
    if not math.isfinite(result):
        raise InputError(f"{name} must be finite, got {result} {unit}")
    if above is not None and not result > above:
        raise InputError(f"{name} must be above {above:g} {unit}, got {result:g} {unit}")
    if least is not None and not result >= least:
        raise InputError(f"{name} must be at least {least:g} {unit}, got {result:g} {unit}")
    return result


def floats(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """A fresh float array, or an InputError where the values are no numbers."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} must be numbers, got {values!r}") from None


def each(
    name: str,
    values: ArrayLike,
    count: int,
    unit: str,
    *,
    above: float | None = None,
    infinite: bool = False,
) -> NDArray[np.float64]:
    """``count`` numbers (a scalar stands for all), at least 0 or above a bound; read-only.

    With ``infinite`` the value inf is allowed (a permeance, a conductance).
    """
    array = floats(name, values)
    if array.ndim > 1 or (array.ndim == 1 and array.size != count):
        raise InputError(f"{name} must be one number or {count}, got an array of shape {array.shape}")
    array = np.ascontiguousarray(np.broadcast_to(array, (count,)))
    bad = np.isnan(array) | (np.isinf(array) & (not infinite or array < 0))
    bad |= (array <= above) if above is not None else (array < 0)
    if bad.any():
        where = int(np.argmax(bad))
        bound = f"above {above:g}" if above is not None else "at least 0"
        finite = "" if infinite else " and finite"
        raise InputError(f"{name} must be {bound} {unit}{finite}, got {array[where]:g} {unit} at index {where}")
    return read_only(array)


def pairs(name: str, values: ArrayLike, count: int, what: str) -> NDArray[np.int64]:
    """Pairs (m, 2) of chambers 0 to ``count`` - 1, each of them ``what`` ("wall", "edge"); read-only."""
    array = np.asarray(values)
    if array.size == 0:
        array = np.zeros((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise InputError(f"{name} must be pairs of chamber indices, got shape {array.shape} of {array.dtype}")
    outside = ((array < 0) | (array >= count)).any(axis=1)
    if outside.any():
        k = int(np.argmax(outside))
        raise InputError(
            f"{name}: {what} {k} joins chambers {array[k, 0]} and {array[k, 1]}, but there are only chambers 0 to {count - 1}"
        )
    return read_only(np.ascontiguousarray(array.astype(np.int64)))


def sums(labels: NDArray[np.int64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum of the values under each label 0 .. count - 1 (count,)."""
    return np.bincount(labels, values, count).astype(np.float64, copy=False)


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The array itself, no longer writable: values that travel are immutable."""
    array.setflags(write=False)
    return array
