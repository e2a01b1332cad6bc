"""Stress on surfaces as a linear function of the pressures of all chambers: patterns, peaks, the worst pattern."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.stress import extreme_index, quantity, tangential, traction

if TYPE_CHECKING:
    from tubewall.fem.pattern_tree import PatternTree

Method = Literal["auto", "numpy", "compiled"]
METHODS: Final = ("auto", "numpy", "compiled")

# about 16 MB of stress components at a time
_BLOCK_NUMBERS: Final = 2_000_000
# stress components from which sorting the points and loading the compiled pass, about 2 s, are earned back
_MANY_NUMBERS: Final = 20_000_000_000


@dataclass(frozen=True, kw_only=True)
class SurfaceInfluence:
    """Stress at surface points under a unit pressure in each chamber.

    Attributes
    ----------
    points : (p, 2)
        [m]; a node between two facets appears once for each, with the stress of the element behind that facet.
    normals : (p, 2)
        Out of the solid.
    chamber : (p,)
        The chamber whose pressure acts there; -1 where none does.
    influence : (p, 4, n)
        Components (xx, yy, zz, xy) per unit pressure of each of the n chambers.
    """

    points: Floats
    normals: Floats
    chamber: Ints
    influence: Floats

    def __post_init__(self) -> None:
        p = len(self.points)
        if self.normals.shape != (p, 2) or self.chamber.shape != (p,) or self.influence.shape[:2] != (p, 4):
            raise InputError("the points, normals, chambers and influences of a surface differ in number")
        for array in (self.points, self.normals, self.chamber, self.influence):
            array.setflags(write=False)

    @property
    def n_chambers(self) -> int:
        """Number of chambers."""
        return int(self.influence.shape[2])

    @functools.cached_property
    def tree(self) -> PatternTree:
        """The points sorted for the compiled pass of ``peaks``; made once, in about 1 s for 40 000 points."""
        from tubewall.fem.pattern_tree import pattern_tree

        return pattern_tree(self.influence)

    def stress(self, pattern: Floats) -> Floats:
        """Stress (p, 4) [Pa] under the chamber pressures ``pattern`` (n,) [Pa]; (p, 4, k) for patterns (k, n)."""
        pattern = checked_pattern(pattern, self.n_chambers)
        stress: Floats = self.influence @ pattern.T
        return stress


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The most dangerous value of a quantity on a surface.

    ``value`` [Pa], ``at`` (2,) [m], ``quantity`` its name, ``index`` of the point on the surface, ``chamber`` that borders
    it (-1: none).
    """

    value: float
    at: Floats
    quantity: str
    index: int
    chamber: int


@dataclass(frozen=True, kw_only=True)
class Peaks:
    """The most dangerous values of a quantity on a surface under k patterns.

    ``values`` (k,) [Pa], ``at`` (k, 2) [m], ``quantity`` its name, ``indices`` (k,) of the points on the surface,
    ``chambers`` (k,) that border them (-1: none).
    """

    values: Floats
    at: Floats
    quantity: str
    indices: Ints
    chambers: Ints

    def __post_init__(self) -> None:
        for array in (self.values, self.at, self.indices, self.chambers):
            array.setflags(write=False)


@dataclass(frozen=True, kw_only=True)
class Worst:
    """The pattern (n,) [Pa] within given bounds with the largest surface tension, its direction and its peak.

    ``direction`` is "tangential" or "axial"; ``tension`` [Pa] the largest value of that linear quantity.
    """

    pattern: Floats
    peak: Peak
    direction: str
    tension: float


def checked_pattern(pattern: Floats, n_chambers: int) -> Floats:
    """The pattern as floats, (n,) or (k, n).

    Raises
    ------
    InputError
        When it does not hold one finite pressure for each chamber.
    """
    values = np.asarray(pattern, dtype=np.float64)
    if values.ndim not in (1, 2) or values.shape[-1] != n_chambers:
        raise InputError(
            f"a pattern holds one pressure for each of the {n_chambers} chambers, got the shape {values.shape}"
        )
    if not np.all(np.isfinite(values)):
        raise InputError("a pattern holds a pressure that is not finite")
    return values


def peak(surface: SurfaceInfluence, pattern: Floats, quantity_name: str = "max principal") -> Peak:
    """The most dangerous point of a surface under one pattern (n,) [Pa].

    Parameters
    ----------
    surface : SurfaceInfluence
    pattern : (n,)
    quantity_name : str
        "max principal", "min principal" or "von mises".
    """
    pattern = checked_pattern(pattern, surface.n_chambers)
    if pattern.ndim != 1:
        raise InputError("peak takes one pattern; peaks takes several")
    values = quantity(quantity_name)(surface.stress(pattern))
    index = extreme_index(values, quantity_name)
    return Peak(
        value=float(values[index]),
        at=surface.points[index],
        quantity=quantity_name,
        index=index,
        chamber=int(surface.chamber[index]),
    )


def peaks(
    surface: SurfaceInfluence,
    patterns: Floats,
    quantity_name: str = "max principal",
    *,
    method: Method = "auto",
    threads: int = 1,
) -> Peaks:
    """The most dangerous points of a surface under many patterns.

    Parameters
    ----------
    surface : SurfaceInfluence
    patterns : (k, n)
        [Pa].
    quantity_name : str
        "max principal", "min principal" or "von mises".
    method : "auto", "numpy" or "compiled"
        "compiled" leaves out what cannot hold the peak (``compiled_patterns``); "numpy" evaluates all points; both find
        the same peaks. "auto" takes the first once it is ready for this surface or enough patterns are asked for.
    threads : int
        Threads of the compiled pass.

    Raises
    ------
    InputError
        For patterns of the wrong shape or not finite, an unknown quantity or method, or fewer threads than one.
    """
    patterns = np.atleast_2d(checked_pattern(patterns, surface.n_chambers))
    measure = quantity(quantity_name)
    if method not in METHODS:
        raise unknown_name("method", method, METHODS)
    if threads < 1:
        raise InputError(f"peaks takes at least one thread, got {threads}")
    if method == "auto":
        ready = "tree" in vars(surface) or surface.influence.size * len(patterns) > _MANY_NUMBERS
        method = "compiled" if ready else "numpy"
    sign = -1.0 if quantity_name == "min principal" else 1.0
    if method == "numpy":
        values, indices = _peaks_of_all_points(surface, patterns, measure, sign)
    else:
        from tubewall.fem.compiled_patterns import tree_peaks

        # the least principal stress is minus the largest of the opposite stress
        largest, indices = tree_peaks(
            surface.tree, sign * patterns, equivalent=quantity_name == "von mises", threads=threads
        )
        values = sign * largest
    return Peaks(
        values=values,
        at=surface.points[indices],
        quantity=quantity_name,
        indices=indices,
        chambers=surface.chamber[indices],
    )


def _peaks_of_all_points(
    surface: SurfaceInfluence, patterns: Floats, measure: Callable[[Floats], Floats], sign: float
) -> tuple[Floats, Ints]:
    """Values (k,) [Pa] and points (k,) where ``sign`` times the measure is largest."""
    step = max(1, _BLOCK_NUMBERS // (4 * len(surface.points)))
    # components first, so that each of them is one contiguous matrix product
    by_component = np.ascontiguousarray(np.moveaxis(surface.influence, 1, 0))
    values, indices = np.empty(len(patterns)), np.empty(len(patterns), dtype=np.int64)
    for start in range(0, len(patterns), step):
        block = patterns[start : start + step]
        scores = sign * measure(np.moveaxis(by_component @ block.T, 0, -1))
        best = scores.argmax(axis=0)
        indices[start : start + step] = best
        values[start : start + step] = sign * scores[best, np.arange(len(block))]
    return values, indices


def mesh_error(surface: SurfaceInfluence, pattern: Floats, index: int) -> float:
    """Estimated discretisation error [Pa] of the stress at the surface point ``index`` under a pattern (n,) [Pa].

    The force that the computed stress exerts on the surface should be minus the pressure along the normal. What it misses
    is known at each point, and as the error of the one principal stress whose exact value is known it stands for that of
    the others. The largest miss among the ten points nearest to ``index`` is taken (two facets of five points).
    """
    pattern = checked_pattern(pattern, surface.n_chambers)
    near = np.argsort(np.linalg.norm(surface.points - surface.points[index], axis=1), kind="stable")[:10]
    pressure = np.where(surface.chamber[near] >= 0, pattern[surface.chamber[near]], 0.0)
    missed = (
        traction(surface.influence[near] @ pattern, surface.normals[near]) + pressure[:, None] * surface.normals[near]
    )
    return float(np.linalg.norm(missed, axis=1).max())


def worst(surface: SurfaceInfluence, low: float | Floats, high: float | Floats) -> Worst:
    """The pattern between ``low`` and ``high`` [Pa] that pulls hardest on the surface.

    Each chamber stands at ``high`` where its influence coefficient is positive and at ``low`` where it is negative. On a
    surface one principal stress is minus the pressure there, the other two are the tangential and the axial stress; both
    are linear in the pressures, so the choice by sign is the exact maximum over all patterns (Dantzig, 1947: a linear
    function over a box is largest at the vertex given by the signs).

    Parameters
    ----------
    surface : SurfaceInfluence
    low, high : float or (n,)
        Bounds of each chamber, low <= high.
    """
    n = surface.n_chambers
    lower = checked_pattern(np.broadcast_to(np.asarray(low, dtype=np.float64), (n,)), n)
    upper = checked_pattern(np.broadcast_to(np.asarray(high, dtype=np.float64), (n,)), n)
    if np.any(lower > upper):
        raise InputError(f"the low pressure {lower.max():g} Pa exceeds the high one {upper.min():g} Pa")
    along = tangential(np.moveaxis(surface.influence, 1, -1), surface.normals[:, None, :])
    found: list[tuple[float, str, Floats]] = []
    for direction, coefficients in (("tangential", along), ("axial", surface.influence[:, 2, :])):
        largest = np.maximum(coefficients, 0.0) @ upper + np.minimum(coefficients, 0.0) @ lower
        index = int(np.argmax(largest))
        found.append((float(largest[index]), direction, np.where(coefficients[index] > 0, upper, lower)))
    tension, direction, pattern = max(found, key=lambda item: item[0])
    pattern.setflags(write=False)
    return Worst(pattern=pattern, peak=peak(surface, pattern), direction=direction, tension=tension)
