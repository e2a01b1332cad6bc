"""Loads on bores that the sides of a periodic cell cut: what their pieces do on the mean strain, put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.loads import Pressure, Traction, scalar_at, vector_at
from tubewall.fem.reference_elements import rule
from tubewall.fem.surface_points import surface_points
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.model import Model

_DEGREE = 6


def cut_moments(model: Model, pairs: tuple[tuple[Ints, Ints, Floats], ...]) -> Floats:
    """Sum over the pieces of loaded boundaries of net force times the lattice vector to the first piece (dim, dim) [N m].

    A bore pulls on the cell alike wherever the cell is cut from the array, and also through its openings in the sides; so its
    pieces count where they meet.

    Parameters
    ----------
    model : Model
        Periodic.
    pairs : tuple of (low (k,), high (k,), shift (dim,))
        Nodes of the discretisation that belong together.
    """
    mesh, discrete = model.discrete.mesh, model.discrete
    total = np.zeros((mesh.dim, mesh.dim))
    for load in model.loads:
        if not isinstance(load, (Pressure, Traction)):
            continue
        facets, forces = [], []
        for group in mesh.facet_groups(mesh.boundary(load.boundary)):
            on, weights = rule(group.kind, _DEGREE)
            at = surface_points(mesh, group, on)
            if isinstance(load, Pressure):
                traction = -scalar_at(load.pressure, at.points)[:, None] * at.normals
            else:
                traction = vector_at(load.traction, at.points)
            share = (at.areas * weights).reshape(-1, 1)
            forces.append((traction * share).reshape(len(group.elements), -1, mesh.dim).sum(axis=1))
            corners = 1 if group.kind == "vertex" else CELLS[group.kind].vertices
            facets.append(discrete.position(group.nodes[:, :corners].ravel()).reshape(-1, corners))
        total += _moment(facets, forces, pairs, len(discrete.points))
    return total


def _moment(
    facets: list[Ints], forces: list[Floats], pairs: tuple[tuple[Ints, Ints, Floats], ...], nodes: int
) -> Floats:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    first = np.concatenate([np.repeat(part[:, 0], part.shape[1] - 1) for part in facets])
    other = np.concatenate([part[:, 1:].ravel() for part in facets])
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, other)), shape=(nodes, nodes))
    _, piece = connected_components(graph, directed=False)
    owner = np.concatenate([piece[part[:, 0]] for part in facets])
    force = np.concatenate(forces)
    present = np.unique(owner)
    offset: dict[int, Floats] = {}
    for start in present.tolist():
        if start in offset:
            continue
        offset[start] = np.zeros(force.shape[1])
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for low, high, shift in pairs:
                for mine, theirs, step in ((low, high, shift), (high, low, -shift)):
                    # what lies at the high side is the piece that goes on at the low side, one lattice vector away
                    for found in np.unique(piece[theirs[piece[mine] == here]]).tolist():
                        if found not in offset and found in present:
                            offset[found] = offset[here] + step
                            waiting.append(found)
    vectors = np.array([offset[one] for one in owner.tolist()])
    moment: Floats = -force.T @ vectors
    return moment
