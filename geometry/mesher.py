"""The only file that drives gmsh and pygmsh: a plane outline goes in, curved six-node triangles come out.

The outline is drawn through pygmsh; where pygmsh falls short gmsh's own interface is used: it gives no access to a
session of somebody else, reads the user's option files, and its size callback leaves its trace in the options.
"""

from __future__ import annotations

import importlib
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, MeshingError, MissingDependencyError
from tubewall.geometry.outline_file import keep_drawing
from tubewall.geometry.time_limit import ChildDied, in_child
from tubewall.geometry.triangles import side_keys

#: Most triangles a mesh may have.
MOST_CELLS: Final = 1_000_000
#: How long gmsh may take: a million triangles take a tenth of it.
MOST_SECONDS: Final = 600.0

Point = tuple[float, float]
Size = Callable[[float, float], float]
# vertices, the triangles of each patch, the edges of each curve, numbered from 0
Raw = tuple[NDArray[np.float64], list[NDArray[np.int64]], list[NDArray[np.int64]]]

_LIBRARIES: Final = (
    "apt-get update && apt-get install -y --no-install-recommends "
    "libglu1-mesa libgl1 libegl1 libxcursor1 libxft2 libxinerama1 libgomp1"
)
_OPTIONS: Final[Mapping[str, float]] = {
    "General.Terminal": 0,
    "General.AbortOnError": 0,
    "General.NumThreads": 1,
    "Mesh.Algorithm": 6,
    "Mesh.ElementOrder": 1,
    "Mesh.MeshSizeExtendFromBoundary": 0,
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
    "Mesh.MeshSizeFactor": 1,
    "Mesh.MeshSizeMin": 0,
    "Mesh.MeshSizeMax": 1e22,
    "Mesh.RandomFactor": 1e-9,
    "Mesh.RandomSeed": 1,
    "Mesh.Smoothing": 3,
    "Mesh.RecombineAll": 0,
    "Mesh.SubdivisionAlgorithm": 0,
    "Geometry.Tolerance": 1e-12,
}


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


def refuse_size(cells: float) -> None:
    """Refuse a mesh of about so many ``cells`` when they are more than :data:`MOST_CELLS`."""
    if cells > MOST_CELLS:
        raise InputError(
            f"the mesh would have about {cells:.0f} cells, more than {MOST_CELLS}: pass fewer elements_through_wall, "
            "fewer bores or a thicker wall"
        )


def mesh_outline(outline: Outline, splits: int = 0) -> Meshed:
    """Mesh an outline with six-node triangles, the middles of sides on arcs exactly on their circles.

    Then split every triangle in four, ``splits`` times over, so that meshes of different fineness are nested.

    Raises
    ------
    MeshingError
        When gmsh cannot mesh the outline, crashes or does not end within :data:`MOST_SECONDS`; the drawing is saved, and the
        message says where.
    MissingDependencyError
        When gmsh lacks shared libraries of the system.
    """
    _import_gmsh()
    # before the copy is made, which would import it each time
    importlib.import_module("pygmsh")
    try:
        raw = _unpacked(in_child(MOST_SECONDS, lambda: _packed(_generated(outline))))
    except (MeshingError, TimeoutError, ChildDied) as error:
        told = error if isinstance(error, MeshingError) else f"gmsh could not mesh the drawing: {error}"
        raise MeshingError(f"{told}; {keep_drawing(outline)}") from error
    refuse_size(sum(map(len, raw[1])) * 4**splits)
    for _ in range(splits):
        raw = _split(outline, *raw)
    return _curved(outline, *raw)


def _packed(raw: Raw) -> bytes:
    """What gmsh made, as bytes for another process."""
    vertices, triangles, edges = raw
    whole = io.BytesIO()
    parts = {f"t{i}": part for i, part in enumerate(triangles)} | {f"e{i}": part for i, part in enumerate(edges)}
    np.savez(whole, vertices=vertices, **parts)  # type: ignore[arg-type]
    return whole.getvalue()


def _unpacked(whole: bytes) -> Raw:
    with np.load(io.BytesIO(whole)) as parts:
        count = [sum(name[0] == letter for name in parts.files if name != "vertices") for letter in "te"]
        triangles, edges = ([parts[f"{letter}{i}"] for i in range(n)] for letter, n in zip("te", count, strict=True))
        return parts["vertices"], triangles, edges


def _generated(outline: Outline) -> Raw:
    """What gmsh makes of an outline."""
    with _session() as gmsh:
        try:
            curve_tags, patch_tags = _draw(gmsh, outline)
            gmsh.model.mesh.setSizeCallback(lambda dim, tag, x, y, z, lc: outline.size(x, y))
            gmsh.model.mesh.generate(2)
            return _extract(gmsh, curve_tags, patch_tags)
        except MeshingError:
            raise
        # gmsh raises bare Exceptions
        except Exception as error:
            raise MeshingError(f"gmsh could not mesh the drawing: {error}") from error
        finally:
            gmsh.model.mesh.removeSizeCallback()


def _import_gmsh() -> Any:
    try:
        import gmsh
    except OSError as error:
        raise MissingDependencyError(f"gmsh lacks a shared library ({error}); as root: {_LIBRARIES}") from error
    return gmsh


@contextmanager
def _session() -> Iterator[Any]:
    """A gmsh model of our own: with our options, inside the caller's session where there is one, left as it was."""
    gmsh = _import_gmsh()
    theirs = bool(gmsh.isInitialized())
    if not theirs:
        gmsh.initialize(["tubewall", "-nopopup"], readConfigFiles=False, interruptible=False)
    kept = {name: gmsh.option.getNumber(name) for name in _OPTIONS}
    current = gmsh.model.getCurrent() if theirs else ""
    gmsh.option.setNumber("General.Terminal", 0)
    gmsh.model.add("tubewall")
    try:
        for name, value in _OPTIONS.items():
            gmsh.option.setNumber(name, value)
        yield gmsh
    finally:
        gmsh.model.remove()
        if theirs:
            for name, value in kept.items():
                gmsh.option.setNumber(name, value)
            if current in gmsh.model.list():
                gmsh.model.setCurrent(current)
        else:
            gmsh.finalize()


def _draw(gmsh: Any, outline: Outline) -> tuple[list[int], list[int]]:
    import pygmsh

    geometry = pygmsh.geo.Geometry()
    points: dict[Point, Any] = {}

    def point(at: Point) -> Any:
        key = (round(at[0], 12), round(at[1], 12))
        if key not in points:
            points[key] = geometry.add_point((at[0], at[1], 0.0))
        return points[key]

    curves = []
    for curve in outline.curves:
        start, end = point(curve.start), point(curve.end)
        if curve.centre is None:
            curves.append(geometry.add_line(start, end))
        else:
            curves.append(geometry.add_circle_arc(start, point(curve.centre), end))
    surfaces = []
    for patch in outline.patches:
        loop = geometry.add_curve_loop([curves[k] if sign > 0 else -curves[k] for k, sign in patch.way])
        surfaces.append(geometry.add_plane_surface(loop))
    geometry.synchronize()
    for curve, drawn in zip(outline.curves, curves, strict=True):
        if curve.cells:
            gmsh.model.mesh.setTransfiniteCurve(drawn._id, curve.cells + 1, "Progression", curve.ratio)
    for patch, surface in zip(outline.patches, surfaces, strict=True):
        if patch.corners:
            tags = [point(at)._id for at in patch.corners]
            gmsh.model.mesh.setTransfiniteSurface(surface._id, "Alternate", tags)
    return [curve._id for curve in curves], [surface._id for surface in surfaces]


def _extract(
    gmsh: Any, curve_tags: Sequence[int], patch_tags: Sequence[int]
) -> tuple[NDArray[np.float64], list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Vertices, the triangles of each patch, the edges of each curve, numbered from 0."""
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    index = np.full(int(tags.max()) + 1, -1, dtype=np.int64)
    index[tags] = np.arange(len(tags))

    def connectivity(dim: int, tag: int, kind: int, nodes: int) -> NDArray[np.int64]:
        _, found = gmsh.model.mesh.getElementsByType(kind, tag)
        if len(found) == 0:
            raise MeshingError(f"gmsh left {'surface' if dim == 2 else 'curve'} {tag} of the drawing without elements")
        return np.asarray(index[found.astype(np.int64)].reshape(-1, nodes))

    triangles = [connectivity(2, tag, 2, 3) for tag in patch_tags]
    edges = [connectivity(1, tag, 1, 2) for tag in curve_tags]
    return coordinates.reshape(-1, 3)[:, :2].copy(), triangles, edges


def _split(
    outline: Outline,
    vertices: NDArray[np.float64],
    triangles: list[NDArray[np.int64]],
    edges: list[NDArray[np.int64]],
) -> tuple[NDArray[np.float64], list[NDArray[np.int64]], list[NDArray[np.int64]]]:
    """Each triangle in four and each edge in two, new vertices of arcs on their circles."""
    sides = np.concatenate(triangles)[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    keys, first, inverse = np.unique(side_keys(sides, len(vertices)), return_index=True, return_inverse=True)
    middles = vertices[sides[first]].mean(axis=1)
    halves = []
    for curve, edge in zip(outline.curves, edges, strict=True):
        at = np.searchsorted(keys, side_keys(edge, len(vertices)))
        middles[at] = _onto_circle(middles[at], curve)
        middle = len(vertices) + at
        halves.append(np.concatenate((np.column_stack((edge[:, 0], middle)), np.column_stack((middle, edge[:, 1])))))
    quarters, begin = [], 0
    for part in triangles:
        (a, b, c), three = part.T, len(vertices) + inverse.reshape(-1, 3)[begin : begin + len(part)]
        ab, bc, ca = three.T
        quarters.append(np.column_stack((a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca)).reshape(-1, 3))
        begin += len(part)
    return np.concatenate((vertices, middles)), quarters, halves


def _curved(
    outline: Outline,
    vertices: NDArray[np.float64],
    triangles: list[NDArray[np.int64]],
    edges: list[NDArray[np.int64]],
) -> Meshed:
    """Give every side a middle node: halfway on lines, halfway along the circle on arcs."""
    corners = np.concatenate(triangles)
    a, b, c = (vertices[corners[:, k]] for k in range(3))
    clockwise = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) < (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    corners[clockwise] = corners[clockwise][:, [0, 2, 1]]
    used, flat = np.unique(corners, return_inverse=True)
    corners = flat.reshape(corners.shape)
    points = vertices[used]
    renumber = np.full(len(vertices), -1, dtype=np.int64)
    renumber[used] = np.arange(len(used))
    for curve, edge in zip(outline.curves, edges, strict=True):
        on_curve = renumber[np.unique(edge)]
        points[on_curve] = _onto_circle(points[on_curve], curve)
    sides = corners[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    keys, first, inverse = np.unique(side_keys(sides, len(points)), return_index=True, return_inverse=True)
    middles = points[sides[first]].mean(axis=1)
    facets: dict[str, list[NDArray[np.int64]]] = {}
    for curve, edge in zip(outline.curves, edges, strict=True):
        ends = renumber[edge]
        at = np.searchsorted(keys, side_keys(ends, len(points)))
        middles[at] = _onto_circle(middles[at], curve)
        if curve.name:
            facets.setdefault(curve.name, []).append(np.column_stack((ends, len(points) + at)))
    cells = np.column_stack((corners, len(points) + inverse.reshape(-1, 3)))
    regions: dict[str, list[NDArray[np.int64]]] = {}
    begin = 0
    for patch, part in zip(outline.patches, triangles, strict=True):
        regions.setdefault(patch.region, []).append(np.arange(begin, begin + len(part)))
        begin += len(part)
    return Meshed(
        points=np.concatenate((points, middles)),
        cells=cells,
        regions={name: np.concatenate(parts) for name, parts in regions.items()},
        facets={name: np.concatenate(parts) for name, parts in facets.items()},
    )


def _onto_circle(points: NDArray[np.float64], curve: Curve) -> NDArray[np.float64]:
    """Points moved along their radii onto the circle of an arc; as they are on a line."""
    if curve.centre is None:
        return points
    centre = np.array(curve.centre)
    radius = math.dist(curve.start, curve.centre)
    away = points - centre
    return np.asarray(centre + radius * away / np.hypot(away[:, 0], away[:, 1])[:, None], dtype=np.float64)
