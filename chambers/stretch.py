"""One stretch of time of linear filling with pinholes open or closed, and who mixes perfectly in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.chambers.check import sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.equation import Isotherm
    from tubewall.chambers.network import Network

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

# an exchange this many times faster than the stretch lasts leaves differences in the last digits of a pressure
MIXED_RATE = 1e12


@dataclass(frozen=True, eq=False)
class Stretch:
    """What happens to the network between two times: gas lengths at both ends, pinhole conductance of every wall."""

    network: Network
    curve: Isotherm
    duration: float
    start_length: Floats
    end_length: Floats
    holes: Floats

    def lengths(self, share: Floats) -> Floats:
        """Gas lengths (k, n) after shares (k,) of the duration [m]."""
        part = share[:, np.newaxis]
        return self.start_length * (1.0 - part) + self.end_length * part

    def wall_conductance(self, length: Floats) -> Floats:
        """Conductance of every wall at gas lengths (n,) [mol/(s Pa)]; inf where perfectly mixed."""
        with np.errstate(over="ignore"):
            sides = length[self.network.edges]
            shorter = np.minimum(sides[:, 0], sides[:, 1])
            return self.network.permeance * self.network.shared_widths * shorter + self.holes


@dataclass(frozen=True, eq=False)
class Clusters:
    """Chambers joined by walls that mix perfectly; label -1 are those at the pressure outside."""

    labels: Indices
    count: int


def clusters(stretch: Stretch, *, only_infinite: bool = False) -> Clusters:
    """Which chambers share one pressure: through infinite permeance, or one far too fast for the stretch."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    network = stretch.network
    n = network.chambers
    first, second = network.edges.T
    fast = np.full(len(first), True)
    open_leak = np.full(n, True)
    for length in (stretch.start_length, stretch.end_length):
        volume = network.areas * length
        conductance = stretch.wall_conductance(length)
        slope = stretch.curve.slope(np.zeros(1))[0] * stretch.duration
        with np.errstate(over="ignore"):
            fast &= conductance * slope * (1.0 / volume[first] + 1.0 / volume[second]) > MIXED_RATE
            open_leak &= network.leak * slope / volume > MIXED_RATE
        if only_infinite:
            fast &= np.isinf(conductance)
            open_leak &= np.isinf(network.leak)
    leaking = np.flatnonzero(open_leak)
    rows = np.concatenate([first[fast], leaking])
    columns = np.concatenate([second[fast], np.full(leaking.size, n)])
    graph = coo_array((np.ones(rows.size), (rows, columns)), shape=(n + 1, n + 1))
    _, found = connected_components(graph, directed=False)
    labels = np.full(n, -1, dtype=np.int64)
    inside = found[:n] != found[n]
    _, labels[inside] = np.unique(found[:n][inside], return_inverse=True)
    return Clusters(labels, int(labels.max(initial=-1)) + 1)


def mixed_moles(stretch: Stretch, joined: Clusters, moles: Floats, length: Floats) -> Floats:
    """Moles (n,) once every cluster has one pressure, and those open to the outside its pressure [mol]."""
    volume = stretch.network.areas * length
    inside = joined.labels >= 0
    total = sums(joined.labels[inside], moles[inside], joined.count)
    room = sums(joined.labels[inside], volume[inside], joined.count)
    result = external_density(stretch.network) * volume
    result[inside] = (total / room)[joined.labels[inside]] * volume[inside]
    return result


def external_density(network: Network) -> float:
    """Molar density of the gas outside [mol/m3]."""
    if network.external_pressure == 0.0:
        return 0.0
    return float(network.gas.molar_density(np.array([network.external_pressure]), network.temperature)[0])
