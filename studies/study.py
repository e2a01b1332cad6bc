"""The study: every number a question depends on, checked once at the border and frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from tubewall.errors import InputError, unknown_name
from tubewall.studies import study_file
from tubewall.studies.keys import KEYS, TABLES
from tubewall.studies.study_key import Value
from tubewall.studies.toml_text import read_text


def _default(name: str) -> Any:
    key = KEYS[name]
    if key.kind in ("material", "materials"):
        return key.default
    return key.read(key.default, bare=True)


class _Table(BaseModel):
    """One table of the study; every value passes its `Key`, numbers are SI floats."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
    table: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise _input_error(error, self.table) from None

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: object, info: ValidationInfo) -> Value:
        return KEYS[info.field_name or ""].read(value, bare=True)


def _input_error(error: ValidationError, table: str) -> InputError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        return study_file.unknown_key(table, name)
    reason = first.get("ctx", {}).get("error", first["msg"])
    return InputError(f"[{table}] {name}: {reason}")


class Drawing(_Table):
    """What is drawn; lengths in m."""

    table = "drawing"
    packing: Literal["hexagonal", "square"] = _default("packing")
    bore_shape: Literal["hexagonal", "round", "square"] = _default("bore_shape")
    bore: float = _default("bore")
    fillet: float = _default("fillet")
    height: float = _default("height")
    construction: Literal["matrix", "tubes"] = _default("construction")
    neck: float = _default("neck")
    confinement: Literal["held", "free"] = _default("confinement")
    ends: Literal["held", "closed", "free"] = _default("ends")


class Wall(_Table):
    """The wall and the bounds of its search; m, Pa, mol/(m2 s Pa), m2/s."""

    table = "wall"
    wall: float = _default("wall")
    wall_material: str = _default("wall_material")
    strength_low: float | None = _default("strength_low")
    strength_high: float | None = _default("strength_high")
    permeance: float = _default("permeance")
    transport_material: str = _default("transport_material")
    diffusivity: float = _default("diffusivity")
    interface_diffusivity: float = _default("interface_diffusivity")
    manufacture: float = _default("manufacture")
    thinnest: float = _default("thinnest")
    thickest: float = _default("thickest")


class Electrolyte(_Table):
    """What the tubules stand on; m."""

    table = "electrolyte"
    electrolytes: tuple[str, ...] = _default("electrolytes")
    insulator: str = _default("insulator")
    insulator_thickness: float = _default("insulator_thickness")
    electrolyte_thickness: float = _default("electrolyte_thickness")
    mouth_fillet: float = _default("mouth_fillet")


class Gas(_Table):
    """The gas and how far it is compressed; Pa, K, s."""

    table = "gas"
    gas: str = _default("gas")
    gas_law: Literal["ideal", "virial", "coolprop"] = _default("gas_law")
    initial_pressure: float = _default("initial_pressure")
    temperature: float = _default("temperature")
    fill: float = _default("fill")
    neighbour_fill: float = _default("neighbour_fill")
    charge_time: float = _default("charge_time")
    fill_scatter: float = _default("fill_scatter")


class Lithium(_Table):
    """The lithium piston; V, m, rad, J/m2, Pa."""

    table = "lithium"
    overpotential: float = _default("overpotential")
    lattice_parameter: float = _default("lattice_parameter")
    contact_angle: float = _default("contact_angle")
    surface_energy: float = _default("surface_energy")
    lithium_pressure: float | None = _default("lithium_pressure")


class Cell(_Table):
    """What the cell is asked for; A/m2 and A s/m2."""

    table = "cell"
    current_density: float = _default("current_density")
    areal_capacity: float = _default("areal_capacity")


class Failure(_Table):
    """How rare failure has to be; m2."""

    table = "failure"
    probability: float = _default("probability")
    area: float = _default("area")
    accept_guesses: bool = _default("accept_guesses")


class Numerics(_Table):
    """How finely it is computed."""

    table = "numerics"
    elements_through_wall: int = _default("elements_through_wall")
    supercell: int = _default("supercell")
    tolerance: float = _default("tolerance")


_MODELS: dict[str, type[_Table]] = {
    model.table: model for model in (Drawing, Wall, Electrolyte, Gas, Lithium, Cell, Failure, Numerics)
}


class Study(BaseModel):
    """A study: the design, what it is made of and what it is asked for, in SI. ``Study()`` is the source's design.

    Raises
    ------
    InputError
        With the table, the key, the value and what is allowed.

    Examples
    --------
    >>> study = Study().replace(bore="80 nm", fill=0.85)
    >>> study.drawing.bore, study.gas.fill
    (8e-08, 0.85)
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")
    drawing: Drawing = Field(default_factory=Drawing)
    wall: Wall = Field(default_factory=Wall)
    electrolyte: Electrolyte = Field(default_factory=Electrolyte)
    gas: Gas = Field(default_factory=Gas)
    lithium: Lithium = Field(default_factory=Lithium)
    cell: Cell = Field(default_factory=Cell)
    failure: Failure = Field(default_factory=Failure)
    numerics: Numerics = Field(default_factory=Numerics)

    def __init__(self, **tables: Any) -> None:
        try:
            super().__init__(**tables)
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0]) if first["loc"] else ""
            if first["type"] == "extra_forbidden":
                raise unknown_name("table", name, TABLES) from None
            reason = first.get("ctx", {}).get("error", f"[{name}]: {first['msg']}")
            raise InputError(str(reason)) from None

    @model_validator(mode="after")
    def _agree(self) -> Study:
        for table, key, reason in _disagreements(self):
            raise InputError(f"[{table}] {key}: {reason}")
        return self

    @classmethod
    def from_file(cls, path: str | Path) -> Study:
        """Read a study file (TOML, at most 1 MB); keys that it leaves out keep the source's values."""
        return cls.from_text(read_text(path), source=str(path))

    @classmethod
    def from_text(cls, text: str, *, source: str = "study") -> Study:
        """Read a study from TOML; ``source`` is what messages call it."""
        return cls.from_tables(study_file.tables(text, source), source=source)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Mapping[str, object]], *, source: str = "study") -> Study:
        """Make a study from raw tables as TOML holds them: quantities are texts with units."""
        values = study_file.read_values(tables, source)
        try:
            return cls(**{table: _MODELS[table](**values[table]) for table in values})
        except InputError as error:
            raise InputError(f"{source}: {error}") from None

    def replace(self, **changes: object) -> Study:
        """The study with some keys changed: ``study.replace(bore=80 * nm, fill=0.85)``; texts carry units."""
        by_table: dict[str, dict[str, object]] = {table: dict(getattr(self, table)) for table in TABLES}
        for name, value in changes.items():
            if name not in KEYS:
                raise unknown_name("key", name, KEYS)
            by_table[KEYS[name].table][name] = value
        touched = {KEYS[name].table for name in changes}
        kept = {table: getattr(self, table) for table in TABLES if table not in touched}
        return Study(**kept, **{table: _MODELS[table](**by_table[table]) for table in touched})

    def flat(self) -> dict[str, Value]:
        """Every key with its value in SI, in the order of the file."""
        return {name: getattr(getattr(self, key.table), name) for name, key in KEYS.items()}

    @property
    def input_hash(self) -> str:
        """SHA-256 (hex) of all values; the same study written in other units has the same hash."""
        text = json.dumps(self.flat(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_toml(self) -> str:
        """The study file, with every key, its range and a comment; reading it back gives an equal study."""
        return study_file.write(self.flat())

    def to_json(self) -> dict[str, dict[str, object]]:
        """Every key by table: numbers with units as ``{"value": ..., "unit": ...}`` in SI, words as they are."""
        result: dict[str, dict[str, object]] = {table: {} for table in TABLES}
        for name, value in self.flat().items():
            key = KEYS[name]
            if key.kind in ("quantity", "integer"):
                result[key.table][name] = {"value": value, "unit": key.unit}
            else:
                result[key.table][name] = list(value) if isinstance(value, tuple) else value
        return result


def _disagreements(study: Study) -> list[tuple[str, str, str]]:
    """What contradicts what, as (table, key, reason)."""
    found: list[tuple[str, str, str]] = []

    def ordered(low: str, high: str, *, strictly: bool) -> None:
        table = KEYS[high].table
        a, b = getattr(getattr(study, table), low), getattr(getattr(study, table), high)
        if a is None or b is None or a < b or (a == b and not strictly):
            return
        first, second = KEYS[low].write_quantity(a), KEYS[high].write_quantity(b)
        relation = "below" if strictly else "at most"
        found.append((table, low, f"{first} does not fit {high} {second}: pass {low} {relation} {second}"))

    ordered("neighbour_fill", "fill", strictly=False)
    ordered("thinnest", "thickest", strictly=True)
    ordered("strength_low", "strength_high", strictly=False)
    fill, scatter = study.gas.fill, study.gas.fill_scatter
    # a Beta distribution on (0, 1) of mean f has a variance below f (1 - f)
    if scatter**2 >= fill * (1 - fill):
        limit = (fill * (1 - fill)) ** 0.5
        found.append(("gas", "fill_scatter", f"{scatter:g} is impossible at fill {fill:g}: pass less than {limit:.3g}"))
    return found
