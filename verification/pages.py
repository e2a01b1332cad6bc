"""The pages of the book: tables, figures and the index, written from what was computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tubewall.errors import InputError
from tubewall.verification.book import all_cases
from tubewall.verification.case import Case
from tubewall.verification.runner import CaseResult, CheckResult

# below this an error is rounding and differs from machine to machine
_ROUNDING: Final = 1e-9


def table(result: CaseResult) -> str:
    """The checks of a case as a Markdown table."""
    rows = ["| quantity | reference | computed | error | tolerance |", "| --- | --- | --- | --- | --- |"]
    rows += [_row(entry) for entry in result.checks]
    return "\n".join(rows)


def _row(entry: CheckResult) -> str:
    check = entry.check
    unit = f" {check.unit}" if check.unit else ""
    rounding = abs(check.error) < _ROUNDING
    error = "below 1e-9" if rounding else f"{check.error:.1e}"
    # a check of an error against 0 that is rounding shows no digits
    value = f"{check.wanted if rounding else check.value:.5g}"
    wanted = f"{check.wanted:.5g}{unit}" + (f" ({entry.kind})" if check.kind is not None else "")
    return f"| {check.quantity} | {wanted} | {value}{unit} | {error} | {check.tolerance:.1e} |"


def figure_line(result: CaseResult) -> str:
    """The figure of a case in its page."""
    return f"![{result.words}]({result.case}.svg)"


def standing(case: Case) -> str:
    """How far the reference of a case has been checked, as its page says it."""
    if case.checked:
        return f"**Reference checked:** {case.checked}."
    return "**Reference from memory:** the formula or printed number has not been compared with the source."


def index_row(case: Case, result: CaseResult) -> str:
    """A case in the index: page, source, kind of the reference, number of checks, largest error."""
    largest = max((abs(entry.check.error) for entry in result.checks), default=float("nan"))
    error = "below 1e-9" if largest < _ROUNDING else f"{largest:.1e}"
    kinds = ", ".join(dict.fromkeys(entry.kind for entry in result.checks))
    known = "" if case.checked else " (from memory)"
    return (
        f"| [{case.title}](solids/{case.name}.md) | {case.source}{known} | {kinds} | {len(result.checks)} | {error} |"
    )


def check_book(folder: str | Path) -> Path:
    """The folder of the book's pages; InputError when it is not a folder."""
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"{place}: not a folder; --markdown takes the folder of the book's pages")
    return place


def rebuild(results: Sequence[CaseResult], folder: str | Path) -> list[Path]:
    """Write tables and figures of ``results`` into ``folder``, a page a case, and their rows into the index beside it.

    A page that is not there is begun; an index without its marks is left as it is.

    Raises
    ------
    InputError
        When ``folder`` is not a folder.
    """
    place = check_book(folder)
    from tubewall.whole_files import write_whole

    cases = {case.name: case for case in all_cases()}
    written = []
    for result in results:
        if result.failure is not None:
            continue
        path = place / f"{result.case}.md"
        text = path.read_text(encoding="utf-8") if path.exists() else f"# {result.title}\n"
        text = _marked(text, "table", table(result))
        if result.case in cases:
            text = _marked(text, "standing", standing(cases[result.case]), before="**Reproduce:**")
        if result.svg is not None:
            text = _marked(text, "figure", figure_line(result), before=_mark("table"))
            drawing = place / f"{result.case}.svg"
            write_whole(drawing, result.svg)
            written.append(drawing)
        write_whole(path, text)
        written.append(path)
    index = place.resolve().parent / "index.md"
    if index.exists() and _mark("cases") in (text := index.read_text(encoding="utf-8")):
        write_whole(index, _with_rows(text, results))
        written.append(index)
    return written


def stored_block(page: str, name: str) -> str | None:
    """What stands between the marks of a block of a page, None where there are none."""
    found = re.search(f"{_mark(name)}\n(.*?)\n{_mark(f'end of {name}')}", page, re.DOTALL)
    return None if found is None else found.group(1)


def _mark(name: str) -> str:
    return f"<!-- {name} -->"


def _marked(text: str, name: str, content: str, before: str | None = None) -> str:
    """The text with a block of its own marks, put before a line where it is new."""
    begin, end = _mark(name), _mark(f"end of {name}")
    block = f"{begin}\n{content}\n{end}"
    if begin in text:
        return re.sub(f"{begin}.*?{end}", lambda _: block, text, flags=re.DOTALL)
    if before is not None and before in text:
        return text.replace(before, f"{block}\n\n{before}", 1)
    return f"{text}\n{block}\n"


def _with_rows(text: str, results: Sequence[CaseResult]) -> str:
    """The index with the rows of these cases; those of other cases stay."""
    done = {result.case: result for result in results if result.failure is None}
    found = re.findall(r"^(\|.*?\(solids/([\w-]+)\.md\).*)$", stored_block(text, "cases") or "", re.MULTILINE)
    kept = {name: row for row, name in found}
    rows = ["| page | reference | kind | checks | largest error |", "| --- | --- | --- | --- | --- |"]
    for case in all_cases():
        if case.name in done:
            rows.append(index_row(case, done[case.name]))
        elif case.name in kept:
            rows.append(kept[case.name])
    return _marked(text, "cases", "\n".join(rows))
