"""Renews the lists of files in docs/architecture.md from the first lines of the modules.

    python tools/list_files.py            # rewrites the page, says what changed
    python tools/list_files.py --check    # changes nothing; exit code 1 when the page is not what it would write

The groups are the page's own: a row may be moved between the tables of a room by hand and stays there. A file that no
table has goes beside the files of its room whose names begin most like its own, or else that it imports or that import it.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
SECTION = re.compile(r"^### (\w+)/\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?<=^\| --- \| --- \|\n)(?:^\| `\w+\.py` \|.*\n)*", re.MULTILINE)
ROW = re.compile(r"^\| `(\w+\.py)` \|", re.MULTILINE)


def first_line(path: Path) -> str:
    """What a module says of itself, as a cell of a table."""
    text = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    text = re.sub(r":\w+:`[.~]*([\w.]+)`", r"`\1`", " ".join(text.split())).replace("``", "`")
    return text.rstrip(".").replace("|", r"\|")


def beside(room: str, name: str, tables: list[list[str]]) -> int:
    """The table for a new file: of names that begin most like its own, else of files that know it or that it knows."""

    def shared(other: str) -> int:
        words = zip(name[:-3].split("_"), other[:-3].split("_"), strict=False)
        return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], words))

    def known(other: str) -> int:
        pairs = ((name, other), (other, name))
        return sum(bool(re.search(rf"\b{room}\.{two[:-3]}\b", (ROOT / room / one).read_text())) for one, two in pairs)

    likeness = [max(map(shared, table), default=0) for table in tables]
    if not max(likeness):
        likeness = [sum(map(known, table)) for table in tables]
    return likeness.index(max(likeness))


def renewed(room: str, body: str, told: list[str]) -> str:
    """The section of a room with its tables as the folder has them now."""
    there = {path.name for path in (ROOT / room).glob("*.py")} - {"__init__.py"}
    tables = [[name for name in ROW.findall(found.group()) if name in there] for found in TABLE.finditer(body)]
    gone = set(ROW.findall(body)) - there
    told += [f"{room}/{name}: no longer there" for name in sorted(gone)]
    for name in sorted(there - {name for table in tables for name in table}):
        tables[beside(room, name, tables)].append(name)
        told.append(f"{room}/{name}: new")
    rows = iter(
        ["".join(f"| `{name}` | {first_line(ROOT / room / name)} |\n" for name in sorted(table)) for table in tables]
    )
    return TABLE.sub(lambda _: next(rows), body)


def main(words: list[str]) -> int:
    """Write the page, or with --check only compare."""
    page = PAGE.read_text(encoding="utf-8")
    told: list[str] = []
    new = SECTION.sub(lambda found: f"### {found.group(1)}/\n{renewed(found.group(1), found.group(2), told)}", page)
    print(*told, sep="\n", end="\n" if told else "")
    if new == page:
        return 0
    if "--check" in words:
        print("docs/architecture.md is not what the files say: run tools/list_files.py")
        return 1
    PAGE.write_text(new, encoding="utf-8")
    print("docs/architecture.md is renewed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
