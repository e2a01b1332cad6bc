"""The answer as plain data: every number with its unit, in SI; what does not exist is null, never NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tubewall.studies.keys import KEYS
from tubewall.studies.load_cases import SAYS

if TYPE_CHECKING:
    from tubewall.studies.answer import CaseAnswer, WallAnswer
    from tubewall.studies.bounds import Bound, Window
    from tubewall.studies.electrolyte import ElectrolyteAnswer, MouthStress
    from tubewall.studies.load_cases import CaseStress, SectionStress
    from tubewall.studies.pressures import GasPair, PressureAnswer

Data = dict[str, Any]


def number(value: float | None, unit: str) -> Data | None:
    """``{"value": ..., "unit": ...}``; null for what does not exist, and for what is infinite."""
    if value is None or not math.isfinite(value):
        return None
    return {"value": float(value), "unit": unit}


def to_json(answer: WallAnswer) -> Data:
    """Inputs, pressures, stresses, thinnest walls, windows and electrolytes of an answer."""
    cases = answer.cases
    return {
        "inputs": inputs(answer.study.flat()),
        "status": "answered",
        "answer": str(answer),
        "pressures": _pressures(answer.pressures),
        "stress": {name: _stress(case, cases[name].stress, answer) for name, case in cases.items()},
        "thinnest_wall": {name: _thinnest(case) for name, case in cases.items()},
        "window": {
            name: {"2d": _window(case.window_2d), "1d": _window(case.window_1d)} for name, case in cases.items()
        },
        "electrolyte": {e.name: _electrolyte(e) for e in answer.electrolytes},
        "guesses": list(answer.guesses),
        "warnings": list(answer.warnings),
        "seconds": {name: number(value, "s") for name, value in answer.seconds.items()},
    }


def inputs(flat: Mapping[str, Any]) -> Data:
    """The keys of a study: quantities with their SI unit, words and switches as they are."""
    found: Data = {}
    for name, value in flat.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        found[name] = number(value, KEYS[name].unit) if is_number else value
    return found


def _pressures(p: PressureAnswer) -> Data:
    return {
        "ceiling": number(p.ceiling, "Pa"),
        "lithium": number(p.lithium, "Pa"),
        "initial": number(p.initial, "Pa"),
        "hermetic": _pair(p.hermetic),
        "permeable": {
            **_pair(p.permeable),
            "equalisation_time": number(p.equalisation_time, "s"),
            "regime_number": number(p.regime_number, "1"),
        },
        "mixed": number(p.mixed, "Pa"),
        "equal": number(p.equal, "Pa"),
        "crossover_permeance": number(p.crossover, "mol/(m2 s Pa)"),
        "zones": [
            {"name": z.name, "bottom": number(z.bottom, "m"), "top": number(z.top, "m"), "between": list(z.fluids)}
            for z in p.zones
        ],
    }


def _pair(pair: GasPair) -> Data:
    return {
        "permeance": number(pair.permeance, "mol/(m2 s Pa)"),
        "high": number(pair.high, "Pa"),
        "low": number(pair.low, "Pa"),
        "difference": number(pair.difference, "Pa"),
    }


def _stress(case: CaseAnswer, s: CaseStress, answer: WallAnswer) -> Data:
    confinement = answer.study.drawing.confinement
    other = "free" if confinement == "held" else "held"

    def peak(value: float) -> Data | None:
        return None if answer.no_peak else number(value, "Pa")

    return {
        "says": SAYS[case.name],
        "peak": peak(s.peak),
        "no_peak": answer.no_peak,
        "at": [number(x, "m") for x in s.at],
        "membrane": number(s.root.membrane, "Pa"),
        "bending": number(abs(s.root.bending), "Pa"),
        "deflection": number(s.deflection, "m"),
        "mesh_error": peak(s.mesh_error),
        "one_different": {"peak": peak(s.one_different)},
        "root": _section(s.root),
        "middle": _section(s.middle),
        "margin": number(answer.margin(s), "1"),
        "large_deflection_factor": number(s.correction.stress, "1"),
        "confinement": {confinement: number(answer.decisive(s), "Pa"), other: number(case.other_confinement, "Pa")},
    }


def _section(s: SectionStress) -> Data:
    return {"membrane": number(s.membrane, "Pa"), "bending": number(abs(s.bending), "Pa")}


def _thinnest(case: CaseAnswer) -> Data:
    low, high = case.thinnest_range
    bound = case.thinnest
    return {
        "value": number(bound.wall, "m"),
        "low": number(low, "m"),
        "high": number(high, "m"),
        "binds": bound.name,
        "reason": bound.reason,
        "constraints": {b.name: _bound(b) for b in case.bounds},
        "left_out": dict(case.left_out),
    }


def _bound(b: Bound) -> Data:
    return {
        "value": None if b.wall is None else float(b.wall),
        "unit": "m",
        "low": number(b.low, "m"),
        "high": number(b.high, "m"),
        "side": b.side,
        "at_edge": b.at_edge,
        "dimension": b.dimension,
        "reason": b.reason,
    }


def _window(w: Window) -> Data:
    return {
        "low": number(w.low, "m"),
        "binds_low": w.binds_low,
        "high": number(w.high, "m"),
        "binds_high": w.binds_high,
        "empty": w.is_empty,
    }


def _electrolyte(e: ElectrolyteAnswer) -> Data:
    return {
        "peak": number(e.peak, "Pa"),
        "mesh_error": number(e.alone.mesh_error * e.pressure, "Pa"),
        "alone": _mouth(e.alone),
        "governing": _mouth(e.governing),
        "alike": _mouth(e.alike),
        "measure": e.measure,
        "strength": number(e.strength, "Pa"),
        "strength_low": number(e.strength_low, "Pa"),
        "strength_high": number(e.strength_high, "Pa"),
        "overpotential": number(e.overpotential, "V"),
    }


def _mouth(m: MouthStress) -> Data:
    return {
        "factor": number(m.factor, "1"),
        "mesh_error": number(m.mesh_error, "1"),
        "at": [number(x, "m") for x in m.at],
        "singular": m.singular,
    }
