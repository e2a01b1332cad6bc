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

_NODES_PER_DECADE = 5
_MOST_STEPS = 40


@dataclass(frozen=True, kw_only=True)
class StressCurve:
    """Stress over wall: sampled at ``nodes``, computed again where a wall is decided. What is computed is kept."""

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

    def relative_mesh_error(self, case: LoadCase, wall: float, measure: Measure) -> float:
        """Estimated discretisation error of a measure at a wall [m], relative to its value [-]."""
        value = measure(self.at(case, wall))
        return abs(measure(self.at(case, wall, coarser=True)) / value - 1.0) if value > 0.0 else 0.0

    def sample(self, tell: Callable[[float, str], None]) -> None:
        """Compute the influence coefficients at all nodes."""
        nodes = self.nodes
        for i, wall in enumerate(nodes):
            tell(i / len(nodes), f"stress in walls of {wall * 1e9:.2g} nm")
            self.model.basis(float(wall))

    def thinnest(self, case: LoadCase, measure: Measure, strength: float, *, closely: bool = True) -> float | None:
        """Smallest wall [m] from which on ``measure`` stays at or below ``strength`` [Pa]; None: not even the thickest."""
        return self.root_of(lambda wall: measure(self.at(case, wall)) / strength, closely=closely)

    def root_of(self, ratio: Callable[[float], float], *, closely: bool = True) -> float | None:
        """Smallest node or crossing [m] from which on a ratio of demand to capacity stays at or below 1.

        The last crossing of the sampled curve brackets it. ``closely`` computes the stress anew at each step of a secant
        iteration in the logarithms until the ratio is 1 within a fifth of the study's tolerance; otherwise a monotone cubic
        through the nodes, exact to about a percent, is read.
        """
        nodes = self.nodes
        values = np.log([max(ratio(float(w)), 1e-300) for w in nodes])
        over = np.flatnonzero(values > 0.0)
        if len(over) == 0:
            return float(nodes[0])
        if over[-1] == len(nodes) - 1:
            return None
        i = int(over[-1])
        start = self._interpolated(np.log(nodes), values, i)
        if not closely:
            return math.exp(start)
        return self._polished(ratio, start, (np.log(nodes[i]), values[i]), (np.log(nodes[i + 1]), values[i + 1]))

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
