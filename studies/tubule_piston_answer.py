"""What is found in the electrolyte under the piston, in words, tables and data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.tubule_study import TubuleStudy

#: Where the end of an interface is singular, stress is taken this many fillets away from it.
KEEP_AWAY: Final = 0.5
# linear elasticity says nothing of a body that is strained more than this
_LARGEST_STRAIN: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Rim:
    """Largest principal stress on the mouth over the lithium pressure [-], where it is (r, z) [m], and its mesh error.

    ``exponent`` is that of the stress, r^exponent, at the end of the interface at the rim; 0 where it is bounded. ``factor`` is
    then the largest at least half a fillet away; at a rim without a fillet it is that of membrane plus bending on a line of
    one wall thickness downwards, and ``linearised`` is set.
    """

    factor: float
    mesh_error: float
    at: tuple[float, float]
    exponent: float
    linearised: bool


@dataclass(frozen=True, kw_only=True)
class Beneath:
    """Under the middle of the mouth, over the lithium pressure [-]: the largest von Mises stress, its depth [m], the mean
    stress at the mouth and at that depth, and the largest strain [1/Pa].
    """

    von_mises: float
    depth: float
    mean_at_mouth: float
    mean_at_depth: float
    strain: float


@dataclass(frozen=True, kw_only=True)
class Extrusion:
    """What the piston pushes into the mouth of an empty neighbour.

    Attributes
    ----------
    rise : float
        Of the electrolyte, the mean over the mouth, per lithium pressure [m/Pa]; negative where it sinks.
    mesh_error : float
        [m/Pa]
    plug : float or None
        Height [m] of a plug of flowing electrolyte that sticks to the wall and so holds the pressure in full,
        (P - P_flow) W / (4 k), k = yield strength / sqrt(3), P_flow where flow begins beneath the piston; None without a yield
        strength.
    """

    rise: float
    mesh_error: float
    plug: float | None


@dataclass(frozen=True, kw_only=True)
class PistonCase:
    """One electrolyte.

    Attributes
    ----------
    name : str
    empty, full : Rim
        Lithium on mouth and wall, with empty neighbours and with neighbours as full.
    mouth, strip : Rim
        Lithium on the mouth alone, which is what tells space from the plane; and the same section as an endless slit in plane
        strain.
    half_space : float
        Tension at the rim of a bare half space under the same pressure in space, (1 - 2 nu) / 2; 0 under a strip.
    beneath : Beneath
        With empty neighbours.
    extrusion : Extrusion or None
        For nearly incompressible electrolytes.
    measure : str
        What the strength is compared with: "max principal" at the rim, or "von mises" beneath.
    strength : float or None
        [Pa]; None where the record has none.
    allowed : float or None
        Overpotential [V] at which it is reached.
    """

    name: str
    empty: Rim
    full: Rim
    mouth: Rim
    strip: Rim
    half_space: float
    beneath: Beneath
    extrusion: Extrusion | None
    measure: str
    strength: float | None
    allowed: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class PistonAnswer:
    """The electrolytes under the piston of a study; ``compared`` is the first with its lithium as a pressure and as a body."""

    study: TubuleStudy
    cases: tuple[PistonCase, ...]
    picture: Picture3D
    seconds: float
    compared: Table | None = None

    def table(self) -> Table:
        """Tension at the rim of each electrolyte at the study's lithium pressure."""
        p = self.study.pressure
        return self._each(
            ("rim", "Pa", lambda c: c.empty.factor * p),
            ("mesh error", "Pa", lambda c: c.empty.mesh_error * p),
            ("neighbours full", "Pa", lambda c: c.full.factor * p),
            ("mouth alone", "Pa", lambda c: c.mouth.factor * p),
            ("as a strip", "Pa", lambda c: c.strip.factor * p),
            ("bare half space", "Pa", lambda c: c.half_space * p),
            ("allowed overpotential", "V", lambda c: c.allowed),
        )

    def beneath(self) -> Table:
        """What lies under the middle of the mouth, and what rises in an empty neighbour."""
        p = self.study.pressure
        found = self._each(
            ("von Mises beneath", "Pa", lambda c: c.beneath.von_mises * p),
            ("depth", "m", lambda c: c.beneath.depth),
            ("mean stress there", "Pa", lambda c: c.beneath.mean_at_depth * p),
            ("mean stress at mouth", "Pa", lambda c: c.beneath.mean_at_mouth * p),
            ("rise in a neighbour", "m", lambda c: None if c.extrusion is None else c.extrusion.rise * p),
        )
        return replace(found, notes=self.notes())

    def _each(self, *told: tuple[str, str, Callable[[PistonCase], float | None]]) -> Table:
        """One row an electrolyte: name, unit and value of each column."""
        columns = (Column(name="electrolyte"), *(Column(name=name, unit=unit) for name, unit, _ in told))
        return Table(columns=columns, rows=tuple((c.name, *(value(c) for _, _, value in told)) for c in self.cases))

    def over_pressure(self, steps: int = 5) -> Table:
        """Tension at the rim for lithium pressures from 0 to the study's."""
        pressures = np.linspace(0.0, self.study.pressure, steps)
        columns = (
            Column(name="lithium pressure", unit="Pa"),
            *(Column(name=c.name, unit="Pa") for c in self.cases),
        )
        rows = tuple((float(p), *(c.empty.factor * float(p) for c in self.cases)) for p in pressures)
        return Table(columns=columns, rows=rows)

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        told = []
        for c in self.cases:
            if c.empty.linearised:
                told.append(
                    f"{c.name}: the rim has no fillet, the stress grows there as r^{c.empty.exponent:.3f} and has no peak; "
                    f"membrane + bending over {show(self.study.wall, 'm')} below it stand in"
                )
            elif c.empty.exponent < 0:
                told.append(
                    f"{c.name}: beside the insulator's end the stress grows as r^{c.empty.exponent:.3f}; the rim is taken "
                    f"{KEEP_AWAY:g} fillets away"
                )
            strain = c.beneath.strain * self.study.pressure
            if strain > _LARGEST_STRAIN:
                told.append(
                    f"{c.name}: strained by {strain:.2g} under the piston; linear elasticity holds up to about "
                    f"{show(_LARGEST_STRAIN / c.beneath.strain, 'Pa')} of lithium pressure"
                )
            if c.measure == "von mises" and c.strength is not None:
                flows = c.strength / c.beneath.von_mises
                told.append(f"{c.name}: flows beneath the piston from {show(flows, 'Pa')} of lithium pressure on")
            if c.extrusion is not None:
                plug = (
                    "" if c.extrusion.plug is None else f"; flowing, a plug of {show(c.extrusion.plug, 'm')} holds it"
                )
                way = "rises" if c.extrusion.rise > 0 else "sinks"
                told.append(
                    f"{c.name}: {way} by {show(abs(c.extrusion.rise) * 1e6, 'pm')} (mesh error "
                    f"{show(c.extrusion.mesh_error * 1e6, 'pm', 2)}) in each empty neighbour for each MPa{plug}"
                )
            if c.strength is None:
                told.append(f"{c.name}: its record has no strength; ask for its flaws (tubewall tubule flaw)")
        return tuple(told)

    def __str__(self) -> str:
        p, first = self.study.pressure, self.cases[0]
        rim, error = show(first.empty.factor * p, "Pa"), show(first.empty.mesh_error * p, "Pa", 2)
        mouth, strip = (show(one.factor * p, "Pa") for one in (first.mouth, first.strip))
        where = (
            f"the top of {first.name} under the film"
            if self.study.stack().is_film
            else f"the rim of the mouth in {first.name}"
        )
        allowed = "" if first.allowed is None else f"; its strength bears {show(first.allowed, 'V')}"
        return (
            f"under lithium at {show(p, 'Pa')} {where} carries {rim} +- {error} of tension, "
            f"{mouth} of it from the mouth alone ({strip} as a plane strip){allowed}."
        )

    def text(self) -> str:
        """What is printed."""
        tables = [
            self.table(),
            self.over_pressure(),
            self.beneath(),
            *([] if self.compared is None else [self.compared]),
        ]
        return "\n\n".join((str(self), *(table.text() for table in tables)))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        return {
            "question": "electrolyte",
            "answer": str(self),
            "lithium_pressure": number(self.study.pressure, "Pa"),
            "electrolytes": table_data(self.table()),
            "beneath": table_data(self.beneath()),
            "over_pressure": table_data(self.over_pressure()),
            "lithium": None if self.compared is None else table_data(self.compared),
            "warnings": list(self.notes()),
        }
