"""Structured curved meshes for the tests of fem: a rectangle of triangles mapped to any shape."""

import numpy as np

from tubewall.geometry import NamedMesh


def mapped_block(nx, ny, mapping, *, closed=False, split=None):
    """Two triangles in each of nx x ny squares of (s, t) in the unit square, all nodes placed by ``mapping(s, t)``.

    Boundaries: "left" (s = 0), "right" (s = 1), and unless ``closed`` (t = 1 is t = 0) "bottom" and "top". ``split`` is a
    function of the cells' middles (m, 2) that gives the names of their regions; without it there is the region "wall".
    """
    rows, columns = 2 * nx + 1, 2 * ny if closed else 2 * ny + 1
    s, t = np.meshgrid(np.arange(rows) / (2 * nx), np.arange(columns) / (2 * ny), indexing="ij")
    points = np.stack(mapping(s, t), axis=-1).reshape(-1, 2)

    def node(i, j):
        return i * columns + (j % columns if closed else j)

    i, j = (2 * grid.ravel() for grid in np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij"))
    lower = [node(i, j), node(i + 2, j), node(i + 2, j + 2), node(i + 1, j), node(i + 2, j + 1), node(i + 1, j + 1)]
    upper = [node(i, j), node(i + 2, j + 2), node(i, j + 2), node(i + 1, j + 1), node(i + 1, j + 2), node(i, j + 1)]
    cells = np.concatenate([np.stack(lower, axis=-1), np.stack(upper, axis=-1)])
    along, across = 2 * np.arange(ny), 2 * np.arange(nx)
    boundaries = {
        "left": np.stack([node(0, along), node(0, along + 2), node(0, along + 1)], axis=-1),
        "right": np.stack([node(2 * nx, along), node(2 * nx, along + 2), node(2 * nx, along + 1)], axis=-1),
    }
    if not closed:
        boundaries["bottom"] = np.stack([node(across, 0), node(across + 2, 0), node(across + 1, 0)], axis=-1)
        boundaries["top"] = np.stack(
            [node(across, 2 * ny), node(across + 2, 2 * ny), node(across + 1, 2 * ny)], axis=-1
        )
    names = np.full(len(cells), "wall") if split is None else split(points[cells[:, :3]].mean(axis=1))
    regions = {str(name): np.flatnonzero(names == name) for name in np.unique(names)}
    return NamedMesh(points=points, cells=cells, regions=regions, boundaries=boundaries)


def ring(inner, outer, nr, nt, *, shift=0.0):
    """A full ring with the boundaries "left" (bore) and "right" (rim); the bore's centre lies at x = ``shift``."""

    def mapping(s, t):
        radius = inner * (outer / inner) ** s
        return radius * np.cos(2 * np.pi * t) + shift * (1 - s), radius * np.sin(2 * np.pi * t)

    return mapped_block(nr, nt, mapping, closed=True)
