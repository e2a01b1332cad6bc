"""How a check is judged: an error is told from a drift, and what stops a case is told in its words."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tubewall import cli
from tubewall.errors import InputError, ResourceError
from tubewall.verification import runner
from tubewall.verification.case import Case, Check
from tubewall.verification.pages import rebuild, stored_table, table
from tubewall.verification.runner import CaseResult, CheckResult, as_data, lines, run_case


def _check(value: float, tolerance: float = 1e-2) -> Check:
    return Check(quantity="hoop stress", value=value, reference=200.0, tolerance=tolerance, unit="Pa")


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
    def refuse(_fine: bool) -> tuple[Check, ...]:
        raise ResourceError("the model needs 9 GB")

    case = Case(name="big", title="Too big", kind="exact", source="none", chapter="tubes", run=refuse)
    result = run_case(case)
    assert not result.passed
    assert list(lines(result)) == ["FAIL   big: the model needs 9 GB"]


def test_a_line_holds_case_kind_source_values_error_and_tolerance() -> None:
    (line,) = lines(_result(_check(201.0)))
    for part in ("pass", "tube", "exact", "Lame (1852)", "200 Pa", "201 Pa", "+5.0e-03", "1.0e-02"):
        assert part in line


def test_tables_are_rebuilt_in_place(tmp_path: Path) -> None:
    first, second = _result(_check(201.0)), _result(_check(199.0))
    (tmp_path / "tube.md").write_text("# Tubes\n\nWords.\n\n<!-- table -->\nold\n<!-- end of table -->\n\nMore.\n")
    rebuild([first], tmp_path)
    rebuild([second], tmp_path)
    text = (tmp_path / "tube.md").read_text()
    assert stored_table(text) == table(second)
    assert text.startswith("# Tubes\n\nWords.")
    assert text.endswith("More.\n")
    with pytest.raises(InputError, match="not a folder"):
        rebuild([first], tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("verdict", "code"), [(201.0, 0), (250.0, 1)], ids=["within its tolerance", "beyond its tolerance"]
)
def test_the_exit_code_says_whether_all_pass(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, verdict: float, code: int
) -> None:
    case = Case(
        name="tube", title="A tube", kind="exact", source="Lame", chapter="tubes", run=lambda _: (_check(verdict),)
    )
    for module in (runner, pytest.importorskip("tubewall.verification.command")):
        monkeypatch.setattr(module, "named_cases", lambda _names=(): (case,))
    out = tmp_path / "verify.json"
    assert cli.main(["verify", "--jobs", "1", "--json", str(out)]) == code
    assert "1 cases, 1 checks" in capsys.readouterr().out
    assert json.loads(out.read_text())["passed"] is (code == 0)


def test_a_misspelt_case_and_a_wrong_number_of_jobs_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--case", "lame-plane-strian"]) == 2
    assert "did you mean 'lame-plane-strain'" in capsys.readouterr().err
    assert cli.main(["verify", "--jobs", "0"]) == 2
    assert "--jobs must be a whole number" in capsys.readouterr().err
