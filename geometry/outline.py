"""A plane drawing for the mesher, in units of the bore: curves, patches, sizes; and the mesh that is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Size = Callable[[float, float], float]
# vertices, the triangles of each patch, the edges of each curve, numbered from 0
Raw = tuple[NDArray[np.float64], list[NDArray[np.int64]], list[NDArray[np.int64]]]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line, or with a ``centre`` the shorter circular arc, from ``start`` to ``end``; ``name`` of its boundary or ''.

    With ``cells`` it is divided into that many, each ``ratio`` times as long as the one before; otherwise by the size.
    """

    start: Point
    end: Point
    centre: Point | None = None
    name: str = ""
    cells: int = 0
    ratio: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A surface inside a closed way of curves: (index, +1 or -1) each; four ``corners`` make it a structured one."""

    way: Sequence[tuple[int, int]]
    corners: Sequence[Point] = ()
    region: str = "wall"


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What is meshed: curves, the patches between them, and the size wanted at (x, y), in units of the bore."""

    curves: Sequence[Curve]
    patches: Sequence[Patch]
    size: Size


@dataclass(frozen=True, kw_only=True)
class Meshed:
    """Straight-sided mesh of an outline made curved: points (n, 2), cells (m, 6), facets (k, 3) by curve name."""

    points: NDArray[np.float64]
    cells: NDArray[np.int64]
    regions: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    facets: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
