"""The stress of a patch of the infinite array, component by component, as its unit states need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.view.patches import _NODES, _bores, _cells_at, _law, _nearest_is_in

if TYPE_CHECKING:
    from tubewall.fem.periodic_basis import ArrayBasis

Floats = NDArray[np.float64]


def array_stress(basis: ArrayBasis, pattern: Floats, *, rings: int = 2) -> tuple[Floats, Floats]:
    """The patch of ``array_field`` under one pattern: displacement (n, 2) [m] of its nodes, stress (m, 6, 4) [Pa] at those of
    each element (xx, yy, zz, xy), in the order of that field.

    Parameters
    ----------
    basis : fem.ArrayBasis
    pattern : (n_ch,) float
        Pressures relative to the state of rest [Pa].
    rings : int
        As of ``array_field``, around the bore (0, 0).
    """
    from tubewall.fem.array_patterns import seen_from
    from tubewall.fem.assembly import stress_operator

    cut, mesh = basis.element.cut, basis.element.cell.mesh
    elements = np.repeat(np.arange(len(mesh.cells)), 6)
    operator = stress_operator(mesh, _law(basis), elements, np.tile(_NODES, (len(mesh.cells), 1)))
    bores = _bores(cut.lattice, rings, (0, 0))
    cells = _cells_at(bores)
    stresses, displacements, centres, corners = [], [], [], []
    for number, cell in enumerate(cells):
        entries = basis.states @ seen_from(pattern, np.array([cell]), basis.supercell)[0]
        stress = operator.stress(cut.recovery @ entries, np.array([0.0, 0.0, 0.0, entries[-1]]))
        stresses.append(stress.reshape(-1, 6, 4))
        displacements.append(basis.displacement(pattern, cell))
        centres.append((mesh.points + np.array(cell) @ cut.lattice)[mesh.cells[:, :3]].mean(axis=1))
        corners.append(mesh.cells + number * len(mesh.points))
    kept = _nearest_is_in(np.concatenate(centres), bores, cut.lattice)
    used = np.unique(np.concatenate(corners)[kept])
    return np.concatenate(displacements)[used], np.concatenate(stresses)[kept]
