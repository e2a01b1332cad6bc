"""A section made ready to draw: cut into straight triangles, its surfaces found, its scale and colours chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show
from tubewall.view.field import Field2D, Maximum
from tubewall.view.outline import Hole, Surface, holes, surface
from tubewall.view.scale import (
    SMALLEST_DEFLECTION,
    chamber_text,
    checked_magnification,
    colour_range,
    magnification,
    times,
)
from tubewall.view.subdivision import Soup, subdivided

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

# above this many elements each is small in the picture, and four straight parts are as smooth as sixteen
_MANY_ELEMENTS = 40_000
_SMALLEST_LETTERS = 15.0


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Drawing:
    """What both renderers draw from; the mean displacement is taken off.

    Parameters
    ----------
    field : Field2D
        The section.
    soup, lines, holes
        Its straight triangles, its surfaces, and the closed holes with their chambers.
    scale : float
        How many times the displacement is drawn.
    low, high : float
        Ends of the colour bar [Pa].
    """

    field: Field2D
    soup: Soup
    lines: Surface
    holes: tuple[Hole, ...]
    scale: float
    low: float
    high: float

    @property
    def peak(self) -> Maximum:
        """What is marked as the maximum."""
        return self.field.peak

    @property
    def deflection(self) -> float:
        """Largest displacement against the mean [m]."""
        return float(np.hypot(*self.field.displacement.T).max())

    @property
    def deformed(self) -> Floats:
        """Corners of the straight triangles as drawn (n, 2) [m]."""
        return np.asarray(self.soup.points + self.scale * self.soup.displacement)

    def moved(self, at: tuple[float, float]) -> Floats:
        """Where an undeformed place is drawn (2,) [m]: it moves with the nearest corner."""
        nearest = int(np.argmin(np.hypot(*(self.soup.points - at).T)))
        return np.asarray(np.array(at) + self.scale * self.soup.displacement[nearest])

    def caption(self, title: str, peak: Maximum) -> str:
        """One line that says what the picture shows."""
        what = f"{self.field.quantity}, largest {show(peak.value, 'Pa')} at ({_nm(peak.at[0])}, {_nm(peak.at[1])}) nm"
        return f"{title + ': ' if title else ''}{what}; {self.scale_text}"

    @property
    def scale_text(self) -> str:
        """What the picture says of its deformation."""
        if self.scale == 0 or self.deflection == 0:
            return "drawn undeformed"
        drawn = "to scale" if self.scale == 1 else times(self.scale)
        largest = show(self.deflection, "m") if self.deflection >= 1e-12 else "under 1 pm"
        return f"deflection drawn {drawn}, largest {largest}"


def prepared(
    field: Field2D,
    *,
    scale: float | None = None,
    colours: tuple[float, float] | None = None,
    splits: int | None = None,
) -> Drawing:
    """The section ready to draw; ``scale`` and ``colours`` [Pa] are chosen from it unless given."""
    parts = splits or (4 if len(field.cells) <= _MANY_ELEMENTS else 2)
    moves = field.displacement - field.displacement.mean(axis=0)
    # what is left of a shift of the whole is rounding
    seen = float(np.abs(moves).max()) > SMALLEST_DEFLECTION * field.size
    still = replace(field, displacement=moves if seen else np.zeros_like(moves))
    soup = subdivided(still.points, still.cells, still.displacement, still.values, splits=parts)
    lines = surface(still, splits=parts)
    found = holes(still, lines)
    low, high = colour_range(still, colours)
    chosen = magnification(soup, found, still.size) if scale is None else checked_magnification(scale)
    return Drawing(field=still, soup=soup, lines=lines, holes=found, scale=chosen, low=low, high=high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Words in the middle of a chamber at ``at`` [m], and the box (left, bottom, right, top) that they fill [m]."""

    text: str
    at: tuple[float, float]
    box: Box


def chamber_words(drawing: Drawing, metres: float, slim: float) -> tuple[float, list[Words], list[Hole]]:
    """What is written in the chambers.

    Parameters
    ----------
    metres : float
        What one unit of the letters' height is in the section [m].
    slim : float
        Width of a letter over its height.

    Returns
    -------
    (letters, words, rest)
        Height of all letters, 15 to 30; the words; and the holes that are too narrow for them.
    """
    texts = [(hole, chamber_text(hole)) for hole in drawing.holes]
    long = {text: max(len(row) for row in text.split("\n")) for _, text in texts}
    # words may fill 72 % of a hole's width
    rooms = [0.72 * hole.width / (slim * long[text]) / metres for hole, text in texts]
    letters = min([30.0, *(room for room in rooms if room >= _SMALLEST_LETTERS)])
    words = []
    for (hole, text), room in zip(texts, rooms, strict=True):
        if room >= _SMALLEST_LETTERS:
            x, y = hole.deformed(drawing.scale).mean(axis=0).tolist()
            wide, high = 0.5 * slim * long[text] * letters * metres, 1.25 * letters * metres
            words.append(Words(text=text, at=(x, y), box=(x - wide, y - high, x + wide, y + high)))
    rest = [hole for (hole, _), room in zip(texts, rooms, strict=True) if room < _SMALLEST_LETTERS]
    return letters, words, rest


def leader_end(
    start: Floats,
    rows: tuple[float, float],
    across: tuple[float, float],
    boxes: Sequence[Box],
    frame: Box,
    label: tuple[float, float],
) -> tuple[Floats, bool]:
    """Where the label of a marked point goes, above or below the patch.

    Its line crosses the fewest other labels, and it stands clear of the frame of the zoom.

    Parameters
    ----------
    start : (2,) float
        The marked point, any unit of length, as for the rest.
    rows : (float, float)
        Heights below and above the patch where a label may stand.
    across : (float, float)
        Range of the label's middle.
    boxes : sequence of (left, bottom, right, top)
        What the line should not cross.
    frame : (left, bottom, right, top)
        What the label itself should not cover.
    label : (half its width, its height)
        Size of the label, which stands on its row or hangs from it.

    Returns
    -------
    (end (2,), above)
        The label's place, and whether it is above the patch.
    """
    along = np.linspace(0, 1, 200)[:, None]

    def cost(choice: tuple[bool, float]) -> float:
        end = np.array([choice[1], rows[int(choice[0])]])
        line = start + along * (end - start)
        crossed = sum(
            bool(np.any((line[:, 0] > b[0]) & (line[:, 0] < b[2]) & (line[:, 1] > b[1]) & (line[:, 1] < b[3])))
            for b in boxes
        )
        bottom = end[1] if choice[0] else end[1] - label[1]
        covers = abs(end[0] - 0.5 * (frame[0] + frame[2])) < label[0] + 0.5 * (frame[2] - frame[0]) and (
            bottom < frame[3] and bottom + label[1] > frame[1]
        )
        length, height = float(np.hypot(*(end - start))), rows[1] - rows[0]
        return length + (0.5 * crossed + (2.0 if covers else 0.0)) * height

    above, x = min(((a, float(x)) for a in (True, False) for x in np.linspace(*across, 41)), key=cost)
    return np.array([x, rows[int(above)]]), above


def _nm(length: float) -> str:
    return f"{length * 1e9:.4g}"
