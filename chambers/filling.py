"""How much lithium every chamber holds, over time: piecewise linear histories of the fill fraction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import floats, number, read_only
from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Filling:
    """Fill fraction of every chamber by lithium at the knots of a piecewise linear history.

    Parameters
    ----------
    times : (t,) float
        Knots, strictly increasing [s]; at least two.
    fill : (t, n) float
        Lithium volume over bore volume of n chambers at the knots, 0 <= fill < 1 [-]. A chamber that takes no
        lithium (the gap between round tubes) has 0.

    Raises
    ------
    InputError
        Times not increasing, shapes that do not fit, a fill outside [0, 1) or not a number.
    """

    times: NDArray[np.float64]
    fill: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Check and freeze the arrays."""
        times, fill = floats("Filling.times", self.times), floats("Filling.fill", self.fill)
        if times.ndim != 1 or times.size < 2:
            raise InputError(f"Filling.times must be at least two times, got shape {times.shape}")
        if not np.isfinite(times).all() or not (np.diff(times) > 0).all():
            raise InputError(f"Filling.times must be finite and strictly increasing [s], got {_short(times)}")
        if fill.ndim != 2 or fill.shape[0] != times.size or fill.shape[1] == 0:
            raise InputError(
                f"Filling.fill must have one row for each of {times.size} times and one column for each chamber, "
                f"got shape {fill.shape}"
            )
        bad = ~((fill >= 0) & (fill < 1))
        if bad.any():
            k, i = np.unravel_index(int(np.argmax(bad)), fill.shape)
            raise InputError(
                f"Filling.fill must be at least 0 and below 1, got {fill[k, i]:g} in chamber {i} at {times[k]:g} s: "
                "a full bore has no room for its gas"
            )
        object.__setattr__(self, "times", read_only(times))
        object.__setattr__(self, "fill", read_only(fill))

    @property
    def chambers(self) -> int:
        """Number of chambers n."""
        return int(self.fill.shape[1])

    def at(self, time: ArrayLike) -> NDArray[np.float64]:
        """Fill at one time (n,) or several (k, n) [-]; outside the knots that of the nearest knot."""
        when = np.clip(np.asarray(time, dtype=np.float64), self.times[0], self.times[-1])
        k = np.clip(np.searchsorted(self.times, when, side="right") - 1, 0, self.times.size - 2)
        share = ((when - self.times[k]) / (self.times[k + 1] - self.times[k]))[..., np.newaxis]
        return self.fill[k] * (1.0 - share) + self.fill[k + 1] * share

    def __repr__(self) -> str:
        """Count instead of listing."""
        return (
            f"Filling({self.chambers} chambers, {self.times.size} times, {self.times[0]:g} s to {self.times[-1]:g} s)"
        )


def linear_filling(duration: float, final_fill: ArrayLike, *, initial_fill: ArrayLike = 0.0) -> Filling:
    """A charge at constant current: every chamber fills linearly within ``duration``.

    Parameters
    ----------
    duration : float
        Time of the charge [s].
    final_fill, initial_fill : (n,) float
        Fill fraction at its end and at its start, 0 <= fill < 1 [-]; a scalar ``initial_fill`` stands for all.
    """
    length = number("linear_filling: duration", duration, "s", above=0.0)
    final = np.atleast_1d(floats("linear_filling: final_fill", final_fill))
    initial = floats("linear_filling: initial_fill", initial_fill)
    if initial.ndim and initial.shape != final.shape:
        raise InputError(f"linear_filling: initial_fill has shape {initial.shape}, final_fill {final.shape}")
    return Filling(times=np.array([0.0, length]), fill=np.stack([np.broadcast_to(initial, final.shape), final]))


def _short(values: NDArray[np.float64]) -> str:
    head = ", ".join(f"{v:g}" for v in values[:6])
    return f"[{head}{', ...' if values.size > 6 else ''}]"
