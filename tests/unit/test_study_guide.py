"""The pages of the guide on studies, sweeps and the command line say what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tubewall import cli
from tubewall.studies.keys import KEYS, TABLES
from tubewall.studies.study import Study
from tubewall.studies.sweep_file import plan_of_text

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (GUIDE / page).read_text(), re.MULTILINE | re.DOTALL)


def test_the_page_lists_every_key_with_its_default_range_and_meaning() -> None:
    text = (GUIDE / "study-file.md").read_text()
    for table, about in TABLES.items():
        assert f"### [{table}]: {about}" in text
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    expected = []
    for key in KEYS.values():
        default = ", ".join(key.default) if isinstance(key.default, tuple) else key.default
        told = str(default).lower() if key.kind == "flag" else default
        expected.append(f"| `{key.name}` | {told} | {key.range_text} | {key.comment} |")
    assert rows == expected


def test_the_study_files_of_the_pages_can_be_read() -> None:
    (study,) = blocks("study-file.md", "toml")
    assert Study.from_text(study).drawing.bore == 80e-9
    grid, sampled = (plan_of_text(text) for text in blocks("sweep.md", "toml"))
    assert (grid.size, sampled.size) == (9, 64)
    assert {case.reason for plan in (grid, sampled) for case in plan.cases()} == {""}


@pytest.mark.parametrize("page", ["study-file.md", "sweep.md"])
def test_the_scripts_of_the_pages_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (script,) = blocks(page, "python")
    names: dict[str, object] = {"__name__": "__main__"}
    exec(script, names)  # noqa: S102 - a script of our own page
    assert list(tmp_path.iterdir()) == []
    if page == "sweep.md":
        assert names["walls"] == pytest.approx([0.1 * 60e-9] * 2 + [0.1 * 80e-9] * 2)


def test_the_errors_of_the_page_are_those_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("[drawing]\nbore = '-5 nm'")
    lines = blocks("study-file.md", "console")[1].splitlines()
    for command, answer in zip(lines[::2], lines[1::2], strict=True):
        assert cli.main(shlex.split(command.removeprefix("$ tubewall "))) == 2
        assert capsys.readouterr().err == answer + "\n"


def test_the_commands_of_the_page_are_those_of_the_program() -> None:
    text = (GUIDE / "command-line.md").read_text()
    assert re.findall(r"^\| `([a-z]+)[ `]", text, re.MULTILINE) == list(cli._commands())
