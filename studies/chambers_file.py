"""``tubewall chambers`` on a [network]: volumes, what connects them, and the times to look at."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import PlainValidator, ValidationError, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_table import Table, first_error
from tubewall.studies.study_key import shown
from tubewall.studies.toml_text import parsed_toml
from tubewall.units import parse

if TYPE_CHECKING:
    from tubewall.chambers.any_network import AnyNetwork

LAWS: Final = ("linear", "viscous", "wall")
GASES: Final = ("argon", "nitrogen", "helium")
GAS_LAWS: Final = ("ideal", "virial", "coolprop")
_CONDUCTANCE: Final = {"linear": "mol/(s Pa)", "viscous": "mol/(s Pa2)", "wall": "mol/(m2 s Pa)"}
_MOST_CHAMBERS: Final = 100_000
# argon, nitrogen and helium (physics page 3.1)
_COOLPROP_TO: Final = 1e9
_MOST_KEYS: Final = 10_000
_LONG_LINE: Final = 10_000
# between two members of a list: a list of thousands may stand on one line
_BETWEEN: Final = re.compile(r'(["\]])[ \t]*,[ \t]*(?=["\[])')
_IS_NETWORK: Final = re.compile(r"^[ \t]*\[[ \t]*network[ \t]*\]|^[ \t]*network[ \t]*[.=]", re.MULTILINE)

Edge = tuple[int, int, float]


def quantity(
    unit: str,
    *,
    least: float | None = None,
    above: float | None = None,
    within: tuple[str, str] | None = None,
    example: str = "",
) -> of.Reader:
    """A reader of a quantity with its unit, at least or above a bound (SI), or within two that are written with units."""

    def read(value: object) -> float:
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            raise InputError(f"expected a quantity such as {example or f'3 {unit}'!r}, got {shown(value)}")
        found = _rounded(value, unit)
        if (least is not None and found < least) or (above is not None and found <= above):
            bound = f"at least {least:g}" if least is not None else f"above {above:g}"
            raise InputError(f"must be {bound}{f' {unit}' if unit != '1' else ''}, got {shown(value)}")
        if within is not None and not _rounded(within[0], unit) <= found <= _rounded(within[1], unit):
            raise InputError(f"must lie within {within[0]} and {within[1]}, got {shown(value)}")
        return found

    return read


def _rounded(value: str | float, unit: str) -> float:
    """A quantity in SI to fifteen digits, so that "100 nm" and "0.1 um" are one number."""
    found = parse(value, unit)
    return found if unit == "rad" else float(f"{found:.15g}")


def checked(unit: str, **limits: Any) -> Any:
    """A quantity as a field of a table; ``limits`` as of `quantity`."""
    return PlainValidator(quantity(unit, **limits))


def switch(value: object) -> bool:
    """True or false, as TOML has them."""
    if not isinstance(value, bool):
        raise InputError(f"expected true or false, got {shown(value)}")
    return value


def list_of(reader: of.Reader, what: str) -> of.Reader:
    """A reader of a list of at least one value; equal texts are read once."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise InputError(f"expected a list of {what}, got {shown(value)}")
        if not 0 < len(value) <= _MOST_CHAMBERS:
            raise InputError(
                f"expected 1 to {_MOST_CHAMBERS} {what}, got {'an empty list' if not value else len(value)}"
            )
        known: dict[object, Any] = {}
        found = []
        for place, one in enumerate(value):
            key = (type(one), one) if isinstance(one, (str, int, float)) else None
            if key is None or key not in known:
                try:
                    read_one = reader(one)
                except InputError as error:
                    raise InputError(f"number {place + 1}: {error}") from None
                if key is None:
                    found.append(read_one)
                    continue
                known[key] = read_one
            found.append(known[key])
        return tuple(found)

    return read


def _raw_edges(value: object) -> tuple[tuple[object, ...], ...]:
    if not isinstance(value, (list, tuple)):
        raise InputError(f'expected a list of edges such as [0, 1, "1 mol/(s Pa)"], got {shown(value)}')
    for place, edge in enumerate(value):
        if not isinstance(edge, (list, tuple)) or not 3 <= len(edge) <= 4:
            told = f"{len(edge)} values" if isinstance(edge, (list, tuple)) else shown(edge)
            raise InputError(f'edge {place}: expected [chamber, chamber, "1 mol/(s Pa)"], got {told}')
    return tuple(tuple(edge) for edge in value)


class NetworkTable(Table):
    """[network]: chambers of fixed volume, in SI once read."""

    volumes: Annotated[tuple[float, ...], PlainValidator(list_of(quantity("m3", above=0.0, example="1 m3"), "volumes"))]
    edges: Annotated[tuple[tuple[Any, ...], ...], PlainValidator(_raw_edges)]
    pressures: Annotated[
        tuple[float, ...], PlainValidator(list_of(quantity("Pa", least=0.0, example="1 atm"), "pressures"))
    ]
    temperature: Annotated[float, checked("K", above=0.0, example="25 C")]
    times: Annotated[tuple[float, ...], PlainValidator(list_of(quantity("s", least=0.0, example="2 s"), "times"))]
    law: Annotated[str, PlainValidator(of.choice("law", LAWS))] = "linear"
    gas: Annotated[str, PlainValidator(of.choice("gas", GASES))] = "argon"
    gas_law: Annotated[str, PlainValidator(of.choice("gas_law", GAS_LAWS))] = "ideal"
    area: Annotated[float, checked("m2", above=0.0, example="1 um2")] | None = None
    slip_pressure: Annotated[float, checked("Pa", above=0.0, example="60 MPa")] | None = None
    disconnected: Annotated[bool, PlainValidator(switch)] = False

    @model_validator(mode="after")
    def _fits(self) -> NetworkTable:
        if len(self.pressures) != len(self.volumes):
            raise InputError(f"pressures: expected {len(self.volumes)}, one for each volume, got {len(self.pressures)}")
        if self.gas_law == "coolprop" and max(self.pressures) > _COOLPROP_TO:
            raise InputError(
                f"pressures: CoolProp's equations of state hold to {_COOLPROP_TO:g} Pa, got {max(self.pressures):g} Pa"
            )
        for key in ("area", "slip_pressure"):
            if getattr(self, key) is not None and self.law != "wall":
                raise InputError(f"{key}: belongs to law 'wall', not to {self.law!r}")
        return self

    def connections(self) -> tuple[Edge, ...]:
        """Chambers and conductance of every edge; that of a wall is its permeance times its area [mol/(s Pa)]."""
        known: dict[tuple[object, ...], float] = {}
        seen: dict[tuple[int, int], int] = {}
        found = []
        for place, edge in enumerate(self.edges):
            rest = tuple(edge[2:])
            try:
                ends = [_chamber(end, len(self.volumes)) for end in edge[:2]]
                if ends[0] == ends[1]:
                    raise InputError(f"joins chamber {ends[0]} with itself")
                before = seen.setdefault((min(ends), max(ends)), place)
                if before != place:
                    raise InputError(
                        f"joins chambers {ends[0]} and {ends[1]} like edge {before}: write one edge with both conductances added"
                    )
                if not all(isinstance(part, str) for part in rest) or rest not in known:
                    known[rest] = self._conductance(rest)
            except InputError as error:
                raise InputError(f"edges: edge {place}: {error}") from None
            found.append((ends[0], ends[1], known[rest]))
        return tuple(found)

    def _conductance(self, rest: tuple[object, ...]) -> float:
        unit, first, more = _CONDUCTANCE[self.law], rest[0], rest[1:]
        if self.law != "wall":
            if more:
                raise InputError(f"an area belongs to law 'wall', not to {self.law!r}")
            return float(quantity(unit, least=0.0)(first))
        area = self.area
        for one in more:
            area = float(quantity("m2", above=0.0, example="1 um2")(one))
        try:
            permeance = float(quantity(unit, least=0.0)(first))
        except InputError as error:
            # a conductance may stand for permeance times area
            if area is None and "another dimension" in str(error):
                return float(quantity(_CONDUCTANCE["linear"], least=0.0)(first))
            raise
        if area is None:
            raise InputError(
                'a wall needs its area: write [0, 1, "1e-9 mol/(m2 s Pa)", "2 um2"], or area = "2 um2" for all'
            )
        return permeance * area


def _chamber(value: object, count: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"expected the number of a chamber, got {shown(value)}")
    if not 0 <= value < count:
        raise InputError(f"there is no chamber {value}: there are chambers 0 to {count - 1}")
    return value


class NetworkFile(Table):
    """A file with a [network] and nothing else."""

    what: ClassVar[str] = "table"

    network: NetworkTable

    @property
    def input_hash(self) -> str:
        """SHA-256 (hex) of all values; the same network written in other units has the same hash."""
        table = self.network
        values = {**table.model_dump(exclude={"edges"}), "edges": table.connections()}
        return hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def made(self) -> AnyNetwork:
        """The network."""
        import numpy as np

        from tubewall.chambers.any_network import AnyNetwork
        from tubewall.materials import Gas

        table = self.network
        edges = table.connections()
        return AnyNetwork(
            volumes=np.array(table.volumes),
            edges=np.array([edge[:2] for edge in edges], dtype=np.int64).reshape(-1, 2),
            conductances=np.array([edge[2] for edge in edges]),
            pressures=np.array(table.pressures),
            law=table.law,  # type: ignore[arg-type]
            slip_pressure=float("inf") if table.slip_pressure is None else table.slip_pressure,
            temperature=table.temperature,
            gas=Gas(name=table.gas, law=table.gas_law),  # type: ignore[arg-type]
            disconnected=table.disconnected,
        )


def tables_of(text: str, source: str) -> dict[str, object]:
    """The tables of a file for ``tubewall chambers``."""
    if any(len(line) > _LONG_LINE for line in text.split("\n")):
        text = _BETWEEN.sub("\\1,\n", text)
    return parsed_toml(text, source, kind="chambers", most_keys=_MOST_KEYS, shape=f"at most {_MOST_KEYS}")


def is_network(text: str) -> bool:
    """Whether a text describes a [network] rather than a study."""
    return _IS_NETWORK.search(text) is not None


def read_network(tables: Mapping[str, object], source: str) -> NetworkFile:
    """The checked [network] of raw tables; InputError with ``<source>: [network] key: reason``."""
    try:
        found = NetworkFile.model_validate(dict(tables))
        with_places(found.network.connections, source, "[network] ")
    except ValidationError as error:
        raise InputError(f"{source}: {first_error(error)}") from None
    return found


def with_places(action: Any, source: str, place: str = "") -> Any:
    """What an action gives; its input errors say which file they are about."""
    try:
        return action()
    except InputError as error:
        raise InputError(f"{source}: {place}{error}") from None
