"""What is found of a flaw at the mouth, in words, tables and data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.tubule_study import TubuleStudy

#: K over pressure and sqrt(pi a) of handbooks: an edge crack of a half plane (Tada, Paris and Irwin), a penny (Sneddon 1946),
#: half a penny at the surface, where it is largest (Newman and Raju 1981).
HANDBOOK: Final = {"edge": 1.1215, "penny": 2 / math.pi, "half-penny": 1.1 * 1.04 / math.sqrt(2.464)}
#: Overpotentials [V] at which critical lengths are told.
TOLD: Final = (0.005, 0.010, 0.020, 0.050, 0.135)
#: As they are called in a sentence.
ARTICLE: Final = {"edge": "an edge", "penny": "a penny", "half-penny": "a half-penny"}


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
        per_volt = self.study.metal.ceiling(1.0)
        if factor <= 0:
            return None
        k, low, high = (toughness / factor / per_volt for toughness in self.toughness)
        return k, low, high

    def critical_length(self, overpotential: float) -> float | None:
        """The shortest flaw [m] that grows at an overpotential [V]; None where none up to the longest computed does.

        A value below the shortest that was computed follows from sqrt(length).
        """
        pressure = self.study.metal.ceiling(overpotential)
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
        force = HANDBOOK[self.study.flaw_kind] * self.study.metal.ceiling(overpotential)
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
            (u, self.study.metal.ceiling(u), self.critical_length(u), self.handbook_length(u))
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
            f"{ARTICLE[study.flaw_kind]} flaw of {show(study.flaw_length, 'm')} at the mouth in {study.electrolyte}, {wet}: "
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
