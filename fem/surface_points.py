"""Points on the facets of a boundary: where they are, which way is out, and their place in the cells behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import into_cell
from tubewall.fem.surface_loads import facet_geometry

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import FacetGroup, SolidMesh

# more than the facets of any cell
_SIDES: Final = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfacePoints:
    """The same points ``on`` (q, d) of each facet of a group.

    Attributes
    ----------
    group : FacetGroup
    points : (k q, dim)
        [m]
    elements : (k q,)
        The cells behind, facet by facet.
    local : (k q, dim)
        In these cells.
    normals : (k q, dim)
        Outward, of unit length.
    areas : (k, q)
        Area per reference area.
    """

    group: FacetGroup
    points: Floats
    elements: Ints
    local: Floats
    normals: Floats
    areas: Floats


def surface_points(mesh: SolidMesh, group: FacetGroup, on: Floats) -> SurfacePoints:
    """The points ``on`` (q, d) of each facet of a group."""
    k = len(group.elements)
    at, normals = facet_geometry(mesh.points, group, on)
    areas = np.linalg.norm(normals, axis=2)
    unit = normals / np.maximum(areas, np.finfo(np.float64).tiny)[..., None]
    return SurfacePoints(
        group=group,
        points=at.reshape(-1, mesh.dim),
        elements=np.repeat(group.elements, len(on)),
        local=np.tile(into_cell(group, on), (k, 1)),
        normals=unit.reshape(-1, mesh.dim),
        areas=areas,
    )


def among(pairs: Ints, others: Ints) -> NDArray[np.bool_]:
    """Which of facets (k, 2) are in others (l, 2)."""
    codes = np.array([_SIDES, 1])
    return np.isin(pairs @ codes, others @ codes)


def nodes_of(mesh: SolidMesh, pairs: Ints) -> Ints:
    """Nodes of facets (k, 2), ascending."""
    return np.unique(np.concatenate([group.nodes.ravel() for group in mesh.facet_groups(pairs)]))


def facets_of(mesh: SolidMesh, boundary: str, region: str | None) -> Ints:
    """Facets (k, 2) of a boundary, those of one region where it is named.

    Raises
    ------
    InputError
        When the boundary does not touch the region.
    """
    pairs = mesh.boundary(boundary)
    if region is None:
        return pairs
    mesh.region(region)
    inside: Ints = pairs[mesh.region_index[pairs[:, 0]] == mesh.region_names.index(region)]
    if len(inside) == 0:
        touched = ", ".join(repr(mesh.region_names[i]) for i in np.unique(mesh.region_index[pairs[:, 0]]))
        raise InputError(f"boundary {boundary!r} does not touch the region {region!r}: it touches {touched}")
    return inside
