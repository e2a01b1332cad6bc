"""An infinite array of tubules under any pressures: stress in the walls as a product with the chamber pressures.

The array is an n x n supercell repeated for ever. Translation makes one cell stand for all of them: the influence of
every chamber of the supercell on one cell holds all there is to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tubewall.errors import ConvergenceError, InputError, unknown_name
from tubewall.fem.array_patterns import (
    bounds,
    largest_tension,
    one_different_patterns,
    peak_anywhere,
    seen_from,
    worst_pattern,
)
from tubewall.fem.bloch import Confinement, Ends, chamber_states, homogenised_stiffness, uniform_solution, wave_states
from tubewall.fem.cut_cell import CutCell
from tubewall.fem.elements import Floats
from tubewall.fem.linear import IMBALANCE_LIMIT
from tubewall.fem.linearise import Linearised, SectionInfluence
from tubewall.fem.patterns import Peak, SurfaceInfluence, Worst, checked_pattern
from tubewall.fem.stress import tensor
from tubewall.fem.superelement import ArrayCell, CellLike, LawLike, array_cell

MOST_CELLS_A_SIDE = 64


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ArrayBasis:
    """Unit solutions of all chambers of an n x n supercell of an infinite array.

    Pressures [Pa] come as patterns (n_ch,), one for each of ``chambers``.

    Attributes
    ----------
    element : ArrayCell
        The superelement; `basis_of` makes other supercells and settings from it without factorising again.
    supercell : int
        n, cells along each side.
    confinement : "held" or "free"
        Zero mean in-plane strain, or zero mean in-plane stress, gas included.
    ends : "held", "closed" or "free"
        Zero axial strain, gas on closed ends, or no axial force.
    surface : SurfaceInfluence
        Stress at all surface points of one cell per unit pressure of each chamber.
    sections : mapping
        Linearised stress on the stress classification lines per unit pressure.
    deflection_influence : (n_ch,) array
        Deflection of the middle of the wall against its roots, from chamber (0, 0) to (1, 0) [m/Pa].
    states : (s, n_ch) array
        State of the cell at the origin.
    mean_strain, mean_stress : (4, n_ch) array
        Mean strain (xx, yy, zz, engineering xy) [1/Pa] and mean total stress (xx, yy, zz, xy), solid and gas.
    residual, imbalance : float
        Largest relative residual of all solves; forces on the cell that are left over, relative to the load.
    """

    element: ArrayCell
    supercell: int
    confinement: Confinement
    ends: Ends
    surface: SurfaceInfluence
    sections: Mapping[str, SectionInfluence]
    deflection_influence: Floats
    states: Floats
    mean_strain: Floats
    mean_stress: Floats
    residual: float
    imbalance: float

    def __repr__(self) -> str:
        return (
            f"ArrayBasis({self.supercell} x {self.supercell} cells, confinement {self.confinement!r}, ends {self.ends!r}, "
            f"{self.surface.n_chambers} chambers, {len(self.surface.points)} surface points, residual {self.residual:.1e})"
        )

    @property
    def chambers(self) -> tuple[tuple[int, int, int], ...]:
        """(kind, i, j) of each chamber, index kind * n^2 + i * n + j as in the periodic graph of chambers."""
        n = self.supercell
        return tuple((k, i, j) for k in range(self.element.cut.n_kinds) for i in range(n) for j in range(n))

    def pattern(self, pressure: float, kind: int = 0, i: int = 0, j: int = 0, *, others: float = 0.0) -> Floats:
        """One chamber at ``pressure`` [Pa] among ``others``."""
        n = self.supercell
        values = np.full(self.surface.n_chambers, float(others))
        if not 0 <= kind < self.element.cut.n_kinds:
            raise InputError(f"chambers have the kinds 0 .. {self.element.cut.n_kinds - 1}, got {kind}")
        values[kind * n * n + (i % n) * n + j % n] = pressure
        return values

    def stress(self, pattern: Floats) -> Floats:
        """Stress (p, 3, 3) [Pa] at the surface points of the cell at the origin."""
        stress: Floats = tensor(self.surface.stress(pattern))
        return stress

    def displacement(self, pattern: Floats, cell: tuple[int, int] = (0, 0)) -> Floats:
        """Displacement (N, 2) [m] of the nodes of a cell of the supercell; the mean strain is about the origin."""
        n, cut = self.supercell, self.element.cut
        pattern = checked_pattern(pattern, self.surface.n_chambers)
        place = np.array([cell])
        local = (cut.recovery @ (self.states @ seen_from(pattern, place, n)[0])).reshape(-1, 2)
        xx, yy, _, xy = self.mean_strain @ pattern
        moved: Floats = local + np.array([[xx, xy / 2], [xy / 2, yy]]) @ (np.array(cell) @ cut.lattice)
        return moved

    def peak(self, pattern: Floats, criterion: str = "max principal") -> Peak:
        """The most dangerous surface point of the whole supercell.

        Parameters
        ----------
        pattern : (n_ch,)
            [Pa].
        criterion : str
            "max principal", "min principal" or "von mises".
        """
        return peak_anywhere(self.surface, pattern, criterion, self.supercell, self.element.cut.lattice)

    def worst(self, low: float | Floats, high: float | Floats, criterion: str = "max principal") -> Worst:
        """The pattern with the largest peak when every chamber lies anywhere between ``low`` and ``high`` [Pa].

        Exact for the tension on the surface ("max principal"); "von mises" to 0.2 % (`array_patterns.worst_pattern`).
        The answer grows slowly with the supercell (see docs/verification/infinite-array.md).
        """
        lower, upper = bounds(low, high, self.surface.n_chambers)
        return self._worst_of(worst_pattern(self.surface, lower, upper, criterion, self.supercell)[None], criterion)

    def one_different(self, low: float | Floats, high: float | Floats, criterion: str = "max principal") -> Worst:
        """The worse of one chamber at ``high`` among all others at ``low`` [Pa], and one at ``low`` among ``high``."""
        lower, upper = bounds(low, high, self.surface.n_chambers)
        return self._worst_of(one_different_patterns(lower, upper, self.supercell), criterion)

    def _worst_of(self, patterns: Floats, criterion: str) -> Worst:
        found = [self.peak(pattern, criterion) for pattern in patterns]
        best = int(np.argmax([peak.value for peak in found]))
        pattern, peak = patterns[best], found[best]
        pattern.setflags(write=False)
        tension, direction = largest_tension(self.surface, pattern, self.supercell)
        return Worst(pattern=pattern, peak=peak, direction=direction, tension=tension)

    def section(self, name: str, pattern: Floats) -> Linearised:
        """Membrane and bending on a stress classification line of the wall between chambers (0, 0) and (1, 0)."""
        if name not in self.sections:
            raise unknown_name("section", name, self.sections)
        return self.sections[name].at(checked_pattern(pattern, self.surface.n_chambers))

    def deflection(self, pattern: Floats) -> float:
        """Deflection [m] of the middle of that wall against its roots, positive from chamber (0, 0) to (1, 0)."""
        return float(self.deflection_influence @ checked_pattern(pattern, self.surface.n_chambers))

    @property
    def homogenised_stiffness(self) -> Floats:
        """(4, 4) stiffness of the dry array, order (xx, yy, zz, xy) with engineering shear [Pa]."""
        return homogenised_stiffness(self.element.cut)


def array_basis(
    cell: CellLike,
    elastic: LawLike,
    *,
    supercell: int = 9,
    confinement: Confinement = "held",
    ends: Ends = "held",
) -> ArrayBasis:
    """Unit solutions of all chambers of an infinite array with period ``supercell``.

    Parameters
    ----------
    cell : geometry.PeriodicCell
        One cell, from ``geometry.periodic_cell``.
    elastic : materials.ElasticLaw
        Of the walls.
    supercell : int
        Cells along each side of the period, 1 to 64.
    confinement : "held" or "free"
        Zero mean in-plane strain, or zero mean in-plane total stress: sum of wall forces equal to that of the gas.
    ends : "held", "closed" or "free"
        Zero axial strain; axial force equal to that of the gas on closed ends; no axial force.

    Raises
    ------
    InputError
        When the cell is not periodic or a setting does not exist.
    ConvergenceError
        When a residual exceeds 1e-10 or forces of more than 1e-9 of the load are left over.
    """
    return basis_of(array_cell(cell, elastic), supercell=supercell, confinement=confinement, ends=ends)


def basis_of(
    element: ArrayCell, *, supercell: int = 9, confinement: Confinement = "held", ends: Ends = "held"
) -> ArrayBasis:
    """The basis of a superelement that is there already; see `array_basis`."""
    if isinstance(supercell, bool) or not isinstance(supercell, int) or not 1 <= supercell <= MOST_CELLS_A_SIDE:
        raise InputError(f"supercell is a whole number from 1 to {MOST_CELLS_A_SIDE}, got {supercell!r}")
    n, cut = supercell, element.cut
    uniform, at_rest = uniform_solution(cut, confinement=confinement, ends=ends)
    waves, (moving, rounding) = wave_states(cut, n)
    states = chamber_states(cut, uniform, waves, n, rounding)
    chambers = cut.kinds * n * n + (cut.offsets[:, 0] % n) * n + cut.offsets[:, 1] % n
    surface = element.surface
    count = states.shape[1]
    flat = surface.stress.reshape(-1, surface.stress.shape[2])
    shared = np.repeat(np.stack([uniform.strain, uniform.mean_stress]) / n**2, n * n, axis=2)
    states.setflags(write=False)
    shared.setflags(write=False)
    return ArrayBasis(
        element=element,
        supercell=n,
        confinement=confinement,
        ends=ends,
        surface=SurfaceInfluence(
            points=surface.points,
            normals=surface.normals,
            chamber=chambers[surface.arc],
            influence=(flat @ states).reshape(-1, 4, count),
        ),
        sections={
            name: SectionInfluence(rule=rule, influence=sums @ states)
            for name, (rule, sums) in element.sections.items()
        },
        deflection_influence=_deflection(element, states, shared[0], n),
        states=states,
        mean_strain=shared[0],
        mean_stress=shared[1],
        residual=max(cut.residual, at_rest, moving),
        imbalance=_imbalance(cut, states),
    )


def _deflection(element: ArrayCell, states: Floats, mean_strain: Floats, n: int) -> Floats:
    """Influence (n_ch,) of each chamber on the deflection of the wall, whose parts may lie in neighbouring cells."""
    terms = element.deflection
    own = terms.rows @ states
    moved = [seen_from(row, -step[None], n)[0] for row, step in zip(own, terms.cells, strict=True)]
    total: Floats = np.sum(moved, axis=0) + terms.strain @ mean_strain
    total.setflags(write=False)
    return total


def _imbalance(cut: CutCell, states: Floats) -> float:
    """Largest resultant of all forces on the cell at the origin, relative to the resultant on its arcs.

    Raises
    ------
    ConvergenceError
        When it exceeds 1e-9 by more than rounding must leave.
    """
    count, arcs = cut.stiffness.shape[0], len(cut.kinds)
    pressure = states[count : count + arcs]
    reactions = cut.stiffness @ states[:count] + np.outer(cut.axial, states[-1]) - cut.pressure @ pressure
    resultant = reactions.reshape(-1, 2, states.shape[1]).sum(axis=0) + cut.arc_force.T @ pressure
    scale = max(float(np.abs(cut.arc_force).max()), float(np.sqrt(cut.cell_area)))
    left_over = np.abs(resultant).max(axis=0) / scale
    if not np.all(left_over < IMBALANCE_LIMIT + cut.rounding @ np.abs(states) / scale):
        worst = left_over.max()
        raise ConvergenceError(f"forces of {worst:.2g} of the load are left over, more than {IMBALANCE_LIMIT:g}")
    return float(left_over.max())
