"""From displacement to strain: the isoparametric map and the strain matrices of every kinematics.

Strain has the order xx, yy, zz, yz, xz, xy with engineering shear in all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Discretisation
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.mesh_checks import centre_of, determinant
from tubewall.units import show_point

#: From a kind of cell and local points (q, dim) to values (q, k) and reference gradients (q, k, dim).
Table = Callable[[str, Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Mapped:
    """Shape functions of the displacement at points of elements.

    Attributes
    ----------
    points : (..., dim)
        Coordinates [m].
    values : (..., k)
    gradients : (..., k, dim)
        By x, y, z [1/m].
    determinant : (...)
        Of the map.
    """

    points: Floats
    values: Floats
    gradients: Floats
    determinant: Floats


def map_rule(
    discrete: Discretisation, block: int, rows: Ints | slice, local: Floats, table: Table = shape_table
) -> Mapped:
    """All of ``local`` (q, dim) in each of the cells ``rows`` of a block: arrays (m, q, ...).

    ``table`` gives the functions of the displacement where it has more than those of its nodes.
    """
    cells = discrete.mesh.blocks[block]
    geometry, along = shape_table(cells.kind, local)
    values, gradients = table(discrete.kinds[block], local)
    corners = discrete.mesh.points[cells.cells[rows]]
    jacobian = np.einsum("mkd,qke->mqde", corners, along, optimize=True)
    determinants = determinant(jacobian)
    _check(discrete, block, rows, determinants)
    mapped = np.matmul(gradients[None], np.linalg.inv(jacobian))
    return Mapped(
        points=np.einsum("qk,mkd->mqd", geometry, corners, optimize=True),
        values=np.broadcast_to(values, (len(corners), *values.shape)),
        gradients=mapped,
        determinant=determinants,
    )


def map_points(discrete: Discretisation, block: int, rows: Ints, local: Floats, table: Table = shape_table) -> Mapped:
    """The point ``local[i]`` (dim,) in the cell ``rows[i]`` of a block: arrays (p, ...)."""
    cells = discrete.mesh.blocks[block]
    geometry, along = shape_table(cells.kind, local)
    values, gradients = table(discrete.kinds[block], local)
    corners = discrete.mesh.points[cells.cells[rows]]
    jacobian = np.einsum("pkd,pke->pde", corners, along)
    determinants = determinant(jacobian)
    # a quarter-point cell is singular at the tip of the crack: the value there is not finite and the caller's affair
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = np.linalg.inv(np.where(determinants[:, None, None] == 0, np.nan, jacobian))
    return Mapped(
        points=np.einsum("pk,pkd->pd", geometry, corners),
        values=values,
        gradients=np.matmul(gradients, inverse),
        determinant=determinants,
    )


def _check(discrete: Discretisation, block: int, rows: Ints | slice, determinants: Floats) -> None:
    bad = np.flatnonzero((determinants <= 0).any(axis=1))
    if len(bad):
        number = np.arange(discrete.mesh.starts[block], discrete.mesh.starts[block + 1])[rows][bad[0]]
        raise InputError(
            f"element {number} at {show_point(centre_of(discrete.mesh, int(number)))} is inverted or folded: "
            "its Jacobian is not positive"
        )


def circumference(kinematics: str, points: Floats) -> Floats:
    """The way around the axis (...) [m] at points (..., dim) of axisymmetric bodies, else 1."""
    if kinematics == "axisymmetric":
        return np.asarray(2 * np.pi * points[..., 0])
    return np.ones(points.shape[:-1])


def strain_matrix(mapped: Mapped, kinematics: str) -> Floats:
    """Strain (..., 6, dim k) by the nodal displacements, component by component of each node."""
    gradients = mapped.gradients
    *lead, k, dim = gradients.shape
    matrix = np.zeros((*lead, 6, k, dim))
    matrix[..., 0, :, 0] = gradients[..., 0]
    matrix[..., 1, :, 1] = gradients[..., 1]
    matrix[..., 5, :, 0] = gradients[..., 1]
    matrix[..., 5, :, 1] = gradients[..., 0]
    if dim == 3:
        matrix[..., 2, :, 2] = gradients[..., 2]
        matrix[..., 3, :, 1] = gradients[..., 2]
        matrix[..., 3, :, 2] = gradients[..., 1]
        matrix[..., 4, :, 0] = gradients[..., 2]
        matrix[..., 4, :, 2] = gradients[..., 0]
    elif kinematics == "axisymmetric":
        radius = mapped.points[..., 0]
        # on the axis u_r / r becomes the derivative of u_r by r
        on_axis = radius <= 1e-12 * max(float(np.abs(mapped.points).max(initial=0.0)), 1e-300)
        over = np.divide(
            mapped.values, radius[..., None], out=np.zeros_like(gradients[..., 0]), where=~on_axis[..., None]
        )
        matrix[..., 2, :, 0] = np.where(on_axis[..., None], gradients[..., 0], over)
    return matrix.reshape(*lead, 6, k * dim)
