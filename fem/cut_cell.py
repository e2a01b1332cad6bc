"""One cell of a periodic array with its inside eliminated: only the nodes where it is cut remain.

The solid between four bore centres is cut only across its ligaments. Its few cut nodes carry all that its neighbours
know of it, so the inside goes once, for all (static condensation: Guyan 1965, AIAA J. 3, 380).

The *state* of a cell is (u of the low cut nodes, u of the high cut nodes, pressure of each arc, axial strain);
``recovery`` turns it into the displacement of every node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.linear import RESIDUAL_LIMIT, factorise

if TYPE_CHECKING:
    from scipy.sparse import csc_array

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
Index = NDArray[np.int64]

# a matrix-vector product is rounded by a few eps of the sum of its absolute terms
ROUNDING = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class CutCell:
    """A cell with its inside eliminated.

    Attributes
    ----------
    stiffness : (4c, 4c) array
        Condensed stiffness of the c low and then the c high cut nodes, x and y of each [Pa].
    pressure : (4c, a) array
        Condensed nodal forces of unit pressure on each of the a arcs [m].
    axial : (4c,) array
        Condensed nodal forces of unit axial strain [Pa m].
    axial_stiffness : float
        Axial resultant of unit axial strain with the cut nodes held [Pa m2].
    axial_pressure : (a,) array
        Axial resultant of unit pressure on each arc with the cut nodes held [m2].
    recovery : (2N, 4c + a + 1) array
        Displacement of every node for a unit of each entry of the state.
    arc_force : (a, 2) array
        Resultant of unit pressure on each arc [m].
    arc_moment : (a, 3) array
        Work of unit pressure on each arc through the displacement of unit strain (xx, yy, engineering xy) about the
        centre of the chamber that the arc belongs to [m2]; summed over a chamber it is (area, area, 0).
    positions : (2c, 2) array
        Where the low and then the high cut nodes are [m].
    offsets : (a, 2) integer array
        Lattice offset of the chamber of each arc.
    kinds : (a,) integer array
        Kind of the chamber of each arc.
    steps : (c, 2) integer array
        Lattice step from each low cut node to its high partner, (1, 0) or (0, 1).
    lattice : (2, 2) array
        Rows a1, a2 [m].
    residual : float
        Largest relative residual of the elimination.
    rounding : (4c + a + 1,) array
        Force that rounding alone may leave on the whole cell for a unit of each entry of the state.
    """

    stiffness: Array
    pressure: Array
    axial: Array
    axial_stiffness: float
    axial_pressure: Array
    recovery: Array
    arc_force: Array
    arc_moment: Array
    positions: Array
    offsets: Index
    kinds: Index
    steps: Index
    lattice: Array
    residual: float
    rounding: Array

    @property
    def n_kinds(self) -> int:
        """How many kinds of chambers there are: 1 for bores alone."""
        return int(self.kinds.max()) + 1

    @property
    def cell_area(self) -> float:
        """Area of the lattice cell [m2]."""
        return float(abs(np.linalg.det(self.lattice)))

    @property
    def void_areas(self) -> Array:
        """(kinds,) area of one chamber of each kind, as meshed [m2]."""
        both = 0.5 * (self.arc_moment[:, 0] + self.arc_moment[:, 1])
        areas = np.zeros(self.n_kinds)
        np.add.at(areas, self.kinds, both)
        return areas

    @property
    def membership(self) -> Array:
        """(a, kinds) 1 where an arc belongs to a chamber of the kind."""
        member: Array = (self.kinds[:, None] == np.arange(self.n_kinds)).astype(np.float64)
        return member


def condense(
    *,
    stiffness: csc_array,
    axial_load: Array,
    axial_stiffness: float,
    arc_loads: Array,
    points: Array,
    low: Index,
    high: Index,
    steps: Index,
    lattice: Array,
    offsets: Index,
    kinds: Index,
) -> CutCell:
    """Eliminate all nodes of a cell but those where it is cut.

    Parameters
    ----------
    stiffness : (2N, 2N) sparse array
        Stiffness of the cell [Pa].
    axial_load : (2N,) array
        Nodal forces of unit axial strain [Pa m].
    axial_stiffness : float
        Axial resultant of unit axial strain with all nodes held [Pa m2].
    arc_loads : (2N, a) array
        Nodal forces of unit pressure on each arc [m].
    points : (N, 2) array
        Nodes [m].
    low, high : (c,) integer arrays
        Cut nodes and their partners one lattice step further.
    steps, lattice, offsets, kinds
        As in `CutCell`.

    Raises
    ------
    InputError
        When a node is in two pairs.
    ConvergenceError
        When the elimination leaves a residual over 1e-10.
    """
    nodes = np.concatenate([low, high])
    if len(np.unique(nodes)) != len(nodes):
        raise InputError("a node of the cell is cut twice: the lattice cell must be cut across ligaments only")
    cut = (2 * nodes[:, None] + np.arange(2)).ravel()
    inside = np.setdiff1d(np.arange(2 * len(points)), cut)
    columns = stiffness[:, cut]
    k_ic, k_cc = columns[inside], columns[cut].toarray()
    k_ii = stiffness[inside][:, inside]
    right = np.hstack([-k_ic.toarray(), arc_loads[inside], -axial_load[inside, None]])
    factor = factorise(k_ii)
    within = factor.back_substitute(right)
    residual = factor.residual(within, right)
    n_cut = len(cut)
    recovery = np.zeros((2 * len(points), right.shape[1]))
    recovery[cut, np.arange(n_cut)] = 1.0
    recovery[inside] = within
    back = k_ic.T @ within
    condensed = k_cc + back[:, :n_cut]
    force, moment = _arc_resultants(arc_loads, points, offsets @ lattice)
    return CutCell(
        stiffness=0.5 * (condensed + condensed.T),
        pressure=arc_loads[cut] - back[:, n_cut:-1],
        axial=axial_load[cut] + back[:, -1],
        axial_stiffness=axial_stiffness + float(axial_load[inside] @ within[:, -1]),
        axial_pressure=axial_load[inside] @ within[:, n_cut:-1],
        recovery=recovery,
        arc_force=force,
        arc_moment=moment,
        positions=points[nodes],
        offsets=offsets,
        kinds=kinds,
        steps=steps,
        lattice=lattice,
        residual=residual,
        rounding=ROUNDING * (abs(stiffness).sum(axis=0) @ np.abs(recovery)),
    )


def _arc_resultants(arc_loads: Array, points: Array, centres: Array) -> tuple[Array, Array]:
    """Resultant (a, 2) of each arc's unit pressure; its work (a, 3) through unit strains about its chamber's centre."""
    force = arc_loads.reshape(len(points), 2, -1)
    x, y = points[:, None, 0] - centres[:, 0], points[:, None, 1] - centres[:, 1]
    fx, fy = force[:, 0], force[:, 1]
    moment = np.stack([fx * x, fy * y, 0.5 * (fx * y + fy * x)], axis=-1).sum(axis=0)
    return force.sum(axis=0).T, moment


def check_residual(matrix: Any, solution: Array | Complex, right: Array | Complex, what: str) -> float:
    """Largest |A x - b| / |b| over waves and columns.

    Raises
    ------
    ConvergenceError
        When it exceeds 1e-10 by more than the rounding of x alone must leave: 4 eps | |A| |x| |, which counts for
        walls a hundred times thinner than long.
    """
    rest = np.linalg.norm(matrix @ solution - right, axis=-2)
    size = np.linalg.norm(right, axis=-2)
    floor = ROUNDING * np.linalg.norm(np.abs(matrix) @ np.abs(solution), axis=-2)
    residual = float(np.max(rest / np.where(size > 0, size, 1.0), initial=0.0))
    if not np.all(rest <= RESIDUAL_LIMIT * size + floor):
        raise ConvergenceError(
            f"{what} left a residual of {residual:.2g}, more than {RESIDUAL_LIMIT:g}: is the cell one connected solid?"
        )
    return residual
