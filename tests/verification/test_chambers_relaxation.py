"""Many chambers of fixed volume against the matrix exponential and the spectra of rings and hexagonal lattices."""

import math

import numpy as np
import pytest
from scipy.linalg import expm

from tubewall.chambers import Filling, Network, decay_rates, linear_filling, pressurise
from tubewall.materials import Gas

R = 8.31446261815324
T = 298.15
W, H, P0 = 100e-9, 20e-6, 101325.0
PERMEANCE = 1e-10
PAIR_RATE = PERMEANCE * R * T / W  # R T G / V of one wall of a square chamber


def ring(count, **more):
    chambers = np.arange(count)
    edges = np.stack([chambers, (chambers + 1) % count], axis=1)
    return Network(
        areas=np.full(count, W * W), height=H, edges=edges, shared_widths=W, permeance=PERMEANCE, temperature=T, **more
    )


def hexagonal_supercell(n, **more):
    """Every chamber with six neighbours at (1, 0), (0, 1) and (1, -1) and back, periodic."""
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    steps = ((1, 0), (0, 1), (1, -1))
    edges = np.concatenate([np.stack([i * n + j, (i + a) % n * n + (j + b) % n], axis=1) for a, b in steps])
    area = math.sqrt(3) / 2 * W * W
    return Network(
        areas=np.full(n * n, area),
        height=H,
        edges=edges,
        shared_widths=W / math.sqrt(3),
        permeance=more.pop("permeance", PERMEANCE),
        temperature=T,
        **more,
    )


def fixed(fill, duration):
    return Filling(times=np.array([0.0, duration]), fill=np.stack([fill, fill]))


@pytest.mark.parametrize("seed", range(4))
def test_random_networks_relax_as_the_matrix_exponential(seed):
    random = np.random.default_rng(seed)
    n = 14
    pairs = np.array([(i, j) for i in range(n) for j in range(i)])
    edges = pairs[random.random(len(pairs)) < 0.3]
    permeance = 10.0 ** random.uniform(-11, -9, len(edges))
    network = Network(
        areas=W * W * random.uniform(0.5, 2.0, n),
        height=H,
        edges=edges,
        shared_widths=W * random.uniform(0.3, 1.0, len(edges)),
        permeance=permeance,
        temperature=T,
        initial_pressure=P0 * random.uniform(0.2, 5.0, n),
        leak=random.uniform(0.0, 1e-23, n) * (random.random(n) < 0.2),
        external_pressure=P0,
    )
    fill = random.uniform(0.0, 0.9, n)
    length = H * (1.0 - fill)
    volume = network.areas * length
    laplacian = np.diag(network.leak)
    for (i, j), width, through in zip(edges, network.shared_widths, permeance, strict=True):
        conductance = through * width * min(length[i], length[j])
        laplacian[[i, j], [i, j]] += conductance
        laplacian[[i, j], [j, i]] -= conductance
    times = np.array([0.0, 0.01, 0.1, 1.0, 3.0])
    found = pressurise(network, fixed(fill, 3.0), times=times)
    # dP/dt = -R T V^-1 (L P - leak P_ext), so P - P_ext decays by the exponential (L 1 = leak)
    above = network.initial_pressure - P0
    exact = np.stack([P0 + expm(-R * T * laplacian / volume[:, np.newaxis] * t) @ above for t in times])
    assert found.gas == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("count", [3, 8, 24, 60])
def test_the_slowest_rate_of_a_ring_is_two_minus_two_cosines(count):
    rate = PAIR_RATE * (2.0 - 2.0 * math.cos(2.0 * math.pi / count))
    spectrum = decay_rates(ring(count), 0.3)
    assert spectrum[0] == pytest.approx(0.0, abs=1e-12 * PAIR_RATE)
    assert spectrum[1] == pytest.approx(rate, rel=1e-9)
    wave = 1.0 + 0.5 * np.cos(2.0 * np.pi * np.arange(count) / count)
    found = pressurise(ring(count, initial_pressure=P0 * wave), fixed(np.full(count, 0.3), 2.0 / rate))
    measured = math.log((found.gas[0, 0] - P0) / (found.gas[1, 0] - P0)) / (2.0 / rate)
    assert measured == pytest.approx(rate, rel=1e-4)


def test_the_slowest_rate_of_long_rings_goes_with_the_inverse_square_of_their_length():
    counts = np.array([50, 100, 200])
    rates = np.array([decay_rates(ring(n), 0.0)[1] for n in counts])
    orders = np.log2(rates[:-1] / rates[1:])
    assert np.all(np.abs(orders - 2.0) < 2e-3), f"orders {orders}"
    assert rates[-1] * counts[-1] ** 2 == pytest.approx(PAIR_RATE * 4.0 * math.pi**2, rel=1e-3)


def test_a_hexagonal_supercell_has_the_spectrum_of_its_waves():
    # every wall carries R T G / V = permeance R T (W/sqrt 3) / (W^2 sqrt(3)/2) = (2/3) permeance R T / W
    n = 6
    g = 2.0 / 3.0 * PAIR_RATE
    k = 2.0 * np.pi * np.arange(n) / n
    k1, k2 = np.meshgrid(k, k)
    waves = 2.0 * g * (3.0 - np.cos(k1) - np.cos(k2) - np.cos(k1 - k2))
    assert decay_rates(hexagonal_supercell(n), 0.5) == pytest.approx(np.sort(waves.ravel()), rel=1e-9, abs=1e-9 * g)


def test_one_wave_in_a_hexagonal_supercell_decays_at_its_rate():
    n = 6
    g = 2.0 / 3.0 * PAIR_RATE
    i = np.repeat(np.arange(n), n)
    wave = np.cos(2.0 * np.pi * i / n)
    rate = 2.0 * g * (2.0 - 2.0 * math.cos(2.0 * math.pi / n))
    network = hexagonal_supercell(n, initial_pressure=P0 * (1.0 + 0.5 * wave))
    found = pressurise(network, fixed(np.full(n * n, 0.5), 2.0 / rate))
    assert found.final == pytest.approx(P0 * (1.0 + 0.5 * math.exp(-2.0) * wave), rel=1e-9)


def test_a_chamber_amid_many_relaxes_first_with_the_bath_time():
    # the initial rate of one raised chamber is its whole perimeter over its area: W / (4 permeance R T)
    n = 9
    pressure = np.full(n * n, P0)
    pressure[0] *= 2.0
    short = 1e-4 * W / (4.0 * PERMEANCE * R * T)
    found = pressurise(hexagonal_supercell(n, initial_pressure=pressure), fixed(np.zeros(n * n), short), rtol=1e-11)
    assert (found.gas[0, 0] - found.gas[1, 0]) / P0 == pytest.approx(1e-4, rel=1e-3)


def test_renumbering_the_chambers_renumbers_their_pressures():
    random = np.random.default_rng(5)
    network = hexagonal_supercell(5, permeance=2.5e-14)
    fill = random.uniform(0.6, 0.95, 25)
    order = random.permutation(25)  # the chamber order[k] gets the number k
    where = np.argsort(order)
    renumbered = Network(
        areas=network.areas,
        height=H,
        edges=where[network.edges],
        shared_widths=network.shared_widths,
        permeance=network.permeance,
        temperature=T,
    )
    one = pressurise(network, linear_filling(3600.0, fill)).final
    other = pressurise(renumbered, linear_filling(3600.0, fill[order])).final
    assert other == pytest.approx(one[order], rel=1e-9)


def test_perfectly_open_walls_make_one_chamber_of_two():
    fills = np.array([0.9, 0.9, 0.7])
    split = Network(
        areas=W * W * np.array([1.0, 2.0, 1.0]),
        height=H,
        edges=np.array([[0, 1], [1, 2]]),
        shared_widths=W,
        permeance=np.array([math.inf, 1e-13]),
        temperature=T,
    )
    joined = Network(
        areas=W * W * np.array([3.0, 1.0]),
        height=H,
        edges=np.array([[0, 1]]),
        shared_widths=W,
        permeance=1e-13,
        temperature=T,
    )
    one = pressurise(split, linear_filling(3600.0, fills)).final
    two = pressurise(joined, linear_filling(3600.0, fills[1:])).final
    assert one == pytest.approx(two[[0, 0, 1]], rel=1e-9)


@pytest.mark.parametrize("stiff", [1e-3, 1.0, 1e6])
def test_a_very_permeable_wall_beside_a_tight_one_reaches_the_perfectly_open_one(stiff):
    def final(permeance):
        network = Network(
            areas=np.full(4, W * W),
            height=H,
            edges=np.array([[0, 1], [1, 2], [2, 3]]),
            shared_widths=W,
            permeance=np.array([permeance, 1e-14, permeance]),
            temperature=T,
        )
        return pressurise(network, linear_filling(3600.0, [0.95, 0.9, 0.7, 0.5])).final

    assert final(stiff) == pytest.approx(final(math.inf), rel=3e-9)


@pytest.mark.parametrize("law", ["virial", "coolprop"])
def test_a_real_gas_keeps_its_moles_and_obeys_its_own_law_at_both_limits(law):
    gas = Gas(name="argon", law=law)
    fills = np.array([0.99, 0.95])
    start = gas.molar_density(P0, T)
    for permeance, density in ((0.0, start / (1.0 - fills)), (math.inf, np.full(2, 2.0 * start / (1.0 - fills).sum()))):
        network = Network(
            areas=np.full(2, W * W),
            height=H,
            edges=np.array([[0, 1]]),
            shared_widths=W,
            permeance=permeance,
            temperature=T,
            gas=gas,
        )
        found = pressurise(network, linear_filling(3600.0, fills))
        assert found.final == pytest.approx(gas.pressure(density, T), rel=1e-9)


def test_a_virial_gas_exchanges_as_an_independent_integration_of_the_moles_says():
    from scipy.integrate import solve_ivp

    gas = Gas(name="argon", law="virial")
    permeance, fills = 1e-13, np.array([0.99, 0.95])
    network = Network(
        areas=np.full(2, W * W),
        height=H,
        edges=np.array([[0, 1]]),
        shared_widths=W,
        permeance=permeance,
        temperature=T,
        gas=gas,
    )
    unit = P0 * W * W * H / (R * T)

    def slope(t, moles):
        length = H * (1.0 - fills * t / 3600.0)
        pressure = gas.pressure(moles * unit / (W * W * length), T)
        flow = permeance * W * length.min() * (pressure[0] - pressure[1]) / unit
        return [-flow, flow]

    start = np.full(2, float(gas.molar_density(P0, T)) * W * W * H / unit)
    exact = solve_ivp(slope, (0.0, 3600.0), start, method="Radau", rtol=1e-11, atol=1e-13).y[:, -1]
    found = pressurise(network, linear_filling(3600.0, fills))
    assert found.moles[-1] / unit == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("pattern", ["one chamber different", "every chamber different"])
@pytest.mark.parametrize("permeance", [1e-16, 1e-14, 1e-12])
def test_the_error_stays_within_the_tolerance_asked_for_however_few_chambers_differ(pattern, permeance):
    n = 12
    fill = np.random.default_rng(2).uniform(0.8, 0.9, n * n)
    if pattern == "one chamber different":
        fill[:] = 0.8
        fill[0] = 0.9
    network, filling = hexagonal_supercell(n, permeance=permeance), linear_filling(3600.0, fill)
    exact = pressurise(network, filling, rtol=1e-11).final
    for rtol in (1e-4, 1e-6, 1e-8):
        assert pressurise(network, filling, rtol=rtol).final == pytest.approx(exact, rel=rtol)
