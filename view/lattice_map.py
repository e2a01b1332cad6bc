"""A map of the whole array: every chamber in the colour of its pressure or its fill, the hardest wall marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.units import show
from tubewall.view.paper import paper, png_of_paper
from tubewall.view.picture import Picture, checked_size
from tubewall.view.scale import bar_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Lattice

    Floats = NDArray[np.float64]

Quantity = Literal["gas pressure", "fill"]
INK: Final = "#1a1a1f"
MARK: Final = "#d90d26"
# lightness rises evenly from one end to the other, so that it reads in grey
COLOURS: Final = "viridis"
_UNITS: Final = (("GPa", 1e9), ("MPa", 1e6), ("kPa", 1e3), ("Pa", 1.0))
# more chambers are smaller than a pixel
_MOST: Final = 1_000_000
# pressures that span more than this are coloured by their logarithm
_WIDE: Final = 10.0
# of fewer pixels, a chamber is drawn up to the middle of its walls
_WALLED: Final = 8.0
# a chamber of fewer pixels is ringed
_OUTLINED: Final = 24.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Panel:
    """One map.

    Parameters
    ----------
    title : str
    values : (n,) float
        Gas pressure [Pa] or fill [-] of every chamber.
    hardest : (int, int), optional
        The two chambers of the wall that is marked.
    """

    title: str
    values: Floats
    hardest: tuple[int, int] | None = None


def centres(lattice: Lattice) -> Floats:
    """Where the bores stand (n, 2) [m]: rows upwards, each row of hexagons half a pitch further to the right, within a pitch.

    Hexagon (i, j) touches (i, j + 1), (i + 1, j) and (i + 1, j - 1); whole rows are moved back by whole pitches, which a
    periodic array does not feel, so that the map is a rectangle.
    """
    i, j = np.divmod(np.arange(lattice.chambers), lattice.columns)
    pitch = lattice.bore + lattice.wall
    if lattice.shape == "square":
        return np.stack([j * pitch, i * pitch], axis=1)
    across = j + 0.5 * i
    if lattice.periodic:
        across = across % lattice.columns
    return np.stack([across * pitch, i * (0.5 * math.sqrt(3.0) * pitch)], axis=1)


def outline(lattice: Lattice) -> Floats:
    """Corners of a bore about its centre (6 or 4, 2) [m]; hexagons have two flats upright."""
    if lattice.shape == "square":
        return 0.5 * lattice.bore * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    angle = np.pi / 6.0 + np.arange(6) * np.pi / 3.0
    return lattice.bore / math.sqrt(3.0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def anode_map(
    lattice: Lattice,
    panels: Sequence[Panel],
    *,
    quantity: Quantity = "gas pressure",
    title: str = "",
    size: tuple[int, int] = (1600, 760),
) -> Picture:
    """Maps of one array side by side, each with its own colour bar, and a scale bar.

    Parameters
    ----------
    lattice : Lattice
        n chambers, at most a million.
    panels : sequence of Panel
        One to four.
    quantity : {"gas pressure", "fill"}
        What the values are.
    title : str
        Above all of them.
    size : (int, int)
        Width and height [pixel].

    Raises
    ------
    InputError
        Values of another number than the chambers or not finite, chambers that do not exist, too many chambers.
    """
    width, height = checked_size(size)
    _check(lattice, panels, quantity)
    figure = paper((width, height))
    letter = min(height / 760, width / (800 * len(panels)))
    if title:
        figure.text(0.5, 1 - 12 * letter / height, title, size=17 * letter, ha="center", va="top", color=INK)
    for k, panel in enumerate(panels):
        left, share = k / len(panels), 1 / len(panels)
        axes: Any = figure.add_axes((left + 0.03 * share, 0.02, 0.75 * share, 0.88))
        bar: Any = figure.add_axes((left + 0.81 * share, 0.14, 0.035 * share, 0.66))
        _draw(axes, bar, lattice, panel, quantity, letter)
    told = "; ".join(_told(panel, quantity) for panel in panels)
    return Picture(
        png=png_of_paper(figure), width=width, height=height, caption=f"{title + ': ' if title else ''}{told}",
        magnification=1.0, renderer="matplotlib",
    )  # fmt: skip


def _check(lattice: Lattice, panels: Sequence[Panel], quantity: str) -> None:
    if quantity not in ("gas pressure", "fill"):
        raise unknown_name("quantity of a map", str(quantity), ("gas pressure", "fill"))
    if not 1 <= len(panels) <= 4:
        raise InputError(f"a map has one to four panels, got {len(panels)}")
    for panel in panels:
        check_chambers(lattice, panel.values, panel.hardest, "Panel.values")


def check_chambers(lattice: Lattice, values: Floats, hardest: tuple[int, int] | None, name: str) -> None:
    """InputError unless there is one finite value for every chamber, and the marked chambers exist."""
    if lattice.chambers > _MOST:
        raise InputError(f"a map shows {_MOST} chambers at most, got {lattice.chambers}")
    if values.shape != (lattice.chambers,):
        raise InputError(f"{name} must be {lattice.chambers} numbers, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise InputError(f"{name} must be finite")
    if hardest is not None and not all(0 <= one < lattice.chambers for one in hardest):
        raise InputError(f"the hardest wall must lie within chambers 0 to {lattice.chambers - 1}, got {hardest}")


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourScale:
    """How values become colours: matplotlib's norm in the ``unit``, of which one is ``worth`` so much in SI."""

    norm: Any
    worth: float
    unit: str


def colour_scale(low: float, high: float, quantity: Quantity) -> ColourScale:
    """Colours between two values [Pa or -]; of pressures that span more than a decade by their logarithm."""
    from matplotlib.colors import LogNorm, Normalize

    name, worth = "", 1.0
    if quantity == "gas pressure":
        name, worth = next((n, w) for n, w in _UNITS if high >= w or w == 1.0)
    if not high - low > 1e-9 * max(abs(high), 1e-300):
        margin = 0.01 * abs(high) or 0.01
        low, high = low - margin, high + margin
    wide = quantity == "gas pressure" and low > 0.0 and high > _WIDE * low
    norm: Any = LogNorm if wide else Normalize
    return ColourScale(norm=norm(low / worth, high / worth), worth=worth, unit=name)


def draw_bores(axes: Any, lattice: Lattice, values: Floats, scale: ColourScale, letter: float) -> Any:
    """The map without its mark, and a bar that says how large it is; the collection of bores, whose array may be changed."""
    from matplotlib.collections import PolyCollection

    at, shape = centres(lattice), outline(lattice)
    least, most = at.min(axis=0) - lattice.bore, at.max(axis=0) + lattice.bore
    room = 0.09 * (most[1] - least[1])
    axes.set_xlim(least[0], most[0])
    axes.set_ylim(least[1] - room, most[1])
    axes.set_aspect("equal")
    axes.set_axis_off()
    # walls are left white where they can be seen; no polygon has a line, which would hide a small chamber
    fine = _pixels(axes, lattice.bore) < _WALLED
    polygons: Any = at[:, None, :] + (shape * (1.0 + lattice.wall / lattice.bore) if fine else shape)
    bores = PolyCollection(
        polygons, array=values / scale.worth, cmap=COLOURS, norm=scale.norm, lw=0, antialiased=not fine
    )
    axes.add_collection(bores)
    length = bar_length(float(most[0] - least[0]))
    start = np.array([least[0] + 0.5 * lattice.bore, least[1] - 0.45 * room])
    axes.plot([start[0], start[0] + length], [start[1]] * 2, color=INK, lw=3 * letter, solid_capstyle="butt")
    axes.annotate(
        show(length, "m"), (start[0] + length, start[1]), xytext=(8 * letter, 0), textcoords="offset points",
        size=13 * letter, va="center", color=INK,
    )  # fmt: skip
    return bores


def _pixels(axes: Any, length: float) -> float:
    """A length of the array [m] on the picture [pixel]."""
    box = axes.get_window_extent()
    return float(length * min(box.width / np.ptp(axes.get_xlim()), box.height / np.ptp(axes.get_ylim())))


def draw_colour_bar(bar: Any, bores: Any, scale: ColourScale, quantity: Quantity, letter: float) -> None:
    """The key of the colours in axes of its own."""
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    bar.figure.colorbar(bores, cax=bar)
    if isinstance(scale.norm, LogNorm):
        low, high = bores.get_clim()
        between = (1.0, 2.0, 5.0) if high < 1e3 * low else (1.0,)
        bar.yaxis.set_major_locator(LogLocator(subs=between))
        bar.yaxis.set_minor_locator(NullLocator())
        bar.yaxis.set_major_formatter(FuncFormatter(lambda value, _place: f"{value:g}"))
    bar.tick_params(labelsize=13 * letter)
    words = f"{quantity}\nin {scale.unit}" if scale.unit else quantity
    bar.set_title(words, size=13 * letter, color=INK, pad=10 * letter, loc="left")


def _draw(axes: Any, bar: Any, lattice: Lattice, panel: Panel, quantity: Quantity, letter: float) -> None:
    scale = colour_scale(float(panel.values.min()), float(panel.values.max()), quantity)
    bores = draw_bores(axes, lattice, panel.values, scale, letter)
    axes.set_title(panel.title, size=15 * letter, color=INK)
    mark_hardest(axes, lattice, panel.hardest, letter)
    draw_colour_bar(bar, bores, scale, quantity, letter)


def mark_hardest(axes: Any, lattice: Lattice, pair: tuple[int, int] | None, letter: float) -> list[Any]:
    """What marks the two chambers of the hardest wall: outlines, or rings where an outline would hide them."""
    if pair is None:
        return []
    at, shape, drawn = centres(lattice), outline(lattice), []
    bore = float(np.ptp(shape[:, 0]))
    if _pixels(axes, bore) >= _OUTLINED * letter:
        for chamber in pair:
            for colour, line in (("white", 5.0), (MARK, 2.5)):
                drawn += axes.fill(*(at[chamber] + shape).T, fill=False, ec=colour, lw=line * letter, zorder=5)
        return drawn
    for place in _rings(at, pair, bore):
        for colour, line in (("white", 5.0), (MARK, 2.5)):
            drawn += axes.plot(*place, marker="o", ms=30 * letter, mfc="none", mec=colour, mew=line * letter, zorder=6)
    return drawn


def _rings(at: Floats, pair: tuple[int, int], bore: float) -> list[Floats]:
    """One ring about neighbours; one about each chamber of a wall that goes over the edge of a periodic array."""
    one, other = at[pair[0]], at[pair[1]]
    near = float(np.hypot(*(one - other))) < 2.5 * bore
    return [0.5 * (one + other)] if near else [one, other]


def _told(panel: Panel, quantity: str) -> str:
    low, high = float(panel.values.min()), float(panel.values.max())
    unit = "Pa" if quantity == "gas pressure" else "1"
    ends = f"{quantity} {show(low, unit, 4)} to {show(high, unit, 4)}"
    if panel.hardest is None:
        return f"{panel.title}, {ends}"
    one, other = panel.hardest
    return f"{panel.title}, {ends}, hardest wall between chambers {one} and {other}"
