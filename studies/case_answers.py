"""What a case asks of its solution, question by question; an error says which question it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tubewall.studies.case_more import More, more_answers
from tubewall.studies.case_result import Answer, LineAnswer
from tubewall.studies.case_table import at
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.probe import ProbeValue
    from tubewall.studies.case import Case
    from tubewall.studies.case_questions import LineTable, ProbeTable


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
    from tubewall.fem.maxima import maxima

    warnings: list[str] = []
    probes = {}
    for number, probe in enumerate(case.file.probes, 1):
        with at(f"[[probes]] {number} {shown(probe.name)}"):
            found = _probe(solution, probe)
            probes[probe.name] = Answer(
                value=found.value, unit=found.unit, at=found.at, mesh_error=found.mesh_error, region=probe.region
            )
            if found.warning is not None:
                warnings.append(f"probe {probe.name}: {found.warning}")
    lines = {}
    for number, line in enumerate(case.file.lines, 1):
        with at(f"[[lines]] {number} {shown(line.name)}"):
            lines[line.name] = _line(solution, line)
    with at("maximum"):
        maximum = {
            name: Answer(value=one.value, unit=one.unit, at=one.at, region=one.region)
            for name, one in maxima(solution).items()
        }
    more = more_answers(case, solution)
    return Answers(probes=probes, lines=lines, maximum=maximum, more=more, warnings=(*warnings, *more.warnings))


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
    from tubewall.fem.stress_line import line_values

    found = line_values(solution, line.start, line.end, region=line.region, radius_weighted=bool(line.radius_weighted))
    return LineAnswer(length=found.length, parts={_PARTS[name]: row for name, row in found.table().items()})
