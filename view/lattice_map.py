"""A map of the whole array: every chamber in the colour of its pressure or its fill, the hardest wall marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.units import show
from tubewall.view.picture import Picture, checked_size
from tubewall.view.scale import bar_length

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.anode import Lattice

    Floats = NDArray[np.float64]

Quantity = Literal["gas pressure", "fill"]
_DOTS: Final = 100
_INK: Final = "#1a1a1f"
_MARK: Final = "#d90d26"
# lightness rises evenly from one end to the other, so that it reads in grey
_COLOURS: Final = "viridis"
_UNITS: Final = (("GPa", 1e9), ("MPa", 1e6), ("kPa", 1e3), ("Pa", 1.0))
# more chambers are smaller than a pixel
_MOST: Final = 1_000_000
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
    size: tuple[int, int] = (1600, 800),
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
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width, height = checked_size(size)
    _check(lattice, panels, quantity)
    figure = Figure(figsize=(width / _DOTS, height / _DOTS), dpi=_DOTS, facecolor="white")
    FigureCanvasAgg(figure)
    letter = min(height / 800, width / (800 * len(panels)))
    if title:
        figure.text(0.5, 1 - 12 * letter / height, title, size=17 * letter, ha="center", va="top", color=_INK)
    for k, panel in enumerate(panels):
        left, share = k / len(panels), 1 / len(panels)
        axes: Any = figure.add_axes((left + 0.03 * share, 0.03, 0.75 * share, 0.88))
        bar: Any = figure.add_axes((left + 0.81 * share, 0.12, 0.035 * share, 0.68))
        _draw(axes, bar, lattice, panel, quantity, letter)
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=_DOTS)
    told = "; ".join(_told(panel, quantity) for panel in panels)
    return Picture(
        png=buffer.getvalue(), width=width, height=height, caption=f"{title + ': ' if title else ''}{told}",
        magnification=1.0, renderer="matplotlib",
    )  # fmt: skip


def _check(lattice: Lattice, panels: Sequence[Panel], quantity: str) -> None:
    if quantity not in ("gas pressure", "fill"):
        raise unknown_name("quantity of a map", str(quantity), ("gas pressure", "fill"))
    if not 1 <= len(panels) <= 4:
        raise InputError(f"a map has one to four panels, got {len(panels)}")
    if lattice.chambers > _MOST:
        raise InputError(f"a map shows {_MOST} chambers at most, got {lattice.chambers}")
    for panel in panels:
        if panel.values.shape != (lattice.chambers,):
            raise InputError(f"Panel.values must be {lattice.chambers} numbers, got shape {panel.values.shape}")
        if not np.isfinite(panel.values).all():
            raise InputError("Panel.values must be finite")
        if panel.hardest is not None and not all(0 <= one < lattice.chambers for one in panel.hardest):
            raise InputError(f"Panel.hardest must lie within chambers 0 to {lattice.chambers - 1}, got {panel.hardest}")


def _scale(values: Floats, quantity: str) -> tuple[float, float, float, str]:
    """Ends of the colour bar in its unit, what the unit is worth, and its name."""
    low, high = float(values.min()), float(values.max())
    name, worth = "", 1.0
    if quantity == "gas pressure":
        name, worth = next((n, w) for n, w in _UNITS if high >= w or w == 1.0)
    if not high - low > 1e-9 * max(abs(high), 1e-300):
        margin = 0.01 * abs(high) or 0.01
        low, high = low - margin, high + margin
    return low / worth, high / worth, worth, name


def _draw(axes: Any, bar: Any, lattice: Lattice, panel: Panel, quantity: str, letter: float) -> None:
    from matplotlib.collections import PolyCollection

    at, shape = centres(lattice), outline(lattice)
    low, high, worth, unit = _scale(panel.values, quantity)
    # walls are left white; each polygon is drawn without a line, which would hide a small chamber
    polygons: Any = at[:, None, :] + shape
    bores = PolyCollection(polygons, array=panel.values / worth, cmap=_COLOURS, lw=0)
    bores.set_clim(low, high)
    axes.add_collection(bores)
    least, most = at.min(axis=0) - lattice.bore, at.max(axis=0) + lattice.bore
    room = 0.09 * (most[1] - least[1])
    axes.set_xlim(least[0], most[0])
    axes.set_ylim(least[1] - room, most[1])
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(panel.title, size=15 * letter, color=_INK)
    _mark(axes, at, shape, panel, letter)
    length = bar_length(float(most[0] - least[0]))
    start = np.array([least[0] + 0.5 * lattice.bore, least[1] - 0.45 * room])
    axes.plot([start[0], start[0] + length], [start[1]] * 2, color=_INK, lw=3 * letter, solid_capstyle="butt")
    axes.annotate(
        show(length, "m"), (start[0] + length, start[1]), xytext=(8 * letter, 0), textcoords="offset points",
        size=13 * letter, va="center", color=_INK,
    )  # fmt: skip
    bar.figure.colorbar(bores, cax=bar)
    bar.tick_params(labelsize=13 * letter)
    words = f"{quantity}\nin {unit}" if unit else quantity
    bar.set_title(words, size=13 * letter, color=_INK, pad=10 * letter, loc="left")


def _mark(axes: Any, at: Floats, shape: Floats, panel: Panel, letter: float) -> None:
    """The two chambers of the hardest wall: outlined, or ringed where an outline would hide them."""
    if panel.hardest is None:
        return
    bore, box = float(np.ptp(shape[:, 0])), axes.get_window_extent()
    across = bore * min(box.width / np.ptp(axes.get_xlim()), box.height / np.ptp(axes.get_ylim()))
    if across >= _OUTLINED * letter:
        for chamber in panel.hardest:
            for colour, line in (("white", 5.0), (_MARK, 2.5)):
                axes.fill(*(at[chamber] + shape).T, fill=False, ec=colour, lw=line * letter, zorder=5)
        return
    for place in _rings(at, panel.hardest, bore):
        for colour, line in (("white", 5.0), (_MARK, 2.5)):
            axes.plot(*place, marker="o", ms=30 * letter, mfc="none", mec=colour, mew=line * letter, zorder=6)


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
