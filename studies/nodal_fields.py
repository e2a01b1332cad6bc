"""Fields at the nodes for viewers: stress averaged over the elements of one region, so that it may jump between regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
# points evaluated at once: what a point needs in between is some kilobytes
_CHUNK: Final = 50_000


def nodal_fields(
    solution: FieldSolution, shapes: Mapping[str, Floats] | None = None
) -> tuple[SolidMesh, dict[str, Floats]]:
    """The mesh with the nodes of every region its own, and fields at its nodes.

    Parameters
    ----------
    solution : FieldSolution
    shapes : mapping of name to (n, dim), optional
        More displacements of the nodes, as of buckling.

    Returns
    -------
    mesh : SolidMesh
        Nodes on an interface stand there once for each region.
    point_data : dict
        ``displacement`` (n, 3) [m], the ``shapes``, ``stress`` (n, 9) [Pa] as the rows of the 3x3 tensor, ``von mises`` (n,) and
        ``principal stress`` (n, 3) [Pa], largest first.
    """
    from tubewall.fem.invariants import as_tensor

    mesh = solution.model.discrete.mesh
    split, origin, cells = _split(mesh)
    total, count = np.zeros((len(origin), 6)), np.zeros(len(origin))
    for elements, local, nodes in _corners(mesh, cells):
        np.add.at(total, nodes, solution.stress_in(elements, local))
        np.add.at(count, nodes, 1.0)
    stress = total / count[:, None]
    tensor = as_tensor(stress)
    principal = np.linalg.eigvalsh(tensor)[:, ::-1]
    displacement = np.zeros((len(origin), 3))
    displacement[:, : mesh.dim] = solution.displacement[origin]
    xx, yy, zz, yz, xz, xy = stress.T
    mises = np.sqrt(0.5 * ((xx - yy) ** 2 + (yy - zz) ** 2 + (zz - xx) ** 2) + 3 * (yz**2 + xz**2 + xy**2))
    point_data = {
        "displacement": displacement,
        **{name: np.asarray(shape)[origin] for name, shape in (shapes or {}).items()},
        "stress": tensor.reshape(-1, 9),
        "von mises": mises,
        "principal stress": principal,
    }
    return split, point_data


def _split(mesh: SolidMesh) -> tuple[SolidMesh, Ints, tuple[Ints, ...]]:
    """The mesh with nodes doubled between regions, the old node of each new one, and the cells in new nodes."""
    from tubewall.geometry.solid_mesh import Block, SolidMesh

    keys = [
        mesh.region_index[mesh.starts[number] : mesh.starts[number + 1], None] * len(mesh.points) + block.cells
        for number, block in enumerate(mesh.blocks)
    ]
    known, places = np.unique(np.concatenate([key.ravel() for key in keys]), return_inverse=True)
    origin: Ints = known % len(mesh.points)
    cells: list[Ints] = []
    start = 0
    for key in keys:
        cells.append(np.asarray(places[start : start + key.size].reshape(key.shape), dtype=np.int64))
        start += key.size
    blocks = tuple(Block(kind=block.kind, cells=part) for block, part in zip(mesh.blocks, cells, strict=True))
    split = SolidMesh(points=mesh.points[origin], blocks=blocks, regions=mesh.regions, boundaries={})
    return split, origin, tuple(cells)


def _corners(mesh: SolidMesh, cells: tuple[Ints, ...]) -> Iterator[tuple[Ints, Floats, Ints]]:
    """Elements (p,), local points (p, dim) and new nodes (p,) of all nodes of all elements, in parts."""
    from tubewall.geometry.reference_cells import CELLS

    for number, block in enumerate(mesh.blocks):
        nodes = np.array(CELLS[block.kind].nodes, dtype=np.float64)
        step = max(1, _CHUNK // len(nodes))
        for first in range(0, len(block.cells), step):
            part = cells[number][first : first + step]
            elements = mesh.starts[number] + np.arange(first, first + len(part))
            yield np.repeat(elements, len(nodes)), np.tile(nodes, (len(part), 1)), part.ravel()
