"""Any network against closed forms: rings, hexagons, random graphs, two chambers of every law, real gas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from tubewall.chambers.any_network import AnyNetwork, relax
from tubewall.materials import Gas

R, KELVIN = 8.31446261815324, 298.15
RT = R * KELVIN


def matrix(network: AnyNetwork) -> np.ndarray:
    """V^-1 L R T, entry by entry."""
    n = network.chambers
    laplacian = np.zeros((n, n))
    for (a, b), k in zip(network.edges, network.conductances, strict=True):
        laplacian[a, a] += k
        laplacian[b, b] += k
        laplacian[a, b] -= k
        laplacian[b, a] -= k
    return RT * laplacian / network.volumes[:, None]


def ring(n: int, *, chords: int = 0) -> np.ndarray:
    at = np.arange(n)
    links = [np.stack([at, (at + 1) % n], axis=1)]
    if chords:
        rng = np.random.default_rng(n)
        pairs = rng.integers(0, n, (chords, 2))
        links.append(pairs[pairs[:, 0] != pairs[:, 1]])
    return np.concatenate(links)


def hexagons(rows: int, columns: int) -> np.ndarray:
    at = np.arange(rows * columns)
    i, j = np.divmod(at, columns)
    steps = ((0, 1), (1, 0), (1, -1))
    return np.concatenate([np.stack([at, (i + a) % rows * columns + (j + b) % columns], axis=1) for a, b in steps])


def two_chambers(law: str, volumes: tuple[float, float], slip: float = math.inf) -> AnyNetwork:
    return AnyNetwork(
        volumes=np.array(volumes), edges=np.array([[0, 1]]), conductances=np.array([1e-6 if law != "viscous" else 1e-12]),
        pressures=np.array([5e5, 1e5]), law=law, slip_pressure=slip,
    )  # fmt: skip


def closed_form(network: AnyNetwork, times: np.ndarray) -> np.ndarray:
    """Difference of two chambers under k (p1 - p2) + q (p1^2 - p2^2): a Bernoulli equation.

    p1 + p2 = 2 pm + D (V2 - V1) / (V1 + V2), so dD/dt = -C D (k + q (2 pm + g D)), C = R T (1/V1 + 1/V2).
    """
    (v1, v2), (p1, p2) = network.volumes, network.pressures
    (k,), (q,) = network.quadratic()
    mean, start, lean = (v1 * p1 + v2 * p2) / (v1 + v2), p1 - p2, (v2 - v1) / (v1 + v2)
    c = RT * (1 / v1 + 1 / v2)
    a, b = c * (k + 2 * q * mean), c * q * lean
    fading = np.exp(-a * times)
    return a * fading / (a / start + b * (1.0 - fading))


@pytest.mark.parametrize(
    "edges",
    [ring(7), ring(40, chords=30), hexagons(6, 8), hexagons(12, 12)],
    ids=["a ring", "a random graph", "hexagons", "more hexagons"],
)
def test_the_linear_law_is_the_matrix_exponential(edges):
    rng = np.random.default_rng(3)
    n = int(edges.max()) + 1
    network = AnyNetwork(
        volumes=rng.uniform(1.0, 3.0, n), edges=edges, conductances=rng.lognormal(0.0, 2.0, len(edges)) / RT,
        pressures=rng.uniform(0.0, 1e5, n),
    )  # fmt: skip
    times = np.array([0.0, 0.01, 0.3, 4.0, 60.0])
    found = relax(network, times)
    for time, pressures in zip(times, found.pressures, strict=True):
        assert pressures == pytest.approx(expm(-matrix(network) * time) @ network.pressures, rel=1e-10, abs=1e-6)
    rates = np.sort(np.linalg.eigvals(matrix(network)).real)
    assert found.complete
    assert found.decay_rates[0] == 0.0
    assert found.decay_rates[1:] == pytest.approx(rates[1:], rel=1e-9)
    assert found.imbalance < 1e-12


@pytest.mark.parametrize("n", [601, 5000])
def test_a_ring_of_thousands_decays_as_its_sines(n):
    # eigenvalues of the ring: (k R T / V) 4 sin^2(pi j / n)
    start = np.random.default_rng(0).uniform(0.0, 2.0, n)
    network = AnyNetwork(volumes=np.ones(n), edges=ring(n), conductances=np.full(n, 1.0 / RT), pressures=start)
    rates = 4.0 * np.sin(np.pi * np.arange(n) / n) ** 2
    times = np.array([0.5, 30.0, 1.0 / rates[1]])
    found = relax(network, times)
    for time, pressures in zip(times, found.pressures, strict=True):
        exact = np.fft.ifft(np.fft.fft(start) * np.exp(-rates * time)).real
        assert pressures == pytest.approx(exact, rel=0, abs=1e-12)
    assert not found.complete
    assert found.decay_rates[:6] == pytest.approx(np.sort(rates)[:6], rel=1e-8)
    assert found.imbalance < 1e-12


def test_a_torus_of_squares_decays_as_the_product_of_its_rings():
    # 40 x 25 squares: 4 (sin^2(pi i / 40) + sin^2(pi j / 25))
    rows, columns = 40, 25
    at = np.arange(rows * columns)
    i, j = np.divmod(at, columns)
    edges = np.concatenate(
        [np.stack([at, (i + a) % rows * columns + (j + b) % columns], axis=1) for a, b in ((0, 1), (1, 0))]
    )
    network = AnyNetwork(
        volumes=np.ones(at.size), edges=edges, conductances=np.full(len(edges), 1 / RT), pressures=at * 1.0
    )
    down, along = (4 * np.sin(np.pi * np.arange(count) / count) ** 2 for count in (rows, columns))
    wanted = np.sort(np.add.outer(down, along).ravel())
    assert relax(network, [1.0]).decay_rates == pytest.approx(wanted[:11], rel=1e-8)


def test_rates_twenty_decades_apart_are_all_right():
    # two tight pairs, loosely joined: the slow rate is k R T (1/2 + 1/2) of the two lumps
    network = AnyNetwork(
        volumes=np.ones(4), edges=np.array([[0, 1], [2, 3], [1, 2]]), conductances=np.array([1e6, 1e6, 1e-14]) / RT,
        pressures=np.array([1.0, 2.0, 5.0, 5.0]),
    )  # fmt: skip
    assert relax(network, [1.0]).decay_rates == pytest.approx([0.0, 1e-14, 2e6, 2e6], rel=1e-5, abs=0)


@pytest.mark.parametrize("volumes", [(1.0, 1.0), (1.0, 3.0), (4.0, 0.5)])
@pytest.mark.parametrize(
    ("law", "slip"), [("linear", math.inf), ("viscous", math.inf), ("wall", math.inf), ("wall", 2e5)]
)
def test_two_chambers_follow_the_closed_form_of_every_law(law, slip, volumes):
    network = two_chambers(law, volumes, slip)
    times = np.array([0.0, 1.0, 20.0, 100.0, 500.0, 1000.0])
    found = relax(network, times)
    difference = found.pressures[:, 0] - found.pressures[:, 1]
    assert difference == pytest.approx(closed_form(network, times), rel=1e-7, abs=1e-4)
    assert found.imbalance < 1e-12


def test_viscous_chambers_of_one_volume_decay_with_the_mean_pressure():
    # p1^2 - p2^2 = 2 pm (p1 - p2): rate 4 q pm R T / V
    network = two_chambers("viscous", (1.0, 1.0))
    assert relax(network, [1.0]).decay_rates == pytest.approx([0.0, 4e-12 * 3e5 * RT], rel=1e-12)


def test_a_real_gas_ends_at_the_pressure_of_its_mixed_density():
    gas = Gas(name="argon", law="virial")
    network = AnyNetwork(
        volumes=np.array([1.0, 2.0]), edges=np.array([[0, 1]]), conductances=np.array([1e-6]),
        pressures=np.array([1.5e7, 1e5]), gas=gas,
    )  # fmt: skip
    density = network.densities() @ network.volumes / 3.0
    found = relax(network, [1e6])
    assert found.pressures[0] == pytest.approx(float(gas.pressure(density, KELVIN)), rel=1e-9)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_the_network_nothing_is_lost_negative_or_not_a_number(data):
    n = data.draw(st.integers(1, 7))
    spread = st.floats(-12.0, 12.0).map(lambda x: 10.0**x)
    pair = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda two: two[0] != two[1])
    edges = data.draw(st.lists(pair, max_size=12)) if n > 1 else []
    law, slip = data.draw(st.sampled_from([("linear", math.inf), ("viscous", math.inf), ("wall", 1e5)]))
    network = AnyNetwork(
        volumes=np.array(data.draw(st.lists(spread, min_size=n, max_size=n))), edges=np.array(edges),
        conductances=np.array(data.draw(st.lists(st.just(0.0) | spread, min_size=len(edges), max_size=len(edges)))) / RT,
        pressures=np.array(data.draw(st.lists(st.just(0.0) | st.floats(1e-3, 1e7), min_size=n, max_size=n))),
        law=law, slip_pressure=slip, disconnected=True,
    )  # fmt: skip
    found = relax(network, data.draw(st.lists(st.just(0.0) | spread, min_size=1, max_size=3)))
    assert np.isfinite(found.pressures).all()
    assert (found.pressures >= 0).all()
    assert (found.pressures <= network.pressures.max() * (1 + 1e-9)).all()
    moles = network.pressures * network.volumes / RT
    for row in found.moles:
        for piece in range(int(network.labels.max()) + 1):
            inside = network.labels == piece
            assert row[inside].sum() == pytest.approx(moles[inside].sum(), rel=1e-12, abs=0)
    assert found.imbalance < 1e-9
    assert np.isfinite(found.decay_rates).all()
    assert (found.decay_rates >= 0).all()
