"""Laws whose flow goes with the pressure squared: laminar flow, and pores with a viscous share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.any_network import AnyNetwork
    from tubewall.chambers.equation import Isotherm

    Floats = NDArray[np.float64]

_DENSE: Final = 100
# what settles this many times within a stretch is slowed to it: a difference of 1e-11 that no digit of the others sees
_SOONEST: Final = 1e12


def relax_quadratic(network: AnyNetwork, curve: Isotherm, times: Floats, rtol: float) -> Floats:
    """Molar densities (k, n) [mol/m3] of flows k (p1 - p2) + q (p1^2 - p2^2) at times (k,) [s].

    Radau's method keeps every sum that the flows keep, Newton steps included, so that moles are lost to round-off only. A
    pressure that strays below 0 within the tolerance is taken as p |p|, which pulls it back.
    """
    from scipy.integrate import solve_ivp

    start = network.densities()
    scale = float(start.max())
    smallest, fastest = _settled(network, curve, start)
    if smallest == 0.0:
        # no gas, or less of it than numbers can hold
        return np.tile(start, (times.size, 1))
    system = _System(network, curve, scale)
    out = np.empty((times.size, start.size))
    state, now = start / scale, 0.0
    for row in np.argsort(times, kind="stable"):
        if times[row] > now:
            # each stretch has a clock of its own: its first steps may be far shorter than the digits of the time
            left = float(times[row]) - now
            system.slow_down(np.minimum(1.0, _SOONEST / np.maximum(fastest * left, _SOONEST)))
            _check_pace(system, state)
            found = solve_ivp(
                system.slope,
                (0.0, left),
                state,
                method="Radau",
                jac=system.jacobian,
                rtol=rtol,
                atol=rtol * smallest / scale,
                t_eval=[left],
            )
            if not found.success or not np.isfinite(found.y).all():
                raise ConvergenceError(
                    f"the network found no step short enough before {times[row]:g} s: {found.message}"
                )
            state, now = found.y[:, -1], float(times[row])
        out[row] = state * scale
    return out


def _check_pace(system: _System, state: Floats) -> None:
    """Refuse rates that no number holds."""
    with np.errstate(over="ignore", invalid="ignore"):
        fast = ~np.isfinite(system.slope(0.0, state))
    if fast.any():
        raise InputError(
            f"chamber {int(np.argmax(fast))} of the network is too small for its connections: too fast for numbers"
        )


def _settled(network: AnyNetwork, curve: Isotherm, start: Floats) -> tuple[float, Floats]:
    """The smallest final density of the pieces that hold any gas, 0 where none does, and rates of connections (m,) [1/s]."""
    count = int(network.labels.max()) + 1
    held = np.bincount(network.labels, network.volumes * start, count)
    mean = held / np.bincount(network.labels, network.volumes, count)
    of = network.labels[network.edges[:, 0]]
    k, q = network.quadratic()
    slope, pressure = np.asarray(curve.slope(mean))[of], np.asarray(curve.pressure(mean))[of]
    smaller = network.volumes[network.edges].min(axis=1)
    least = float(mean.min(initial=np.inf, where=mean > 0))
    return least if np.isfinite(least) else 0.0, (k + 2.0 * q * pressure) * slope / smaller


class _System:
    """Densities over ``scale`` and how they change."""

    def __init__(self, network: AnyNetwork, curve: Isotherm, scale: float) -> None:
        from scipy.sparse import csc_array

        self.curve, self.scale = curve, scale
        self.whole = network.quadratic()
        self.k, self.q = self.whole
        self.first, self.second = network.edges.T
        n, m = network.chambers, len(network.edges)
        self.dense = n <= _DENSE
        one = np.ones(m)
        rows, columns = np.concatenate([self.first, self.second]), np.tile(np.arange(m), 2)
        incidence = csc_array((np.concatenate([one, -one]), (rows, columns)), shape=(n, m))
        self.loss = (incidence.multiply(-1.0 / (network.volumes * scale)[:, np.newaxis])).tocsr()
        self.across = incidence.T.tocsr()

    def slow_down(self, share: Floats) -> None:
        """Let only a share (m,) of every flow through."""
        self.k, self.q = self.whole[0] * share, self.whole[1] * share

    def slope(self, _time: float, state: Floats) -> Floats:
        """Time derivative."""
        pressure = np.asarray(self.curve.pressure(state * self.scale))
        one, two = pressure[self.first], pressure[self.second]
        flow = (one - two) * self.k + self.q * (one * np.abs(one) - two * np.abs(two))
        return np.asarray(self.loss @ flow)

    def jacobian(self, _time: float, state: Floats) -> Any:
        """Its derivative by the state."""
        from scipy.sparse import csc_array, diags_array

        density = state * self.scale
        pressure = np.asarray(self.curve.pressure(density))
        by_state = np.asarray(self.curve.slope(density)) * self.scale
        linear = diags_array(self.k) @ self.across @ diags_array(by_state)
        squares = diags_array(self.q) @ self.across @ diags_array(2.0 * np.abs(pressure) * by_state)
        matrix = csc_array(self.loss @ (linear + squares))
        return matrix.toarray() if self.dense else matrix
