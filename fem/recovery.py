"""Recovered stress: smoother than that of the elements, and where the mesh is good more accurate too.

Superconvergent patches (Zienkiewicz and Zhu, Int. J. Numer. Meth. Engng 33, 1331 and 1365, 1992): around each vertex a
polynomial of the displacement's degree is fitted to the stress at the points inside the elements where it is most accurate. In
an element the polynomials of its vertices are blended with its linear shape functions (Blacker and Belytschko, ibid. 37, 517,
1994), so that it holds at any point of any kind of cell. Each region is recovered for itself: stress jumps at interfaces.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.batch_fields import batches
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.reference_elements import rule
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

# patches with fewer samples than this many times the terms of the polynomial borrow their neighbours' elements
_PLENTY: Final = 1.5
# damping, as a share of the samples: what a thin patch does not determine stays constant across it
_DAMP_LINEAR: Final = 1e-8
_DAMP_SQUARE: Final = 1e-5
_DAMP_MIXED: Final = 1e-4
# vertices times samples fitted at a time
_CHUNK: Final = 400_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Recovery:
    """Recovered stress of a solution.

    Attributes
    ----------
    solution : FieldSolution
    powers : (terms, dim)
        Of the monomials.
    rows : tuple of (n,), one for each region
        Row in the arrays below of each node of the mesh that is a vertex of the region, -1 elsewhere.
    origin : (v, dim)
        [m]
    into : (v, dim, dim)
        From x - origin to the coordinates of the polynomial.
    coefficients : (v, terms, 6)
        [Pa]
    """

    solution: FieldSolution
    powers: Ints
    rows: tuple[Ints, ...]
    origin: Floats
    into: Floats
    coefficients: Floats

    def stress_in(self, elements: Ints, local: Floats, points: Floats) -> Floats:
        """Recovered stress (p, 6) [Pa] at local points (p, dim) of elements (p,), which lie at ``points`` (p, dim) [m]."""
        mesh = self.solution.model.discrete.mesh
        result = np.zeros((len(elements), 6))
        block = mesh.block_of(elements)
        region = mesh.region_index[elements]
        for number in np.unique(block):
            mine = np.flatnonzero(block == number)
            cell = CELLS[mesh.blocks[number].kind]
            shares, _ = fast_shape(cell.first, local[mine])
            nodes = mesh.blocks[number].cells[elements[mine] - mesh.starts[number], : cell.vertices]
            for which in np.unique(region[mine]):
                some = region[mine] == which
                rows = self.rows[which][nodes[some]]
                for corner in range(cell.vertices):
                    fitted = self._fitted(rows[:, corner], points[mine][some])
                    result[mine[some]] += shares[some, corner, None] * fitted
        return result

    def _fitted(self, rows: Ints, points: Floats) -> Floats:
        x = np.einsum("pde,pe->pd", self.into[rows], points - self.origin[rows])
        terms = basis(x, self.powers)
        found: Floats = np.einsum("pt,ptc->pc", terms, self.coefficients[rows])
        return found


def basis(x: Floats, powers: Ints) -> Floats:
    """The monomials (..., terms) with ``powers`` (terms, dim) of points (..., dim)."""
    table = np.stack([np.ones_like(x), x, x * x], axis=-1)
    result = table[..., 0, powers[:, 0]]
    for axis in range(1, x.shape[-1]):
        result = result * table[..., axis, powers[:, axis]]
    return result


@functools.lru_cache(maxsize=8)
def powers_of(dim: int, degree: int, rich: bool) -> Ints:
    """Powers (terms, dim) of the monomials that are fitted, constants first, then linear ones.

    All up to the degree; ``rich`` adds the mixed ones that quadrilaterals, hexahedra and wedges have besides.
    """
    grid = np.stack(np.meshgrid(*[np.arange(degree + 1)] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    total = grid.sum(axis=1)
    kept = grid[total <= (degree + 1 if rich and degree == 2 else degree)]
    order = np.argsort(kept.sum(axis=1), kind="stable")
    return np.asarray(kept[order])


def sampling_points(kind: str, order: int) -> Floats:
    """Where the stress of elements of a kind with displacement of an order is most accurate (q, dim)."""
    first = CELLS[kind].first
    if order == 1:
        cell = CELLS[first]
        return np.asarray(cell.nodes.mean(axis=0, keepdims=True))
    local, _ = rule(first, 2 if first in ("triangle", "tetra") else 3)
    return local


def recover(solution: FieldSolution) -> Recovery:
    """The recovered stress of a solution."""
    mesh = solution.model.discrete.mesh
    firsts = {CELLS[block.kind].first for block in mesh.blocks}
    powers = powers_of(mesh.dim, solution.model.order, firsts <= {"quad", "hexahedron"})
    samples = _samples(solution)
    count = np.diff(samples.start)
    rows, origins, intos, fits = [], [], [], []
    total = 0
    for name in mesh.region_names:
        elements = mesh.region(name)
        corners = _incidence(mesh, elements)
        number = np.full(len(mesh.points), -1, dtype=np.int64)
        vertices = np.unique(corners.indices)
        number[vertices] = total + np.arange(len(vertices))
        total += len(vertices)
        rows.append(number)
        around = corners[:, vertices].T.tocsr()
        origin = mesh.points[vertices]
        for first, last, pairs in _patches(around, count[elements], len(powers)):
            into, coefficients = _fit(samples, elements, pairs, origin[first:last], powers)
            intos.append(into)
            fits.append(coefficients)
        origins.append(origin)
    return Recovery(
        solution=solution,
        powers=powers,
        rows=tuple(rows),
        origin=np.concatenate(origins),
        into=np.concatenate(intos),
        coefficients=np.concatenate(fits),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Samples:
    """Stress (s, 6) at points (s, dim); those of an element stand together, from ``start[element]`` on."""

    start: Ints
    points: Floats
    stress: Floats


def _samples(solution: FieldSolution) -> _Samples:
    mesh = solution.model.discrete.mesh
    local = {block.kind: sampling_points(block.kind, solution.model.order) for block in mesh.blocks}
    count = np.concatenate([np.full(len(block.cells), len(local[block.kind])) for block in mesh.blocks])
    start = np.concatenate([[0], np.cumsum(count)])
    points, stress = np.empty((start[-1], mesh.dim)), np.empty((start[-1], 6))
    for batch in batches(solution, local):
        where = (start[batch.elements][:, None] + np.arange(len(batch.local))).ravel()
        points[where], stress[where] = batch.fields.points, batch.fields.stress
    return _Samples(start=start, points=points, stress=stress)


def _incidence(mesh: SolidMesh, elements: Ints) -> csr_array:
    """Which vertices each of ``elements`` has (m, nodes)."""
    from scipy.sparse import csr_array

    row, column = [], []
    position = np.full(mesh.elements, -1, dtype=np.int64)
    position[elements] = np.arange(len(elements))
    for number, block in enumerate(mesh.blocks):
        own = position[mesh.starts[number] : mesh.starts[number + 1]]
        inside = own >= 0
        corners = block.cells[inside, : CELLS[block.kind].vertices]
        row.append(np.repeat(own[inside], corners.shape[1]))
        column.append(corners.ravel())
    rows, columns = np.concatenate(row), np.concatenate(column)
    shape = (len(elements), len(mesh.points))
    return csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)


def _patches(around: csr_array, count: Ints, terms: int) -> Iterator[tuple[int, int, tuple[Ints, Ints]]]:
    """Some vertices [first, last) with all pairs (vertex, element) of their patches, vertices ascending."""
    from scipy.sparse import csr_array, diags_array

    held = around @ count
    wide = around
    for _ in range(3):
        few = (held < _PLENTY * terms).astype(np.float64)
        if not few.any():
            break
        # neighbours of neighbours, for those that have too few
        more = csr_array(diags_array(few) @ wide @ around.T @ around)
        wide = csr_array(wide + more)
        wide.data[:] = 1.0
        held = wide @ count
    total = np.concatenate([[0], np.cumsum(held)])
    first = 0
    while first < wide.shape[0]:
        last = int(np.searchsorted(total, total[first] + _CHUNK, side="right")) - 1
        last = min(max(last, first + 1), wide.shape[0])
        piece = wide[first:last].tocoo()
        vertex, element = piece.coords
        order = np.lexsort((element, vertex))
        yield first, last, (vertex[order].astype(np.int64), element[order].astype(np.int64))
        first = last


def _fit(
    samples: _Samples, elements: Ints, pairs: tuple[Ints, Ints], origin: Floats, powers: Ints
) -> tuple[Floats, Floats]:
    """Maps (v, dim, dim) into the coordinates of the patches, and coefficients (v, terms, 6)."""
    vertex, element = pairs
    own = elements[element]
    size = samples.start[own + 1] - samples.start[own]
    owner = np.repeat(vertex, size)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    sample = np.arange(int(size.sum())) - np.repeat(first, size) + np.repeat(samples.start[own], size)
    begin = np.searchsorted(owner, np.arange(len(origin)))
    held = np.diff(np.append(begin, len(owner)))
    dim = origin.shape[1]
    arm = samples.points[sample] - origin[owner]
    spread = np.add.reduceat(arm[:, :, None] * arm[:, None, :], begin, axis=0) / held[:, None, None]
    # a patch that is flat in some direction keeps a length there
    spread = spread + 1e-12 * np.trace(spread, axis1=1, axis2=2)[:, None, None] * np.eye(dim)
    into = np.linalg.inv(np.linalg.cholesky(spread))
    terms = basis(np.einsum("sde,se->sd", into[owner], arm), powers)
    gram = np.add.reduceat(terms[:, :, None] * terms[:, None, :], begin, axis=0)
    stress = samples.stress[sample]
    right = np.add.reduceat(terms[:, :, None] * stress[:, None, :], begin, axis=0)
    damp = np.array([0.0, _DAMP_LINEAR, _DAMP_SQUARE, _DAMP_MIXED])[powers.sum(axis=1)]
    gram = gram + held[:, None, None] * np.diag(damp)
    return into, np.linalg.solve(gram, right)
