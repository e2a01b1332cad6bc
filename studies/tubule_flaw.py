"""Is the electrolyte still gas-tight: a flaw at the mouth, its stress intensity, and the overpotential that opens it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure
from tubewall.geometry.stack_flaw import Flaw
from tubewall.materials import Isotropic, material
from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.studies.tubule_body import densities, needs_lithium, piston_loads, radial, radial_mesh, solved
from tubewall.studies.tubule_fields import part_of
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tubule_study import TubuleStudy

#: K over pressure and sqrt(pi a) of handbooks: an edge crack of a half plane (Tada, Paris and Irwin), a penny (Sneddon 1946),
#: half a penny at the surface, where it is largest (Newman and Raju 1981).
HANDBOOK: Final = {"edge": 1.1215, "penny": 2 / math.pi, "half-penny": 1.1 * 1.04 / math.sqrt(2.464)}
#: Overpotentials [V] at which critical lengths are told.
TOLD: Final = (0.005, 0.010, 0.020, 0.050, 0.135)
# lengths of the curve: from a share of the bore to a share of the electrolyte, at most so many bores
_SHORTEST: Final = 0.05
_LONGEST: Final = 0.5
_MOST_BORES: Final = 50.0
_WIDEST_PENNY: Final = 0.45
_STEPS: Final = 8
# elements along a flaw, and over the bore, for each through the wall
_ALONG: Final = 4
# mouths over half pennies for which K is computed, between which it is interpolated
_MOUTHS: Final = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, kw_only=True)
class Intensity:
    """K over the lithium pressure [sqrt(m)] of a flaw of a length [m].

    Attributes
    ----------
    mouth : (float, float)
        K_I and K_II of the pressure on mouth and wall.
    faces : (float, float)
        Of the same pressure on the faces of the flaw.
    """

    length: float
    mouth: tuple[float, float]
    faces: tuple[float, float]

    def k1(self, *, pressurised: bool) -> float:
        """K_I over the pressure; negative where the piston closes the flaw."""
        return self.mouth[0] + self.faces[0] * pressurised

    def k2(self, *, pressurised: bool) -> float:
        """K_II over the pressure."""
        return self.mouth[1] + self.faces[1] * pressurised

    def drives(self, *, pressurised: bool) -> float:
        """What is held against K_Ic: K_I of the kink that opens most (Erdogan and Sih 1963), frictionless where closed."""
        return kink_intensity(self.k1(pressurised=pressurised), self.k2(pressurised=pressurised))


def kink_intensity(k1: float, k2: float) -> float:
    """The largest of cos(t/2) (K_I cos^2(t/2) - 3/2 K_II sin t) over the angle t (Erdogan and Sih 1963); a K_I below 0 is 0."""
    opening = max(k1, 0.0)
    angle = np.linspace(-0.8 * math.pi, 0.8 * math.pi, 1441)
    values = np.cos(angle / 2) * (opening * np.cos(angle / 2) ** 2 - 1.5 * k2 * np.sin(angle))
    return float(values.max())


@dataclass(frozen=True, kw_only=True, eq=False)
class FlawAnswer:
    """A flaw of the study's kind.

    Attributes
    ----------
    curve : tuple of Intensity
        By length.
    own : Intensity
        At the study's length.
    mesh_error : float
        Of what drives ``own``, over the lithium pressure [sqrt(m)].
    toughness : (float, float, float)
        K_Ic of the record, its lowest and highest [Pa sqrt(m)].
    """

    study: TubuleStudy
    curve: tuple[Intensity, ...]
    own: Intensity
    mesh_error: float
    toughness: tuple[float, float, float]
    picture: Picture3D
    seconds: float

    def drives(self, one: Intensity) -> float:
        """What drives a flaw over the pressure, as the study has it pressurised or not [sqrt(m)]."""
        return one.drives(pressurised=self.study.flaw_pressurised)

    @property
    def safe_overpotential(self) -> tuple[float, float, float] | None:
        """Largest overpotential [V] that the study's flaw bears, for K_Ic and its range; None where nothing drives it."""
        factor = self.drives(self.own)
        per_volt = self.study.lithium.ceiling(1.0)
        if factor <= 0:
            return None
        k, low, high = (toughness / factor / per_volt for toughness in self.toughness)
        return k, low, high

    def critical_length(self, overpotential: float) -> float | None:
        """The shortest flaw [m] that grows at an overpotential [V]; None where none up to the longest computed does.

        A value below the shortest that was computed follows from sqrt(length).
        """
        pressure = self.study.lithium.ceiling(overpotential)
        lengths = np.array([one.length for one in self.curve])
        k = np.array([self.drives(one) for one in self.curve])
        fine = np.geomspace(lengths[0], lengths[-1], 4000)
        from scipy.interpolate import PchipInterpolator

        values = pressure * np.exp(PchipInterpolator(np.log(lengths), np.log(np.maximum(k, 1e-30)))(np.log(fine)))
        grows = np.flatnonzero(values >= self.toughness[0])
        if len(grows) == 0:
            return None
        if grows[0] == 0:
            return float(lengths[0] * (self.toughness[0] / values[0]) ** 2)
        return float(fine[grows[0]])

    def handbook_length(self, overpotential: float) -> float:
        """The critical length [m] of the handbook's form: (K_Ic / (F P))^2 / pi."""
        force = HANDBOOK[self.study.flaw_kind] * self.study.lithium.ceiling(overpotential)
        return (self.toughness[0] / force) ** 2 / math.pi

    def table(self) -> Table:
        """K of every length at the study's lithium pressure."""
        p = self.study.pressure
        names = ("K_I, dry", "K_II, dry", "K_I, pressurised", "K_II, pressurised", "K_I, handbook")
        columns = (Column(name="length", unit="m"), *(Column(name=name, unit="Pa sqrt(m)") for name in names))
        factor = HANDBOOK[self.study.flaw_kind]
        rows = tuple(
            (
                one.length,
                p * one.k1(pressurised=False),
                p * one.k2(pressurised=False),
                p * one.k1(pressurised=True),
                p * one.k2(pressurised=True),
                p * factor * math.sqrt(math.pi * one.length),
            )
            for one in self.curve
        )
        return Table(columns=columns, rows=rows)

    def critical(self) -> Table:
        """Critical lengths over overpotential."""
        columns = (
            Column(name="overpotential", unit="V"),
            Column(name="lithium pressure", unit="Pa"),
            Column(name="critical length", unit="m"),
            Column(name="handbook", unit="m"),
        )
        rows = tuple(
            (u, self.study.lithium.ceiling(u), self.critical_length(u), self.handbook_length(u))
            for u in sorted({*TOLD, self.study.overpotential} - {0.0})
        )
        return Table(columns=columns, rows=rows, notes=self.notes())

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        study, told = self.study, []
        if study.flaw_kind == "edge" and self.curve[-1].length > study.bore:
            told.append(
                "an edge flaw all round the rim that is longer than the bore cuts out a plug and hardly grows more dangerous; "
                "for long flaws ask for a half-penny"
            )
        if study.mouth_fillet and study.flaw_kind == "edge":
            told.append("the fillet of the mouth is left out: an edge flaw begins at a sharp rim")
        if study.flaw_kind == "half-penny":
            told.append("a half-penny lies in a bare electrolyte, without insulator and wall")
        if self.own.k1(pressurised=study.flaw_pressurised) < 0:
            told.append("the piston closes this flaw: K_I is negative, only shear drives it (without friction)")
        reach = self.curve[-1].length
        told.append(f"no critical length: none up to {show(reach, 'm')} grows")
        return tuple(told)

    def __str__(self) -> str:
        study, p = self.study, self.study.pressure
        k, error = p * self.drives(self.own), p * self.mesh_error
        wet = "with lithium in it" if study.flaw_pressurised else "dry"
        head = (
            f"{_ARTICLE[study.flaw_kind]} flaw of {show(study.flaw_length, 'm')} at the mouth in {study.electrolyte}, {wet}: "
            f"K {k / 1e6:.3g} +- {error / 1e6:.2g} MPa sqrt(m) at {show(p, 'Pa')} against K_Ic {self.toughness[0] / 1e6:.3g}"
        )
        safe = self.safe_overpotential
        if safe is None:
            return head + "; nothing drives it."
        grows = "grows" if k >= self.toughness[0] else "holds"
        return f"{head}: it {grows}; safe up to {show(safe[0], 'V')} ({show(safe[1], 'V')} .. {show(safe[2], 'V')})."

    def text(self) -> str:
        """What is printed."""
        return "\n\n".join((str(self), _in_mpa(self.table()).text(), self.critical().text()))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        safe = self.safe_overpotential
        return {
            "question": "flaw",
            "answer": str(self),
            "lithium_pressure": number(self.study.pressure, "Pa"),
            "toughness": [number(k, "Pa sqrt(m)") for k in self.toughness],
            "stress_intensity": number(self.study.pressure * self.drives(self.own), "Pa sqrt(m)"),
            "mesh_error": number(self.study.pressure * self.mesh_error, "Pa sqrt(m)"),
            "safe_overpotential": None if safe is None else [number(u, "V") for u in safe],
            "curve": table_data(self.table()),
            "critical": table_data(self.critical()),
            "warnings": list(self.notes()),
        }


_ARTICLE: Final = {"edge": "an edge", "penny": "a penny", "half-penny": "a half-penny"}


def _in_mpa(table: Table) -> Table:
    """For printing: K in MPa sqrt(m)."""
    columns = tuple(
        Column(name=f"{c.name} [MPa sqrt(m)]", unit="") if c.unit == "Pa sqrt(m)" else c for c in table.columns
    )
    rows = tuple(
        tuple(
            f"{float(cell) / 1e6:.4g}" if column.unit == "Pa sqrt(m)" and isinstance(cell, float) else cell
            for cell, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    )
    return Table(columns=columns, rows=rows, notes=table.notes)


def flaw_at_mouth(study: TubuleStudy) -> FlawAnswer:
    """The stress intensity of flaws at the mouth, linear in the lithium pressure, against the electrolyte's toughness.

    Raises
    ------
    InputError
        When nothing presses, the electrolyte has no toughness, or a flaw does not fit.
    """
    started = time.perf_counter()
    needs_lithium(study)
    record = material(study.electrolyte)
    value = record.value("toughness")
    if not isinstance(record.elastic, Isotropic):
        raise InputError(f"[materials] electrolyte: {record.name} is not isotropic; K of a flaw in it is not computed")
    if study.stack().is_film:
        raise InputError(
            "[drawing] insulator_form: under a film the mouth is insulator: pass insulator_form = 'ring' to ask for a flaw in "
            "the electrolyte"
        )
    if study.flaw_kind == "penny" and study.flaw_length > _WIDEST_PENNY * study.bore:
        raise InputError(
            f"[flaw] flaw_length: a penny of {show(study.flaw_length, 'm')} reaches beyond the mouth of {show(study.bore, 'm')}: "
            f"pass at most {show(_WIDEST_PENNY * study.bore, 'm')}, or flaw_kind = 'half-penny'"
        )
    lengths = _lengths(study)
    if study.flaw_kind == "half-penny":
        curve, own, error, solution = _half_pennies(study, record.elastic, lengths)
        title = "half a penny under the mouth, unit pressure on its faces"
        picture = Picture3D(solution=solution, title=title, quantity="stress yy")
    else:
        fine, coarse = densities(study)
        curve = tuple(_radial_flaw(study, length, fine)[0] for length in lengths)
        own, solution = _radial_flaw(study, study.flaw_length, fine)
        wet = study.flaw_pressurised
        error = abs(
            own.drives(pressurised=wet) - _radial_flaw(study, study.flaw_length, coarse)[0].drives(pressurised=wet)
        )
        reach = max(1.5 * study.bore, 1.5 * (study.flaw_length + study.flaw_depth * (study.flaw_kind == "penny")))
        part = part_of(solution, (0.0, -reach), (reach, study.stack().root), region="electrolyte")
        picture = Picture3D(solution=part, title=f"{_ARTICLE[study.flaw_kind]} flaw at {show(study.pressure, 'Pa')}")
    return FlawAnswer(
        study=study,
        curve=curve,
        own=own,
        mesh_error=error,
        toughness=(value.value, value.low, value.high),
        picture=picture,
        seconds=time.perf_counter() - started,
    )


def _lengths(study: TubuleStudy) -> list[float]:
    longest = min(_LONGEST * study.electrolyte_thickness, _MOST_BORES * study.bore)
    if study.flaw_kind == "edge":
        longest = min(longest, 10 * study.bore)
    if study.flaw_kind == "penny":
        longest = min(longest, _WIDEST_PENNY * study.bore)
    return [float(a) for a in np.geomspace(_SHORTEST * study.bore, longest, _STEPS)]


def _radial_flaw(study: TubuleStudy, length: float, elements: int) -> tuple[Intensity, FieldSolution]:
    """From the axisymmetric model: an edge flaw all round the rim, or a penny below the mouth."""
    edge = study.flaw_kind == "edge"
    size = min(length / (_ALONG * elements), study.bore / (2 * _ALONG * elements))
    if not edge:
        size = min(size, study.flaw_depth / (_ALONG * elements))
    flaw = Flaw(kind=study.flaw_kind, length=length, depth=0.0 if edge else study.flaw_depth, size=size)
    mesh = radial_mesh(radial(study, elements=elements, flaw=flaw, sharp=True))
    names = ("flaw outer", "flaw inner") if edge else ("flaw upper", "flaw lower")
    pressed = piston_loads(mesh)
    faces = tuple(Pressure(boundary=name, pressure=1.0) for name in names)
    p = study.pressure
    shown = (*piston_loads(mesh, p), *(Pressure(boundary=name, pressure=p) for name in names if study.flaw_pressurised))
    solutions = solved(study, mesh, [pressed, faces, shown])
    direction = (0.0, -1.0) if edge else (1.0, 0.0)
    found = [crack(one, tip="flaw tip", direction=direction, faces=names) for one in solutions[:2]]
    mouth, inside = ((one.k1 or 0.0, one.k2 or 0.0) for one in found)
    return Intensity(length=length, mouth=mouth, faces=inside), solutions[2]


def _half_pennies(
    study: TubuleStudy, elastic: Isotropic, lengths: list[float]
) -> tuple[tuple[Intensity, ...], Intensity, float, FieldSolution]:
    from tubewall.studies.tubule_half_penny import half_penny_factors

    face, mouths, solution = half_penny_factors(elastic, _MOUTHS, 3)
    coarse, _, _ = half_penny_factors(elastic, (), 2)
    along = _between(mouths)

    def at(length: float) -> Intensity:
        root = math.sqrt(length)
        return Intensity(
            length=length,
            mouth=(root * along(0.5 * study.bore / length), 0.0),
            faces=(root * face[0], 0.0),
        )

    error = abs(face[0] - coarse[0]) * math.sqrt(study.flaw_length)
    return tuple(at(length) for length in lengths), at(study.flaw_length), error, solution


def _between(values: tuple[float, ...]) -> Callable[[float], float]:
    """K of the mouth's pressure over mouth over flaw: with its area where it is small, constant where it is large."""

    def value(ratio: float) -> float:
        if ratio <= _MOUTHS[0]:
            return values[0] * (ratio / _MOUTHS[0]) ** 2
        return float(np.interp(math.log(ratio), np.log(_MOUTHS), values))

    return value
