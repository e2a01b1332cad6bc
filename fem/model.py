"""A body, what it is made of, what presses on it and what holds it: all that a solve needs, in one value."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import (
    BodyForce,
    Eigenstrain,
    LineLoad,
    Load,
    PointForce,
    Pressure,
    RigidBody,
    Support,
    SupportLike,
    TemperatureChange,
    Traction,
)
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.fem.mixed_spaces import MixedFaces
    from tubewall.fem.periodicity import Periodic
    from tubewall.fem.slide import Slide
    from tubewall.fem.tie import Tie
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.materials.elastic import ElasticLaw

SolidKinematics = Literal["plane strain", "generalised plane strain", "plane stress", "axisymmetric", "3d"]
SOLID_KINEMATICS: Final = ("plane strain", "generalised plane strain", "plane stress", "axisymmetric", "3d")
SOLID_ENDS: Final = ("held", "closed", "free")


@dataclass(frozen=True, kw_only=True)
class Solid:
    """What a region is made of.

    Parameters
    ----------
    elastic : ElasticLaw
    expansion : float or (float, float, float)
        Thermal expansion [1/K], the same in all directions or along the axes 1, 2, 3 of the law.
    along : tuple of str
        Boundaries that the axes of an anisotropic law follow: axis 1 runs along the nearest of them within the section,
        axis 2 from it into the solid, axis 3 is z. Without it the law's own ``axes`` hold.
    """

    elastic: ElasticLaw
    expansion: float | tuple[float, float, float] = 0.0
    along: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = self.expansion if isinstance(self.expansion, tuple) else (self.expansion,)
        if len(values) not in (1, 3) or not all(np.isfinite(value) for value in values):
            raise InputError(f"Solid.expansion is one or three finite numbers in 1/K, got {self.expansion!r}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Discretisation:
    """Which nodes carry displacement.

    Attributes
    ----------
    mesh : SolidMesh
        The geometry; of second order where the displacement is.
    nodes : (N,)
        Nodes of the mesh that carry displacement, ascending; degree of freedom ``dim * i + component`` belongs to
        ``nodes[i]``.
    kinds : tuple of str
        Kind of the displacement's shape functions in each block.
    cells : tuple of (m, k)
        Positions in ``nodes`` for each block.
    """

    mesh: SolidMesh
    nodes: Ints
    kinds: tuple[str, ...]
    cells: tuple[Ints, ...]

    @property
    def dim(self) -> int:
        """Components of the displacement."""
        return self.mesh.dim

    @property
    def size(self) -> int:
        """Number of degrees of freedom, held ones included."""
        return self.dim * len(self.nodes)

    @functools.cached_property
    def points(self) -> Floats:
        """Coordinates (N, dim) [m] of the nodes that carry displacement."""
        return self.mesh.points[self.nodes]

    def position(self, nodes: Ints) -> Ints:
        """Positions in ``nodes`` of nodes of the mesh; those that carry no displacement are left out."""
        where = np.full(len(self.mesh.points), -1, dtype=np.int64)
        where[self.nodes] = np.arange(len(self.nodes))
        found = where[nodes]
        return found[found >= 0]


def discretise(mesh: SolidMesh, order: int) -> Discretisation:
    """The displacement of ``order`` 1 or 2 on a mesh; a first-order mesh is raised with straight edges for order 2."""
    if order == 2:
        mesh = mesh.raised()
    if order == mesh.order:
        return Discretisation(
            mesh=mesh,
            nodes=np.arange(len(mesh.points)),
            kinds=tuple(block.kind for block in mesh.blocks),
            cells=tuple(block.cells for block in mesh.blocks),
        )
    nodes = mesh.vertex_nodes
    where = np.full(len(mesh.points), -1, dtype=np.int64)
    where[nodes] = np.arange(len(nodes))
    return Discretisation(
        mesh=mesh,
        nodes=nodes,
        kinds=tuple(CELLS[block.kind].first for block in mesh.blocks),
        cells=tuple(where[block.cells[:, : CELLS[block.kind].vertices]] for block in mesh.blocks),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A body ready to solve.

    Parameters
    ----------
    mesh : SolidMesh
    solids : mapping from region to Solid
    kinematics : str
        "plane strain"; "generalised plane strain", where the section may also stretch uniformly along z; "plane stress";
        "axisymmetric", where x is the radius, y the axis, and stress xx is radial, yy axial, zz hoop; "3d".
    loads : tuple of Load
    supports : tuple of Support and RigidBody
    order : int
        1 or 2, of the displacement.
    ends : str
        With generalised plane strain: "held", "closed" (pressures pull on the end caps of the bores) or "free".
    ties : tuple of Tie and Slide
        Boundaries that move together though their nodes do not meet, or that slide on each other.
    periodic : Periodic, optional

    Raises
    ------
    InputError
        For a name that the mesh does not have, a region without a material, or kinematics that do not fit the mesh.
    """

    mesh: SolidMesh
    solids: Mapping[str, Solid]
    kinematics: SolidKinematics
    loads: tuple[Load, ...] = ()
    supports: tuple[SupportLike, ...] = ()
    order: int = 2
    ends: Literal["held", "closed", "free"] = "held"
    ties: tuple[Tie | Slide, ...] = ()
    periodic: Periodic | None = None

    def __post_init__(self) -> None:
        if self.kinematics not in SOLID_KINEMATICS:
            raise unknown_name("kind of analysis", self.kinematics, SOLID_KINEMATICS)
        if (self.kinematics == "3d") != (self.mesh.dim == 3):
            raise InputError(
                f"the kind of analysis is {self.kinematics!r}, but the mesh has {self.mesh.dim} dimensions"
            )
        if self.order not in (1, 2):
            raise InputError(f"the order of the displacement is 1 or 2, got {self.order!r}")
        if self.ends not in SOLID_ENDS:
            raise unknown_name("kind of ends", self.ends, SOLID_ENDS)
        if self.ends != "held" and self.kinematics != "generalised plane strain":
            raise InputError(f"ends = {self.ends!r} goes with generalised plane strain, not with {self.kinematics!r}")
        _check_solids(self)
        for load in self.loads:
            check_load(self.mesh, load)
        for support in self.supports:
            _check_support(self.mesh, support)
        object.__setattr__(self, "solids", MappingProxyType(dict(self.solids)))
        if self.kinematics == "axisymmetric" and self.mesh.points[:, 0].min() < -1e-9 * self.mesh.size:
            raise InputError(f"an axisymmetric mesh has x = radius >= 0, got {self.mesh.points[:, 0].min():g} m")

    @functools.cached_property
    def discrete(self) -> Discretisation:
        """Where the displacement lives."""
        return discretise(self.mesh, self.order)

    @property
    def size(self) -> int:
        """Unknowns: displacements, the strain along z of generalised plane strain, mean strains of a period, face bubbles."""
        macro = 0 if self.periodic is None else (3 if self.mesh.dim == 2 else 6)
        return self.discrete.size + (self.kinematics == "generalised plane strain") + macro + self.mixed_faces.count

    @functools.cached_property
    def mixed_faces(self) -> MixedFaces:
        """The bubbles on the faces of nearly incompressible elements, the last of the unknowns."""
        from tubewall.fem.mixed_spaces import mixed_faces

        return mixed_faces(self)


def with_loads(model: Model, loads: tuple[Load, ...]) -> Model:
    """The same body, supports and discretisation under other loads."""
    if loads is model.loads:
        return model
    other = replace(model, loads=loads)
    other.__dict__["discrete"] = model.discrete
    return other


def _check_solids(model: Model) -> None:
    for name, solid in model.solids.items():
        model.mesh.region(name)
        for boundary in solid.along:
            model.mesh.boundary(boundary)
    for name in model.mesh.regions:
        if name not in model.solids:
            raise InputError(f"no material for the region {name!r}: give one for each region of the mesh")


def check_load(mesh: SolidMesh, load: Load) -> None:
    """Refuse a load on what the mesh does not have, or inside of it.

    Raises
    ------
    InputError
        With the remedy.
    """
    if isinstance(load, (Pressure, Traction)):
        pairs = mesh.boundary(load.boundary)
        if len(inner_facets(mesh, pairs)):
            raise InputError(
                f"boundary {load.boundary!r} lies inside the body, and a pressure or traction acts on its surface: name one of "
                f"the surface; for a gap there mesh its two sides apart, each a boundary"
            )
    elif isinstance(load, LineLoad):
        mesh.edge_nodes(load.edge)
    elif isinstance(load, PointForce):
        if len(load.force) != mesh.dim:
            raise InputError(f"a force in {mesh.dim} dimensions has as many components, got {load.force!r}")
    elif isinstance(load, (BodyForce, Eigenstrain, TemperatureChange)):
        if load.region is not None:
            mesh.region(load.region)
    else:
        raise InputError(f"a load is a Pressure, Traction, LineLoad, PointForce, BodyForce, Eigenstrain or "
                         f"TemperatureChange, got {load!r}")  # fmt: skip


def inner_facets(mesh: SolidMesh, pairs: Ints) -> Ints:
    """Those of the facets (k, 2) that another element touches too."""
    outer = mesh.outer_facets
    width = int(max(pairs[:, 1].max(), outer[:, 1].max())) + 1
    inside: Ints = pairs[~np.isin(pairs[:, 0] * width + pairs[:, 1], outer[:, 0] * width + outer[:, 1])]
    return inside


def _check_support(mesh: SolidMesh, support: SupportLike) -> None:
    if isinstance(support, RigidBody):
        return
    if not isinstance(support, Support):
        raise InputError(f"a support is a Support or a RigidBody, got {support!r}")
    support.directions(mesh.dim)
    if support.boundary is not None:
        mesh.boundary(support.boundary)
    elif support.edge is not None:
        mesh.edge_nodes(support.edge)
    elif isinstance(support.point, str) and support.point not in mesh.nodes:
        raise unknown_name("point", support.point, mesh.nodes)


def node_at(mesh: SolidMesh, place: str | tuple[float, ...]) -> Ints:
    """Nodes of a named point, or the node at coordinates.

    Raises
    ------
    InputError
        When no node lies within 1e-6 of the size of the mesh; the nearest one is named.
    """
    if isinstance(place, str):
        if place not in mesh.nodes:
            raise unknown_name("point", place, mesh.nodes)
        return np.unique(mesh.nodes[place])
    at = np.asarray(place, dtype=np.float64)
    if at.shape != (mesh.dim,) or not np.all(np.isfinite(at)):
        raise InputError(f"a point of this mesh has {mesh.dim} finite coordinates in m, got {place!r}")
    distance = np.linalg.norm(mesh.points - at, axis=1)
    near = np.flatnonzero(distance <= 1e-6 * mesh.size)
    if len(near) == 0:
        nearest = int(np.argmin(distance))
        raise InputError(
            f"no node of the mesh at {show_point(at)}: the nearest is at {show_point(mesh.points[nearest])}"
        )
    return near
