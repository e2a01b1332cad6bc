"""The level of the vertices: an exact factorisation where it is small, else smoothed aggregation of rigid motions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError
from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats
from tubewall.fem.linear import Factorised, factorise
from tubewall.fem.multigrid_blocks import BlockMatrix

if TYPE_CHECKING:
    from scipy.sparse import bsr_array, csc_array

Singles = NDArray[np.float32]
Product = Callable[[Singles, Singles], Any]
Cycle = Callable[[Singles], Singles]

# unknowns up to which a factorisation costs less than aggregation and its additional iterations
DIRECT: Final = 6_000
# strength of connection below which nodes are not put together
_STRENGTH: Final = 0.05
# part of the diagonal added where a matrix cannot be factorised without
_SHIFT: Final = 1e-5
# over the largest eigenvalue that a few steps of Lanczos find
_SAFETY: Final = 1.1
# weights of the fourth-kind Chebyshev relaxation of each degree that make it optimal (Lottes 2023, table 1)
_WEIGHTS: Final = {
    1: (1.125,),
    2: (1.02387287570313, 1.26408905371085),
    3: (1.00842544782028, 1.08867839208730, 1.33753125909618),
    4: (1.00391310427285, 1.04035811188593, 1.14863498546254, 1.38268869241000),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """Chebyshev relaxation of the fourth kind on block Jacobi (Lottes, Numer. Linear Algebra Appl. 30, 2023).

    ``inverse`` (6 n,) holds the inverses of the blocks on the diagonal, ``largest`` bounds the eigenvalues of
    inverse times matrix, ``product(u, y)`` writes y = matrix u.
    """

    product: Product
    inverse: Singles
    largest: float
    degree: int
    crew: Crew

    def __call__(self, right: Singles, x: Singles | None, work: tuple[Singles, Singles, Singles]) -> Singles:
        """Relax x (zero when None) towards the solution; ``work`` are three vectors, the first one becomes a residual."""
        from tubewall.fem.compiled_chunks import relax

        rest, step, product = work
        nodes = len(right) // 3
        if x is None:
            x, base = np.zeros_like(right), right
            product[:] = 0
        else:
            self.product(x, product)
            base = right
        step[:] = 0
        for k, weight in enumerate(_WEIGHTS[self.degree], start=1):
            keep = np.float32((2 * k - 3) / (2 * k + 1))
            gain = np.float32((8 * k - 4) / (2 * k + 1) / self.largest)
            self.crew.run(
                relax, nodes, base, product, self.inverse, step, x, keep, gain, np.float32(weight), rest, least=5000
            )
            base = rest
            if k < self.degree:
                self.product(step, product)
        return x


def largest_eigenvalue(product: Product, inverse: Singles, steps: int, crew: Crew) -> float:
    """The largest eigenvalue of inverse diagonal times matrix by the Lanczos numbers of conjugate gradients."""
    from tubewall.fem.compiled_chunks import relax
    from tubewall.fem.compiled_vectors import dot

    n = len(inverse) // 2
    # a fixed rough start; fixed unknowns are zero in whatever the inverse has multiplied
    rest = np.random.default_rng(1).random(n, dtype=np.float32) - np.float32(0.5)
    zero, scaled, direction, image = np.zeros_like(rest), np.zeros_like(rest), np.zeros_like(rest), np.zeros_like(rest)
    one, none = np.float32(1), np.float32(0)
    crew.run(relax, n // 3, rest.copy(), zero, inverse, scaled, zero.copy(), none, one, none, rest)
    direction[:] = scaled
    product(direction, image)
    alphas, betas, energy = [], [], dot(rest, scaled, crew)
    for _ in range(steps):
        alphas.append(energy / dot(direction, image, crew))
        rest -= np.float32(alphas[-1]) * image
        crew.run(relax, n // 3, rest, zero, inverse, scaled, image, none, one, none, rest)
        new = dot(rest, scaled, crew)
        betas.append(new / energy)
        energy = new
        if new <= 0:
            break
        direction *= np.float32(betas[-1])
        direction += scaled
        product(direction, image)
    a, b = np.array(alphas), np.array(betas)
    main = 1 / a
    main[1:] += b[:-1] / a[:-1]
    side = np.sqrt(np.maximum(b[:-1], 0)) / a[:-1]
    return _SAFETY * float(np.linalg.eigvalsh(np.diag(main) + np.diag(side, 1) + np.diag(side, -1))[-1])


def vertex_cycle(matrix: BlockMatrix, points: Floats, fixed: NDArray[np.bool_], crew: Crew) -> tuple[Cycle, str]:
    """An approximate inverse of the vertex level, symmetric and positive definite, and its name."""
    if 3 * matrix.nodes <= DIRECT:
        return _factorised(matrix.to_csc()), "factorised vertices"
    return aggregated(matrix, points, fixed, crew), "aggregated vertices"


def _factorised(matrix: csc_array) -> Cycle:
    """The inverse; a matrix that rounding made indefinite, or that only middle nodes hold, is shifted a little.

    A preconditioner may be wrong by the shift; the residual of the solution is not.
    """
    from scipy.sparse import diags_array

    double = matrix.astype(np.float64)
    diagonal = double.diagonal()

    def factor(shift: float) -> Factorised:
        return factorise((double + diags_array(shift * diagonal)).tocsc() if shift else double)

    try:
        solve = factor(0.0).back_substitute
    except ConvergenceError:
        solve = factor(_SHIFT).back_substitute
    return lambda right: solve(right.astype(np.float64)[:, None])[:, 0].astype(np.float32)


def aggregated(matrix: BlockMatrix, points: Floats, fixed: NDArray[np.bool_], crew: Crew) -> Cycle:
    """A symmetric cycle over the vertices and aggregates of them (Vanek, Mandel, Brezina, Computing 56, 1996)."""
    inverse = inverse_of_diagonal(matrix, fixed, crew)

    def product(u: Singles, y: Singles) -> None:
        matrix.multiply(u, y, crew)

    largest = largest_eigenvalue(product, inverse, 12, crew)
    prolong = smoothed_prolongation(matrix, points, fixed, inverse, largest, crew)
    small = (prolong.T @ (matrix.to_bsr() @ prolong)).tocsr()
    diagonal = small.diagonal()
    # a motion that an aggregate does not have
    empty = np.flatnonzero(diagonal <= 0)
    if len(empty):
        from scipy.sparse import coo_array

        small = small + coo_array((np.ones(len(empty)), (empty, empty)), shape=small.shape)
    solve = _factorised(small.tocsc())
    down: bsr_array = prolong.T.tobsr()
    relaxed = Relaxation(product=product, inverse=inverse, largest=largest, degree=2, crew=crew)
    work = tuple(np.zeros(len(inverse) // 2, dtype=np.float32) for _ in range(3))
    image = np.zeros(len(inverse) // 2, dtype=np.float32)

    def cycle(right: Singles) -> Singles:
        x = relaxed(right, None, work)  # type: ignore[arg-type]
        product(x, image)
        rest = right - image
        rest[fixed] = 0
        x += prolong @ solve(down @ rest)
        return relaxed(right, x, work)  # type: ignore[arg-type]

    return cycle


def inverse_of_diagonal(matrix: BlockMatrix, fixed: NDArray[np.bool_], crew: Crew) -> Singles:
    """Inverses (6 n,) of the blocks on the diagonal, zero for fixed unknowns."""
    from tubewall.fem.compiled_chunks import invert_blocks

    row = np.repeat(np.arange(matrix.nodes), np.diff(matrix.indptr))
    blocks = matrix.data[row == matrix.indices].astype(np.float64)
    packed = np.ascontiguousarray(blocks[:, [0, 4, 8, 5, 2, 1]]).reshape(-1)
    result = np.empty(len(packed), dtype=np.float32)
    crew.run(invert_blocks, matrix.nodes, packed, fixed, result, least=2000)
    return result


def smoothed_prolongation(
    matrix: BlockMatrix, points: Floats, fixed: NDArray[np.bool_], inverse: Singles, largest: float, crew: Crew
) -> bsr_array:
    """The rigid motions of aggregates, smoothed once by damped block Jacobi: blocks of 3 x 6."""
    from scipy.sparse import bsr_array

    from tubewall.fem.compiled_aggregate import aggregate, orthonormal_modes, strong_rows

    n = matrix.nodes
    size = np.sqrt(np.einsum("bi,bi->b", matrix.data, matrix.data))
    strong = np.empty(len(size), dtype=np.bool_)
    crew.run(strong_rows, n, matrix.indptr, matrix.indices, size, strong, _STRENGTH, least=2000)
    group = np.full(n, -1, dtype=np.int64)
    count = aggregate(matrix.indptr, matrix.indices, size, strong, group)
    members = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[members], np.arange(count + 1))
    centre = np.stack([np.bincount(group, points[:, d], count) for d in range(3)], axis=1) / np.diff(starts)[:, None]
    x, y, z = (points - centre[group]).T
    modes = np.zeros((n, 3, 6))
    modes[:, 0, 0] = modes[:, 1, 1] = modes[:, 2, 2] = 1
    modes[:, 1, 3], modes[:, 2, 3] = -z, y
    modes[:, 0, 4], modes[:, 2, 4] = z, -x
    modes[:, 0, 5], modes[:, 1, 5] = -y, x
    modes[fixed.reshape(n, 3)] = 0
    tentative, coarse = np.zeros_like(modes), np.zeros((count, 6, 6))
    crew.run(orthonormal_modes, count, starts, members, modes, 3, tentative, coarse, least=200)
    shape = (3 * n, 6 * count)
    basis = bsr_array((tentative.astype(np.float32), group, np.arange(n + 1)), shape=shape)
    full = np.zeros((n, 3, 3), dtype=np.float32)
    packed = inverse.reshape(n, 6)
    for k, (i, j) in enumerate(((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))):
        full[:, i, j] = full[:, j, i] = packed[:, k]
    change = (matrix.to_bsr() @ basis).tobsr((3, 6))
    row = np.repeat(np.arange(n), np.diff(change.indptr))
    scaled = np.float32(4 / 3 / largest) * np.einsum("bij,bjk->bik", full[row], change.data)
    return (basis - bsr_array((scaled, change.indices, change.indptr), shape=shape)).tobsr((3, 6))
