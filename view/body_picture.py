"""A picture of any solved body: its deformed surface coloured by a quantity, the maximum marked, a scale bar."""

from __future__ import annotations

import os
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.quantities import parse_quantity
from tubewall.units import show as shown
from tubewall.view import probe
from tubewall.view.body_surface import BodySurface, body_surface
from tubewall.view.canvas import GHOST, INK, MARK, Canvas, drawn_off_screen
from tubewall.view.picture import Picture, checked_path, checked_size, png_of
from tubewall.view.scale import STRESS_COLOURS, bar_length, checked_magnification, nice_below, ticks, times

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

Floats = NDArray[np.float64]

# directions to the eye that are tried for a body in space: the one that the maximum faces is taken
_EYES: Final = tuple(
    np.array([a, b, c]) / np.sqrt(a * a + b * b + c * c) for a in (1.0, -1.0) for b in (1.4, -1.4) for c in (0.9, -0.9)
)


def draw_body(
    solution: FieldSolution,
    path: str | os.PathLike[str] | None = None,
    *,
    quantity: str = "max principal",
    title: str = "",
    magnification: float | None = None,
    size: tuple[int, int] = (1600, 1200),
) -> Picture:
    """Draw a solved body, plane or in space.

    Parameters
    ----------
    solution : FieldSolution
    path : str or path, optional
        PNG file to write, whole or not at all.
    quantity : str
        A stress such as "max principal", "von mises" or "stress xx".
    title : str
    magnification : float, optional
        How many times the displacement is drawn; chosen and stated without it.
    size : (int, int)
        Width and height [pixel].

    Returns
    -------
    Picture
        Drawn by VTK, or flat by matplotlib where no 3D renderer works (a body in space is then seen from outside without
        hidden lines).

    Raises
    ------
    InputError
        For a quantity that is no stress, or a path that cannot be written; nothing is written then.
    """
    pixels = checked_size(size)
    target = None if path is None else checked_path(path, ".png")
    wanted = parse_quantity(quantity)
    if wanted.unit != "Pa":
        raise InputError(f"a picture shows a stress, got {quantity!r}: take for example 'max principal'")
    surface = body_surface(solution, quantity)
    scale = _magnification(surface) if magnification is None else checked_magnification(magnification)
    scene = _Scene(surface, scale, wanted.name, lowest=wanted.danger == "min")
    head = f"{title}: " if title else ""
    caption = f"{head}{wanted.name}, {scene.mark_text} at {_at(scene.mark_place)}; displacement {times(scale)}"
    if probe.can_render():
        content = png_of(drawn_off_screen(lambda screen: _draw(screen, scene, title), pixels))
        renderer = "vtk"
    else:
        content, renderer = _flat(scene, title, pixels), "matplotlib"
    picture = Picture(
        png=content, width=pixels[0], height=pixels[1], caption=caption, magnification=scale, renderer=renderer  # type: ignore[arg-type]
    )  # fmt: skip
    if target is not None:
        picture.write(target)
    return picture


class _Scene:
    """Everything in the units of the picture: the body about one unit large, about the origin."""

    def __init__(self, surface: BodySurface, scale: float, name: str, *, lowest: bool) -> None:
        deformed = surface.points + scale * surface.displacement
        self.metres = float(np.ptp(deformed, axis=0).max())
        self.middle = 0.5 * (deformed.min(axis=0) + deformed.max(axis=0))
        self.points = _space((deformed - self.middle) / self.metres)
        self.triangles, self.values, self.name = surface.triangles, surface.values, name
        self.plane = surface.points.shape[1] == 2
        self.lines = [_space((at + scale * moved - self.middle) / self.metres) for at, moved in surface.lines]
        self.rest = [_space((at - self.middle) / self.metres) for at, _ in surface.lines] if scale > 0 else []
        low, high = float(self.values.min()), float(self.values.max())
        spread = 1e-9 * max(abs(low), abs(high))
        self.ends = (low, high) if high - low > spread else (low - 0.5 * abs(low) - 0.5, high + 0.5 * abs(high) + 0.5)
        index = int(np.argmin(self.values) if lowest else np.argmax(self.values))
        self.mark = self.points[index]
        self.mark_place = surface.points[index]
        self.mark_text = f"{'min' if lowest else 'max'} {shown(float(self.values[index]), 'Pa')}"
        self.scale_text = f"displacement {times(scale)}"
        eye = np.array([0.0, 0.0, 1.0])
        if not self.plane:
            eye = max(_EYES, key=lambda e: float(e @ surface.normals[index]) + 0.01 * float(e @ [0.3, -0.5, 0.8]))
        self.eye = eye
        self.right = np.array([1.0, 0.0, 0.0]) if self.plane else np.cross([0.0, 0.0, 1.0], eye)
        self.right /= np.linalg.norm(self.right)
        self.up: Floats = np.asarray(np.cross(self.eye, self.right), dtype=np.float64)

    def seen(self, points: Floats) -> Floats:
        """Places (k, 3) as the eye sees them: to the right and up (k, 2)."""
        return np.asarray(points @ np.stack([self.right, self.up], axis=1), dtype=np.float64)


def _space(points: Floats) -> Floats:
    return points if points.shape[1] == 3 else np.column_stack([points, np.zeros(len(points))])


def _at(place: Floats) -> str:
    return "(" + ", ".join(shown(float(part), "m") for part in place) + ")"


def _magnification(surface: BodySurface) -> float:
    size = float(np.ptp(surface.points, axis=0).max())
    largest = float(np.linalg.norm(surface.displacement, axis=1).max())
    return nice_below(0.05 * size / largest) if largest > 1e-12 * size else 1.0


def _draw(screen: Canvas, scene: _Scene, title: str) -> None:
    screen.enter("main")
    screen.stress(scene.points, scene.triangles, scene.values, scene.ends, shaded=not scene.plane)
    lift = 0.002 * scene.eye
    if scene.plane:
        screen.lines([line - 0.01 * scene.eye for line in scene.rest], GHOST, 1.5)
    screen.lines([line + lift for line in scene.lines], INK, 1.5)
    width, height = screen.pane_size("main")
    pixel, centre = _aim(screen, scene, width, height)
    step = screen.letter * pixel
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
    out = 3.0 * scene.eye
    ring = scene.mark + 12 * step * (np.cos(turn) * scene.right + np.sin(turn) * scene.up)
    seen = scene.seen(scene.mark[None])[0]
    top = centre[1] + 0.5 * height * pixel - 105 * step
    end = scene.mark + (top - seen[1]) * scene.up + (90.0 if seen[0] < centre[0] else -90.0) * step * scene.right
    away = (end - scene.mark) / np.linalg.norm(end - scene.mark)
    lead = np.array([scene.mark + 12 * step * away, end])
    for colour, more in (((1.0, 1.0, 1.0), 3.5), (MARK, 0.0)):
        nearer = out + (0.0 if more else 0.01) * scene.eye
        screen.lines([lead + nearer], colour, 2.5 + more)
        screen.lines([ring + nearer], colour, 3.5 + more, closed=True)
    screen.text(scene.mark_text, end.tolist(), 34, colour=MARK, up="bottom", paper=1.0)
    _bar(screen, scene, pixel, centre, width, height)
    if title:
        screen.text(title, (0.5, 1 - 14 * screen.letter / height), 32, up="top", pane=True)
    screen.text(scene.scale_text, (0.97, 25 * screen.letter / height), 28, across="right", pane=True)
    if not scene.plane:
        _triad(screen, scene, pixel, centre, width, height)
    screen.colour_bar(scene.name, scene.ends)


def _aim(screen: Canvas, scene: _Scene, width: float, height: float) -> tuple[float, Floats]:
    """Set the camera so that everything fits; what one pixel is in the scene, and the middle of the view (2,)."""
    seen = scene.seen(np.concatenate([scene.points, *scene.rest]))
    low, high = seen.min(axis=0), seen.max(axis=0)
    letter = screen.letter
    room = np.array([width - 80 * letter, height - 330 * letter])
    pixel = float(((high - low) / room).max())
    centre = 0.5 * (low + high)
    focus = centre[0] * scene.right + centre[1] * scene.up
    screen.plotter.camera_position = [focus + 10 * scene.eye, focus, scene.up]
    screen.plotter.camera.parallel_projection = True
    screen.plotter.camera.parallel_scale = 0.5 * height * pixel
    screen.plotter.camera.clipping_range = (0.01, 30.0)
    return pixel, centre


def _bar(screen: Canvas, scene: _Scene, pixel: float, centre: Floats, width: float, height: float) -> None:
    length = bar_length(0.6 * width * pixel * scene.metres)
    at = centre + pixel * np.array([-0.46 * width, -0.5 * height + 40 * screen.letter])
    start = at[0] * scene.right + at[1] * scene.up + 3.0 * scene.eye
    end = start + length / scene.metres * scene.right
    tick = 8 * screen.letter * pixel * scene.up
    screen.lines(
        [np.array(pair) for pair in ([start, end], [start - tick, start + tick], [end - tick, end + tick])], INK, 3.5
    )
    screen.text(shown(length, "m"), (end + 14 * screen.letter * pixel * scene.right).tolist(), 30, across="left")


def _triad(screen: Canvas, scene: _Scene, pixel: float, centre: Floats, width: float, height: float) -> None:
    """The directions x, y, z, at the lower right."""
    at = centre + pixel * np.array([0.5 * width - 130 * screen.letter, -0.5 * height + 160 * screen.letter])
    start = at[0] * scene.right + at[1] * scene.up + 3.0 * scene.eye
    for axis, name in zip(np.eye(3), "xyz", strict=True):
        along = 80 * screen.letter * pixel * axis
        screen.lines([np.array([start, start + along])], INK, 2.5)
        screen.text(name, (start + 1.25 * along).tolist(), 28)


def _flat(scene: _Scene, title: str, size: tuple[int, int]) -> bytes:
    """The same picture by matplotlib alone; of a body in space the triangles that face the eye, from back to front."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

    figure: Any = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    letter = min(size[1] / 1200, size[0] / 1600) * 0.72
    axes: Any = figure.add_axes((0.02, 0.06, 0.72, 0.84))
    seen, depth = scene.seen(scene.points), scene.points @ scene.eye
    triangles = scene.triangles
    if scene.plane:
        colours = axes.tripcolor(
            *seen.T,
            triangles,
            scene.values,
            shading="gouraud",
            cmap=STRESS_COLOURS,
            vmin=scene.ends[0],
            vmax=scene.ends[1],
        )
    else:
        corners = scene.points[triangles]
        facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) @ scene.eye > 0
        drawn = triangles[facing]
        drawn = drawn[np.argsort(depth[drawn].mean(axis=1))]
        from matplotlib.collections import PolyCollection

        colours = PolyCollection(
            seen[drawn],
            array=scene.values[drawn].mean(axis=1),
            cmap=STRESS_COLOURS,
            clim=scene.ends,
            edgecolors="face",
            linewidths=0.2,
        )
        axes.add_collection(colours)
    if scene.plane:
        axes.add_collection(
            LineCollection([scene.seen(line) for line in scene.lines], colors="#1a1a1f", linewidths=1.2 * letter)
        )
    mark = scene.seen(scene.mark[None])[0]
    axes.plot(*mark, marker="o", ms=22 * letter, mfc="none", mec="#d90d26", mew=3 * letter)
    axes.set_title(scene.mark_text, color="#d90d26", size=34 * letter)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()
    bar = figure.colorbar(colours, cax=figure.add_axes((0.80, 0.1, 0.03, 0.7)))
    places, words, unit = ticks(*scene.ends)
    bar.set_ticks(places, labels=words)
    bar.ax.tick_params(labelsize=26 * letter)
    figure.text(0.78, 0.84, f"{scene.name}\nin {unit}", size=28 * letter)
    figure.text(0.5, 0.975, title, size=32 * letter, ha="center", va="top")
    figure.text(0.04, 0.03, f"width {shown(scene.metres, 'm')}; {scene.scale_text}", size=26 * letter)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()
