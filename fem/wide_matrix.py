"""Symmetric matrices of 6 x 6 blocks, as the rigid motions of aggregates have: factorised, or halved for products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.compiled import Crew
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.multigrid_aggregates import shifted

Cycle = Callable[[Floats], Floats]

# parts that a product is summed from, whatever the number of threads
_PIECES: Final = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class WideMatrix:
    """A square matrix of 6 x 6 blocks: ``indptr`` (n + 1,), ``indices`` (b,) ascending in each row, ``data`` (b, 36)."""

    indptr: Ints
    indices: NDArray[np.int32]
    data: Floats
    crew: Crew

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return 6 * (len(self.indptr) - 1)

    def rows(self, first: int, last: int) -> Floats:
        """The blocks of the rows ``first`` to ``last``."""
        return self.data[self.indptr[first] : self.indptr[last]]

    def half(self) -> HalfMatrix:
        """The blocks on and right of the diagonal, for products."""
        row = np.repeat(np.arange(self.size // 6, dtype=np.int32), np.diff(self.indptr))
        upper = self.indices >= row
        indptr = np.concatenate(([0], np.cumsum(np.bincount(row[upper], minlength=self.size // 6))))
        cuts = np.searchsorted(indptr, indptr[-1] * np.arange(_PIECES + 1) // _PIECES)
        cuts[-1] = self.size // 6
        pieces = np.empty((_PIECES, self.size))
        half = (self.indices[upper], self.data[upper])
        return HalfMatrix(cuts=cuts, indptr=indptr, indices=half[0], data=half[1], pieces=pieces, crew=self.crew)

    def inverse(self) -> Floats:
        """Inverses (n, 36) of the blocks on the diagonal."""
        row = np.repeat(np.arange(self.size // 6), np.diff(self.indptr))
        blocks = self.data[row == self.indices].reshape(-1, 6, 6)
        return np.asarray(np.linalg.pinv(blocks, hermitian=True).reshape(-1, 36), dtype=np.float64)

    def factorised(self) -> Cycle:
        """The inverse."""
        from scipy.sparse import bsr_array

        shape = (self.size, self.size)
        solve = shifted(
            bsr_array((self.data.reshape(-1, 6, 6), self.indices, self.indptr), shape=shape).tocsc()
        ).back_substitute
        return lambda right: solve(right[:, None])[:, 0]


@dataclass(frozen=True, kw_only=True, eq=False)
class HalfMatrix:
    """The same symmetric matrix by its blocks on and right of the diagonal: half of the numbers pass by in a product.

    The rows ``cuts[k]`` to ``cuts[k + 1]`` add to ``pieces[k]``; so many pieces on any number of threads.
    """

    cuts: Ints
    indptr: Ints
    indices: NDArray[np.int32]
    data: NDArray[Any]
    pieces: NDArray[Any]
    crew: Crew

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return 6 * (len(self.indptr) - 1)

    def cast(self, dtype: type[np.floating[Any]]) -> HalfMatrix:
        """The same matrix in another precision."""
        return replace(self, data=self.data.astype(dtype), pieces=self.pieces.astype(dtype))

    def __call__(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Write the product with x into y."""
        from tubewall.fem.compiled_rigid import half_product

        self.crew.run(half_product, _PIECES, self.cuts, self.indptr, self.indices, self.data, x, self.pieces)
        np.sum(self.pieces, axis=0, out=y)
