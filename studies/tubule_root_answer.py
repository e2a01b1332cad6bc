"""What is found along the wall of a tubule, in words, tables and data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.tubule_study import TubuleStudy

# stations that are told
_TOLD: Final = 9


@dataclass(frozen=True, kw_only=True)
class Station:
    """The stress through the wall at a height above the root [m]; all [Pa].

    Attributes
    ----------
    height : float
    hoop : float
        Membrane stress around the bore.
    axial : float
        Membrane stress along the tubule.
    bending : float
        Of the stress along the tubule at the bore's face; minus it at the other.
    hoop_bending : float
        Of the stress around the bore, at the bore's face.
    linearised : float
        Largest principal stress of membrane plus bending, at the worse of the two faces.
    surface : float
        Largest principal stress itself, at the worse of the two faces.
    """

    height: float
    hoop: float
    axial: float
    bending: float
    hoop_bending: float
    linearised: float
    surface: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RootAnswer:
    """The wall from its root to the middle of the length that is pressed.

    Attributes
    ----------
    stations : tuple of Station
        Upwards from the root.
    middle : Station
    plane_strain : float
        Largest principal stress [Pa] at the faces of the wall in plane strain, stretched along as the middle of the tubule is.
    mesh_error : float
        [Pa], of the largest linearised stress.
    holds_from : float
        Height [m] above the root from which on the surface stress is the plane-strain one within the study's tolerance.
    decay : float
        1 / beta = sqrt(R t) / (3 (1 - nu^2))^(1/4) of a shell of this radius and wall [m].
    exponents : (float, float)
        Of the stress, r^exponent, at the inner and the outer corner of the root; 0 where it is bounded.
    in_space : bool
    ring : (float, float) or None
        The insulator's largest membrane plus bending [Pa] and its height above the electrolyte [m].
    compared : Table or None
        Lithium as a pressure and as a body, where the study's is one.
    """

    study: TubuleStudy
    stations: tuple[Station, ...]
    middle: Station
    plane_strain: float
    mesh_error: float
    holds_from: float
    decay: float
    exponents: tuple[float, float]
    in_space: bool
    picture: Picture3D
    seconds: float
    ring: tuple[float, float] | None = None
    compared: Table | None = None

    @property
    def worst(self) -> Station:
        """Where membrane plus bending is largest."""
        return max(self.stations, key=lambda one: one.linearised)

    @property
    def difference(self) -> float:
        """How far the middle of the model is from plane strain [-]."""
        return self.middle.surface / self.plane_strain - 1 if self.plane_strain else 0.0

    def table(self) -> Table:
        """Stations upwards from the root."""
        columns = (
            Column(name="height", unit="m"),
            Column(name="hoop membrane", unit="Pa"),
            Column(name="hoop bending", unit="Pa"),
            Column(name="axial membrane", unit="Pa"),
            Column(name="axial bending", unit="Pa"),
            Column(name="membrane + bending", unit="Pa"),
            Column(name="surface", unit="Pa"),
            Column(name="over plane strain", unit="1"),
        )
        some = np.unique(np.round(np.linspace(0, len(self.stations) - 1, _TOLD)).astype(int))
        rows = tuple(
            (
                s.height,
                s.hoop,
                s.hoop_bending,
                s.axial,
                s.bending,
                s.linearised,
                s.surface,
                s.surface / self.plane_strain if self.plane_strain else None,
            )
            for s in [*(self.stations[i] for i in some), self.middle]
        )
        return Table(columns=columns, rows=rows, notes=self.notes())

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        told = []
        for exponent, where in zip(self.exponents, ("bore", "outer"), strict=True):
            if exponent < 0:
                told.append(
                    f"at the {where} face of the root the stress grows as r^{exponent:.3f}: it has no peak there, membrane + "
                    "bending stand in"
                )
        if self.ring is not None:
            told.append(
                f"the ring of {self.study.insulator} carries {show(self.ring[0], 'Pa')} of membrane + bending "
                f"{show(self.ring[1], 'm')} above the electrolyte"
            )
        if self.in_space:
            told.append("stations lie on the middle of the wall between two bores, 'surface' all around them")
        return tuple(told)

    def __str__(self) -> str:
        worst = self.worst
        return (
            f"the wall carries {show(self.middle.surface, 'Pa')} in the middle ({self.difference:+.2%} of plane strain) and "
            f"{show(worst.linearised, 'Pa')} +- {show(self.mesh_error, 'Pa', 2)} of membrane + bending "
            f"{show(worst.height, 'm')} above its root; plane strain {self._reach} (sqrt(R t) decay {show(self.decay, 'm')})."
        )

    @property
    def _reach(self) -> str:
        within = f"within {self.study.tolerance:.2g}"
        if self.holds_from >= self.middle.height:
            return f"does not hold {within} up to {show(self.middle.height, 'm')}"
        return f"holds {within} from {show(self.holds_from, 'm')} on"

    def text(self) -> str:
        """What is printed."""
        tables = [self.table(), *([] if self.compared is None else [self.compared])]
        return "\n\n".join((str(self), *(table.text() for table in tables)))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        return {
            "question": "root",
            "answer": str(self),
            "plane_strain": number(self.plane_strain, "Pa"),
            "middle_over_plane_strain": number(1 + self.difference, "1"),
            "worst": number(self.worst.linearised, "Pa"),
            "worst_height": number(self.worst.height, "m"),
            "mesh_error": number(self.mesh_error, "Pa"),
            "holds_from": number(self.holds_from, "m"),
            "decay": number(self.decay, "m"),
            "ring": None if self.ring is None else number(self.ring[0], "Pa"),
            "exponents": [number(x, "1") for x in self.exponents],
            "stations": table_data(self.table()),
            "lithium": None if self.compared is None else table_data(self.compared),
            "warnings": list(self.notes()),
        }
