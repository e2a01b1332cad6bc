"""A solved case in words: what was asked, what is largest, what holds it, and how good the numbers are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.case_result import Answer, CaseResult, LineAnswer

_MOST: Final = 40
# over the largest of its kind: less is rounding, which a reader need not see
_NOTHING: Final = 1e-9
# over stress times the area of the body: less than its share above is no reaction
_ROUNDING: Final = 1e-3
_CRACK: Final = ("K_I", "K_II", "K_III", "T", "G")
_TOLD: Final = ("max principal", "min principal", "von mises", "displacement magnitude")
_PART: Final = ("xx", "yy", "zz", "yz", "xz", "xy")


def case_text(result: CaseResult) -> str:
    """The printed answer of ``tubewall solve``."""
    return "\n".join(_lines(result))


def _lines(result: CaseResult) -> Iterator[str]:
    solution, analysis = result.solution, result.case.file.analysis
    elements = solution.model.mesh.elements
    yield (
        f"{result.case.source}: {analysis.kind}, {elements} elements, {solution.unknowns} unknowns of order "
        f"{analysis.order}, {solution.solver}"
    )
    if result.probes:
        yield "probes"
        yield from _table({name: _words(answer) for name, answer in result.probes.items()})
    for name, line in result.lines.items():
        yield f"line {name}, {show(line.length, 'm')} long: {_line_words(line)}"
    scale = max((abs(one.value) for one in result.maximum.values() if one.unit == "Pa"), default=0.0)
    told = {name: _words(result.maximum[name], scale) for name in _TOLD if name in result.maximum}
    if told:
        yield "most dangerous in the body"
        yield from _table(told)
    if solution.reactions:
        yield "reactions"
        # what stress leaves of forces that balance
        mesh = result.case.mesh
        rounding = _ROUNDING * scale * mesh.size ** (mesh.dim - 1 if analysis.kind != "axisymmetric" else 2)
        largest = max(rounding, *(float(abs(reaction.force).max()) for reaction in solution.reactions))
        yield from _table(
            {
                f"{number} {one['place']}": _force_words(one["force"], largest)
                for number, one in enumerate(result.reactions(), 1)
            }
        )
    yield from _more_words(result.more)
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


def _words(answer: Answer, scale: float = 0.0) -> str:
    told = _value(_rounded(answer.value, scale if answer.unit == "Pa" else 0.0), answer.unit)
    place = ", ".join(show(one, "m") for one in answer.at)
    region = f" in {answer.region}" if answer.region else ""
    error = "" if answer.mesh_error is None else f", mesh error {_value(answer.mesh_error, answer.unit, 2)}"
    if answer.singular is not None:
        error = f", on this mesh: grows as r^{answer.singular.exponent - 1:.4g}"
    return f"{told} at ({place}){region}{error}"


def _value(value: float, unit: str, digits: int = 5) -> str:
    return f"{value:.{digits}g}" if unit == "1" else show(value, unit, digits)


def _force_words(force: Mapping[str, Any], largest: float) -> str:
    unit = next(iter(force.values()))["unit"]
    return ", ".join(f"{axis} {_rounded(part['value'], largest):.5g}" for axis, part in force.items()) + f" {unit}"


def _rounded(value: float, scale: float) -> float:
    """The value, or 0 where it is what rounding leaves of numbers of this size."""
    return 0.0 if abs(value) < _NOTHING * scale else value


def _line_words(line: LineAnswer) -> str:
    membrane, bending, peak = (line.parts[part] for part in ("membrane", "bending", "peak"))
    largest = max(_PART, key=lambda part: abs(membrane[part]) + abs(bending[part]))
    parts = (("membrane", membrane), ("bending", bending), ("peak", peak))
    told = ", ".join(f"{name} {show(values[largest], 'Pa', 5)}" for name, values in parts)
    return f"{largest}: {told}"


def _more_words(more: Mapping[str, Any]) -> Iterator[str]:
    for name, crack in more.get("cracks", {}).items():
        parts = (f"{key} {crack[key]['value']:.5g} {crack[key]['unit']}" for key in _CRACK if crack[key] is not None)
        place = ", ".join(show(one, "m") for one in crack["at"])
        which = f" at ({place}), the worst of {len(crack['front'])} points" if "front" in crack else ""
        yield f"crack {name}{which}: {', '.join(parts)}"
    for name, corner in more.get("corners", {}).items():
        power = corner["stress_power"]["value"]
        told = f"the stress grows as r^{power:.4f}" if corner["singular"] else "the stress stays bounded"
        yield f"{name}: {told}"
    if "periodic" in more:
        strain = more["periodic"]["mean_strain"]
        yield "mean strain " + ", ".join(f"{key} {one['value']:.5g}" for key, one in strain.items() if one["value"])
    if "buckling" in more:
        factors = ", ".join(f"{one['value']:.5g}" for one in more["buckling"]["load_factors"])
        yield f"buckling at load factors {factors}" if factors else "buckling: no load factor"
    if "weibull" in more:
        weibull = more["weibull"]
        yield f"probability of failure {weibull['probability']['value']:.4g}"
