"""The corner where the level of a chamber and the planes of symmetry that cut it open meet: flat faces fan out from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

# over the size of the rim: what is level with its end, and how far its lines may miss one corner
_LEVEL: Final = 1e-6
_MISS: Final = 0.01
# over the length of all lines: directions that differ by less are one plane of symmetry
_ONE_PLANE: Final = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Corner:
    """The corner (3 + 3 k,) of points and displacement of k states, and which segments (s,) of the rim are level with it."""

    corner: Floats
    level: Marks


def symmetry_corner(rim: Floats) -> Corner | None:
    """The point from which flat faces fan out to all segments of a rim; None where there is none.

    At one end of the rim, its highest or lowest, lies the level. All other segments lie in upright planes of symmetry, so that
    in plan view they point to where these meet; along one plane alone, any place between its two ends will do.

    Parameters
    ----------
    rim : (s, 2, 3 + 3 k)
        Segments of points and displacement.
    """
    height = rim[..., 2]
    tried = [_corner_at(rim, float(end)) for end in (height.max(), height.min())]
    best = min((one for one in tried if one is not None), key=lambda one: one[0], default=None)
    return None if best is None or best[0] > _MISS else best[1]


def _corner_at(rim: Floats, end: float) -> tuple[float, Corner] | None:
    """The corner at one end [m] of the rim, after how far lines miss it over the size of the rim."""
    points = rim[..., :3]
    size = float(np.ptp(points.reshape(-1, 3), axis=0).max())
    at_level = np.abs(points[..., 2] - end) <= _LEVEL * size
    level = at_level.all(axis=1)
    leaving = at_level.any(axis=1) & ~level
    if np.count_nonzero(leaving) != 2:
        return None
    ends = rim[leaving][at_level[leaving]]
    along = (points[:, 1] - points[:, 0])[~level, :2]
    length = np.linalg.norm(along, axis=1)
    # upright segments point nowhere
    lying = length > _LEVEL * size
    if not lying.any():
        return None
    across = np.stack([-along[lying, 1], along[lying, 0]], axis=1) / length[lying, None]
    weight = np.sqrt(length[lying] / length[lying].sum())[:, None]
    start = points[~level][lying, 0, :2]
    middle = ends.mean(axis=0)
    wanted = (across * (start - middle[:2])).sum(axis=1)
    shift, _, planes, _ = np.linalg.lstsq(weight * across, weight[:, 0] * wanted, rcond=_ONE_PLANE)
    corner = middle.copy()
    corner[:2] += shift
    if planes == 2:
        # what lies in two planes of symmetry moves along both, up or down alone
        corner[3::3] = corner[4::3] = 0.0
    return float(np.abs(across @ shift - wanted).max()) / size, Corner(corner=corner, level=np.asarray(level))
