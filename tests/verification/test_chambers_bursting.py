"""Walls that open during a run: closed forms, the rule carried out word by word, moles and bits kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.constants import N_A, R, e
from scipy.optimize import brentq

from tubewall.chambers import Anode, Lattice, Protocol, Scatter, Step, WallStrength, cascade, run
from tubewall.geometry import ChamberGraph
from tubewall.materials import Gas, Lithium

NM = 1e-9
H, AREA, P0, T = 20e-6, 1e-14, 101325.0, 298.15
KAPPA = Lithium().molar_volume / (N_A * e)
HOUR = 3600.0
# so large that no gas pressure is felt: every chamber fills at its own constant rate
VOLTS = 1e5


def graph(count, edges, areas=None):
    edges = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return ChamberGraph(
        kinds=("bore",) * count,
        areas=np.full(count, AREA) if areas is None else np.asarray(areas),
        edges=edges,
        shared_widths=np.full(len(edges), 100 * NM),
        thicknesses=np.full(len(edges), 10 * NM),
        names=tuple(f"chamber {k}" for k in range(count)),
    )


def filling(fills, edges, areas=None, **more):
    """Chambers that fill linearly to ``fills`` in an hour."""
    conductance = np.asarray(fills) * H / HOUR / (KAPPA * VOLTS)
    anode = Anode(array=graph(len(fills), edges, areas), height=H, conductance=conductance, **more)
    return anode, Protocol(steps=(Step(kind="hold", overpotential=VOLTS, duration=HOUR),))


@pytest.mark.parametrize("allowable", [2e4, 1e5, 4e5])
def test_the_wall_of_two_hermetic_chambers_opens_when_boyle_says_and_leaves_all_moles_in_all_volume(allowable):
    a, b = 0.9, 0.8
    anode, protocol = filling([a, b], [(0, 1)])
    found = run(anode, protocol, allowable=allowable, rtol=1e-8)
    share = brentq(lambda s: P0 / (1.0 - a * s) - P0 / (1.0 - b * s) - allowable, 0.0, 1.0, xtol=1e-15)
    assert found.bursts.times == pytest.approx([share * HOUR], rel=1e-7)
    assert found.bursts.differences == pytest.approx([allowable], rel=1e-8)
    assert found.bursts.walls.tolist() == [0]
    assert found.bursts.spaces.tolist() == [0, 0]
    # R T sum n / sum V at the end, although each has its own level
    assert found.fills[-1] == pytest.approx([a, b], rel=1e-7)
    assert found.pressures[-1] == pytest.approx([2.0 * P0 / (2.0 - a - b)] * 2, rel=1e-7)
    assert found.pressures[-1, 0] == found.pressures[-1, 1]
    assert found.moles.sum(axis=1) == pytest.approx(found.moles[0].sum(), rel=1e-13, abs=0)
    assert found.bursts.imbalance < 1e-14


def test_a_wall_that_is_never_overloaded_changes_nothing():
    anode, protocol = filling([0.9, 0.8], [(0, 1)], permeance=1e-15)
    plain, switched = run(anode, protocol), run(anode, protocol, allowable=1e9)
    assert plain.bursts is None
    assert switched.bursts.walls.size == switched.bursts.times.size == 0
    assert (plain.pressures == switched.pressures).all()


def test_walls_that_bear_too_much_at_the_start_open_at_the_start():
    anode, protocol = filling([0.5, 0.5, 0.5], [(0, 1), (1, 2)], initial_pressure=[3e5, 1e5, 1e5])
    found = run(anode, protocol, allowable=[1e5, 1e9])
    assert found.bursts.times.tolist() == [0.0]
    assert found.pressures[0] == pytest.approx([2e5, 2e5, 1e5], rel=1e-12)
    assert found.pressures[-1] == pytest.approx([4e5, 4e5, 2e5], rel=1e-6)


def test_a_chamber_amid_weak_walls_opens_them_one_by_one_in_closed_form():
    # a filling chamber of volume V0 and six of volume v that take no lithium, all at P0 at first: after k bursts its space
    # has P0 (V0 + k v) / (V0 (1 - f) + k v), and the next weakest wall opens at P0 + a, at f = a (V0 + k v) / (V0 (P0 + a))
    v, strength = 0.3, np.array([7e4, 2e4, 5e4, 3e5, 1.2e5, 4e4])
    anode, protocol = filling([0.95] + [0.0] * 6, [(0, k) for k in range(1, 7)], AREA * np.array([1.0] + [v] * 6))
    found = run(anode, protocol, allowable=strength, rtol=1e-8)
    order = np.argsort(strength)
    a, k = strength[order], np.arange(6)
    fill = a * (1.0 + k * v) / (P0 + a)
    opens = fill < 0.95
    assert 3 < opens.sum() < 6
    assert found.bursts.walls.tolist() == order[opens].tolist()
    assert found.bursts.times == pytest.approx(fill[opens] / 0.95 * HOUR, rel=1e-7)
    assert found.bursts.sizes.tolist() == [1] * int(opens.sum())
    count = opens.sum()
    assert found.pressures[-1, 0] == pytest.approx(P0 * (1.0 + count * v) / (0.05 + count * v), rel=1e-6)


def test_a_chain_of_ever_weaker_walls_bursts_in_one_cascade_as_long_as_the_reservoir_bears_on():
    # the first wall opens at P0 + a; with gas volume V at that moment k joined chambers of volume v leave a V / (V + k v)
    many, v = 12, 0.02
    a = 2e5
    strength = a * np.append(1.0, np.full(many - 2, 0.8))
    areas = AREA * np.array([1.0] + [v] * (many - 1))
    edges = [(k, k + 1) for k in range(many - 1)]
    anode, protocol = filling([0.9] + [0.0] * (many - 1), edges, areas)
    found = run(anode, protocol, allowable=strength, rtol=1e-8)
    fill = a / (P0 + a)
    k = np.arange(many - 1)
    borne = a * (1.0 - fill) / (1.0 - fill + k * v)
    size = int(np.argmax(np.append(borne[1:] <= strength[1:], True))) + 1
    # 1 / (1 + k v / V) falls below 0.8
    assert size == int(np.floor(0.25 * (1.0 - fill) / v)) + 1 == 5
    assert found.bursts.sizes[0] == size
    assert found.bursts.times[0] == pytest.approx(fill / 0.9 * HOUR, rel=1e-7)
    assert found.bursts.differences[:size] == pytest.approx(borne[:size], rel=1e-7)
    assert found.bursts.walls.tolist() == list(range(found.bursts.walls.size))
    # a cascade stops at a wall that bears what is left
    assert found.bursts.times.size > 1


def random_case(seed, permeance=0.0):
    """A small lattice whose chambers fill linearly at rates of their own, walls of scattered strength."""
    rng = np.random.default_rng(seed)
    lattice = Lattice(rows=3, columns=4, bore=100 * NM, wall=10 * NM, periodic=bool(seed % 2))
    fills, n = rng.uniform(0.3, 0.95, 12), 12
    edges = lattice.edges
    strength = WallStrength(scale=2e5, modulus=2.0, seed=seed).of(len(edges))
    conductance = fills * H / HOUR / (KAPPA * VOLTS) * lattice.area / lattice.footprint
    anode = Anode(array=lattice, height=H, conductance=conductance, permeance=permeance)
    volume = np.full(n, lattice.area * H)
    return anode, edges, fills, strength, volume


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_hermetic_arrays_burst_as_the_rule_carried_out_word_by_word(seed):
    # hermetic: between bursts every space has P0 (bores) / (gas volume); the next moment is the first root over all walls
    anode, edges, fills, strength, volume = random_case(seed)
    protocol = Protocol(steps=(Step(kind="hold", overpotential=VOLTS, duration=HOUR),))
    found = run(anode, protocol, allowable=strength, rtol=1e-8)
    space, share, walls, sizes, times = np.arange(12), 0.0, [], [], []

    def pressures(s):
        room = volume * (1.0 - fills * s)
        by = [np.bincount(space, x, 12) for x in (P0 * volume, room)]
        return (by[0] / np.where(by[1] > 0, by[1], 1.0))[space]

    def over(s):
        p = pressures(s)
        return np.abs(p[edges[:, 0]] - p[edges[:, 1]]) / strength - 1.0

    while share < 1.0:
        # a fine grid brackets the first crossing of any wall
        grid = np.linspace(share, 1.0, 2000)
        crossed = [s for s in grid if over(s).max() > 1e-7]
        if not crossed:
            break
        low = max((s for s in grid if s < crossed[0]), default=share)
        # just after a burst the next wall may be all but there
        near = over(low).max() > 0.0
        share = low if near else brentq(lambda s: over(s).max(), low, crossed[0], xtol=1e-15)
        times.append(share * HOUR)
        # at its moment the first wall opens, and then the cascade takes its course
        wall = int(np.argmax(over(share)))
        opened = []
        while True:
            a, b = space[edges[wall]]
            space = np.where(space == b, a, space)
            opened.append(wall)
            load = over(share)
            wall = int(np.argmax(load))
            if load[wall] <= 0.0:
                break
        walls += opened
        sizes.append(len(opened))
    assert found.bursts.walls.tolist() == walls
    assert found.bursts.sizes.tolist() == sizes
    assert found.bursts.times == pytest.approx(times, rel=1e-6)
    assert found.pressures[-1] == pytest.approx(pressures(1.0), rel=1e-6)
    assert found.moles[-1].sum() == pytest.approx(found.moles[0].sum(), rel=1e-12, abs=0)
    assert found.balances.moles < 1e-12
    assert found.balances.lithium < 1e-12


@pytest.mark.parametrize("law", ["ideal", "virial"])
def test_permeable_walls_go_on_trading_around_joined_chambers(law):
    # three in a row; the first wall opens, the second goes on letting gas through: the moles integrated by SciPy
    from scipy.integrate import solve_ivp

    gas, permeance, allowable = Gas(name="argon", law=law), 2e-14, 1.2e5
    fills = np.array([0.9, 0.5, 0.7])
    anode, protocol = filling(fills, [(0, 1), (1, 2)], permeance=permeance, gas=gas)
    found = run(anode, protocol, allowable=[allowable, np.inf], rtol=1e-8)
    volume = AREA * H
    dense = float(gas.molar_density(np.array([P0]), T)[0])

    def pressures(t, n, joined):
        room = volume * (1.0 - fills * t / HOUR)
        if joined:
            n, room = np.append(np.full(2, n[:2].sum() / room[:2].sum()), n[2] / room[2]), np.ones(3)
        return gas.pressure(n / room, T)

    def flow(joined):
        def slope(t, n):
            p, low = pressures(t, n, joined), 1.0 - fills * t / HOUR
            ab, bc = (permeance * 100 * NM * H * min(low[k], low[k + 1]) * (p[k] - p[k + 1]) for k in (0, 1))
            return np.array([-ab, ab - bc, bc])

        return slope

    def opens(t, n):
        p = pressures(t, n, False)
        return p[0] - p[1] - allowable

    opens.terminal = True
    exact = dict(method="DOP853", rtol=1e-11, atol=1e-30)
    first = solve_ivp(flow(False), (0.0, HOUR), np.full(3, dense * volume), events=opens, **exact)
    second = solve_ivp(flow(True), (first.t[-1], HOUR), first.y[:, -1], **exact)
    assert found.bursts.times == pytest.approx([first.t[-1]], rel=1e-7)
    assert found.pressures[-1] == pytest.approx(pressures(HOUR, second.y[:, -1], True), rel=3e-7)
    assert found.balances.moles < 1e-12


def test_the_overpotential_answers_the_gas_of_joined_chambers():
    # constant U: with both chambers alike but for their gas, a f' = U - kappa P and P = 2 mean(P0) / (2 (1 - f)) once joined
    volts, siemens = 0.01, 600.0
    anode = Anode(
        array=graph(2, [(0, 1)]), height=H, conductance=siemens, initial_pressure=np.array([3e7, 1e7]), initial_fill=0.1
    )
    found = run(
        anode, Protocol(steps=(Step(kind="hold", overpotential=volts, duration=2000.0),)), allowable=1e6, rtol=1e-8
    )
    a, least = H / (siemens * KAPPA), KAPPA * 2e7 * 0.9 / volts

    def misses(y):
        room = least + np.exp(y)
        return a / volts * ((0.9 - room) - least * (y - np.log(0.9 - least))) - 2000.0

    room = least + np.exp(brentq(misses, -60.0, np.log(0.9 - least), xtol=1e-14))
    assert found.bursts.times.tolist() == [0.0]
    assert 1.0 - found.fills[-1] == pytest.approx([room, room], rel=1e-6)
    assert found.pressures[-1] == pytest.approx([2e7 * 0.9 / room] * 2, rel=1e-6)


@pytest.mark.parametrize(("rows", "columns", "permeance", "scale"), [(7, 5, 1e-14, 5e4), (48, 53, 1e-9, 15.0)])
def test_the_lattice_and_the_same_walls_in_a_list_burst_alike(rows, columns, permeance, scale):
    # the larger one is solved by coarser lattices
    lattice = Lattice(rows=rows, columns=columns, bore=100 * NM, wall=10 * NM)
    same = dict(
        array=lattice, height=H, conductance=600.0, permeance=permeance, scatter=Scatter(deviation=0.05), seed=2
    )
    density = 0.8 * H / KAPPA * lattice.area / lattice.footprint / HOUR
    protocol = Protocol(steps=(Step(kind="current", current_density=density, duration=HOUR),))
    strength = WallStrength(scale=scale, modulus=6.0, seed=4)
    one = run(Anode(**same), protocol, allowable=strength)
    other = run(Anode(**same, initial_pressure=np.full(lattice.chambers, P0)), protocol, allowable=strength)
    assert one.bursts.walls.size > 3
    assert one.bursts.walls.tolist() == other.bursts.walls.tolist()
    assert one.bursts.times == pytest.approx(other.bursts.times, rel=1e-5)
    assert one.pressures[-1] == pytest.approx(other.pressures[-1], rel=1e-7)
    for found in (one, other):
        assert found.balances.moles < 1e-12
        edges = lattice.edges
        left = np.abs(np.diff(found.pressures[-1][edges], axis=1)[:, 0])
        assert (left <= strength.of(len(edges)) * (1.0 + 1e-6)).all()
        inside = found.bursts.spaces[edges[:, 0]] == found.bursts.spaces[edges[:, 1]]
        assert (left[inside] == 0.0).all()
        # what the cascade of one moment would open now: nothing
        volume = lattice.area * H * (1.0 - found.fills[-1])
        assert cascade(edges, found.pressures[-1], volume, 1.000001 * strength.of(len(edges))).opened.size == 0


def test_leaks_and_a_discharge_go_on_through_bursts():
    # a leaky joined space empties as one: n' = -(g0 + g1) R T n / V at fixed volumes, exp(-t / tau)
    leak, outside = np.array([3e-24, 1e-24]), 0.0
    anode = Anode(
        array=graph(2, [(0, 1)]), height=H, conductance=1e-9, initial_pressure=np.array([4e5, 1e5]), leak=leak,
        external_pressure=outside,
    )  # fmt: skip
    found = run(
        anode, Protocol(steps=(Step(kind="rest", duration=100.0),)), allowable=1e5, record=[10.0, 50.0], rtol=1e-8
    )
    rate = leak.sum() * R * T / (2.0 * AREA * H)
    assert found.pressures == pytest.approx(2.5e5 * np.exp(-rate * found.times)[:, None] * np.ones(2), rel=1e-6)
    assert found.leaked + found.moles.sum(axis=1) == pytest.approx(found.moles[0].sum(), rel=1e-12, abs=0)


def test_weibull_walls_have_the_share_below_each_difference_that_weibull_says():
    found = WallStrength(scale=3e5, modulus=6.85, seed=1).of(200_000)
    for x in (1.5e5, 2.5e5, 3e5, 3.5e5):
        share = -np.expm1(-((x / 3e5) ** 6.85))
        assert np.mean(found < x) == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / 200_000))
    assert (WallStrength(scale=3e5, modulus=6.85, seed=1).of(10) == found[:10]).all()


@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), deviation=st.floats(0.05, 1.0))
def test_walls_overloaded_at_the_start_open_as_in_the_cascade_of_one_moment(seed, deviation):
    # the same walls in the same order, to the same pressures, of an ideal and of a virial gas
    rng = np.random.default_rng(seed)
    lattice = Lattice(rows=6, columns=5, bore=100 * NM, wall=10 * NM, periodic=bool(seed % 2))
    gas = Gas(name="nitrogen", law=("ideal", "virial")[seed % 2])
    pressures, fills = P0 * rng.lognormal(0.5, deviation, 30), rng.uniform(0.0, 0.8, 30)
    strength = WallStrength(scale=deviation * P0, modulus=2.0, seed=seed)
    anode = Anode(
        array=lattice, height=H, conductance=600.0, initial_pressure=pressures, initial_fill=fills, gas=gas, seed=seed
    )
    found = run(anode, Protocol(steps=(Step(kind="rest", duration=1e-9),)), allowable=strength)
    volumes = lattice.area * H * (1.0 - fills)
    expected = cascade(lattice.edges, pressures, volumes, strength.of(len(lattice.edges)), gas=gas, temperature=T)
    assert found.bursts.walls.tolist() == expected.opened.tolist()
    assert found.bursts.sizes.tolist() == ([expected.opened.size] if expected.opened.size else [])
    assert found.bursts.spaces.tolist() == expected.clusters.tolist()
    assert found.pressures[0] == pytest.approx(expected.pressures, rel=1e-8)
    assert found.bursts.differences == pytest.approx(expected.differences, rel=1e-8)
