"""A film of the whole array: gas pressure and fill of every chamber over the protocol, with the overpotential below."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.units import show
from tubewall.view.animation import checked_film, write_film
from tubewall.view.lattice_map import (
    COLOURS,
    INK,
    MARK,
    Quantity,
    check_chambers,
    colour_scale,
    draw_bores,
    draw_colour_bar,
    mark_hardest,
)
from tubewall.view.paper import paper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Lattice
    from tubewall.view.picture import Pixels

    Floats = NDArray[np.float64]

_LINES: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_QUANTITIES: Final[tuple[Quantity, ...]] = ("gas pressure", "fill")


@dataclass(frozen=True, kw_only=True, eq=False)
class FilmSide:
    """One kind of walls over time.

    Parameters
    ----------
    title : str
    pressures, fills : (k, n) float
        Gas pressure [Pa] and fill [-] of every chamber in each frame.
    hardest : sequence of k (int, int) or None
        The two chambers of the wall that is marked in each frame.
    times, overpotential : (s,) float
        The curve below the maps [s], [V].
    """

    title: str
    pressures: Floats
    fills: Floats
    hardest: Sequence[tuple[int, int] | None]
    times: Floats
    overpotential: Floats


def film_of_array(
    lattice: Lattice,
    times: Floats,
    sides: Sequence[FilmSide],
    path: str | os.PathLike[str],
    *,
    title: str = "",
    seconds: float = 0.25,
    size: tuple[int, int] = (1200, 1000),
) -> Path:
    """Write a film of one array: above the gas pressures, below the fills, one colour scale for all frames and sides.

    Parameters
    ----------
    lattice : Lattice
        n chambers.
    times : (k,) float
        Of the frames [s], 2 to 400.
    sides : sequence of FilmSide
        One to four, side by side.
    path : str or path
        Ends in ``.gif``, or in ``.mp4`` where ffmpeg is installed; written whole or not at all.
    title : str
        The time is written behind it.
    seconds : float
        Each frame is shown.
    size : (int, int)
        Width and height [pixel].

    Raises
    ------
    InputError
        Values of another number than the chambers or not finite, a number of frames that makes no film.
    MissingDependencyError
        For MP4 without ffmpeg.
    """
    target, pixels = checked_film(path, times.size, seconds, size)
    if not 1 <= len(sides) <= 4:
        raise InputError(f"a film has one to four sides, got {len(sides)}")
    for side in sides:
        if len(side.pressures) != times.size or len(side.fills) != times.size or len(side.hardest) != times.size:
            raise InputError(f"FilmSide: {side.title} needs pressures, fills and marks of {times.size} frames")
        for k in range(times.size):
            check_chambers(lattice, side.pressures[k], side.hardest[k], "FilmSide.pressures")
            check_chambers(lattice, side.fills[k], None, "FilmSide.fills")
    return write_film(target, _frames(lattice, times, sides, title, pixels), seconds, palette=_palette())


def _palette() -> Pixels:
    """The 256 colours of a GIF (256, 3), the same in all frames: those of the maps, of lines, of letters and their edges."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    scale = np.asarray(colormaps[COLOURS](np.linspace(0.0, 1.0, 190)))[:, :3]
    fades = [np.linspace(to_rgb(one), 1.0, 11) for one in (INK, MARK, *_LINES)]
    return np.asarray((255 * np.concatenate([scale, *fades])).round(), dtype=np.uint8)


def _frames(
    lattice: Lattice, times: Floats, sides: Sequence[FilmSide], title: str, size: tuple[int, int]
) -> Iterator[Pixels]:
    """One figure, of which each frame changes the colours, the marks and the words."""
    width, height = size
    figure = paper(size)
    canvas = figure.canvas
    letter = min(height / 1000, width / (600 * len(sides)))
    head = figure.text(0.5, 0.985, "", size=15 * letter, ha="center", va="top", color=INK)
    maps = [[_map(figure, lattice, sides, row, k, letter) for k in range(len(sides))] for row in (0, 1)]
    dots = _curve(figure, sides, letter)
    marks: list[Any] = []
    for frame, time in enumerate(times.tolist()):
        head.set_text(f"{title + ', ' if title else ''}after {_clock(time)}")
        while marks:
            marks.pop().remove()
        for row in (0, 1):
            for side, (axes, words, bores, worth) in zip(sides, maps[row], strict=True):
                values = (side.pressures if row == 0 else side.fills)[frame]
                bores.set_array(values / worth)
                words.set_text(_words(side, values, row))
                if row == 0:
                    marks += mark_hardest(axes, lattice, side.hardest[frame], 0.7 * letter)
        for side, (line, point) in zip(sides, dots, strict=True):
            overpotential = 1e3 * float(np.interp(time, side.times, side.overpotential))
            line.set_label(f"{side.title}: {overpotential:.4g} mV")
            point.set_data([time / _hour(sides)], [overpotential])
        dots[0][0].axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, fontsize=11 * letter)
        canvas.draw()
        yield np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _map(figure: Any, lattice: Lattice, sides: Sequence[FilmSide], row: int, k: int, letter: float) -> Any:
    """A map: its axes, words, bores and the unit of its colours; the last of a row has the colour bar."""
    quantity = _QUANTITIES[row]
    every = [side.pressures if row == 0 else side.fills for side in sides]
    scale = colour_scale(min(float(v.min()) for v in every), max(float(v.max()) for v in every), quantity)
    share, bottom = 0.86 / len(sides), (0.575, 0.19)[row]
    axes = figure.add_axes((0.01 + k * share, bottom, share - 0.02, 0.345))
    bores = draw_bores(axes, lattice, every[k][0], scale, 0.8 * letter)
    if k == len(sides) - 1:
        draw_colour_bar(figure.add_axes((0.885, bottom + 0.035, 0.02, 0.25)), bores, scale, quantity, 0.85 * letter)
    # a title of the axes would stand higher beside a colour bar
    words = axes.text(0.5, 1.01, "", size=12 * letter, color=INK, ha="center", va="bottom", transform=axes.transAxes)
    return axes, words, bores, scale.worth


def _curve(figure: Any, sides: Sequence[FilmSide], letter: float) -> list[tuple[Any, Any]]:
    """The overpotential over time below the maps; the line and the moving point of every side."""
    axes = figure.add_axes((0.075, 0.055, 0.645, 0.105))
    hour, dots = _hour(sides), []
    for k, side in enumerate(sides):
        colour, style = _LINES[k], ("-", "--", ":", "-.")[k]
        (line,) = axes.plot(side.times / hour, 1e3 * side.overpotential, style, color=colour, lw=1.6 * letter)
        (point,) = axes.plot([], [], "o", color=colour, ms=6 * letter, mec="white", zorder=5)
        dots.append((line, point))
    axes.set_xlabel("time in h" if hour > 1 else "time in s", size=11 * letter, labelpad=1)
    axes.set_ylabel("U in mV", size=11 * letter)
    axes.tick_params(labelsize=10 * letter)
    axes.margins(x=0.01, y=0.15)
    for edge in ("top", "right"):
        axes.spines[edge].set_visible(False)
    return dots


def _hour(sides: Sequence[FilmSide]) -> float:
    """What the axis of the times counts in [s]."""
    return 3600.0 if max(float(side.times[-1]) for side in sides) >= 3600.0 else 1.0


def _words(side: FilmSide, values: Floats, row: int) -> str:
    low, high = float(values.min()), float(values.max())
    if row == 1:
        return f"{side.title}: fill {low:.3f} to {high:.3f}"
    return f"{side.title}: gas {show(low, 'Pa', 3)} to {show(high, 'Pa', 3)}"


def _clock(time: float) -> str:
    return f"{time / 3600.0:.2f} h" if time >= 360.0 or time == 0.0 else f"{time:.3g} s"
