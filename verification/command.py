"""What ``tubewall verify`` does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version

from tubewall.errors import InputError
from tubewall.verification.book import named_cases
from tubewall.verification.report import lines, summary
from tubewall.verification.runner import CaseResult, as_data, run_book, store_values

Progress = Callable[[float, str], None]


def listing() -> str:
    """Every case in a line: name, kind of reference, title, source."""
    return "\n".join(f"{case.name:<38} {case.kind:<9} {case.title} ({case.source})" for case in named_cases())


def verify(
    names: Sequence[str] = (),
    *,
    fine: bool = False,
    jobs: int = 1,
    json: str | None = None,
    markdown: str | None = None,
    update: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
    progress: Progress | None = None,
) -> bool:
    """Run cases, print a table for each, write what is asked for.

    Parameters
    ----------
    names : sequence of str
        Cases; all without.
    fine : bool
        Take the finer meshes.
    jobs : int
        Worker processes.
    json, markdown : str, optional
        A file for the results; the folder of the book whose tables and figures are rebuilt, with the index beside it.
    update : bool
        Take the values of what passes as the last values.
    quiet : bool
        Say only what failed, and the summary.
    say : callable
        Where lines go.
    progress : callable, optional
        Told the fraction done and the case.

    Returns
    -------
    bool
        Whether every check meets its reference.

    Raises
    ------
    InputError
        For a name that the book does not have, or an output that cannot be written.
    """
    started = time.perf_counter()
    total = len(named_cases(names))
    results: list[CaseResult] = []
    for result in run_book(names, fine=fine, draw=markdown is not None, jobs=jobs):
        results.append(result)
        for line in lines(result, quiet=quiet):
            say(line)
        if progress is not None:
            progress(len(results) / total, result.case)
    seconds = time.perf_counter() - started
    say(summary(results, seconds))
    if json is not None:
        from tubewall.studies.files import write_json

        head = {"version": version("tubewall"), "fine": fine, "seconds": {"value": seconds, "unit": "s"}}
        write_json(json, {**head, **as_data(results)})
    if markdown is not None:
        from tubewall.verification.pages import rebuild

        written = rebuild(results, markdown)
        if not quiet:
            say(f"written: {len(written)} files of the book in {markdown}")
    if update:
        path = store_values(results, keep=bool(names))
        if not quiet:
            say(f"written: {path}")
    return all(result.passed for result in results)


def worker_count(given: str | None) -> int:
    """The number of worker processes from the words of the command line; by default one per core, at most two.

    Raises
    ------
    InputError
        For what is not a whole number from 1 to 64.
    """
    if given is None:
        return min(2, os.cpu_count() or 1)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 64):
        raise InputError(f"--jobs must be a whole number from 1 to 64, got {given[:40]!r}")
    return int(given)
