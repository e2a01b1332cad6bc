"""Runs cases, holds every number against its reference and against its last value."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from tubewall.errors import TubewallError
from tubewall.verification.book import named_cases
from tubewall.verification.case import Case, Check, Outcome

DRIFT_LIMIT: Final = 1e-6
Verdict = Literal["pass", "drift", "FAIL"]


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """A check and its last value.

    ``last`` is the value when the book was last written, None for a new check; "drift" means that the value still meets its
    reference but has moved from ``last`` by more than 1e-6 of the scale.
    """

    check: Check
    kind: str
    source: str
    last: float | None

    @property
    def drift(self) -> float | None:
        """(value - last) / scale."""
        return None if self.last is None else (self.check.value - self.last) / self.check.divisor

    @property
    def verdict(self) -> Verdict:
        """Whether the reference is met, and if so whether the value is still the last one."""
        if not self.check.passed:
            return "FAIL"
        return "drift" if self.drift is not None and abs(self.drift) > DRIFT_LIMIT else "pass"


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """All checks of a case, the time it took [s], and what stopped it if something did.

    ``svg`` is its figure where one was asked for, ``words`` what the figure shows.
    """

    case: str
    title: str
    checks: tuple[CheckResult, ...]
    seconds: float
    failure: str | None = None
    svg: str | None = None
    words: str = ""

    @property
    def passed(self) -> bool:
        """Whether all checks meet their references; a drift is no failure."""
        return self.failure is None and all(result.verdict != "FAIL" for result in self.checks)


def run_case(case: Case, *, fine: bool = False, draw: bool = False) -> CaseResult:
    """Solve a case, judge it, and draw its figure if asked to.

    What tubewall refuses to solve is a failure of the case, told in its words.
    """
    started = time.perf_counter()
    last = _last_values()
    checks: tuple[Check, ...] = ()
    svg, words = None, ""
    try:
        outcome = case.run(fine)
        checks = outcome.checks
        failure = None if checks else "the case gave no checks"
        if draw:
            svg, words = _drawn(outcome)
    except TubewallError as error:
        checks, failure = (), str(error)
    results = tuple(
        CheckResult(
            check=check,
            kind=check.kind or case.kind,
            source=check.source or case.source,
            last=None if fine else last.get(case.name, {}).get(check.quantity),
        )
        for check in checks
    )
    return CaseResult(
        case=case.name,
        title=case.title,
        checks=results,
        seconds=time.perf_counter() - started,
        failure=failure,
        svg=svg,
        words=words,
    )


def _drawn(outcome: Outcome) -> tuple[str, str]:
    from tubewall.verification.draw import draw

    figure = outcome.figure()
    return draw(figure), figure.words


def run_book(
    names: Sequence[str] = (), *, fine: bool = False, draw: bool = False, jobs: int = 1
) -> Iterator[CaseResult]:
    """Run the named cases, or all; results come in the order of the book as they are done.

    Parameters
    ----------
    names : sequence of str
    fine : bool
        Take the finer meshes; last values are not looked at then.
    draw : bool
        Draw the figures.
    jobs : int
        Worker processes.

    Raises
    ------
    InputError
        A name that the book does not have.
    """
    cases = named_cases(names)
    if jobs == 1 or len(cases) == 1:
        for case in cases:
            yield run_case(case, fine=fine, draw=draw)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_run_named, case.name, fine, draw) for case in cases]
        for future in futures:
            yield future.result()


def _run_named(name: str, fine: bool, draw: bool) -> CaseResult:
    return run_case(named_cases([name])[0], fine=fine, draw=draw)


@cache
def _last_values() -> Mapping[str, Mapping[str, float]]:
    stored: dict[str, dict[str, float]] = json.loads(_file().read_text(encoding="utf-8"))
    return stored


def _file() -> Any:
    return files("tubewall.verification") / "data" / "last_values.json"


def store_values(results: Iterable[CaseResult], *, keep: bool) -> Path:
    """Write the values of passing results as the last ones; with ``keep``, cases that were not run keep theirs."""
    values = {name: dict(checks) for name, checks in _last_values().items()} if keep else {}
    for result in results:
        if result.passed:
            values[result.case] = {entry.check.quantity: entry.check.value for entry in result.checks}
    path = Path(str(_file()))
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    _last_values.cache_clear()
    return path


def as_data(results: Sequence[CaseResult]) -> dict[str, Any]:
    """The results for a JSON file."""
    return {
        "passed": all(result.passed for result in results),
        "cases": [
            {
                "name": result.case,
                "title": result.title,
                "passed": result.passed,
                "failure": result.failure,
                "seconds": {"value": result.seconds, "unit": "s"},
                "checks": [_check_data(entry) for entry in result.checks],
            }
            for result in results
        ],
    }


def _check_data(entry: CheckResult) -> dict[str, Any]:
    check = entry.check
    finite = check.value == check.value and abs(check.value) != float("inf")
    return {
        "quantity": check.quantity,
        "kind": entry.kind,
        "source": entry.source,
        "reference": {"value": check.reference, "unit": check.unit},
        "computed": {"value": check.value if finite else None, "unit": check.unit},
        "error": check.error if finite else None,
        "tolerance": check.tolerance,
        "last": entry.last,
        "drift": entry.drift if finite else None,
        "verdict": entry.verdict,
    }
