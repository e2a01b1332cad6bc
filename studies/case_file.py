"""The shape of a case file: every table and key, checked without the mesh; what needs the mesh is checked in case.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import BeforeValidator, PlainValidator, ValidationError, model_validator

from tubewall.errors import InputError
from tubewall.studies import case_fields as of
from tubewall.studies.case_actions import LoadTable, SupportTable
from tubewall.studies.case_material import MaterialTable, named_material
from tubewall.studies.case_questions import (
    BucklingTable,
    CornerTable,
    CrackTable,
    LineTable,
    PeriodicTable,
    ProbeTable,
    TieTable,
    WeibullTable,
)
from tubewall.studies.case_table import Table, field, first_error, many, number
from tubewall.studies.expression import Expression
from tubewall.studies.toml_text import parsed_toml

KINDS: Final = ("plane strain", "plane stress", "generalised plane strain", "axisymmetric", "3d")
ENDS: Final = ("held", "closed", "free")
SOLVERS: Final = ("auto", "cholmod", "superlu", "multigrid")
# the parser of TOML takes seconds over tens of thousands
_MOST_KEYS: Final = 10_000


class MeshTable(Table):
    """Where the mesh is and how long its unit is [m]."""

    file: Annotated[str, PlainValidator(of.text("the name of a mesh file"))]
    unit: Annotated[float, PlainValidator(of.positive_length)] = 1.0


class AnalysisTable(Table):
    """What is solved and how."""

    kind: Annotated[str, PlainValidator(of.choice("kind", KINDS))]
    order: Annotated[int, PlainValidator(of.whole(1, 2))] = 2
    temperature_change: Annotated[Expression, field("K", "30 K")] | None = None
    tolerance: Annotated[float, number("1", low=0.0, high=1.0, allowed="0 .. 1, ends excluded")] | None = None
    ends: Annotated[str, PlainValidator(of.choice("ends", ENDS))] | None = None
    solver: Annotated[str, PlainValidator(of.choice("solver", SOLVERS))] = "auto"

    @model_validator(mode="after")
    def _fits(self) -> AnalysisTable:
        if self.ends is not None and self.kind != "generalised plane strain":
            raise InputError(f"ends: is for kind 'generalised plane strain', not for {self.kind!r}")
        return self


class CaseFile(Table):
    """All tables of a case file; numbers are SI floats, what may vary is an `Expression`."""

    what: ClassVar[str] = "table"

    mesh: MeshTable
    analysis: AnalysisTable
    materials: dict[str, Annotated[MaterialTable, BeforeValidator(named_material)]]
    supports: Annotated[tuple[SupportTable, ...], many] = ()
    loads: Annotated[tuple[LoadTable, ...], many] = ()
    probes: Annotated[tuple[ProbeTable, ...], many] = ()
    lines: Annotated[tuple[LineTable, ...], many] = ()
    cracks: Annotated[tuple[CrackTable, ...], many] = ()
    corners: Annotated[tuple[CornerTable, ...], many] = ()
    ties: Annotated[tuple[TieTable, ...], many] = ()
    buckling: BucklingTable | None = None
    periodic: PeriodicTable | None = None
    weibull: WeibullTable | None = None

    @classmethod
    def from_text(cls, text: str, *, source: str = "case") -> CaseFile:
        """The checked tables of a TOML text; InputError with ``<source>: [table] key: reason``."""
        shape = f"at most {_MOST_KEYS}"
        return cls.from_tables(parsed_toml(text, source, kind="case", most_keys=_MOST_KEYS, shape=shape), source=source)

    @classmethod
    def from_tables(cls, tables: Mapping[str, object], *, source: str = "case") -> CaseFile:
        """The checked tables of a mapping as TOML gives it."""
        try:
            return cls.model_validate(dict(tables))
        except ValidationError as error:
            raise InputError(f"{source}: {first_error(error)}") from None
