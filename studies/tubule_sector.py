"""One tubule loaded among others that are not: the part of a cluster in space that its symmetry needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.solid_mesh import Block, SolidMesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.geometry.array import CellArray

_SAME: Final = 1e-6


def symmetric_part(mesh: SolidMesh, array: CellArray) -> SolidMesh:
    """The part of a cluster around bore 0 between the planes at 0 and at 30 degrees (45 in square packing).

    The mesh of a cluster consists of images of one triangle, so that no element is cut. 'side low' and 'side high' are the two
    planes; boundaries of which nothing is left are dropped.

    Parameters
    ----------
    mesh : SolidMesh
        Of ``stack_mesh(kind="cluster")`` with bore 0 at the origin.
    array : CellArray

    Raises
    ------
    InputError
        When an element lies across one of the planes.
    """
    angle = array.half_angle
    normal = np.array([-math.sin(angle), math.cos(angle), 0.0])
    tiny = _SAME * array.bore
    blocks, kept = [], []
    for number, block in enumerate(mesh.blocks):
        corners = mesh.points[block.cells]
        low, high = corners[:, :, 1], -(corners @ normal)
        inside = ((low > -tiny) & (high > -tiny)).all(axis=1)
        middle = corners.mean(axis=1)
        if np.any(~inside & (middle[:, 1] > tiny) & (middle @ normal < -tiny)):
            raise InputError("the mesh of the cluster does not follow its planes of symmetry")
        rows = np.flatnonzero(inside)
        if len(rows):
            blocks.append(Block(kind=block.kind, cells=block.cells[rows]))
            kept.append(rows + mesh.starts[number])
    elements = np.concatenate(kept)
    position = np.full(mesh.elements, -1, dtype=np.int64)
    position[elements] = np.arange(len(elements))
    nodes, where = np.unique(np.concatenate([block.cells.ravel() for block in blocks]), return_inverse=True)
    ends = np.cumsum([0, *(block.cells.size for block in blocks)])
    cells = tuple(
        Block(kind=block.kind, cells=where.ravel()[a:b].reshape(block.cells.shape))
        for block, a, b in zip(blocks, ends[:-1], ends[1:], strict=True)
    )
    boundaries = {}
    for name, pairs in mesh.boundaries.items():
        mine = pairs[position[pairs[:, 0]] >= 0]
        if len(mine):
            boundaries[name] = np.column_stack((position[mine[:, 0]], mine[:, 1]))
    index = mesh.region_index[elements]
    regions = {mesh.region_names[k]: np.flatnonzero(index == k) for k in np.unique(index)}
    part = SolidMesh(points=mesh.points[nodes], blocks=cells, regions=regions, boundaries={})
    return SolidMesh(
        points=part.points,
        blocks=part.blocks,
        regions=regions,
        boundaries={**boundaries, **_planes(part, normal, tiny)},
    )


def _planes(part: SolidMesh, normal: NDArray[np.float64], tiny: float) -> dict[str, NDArray[np.int64]]:
    """The outer facets in the two planes of symmetry."""
    outer = part.outer_facets
    found: dict[str, list[NDArray[np.int64]]] = {"side low": [], "side high": []}
    for group in part.facet_groups(outer):
        places = part.points[group.nodes]
        for name, away in (("side low", places[..., 1]), ("side high", places @ normal)):
            rows = (np.abs(away) < tiny).all(axis=1)
            found[name].append(outer[group.rows[rows]])
    return {name: np.concatenate(parts) for name, parts in found.items()}
