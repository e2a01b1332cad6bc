"""Tables of results: columns with units, rows of plain values."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tubewall.errors import InputError, unknown_name
from tubewall.units import show
from tubewall.whole_files import write_whole, written_whole

Cell = float | int | bool | str | None

_ROWS_SHOWN: Final = 40
_COLUMNS_SHOWN: Final = 8
_WIDEST: Final = 44


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its name and the SI unit of its numbers, empty for words, "1" for plain numbers."""

    name: str
    unit: str = ""

    @property
    def heading(self) -> str:
        """The name with its unit in brackets: ``bore [m]``."""
        return f"{self.name} [{self.unit}]" if self.unit not in ("", "1") else self.name


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of results under columns with units; ``notes`` says what the reader should know about them.

    Raises
    ------
    InputError
        When a row is longer or shorter than there are columns, two columns have one name, or a number is NaN.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise InputError(f"two columns of the table have one name: {', '.join(sorted(names))[:200]}")
        for index, row in enumerate(self.rows):
            if len(row) != len(names):
                raise InputError(f"row {index} of the table has {len(row)} cells under {len(names)} columns")
            for name, cell in zip(names, row, strict=True):
                if isinstance(cell, float) and math.isnan(cell):
                    raise InputError(
                        f"row {index} of the table has no number under {name!r}: write None for what is missing"
                    )

    def column(self, name: str) -> tuple[Cell, ...]:
        """The cells under the column ``name``."""
        names = [column.name for column in self.columns]
        if name not in names:
            raise unknown_name("column", name, names)
        index = names.index(name)
        return tuple(row[index] for row in self.rows)

    def to_csv(self, path: str | Path) -> None:
        """Write the table as CSV at once; numbers in SI with all their digits, an empty cell where there is none."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(column.heading for column in self.columns)
        writer.writerows([_csv(cell) for cell in row] for row in self.rows)
        write_whole(path, text.getvalue())

    def to_parquet(self, path: str | Path, *, about: Mapping[str, str] | None = None) -> None:
        """Write the table as Parquet at once; units stand in the metadata of the columns, ``about`` in the file's."""
        import pyarrow
        import pyarrow.parquet

        fields, arrays = [], []
        for index, column in enumerate(self.columns):
            cells = [row[index] for row in self.rows]
            kind = _arrow_type(pyarrow, cells)
            if kind == pyarrow.string():
                cells = [None if cell is None else _csv(cell) for cell in cells]
            elif kind == pyarrow.float64():
                cells = [None if cell is None else float(cell) for cell in cells]
            arrays.append(pyarrow.array(cells, type=kind))
            fields.append(pyarrow.field(column.heading, kind, metadata={"name": column.name, "unit": column.unit}))
        table = pyarrow.Table.from_arrays(arrays, schema=pyarrow.schema(fields, metadata=dict(about or {})))
        with written_whole(path) as temporary:
            pyarrow.parquet.write_table(table, temporary, write_page_checksum=True)

    def text(self) -> str:
        """The head of the table, aligned, with engineering prefixes, and the notes."""
        shown = self.columns[:_COLUMNS_SHOWN]
        lines = [[column.name for column in shown]]
        for row in self.rows[:_ROWS_SHOWN]:
            lines.append([_told(cell, column) for cell, column in zip(row, shown, strict=False)])
        widths = [max(len(line[i]) for line in lines) for i in range(len(shown))]
        told = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        ]
        left = len(self.rows) - _ROWS_SHOWN, len(self.columns) - _COLUMNS_SHOWN
        more = [f"{max(n, 0)} more {what}" for n, what in zip(left, ("rows", "columns"), strict=True) if n > 0]
        return "\n".join([*told, *([f"and {' and '.join(more)}"] if more else []), *self.notes])


def _csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _told(cell: Cell, column: Column) -> str:
    if isinstance(cell, float):
        return _with_unit(cell, column.unit)
    text = "-" if cell is None else _csv(cell)
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."


def _with_unit(value: float, unit: str) -> str:
    try:
        return show(value, unit or "1")
    except InputError:
        # a unit that an evaluation of the user's own made up
        return f"{value:.3g} {unit}"


def _arrow_type(pyarrow: Any, cells: list[Cell]) -> Any:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {bool}:
        return pyarrow.bool_()
    if kinds == {int} and all(-(2**63) <= int(cell) < 2**63 for cell in cells if cell is not None):
        return pyarrow.int64()
    if kinds in ({float}, {int, float}):
        return pyarrow.float64()
    return pyarrow.string()
