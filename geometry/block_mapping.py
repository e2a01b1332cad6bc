"""Structured meshes: a block of cells put through a map (blocks are joined in :mod:`.mesh_join`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Final, Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.checks import number, one_of, whole_number
from tubewall.geometry.mesh_join import join
from tubewall.geometry.mesh_orientation import turned_right
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh

__all__ = ["Kind", "join", "mapped_block"]

Kind = Literal["triangle", "quad", "tetra", "hexahedron", "wedge"]

_SQUARE: Final = ((0, 0), (1, 0), (1, 1), (0, 1))
_HALVES: Final = (((0, 0), (1, 0), (1, 1)), ((0, 0), (1, 1), (0, 1)))
_NAMES: Final = (("left", "right"), ("bottom", "top"), ("front", "back"))


def _kuhn() -> tuple[tuple[tuple[int, ...], ...], ...]:
    """The six tetrahedra along the diagonal of the unit cube (Kuhn 1960); alike in all cubes, so that they fit."""
    result = []
    for axes in permutations(range(3)):
        steps = np.zeros((4, 3), dtype=int)
        for row, axis in enumerate(axes, start=1):
            steps[row:, axis] = 1
        if np.linalg.det(np.diff(steps, axis=0)) < 0:
            steps[[1, 2]] = steps[[2, 1]]
        result.append(tuple(tuple(int(x) for x in step) for step in steps))
    return tuple(result)


# the cells that the unit square or cube is cut into, by their corners
_CUTS: Final[Mapping[str, tuple[tuple[tuple[int, ...], ...], ...]]] = {
    "triangle": _HALVES,
    "quad": (_SQUARE,),
    "tetra": _kuhn(),
    "hexahedron": (tuple((*xy, z) for z in (0, 1) for xy in _SQUARE),),
    "wedge": tuple(tuple((*xy, z) for z in (0, 1) for xy in half) for half in _HALVES),
}


def mapped_block(
    counts: Sequence[int],
    *,
    map: Callable[[Floats], Floats] | None = None,  # noqa: A002
    kind: Kind | None = None,
    order: Literal[1, 2] = 1,
    grading: Sequence[float] | None = None,
) -> SolidMesh:
    """A structured mesh of the unit square or cube, put through a map.

    Parameters
    ----------
    counts : (2,) or (3,) int
        Intervals along each coordinate. A square is cut into one quadrilateral or two triangles each, a cube into one
        hexahedron, two wedges (their axis along the third coordinate) or six tetrahedra.
    map : callable, optional
        From points (n, dim) of the unit square or cube to places (n, dim) [m]. Every node goes through it, those in the
        middle of edges, faces and cells too: second-order cells are curved.
    kind : str, optional
        Of the cells, by its first-order name; quadrilaterals or hexahedra unless said.
    order : 1 or 2
    grading : (dim,) float, optional
        Length of the last interval over that of the first, for each coordinate; the lengths grow by a constant factor.

    Returns
    -------
    SolidMesh
        One region ``"body"``; boundaries ``"left"``, ``"right"`` (first coordinate 0 and 1), ``"bottom"``, ``"top"``
        (second) and ``"front"``, ``"back"`` (third).

    Raises
    ------
    InputError
        When a count is not positive, the kind has another dimension, or the map folds an element.
    """
    steps = [whole_number("counts", count, 1, 10**7) for count in counts]
    if len(steps) not in (2, 3):
        raise InputError(f"counts must hold 2 or 3 numbers, got {len(steps)}")
    first = kind if kind is not None else ("quad" if len(steps) == 2 else "hexahedron")
    one_of("kind", first, tuple(_CUTS))
    if order not in (1, 2):
        raise InputError(f"order must be 1 or 2, got {order!r}")
    if CELLS[first].dim != len(steps):
        raise InputError(
            f"{first} cells lie in {CELLS[first].dim} dimensions, counts has {len(steps)}: pass another kind"
        )
    ratios = [1.0] * len(steps) if grading is None else [number("grading", ratio, "times") for ratio in grading]
    if len(ratios) != len(steps) or min(ratios) <= 0:
        raise InputError(f"grading must hold {len(steps)} positive ratios, got {grading!r}")
    axes = [_axis(count, ratio, order) for count, ratio in zip(steps, ratios, strict=True)]
    unit = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(steps))
    shape = tuple(len(axis) for axis in axes)
    cells = _cells(steps, shape, first, order)
    points = unit if map is None else np.asarray(map(unit.copy()), dtype=np.float64)
    if points.shape != unit.shape:
        raise InputError(f"map must return an array of shape {unit.shape}, got {points.shape}")
    name = CELLS[first].first if order == 1 else CELLS[first].second
    if np.isfinite(points).all():
        cells = turned_right(points, name, cells)
    return SolidMesh(
        points=points,
        blocks=(Block(kind=name, cells=cells),),
        regions={"body": np.arange(len(cells))},
        boundaries=_sides(name, cells, shape),
    )


def _axis(count: int, ratio: float, order: int) -> Floats:
    """Places 0 .. 1 of the nodes along one coordinate, the middles of second-order cells included."""
    growth = ratio ** (1 / (count - 1)) if count > 1 else 1.0
    ends = np.concatenate(([0.0], np.cumsum(growth ** np.arange(count))))
    ends /= ends[-1]
    if order == 1:
        return ends
    result = np.empty(2 * count + 1)
    result[::2] = ends
    result[1::2] = (ends[1:] + ends[:-1]) / 2
    return result


def _cells(steps: Sequence[int], shape: tuple[int, ...], kind: str, order: int) -> Ints:
    """Cells (m, k) as numbers of lattice nodes."""
    origin = np.stack(np.meshgrid(*[np.arange(n) for n in steps], indexing="ij"), axis=-1).reshape(-1, len(steps))
    cell = CELLS[CELLS[kind].first if order == 1 else CELLS[kind].second]
    groups = [(i,) for i in range(cell.vertices)]
    if order == 2:
        groups += [tuple(edge[:2]) for edge in cell.edges.tolist()] + list(cell.faces.values())
    pieces = []
    for corners in _CUTS[kind]:
        offset = [np.array([corners[i] for i in group]).mean(axis=0) for group in groups]
        local = np.rint(order * np.array(offset)).astype(np.int64)
        lattice = order * origin[:, None, :] + local[None]
        pieces.append(np.ravel_multi_index(tuple(np.moveaxis(lattice, 2, 0)), shape))
    # the pieces of a cube stay together
    return np.stack(pieces, axis=1).reshape(-1, len(groups)).astype(np.int64)


def _sides(kind: str, cells: Ints, shape: tuple[int, ...]) -> dict[str, Ints]:
    """The facets whose nodes all lie on one side of the lattice."""
    found: dict[str, list[Ints]] = {name: [] for pair in _NAMES[: len(shape)] for name in pair}
    for local, facet in enumerate(CELLS[kind].facets):
        place = np.unravel_index(cells[:, list(facet.nodes)], shape)
        for axis, (low, high) in enumerate(_NAMES[: len(shape)]):
            for name, level in ((low, 0), (high, shape[axis] - 1)):
                rows = np.flatnonzero((place[axis] == level).all(axis=1))
                found[name].append(np.column_stack((rows, np.full(len(rows), local))))
    return {name: np.concatenate(parts) for name, parts in found.items()}
