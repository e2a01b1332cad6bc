"""Any network of chambers of fixed volume: whatever is connected with whatever, how its pressures level out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.chambers.check import each, floats, number, pairs, read_only, sums
from tubewall.chambers.network import EquationOfState
from tubewall.errors import InputError, unknown_name
from tubewall.materials.constants import ROOM_TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.equation import Isotherm

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

LAWS: Final = ("linear", "viscous", "wall")
_MOST: Final = 1_000_000


def _argon() -> EquationOfState:
    from tubewall.materials import Gas

    return Gas()


@dataclass(frozen=True, kw_only=True, eq=False)
class AnyNetwork:
    """Chambers of fixed volume and what connects them; V_i dc_i/dt = -sum_j flow_ij, isothermal.

    Parameters
    ----------
    volumes : (n,) float
        [m3].
    edges : (m, 2) int
        The two chambers of every connection; two chambers may have several.
    conductances : float or (m,)
        k, at least 0: [mol/(s Pa)] of the laws "linear" and "wall" (permeance times area), [mol/(s Pa2)] of "viscous".
    pressures : float or (n,)
        At the start, absolute [Pa].
    law : {"linear", "viscous", "wall"}
        Flow k (p1 - p2); k (p1^2 - p2^2), laminar flow of a gas; k (p1 - p2) (1 + (p1 + p2) / (2 b)), the dusty gas,
        molecular flow through pores with a viscous share.
    slip_pressure : float
        b of the law "wall": mean pressure at which viscous and molecular flow are alike [Pa]; inf for molecular flow only.
    temperature : float
        [K].
    gas : EquationOfState
        Argon, ideal, by default.
    disconnected : bool
        Whether it may fall apart into pieces that exchange nothing.

    Raises
    ------
    InputError
        A negative conductance, an empty or disconnected network, a gas that its law does not cover.
    """

    volumes: Floats
    edges: Indices
    conductances: Floats
    pressures: Floats
    law: Literal["linear", "viscous", "wall"] = "linear"
    slip_pressure: float = math.inf
    temperature: float = ROOM_TEMPERATURE
    gas: EquationOfState = field(default_factory=_argon)
    disconnected: bool = False
    labels: Indices = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check and freeze."""
        volumes = floats("AnyNetwork.volumes", self.volumes)
        if volumes.ndim != 1 or not 0 < volumes.size <= _MOST:
            raise InputError(f"AnyNetwork.volumes must be 1 to {_MOST} volumes, got shape {volumes.shape}")
        n = volumes.size
        edges = _edges(self.edges, n)
        if self.law not in LAWS:
            raise unknown_name("law of a network", str(self.law), LAWS)
        unit = "mol/(s Pa2)" if self.law == "viscous" else "mol/(s Pa)"
        slip = self.slip_pressure
        if slip != math.inf:
            slip = number("AnyNetwork.slip_pressure", slip, "Pa", above=0.0)
            if self.law != "wall":
                raise InputError(f"AnyNetwork.slip_pressure belongs to the law 'wall', not to {self.law!r}")
        checked = {
            "volumes": each("AnyNetwork.volumes", volumes, n, "m3", above=0.0),
            "edges": edges,
            "conductances": each("AnyNetwork.conductances", self.conductances, len(edges), unit),
            "pressures": each("AnyNetwork.pressures", self.pressures, n, "Pa"),
            "slip_pressure": slip,
            "temperature": number("AnyNetwork.temperature", self.temperature, "K", above=0.0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "labels", self._labels())
        if int(self.labels.max()) > 0 and not self.disconnected:
            apart = int(np.argmax(self.labels != self.labels[0]))
            raise InputError(
                f"the network falls apart into {int(self.labels.max()) + 1} pieces: nothing connects chamber {apart} "
                "with chamber 0; pass disconnected = true if that is meant"
            )
        self.densities()

    def _labels(self) -> Indices:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        n, (first, second) = self.chambers, self.edges[self.conductances > 0].T
        graph = csr_array((np.ones(first.size), (first, second)), shape=(n, n))
        return read_only(connected_components(graph, directed=False)[1].astype(np.int64))

    @property
    def chambers(self) -> int:
        """Number of chambers n."""
        return int(self.volumes.size)

    @property
    def linear(self) -> bool:
        """Whether the pressures obey a linear law, so that an exact answer exists."""
        return self.law != "viscous" and self.slip_pressure == math.inf and self.gas.law == "ideal"

    def densities(self) -> Floats:
        """Molar densities at the start (n,) [mol/m3]."""
        return np.asarray(self.gas.molar_density(self.pressures, self.temperature), dtype=np.float64)

    def quadratic(self) -> tuple[Floats, Floats]:
        """Every flow as k (p1 - p2) + q (p1^2 - p2^2): k [mol/(s Pa)] and q [mol/(s Pa2)], both (m,)."""
        none = np.zeros(self.conductances.size)
        if self.law == "viscous":
            return none, self.conductances
        return self.conductances, none if self.slip_pressure == math.inf else self.conductances / (
            2 * self.slip_pressure
        )

    def __repr__(self) -> str:
        """Count instead of listing."""
        return f"AnyNetwork({self.chambers} chambers, {len(self.edges)} connections, law {self.law!r})"


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """How the pressures of a network level out.

    Attributes
    ----------
    times : (k,) float
        [s].
    pressures, moles : (k, n) float
        [Pa], [mol].
    decay_rates : (r,) float
        Ascending [1/s]: all n of them, 0 once for every piece; of a large network the zeros and the slowest others. Of a
        law that is not linear those near its final state.
    complete : bool
        Whether these are all of them.
    imbalance : float
        Error of the moles of any piece over what it holds, before its round-off is mended [-].
    """

    times: Floats
    pressures: Floats
    moles: Floats
    decay_rates: Floats
    complete: bool
    imbalance: float


def relax(network: AnyNetwork, times: ArrayLike, *, rtol: float = 1e-9) -> Relaxation:
    """The pressures of a network at times [s].

    The linear law is answered exactly: P(t) = exp(-V^-1 L R T t) P(0) by its modes, of a large network by Talbot's contour
    (Weideman 2006: error 1e-14 of the largest pressure). The others are integrated by Radau's method of order 5.

    Parameters
    ----------
    network : AnyNetwork
        n chambers.
    times : (k,) float
        At least 0, in any order [s].
    rtol : float
        Error of a step of the laws that are not linear, 1e-12 to 1e-3 [-].

    Raises
    ------
    InputError
        Wrong times, rates beyond what numbers can hold.
    ConvergenceError
        When the integrator finds no step.
    """
    from tubewall.chambers.linear_network import pieces, rates_of, relax_linear
    from tubewall.chambers.viscous import relax_quadratic

    asked = np.atleast_1d(floats("times", times))
    if asked.ndim != 1 or not asked.size or not (np.isfinite(asked).all() and (asked >= 0).all()):
        raise InputError("times must be at least one time, each finite and at least 0 s")
    if not 1e-12 <= rtol <= 1e-3:
        raise InputError(f"rtol must be 1e-12 to 1e-3, got {rtol:g}")
    start = network.densities()
    curve = _curve(network, start)
    settled = _piecewise(network, start)
    k, q = network.quadratic()
    slopes = np.asarray(curve.slope(settled))
    mean = np.asarray(curve.pressure(settled))
    near = pieces(network, k + 2.0 * q * mean[network.edges[:, 0]], slopes)
    rates, complete = rates_of(near)
    found = relax_linear(network, near, asked) if network.linear else relax_quadratic(network, curve, asked, rtol)
    density, imbalance = _mended(network, start, found)
    return Relaxation(
        times=read_only(asked),
        pressures=read_only(np.asarray(curve.pressure(density), dtype=np.float64)),
        moles=read_only(density * network.volumes),
        decay_rates=read_only(rates),
        complete=complete,
        imbalance=imbalance,
    )


def _curve(network: AnyNetwork, start: Floats) -> Isotherm:
    from tubewall.chambers.equation import isotherm

    return isotherm(network.gas, network.temperature, float(max(start.max(), 1e-300)))


def _piecewise(network: AnyNetwork, density: Floats) -> Floats:
    """The density that each chamber's piece ends at (n,)."""
    count = int(network.labels.max()) + 1
    volume = sums(network.labels, network.volumes, count)
    return np.asarray((sums(network.labels, network.volumes * density, count) / volume)[network.labels])


def _mended(network: AnyNetwork, start: Floats, found: Floats) -> tuple[Floats, float]:
    """Densities (k, n) that hold exactly what there was, and by how much they did not."""
    labels, count = network.labels, int(network.labels.max()) + 1
    before = sums(labels, network.volumes * start, count)
    positive = np.maximum(found, 0.0)
    worst = 0.0
    for row in positive:
        held = sums(labels, network.volumes * row, count)
        full = before > 0
        if full.any():
            worst = max(worst, float(np.abs(held[full] / before[full] - 1.0).max()))
        ratio = np.divide(before, held, out=np.ones(count), where=held > 0)
        row *= ratio[labels]
    return positive, worst


def _edges(edges: ArrayLike, chambers: int) -> Indices:
    found = pairs("AnyNetwork.edges", edges, chambers, "edge")
    own = found[:, 0] == found[:, 1]
    if own.any():
        k = int(np.argmax(own))
        raise InputError(f"AnyNetwork.edges: edge {k} joins chamber {found[k, 0]} with itself")
    return found
