"""Lithium and gas of a plane body: what lies within the closed boundaries of its chambers, or between them and the axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.reference_cells import CELLS
from tubewall.view.scene_fluids import Fluid, chambers_of
from tubewall.view.scene_places import located

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# fluids of a plane body lie this much [of the mesh's size] behind it
_BEHIND: Final = 0.01
_SPLITS: Final = 4
# nearer to each other than this [of the mesh's size] two ends are one, and an end lies on an edge of the mesh
_SAME: Final = 1e-9


def plane_fluids(
    mesh: SolidMesh, displacement: Floats, pressures: Mapping[str, float], *, axisymmetric: bool = False
) -> tuple[Fluid, ...]:
    """The lithium and gas of all chambers that close by themselves, or at the axis; one that a symmetry cuts open is left out.

    Parameters
    ----------
    mesh : SolidMesh
        In the plane.
    displacement : (n, 2 k)
        Of the nodes [m], of k states side by side.
    pressures : mapping of boundary to float
        [Pa], where they are known.
    axisymmetric : bool
        x is the radius: a chamber reaches from its boundary to the axis, or where the solid is within to the rim of the mesh.
    """
    bodies = []
    for (chamber, contents), names in chambers_of(mesh).items():
        pairs = np.concatenate([mesh.boundaries[name] for name in names])
        rim = _rim(mesh, np.column_stack([mesh.points, displacement]), pairs, axisymmetric=axisymmetric)
        if rim is None:
            continue
        k = displacement.shape[1] // 2
        middle = rim.mean(axis=(0, 1))
        corners = np.concatenate([np.broadcast_to(middle, (len(rim), 1, rim.shape[2])), rim], axis=1).reshape(
            -1, 2 * k + 2
        )
        space = np.zeros((len(corners), 3))
        space[:, :2] = corners[:, :2]
        space[:, 2] = -_BEHIND * mesh.size
        moved = np.zeros((len(corners), k, 3))
        moved[:, :, :2] = corners[:, 2:].reshape(-1, k, 2)
        known = [pressures[name] for name in names if name in pressures]
        bodies.append(
            Fluid(
                name=f"{contents} in {chamber}" if chamber != contents else contents,
                contents=contents,
                points=space,
                displacement=moved.reshape(-1, 3 * k),
                triangles=np.arange(len(corners)).reshape(-1, 3),
                rims=np.zeros((0, 2, 3 + 3 * k)),
                region=int(np.bincount(mesh.region_index[pairs[:, 0]]).argmax()),
                pressure=known[0] if known and len(set(known)) == 1 else None,
            )
        )
    return tuple(bodies)


def _rim(mesh: SolidMesh, nodal: Floats, pairs: Ints, *, axisymmetric: bool) -> Floats | None:
    """Segments (s, 2, c) of a closed boundary, the fluid to their left; None where it stays open."""
    parts = []
    share = np.linspace(0.0, 1.0, _SPLITS + 1)[None, :, None]
    for group in mesh.facet_groups(pairs):
        cell = CELLS[group.cell_kind]
        local = cell.nodes[list(cell.facets[group.local].nodes[:2])]
        along = np.broadcast_to(local[0] * (1 - share) + local[1] * share, (len(group.elements), _SPLITS + 1, 2))
        found = located(mesh, nodal, np.repeat(group.elements, _SPLITS + 1), along.reshape(-1, 2))
        parts.append(found.reshape(len(group.elements), _SPLITS + 1, -1))
    # the solid lies to the left of its facets, and what they enclose to the right
    lines = np.concatenate(parts)[:, ::-1]
    segments = np.stack([lines[:, :-1], lines[:, 1:]], axis=2).reshape(-1, 2, lines.shape[2])
    # by place, not by node: a debond has two nodes where it opens
    places = np.round(lines[:, [0, -1], :2] / (_SAME * mesh.size)).astype(np.int64)
    _, number, count = np.unique(places.reshape(-1, 2), axis=0, return_inverse=True, return_counts=True)
    segments = np.concatenate([segments, _gaps(lines, number.reshape(-1, 2))])
    if (count == 2).all():
        return segments
    alone = (count == 1)[number.ravel()].reshape(-1, 2)
    if not axisymmetric or (count > 2).any() or alone.sum(axis=0).tolist() != [1, 1]:
        return None
    first, last = lines[alone[:, 0], 0][0], lines[alone[:, 1], -1][0]
    closing = _closing(mesh, first, last)
    return None if closing is None else np.concatenate([segments, closing])


def _gaps(lines: Floats, number: Ints) -> Floats:
    """Segments (s, 2, c) from the end of each line (k, n, c) to the beginning of the next at the same place, where they part."""
    order = np.argsort(number[:, 0])
    after = order[np.clip(np.searchsorted(number[order, 0], number[:, 1]), 0, len(order) - 1)]
    apart = (number[after, 0] == number[:, 1]) & (lines[:, -1] != lines[after, 0]).any(axis=1)
    return np.stack([lines[apart, -1], lines[after[apart], 0]], axis=1)


def _closing(mesh: SolidMesh, first: Floats, last: Floats) -> Floats | None:
    """Segments (3, 2, c) from the last to the first corner (c,) of a chain, level to the axis or the rim and along it."""
    if abs(last[1] - first[1]) <= _SAME * mesh.size:
        return None
    radii = mesh.points[:, 0]
    edge = float(radii.max())
    if last[1] > first[1]:
        # the fluid lies within; a window of a larger body ends before the axis
        inner = float(radii.min())
        on_edge = np.abs(np.array([first[0], last[0]]) - inner) <= _SAME * mesh.size
        edge = inner if on_edge.sum() == 1 else 0.0
    corners = np.stack([last, last, first, first])
    corners[1:3, 0] = edge
    corners[1:3, 2::2] = 0.0
    return np.stack([corners[:-1], corners[1:]], axis=1)
