"""Nodal values of a model's body: displacement at every node, its rigid motion taken out, the volume of each node."""

from __future__ import annotations

import numpy as np

from tubewall.fem.element_chunks import chunks
from tubewall.fem.elements import Floats
from tubewall.fem.model import Model
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS


def everywhere(model: Model, u: Floats) -> Floats:
    """The displacement (n, dim) [m] at every node of the mesh, of ``u`` (k, dim) at the nodes that carry it.

    Mid-side nodes take it from the shape functions of first order.
    """
    discrete = model.discrete
    mesh = discrete.mesh
    if len(discrete.nodes) == len(mesh.points):
        return u
    full = np.empty((len(mesh.points), discrete.dim))
    full[discrete.nodes] = u
    for block, kind, cells in zip(mesh.blocks, discrete.kinds, discrete.cells, strict=True):
        values, _ = shape_table(kind, np.array(CELLS[block.kind].nodes))
        full[block.cells] = np.einsum("nk,mkd->mnd", values, u[cells])
    return full


def without_motion(model: Model, motions: Floats, y: Floats) -> Floats:
    """The displacement (N,) less its mean rigid ``motions`` (N, r), the mean taken over the volume."""
    if motions.shape[1] == 0:
        return y
    weight = np.repeat(nodal_volumes(model), model.discrete.dim)[:, None]
    weighted = motions * weight
    shift = motions @ np.linalg.solve(weighted.T @ motions, weighted.T @ y)
    return y - shift


def nodal_volumes(model: Model) -> Floats:
    """The integral [m3] of each node's shape function, (N,): their sum is the volume."""
    total = np.zeros(len(model.discrete.nodes))
    for chunk in chunks(model):
        cells = model.discrete.cells[chunk.block][chunk.rows]
        np.add.at(total, cells, np.einsum("mq,mqk->mk", chunk.weights, chunk.mapped.values))
    return total
