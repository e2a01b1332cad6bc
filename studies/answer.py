"""What the main job answers: pressures, stresses, the window of walls, the electrolyte; as values, text and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubewall.studies.bounds import Bound, Window, governing
from tubewall.studies.corners import refusal

if TYPE_CHECKING:
    from tubewall.studies.electrolyte import ElectrolyteAnswer
    from tubewall.studies.load_cases import CaseStress, LoadCase
    from tubewall.studies.pressures import PressureAnswer
    from tubewall.studies.stress_model import Strength
    from tubewall.studies.study import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CaseAnswer:
    """One load case: its stress at the design wall, every bound on the wall, and the windows they leave.

    Attributes
    ----------
    stress : CaseStress
        At the study's own wall.
    other_confinement : float
        Peak of the same case under the other confinement [Pa]; at sharp corners membrane and bending at the root.
    bounds : tuple of Bound
        All constraints; those that could not be computed are absent and named in ``left_out``.
    left_out : mapping
        Constraint name to the reason why it was not computed.
    sampled_walls, sampled_peaks : (k,) arrays
        Peak stress [Pa] over the wall [m]; at sharp corners membrane and bending at the root.
    """

    name: LoadCase
    stress: CaseStress
    other_confinement: float
    bounds: tuple[Bound, ...]
    left_out: Mapping[str, str]
    sampled_walls: Floats
    sampled_peaks: Floats
    window_1d: Window
    window_2d: Window

    @property
    def thinnest(self) -> Bound:
        """The bound from below that decides in two dimensions: its wall is the minimum wall of this load case."""
        bound = governing(self.bounds, "below", "2d")
        if bound is None:
            raise RuntimeError(f"load case {self.name} has no bound from below")
        return bound

    @property
    def thinnest_range(self) -> tuple[float | None, float | None]:
        """The minimum wall [m] over the strength range and the mesh error: low, high."""
        below = [b for b in self.bounds if b.side == "below" and b.dimension in ("both", "2d")]
        lows = [b.low for b in below]
        highs = [b.high for b in below]
        low = None if None in lows else max(x for x in lows if x is not None)
        high = None if None in highs else max(x for x in highs if x is not None)
        return low, high

    def bound(self, name: str) -> Bound:
        """One constraint by its name."""
        return next(b for b in self.bounds if b.name == name)


@dataclass(frozen=True, kw_only=True)
class WallAnswer:
    """The whole answer of the main job; ``print(answer)`` gives one sentence, ``answer.text()`` the tables."""

    study: Study
    strength: Strength
    pressures: PressureAnswer
    cases: Mapping[LoadCase, CaseAnswer]
    electrolytes: tuple[ElectrolyteAnswer, ...]
    guesses: tuple[str, ...]
    warnings: tuple[str, ...]
    seconds: Mapping[str, float]

    @property
    def no_peak(self) -> str:
        """Why the answer has no peak stresses: sharp corners. Empty where it has."""
        return refusal(self.study.drawing)

    def decisive(self, stress: CaseStress) -> float:
        """The stress that is held against the strength [Pa]: the peak, at sharp corners membrane and bending at the root."""
        return stress.linearised if self.no_peak else stress.peak

    def margin(self, stress: CaseStress) -> float | None:
        """Strength over the stress that is held against it [-], above 1 where the study's wall holds; None without tension."""
        decisive = self.decisive(stress)
        return self.strength.value / decisive if decisive > 0.0 else None

    @property
    def lithium_borne(self) -> float | None:
        """Pressure of lithium [Pa] beside gas that the study's own wall just bears; None when it bears the load taken.

        The stress is linear in it, for the pattern that is worst at the load taken; the correction for large deflection
        is left out, which is on the safe side.
        """
        stress = self.cases["lithium_against_gas"].stress
        largest = self.decisive(stress)
        if largest <= self.strength.value:
            return None
        low = self.pressures.hermetic.low
        linear = largest / stress.correction.stress
        return low + self.strength.value / linear * (self.pressures.lithium - low)

    def __str__(self) -> str:
        from tubewall.studies.wording import sentence

        return sentence(self)

    def text(self) -> str:
        """The answer as plain text, as the command prints it."""
        from tubewall.studies.wording import text

        return text(self)

    def to_json(self) -> dict[str, Any]:
        """The answer as plain data; every number is ``{"value": ..., "unit": ...}`` in SI, a missing one ``null``."""
        from tubewall.studies.as_data import to_json

        return to_json(self)
