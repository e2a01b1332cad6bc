"""The plane faces on which the ends of a crack front in space come out of the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.crack_tip import facet_normals
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.surface_points import among, nodes_of

if TYPE_CHECKING:
    from tubewall.fem.crack_fields import TipFrame
    from tubewall.geometry.solid_mesh import SolidMesh

# least cosine between the normal of such a face and the front
_FACING: Final = 0.7
# how far from its plane a node may lie, over the size of the body
_FLAT: Final = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class EndFace:
    """Facets (k, 2) of a face, its nodes (n,), and the motion ``ahead`` (3,) within it that advances the front by one."""

    pairs: Ints
    nodes: Ints
    ahead: Floats


def end_faces(mesh: SolidMesh, frames: tuple[TipFrame, ...], faces: tuple[str, ...]) -> tuple[EndFace, ...]:
    """The face at each end of a front, with the directions ``frames`` there; ``faces`` are those of the crack."""
    outer = mesh.outer_facets
    outer = outer[~among(outer, np.concatenate([mesh.boundary(name) for name in faces]))]
    normals = facet_normals(mesh, outer)
    found = []
    for frame in frames:
        height = np.zeros(len(outer))
        for group in mesh.facet_groups(outer):
            arm = mesh.points[group.nodes] - frame.point
            height[group.rows] = np.abs(np.einsum("kji,ki->kj", arm, normals[group.rows])).max(axis=1)
        mine = (np.abs(normals @ frame.axes[2]) > _FACING) & (height <= _FLAT * mesh.size)
        if not mine.any():
            continue
        pairs = outer[mine]
        # in the plane of the crack and in that of the face: neither the body nor its loads change when nodes move so
        within = np.cross(normals[mine][0], frame.axes[1])
        nodes = nodes_of(mesh, pairs)
        found.append(EndFace(pairs=pairs, nodes=nodes, ahead=within / (within @ frame.axes[0])))
    return tuple(found)
