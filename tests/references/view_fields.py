"""Sections in closed form for the tests of view/: rings under inner pressure (Lame 1852)."""

from __future__ import annotations

import numpy as np

from tubewall.view import Chamber, Field2D

INNER, OUTER = 50e-9, 70e-9
YOUNG, POISSON = 60e9, 0.2


def ring_mesh(inner=INNER, outer=OUTER, around=24, through=2):
    """Nodes and six-node triangles of a ring, all sides curved with it."""
    angle = 2 * np.pi * np.arange(2 * around) / (2 * around)
    radius = np.linspace(inner, outer, 2 * through + 1)
    points = (radius[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)).reshape(-1, 2)

    def node(i, j):
        return i * 2 * around + j % (2 * around)

    cells = []
    for i in range(0, 2 * through, 2):
        for j in range(0, 2 * around, 2):
            a, b, c, d, m = node(i, j), node(i + 2, j), node(i + 2, j + 2), node(i, j + 2), node(i + 1, j + 1)
            cells += [
                (a, b, c, node(i + 1, j), node(i + 2, j + 1), m),
                (a, c, d, m, node(i + 1, j + 2), node(i, j + 1)),
            ]
    return points, np.array(cells)


def lame(points, pressure, inner=INNER, outer=OUTER):
    """Displacement and hoop stress of a ring in plane strain (Timoshenko and Goodier 1970, section 28)."""
    radius = np.hypot(*points.T)
    share = pressure * inner**2 / (outer**2 - inner**2)
    moved = share * (1 + POISSON) / YOUNG * ((1 - 2 * POISSON) * radius + outer**2 / radius)
    return points / radius[:, None] * moved[:, None], share * (1 + outer**2 / radius**2)


def ring(pressure=1e6, contents="gas", level=0.0, **kwargs):
    """A ring under inner pressure [Pa] over one atmosphere."""
    points, cells = ring_mesh()
    displacement, hoop = lame(points, pressure)
    chamber = Chamber(at=(0, 0), pressure=101325.0 + pressure, contents=contents, lithium_level=level)
    return Field2D(
        points=points, cells=cells, displacement=displacement, values=hoop[cells], chambers=(chamber,), **kwargs
    )


def seven(pressures, levels=None):
    """Seven rings side by side, one in the middle."""
    angle = np.pi / 3 * np.arange(6)
    places = 2 * OUTER * np.concatenate([[[0, 0]], np.stack([np.cos(angle), np.sin(angle)], axis=1)])
    heights = np.zeros(7) if levels is None else levels
    return Field2D.tiled([ring(p, level=h) for p, h in zip(pressures, heights, strict=True)], places)
