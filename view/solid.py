"""Layers of a section stacked along z into walls, lithium columns and gas, cut open; plain arrays, nothing drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show
from tubewall.view.drawing import Drawing, prepared
from tubewall.view.field import Maximum
from tubewall.view.layers import Layer, check_layers
from tubewall.view.scale import nice_below
from tubewall.view.subdivision import Soup, kept_above, polygon_above

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# the height over which one layer passes into the next, as a part of the height of the whole
_PASSAGE = 0.03
_PASSAGE_STEPS = 6


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Stack:
    """Layers ready to be drawn, all with the same triangles, scale and colours.

    Parameters
    ----------
    drawings : tuple of Drawing
        One for each layer, from below.
    tops : tuple of float
        Their upper ends [m].
    peak : Maximum
        The largest of their maxima.
    peak_layer : int
        Which layer it is in.
    """

    drawings: tuple[Drawing, ...]
    tops: tuple[float, ...]
    peak: Maximum
    peak_layer: int

    @property
    def height(self) -> float:
        """Height of the whole [m]."""
        return self.tops[-1]

    @property
    def peak_zone(self) -> str:
        """Between which heights the maximum is, where there is more than one layer: ', 8 to 12 um up'."""
        if len(self.tops) == 1:
            return ""
        below = self.tops[self.peak_layer - 1] if self.peak_layer else 0.0
        return f", {show(below, 'm')} to {show(self.tops[self.peak_layer], 'm')} up"

    @property
    def mark_height(self) -> float:
        """Where the maximum is marked [m]: at the upper end of the highest layer, in the middle of any other."""
        if self.peak_layer == len(self.tops) - 1:
            return self.height
        below = self.tops[self.peak_layer - 1] if self.peak_layer else 0.0
        return 0.5 * (below + self.tops[self.peak_layer])

    def weights(self, heights: Floats) -> Floats:
        """Share of every layer at each height (k, layers): 1 inside, passing linearly at the borders."""
        shares = np.zeros((len(heights), len(self.tops)))
        passage = _PASSAGE * self.height
        below = np.ones(len(heights))
        for k, top in enumerate(self.tops):
            last = k == len(self.tops) - 1
            above = np.zeros(len(heights)) if last else np.clip((heights - top) / passage + 0.5, 0, 1)
            shares[:, k] = below - above
            below = above
        return shares

    def heights(self, low: float, high: float) -> Floats:
        """Heights between ``low`` and ``high`` [m] at which a body needs corners."""
        passage = _PASSAGE * self.height
        inner = [top + passage * np.linspace(-0.5, 0.5, _PASSAGE_STEPS) for top in self.tops[:-1]]
        between = np.concatenate([np.array([low, high]), *inner])
        return np.unique(between[(between >= low) & (between <= high)])


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Sheet:
    """A wall of quadrilaterals over segments of the section.

    Parameters
    ----------
    points : (n, 3) float
        Corners as drawn [m], heights true.
    values : (n,) float
        Stress at the corners [Pa].
    quads : (m, 4) int
        Corners of each.
    """

    points: Floats
    values: Floats
    quads: Ints


def stacked(layers: Sequence[Layer], scale: float | None, colours: tuple[float, float] | None) -> Stack:
    """Layers made ready to draw with one magnification and one range of colours.

    Raises
    ------
    InputError
        For no layer, heights that do not grow, layers on different meshes, or lithium above the top.
    """
    check_layers(layers)
    drawings = [prepared(layer.field, scale=scale, colours=colours) for layer in layers]
    peaks = [d.peak for d in drawings]
    highest = max(range(len(peaks)), key=lambda k: peaks[k].value)
    stack = Stack(
        drawings=tuple(drawings), tops=tuple(layer.top for layer in layers), peak=peaks[highest], peak_layer=highest
    )
    return alike([stack])[0]


def alike(stacks: Sequence[Stack]) -> list[Stack]:
    """The same stacks with one magnification and one range of colours.

    Each layer's own scale leaves its deflection visible and its mesh whole; the smallest of them does so for all.
    """
    drawings = [d for stack in stacks for d in stack.drawings]
    low, high = min(d.low for d in drawings), max(d.high for d in drawings)
    scale = min((d.scale for d in drawings if d.deflection > 0), default=1.0)
    return [replace(s, drawings=tuple(replace(d, scale=scale, low=low, high=high) for d in s.drawings)) for s in stacks]


def gas_pressures(stack: Stack) -> list[float]:
    """Pressures [Pa] of the gas that is drawn: of the uppermost layer's chambers."""
    return [h.chamber.pressure for h in stack.drawings[-1].holes if h.chamber.contents == "gas"]


def top_face(stack: Stack, cut: float | None) -> Soup:
    """The section of the uppermost layer, without what lies before the cut."""
    soup = stack.drawings[-1].soup
    return soup if cut is None else kept_above(soup, cut)


def top_edges(stack: Stack, cut: float | None) -> list[Floats]:
    """The deformed surfaces at the upper end as short lines (2, 3) [m], without what lies before the cut."""
    drawing = stack.drawings[-1]
    segments = _segments(stack)
    if cut is not None:
        segments = _segments_above(segments, cut)
    last = segments[:, :, -3:-1]
    places = segments[:, :, :2] + drawing.scale * last
    return list(np.concatenate([places, np.full((*places.shape[:2], 1), stack.height)], axis=2))


def walls(stack: Stack, cut: float | None) -> Sheet:
    """Every surface of the solid along the height, and the face of the cut."""
    segments = _segments(stack)
    if cut is not None:
        segments = np.concatenate([_segments_above(segments, cut), _cut_face(stack, cut)])
    return _lofted(stack, segments, stack.heights(0.0, stack.height))


def column(stack: Stack, hole: int, low: float, high: float, cut: float | None) -> tuple[Sheet, Floats]:
    """What fills a hole between two heights [m]: its sides, and its outline (q, 2) [m] as drawn at the upper end."""
    data = np.concatenate(
        [stack.drawings[0].holes[hole].points, *(d.holes[hole].displacement for d in stack.drawings)], axis=1
    )
    if cut is not None:
        data = polygon_above(data, cut)
    layers = len(stack.drawings)
    if len(data) < 3:
        return Sheet(points=np.zeros((0, 3)), values=np.zeros(0), quads=np.zeros((0, 4), dtype=np.int64)), data[:, :2]
    rows = np.zeros((len(data), 2 + 3 * layers))
    rows[:, :2] = data[:, :2]
    for k in range(layers):
        rows[:, 2 + 3 * k : 4 + 3 * k] = data[:, 2 + 2 * k : 4 + 2 * k]
    segments = np.stack([rows, np.roll(rows, -1, axis=0)], axis=1)
    upper = stack.weights(np.array([high]))[0]
    moves = sum(w * data[:, 2 + 2 * k : 4 + 2 * k] for k, w in enumerate(upper))
    outline = data[:, :2] + stack.drawings[0].scale * moves
    return _lofted(stack, segments, stack.heights(low, high)), np.asarray(outline)


def shown_height(stack: Stack) -> tuple[float, float]:
    """Height in the picture [m] and by how much it is shortened (1, 2, 5 times a power of ten, at least 1)."""
    wide = 0.75 * stack.drawings[0].field.size
    if stack.height <= wide:
        return stack.height, 1.0
    shortening = 1 / nice_below(wide / stack.height)
    return stack.height / shortening, shortening


def _segments(stack: Stack) -> Floats:
    """Short straight parts of every surface (k, 2, c): place, then displacement and value of every layer."""
    lines = [d.lines for d in stack.drawings]
    sides = np.concatenate([lines[0].points, *(_moving(b.displacement, b.values) for b in lines)], axis=2)
    return np.stack([sides[:, :-1], sides[:, 1:]], axis=2).reshape(-1, 2, sides.shape[2])


def _moving(displacement: Floats, values: Floats) -> Floats:
    return np.concatenate([displacement, values[..., None]], axis=-1)


def _segments_above(segments: Floats, cut: float) -> Floats:
    """Segments (k, 2, c) clipped to y >= cut, everything else interpolated along."""
    above = segments[:, :, 1] - cut
    slack = 1e-9 * float(np.ptp(segments[:, :, :2].reshape(-1, 2), axis=0).max())
    kept = segments[(above >= -slack).all(axis=1) & (above > slack).any(axis=1)]
    crossing = (above.min(axis=1) < -slack) & (above.max(axis=1) > slack)
    part, height = segments[crossing], above[crossing]
    share = (height[:, 0] / (height[:, 0] - height[:, 1]))[:, None]
    middle = part[:, 0] + share * (part[:, 1] - part[:, 0])
    first_above = height[:, :1] > 0
    clipped = np.stack([np.where(first_above, part[:, 0], middle), np.where(first_above, middle, part[:, 1])], axis=1)
    return np.concatenate([kept, clipped])


def _cut_face(stack: Stack, cut: float) -> Floats:
    """Sides of the clipped triangles that lie in the cut, (k, 2, c)."""
    soups = [kept_above(d.soup, cut) for d in stack.drawings]
    triangles = soups[0].triangles
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    on = soups[0].points[:, 1] == cut
    sides = sides[on[sides].all(axis=1)]
    data = np.concatenate([soups[0].points, *(_moving(s.displacement, s.values) for s in soups)], axis=1)
    return np.asarray(data[sides])


def _lofted(stack: Stack, segments: Floats, heights: Floats) -> Sheet:
    """Segments (k, 2, 2 + 3 per layer: place, then displacement and value of each layer) drawn up through heights."""
    shares = stack.weights(heights)
    layers = [segments[:, :, 2 + 3 * k : 5 + 3 * k] for k in range(shares.shape[1])]
    scale, count = stack.drawings[0].scale, 2 * len(segments)
    points, values = [], []
    for height, share in zip(heights, shares, strict=True):
        mixed = sum((w * layer for w, layer in zip(share, layers, strict=True)), np.zeros_like(layers[0])).reshape(
            -1, 3
        )
        places = segments[:, :, :2].reshape(-1, 2) + scale * mixed[:, :2]
        points.append(np.column_stack([places, np.full(count, height)]))
        values.append(mixed[:, 2])
    first = 2 * np.arange(len(segments))
    ring = np.stack([first, first + 1, first + 1 + count, first + count], axis=1)
    quads = np.concatenate([ring + level * count for level in range(len(heights) - 1)])
    return Sheet(points=np.concatenate(points), values=np.concatenate(values), quads=quads)
