"""Pictures of the array of an answered study, hermetic and permeable walls side by side: a map, columns in space, a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError, MissingDependencyError
from tubewall.studies.chambers_text import clock

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_result import ChambersAnswer, Side
    from tubewall.view import Picture
    from tubewall.view.lattice_map import Panel, Quantity


def map_of(answer: ChambersAnswer, *, quantity: Quantity = "gas pressure") -> Picture:
    """Every chamber at the look of the largest difference across a hermetic wall.

    Raises
    ------
    InputError
        When the array is too large to be drawn.
    """
    from tubewall.view.lattice_map import Panel, anode_map

    time = answer.hermetic.chambers.time

    def panel(side: Side) -> Panel:
        look = side.chambers
        values = look.pressures if quantity == "gas pressure" else look.fills
        return Panel(title=f"{side.name} walls", values=values, hardest=_hardest(side, look.pressures))

    title = f"{answer.study.protocol.name}, after {clock(time)}"
    return anode_map(answer.study.lattice(), [panel(side) for side in answer.sides], quantity=quantity, title=title)


def columns_of_study(answer: ChambersAnswer) -> Picture:
    """The lithium of every bore as a column in the colour of its gas, at the moment of the map.

    Raises
    ------
    InputError
        When the array is too large to be drawn.
    MissingDependencyError
        When nothing can be drawn in 3D on this machine.
    """
    from tubewall.view.lattice_columns import ColumnPanel, column_map

    time = answer.hermetic.chambers.time
    panels = []
    for side in answer.sides:
        look = side.chambers
        panels.append(
            ColumnPanel(
                title=f"{side.name} walls",
                pressures=look.pressures,
                fills=look.fills,
                hardest=_hardest(side, look.pressures),
            )
        )
    title = f"{answer.study.protocol.name}, after {clock(time)}"
    return column_map(answer.study.lattice(), panels, height=answer.study.array.height, title=title)


def check_means(columns: str | None, film: str | None) -> None:
    """Before anything is computed: MissingDependencyError when the pictures asked for cannot be made on this machine."""
    if film is not None and film.lower().endswith(".mp4"):
        from tubewall.view.animation import encoder

        encoder()
    if columns is not None:
        from tubewall.view import probe

        if not probe.can_render():
            raise MissingDependencyError(
                f"--columns: no 3D picture can be drawn here ({probe.why_no_rendering()}): `tubewall doctor` has the line "
                "that brings it; --png needs nothing"
            )


def check_drawn(study: ChambersStudy) -> None:
    """Before anything is computed: InputError when the array has more chambers than a map shows."""
    from tubewall.view.lattice_map import check_chambers

    lattice = study.lattice()
    check_chambers(lattice, np.zeros(lattice.chambers), None, "the map")


def film_of_study(answer: ChambersAnswer, path: str | Path) -> Path:
    """Gas pressure and fill of every chamber over the protocol as GIF or MP4: a frame for each look, 400 at most.

    Raises
    ------
    InputError
        When the array is too large to keep every chamber.
    MissingDependencyError
        For MP4 without ffmpeg.
    """
    from tubewall.view.animation import MOST_FRAMES
    from tubewall.view.lattice_film import FilmSide, film_of_array

    if not all(side.run.complete for side in answer.sides):
        raise InputError("--film: the array is too large to keep every chamber: take fewer rows, columns or looks")
    times = np.unique(np.concatenate([side.run.times for side in answer.sides]))
    times = times[np.unique(np.linspace(0, times.size - 1, min(times.size, MOST_FRAMES)).round().astype(int))]
    sides = []
    for side in answer.sides:
        looks = [look_at(side, time) for time in times.tolist()]
        sides.append(
            FilmSide(
                title=f"{side.name} walls",
                pressures=side.run.pressures[looks],
                fills=side.run.fills[looks],
                hardest=[_hardest(side, side.run.pressures[look]) for look in looks],
                times=side.run.trace.times,
                overpotential=side.run.trace.overpotential,
            )
        )
    return film_of_array(answer.study.lattice(), times, sides, path, title=answer.study.protocol.name)


def look_at(side: Side, time: float) -> int:
    """The look of a side nearest to a time [s]."""
    return int(np.argmin(np.abs(side.run.times - time)))


def _hardest(side: Side, gas: NDArray[np.float64]) -> tuple[int, int] | None:
    """The chambers of the wall with the largest difference of the pressures (n,) [Pa]; None where none differ."""
    edges = side.run.anode.array.edges
    difference = np.abs(gas[edges[:, 0]] - gas[edges[:, 1]])
    if not difference.any():
        return None
    one, other = edges[int(np.argmax(difference))].tolist()
    return int(one), int(other)
