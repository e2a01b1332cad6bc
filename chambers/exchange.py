"""The differential equations of the gas over one stretch of time.

The unknown is not the moles n_i but their excess over the mixed state, m_i = n_i - V_i N / V (N moles in the
connected component of volume V). It obeys

    dm_i/dt = -sum_j G_ij (P_i - P_j) - N d(V_i/V)/dt

and goes to 0 as the permeance grows, so that a pressure difference keeps its relative accuracy at any permeance.
A component that leaks fast is anchored to the outside instead: its excess is that over gas at the outer pressure.
Outsides are nodes too, with a fixed pressure, so that fluxes cancel in pairs and the moles balance by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.chambers.check import sums
from tubewall.chambers.stretch import external_density

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.equation import Isotherm
    from tubewall.chambers.stretch import Clusters, Stretch

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Exchange:
    """The ordinary differential equations of one stretch, over clusters (first) and outsides (last).

    Time is the share of the stretch; the state is the excess of moles of every node over ``scale``, the mean of the
    moles (``size``) that matter in the clusters.
    """

    curve: Isotherm
    external_pressure: float
    start_volume: Floats
    volume_gain: Floats
    component: Indices
    component_moles: Floats
    start_room: Floats
    room_gain: Floats
    first: Indices
    second: Indices
    wall: Floats
    fixed: Floats
    first_length: tuple[Floats, Floats]  # at the start, and its gain
    second_length: tuple[Floats, Floats]
    outsides: Indices
    external_density: float
    anchored: NDArray[np.bool_]
    size: Floats
    scale: float
    incidence: Any

    @property
    def nodes(self) -> int:
        """Clusters and outsides."""
        return self.start_volume.size + self.outsides.size

    def mixed(self, share: float) -> tuple[Floats, Floats, Floats]:
        """Volumes of the clusters, of the components, and the densities over which the components count their excess."""
        volume = self.start_volume + share * self.volume_gain
        room = self.start_room + share * self.room_gain
        return volume, room, np.where(self.anchored, self.external_density, self.component_moles / room)

    def conductance(self, share: float) -> Floats:
        """Moles over the stretch per pascal, of every exchange."""
        one = self.first_length[0] + share * self.first_length[1]
        other = self.second_length[0] + share * self.second_length[1]
        return self.wall * np.minimum(one, other) + self.fixed

    def slope(self, share: float, state: Floats) -> Floats:
        """Time derivative of the state."""
        volume, room, density = self.mixed(share)
        a = volume.size
        excess = state[:a] * (self.scale / volume)
        rise = np.empty(self.nodes)
        rise[:a] = self.curve.rise(density[self.component], excess)
        mean = self.curve.pressure(density)
        rise[a:] = self.external_pressure - mean[self.outsides]
        flux = self.conductance(share) * (rise[self.first] - rise[self.second])
        change: Floats = -(self.incidence @ flux)
        # d(V_i N / V): the share of a cluster in its component changes; an anchored density does not
        thinning = np.where(self.anchored, 0.0, self.room_gain / room)
        change[:a] -= density[self.component] * (self.volume_gain - volume * thinning[self.component])
        return change / self.scale

    def jacobian(self, share: float, state: Floats) -> Any:
        """Its exact sparse derivative by the state (CSC)."""
        from scipy.sparse import csc_array, diags_array

        volume, _, density = self.mixed(share)
        a = volume.size
        by_node = np.zeros(self.nodes)
        by_node[:a] = self.curve.slope(density[self.component] + state[:a] * (self.scale / volume)) / volume
        fluxes = diags_array(self.conductance(share)) @ self.incidence.T @ diags_array(by_node)
        return csc_array(-(self.incidence @ fluxes))


@dataclass(frozen=True, eq=False)
class _Paths:
    """Exchanges that are neither closed nor perfect, between cluster labels (-1: the outside)."""

    first: Indices
    second: Indices
    wall: Floats
    fixed: Floats
    first_chamber: Indices
    second_chamber: Indices


def _paths(stretch: Stretch, joined: Clusters) -> _Paths:
    network, labels = stretch.network, joined.labels
    one, other = network.edges.T
    open_wall = (labels[one] != labels[other]) & ((network.permeance > 0) | (stretch.holes > 0))
    one, other = one[open_wall], other[open_wall]
    wall = (network.permeance * network.shared_widths)[open_wall] * stretch.duration
    hole = stretch.holes[open_wall] * stretch.duration
    # the outside always comes second
    swap = labels[one] < 0
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    leaking = np.flatnonzero((network.leak > 0) & (labels >= 0))
    return _Paths(
        first=labels[np.concatenate([one, leaking])],
        second=np.concatenate([labels[other], np.full(leaking.size, -1)]),
        wall=np.concatenate([wall, np.zeros(leaking.size)]),
        fixed=np.concatenate([hole, network.leak[leaking] * stretch.duration]),
        first_chamber=np.concatenate([one, leaking]),
        second_chamber=np.concatenate([other, leaking]),
    )


@dataclass(frozen=True, eq=False)
class _Topology:
    """The paths between the clusters that exchange gas (numbered 0 .. a - 1) and outsides (one per component)."""

    active: Indices
    first: Indices
    second: Indices
    component: Indices
    count: int
    outsides: Indices

    @property
    def incidence(self) -> Any:
        """+1 where a path leaves a node, -1 where it ends (CSR)."""
        from scipy.sparse import csr_array

        paths, ones = np.arange(self.first.size), np.ones(self.first.size)
        rows, columns = np.concatenate([self.first, self.second]), np.concatenate([paths, paths])
        nodes = self.active.size + self.outsides.size
        return csr_array((np.concatenate([ones, -ones]), (rows, columns)), shape=(nodes, paths.size))


def _topology(paths: _Paths) -> _Topology:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inner = paths.second >= 0
    active = np.unique(np.concatenate([paths.first, paths.second[inner]]))
    a = active.size
    first, second = np.searchsorted(active, paths.first), np.searchsorted(active, np.maximum(paths.second, 0))
    graph = coo_array((np.ones(int(inner.sum())), (first[inner], second[inner])), shape=(a, a))
    count, component = connected_components(graph, directed=False)
    outsides, outside = np.unique(component[first[~inner]], return_inverse=True)
    second[~inner] = a + outside
    return _Topology(active, first, second, component.astype(np.int64), count, outsides.astype(np.int64))


def exchange(stretch: Stretch, joined: Clusters, content: Floats) -> tuple[Exchange | None, Indices]:
    """The equations over the clusters that exchange gas, and which these are; None where there is nothing to solve."""
    paths = _paths(stretch, joined)
    if paths.first.size == 0:
        return None, paths.first
    form = _topology(paths)
    inside = joined.labels >= 0
    label, areas = joined.labels[inside], stretch.network.areas[inside]
    ends = (stretch.start_length, stretch.end_length)
    start, end = (sums(label, areas * length[inside], joined.count)[form.active] for length in ends)
    # how many moles matter in a cluster: those it has, and those the outside could fill it with
    outer = external_density(stretch.network)
    size = content[form.active] + outer * start * np.isin(form.component, form.outsides)
    scale = float(size.mean())
    if scale == 0.0:
        return None, form.active[:0]
    gain = ends[1] - ends[0]
    first_length = (ends[0][paths.first_chamber], gain[paths.first_chamber])
    second_length = (ends[0][paths.second_chamber], gain[paths.second_chamber])
    leaking = form.second >= form.active.size
    leak = paths.wall * np.minimum(first_length[0], second_length[0]) + paths.fixed
    rate = leak[leaking] * stretch.curve.slope(np.zeros(1))[0] / start[form.first[leaking]]
    anchored = np.zeros(form.count, dtype=np.bool_)
    anchored[form.component[form.first[leaking]][rate > 1.0]] = True
    system = Exchange(
        curve=stretch.curve,
        external_pressure=stretch.network.external_pressure,
        start_volume=start,
        volume_gain=end - start,
        component=form.component,
        component_moles=sums(form.component, content[form.active], form.count),
        start_room=sums(form.component, start, form.count),
        room_gain=sums(form.component, end - start, form.count),
        first=form.first,
        second=form.second,
        wall=paths.wall,
        fixed=paths.fixed,
        first_length=first_length,
        second_length=second_length,
        outsides=form.outsides,
        external_density=outer,
        anchored=anchored,
        size=size,
        scale=scale,
        incidence=form.incidence,
    )
    return system, form.active
