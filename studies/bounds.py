"""Bounds on the wall thickness, and the window they leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Side = Literal["below", "above"]
Dimension = Literal["both", "1d", "2d"]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """One constraint on the wall thickness.

    Attributes
    ----------
    name : str
        For example ``strength_peak`` or ``capacity_2d``.
    side : {"below", "above"}
        Whether the wall must be at least (``below``) or at most (``above``) this thick.
    dimension : {"both", "1d", "2d"}
        One-dimensional bounds are compared with one-dimensional ones only.
    wall : float or None
        Thickness [m]; ``None`` when no wall of the searched range satisfies the constraint, and ``reason`` says why.
    low, high : float or None
        Range of ``wall`` [m] over the strength range and the mesh error; equal to ``wall`` for an exact bound.
    at_edge : bool
        The constraint does not bind inside the searched range: even its thinnest wall (``below``), or its thickest
        (``above``), satisfies it, and ``wall`` is that edge.
    reason : str
        Why there is no wall, or what the number leans on.
    """

    name: str
    side: Side
    dimension: Dimension = "both"
    wall: float | None
    low: float | None
    high: float | None
    at_edge: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The walls that satisfy every bound of one load case in one dimension: ``low`` .. ``high`` [m].

    ``low`` is ``None`` when a bound from below admits no wall at all, ``high`` when one from above does. The window is empty
    when either is ``None`` or ``low`` is above ``high``; both binding constraints are named in any case.
    """

    dimension: Literal["1d", "2d"]
    low: float | None
    binds_low: str
    high: float | None
    binds_high: str

    @property
    def is_empty(self) -> bool:
        """Whether no wall satisfies all bounds."""
        return self.low is None or self.high is None or self.low > self.high


def exact(
    name: str,
    side: Side,
    wall: float | None,
    *,
    dimension: Dimension = "both",
    at_edge: bool = False,
    reason: str = "",
) -> Bound:
    """A bound without uncertainty of its own."""
    return Bound(
        name=name, side=side, dimension=dimension, wall=wall, low=wall, high=wall, at_edge=at_edge, reason=reason
    )


def governing(bounds: Iterable[Bound], side: Side, dimension: Literal["1d", "2d"]) -> Bound | None:
    """The bound that decides on one side: the thickest from below, the thinnest from above; None if there is none."""
    candidates = [b for b in bounds if b.side == side and b.dimension in ("both", dimension)]
    if not candidates:
        return None
    if side == "below":
        return max(candidates, key=lambda b: math.inf if b.wall is None else b.wall)
    return min(candidates, key=lambda b: -math.inf if b.wall is None else b.wall)


def window(bounds: Iterable[Bound], dimension: Literal["1d", "2d"], *, thickest: float) -> Window:
    """The window that bounds of one dimension leave; without a bound from above the search range ends it."""
    bounds = list(bounds)
    below = governing(bounds, "below", dimension)
    above = governing(bounds, "above", dimension)
    return Window(
        dimension=dimension,
        low=0.0 if below is None else below.wall,
        binds_low="none" if below is None else ("start of the search" if below.at_edge else below.name),
        high=thickest if above is None else above.wall,
        binds_high="end of the search" if above is None or above.at_edge else above.name,
    )


def thinnest_that_holds(
    margin: Callable[[float], float], *, thinnest: float, thickest: float, rtol: float = 1e-10
) -> float | None:
    """Smallest wall [m] of a range from which on a monotonic ``margin`` is not negative.

    Parameters
    ----------
    margin : callable
        Of the wall [m]; negative where the wall fails, increasing with the wall.
    thinnest, thickest : float
        The range searched [m].

    Returns
    -------
    float or None
        ``thinnest`` when even that holds, ``None`` when ``thickest`` fails.
    """
    from scipy.optimize import brentq

    if margin(thickest) < 0.0:
        return None
    if margin(thinnest) >= 0.0:
        return thinnest
    root = brentq(lambda x: margin(math.exp(x)), math.log(thinnest), math.log(thickest), xtol=rtol, rtol=1e-14)
    return math.exp(float(root))


def thickest_that_holds(
    margin: Callable[[float], float], *, thinnest: float, thickest: float, rtol: float = 1e-10
) -> float | None:
    """Largest wall [m] of a range up to which a decreasing ``margin`` is not negative; None when ``thinnest`` fails."""
    from scipy.optimize import brentq

    if margin(thinnest) < 0.0:
        return None
    if margin(thickest) >= 0.0:
        return thickest
    root = brentq(lambda x: margin(math.exp(x)), math.log(thinnest), math.log(thickest), xtol=rtol, rtol=1e-14)
    return math.exp(float(root))
