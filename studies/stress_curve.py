"""The stresses of all load cases as functions of the wall thickness, and the walls at which they reach a strength."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.studies.load_cases import CaseStress, LoadCase, case_stress

if TYPE_CHECKING:
    from tubewall.studies.pressures import PressureAnswer
    from tubewall.studies.stress_model import StressModel

Floats = NDArray[np.float64]
Measure = Callable[[CaseStress], float]

_NODES_PER_DECADE = 4
_MOST_STEPS = 40
# how far apart, in the logarithm, the two meshes may lie
_CLOSE = 0.1


@dataclass(frozen=True, kw_only=True)
class StressCurve:
    """Stress over wall: sampled at ``nodes`` on the mesh of half the density, computed in full where a wall is decided.

    The sampled values serve three times: they bracket the walls, they carry low and high, and at the wall that is decided
    their difference to the full mesh is the estimate of its error. What is computed is kept.
    """

    model: StressModel
    pressures: PressureAnswer
    _kept: dict[tuple[LoadCase, float, bool], CaseStress] = field(default_factory=dict, repr=False)

    @property
    def nodes(self) -> Floats:
        """Walls [m] at which the curve is sampled, evenly spaced in the logarithm."""
        wall = self.model.study.wall
        decades = math.log10(wall.thickest / wall.thinnest)
        return np.geomspace(wall.thinnest, wall.thickest, max(4, math.ceil(_NODES_PER_DECADE * decades) + 1))

    def at(self, case: LoadCase, wall: float, *, coarser: bool = False) -> CaseStress:
        """The stress of a case at a wall [m], without a mesh error."""
        key = (case, wall, coarser)
        if key not in self._kept:
            self._kept[key] = case_stress(self.model, case, wall, self.pressures, coarser=coarser)
        return self._kept[key]

    def full_over_sampled(self, case: LoadCase, wall: float, measure: Measure) -> float:
        """A measure on the full mesh over that on the mesh of half the density at a wall [m]; 1 where it is no tension."""
        sampled, full = measure(self.at(case, wall, coarser=True)), measure(self.at(case, wall))
        return full / sampled if min(sampled, full) > 0.0 else 1.0

    def sample(self, tell: Callable[[float, str], None]) -> None:
        """Compute the influence coefficients at all nodes."""
        nodes = self.nodes
        for i, wall in enumerate(nodes):
            tell(i / len(nodes), f"stress in walls of {wall * 1e9:.2g} nm")
            self.model.basis(float(wall), coarser=True)

    def thinnest(self, case: LoadCase, measure: Measure, strength: float) -> float | None:
        """Smallest wall [m] from which on ``measure`` stays at or below ``strength`` [Pa]; None: not even the thickest."""
        return self.root_of(
            lambda wall: measure(self.at(case, wall, coarser=True)) / strength,
            lambda wall: measure(self.at(case, wall)) / strength,
        )

    def root_of(self, sampled: Callable[[float], float], full: Callable[[float], float] | None = None) -> float | None:
        """Smallest node or crossing [m] from which on the ratio of demand to capacity stays at or below 1.

        Parameters
        ----------
        sampled : callable
            The ratio at a wall [m], asked for at the nodes; its last crossing is read from a monotone cubic through their
            logarithms.
        full : callable, optional
            The ratio in full, asked for in a secant iteration from there until it is 1 within a fifth of the study's
            tolerance, and at an end of the search where the sampled ratio is close to 1.
        """
        nodes = self.nodes
        values = np.log([max(sampled(float(w)), 1e-300) for w in nodes])
        if full is not None:
            for end in (0, -1):
                if abs(values[end]) < _CLOSE:
                    values[end] = math.log(max(full(float(nodes[end])), 1e-300))
        over = np.flatnonzero(values > 0.0)
        if len(over) == 0:
            return float(nodes[0])
        if over[-1] == len(nodes) - 1:
            return None
        i = int(over[-1])
        start = self._interpolated(np.log(nodes), values, i)
        if full is None:
            return math.exp(start)
        # the full ratio may cross a little outside of the nodes that bracket the sampled one
        low, high = math.log(nodes[i]) - _CLOSE, math.log(nodes[i + 1]) + _CLOSE
        return self._polished(full, start, (low, values[i] + _CLOSE), (high, values[i + 1] - _CLOSE))

    @staticmethod
    def _interpolated(x: Floats, values: Floats, i: int) -> float:
        """Root in the interval i of a monotone cubic through the nodes."""
        from scipy.interpolate import PchipInterpolator
        from scipy.optimize import brentq

        curve = PchipInterpolator(x, values)
        return float(brentq(lambda t: float(curve(t)), x[i], x[i + 1], xtol=1e-12))

    def _polished(
        self,
        ratio: Callable[[float], float],
        start: float,
        low: tuple[float, float],
        high: tuple[float, float],
    ) -> float:
        """Secant steps from the interpolated root, inside its bracket; the result errs on the thick side."""
        tolerance = 0.2 * self.model.study.numerics.tolerance
        x = start
        for _ in range(_MOST_STEPS):
            value = math.log(max(ratio(math.exp(x)), 1e-300))
            if abs(value) < tolerance or high[0] - low[0] < 0.1 * tolerance:
                return math.exp(x)
            if value > 0.0:
                low = (x, value)
            else:
                high = (x, value)
            x = low[0] + (high[0] - low[0]) * low[1] / (low[1] - high[1])
        return math.exp(high[0])
