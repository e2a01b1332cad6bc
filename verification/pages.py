"""The tables of errors in the pages of the book, written from what was computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tubewall.errors import InputError
from tubewall.verification.runner import CaseResult, CheckResult

# below this an error is rounding and differs from machine to machine
_ROUNDING: Final = 1e-9
# the table stands between these lines of a page
_BEGIN: Final = "<!-- table -->"
_END: Final = "<!-- end of table -->"


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


def stored_table(page: str) -> str | None:
    """The table as it stands in the text of a page, None where there is none."""
    found = re.search(f"{_BEGIN}\n(.*?)\n{_END}", page, re.DOTALL)
    return None if found is None else found.group(1)


def rebuild(results: Sequence[CaseResult], folder: str | Path) -> list[Path]:
    """Write the tables of ``results`` into the pages of ``folder``, one a case; a page that is not there is begun.

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
    for result in results:
        if result.failure is not None:
            continue
        path = place / f"{result.case}.md"
        text = path.read_text(encoding="utf-8") if path.exists() else f"# {result.title}\n"
        write_whole(path, _with_table(text, result))
        written.append(path)
    return written


def _with_table(text: str, result: CaseResult) -> str:
    block = f"{_BEGIN}\n{table(result)}\n{_END}"
    if _BEGIN not in text:
        return f"{text}\n{block}\n"
    return re.sub(f"{_BEGIN}.*?{_END}", lambda _: block, text, flags=re.DOTALL)
