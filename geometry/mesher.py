"""A plane outline goes in, curved six-node triangles come out: drawn through pygmsh, meshed by gmsh in a copy of the process.

Where pygmsh falls short gmsh's own interface is used: it gives no access to a session of somebody else, reads the user's
option files, and its size callback leaves its trace in the options.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, MeshingError
from tubewall.geometry.gmsh_library import gmsh_session, import_gmsh
from tubewall.geometry.outline import Meshed, Outline, Point, Raw
from tubewall.geometry.outline_curved import curved, split
from tubewall.geometry.outline_file import keep_drawing
from tubewall.geometry.time_limit import ChildDied, in_child

#: Most triangles a mesh may have.
MOST_CELLS: Final = 1_000_000
#: How long gmsh may take: a million triangles take a tenth of it.
MOST_SECONDS: Final = 600.0


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
    import_gmsh()
    # before the copy is made, which would import it each time
    importlib.import_module("pygmsh")
    try:
        raw = _unpacked(in_child(MOST_SECONDS, lambda: _packed(_generated(outline))))
    except (MeshingError, TimeoutError, ChildDied) as error:
        told = error if isinstance(error, MeshingError) else f"gmsh could not mesh the drawing: {error}"
        raise MeshingError(f"{told}; {keep_drawing(outline)}") from error
    refuse_size(sum(map(len, raw[1])) * 4**splits)
    for _ in range(splits):
        raw = split(outline, *raw)
    return curved(outline, *raw)


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
    with gmsh_session() as gmsh:
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


def _extract(gmsh: Any, curve_tags: Sequence[int], patch_tags: Sequence[int]) -> Raw:
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
