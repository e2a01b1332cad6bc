"""Boundaries that are bonded though their nodes do not meet: mortar ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.dependences import Dependences
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.model import Discretisation, Model
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.fem.surface_loads import facet_geometry, facet_kind
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import FacetGroup
from tubewall.units import show, show_point

# each facet of the slave is cut into so many parts a side where its integrals are taken
_CUTS = {2: 16, 3: 6}
# facets of the master that are tried for each point
_NEAR = 9
_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Tie:
    """Two boundaries bonded to each other.

    The displacement of the slave equals that of the master in the mean, weighted by each of its own shape functions
    (mortar method with the trace of the slave as multipliers: Bernardi, Maday and Patera 1994; Wohlmuth, SIAM J. Numer.
    Anal. 38, 989, 2000). The finer boundary should be the slave; all of it must lie on the master.

    Parameters
    ----------
    slave, master : str
        Boundaries.
    gap : float
        The largest distance [m] between the two that is closed; by default a tenth of the size of a facet.
    """

    slave: str
    master: str
    gap: float | None = None

    def __post_init__(self) -> None:
        if self.slave == self.master:
            raise InputError(f"a tie joins two boundaries, got {self.slave!r} twice")
        if self.gap is not None and not self.gap >= 0:
            raise InputError(f"Tie.gap must not be negative, got {self.gap!r} m")


def tied(model: Model, tie: Tie, size: int) -> Dependences:
    """The dependence of the slave's nodes on the master's.

    Raises
    ------
    InputError
        When a part of the slave lies farther than the gap from the master.
    """
    from scipy.sparse import coo_array, csr_array, kron
    from scipy.sparse.linalg import splu

    discrete = model.discrete
    masters = discrete.mesh.facet_groups(discrete.mesh.boundary(tie.master))
    own, cross = [], []
    for group in discrete.mesh.facet_groups(discrete.mesh.boundary(tie.slave)):
        local, weights = _cut_rule(group.kind)
        at, normals = facet_geometry(discrete.mesh.points, group, local)
        area = np.linalg.norm(normals, axis=2) * weights
        values, nodes = _trace(discrete, group, local)
        reach = np.sqrt(area.sum(axis=1)) if discrete.dim == 3 else area.sum(axis=1)
        limit = np.repeat(0.1 * reach if tie.gap is None else np.full(len(reach), tie.gap), len(local))
        other_nodes, other_values = _projected(discrete, masters, at.reshape(-1, discrete.dim), limit, tie)
        own.append(_entries(nodes, nodes, np.einsum("kq,qi,qj->kij", area, values, values)))
        k, q = area.shape
        weighted = np.einsum("kq,qi->kqi", area, values).reshape(k * q, -1)
        rows = np.repeat(nodes, q, axis=0)
        cross.append(_entries(rows, other_nodes, weighted[:, :, None] * other_values[:, None, :]))
    n = len(discrete.nodes)
    mass = csr_array(coo_array(_stacked(own), shape=(n, n)))
    mixed = csr_array(coo_array(_stacked(cross), shape=(n, n)))
    slaves = np.unique(np.concatenate([entry[1] for entry in own]))
    used = np.unique(mixed.indices)
    weights_dense = splu(mass[slaves][:, slaves].tocsc()).solve(mixed[slaves][:, used].toarray())
    weights_dense[np.abs(weights_dense) < 1e-14] = 0.0
    scalar = coo_array((weights_dense.ravel(), (np.repeat(np.arange(len(slaves)), len(used)), np.tile(used, len(slaves)))),
                       shape=(len(slaves), n))  # fmt: skip
    scalar.eliminate_zeros()
    full = csr_array(kron(scalar, np.eye(discrete.dim)))
    full.resize((full.shape[0], size))
    unknowns = (discrete.dim * slaves[:, None] + np.arange(discrete.dim)).ravel()
    return Dependences(
        slaves=unknowns, weights=full, offset=np.zeros(len(unknowns)), owner=np.full(len(unknowns), -2, dtype=np.int64)
    )


Entries = tuple[Floats, Ints, Ints]


def _entries(rows: Ints, columns: Ints, values: Floats) -> Entries:
    m, a, b = values.shape
    return values.ravel(), np.repeat(rows, b, axis=1).reshape(m, -1).ravel(), np.tile(columns, (1, a)).ravel()


def _stacked(parts: list[Entries]) -> tuple[Floats, tuple[Ints, Ints]]:
    values = np.concatenate([part[0] for part in parts])
    return values, (np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts]))


def _trace(discrete: Discretisation, group: FacetGroup, local: Floats) -> tuple[Floats, Ints]:
    """Shape functions (q, j) of the displacement on facets, and positions (k, j) of their nodes."""
    values, _ = shape_table(facet_kind(discrete, group), local)
    return values, np.searchsorted(discrete.nodes, group.nodes[:, : values.shape[1]])


def _cut_rule(kind: str) -> tuple[Floats, Floats]:
    """A rule on many small parts of a reference facet, since what is integrated has kinks at the master's edges."""
    first = CELLS[kind].first
    local, weights = rule(first, 4)
    cuts = _CUTS[CELLS[kind].dim + 1]
    if first == "triangle":
        pieces = []
        for i in range(cuts):
            for j in range(cuts - i):
                pieces.append((np.array([i, j]) + local) / cuts)
                if i + j < cuts - 1:
                    pieces.append((np.array([i + 1, j + 1]) - local) / cuts)
    else:
        corners = np.stack(np.meshgrid(*[np.arange(cuts)] * local.shape[1], indexing="ij"), axis=-1)
        pieces = [(corner + local) / cuts for corner in corners.reshape(-1, local.shape[1])]
    return np.vstack(pieces), np.tile(weights, len(pieces)) / cuts ** local.shape[1]


def _projected(
    discrete: Discretisation, masters: tuple[FacetGroup, ...], points: Floats, limit: Floats, tie: Tie
) -> tuple[Ints, Floats]:
    """Positions (p, j) of the master's nodes around the nearest place to each point, and their shape functions there."""
    width = max(_trace(discrete, group, np.zeros((1, discrete.dim - 1)))[0].shape[1] for group in masters)
    best = np.full(len(points), np.inf)
    nodes = np.zeros((len(points), width), dtype=np.int64)
    values = np.zeros((len(points), width))
    for group in masters:
        facet, local, distance = nearest_on_facets(discrete.mesh.points, group, points)
        better = np.flatnonzero(distance < best)
        table, own = _trace(discrete, group, local[better])
        best[better] = distance[better]
        nodes[better], values[better] = 0, 0.0
        nodes[better, : table.shape[1]], values[better, : table.shape[1]] = own[facet[better]], table
    worst = int(np.argmax(best - limit))
    if best[worst] > limit[worst]:
        raise InputError(
            f"the boundary {tie.slave!r} lies {show(best[worst], 'm')} from {tie.master!r} at {show_point(points[worst])}, more "
            f"than {show(limit[worst], 'm')}: tie boundaries that touch, or pass a larger gap"
        )
    return nodes, values


def nearest_on_facets(mesh_points: Floats, group: FacetGroup, points: Floats) -> tuple[Ints, Floats, Floats]:
    """The nearest place on facets of one kind to points (p, dim).

    Returns
    -------
    facet : (p,)
        Row of the group.
    local : (p, dim - 1)
        Reference coordinates on it.
    distance : (p,)
        [m]
    """
    from scipy.spatial import cKDTree

    corners = mesh_points[group.nodes]
    count = min(_NEAR, len(corners))
    _, near = cKDTree(corners.mean(axis=1)).query(points, k=count)
    near = np.asarray(near, dtype=np.int64).reshape(len(points), count)
    facet = near[:, 0].copy()
    local = np.zeros((len(points), corners.shape[2] - 1))
    distance = np.full(len(points), np.inf)
    for choice in near.T:
        found, gap = _closest(group.kind, corners[choice], points)
        better = gap < distance
        facet[better], local[better], distance[better] = choice[better], found[better], gap[better]
    return facet, local, distance


def _closest(kind: str, corners: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Gauss-Newton steps to the nearest local point (p, dim - 1) of each facet (p, j, dim), and the distance (p,)."""
    cell = CELLS[kind]
    local = np.tile(np.array(cell.nodes[: cell.vertices]).mean(axis=0), (len(points), 1))
    for _ in range(_STEPS):
        values, slopes = shape_table(kind, local)
        gap = points - np.einsum("pj,pjd->pd", values, corners)
        tangents = np.einsum("pjd,pje->pde", corners, slopes)
        metric = np.einsum("pde,pdf->pef", tangents, tangents)
        step = np.linalg.solve(metric, np.einsum("pde,pd->pe", tangents, gap)[..., None])[..., 0]
        local = _clipped(cell.first, local + step)
    values, _ = shape_table(kind, local)
    return local, np.linalg.norm(points - np.einsum("pj,pjd->pd", values, corners), axis=1)


def _clipped(first: str, local: Floats) -> Floats:
    inside: Floats = np.clip(local, 0.0, 1.0)
    if first == "triangle":
        over = np.maximum(inside.sum(axis=1) - 1.0, 0.0)
        inside = np.clip(inside - over[:, None] / 2, 0.0, 1.0)
        inside /= np.maximum(inside.sum(axis=1, keepdims=True), 1.0)
    return inside
