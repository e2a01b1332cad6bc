"""From second-order nodes to vertices and back, and one cycle over both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.compiled import Crew
from tubewall.fem.multigrid_groups import Group
from tubewall.fem.multigrid_operator import ElementOperator
from tubewall.fem.multigrid_vertex import Cycle, Relaxation, Singles, block_scaling, largest_eigenvalue
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_DEGREE: Final = 2
_STEPS: Final = 10


def transfer(
    groups: Sequence[Group], cells: Sequence[NDArray[np.int32]], nodes: int
) -> tuple[csr_array, NDArray[np.int32]]:
    """The matrix (nodes, vertices) that reads vertex functions at every node, and the numbers of the vertices.

    Vertex functions are linear on tetrahedra, (tri)linear on prisms and hexahedra: a middle node has the mean of its edge,
    face or cell.
    """
    from scipy.sparse import coo_array

    is_vertex = np.zeros(nodes, dtype=bool)
    for group, part in zip(groups, cells, strict=True):
        is_vertex[part[:, : CELLS[group.kind].vertices]] = True
    vertices = np.flatnonzero(is_vertex).astype(np.int32)
    position = np.full(nodes, -1, dtype=np.int32)
    position[vertices] = np.arange(len(vertices), dtype=np.int32)
    rows, columns, weights = [vertices], [position[vertices]], [np.ones(len(vertices), dtype=np.float32)]
    done = is_vertex
    for group, part in zip(groups, cells, strict=True):
        for a, corners in _parents(group.kind):
            middle = part[:, a]
            _, at = np.unique(middle, return_index=True)
            at = at[~done[middle[at]]]
            done[middle[at]] = True
            for b in corners:
                rows.append(middle[at])
                columns.append(position[part[at, b]])
                weights.append(np.full(len(at), 1 / len(corners), dtype=np.float32))
    entries = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(weights), entries), shape=(nodes, len(vertices))).tocsr(), vertices


def _parents(kind: str) -> list[tuple[int, tuple[int, ...]]]:
    """Local nodes that are no vertices, each with the vertices that it is the middle of."""
    cell = CELLS[kind]
    if cell.order == 1:
        return []
    edges = [(int(edge[2]), (int(edge[0]), int(edge[1]))) for edge in cell.edges]
    return [*edges, *((int(a), tuple(int(b) for b in corners)) for a, corners in cell.faces.items())]


class TwoLevels:
    """One symmetric cycle: relaxation on all nodes, correction on the vertices, relaxation."""

    def __init__(
        self,
        operator: ElementOperator,
        inverse: Singles,
        prolong: csr_array,
        coarse: Cycle,
        fixed: NDArray[np.intp],
        crew: Crew,
    ) -> None:
        self._operator, self._crew, self._coarse, self._fixed = operator, crew, coarse, fixed
        self._up, self._down = prolong, prolong.T.tocsr()
        largest = largest_eigenvalue(operator, block_scaling(inverse, crew), len(inverse) // 2, _STEPS, crew)
        self._relax = Relaxation(product=operator, inverse=inverse, largest=largest, degree=_DEGREE, crew=crew)
        self._work = tuple(np.zeros(len(inverse) // 2, dtype=np.float32) for _ in range(3))

    def __call__(self, right: Singles) -> Singles:
        """An approximate solution of stiffness x = right (3 n,), zero at fixed unknowns."""
        from tubewall.fem.compiled_rows import sparse_product

        rest, step, image = self._work
        x = self._relax(right, None, (rest, step, image))
        self._operator(x, image)
        np.subtract(right, image, out=rest)
        rest[self._fixed] = 0
        small = np.zeros(3 * self._down.shape[0], dtype=np.float32)
        down, up = self._down, self._up
        self._crew.run(sparse_product, down.shape[0], down.indptr, down.indices, down.data, rest, small, 3, least=2000)
        small = self._coarse(small)
        self._crew.run(sparse_product, up.shape[0], up.indptr, up.indices, up.data, small, x, 3, least=2000)
        x[self._fixed] = 0
        return self._relax(right, x, (rest, step, image))
