"""Meshes with cracks: grids of rectangles put through a map, and slits of doubled nodes."""

from dataclasses import replace

import numpy as np

from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.solid_mesh import Block


def lines(*places, near=(), fine=0.05, grow=1.5):
    """Grid lines through ``places``, in steps of ``fine`` at ``near`` that grow by ``grow`` away from there."""
    found = {float(p) for p in places}
    for start, end in zip(sorted(places), sorted(places)[1:], strict=False):
        marks = [p for p in near if start <= p <= end]
        at = start
        inside = []
        while at < end:
            away = min((abs(at - p) for p in marks), default=np.inf)
            ahead = min((p - at for p in marks if p > at + 1e-12), default=np.inf)
            # towards a mark the steps shrink again
            step = fine + (grow - 1) / grow * min(away, ahead if np.isfinite(ahead) else away)
            if not marks:
                others = min((min(abs(at - p), abs(end - p)) for p in near), default=end - start)
                step = fine + (grow - 1) / grow * others
            at += step
            inside.append(at)
        stretch = (end - start) / (inside[-1] - start)
        found |= {start + (x - start) * stretch for x in inside[:-1]}
    return np.array(sorted(found))


def grid(*axes, kind=None, order=2, put=None):
    """A mapped block with its element boundaries at the given coordinates."""

    def place(unit):
        x = np.column_stack(
            [np.interp(unit[:, i] * (len(a) - 1), np.arange(len(a)), a) for i, a in enumerate(axes)]
        )  # fmt: skip
        return x if put is None else put(x)

    return mapped_block(tuple(len(a) - 1 for a in axes), map=place, kind=kind, order=order)


def facet_centres(mesh, pairs):
    centres = np.empty((len(pairs), mesh.dim))
    for group in mesh.facet_groups(pairs):
        centres[group.rows] = mesh.points[group.nodes].mean(axis=1)
    return centres


def split(mesh, boundary, **parts):
    """Name parts of a boundary by conditions on the centres (k, dim) of its facets."""
    pairs = mesh.boundary(boundary)
    centres = facet_centres(mesh, pairs)
    named = {name: pairs[condition(centres)] for name, condition in parts.items()}
    return replace(mesh, boundaries={**mesh.boundaries, **named})


def slit(mesh, on_crack, below, front=None):
    """Double the nodes of a crack: ``on_crack`` (n, dim) -> bool, its front not included; ``below`` tells the lower elements.

    Names the faces "upper" and "lower", and the nodes ``front`` (n, dim) -> bool of a front in space as the edge "front".
    """
    points = mesh.points
    twice = np.flatnonzero(on_crack(points))
    copy = np.arange(len(points))
    copy[twice] = len(points) + np.arange(len(twice))
    blocks = []
    for block in mesh.blocks:
        cells = block.cells.copy()
        rows = below(points[cells].mean(axis=1))
        cells[rows] = copy[cells[rows]]
        blocks.append(Block(kind=block.kind, cells=cells))
    opened = replace(mesh, points=np.concatenate([points, points[twice]]), blocks=tuple(blocks))
    old = {tuple(p) for p in mesh.outer_facets.tolist()}
    new = np.array([p for p in opened.outer_facets.tolist() if tuple(p) not in old])
    owner = np.zeros(len(new), dtype=bool)
    for number, pair in enumerate(new):
        block = int(opened.block_of(pair[:1])[0])
        cell = opened.blocks[block].cells[pair[0] - opened.starts[block]]
        owner[number] = bool(below(opened.points[cell].mean(axis=0)[None])[0])
    named = {"upper": new[~owner], "lower": new[owner]}
    return replace(opened, boundaries={**opened.boundaries, **named})
