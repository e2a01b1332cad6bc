"""A plane through a body: what stays of its surface, and the section, each corner of it at a place in an element."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import parse, show
from tubewall.view.scene_places import Places, located
from tubewall.view.scene_split import split_cell

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]

# nearer to the plane than this over the size of the mesh a corner lies on it
_ON: Final = 1e-9
# pieces of elements looked at together
_CHUNK: Final = 300_000


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A plane that a body is cut along; what lies beyond it, where ``normal`` points, is taken away.

    Parameters
    ----------
    normal : (float, float, float)
        Any length but zero.
    through : (float, float, float), optional
        A point of the plane [m]; the middle of the body without it.
    either : bool
        Whether the other half may be taken away instead, to keep the maximum.
    """

    normal: tuple[float, float, float]
    through: tuple[float, float, float] | None = None
    either: bool = False

    def __post_init__(self) -> None:
        points = [self.normal, *([] if self.through is None else [self.through])]
        for value in points:
            if len(value) != 3 or not np.isfinite(value).all():
                raise InputError(f"a cut has a normal and a point of three finite numbers, got {value!r}")
        if not np.any(self.normal):
            raise InputError("a cut needs a normal that is not zero")

    @classmethod
    def of(cls, words: str) -> Cut:
        """The cut of words such as ``"y"``, ``"+x"``, ``"-z = 20 nm"``.

        The letter is the plane's normal and the sign what is taken away; without a sign the half with the maximum stays.

        Raises
        ------
        InputError
            For other words.
        """
        found = re.fullmatch(r"\s*([+-]?)\s*([xyz])\s*(?:=(.*))?", words.casefold(), re.DOTALL)
        if found is None:
            raise InputError(f"a cut is x, y or z, with a sign or a place: 'y', '+x', '-z = 20 nm'; got {words[:60]!r}")
        axis = "xyz".index(found[2])
        normal, place = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        normal[axis] = -1.0 if found[1] == "-" else 1.0
        if "=" not in words:
            return cls(normal=(normal[0], normal[1], normal[2]), either=not found[1])
        place[axis] = parse(words.partition("=")[2].strip(), "m")
        through = (place[0], place[1], place[2])
        return cls(normal=(normal[0], normal[1], normal[2]), through=through, either=not found[1])

    @property
    def _direction(self) -> str:
        """The normal in words: 'z', '-x', or its numbers."""
        named = {1.0: "", -1.0: "-"}
        axis = np.flatnonzero(self.normal)
        if len(axis) == 1 and self.normal[axis[0]] in named:
            return named[self.normal[axis[0]]] + "xyz"[axis[0]]
        return f"({', '.join(f'{part:.4g}' for part in self.normal)})"

    def plane(self, mesh: SolidMesh) -> Plane:
        """Where it lies in a mesh.

        Raises
        ------
        InputError
            For a plane mesh, or a plane that misses the body.
        """
        if mesh.dim != 3:
            raise InputError("a cut goes through a body in space; this one is plane")
        normal = np.asarray(self.normal, dtype=np.float64)
        normal = normal / np.linalg.norm(normal)
        low, high = mesh.points.min(axis=0), mesh.points.max(axis=0)
        along = mesh.points @ normal
        place = 0.5 * (low + high) @ normal if self.through is None else np.asarray(self.through) @ normal
        if not along.min() < place < along.max():
            raise InputError(
                f"the cut at {show(float(place), 'm')} along {self._direction} misses the body, "
                f"which reaches from {show(float(along.min()), 'm')} to {show(float(along.max()), 'm')}"
            )
        return Plane(normal=normal, place=float(place), eps=_ON * mesh.size)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plane:
    """Points with ``normal . x = place``; ``eps`` [m] is the distance below which a point lies on it."""

    normal: Floats
    place: float
    eps: float

    def __neg__(self) -> Plane:
        return Plane(normal=-self.normal, place=-self.place, eps=self.eps)

    def beyond(self, points: Floats) -> Floats:
        """Signed distance [m]; what lies on the plane counts as just beyond it, so that sections belong to what stays."""
        distance = points @ self.normal - self.place
        return np.where(np.abs(distance) <= self.eps, self.eps, distance)


def clipped(places: Places, beyond: Floats) -> Places:
    """Triangles or segments clipped to where ``beyond`` (n,) is negative; new corners lie on the sides that are cut."""
    out = beyond[places.simplices] > 0
    count = out.sum(axis=1)
    whole = places.used(count == 0)
    dim = places.local.shape[1]
    parts = [whole] if len(whole.simplices) else []
    corners = places.simplices.shape[1]
    if corners == 2:
        rows = places.simplices[count == 1]
        rows = np.where(out[count == 1][:, :1], rows[:, ::-1], rows)
        parts.append(_new(places, beyond, [(rows[:, 0], rows[:, 0]), (rows[:, 0], rows[:, 1])], [[0, 1]]))
    else:
        # turned so that the lone corner comes first
        for lone in (True, False):
            mine = count == (1 if lone else 2)
            first = np.argmax(out[mine] == lone, axis=1)
            a, b, c = (places.simplices[mine][np.arange(len(first)), (first + k) % 3] for k in range(3))
            if lone:
                new = [(b, b), (c, c), (a, c), (a, b)]
                parts.append(_new(places, beyond, new, [[0, 1, 2], [0, 2, 3]]))
            else:
                parts.append(_new(places, beyond, [(a, a), (a, b), (a, c)], [[0, 1, 2]]))
    return Places.joined([part for part in parts if len(part.simplices)], dim, corners)


def crossing(places: Places, beyond: Floats) -> Places:
    """The segments in which a plane cuts triangles, ``beyond`` (n,) being the distance of the corners from it."""
    out = beyond[places.simplices] > 0
    count = out.sum(axis=1)
    parts = []
    for lone in (True, False):
        mine = count == (1 if lone else 2)
        first = np.argmax(out[mine] == lone, axis=1)
        a, b, c = (places.simplices[mine][np.arange(len(first)), (first + k) % 3] for k in range(3))
        parts.append(_new(places, beyond, [(a, b), (a, c)], [[0, 1]]))
    return Places.joined([part for part in parts if len(part.simplices)], places.local.shape[1], 2)


def _new(places: Places, beyond: Floats, ends: list[tuple[Ints, Ints]], simplices: list[list[int]]) -> Places:
    """Simplices with corners between two others each, where the distance is zero (or at a corner named twice)."""
    local, normals = [], []
    for a, b in ends:
        gap = beyond[a] - beyond[b]
        share = np.where(a == b, 0.0, beyond[a] / np.where(gap == 0, 1.0, gap))[:, None]
        local.append(places.local[a] * (1 - share) + places.local[b] * share)
        normals.append(places.normals[a] * (1 - share) + places.normals[b] * share)
    count, k = len(ends[0][0]), len(ends)
    corners = np.array(simplices, dtype=np.int64)
    return Places(
        elements=np.repeat(places.elements[ends[0][0]], k),
        local=np.stack(local, axis=1).reshape(count * k, places.local.shape[1]),
        normals=np.stack(normals, axis=1).reshape(count * k, 3),
        simplices=(k * np.arange(count)[:, None, None] + corners[None]).reshape(-1, corners.shape[1]),
    )


def kept_by(mesh: SolidMesh, places: Places, plane: Plane) -> Places:
    """Triangles or segments on a mesh, clipped to what the plane leaves."""
    return clipped(places, plane.beyond(located(mesh, mesh.points, places.elements, places.local)))


def section_places(mesh: SolidMesh, kept: Marks, plane: Plane, most: int = 40_000) -> Places:
    """The section of the kept elements (e,) by a plane, as about ``most`` triangles with corners on it in their elements."""
    beyond = plane.beyond(mesh.points)
    chosen = []
    for number, block in enumerate(mesh.blocks):
        nodal = beyond[block.cells]
        low, high = nodal.min(axis=1), nodal.max(axis=1)
        # between its nodes a curved element may bulge a little
        bulge = 0.1 * (high - low) if mesh.order == 2 else 0.0
        near = (low < bulge) & (high > -bulge) & kept[mesh.starts[number] : mesh.starts[number + 1]]
        chosen.append(np.flatnonzero(near))
    count = sum(len(rows) for rows in chosen)
    # an element of one part a side is cut into some six triangles
    splits = int(np.clip(np.sqrt(most / (6 * max(count, 1))), 1, 4 if mesh.order == 2 else 2))
    parts = []
    for number, rows in enumerate(chosen):
        local, tetrahedra = split_cell(CELLS[mesh.blocks[number].kind].first, splits)
        step = max(1, _CHUNK // len(tetrahedra))
        for start in range(0, len(rows), step):
            parts.append(_cut_cells(mesh, number, rows[start : start + step], local, tetrahedra, plane))
    return Places.joined([part for part in parts if len(part.simplices)], 3)


def _cut_cells(mesh: SolidMesh, block: int, rows: Ints, local: Floats, tetrahedra: Ints, plane: Plane) -> Places:
    weights, _ = shape_table(mesh.blocks[block].kind, local)
    nodes = mesh.points[mesh.blocks[block].cells[rows]]
    beyond = plane.beyond(np.einsum("vk,mkd->mvd", weights, nodes, optimize=True).reshape(-1, 3))
    v = len(local)
    corners = (v * np.arange(len(rows))[:, None, None] + tetrahedra[None]).reshape(-1, 4)
    out = beyond[corners] > 0
    count = out.sum(axis=1)
    pieces = [_corner_cut(corners, out, count, lone) for lone in (True, False)] + [_middle_cut(corners, out, count)]
    pairs = np.concatenate(pieces)
    every = np.tile(local, (len(rows), 1))
    a, b = pairs[..., 0].ravel(), pairs[..., 1].ravel()
    elements = mesh.starts[block] + rows[a // v]
    share = beyond[a] / (beyond[a] - beyond[b])
    # in a curved element the distance is not linear along a side: three steps of the secant put the corner on the plane
    low, high, at_low, at_high = np.zeros(len(a)), np.ones(len(a)), beyond[a], beyond[b]
    for _ in range(3 if mesh.order == 2 else 0):
        place = every[a] * (1 - share[:, None]) + every[b] * share[:, None]
        here = located(mesh, mesh.points, elements, place) @ plane.normal - plane.place
        left = np.sign(here) == np.sign(at_low)
        low, at_low = np.where(left, share, low), np.where(left, here, at_low)
        high, at_high = np.where(left, high, share), np.where(left, at_high, here)
        gap = at_low - at_high
        share = np.where(gap == 0, share, low + (high - low) * at_low / np.where(gap == 0, 1.0, gap))
    found = Places(
        elements=elements,
        local=every[a] * (1 - share[:, None]) + every[b] * share[:, None],
        normals=np.tile(plane.normal, (len(a), 1)),
        simplices=np.arange(len(a)).reshape(-1, 3),
    )
    return _facing(mesh, _merged(found), plane)


def _merged(places: Places) -> Places:
    """The same with each place of an element once."""
    rows = np.column_stack([places.elements, np.round(places.local * 2.0**30)]).astype(np.int64)
    _, first, index = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return Places(
        elements=places.elements[first],
        local=places.local[first],
        normals=places.normals[first],
        simplices=np.asarray(index, dtype=np.int64).ravel()[places.simplices],
    )


def _corner_cut(corners: Ints, out: Marks, count: Ints, lone: bool) -> Ints:
    """Sides (k, 3, 2) cut where one corner of a tetrahedron lies on its own side of the plane."""
    mine = count == (1 if lone else 3)
    first = np.argmax(out[mine] == lone, axis=1)
    a, b, c, d = (corners[mine][np.arange(len(first)), (first + k) % 4] for k in range(4))
    return np.stack([np.stack([a, other], axis=1) for other in (b, c, d)], axis=1)


def _middle_cut(corners: Ints, out: Marks, count: Ints) -> Ints:
    """Sides (k, 3, 2) of the two triangles where two corners lie on either side."""
    rows, marks = corners[count == 2], out[count == 2]
    order = np.argsort(~marks, axis=1, kind="stable")
    a, b, c, d = np.take_along_axis(rows, order, axis=1).T
    quad = [np.stack(pair, axis=1) for pair in ((a, c), (a, d), (b, d), (b, c))]
    return np.concatenate([np.stack([quad[i] for i in three], axis=1) for three in ((0, 1, 2), (0, 2, 3))])


def _facing(mesh: SolidMesh, places: Places, plane: Plane) -> Places:
    """The triangles turned to face where the plane's normal points; slivers left out."""
    points = located(mesh, mesh.points, places.elements, places.local)[places.simplices]
    normal = np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]) @ plane.normal
    turned = np.where(normal[:, None] < 0, places.simplices[:, ::-1], places.simplices)
    return replace(places, simplices=turned).used(np.abs(normal) > plane.eps**2)
