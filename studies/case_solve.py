"""Solving a case: the field first, then everything that the case asks of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from tubewall.errors import ConvergenceError, InputError, ResourceError
from tubewall.studies.case_table import at

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model_solver import Solver
    from tubewall.studies.case import Case
    from tubewall.studies.case_result import CaseResult

Progress = Callable[[float, str], None]


def solve_case(case: Case, *, progress: Progress | None = None) -> CaseResult:
    """The answer to all that a case asks; errors of input say the case, those of single questions their place."""
    from tubewall.fem.flat_corners import flat_corner_warnings
    from tubewall.fem.model_solver import refuse_too_large
    from tubewall.studies.case_answers import answers
    from tubewall.studies.case_result import CaseResult

    tell = progress or (lambda fraction, text: None)
    tell(0.05, "assembling and solving")
    started = time.perf_counter()
    with at(case.source):
        refuse_too_large(case.model, cast("Solver", case.file.analysis.solver))
        _check_places(case)
        touching = (*_open_places(case), *flat_corner_warnings(case.mesh))
        checked = time.perf_counter()
        solution = _solved(case) if case.file.analysis.tolerance is None else _refined(case, tell)
        solved = time.perf_counter()
        tell(0.7, "stress at what is asked for")
        found = answers(case, solution)
    seconds = {"checks": checked - started, **solution.seconds, "answers": time.perf_counter() - solved}
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
        warnings=(*touching, *solution.warnings, *found.warnings),
    )


def _check_places(case: Case) -> None:
    """Refuse coordinates of supports and loads where no node is, with their place in the file."""
    from tubewall.fem.model import node_at

    places = {
        **{f"[[supports]] {number}": table.point for number, table in enumerate(case.file.supports, 1)},
        **{f"[[loads]] {number}": table.point for number, table in enumerate(case.file.loads, 1)},
    }
    for place, point in places.items():
        if isinstance(point, tuple):
            with at(f"{place} point"):
                node_at(case.model.discrete.mesh, point)


def _open_places(case: Case) -> tuple[str, ...]:
    """What to say of a body that is open or falls into parts.

    Raises
    ------
    InputError
        When parts touch along facets that nobody named and nothing joins them.
    """
    from tubewall.geometry.mesh_contact import contact_warnings, parts_described

    touching = contact_warnings(case.mesh)
    told = "" if case.file.ties or case.file.periodic is not None else parts_described(case.mesh)
    if not told:
        return touching
    if touching:
        more = "" if "merge" in told else f"; {'; '.join(touching)}"
        raise InputError(f"[mesh] file: the parts are not connected: {told}{more}")
    return (f"{told}: each moves on its own",)


def _solved(case: Case) -> FieldSolution:
    """The field on the mesh of the case."""
    from tubewall.fem.model_solver import solve_model
    from tubewall.geometry.mesh_contact import parts_described

    try:
        return solve_model(case.model, solver=cast("Solver", case.file.analysis.solver))
    except InputError as error:
        # a part that may move was often meant to hang together with the rest
        parts = parts_described(case.mesh) if "may still move" in str(error) and not case.file.ties else ""
        raise InputError(f"{error}; {parts}" if parts else str(error)) from None


def _refined(case: Case, tell: Progress) -> FieldSolution:
    """The field on a mesh that is refined until all probes are known to the tolerance, or the energy where none is asked."""
    import dataclasses

    from tubewall.fem.adapt import Goal, solve_adaptively
    from tubewall.studies.case_answers import answers

    tolerance = case.file.analysis.tolerance
    assert tolerance is not None
    if case.file.periodic is not None:
        raise InputError("[analysis] tolerance: the mesh of a periodic cell is not refined: leave tolerance out")
    goals = tuple(
        Goal(
            quantity=probe.quantity,
            at=probe.at,
            boundary=probe.boundary,
            region=probe.region,
            about=probe.about,
            axis=probe.axis,
        )
        for probe in case.file.probes
    )

    def progress(fraction: float, text: str) -> None:
        tell(0.05 + 0.65 * fraction, text)

    try:
        solution = solve_adaptively(case.model, tolerance, goals, progress=progress)
    except InputError:
        # the same error, with the place of the question that it belongs to
        answers(case, _solved(case))
        raise
    except (ConvergenceError, ResourceError) as error:
        raise type(error)(f"{case.source}: [analysis] tolerance: {error}{_shape(case, str(error))}") from None
    if case.file.analysis.solver == "auto":
        return solution
    return _solved(dataclasses.replace(case, mesh=solution.model.mesh))


def _shape(case: Case, told: str) -> str:
    """What to add to a refusal where the shape of the mesh may be what refinement does not mend."""
    import math

    from tubewall.fem.corner_places import kinks

    turn = float(kinks(case.model).max(initial=0.0))
    if "does not converge" in told or turn < 1e-3:
        return ""
    remedy = (
        "with nodes in the middle of curved sides" if case.mesh.order == 1 else "with more elements along its curves"
    )
    return (
        f"; the surface turns by up to {math.degrees(turn):.2g} degrees from side to side where a curve seems to be meant, which "
        f"refinement keeps: give a mesh {remedy}"
    )


def peak_memory() -> int:
    """The most memory that this process has held so far [B]."""
    if sys.platform == "win32":
        import psutil

        return int(psutil.Process().memory_info().peak_wset)
    import resource

    # kilobytes on Linux, bytes on macOS
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
