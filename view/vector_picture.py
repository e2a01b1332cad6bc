"""Vector pictures of plane bodies and of plane sections through bodies in space: SVG and PDF by matplotlib."""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.units import show as shown
from tubewall.view.body_scene import BodyScene, body_scene
from tubewall.view.body_surface import SHARP, body_surface, trusted_ends
from tubewall.view.glyphs import COMPRESSION, TENSION, crosses
from tubewall.view.picture import checked_path
from tubewall.view.scale import STRESS_COLOURS, bar_length, end_texts, stress_name, ticks
from tubewall.view.scene_bands import bands
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_loops import joined, loops
from tubewall.view.scene_open import Result
from tubewall.whole_files import write_whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_INK: Final = "#1a1a1f"
_GHOST: Final = "#9a9aa2"
_RED: Final = "#d90d26"
# triangles of a vector picture, about: each is up to several polygons of the file
MOST_TRIANGLES: Final = 24_000
_BANDS: Final = 24
# height of the strip above the body with the label [inch]
_LABEL: Final = 0.32
# corners of polygons that are nearer to each other than this, over the size of the body, are one
_ONE: Final = 1e-7
# what lies nearer to the cut than this, over the size of the body, lies in it
_IN: Final = 1e-6


def draw_vector(
    result: Result,
    path: str | os.PathLike[str],
    *,
    width: float = 6.3,
    **look: Unpack[LookOptions],
) -> Path:
    """Draw a plane body, or the section of a body in space that ``cut`` gives, as polygons and letters.

    Colours go in 24 steps, so that a file stays small and prints sharp; the outlines are exact.

    Parameters
    ----------
    result : FieldSolution, or path of a .vtu that ``tubewall solve`` wrote
    path : str or path
        Ends in ``.svg`` or ``.pdf``; written whole or not at all.
    width : float
        Of the page [inch].
    **look
        As of ``draw_body``; what lies behind the section is not drawn.

    Raises
    ------
    InputError
        For a body in space without a cut, or as of ``draw_body``.
    """
    suffix = ".pdf" if Path(path).suffix.lower() == ".pdf" else ".svg"
    target = checked_path(path, suffix)
    if not np.isfinite(width) or not 2 <= width <= 40:
        raise InputError(f"a page is 2 to 40 inches wide, got {width!r}")
    wanted = Look(**look)
    surface = body_surface(result, wanted, most=MOST_TRIANGLES)
    if not surface.plane and surface.cut is None:
        raise InputError("a body in space is drawn by vectors in a section: say where with cut, such as cut='y'")
    return write_whole(target, _document(body_scene(surface, wanted), width, suffix))


def _document(scene: BodyScene, width: float, suffix: str) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    frame = _Frame(scene)
    height = float(np.clip((0.66 * width) * frame.aspect + 1.1 + _LABEL, 2.2 + _LABEL, 2.5 * width))
    # the same scene gives the same file
    with rc_context({"svg.hashsalt": "tubewall", "svg.fonttype": "none", "pdf.fonttype": 42}):
        figure: Any = Figure(figsize=(width, height), facecolor="white")
        axes: Any = figure.add_axes((0.02, 0.5 / height, 0.70, 1 - 1.1 / height))
        colours = _coloured(axes, frame)
        _outlined(axes, frame)
        _named(figure, axes, frame, colours, height)
        buffer = BytesIO()
        dates = {"Date": None} if suffix == ".svg" else {"CreationDate": None}
        figure.savefig(buffer, format=suffix[1:], metadata=dates)
    return _shorter(buffer.getvalue()) if suffix == ".svg" else buffer.getvalue()


def _shorter(svg: bytes) -> bytes:
    """The same file with the places of its paths to a hundredth of a point, finer than any printer."""

    def rounded(path: re.Match[bytes]) -> bytes:
        return re.sub(rb"(\.\d\d)\d+", rb"\1", path[0])

    return re.sub(rb' d="[^"]*"', rounded, svg)


class _Frame:
    """The section as the page shows it: places across and up, in units of the scene."""

    def __init__(self, scene: BodyScene) -> None:
        surface = scene.surface
        self.scene = scene
        self.normal = np.array([0.0, 0.0, 1.0]) if surface.cut is None else surface.cut.normal
        across = np.cross([0.0, 0.0, 1.0], self.normal)
        size = float(np.linalg.norm(across))
        self.right = np.array([1.0, 0.0, 0.0]) if size < 1e-6 else across / size
        self.up = np.cross(self.normal, self.right)
        self.triangles = surface.triangles[self._in_plane(surface.points)[surface.triangles].all(axis=1)]
        lines = surface.lines[self._in_plane(surface.line_points)[surface.lines].all(axis=1)]
        self.segments = self.seen(scene.placed(surface.line_points, surface.line_displacement))[lines]
        rest = np.zeros_like(surface.line_displacement)
        self.rest = (
            self.seen(scene.placed(surface.line_points, rest))[lines] if len(scene.rest) else np.zeros((0, 2, 2))
        )
        self.points = self.seen(scene.points)
        used = np.concatenate(
            [self.points[np.unique(self.triangles)], *(corners.reshape(-1, 2) for corners, _ in self.fluids())]
        )
        self.low, self.high = used.min(axis=0), used.max(axis=0)
        self.aspect = float((self.high - self.low)[1] / (self.high - self.low)[0])
        self.inside = np.zeros(len(self.points), dtype=bool)
        self.inside[self.triangles] = True
        self.ends = surface.ends
        self.mark, self.words = scene.mark, scene.mark_text + (f" ({scene.mark_note})" if scene.mark_note else "")
        if surface.cut is not None and not self._in_plane(surface.mark[None])[0]:
            least = surface.quantity.danger == "min"
            inside = np.flatnonzero(self.inside)
            index = inside[int((np.argmin if least else np.argmax)(surface.values[inside]))]
            self.mark = scene.points[index]
            note = f" ({SHARP})" if surface.singular[index] else ""
            extreme = f"{'min' if least else 'max'} {shown(float(surface.values[index]), 'Pa')}"
            self.words = f"{extreme} in this section{note}"
        if surface.cut is not None and scene.look.colour_range is None:
            self.ends = self._own_ends()

    def _own_ends(self) -> tuple[float, float]:
        """The ends of the colours of what the section shows, but for what lies at corners where stress has no limit."""
        surface = self.scene.surface
        values, singular = surface.values[self.inside], surface.singular[self.inside]
        low, high = trusted_ends(values, singular) if singular.any() else (float(values.min()), float(values.max()))
        return (low, high) if high - low > 1e-9 * max(abs(low), abs(high)) else surface.ends

    def fluids(self) -> list[tuple[Floats, tuple[float, float, float]]]:
        """The lithium and gas in the section, as triangles (k, 3, 2) and their colour."""
        found = []
        for fluid in self.scene.surface.fluids:
            rows = fluid.triangles[self._in_plane(fluid.points)[fluid.triangles].all(axis=1)]
            corners = self.seen(self.scene.placed(fluid.points, fluid.displacement))[rows]
            if len(rows):
                found.append((corners, self.scene.colour(fluid)))
        return found

    def seen(self, points: Floats) -> Floats:
        """Points (..., 3) of the scene as places (..., 2) of the page."""
        return np.asarray(points @ np.stack([self.right, self.up], axis=1), dtype=np.float64)

    def _in_plane(self, points: Floats) -> NDArray[np.bool_]:
        cut = self.scene.surface.cut
        if cut is None:
            return np.ones(len(points), dtype=bool)
        return np.asarray(np.abs(points @ cut.normal - cut.place) < _IN * self.scene.metres, dtype=bool)


def _coloured(axes: Any, frame: _Frame) -> Any:
    """The bands of colour, and what the key is made of."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm

    scene = frame.scene
    edges = np.linspace(*frame.ends, _BANDS + 1)
    colours = colormaps[STRESS_COLOURS](np.linspace(0, 1, _BANDS))
    for corners, tint in frame.fluids():
        _filled(axes, list(corners), tint)
    for polygons, colour in zip(
        bands(frame.points, frame.triangles, scene.surface.values, edges), colours, strict=True
    ):
        _filled(axes, polygons, tuple(colour[:3].tolist()))
    return ScalarMappable(norm=BoundaryNorm(edges, 256), cmap=STRESS_COLOURS)


def _filled(axes: Any, polygons: list[Floats], colour: tuple[float, float, float]) -> None:
    """Many polygons of one colour as one path; a line of the same colour closes the seams to those of other colours."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    around = [np.concatenate([loop, loop[:1]]) for loop in loops(polygons, _ONE)]
    if around:
        path = Outline.make_compound_path(*[Outline(loop, closed=True) for loop in around])
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor=colour, linewidth=0.4, joinstyle="round"))


def _stroked(axes: Any, lines: list[Floats], colour: Any, width: float) -> None:
    """Lines (k, 2) of one colour as one path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    if lines:
        path = Outline.make_compound_path(*[Outline(line) for line in lines])
        axes.add_patch(
            PathPatch(path, fill=False, edgecolor=colour, linewidth=width, capstyle="round", joinstyle="round")
        )


def _outlined(axes: Any, frame: _Frame) -> None:
    _stroked(axes, joined(frame.rest, _ONE), _GHOST, 0.5)
    _stroked(axes, joined(frame.segments, _ONE), _INK, 0.7)
    if frame.scene.look.glyphs:
        for places, tint, _ in crosses(frame.scene, frame.inside):
            _stroked(axes, list(frame.seen(places)), tint, 1.1)


def _named(figure: Any, axes: Any, frame: _Frame, colours: Any, height: float) -> None:
    scene, surface = frame.scene, frame.scene.surface
    at = frame.seen(frame.mark[None])[0]
    axes.plot(*at, marker="o", ms=7, mfc="none", mec=_RED, mew=1.2)
    margin = 0.03 * (frame.high - frame.low).max()
    # the label stands above the body, in a strip of its own
    strip = _LABEL / (height - 1.1 - _LABEL) * (frame.high - frame.low + 2 * margin)[1]
    share = (at - frame.low)[0] / (frame.high - frame.low)[0]
    axes.annotate(
        frame.words, at, xytext=(frame.low[0], frame.high[1] + margin + 0.35 * strip), va="bottom", color=_RED, fontsize=9,
        arrowprops={"arrowstyle": "-", "color": _RED, "lw": 0.8, "shrinkA": 1.0, "shrinkB": 4.0, "relpos": (share, 0.0)},
    )  # fmt: skip
    axes.set_xlim(frame.low[0] - margin, frame.high[0] + margin)
    axes.set_ylim(frame.low[1] - margin, frame.high[1] + margin + strip)
    axes.set_aspect("equal")
    axes.set_axis_off()
    key = figure.colorbar(
        colours, cax=figure.add_axes((0.78, 0.5 / height, 0.03, 1 - 1.5 / height)), spacing="proportional"
    )
    places, words, unit = ticks(*frame.ends)
    low, high = frame.ends
    clear = 0.06 * (high - low)
    rows = [(low, end_texts(low, high)[0]), (high, end_texts(low, high)[1])]
    rows += [(p, w) for p, w in zip(places, words, strict=True) if low + clear < p < high - clear]
    key.set_ticks([p for p, _ in rows], labels=[w for _, w in rows])
    key.ax.tick_params(labelsize=9, which="both")
    key.ax.minorticks_off()
    figure.text(0.78, 1 - 0.9 / height, f"{stress_name(surface.quantity.name)}\nin {unit}", size=9, va="bottom")
    if scene.look.title:
        figure.text(0.37, 1 - 0.12 / height, scene.look.title, size=11, ha="center", va="top")
    named = [(tint, words) for tint, words in scene.swatches if frame.fluids()]
    if scene.look.glyphs:
        named += [(TENSION, "tension"), (COMPRESSION, "compression")]
    if named:
        from matplotlib.patches import Patch

        handles = [Patch(facecolor=tint, edgecolor="#999999", label=words) for tint, words in named]
        columns = 1 + (len(named) > 2)
        figure.legend(
            handles=handles,
            loc="lower right",
            ncols=columns,
            fontsize=8,
            frameon=False,
            borderaxespad=0.1,
            columnspacing=1.0,
        )
    length = bar_length(float((frame.high - frame.low)[0]) * scene.metres)
    bar = axes.inset_axes([0, -0.34 / (height - 1.1), 1, 0.24 / (height - 1.1)])
    bar.set_xlim(axes.get_xlim())
    bar.set_ylim(-1, 1)
    bar.set_axis_off()
    start = frame.low[0]
    bar.plot([start, start + length / scene.metres], [0, 0], color=_INK, lw=1.6, marker="|", ms=6, mew=1.2)
    bar.annotate(
        shown(length, "m"),
        (start + length / scene.metres, 0),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        size=9,
    )
    figure.text(0.72, 0.14 / height, scene.scale_text, size=9, ha="right")
