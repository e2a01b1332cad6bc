"""A solved case in words: what was asked, what is largest, what holds it, and how good the numbers are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.case_result import Answer, CaseResult, LineAnswer

_MOST: Final = 40
_PART: Final = ("xx", "yy", "zz", "yz", "xz", "xy")


def case_text(result: CaseResult) -> str:
    """The printed answer of ``tubewall solve``."""
    return "\n".join(_lines(result))


def _lines(result: CaseResult) -> Iterator[str]:
    solution, analysis = result.solution, result.case.file.analysis
    mesh = result.case.mesh
    yield (
        f"{result.case.source}: {analysis.kind}, {mesh.elements} elements, {solution.unknowns} unknowns of order "
        f"{analysis.order}, {solution.solver}"
    )
    if result.probes:
        yield "probes"
        yield from _table({name: _words(answer) for name, answer in result.probes.items()})
    for name, line in result.lines.items():
        yield f"line {name}, {show(line.length, 'm')} long: {_line_words(line)}"
    if result.maximum:
        yield "largest in the body"
        yield from _table({name: _words(answer) for name, answer in result.maximum.items()})
    if solution.reactions:
        yield "reactions"
        yield from _table(
            {f"{number} {one.place}": _force_words(one.force) for number, one in enumerate(solution.reactions, 1)}
        )
    for key, told in result.more.items():
        yield from _more(key, told)
    yield (
        f"imbalance {solution.imbalance:.1e}, residual {solution.residual:.1e}; {result.seconds['total']:.2g} s, "
        f"{result.peak_memory / 1e6:.0f} MB"
    )
    for warning in result.warnings:
        yield f"warning: {warning}"


def _table(rows: Mapping[str, str]) -> Iterator[str]:
    width = min(_MOST, max(len(name) for name in rows))
    for name, told in rows.items():
        yield f"  {name:<{width}}   {told}"


def _words(answer: Answer) -> str:
    told = _value(answer.value, answer.unit)
    place = ", ".join(show(one, "m") for one in answer.at)
    region = f" in {answer.region}" if answer.region else ""
    error = "" if answer.mesh_error is None else f", mesh error {_value(answer.mesh_error, answer.unit)}"
    return f"{told} at ({place}){region}{error}"


def _value(value: float, unit: str) -> str:
    return f"{value:.5g}" if unit == "1" else show(value, unit, 5)


def _force_words(force: object) -> str:
    return ", ".join(f"{axis} {float(part):.5g}" for axis, part in zip("xyz", force, strict=False))  # type: ignore[call-overload]


def _line_words(line: LineAnswer) -> str:
    largest = max(_PART, key=lambda part: abs(line.membrane[part]) + abs(line.bending[part]))
    return (
        f"{largest} membrane {show(line.membrane[largest], 'Pa')}, bending {show(line.bending[largest], 'Pa')}, "
        f"peak {show(line.peak[largest], 'Pa')}"
    )


def _more(key: str, told: object) -> Iterator[str]:
    if isinstance(told, Mapping) and set(told) >= {"value", "unit"}:
        value, unit = told["value"], str(told["unit"])
        yield f"{key}: none" if value is None else f"{key}: {_value(float(value), unit)}"
    elif isinstance(told, Mapping):
        for name, part in told.items():
            yield from _more(f"{key} {name}", part)
    elif isinstance(told, (list, tuple)):
        if len(told) <= 6:
            for number, part in enumerate(told, 1):
                yield from _more(f"{key} {number}", part)
    elif isinstance(told, (int, float)):
        yield f"{key}: {told:.6g}"
    elif told is not None:
        yield f"{key}: {told}"
