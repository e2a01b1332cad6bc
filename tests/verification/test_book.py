"""Every case of the verification book meets its reference, has not moved, and stands in its page as it was computed."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tubewall.errors import InputError
from tubewall.verification import Case, all_cases, named_cases, run_case
from tubewall.verification.pages import index_row, standing, stored_block, table

PAGES = Path(__file__).resolve().parents[2] / "docs" / "verification" / "solids"


def _marked(case: Case) -> object:
    return pytest.param(case.name, marks=[pytest.mark.long] if case.slow else [], id=case.name)


@pytest.mark.parametrize("name", [_marked(case) for case in all_cases()])
def test_a_case_meets_its_references_and_its_page_says_what_was_computed(name: str) -> None:
    result = run_case(named_cases([name])[0])
    assert result.failure is None
    failed = [
        f"{entry.check.quantity}: {entry.check.value:.7g}, reference {entry.check.reference:.7g}, last {entry.last}"
        for entry in result.checks
        if entry.verdict != "pass"
    ]
    assert failed == []
    assert [entry.check.quantity for entry in result.checks if entry.last is None] == []
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    again = f"tubewall verify --case {name} --markdown docs/verification/{PAGES.name}"
    assert stored_block(page, "table") == table(result), again
    index = (PAGES.parent / "index.md").read_text(encoding="utf-8")
    assert index_row(named_cases([name])[0], result) in index.splitlines(), again


def test_the_book_has_thirty_cases_and_more_each_with_its_own_name_and_quantities() -> None:
    names = [case.name for case in all_cases()]
    assert len(names) == len(set(names)) >= 30


def test_every_case_has_a_page_with_problem_source_figure_and_command() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {case.name for case in all_cases()}
    for case in all_cases():
        text = (PAGES / f"{case.name}.md").read_text(encoding="utf-8")
        for part in ("**Problem.**", "**Reference.**", case.source, f"tubewall verify --case {case.name}"):
            assert part in text, (case.name, part)
        assert stored_block(text, "standing") == standing(case)
        assert re.fullmatch(rf"!\[[^\]]{{20,}}\]\({case.name}\.svg\)", stored_block(text, "figure") or ""), case.name


def test_every_figure_is_a_small_drawing_without_dates_scripts_or_links() -> None:
    assert {path.stem for path in PAGES.glob("*.svg")} == {case.name for case in all_cases()}
    for path in PAGES.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert len(text) < 18_000, path.name
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 5, path.name
        assert not re.search(r"date|<script|href=\"http|<image", text), path.name


def test_a_name_that_the_book_does_not_have_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'nafems-le10'"):
        named_cases(["nafems-le100"])
