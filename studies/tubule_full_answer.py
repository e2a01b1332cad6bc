"""What is found of one full tubule among empty ones, in words, tables and data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tubewall.studies.as_data import number
from tubewall.studies.tables import Column, Table
from tubewall.studies.tubule_answer import Picture3D, table_data
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.studies.tubule_study import TubuleStudy

#: Walls that are searched, over the bore.
THINNEST: Final = 5e-3
THICKEST: Final = 0.9


@dataclass(frozen=True, kw_only=True)
class FullWall:
    """The thinnest wall [m] for a strength [Pa]; None where no wall up to the thickest does, 0 where the thinnest does.

    ``plane`` is the one of plane strain, pressed over all of its height; ``mesh_error`` [m].
    """

    strength: float
    wall: float | None
    mesh_error: float
    plane: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class FullAnswer:
    """Thinnest walls.

    Attributes
    ----------
    walls : tuple of FullWall
        For the lowest, the stated and the highest strength.
    bears : float
        Length [m] of wall that the lithium presses on.
    stress, mesh_error : float
        At the study's own wall [Pa].
    at : float
        Height [m] above the root where it is largest.
    plane_stress : float
        Of plane strain at the study's own wall [Pa].
    measure : str
        "max principal" or, for walls that yield, "von mises".
    thickest : float
        Of the search [m].
    """

    study: TubuleStudy
    walls: tuple[FullWall, ...]
    bears: float
    stress: float
    mesh_error: float
    at: float
    plane_stress: float
    measure: str
    thickest: float
    picture: Picture3D
    seconds: float
    compared: Table | None = None

    @property
    def middle(self) -> FullWall:
        """For the stated strength."""
        return self.walls[len(self.walls) // 2]

    def table(self) -> Table:
        """Thinnest walls over strength."""
        columns = (
            Column(name="strength", unit="Pa"),
            Column(name="thinnest wall", unit="m"),
            Column(name="mesh error", unit="m"),
            Column(name="in plane strain", unit="m"),
        )
        rows = tuple((w.strength, w.wall, w.mesh_error, w.plane) for w in self.walls)
        return Table(columns=columns, rows=rows, notes=self.notes())

    def notes(self) -> tuple[str, ...]:
        """What has to be known of the numbers."""
        told = [
            f"0 m: walls from {show(THINNEST * self.study.bore, 'm')} on bear it; -: no wall up to {show(self.thickest, 'm')} does"
        ]
        if self.study.in_space:
            told.append("in space the stress is that of the section in the plane times what space changes at the root")
        if self.study.lithium_gradient:
            told.append(
                f"creep lets the pressure fall by {show(self.study.lithium_gradient * 1e-6, 'Pa')} in each um: it bears on "
                f"{show(self.bears, 'm')} of wall"
            )
        return tuple(told)

    def __str__(self) -> str:
        study, found = self.study, self.middle
        head = f"lithium at {show(study.pressure, 'Pa')} in one tubule, over {show(self.bears, 'm')} of wall, empty ones around: "
        own = (
            f"a wall of {show(study.wall, 'm')} carries {show(self.stress, 'Pa')} +- {show(self.mesh_error, 'Pa', 2)} "
            f"({self.measure})"
        )
        if found.wall is None:
            return f"{head}no wall up to {show(self.thickest, 'm')} bears it at {show(found.strength, 'Pa')}; {own}."
        if found.wall == 0:
            least = show(THINNEST * study.bore, "m")
            bears = f"{study.wall_material} of {show(found.strength, 'Pa')} bears it from {least} on"
            return f"{head}{bears}, the thinnest asked; {own}."
        plane = "" if found.plane is None else f" ({show(found.plane, 'm')} in plane strain)"
        return (
            f"{head}{study.wall_material} of {show(found.strength, 'Pa')} wants {show(found.wall, 'm')} +- "
            f"{show(found.mesh_error, 'm', 2)}{plane}; {own}."
        )

    def text(self) -> str:
        """What is printed."""
        tables = [self.table(), *([] if self.compared is None else [self.compared])]
        return "\n\n".join((str(self), *(table.text() for table in tables)))

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        return {
            "question": "full",
            "answer": str(self),
            "bears": number(self.bears, "m"),
            "stress": number(self.stress, "Pa"),
            "mesh_error": number(self.mesh_error, "Pa"),
            "height": number(self.at, "m"),
            "plane_strain_stress": number(self.plane_stress, "Pa"),
            "measure": self.measure,
            "walls": table_data(self.table()),
            "lithium": None if self.compared is None else table_data(self.compared),
            "warnings": list(self.notes()),
        }
