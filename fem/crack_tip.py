"""Where a crack ends in a mesh: its directions, how far the body around is undisturbed, and how it is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.crack_fields import TipFrame
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import Support
from tubewall.fem.reference_elements import shape_table
from tubewall.fem.surface_loads import facet_geometry
from tubewall.fem.surface_points import among
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import show

if TYPE_CHECKING:
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import SolidMesh

# how far from the plane of the crack, over the distance from its front, a face still counts as plane
_PLANE: Final = 1e-3
# least cosine between the normal of the surface where a front comes out and the front, and how far from its plane a node may
# lie, over the size of the body
_FACING: Final = 0.7
_FLAT: Final = 1e-6
# a radius is large enough when it holds so many elements at the tip, or vertices for each point of the front: farther away the
# mesh is coarser
_ENOUGH: Final = 12.0
_VERTICES: Final = 200
# of the largest radius: where the integrals are taken
FRACTIONS: Final = (0.4, 0.6, 0.8, 1.0)
FRACTIONS_IN_SPACE: Final = (0.6, 0.8, 1.0)
# of each radius: the part that moves as a whole
INNER: Final = 0.5
# least radius over the size of the elements at the tip
_LEAST: Final = 2.1


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Sizes around a tip [m]: of the elements there, of a radius that is enough, and of the largest undisturbed one."""

    element: float
    enough: float
    largest: float

    @property
    def least(self) -> float:
        """The least radius that the elements at the tip allow [m]."""
        return _LEAST * self.element

    def radii(self, radius: float | None, place: str, fractions: tuple[float, ...] = FRACTIONS) -> tuple[float, ...]:
        """The radii to integrate over.

        Raises
        ------
        InputError
            When the mesh is too coarse there, or the radius asked for reaches too far or not far enough.
        """
        least = self.least
        if self.largest < least:
            raise InputError(
                f"the crack {place} has {show(self.largest, 'm')} of plane crack and undisturbed body around it, less than "
                f"{_LEAST:g} elements of {show(self.element, 'm')}: refine the mesh there"
            )
        if radius is not None and not least <= radius <= self.largest:
            raise InputError(
                f"the radius {show(radius, 'm')} of the crack {place} must lie between {show(least, 'm')} ({_LEAST:g} elements) "
                f"and {show(self.largest, 'm')}, where the surface, another material or the other end of the crack begins"
            )
        outer = min(self.largest, self.enough) if radius is None else radius
        return tuple(sorted({max(least, fraction * outer) for fraction in fractions}))


def plane_frame(model: Model, node: int, direction: tuple[float, ...]) -> TipFrame:
    """Directions at the tip of a crack in a plane or axisymmetric body.

    Raises
    ------
    InputError
        When the direction is no vector of the plane.
    """
    ahead = np.asarray(direction, dtype=np.float64)
    if ahead.shape != (2,) or not np.all(np.isfinite(ahead)) or not np.any(ahead):
        raise InputError(f"the direction of a crack is a vector (x, y) of the plane, got {direction!r}")
    c, s = ahead / np.linalg.norm(ahead)
    point = model.discrete.mesh.points[node]
    curvature = np.zeros(2)
    if model.kinematics == "axisymmetric":
        if point[0] <= 0:
            raise InputError(f"the tip of a crack lies off the axis, got {point.tolist()} m")
        curvature = np.array([c, -s]) / point[0]
    return TipFrame(
        point=np.array([*point, 0.0]),
        axes=np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]),
        curvature=curvature,
    )


def reach(
    model: Model, faces: tuple[str, ...], front: Ints, frames: tuple[TipFrame, ...], nearest: Ints, distance: Floats
) -> Reach:
    """How far around a front the body is one piece of its materials, but for the faces of the crack and held planes ahead.

    Parameters
    ----------
    front : (f,)
        Nodes of the front.
    frames : tuple of TipFrame
    nearest : (n,)
        The frame next to each node of the mesh.
    distance : (n,)
        Of each node from the front [m].
    """
    mesh = model.discrete.mesh
    element = 0.0
    for block in mesh.blocks:
        touching = np.isin(block.cells, front).any(axis=1)
        element = max(element, float(distance[block.cells[touching]].max(initial=0.0)))
    place = _places(mesh, frames, nearest)
    own = _pairs(mesh, faces)
    held = [s.boundary for s in model.supports if isinstance(s, Support) and s.boundary is not None]
    allowed = np.concatenate([own, _pairs(mesh, tuple(held))])
    limit = np.inf
    came_out = np.zeros(len(mesh.points), dtype=bool)
    for pairs, outer in ((mesh.outer_facets, True), (_interfaces(model), False)):
        for group in mesh.facet_groups(pairs) if len(pairs) else ():
            nodes = group.nodes
            away = distance[nodes]
            fine = (np.abs(place[nodes, 1]) <= _PLANE * np.maximum(away, 1e-3 * element)).all(axis=1)
            if outer:
                facets = pairs[group.rows]
                ahead = place[nodes, 0].mean(axis=1) > 0
                fine &= among(facets, allowed) & ~(ahead & among(facets, own))
                if mesh.dim == 3:
                    across = comes_out(mesh, facets, frames[0]) | comes_out(mesh, facets, frames[-1])
                    came_out[nodes[across]] = True
                    fine |= across
            limit = min(limit, float(away[~fine].min(initial=np.inf)))
    above = np.array([place[_nodes_of(mesh, int(e)), 1].mean() > 0 for e in own[:, 0]])
    ends = np.concatenate([_rim(mesh, own[above]), _rim(mesh, own[~above])])
    ends = ends[~np.isin(ends, front) & ~came_out[ends]]
    limit = min(limit, float(distance[ends].min(initial=np.inf)))
    # just inside, so that what lies at the limit is not moved
    near = np.sort(distance[mesh.vertex_nodes])
    enough = float(near[min(_VERTICES * len(frames), len(near) - 1)])
    return Reach(element=element, enough=max(enough, _ENOUGH * element), largest=limit * (1 - 1e-9))


def _pairs(mesh: SolidMesh, names: tuple[str, ...]) -> Ints:
    return np.concatenate([np.zeros((0, 2), dtype=np.int64), *(mesh.boundary(name) for name in names)])


def _places(mesh: SolidMesh, frames: tuple[TipFrame, ...], nearest: Ints) -> Floats:
    """Coordinates (n, 3) of the nodes ahead, above and along, from the front next to them."""
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.dim] = mesh.points
    origin = np.array([frame.point for frame in frames])[nearest]
    axes = np.array([frame.axes for frame in frames])[nearest]
    return np.asarray(np.einsum("nai,ni->na", axes, points - origin))


def comes_out(mesh: SolidMesh, pairs: Ints, frame: TipFrame) -> NDArray[np.bool_]:
    """On which of facets (k, 2) of the surface a front in space comes out at ``frame``: its plane, for as far as it is one."""
    normals = facet_normals(mesh, pairs)
    height = np.zeros(len(pairs))
    for group in mesh.facet_groups(pairs):
        arm = mesh.points[group.nodes] - frame.point
        height[group.rows] = np.abs(np.einsum("kji,ki->kj", arm, normals[group.rows])).max(axis=1)
    found: NDArray[np.bool_] = (np.abs(normals @ frame.axes[2]) > _FACING) & (height <= _FLAT * mesh.size)
    return found


def _nodes_of(mesh: SolidMesh, element: int) -> Ints:
    block = int(mesh.block_of(np.array([element]))[0])
    nodes: Ints = mesh.blocks[block].cells[element - mesh.starts[block]]
    return nodes


def _rim(mesh: SolidMesh, pairs: Ints) -> Ints:
    """Nodes at the rim of one face: of vertices or edges that only one facet has."""
    if len(pairs) == 0:
        return np.zeros(0, dtype=np.int64)
    found = []
    for group in mesh.facet_groups(pairs):
        kind = CELLS[group.kind]
        if kind.dim == 1:
            found.append(group.nodes[:, :2].reshape(-1, 1))
        else:
            found.append(group.nodes[:, kind.edges[:, :2]].reshape(-1, 2))
    parts, count = np.unique(np.sort(np.concatenate(found), axis=1), axis=0, return_counts=True)
    rim: Ints = np.unique(parts[count == 1])
    return rim


def _interfaces(model: Model) -> Ints:
    """Facets (k, 2) between regions of different material."""
    mesh = model.discrete.mesh
    pairs, face = mesh.all_facets
    names = mesh.region_names
    kinds = [model.solids[name] for name in names]
    first_like = np.array([kinds.index(solid) for solid in kinds])
    material = first_like[mesh.region_index[pairs[:, 0]]]
    order = np.argsort(face, kind="stable")
    same = np.flatnonzero(face[order][1:] == face[order][:-1])
    differ = same[material[order][same] != material[order][same + 1]]
    found: Ints = pairs[order[differ]]
    return found


def ramp(distance: Floats, radius: float) -> Floats:
    """1 up to half of the radius, falling to 0 at it."""
    return np.clip((radius - distance) / (radius * (1 - INNER)), 0.0, 1.0)


def facet_normals(mesh: SolidMesh, pairs: Ints) -> Floats:
    """Unit outward normals (k, 3) of facets at their centres."""
    normals = np.empty((len(pairs), mesh.dim))
    for group in mesh.facet_groups(pairs):
        kind = CELLS[group.kind]
        centre = kind.nodes[: kind.vertices].mean(axis=0)
        _, found = facet_geometry(mesh.points, group, centre[None])
        normals[group.rows] = found[:, 0]
    unit: Floats = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    return unit


def upper_normal(mesh: SolidMesh, face: str, node: int) -> Floats | None:
    """Mean of the inward normals of the facets of ``face`` at ``node``: up from the crack; None where it does not touch."""
    total = np.zeros(mesh.dim)
    for group in mesh.facet_groups(mesh.boundary(face)):
        rows = np.flatnonzero((group.nodes == node).any(axis=1))
        for row in rows:
            kind = CELLS[group.kind]
            here = kind.nodes[int(np.flatnonzero(group.nodes[row] == node)[0])]
            _, slopes = shape_table(group.kind, here[None])
            tangents = mesh.points[group.nodes[row]].T @ slopes[0]
            normal = (
                np.array([tangents[1, 0], -tangents[0, 0]])
                if mesh.dim == 2
                else np.cross(tangents[:, 0], tangents[:, 1])
            )
            total -= normal / max(float(np.linalg.norm(normal)), 1e-300)
    length = float(np.linalg.norm(total))
    return total / length if length > 0 else None
