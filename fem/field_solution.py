"""What the solve of a model answers: displacement, strain and stress at any point of any element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Model
from tubewall.fem.region_laws import stress_from_strain
from tubewall.fem.strain import map_points, strain_matrix

_ZZ = 2


@dataclass(frozen=True, kw_only=True)
class SupportReaction:
    """Force (dim,) that one support exerts on the body and its moment about the origin.

    The force is in [N/m] for plane bodies, in [N] for the full circle in the axisymmetric case, and [N] in space. The
    moment (1,) about z, or (3,) in space, is in [N] for plane bodies, else [N m]. ``place`` says where it acts.
    """

    place: str
    force: Floats
    moment: Floats


class MixedPressure(Protocol):
    """What nearly incompressible elements add to displacement: their own pressure."""

    def correct(self, elements: Ints, local: Floats, strain: Floats, stress: Floats) -> tuple[Floats, Floats]:
        """Strain and stress (p, 6) at local points (p, dim) of elements (p,), corrected where these are mixed ones."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FieldSolution:
    """A solved and checked model.

    Attributes
    ----------
    model : Model
    displacement : (n, dim)
        Of the nodes of ``model.discrete.mesh`` [m].
    axial_strain : float
        The uniform strain along z of generalised plane strain.
    axial_force : float
        Resultant of the stress along z over the section [N]; 0 in other kinematics.
    mean_strain : (6,)
        Of a periodic cell; zeros otherwise.
    reactions : tuple of SupportReaction
        In the order of the supports.
    imbalance : float
        Norm of loads plus reactions over the norm of the loads.
    residual : float
        Of the linear solve.
    solver : str
    unknowns : int
    seconds : mapping of stage to float
    warnings : tuple of str
    mixed : MixedPressure, optional
        Where nearly incompressible regions have a pressure of their own.
    forces, residual_forces : (N,)
        Nodal forces of the loads, and what the stress leaves of them: the reactions at the nodes.
    """

    model: Model
    displacement: Floats
    axial_strain: float
    axial_force: float
    mean_strain: Floats
    reactions: tuple[SupportReaction, ...]
    imbalance: float
    residual: float
    solver: str
    unknowns: int
    seconds: Mapping[str, float]
    forces: Floats
    residual_forces: Floats
    warnings: tuple[str, ...] = ()
    mixed: MixedPressure | None = None

    def __post_init__(self) -> None:
        self.displacement.setflags(write=False)

    def __repr__(self) -> str:
        return (
            f"FieldSolution({self.model.kinematics}, {self.unknowns} unknowns, {self.solver}, "
            f"residual {self.residual:.1e}, imbalance {self.imbalance:.1e})"
        )

    def evaluate(self, elements: Ints, local: Floats) -> PointFields:
        """Everything at local points (p, dim) of elements (p,), from each element's own shape functions.

        Raises
        ------
        InputError
            Where the law of a region has no direction, as at the centre of circumferential axes.
        """
        model, discrete = self.model, self.model.discrete
        p, dim = len(elements), discrete.dim
        points, displacement = np.empty((p, dim)), np.empty((p, dim))
        strain, stress = np.empty((p, 6)), np.empty((p, 6))
        block = discrete.mesh.block_of(elements)
        everywhere = len(discrete.nodes) == len(self.displacement)
        nodal = self.displacement if everywhere else self.displacement[discrete.nodes]
        for number in np.unique(block):
            mine = np.flatnonzero(block == number)
            rows = elements[mine] - discrete.mesh.starts[number]
            mapped = map_points(discrete, int(number), rows, local[mine])
            moved = nodal[discrete.cells[number][rows]]
            points[mine] = mapped.points
            displacement[mine] = np.einsum("pk,pkd->pd", mapped.values, moved)
            matrix = strain_matrix(mapped, model.kinematics)
            strain[mine] = np.einsum("pcj,pj->pc", matrix, moved.reshape(len(mine), -1))
        if model.kinematics == "generalised plane strain":
            strain[:, _ZZ] += self.axial_strain
        region = discrete.mesh.region_index[elements]
        for number in np.unique(region):
            mine = np.flatnonzero(region == number)
            name = discrete.mesh.region_names[number]
            strain[mine], stress[mine] = stress_from_strain(model, name, points[mine], strain[mine])
        if self.mixed is not None:
            strain, stress = self.mixed.correct(elements, local, strain, stress)
        return PointFields(points=points, displacement=displacement, strain=strain, stress=stress)

    def stress_in(self, elements: Ints, local: Floats) -> Floats:
        """Stress (p, 6) [Pa] in the order xx, yy, zz, yz, xz, xy at local points (p, dim) of elements (p,)."""
        return self.evaluate(elements, local).stress

    def strain_in(self, elements: Ints, local: Floats) -> Floats:
        """Total strain (p, 6) with engineering shear at local points (p, dim) of elements (p,)."""
        return self.evaluate(elements, local).strain

    def displacement_in(self, elements: Ints, local: Floats) -> Floats:
        """Displacement (p, dim) [m] at local points (p, dim) of elements (p,)."""
        return self.evaluate(elements, local).displacement


@dataclass(frozen=True, kw_only=True, eq=False)
class PointFields:
    """Fields at points of elements.

    Attributes
    ----------
    points, displacement : (p, dim)
        [m]
    strain : (p, 6)
        Total strain xx, yy, zz, yz, xz, xy with engineering shear.
    stress : (p, 6)
        [Pa] in the same order.
    """

    points: Floats
    displacement: Floats
    strain: Floats
    stress: Floats
