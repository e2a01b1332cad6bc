"""What stress and following pressures add to the stiffness of a body that is about to move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.assemble_body import summed
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.invariants import as_tensor
from tubewall.fem.loads import Pressure, scalar_at
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.strain import map_rule
from tubewall.fem.surface_loads import facet_geometry, facet_kind

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model

_ORDER: Final = 4
_FACET_ORDER: Final = 6
# elements at a time
_CHUNK: Final = 4096


def geometric_stiffness(solution: FieldSolution) -> csr_array:
    """Stiffness (N, N) of the stress: int sigma_ij u_k,i v_k,j dV.

    The second variation of the work of the stress on Green's strain (Zienkiewicz and Taylor, The Finite Element Method, vol. 2,
    2000, section 10.7). In the axisymmetric case for the full circle, with the hoop term sigma_zz u_r v_r / r^2; with generalised
    plane strain the axial resultant acts on the axial strain.
    """
    model = solution.model
    total = summed(_stress_parts(solution), model.size)
    if model.kinematics == "generalised plane strain":
        from scipy.sparse import csr_array

        last = model.discrete.size
        total = csr_array(total + csr_array(([solution.axial_force], ([last], [last])), shape=total.shape))
    return total


def _stress_parts(solution: FieldSolution) -> Iterator[tuple[Floats, Ints]]:
    model, discrete = solution.model, solution.model.discrete
    dim = discrete.dim
    for block in range(len(discrete.mesh.blocks)):
        order = _ORDER + (2 if model.kinematics == "axisymmetric" else 0)
        local, weights = rule(discrete.mesh.blocks[block].kind, order)
        for start in range(0, len(discrete.cells[block]), _CHUNK):
            rows = np.arange(start, min(start + _CHUNK, len(discrete.cells[block])))
            mapped = map_rule(discrete, block, rows, local)
            m, q = mapped.determinant.shape
            elements = np.repeat(discrete.mesh.starts[block] + rows, q)
            voigt = solution.stress_in(elements, np.tile(local, (m, 1)))
            stress = as_tensor(voigt).reshape(m, q, 3, 3)
            volume = mapped.determinant * weights
            if model.kinematics == "axisymmetric":
                volume = volume * 2 * np.pi * mapped.points[..., 0]
            flux = np.matmul(mapped.gradients, stress[..., :dim, :dim]) * volume[..., None, None]
            same = np.einsum("mqki,mqli->mkl", flux, mapped.gradients, optimize=True)
            k = same.shape[1]
            matrix = np.zeros((m, k, dim, k, dim))
            for c in range(dim):
                matrix[:, :, c, :, c] = same
            if model.kinematics == "axisymmetric":
                hoop = volume * stress[..., 2, 2] / mapped.points[..., 0] ** 2
                matrix[:, :, 0, :, 0] += np.einsum("mq,mqk,mql->mkl", hoop, mapped.values, mapped.values, optimize=True)
            dofs = (dim * discrete.cells[block][rows][:, :, None] + np.arange(dim)).reshape(m, -1)
            yield matrix.reshape(m, k * dim, k * dim), dofs


def follower_stiffness(model: Model) -> csr_array:
    """Stiffness (N, N) of pressures that keep normal to the moving surface, each with its value at the material point.

    Minus the derivative of the force -p n da: int p v.(u,1 x x,2 + x,1 x u,2) over a surface (Hibbitt, Int. J. Numer. Meth.
    Eng. 14, 937, 1979; Schweizerhof and Ramm 1984). Symmetric where the pressure is uniform on a closed surface or the rim of
    the surface is held or a plane of symmetry.
    """
    return summed(_pressure_parts(model), model.size)


def _pressure_parts(model: Model) -> Iterator[tuple[Floats, Ints]]:
    discrete = model.discrete
    mesh = discrete.mesh
    for load in model.loads:
        if not isinstance(load, Pressure):
            continue
        for group in mesh.facet_groups(mesh.boundary(load.boundary)):
            local, weights = rule(group.kind, _FACET_ORDER)
            at, normals = facet_geometry(mesh.points, group, local)
            pressure = scalar_at(load.pressure, at.reshape(-1, mesh.dim)).reshape(at.shape[:2]) * weights
            values, slopes = shape_table(facet_kind(discrete, group), local)
            _, along = shape_table(group.kind, local)
            tangents = np.einsum("kjd,qje->kqde", mesh.points[group.nodes], along)
            nodes = np.searchsorted(discrete.nodes, group.nodes[:, : values.shape[1]])
            turn = _turning_plane(slopes) if mesh.dim == 2 else _turning_space(slopes, tangents)
            if model.kinematics == "axisymmetric":
                pressure = pressure * 2 * np.pi
                turn = at[..., :1, None, None] * turn
                turn[..., :, 0] += values[None, :, None, :].swapaxes(2, 3) * normals[:, :, None, :]
            turn = np.broadcast_to(turn, (len(nodes), *turn.shape[1:]))
            matrix = np.einsum("kq,qi,kqjcd->kicjd", pressure, values, turn, optimize=True)
            size = values.shape[1] * mesh.dim
            dofs = (mesh.dim * nodes[:, :, None] + np.arange(mesh.dim)).reshape(len(nodes), -1)
            yield matrix.reshape(len(nodes), size, size), dofs


def _turning_plane(slopes: Floats) -> Floats:
    """How a normal (t_y, -t_x) changes with the motion of each node: (1, q, j, 2, 2), new component by motion."""
    turn = np.zeros((1, *slopes.shape[:2], 2, 2))
    turn[0, :, :, 0, 1], turn[0, :, :, 1, 0] = slopes[..., 0], -slopes[..., 0]
    return turn


def _turning_space(slopes: Floats, tangents: Floats) -> Floats:
    """How a normal x,1 x x,2 changes with the motion of each node: (k, q, j, 3, 3)."""
    # (e_d x b)_c = eps_cdb and (a x e_d)_c = eps_cad
    permutation = np.zeros((3, 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        permutation[i, j, k], permutation[i, k, j] = 1.0, -1.0
    first = np.einsum("qj,cdb,kqb->kqjcd", slopes[..., 0], permutation, tangents[..., 1])
    turn: Floats = first + np.einsum("qj,cad,kqa->kqjcd", slopes[..., 1], permutation, tangents[..., 0])
    return turn
