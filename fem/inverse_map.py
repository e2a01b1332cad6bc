"""Local coordinates of points in elements of any kind, by Newton's iteration on the isoparametric map."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.fast_shape import fast_shape
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh

#: How far outside of its reference cell a point still counts as inside: points typed with seven digits share their node.
INSIDE: Final = 1e-6
_STEPS: Final = 25
_SETTLED: Final = 1e-13
# pairs of points and elements looked at together
_CHUNK: Final = 20_000
# the map may fold over beyond the cell; iterates stay this near to it
_REACH: Final = 0.6
# no rounding moves a point by more than this of its cell; where the map is singular its estimate would
_LARGEST: Final = 1e-4
_EPS: Final = float(np.finfo(np.float64).eps)
# change of the Jacobian over a cell from which on the iteration starts near each vertex too
_BENT: Final = 0.4


def outside(kind: str, local: Floats) -> Floats:
    """How far (p,) local points (p, dim) lie outside of the reference cell of a kind; 0 or less inside."""
    first = CELLS[kind].first
    if first in ("triangle", "tetra"):
        return np.asarray(np.maximum(-local.min(axis=1), local.sum(axis=1) - 1))
    if first == "wedge":
        flat = np.maximum(-local[:, :2].min(axis=1), local[:, :2].sum(axis=1) - 1)
        return np.asarray(np.maximum(flat, np.abs(local[:, 2] - 0.5) - 0.5))
    return np.asarray(np.abs(local - 0.5).max(axis=1) - 0.5)


def clipped(kind: str, local: Floats) -> Floats:
    """Local points (p, dim) brought into the reference cell of a kind."""
    first = CELLS[kind].first
    inside = np.clip(local, 0.0, 1.0)
    flat = {"triangle": 2, "tetra": 3, "wedge": 2}.get(first)
    if flat is not None:
        total = inside[:, :flat].sum(axis=1)
        inside[:, :flat] /= np.maximum(total, 1.0)[:, None]
    return inside


def invert(mesh: SolidMesh, elements: Ints, points: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Local coordinates (p, dim) of points (p, dim) in elements (p,), and whether each lies in its element (p,)."""
    local = np.zeros_like(points)
    inside = np.zeros(len(points), dtype=bool)
    block = mesh.block_of(elements)
    for number in np.unique(block):
        kind = mesh.blocks[number].kind
        mine = np.flatnonzero(block == number)
        for start in range(0, len(mine), _CHUNK):
            rows = mine[start : start + _CHUNK]
            cells = mesh.blocks[number].cells[elements[rows] - mesh.starts[number]]
            local[rows], inside[rows] = _several_starts(kind, mesh.points[cells], points[rows])
    return local, inside


def _several_starts(kind: str, corners: Floats, points: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    cell = CELLS[kind]
    vertices = cell.nodes[: cell.vertices]
    centre = vertices.mean(axis=0)
    local, inside = _newton(kind, corners, points, centre)
    if inside.all() or (cell.first in ("triangle", "tetra") and cell.order == 1):
        return local, inside
    bent = np.zeros(len(points), dtype=bool)
    bent[~inside] = _bent(kind, corners[~inside], centre)
    for vertex in vertices:
        left = np.flatnonzero(~inside & bent)
        if len(left) == 0:
            break
        again, found = _newton(kind, corners[left], points[left], 0.8 * vertex + 0.2 * centre)
        local[left[found]], inside[left[found]] = again[found], True
    return local, inside


def _bent(kind: str, corners: Floats, centre: Floats) -> NDArray[np.bool_]:
    """Whether the maps of cells (p, k, dim) turn so much that Newton's iteration may want another start, (p,)."""
    _, slopes = fast_shape(kind, np.vstack([centre[None], CELLS[kind].nodes]))
    jacobian = np.einsum("pkd,nke->pnde", corners, slopes, optimize=True)
    inverse, regular = _inverse(jacobian[:, 0])
    change = np.matmul(inverse[:, None], jacobian[:, 1:]) - np.eye(corners.shape[2])
    far: NDArray[np.bool_] = np.linalg.norm(change, axis=(2, 3)).max(axis=1) > _BENT
    return far | ~regular


def _newton(kind: str, corners: Floats, points: Floats, start: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    local = np.tile(start, (len(points), 1))
    settled = np.zeros(len(points), dtype=bool)
    # coordinates far from the origin carry a rounding that small elements feel; from the node beside them none is added
    given = _EPS * np.abs(points).max(axis=1, initial=0.0)
    nearest = np.argmin(((corners - points[:, None]) ** 2).sum(axis=2), axis=1)
    origin = corners[np.arange(len(points)), nearest]
    points, corners = points - origin, corners - origin[:, None]
    # each of the sums over k nodes rounds by no more than k eps of the largest term
    summed = corners.shape[1] * _EPS * np.abs(corners).max(axis=(1, 2), initial=0.0)
    rounding, typed = np.zeros(len(points)), np.zeros(len(points))
    # a point on a node has its coordinates, also at the tip of a crack, where the map has no inverse
    settled |= ~np.any(points, axis=1)
    local[settled] = CELLS[kind].nodes[nearest[settled]]
    active = np.flatnonzero(~settled)
    for _ in range(_STEPS):
        if len(active) == 0:
            break
        values, gradients = fast_shape(kind, local[active])
        rest = points[active] - np.einsum("pk,pkd->pd", values, corners[active])
        jacobian = np.einsum("pkd,pke->pde", corners[active], gradients)
        inverse, regular = _inverse(jacobian)
        step = np.einsum("pde,pe->pd", inverse, rest)
        new = np.clip(local[active] + step, -_REACH, 1 + _REACH)
        moved = np.abs(new - local[active]).max(axis=1)
        local[active] = new
        stretch = 4 * np.abs(inverse).sum(axis=2).max(axis=1)
        rounding[active] = np.minimum(stretch * summed[active], _LARGEST)
        typed[active] = np.minimum(stretch * given[active], _LARGEST)
        done = (moved <= _SETTLED + rounding[active]) & regular
        # what stands still at the limit of its reach lies elsewhere
        settled[active] = done & (np.abs(step).max(axis=1) <= 1e-9 + rounding[active])
        active = active[~done]
    near = outside(kind, local) <= INSIDE + rounding + typed
    return local, settled & near


def _inverse(jacobian: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Inverses (p, d, d) and whether they exist; where not, a scaled identity that lets the iteration move on."""
    scale = np.linalg.norm(jacobian, axis=1)
    product = np.prod(scale, axis=1)
    determinant = np.linalg.det(jacobian)
    regular = np.abs(determinant) > 1e-14 * product
    safe = np.where(regular[:, None, None], jacobian, np.eye(jacobian.shape[-1]) * np.maximum(scale, 1e-300)[:, None])
    return np.linalg.inv(safe), regular
