"""Smoothed aggregation: levels of aggregates with their rigid motions, down to one that is factorised.

Vanek, Mandel and Brezina, Computing 56 (1996) 179.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError
from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats
from tubewall.fem.linear import Factorised, factorise

if TYPE_CHECKING:
    from scipy.sparse import bsr_array, csc_array, csr_array

Singles = NDArray[np.float32]
Cycle = Callable[[Singles], Singles]

# unknowns up to which a level is factorised
_COARSEST: Final = 6_000
# strength of connection below which nodes are not put together
_STRENGTH: Final = 0.05
# part of the diagonal added where a matrix cannot be factorised without
_SHIFT: Final = 1e-5


def rigid_motions(points: Floats) -> Floats:
    """Displacement (n, 3, 6) of points (n, 3) in the three translations and rotations."""
    x, y, z = points.T
    modes = np.zeros((len(points), 3, 6))
    modes[:, 0, 0] = modes[:, 1, 1] = modes[:, 2, 2] = 1
    modes[:, 1, 3], modes[:, 2, 3] = -z, y
    modes[:, 0, 4], modes[:, 2, 4] = z, -x
    modes[:, 0, 5], modes[:, 1, 5] = -y, x
    return modes


def full_blocks(packed: Singles) -> Singles:
    """Symmetric blocks (n, 3, 3) from their six numbers xx, yy, zz, yz, xz, xy, (6 n,)."""
    six = packed.reshape(-1, 6)
    full: Singles = np.take(six, [[0, 5, 4], [5, 1, 3], [4, 3, 2]], axis=1)
    return full


def shifted(matrix: csc_array) -> Factorised:
    """A matrix factorised; one that rounding made indefinite, or that only middle nodes hold, is shifted a little.

    A preconditioner may be wrong by the shift; the residual of the solution is not.
    """
    from scipy.sparse import diags_array

    double = matrix.astype(np.float64)
    try:
        return factorise(double, need=0.0)
    except ConvergenceError:
        return factorise((double + diags_array(_SHIFT * double.diagonal())).tocsc(), need=0.0)


def factorised(matrix: csc_array) -> Cycle:
    """The inverse in single precision."""
    solve = shifted(matrix).back_substitute
    return lambda right: solve(right.astype(np.float64)[:, None])[:, 0].astype(np.float32)


def prolonged(
    matrix: bsr_array, inverse: Singles, modes: Floats, largest: float, crew: Crew
) -> tuple[bsr_array, Cycle]:
    """The way up from aggregates to a level, and an approximate inverse of the aggregates' own level.

    Parameters
    ----------
    matrix : (b n, b n)
        In blocks of b x b.
    inverse : (n, b, b)
        Of the blocks on the diagonal.
    modes : (n, b, 6)
        Rigid motions, zero where unknowns are fixed.
    largest : float
        Bound of the eigenvalues of inverse times matrix.
    """
    up, coarse_modes = _prolongation(matrix, inverse, modes, largest, crew)
    small = _galerkin(matrix, up)
    if small.shape[0] <= _COARSEST or small.shape[0] > 0.5 * matrix.shape[0]:
        return up, factorised(small.tocsc())
    return up, _level(small.tobsr((6, 6)), coarse_modes, crew)


def _galerkin(matrix: bsr_array, up: bsr_array) -> csr_array:
    from scipy.sparse import diags_array

    small: Any = (up.T @ (matrix @ up)).tocsr()
    # a motion that an aggregate does not have
    return small + diags_array((small.diagonal() <= 0).astype(np.float32))


def _level(matrix: bsr_array, modes: Floats, crew: Crew) -> Cycle:
    """A symmetric cycle: Chebyshev relaxation, correction by the next aggregates, relaxation."""
    from tubewall.fem.multigrid_vertex import WEIGHTS, largest_eigenvalue

    n, b = len(modes), modes.shape[1]
    row = np.repeat(np.arange(n), np.diff(matrix.indptr))
    blocks = np.zeros((n, b, b))
    blocks[row[row == matrix.indices]] = matrix.data[row == matrix.indices]
    inverse: Singles = np.asarray(np.linalg.pinv(blocks, hermitian=True), dtype=np.float32)

    def scaled(right: Singles) -> Singles:
        product: Singles = np.matmul(inverse, right.reshape(n, b, 1)).reshape(-1)
        return product

    def product(u: Singles, y: Singles) -> None:
        y[:] = matrix @ u

    def scale(rest: Singles, out: Singles) -> None:
        out[:] = scaled(rest)

    largest = largest_eigenvalue(product, scale, n * b, 12, crew)
    up, coarse = prolonged(matrix, inverse, modes, largest, crew)
    down = up.T.tobsr()

    def relaxed(rest: Singles, x: Singles) -> Singles:
        """Relax x, whose residual is ``rest``."""
        step = np.zeros_like(x)
        for k, weight in enumerate(WEIGHTS[2], start=1):
            gain = np.float32((8 * k - 4) / (2 * k + 1) / largest)
            step *= np.float32((2 * k - 3) / (2 * k + 1))
            step += gain * scaled(rest)
            x += np.float32(weight) * step
            if k < 2:
                rest = rest - matrix @ step
        return x

    def cycle(right: Singles) -> Singles:
        x = relaxed(right, np.zeros_like(right))
        x = x + up @ coarse(down @ (right - matrix @ x))
        return relaxed(right - matrix @ x, x)

    return cycle


def _prolongation(
    matrix: bsr_array, inverse: Singles, modes: Floats, largest: float, crew: Crew
) -> tuple[bsr_array, Floats]:
    """The rigid motions of aggregates, smoothed once by damped block Jacobi, and the modes (aggregates, 6, 6) in them."""
    from scipy.sparse import bsr_array

    from tubewall.fem.compiled_aggregate import aggregate, orthonormal_modes, strong_rows

    n, b = modes.shape[:2]
    indptr, indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32)
    size = np.sqrt(np.einsum("bij,bij->b", matrix.data, matrix.data))
    strong = np.empty(len(size), dtype=np.bool_)
    crew.run(strong_rows, n, indptr, indices, size, strong, _STRENGTH, least=2000)
    group = np.full(n, -1, dtype=np.int64)
    count = aggregate(indptr, indices, size, strong, group)
    members = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[members], np.arange(count + 1))
    tentative, coarse = np.zeros((n, b, 6)), np.zeros((count, 6, 6))
    crew.run(orthonormal_modes, count, starts, members, modes, b, tentative, coarse, least=200)
    shape = (b * n, 6 * count)
    basis = bsr_array((tentative.astype(np.float32), group.astype(np.int32), np.arange(n + 1)), shape=shape)
    change = (matrix @ basis).tobsr((b, 6))
    row = np.repeat(np.arange(n), np.diff(change.indptr))
    smoothing = np.matmul(inverse[row], change.data)
    smoothing *= np.float32(4 / 3 / largest)
    return (basis - bsr_array((smoothing, change.indices, change.indptr), shape=shape)).tobsr((b, 6)), coarse
