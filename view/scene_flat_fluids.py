"""Lithium and gas of a plane body: what lies within the closed boundaries of its chambers."""

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


def plane_fluids(mesh: SolidMesh, displacement: Floats, pressures: Mapping[str, float]) -> tuple[Fluid, ...]:
    """The lithium and gas of all chambers that close by themselves; one that a symmetry cuts open is left out.

    Parameters
    ----------
    mesh : SolidMesh
        In the plane.
    displacement : (n, 2 k)
        Of the nodes [m], of k states side by side.
    pressures : mapping of boundary to float
        [Pa], where they are known.
    """
    bodies = []
    for (chamber, contents), names in chambers_of(mesh).items():
        pairs = np.concatenate([mesh.boundaries[name] for name in names])
        rim = _rim(mesh, np.column_stack([mesh.points, displacement]), pairs)
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


def _rim(mesh: SolidMesh, nodal: Floats, pairs: Ints) -> Floats | None:
    """Segments (s, 2, c) of a closed boundary, counter-clockwise about its middle; None where it is open."""
    ends, parts = [], []
    share = np.linspace(0.0, 1.0, _SPLITS + 1)[None, :, None]
    for group in mesh.facet_groups(pairs):
        cell = CELLS[group.cell_kind]
        local = cell.nodes[list(cell.facets[group.local].nodes[:2])]
        along = np.broadcast_to(local[0] * (1 - share) + local[1] * share, (len(group.elements), _SPLITS + 1, 2))
        found = located(mesh, nodal, np.repeat(group.elements, _SPLITS + 1), along.reshape(-1, 2))
        ends.append(group.nodes[:, :2].ravel())
        parts.append(found.reshape(len(group.elements), _SPLITS + 1, -1))
    if np.any(np.unique(np.concatenate(ends), return_counts=True)[1] != 2):
        return None
    lines = np.concatenate(parts)
    # the solid lies to the left of its facets, and what they enclose to the right
    return np.stack([lines[:, 1:], lines[:, :-1]], axis=2).reshape(-1, 2, lines.shape[2])
