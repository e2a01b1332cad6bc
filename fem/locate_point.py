"""Where points lie in a mesh of any kind of cells: the elements that hold them and their local coordinates."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.inverse_map import invert
from tubewall.fem.nearest_point import nearest_on_surface
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.units import show_point

#: How far outside a point may lie, in sizes of the element beside it.
REACH: Final = 1e-3
# the corner of the box around an element is moved out by this share of its extent, against rounding
_MARGIN: Final = 1e-5
# pairs of points and boxes looked at together
_PAIRS: Final = 20_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Located:
    """Every element that holds a point.

    Attributes
    ----------
    point : (h,)
        Index of the point, ascending.
    elements : (h,)
    local : (h, dim)
    at : (p, dim)
        The points themselves, those from just outside moved to the surface.
    """

    point: Ints
    elements: Ints
    local: Floats
    at: Floats


def locate(mesh: SolidMesh, points: ArrayLike, *, region: str | None = None) -> Located:
    """Find points (p, dim) [m]; a point on a face, edge or node is found in all elements around it.

    A point outside by less than ``REACH`` of the size of the element beside it moves to the nearest point.

    Parameters
    ----------
    mesh : SolidMesh
    points : (p, dim)
    region : str, optional
        Only its elements count; points of other regions then are outside.

    Raises
    ------
    InputError
        For a point farther outside; the message names the nearest point of the mesh or region.
    """
    found, lost = search(mesh, points, region=region)
    if len(lost) == 0:
        return found
    at = found.at.copy()
    elements, local, nearest = nearest_on_surface(mesh, at[lost], region=region, reach=REACH)
    at[lost] = nearest
    # the moved point may be shared by several elements
    again, still = search(mesh, nearest, region=region)
    point = np.concatenate([found.point, lost[again.point], lost[still]])
    order = np.argsort(point, kind="stable")
    return Located(
        point=point[order],
        elements=np.concatenate([found.elements, again.elements, elements[still]])[order],
        local=np.concatenate([found.local, again.local, local[still]])[order],
        at=at,
    )


def search(mesh: SolidMesh, points: ArrayLike, *, region: str | None = None) -> tuple[Located, Ints]:
    """As ``locate``, but points that no element holds are left where they are: their indices are the second answer."""
    given = np.asarray(points, dtype=np.float64)
    if given.ndim != 2 or given.shape[1] != mesh.dim or not np.all(np.isfinite(given)):
        raise InputError(
            f"points are finite coordinates of the shape (p, {mesh.dim}), got {np.array2string(given, threshold=6)}"
        )
    finder = _finder(mesh)
    point, elements = finder.candidates(given)
    if region is not None:
        mine = mesh.region_index[elements] == mesh.region_names.index(_known(mesh, region))
        point, elements = point[mine], elements[mine]
    local, inside = invert(mesh, elements, given[point])
    point, elements, local = point[inside], elements[inside], local[inside]
    lost = np.setdiff1d(np.arange(len(given)), point)
    return Located(point=point, elements=elements, local=local, at=given), lost


def locate_one(mesh: SolidMesh, at: ArrayLike, *, region: str | None = None) -> Located:
    """As ``locate`` for one point (dim,)."""
    place = np.asarray(at, dtype=np.float64)
    if place.shape != (mesh.dim,) or not np.all(np.isfinite(place)):
        raise InputError(
            f"a point of this mesh has {mesh.dim} finite coordinates in m, got {show_point(place.ravel())}"
        )
    return locate(mesh, place[None], region=region)


def _known(mesh: SolidMesh, region: str) -> str:
    mesh.region(region)
    return region


@dataclass(frozen=True, kw_only=True, eq=False)
class _Finder:
    """Boxes around the elements, and trees of their centres; elements of like size share one.

    ``low``, ``high`` (m, dim) are the corners of the boxes. Each group has its elements, the scale of each coordinate, and
    the reach of its boxes in these: measured so, even slender elements are nearly cubes.
    """

    low: Floats
    high: Floats
    groups: tuple[tuple[Ints, Floats, float, object], ...]

    def candidates(self, points: Floats) -> tuple[Ints, Ints]:
        """Pairs (point, element) whose box holds the point, by ascending point."""
        owners, found = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for members, scale, reach, tree in self.groups:
            step = max(1, _PAIRS // len(members))
            for start in range(0, len(points), step):
                some = points[start : start + step]
                lists = tree.query_ball_point(some / scale, reach, p=np.inf)  # type: ignore[attr-defined]
                counts = np.fromiter((len(entry) for entry in lists), dtype=np.int64, count=len(some))
                if counts.sum() == 0:
                    continue
                element = members[np.concatenate([np.asarray(entry, dtype=np.int64) for entry in lists])]
                point = np.repeat(np.arange(start, start + len(some)), counts)
                held = ((points[point] >= self.low[element]) & (points[point] <= self.high[element])).all(axis=1)
                owners.append(point[held])
                found.append(element[held])
        point, element = np.concatenate(owners), np.concatenate(found)
        order = np.lexsort((element, point))
        return point[order], element[order]


_FINDERS: weakref.WeakKeyDictionary[SolidMesh, _Finder] = weakref.WeakKeyDictionary()


def _finder(mesh: SolidMesh) -> _Finder:
    if mesh not in _FINDERS:
        _FINDERS[mesh] = _build(mesh)
    return _FINDERS[mesh]


def boxes(mesh: SolidMesh) -> tuple[Floats, Floats]:
    """Corners low and high (m, dim) [m] of boxes that hold the elements, bulging sides included."""
    low, high = np.empty((mesh.elements, mesh.dim)), np.empty((mesh.elements, mesh.dim))
    for number, block in enumerate(mesh.blocks):
        mine = slice(mesh.starts[number], mesh.starts[number + 1])
        cell = CELLS[block.kind]
        corners = mesh.points[block.cells]
        low[mine], high[mine] = corners.min(axis=1), corners.max(axis=1)
        if cell.order == 2:
            # the sides bulge past the nodes by less than their middles are off the straight
            bulge = np.zeros((len(corners), mesh.dim))
            for a, b, middle in cell.edges:
                straight = 0.5 * (corners[:, a] + corners[:, b])
                np.maximum(bulge, np.abs(corners[:, middle] - straight), out=bulge)
            low[mine] -= bulge
            high[mine] += bulge
    margin = _MARGIN * (high - low).max(axis=1, keepdims=True)
    return low - margin, high + margin


def _build(mesh: SolidMesh) -> _Finder:
    from scipy.spatial import cKDTree

    low, high = boxes(mesh)
    centre, half = 0.5 * (low + high), 0.5 * (high - low)
    classes = np.floor(np.log(half.max(axis=1) / half.max()) / np.log(3.0)).astype(np.int64)
    groups = []
    for size in np.unique(classes):
        members = np.flatnonzero(classes == size)
        scale = np.median(half[members], axis=0)
        reach = float((half[members] / scale).max())
        groups.append((members, scale, reach, cKDTree(centre[members] / scale)))
    return _Finder(low=low, high=high, groups=tuple(groups))
