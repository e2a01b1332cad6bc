"""The film of a filling: lithium rises, the gas above it is compressed, the walls bend and change colour."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tubewall.errors import InputError
from tubewall.units import show as shown
from tubewall.view.block import draw_extruded
from tubewall.view.canvas import Canvas, drawn_off_screen
from tubewall.view.layers import Layer, check_layers, faces_away, turned
from tubewall.view.picture import Pixels, checked_path, checked_size, gif_of
from tubewall.view.solid import Stack, alike, gas_pressures, stacked
from tubewall.whole_files import write_whole

_MOST_FRAMES = 200


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Moment:
    """One frame of the film.

    Parameters
    ----------
    time : float
        Since the filling began [s].
    layers : sequence of Layer
        The patch at that time, as for `extruded`.
    """

    time: float
    layers: Sequence[Layer]


def filling_gif(
    moments: Sequence[Moment],
    path: str | os.PathLike[str],
    *,
    title: str = "",
    magnification: float | None = None,
    colour_range: tuple[float, float] | None = None,
    seconds_each: float = 0.25,
    size: tuple[int, int] = (960, 720),
) -> Path:
    """Write the film of a filling as a GIF, whole or not at all.

    Parameters
    ----------
    moments : sequence of Moment
        In the order of time, all of one height. Magnification, colours and view are the same in all frames.
    path : str or path
        GIF file.
    title : str
        A line above the picture; the time is added.
    magnification : float, optional
        How many times the displacement is drawn; without it the most that suits every frame.
    colour_range : (float, float), optional
        Ends of the colour bar [Pa]; without it from the least to the largest value of the film.
    seconds_each : float
        How long each frame is shown [s].
    size : (int, int)
        Width and height [pixel].

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        For input that cannot be drawn, or a path that cannot be written; nothing is written then.
    MissingDependencyError
        When this machine cannot draw in 3D.
    """
    pixels = checked_size(size)
    target = checked_path(path, ".gif")
    _check(moments, seconds_each)
    away = max((faces_away(m.layers) for m in moments), key=lambda found: found[1])[0]
    stacks = [stacked(turned(m.layers) if away else m.layers, magnification, colour_range) for m in moments]
    deepest = max((p for stack in stacks for p in gas_pressures(stack)), default=0.0)
    frames = [
        _frame(stack, f"{title}{', ' if title else ''}{_clock(moment.time, moments[-1].time)}", deepest, pixels)
        for moment, stack in zip(moments, alike(stacks), strict=True)
    ]
    return write_whole(target, gif_of(frames, seconds_each))


def _frame(stack: Stack, words: str, deepest: float, size: tuple[int, int]) -> Pixels:
    def draw(screen: Canvas) -> None:
        draw_extruded(screen, stack, words, cut=True, gas_top=deepest or None)

    return drawn_off_screen(draw, size)


def _clock(time: float, last: float) -> str:
    unit, length = next((u, s) for u, s in (("h", 3600.0), ("min", 60.0), ("s", 1.0)) if last >= 2 * s or s == 1.0)
    decimals = 1 if last < 20 * length else 0
    return f"t = {time / length:.{decimals}f} {unit}" if last >= 2 else f"t = {shown(time, 's')}"


def _check(moments: Sequence[Moment], seconds_each: float) -> None:
    if not 2 <= len(moments) <= _MOST_FRAMES:
        raise InputError(f"a film needs 2 to {_MOST_FRAMES} moments, got {len(moments)}")
    if not 0.02 <= seconds_each <= 60:
        raise InputError(f"seconds_each must be from 0.02 to 60 s, got {seconds_each!r}")
    times = [m.time for m in moments]
    if not all(a < b for a, b in pairwise(times)) or not 0 <= times[0] <= times[-1] < float("inf"):
        raise InputError("the moments of a film must follow each other in time, from 0 s or later")
    for moment in moments:
        check_layers(moment.layers)
        if moment.layers[-1].top != moments[0].layers[-1].top:
            raise InputError(
                f"the moment at {moment.time:g} s is {moment.layers[-1].top:g} m high, "
                f"the first {moments[0].layers[-1].top:g} m: give all the same height"
            )
