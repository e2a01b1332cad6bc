"""Flexible conjugate gradients in double precision, preconditioned in single."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.elements import Floats

if TYPE_CHECKING:
    from tubewall.fem.compiled import Crew

# iterations after which the rest is foretold, and the number at which a factorisation is preferred
_LOOK: Final = 25
_MANY: Final = 120
_MOST: Final = 3000


@dataclass(frozen=True, kw_only=True, eq=False)
class ConjugateGradients:
    """The iteration on ``product(x) = right`` over the ``free`` unknowns.

    Attributes
    ----------
    product : function of (u, y)
        Writes the product with u into y, double precision.
    cycle : function of right
        The preconditioner, in ``precision``.
    free : (n,) bool
    crew : Crew
        The threads.
    may_give_up : function of no argument
        Whether another way is at hand, so that many iterations need not be taken.
    precision : float32 or float64
    """

    product: Callable[[Floats, Floats], Any]
    cycle: Callable[[NDArray[Any]], NDArray[Any]]
    free: NDArray[np.bool_]
    crew: Crew
    may_give_up: Callable[[], bool]
    precision: type[np.floating[Any]] = np.float32

    def solve(self, right: Floats, limit: float) -> tuple[Floats, int, float, float]:
        """x, the iterations, the true relative residual and by how much of itself the last restart changed x.

        It is restarted from the true residual until that is below ``limit`` or stands still.
        """
        from tubewall.fem.compiled_vectors import dot

        size = float(np.sqrt(dot(right, right, self.crew)))
        x, rest = np.zeros_like(right), right.copy()
        done, before = 0, np.inf
        while True:
            old = x.copy()
            steps, gave_up = self._advance(x, rest, 0.5 * limit * size, _MOST - done)
            done += steps
            np.subtract(x, old, out=old)
            change = float(np.sqrt(dot(old, old, self.crew) / max(dot(x, x, self.crew), np.finfo(np.float64).tiny)))
            self.product(x, rest)
            np.subtract(right, rest, out=rest)
            rest[~self.free] = 0.0
            true = float(np.sqrt(dot(rest, rest, self.crew))) / size
            if true <= limit or gave_up or done >= _MOST or not true < 0.5 * before:
                return x, done, true, np.inf if gave_up else change
            before = true

    def _advance(self, x: Floats, rest: Floats, target: float, most: int) -> tuple[int, bool]:
        """Add to x the solution for ``rest`` down to ``target``; the steps taken, and whether another way is better."""
        from tubewall.fem.compiled_vectors import advance, dot, redirect, scale_into

        crew, size = self.crew, len(x)
        direction, image, single = np.zeros(size), np.empty(size), np.empty(size, dtype=self.precision)
        start = norm = float(np.sqrt(dot(rest, rest, crew)))
        alpha = energy = 0.0
        for step in range(most):
            if norm <= target:
                return step, False
            if step == _LOOK and self._slow(norm / start, target / start):
                return step, True
            crew.run(scale_into, size, rest, 1 / norm, single, least=20000)
            z = self.cycle(single)
            # the flexible form: the cycle rounds to single precision and is not quite the same each time
            beta = -alpha * norm * dot(image, z, crew) / energy if step else 0.0
            energy = norm * dot(rest, z, crew)
            crew.run(redirect, size, direction, z, norm, beta, least=20000)
            self.product(direction, image)
            alpha = energy / dot(direction, image, crew)
            crew.run(advance, size, x, rest, direction, image, alpha, self.free, least=20000)
            norm = float(np.sqrt(dot(rest, rest, crew)))
            if not np.isfinite(norm):
                return step, True
        return most, True

    def _slow(self, reached: float, wanted: float) -> bool:
        """Whether so many more iterations are foretold that another way is better."""
        if not self.may_give_up():
            return False
        return reached >= 1 or _LOOK * np.log(wanted) / np.log(reached) > _MANY
