"""The gas carried through one stretch of time: mix what mixes perfectly, integrate the rest, balance the moles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import sums
from tubewall.chambers.exchange import exchange
from tubewall.chambers.stretch import clusters, external_density, mixed_moles
from tubewall.errors import ConvergenceError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.exchange import Exchange
    from tubewall.chambers.stretch import Stretch

    Floats = NDArray[np.float64]

# the integrator's own tolerance is per step: measured global errors stay under ten times it
_PER_STEP = 0.07
_SMALLEST = 3e-13
_ABSOLUTE = 1e-2
_BROKEN_BALANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Advance:
    """Moles of every chamber (k, n), moles that left (k,), and the relative error of their balance before mending."""

    moles: Floats
    left: Floats
    drift: float


def advance(stretch: Stretch, moles: Floats, share: Floats, tolerance: float) -> Advance:
    """Moles (n,) at the start of a stretch carried to shares (k,) of it."""
    joined = clusters(stretch)
    moles_then = mixed_moles(stretch, joined, moles, stretch.start_length)
    lengths = stretch.lengths(share)
    volume = stretch.network.areas * lengths
    inside = joined.labels >= 0
    label = joined.labels[inside]
    content = sums(label, moles_then[inside], joined.count)
    nodes = np.tile(content, (share.size, 1))
    lost = np.zeros(share.size)
    drift = 0.0
    system, active = exchange(stretch, joined, content)
    if system is not None:
        nodes[:, active], lost, drift = _integrate(system, content[active], share, tolerance)
    room = np.stack([sums(label, v[inside], joined.count) for v in volume])
    result = external_density(stretch.network) * volume
    result[:, inside] = (nodes / room)[:, label] * volume[:, inside]
    outside = moles[~inside].sum() - result[:, ~inside].sum(axis=1)
    return Advance(result, lost + outside, drift)


def _integrate(system: Exchange, content: Floats, share: Floats, tolerance: float) -> tuple[Floats, Floats, float]:
    """Moles of the clusters (k, a), moles that left (k,) and the drift of the balance, by scipy's BDF."""
    from scipy.integrate import solve_ivp

    a = content.size
    start, end = (content - volume * density[system.component] for volume, _, density in map(system.mixed, (0.0, 1.0)))
    relative = max(_PER_STEP * tolerance / _unevenness(np.maximum(np.abs(start), np.abs(end)), system.size), _SMALLEST)
    through = sums(system.component, system.size, system.component_moles.size)[system.outsides]
    size = np.concatenate([system.size, through]) / system.scale
    # an excess is the difference of two contents and not better known than their last digit
    last_digit = 10.0 * np.finfo(float).eps * np.concatenate([system.size + np.abs(start), through]) / system.scale
    try:
        result = solve_ivp(
            system.slope,
            (0.0, 1.0),
            np.concatenate([start / system.scale, np.zeros(system.outsides.size)]),
            method="BDF",
            jac=system.jacobian,
            t_eval=share,
            rtol=relative,
            # a component without any gas still needs a tolerance
            atol=np.maximum(np.maximum(_ABSOLUTE * relative * size, last_digit), 1e-18),
        )
    except RuntimeError as error:
        raise ConvergenceError(f"the gas network of {a} chambers was not integrated: {error}") from error
    if not result.success or not np.isfinite(result.y).all():
        raise ConvergenceError(f"the gas network of {a} chambers was not integrated: {result.message}")
    return _balanced(system, result.y.T * system.scale, share, tolerance)


def _unevenness(drive: Floats, size: Floats) -> float:
    """Largest over root mean square of what moves each cluster.

    The integrator controls a root mean square: one chamber that differs among many would hide its error in it.
    """
    relative = np.divide(drive, size, out=np.zeros_like(drive), where=size > 0)
    mean = float(np.sqrt(np.mean(relative**2)))
    return float(relative.max()) / mean if mean > 0 else 1.0


def _balanced(system: Exchange, excess: Floats, share: Floats, tolerance: float) -> tuple[Floats, Floats, float]:
    """Moles from their excess, the round-off of their balance measured, then mended per component."""
    a, k = system.size.size, system.component_moles.size
    moles, left = np.empty((share.size, a)), np.empty(share.size)
    drift = 0.0
    for row, (s, m) in enumerate(zip(share, excess, strict=True)):
        volume, _, density = system.mixed(float(s))
        raw = volume * density[system.component] + m[:a]
        # an emptied chamber may undershoot by what the integrator was allowed to err
        if (raw < -tolerance * (system.size + system.scale)).any():
            raise ConvergenceError(f"a chamber of the gas network went to {raw.min():g} mol: ask for a smaller rtol")
        gone = np.zeros(k)
        gone[system.outsides] = m[a:]
        error = sums(system.component, raw, k) + gone - system.component_moles
        drift = max(drift, float(np.abs(error).sum() / (a * system.scale)))
        raw = np.maximum(raw, 0.0)
        target = np.maximum(system.component_moles - gone, 0.0)
        total = sums(system.component, raw, k)
        factor = np.divide(target, total, out=np.zeros(k), where=total > 0)
        moles[row] = raw * factor[system.component]
        left[row] = float((system.component_moles - target)[system.outsides].sum())
    if drift > _BROKEN_BALANCE:
        raise ConvergenceError(f"the gas network lost {drift:.1e} of its moles to round-off")
    return moles, left, drift
