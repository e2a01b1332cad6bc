"""Stress along a line through a wall split into membrane and bending (ASME BPVC VIII-2, Annex 5-A).

With t the thickness and x from the start of the line, component by component in the frame of the line,
sigma_m = (1/t) int sigma dx and sigma_b = (6/t^2) int sigma (t/2 - x) dx; bending holds at the start, minus it at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats
from tubewall.fem.stress import max_principal, rotated, tensor, von_mises

# the stress jumps where the line crosses element edges: many short panels, so that a jump inside one costs little
_PANELS = 48
_ORDER = 4


class SectionLine(Protocol):
    """A stress classification line: what fem reads of a ``geometry.Section``."""

    @property
    def start(self) -> Floats:
        """First end (2,) [m]."""
        ...

    @property
    def end(self) -> Floats:
        """Second end (2,) [m]."""
        ...


@dataclass(frozen=True, kw_only=True)
class LineRule:
    """Where stress is wanted on a line, and how it is summed.

    ``points`` (q, 2) [m]: the start, Gauss points, the end; ``weights`` (4, q): rows give membrane, bending, and the
    stress at the start and at the end; ``axes`` (2, 2): rows are the directions through and along the wall;
    ``thickness`` [m].
    """

    points: Floats
    weights: Floats
    axes: Floats
    thickness: float


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """Membrane and bending stress on a line, (3, 3) [Pa] in its own frame: 1 through the wall, 2 along it, 3 axial.

    ``bending`` is that at the start; at the end it has the other sign. ``start`` and ``end`` are the stresses themselves
    at the two faces.
    """

    thickness: float
    axes: Floats
    membrane: Floats
    bending: Floats
    start: Floats
    end: Floats

    @property
    def membrane_along(self) -> float:
        """Membrane stress along the wall [Pa]."""
        return float(self.membrane[1, 1])

    @property
    def bending_along(self) -> float:
        """Bending stress along the wall at the start of the line [Pa]."""
        return float(self.bending[1, 1])

    @property
    def peak_start(self) -> Floats:
        """What is left at the start beyond membrane and bending (3, 3) [Pa]."""
        return self.start - self.membrane - self.bending

    @property
    def peak_end(self) -> Floats:
        """What is left at the end beyond membrane and bending (3, 3) [Pa]."""
        return self.end - self.membrane + self.bending

    def max_principal(self) -> float:
        """The largest principal stress of membrane plus bending on either face [Pa]."""
        return float(max_principal(self._faces()).max())

    def von_mises(self) -> float:
        """The largest von Mises stress of membrane plus bending on either face [Pa]."""
        return float(von_mises(self._faces()).max())

    def _faces(self) -> Floats:
        both = np.stack([self.membrane + self.bending, self.membrane - self.bending])
        return np.stack([both[:, 0, 0], both[:, 1, 1], both[:, 2, 2], both[:, 0, 1]], axis=-1)


def line_rule(section: SectionLine) -> LineRule:
    """The points and weights of a line: composite Gauss quadrature.

    Raises
    ------
    InputError
        When the ends are not two different finite points.
    """
    start, end = np.asarray(section.start, dtype=np.float64), np.asarray(section.end, dtype=np.float64)
    if start.shape != (2,) or end.shape != (2,) or not np.all(np.isfinite([start, end])):
        raise InputError(f"a section runs between two finite points (2,), got {start} and {end}")
    thickness = float(np.linalg.norm(end - start))
    if thickness == 0:
        raise InputError(f"the section at {start} has no length: its start and its end are one point")
    x, w = np.polynomial.legendre.leggauss(_ORDER)
    s = ((np.arange(_PANELS)[:, None] + (x + 1) / 2) / _PANELS).ravel()
    ws = np.tile(w / 2 / _PANELS, _PANELS)
    s = np.concatenate([[0.0], s, [1.0]])
    weights = np.zeros((4, len(s)))
    weights[0, 1:-1] = ws
    weights[1, 1:-1] = 6 * ws * (0.5 - s[1:-1])
    weights[2, 0] = weights[3, -1] = 1.0
    through = (end - start) / thickness
    return LineRule(
        points=start + s[:, None] * (end - start),
        weights=weights,
        axes=np.array([through, [-through[1], through[0]]]),
        thickness=thickness,
    )


def linearised(rule: LineRule, sums: Floats) -> Linearised:
    """The answer from the sums (4, 4) = ``rule.weights @ stress`` of the stress (q, 4) [Pa] at the points of the rule."""
    local = tensor(rotated(sums, rule.axes))
    local.setflags(write=False)
    return Linearised(
        thickness=rule.thickness, axes=rule.axes, membrane=local[0], bending=local[1], start=local[2], end=local[3]
    )


@dataclass(frozen=True, kw_only=True)
class SectionInfluence:
    """Linearised stress as a linear function of the pressures: ``influence`` (4, 4, n) are the sums per unit pressure."""

    rule: LineRule
    influence: Floats

    def at(self, pattern: Floats) -> Linearised:
        """The linearised stress under the chamber pressures ``pattern`` (n,) [Pa]."""
        return linearised(self.rule, self.influence @ pattern)


def section_influence(rule: LineRule, stress: Floats) -> SectionInfluence:
    """From the stress (q, 4, n) at the points of the rule under a unit pressure in each of n chambers."""
    return SectionInfluence(rule=rule, influence=np.einsum("rq,qcn->rcn", rule.weights, stress))
