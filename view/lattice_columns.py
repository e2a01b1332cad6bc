"""The array in space: a column of lithium in every bore, as high as its fill, in the colour of the gas above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.units import show
from tubewall.view.canvas import GHOST, MARK, Canvas, drawn_off_screen
from tubewall.view.lattice_map import (
    COLOURS,
    INK,
    ColourScale,
    centres,
    check_chambers,
    colour_scale,
    draw_colour_bar,
    outline,
)
from tubewall.view.paper import paper, png_of_paper
from tubewall.view.picture import Picture, checked_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Lattice
    from tubewall.view.picture import Pixels

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

# rows and columns of the part that is shown of a larger array
_WIDEST: Final = 48
# what the full height is drawn as, over the width of the part
_TALL: Final = 0.34
_EYE: Final = np.array([0.45, -1.0, 0.85])
# share of the width of a canvas that its picture takes
_MAIN: Final = 0.76


@dataclass(frozen=True, kw_only=True, eq=False)
class ColumnPanel:
    """One array at one moment.

    Parameters
    ----------
    title : str
    pressures, fills : (n,) float
        Gas pressure [Pa] and fill [-] of every chamber.
    hardest : (int, int), optional
        The two chambers of the wall that is marked.
    """

    title: str
    pressures: Floats
    fills: Floats
    hardest: tuple[int, int] | None = None


def column_map(
    lattice: Lattice,
    panels: Sequence[ColumnPanel],
    *,
    height: float,
    title: str = "",
    size: tuple[int, int] = (1600, 760),
) -> Picture:
    """Columns of lithium in space, side by side in one colour scale; of a large array 48 x 48 about the first hardest wall.

    Parameters
    ----------
    lattice : Lattice
        n chambers, at most a million.
    panels : sequence of ColumnPanel
        One or two.
    height : float
        Of the bores [m]; it is drawn shorter, and the picture says by how much.
    title : str
        Above all of them.
    size : (int, int)
        Width and height [pixel].

    Raises
    ------
    InputError
        Values of another number than the chambers or not finite.
    MissingDependencyError
        When nothing can be drawn in 3D on this machine.
    """
    width, tall = checked_size(size)
    if not 1 <= len(panels) <= 2:
        raise InputError(f"columns are drawn in one or two panels, got {len(panels)}")
    for panel in panels:
        check_chambers(lattice, panel.pressures, panel.hardest, "ColumnPanel.pressures")
        check_chambers(lattice, panel.fills, None, "ColumnPanel.fills")
    part = shown_part(lattice, panels[0].hardest)
    every = np.concatenate([panel.pressures[part] for panel in panels])
    scale = colour_scale(float(every.min()), float(every.max()), "gas pressure")
    at = centres(lattice)[part]
    stretch = _TALL * float(np.ptp(at, axis=0).max() + lattice.bore) / height
    drawn = [_drawn(lattice, part, panel, scale, height, stretch, (width // len(panels), tall)) for panel in panels]
    words = f"columns of lithium, {show(height, 'm')} high when full (drawn 1 : {1.0 / stretch:.3g})"
    if part.size < lattice.chambers:
        words += f"; {part.size} of {lattice.chambers} bores"
    return _composed(panels, drawn, scale, title, words, (width, tall))


def shown_part(lattice: Lattice, hardest: tuple[int, int] | None) -> Indices:
    """The chambers that are shown: all, or a window about the hardest wall."""
    chamber = hardest[0] if hardest else (lattice.rows // 2) * lattice.columns + lattice.columns // 2
    upwards = np.arange(lattice.chambers) // lattice.columns
    # in pitches, where they are drawn: a window has no gap then
    across = np.round(centres(lattice)[:, 0] / (lattice.bore + lattice.wall), 6)
    slanted = lattice.shape == "hexagon" and not lattice.periodic
    found = np.ones(lattice.chambers, dtype=bool)
    for place, low, count in (
        (upwards, 0.0, lattice.rows),
        (across, 0.5 * upwards[chamber] if slanted else 0.0, lattice.columns),
    ):
        if count > _WIDEST:
            start = min(max(place[chamber] - _WIDEST // 2, low), low + count - _WIDEST)
            found &= (place >= start) & (place < start + _WIDEST)
    return np.flatnonzero(found)


def _drawn(
    lattice: Lattice,
    part: Indices,
    panel: ColumnPanel,
    scale: ColourScale,
    height: float,
    stretch: float,
    size: tuple[int, int],
) -> Pixels:
    """What VTK draws of one panel."""
    unit = 1.0 / lattice.bore
    at, shape = unit * centres(lattice)[part], unit * outline(lattice)
    tops = unit * stretch * height * panel.fills[part]
    full = unit * stretch * height
    points, triangles, rims = columns_of(at, shape, tops)
    colours = np.repeat(np.asarray(scale.norm(panel.pressures[part] / scale.worth)), 2 * len(shape))

    def draw(screen: Canvas) -> None:
        screen.enter("main")
        _painted(screen, points, triangles, colours)
        screen.lines(list(rims), (0.15, 0.15, 0.18), 0.8, closed=True)
        low, high = at.min(axis=0) - 0.7, at.max(axis=0) + 0.7
        corners = np.array([[low[0], low[1]], [high[0], low[1]], [high[0], high[1]], [low[0], high[1]]])
        for z in (0.0, full):
            screen.lines([np.column_stack([corners, np.full(4, z)])], GHOST, 1.5, closed=True)
        screen.lines([np.array([[*one, 0.0], [*one, full]]) for one in corners], GHOST, 1.5)
        for chamber in panel.hardest or ():
            for k in np.flatnonzero(part == chamber):
                ring = at[k] + 1.05 * shape
                ends = [np.column_stack([ring, np.full(len(ring), z)]) for z in (tops[k] + 0.02, full)]
                screen.lines(ends, MARK, 3.0, closed=True)
                screen.lines([np.array([[*end, tops[k]], [*end, full]]) for end in ring], MARK, 2.0)
        _look(screen, np.concatenate([np.column_stack([corners, np.full(4, z)]) for z in (0.0, full)]))

    whole = drawn_off_screen(draw, (round(0.86 * size[0] / _MAIN), round(0.80 * size[1])))
    return whole[:, : round(_MAIN * whole.shape[1])]


def columns_of(at: Floats, shape: Floats, tops: Floats) -> tuple[Floats, Indices, Floats]:
    """Prisms on outlines (c, 2) about places (n, 2) up to heights (n,): points (2 c n, 3), triangles, upper rims (n, c, 3)."""
    n, c = len(at), len(shape)
    flat = at[:, None, :] + shape
    rims = np.concatenate([flat, np.broadcast_to(tops[:, None, None], (n, c, 1))], axis=2)
    feet = np.concatenate([flat, np.zeros((n, c, 1))], axis=2)
    k = np.arange(c)
    after = (k + 1) % c
    sides = np.concatenate([np.stack([k, after, after + c], axis=1), np.stack([k, after + c, k + c], axis=1)])
    lid = np.stack([np.full(c - 2, c), c + k[1:-1], c + k[2:]], axis=1)
    one = np.concatenate([sides, lid])
    triangles = (np.arange(n)[:, None, None] * (2 * c) + one).reshape(-1, 3)
    return np.concatenate([feet, rims], axis=1).reshape(-1, 3), triangles.astype(np.int64), rims


def _painted(screen: Canvas, points: Floats, triangles: Indices, colours: Floats) -> None:
    import pyvista

    make: Any = pyvista.PolyData.from_regular_faces
    mesh = make(points, triangles)
    mesh.point_data["gas"] = colours
    screen.plotter.add_mesh(
        mesh, scalars="gas", cmap=COLOURS, clim=(0.0, 1.0), show_scalar_bar=False, n_colors=512, lighting=True,
        ambient=0.55, diffuse=0.5, specular=0.0, reset_camera=False,
    )  # fmt: skip


def _look(screen: Canvas, corners: Floats) -> None:
    """Parallel view from the front, the right and above in which all corners fit."""
    away = _EYE / np.linalg.norm(_EYE)
    right = np.array([-away[1], away[0], 0.0]) / np.hypot(away[0], away[1])
    up = np.cross(away, right)
    seen = np.column_stack([corners @ right, corners @ up])
    low, high = seen.min(axis=0), seen.max(axis=0)
    width, tall = screen.pane_size("main")
    middle = 0.5 * (low + high)
    focus = middle[0] * right + middle[1] * up
    far = 10.0 * float(np.ptp(corners))
    screen.plotter.camera_position = [focus + far * away, focus, (0.0, 0.0, 1.0)]
    camera = screen.plotter.camera
    camera.parallel_projection = True
    camera.parallel_scale = 0.52 * max(float(high[1] - low[1]), float(high[0] - low[0]) * tall / width)
    camera.clipping_range = (0.01 * far, 3.0 * far)


def _composed(
    panels: Sequence[ColumnPanel],
    drawn: Sequence[Pixels],
    scale: ColourScale,
    title: str,
    words: str,
    size: tuple[int, int],
) -> Picture:
    """Titles and the key about what was drawn."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable

    width, tall = size
    figure = paper(size)
    letter = min(tall / 760, width / (800 * len(panels)))
    figure.text(0.5, 1 - 12 * letter / tall, title, size=17 * letter, ha="center", va="top", color=INK)
    figure.text(0.45, 0.025, words, size=13 * letter, ha="center", va="bottom", color=INK)
    share = 0.89 / len(panels)
    for k, (panel, pixels) in enumerate(zip(panels, drawn, strict=True)):
        axes: Any = figure.add_axes((0.005 + k * share, 0.08, share - 0.01, 0.80))
        axes.imshow(pixels, interpolation="antialiased")
        axes.set_axis_off()
        low, high = (show(float(end), "Pa", 3) for end in (panel.pressures.min(), panel.pressures.max()))
        axes.set_title(f"{panel.title}: gas {low} to {high}", size=15 * letter, color=INK)
    bar: Any = figure.add_axes((0.915, 0.2, 0.016, 0.52))
    key = ScalarMappable(norm=scale.norm, cmap=colormaps[COLOURS])
    draw_colour_bar(bar, key, scale, "gas pressure", letter)
    told = "; ".join(f"{panel.title}, fill {panel.fills.min():.4g} to {panel.fills.max():.4g}" for panel in panels)
    return Picture(
        png=png_of_paper(figure), width=width, height=tall, caption=f"{title + ': ' if title else ''}{told}; {words}",
        magnification=1.0, renderer="vtk",
    )  # fmt: skip
