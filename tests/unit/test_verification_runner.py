"""How a check is judged: an error is told from a drift, and what stops a case is told in its words."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from tubewall import cli
from tubewall.errors import InputError, ResourceError
from tubewall.verification import runner
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Curve, Figure, Graph
from tubewall.verification.pages import figure_line, rebuild, stored_block, table
from tubewall.verification.report import lines, summary
from tubewall.verification.runner import CaseResult, CheckResult, as_data, run_case


def _check(value: float, tolerance: float = 1e-2) -> Check:
    return Check(quantity="hoop stress", value=value, reference=200.0, tolerance=tolerance, unit="Pa")


def _figure() -> Figure:
    curve = Curve(x=[0.0, 1.0], y=[0.0, 1.0], label="line", style="exact")
    return Figure(panels=(Graph(across="x", up="y", curves=(curve,)),), words="A line")


def _result(*checks: Check, last: float | None = None) -> CaseResult:
    entries = tuple(CheckResult(check=check, kind="exact", source="Lame (1852)", last=last) for check in checks)
    return CaseResult(case="tube", title="A tube", checks=entries, seconds=0.1)


def test_an_error_and_a_drift_are_told_apart() -> None:
    assert _result(_check(201.0), last=201.0).checks[0].verdict == "pass"
    assert _result(_check(201.0), last=201.0001).checks[0].verdict == "pass"
    assert _result(_check(201.0), last=201.01).checks[0].verdict == "drift"
    assert _result(_check(203.0), last=203.0).checks[0].verdict == "FAIL"


def test_a_drift_does_not_fail_a_case_but_an_error_does() -> None:
    assert _result(_check(201.0), last=201.5).passed
    assert not _result(_check(201.0), _check(250.0)).passed


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_fails(value: float) -> None:
    result = _result(_check(value))
    assert not result.passed
    # and it is never written as a number
    assert json.dumps(as_data([result]), allow_nan=False)


def test_a_check_against_zero_needs_a_scale() -> None:
    with pytest.raises(InputError, match="needs a scale"):
        Check(quantity="shear", value=1.0, reference=0.0, tolerance=1e-3)
    assert Check(quantity="shear", value=1.0, reference=0.0, tolerance=1e-3, scale=1e4).passed


def test_what_stops_a_case_is_told() -> None:
    def refuse(_fine: bool) -> Outcome:
        raise ResourceError("the model needs 9 GB")

    case = Case(name="big", title="Too big", kind="exact", source="none", chapter="tubes", run=refuse)
    result = run_case(case)
    assert not result.passed
    assert [line for line in lines(result) if line] == ["big: Too big", "  FAIL: the model needs 9 GB"]


def test_the_table_of_a_case_holds_source_values_error_tolerance_and_verdict_in_120_columns() -> None:
    long = Check(quantity="hoop stress " * 9, value=201.0, reference=200.0, tolerance=1e-2, unit="Pa m^0.5")
    other = CheckResult(check=long, kind="published", source="Handbook (1990), " + "page " * 40, last=None)
    entry = CheckResult(check=_check(201.0), kind="exact", source="Lame (1852)", last=None)
    result = CaseResult(case="tube", title="A tube", checks=(entry, other), seconds=0.1)
    printed = list(lines(result))
    assert max(len(line) for line in printed) <= 120
    text = "\n".join(printed)
    assert text.count("Lame (1852)") == 1
    for part in ("tube: A tube", "[1] exact: Lame (1852)", "[2] published: Handbook", " [2]   "):
        assert part in text
    (row,) = (line for line in printed if "hoop stress  " in line)
    assert row.split() == ["hoop", "stress", "200", "201", "Pa", "+5.0e-03", "0.01", "pass"]


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [(2.6e6, "Pa", "2.6 MPa"), (2.3e-12, "m", "2.3 pm"), (1e3, "Pa", "1 kPa"), (0.1081, "in", "0.1081 in"), (0.0, "Pa", "0 Pa")],
)  # fmt: skip
def test_numbers_are_printed_with_the_prefix_of_their_size(value: float, unit: str, printed: str) -> None:
    check = Check(quantity="value", value=value, reference=value, tolerance=1e-3, unit=unit, scale=value or 1.0)
    row = list(lines(_result(check)))[-2]
    number, unit = printed.split()
    assert row.split()[1:4] == [number, number, unit]


def test_quietly_only_failures_are_printed() -> None:
    assert list(lines(_result(_check(201.0)), quiet=True)) == []
    printed = "\n".join(lines(_result(_check(201.0), _check(250.0)), quiet=True))
    assert "FAIL" in printed
    assert "201" not in printed


def test_the_summary_names_what_failed_and_counts_what_moved() -> None:
    good, bad = _result(_check(201.0), last=201.5), _result(_check(250.0))
    assert summary([good], 2.0) == (
        "1 cases, 1 checks, 1 meet their reference, 0 cases failed, in 2 s\n"
        "1 values meet their reference but have moved since the book was last written"
    )
    assert "failed: tube" in summary([good, bad], 2.0)


def test_tables_and_figures_are_rebuilt_in_place(tmp_path: Path) -> None:
    first, second = _result(_check(201.0)), replace(_result(_check(199.0)), svg="<svg/>", words="A tube under pressure")
    page = tmp_path / "tube.md"
    page.write_text("# Tubes\n\nWords.\n\n<!-- table -->\nold\n<!-- end of table -->\n\nMore.\n")
    rebuild([first], tmp_path)
    assert stored_block(page.read_text(), "figure") is None
    rebuild([second], tmp_path)
    rebuild([second], tmp_path)
    text = page.read_text()
    assert stored_block(text, "table") == table(second)
    assert stored_block(text, "figure") == figure_line(second) == "![A tube under pressure](tube.svg)"
    assert (tmp_path / "tube.svg").read_text() == "<svg/>"
    assert text.count("tube.svg") == 1
    assert text.startswith("# Tubes\n\nWords.")
    assert text.endswith("More.\n")
    with pytest.raises(InputError, match="not a folder"):
        rebuild([first], tmp_path / "nowhere")


def test_the_row_of_one_case_is_written_into_the_index_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "solids").mkdir()
    index = tmp_path / "index.md"
    stays = "| [Hole in a wide plate](solids/kirsch.md) | as it was |"
    index.write_text(f"# Book\n\n<!-- cases -->\n{stays}\n<!-- end of cases -->\n\nWords.\n")
    result = replace(_result(_check(201.0)), case="lame-plane-strain")
    rebuild([result], tmp_path / "solids")
    rows = index.read_text().splitlines()
    assert stays in rows
    (row,) = (line for line in rows if "(solids/lame-plane-strain.md)" in line)
    assert row.endswith("| exact | 1 | 5.0e-03 |")
    assert rows.index(row) < rows.index(stays)
    assert rows[-1] == "Words."


@pytest.mark.parametrize(
    ("verdict", "code"), [(201.0, 0), (250.0, 1)], ids=["within its tolerance", "beyond its tolerance"]
)
def test_the_exit_code_says_whether_all_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, verdict: float, code: int
) -> None:
    case = Case(
        name="tube",
        title="A tube",
        kind="exact",
        source="Lame",
        chapter="tubes",
        run=lambda _: Outcome(checks=(_check(verdict),), figure=_figure),
    )
    for module in (runner, pytest.importorskip("tubewall.verification.command")):
        monkeypatch.setattr(module, "named_cases", lambda _names=(): (case,))
    out = tmp_path / "verify.json"
    assert cli.main(["verify", "--jobs", "1", "--json", str(out)]) == code
    assert "1 cases, 1 checks" in capsys.readouterr().out
    assert cli.main(["verify", "--jobs", "1", "--quiet"]) == code
    printed = capsys.readouterr().out
    assert ("200" in printed) is (code == 1)
    assert "1 cases, 1 checks" in printed
    assert json.loads(out.read_text())["passed"] is (code == 0)


def test_a_misspelt_case_and_a_wrong_number_of_jobs_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--case", "lame-plane-strian"]) == 2
    assert "did you mean 'lame-plane-strain'" in capsys.readouterr().err
    assert cli.main(["verify", "--jobs", "0"]) == 2
    assert "--jobs must be a whole number" in capsys.readouterr().err
