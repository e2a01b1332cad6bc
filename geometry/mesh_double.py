"""Cells that stand in a file more than once: for each of their names, which is one cell, or by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.raw_mesh import corners
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.solid_mesh import Block


def without_double(
    points: Floats, blocks: Sequence[Block], element: Ints, groups: Iterable[Ints]
) -> tuple[list[Block], Ints]:
    """The cells, each once, and the element (-1 for none) that each cell of the file became.

    Files of gmsh's version 2 repeat the cells of an entity for every group that it belongs to.

    Parameters
    ----------
    points : (n, dim)
    blocks : sequence of Block
        Of the solid, one a kind.
    element : (cells of the file,)
        The element that each cell of the file is so far, -1 for those of lower dimension.
    groups : iterable of (k,)
        Cells of the file that carry one name, of the solid.

    Raises
    ------
    InputError
        When a cell is there twice under one name, without a name, or with its nodes in another order.
    """
    first, order = _first_alike(points, blocks)
    if (first == order).all():
        return list(blocks), element
    named = np.zeros(len(order), dtype=bool)
    for rows in groups:
        mine = element[rows]
        named[mine] = True
        _, count = np.unique(first[mine], return_counts=True)
        if (count > 1).any():
            _refuse(points, blocks, first, first != order)
    lone = (first != order) & (~named | ~named[first])
    if lone.any():
        _refuse(points, blocks, first, lone)
    kept = first == order
    number = np.cumsum(kept) - 1
    result, start = [], 0
    for block in blocks:
        stop = start + len(block.cells)
        result.append(Block(kind=block.kind, cells=block.cells[kept[start:stop]]))
        start = stop
    return result, np.where(element >= 0, number[first[np.maximum(element, 0)]], -1)


def _first_alike(points: Floats, blocks: Sequence[Block]) -> tuple[Ints, Ints]:
    """For each element the first with the same nodes, and the elements; sums of random numbers of nodes meet only there."""
    sign = np.random.default_rng(0).integers(0, 2**63, size=len(points), dtype=np.uint64)
    first, start = [], 0
    for block in blocks:
        vertices = block.cells[:, : corners(block.kind)]
        total = sign[vertices].sum(axis=1)
        order = np.argsort(total, kind="stable")
        new = np.append(True, total[order[1:]] != total[order[:-1]])[: len(order)]
        mine = np.empty(len(order), dtype=np.int64)
        mine[order] = order[new][np.cumsum(new) - 1]
        turned = (block.cells != block.cells[mine]).any(axis=1)
        if turned.any():
            _refuse(points, [block], mine, turned)
        first.append(start + mine)
        start += len(block.cells)
    return np.concatenate(first), np.arange(start)


def _refuse(points: Floats, blocks: Sequence[Block], first: Ints, double: np.ndarray) -> None:
    two = int(np.flatnonzero(double)[0])
    one, start = int(first[two]), 0
    for block in blocks:
        if one < start + len(block.cells):
            at = points[block.cells[one - start, : corners(block.kind)]].mean(axis=0).tolist()
            raise InputError(
                f"{int(double.sum())} {block.kind} cells are there twice, the first two are cells {one} and {two} at {at}: "
                "write each cell once, in one region"
            )
        start += len(block.cells)
