"""Rollers: nodes that may slide along a boundary but not leave it."""

from __future__ import annotations

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.dependences import Dependences
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import Support
from tubewall.fem.model import Model, inner_facets
from tubewall.fem.surface_loads import facet_geometry
from tubewall.geometry.reference_cells import CELLS

# normals at a node that differ by less than this (sine of an angle) are those of one smooth surface
_SMOOTH = 0.1


#: For each node (its position): direction (dim,), displacement along it [m], and index of the support that holds it.
Rolled = dict[int, list[tuple[Floats, float, int]]]


def rolled_nodes(model: Model) -> Rolled:
    """What all supports with ``fix = ("normal",)`` hold at each node.

    Where the facets at a node turn sharply, as at the edge of a box, the motion along each of their normals is held.
    """
    rows: Rolled = {}
    for index, support in enumerate(model.supports):
        if isinstance(support, Support) and support.fix == ("normal",):
            assert support.boundary is not None
            for node, normals, value in _nodal_normals(model, support):
                rows.setdefault(node, []).extend((normal, value, index) for normal in normals)
    return rows


def rollers(model: Model, rolled: Rolled, given: dict[int, float], size: int) -> Dependences:
    """The dependences of rolled nodes, beside the unknowns that are ``given`` already with their values."""
    found = [_eliminated(model, node, held, given) for node, held in sorted(rolled.items())]
    return _as_dependences([entry for node in found for entry in node], size)


def _nodal_normals(model: Model, support: Support) -> list[tuple[int, Floats, float]]:
    """Positions of nodes, the directions (c, dim) held there, and the displacement along them."""
    assert support.boundary is not None
    points = model.discrete.points
    found = directions_at(model, support.boundary)
    values = support.values(points[[node for node, _ in found]])["normal"]
    if np.any(values) and len(inner_facets(model.mesh, model.mesh.boundary(support.boundary))):
        raise InputError(
            f"the support on {support.place} moves along its normal, which inside a body points both ways: name the directions"
        )
    for (node, directions), value in zip(found, values, strict=True):
        if len(directions) > 1 and value != 0.0:
            raise InputError(
                f"the support on {support.place} moves along its normal, which is not one at the edge at "
                f"{points[node].tolist()} m: give each of its faces a support"
            )
    return [(node, directions, float(value)) for (node, directions), value in zip(found, values, strict=True)]


def directions_at(model: Model, boundary: str) -> list[tuple[int, Floats]]:
    """Positions of the nodes of a boundary and its normal there, or the directions (c, dim) that span those of an edge."""
    discrete = model.discrete
    mesh = discrete.mesh
    nodes, normals = [], []
    for group in mesh.facet_groups(mesh.boundary(boundary)):
        _, normal = facet_geometry(mesh.points, group, np.array(CELLS[group.kind].nodes))
        nodes.append(group.nodes.ravel())
        normals.append(normal.reshape(-1, mesh.dim))
    all_nodes, all_normals = np.concatenate(nodes), np.concatenate(normals)
    carries = np.isin(all_nodes, discrete.nodes)
    where = np.searchsorted(discrete.nodes, all_nodes[carries])
    # unit normals: the size of a facet should not weigh on the direction
    units = all_normals[carries] / np.linalg.norm(all_normals[carries], axis=1, keepdims=True)
    order = np.argsort(where, kind="stable")
    unique, starts = np.unique(where[order], return_index=True)
    result = []
    for node, here in zip(unique, np.split(units[order], starts[1:]), strict=True):
        _, s, vh = np.linalg.svd(here, full_matrices=False)
        count = int(np.count_nonzero(s > _SMOOTH * s[0]))
        if count == 1:
            # a boundary inside the body has the normals of either side
            mean = (here * np.sign(here @ here[0])[:, None]).mean(axis=0)
            vh = (mean / np.linalg.norm(mean))[None]
        result.append((int(node), vh[:count]))
    return result


Entry = tuple[int, dict[int, float], float, int]


def _eliminated(model: Model, node: int, held: list[tuple[Floats, float, int]], given: dict[int, float]) -> list[Entry]:
    """The unknowns of a node that depend on its others: (unknown, weights of others, offset, support)."""
    dim = model.discrete.dim
    free = [c for c in range(dim) if dim * node + c not in given]
    entries: list[tuple[int, Floats, float, int]] = []
    for normal, value, owner in held:
        row = normal.copy()
        offset = value - sum(normal[c] * given[dim * node + c] for c in range(dim) if c not in free)
        row[[c for c in range(dim) if c not in free]] = 0.0
        for slave, weights, constant, _ in entries:
            offset -= row[slave] * constant
            row = row + row[slave] * weights
            row[slave] = 0.0
        if np.abs(row).max() < 1e-9:
            continue
        slave = int(np.argmax(np.abs(row)))
        weights = -row / row[slave]
        weights[slave] = 0.0
        weights[np.abs(weights) < 1e-13] = 0.0
        # what depended on this unknown before depends on the others now
        entries = [
            (s, np.where(np.arange(dim) == slave, 0.0, w + w[slave] * weights), c + w[slave] * offset / row[slave], o)
            for s, w, c, o in entries
        ]
        entries.append((slave, weights, float(offset / row[slave]), owner))
    return [
        (dim * node + s, {dim * node + c: float(w[c]) for c in range(dim) if w[c] != 0.0}, constant, owner)
        for s, w, constant, owner in entries
    ]


def _as_dependences(entries: list[Entry], size: int) -> Dependences:
    from scipy.sparse import coo_array

    rows = [i for i, (_, weights, _, _) in enumerate(entries) for _ in weights]
    columns = [column for _, weights, _, _ in entries for column in weights]
    values = [weight for _, weights, _, _ in entries for weight in weights.values()]
    slaves: Ints = np.array([entry[0] for entry in entries], dtype=np.int64)
    return Dependences(
        slaves=slaves,
        weights=coo_array((np.array(values), (rows, columns)), shape=(len(entries), size)).tocsr(),
        offset=np.array([entry[2] for entry in entries]),
        owner=np.array([entry[3] for entry in entries], dtype=np.int64),
    )
