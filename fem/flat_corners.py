"""Corners where a cell is nearly flat, as where two of its sides follow one curve: no stress there means anything."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.mesh_checks import centre_of, determinant, sampled_jacobians
from tubewall.geometry.reference_cells import CELLS
from tubewall.units import show_point

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

# a Jacobian below this share of the largest in its cell: the strain there is divided by it
FLAT: Final = 0.02
# below this share it is meant to vanish, as at the tip of a crack in quarter-point cells
_MEANT: Final = 1e-9


_KNOWN: weakref.WeakKeyDictionary[SolidMesh, Floats] = weakref.WeakKeyDictionary()


def jacobian_range(mesh: SolidMesh) -> Floats:
    """The smallest and largest Jacobian determinant at the nodes of every element, (m, 2)."""
    if mesh not in _KNOWN:
        found = [sampled_jacobians(mesh.points, block.kind, block.cells) for block in mesh.blocks]
        _KNOWN[mesh] = np.concatenate([np.column_stack((one.min(axis=1), one.max(axis=1))) for one in found])
    return _KNOWN[mesh]


def in_flat_corner(mesh: SolidMesh, elements: Ints, local: Floats) -> NDArray[np.bool_]:
    """Which local points (p, dim) of elements (p,) lie where the cell has next to no volume, (p,)."""
    found = np.zeros(len(elements), dtype=bool)
    block = mesh.block_of(elements)
    for number in np.unique(block):
        mine = np.flatnonzero(block == number)
        cells = mesh.blocks[number]
        if CELLS[cells.kind].order == 1 and CELLS[cells.kind].first in ("triangle", "tetra"):
            continue
        nodes = mesh.points[cells.cells[elements[mine] - mesh.starts[number]]]
        jacobian = np.einsum("pkd,pke->pde", nodes, shape_table(cells.kind, local[mine])[1])
        found[mine] = determinant(jacobian) < FLAT * jacobian_range(mesh)[elements[mine], 1]
    return found


def flat_corner_warnings(mesh: SolidMesh) -> tuple[str, ...]:
    """What to say of cells that are nearly flat at a corner; those of crack tips, flat on purpose, are left out."""
    smallest, largest = jacobian_range(mesh).T
    share = smallest / largest
    flat = np.flatnonzero((share < FLAT) & (share > _MEANT))
    if len(flat) == 0:
        return ()
    element = int(flat[share[flat].argmin()])
    place = show_point(centre_of(mesh, element))
    return (
        f"{len(flat)} elements are nearly flat at a corner, the worst is element {element} at {place}, whose Jacobian falls to "
        f"{share[element]:.2g} of its largest: stress at that corner means nothing and is left out of the maxima; remesh there",
    )
