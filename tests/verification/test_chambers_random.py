"""Whatever the network: finite, never negative, moles conserved, and no more pressure than compression explains."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tubewall.chambers import Filling, Network, Pinhole, crossover_permeance, linear_filling, pressurise

W, H, P0 = 100e-9, 20e-6, 101325.0

fractions = st.floats(0.0, 0.995)
conductances = st.one_of(st.just(0.0), st.just(math.inf), st.floats(-24.0, 4.0).map(lambda x: 10.0**x))
leaks = st.one_of(st.just(0.0), st.just(0.0), st.just(math.inf), st.floats(-34.0, -14.0).map(lambda x: 10.0**x))


@st.composite
def cases(draw, leaking):
    n = draw(st.integers(1, 7))
    m = draw(st.integers(0, 10))
    chamber = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(chamber, chamber), min_size=m, max_size=m))
    holes = draw(st.lists(st.tuples(st.integers(0, m - 1), leaks, st.floats(0.0, 1.0)), max_size=2)) if m else []
    network = Network(
        areas=W * W * np.array(draw(st.lists(st.floats(0.1, 10.0), min_size=n, max_size=n))),
        height=H,
        edges=np.array(edges, dtype=np.int64).reshape(-1, 2),
        shared_widths=W,
        permeance=np.array(draw(st.lists(conductances, min_size=m, max_size=m))),
        initial_pressure=P0 * np.array(draw(st.lists(st.floats(0.01, 30.0), min_size=n, max_size=n))),
        leak=np.array(draw(st.lists(leaks, min_size=n, max_size=n))) if leaking else 0.0,
        external_pressure=draw(st.sampled_from([0.0, 1.0, P0, 20.0 * P0])),
        pinholes=tuple(Pinhole(edge=e, conductance=c, height=z * H) for e, c, z in holes),
    )
    knots = draw(st.integers(2, 4))
    steps = draw(st.lists(st.floats(-6.0, 6.0).map(lambda x: 10.0**x), min_size=knots - 1, max_size=knots - 1))
    fill = draw(st.lists(st.lists(fractions, min_size=n, max_size=n), min_size=knots, max_size=knots))
    return network, Filling(times=np.concatenate([[0.0], np.cumsum(steps)]), fill=np.array(fill))


def check(network, filling):
    times = np.unique(np.concatenate([filling.times, np.linspace(0.0, filling.times[-1], 9)]))
    found = pressurise(network, filling, rtol=1e-7, times=times)
    for values in (found.gas, found.moles, found.leaked):
        assert np.isfinite(values).all()
    assert (found.gas >= 0).all()
    assert (found.moles >= 0).all()
    total = found.moles.sum(axis=1) + found.leaked
    size = found.moles.sum(axis=1).max() + np.abs(found.leaked).max()
    assert np.abs(total - total[0]).max() <= 1e-12 * size
    assert found.imbalance <= 1e-12
    return found


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(leaking=False))
def test_closed_networks_stay_finite_positive_conserved_and_within_compression(case):
    network, filling = case
    found = check(network, filling)
    assert np.abs(found.leaked).max() == 0.0
    # the largest pressure cannot grow faster, nor the smallest sink faster, than the chamber that moves most
    room = 1.0 - filling.fill
    high, low = network.initial_pressure.max(), network.initial_pressure.min()
    for before, after in pairwise(room):
        high, low = high * (before / after).max(), low * (before / after).min()
        at = filling.times[1:][(room[1:] == after).all(axis=1)]
        here = found.gas[np.isin(found.times, at)]
        assert (here <= high * (1 + 1e-6)).all() or len(at) > 1
        assert (here >= low * (1 - 1e-6)).all() or len(at) > 1


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases(leaking=True))
def test_leaking_networks_stay_finite_positive_and_account_for_every_mole(case):
    check(*case)


def hexagonal_patch(permeance, n=5):
    i, j = (a.ravel() for a in np.meshgrid(np.arange(n), np.arange(n), indexing="ij"))
    steps = ((1, 0), (0, 1), (1, -1))
    edges = np.concatenate([np.stack([i * n + j, (i + a) % n * n + (j + b) % n], axis=1) for a, b in steps])
    return Network(
        areas=np.full(n * n, math.sqrt(3) / 2 * W * W),
        height=H,
        edges=edges,
        shared_widths=W / math.sqrt(3),
        permeance=permeance,
    )


def test_the_difference_falls_steadily_with_permeance_and_halves_about_where_the_regime_number_is_one():
    fill = np.full(25, 0.8)
    fill[0] = 0.9
    crossing = crossover_permeance(bore=W, fill=0.9, fill_rate=0.9 / 3600.0)
    permeances = crossing * np.logspace(-6, 6, 49)
    differences = []
    for permeance in (0.0, *permeances, math.inf):
        found = pressurise(hexagonal_patch(permeance), linear_filling(3600.0, fill), rtol=1e-7)
        differences.append(np.abs(found.differences[-1]).max())
    assert np.all(np.diff(differences) < 0), f"differences {differences}"
    assert differences[-1] == pytest.approx(0.0, abs=1e-6)
    half = np.interp(-0.5 * differences[0], -np.array(differences[1:-1]), np.log(permeances / crossing))
    assert 1.0 / 4.0 < math.exp(half) < 2.0, f"the difference is halved at {math.exp(half)} of the crossover"
    # far beyond either side it is within a per cent of its limit, and inversely proportional to the permeance
    assert differences[1] == pytest.approx(differences[0], rel=1e-5)
    assert differences[-2] * permeances[-1] == pytest.approx(differences[-6] * permeances[-5], rel=1e-3)
