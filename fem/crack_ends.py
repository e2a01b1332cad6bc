"""The plane faces on which the ends of a crack front in space come out of the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.crack_tip import comes_out, facet_normals
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.surface_points import among, nodes_of

if TYPE_CHECKING:
    from tubewall.fem.crack_fields import TipFrame
    from tubewall.geometry.solid_mesh import SolidMesh


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
    found = []
    for frame in frames:
        pairs = outer[comes_out(mesh, outer, frame)]
        if len(pairs) == 0:
            continue
        # in the plane of the crack and in that of the face: neither the body nor its loads change when nodes move so
        within = np.cross(facet_normals(mesh, pairs[:1])[0], frame.axes[1])
        nodes = nodes_of(mesh, pairs)
        found.append(EndFace(pairs=pairs, nodes=nodes, ahead=within / (within @ frame.axes[0])))
    return tuple(found)
