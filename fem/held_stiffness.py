"""The stiffness of a body held at single unknowns, let go for its factor and what the balance of the answer needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.fem.hold import Held
from tubewall.fem.linear import Backend, Factorised, prepared
from tubewall.fem.model import Model

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_EPS: Final = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldAnswer:
    """Unknowns ``y`` (N, k), what the stress leaves of the forces (N, k) and what rounding of y may leave of it (k,)."""

    y: Floats
    left: Floats
    rounding: Floats
    residual: float
    solver: str


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldStiffness:
    """What remains of a stiffness (N, N).

    ``start`` (N,) are its forces at the given displacements ``offset`` (N,), ``below`` its rows of the unknowns that are
    ``held`` and columns of the ``free`` ones, ``sums`` (N,) the sums of its columns' magnitudes.
    """

    factorise: Callable[[], Factorised]
    free: Ints
    held: Ints
    offset: Floats
    start: Floats
    below: csr_array
    sums: Floats

    def solve(self, forces: Floats) -> HeldAnswer:
        """The answer to forces (N, k), checked: errors as of ``Factorised.residual``."""
        right = (forces - self.start[:, None])[self.free]
        factor = self.factorise()
        values = factor.solve(right)
        y = np.repeat(self.offset[:, None], forces.shape[1], axis=1)
        y[self.free] += values
        left = self.start[:, None] - forces
        left[self.free] += factor.matrix @ values
        left[self.held] += self.below @ values
        return HeldAnswer(
            y=y,
            left=left,
            rounding=4 * _EPS * (self.sums @ np.abs(y)),
            residual=factor.residual(values, right),
            solver=factor.backend,
        )


def held_stiffness(model: Model, held: Held, stiffness: csr_array, backend: Backend) -> HeldStiffness:
    """Take from a symmetric stiffness (N, N) what its solution needs; ``held`` must be plain."""
    bound = np.ones(stiffness.shape[0], dtype=bool)
    bound[held.free] = False
    fixed = np.flatnonzero(bound)
    magnitudes = type(stiffness)((np.abs(stiffness.data), stiffness.indices, stiffness.indptr), shape=stiffness.shape)
    discrete = model.discrete
    plane = discrete.dim == 2
    return HeldStiffness(
        factorise=prepared(stiffness, held.free, backend, discrete.mesh.points[discrete.nodes] if plane else None),
        free=held.free,
        held=fixed,
        offset=held.offset,
        start=stiffness @ held.offset,
        below=stiffness[fixed][:, held.free],
        sums=magnitudes @ np.ones(stiffness.shape[0]),
    )
