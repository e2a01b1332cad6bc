"""Draws a body of a figure: bands of the quantity, edges of the elements, outline, supports, loads, and the key."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.verification.body_marks import Marks, key, marks
from tubewall.verification.body_patches import Patch, Seen, seen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.tri import Triangulation

    from tubewall.verification.figure import Body

Array = NDArray[np.float64]
Box = tuple[float, float, float, float]

# light to dark, so that a print in grey reads the same
_BANDS: Final = ("#f7fbf0", "#e0f3db", "#c5e8c7", "#9fd9bd", "#72c3c5", "#48a6c9", "#2a83b8", "#1a5f99", "#163f70")
_MEDIA: Final = ("#e9edf0", "#c3cdd4", "#a2b0ba", "#f3ead9")
_INK: Final = "#222222"
_RED: Final = "#a01515"
# in points
_ARROW: Final = 17.0
_FINE: Final = 0.25
# more edges of elements than this only blur the picture
_EDGES: Final = 170
_WRAP: Final = 66


def draw_body(paper: Axes, body: Body, box: Box) -> None:
    """Draw into ``box`` (left, bottom, width, height) of axes whose unit is the point."""
    left, bottom, width, height = box
    texts = [*textwrap.wrap(body.note, _WRAP), *textwrap.wrap(key(body), _WRAP)]
    for row, text in enumerate(reversed(texts)):
        paper.text(left + width / 2, bottom + 2 + 8.6 * row, text, ha="center", va="baseline", fontsize=6.5, color=_INK)
    below = bottom + 8.6 * len(texts) + 4
    view = seen(body)
    signs = marks(body, view)
    levels = _levels(body, view)
    if levels is not None:
        _draw_key(paper, body, levels, (left, below, width))
        below += 27
    scale, shift = _fit(view, signs, (left, below, width, bottom + height - below))
    edges = sum(len(patch.edges) for patch in view.patches) <= _EDGES
    if body.shape is not None:
        _draw_unbent(paper, body, scale, shift)
    for patch in view.patches:
        _draw_patch(paper, patch, levels, scale, shift, edges)
    if body.model.kinematics == "axisymmetric" and body.window is None:
        _draw_axis(paper, view, scale, shift)
    for sign in signs:
        _draw_marks(paper, sign, scale, shift)


def _levels(body: Body, view: Seen) -> Array | None:
    """Limits of the bands, round numbers in the unit of the key."""
    if body.quantity is None:
        return None
    from matplotlib.ticker import MaxNLocator

    size = body.unit[1]
    low = min(float(patch.values.min()) for patch in view.patches) / size
    high = max(float(patch.values.max()) for patch in view.patches) / size
    if body.limits is not None:
        low, high = (limit / size for limit in body.limits)
    if high - low < 1e-6 * max(abs(low), abs(high), 1e-300):
        # the same everywhere
        return np.array([low - 0.5 * abs(low), high + 0.5 * abs(high)]) * size
    # a range that ends a shade beyond a round number needs no band more
    low, high = low + 0.01 * (high - low), high - 0.01 * (high - low)
    return np.asarray(MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)) * size


def _fit(view: Seen, signs: tuple[Marks, ...], box: Box) -> tuple[float, Array]:
    """The scale [pt/m] and shift [pt] that put the body with its marks into the box."""
    points = np.concatenate([patch.points for patch in view.patches])
    low, high = points.min(axis=0), points.max(axis=0)
    pad = np.full((2, 2), 4.0)
    for sign in signs:
        # how far the marks reach beyond the body, where they stand at its border
        reach = _ARROW if sign.sort == "load" else 8.0
        vectors = sign.along if sign.sort != "load" else np.where(sign.outward[:, None], sign.along, -sign.along)
        for axis in range(2):
            near_low = sign.at[:, axis] < low[axis] + 0.15 * (high - low)[axis]
            near_high = sign.at[:, axis] > high[axis] - 0.15 * (high - low)[axis]
            pad[0, axis] = max(pad[0, axis], 4 + reach * np.max(-vectors[near_low, axis], initial=0))
            pad[1, axis] = max(pad[1, axis], 4 + reach * np.max(vectors[near_high, axis], initial=0))
    left, bottom, width, height = box
    room = np.array([width, height]) - pad.sum(axis=0)
    scale = float((room / (high - low)).min())
    middle = np.array([left, bottom]) + pad[0] + room / 2
    return scale, middle - scale * (low + high) / 2


def _draw_patch(paper: Axes, patch: Patch, levels: Array | None, scale: float, shift: Array, edges: bool) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.tri import Triangulation

    at = patch.points * scale + shift
    mesh = Triangulation(at[:, 0], at[:, 1], patch.triangles)
    whole = _region(paper, mesh, np.zeros(len(at)), -1.0)
    if levels is None:
        paper.add_patch(PathPatch(whole, facecolor=_MEDIA[patch.tone % len(_MEDIA)], linewidth=0))
    else:
        tones = _tones(levels)
        lowest = int(np.clip(np.searchsorted(levels, patch.values.min(), side="right") - 1, 0, len(tones) - 1))
        paper.add_patch(PathPatch(whole, facecolor=tones[lowest], linewidth=0))
        for level, tone in zip(levels[lowest + 1 : -1], tones[lowest + 1 :], strict=True):
            if level >= patch.values.max():
                break
            band = _region(paper, mesh, patch.values, float(level))
            if np.size(band.vertices):
                paper.add_patch(PathPatch(band, facecolor=tone, linewidth=0))
    if edges:
        lines = [_thinned(line * scale + shift) for line in patch.edges]
        vertices = np.concatenate(lines)
        codes = np.concatenate([np.r_[Path.MOVETO, np.full(len(line) - 1, Path.LINETO)] for line in lines])
        paper.add_patch(PathPatch(Path(vertices, codes), fill=False, edgecolor="#00000055", linewidth=0.35))
    paper.add_patch(PathPatch(whole, fill=False, edgecolor=_INK, linewidth=0.8, joinstyle="round"))


def _tones(levels: Array) -> list[str]:
    count = len(levels) - 1
    if count == 1:
        return [_BANDS[3]]
    return [_BANDS[round(i * (len(_BANDS) - 1) / (count - 1))] for i in range(count)]


def _region(paper: Axes, mesh: Triangulation, values: Array, level: float) -> Path:
    """Where the values are above a level, with fewer points than the triangles have."""
    from matplotlib.path import Path as Made

    top = max(float(values.max()), level) + 1.0 + abs(level)
    drawn = paper.tricontourf(mesh, values, levels=[level, top])
    rings = [np.asarray(ring) for path in drawn.get_paths() for ring in path.to_polygons(closed_only=True)]
    drawn.remove()
    thin = [ring for ring in map(_thinned_ring, rings) if len(ring) > 3]
    if not thin:
        return Made(np.zeros((0, 2)))
    codes = [np.r_[Made.MOVETO, np.full(len(ring) - 2, Made.LINETO), Made.CLOSEPOLY] for ring in thin]
    return Made(np.concatenate(thin), np.concatenate(codes))


def _thinned_ring(ring: Array) -> Array:
    """A closed ring (k, 2), first point last, with fewer points, in two halves since it has no ends."""
    half = int(np.argmax(np.linalg.norm(ring - ring[0], axis=1)))
    return np.concatenate([_thinned(ring[: half + 1])[:-1], _thinned(ring[half:])])


def _thinned(line: Array) -> Array:
    """The line (k, 2) without points that lie within a quarter of a point of it (Douglas and Peucker, 1973)."""
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    parts = [(0, len(line) - 1)]
    while parts:
        a, b = parts.pop()
        if b - a < 2:
            continue
        along = line[b] - line[a]
        length = float(np.hypot(*along))
        away = line[a + 1 : b] - line[a]
        far = np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length if length > 1e-9 else np.hypot(*away.T)
        worst = int(np.argmax(far))
        if far[worst] > _FINE:
            keep[a + 1 + worst] = True
            parts += [(a, a + 1 + worst), (a + 1 + worst, b)]
    return np.asarray(line[keep])


def _draw_unbent(paper: Axes, body: Body, scale: float, shift: Array) -> None:
    from dataclasses import replace

    from matplotlib.patches import PathPatch
    from matplotlib.tri import Triangulation

    for patch in seen(replace(body, shape=None, quantity=None)).patches:
        at = patch.points * scale + shift
        whole = _region(paper, Triangulation(at[:, 0], at[:, 1], patch.triangles), np.zeros(len(at)), -1.0)
        paper.add_patch(PathPatch(whole, fill=False, edgecolor="#777777", linewidth=0.6, linestyle="--"))


def _draw_axis(paper: Axes, view: Seen, scale: float, shift: Array) -> None:
    """The axis of a body of revolution, where it is near."""
    points = np.concatenate([patch.points for patch in view.patches])
    low, high = points.min(axis=0), points.max(axis=0)
    if low[0] < 0.02 * (high[0] - low[0]):
        x, bottom, top = shift[0], low[1] * scale + shift[1] - 6, high[1] * scale + shift[1] + 6
        paper.plot([x, x], [bottom, top], color=_INK, linewidth=0.6, linestyle="-.")


def _draw_key(paper: Axes, body: Body, levels: Array, place: tuple[float, float, float]) -> None:
    """Swatches with the limits of the bands, and what they are."""
    from matplotlib.patches import Rectangle

    left, bottom, width = place
    tones = _tones(levels)
    step = min(24.0, 0.8 * width / len(tones))
    start = left + (width - step * len(tones)) / 2
    for i, tone in enumerate(tones):
        paper.add_patch(
            Rectangle((start + i * step, bottom + 8), step, 6, facecolor=tone, edgecolor=_INK, linewidth=0.4)
        )
    size = body.unit[1]
    shown = levels / size if len(tones) > 1 else [levels.mean() / size]
    texts = [f"{round(float(level), 9):.4g}" for level in shown]
    every = 2 if max(len(text) for text in texts) * 4.2 > step else 1
    for i in range(0, len(texts), every):
        x = start + (i * step if len(tones) > 1 else step / 2)
        paper.text(x, bottom + 1, texts[i], ha="center", fontsize=6, color=_INK)
    unit = f" [{body.unit[0]}]" if body.unit[0] else ""
    paper.text(left + width / 2, bottom + 17, f"{body.name or body.quantity}{unit}", ha="center", fontsize=6.5,
               color=_INK)  # fmt: skip


def _draw_marks(paper: Axes, sign: Marks, scale: float, shift: Array) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    at, out = sign.at * scale + shift, sign.along
    if sign.sort == "load":
        for place, way, outward in zip(at, out * _ARROW, sign.outward, strict=True):
            if np.hypot(*way) > 1.5:
                _arrow(paper, place if outward else place - way, place + way if outward else place)
        return
    if sign.sort == "slides":
        centres = at + 2.6 * out
        paper.plot(centres[:, 0], centres[:, 1], linestyle="none", marker="o", markersize=3.6, markerfacecolor="white",
                   markeredgecolor=_INK, markeredgewidth=0.7)  # fmt: skip
        return
    if sign.sort == "given":
        paper.plot(at[:, 0], at[:, 1], linestyle="none", marker="x", markersize=3.4, color=_INK, markeredgewidth=0.8)
        return
    side = np.stack([-out[:, 1], out[:, 0]], axis=1)
    vertices = np.stack([at + 3 * side, at + 6 * out - 1.5 * side], axis=1).reshape(-1, 2)
    paper.add_patch(
        PathPatch(Path(vertices, [Path.MOVETO, Path.LINETO] * len(at)), fill=False, edgecolor=_INK, linewidth=0.8)
    )


def _arrow(paper: Axes, tail: Array, tip: Array) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    way = tip - tail
    length = float(np.hypot(*way))
    way = way / length
    side = np.array([-way[1], way[0]])
    head = min(4.5, 0.6 * length)
    base = tip - head * way
    vertices = [tail, base, base + 0.38 * head * side, tip, base - 0.38 * head * side, base]
    codes = [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    paper.add_patch(PathPatch(Path(vertices, codes), facecolor=_RED, edgecolor=_RED, linewidth=0.8))
