"""Solving a case: the field first, then everything that the case asks of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tubewall.studies.case_table import at

if TYPE_CHECKING:
    from tubewall.fem.solve_model import Solver
    from tubewall.studies.case import Case
    from tubewall.studies.case_result import CaseResult

Progress = Callable[[float, str], None]


def solve_case(case: Case, *, progress: Progress | None = None) -> CaseResult:
    """The answer to all that a case asks; errors of input say the case, those of single questions their place."""
    from tubewall.fem.solve_model import solve_model
    from tubewall.studies.case_answers import answers
    from tubewall.studies.case_result import CaseResult

    tell = progress or (lambda fraction, text: None)
    tell(0.05, "assembling and solving")
    started = time.perf_counter()
    with at(case.source):
        solution = solve_model(case.model, solver=cast("Solver", case.file.analysis.solver))
        solved = time.perf_counter()
        tell(0.7, "stress at what is asked for")
        found = answers(case, solution)
    seconds = {**solution.seconds, "answers": time.perf_counter() - solved}
    seconds["total"] = time.perf_counter() - started
    tell(1.0, "done")
    return CaseResult(
        case=case,
        solution=solution,
        probes=found.probes,
        lines=found.lines,
        maximum=found.maximum,
        more=found.more.data,
        shapes=found.more.shapes,
        seconds=seconds,
        peak_memory=peak_memory(),
        warnings=(*solution.warnings, *found.warnings),
    )


def peak_memory() -> int:
    """The most memory that this process has held so far [B]."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    # kilobytes on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
