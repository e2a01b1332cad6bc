"""The cross-section of an array: deformed, coloured by stress, its maximum marked and seen near."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view import probe
from tubewall.view.canvas import GHOST, INK, MARK, Canvas, check_display, drawn_off_screen, shown_in_window
from tubewall.view.drawing import Drawing, chamber_words, leader_end, prepared
from tubewall.view.field import Field2D
from tubewall.view.flat import flat_section
from tubewall.view.picture import Picture, checked_path, checked_size, png_of
from tubewall.view.scale import bar_length, gas_colours, maximum_text, swatches, zoom_width

Floats = NDArray[np.float64]


def section(
    field: Field2D,
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
    magnification: float | None = None,
    colour_range: tuple[float, float] | None = None,
    size: tuple[int, int] = (1600, 1200),
    show: bool = False,
) -> Picture:
    """Draw the cross-section of an array.

    Parameters
    ----------
    field : Field2D
        The section: geometry, displacement and stress, and what is in its chambers.
    path : str or path, optional
        PNG file to write, whole or not at all.
    title : str
        A line above the picture.
    magnification : float, optional
        How many times the displacement is drawn; chosen and stated without it.
    colour_range : (float, float), optional
        Ends of the colour bar [Pa]; without it from the least value to the maximum.
    size : (int, int)
        Width and height [pixel].
    show : bool
        Open a window too, and go on when it is closed.

    Returns
    -------
    Picture
        Drawn by VTK, or flat by matplotlib where no 3D renderer works.

    Raises
    ------
    InputError
        For input that cannot be drawn, or a path that cannot be written; nothing is written then.
    MissingDependencyError
        When a window is wanted and there is no display.
    """
    pixels = checked_size(size)
    target = None if path is None else checked_path(path, ".png")
    if show:
        check_display()
    drawing = prepared(field, scale=magnification, colours=colour_range)

    def draw(screen: Canvas) -> None:
        draw_section(screen, drawing, title)

    if probe.can_render():
        picture = Picture(
            png=png_of(drawn_off_screen(draw, pixels)), width=pixels[0], height=pixels[1],
            caption=drawing.caption(title, drawing.peak), magnification=drawing.scale, renderer="vtk",
        )  # fmt: skip
    else:
        picture = flat_section(drawing, title, pixels)
    if target is not None:
        picture.write(target)
    if show:
        shown_in_window(draw, pixels)
    return picture


def draw_section(screen: Canvas, drawing: Drawing, title: str) -> None:
    """Fill all three panes of a canvas with a section."""
    size = drawing.field.size
    outline = drawing.deformed / size
    low, high = outline.min(axis=0), outline.max(axis=0)
    width, height = screen.pane_size("main")
    # what one pixel is in the scene: patch, a margin of 3 % on the sides, two lines of words above and below
    rows = 2 * 60 * screen.letter
    pixel = max((high[0] - low[0]) / (0.94 * width), (high[1] - low[1]) / (height - 2 * rows - 30 * screen.letter))
    centre = 0.5 * (low + high)
    frame = draw_zoom(screen, drawing)
    screen.enter("main")
    _body(screen, drawing)
    screen.look_down(centre, 0.5 * height * pixel)
    letters, words, rest = chamber_words(drawing, pixel * size * screen.letter, 0.56)
    for label in words:
        screen.text(label.text, (label.at[0] / size, label.at[1] / size), letters)
    start = drawing.moved(drawing.peak.at) / size
    line = 60 * screen.letter * pixel
    half = 150 * screen.letter * pixel
    boxes = [(b[0] / size, b[1] / size, b[2] / size, b[3] / size) for b in (label.box for label in words)]
    label_rows, across = (low[1] - 0.6 * line, high[1] + 0.6 * line), (low[0] + half, high[0] - half)
    end, above = leader_end(start, label_rows, across, boxes, (*frame[0], *frame[2]), (half, 0.7 * line))
    _mark(screen, start, 11 * screen.letter * pixel)
    away = (end - start) / np.hypot(*(end - start))
    lead = np.array([start + 11 * screen.letter * pixel * away, end])
    for colour, thick in (((1.0, 1.0, 1.0), 6.0), (MARK, 2.5)):
        screen.lines([lead], colour, thick, height=0.02 + 0.001 / thick)
    screen.text(maximum_text(drawing.peak), end, 34, colour=MARK, up="bottom" if above else "top", paper=1.0)
    if title:
        screen.text(title, (0.5, 1 - 14 * screen.letter / height), 32, up="top", pane=True)
    bottom = centre[1] - 0.5 * height * pixel
    _scale_bar(
        screen, np.array([centre[0] - 0.47 * width * pixel, bottom + 0.42 * line]), size, 0.6 * width * pixel, 30, pixel
    )
    screen.text(drawing.scale_text, (0.97, 25 * screen.letter / height), 28, across="right", pane=True)
    screen.lines([frame], INK, 2.0, closed=True, height=0.015)
    screen.colour_bar(drawing.field.quantity, (drawing.low, drawing.high), swatches(drawing.holes, rest))


def _body(
    screen: Canvas, drawing: Drawing, within: tuple[Floats, float] | None = None, gas_top: float | None = None
) -> None:
    """Chambers, walls, deformed surfaces and the undeformed ones behind them.

    With ``within`` only triangles that reach into the square about a place of the scene, by its half width.
    """
    size = drawing.field.size
    for hole, colour in zip(drawing.holes, gas_colours(drawing.holes, gas_top), strict=True):
        screen.area(hole.deformed(drawing.scale) / size, colour, -0.02)
    points, triangles = drawing.deformed / size, drawing.soup.triangles
    if within is not None:
        near = np.abs(points - within[0]).max(axis=1) < within[1]
        triangles = triangles[near[triangles].any(axis=1)]
    screen.stress(points, triangles, drawing.soup.values, (drawing.low, drawing.high))
    if drawing.scale > 0 and drawing.deflection > 0:
        screen.lines([h.points / size for h in drawing.holes], GHOST, 1.5, closed=True, height=0.005)
    sides = [drawing.lines.line(loop, drawing.scale) / size for loop in drawing.lines.loops]
    screen.lines(sides, INK, 1.5, closed=True, height=0.01)


def _mark(screen: Canvas, at: Floats, radius: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = at + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    screen.lines([ring], (1.0, 1.0, 1.0), 7.0, closed=True, height=0.019)
    screen.lines([ring], MARK, 3.5, closed=True, height=0.022)


def _scale_bar(screen: Canvas, left: Floats, size: float, width: float, letters: float, pixel: float) -> None:
    """A line of a round length with its length beside it; ``left`` is its left end [scene]."""
    length = bar_length(width * size) / size
    up = np.array([0, 8 * screen.letter * pixel])
    ends = [left, left + np.array([length, 0.0])]
    screen.lines([np.array(ends), *(np.array([e - up, e + up]) for e in ends)], INK, 3.5, height=0.02)
    screen.text(
        shown(length * size, "m"),
        ends[1] + np.array([14 * screen.letter * pixel, 0.0]),
        letters,
        across="left",
        paper=0.85,
    )


def draw_zoom(screen: Canvas, drawing: Drawing, gas_top: float | None = None) -> Floats:
    """Fill the pane at the top right with the surroundings of the maximum, and return its frame in the scene (4, 2)."""
    size = drawing.field.size
    at = drawing.moved(drawing.peak.at) / size
    across = zoom_width(drawing.holes, size) / size
    screen.enter("zoom")
    width, height = screen.pane_size("zoom")
    pixel = across / width
    _body(screen, drawing, within=(at, 0.75 * max(across, height * pixel)), gas_top=gas_top)
    _mark(screen, at, 24 * screen.letter * pixel)
    screen.look_down(at, 0.5 * height * pixel)
    corner = at - 0.5 * np.array([across, height * pixel]) + screen.letter * pixel * np.array([26, 30])
    _scale_bar(screen, corner, size, 0.9 * across, 28, pixel)
    frame = 0.5 * np.array(
        [[-across, -height * pixel], [across, -height * pixel], [across, height * pixel], [-across, height * pixel]]
    )
    screen.lines([at + 0.995 * frame], INK, 2.0, closed=True, height=0.03)
    return np.asarray(at + frame)
