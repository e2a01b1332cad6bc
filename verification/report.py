"""What ``tubewall verify`` prints: a table a case, 120 columns wide."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from tubewall.verification.runner import CaseResult, CheckResult

_WIDTH: Final = 120
_QUANTITY: Final = 58
_PREFIXES: Final = {-4: "p", -3: "n", -2: "u", -1: "m", 0: "", 1: "k", 2: "M", 3: "G"}
# below this an error is rounding
_ROUNDING: Final = 1e-12


def lines(result: CaseResult, *, quiet: bool = False) -> Iterator[str]:
    """The table of a case; with ``quiet`` only of a case that failed, and only what failed."""
    if quiet and result.passed:
        return
    yield f"{result.case}: {result.title}"
    if result.failure is not None:
        yield from _wrapped(f"FAIL: {result.failure}", "  ")
        yield ""
        return
    entries = [entry for entry in result.checks if not quiet or entry.verdict == "FAIL"]
    sources = list(dict.fromkeys((entry.kind, entry.source) for entry in entries))
    for number, (kind, source) in enumerate(sources, start=1):
        mark = f"[{number}] " if len(sources) > 1 else ""
        yield from _wrapped(f"{mark}{kind}: {source}", "  ")
    yield _row("", "reference", "computed", "", "error", "allowed", "")
    for entry in entries:
        number = sources.index((entry.kind, entry.source)) + 1 if len(sources) > 1 else 1
        yield from _check(entry, f" [{number}]" if number > 1 else "")
    yield ""


def _check(entry: CheckResult, mark: str) -> Iterator[str]:
    check = entry.check
    quantity = textwrap.wrap(check.quantity + mark, _QUANTITY)
    for part in quantity[:-1]:
        yield f"  {part}"
    error = "0" if abs(check.error) < _ROUNDING else f"{check.error:+.1e}"
    size, unit = _prefixed(max(abs(check.reference), abs(check.value)), check.unit)
    reference, computed = f"{check.wanted / size:.6g}", f"{check.value / size:.6g}"
    yield _row(quantity[-1], reference, computed, unit, error, f"{check.tolerance:.2g}", entry.verdict)


def _prefixed(value: float, unit: str) -> tuple[float, str]:
    """The power of 1000 that brings a value near 1, and the unit with its prefix; units of inches stay as they are."""
    if not (unit == "m" or unit.startswith(("Pa", "J"))) or value == 0 or not math.isfinite(value):
        return 1.0, unit
    step = min(max(math.floor(math.log10(value) / 3 + 1e-9), -4), 3)
    return 1000.0**step, f"{_PREFIXES[step]}{unit}"


def _row(quantity: str, reference: str, computed: str, unit: str, error: str, tolerance: str, verdict: str) -> str:
    row = f"  {quantity:<{_QUANTITY}} {reference:>11} {computed:>12} {unit:<9} {error:>8} {tolerance:>7}  {verdict}"
    return row.rstrip()


def _wrapped(text: str, margin: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=margin, subsequent_indent=margin + "  ")


def summary(results: Sequence[CaseResult], seconds: float) -> str:
    """All cases in a line, below it what failed and what moved."""
    checks = [entry for result in results for entry in result.checks]
    failed = [result.case for result in results if not result.passed]
    drifted = [entry for entry in checks if entry.verdict == "drift"]
    met = sum(entry.verdict != "FAIL" for entry in checks)
    text = f"{len(results)} cases, {len(checks)} checks, {met} meet their reference, {len(failed)} cases failed, in {seconds:.0f} s"
    if failed:
        text += f"\nfailed: {', '.join(failed)}"
    if drifted:
        text += f"\n{len(drifted)} values meet their reference but have moved since the book was last written"
    return text
