"""The tail of a distribution: what the worst of many walls sees, though only some of them were computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS: Final = (0.5, 0.95, 0.99, 0.999, 0.9999)
_EULER: Final = 0.5772156649015329
_FEWEST: Final = 50


@dataclass(frozen=True, kw_only=True)
class Tail:
    """Quantiles of a quantity over many walls and a generalised Pareto law of the largest of them.

    Attributes
    ----------
    count : int
        Walls that were computed.
    quantiles : tuple of float
        At ``LEVELS``, in the unit of the quantity.
    largest : float
    threshold, share, scale, shape : float
        Of the excess over ``threshold``, which ``share`` of the walls exceed; None where too few are that different.
    """

    count: int
    quantiles: tuple[float, ...]
    largest: float
    threshold: float | None = None
    share: float = 0.0
    scale: float = 0.0
    shape: float = 0.0

    @classmethod
    def of(cls, values: Floats) -> Tail:
        """The tail of the values (n,), by probability-weighted moments (Hosking and Wallis, Technometrics 29, 339, 1987).

        A tail that would end is taken as an exponential one of the same mean excess. Those of scattered conductances do not
        end; fitted to the largest percent they seem to, and the largest of 10^10 walls would come out too small by half.
        """
        quantiles = tuple(float(q) for q in np.quantile(values, LEVELS))
        largest, count = float(values.max()), int(values.size)
        share = 0.01 if count >= 100 * _FEWEST else _FEWEST / count
        if count < 4 * _FEWEST or largest - quantiles[0] <= 1e-12 * largest:
            return cls(count=count, quantiles=quantiles, largest=largest)
        threshold = float(np.quantile(values, 1.0 - share))
        excess = np.sort(values[values > threshold] - threshold)
        n = excess.size
        if n < _FEWEST // 2:
            return cls(count=count, quantiles=quantiles, largest=largest)
        first = float(excess.mean())
        second = float(((n - np.arange(1, n + 1) + 0.35) / n * excess).mean())
        if first - 2.0 * second <= 0.0:
            return cls(count=count, quantiles=quantiles, largest=largest)
        scale, shape = 2.0 * first * second / (first - 2.0 * second), 2.0 - first / (first - 2.0 * second)
        if shape < 0.0:
            scale, shape = first, 0.0
        return cls(
            count=count,
            quantiles=quantiles,
            largest=largest,
            threshold=threshold,
            share=n / count,
            scale=scale,
            shape=shape,
        )

    def expected_largest(self, walls: float) -> float | None:
        """Expected largest of so many walls; None where the tail says nothing.

        E max = threshold + scale / shape ((walls share)^shape Gamma(1 - shape) - 1), the mean of the largest of Poisson
        many excesses.
        """
        if self.threshold is None:
            return self.largest if self.largest == self.quantiles[0] else None
        many = walls * self.share
        if many < 1.0 or self.shape >= 1.0:
            return None
        if abs(self.shape) < 1e-6:
            return self.threshold + self.scale * (math.log(many) + _EULER)
        factor = math.pow(many, self.shape) * math.gamma(1.0 - self.shape) - 1.0
        return self.threshold + self.scale / self.shape * factor
