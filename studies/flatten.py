"""Nested answers as flat columns: ``{"a": {"b": {"value": 1.0, "unit": "m"}}}`` becomes ``a.b`` in m."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final

from tubewall.errors import ConvergenceError
from tubewall.studies.tables import Cell

Flat = dict[str, tuple[Cell, str]]
_LONGEST: Final = 8


def flatten(data: Mapping[str, object], *, skip: Iterable[str] = ()) -> Flat:
    """The leaves of nested plain data as columns, in their order.

    Parameters
    ----------
    data : mapping
        Nested mappings and lists; a number with its unit is a mapping of ``value`` and ``unit``, with or without more.
    skip : iterable of str, optional
        Names on the first level that are left out.

    Returns
    -------
    dict
        Name, levels joined by dots, to (cell, unit). Lists of words are joined to one cell; lists of more than 8
        numbers (a curve is no cell) are left out.

    Raises
    ------
    ConvergenceError
        When a number is not a number, with its name.
    """
    columns: Flat = {}
    left_out = set(skip)
    for name, value in data.items():
        if name not in left_out:
            _add(columns, str(name), value, "")
    return columns


def _add(columns: Flat, name: str, value: object, unit: str) -> None:
    plain = getattr(value, "tolist", None)
    if callable(plain):
        # arrays and numbers of numpy
        value = plain()
    if isinstance(value, Mapping):
        quantity = "value" in value and isinstance(value.get("unit"), str)
        if quantity:
            _add(columns, name, value["value"], str(value["unit"]))
        for inner, content in value.items():
            if not (quantity and inner in ("value", "unit")):
                _add(columns, f"{name}.{inner}", content, "")
    elif isinstance(value, (list, tuple)):
        if all(isinstance(item, str) for item in value):
            columns[name] = ("; ".join(map(str, value)), "")
        elif len(value) <= _LONGEST:
            for index, item in enumerate(value):
                _add(columns, f"{name}.{index}", item, unit)
    else:
        columns[name] = (_cell(value, name), unit)


def _cell(value: object, name: str) -> Cell:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            raise ConvergenceError(f"{name} came out as not a number")
        return float(value)
    raise ConvergenceError(f"{name} is a {type(value).__name__}, which no cell of a table holds")
