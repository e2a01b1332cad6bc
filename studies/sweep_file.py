"""A sweep as a file: a study file in which keys may hold lists of values or ranges, and a table [sweep]."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tubewall.errors import InputError, unknown_name
from tubewall.studies import study_file
from tubewall.studies.keys import KEYS, SWEEP_KEYS
from tubewall.studies.study import Study
from tubewall.studies.study_key import Value, shown
from tubewall.studies.sweep_plan import Plan, Range, make_plan
from tubewall.studies.toml_text import read_text


def read_plan(path: str | Path, *, changes: Mapping[str, Value] | None = None, jobs: str | None = None) -> Plan:
    """The plan that stands in a file.

    Parameters
    ----------
    path : str or Path
        A study file; any key may hold a list of values, or ``{ low = "1 nm", high = "9 nm", scale = "log" }``.
    changes : mapping, optional
        Keys with checked values in SI that take the place of what the file has for them.
    jobs : str, optional
        Takes the place of the ``jobs`` of the file.

    Raises
    ------
    InputError
        With the file, the table, the key, the value and what is allowed.
    """
    return plan_of_text(read_text(path), source=str(path), changes=changes, jobs=jobs)


def plan_of_text(
    text: str, *, source: str = "sweep", changes: Mapping[str, Value] | None = None, jobs: str | None = None
) -> Plan:
    """The plan of a TOML text; see `read_plan`."""
    raw = study_file.tables(text, source)
    settings: dict[str, Any] = {
        name: study_file.read_value("sweep", name, value, source) for name, value in raw.pop("sweep", {}).items()
    }
    if jobs is not None:
        try:
            settings["jobs"] = SWEEP_KEYS["jobs"].read_word(jobs)
        except InputError as error:
            raise InputError(f"--jobs: {error}") from None
    fixed: dict[str, dict[str, object]] = {}
    axes: dict[str, object] = {}
    for table, content in raw.items():
        for name, value in content.items():
            if name in (changes or {}):
                continue
            if _varies(name, value):
                axes[name] = _axis(table, name, value, source)
            else:
                fixed.setdefault(table, {})[name] = value
    base = _base(fixed, changes or {}, axes, source)
    try:
        return make_plan(base, axes, bare=False, **settings)
    except InputError as error:
        raise InputError(f"{source}: {error}") from None


def _varies(name: str, value: object) -> bool:
    if KEYS[name].kind == "materials":
        return isinstance(value, list) and any(isinstance(item, list) for item in value)
    return isinstance(value, (list, dict))


def _axis(table: str, name: str, value: object, source: str) -> object:
    if not isinstance(value, dict):
        return value
    place = f"{source}: [{table}] {name}"
    for part in value:
        if part not in ("low", "high", "scale"):
            raise InputError(f"{place}: {unknown_name('part of a range', part[:60], ('low', 'high', 'scale'))}")
    for part in ("low", "high"):
        if part not in value:
            raise InputError(
                f'{place}: a range is written {{ low = ..., high = ..., scale = "linear" }}; {part} is missing'
            )
        if isinstance(value[part], (list, dict)):
            raise InputError(f"{place}: {part}: expected one value, got {shown(value[part])}")
    return Range(low=value["low"], high=value["high"], scale=value.get("scale", "linear"))


def _base(
    fixed: Mapping[str, Mapping[str, object]], changes: Mapping[str, Value], axes: Mapping[str, object], source: str
) -> Study:
    tables = study_file.read_values(fixed, source)
    values = {name: value for content in tables.values() for name, value in content.items()} | dict(changes)
    try:
        return Study().replace(**values)
    except InputError as error:
        # what is fixed may fit the values of the axes only, not the defaults that they replace
        first = {name: _first(axis) for name, axis in axes.items()}
        try:
            return Study().replace(**{**values, **first})
        except InputError:
            raise InputError(f"{source}: {error}") from None


def _first(axis: object) -> object:
    if isinstance(axis, Range):
        return axis.low
    return axis[0] if isinstance(axis, list) and axis else None
