"""The README and the guide show what the program prints: their script is run, their numbers compared."""

from __future__ import annotations

import contextlib
import io
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tubewall import cli

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?!\w)")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


@cache
def first_screen() -> tuple[dict[str, Any], str]:
    """What the README's script defines, and prints."""
    (script,) = blocks("README.md", "python")
    names: dict[str, Any] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(script, names)  # noqa: S102 - a script of our own page
    return names, printed.getvalue()


def without_mesh_errors(text: str) -> str:
    """The text without the column of mesh errors, which are estimates that another mesh changes by a factor."""
    kept, column = [], None
    for line in text.splitlines():
        cells = re.split(r" {3,}", line.strip())
        if "mesh error" in cells:
            column = cells.index("mesh error") - len(cells)
        elif column is not None and len(cells) <= -column:
            column = None
        if column is not None:
            del cells[column]
        kept.append(" ".join(" ".join(cells).split()))
    return "\n".join(kept)


def assert_shown(shown: str, printed: str) -> None:
    """Every shown line was printed, in this order, in the same words, with its numbers within 2 %."""
    lines = iter(without_mesh_errors(printed).splitlines())
    for line in without_mesh_errors(shown).splitlines():
        if line in ("", "[...]"):
            continue
        skeleton, values = NUMBER.sub("#", line), [float(x) for x in NUMBER.findall(line)]
        for candidate in lines:
            found = [float(x) for x in NUMBER.findall(candidate)]
            if NUMBER.sub("#", candidate) == skeleton and found == pytest.approx(values, rel=2e-2):
                break
        else:
            pytest.fail(f"not printed, or not in this order: {line}")


def test_the_readme_prints_what_it_shows() -> None:
    assert_shown(blocks("README.md", "text")[0], first_screen()[1])


def test_the_script_of_the_readme_is_the_first_example() -> None:
    code = (ROOT / "examples" / "thinnest_wall.py").read_text().split('"""', 2)[2].strip()
    assert blocks("README.md", "python") == [code + "\n"]


@pytest.mark.parametrize("page", ["README.md", "docs/guide/thickness.md"])
def test_the_answers_of_the_pages_are_those_of_the_program(page: str) -> None:
    answer = first_screen()[0]["answer"]
    excerpts = blocks(page, "text")[1:] if page == "README.md" else blocks(page, "text")
    assert excerpts
    for excerpt in excerpts:
        assert_shown(excerpt, answer.text())


def test_the_comparison_of_the_guide_is_that_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from tubewall import hermetic_against_permeable
    from tubewall.studies import compare

    (shown,) = (x for x in blocks("docs/guide/compare.md", "console") if "where the regime number is 1" in x)
    command, _, block = shown.partition("\n")
    assert command == "$ tubewall compare"
    # only the permeances that the page shows, to be quick
    wanted = re.findall(r"^  (\d\S*|infinite) .*(?:Pa|any|nm)$", block, re.MULTILINE)
    assert (wanted[0], wanted[-1]) == ("0", "infinite")
    assert len(wanted) >= 5
    all_of_them = compare.permeances
    near = [float(x.replace("infinite", "inf")) for x in wanted]
    monkeypatch.setattr(
        compare,
        "permeances",
        lambda study: [x for x in all_of_them(study) if any(x == pytest.approx(y, rel=1e-6, abs=0.0) for y in near)],
    )
    comparison = hermetic_against_permeable()
    assert len(comparison.rows) == len(wanted)
    assert_shown(block, comparison.text())


def test_the_architecture_names_every_key_of_the_json() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    (section,) = re.findall(r"^## JSON\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`([a-z_0-9]+)", section))
    data = first_screen()[0]["answer"].to_json()
    for group in (
        "pressures",
        "stress.gas_hermetic",
        "thinnest_wall.gas_hermetic",
        "window.gas_hermetic.2d",
        "electrolyte.LLZO",
    ):
        found = data
        for key in group.split("."):
            found = found[key]
        assert set(found) - named == set(), group
        assert f"`{group.split('.')[0]}" in section
    assert set(data) - named <= {"inputs", "stress", "thinnest_wall", "window", "electrolyte"}


def test_the_verification_book_lists_every_page_and_every_test() -> None:
    folder = ROOT / "docs" / "verification"
    index = (folder / "index.md").read_text()
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert listed == {path.name for path in folder.glob("*.md")} - {"index.md"}
    patterns = re.findall(r"tests/verification/(test_[\w*]+\.py)", index)
    for path in (ROOT / "tests" / "verification").glob("test_*.py"):
        assert any(path.match(pattern) for pattern in patterns), path.name
    assert all(list((ROOT / "tests" / "verification").glob(pattern)) for pattern in patterns)


def test_a_number_that_is_not_printed_is_seen() -> None:
    printed = "walls of 6.39 nm hold\n       peak   mesh error   root\n  gas   25.3 MPa   2.4e+02 kPa   10.4 MPa\n\ndone 3 of 4"
    assert_shown("walls of 6.40 nm hold\n[...]\ndone 3 of 4", printed)
    assert_shown("  gas   25.3 MPa   10.4 MPa", printed.replace("   2.4e+02 kPa", "").replace("   mesh error", ""))
    assert_shown(printed.replace("2.4e+02", "1.1e+02"), printed)
    for wrong in (
        "walls of 6.6 nm hold",
        "walls of 6.39 nm held",
        "done 3 of 4\nwalls of 6.39 nm hold",
        "gas 26.3 MPa",
    ):
        with pytest.raises(pytest.fail.Exception):
            assert_shown(wrong, printed)


def test_the_links_of_the_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)):
            path = target.split("#")[0]
            if path and not path.startswith(("https://", "http://")) and not (page.parent / path).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_the_architecture_names_every_file_and_every_command() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    for room in ("api", "materials", "geometry", "chambers", "fem", "view", "studies"):
        (table,) = re.findall(rf"^### {room}/\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
        named = set(re.findall(r"^\| `(\w+\.py)` \|", table, re.MULTILINE))
        assert named == {path.name for path in (ROOT / room).glob("*.py")} - {"__init__.py"}, room
    (commands,) = re.findall(r"^## The command line\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `([a-z]+)` \|", commands, re.MULTILINE)) == set(cli._commands())


def test_the_pictures_are_small_enough_to_travel() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*"))
    assert pictures
    assert all(path.suffix == ".png" and path.stat().st_size < 300_000 for path in pictures)
