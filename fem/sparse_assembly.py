"""The stiffness matrix of many elements at once: pattern from the graph of nodes, then rows filled by compiled kernels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.fem import compiled_assembly as kernels
from tubewall.fem.compiled import Crew
from tubewall.fem.element_chunks import laws_at, rule_order
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.mixed_spaces import BUBBLED_FACETS
from tubewall.fem.model import Model
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.region_laws import varies
from tubewall.fem.strain import map_rule
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Shorts = NDArray[np.int32]
# rows of a matrix that one call of a kernel takes at least
_LEAST = 2048
# what a plane problem keeps of the six components: xx, yy, zz, xy
_PLANE = np.array([0, 1, 2, 5])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pattern:
    """Where the entries of a matrix are.

    ``pointer``, ``neighbours``: the graph of groups of unknowns; ``rows``, ``columns``: that of the unknowns.
    """

    pointer: Ints
    neighbours: Shorts
    rows: Ints
    columns: Shorts


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """Some elements of a block that share a rule: cells by number of the geometry (m, j) and of the displacement (m, k)."""

    block: int
    order: int
    elements: Ints
    cells: Ints
    nodes: Shorts


def assemble_matrix(model: Model, plain: Sequence[str], mixed: Iterable[tuple[Floats, Ints]], crew: Crew) -> csr_array:
    """The stiffness of a model.

    Parameters
    ----------
    model : Model
    plain : sequence of str
        Regions whose elements have no pressure of their own.
    mixed : iterable of matrices (m, n, n) and unknowns (m, n)
        Of all other elements.
    crew : Crew

    Raises
    ------
    InputError
        For inverted elements.
    """
    from scipy.sparse import csr_array

    pattern = _pattern(model, plain, crew)
    data = np.zeros(len(pattern.columns))
    uniform = model.kinematics == "generalised plane strain"
    for part in _parts(model, plain):
        _fill(model, part, pattern, data, crew)
    size = model.size
    if uniform:
        last = model.discrete.size
        start, stop = int(pattern.rows[last]), int(pattern.rows[last + 1])
        data[start : stop - 1] = data[pattern.rows[1 : last + 1] - 1]
    for matrices, dofs in mixed:
        kernels.scatter(matrices, dofs, pattern.rows, pattern.columns, data)
    short = len(data) < np.iinfo(np.int32).max
    rows = pattern.rows.astype(np.int32) if short else pattern.rows
    columns = pattern.columns if short else pattern.columns.astype(np.int64)
    matrix = csr_array((data, columns, rows), shape=(size, size))
    matrix.has_sorted_indices = True
    return matrix


def _pattern(model: Model, plain: Sequence[str], crew: Crew) -> _Pattern:
    dim, nodes = model.discrete.dim, len(model.discrete.nodes)
    groups = nodes + model.size - dim * nodes
    items, offset = _members(model, plain)
    starts = np.zeros(groups + 1, dtype=np.int64)
    elements = np.empty(len(items), dtype=np.int32)
    kernels.elements_around(offset, items, starts, elements)
    counts = np.zeros(groups, dtype=np.int64)
    crew.run(kernels.count_neighbours, groups, offset, items, starts, elements, counts, least=_LEAST)
    pointer = np.concatenate([[0], np.cumsum(counts)])
    neighbours = np.empty(int(pointer[-1]), dtype=np.int32)
    crew.run(kernels.list_neighbours, groups, offset, items, starts, elements, pointer, neighbours, least=_LEAST)
    unknown = np.concatenate([dim * np.arange(nodes), np.arange(dim * nodes, model.size + 1)])
    # a row has dim columns for each neighbour that is a node and one for each other
    width = np.diff(unknown)
    if groups == nodes:
        lengths = dim * counts
    else:
        running = np.concatenate([[0], np.cumsum(width[neighbours])])
        lengths = running[pointer[1:]] - running[pointer[:-1]]
    rows = np.concatenate([[0], np.cumsum(np.repeat(lengths, width))])
    columns = np.empty(int(rows[-1]), dtype=np.int32)
    crew.run(kernels.list_columns, groups, pointer, neighbours, unknown, rows, columns, least=_LEAST)
    return _Pattern(pointer=pointer, neighbours=neighbours, rows=rows, columns=columns)


def _members(model: Model, plain: Sequence[str]) -> tuple[Shorts, Ints]:
    """The groups of unknowns of all elements one after the other, and where each element begins."""
    discrete, mesh = model.discrete, model.discrete.mesh
    soft = ~np.isin(mesh.region_index, [mesh.region_names.index(name) for name in plain])
    uniform = model.kinematics == "generalised plane strain"
    nodes = len(discrete.nodes)
    pieces, lengths = [], []
    for block, cells in enumerate(discrete.cells):
        table = cells
        if model.mixed_faces.count and discrete.kinds[block] in BUBBLED_FACETS:
            faces = model.mixed_faces.of[block]
            start = nodes + model.size - discrete.size - model.mixed_faces.count
            mine = soft[mesh.starts[block] : mesh.starts[block + 1], None]
            table = np.column_stack([cells, np.where((faces >= 0) & mine, start + faces, -1)])
        if uniform:
            table = np.column_stack([table, np.full(len(table), nodes)])
        there = table >= 0
        lengths.append(there.sum(axis=1) if table is not cells else np.full(len(cells), cells.shape[1]))
        pieces.append((table[there] if table is not cells else table.ravel()).astype(np.int32))
    return np.concatenate(pieces), np.concatenate([[0], np.cumsum(np.concatenate(lengths))])


def _parts(model: Model, plain: Sequence[str]) -> Iterator[_Part]:
    """Elements by block and rule: those with straight edges need fewer points, where the rule is exact there."""
    discrete, mesh = model.discrete, model.discrete.mesh
    axisymmetric = model.kinematics == "axisymmetric"
    turning = [mesh.region_names.index(name) for name in plain if varies(model, name)]
    hard = np.isin(mesh.region_index, [mesh.region_names.index(name) for name in plain])
    for block, cells in enumerate(mesh.blocks):
        mine = slice(int(mesh.starts[block]), int(mesh.starts[block + 1]))
        straight = np.zeros(len(cells.cells), dtype=bool)
        if not axisymmetric and cells.kind in ("triangle6", "tetra10") and discrete.kinds[block] == cells.kind:
            straight = _straight(mesh.points, cells.kind, cells.cells) & ~np.isin(mesh.region_index[mine], turning)
        for flag, order in ((True, 2), (False, rule_order(discrete, block) + axisymmetric)):
            rows = np.flatnonzero(hard[mine] & (straight == flag))
            if len(rows):
                yield _Part(
                    block=block,
                    order=order,
                    elements=rows,
                    cells=cells.cells[rows],
                    nodes=discrete.cells[block][rows].astype(np.int32),
                )


def _straight(points: Floats, kind: str, cells: Ints) -> NDArray[np.bool_]:
    """Which second-order simplices have their mid-side nodes in the middle, to rounding."""
    result = np.ones(len(cells), dtype=bool)
    for first, second, middle in CELLS[kind].edges:
        a, b, m = points[cells[:, first]], points[cells[:, second]], points[cells[:, middle]]
        off = np.abs(a + b - 2 * m).max(axis=1)
        result &= off <= 1e-13 * np.abs(b - a).max(axis=1) + 4e-16 * np.abs(m).max(axis=1)
    return result


def _fill(model: Model, part: _Part, pattern: _Pattern, data: Floats, crew: Crew) -> None:
    discrete = model.discrete
    kind = discrete.mesh.blocks[part.block].kind
    local, weights = rule(kind, part.order)
    values, slopes = shape_table(kind, local)
    functions, table = shape_table(discrete.kinds[part.block], local)
    m, k = part.nodes.shape
    offset = k * np.arange(m + 1)
    starts = np.zeros(len(pattern.pointer), dtype=np.int64)
    elements = np.empty(m * k, dtype=np.int32)
    kernels.elements_around(offset, part.nodes.ravel(), starts, elements)
    gradients = np.empty((m, len(weights), k, discrete.dim))
    volume = np.empty((m, len(weights)))
    circle = model.kinematics == "axisymmetric"
    hoop = np.empty((m + 1 if circle else 0, len(weights), k))
    points = discrete.mesh.points
    if discrete.dim == 2:
        if circle:
            hoop[0] = functions
        crew.run(kernels.plane_gradients, m, points, part.cells, slopes, values, table, weights, circle,
                 gradients, hoop, volume, least=_LEAST)  # fmt: skip
    else:
        crew.run(
            kernels.space_gradients, m, points, part.cells, slopes, table, weights, gradients, volume, least=_LEAST
        )
    bad = np.flatnonzero(~(volume > 0).all(axis=1))
    if len(bad):
        map_rule(discrete, part.block, part.elements[bad[:1]], local)
    laws, law, step = _laws(model, part, values)
    shared = (pattern.pointer, pattern.neighbours, pattern.rows, starts, elements, part.nodes, gradients)
    nodes = len(discrete.nodes)
    if discrete.dim == 2:
        uniform = model.kinematics == "generalised plane strain"
        crew.run(kernels.fill_plane, nodes, *shared, hoop, volume, laws, law, step, uniform, data, least=_LEAST)
        if uniform:
            per_element = laws[law][:, 2, 2] * volume.sum(axis=1)
            turned = step > 0
            if turned.any():
                at = law[turned, None] + np.arange(len(weights))
                per_element[turned] = (laws[at][:, :, 2, 2] * volume[turned]).sum(axis=1)
            data[pattern.rows[discrete.size + 1] - 1] += per_element.sum()
    else:
        crew.run(kernels.fill_space, nodes, *shared, volume, laws, law, step, data, least=_LEAST)


def _laws(model: Model, part: _Part, values: Floats) -> tuple[Floats, Ints, Ints]:
    """Stiffnesses (l, c, c), the first of each element (m,), and 1 (m,) where every point of it has its own."""
    mesh = model.discrete.mesh
    region = mesh.region_index[part.elements + mesh.starts[part.block]]
    kept = _PLANE if mesh.dim == 2 else np.arange(6)
    law, step = np.zeros(len(region), dtype=np.int64), np.zeros(len(region), dtype=np.int64)
    tables: list[Floats] = []
    count = 0
    for number in np.unique(region):
        mine = np.flatnonzero(region == number)
        name = mesh.region_names[number]
        if varies(model, name):
            points = np.einsum("qj,mjd->mqd", values, mesh.points[part.cells[mine]], optimize=True)
            found = laws_at(model, name, points)[..., kept[:, None], kept].reshape(-1, len(kept), len(kept))
            law[mine] = count + len(values) * np.arange(len(mine))
            step[mine] = 1
        else:
            found = laws_at(model, name, np.zeros((1, 1, mesh.dim)))[..., kept[:, None], kept].reshape(
                1, len(kept), len(kept)
            )
            law[mine] = count
        tables.append(found)
        count += len(found)
    return np.ascontiguousarray(np.concatenate(tables)), law, step


def selected(matrix: csr_array, free: Ints, crew: Crew, *, lower: bool = False) -> csr_array:
    """The rows and columns ``free`` of a matrix; ``lower``: of a symmetric one the entries on and above the diagonal only.

    Those are, read by columns, the lower triangle.
    """
    from scipy.sparse import csr_array

    size = matrix.shape[0]
    position = np.full(size, -1, dtype=np.int32)
    position[free] = np.arange(len(free), dtype=np.int32)
    counts = np.zeros(len(free), dtype=np.int64)
    crew.run(kernels.count_kept, size, matrix.indptr, matrix.indices, position, lower, counts, least=_LEAST)
    rows = np.concatenate([[0], np.cumsum(counts)]).astype(matrix.indptr.dtype)
    columns, data = np.empty(int(rows[-1]), dtype=matrix.indices.dtype), np.empty(int(rows[-1]))
    crew.run(kernels.copy_kept, size, matrix.indptr, matrix.indices, matrix.data, position, lower, rows, columns, data,
             least=_LEAST)  # fmt: skip
    result = csr_array((data, columns, rows), shape=(len(free), len(free)))
    result.has_sorted_indices = True
    return result
