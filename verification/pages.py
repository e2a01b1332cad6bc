"""The tables of errors in the pages of the book, written from what was computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tubewall.errors import InputError
from tubewall.verification.runner import CaseResult, CheckResult

# below this an error is rounding and differs from machine to machine
_ROUNDING = 1e-9


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
    value = "0" if rounding and check.reference == 0 else f"{check.reference if rounding else check.value:.5g}"
    wanted = f"{check.reference:.5g}{unit}" + (f" ({entry.kind})" if check.kind is not None else "")
    return f"| {check.quantity} | {wanted} | {value}{unit} | {error} | {check.tolerance:.1e} |"


def marked(name: str) -> tuple[str, str]:
    """The comments between which the table of a case stands."""
    return f"<!-- table: {name} -->", f"<!-- end: {name} -->"


def stored_table(page: str, name: str) -> str | None:
    """The table of a case as it stands in the text of a page, None where there is none."""
    begin, end = marked(name)
    found = re.search(f"{re.escape(begin)}\n(.*?)\n{re.escape(end)}", page, re.DOTALL)
    return None if found is None else found.group(1)


def rebuild(results: Sequence[CaseResult], folder: str | Path) -> list[Path]:
    """Write the tables of ``results`` into the pages of ``folder``; a page that is not there is begun.

    Raises
    ------
    InputError
        When ``folder`` is not a folder.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"{place}: not a folder; --markdown takes the folder of the book's pages")
    from tubewall.studies.files import write_whole

    written = []
    for page in dict.fromkeys(result.page for result in results):
        path = place / f"{page}.md"
        text = path.read_text(encoding="utf-8") if path.exists() else f"# {page.capitalize()}\n"
        for result in results:
            if result.page == page and result.failure is None:
                text = _with_table(text, result)
        write_whole(path, text)
        written.append(path)
    return written


def _with_table(text: str, result: CaseResult) -> str:
    begin, end = marked(result.case)
    block = f"{begin}\n{table(result)}\n{end}"
    if begin not in text:
        return f"{text}\n## {result.title}\n\n{block}\n"
    return re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, text, flags=re.DOTALL)
