"""Crosses of principal stress: three double arrows at a place, as long as the stress, out for tension, in for compression."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.invariants import as_tensor
from tubewall.view.body_scene import BodyScene

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

TENSION: Final[Colour] = (0.84, 0.15, 0.12)
COMPRESSION: Final[Colour] = (0.10, 0.22, 0.62)

# crosses stand about this far apart, in units of the scene; the longest arrow fills the space between them
_SPACING: Final = 0.055
# arrows shorter than this over the longest are left out
_LEAST: Final = 0.1
# and shorter than this have no heads
_HEADED: Final = 0.3
# the longest arrow stands for the stress that all but this share of places keep below
_TRUSTED: Final = 0.98


def places(points: Floats, spacing: float = _SPACING) -> NDArray[np.int64]:
    """Of points (n, 3), one in each occupied cube of a grid, the one nearest to the cube's middle."""
    cubes = np.floor(points / spacing)
    off = ((points / spacing - cubes - 0.5) ** 2).sum(axis=1)
    order = np.lexsort((off, *cubes.T))
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any(np.diff(cubes[order], axis=0) != 0, axis=1)
    return np.asarray(order[first], dtype=np.int64)


def principal_arrows(stress: Floats) -> tuple[Floats, Floats]:
    """Principal stresses (n, 3) [Pa], ascending, and their directions (n, 3, 3), [:, :, i] the i-th."""
    values, directions = np.linalg.eigh(as_tensor(stress))
    return values, directions


def crosses(scene: BodyScene, among: NDArray[np.bool_] | None = None) -> list[tuple[Floats, Colour, Floats]]:
    """Segments (s, 2, 3) in units of the scene, the colour of tension or of compression, and their displacement (s, 3) [m].

    ``among`` (n,) marks the points that may have one, all without it. The largest length stands for the largest principal
    stress of the places shown, but for the two percent beyond, which are drawn as long.
    """
    surface = scene.surface
    allowed = np.arange(len(scene.points)) if among is None else np.flatnonzero(among)
    chosen = allowed[places(scene.points[allowed])]
    if not len(chosen):
        return []
    values, directions = principal_arrows(surface.stress[chosen])
    largest = float(np.quantile(np.abs(values).max(axis=1), _TRUSTED))
    if largest == 0:
        return []
    share = np.clip(values / largest, -1.0, 1.0)
    centres = scene.points[chosen]
    found = []
    for sign, colour in ((1.0, TENSION), (-1.0, COMPRESSION)):
        which, axis = np.nonzero(sign * share > _LEAST)
        along = directions[which, :, axis] * (0.5 * _SPACING * np.abs(share[which, axis]))[:, None]
        segments, owner = _arrows(centres[which], along, surface.normals[chosen][which], outward=sign > 0)
        found.append((segments, colour, surface.displacement[chosen][which][owner]))
    return [one for one in found if len(one[0])]


def _arrows(centres: Floats, along: Floats, normals: Floats, *, outward: bool) -> tuple[Floats, NDArray[np.int64]]:
    """Double arrows (s, 2, 3) about centres (k, 3), ``along`` each way, heads in the surface; and the centre of each (s,)."""
    size = np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(normals, along)
    other = np.cross(along, [0.31, 0.52, 0.79])
    side = np.where(np.linalg.norm(side, axis=1, keepdims=True) > 0.2 * size, side, other)
    side *= size / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-300)
    parts, owners = [np.stack([centres - along, centres + along], axis=1)], [np.arange(len(centres))]
    headed = np.flatnonzero(size[:, 0] > _HEADED * 0.5 * _SPACING)
    centres, along, side = centres[headed], along[headed], side[headed]
    for way in (1.0, -1.0):
        tip = centres + way * along * (1.0 if outward else 0.12)
        back = tip - way * along * (0.3 if outward else -0.3)
        for turn in (0.2, -0.2):
            parts.append(np.stack([tip, back + turn * side], axis=1))
            owners.append(headed)
    return np.concatenate(parts), np.concatenate(owners)
