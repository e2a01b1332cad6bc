"""Cells without nodes at the centres of faces and cells, raised to the complete second-order cells.

The new nodes lie where the serendipity shape functions put the centres, so that the geometry stays what it was: at the
centre of a face the functions are -1/4 at its corners and 1/2 at the middles of its edges, at the centre of a hexahedron
-1/4 and 1/4 (Zienkiewicz, Taylor and Zhu, The Finite Element Method, 7th ed. 2013, section 6.2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import Block

#: The complete kind of each serendipity kind.
COMPLETE: Final = {"quad8": "quad9", "hexahedron20": "hexahedron27", "wedge15": "wedge18"}


def completed(points: Floats, blocks: Sequence[Block]) -> tuple[Floats, list[Block]]:
    """Points with the new centres behind them, and the blocks with serendipity cells made complete."""
    keys, places = [], []
    for block in blocks:
        for key, place in _centres(points, block):
            keys.append(key)
            places.append(place)
    if not keys:
        return points, list(blocks)
    _, first, which = np.unique(np.concatenate(keys), axis=0, return_index=True, return_inverse=True)
    new = len(points) + np.asarray(which).ravel()
    result, start = [], 0
    for block in blocks:
        if block.kind not in COMPLETE:
            result.append(block)
            continue
        added = []
        for _ in CELLS[COMPLETE[block.kind]].faces:
            added.append(new[start : start + len(block.cells)])
            start += len(block.cells)
        result.append(Block(kind=COMPLETE[block.kind], cells=np.column_stack((block.cells, *added))))
    return np.vstack([points, np.concatenate(places)[first]]), result


def _centres(points: Floats, block: Block) -> list[tuple[Ints, Floats]]:
    """For each centre of the complete cell: the sorted corners (m, 8) that name it, and its places (m, dim)."""
    if block.kind not in COMPLETE:
        return []
    cell = CELLS[COMPLETE[block.kind]]
    middles = {frozenset(edge[:2]): edge[2] for edge in cell.edges.tolist()}
    result = []
    for corners in cell.faces.values():
        inside = [middle for ends, middle in middles.items() if ends <= set(corners)]
        key = np.full((len(block.cells), 8), -1, dtype=np.int64)
        key[:, : len(corners)] = np.sort(block.cells[:, list(corners)], axis=1)
        share = 1 / 2 if len(corners) == 4 else 1 / 4
        place: Floats = share * points[block.cells[:, inside]].sum(axis=1)
        place -= points[block.cells[:, list(corners)]].sum(axis=1) / 4
        result.append((key, place))
    return result
