"""What a solve answers: displacement, stress wherever asked, reactions and the checks that were made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.assembly import stress_operator
from tubewall.fem.constraints import boundary_facets
from tubewall.fem.elements import Floats, Ints, MeshLike, SurfacePoints, outer_facets, surface_points
from tubewall.fem.linearise import Linearised, SectionLine, line_rule, linearised
from tubewall.fem.loads import Load, SupportLike
from tubewall.fem.locate import Located, locate
from tubewall.fem.stiffness import Stiffness
from tubewall.fem.stress import extreme_index, quantity, tensor

if TYPE_CHECKING:
    from tubewall.fem.error_estimate import EnergyError, SurfaceEstimate

_NODES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.0], [0.5, 0.5], [0.0, 0.5]])


@dataclass(frozen=True, kw_only=True)
class Extreme:
    """The most dangerous value [Pa] of a stress quantity and where (2,) [m] it occurs."""

    value: float
    at: Floats
    quantity: str


@dataclass(frozen=True, kw_only=True)
class SurfaceStress:
    """Stress (p, 3, 3) [Pa] at points (p, 2) [m] of a boundary with the normals (p, 2) out of the solid.

    It comes from the element behind each facet and is not averaged: a node between two facets appears twice.
    """

    points: Floats
    normals: Floats
    stress: Floats

    @property
    def tangential(self) -> Floats:
        """Normal stress along the surface, within the section (p,) [Pa]."""
        along = np.column_stack([-self.normals[:, 1], self.normals[:, 0]])
        result: Floats = np.einsum("pi,pij,pj->p", along, self.stress[:, :2, :2], along)
        return result


@dataclass(frozen=True, kw_only=True)
class PointValues:
    """``displacement`` (p, 2) [m] and ``stress`` (p, 3, 3) [Pa] at points (p, 2) [m]."""

    points: Floats
    displacement: Floats
    stress: Floats


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """Force (2,) that one support exerts on the body and its moment about the origin.

    [N/m] and [N] per length of a plane body; [N] for the full circle in the axisymmetric case, where only the axial
    component is a resultant. ``boundary`` is None for ``RigidBody``.
    """

    boundary: str | None
    force: Floats
    moment: float


@dataclass(frozen=True, kw_only=True, repr=False)
class Solution:
    """A solved and checked body.

    Attributes
    ----------
    displacement : (n, 2)
        Of the nodes [m].
    axial_strain : float
        The uniform strain along z of generalised plane strain; 0 where it is held.
    axial_force : float
        Integral of the stress along z over the section [N]; 0 in the axisymmetric case.
    reactions : tuple of Reaction
        In the order of the supports.
    imbalance, residual : float
        Loads plus reactions over loads; residual of the linear solve.
    solver : str
    unknowns : int
    loads, supports
        As they were given.
    """

    mesh: MeshLike
    stiffness: Stiffness
    kinematics: str
    displacement: Floats
    axial_strain: float
    axial_force: float
    reactions: tuple[Reaction, ...]
    imbalance: float
    residual: float
    solver: str
    unknowns: int
    loads: tuple[Load, ...]
    supports: tuple[SupportLike, ...]

    def __post_init__(self) -> None:
        self.displacement.setflags(write=False)

    def __repr__(self) -> str:
        return (
            f"Solution({self.kinematics}, {self.unknowns} unknowns, {self.solver}, residual {self.residual:.1e}, "
            f"imbalance {self.imbalance:.1e})"
        )

    def stress_in(self, elements: Ints, local: Floats) -> tuple[Floats, Floats]:
        """Stress (p, 4) [Pa] (xx, yy, zz, xy) and coordinates (p, 2) at local points (p, 2) of elements (p,)."""
        operator = stress_operator(self.mesh, self.stiffness, elements, local, self.kinematics)
        macro = np.array([0.0, 0.0, 0.0, self.axial_strain])
        return operator.stress(self.displacement.ravel(), macro), operator.points

    def at(self, points: Floats, *, region: str | None = None) -> PointValues:
        """Displacement and stress at points (p, 2) [m].

        A point outside by less than 1e-3 of the local element size moves to the nearest point of the mesh. Where elements
        of one region share the point, the value is their mean.

        Raises
        ------
        InputError
            For a point farther outside, or on the interface of two regions when ``region`` is not given.
        """
        points = np.atleast_2d(np.asarray(points, dtype=np.float64))
        found = self._of_one_region(points, locate(self.mesh, points), region)
        operator = stress_operator(self.mesh, self.stiffness, found.elements, found.local, self.kinematics)
        u = self.displacement.ravel()
        stress = operator.stress(u, np.array([0.0, 0.0, 0.0, self.axial_strain]))
        count = np.bincount(found.point, minlength=len(points))[:, None]

        def mean(values: Floats) -> Floats:
            total = np.zeros((len(points), values.shape[1]))
            np.add.at(total, found.point, values)
            averaged: Floats = total / count
            return averaged

        return PointValues(
            points=mean(operator.points), displacement=mean(operator.displacement(u)), stress=tensor(mean(stress))
        )

    def _of_one_region(self, points: Floats, found: Located, region: str | None) -> Located:
        number = np.empty(len(self.mesh.cells), dtype=np.int64)
        names = list(self.mesh.regions)
        for i, name in enumerate(names):
            number[self.mesh.regions[name]] = i
        here = number[found.elements]
        if region is not None:
            if region not in self.mesh.regions:
                raise unknown_name("region", region, names)
            keep = here == names.index(region)
            missing = np.setdiff1d(np.arange(len(points)), found.point[keep])
            if len(missing):
                raise InputError(f"the point {points[missing[0]]} m does not lie in the region {region!r}")
            return Located(point=found.point[keep], elements=found.elements[keep], local=found.local[keep])
        first = np.zeros(len(points), dtype=np.int64)
        first[found.point[::-1]] = here[::-1]
        mixed = np.flatnonzero(here != first[found.point])
        if len(mixed):
            i = found.point[mixed[0]]
            both = {names[n] for n in here[found.point == i]}
            values = {
                name: np.round(self.at(points[i], region=name).stress[0][[0, 1, 2, 0], [0, 1, 2, 1]], 6).tolist()
                for name in sorted(both)
            }
            raise InputError(
                f"the point {points[i]} m lies between regions, where stress jumps; (xx, yy, zz, xy) in Pa is {values}: "
                "give the region"
            )
        return found

    def boundary_stress(self, name: str, *, per_facet: int = 5) -> SurfaceStress:
        """Stress on a boundary at ``per_facet`` points of each facet: 3 are its nodes, 5 also the points between."""
        at = surface_points(self.mesh, boundary_facets(self.mesh, name), per_facet, name)
        stress, _ = self.stress_in(at.elements, at.local)
        return SurfaceStress(points=at.points, normals=at.normals, stress=tensor(stress))

    def extreme(self, quantity_name: str, boundary: str | None = None) -> Extreme:
        """The most dangerous value of a quantity on a boundary, or anywhere.

        Parameters
        ----------
        quantity_name : str
            "max principal", "min principal" or "von mises".
        boundary : str, optional
            Without it all nodes of all elements are searched, and the points between on the whole outer surface.
        """
        if boundary is not None:
            at = surface_points(self.mesh, boundary_facets(self.mesh, boundary), 5, boundary)
            elements, local = at.elements, at.local
        else:
            outer: SurfacePoints = surface_points(self.mesh, outer_facets(self.mesh.cells), 5)
            m = len(self.mesh.cells)
            elements = np.concatenate([np.repeat(np.arange(m), 6), outer.elements])
            local = np.concatenate([np.tile(_NODES, (m, 1)), outer.local])
        stress, points = self.stress_in(elements, local)
        values = quantity(quantity_name)(stress)
        index = extreme_index(values, quantity_name)
        return Extreme(value=float(values[index]), at=points[index], quantity=quantity_name)

    def max_principal(self, boundary: str | None = None) -> Extreme:
        """The largest principal stress on a boundary, or anywhere."""
        return self.extreme("max principal", boundary)

    def min_principal(self, boundary: str | None = None) -> Extreme:
        """The smallest principal stress on a boundary, or anywhere."""
        return self.extreme("min principal", boundary)

    def von_mises(self, boundary: str | None = None) -> Extreme:
        """The largest von Mises stress on a boundary, or anywhere."""
        return self.extreme("von mises", boundary)

    def linearised(self, section: SectionLine) -> Linearised:
        """Membrane and bending stress on a stress classification line."""
        rule = line_rule(section)
        stress = self.at(rule.points).stress
        flat = stress[:, [0, 1, 2, 0], [0, 1, 2, 1]]
        return linearised(rule, rule.weights @ flat)

    def energy_error(self) -> EnergyError:
        """Estimated discretisation error in the energy norm, element by element."""
        from tubewall.fem.error_estimate import energy_error

        return energy_error(self)

    def mesh_error(self, boundary: str, quantity_name: str = "max principal") -> SurfaceEstimate:
        """Estimated discretisation error of the extreme of a quantity on a boundary, from this mesh alone."""
        from tubewall.fem.error_estimate import surface_estimate

        return surface_estimate(self, boundary, quantity_name)
