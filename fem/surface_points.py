"""Points on the facets of a boundary: where they are, which way is out, and their place in the cells behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import shape_table
from tubewall.fem.surface_loads import facet_geometry
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import FacetGroup, SolidMesh


@dataclass(frozen=True, kw_only=True, eq=False)
class SurfacePoints:
    """The same points ``on`` (q, d) of each facet of a group.

    Attributes
    ----------
    group : FacetGroup
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
    elements: Ints
    local: Floats
    normals: Floats
    areas: Floats


def into_cell(group: FacetGroup, on: Floats) -> Floats:
    """Points (q, d) of the facets of a group in the reference coordinates (q, dim) of their cells."""
    cell = CELLS[group.cell_kind]
    values, _ = shape_table(group.kind, on)
    inside: Floats = values @ cell.nodes[list(cell.facets[group.local].nodes)]
    return inside


def surface_points(mesh: SolidMesh, group: FacetGroup, on: Floats) -> SurfacePoints:
    """The points ``on`` (q, d) of each facet of a group."""
    k = len(group.elements)
    _, normals = facet_geometry(mesh.points, group, on)
    areas = np.linalg.norm(normals, axis=2)
    unit = normals / np.maximum(areas, np.finfo(np.float64).tiny)[..., None]
    return SurfacePoints(
        group=group,
        elements=np.repeat(group.elements, len(on)),
        local=np.tile(into_cell(group, on), (k, 1)),
        normals=unit.reshape(-1, mesh.dim),
        areas=areas,
    )


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
