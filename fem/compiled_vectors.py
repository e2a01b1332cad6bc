"""Sums and updates of long vectors; sums run over blocks of fixed length, so that they do not depend on threads."""

# numba infers the types of kernels
# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.compiled import Crew, compiled

_BLOCK: Final = 8192


@compiled
def _dot_blocks(first, last, x, y, sums):
    for k in range(first, last):
        a = b = c = d = 0.0
        begin = k * _BLOCK
        end = min(begin + _BLOCK, len(x))
        four = begin + (end - begin) // 4 * 4
        for i in range(begin, four, 4):
            a += np.float64(x[i]) * np.float64(y[i])
            b += np.float64(x[i + 1]) * np.float64(y[i + 1])
            c += np.float64(x[i + 2]) * np.float64(y[i + 2])
            d += np.float64(x[i + 3]) * np.float64(y[i + 3])
        for i in range(four, end):
            a += np.float64(x[i]) * np.float64(y[i])
        sums[k] = (a + b) + (c + d)


def dot(x: NDArray[Any], y: NDArray[Any], crew: Crew) -> float:
    """The sum of x y (n,) in double precision."""
    sums = np.empty(-(-len(x) // _BLOCK))
    crew.run(_dot_blocks, len(sums), x, y, sums, least=8)
    return float(sums.sum())


@compiled
def advance(first, last, x, rest, direction, image, alpha, free):
    """X += alpha direction and rest -= alpha image on the free unknowns."""
    for i in range(first, last):
        x[i] += alpha * direction[i]
        rest[i] = rest[i] - alpha * image[i] if free[i] else 0.0


@compiled
def redirect(first, last, direction, z, gain, beta):
    """Direction = gain z + beta direction."""
    for i in range(first, last):
        direction[i] = gain * z[i] + beta * direction[i]


@compiled
def scale_into(first, last, x, factor, y):
    """Y = factor x, in the precision of y."""
    for i in range(first, last):
        y[i] = factor * x[i]
