"""What the questions about a tubule read off a solved body: stress over a boundary, on a line, and a part of it to draw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.local_search import lattice
from tubewall.fem.locate_point import locate
from tubewall.fem.model import Model
from tubewall.fem.surface_points import facets_of, surface_points
from tubewall.geometry.mesh_part import mesh_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.fem.field_solution import FieldSolution, MixedPressure

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# samples along each edge of a facet
_PARTS = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfaceStress:
    """Points (p, dim) [m], stress (p, 6) [Pa], outward normals (p, dim) and displacement (p, dim) [m] on a boundary."""

    points: Floats
    stress: Floats
    normals: Floats
    displacement: Floats

    @property
    def max_principal(self) -> Floats:
        """(p,) [Pa]"""
        largest: Floats = invariants.principal(self.stress)[..., 0]
        return largest

    def kept(self, mask: NDArray[np.bool_]) -> SurfaceStress:
        """Only some of the points.

        Raises
        ------
        InputError
            When none is left.
        """
        if not mask.any():
            raise InputError("nothing of the boundary is left to look at")
        return SurfaceStress(
            points=self.points[mask],
            stress=self.stress[mask],
            normals=self.normals[mask],
            displacement=self.displacement[mask],
        )


def surface_stress(
    solution: FieldSolution, boundary: str, *, region: str | None = None, parts: int = _PARTS
) -> SurfaceStress:
    """Stress on a boundary, from the shape functions of the elements behind it, unaveraged."""
    mesh = solution.model.discrete.mesh
    found = []
    for group in mesh.facet_groups(facets_of(mesh, boundary, region)):
        at = surface_points(mesh, group, lattice(group.kind, parts))
        fields = solution.evaluate(at.elements, at.local)
        found.append((fields.points, fields.stress, at.normals, fields.displacement))
    points, stress, normals, moved = (np.concatenate(part) for part in zip(*found, strict=True))
    return SurfaceStress(points=points, stress=stress, normals=normals, displacement=moved)


def stress_at(solution: FieldSolution, points: Floats, *, region: str | None = None) -> Floats:
    """Stress (p, 6) [Pa] at points (p, dim) inside the body: the mean of the elements that share a point."""
    found = locate(solution.model.discrete.mesh, points, region=region)
    return _mean(found.point, solution.stress_in(found.elements, found.local), len(points))


def strain_at(solution: FieldSolution, points: Floats, *, region: str | None = None) -> Floats:
    """Total strain (p, 6), as ``stress_at``."""
    found = locate(solution.model.discrete.mesh, points, region=region)
    return _mean(found.point, solution.strain_in(found.elements, found.local), len(points))


def _mean(owner: Ints, values: Floats, count: int) -> Floats:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, owner, values)
    mean: Floats = total / np.bincount(owner, minlength=count)[:, None]
    return mean


@dataclass(frozen=True, kw_only=True, eq=False)
class _PartMixed:
    """The pressure of nearly incompressible elements of a part: that of the whole."""

    whole: MixedPressure
    elements: Ints

    def correct(self, elements: Ints, local: Floats, strain: Floats, stress: Floats) -> tuple[Floats, Floats]:
        """As of the whole body."""
        return self.whole.correct(self.elements[elements], local, strain, stress)


def part_of(
    solution: FieldSolution, low: tuple[float, ...], high: tuple[float, ...], *, region: str | None = None
) -> FieldSolution:
    """The solution in the elements whose centres lie in a box [m], of one region or all: a place in a slender body to draw.

    Raises
    ------
    InputError
        When the box holds no element.
    """
    model, mesh = solution.model, solution.model.discrete.mesh
    if len(model.discrete.nodes) != len(mesh.points):
        raise InputError("a part is taken of displacements of the order of the mesh")
    middle = np.concatenate([mesh.points[block.cells].mean(axis=1) for block in mesh.blocks])
    inside = ((middle >= low) & (middle <= high)).all(axis=1)
    if region is not None:
        inside &= np.isin(np.arange(mesh.elements), mesh.region(region))
    elements = np.flatnonzero(inside)
    if len(elements) == 0:
        raise InputError("no element lies in the box that is asked for")
    part, nodes = mesh_part(mesh, elements)
    body = Model(
        mesh=part,
        solids={name: model.solids[name] for name in part.regions},
        kinematics=model.kinematics,
        loads=tuple(load for load in model.loads if getattr(load, "boundary", getattr(load, "point", None)) is None
                    and not hasattr(load, "edge") and getattr(load, "region", None) in (None, *part.regions)),
    )  # fmt: skip
    mixed = None if solution.mixed is None else _PartMixed(whole=solution.mixed, elements=elements)
    return replace(solution, model=body, displacement=solution.displacement[nodes], reactions=(), mixed=mixed)
