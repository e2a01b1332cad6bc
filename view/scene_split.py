"""Reference cells cut into small simplices that fit together, for drawing curved cells with straight triangles."""

from __future__ import annotations

import functools
import itertools

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# From coordinates a >= b >= c of Kuhn's simplex to those of the reference cell; of a wedge the first two are ordered.
_FROM_ORDERED = {
    "line": np.eye(1),
    "quad": np.eye(2),
    "hexahedron": np.eye(3),
    "triangle": np.array([[1.0, -1.0], [0.0, 1.0]]),
    "tetra": np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0], [0.0, 0.0, 1.0]]),
    "wedge": np.array([[1.0, -1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
}
_ORDERED = {"triangle": 2, "tetra": 3, "wedge": 2}


@functools.lru_cache(maxsize=64)
def split_cell(first: str, splits: int) -> tuple[Floats, Ints]:
    """A first-order reference cell as small simplices of positive volume.

    Kuhn (1960): the unit cube of a grid falls into one simplex for each order of its coordinates; those of all cubes fit
    together, and simplices and wedges are unions of them after a linear map.

    Parameters
    ----------
    first : str
        "line", "triangle", "quad", "tetra", "hexahedron" or "wedge".
    splits : int
        Parts of each edge.

    Returns
    -------
    local : (v, dim)
    simplices : (t, dim + 1)
    """
    matrix = _FROM_ORDERED[first]
    dim = len(matrix)
    starts = np.stack(np.meshgrid(*[np.arange(splits)] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    paths = [
        np.concatenate(
            [np.zeros((1, dim), dtype=np.int64), np.cumsum(np.eye(dim, dtype=np.int64)[list(order)], axis=0)]
        )
        for order in itertools.permutations(range(dim))
    ]
    corners = (starts[:, None, None] + np.array(paths)[None]).reshape(-1, dim + 1, dim)
    ordered = _ORDERED.get(first, 1)
    middle = corners.mean(axis=1)
    corners = corners[np.all(np.diff(middle[:, :ordered], axis=1) < 1e-9, axis=1)]
    grid, index = np.unique(corners.reshape(-1, dim), axis=0, return_inverse=True)
    simplices = np.asarray(index, dtype=np.int64).reshape(-1, dim + 1)
    local: Floats = (grid / splits) @ matrix.T
    sides = local[simplices[:, 1:]] - local[simplices[:, :1]]
    negative = np.linalg.det(sides) < 0
    simplices[negative, -2:] = simplices[negative, :-3:-1]
    local.setflags(write=False)
    simplices.setflags(write=False)
    return local, simplices
