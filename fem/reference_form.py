"""The same stiffness written as scikit-fem's own form: what the kernel of ``assembly`` is checked against.

Also the way from a ``NamedMesh`` to scikit-fem's ``MeshTri2`` and basis, for whoever wants to write another form.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tubewall.fem.elements import Floats, Ints, MeshLike, stiffness_rule
from tubewall.fem.stiffness import section_stiffness


def scikit_mesh(mesh: MeshLike) -> Any:
    """The curved ``skfem.MeshTri2`` of a named mesh; scikit-fem numbers vertices first, so nodes are renumbered."""
    from skfem import MeshTri2

    return MeshTri2(np.ascontiguousarray(mesh.points.T), np.ascontiguousarray(mesh.cells.T))


def scikit_basis(mesh: MeshLike, kinematics: str = "plane strain") -> tuple[Any, Ints]:
    """A vector P2 basis and, for each of our 2 n degrees of freedom, the number it has in that basis."""
    from skfem import Basis
    from skfem.element import ElementTriP2, ElementVector

    local, rule = stiffness_rule(kinematics)
    basis = Basis(scikit_mesh(mesh), ElementVector(ElementTriP2()), quadrature=(local.T, rule))
    theirs = np.empty(2 * len(mesh.points), dtype=np.int64)
    ours = 2 * mesh.cells.T[:, None, :] + np.arange(2)[:, None]
    theirs[ours.reshape(12, -1)] = basis.element_dofs
    return basis, theirs


def reference_stiffness(mesh: MeshLike, stiffness: Floats, kinematics: str = "plane strain") -> Any:
    """The stiffness matrix (2 n, 2 n) of one material (6, 6) [Pa] by scikit-fem's assembler, in our numbering."""
    from skfem import BilinearForm, asm

    c = section_stiffness(stiffness)
    axisymmetric = kinematics == "axisymmetric"

    def strain(u: Any, w: Any) -> list[Any]:
        g = u.grad
        hoop = u[0] / w.x[0] if axisymmetric else 0.0 * g[0, 0]
        return [g[0, 0], g[1, 1], hoop, g[0, 1] + g[1, 0]]

    def energy(u: Any, v: Any, w: Any) -> Any:
        e, d = strain(u, w), strain(v, w)
        density = sum(c[i, j] * e[j] * d[i] for i in range(4) for j in range(4))
        return density * (2 * np.pi * w.x[0] if axisymmetric else 1.0)

    basis, theirs = scikit_basis(mesh, kinematics)
    return asm(BilinearForm(energy), basis).tocsc()[theirs][:, theirs]
