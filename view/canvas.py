"""The PyVista window: its three panes, text that stays with a place, the colour bar. The only file that makes one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import MissingDependencyError
from tubewall.view import probe
from tubewall.view.picture import Pixels
from tubewall.view.scale import STRESS_COLOURS, end_texts, ticks

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

INK: Colour = (0.10, 0.10, 0.12)
MARK: Colour = (0.85, 0.05, 0.15)
GHOST: Colour = (0.55, 0.55, 0.58)
# the share of the window's width that the picture itself takes; zoom and colour bar stand in the rest
_MAIN = 0.76
_ZOOM = 0.46
# off screen this many pixels a side are drawn for each one kept: smooth lines and letters on any renderer
_FINER = 2


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Canvas:
    """A window of three panes: the picture, the zoom round the maximum (top right), the key (bottom right).

    Parameters
    ----------
    plotter : pyvista.Plotter
        The window.
    size : (int, int)
        Width and height [pixel].
    """

    plotter: Any
    size: tuple[int, int]

    @property
    def letter(self) -> float:
        """Factor on the sizes of letters and lines, 1 for a height of 1200 pixels."""
        return min(self.size[1] / 1200, self.size[0] / 1600)

    def pane_size(self, pane: str) -> tuple[float, float]:
        """Width and height of a pane [pixel]."""
        width, height = self.size
        return {
            "main": (_MAIN * width, float(height)),
            "zoom": ((1 - _MAIN) * width, _ZOOM * height),
            "key": ((1 - _MAIN) * width, (1 - _ZOOM) * height),
        }[pane]

    def enter(self, pane: str) -> Any:
        """Make a pane the one that is drawn into, and return its renderer."""
        self.plotter.subplot(*{"main": (0, 0), "zoom": (0, 1), "key": (1, 1)}[pane])
        return self.plotter.renderer

    def look_down(self, centre: Floats, half_height: float) -> None:
        """Parallel view of the plane z = 0 from above in the pane that is entered."""
        self.plotter.camera_position = [(centre[0], centre[1], 10.0), (centre[0], centre[1], 0.0), (0.0, 1.0, 0.0)]
        self.plotter.camera.parallel_projection = True
        self.plotter.camera.parallel_scale = half_height
        self.plotter.renderer.ResetCameraClippingRange()

    def stress(
        self,
        points: Floats,
        triangles: NDArray[np.int64],
        values: Floats,
        ends: tuple[float, float],
        *,
        shaded: bool = False,
    ) -> None:
        """Triangles (points with 2 or 3 coordinates) coloured by stress [Pa]; ``shaded`` a little by their slope."""
        mesh = _poly_data(in_space(points), triangles)
        mesh.point_data["stress"] = values
        self.plotter.add_mesh(
            mesh, scalars="stress", cmap=STRESS_COLOURS, clim=ends, show_scalar_bar=False, n_colors=512,
            lighting=shaded, ambient=0.6, diffuse=0.42, specular=0.0, reset_camera=False,
        )  # fmt: skip

    def body(self, points: Floats, quads: NDArray[np.int64], colour: Colour, opacity: float = 1.0) -> None:
        """Quadrilaterals (points with 3 coordinates) in one colour; of a translucent body only the sides to the eye."""
        mesh = _poly_data(points, quads)
        self.plotter.add_mesh(
            mesh, color=colour, opacity=opacity, ambient=0.6, diffuse=0.42, specular=0.0, reset_camera=False,
            culling="front" if opacity < 1 else None,
        )  # fmt: skip

    def area(self, outline: Floats, colour: Colour, height: float = 0.0, *, opacity: float = 1.0) -> None:
        """A filled closed polygon (k, 2) at z = ``height``."""
        import pyvista

        points = np.column_stack([outline, np.full(len(outline), height)])
        face = pyvista.PolyData(points, faces=np.array([len(points), *range(len(points))])).triangulate()
        self.plotter.add_mesh(face, color=colour, lighting=False, opacity=opacity, reset_camera=False)

    def lines(
        self, lines: Sequence[Floats], colour: Colour, width: float, *, closed: bool = False, height: float = 0.0
    ) -> None:
        """Polylines (k, 2 or 3)."""
        import pyvista

        if not lines:
            return
        parts = [np.concatenate([p, p[:1]]) if closed else p for p in (in_space(q, height) for q in lines)]
        starts = np.cumsum([0, *(len(p) for p in parts)])
        order = np.concatenate([[len(p), *range(s, s + len(p))] for p, s in zip(parts, starts, strict=False)])
        mesh = pyvista.PolyData(np.concatenate(parts), lines=order)
        self.plotter.add_mesh(
            mesh, color=colour, line_width=max(1.0, width * self.letter), lighting=False, reset_camera=False
        )

    def text(
        self,
        words: str,
        at: Sequence[float] | Floats,
        letters: float,
        *,
        colour: Colour = INK,
        across: str = "center",
        up: str = "center",
        paper: float = 0.0,
        pane: bool = False,
    ) -> None:
        """Words at a place of the scene, or with ``pane`` at a share of the pane's width and height.

        ``letters`` is their height [pixel at 1200]; ``paper`` the opacity of the white behind them.
        """
        from vtkmodules.vtkRenderingCore import vtkTextActor

        actor = vtkTextActor()
        actor.SetInput(words)
        style = actor.GetTextProperty()
        style.SetFontFamilyToArial()
        style.SetFontSize(max(7, round(letters * self.letter)))
        style.SetColor(*colour)
        style.SetJustification({"left": 0, "center": 1, "right": 2}[across])
        style.SetVerticalJustification({"bottom": 0, "center": 1, "top": 2}[up])
        style.SetLineSpacing(1.05)
        if paper:
            style.SetBackgroundColor(1, 1, 1)
            style.SetBackgroundOpacity(paper)
        place = actor.GetPositionCoordinate()
        if pane:
            place.SetCoordinateSystemToNormalizedViewport()
            place.SetValue(at[0], at[1])
        else:
            place.SetCoordinateSystemToWorld()
            place.SetValue(at[0], at[1], at[2] if len(at) > 2 else 0.0)
        self.plotter.renderer.AddViewProp(actor)

    def colour_bar(self, quantity: str, ends: tuple[float, float], swatches: Sequence[tuple[Colour, str]] = ()) -> None:
        """Fill the key: the colour bar with round values, the ends in full, and named swatches below."""
        self.enter("key")
        width, height = self.pane_size("key")
        aspect = width / height
        self.look_down(np.array([aspect / 2, 0.5]), 0.5)
        low, high = ends
        bottom, top, left, right = 0.05 + 0.062 * len(swatches), 0.74, 0.10 * aspect, 0.26 * aspect
        heights = np.linspace(bottom, top, 257)
        strip = np.concatenate([np.column_stack([np.full(257, x), heights]) for x in (left, right)])
        k = np.arange(256)
        sides = np.stack([k, k + 257, k + 258, k + 1], axis=1)
        triangles = np.concatenate([sides[:, [0, 1, 2]], sides[:, [0, 2, 3]]])
        self.stress(strip, triangles, np.tile(np.linspace(low, high, 257), 2), ends)
        self.lines(
            [np.array([[left, bottom], [right, bottom], [right, top], [left, top]])], INK, 1.5, closed=True, height=0.01
        )
        places, texts, unit = ticks(low, high)
        marks = [(low, end_texts(low, high)[0]), (high, end_texts(low, high)[1])]
        clear = 0.085 * (high - low)
        marks += [(p, t) for p, t in zip(places, texts, strict=True) if low + clear < p < high - clear]
        for value, words in marks:
            y = bottom + (top - bottom) * (value - low) / (high - low)
            self.lines([np.array([[right, y], [right + 0.03 * aspect, y]])], INK, 1.5, height=0.01)
            self.text(words, (right + 0.06 * aspect, y), 30, across="left")
        self.text(f"{_broken(quantity)}\nin {unit}", (left, 0.79), 30, across="left", up="bottom")
        for row, (colour, words) in enumerate(swatches):
            y = 0.062 * (len(swatches) - row) - 0.015
            box = np.array(
                [[left, y - 0.02], [left + 0.12 * aspect, y - 0.02], [left + 0.12 * aspect, y + 0.02], [left, y + 0.02]]
            )
            self.area(box, colour)
            self.lines([box], GHOST, 1.0, closed=True, height=0.01)
            self.text(words, (left + 0.17 * aspect, y), 28, across="left")

    def pixels(self) -> Pixels:
        """The window as an image (height, width, 3)."""
        return np.asarray(self.plotter.screenshot(return_img=True), dtype=np.uint8)


def drawn_off_screen(draw: Callable[[Canvas], None], size: tuple[int, int]) -> Pixels:
    """The image (height, width, 3) of what ``draw`` puts on a canvas.

    Raises
    ------
    MissingDependencyError
        When nothing can be drawn in 3D on this machine; the message has the line that brings it.
    """
    if not probe.can_render():
        raise MissingDependencyError(
            f"no 3D picture can be drawn here ({probe.why_no_rendering()}): as root, run "
            "'apt-get update && apt-get install -y --no-install-recommends libgl1 libegl1'; the flat section needs nothing"
        )
    wanted = probe.off_screen_environment().get(probe.WINDOW_VARIABLE)
    if wanted:
        # read by vtk when it is imported
        os.environ.setdefault(probe.WINDOW_VARIABLE, wanted)
    screen = _canvas((_FINER * size[0], _FINER * size[1]), off_screen=True)
    try:
        draw(screen)
        return _averaged(screen.pixels())
    finally:
        screen.plotter.close()


def _averaged(fine: Pixels) -> Pixels:
    """Means of the squares of _FINER x _FINER pixels."""
    starts = range(_FINER)
    total = sum(fine[i::_FINER, j::_FINER].astype(np.uint16) for i in starts for j in starts)
    return np.asarray((total + _FINER**2 // 2) // _FINER**2, dtype=np.uint8)


def check_display() -> None:
    """MissingDependencyError when no window can be opened for want of a display."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise MissingDependencyError(
            "there is no display to open a window on: leave out --window (show=True), and look at the PNG or at the page of --html"
        )


def shown_in_window(draw: Callable[[Canvas], None], size: tuple[int, int]) -> None:
    """Open a window with what ``draw`` puts on a canvas; return when it is closed."""
    check_display()
    screen = _canvas(size, off_screen=False)
    try:
        draw(screen)
        screen.plotter.show(title="tubewall")
    finally:
        screen.plotter.close()


def _canvas(size: tuple[int, int], *, off_screen: bool) -> Canvas:
    import pyvista

    # its signature is narrower than what it takes
    window: Any = pyvista.Plotter
    plotter = window(
        off_screen=off_screen, window_size=list(size), shape=(2, 2), groups=[(np.s_[:], 0)], border=False,
        col_weights=[_MAIN, 1 - _MAIN], row_weights=[_ZOOM, 1 - _ZOOM], theme=pyvista.themes.DocumentTheme(),
    )  # fmt: skip
    plotter.set_background("white")
    if off_screen:
        # the finer pixels smooth already; several samples for each would cost a software renderer seconds
        plotter.render_window.SetMultiSamples(0)
    for renderer in plotter.renderers:
        # one light at the eye: what faces it has exactly the colours of the key
        renderer.remove_all_lights()
        renderer.add_light(pyvista.Light(light_type="headlight"))
    return Canvas(plotter=plotter, size=size)


def _poly_data(points: Floats, faces: NDArray[np.int64]) -> Any:
    """Polygons of one number of corners."""
    import pyvista

    make: Any = pyvista.PolyData.from_regular_faces
    return make(points, faces)


def in_space(points: Floats, height: float = 0.0) -> Floats:
    """Points (k, 2) lifted to z = ``height``; points (k, 3) as they are."""
    if points.shape[1] == 3:
        return points
    return np.column_stack([points, np.full(len(points), height)])


def _broken(words: str) -> str:
    """Words on two lines of about the same length when they are long."""
    if len(words) <= 16 or " " not in words:
        return words
    gaps = [i for i, c in enumerate(words) if c == " "]
    middle = min(gaps, key=lambda i: abs(i - len(words) / 2))
    return f"{words[:middle]}\n{words[middle + 1 :]}"
