"""The stiffness of a model by scikit-fem alone: its mesh, its vector element, its form, its assembler."""

import numpy as np

from tubewall.fem.element_chunks import rule_order
from tubewall.fem.reference_elements import node_order, rule
from tubewall.geometry.reference_cells import CELLS

SCIKIT = {
    "triangle": ("MeshTri1", "MeshTri2", "ElementTriP1", "ElementTriP2"),
    "quad": ("MeshQuad1", "MeshQuad2", "ElementQuad1", "ElementQuad2"),
    "tetra": ("MeshTet1", "MeshTet2", "ElementTetP1", "ElementTetP2"),
    "hexahedron": ("MeshHex1", "MeshHex2", "ElementHex1", "ElementHex2"),
    "wedge": ("MeshWedge1", None, "ElementWedge1", None),
}


def crooked(unit):
    """A square or cube without a straight or parallel side, away from the axis."""
    x, y = unit[:, 0], unit[:, 1]
    out = unit.copy()
    z = unit[:, 2] if unit.shape[1] == 3 else 0 * x
    out[:, 0] = 0.5 + x + 0.06 * np.sin(3 * y + x + z) * (1 + x)
    out[:, 1] = y + 0.07 * np.sin(4 * x + 0.5 - z) * (0.5 + y)
    if unit.shape[1] == 3:
        out[:, 2] = 0.8 * z + 0.05 * np.sin(3 * x + 2 * y) * (0.3 + z)
    return out


def scikit_mesh(unit):
    """scikit-fem's mesh of a unit square or cube, put through ``crooked``, with its vertices where ours are."""
    import skfem

    kind = CELLS[unit.blocks[0].kind].first
    names = SCIKIT[kind]
    corners = unit.blocks[0].cells[:, : CELLS[kind].vertices]
    used, cells = np.unique(corners, return_inverse=True)
    theirs = np.empty((CELLS[kind].vertices, len(corners)), dtype=np.int64)
    theirs[node_order(kind)] = cells.reshape(corners.shape).T
    more = {"sort_t": False} if kind == "triangle" else {}
    if unit.order == 1:
        return getattr(skfem, names[0])(np.ascontiguousarray(crooked(unit.points[used]).T), theirs, **more)
    straight = getattr(skfem, names[0])(np.ascontiguousarray(unit.points[used].T), theirs, **more)
    mesh = getattr(skfem, names[1]).from_mesh(straight)
    return type(mesh)(np.ascontiguousarray(crooked(mesh.doflocs.T).T), mesh.t)


def law_at(law, kinematics, x):
    """Stiffness (..., 6, 6) at places (dim, ...) in the slots of the kinematics."""
    if kinematics == "axisymmetric" and getattr(law, "axes", "fixed") == "circumferential":
        # 1 along the hoop (third slot), 2 radial (first), 3 axial (second); shear 12, 13, 23 -> xz, yz, xy
        slots = [1, 2, 0, 4, 5, 3]
        return np.broadcast_to(law.stiffness()[np.ix_(slots, slots)], (*x.shape[1:], 6, 6))
    c = law.stiffness_at(x[:2].reshape(2, -1).T).reshape(*x.shape[1:], 6, 6)
    if kinematics != "plane stress":
        return c
    # the inverse of the compliance of what remains
    kept = np.array([0, 1, 5])
    plane = np.zeros_like(c)
    plane[..., kept[:, None], kept] = np.linalg.inv(np.linalg.inv(c)[..., kept[:, None], kept])
    return plane


def strain_of(u, w, dim, axisymmetric):
    """Strain (6,) of a trial or test function."""
    g = u.grad
    zero = 0 * g[0, 0]
    if dim == 3:
        return [g[0, 0], g[1, 1], g[2, 2], g[1, 2] + g[2, 1], g[0, 2] + g[2, 0], g[0, 1] + g[1, 0]]
    return [g[0, 0], g[1, 1], u[0] / w.x[0] if axisymmetric else zero, zero, zero, g[0, 1] + g[1, 0]]


def scikit_stiffness(model, unit):
    """The stiffness by scikit-fem, and which of our unknowns each of its own is."""
    import skfem
    from scipy.spatial import cKDTree

    dim, axisymmetric = unit.dim, model.kinematics == "axisymmetric"
    element = skfem.ElementVector(getattr(skfem, SCIKIT[CELLS[unit.blocks[0].kind].first][1 + model.order])())
    local, weights = rule(model.discrete.mesh.blocks[0].kind, rule_order(model.discrete, 0) + axisymmetric)
    basis = skfem.Basis(scikit_mesh(unit), element, quadrature=(local.T, weights))
    law = model.solids["body"].elastic

    @skfem.BilinearForm
    def energy(u, v, w):
        c = law_at(law, model.kinematics, np.asarray(w.x))
        e, d = (strain_of(one, w, dim, axisymmetric) for one in (u, v))
        density = sum(c[..., i, j] * e[j] * d[i] for i in range(6) for j in range(6))
        return density * (2 * np.pi * w.x[0] if axisymmetric else 1.0)

    distance, node = cKDTree(model.discrete.points).query(np.asarray(basis.doflocs).T)
    assert distance.max() < 1e-12
    component = np.empty(basis.N, dtype=np.int64)
    for table in (basis.nodal_dofs, basis.edge_dofs, basis.facet_dofs, basis.interior_dofs):
        for row, dofs in enumerate(np.atleast_2d(table) if np.size(table) else []):
            component[dofs] = row
    return energy.assemble(basis).tocsr(), dim * node + component
