"""From a solution to what a picture is drawn from: a patch of the infinite array, or a solved body."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.view.field import Chamber, Field2D, Maximum

if TYPE_CHECKING:
    from tubewall.fem.periodic_basis import ArrayBasis
    from tubewall.fem.solution import Solution

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# reference coordinates (L2, L3) of the six nodes
_NODES = np.array([[0, 0], [1, 0], [0, 1], [0.5, 0], [0.5, 0.5], [0, 0.5]], dtype=np.float64)
_NAMES = {
    "max principal": "largest principal stress",
    "von mises": "von Mises stress",
}
_MOST_RINGS = 4


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class ArrayState:
    """What is in the chambers of a supercell; each array in the order of ``ArrayBasis.chambers``.

    Parameters
    ----------
    pressures : (n_ch,) float
        Absolute [Pa].
    at_rest : float
        Absolute pressure at which the walls are free of stress [Pa]; what they carry is the difference.
    lithium_levels : (n_ch,) float, optional
        How high lithium stands [m]; none without it.
    in_lithium : (n_ch,) bool, optional
        Whether lithium touches the wall at the height of the section; nowhere without it.
    """

    pressures: ArrayLike
    at_rest: float = 101325.0
    lithium_levels: ArrayLike | None = None
    in_lithium: ArrayLike | None = None


def array_field(
    basis: ArrayBasis,
    state: ArrayState,
    *,
    rings: int = 2,
    around: tuple[int, int] = (0, 0),
    quantity: str = "max principal",
) -> Field2D:
    """A patch of the infinite array: the bore ``around`` and ``rings`` rings of bores about it.

    Every cell is evaluated by itself, from the elements' own shape functions at their nodes. The patch is cut through the
    middle of the walls outside it.

    Parameters
    ----------
    basis : fem.ArrayBasis
        The unit solutions.
    state : ArrayState
        Pressures and lithium of the chambers.
    rings : int
        0 to 4: 1, 7, 19, 37, 61 bores in hexagonal packing.
    around : (int, int)
        Lattice offset of the bore in the middle.
    quantity : {"max principal", "von mises"}
        What the colours show.
    """
    from tubewall.fem.array_patterns import seen_from
    from tubewall.fem.assembly import stress_operator
    from tubewall.fem.stress import quantity as invariant

    measure = invariant(_known(quantity))
    if isinstance(rings, bool) or not isinstance(rings, int) or not 0 <= rings <= _MOST_RINGS:
        raise InputError(f"rings must be a whole number from 0 to {_MOST_RINGS}, got {rings!r}")
    n_ch = len(basis.chambers)
    pressures = _one_each("pressures", state.pressures, n_ch)
    pattern = pressures - state.at_rest
    cut, mesh = basis.element.cut, basis.element.cell.mesh
    elements = np.repeat(np.arange(len(mesh.cells)), 6)
    operator = stress_operator(mesh, _law(basis), elements, np.tile(_NODES, (len(mesh.cells), 1)))
    tiles, moves, peaks = [], [], []
    bores = _bores(cut.lattice, rings, around)
    for cell in _cells_at(bores):
        seen = seen_from(pattern, np.array([cell]), basis.supercell)[0]
        entries = basis.states @ seen
        axial = np.array([0.0, 0.0, 0.0, entries[-1]])
        stress = operator.stress(cut.recovery @ entries, axial)
        tiles.append(
            Field2D(
                points=mesh.points,
                cells=mesh.cells,
                displacement=basis.displacement(pattern, cell),
                values=measure(stress).reshape(-1, 6),
                quantity=_NAMES[quantity],
            )
        )
        moves.append(np.array(cell) @ cut.lattice)
        faces = basis.surface.points + moves[-1]
        on_faces = measure(basis.surface.stress(seen))
        inside = _nearest_is_in(faces, bores, cut.lattice)
        peaks += [_largest(faces[inside], on_faces[inside])] if inside.any() else []
    whole = Field2D.tiled(tiles, np.array(moves))
    patch = whole.kept(lambda centres: _nearest_is_in(centres, bores, cut.lattice))
    # the basis also looks between the nodes of its surfaces; only it knows the peak that the answer states
    peak = max([*peaks, replace(patch, maximum=None).peak], key=lambda p: p.value)
    return replace(patch, chambers=_named(basis, state, pressures, bores), maximum=peak)


def solution_field(solution: Solution, chambers: Sequence[Chamber] = (), *, quantity: str = "max principal") -> Field2D:
    """A solved body as it is, for example the finite array with its rim.

    Parameters
    ----------
    solution : fem.Solution
        Of a plane body.
    chambers : sequence of Chamber
        What is in its holes.
    quantity : {"max principal", "von mises"}
        What the colours show.
    """
    from tubewall.fem.stress import quantity as invariant

    measure = invariant(_known(quantity))
    cells = np.asarray(solution.mesh.cells)
    extreme = solution.extreme(quantity)
    stress, _ = solution.stress_in(np.repeat(np.arange(len(cells)), 6), np.tile(_NODES, (len(cells), 1)))
    return Field2D(
        points=solution.mesh.points,
        cells=cells,
        displacement=solution.displacement,
        values=measure(stress).reshape(-1, 6),
        quantity=_NAMES[quantity],
        chambers=tuple(chambers),
        maximum=Maximum(at=(float(extreme.at[0]), float(extreme.at[1])), value=extreme.value),
    )


def _known(quantity: str) -> str:
    if quantity not in _NAMES:
        raise unknown_name("stress quantity", quantity, _NAMES)
    return quantity


def _largest(points: Floats, values: Floats) -> Maximum:
    index = int(np.argmax(values))
    return Maximum(at=(float(points[index, 0]), float(points[index, 1])), value=float(values[index]))


def _bores(lattice: Floats, rings: int, around: tuple[int, int]) -> list[tuple[int, int]]:
    """Lattice offsets of a bore and its rings: hexagons where a2 leans, squares where it is upright."""
    reach = range(-rings, rings + 1)
    upright = abs(lattice[0] @ lattice[1]) < 1e-6 * (lattice[0] @ lattice[0])
    return [(around[0] + i, around[1] + j) for i in reach for j in reach if upright or abs(i + j) <= rings]


def _cells_at(bores: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The cells that have one of the bores at a corner."""
    return sorted({(i - a, j - b) for i, j in bores for a in (0, 1) for b in (0, 1)})


def _nearest_is_in(centres: Floats, bores: Sequence[tuple[int, int]], lattice: Floats) -> NDArray[np.bool_]:
    """Whether the bore nearest to each point is one of ``bores``."""
    from scipy.spatial import cKDTree

    near = sorted({(i + a, j + b) for i, j in bores for a in (-1, 0, 1) for b in (-1, 0, 1)})
    wanted = np.array([bore in set(bores) for bore in near])
    return np.asarray(wanted[cKDTree(np.array(near) @ lattice).query(centres)[1]], dtype=bool)


def _named(
    basis: ArrayBasis, state: ArrayState, pressures: Floats, bores: Sequence[tuple[int, int]]
) -> tuple[Chamber, ...]:
    """The chambers of a patch at their places: its bores, and the interstices of every cell that touches it."""
    cut, n, count = basis.element.cut, basis.supercell, len(pressures)
    levels = (
        np.zeros(count) if state.lithium_levels is None else _one_each("lithium_levels", state.lithium_levels, count)
    )
    wet = np.zeros(count) if state.in_lithium is None else _one_each("in_lithium", state.in_lithium, count)
    named = []
    for kind, centre in enumerate(_centres(basis)):
        for i, j in bores if kind == 0 else _cells_at(bores):
            index = kind * n * n + (i % n) * n + j % n
            x, y = centre + np.array([i, j]) @ cut.lattice
            named.append(
                Chamber(
                    at=(float(x), float(y)),
                    pressure=float(pressures[index]),
                    contents="lithium" if wet[index] else "gas",
                    lithium_level=float(levels[index]),
                    name=f"{'interstice' if kind else 'chamber'} {i} {j}",
                )
            )
    return tuple(named)


def _centres(basis: ArrayBasis) -> list[Floats]:
    """A point (2,) [m] inside the chamber of each kind at offset (0, 0); interstices lie whole in one cell."""
    cell, lattice = basis.element.cell, basis.element.cut.lattice
    centres: list[Floats] = [np.zeros(2)]
    for kind in range(1, basis.element.cut.n_kinds):
        arcs = [arc for arc in cell.arcs if arc.kind == kind]
        ends = [cell.mesh.points[cell.mesh.boundaries[a.boundary].ravel()] - np.array(a.offset) @ lattice for a in arcs]
        centres.append(np.concatenate(ends).mean(axis=0))
    return centres


def _law(basis: ArrayBasis) -> Floats | Callable[[Floats], Floats]:
    """The wall's stiffness; axes that turn, turn about the nearest bore."""
    elastic, lattice = basis.element.elastic, basis.element.cut.lattice
    if getattr(elastic, "axes", "fixed") == "fixed":
        return np.asarray(elastic.stiffness_at(np.zeros((1, 2)))[0])
    corners = np.array([[i, j] for i in range(-1, 3) for j in range(-1, 3)]) @ lattice

    def about_the_nearest(points: Floats) -> Floats:
        nearest = np.argmin(((points[:, None] - corners) ** 2).sum(axis=-1), axis=1)
        return elastic.stiffness_at(points - corners[nearest])

    return about_the_nearest


def _one_each(what: str, values: ArrayLike, count: int) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (count,) or not np.isfinite(array).all():
        raise InputError(
            f"ArrayState.{what} must be {count} finite numbers, one for each chamber, got shape {array.shape}"
        )
    return array
