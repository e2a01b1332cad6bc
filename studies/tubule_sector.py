"""One tubule loaded among others that are not: the part of a cluster in space that its symmetry needs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.mesh_part import mesh_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.geometry.array import CellArray
    from tubewall.geometry.solid_mesh import SolidMesh

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
    inside = []
    for block in mesh.blocks:
        corners = mesh.points[block.cells]
        low, high = corners[:, :, 1], -(corners @ normal)
        mine = ((low > -tiny) & (high > -tiny)).all(axis=1)
        middle = corners.mean(axis=1)
        if np.any(~mine & (middle[:, 1] > tiny) & (middle @ normal < -tiny)):
            raise InputError("the mesh of the cluster does not follow its planes of symmetry")
        inside.append(mine)
    part, _ = mesh_part(mesh, np.flatnonzero(np.concatenate(inside)))
    return replace(part, boundaries={**part.boundaries, **_planes(part, normal, tiny)})


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
