"""The electrolyte around one tubule that stands alone: the radial mesh of its cell, continued outwards."""

from __future__ import annotations

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.units import show

# how much longer each element is than the one inside it
_GROWTH = 1.3


def widened(mesh: SolidMesh, radius: float, *, region: str = "electrolyte", growth: float = _GROWTH) -> SolidMesh:
    """The radial mesh of a stack with its electrolyte continued to ``radius`` [m].

    'sides' then names the outer face of the electrolyte, 'around' its free upper face, 'bottom' (or 'cut') its whole lower
    face; the faces above keep the name 'flank'.

    Parameters
    ----------
    mesh : SolidMesh
        Of nine-node quadrilaterals, with boundaries 'sides' and 'bottom' or 'cut'.
    radius : float
        Beyond the mesh.
    region : str
    growth : float
        Of each column of elements over the one inside it.

    Raises
    ------
    InputError
        When the radius lies inside the mesh.
    """
    pairs = mesh.boundary("sides")
    mine = np.isin(pairs[:, 0], mesh.region(region))
    inner = float(mesh.points[:, 0].max())
    if not radius > inner * (1 + 1e-9):
        raise InputError(
            f"the electrolyte reaches to {show(inner, 'm')} already: widen it beyond, not to {show(radius, 'm')}"
        )
    column = np.unique(np.concatenate([group.nodes.ravel() for group in mesh.facet_groups(pairs[mine])]))
    column = column[np.argsort(mesh.points[column, 1])]
    first = float(np.diff(np.unique(mesh.points[mesh.points[:, 1] <= 0, 0]))[-1]) * 2 * growth
    count = max(1, int(np.ceil(np.log1p((radius - inner) * (growth - 1) / first) / np.log(growth))))
    steps = growth ** np.arange(count, dtype=np.float64)
    ends = inner + (radius - inner) * np.concatenate(([0.0], np.cumsum(steps) / steps.sum()))
    radii = np.empty(2 * count + 1)
    radii[::2], radii[1::2] = ends, (ends[1:] + ends[:-1]) / 2
    height, wide = len(column), len(radii)
    places = np.stack(np.meshgrid(radii[1:], mesh.points[column, 1], indexing="ij"), axis=-1).reshape(-1, 2)
    number = np.vstack([column, len(mesh.points) + np.arange((wide - 1) * height).reshape(wide - 1, height)])
    i, j = (2 * part.ravel() for part in np.meshgrid(np.arange(count), np.arange(height // 2), indexing="ij"))
    around = ((0, 0), (2, 0), (2, 2), (0, 2), (1, 0), (2, 1), (1, 2), (0, 1), (1, 1))
    cells = np.stack([number[i + a, j + b] for a, b in around], axis=1)
    new = mesh.elements + np.arange(len(cells))
    boundaries = dict(mesh.boundaries)
    del boundaries["sides"]
    if not mine.all():
        boundaries["flank"] = pairs[~mine]
    last, low, high = i == i.max(), j == 0, j == j.max()
    boundaries["sides"] = np.column_stack((new[last], np.full(last.sum(), 1)))
    floor = "bottom" if "bottom" in mesh.boundaries else "cut"
    below = np.column_stack((new[low], np.zeros(low.sum(), dtype=np.int64)))
    boundaries[floor] = np.concatenate((mesh.boundary(floor), below))
    boundaries["around"] = np.column_stack((new[high], np.full(high.sum(), 2)))
    return SolidMesh(
        points=np.concatenate((mesh.points, places)),
        blocks=(Block(kind="quad9", cells=np.concatenate((mesh.blocks[0].cells, cells))),),
        regions={name: np.concatenate((part, new)) if name == region else part for name, part in mesh.regions.items()},
        boundaries=boundaries,
        nodes=dict(mesh.nodes),
    )
