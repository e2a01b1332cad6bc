"""Aggregates of strongly connected nodes and their rigid motions, for smoothed aggregation."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

import numpy as np

from tubewall.fem.compiled import compiled


@compiled
def strong_rows(first, last, indptr, indices, size, strong, width):
    """Which off-diagonal blocks are strong: |A_ij|^2 > width^2 |A_ii| |A_jj|, ``size`` the norms (b,) of the blocks."""
    for row in range(first, last):
        own = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            if indices[p] == row:
                own = size[p]
        for p in range(indptr[row], indptr[row + 1]):
            column = indices[p]
            other = 0.0
            for q in range(indptr[column], indptr[column + 1]):
                if indices[q] == column:
                    other = size[q]
                    break
            strong[p] = column != row and size[p] * size[p] > width * width * own * other


@compiled
def aggregate(indptr, indices, size, strong, group):
    """Number of aggregates; ``group`` (n,), -1 at first, becomes the aggregate of each node (Vanek, Mandel, Brezina 1996)."""
    n = len(indptr) - 1
    count = 0
    for row in range(n):
        if group[row] >= 0:
            continue
        free, any_strong = True, False
        for p in range(indptr[row], indptr[row + 1]):
            if strong[p]:
                any_strong = True
                if group[indices[p]] >= 0:
                    free = False
                    break
        if free and any_strong:
            group[row] = count
            for p in range(indptr[row], indptr[row + 1]):
                if strong[p]:
                    group[indices[p]] = count
            count += 1
    roots = count
    joined = group.copy()
    for row in range(n):
        if group[row] < 0:
            best = 0.0
            for p in range(indptr[row], indptr[row + 1]):
                if strong[p] and 0 <= group[indices[p]] < roots and size[p] > best:
                    best = size[p]
                    joined[row] = group[indices[p]]
    group[:] = joined
    for row in range(n):
        if group[row] < 0:
            group[row] = count
            for p in range(indptr[row], indptr[row + 1]):
                if strong[p] and group[indices[p]] < 0:
                    group[indices[p]] = count
            count += 1
    return count


@compiled
def orthonormal_modes(first, last, starts, members, modes, width, tentative, coarse):
    """Orthonormal bases of the near null space on each aggregate (Gram-Schmidt, twice), and what expands it in them.

    ``modes`` (n, width, m) of the nodes; ``tentative`` (n, width, m) becomes the basis, ``coarse`` (aggregates, m, m) the
    modes of the aggregates. A motion that an aggregate cannot tell from others has a zero column.
    """
    m = modes.shape[2]
    for g in range(first, last):
        for k in range(m):
            before = 0.0
            for p in range(starts[g], starts[g + 1]):
                for c in range(width):
                    v = modes[members[p], c, k]
                    tentative[members[p], c, k] = v
                    before += v * v
            for _ in range(2):
                for j in range(k):
                    dot = 0.0
                    for p in range(starts[g], starts[g + 1]):
                        for c in range(width):
                            dot += tentative[members[p], c, j] * tentative[members[p], c, k]
                    coarse[g, j, k] += dot
                    for p in range(starts[g], starts[g + 1]):
                        for c in range(width):
                            tentative[members[p], c, k] -= dot * tentative[members[p], c, j]
            after = 0.0
            for p in range(starts[g], starts[g + 1]):
                for c in range(width):
                    after += tentative[members[p], c, k] ** 2
            length = np.sqrt(after)
            keep = after > 1e-12 * before and before > 0
            coarse[g, k, k] = length if keep else 0.0
            for p in range(starts[g], starts[g + 1]):
                for c in range(width):
                    tentative[members[p], c, k] = tentative[members[p], c, k] / length if keep else 0.0
