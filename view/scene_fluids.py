"""Lithium and gas as closed bodies: the surfaces of a chamber that the mesh names, closed by flat lids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.reference_cells import CELLS
from tubewall.view.scene_cut import Plane, clipped, crossing, kept_by, section_places
from tubewall.view.scene_places import Places, facet_places, located, surface_pairs
from tubewall.view.scene_symmetry import symmetry_corner

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Marks = NDArray[np.bool_]
Contents = Literal["gas", "lithium"]

# a rim that leaves its plane by more than this over its size is no rim of a level alone: a plane of symmetry cuts the chamber
_FLAT: Final = 0.03
# fluids are drawn this much [of the mesh's size] within their walls, so that the two do not fight for the same pixels
_WITHIN: Final = 5e-4


@dataclass(frozen=True, kw_only=True, eq=False)
class Fluid:
    """Lithium or gas in one chamber.

    Attributes
    ----------
    name : str
    contents : "gas" or "lithium"
    points : (n, 3)
        [m]
    displacement : (n, 3 k)
        [m], of k states side by side; the surface moves with the walls.
    triangles : (m, 3)
        Facing outwards.
    rims : (s, 2, 3 + 3 k)
        Segments where it ends at a level or a cut: points and displacement [m].
    region : int
        Of the mesh, that it goes with: lithium with the lowest that it touches, gas with most of its walls.
    pressure : float, optional
        [Pa], where it is known.
    """

    name: str
    contents: Contents
    points: Floats
    displacement: Floats
    triangles: Ints
    rims: Floats
    region: int
    pressure: float | None = None


def chambers_of(mesh: SolidMesh) -> dict[tuple[str, Contents], list[str]]:
    """The boundaries around the lithium and the gas of each chamber, by its name.

    'chamber K gas', 'chamber K lithium' and 'mouth K' are known, and any others that end in 'gas' or 'lithium'; 'chamber K'
    alone and 'interstice' hold gas.
    """
    found: dict[tuple[str, Contents], list[str]] = {}
    contents: Contents
    for name in mesh.boundaries:
        for contents in ("gas", "lithium"):
            if re.search(rf"(^|\s){contents}$", name.casefold()):
                found.setdefault((name[: -len(contents)].strip() or contents, contents), []).append(name)
        if re.fullmatch(r"(chamber|interstice)( \S+)?", name):
            found.setdefault((name, "gas"), []).append(name)
    for name in mesh.boundaries:
        mouth = re.fullmatch(r"mouth (\S+)", name)
        if mouth:
            key = f"chamber {mouth[1]}"
            wet: Contents = "lithium" if (key, "lithium") in found else "gas"
            if (key, wet) in found:
                found[key, wet].append(name)
    return found


def fluid_bodies(
    mesh: SolidMesh, displacement: Floats, pressures: Mapping[str, float], plane: Plane | None, splits: int,
    drawn: Marks,
) -> tuple[Fluid, ...]:  # fmt: skip
    """The lithium and gas of all chambers of a mesh in space, cut by a plane.

    Parameters
    ----------
    mesh : SolidMesh
    displacement : (n, 3 k)
        Of the nodes [m], of k states side by side.
    pressures : mapping of boundary to float
        [Pa], where they are known.
    plane : Plane, optional
        What lies beyond it is cut away.
    splits : int
        Parts of each side of a facet.
    drawn : (r,)
        Which regions are drawn.
    """
    outer = {tuple(pair) for pair in mesh.outer_facets.tolist()}
    bodies = []
    for (chamber, contents), names in chambers_of(mesh).items():
        pairs = np.unique(np.concatenate([mesh.boundaries[name] for name in names]), axis=0)
        pairs = pairs[[tuple(pair) in outer for pair in pairs.tolist()]]
        if not len(pairs):
            continue
        known = [pressures[name] for name in names if name in pressures]
        body, rims = _body(mesh, displacement, pairs, splits)
        if plane is not None:
            body, rims = _cut(body, rims, plane)
        if len(body.simplices):
            bodies.append(
                Fluid(
                    name=f"{contents} in {chamber}" if chamber != contents else contents,
                    contents=contents,
                    points=body.local[:, :3] + _WITHIN * mesh.size * body.normals,
                    displacement=body.local[:, 3:],
                    triangles=body.simplices,
                    rims=rims,
                    region=_carrier(mesh, pairs, contents, drawn),
                    pressure=known[0] if known and len(set(known)) == 1 else None,
                )
            )
    return tuple(bodies)


def _carrier(mesh: SolidMesh, pairs: Ints, contents: Contents, drawn: Marks) -> int:
    """The region among those drawn that lithium stands on, or that most of the area of a gas's walls (k, 2) belongs to."""
    areas, lowest = np.zeros(len(mesh.region_names)), np.full(len(mesh.region_names), np.inf)
    for group in mesh.facet_groups(pairs):
        corners = mesh.points[group.nodes[:, : CELLS[group.kind].vertices]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, -1] - corners[:, 0])
        regions = mesh.region_index[group.elements]
        np.add.at(areas, regions, np.linalg.norm(normal, axis=1))
        np.minimum.at(lowest, regions, corners[..., 2].mean(axis=1))
    if contents == "lithium" and np.isfinite(lowest[drawn]).any():
        return int(np.where(drawn, lowest, np.inf).argmin())
    return int(np.where(drawn, areas, -1.0).argmax())


def _body(mesh: SolidMesh, displacement: Floats, pairs: Ints, splits: int) -> tuple[Places, Floats]:
    """Skin and lids, whose ``local`` holds points and displacement (n, 3 + 3 k), and the rims of the lids (s, 2, 3 + 3 k)."""
    skin = facet_places(mesh, pairs, splits)
    nodal = np.column_stack([mesh.points, displacement])
    data = located(mesh, nodal, skin.elements, skin.local)
    parts = [Places(elements=skin.elements, local=data, normals=skin.normals, simplices=skin.simplices[:, ::-1])]
    rims = _rims(mesh, nodal, pairs, splits)
    inside = data[:, :3].mean(axis=0)
    width = nodal.shape[1]
    ends = [np.zeros((0, 2, width))]
    for rim in rims:
        if _flat(rim[:, 0, :3]):
            parts.append(_fan(rim, rim.mean(axis=(0, 1)), inside))
            ends.append(rim)
        elif (found := symmetry_corner(rim)) is not None:
            parts.append(_fan(rim, found.corner, inside))
            ends.append(rim[found.level])
    return Places.joined(parts, width), np.concatenate(ends)


def _rims(mesh: SolidMesh, nodal: Floats, pairs: Ints, splits: int) -> list[Floats]:
    """The closed rims of a surface, as segments (s, 2, 3 + 3 k) of points and displacement."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends, elements, local = [], [], []
    for group in mesh.facet_groups(pairs):
        cell = CELLS[group.cell_kind]
        nodes = np.array(cell.facets[group.local].nodes)
        for edge in CELLS[group.kind].edges:
            ends.append(group.nodes[:, edge[:2]])
            elements.append(group.elements)
            local.append(np.broadcast_to(cell.nodes[nodes[edge[:2]]], (len(group.elements), 2, 3)))
    end, element, place = np.concatenate(ends), np.concatenate(elements), np.concatenate(local)
    _, index, count = np.unique(np.sort(end, axis=1), axis=0, return_inverse=True, return_counts=True)
    single = count[index.ravel()] == 1
    end, element, place = end[single], element[single], place[single]
    if not len(end):
        return []
    known, numbers = np.unique(end, return_inverse=True)
    numbers = numbers.reshape(-1, 2)
    graph = coo_array((np.ones(len(end)), (numbers[:, 0], numbers[:, 1])), shape=(len(known), len(known)))
    _, label = connected_components(graph, directed=False)
    share = np.linspace(0.0, 1.0, splits + 1)[None, :, None]
    along = (place[:, None, 0] * (1 - share) + place[:, None, 1] * share).reshape(-1, 3)
    values = located(mesh, nodal, np.repeat(element, splits + 1), along).reshape(len(end), splits + 1, -1)
    segments = np.stack([values[:, :-1], values[:, 1:]], axis=2)
    return [segments[label[numbers[:, 0]] == one].reshape(-1, 2, nodal.shape[1]) for one in range(label.max() + 1)]


def _flat(points: Floats) -> bool:
    spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(spread[2] <= _FLAT * spread[0])


def _fan(rim: Floats, middle: Floats, inside: Floats) -> Places:
    """Triangles from a point (3 + 3 k,) to the segments of a rim (s, 2, 3 + 3 k), facing away from a point ``inside`` (3,)."""
    corners = np.concatenate([np.broadcast_to(middle, (len(rim), 1, rim.shape[2])), rim], axis=1)
    normal = np.cross(corners[:, 1, :3] - corners[:, 0, :3], corners[:, 2, :3] - corners[:, 0, :3])
    outwards = corners[..., :3].mean(axis=1) - inside
    inverted = (normal * outwards).sum(axis=1) < 0
    corners = np.where(inverted[:, None, None], corners[:, ::-1], corners)
    count = 3 * len(rim)
    return Places(
        elements=np.zeros(count, dtype=np.int64),
        local=corners.reshape(count, -1),
        # lids stay where they are
        normals=np.zeros((count, 3)),
        simplices=np.arange(count).reshape(-1, 3),
    )


def _cut(body: Places, rims: Floats, plane: Plane) -> tuple[Places, Floats]:
    """What a plane leaves of a closed body and its rims, closed again."""
    beyond = plane.beyond(body.local[:, :3])
    left = clipped(body, beyond)
    ends = Places(
        elements=np.zeros(2 * len(rims), dtype=np.int64),
        local=rims.reshape(-1, rims.shape[2]),
        normals=np.zeros((2 * len(rims), 3)),
        simplices=np.arange(2 * len(rims)).reshape(-1, 2),
    )
    kept = clipped(ends, plane.beyond(ends.local[:, :3]))
    open_ends = crossing(body, beyond)
    edge = open_ends.local[open_ends.simplices]
    if len(edge):
        middle = edge.mean(axis=(0, 1))
        left = Places.joined([left, _fan(edge, middle, middle[:3] - plane.normal)], rims.shape[2])
    return left, np.concatenate([kept.local[kept.simplices], edge])


def lithium_regions(mesh: SolidMesh) -> Marks:
    """Which elements (e,) lie in a region called lithium."""
    names = np.array([name.casefold().startswith("lithium") for name in mesh.region_names])
    return np.asarray(names[mesh.region_index], dtype=bool)


def meshed_lithium(mesh: SolidMesh, displacement: Floats, plane: Plane | None, splits: int) -> tuple[Fluid, ...]:
    """Lithium that is part of the mesh, one body for each region."""
    bodies = []
    wet = lithium_regions(mesh)
    for number in np.unique(mesh.region_index[wet]):
        mine = mesh.region_index == number
        skin = facet_places(mesh, surface_pairs(mesh, mine), splits)
        if plane is not None:
            skin = Places.joined([kept_by(mesh, skin, plane), section_places(mesh, mine, plane)], 3)
        data = located(mesh, np.column_stack([mesh.points, displacement]), skin.elements, skin.local)
        if len(skin.simplices):
            bodies.append(
                Fluid(
                    name=mesh.region_names[number],
                    contents="lithium",
                    points=data[:, :3] - _WITHIN * mesh.size * skin.normals,
                    displacement=data[:, 3:],
                    triangles=skin.simplices,
                    rims=np.zeros((0, 2, data.shape[1])),
                    region=int(number),
                )
            )
    return tuple(bodies)
