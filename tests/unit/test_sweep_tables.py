"""Tables keep numbers and units; nested answers become columns whatever their shape."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import ConvergenceError, InputError, UnknownNameError
from tubewall.studies.flatten import flatten
from tubewall.studies.tables import Cell, Column, Table

COLUMNS = (Column(name="wall", unit="m"), Column(name="fill", unit="1"), Column(name="binds"), Column(name="holds"))
ROWS: tuple[tuple[Cell, ...], ...] = (
    (1 / 3 * 1e-8, 1, 'a, "b"\nc', True),
    (math.inf, 0.5, None, False),
    (None, 2, "=1+1", None),
)


def test_csv_holds_every_digit_with_the_unit_in_the_heading(tmp_path: Path) -> None:
    Table(columns=COLUMNS, rows=ROWS).to_csv(tmp_path / "a.csv")
    with open(tmp_path / "a.csv", newline="") as file:
        heading, first, second, third = csv.reader(file)
    assert heading == ["wall [m]", "fill", "binds", "holds"]
    assert float(first[0]) == 1 / 3 * 1e-8
    assert first[1:] == ["1", 'a, "b"\nc', "true"]
    assert second == ["inf", "0.5", "", "false"]
    assert third == ["", "2", "=1+1", ""]


def test_parquet_keeps_types_and_missing_cells(tmp_path: Path) -> None:
    import pyarrow.parquet

    Table(columns=COLUMNS, rows=ROWS).to_parquet(tmp_path / "a.parquet", about={"seed": "3"})
    read = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert [str(kind) for kind in read.schema.types] == ["double", "double", "string", "bool"]
    assert read.column("wall [m]").to_pylist() == [1 / 3 * 1e-8, math.inf, None]
    assert read.column("holds").to_pylist() == [True, False, None]
    assert read.schema.metadata[b"seed"] == b"3"
    assert read.schema.field("wall [m]").metadata == {b"name": b"wall", b"unit": b"m"}


def test_parquet_takes_columns_of_one_kind_of_mixed_kinds_and_of_nothing(tmp_path: Path) -> None:
    import pyarrow.parquet

    columns = tuple(Column(name=name) for name in ("whole", "mixed", "none", "huge"))
    Table(columns=columns, rows=((1, "a", None, 2**70), (2, 3.5, None, 1))).to_parquet(tmp_path / "a.parquet")
    read = pyarrow.parquet.read_table(tmp_path / "a.parquet").to_pydict()
    assert read == {"whole": [1, 2], "mixed": ["a", "3.5"], "none": [None, None], "huge": [str(2**70), "1"]}


def test_a_table_prints_with_prefixes_and_says_what_it_leaves_out() -> None:
    columns = tuple(Column(name=f"wall {i}", unit="m") for i in range(12))
    text = Table(columns=columns, rows=((1e-8,) * 12,) * 50, notes=("one result was damaged",)).text()
    assert "10 nm" in text
    assert "and 10 more rows and 4 more columns" in text
    assert text.endswith("one result was damaged")
    odd = Table(columns=(Column(name="a", unit="furlong"), Column(name="b")), rows=((1.0, None), (math.inf, "x" * 99)))
    assert "1 furlong" in odd.text()


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ((Column(name="a"), Column(name="a")), ()),
        ((Column(name="a"),), ((1, 2),)),
        ((Column(name="a"),), ((math.nan,),)),
    ],
)
def test_a_table_that_is_none_cannot_be_made(columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises(InputError):
        Table(columns=columns, rows=rows)


def test_an_unknown_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'binds'"):
        Table(columns=COLUMNS, rows=ROWS).column("bind")


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    table = Table(columns=COLUMNS, rows=ROWS)
    with pytest.raises(InputError):
        table.to_csv(tmp_path / "no" / "a.csv")
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError):
        table.to_csv(tmp_path / "a.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_nested_numbers_with_units_become_columns() -> None:
    answer = {
        "inputs": {"bore": {"value": 1e-7, "unit": "m"}},
        "window": {"low": {"value": 1e-9, "unit": "m"}, "high": {"value": None, "unit": "m"}, "empty": False},
        "at": {"value": [1e-9, 2e-9], "unit": "m"},
        "bound": {"value": 1e-9, "unit": "m", "low": {"value": 5e-10, "unit": "m"}, "side": "below"},
        "warnings": ["one", "two"],
        "nothing": [],
        "cases": [{"peak": {"value": np.float64(3.0), "unit": "Pa"}}, {"peak": {"value": 4, "unit": "Pa"}}],
        "curve": list(range(1000)),
        "array": np.array([0.5, 1.5]),
        "status": "an answer",
    }
    assert flatten(answer, skip=("inputs",)) == {
        "window.low": (1e-9, "m"),
        "window.high": (None, "m"),
        "window.empty": (False, ""),
        "at.0": (1e-9, "m"),
        "at.1": (2e-9, "m"),
        "bound": (1e-9, "m"),
        "bound.low": (5e-10, "m"),
        "bound.side": ("below", ""),
        "warnings": ("one; two", ""),
        "nothing": ("", ""),
        "cases.0.peak": (3.0, "Pa"),
        "cases.1.peak": (4, "Pa"),
        "array.0": (0.5, ""),
        "array.1": (1.5, ""),
        "status": ("an answer", ""),
    }


@pytest.mark.parametrize("value", [float("nan"), np.float64("nan"), object(), 1j])
def test_what_no_cell_holds_is_refused_by_name(value: object) -> None:
    with pytest.raises(ConvergenceError, match=r"window\.low"):
        flatten({"window": {"low": {"value": value, "unit": "m"}}})


def test_the_names_of_the_room_stay_what_they_are_once_their_modules_are_loaded() -> None:
    import tubewall.studies as room

    for _ in range(2):
        for name in room.__all__:
            assert callable(getattr(room, name)), name
