"""From filling histories to the gas pressure of every chamber."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.advance import advance
from tubewall.chambers.check import floats, read_only
from tubewall.chambers.equation import isotherm
from tubewall.chambers.stretch import Stretch, clusters, external_density, mixed_moles
from tubewall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.equation import Isotherm
    from tubewall.chambers.filling import Filling
    from tubewall.chambers.network import Network

    Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pressures:
    """Gas of n chambers at k times.

    Attributes
    ----------
    network : Network
        Where it was found.
    times : (k,) float
        [s].
    gas : (k, n) float
        Absolute gas pressures [Pa].
    moles : (k, n) float
        Gas in every chamber [mol].
    gas_length : (k, n) float
        Height of the gas above the lithium [m].
    leaked : (k,) float
        Moles that left to the outside since the first time of the filling; negative when they came in [mol].
    imbalance : float
        Largest relative error of the balance of moles as integrated, before its round-off is mended [-].
    """

    network: Network
    times: Floats
    gas: Floats
    moles: Floats
    gas_length: Floats
    leaked: Floats
    imbalance: float

    @property
    def final(self) -> Floats:
        """Gas pressures at the last time (n,) [Pa]."""
        last: Floats = self.gas[-1]
        return last

    @property
    def lithium_level(self) -> Floats:
        """Height of the lithium in every chamber (k, n) [m]."""
        return np.maximum(self.network.height - self.gas_length, 0.0)

    @property
    def differences(self) -> Floats:
        """Pressure of the first chamber of every wall less that of its second (k, m) [Pa]."""
        first, second = self.network.edges.T
        return self.gas[:, first] - self.gas[:, second]

    def __repr__(self) -> str:
        """Say what a glance wants to know."""
        low, high = self.final.min() / 1e6, self.final.max() / 1e6
        return (
            f"Pressures({self.gas.shape[1]} chambers, {self.times.size} times, "
            f"at the end {low:.4g} to {high:.4g} MPa, imbalance {self.imbalance:.1e})"
        )


def pressurise(network: Network, filling: Filling, *, rtol: float = 1e-9, times: ArrayLike | None = None) -> Pressures:
    """Fill the chambers and find the pressure of their gas.

    Solves dn_i/dt = -sum_j G_ij (P_i - P_j) - leak_i (P_i - P_ext) with P_i from the gas law at n_i / V_i(t), by an
    implicit integrator with the exact sparse Jacobian; infinitely fast exchange is mixed exactly, closed walls are
    exact too.

    Parameters
    ----------
    network : Network
        n chambers.
    filling : Filling
        Their fill; its first time has the initial pressures.
    rtol : float
        Relative error of the pressures, 1e-11 to 1e-3 [-].
    times : (k,) float, optional
        Strictly increasing times within the filling [s]; its knots by default.

    Raises
    ------
    InputError
        A filling of another number of chambers, times outside it, a gas outside its equation of state.
    ConvergenceError
        When the integrator fails.
    """
    if filling.chambers != network.chambers:
        raise InputError(f"the filling has {filling.chambers} chambers, the network {network.chambers}")
    if not 1e-11 <= rtol <= 1e-3:
        raise InputError(f"pressurise: rtol must be 1e-11 to 1e-3, got {rtol:g}")
    asked = _asked(filling, times)
    curve = isotherm(network.gas, network.temperature, _densest(network, filling))
    knots = np.unique(np.concatenate([filling.times, _pinhole_events(network, filling)]))
    moles = network.gas.molar_density(network.initial_pressure, network.temperature) * network.areas
    moles = moles * network.gas_length(filling.fill[0])
    initial = float(moles.sum())
    found = np.empty((asked.size, network.chambers))
    leaked = np.zeros(asked.size)
    gone, imbalance = 0.0, 0.0
    for k, (start, end) in enumerate(pairwise(knots)):
        stretch = _stretch(network, filling, curve, float(start), float(end))
        if k == 0:
            joined = clusters(stretch, only_infinite=True)
            mixed = mixed_moles(stretch, joined, moles, stretch.start_length)
            gone, moles = float((moles - mixed)[joined.labels < 0].sum()), mixed
            found[asked == start], leaked[asked == start] = moles, gone
        inside = (asked > start) & (asked <= end)
        share = np.unique(np.append((asked[inside] - start) / (end - start), 1.0))
        step = advance(stretch, moles, share, rtol)
        count = int(inside.sum())
        found[inside], leaked[inside] = step.moles[:count], gone + step.left[:count]
        moles, gone, imbalance = step.moles[-1], gone + float(step.left[-1]), imbalance + step.drift
    lengths = network.gas_length(filling.at(asked))
    density = found / (network.areas * lengths)
    if float(density.max()) > curve.limit:
        # let the gas say in its own words why it has no such state
        network.gas.pressure(np.array([density.max()]), network.temperature)
        raise InputError(f"the gas reaches {density.max():g} mol/m3; its law holds to {curve.limit:g} mol/m3")
    return Pressures(
        network=network,
        times=read_only(asked),
        gas=read_only(curve.pressure(density)),
        moles=read_only(found),
        gas_length=read_only(lengths),
        leaked=read_only(leaked),
        imbalance=max(imbalance, float(np.abs(found.sum(axis=1) + leaked - initial).max() / initial)),
    )


def _asked(filling: Filling, times: ArrayLike | None) -> Floats:
    if times is None:
        return filling.times.copy()
    asked = np.atleast_1d(floats("pressurise: times", times))
    first, last = filling.times[0], filling.times[-1]
    if asked.ndim != 1 or asked.size == 0 or not (np.diff(asked) > 0).all():
        raise InputError(f"pressurise: times must be strictly increasing [s], got {asked!r}")
    if not (asked[0] >= first and asked[-1] <= last):
        raise InputError(f"pressurise: times must lie within the filling, {first:g} s to {last:g} s")
    return asked


def _stretch(network: Network, filling: Filling, curve: Isotherm, start: float, end: float) -> Stretch:
    middle = network.gas_length(filling.at(0.5 * (start + end)))
    holes = np.zeros(len(network.edges))
    for hole in network.pinholes:
        if middle[network.edges[hole.edge]].min() > network.height - hole.height:
            holes[hole.edge] += hole.conductance
    return Stretch(
        network,
        curve,
        end - start,
        network.gas_length(filling.at(start)),
        network.gas_length(filling.at(end)),
        holes,
    )


def _pinhole_events(network: Network, filling: Filling) -> Floats:
    """Times at which the lithium of either side passes a pinhole [s]."""
    events: list[float] = []
    for hole in network.pinholes:
        level = hole.height / network.height
        for chamber in network.edges[hole.edge]:
            fill, times = filling.fill[:, chamber], filling.times
            for k in np.flatnonzero((fill[:-1] - level) * (fill[1:] - level) < 0):
                share = (level - fill[k]) / (fill[k + 1] - fill[k])
                events.append(float(times[k] + share * (times[k + 1] - times[k])))
    first, last = filling.times[0], filling.times[-1]
    return np.array([time for time in events if first < time < last], dtype=np.float64)


def _densest(network: Network, filling: Filling) -> float:
    """A bound of the molar density: the largest cannot grow faster than the chamber that is compressed most."""
    start = float(network.gas.molar_density(network.initial_pressure, network.temperature).max())
    outside = external_density(network)
    bound = largest = max(start, outside)
    for before, after in zip(filling.fill[:-1], filling.fill[1:], strict=True):
        bound = max(bound * float(((1.0 - before) / (1.0 - after)).max()), outside)
        largest = max(largest, bound)
    return 1.01 * largest
