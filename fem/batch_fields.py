"""Fields at the same local points of many elements at once: what searches and sums over a whole body use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.field_solution import PointFields
from tubewall.fem.reference_elements import shape_table
from tubewall.fem.region_laws import stress_from_strain
from tubewall.geometry.mesh_checks import determinant

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

# points evaluated at a time: 300 bytes each
_POINTS: Final = 200_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Fields at local points (q, dim) of some elements of one block and region.

    Attributes
    ----------
    kind : str
        Of the cells.
    region : str
    elements : (m,)
    local : (q, dim)
    fields : PointFields
        With m q rows, element by element.
    determinant : (m, q)
        Of the map.
    """

    kind: str
    region: str
    elements: Ints
    local: Floats
    fields: PointFields
    determinant: Floats

    @property
    def point_elements(self) -> Ints:
        """The element of each row of ``fields``, (m q,)."""
        return np.repeat(self.elements, len(self.local))


def batches(solution: FieldSolution, local_of: dict[str, Floats], elements: Ints | None = None) -> Iterator[Batch]:
    """Fields at ``local_of[kind]`` (q, dim) in all ``elements`` (everywhere if None), in pieces that fit into memory."""
    mesh = solution.model.discrete.mesh
    wanted = np.arange(mesh.elements) if elements is None else np.unique(elements)
    for number, block in enumerate(mesh.blocks):
        local = local_of[block.kind]
        inside = wanted[(wanted >= mesh.starts[number]) & (wanted < mesh.starts[number + 1])]
        region = mesh.region_index[inside]
        step = max(1, _POINTS // len(local))
        for index in np.unique(region):
            mine = inside[region == index]
            for start in range(0, len(mine), step):
                yield fields_in(solution, number, mesh.region_names[index], mine[start : start + step], local)


def fields_in(solution: FieldSolution, block: int, region: str, elements: Ints, local: Floats) -> Batch:
    """Fields at all of ``local`` (q, dim) in each of ``elements`` (m,) of one block and region."""
    discrete = solution.model.discrete
    mesh = discrete.mesh
    rows = elements - mesh.starts[block]
    geometry, along = shape_table(mesh.blocks[block].kind, local)
    values, slopes = shape_table(discrete.kinds[block], local)
    corners = mesh.points[mesh.blocks[block].cells[rows]]
    moved = solution.displacement[discrete.nodes[discrete.cells[block][rows]]]
    m, q, dim = len(rows), len(local), mesh.dim
    jacobian = _by_local(corners, along)
    determinants = determinant(jacobian)
    # the map of a quarter-point cell has no inverse at the tip of its crack: what is there is not finite
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.linalg.inv(np.where(determinants[..., None, None] == 0, np.nan, jacobian))
    gradient = np.matmul(_by_local(moved, slopes), inverse).reshape(m * q, dim, dim)
    points = np.matmul(geometry, corners).reshape(m * q, dim)
    displacement = np.matmul(values, moved).reshape(m * q, dim)
    strain = _strain(gradient, points, displacement, solution.model.kinematics)
    if solution.model.kinematics == "generalised plane strain":
        strain[:, 2] += solution.axial_strain
    strain, stress = stress_from_strain(solution.model, region, points, strain)
    if solution.mixed is not None:
        strain, stress = solution.mixed.correct(np.repeat(elements, q), np.tile(local, (m, 1)), strain, stress)
    fields = PointFields(points=points, displacement=displacement, strain=strain, stress=stress)
    kind = mesh.blocks[block].kind
    return Batch(kind=kind, region=region, elements=elements, local=local, fields=fields, determinant=determinants)


def _by_local(nodal: Floats, slopes: Floats) -> Floats:
    """Derivatives (m, q, d, e) by the local coordinates of nodal values (m, k, d) with slopes (q, k, e)."""
    q, k, e = slopes.shape
    table = np.ascontiguousarray(np.swapaxes(slopes, 0, 1)).reshape(k, q * e)
    m, _, d = nodal.shape
    product = np.swapaxes(nodal, 1, 2).reshape(m * d, k) @ table
    return np.ascontiguousarray(np.swapaxes(product.reshape(m, d, q, e), 1, 2))


def _strain(gradient: Floats, points: Floats, displacement: Floats, kinematics: str) -> Floats:
    """Strain (p, 6) of the gradient (p, dim, dim) of the displacement."""
    strain = np.zeros((len(gradient), 6))
    dim = gradient.shape[1]
    for axis in range(dim):
        strain[:, axis] = gradient[:, axis, axis]
    strain[:, 5] = gradient[:, 0, 1] + gradient[:, 1, 0]
    if dim == 3:
        strain[:, 3] = gradient[:, 1, 2] + gradient[:, 2, 1]
        strain[:, 4] = gradient[:, 0, 2] + gradient[:, 2, 0]
    elif kinematics == "axisymmetric":
        radius = points[:, 0]
        # on the axis u_r / r becomes the derivative of u_r by r
        on_axis = radius <= 1e-12 * max(float(np.abs(points).max(initial=0.0)), 1e-300)
        strain[:, 2] = np.divide(displacement[:, 0], radius, out=gradient[:, 0, 0].copy(), where=~on_axis)
    return strain
