"""Indexes of the pages name what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_guide_lists_every_page() -> None:
    folder = ROOT / "docs" / "guide"
    listed = set(re.findall(r"^\| \[[^\]]+\]\(([\w-]+\.md)\) \|", (folder / "index.md").read_text(), re.MULTILINE))
    assert listed == {path.name for path in folder.glob("*.md")} - {"index.md"}


def test_the_architecture_lists_every_file_of_the_verification_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    (tables,) = re.findall(r"^### verification/\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^\| `(\w+\.py)` \|", tables, re.MULTILINE))
    assert named == {path.name for path in (ROOT / "verification").glob("*.py")} - {"__init__.py"}


def test_the_tool_that_lists_files_finds_no_file_that_the_architecture_lacks() -> None:
    command = [sys.executable, str(ROOT / "tools" / "list_files.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert re.findall(r".*: (?:new|no longer there)$", done.stdout, re.MULTILINE) == []
    assert done.stderr == ""


def test_every_file_says_in_its_first_line_what_it_is() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert re.findall(r"^\| `\w+\.py` \| *\|", text, re.MULTILINE) == []


def test_every_command_stands_in_the_guide() -> None:
    from tubewall import cli

    text = (ROOT / "docs" / "guide" / "command-line.md").read_text()
    (table,) = re.findall(r"^\| command \|.*?(?=^$)", text, re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"^\| `([a-z]+)[^`]*` \|", table, re.MULTILINE))
    assert named == set(cli._commands())
