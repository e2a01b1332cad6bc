"""Points where the stress of the exact solution is unbounded, so that no mesh gives a peak there."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.corner_places import Place, places
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import LineLoad, PointForce, Support
from tubewall.fem.model import node_at
from tubewall.fem.wedge_sectors import corner_of
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model
    from tubewall.geometry.solid_mesh import SolidMesh

#: Exponents above this bend the field too little to matter on any mesh.
SINGULAR: Final = 0.97
# corners of a kind that are tried, and the cosine from which on directions are the same
_TRIES: Final = 4
_PARALLEL: Final = 0.98
# kinds of corner whose exponent is computed at most
_MOST: Final = 24
# share of all loads and reactions from which on a support at a point counts as a force
_CARRIES: Final = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class SingularPoint:
    """A point, or several that are alike, where stress grows without bound as r^(exponent - 1).

    Attributes
    ----------
    at : (float, ...)
        One of them [m].
    exponent : float
        Real part of the most singular one; 0 under a point force in the plane, -1 in space.
    why : str
    nodes : (k,)
        Nodes of the mesh, all of the same kind.
    """

    at: tuple[float, ...]
    exponent: float
    why: str
    nodes: Ints

    def __str__(self) -> str:
        more = f" (and {len(self.nodes) - 1} more nodes like it)" if len(self.nodes) > 1 else ""
        power = self.exponent - 1
        return f"{self.why} at {show_point(self.at)}{more}: stress grows as r^{power:.4g}"


def singular_points(model: Model) -> tuple[SingularPoint, ...]:
    """Sharp re-entrant corners and edges, ends of interfaces at the surface, ends of supports, and point and line forces.

    Exponents come from the wedge's own eigenproblem (``fem.wedge_corner``); corners that are alike in angles, regions and
    supports share one. Those above ``SINGULAR`` are left out, also the faint corners of a curve that straight sides stand for.
    """
    if model not in _KNOWN:
        corners = [point for place in places(model)[:_MOST] if (point := _at_corner(model, place)) is not None]
        _KNOWN[model] = (*_forces(model), *corners)
    return _KNOWN[model]


_KNOWN: weakref.WeakKeyDictionary[Model, tuple[SingularPoint, ...]] = weakref.WeakKeyDictionary()


def _forces(model: Model) -> tuple[SingularPoint, ...]:
    found = []
    # a mesh that is raised has nodes in the middle of its sides too
    mesh = model.discrete.mesh
    for load in model.loads:
        if isinstance(load, PointForce):
            nodes = node_at(mesh, load.point)
            axis = model.kinematics == "axisymmetric" and mesh.points[nodes[0], 0] <= 1e-9 * mesh.size
            exponent = -1.0 if mesh.dim == 3 or axis else 0.0
            found.append(_point(mesh, nodes, exponent, "a point force"))
        elif isinstance(load, LineLoad):
            found.append(_point(mesh, mesh.edge_nodes(load.edge), 0.0, f"the line force on {load.edge!r}"))
    return tuple(found)


def _reactions(solution: FieldSolution) -> tuple[SingularPoint, ...]:
    """Points and edges of support that carry a force."""
    found = []
    model, mesh = solution.model, solution.model.discrete.mesh
    scale = float(np.abs(solution.forces).sum()) + float(sum(np.abs(r.force).sum() for r in solution.reactions))
    for support, reaction in zip(model.supports, solution.reactions, strict=True):
        if not isinstance(support, Support) or support.boundary is not None:
            continue
        if float(np.abs(reaction.force).max()) <= _CARRIES * scale:
            continue
        if support.point is not None:
            nodes, exponent = node_at(mesh, support.point), -1.0 if mesh.dim == 3 else 0.0
        else:
            nodes, exponent = mesh.edge_nodes(str(support.edge)), 0.0
        found.append(_point(mesh, nodes, exponent, f"the reaction of the support on {support.place}"))
    return tuple(found)


def _point(mesh: SolidMesh, nodes: Ints, exponent: float, why: str) -> SingularPoint:
    at = tuple(float(x) for x in mesh.points[nodes[0]])
    return SingularPoint(at=at, exponent=exponent, why=why, nodes=nodes)


def _at_corner(model: Model, place: Place) -> SingularPoint | None:
    mesh = model.mesh
    for ends in place.nodes[:_TRIES]:
        for node in ends:
            at = tuple(mesh.points[node].tolist())
            other = [tuple(mesh.points[end].tolist()) for end in ends if end != node]
            try:
                corner = corner_of(model, at, toward=other[0] if other else None, limit=1.0)
            except (InputError, ConvergenceError):
                # on the axis, or too anisotropic: another corner like it may do
                continue
            if len(ends) == 2 and not _parallel(mesh, ends, corner.frame[2]):
                # another edge that ends here is more singular, and has a place of its own
                continue
            leading = corner.exponents.leading.real
            if leading >= SINGULAR:
                return None
            return _point(mesh, np.unique(place.nodes), float(leading), _why(place))
    return None


def _parallel(mesh: SolidMesh, ends: Ints, direction: Floats) -> bool:
    along = mesh.points[ends[1]] - mesh.points[ends[0]]
    return bool(abs(along @ direction) > _PARALLEL * np.linalg.norm(along))


def _why(place: Place) -> str:
    degrees = np.degrees(place.angle)
    if len(place.regions) > 1:
        between = " and ".join(repr(name) for name in place.regions)
        return f"the {'end' if place.surface else 'corner'} of the interface of {between}"
    if place.held:
        return f"the end of the support on {place.held[0]!r} at a corner of {degrees:.0f} degrees"
    return f"the re-entrant {'corner' if place.nodes.shape[1] == 1 else 'edge'} of {degrees:.0f} degrees"


def near_singular(solution: FieldSolution, elements: Ints) -> SingularPoint | None:
    """The most singular point that one of ``elements`` touches; None where there is none."""
    mesh = solution.model.discrete.mesh
    block = mesh.block_of(elements)
    rows = [mesh.blocks[b].cells[e - mesh.starts[b]] for e, b in zip(elements, block, strict=True)]
    nodes = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    found: SingularPoint | None = None
    for point in (*singular_points(solution.model), *_reactions(solution)):
        if np.isin(nodes, point.nodes).any() and (found is None or point.exponent < found.exponent):
            found = point
    return found


def touched(model: Model, point: SingularPoint) -> NDArray[np.bool_]:
    """Which elements have one of the nodes of a singular point, (m,)."""
    mesh = model.discrete.mesh
    marked = np.zeros(len(mesh.points), dtype=bool)
    marked[point.nodes] = True
    return np.concatenate([marked[block.cells].any(axis=1) for block in mesh.blocks])


def warning_for(solution: FieldSolution, elements: Ints, value: str) -> str | None:
    """What to say of a value of stress in one of ``elements``; None where the stress is bounded."""
    point = near_singular(solution, elements)
    if point is None:
        return None
    return f"{value} lies at {point}; the value depends on the mesh: give a fillet, or the linearised stress of a line"
