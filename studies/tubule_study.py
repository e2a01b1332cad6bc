"""TubuleStudy: one tubule in its stack, what presses on it and what is asked of it, in one frozen value."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tubewall.errors import InputError, unknown_name
from tubewall.studies.study_key import Value, shown
from tubewall.studies.toml_text import parsed_toml, read_text
from tubewall.studies.tubule_keys import TUBULE_KEYS, TUBULE_TABLES
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.geometry.array import CellArray
    from tubewall.geometry.stack import Stack
    from tubewall.materials import Lithium

_MOST_KEYS: Final = 500
# what the drawing calls otherwise than the file
_KEY_OF: Final = {
    "electrolyte": "electrolyte_thickness",
    "insulator": "insulator_thickness",
    "collector": "collector_thickness",
    "root_fillet": "mouth_fillet",
    "insulator_fillet": "mouth_fillet",
}


def _default(name: str) -> Any:
    key = TUBULE_KEYS[name]
    return field(default=key.default if key.kind in ("material", "materials") else key.read(key.default, bare=True))


@dataclass(frozen=True, kw_only=True)
class TubuleStudy:
    """A tubule study, in SI; each field is a key of ``TUBULE_KEYS`` and says there what it is.

    Raises
    ------
    InputError
        With the key, the value and what is allowed; or what does not fit what.

    Examples
    --------
    >>> study = TubuleStudy().replace(bore="80 nm", overpotential="20 mV")
    >>> study.bore, round(study.pressure / 1e6, 1)
    (8e-08, 148.2)
    """

    bore_shape: str = _default("bore_shape")
    construction: str = _default("construction")
    bore: float = _default("bore")
    fillet: float = _default("fillet")
    wall: float = _default("wall")
    spacing: float = _default("spacing")
    height: float = _default("height")
    electrolyte_thickness: float = _default("electrolyte_thickness")
    insulator_thickness: float = _default("insulator_thickness")
    insulator_form: str = _default("insulator_form")
    collector_thickness: float = _default("collector_thickness")
    cap: float = _default("cap")
    mouth_fillet: float = _default("mouth_fillet")
    cap_fillet: float = _default("cap_fillet")
    top: str = _default("top")
    wall_material: str = _default("wall_material")
    insulator: str = _default("insulator")
    electrolyte: str = _default("electrolyte")
    electrolytes: tuple[str, ...] = _default("electrolytes")
    collector: str = _default("collector")
    strength: float | None = _default("strength")
    overpotential: float = _default("overpotential")
    lithium_pressure: float | None = _default("lithium_pressure")
    lithium_level: float = _default("lithium_level")
    lithium_gradient: float = _default("lithium_gradient")
    lithium: str = _default("lithium")
    lithium_modulus: float = _default("lithium_modulus")
    gas_pressure: float = _default("gas_pressure")
    initial_pressure: float = _default("initial_pressure")
    neighbours: str = _default("neighbours")
    flaw_kind: str = _default("flaw_kind")
    flaw_length: float = _default("flaw_length")
    flaw_depth: float = _default("flaw_depth")
    flaw_pressurised: bool = _default("flaw_pressurised")
    debond: float = _default("debond")
    adhesion: float | None = _default("adhesion")
    swelling: float = _default("swelling")
    temperature_from: float = _default("temperature_from")
    temperature_to: float = _default("temperature_to")
    wall_expansion: float = _default("wall_expansion")
    insulator_expansion: float = _default("insulator_expansion")
    electrolyte_expansion: float = _default("electrolyte_expansion")
    collector_expansion: float = _default("collector_expansion")
    film_stress: float = _default("film_stress")
    model: str = _default("model")
    elements_through_wall: int = _default("elements_through_wall")
    tolerance: float = _default("tolerance")

    def __post_init__(self) -> None:
        for name, key in TUBULE_KEYS.items():
            try:
                object.__setattr__(self, name, key.read(getattr(self, name), bare=True))
            except InputError as error:
                raise InputError(f"[{key.table}] {name}: {error}") from None
        if self.model == "space" and self.in_tubes and self.spacing == 0:
            raise InputError(
                "[drawing] spacing: 0 leaves gaps that end in cusps between tubes in space: pass spacing = '1 nm' or more, or "
                "model = 'auto'"
            )
        # what does not fit is refused by the drawing itself
        try:
            self.stack().check_fits(self.array())
        except InputError as error:
            raise InputError(_with_keys(str(error))) from None
        self._check_lithium()
        limit = self.electrolyte_thickness
        if self.flaw_kind != "penny" and self.flaw_length > 0.95 * limit:
            raise InputError(
                f"[flaw] flaw_length: {show(self.flaw_length, 'm')} is longer than the electrolyte allows, which is "
                f"{show(limit, 'm')} thick: pass at most {show(0.95 * limit, 'm')}"
            )
        if self.flaw_kind == "penny" and self.flaw_depth > 0.95 * limit:
            raise InputError(
                f"[flaw] flaw_depth: {show(self.flaw_depth, 'm')} lies below the electrolyte, which is "
                f"{show(limit, 'm')} thick: pass at most {show(0.95 * limit, 'm')}"
            )

    def _check_lithium(self) -> None:
        if self.lithium == "pressure":
            return
        if self.lithium_gradient:
            raise InputError(
                f"[load] lithium_gradient: a body of lithium that is {self.lithium} makes its own: pass lithium_gradient = 0, or "
                "lithium = 'pressure'"
            )
        stack = self.stack()
        if stack.ends == "open" and self.top == "free" and self.lithium_level >= stack.bore_height * (1 - 1e-9):
            raise InputError(
                f"[load] lithium_level: {show(self.lithium_level, 'm')} fills an open bore to its free top, where nothing "
                "holds a body of lithium that slides: pass less, a cap or a collector, or top = 'held'"
            )

    @classmethod
    def from_file(cls, path: str | Path) -> TubuleStudy:
        """Read a tubule file (TOML, at most 1 MB); keys that it leaves out keep their defaults."""
        return cls.from_text(read_text(path, kind="tubule", hint="; `tubewall tubule study` prints one"), str(path))

    @classmethod
    def from_text(cls, text: str, source: str = "tubule") -> TubuleStudy:
        """Read a tubule study from TOML; ``source`` is what messages call it."""
        raw = parsed_toml(
            text, source, kind="tubule file", most_keys=_MOST_KEYS, shape="about forty keys in seven tables"
        )
        values: dict[str, Any] = {}
        for table, content in raw.items():
            if table not in TUBULE_TABLES:
                if table in TUBULE_KEYS:
                    where = TUBULE_KEYS[table].table
                    raise InputError(f"{source}: {table}: stands outside its table; write it below [{where}]")
                raise InputError(f"{source}: [{shown(table)}]: {unknown_name('table', table[:100], TUBULE_TABLES)}")
            if not isinstance(content, dict):
                raise InputError(f"{source}: {table}: must be a table [{table}], got {shown(content)}")
            for name, value in content.items():
                values[name] = _read(source, table, name, value)
        try:
            return cls(**values)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None

    def replace(self, **changes: object) -> TubuleStudy:
        """The study with some keys changed; texts carry units: ``study.replace(bore="80 nm")``."""
        values = self.flat()
        for name, value in changes.items():
            if name not in TUBULE_KEYS:
                raise unknown_name("key", name, TUBULE_KEYS)
            values[name] = value  # type: ignore[assignment]
        return TubuleStudy(**values)  # type: ignore[arg-type]

    def flat(self) -> dict[str, Value]:
        """Every key with its value in SI, in the order of the file."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @property
    def input_hash(self) -> str:
        """SHA-256 (hex) of all values; the same study written in other units has the same hash."""
        text = json.dumps(self.flat(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_toml(self) -> str:
        """The tubule file, with every key, its range and a comment; reading it back gives an equal study."""
        lines = ["# A tubule of tubewall in its stack. Quantities carry their units; a key left out keeps its default."]
        for table, about in TUBULE_TABLES.items():
            lines += ["", f"[{table}]  # {about}"]
            for name, key in TUBULE_KEYS.items():
                if key.table == table:
                    written = f"{name} = {key.write(getattr(self, name))}"
                    lines.append(f"{written:<44} # {key.comment} ({key.range_text})")
        return "\n".join(lines) + "\n"

    @property
    def in_space(self) -> bool:
        """Whether its walls are answered in space: those between polygonal bores, round ones in a matrix, or all of them."""
        return not self.in_tubes or self.model == "space"

    @property
    def in_tubes(self) -> bool:
        """Whether each tubule has a wall of its own."""
        return self.bore_shape == "round" and self.construction == "tubes"

    @property
    def metal(self) -> Lithium:
        """The lithium, with the molar volume of bcc at 3.51 angstrom."""
        from tubewall.materials import Lithium

        return Lithium()

    @property
    def pressure(self) -> float:
        """Pressure of the lithium at the mouth [Pa]: the one given, or the ceiling of the overpotential."""
        return self.metal.ceiling(self.overpotential) if self.lithium_pressure is None else self.lithium_pressure

    def array(self, *, round_bore: bool = False, alone: bool = False, rings: int = 1) -> CellArray:
        """The section: of the study's own bores, or round ones of the same width; ``alone`` as a separate tube far from others."""
        from tubewall.geometry.array import CellArray

        packing = "square" if self.bore_shape == "square" else "hexagonal"
        if round_bore or alone or self.bore_shape == "round":
            return CellArray(
                packing=packing,
                bore_shape="round",
                bore=self.bore,
                wall=self.wall,
                construction="tubes" if alone or self.in_tubes else "matrix",
                spacing=self.spacing if self.in_tubes and not alone else 0.0,
                rings=rings,
            )
        return CellArray(
            packing=packing, bore_shape=self.bore_shape, bore=self.bore, wall=self.wall, fillet=self.fillet, rings=rings
        )

    def stack(self, **changes: object) -> Stack:
        """The layers; ``changes`` are arguments of :class:`Stack` that differ."""
        from tubewall.geometry.stack import Stack

        ring = self.insulator_thickness > 0 and self.insulator_form == "ring"
        closed = self.cap > 0 or self.collector_thickness > 0
        given: dict[str, Any] = {
            "height": self.height,
            "electrolyte": self.electrolyte_thickness,
            "insulator": self.insulator_thickness,
            "insulator_form": self.insulator_form,
            "collector": self.collector_thickness,
            "cap": self.cap,
            "ends": "closed" if closed else "open",
            "root_fillet": 0.0 if ring else self.mouth_fillet,
            "insulator_fillet": self.mouth_fillet if ring else 0.0,
            "cap_fillet": self.cap_fillet if closed else 0.0,
            "lithium_level": self.lithium_level,
        }
        return Stack(**{**given, **changes})


def _with_keys(told: str) -> str:
    """What the drawing refuses, with the keys of the file in place of its own names."""

    def key(found: re.Match[str]) -> str:
        name = _KEY_OF.get(found[1], found[1])
        return f"[{TUBULE_KEYS[name].table}] {name}:" if name in TUBULE_KEYS else found[0]

    told = re.sub(r"\b(?:Stack|CellArray)\.(\w+),?", key, told)
    return re.sub(r"\b(?:root|insulator)_fillet\b", "mouth_fillet", told)


def _read(source: str, table: str, name: str, value: object) -> Value:
    if name not in TUBULE_KEYS:
        known = {n: k for n, k in TUBULE_KEYS.items() if k.table == table}
        raise InputError(f"{source}: [{table}] {shown(name)}: {unknown_name('key', name[:100], known)}")
    key = TUBULE_KEYS[name]
    if key.table != table:
        raise InputError(f"{source}: [{table}] {name}: belongs to the table [{key.table}]")
    try:
        return key.read(value, bare=False)
    except InputError as error:
        raise InputError(f"{source}: [{table}] {name}: {error}") from None
