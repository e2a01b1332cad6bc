"""An n x n supercell of condensed cells, solved wave by wave.

Whatever the chambers hold is a sum of plane waves exp(i k.R) with k = 2 pi (k1, k2)/n, and for each of them the
displacement on the high side of a cell is that on its low side times exp(i k.a) (Bloch 1929; Brillouin, Wave
Propagation in Periodic Structures, 1946): n^2 small Hermitian systems in place of a large one. The wave k = 0 alone
carries the mean strain, and so all that ``confinement`` and ``ends`` say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tubewall.errors import ConvergenceError, unknown_name
from tubewall.fem.cut_cell import ROUNDING, Array, Complex, CutCell, check_residual

Confinement = Literal["held", "free"]
Ends = Literal["held", "closed", "free"]

IMAGINARY_LIMIT = 1e-9


@dataclass(frozen=True, kw_only=True)
class UniformSolution:
    """The wave k = 0: every chamber of one kind at unit pressure, one column for each kind.

    Attributes
    ----------
    states : (4c + a + 1, kinds) array
        State of every cell (all cells are alike).
    strain : (4, kinds) array
        Mean strain (xx, yy, zz, engineering xy) [1/Pa].
    mean_stress : (4, kinds) array
        Mean total stress over solid and gas (xx, yy, zz, xy) per unit pressure.
    """

    states: Array
    strain: Array
    mean_stress: Array


def wave_states(cell: CutCell, n: int) -> tuple[Complex, tuple[float, float]]:
    """States of the cell at the origin for a unit wave of pressure, all n x n waves but k = 0.

    Parameters
    ----------
    cell : CutCell
        The condensed cell.
    n : int
        Cells along each side of the supercell.

    Returns
    -------
    states : (n * n, 4c, kinds) complex array
        Displacement of the cut nodes when the chambers of one kind hold exp(i k.R), row k1 * n + k2; row 0 is zero.
    residual, rounding : float
        Largest relative residual; the relative error of displacement that rounding may leave in the softest wave.
    """
    c = cell.stiffness.shape[0] // 2
    waves = np.stack(np.meshgrid(np.arange(n), np.arange(n), indexing="ij"), axis=-1).reshape(-1, 2)[1:]
    low, high = slice(0, c), slice(c, 2 * c)
    phase = np.repeat(np.exp(2j * np.pi / n * (waves @ cell.steps.T)), 2, axis=1)
    k_ll, k_lh, k_hh = cell.stiffness[low, low], cell.stiffness[low, high], cell.stiffness[high, high]
    across = k_lh * phase[:, None, :]
    back = phase.conj()[:, :, None]
    matrix = k_ll + across + across.conj().transpose(0, 2, 1) + back * k_hh * phase[:, None, :]
    arc_phase = np.exp(2j * np.pi / n * (waves @ cell.offsets.T))
    per_kind = np.einsum("ba,ka,am->kbm", cell.pressure, arc_phase, cell.membership, optimize=True)
    right = per_kind[:, low] + back * per_kind[:, high]
    solution = np.linalg.solve(matrix, right) if len(waves) else right
    residual = check_residual(matrix, solution, right, "a wave of the supercell")
    softest = int(np.argmax(np.abs(solution).max(axis=(1, 2)))) if len(waves) else 0
    rounding = ROUNDING * float(np.linalg.cond(matrix[softest])) if len(waves) else 0.0
    states = np.zeros((n * n, 2 * c, cell.n_kinds), dtype=np.complex128)
    states[1:, low] = solution
    states[1:, high] = phase[:, :, None] * solution
    return states, (residual, rounding)


def _uniform_system(cell: CutCell) -> tuple[Array, Array, Array]:
    """Stiffness, loads of each kind, and the map to the cut nodes, of the wave k = 0.

    The unknowns are the periodic part at the low nodes, the mean strain (xx, yy, xy) and the axial strain; strains are
    times the length of a1, so that all are lengths. The gas works through the mean strain E by p A tr(E) for a chamber
    of area A; in the cell, which cuts chambers, that is the work of its arcs, each about the centre of its own chamber.
    """
    c = cell.stiffness.shape[0] // 2
    length = float(np.linalg.norm(cell.lattice[0]))
    strained = np.zeros((2 * c, 3))
    strained[0::2, 0] = cell.positions[:, 0]
    strained[1::2, 1] = cell.positions[:, 1]
    strained[0::2, 2] = 0.5 * cell.positions[:, 1]
    strained[1::2, 2] = 0.5 * cell.positions[:, 0]
    to_cut = np.hstack([np.vstack([np.eye(c), np.eye(c)]), strained / length])
    half = cell.stiffness @ to_cut
    size = c + 4
    matrix = np.zeros((size, size))
    matrix[:-1, :-1] = to_cut.T @ half
    matrix[:-1, -1] = matrix[-1, :-1] = to_cut.T @ cell.axial / length
    matrix[-1, -1] = cell.axial_stiffness / length**2
    shift = cell.offsets @ cell.lattice
    fx, fy = cell.arc_force.T
    rigid = np.stack([fx * shift[:, 0], fy * shift[:, 1], 0.5 * (fx * shift[:, 1] + fy * shift[:, 0])])
    arcs = np.zeros((size, len(cell.kinds)))
    arcs[:-1] = to_cut.T @ cell.pressure
    arcs[c : c + 3] -= rigid / length
    arcs[-1] = -cell.axial_pressure / length
    return matrix, arcs @ cell.membership, to_cut


def uniform_solution(
    cell: CutCell, *, confinement: Confinement = "held", ends: Ends = "held"
) -> tuple[UniformSolution, float]:
    """All chambers of one kind at unit pressure.

    Parameters
    ----------
    cell : CutCell
        The condensed cell.
    confinement : "held" or "free"
        Zero mean in-plane strain, or zero mean in-plane total stress, the gas in the chambers included.
    ends : "held", "closed" or "free"
        Zero axial strain; axial resultant that the gas on the end caps asks for; no axial resultant.

    Returns
    -------
    UniformSolution, float
        The solution and its relative residual.
    """
    if confinement not in ("held", "free"):
        raise unknown_name("confinement", str(confinement), ["held", "free"])
    if ends not in ("held", "closed", "free"):
        raise unknown_name("setting of ends", str(ends), ["held", "closed", "free"])
    matrix, loads, to_cut = _uniform_system(cell)
    c = to_cut.shape[0] // 2
    length = float(np.linalg.norm(cell.lattice[0]))
    solid_only = loads.copy()
    caps = cell.void_areas / length
    loads[-1] += caps if ends == "closed" else 0.0
    free = np.arange(2, c)  # the first node holds the rigid translation
    if confinement == "free":
        free = np.append(free, np.arange(c, c + 3))
    if ends != "held":
        free = np.append(free, c + 3)
    unknowns = np.zeros_like(loads)
    unknowns[free] = np.linalg.solve(matrix[np.ix_(free, free)], loads[free])
    residual = check_residual(matrix[free], unknowns, loads[free], "the uniform pressure")
    rest = matrix @ unknowns - solid_only
    stress = np.vstack([rest[c : c + 2] / length, rest[-1:] / length - caps / length, rest[c + 2 : c + 3] / length])
    states = np.zeros((2 * c + len(cell.kinds) + 1, cell.n_kinds))
    states[: 2 * c] = to_cut @ unknowns[:-1]
    states[2 * c : -1] = cell.membership
    states[-1] = unknowns[-1] / length
    strain = unknowns[[c, c + 1, c + 3, c + 2]] / length
    mean = stress * length**2 / cell.cell_area
    return UniformSolution(states=states, strain=strain, mean_stress=mean), residual


def homogenised_stiffness(cell: CutCell) -> Array:
    """(4, 4) stiffness of the dry array, order (xx, yy, zz, xy), engineering shear [Pa]."""
    matrix, _, to_cut = _uniform_system(cell)
    c = to_cut.shape[0] // 2
    inner, outer = np.arange(2, c), np.array([c, c + 1, c + 3, c + 2])
    coupling = matrix[np.ix_(inner, outer)]
    schur = matrix[np.ix_(outer, outer)] - coupling.T @ np.linalg.solve(matrix[np.ix_(inner, inner)], coupling)
    length = float(np.linalg.norm(cell.lattice[0]))
    stiffness: Array = schur * length**2 / cell.cell_area
    return stiffness


def chamber_states(cell: CutCell, uniform: UniformSolution, waves: Complex, n: int, rounding: float = 0.0) -> Array:
    """State of the cell at the origin for unit pressure in each chamber of the n x n supercell.

    Parameters
    ----------
    cell : CutCell
        The condensed cell.
    uniform : UniformSolution
        The wave k = 0.
    waves : (n * n, 4c, kinds) array
        All others, from `wave_states`.
    n : int
        Cells along each side of the supercell.
    rounding : float
        Relative error that rounding may leave in the waves.

    Returns
    -------
    (4c + a + 1, kinds * n * n) array
        Columns kind * n * n + i * n + j.

    Raises
    ------
    ConvergenceError
        When the sum of the waves has an imaginary part of more than 1e-9, or more than rounding leaves.
    """
    size = waves.shape[1]
    spectrum = waves.copy()
    spectrum[0] = uniform.states[:size]
    grid = np.fft.fft2(spectrum.reshape(n, n, size, cell.n_kinds), axes=(0, 1)) / n**2
    imaginary = float(np.abs(grid.imag).max() / max(np.abs(grid.real).max(), np.finfo(float).tiny))
    if not imaginary < max(IMAGINARY_LIMIT, rounding):
        raise ConvergenceError(
            f"the sum of the waves has an imaginary part of {imaginary:.2g}, more than {IMAGINARY_LIMIT:g}"
        )
    states = np.zeros((uniform.states.shape[0], cell.n_kinds, n, n))
    states[:size] = grid.real.transpose(2, 3, 0, 1)
    for arc, (kind, offset) in enumerate(zip(cell.kinds, cell.offsets % n, strict=True)):
        states[size + arc, kind, offset[0], offset[1]] = 1.0
    states[-1] = (uniform.states[-1] / n**2)[:, None, None]
    return states.reshape(uniform.states.shape[0], -1)
