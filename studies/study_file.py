"""Reading and writing study files: TOML from anybody, so every surprise ends in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tubewall.errors import InputError, unknown_name
from tubewall.studies.keys import KEYS, SWEEP_KEYS, TABLES
from tubewall.studies.study_key import Value, shown
from tubewall.studies.toml_text import parsed_toml

# a study has about fifty keys
_MOST_KEYS: Final = 2_000


def tables(text: str, source: str) -> dict[str, dict[str, object]]:
    """The raw tables of a TOML text, names of tables and keys checked, values not yet.

    Raises
    ------
    InputError
        When it is not TOML, nests too deep, or has an unknown table or key.
    """
    shape = "about fifty keys in eight tables"
    raw = parsed_toml(text, source, kind="study", most_keys=_MOST_KEYS, shape=shape)
    checked: dict[str, dict[str, object]] = {}
    for table, content in raw.items():
        if table not in TABLES and table != "sweep":
            if table in KEYS:
                raise InputError(f"{source}: {table}: stands outside its table; write it below [{KEYS[table].table}]")
            raise InputError(f"{source}: [{shown(table)}]: {unknown_name('table', table[:100], TABLES)}")
        if not isinstance(content, dict):
            raise InputError(f"{source}: {table}: must be a table [{table}], got {shown(content)}")
        known = SWEEP_KEYS if table == "sweep" else KEYS
        for name in content:
            if name not in known or known[name].table != table:
                raise InputError(f"{source}: {unknown_key(table, name)}")
        checked[table] = content
    return checked


def unknown_key(table: str, name: str) -> InputError:
    """The error for a key that its table does not have, with the table it belongs to or the nearest key."""
    if name in KEYS and table in TABLES:
        return InputError(f"[{table}] {name}: belongs to the table [{KEYS[name].table}]")
    known = SWEEP_KEYS if table == "sweep" else {n: k for n, k in KEYS.items() if k.table == table}
    near = unknown_name("key", name[:100], known)
    if "did you mean" not in str(near) and table != "sweep":
        elsewhere = unknown_name("key", name[:100], KEYS)
        near = elsewhere if "did you mean" in str(elsewhere) else near
    return InputError(f"[{table}] {shown(name)}: {near}")


def read_values(raw: Mapping[str, Mapping[str, object]], source: str) -> dict[str, dict[str, Value]]:
    """The checked values in SI of the tables of a study; a quantity without its unit is refused.

    Raises
    ------
    InputError
        ``<source>: [table] key: reason``.
    """
    values: dict[str, dict[str, Value]] = {}
    for table, content in raw.items():
        if table == "sweep":
            raise InputError(f"{source}: [sweep]: makes it a sweep; run it with `tubewall sweep`")
        values[table] = {name: read_value(table, name, value, source) for name, value in content.items()}
    return values


def read_value(table: str, name: str, value: object, source: str) -> Value:
    """The checked value of one key; errors say where it stands."""
    key = (SWEEP_KEYS if table == "sweep" else KEYS)[name]
    if isinstance(value, (list, dict)) and key.kind != "materials" and table != "sweep":
        hint = "one value" if isinstance(value, dict) or not value else "one value; lists are for `tubewall sweep`"
        raise InputError(f"{source}: [{table}] {name}: expected {hint}, got {shown(value)} (allowed: {key.range_text})")
    try:
        return key.read(value, bare=False)
    except InputError as error:
        raise InputError(f"{source}: [{table}] {name}: {error}") from None


def write(values: Mapping[str, Value]) -> str:
    """A study file with every key of ``values`` (SI), its range and what it is."""
    lines = [
        "# A study of tubewall. Quantities carry their units; a key left out keeps the value of the source's design."
    ]
    for table, about in TABLES.items():
        lines += ["", f"[{table}]  # {about}"]
        for name, key in KEYS.items():
            if key.table == table and name in values:
                lines.append(f"{f'{name} = {key.write(values[name])}':<44} # {key.comment} ({key.range_text})")
    return "\n".join(lines) + "\n"
