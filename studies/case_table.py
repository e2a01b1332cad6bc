"""What every table of a case file shares: unknown keys are answered with the nearest, errors are one line with a place."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from tubewall.errors import InputError, unknown_name
from tubewall.studies import case_fields as of
from tubewall.studies.study_key import shown

Point = Annotated[tuple[float, ...], PlainValidator(of.point)]
PlaceOrName = Annotated[str | tuple[float, ...], PlainValidator(of.either(of.text("the name of a point"), of.point))]
Name = Annotated[str, PlainValidator(of.text("a name"))]
Modulus = Annotated[float, PlainValidator(of.modulus)]
Number = Annotated[float, PlainValidator(of.plain)]


def field(unit: str, example: str = "") -> Any:
    """A quantity that may vary over the body."""
    return PlainValidator(of.varying(unit, example=example))


def number(unit: str, *, low: float, high: float = math.inf, allowed: str, example: str = "") -> Any:
    """One quantity between two bounds."""
    return PlainValidator(of.constant(unit, low=low, high=high, allowed=allowed, example=example))


class Table(BaseModel):
    """One table; a key that it does not have is answered with the nearest one."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)
    what: ClassVar[str] = "key"

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            raise InputError(f"must be a table, got {shown(given)}")
        keys = {field.alias or name: field for name, field in cls.model_fields.items()}
        for key in given:
            if key not in keys:
                raise InputError(str(unknown_name(cls.what, str(key)[:100], keys)))
        for key, field in keys.items():
            if field.is_required() and key not in given:
                raise InputError(f"{key} is missing")
        return dict(given)


def exactly_one(table: Table, names: tuple[str, ...]) -> str:
    """The one key of ``names`` that a table has; an InputError when it has none or several."""
    given = [name for name in names if getattr(table, name) is not None]
    if len(given) != 1:
        found = f"it has {' and '.join(given)}" if given else "it has none of them"
        raise InputError(f"needs one of {', '.join(names)}; {found}")
    return given[0]


@contextlib.contextmanager
def at(place: str) -> Iterator[None]:
    """Input errors inside the block say where the value stands."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None


def _tables(given: object, info: ValidationInfo) -> tuple[object, ...]:
    if not isinstance(given, (list, tuple)):
        raise InputError(f"must be a list of tables: write [[{info.field_name}]], got {shown(given)}")
    return tuple(given)


#: For a field of several tables, [[loads]].
many: Final = BeforeValidator(_tables)


def first_error(error: ValidationError) -> str:
    """The first complaint of a validation in one line, with its place."""
    first = error.errors(include_url=False)[0]
    where = place_text(first["loc"])
    reason = str(first.get("ctx", {}).get("error", ""))
    if not reason:
        kinds = {"dict_type": "must be a table", "model_type": "must be a table"}
        told = kinds.get(first["type"], f"{first['msg'][:1].lower()}{first['msg'][1:]}")
        reason = f"{told}, got {shown(first['input'])}"
    return f"{where}: {reason}" if where else reason


def place_text(loc: tuple[int | str, ...]) -> str:
    """Where a value stands: ``[[loads]] 2 pressure``, ``[materials] liner.orthotropic.E1``."""
    if not loc:
        return ""
    head, rest = f"[{shown(loc[0])}]", loc[1:]
    if rest and isinstance(rest[0], int):
        head, rest = f"[{head}] {rest[0] + 1}", rest[1:]
    return f"{head} {'.'.join(shown(part) for part in rest)}".strip()
