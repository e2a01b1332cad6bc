"""The level of the vertices: an exact factorisation where it is small, else smoothed aggregation of rigid motions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats
from tubewall.fem.multigrid_aggregates import factorised
from tubewall.fem.multigrid_blocks import BlockMatrix

Singles = NDArray[np.float32]
Product = Callable[[NDArray[Any], NDArray[Any]], Any]
Cycle = Callable[[Singles], Singles]

# unknowns up to which a factorisation costs less than aggregation and its additional iterations
DIRECT: Final = 6_000
# over the largest eigenvalue that a few steps of Lanczos find
_SAFETY: Final = 1.1
# weights of the fourth-kind Chebyshev relaxation of each degree that make it optimal (Lottes 2023, table 1)
WEIGHTS: Final = {
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
    inverse: NDArray[Any]
    largest: float
    degree: int
    crew: Crew

    def __call__(self, right: NDArray[Any], x: NDArray[Any] | None, work: tuple[NDArray[Any], ...]) -> NDArray[Any]:
        """Relax x (zero when None) towards the solution; ``work`` are three vectors, the first one becomes a residual."""
        from tubewall.fem.compiled_chunks import relax

        def step(base: NDArray[Any], product: NDArray[Any], *more: Any) -> None:
            self.crew.run(relax, len(right) // 3, base, product, self.inverse, *more, least=5000)

        return chebyshev(self.product, step, self.largest, self.degree, right, x, work, np.float32)


def chebyshev(
    product: Product,
    relax: Callable[..., None],
    largest: float,
    degree: int,
    right: NDArray[Any],
    x: NDArray[Any] | None,
    work: tuple[NDArray[Any], ...],
    number: type[np.floating[Any]],
) -> NDArray[Any]:
    """Chebyshev relaxation of the fourth kind (Lottes, Numer. Linear Algebra Appl. 30, 2023) of x, zero when None.

    ``relax(base, image, step, x, keep, gain, more, rest)`` does rest = base - image, step = keep step + gain inverse rest and
    x += more step; ``largest`` bounds the eigenvalues of that inverse times the matrix; ``number`` is the kind of the factors.
    """
    rest, step, image = work
    base = right
    if x is None:
        x = np.zeros_like(right)
        image[:] = 0
    else:
        product(x, image)
    step[:] = 0
    for k, weight in enumerate(WEIGHTS[degree], start=1):
        keep, gain = number((2 * k - 3) / (2 * k + 1)), number((8 * k - 4) / (2 * k + 1) / largest)
        relax(base, image, step, x, keep, gain, number(weight), rest)
        base = rest
        if k < degree:
            product(step, image)
    return x


def block_scaling(inverse: Singles, crew: Crew) -> Product:
    """The product with the inverse (6 n,) of the blocks on the diagonal, written into its second argument."""
    from tubewall.fem.compiled_chunks import relax

    nothing, unused = np.zeros(len(inverse) // 2, dtype=np.float32), np.zeros(len(inverse) // 2, dtype=np.float32)
    one, none = np.float32(1), np.float32(0)

    def scaled(rest: Singles, out: Singles) -> None:
        out[:] = 0
        crew.run(relax, len(rest) // 3, rest, nothing, inverse, out, unused, none, one, none, rest, least=5000)

    return scaled


def largest_eigenvalue(
    product: Product, scale: Product, size: int, steps: int, crew: Crew, dtype: type[np.floating[Any]] = np.float32
) -> float:
    """The largest eigenvalue of inverse diagonal (``scale``) times matrix by the Lanczos numbers of conjugate gradients."""
    from tubewall.fem.compiled_vectors import dot

    # a fixed rough start; fixed unknowns are zero in whatever the inverse has multiplied
    rest: NDArray[Any] = np.random.default_rng(1).random(size, dtype=np.float32).astype(dtype) - dtype(0.5)
    scaled, image = np.zeros_like(rest), np.zeros_like(rest)
    scale(rest, scaled)
    direction = scaled.copy()
    product(direction, image)
    alphas, betas, energy = [], [], dot(rest, scaled, crew)
    for _ in range(steps):
        alphas.append(energy / dot(direction, image, crew))
        rest -= dtype(alphas[-1]) * image
        scale(rest, scaled)
        new = dot(rest, scaled, crew)
        betas.append(new / energy)
        energy = new
        if new <= 0:
            break
        direction *= dtype(betas[-1])
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
        return factorised(matrix.to_csc()), "factorised vertices"
    return aggregated(matrix, points, fixed, crew), "aggregated vertices"


def aggregated(matrix: BlockMatrix, points: Floats, fixed: NDArray[np.bool_], crew: Crew) -> Cycle:
    """A symmetric cycle over the vertices and aggregates of them."""
    from tubewall.fem.multigrid_aggregates import full_blocks, prolonged, rigid_motions

    inverse = inverse_of_diagonal(matrix, fixed, crew)

    def product(u: Singles, y: Singles) -> None:
        matrix.multiply(u, y, crew)

    largest = largest_eigenvalue(product, block_scaling(inverse, crew), 3 * matrix.nodes, 12, crew)
    modes = rigid_motions(points)
    modes[fixed.reshape(-1, 3)] = 0
    up, coarse = prolonged(matrix.to_bsr(), full_blocks(inverse), modes, largest, crew)
    down = up.T.tobsr()
    relaxed = Relaxation(product=product, inverse=inverse, largest=largest, degree=2, crew=crew)
    rest, step, image = (np.zeros(len(inverse) // 2, dtype=np.float32) for _ in range(3))

    def cycle(right: Singles) -> Singles:
        x = relaxed(right, None, (rest, step, image))
        product(x, image)
        np.subtract(right, image, out=rest)
        rest[fixed] = 0
        x += up @ coarse(down @ rest)
        return relaxed(right, x, (rest, step, image))

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
