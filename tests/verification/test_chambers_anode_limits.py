"""The whole anode at its limits: golden values, other gases, temperature, pinholes at rest, random graphs, scattered walls."""

import math

import numpy as np
import pytest
from scipy.constants import N_A, R, e
from scipy.linalg import expm

from tubewall.chambers import Anode, Lattice, Pinhole, Protocol, Scatter, Step, run
from tubewall.chambers.engine_state import population
from tubewall.errors import MissingDependencyError
from tubewall.geometry import ChamberGraph
from tubewall.materials import Gas, Lithium
from tubewall.materials.permeance import activated

NM = 1e-9
H, AREA, P0, T = 20e-6, 1e-14, 101325.0, 298.15
KAPPA = Lithium().molar_volume / (N_A * e)
HOUR = 3600.0
VOLTS = 1e5


def graph(count, edges, widths=100 * NM):
    edges = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return ChamberGraph(
        kinds=("bore",) * count,
        areas=np.full(count, AREA),
        edges=edges,
        shared_widths=np.broadcast_to(widths, (len(edges),)),
        thicknesses=np.full(len(edges), 10 * NM),
        names=tuple(f"chamber {k}" for k in range(count)),
    )


def filling(fills, edges, **more):
    """So large an overpotential that every chamber fills at a constant rate, in an hour."""
    conductance = np.asarray(fills) * H / HOUR / (KAPPA * VOLTS)
    anode = Anode(array=graph(len(fills), edges), height=H, conductance=conductance, **more)
    return anode, Protocol(steps=(Step(kind="hold", overpotential=VOLTS, duration=HOUR),))


def resting(pressures, edges, seconds, **more):
    """Fixed volumes: through so small conductances no lithium moves."""
    anode = Anode(array=graph(len(pressures), edges), height=H, conductance=1e-9, initial_pressure=pressures, **more)
    return anode, Protocol(steps=(Step(kind="rest", duration=seconds),))


@pytest.mark.parametrize(
    ("permeance", "first", "second"),
    [
        (0.0, 1013250.0, 506625.0),
        (1e-15, 1002232.8, 512133.6),
        (1e-14, 930820.2, 547839.9),
        (1e-12, 690898.1, 667801.0),
        (1e-9, 675516.8, 675491.6),
        (math.inf, 675500.0, 675500.0),
    ],
)
def test_the_golden_pressures_of_two_chambers_are_met(permeance, first, second):
    # physics page 3.5, computed with another program, given to 0.1 Pa
    anode, protocol = filling([0.9, 0.8], [(0, 1)], permeance=permeance)
    found = run(anode, protocol, rtol=1e-9).pressures[-1]
    assert found == pytest.approx([first, second], rel=0, abs=0.06)


@pytest.mark.parametrize(
    ("name", "celsius", "z"),
    [
        ("argon", 25.0, 0.9539),
        ("argon", 55.0, 0.9766),
        ("nitrogen", 25.0, 1.0041),
        ("nitrogen", 55.0, 1.0193),
        ("helium", 25.0, 1.0472),
        ("helium", 55.0, 1.0425),
    ],
)
def test_hermetic_chambers_of_every_gas_end_at_its_real_compressibility(name, celsius, z):
    # physics page 3.1: Z at 100 bar; the fill that leaves the moles of 1 bar the room they have at 100 bar
    try:
        gas = Gas(name=name, law="coolprop")
    except MissingDependencyError:
        pytest.skip("CoolProp is not there")
    kelvin, high = 273.15 + celsius, 1e7
    start = float(gas.molar_density(np.array([1e5]), kelvin)[0])
    fill = 1.0 - start / (high / (z * R * kelvin))
    anode, protocol = filling([fill], [], gas=gas, temperature=kelvin, initial_pressure=1e5)
    found = run(anode, protocol, rtol=1e-8)
    # Z is given to half a unit of its fourth digit; where the gas is stiff the pressure answers a little more
    assert found.pressures[-1, 0] == pytest.approx(high, rel=1.1e-4)


def test_permeance_that_rises_with_temperature_speeds_the_exchange_as_arrhenius_says():
    # physics page 3.3: E_P = 2.84 kcal/mol for argon in nanoporous carbon, x 1.55 from 25 to 55 C
    energy, rates = 2.84 * 4184.0, []
    for kelvin in (298.15, 328.15):
        permeance = activated(prefactor=1e-11, diffusion_energy=energy, temperature=kelvin)
        anode, protocol = resting(np.array([2e5, 1e5]), [(0, 1)], 50.0, permeance=permeance, temperature=kelvin)
        found = run(anode, protocol, rtol=1e-8).pressures
        rates.append(-math.log((found[-1, 0] - found[-1, 1]) / 1e5) / 50.0)
        assert rates[-1] == pytest.approx(2.0 * permeance * R * kelvin / (100 * NM), rel=1e-6)
    assert rates[1] / rates[0] == pytest.approx(1.55 * 328.15 / 298.15, rel=3e-3)


def test_a_pinhole_at_rest_relaxes_exponentially_from_the_first_moment_on():
    # n1 - n2 decays with 2 g R T / V
    g = 2e-24
    hole = Pinhole(edge=0, conductance=g, height=0.9 * H)
    anode, protocol = resting(np.array([3e5, 1e5]), [(0, 1)], 60.0, pinholes=(hole,))
    found = run(anode, protocol, record=[0.5, 5.0], rtol=1e-8)
    decay = np.exp(-2.0 * g * R * T / (AREA * H) * found.times)
    assert 0.01 < decay[-1] < 0.9
    assert found.pressures == pytest.approx(2e5 + 1e5 * decay[:, None] * np.array([1.0, -1.0]), rel=1e-7)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_graphs_at_rest_are_the_matrix_exponential(seed):
    # n' = -L_G R T V^-1 n with the conductances of each wall, some of them nil
    rng = np.random.default_rng(seed)
    count, edges = 14, []
    while len(edges) < 24:
        a, b = rng.integers(0, 14, 2)
        if a != b and (b, a) not in edges and (a, b) not in edges:
            edges.append((int(a), int(b)))
    permeance = 10.0 ** rng.uniform(-15, -12, 24)
    permeance[::7] = 0.0
    pressure = rng.uniform(0.5e5, 5e5, count)
    anode, protocol = resting(pressure, edges, 500.0, permeance=permeance)
    found = run(anode, protocol, record=[1.0, 60.0], rtol=1e-8)
    laplacian = np.zeros((count, count))
    for (a, b), p in zip(edges, permeance, strict=True):
        g = p * 100 * NM * H
        laplacian[[a, b], [a, b]] += g
        laplacian[[a, b], [b, a]] -= g
    for time, ours in zip(found.times, found.pressures, strict=True):
        assert ours == pytest.approx(expm(-laplacian * R * T / (AREA * H) * time) @ pressure, rel=1e-6)


def test_walls_scattered_in_thickness_have_the_permeances_of_their_law():
    # lognormal with the mean 1 and the deviation asked for; the inverse of a lognormal thickness is lognormal too
    lattice = Lattice(rows=150, columns=150, bore=100 * NM, wall=10 * NM)
    anode = Anode(array=lattice, height=H, conductance=600.0, permeance=1e-12, wall_scatter=0.3, seed=5)
    width = population(anode).exchange.walls.width / (1e-12 * lattice.shared_width * H)
    assert width.size == 6 * lattice.chambers
    assert width.mean() == pytest.approx(1.0, abs=4 * 0.3 / math.sqrt(3 * lattice.chambers))
    assert width.std() == pytest.approx(0.3, rel=0.02)
    assert np.log(width).std() == pytest.approx(math.sqrt(math.log1p(0.09)), rel=0.01)


def test_alike_neighbours_bear_less_than_strangers_with_the_same_scatter():
    # hermetic: dP = dP/df df; correlated over c pitches neighbours differ by about 1/c of what strangers do
    lattice = Lattice(rows=60, columns=60, bore=100 * NM, wall=10 * NM)
    density = 0.6 * H / KAPPA * lattice.area / lattice.footprint / HOUR
    protocol = Protocol(steps=(Step(kind="current", current_density=density, duration=HOUR),))
    spread, differences = [], []
    for correlation in (0.0, 10.0):
        scatter = Scatter(deviation=0.03, correlation=correlation)
        found = run(Anode(array=lattice, height=H, conductance=600.0, scatter=scatter, seed=3), protocol)
        spread.append(found.pressure.deviation[-1])
        differences.append(found.difference.mean[-1])
    assert spread[1] == pytest.approx(spread[0], rel=0.4)
    # strangers: mean |a - b| = 2 sd / sqrt(pi)
    assert differences[0] == pytest.approx(2.0 * spread[0] / math.sqrt(math.pi), rel=0.05)
    assert differences[1] < 0.25 * differences[0]
