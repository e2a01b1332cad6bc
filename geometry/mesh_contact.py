"""Which nodes of a mesh lie in the same place, and which elements hang together."""

from __future__ import annotations

import numpy as np

from tubewall.geometry.mesh_checks import centre_of
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.units import show_point

# nodes closer than this, over the size of the mesh, were meant to be one
_NEAR = 1e-6
# how far inside a facet a node must lie, and how far beside its plane it may, over the size of the facet
_INSIDE, _FLAT = 1e-3, 1e-3
# how many parts a message lists
_SHOWN = 4


def same_places(points: Floats, tolerance: float) -> tuple[Ints, Ints]:
    """The places among ``points`` (n, dim): the first node (p,) of each, and for every node (n,) the number of its place.

    Nodes within ``tolerance`` [m] share a place, and so do their neighbours' neighbours.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(points)
    pairs = cKDTree(points).query_pairs(tolerance, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    # places are counted in the order of their first nodes
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return first[order].astype(np.int64), rank[np.asarray(inverse).ravel()]


def parts(mesh: SolidMesh) -> Ints:
    """Which connected part each element belongs to, (elements,), counted from 0; elements that share a vertex hang together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    rows, columns = [], []
    for block in mesh.blocks:
        corners = block.cells[:, : CELLS[block.kind].vertices]
        rows.append(np.repeat(corners[:, 0], corners.shape[1] - 1))
        columns.append(corners[:, 1:].ravel())
    row, column = np.concatenate(rows), np.concatenate(columns)
    n = len(mesh.points)
    graph = coo_matrix((np.ones(len(row), dtype=np.int8), (row, column)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    of_element = np.concatenate([labels[block.cells[:, 0]] for block in mesh.blocks])
    _, first, part = np.unique(of_element, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[np.asarray(part).ravel()].astype(np.int64)


def parts_described(mesh: SolidMesh) -> str:
    """What a body of several parts consists of, and whether nodes in the same place were left unmerged; "" for one part."""
    part = parts(mesh)
    count = int(part.max()) + 1
    if count == 1:
        return ""
    said = []
    for number in range(min(count, _SHOWN)):
        elements = np.flatnonzero(part == number)
        names = list(dict.fromkeys(mesh.region_names[k] for k in mesh.region_index[elements]))
        listed = ", ".join(repr(name) for name in names[:_SHOWN])
        said.append(f"{len(elements)} elements of {listed} around {show_point(centre_of(mesh, int(elements[0])))}")
    more = f" and {count - _SHOWN} more" if count > _SHOWN else ""
    text = f"the mesh falls into {count} parts that share no node: {'; '.join(said)}{more}"
    nodes = _surface_nodes(mesh)
    place = same_places(mesh.points[nodes], _NEAR * mesh.size)[1]
    double = len(nodes) - (int(place.max()) + 1)
    if double:
        text += f"; {double} nodes lie in the place of another: merge coincident nodes when the mesh is made"
    return text


def contact_warnings(mesh: SolidMesh) -> tuple[str, ...]:
    """What looks like parts that touch and were not joined: facets in the same place, and nodes inside facets of others.

    Facets that a boundary names are taken to be meant so, as the faces of a crack are.
    """
    outer = mesh.outer_facets
    named = {tuple(pair) for pairs in mesh.boundaries.values() for pair in pairs.tolist()}
    free = outer[[tuple(pair) not in named for pair in outer.tolist()]] if named else outer
    if len(free) == 0:
        return ()
    said = []
    nodes = _surface_nodes(mesh)
    places = mesh.points[nodes]
    _, place = same_places(places, _NEAR * mesh.size)
    place_of = np.full(len(mesh.points), -1, dtype=np.int64)
    place_of[nodes] = place
    seen: set[tuple[int, ...]] = set()
    double = 0
    hanging = 0
    for group in mesh.facet_groups(free):
        corners = group.nodes[:, : 1 if group.kind == "vertex" else CELLS[group.kind].vertices]
        for key in map(tuple, np.sort(place_of[corners], axis=1).tolist()):
            double += key in seen
            seen.add(key)
        hanging += _hanging(mesh, nodes, place_of, group.nodes, corners)
    if double:
        said.append(
            f"{double} pairs of facets lie in the same place and share no nodes: the body is open there; merge coincident "
            "nodes, or name both sides if it is a crack"
        )
    if hanging:
        said.append(
            f"{hanging} facets at the surface hold a node of another element inside them: the meshes do not fit there and "
            "the body is open; mesh the parts together, or tie them"
        )
    return tuple(said)


def _surface_nodes(mesh: SolidMesh) -> Ints:
    return np.unique(np.concatenate([group.nodes.ravel() for group in mesh.facet_groups(mesh.outer_facets)]))


def _hanging(mesh: SolidMesh, nodes: Ints, place_of: Ints, facets: Ints, corners: Ints) -> int:
    """How many facets (k, j) have a node of the surface inside them whose place is none of their own nodes."""
    from scipy.spatial import cKDTree

    ends = mesh.points[corners]
    centre = ends.mean(axis=1)
    radius = np.linalg.norm(ends - centre[:, None], axis=2).max(axis=1)
    tree = cKDTree(mesh.points[nodes])
    count = min(len(nodes), facets.shape[1] + 4)
    distance, found = tree.query(centre, k=count)
    found = np.asarray(found).reshape(len(facets), -1)
    near = (np.asarray(distance).reshape(len(facets), -1) < radius[:, None] * (1 - _INSIDE)) & (found < len(nodes))
    candidate = nodes[np.minimum(found, len(nodes) - 1)]
    near &= ~(place_of[candidate][:, :, None] == place_of[facets][:, None, :]).any(axis=2)
    offset = mesh.points[candidate] - ends[:, :1]
    first = ends[:, 1] - ends[:, 0]
    if mesh.dim == 2:
        along = np.einsum("kcd,kd->kc", offset, first) / (first**2).sum(axis=1)[:, None]
        beside = offset - along[..., None] * first[:, None]
        within = (along > _INSIDE) & (along < 1 - _INSIDE)
    else:
        normal = np.cross(first, ends[:, 2] - ends[:, 0])
        normal /= np.linalg.norm(normal, axis=1)[:, None]
        beside = np.einsum("kcd,kd->kc", offset, normal)[..., None]
        within = np.ones(near.shape, dtype=bool)
        for a in range(corners.shape[1]):
            inward = np.cross(normal, ends[:, (a + 1) % corners.shape[1]] - ends[:, a])
            depth = np.einsum("kcd,kd->kc", mesh.points[candidate] - ends[:, a][:, None], inward)
            within &= depth > _INSIDE * (radius * np.linalg.norm(inward, axis=1))[:, None]
    flat = np.linalg.norm(beside, axis=2) < _FLAT * radius[:, None]
    return int((near & within & flat).any(axis=1).sum())
