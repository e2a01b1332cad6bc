"""Factorisation by CHOLMOD through kvxopt: of a matrix, or of the upper triangle of one too large to keep whole."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.linear import Factorised, indefinite, too_large

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array


class Half:
    """Some rows and columns of a large symmetric matrix, of which the upper triangle alone is kept, as CHOLMOD takes it."""

    def __init__(self, matrix: csr_array, free: Ints) -> None:
        from kvxopt.base import spmatrix

        from tubewall.fem.compiled import Crew
        from tubewall.fem.sparse_assembly import selected

        with Crew() as crew:
            upper = selected(matrix, free, crew, lower=True)
        self.shape, self.nnz = upper.shape, 2 * upper.nnz
        rows: Any = np.repeat(np.arange(len(free)), np.diff(upper.indptr))
        self.triangle: Any = spmatrix(upper.data, rows, upper.indices.astype(np.int64), upper.shape)

    def __matmul__(self, x: Floats) -> Floats:
        from kvxopt import base

        # its stubs ask for numbers where it takes letters
        library: Any = base
        columns = x.reshape(len(x), -1)
        result = np.empty_like(columns)
        for i in range(columns.shape[1]):
            product = library.matrix(0.0, (len(x), 1))
            library.symv(self.triangle, library.matrix(np.ascontiguousarray(columns[:, i])), product, uplo="U")
            result[:, i] = np.array(product)[:, 0]
        return result.reshape(x.shape)

    def __abs__(self) -> Half:
        other = copy(self)
        other.triangle = abs(self.triangle)
        return other


def cholmod_factor(matrix: csc_array) -> Factorised:
    """Factorise a symmetric positive definite matrix (n, n); errors as of ``linear.factorise``."""
    from kvxopt.base import spmatrix

    upper = matrix.tocoo()
    keep = upper.row <= upper.col
    return factor_triangle(spmatrix(upper.data[keep], upper.row[keep], upper.col[keep], matrix.shape), matrix)


def factor_triangle(a: Any, matrix: csc_array | Half, order: Ints | None = None) -> Factorised:
    """Factorise ``matrix`` from its upper triangle ``a``, of which the library makes one copy less than of a lower one."""
    from kvxopt import cholmod
    from kvxopt.base import matrix as dense

    try:
        factor = _symbolic(a, order)
        cholmod.numeric(a, factor)
        # a failed factorisation shows only when it is used
        cholmod.solve(factor, dense(0.0, (matrix.shape[0], 1)))
    except ArithmeticError as error:
        raise indefinite(matrix) from error
    except (MemoryError, ValueError) as error:
        # where memory gives out the library leaves the factor as the symbolic one
        if isinstance(error, ValueError) and "symbolic" not in str(error):
            raise
        raise too_large(matrix) from error

    def back_substitute(right: Floats) -> Floats:
        # the library reads a Fortran buffer, of which its stubs know nothing
        columns: Any = np.asfortranarray(right)
        x = dense(columns)
        cholmod.solve(factor, x)
        return np.array(x)

    return Factorised(matrix=matrix, backend="CHOLMOD", unknowns=int(matrix.shape[0]), back_substitute=back_substitute)


def _symbolic(a: Any, order: Ints | None) -> Any:
    """The symbolic factor; without an order of elimination that of minimum degree."""
    from kvxopt import cholmod
    from kvxopt.base import matrix as dense

    if order is None:
        return cholmod.symbolic(a, uplo="U")
    numbers: Any = order
    before = dict(cholmod.options)
    # the order as given, without the time for a second one
    cholmod.options["nmethods"] = 1
    try:
        return cholmod.symbolic(a, dense(numbers), uplo="U")
    finally:
        cholmod.options.clear()
        cholmod.options.update(before)
