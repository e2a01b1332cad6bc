"""The patch in 3D: walls coloured by stress, lithium standing in the chambers, gas above it, the front cut away."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.canvas import GHOST, INK, MARK, Canvas, Colour, check_display, drawn_off_screen, shown_in_window
from tubewall.view.cross_section import draw_zoom
from tubewall.view.field import Chamber
from tubewall.view.layers import Layer, check_layers, cut_height, faces_away, turned
from tubewall.view.picture import Picture, checked_path, checked_size, png_of
from tubewall.view.scale import bar_length, gas_blue, lithium_grey, maximum_text
from tubewall.view.solid import Stack, column, gas_pressures, shown_height, stacked, top_edges, top_face, walls

Floats = NDArray[np.float64]

_EYE = np.array([0.28, -1.0, 0.50])
_TOWARDS_EYE = _EYE / np.linalg.norm(_EYE)
_RIGHT = np.array([-_EYE[1], _EYE[0], 0.0]) / np.hypot(_EYE[0], _EYE[1])
_UP: Floats = np.asarray(np.cross(_TOWARDS_EYE, _RIGHT), dtype=np.float64)
# marks stand this far out to the eye, in front of everything; seen in parallel that does not move them
_LIFT = 3.0
_GAS = 0.55
_ELECTROLYTE: Colour = (0.88, 0.82, 0.70)
_SLAB = 0.06


def extruded(
    layers: Sequence[Layer],
    path: str | os.PathLike[str] | None = None,
    *,
    title: str = "",
    magnification: float | None = None,
    colour_range: tuple[float, float] | None = None,
    cut: bool = True,
    size: tuple[int, int] = (1600, 1200),
    show: bool = False,
) -> Picture:
    """Draw a patch of the array in 3D, from its sections at one or several heights.

    Parameters
    ----------
    layers : sequence of Layer
        From below: up to which height each section holds. All on one mesh. This is each height's own plane section drawn
        up, not a solution in 3D. Lithium levels are those of the lowest layer's chambers.
    path : str or path, optional
        PNG file to write, whole or not at all.
    title : str
        A line above the picture.
    magnification : float, optional
        How many times the displacement is drawn; chosen and stated without it.
    colour_range : (float, float), optional
        Ends of the colour bar [Pa].
    cut : bool
        Take away the half before the chamber in the middle, so that the inside is seen.
    size : (int, int)
        Width and height [pixel].
    show : bool
        Open a window too, and go on when it is closed.

    Returns
    -------
    Picture
        The height is drawn shortened when it is longer than the patch is wide; the picture says by how much.

    Raises
    ------
    InputError
        For input that cannot be drawn, or a path that cannot be written; nothing is written then.
    MissingDependencyError
        When this machine cannot draw in 3D, or a window is wanted and there is no display.
    """
    pixels = checked_size(size)
    target = None if path is None else checked_path(path, ".png")
    if show:
        check_display()
    check_layers(layers)
    seen = turned(layers) if cut and faces_away(layers)[0] else layers
    stack = stacked(seen, magnification, colour_range)

    def draw(screen: Canvas) -> None:
        draw_extruded(screen, stack, title, cut=cut)

    strongest = stack.drawings[stack.peak_layer]
    picture = Picture(
        png=png_of(drawn_off_screen(draw, pixels)),
        width=pixels[0],
        height=pixels[1],
        caption=strongest.caption(title, layers[stack.peak_layer].field.peak),
        magnification=strongest.scale,
        renderer="vtk",
    )
    if target is not None:
        picture.write(target)
    if show:
        shown_in_window(draw, pixels)
    return picture


def draw_extruded(screen: Canvas, stack: Stack, title: str, *, cut: bool, gas_top: float | None = None) -> None:
    """Fill all three panes of a canvas with a stack; ``gas_top`` is the pressure [Pa] of the deepest blue."""
    first, strongest = stack.drawings[0], stack.drawings[stack.peak_layer]
    _, shortening = shown_height(stack)
    frame = _Frame(
        to_scene=np.array([1.0, 1.0, 1 / shortening]) / first.field.size,
        cut=cut_height(first.field) if cut else None,
        lift=_LIFT if screen.plotter.off_screen else 0.0,
    )
    screen.enter("main")
    _solid(screen, stack, frame)
    slab = _slab(screen, stack, frame)
    pixel, centre = _aim(screen, np.concatenate([slab, slab + stack.height * frame.to_scene * [0, 0, 1]]))
    deepest = gas_top or max(gas_pressures(stack), default=0.0) or 1.0
    named = contents(screen, stack, frame, pixel, deepest)
    mark = np.array([*strongest.moved(stack.peak.at), stack.mark_height]) * frame.to_scene
    _marked(screen, frame, mark, maximum_text(stack.peak) + stack.peak_zone, pixel, centre)
    _rulers(screen, stack, frame, pixel, slab)
    letter, height = screen.letter, screen.pane_size("main")[1]
    if title:
        screen.text(title, (0.5, 1 - 14 * letter / height), 32, up="top", pane=True)
    shortened = "" if shortening == 1 else f"height drawn 1 : {shortening:g}; "
    screen.text(f"{shortened}{strongest.scale_text}", (0.5, 25 * letter / height), 28, pane=True)
    draw_zoom(screen, strongest, deepest)
    screen.colour_bar(first.field.quantity, (first.low, first.high), named)


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Frame:
    """How metres become the scene: factors (3,), the y [m] of the cut, and how far marks stand out to the eye."""

    to_scene: Floats
    cut: float | None
    lift: float


def on_screen(points: Floats) -> Floats:
    """Places of the scene (k, 3) seen along the camera's line: to the right and up (k, 2)."""
    return np.asarray(points @ np.stack([_RIGHT, _UP], axis=1))


def _solid(screen: Canvas, stack: Stack, frame: _Frame) -> None:
    first = stack.drawings[0]
    ends = first.low, first.high
    face = top_face(stack, frame.cut)
    flat = face.points + first.scale * face.displacement
    top = np.column_stack([flat, np.full(len(flat), stack.height)]) * frame.to_scene
    screen.stress(top, face.triangles, face.values, ends, shaded=True)
    sheet = walls(stack, frame.cut)
    triangles = np.concatenate([sheet.quads[:, [0, 1, 2]], sheet.quads[:, [0, 2, 3]]])
    screen.stress(sheet.points * frame.to_scene, triangles, sheet.values, ends, shaded=True)
    edges = [e * frame.to_scene for e in top_edges(stack, frame.cut)]
    screen.lines([e + 0.002 * _TOWARDS_EYE for e in edges], INK, 1.5)


def contents(screen: Canvas, stack: Stack, frame: _Frame, pixel: float, deepest: float) -> list[tuple[Colour, str]]:
    """Draw lithium and gas of every chamber, with words where the cut opens it; what the colours mean, for the key."""
    upper, lower = stack.drawings[-1].holes, stack.drawings[0].holes
    meaning: dict[float, Colour] = {}
    for k, (above, below) in enumerate(zip(upper, lower, strict=True)):
        level = min(below.chamber.lithium_level, stack.height)
        blue = gas_blue(above.chamber.pressure / deepest)
        spans = [(0.0, level, lithium_grey(), 1.0, _lithium_words(below.chamber))]
        if above.chamber.contents == "gas":
            spans.append((level, stack.height, blue, _GAS, shown(above.chamber.pressure, "Pa")))
            meaning[above.chamber.pressure] = blue
        else:
            spans = [(0.0, stack.height, lithium_grey(), 1.0, _lithium_words(above.chamber))]
        for low, high, colour, opacity, words in spans:
            if high > low:
                _filled(screen, stack, frame, k, (low, high), colour, opacity)
                _label(screen, stack, frame, k, 0.5 * (low + high), high - low, words, pixel)
    pressures = sorted(meaning)
    named = [(meaning[p], f"gas {shown(p, 'Pa')}") for p in pressures]
    if len(named) > 4:
        named = [named[0], (meaning[pressures[-1]], f"to {shown(pressures[-1], 'Pa')}")]
    lithium = any(h.chamber.lithium_level > 0 or h.chamber.contents == "lithium" for h in lower)
    return named + [(lithium_grey(), "lithium")] * lithium


def _lithium_words(chamber: Chamber) -> str:
    return f"Li\n{shown(chamber.pressure, 'Pa')}" if chamber.contents == "lithium" else "Li"


def _filled(
    screen: Canvas, stack: Stack, frame: _Frame, hole: int, span: tuple[float, float], colour: Colour, opacity: float
) -> None:
    """The sides and the upper end of what stands in a hole between two heights [m]."""
    sheet, outline = column(stack, hole, *span, frame.cut)
    if len(outline) < 3:
        return
    screen.body(sheet.points * frame.to_scene, sheet.quads, colour, opacity)
    end = outline * frame.to_scene[:2]
    screen.area(end, colour, span[1] * frame.to_scene[2] - 0.001, opacity=min(1.0, 1.4 * opacity))


def _label(
    screen: Canvas, stack: Stack, frame: _Frame, hole: int, middle: float, length: float, words: str, pixel: float
) -> None:
    """Words on the face that the cut makes of a chamber, when there is room for them."""
    outline = stack.drawings[0].holes[hole].points
    if frame.cut is None or not outline[:, 1].min() < frame.cut < outline[:, 1].max():
        return
    near = outline[np.abs(outline[:, 1] - frame.cut) < 0.25 * np.ptp(outline[:, 1])]
    rows = words.split("\n")
    wide = 0.72 * np.ptp(near[:, 0]) * frame.to_scene[0] / (0.56 * max(5, *(len(r) for r in rows)))
    high = 0.7 * length * frame.to_scene[2] * float(np.hypot(_UP[2], 0)) / (1.2 * len(rows))
    letters = min(30.0, float(min(wide, high)) / (pixel * screen.letter))
    if letters >= 14:
        place = np.array([0.5 * (near[:, 0].min() + near[:, 0].max()), frame.cut, middle]) * frame.to_scene
        screen.text(words, place.tolist(), letters)


def _slab(screen: Canvas, stack: Stack, frame: _Frame) -> Floats:
    """The electrolyte that the tubules stand on, for orientation; its upper corners (4, 3) in the scene."""
    # undeformed, so that nothing moves from frame to frame of a film
    outline = stack.drawings[0].field.points
    (left, front), (right, back) = outline.min(axis=0), outline.max(axis=0)
    front = front if frame.cut is None else frame.cut
    wide = 0.02 * (right - left)
    corners = np.array(
        [[left - wide, front], [right + wide, front], [right + wide, back + wide], [left - wide, back + wide]]
    )
    upper = np.column_stack([corners, np.zeros(4)]) * frame.to_scene
    lower = upper - [0, 0, _SLAB]
    box = np.concatenate([upper, lower])
    screen.body(box, np.array([[0, 1, 2, 3], [0, 1, 5, 4], [1, 2, 6, 5]]), _ELECTROLYTE)
    screen.lines([upper, lower[[0, 1, 2]]], GHOST, 1.0, closed=False)
    screen.text("solid electrolyte", (0.5 * (upper[0] + lower[1])).tolist(), 26)
    return upper


def _aim(screen: Canvas, corners: Floats) -> tuple[float, Floats]:
    """Set the camera so that everything fits; what one pixel is in the scene, and the middle of the view (2,)."""
    seen = on_screen(np.concatenate([corners, corners - [0, 0, _SLAB]]))
    low, high = seen.min(axis=0), seen.max(axis=0)
    width, height = screen.pane_size("main")
    letter = screen.letter
    # left: the ruler of the height; above: title and label; below: ruler and statements
    margins = letter * np.array([[150.0, 130.0], [30.0, 130.0]])
    room = np.array([width, height]) - margins.sum(axis=0)
    pixel = float(((high - low) / room).max())
    centre = 0.5 * (low + high) + 0.5 * pixel * (margins[1] - margins[0])
    focus = centre[0] * _RIGHT + centre[1] * _UP
    screen.plotter.camera_position = [focus + 10 * _TOWARDS_EYE, focus, (0.0, 0.0, 1.0)]
    screen.plotter.camera.parallel_projection = True
    screen.plotter.camera.parallel_scale = 0.5 * height * pixel
    screen.plotter.camera.clipping_range = (0.01, 30.0)
    return pixel, centre


def _marked(screen: Canvas, frame: _Frame, mark: Floats, words: str, pixel: float, centre: Floats) -> None:
    """A ring round the maximum, and its value above the picture."""
    step = screen.letter * pixel
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
    ring = mark + 12 * step * (np.cos(turn) * _RIGHT + np.sin(turn) * _UP)
    height = screen.pane_size("main")[1] * pixel
    seen = on_screen(mark[None])[0]
    side = 90.0 if seen[0] < centre[0] else -90.0
    end = mark + (centre[1] + 0.5 * height - 105 * step - seen[1]) * _UP + side * step * _RIGHT
    away = (end - mark) / np.linalg.norm(end - mark)
    lead = np.array([mark + 12 * step * away, end])
    for colour, more, lift in (((1.0, 1.0, 1.0), 3.5, 0.0), (MARK, 0.0, 0.01)):
        out = (frame.lift + lift) * _TOWARDS_EYE
        screen.lines([lead + out], colour, 2.5 + more)
        screen.lines([ring + out], colour, 3.5 + more, closed=True)
    screen.text(words, end.tolist(), 34, colour=MARK, up="bottom", paper=1.0)


def _rulers(screen: Canvas, stack: Stack, frame: _Frame, pixel: float, slab: Floats) -> None:
    """A scale bar of the section under the front edge, and one of the height at the left."""
    step = screen.letter * pixel
    out = frame.lift * _TOWARDS_EYE
    size = stack.drawings[0].field.size
    across = bar_length(0.8 * size)
    start = slab[0] - [0, 0, _SLAB] - 28 * step * _UP
    ends = np.array([start, start + np.array([across, 0, 0]) * frame.to_scene])
    upright = slab[0] - 34 * step * _RIGHT + np.array([[0, 0, 0], [0, 0, stack.height * frame.to_scene[2]]])
    for bar, cross in ((ends, _UP), (upright, _RIGHT)):
        ticks = [np.array([e - 8 * step * cross, e + 8 * step * cross]) for e in bar]
        screen.lines([line + out for line in (bar, *ticks)], INK, 3.5)
    screen.text(shown(across, "m"), (ends[1] + 14 * step * _RIGHT).tolist(), 30, across="left")
    screen.text(shown(stack.height, "m"), (upright.mean(axis=0) - 14 * step * _RIGHT).tolist(), 30, across="right")
