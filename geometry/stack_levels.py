"""Where the layers of a tall mesh lie: fine at roots, levels and caps, growing geometrically between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from tubewall.geometry.reference_cells import Floats

# samples a decade of distance of the size function
_SAMPLES: Final = 40


def graded(
    breaks: Sequence[float], fine: Sequence[tuple[float, float]], growth: float, longest: float = math.inf
) -> Floats:
    """Places (n,) from the first to the last of ``breaks``, each of which is among them.

    Next to a place of ``fine``, (place, size), intervals are as long as its size; away from it each is ``growth`` times as long
    as the one before, up to ``longest``: the size is size + (growth - 1) distance.
    """
    ends = np.unique(np.asarray(breaks, dtype=np.float64))
    # breaks within round-off of each other are one
    reach = float(ends[-1] - ends[0])
    ends = ends[np.concatenate(([True], np.diff(ends) > 1e-9 * reach))]
    parts = [ends[:1]]
    for low, high in pairwise(ends.tolist()):
        parts.append(_between(low, high, fine, growth, longest)[1:])
    return np.concatenate(parts)


def _between(low: float, high: float, fine: Sequence[tuple[float, float]], growth: float, longest: float) -> Floats:
    span = high - low
    at = [np.linspace(low, high, 2 * _SAMPLES)]
    for place, size in fine:
        if size < span:
            away = np.geomspace(1e-3 * size, span + abs(place - low), int(_SAMPLES * (3 + math.log10(1 + span / size))))
            at += [place - away, place + away, np.array([place])]
    z = np.unique(np.concatenate(at))
    z = np.unique(np.concatenate((z[(z > low) & (z < high)], [low, high])))
    size_at = np.full(len(z), longest)
    for place, size in fine:
        size_at = np.minimum(size_at, size + (growth - 1) * np.abs(z - place))
    density = 1 / size_at
    total = np.concatenate(([0.0], np.cumsum(np.diff(z) * (density[1:] + density[:-1]) / 2)))
    count = max(1, math.ceil(float(total[-1]) - 0.25))
    result = np.interp(np.linspace(0.0, float(total[-1]), count + 1), total, z)
    result[0], result[-1] = low, high
    return result


def halved(places: Floats) -> Floats:
    """The places (n,) and the middles between them, (2 n - 1,)."""
    result = np.empty(2 * len(places) - 1)
    result[::2] = places
    result[1::2] = (places[1:] + places[:-1]) / 2
    return result
