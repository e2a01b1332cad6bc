"""What a case asks of its solution, question by question; an error says which question it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tubewall.studies.case_more import More, more_answers
from tubewall.studies.case_result import Answer, LineAnswer, Singularity
from tubewall.studies.case_table import at
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.probe import ProbeValue
    from tubewall.studies.case import Case
    from tubewall.studies.case_questions import LineTable, ProbeTable


# how many quantities a warning names, and which before others; all carry it themselves
_LISTED: Final = 3
_CRACK: Final = "of 360 degrees"
_FIRST: Final = ("von mises", "max principal", "min principal")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Everything that was asked, by name."""

    probes: Mapping[str, Answer]
    lines: Mapping[str, LineAnswer]
    maximum: Mapping[str, Answer]
    more: More
    warnings: tuple[str, ...] = ()


def answers(case: Case, solution: FieldSolution) -> Answers:
    """Values at probes, linearised stress, largest values, and what the other tables ask."""
    warnings: list[str] = []
    probes = {}
    for number, probe in enumerate(case.file.probes, 1):
        with at(f"[[probes]] {number} {shown(probe.name)}"):
            found = _probe(solution, probe)
            probes[probe.name] = Answer(
                value=found.value,
                unit=found.unit,
                at=found.at,
                mesh_error=found.mesh_error,
                region=probe.region,
                singular=None if found.warning is None else _singularity(solution, found.at, probe.region),
            )
            if found.warning is not None:
                warnings.append(f"probe {probe.name}: {found.warning}")
    lines = {}
    for number, line in enumerate(case.file.lines, 1):
        with at(f"[[lines]] {number} {shown(line.name)}"):
            lines[line.name] = _line(solution, line)
    with at("maximum"):
        maximum, told = _maximum(solution)
    more = more_answers(case, solution)
    return Answers(probes=probes, lines=lines, maximum=maximum, more=more, warnings=(*warnings, *told, *more.warnings))


def _maximum(solution: FieldSolution) -> tuple[dict[str, Answer], list[str]]:
    """The most dangerous values, and one warning for each singular point that some of them lie at."""
    from tubewall.fem.largest_values import maxima

    found: dict[str, Answer] = {}
    lying: dict[tuple[str, str], tuple[Singularity, list[str]]] = {}
    for name, one in maxima(solution).items():
        singular = None if one.warning is None else _singularity(solution, one.at, one.region)
        found[name] = Answer(value=one.value, unit=one.unit, at=one.at, region=one.region, singular=singular)
        if singular is not None:
            # the ends of one support are alike
            lying.setdefault((singular.why, f"{singular.exponent:.4g}"), (singular, []))[1].append(name)
    warnings = [f"maximum of {_listed(names)}: at {point}: {_instead(point)}" for point, names in lying.values()]
    return found, warnings


def _instead(point: Singularity) -> str:
    """What to ask for where a peak is no answer."""
    if _CRACK in point.why:
        return "no mesh gives the value; ask [[cracks]] for the stress intensity there"
    return "no mesh gives the value; give a fillet, or the linearised stress of a line"


def _listed(names: list[str]) -> str:
    known = [*(name for name in _FIRST if name in names), *(name for name in names if name not in _FIRST)]
    rest = len(names) - _LISTED
    return ", ".join(known) if rest <= 1 else f"{', '.join(known[:_LISTED])} and {rest} others"


def _singularity(solution: FieldSolution, at: tuple[float, ...], region: str | None) -> Singularity | None:
    """The singular point in the elements around a place."""
    from tubewall.fem.locate_point import locate_one
    from tubewall.fem.singular import near_singular

    elements = locate_one(solution.model.discrete.mesh, at, region=region).elements
    point = near_singular(solution, elements)
    return None if point is None else Singularity(exponent=point.exponent, why=point.why, at=point.at)


def _probe(solution: FieldSolution, probe: ProbeTable) -> ProbeValue:
    from tubewall.fem.boundary_search import boundary_value
    from tubewall.fem.probe import value_at

    if probe.boundary is not None:
        return boundary_value(
            solution, probe.boundary, probe.quantity, region=probe.region, about=probe.about, axis=probe.axis
        )
    return value_at(solution, probe.quantity, probe.at or (), region=probe.region, about=probe.about, axis=probe.axis)


_PARTS: Final = {
    "membrane": "membrane",
    "bending start": "bending",
    "bending end": "bending_end",
    "membrane + bending start": "membrane_plus_bending",
    "membrane + bending end": "membrane_plus_bending_end",
    "peak start": "peak",
    "peak end": "peak_end",
    "total start": "start",
    "total end": "end",
}


def _line(solution: FieldSolution, line: LineTable) -> LineAnswer:
    from tubewall.fem.line_errors import error_row
    from tubewall.fem.stress_line import line_values

    found = line_values(
        solution, line.start, line.end, region=line.region, radius_weighted=bool(line.radius_weighted), estimate=True
    )
    return LineAnswer(
        length=found.length,
        parts={_PARTS[name]: row for name, row in found.table().items()},
        errors={_PARTS[name]: error_row(error) for name, error in (found.errors or {}).items()},
    )
