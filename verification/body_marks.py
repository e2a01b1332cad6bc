"""Where a figure marks supports and loads: a few places on each boundary, with directions in the plane of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.loads import LineLoad, PointForce, Pressure, RigidBody, Support, Traction, scalar_at, vector_at
from tubewall.fem.model import node_at
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.loads import Load
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.verification.body_patches import Seen
    from tubewall.verification.figure import Body

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Sort = Literal["clamped", "slides", "given", "load"]

# places on a boundary
_PLACES: Final[dict[Sort, int]] = {"clamped": 9, "slides": 5, "given": 5, "load": 9}
# a load smaller than this part of the largest one is not drawn
_SMALL: Final = 0.06


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """Marks of one sort.

    Attributes
    ----------
    at : (k, 2)
        Places in the plane of the picture [m].
    along : (k, 2)
        For supports the direction out of the body, of unit length; for loads that of the force, the longest one of length 1.
    outward : (k,) bool
        Whether a force points out of the body.
    """

    sort: Sort
    at: Array
    along: Array
    outward: NDArray[np.bool_]


def marks(body: Body, view: Seen) -> tuple[Marks, ...]:
    """The marks of all supports and loads of a body."""
    found = [mark for support in body.model.supports if (mark := _support(body, view, support)) is not None]
    forces = [force for load in body.model.loads if (force := _force(body, view, load)) is not None]
    longest = max((float(np.linalg.norm(vectors, axis=1).max()) for _, _, vectors in forces), default=0.0)
    for nodes, normals, vectors in forces:
        size = np.linalg.norm(vectors, axis=1)
        keep = size > _SMALL * longest
        if keep.any():
            found.append(
                Marks(sort="load", at=(view.points[nodes] @ view.project)[keep],
                      along=(vectors @ view.project)[keep] / longest,
                      outward=(np.einsum("ki,ki->k", vectors, normals) > 0)[keep])
            )  # fmt: skip
    return tuple(found)


def key(body: Body) -> str:
    """What the marks mean, in words."""
    model = body.model
    sorts = {_sort(support, model) for support in model.supports if isinstance(support, Support)}
    words = []
    if any(isinstance(load, (Pressure, Traction, PointForce, LineLoad)) for load in model.loads):
        words.append("arrows: load")
    names = {"clamped": "hatched: clamped", "slides": "circles: slides", "given": "crosses: given displacement"}
    words += [text for sort, text in names.items() if sort in sorts]
    if any(isinstance(support, RigidBody) for support in model.supports):
        words.append("free, no rigid motion")
    if model.periodic is not None:
        words.append("periodic")
    return "; ".join(words)


def _sort(support: Support, model: Model) -> Sort:
    if support.displacement is not None:
        return "given"
    dim = model.discrete.mesh.dim
    return "clamped" if len(set(support.directions(dim)) - {"normal"}) == dim else "slides"


def _support(body: Body, view: Seen, support: object) -> Marks | None:
    if not isinstance(support, Support):
        return None
    mesh, sort = body.model.discrete.mesh, _sort(support, body.model)
    if support.boundary is not None:
        nodes, normals = boundary_normals(mesh, support.boundary)
    elif support.edge is not None:
        nodes = mesh.edge_nodes(support.edge)
        normals = np.tile(-_axis(support, mesh.dim), (len(nodes), 1))
    else:
        nodes = node_at(mesh, support.point or "")
        normals = np.tile(-_axis(support, mesh.dim), (len(nodes), 1))
    chosen = _chosen(view, nodes, _PLACES[sort])
    if len(chosen) == 0:
        return None
    along = normals[chosen] @ view.project
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = np.where(length > 0.05, along / np.maximum(length, 1e-300), np.array([0.0, -1.0]))
    return Marks(
        sort=sort, at=view.points[nodes[chosen]] @ view.project, along=along, outward=np.ones(len(chosen), bool)
    )


def _axis(support: Support, dim: int) -> Array:
    """The direction that is held, the last one where there are several."""
    held = support.directions(dim)[-1]
    return np.asarray(np.eye(3)["xyz".index(held), :dim])


def _force(body: Body, view: Seen, load: Load) -> tuple[Ints, Array, Array] | None:
    """Nodes (k,), normals (k, dim) and forces (k, dim) of a load, in whatever unit."""
    mesh = body.model.discrete.mesh
    if isinstance(load, PointForce):
        node = node_at(mesh, load.point)
        force = np.array([load.force], dtype=float)
        return node, force, force
    if isinstance(load, LineLoad):
        nodes = mesh.edge_nodes(load.edge)
        nodes = nodes[[len(nodes) // 2]]
        force = vector_at(load.force, mesh.points[nodes])
        return nodes, force, force
    if not isinstance(load, (Pressure, Traction)):
        return None
    nodes, normals = boundary_normals(mesh, load.boundary)
    chosen = _chosen(view, nodes, _PLACES["load"])
    if len(chosen) == 0:
        return None
    nodes, normals = nodes[chosen], normals[chosen]
    if isinstance(load, Pressure):
        vectors = -scalar_at(load.pressure, mesh.points[nodes])[:, None] * normals
    else:
        vectors = np.array(vector_at(load.traction, mesh.points[nodes]))
    return nodes, normals, vectors


def boundary_normals(mesh: SolidMesh, name: str) -> tuple[Ints, Array]:
    """The vertices of a boundary and unit vectors out of the body there, the mean of the facets around."""
    total = np.zeros((len(mesh.points), mesh.dim))
    for group in mesh.facet_groups(mesh.boundary(name)):
        cell = CELLS[group.kind]
        corners = group.nodes[:, : cell.vertices]
        p = mesh.points[corners]
        if mesh.dim == 2:
            edge = p[:, 1] - p[:, 0]
            normal = np.stack([edge[:, 1], -edge[:, 0]], axis=1)
        else:
            normal = np.cross(p[:, 1] - p[:, 0], p[:, -1] - p[:, 0])
        normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
        for column in range(cell.vertices):
            np.add.at(total, corners[:, column], normal)
    nodes = np.flatnonzero(np.linalg.norm(total, axis=1) > 0)
    return nodes, total[nodes] / np.linalg.norm(total[nodes], axis=1, keepdims=True)


def _chosen(view: Seen, nodes: Ints, count: int) -> Ints:
    """Positions in ``nodes`` of a few that are seen, as far from each other as they may be."""
    rows = np.flatnonzero(view.nodes[nodes])
    if len(rows) == 0:
        return rows
    at = view.points[nodes[rows]] @ view.project
    # from one end of the boundary
    picked = [int(np.lexsort((at[:, 1], at[:, 0]))[0])]
    distance = np.linalg.norm(at - at[picked[0]], axis=1)
    drawn = view.points[view.nodes] @ view.project
    least = 0.04 * np.linalg.norm(np.ptp(drawn, axis=0))
    while len(picked) < count:
        # ties go to the first, whatever the rounding
        following = int(np.argmax(np.round(distance / max(float(distance.max()), 1e-300), 6)))
        if distance[following] < least:
            break
        picked.append(following)
        distance = np.minimum(distance, np.linalg.norm(at - at[following], axis=1))
    chosen: Ints = rows[np.sort(picked)]
    return chosen
