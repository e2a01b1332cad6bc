"""Where a body may have a singular point: corners in the plane, edges in space, by their angles, regions and supports."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.loads import DIRECTIONS, Support
from tubewall.fem.model import Model
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Bools = NDArray[np.bool_]

# a free surface turns inwards by more than this [rad] before it counts as a corner: straight sides may stand for a curve
_BEND: Final = {1: np.radians(40.0), 2: np.radians(8.0)}
# corners alike in their angles to this [rad] have one exponent
_ALIKE: Final = np.radians(4.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Place:
    """Vertices (or edges in space) that are alike.

    Attributes
    ----------
    nodes : (k, 1) or (k, 2)
        Vertices of the mesh, or the ends of edges.
    angle : float
        Of the material [rad].
    regions : tuple of str
    surface : bool
        Whether it lies on the surface.
    held : tuple of str
        Boundaries of supports that meet there.
    """

    nodes: Ints
    angle: float
    regions: tuple[str, ...]
    surface: bool
    held: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Wedges:
    """Angles (w,) of the material of elements (w,) at keys (w,), which count vertices or edges ``nodes`` (k, 1 or 2)."""

    nodes: Ints
    key: Ints
    element: Ints
    angle: Floats


def places(model: Model) -> tuple[Place, ...]:
    """All that may be singular, those that are alike together: re-entrant corners, ends of interfaces and of supports."""
    mesh = model.mesh
    wedges = _wedges(mesh)
    count = len(wedges.nodes)
    total: Floats = np.bincount(wedges.key, weights=wedges.angle, minlength=count).astype(np.float64)
    # regions of one law have no interface
    names = mesh.region_names
    laws = [repr(model.solids[name]) for name in names]
    law_of = np.array([laws.index(law) for law in laws])
    region = law_of[mesh.region_index[wedges.element]]
    share = np.zeros((count, len(names)))
    np.add.at(share, (wedges.key, region), wedges.angle)
    on_surface = _on(mesh, wedges, mesh.outer_facets)
    held = _held(model, wedges)
    bend = _BEND[mesh.order]
    several = (share > 0).sum(axis=1) > 1
    reentrant = on_surface & (total > np.pi + bend)
    # an interface that goes straight through the inside is smooth
    kink = several & (on_surface | (np.abs(share - np.pi).max(axis=1, where=share > 0, initial=0.0) > bend))
    # where supports end; what rollers hold is mirrored by them
    mixed = on_surface & _changes(mesh, model, wedges) & (_clamped(model, held) | (2 * total > np.pi + bend))
    chosen = np.flatnonzero(reentrant | kink | mixed)
    return tuple(_alike(chosen, wedges, total, share, held, on_surface, model))


def _alike(
    chosen: Ints, wedges: _Wedges, total: Floats, share: Floats, held: Bools, surface: Bools, model: Model
) -> Iterator[Place]:
    names = model.mesh.region_names
    supports = _support_names(model)
    rounded = np.rint(share[chosen] / _ALIKE).astype(np.int64)
    signature = np.column_stack([rounded, held[chosen].astype(np.int64), surface[chosen].astype(np.int64)])
    _, which = np.unique(signature, axis=0, return_inverse=True)
    for group in range(int(which.max(initial=-1)) + 1):
        mine = chosen[which.ravel() == group]
        first = mine[0]
        yield Place(
            nodes=wedges.nodes[mine],
            angle=float(total[first]),
            regions=tuple(names[i] for i in np.flatnonzero(share[first] > 0)),
            surface=bool(surface[first]),
            held=tuple(supports[i] for i in np.flatnonzero(held[first])),
        )


def _wedges(mesh: SolidMesh) -> _Wedges:
    """Every angle of every element: at its vertices in the plane, at its edges in space."""
    keys, elements, angles = [], [], []
    for number, block in enumerate(mesh.blocks):
        cell = CELLS[block.kind]
        element = np.arange(mesh.starts[number], mesh.starts[number + 1])
        corners = mesh.points[block.cells]
        if mesh.dim == 2:
            for vertex in range(cell.vertices):
                keys.append(block.cells[:, [vertex]])
                elements.append(element)
                angles.append(_plane_angle(cell.kind, corners, vertex))
        else:
            for edge in cell.edges[:, :2]:
                keys.append(np.sort(block.cells[:, edge], axis=1))
                elements.append(element)
                angles.append(_dihedral(cell.kind, corners, (int(edge[0]), int(edge[1]))))
    joined = np.concatenate(keys)
    if mesh.dim == 2:
        nodes, key = np.unique(joined[:, 0], return_inverse=True)
        nodes = nodes[:, None]
    else:
        flat, key = np.unique(joined[:, 0] * len(mesh.points) + joined[:, 1], return_inverse=True)
        nodes = np.column_stack(np.divmod(flat, len(mesh.points)))
    return _Wedges(nodes=nodes, key=key.ravel(), element=np.concatenate(elements), angle=np.concatenate(angles))


def _plane_angle(kind: str, corners: Floats, vertex: int) -> Floats:
    """Angle (m,) between the sides of plane cells (m, k, 2) at a vertex."""
    cell = CELLS[kind]
    here = cell.nodes[vertex]
    _, slopes = fast_shape(kind, here[None])
    jacobian = np.einsum("mkd,ke->mde", corners, slopes[0])
    others = [b if a == vertex else a for a, b in cell.edges[:, :2] if vertex in (a, b)]
    one, two = (jacobian @ (cell.nodes[other] - here) for other in others)
    return _between(one, two)


def _dihedral(kind: str, corners: Floats, edge: tuple[int, int]) -> Floats:
    """Angle (m,) between the faces of cells (m, k, 3) at the middle of an edge."""
    cell = CELLS[kind]
    start, end = cell.nodes[edge[0]], cell.nodes[edge[1]]
    middle = 0.5 * (start + end)
    _, slopes = fast_shape(kind, middle[None])
    jacobian = np.einsum("mkd,ke->mde", corners, slopes[0])
    along = jacobian @ (end - start)
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    into = []
    for facet in cell.facets:
        loop = [node for node in facet.nodes if node < cell.vertices]
        if edge[0] in loop and edge[1] in loop:
            direction = jacobian @ (cell.nodes[loop].mean(axis=0) - middle)
            into.append(direction - along * np.einsum("md,md->m", direction, along)[:, None])
    return _between(into[0], into[1])


def _between(one: Floats, two: Floats) -> Floats:
    if one.shape[1] == 2:
        crossed = np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0])
    else:
        crossed = np.linalg.norm(np.cross(one, two), axis=1)
    return np.asarray(np.arctan2(crossed, np.einsum("md,md->m", one, two)))


def _keys_of(mesh: SolidMesh, wedges: _Wedges, pairs: Ints) -> Ints:
    """The keys that facets (k, 2) have, with repetition: their vertices, or edges."""
    found = []
    for group in mesh.facet_groups(pairs):
        cell = CELLS[group.kind]
        if mesh.dim == 2:
            found.append(np.searchsorted(wedges.nodes[:, 0], group.nodes[:, :2].ravel()))
            continue
        flat = wedges.nodes[:, 0] * len(mesh.points) + wedges.nodes[:, 1]
        for a, b in cell.edges[:, :2]:
            ends = np.sort(group.nodes[:, [a, b]], axis=1)
            found.append(np.searchsorted(flat, ends[:, 0] * len(mesh.points) + ends[:, 1]))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _on(mesh: SolidMesh, wedges: _Wedges, pairs: Ints) -> Bools:
    marked = np.zeros(len(wedges.nodes), dtype=bool)
    marked[_keys_of(mesh, wedges, pairs)] = True
    return marked


def _support_names(model: Model) -> list[str]:
    return [s.boundary for s in model.supports if isinstance(s, Support) and s.boundary is not None]


def _held(model: Model, wedges: _Wedges) -> Bools:
    """Which support boundaries each key lies on (k, s)."""
    found = [_on(model.mesh, wedges, model.mesh.boundary(name)) for name in _support_names(model)]
    if not found:
        return np.zeros((len(wedges.nodes), 0), dtype=bool)
    return np.stack(found, axis=1)


def _clamped(model: Model, held: Bools) -> Bools:
    """Whether each key lies on a support that holds more than one direction (k,)."""
    dim = model.mesh.dim
    several = [len(s.directions(dim)) > 1 for s in model.supports if isinstance(s, Support) and s.boundary is not None]
    return np.asarray((held & np.array(several, dtype=bool)).any(axis=1))


def _changes(mesh: SolidMesh, model: Model, wedges: _Wedges) -> Bools:
    """Whether the facets of the surface that meet at a key are held in different directions, (k,)."""
    outer = _count(mesh, wedges, mesh.outer_facets)
    change = np.zeros(len(wedges.nodes), dtype=bool)
    for direction in DIRECTIONS:
        pairs = [
            mesh.boundary(s.boundary)
            for s in model.supports
            if isinstance(s, Support) and s.boundary is not None and direction in s.directions(mesh.dim)
        ]
        if pairs:
            own = _count(mesh, wedges, np.unique(np.concatenate(pairs), axis=0))
            change |= (own > 0) & (own < outer)
    return change


def _count(mesh: SolidMesh, wedges: _Wedges, pairs: Ints) -> Ints:
    return np.bincount(_keys_of(mesh, wedges, pairs), minlength=len(wedges.nodes))


_KINKS: weakref.WeakKeyDictionary[Model, Floats] = weakref.WeakKeyDictionary()


def kinks(model: Model) -> Floats:
    """How much [rad] the surface turns at each node of the mesh (n,), where it turns so little that a curve must be meant.

    Where a roller ends, the surface goes on as its mirror image.
    """
    if model in _KINKS:
        return _KINKS[model]
    mesh = model.mesh
    wedges = _wedges(mesh)
    total = np.bincount(wedges.key, weights=wedges.angle, minlength=len(wedges.nodes))
    held = _held(model, wedges)
    ends = _changes(mesh, model, wedges) & ~_clamped(model, held)
    turn = np.where(_on(mesh, wedges, mesh.outer_facets), np.abs(np.where(ends, 2, 1) * total - np.pi), 0.0)
    turn[turn > _BEND[mesh.order]] = 0.0
    result = np.zeros(len(mesh.points))
    for end in range(wedges.nodes.shape[1]):
        np.maximum.at(result, wedges.nodes[:, end], turn)
    _KINKS[model] = result
    return result
