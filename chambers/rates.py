"""How fast neighbours equalise, against how fast lithium compresses them: hermetic or permeable?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.chambers.check import each, floats, number
from tubewall.chambers.equation import isotherm
from tubewall.errors import InputError, unknown_name
from tubewall.materials.constants import GAS_CONSTANT, ROOM_TEMPERATURE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tubewall.chambers.network import Network

# W / (tau permeance R T): the sum of the two chambers' (or the one chamber's) wall length over area, times W
_EXCHANGE: Final = {"square": 2.0, "hexagon": 4.0 / 3.0, "bath": 4.0}


def equalisation_time(
    *,
    bore: float,
    permeance: float,
    temperature: float = ROOM_TEMPERATURE,
    between: Literal["square", "hexagon", "bath"] = "hexagon",
) -> float:
    """Time constant with which a pressure difference dies out [s]; inf for a hermetic wall, 0 for perfect mixing.

    Wall area and gas volume both go with the gas length, so that neither height nor fill matters (physics page 3.4).

    Parameters
    ----------
    bore : float
        W, across flats [m].
    permeance : float
        Of the wall, 0 to inf [mol/(m2 s Pa)].
    temperature : float
        [K].
    between : {"square", "hexagon", "bath"}
        Two square chambers, W / (2 permeance R T); two hexagonal ones that share one side, 1.5 W / (2 permeance R T);
        one chamber of either kind (or a circle) and a bath of neighbours on all sides, W / (4 permeance R T).
    """
    if between not in _EXCHANGE:
        raise unknown_name("equalisation", str(between), _EXCHANGE)
    width = number("equalisation_time: bore", bore, "m", above=0.0)
    through = _permeance("equalisation_time: permeance", permeance)
    kelvin = number("equalisation_time: temperature", temperature, "K", above=0.0)
    speed = _EXCHANGE[between] * through * GAS_CONSTANT * kelvin
    return width / speed if speed > 0 else math.inf


def regime_number(
    *,
    bore: float,
    permeance: float,
    fill: float,
    fill_rate: float,
    temperature: float = ROOM_TEMPERATURE,
) -> float:
    """Rate of equalisation with the neighbours over rate of compression, Lambda [-].

    Lambda = [4 permeance R T / W] (1 - fill) / fill_rate (physics page 3.5): far below 1 the chambers are hermetic,
    far above 1 they share one pressure. inf where nothing is filled.

    Parameters
    ----------
    bore, permeance, temperature
        As in `equalisation_time`.
    fill : float
        0 <= fill < 1 [-].
    fill_rate : float
        Change of the fill per second; its sign does not matter [1/s].
    """
    compression = abs(number("regime_number: fill_rate", fill_rate, "1/s")) / (1.0 - _fill("regime_number", fill))
    time = equalisation_time(bore=bore, permeance=permeance, temperature=temperature, between="bath")
    if compression == 0 or time == 0:
        return math.inf
    return 1.0 / (time * compression)


def crossover_permeance(*, bore: float, fill: float, fill_rate: float, temperature: float = ROOM_TEMPERATURE) -> float:
    """Permeance at which the regime number is 1: below it a wall is hermetic, above it permeable [mol/(m2 s Pa)]."""
    width = number("crossover_permeance: bore", bore, "m", above=0.0)
    kelvin = number("crossover_permeance: temperature", temperature, "K", above=0.0)
    rate = abs(number("crossover_permeance: fill_rate", fill_rate, "1/s"))
    return width * rate / (4.0 * GAS_CONSTANT * kelvin * (1.0 - _fill("crossover_permeance", fill)))


def quasi_steady_difference(
    *, pressure: float, equalisation_time: float, compression_rates: tuple[float, float]
) -> float:
    """Pressure difference of two chambers once compression and exchange balance [Pa].

    P tau (e_1 - e_2) with e = -dV/dt / V; its relative error goes to 0 as 1 over the regime number (physics page 3.5).

    Parameters
    ----------
    pressure : float
        Mixed pressure of the two [Pa].
    equalisation_time : float
        Of the two as they stand, ``1 / decay_rates(network, fill)[1]`` [s].
    compression_rates : (float, float)
        Relative loss of gas volume per second; fill_rate / (1 - fill) [1/s].
    """
    return pressure * equalisation_time * (compression_rates[0] - compression_rates[1])


def decay_rates(network: Network, fill: ArrayLike) -> NDArray[np.float64]:
    """Rates with which the pressures of chambers of fixed volume relax, ascending (n,) [1/s].

    Eigenvalues of dP/dc V^-1/2 (L_G + leak) V^-1/2, L_G the graph Laplacian of the wall conductances; R T for dP/dc
    when the gas is ideal, otherwise its value at the mean initial pressure. The smallest is 0 where nothing leaks.

    Raises
    ------
    InputError
        When a wall or a leak is perfectly open: its rate is infinite.
    """
    filled = np.broadcast_to(floats("decay_rates: fill", fill), (network.chambers,))
    for value in filled:
        _fill("decay_rates", float(value))
    conductance = network.conductances(filled)
    if np.isinf(conductance).any() or np.isinf(network.leak).any():
        raise InputError("decay_rates needs finite permeances and leaks: a perfectly open wall equalises at once")
    density = network.gas.molar_density(np.array([network.initial_pressure.mean()]), network.temperature)
    slope = float(isotherm(network.gas, network.temperature, 2.0 * float(density[0])).slope(density)[0])
    n = network.chambers
    laplacian = np.zeros((n, n))
    first, second = network.edges.T
    np.add.at(laplacian, (first, second), -conductance)
    np.add.at(laplacian, (second, first), -conductance)
    np.fill_diagonal(laplacian, 0.0)
    np.fill_diagonal(laplacian, network.leak - laplacian.sum(axis=1))
    root = 1.0 / np.sqrt(network.areas * network.gas_length(filled))
    rates = np.linalg.eigvalsh(slope * root[:, np.newaxis] * laplacian * root)
    return np.asarray(np.maximum(rates, 0.0), dtype=np.float64)


def _permeance(name: str, value: float) -> float:
    return float(each(name, value, 1, "mol/(m2 s Pa)", infinite=True)[0])


def _fill(name: str, value: float) -> float:
    fill = number(f"{name}: fill", value, "(a fraction)")
    if not 0.0 <= fill < 1.0:
        raise InputError(f"{name}: fill must be at least 0 and below 1, got {fill:g}")
    return fill
