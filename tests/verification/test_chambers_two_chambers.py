"""Two chambers against closed forms and the golden numbers of the physics page, section 3.5."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from tubewall.chambers import (
    Filling,
    Network,
    Pinhole,
    decay_rates,
    equalisation_time,
    leak_conductance,
    linear_filling,
    pressurise,
    quasi_steady_difference,
)

R = 8.31446261815324
T = 298.15
W, H, P0, HOUR = 100e-9, 20e-6, 101325.0, 3600.0


def square_pair(permeance, **more):
    """Two square chambers with one wall in common."""
    return Network(
        areas=np.array([W * W, W * W]),
        height=H,
        edges=np.array([[0, 1]]),
        shared_widths=W,
        permeance=permeance,
        temperature=T,
        **more,
    )


# fills 0.90 / 0.80 in an hour; value and half a unit of the last digit shown
GOLDEN = [
    (0.0, 1013250.0, 506625.0, 506625.0, 0.5, 0.5),
    (1e-15, 1002232.8, 512133.6, 4.901e5, 0.05, 50.0),
    (1e-14, 930820.2, 547839.9, 3.830e5, 0.05, 50.0),
    (1e-12, 690898.1, 667801.0, 2.310e4, 0.05, 5.0),
    (1e-9, 675516.8, 675491.6, 25.23, 0.05, 0.005),
    (math.inf, 675500.0, 675500.0, 0.0, 0.5, 1e-6),
]


@pytest.mark.parametrize(("permeance", "first", "second", "difference", "digit", "difference_digit"), GOLDEN)
def test_the_golden_pressures_are_met_to_every_digit_shown(
    permeance, first, second, difference, digit, difference_digit
):
    found = pressurise(square_pair(permeance), linear_filling(HOUR, [0.90, 0.80]))
    assert found.final[0] == pytest.approx(first, abs=1.01 * digit)
    assert found.final[1] == pytest.approx(second, abs=1.01 * digit)
    assert found.differences[-1, 0] == pytest.approx(difference, abs=1.01 * difference_digit)


@pytest.mark.parametrize(
    ("permeance", "difference", "digit"),
    [(0.0, 1013250.0, 0.5), (1e-15, 9.905e5, 50.0), (1e-14, 8.370e5, 50.0), (1e-12, 8.476e4, 5.0), (1e-9, 100.9, 0.05)],
)
def test_the_golden_differences_of_the_fuller_pair_are_met(permeance, difference, digit):
    found = pressurise(square_pair(permeance), linear_filling(HOUR, [0.95, 0.90]))
    assert found.differences[-1, 0] == pytest.approx(difference, abs=1.01 * digit)


def test_the_perfectly_mixed_fuller_pair_has_its_golden_mean():
    found = pressurise(square_pair(math.inf), linear_filling(HOUR, [0.95, 0.90]))
    assert found.final == pytest.approx([1351000.0, 1351000.0], rel=1e-12)


def test_a_hermetic_chamber_follows_boyle_at_every_moment():
    times = np.linspace(0.0, HOUR, 7)
    filling = linear_filling(HOUR, [0.90, 0.80])
    found = pressurise(square_pair(0.0), filling, times=times)
    assert found.gas == pytest.approx(P0 / (1.0 - filling.at(times)), rel=1e-13)


def test_perfect_mixing_gives_all_moles_over_all_volume():
    times = np.linspace(0.0, HOUR, 7)
    filling = linear_filling(HOUR, [0.90, 0.80])
    found = pressurise(square_pair(math.inf), filling, times=times)
    mixed = P0 * 2.0 / (1.0 - filling.at(times)).sum(axis=1)
    assert found.gas == pytest.approx(np.stack([mixed, mixed], axis=1), rel=1e-13)


@pytest.mark.parametrize(("permeance", "limit"), [(1e-20, 0.0), (1e-6, math.inf), (1.0, math.inf)])
def test_small_and_large_permeances_reach_their_limits_to_a_millionth(permeance, limit):
    filling = linear_filling(HOUR, [0.90, 0.80])
    near, there = (pressurise(square_pair(value), filling).final for value in (permeance, limit))
    assert near == pytest.approx(there, rel=1e-6)


def exact_pair(permeance, first_fill, second_fill, time):
    """Moles of the fuller chamber by the integrating factor, n' = -a n + b N, in units of its first content.

    With l the gas lengths and k = permeance R T / W: a = k (1 + l1/l2), b = k l1/l2, l1 < l2.
    """
    k = permeance * R * T / W
    r1, r2 = first_fill / HOUR, second_fill / HOUR

    def ratio(t):
        return (1.0 - r1 * t) / (1.0 - r2 * t)

    def exponent(t):  # the integral of a, by partial fractions
        return k * (t + (r1 / r2) * t - (1.0 - r1 / r2) / r2 * math.log1p(-r2 * t))

    end = exponent(time)
    gained, _ = quad(
        lambda t: 2.0 * k * ratio(t) * math.exp(exponent(t) - end), 0.0, time, epsabs=0, epsrel=1e-12, limit=400
    )
    return math.exp(-end) + gained


@pytest.mark.parametrize("permeance", [1e-18, 1e-16, 1e-15, 2.5e-14, 1e-13, 1e-12])
def test_any_permeance_agrees_with_the_integrating_factor(permeance):
    times = np.array([600.0, 1800.0, 3000.0, HOUR])
    found = pressurise(square_pair(permeance), linear_filling(HOUR, [0.90, 0.80]), times=times)
    exact = np.array([exact_pair(permeance, 0.90, 0.80, t) for t in times])
    start = P0 * W * W * H / (R * T)
    assert found.moles[:, 0] / start == pytest.approx(exact, rel=2e-9)


@pytest.mark.parametrize("permeance", [1e-14, 1e-11, 1e-9])
def test_equally_filled_chambers_equalise_with_one_time_constant_while_they_fill(permeance):
    # both volume and wall area go with the gas length: n1 - n2 = (n1 - n2)_0 exp(-t / tau) at any fill
    tau = equalisation_time(bore=W, permeance=permeance, temperature=T, between="square")
    duration = 3.0 * tau
    times = np.linspace(0.0, duration, 7)
    network = square_pair(permeance, initial_pressure=np.array([3.0 * P0, P0]))
    found = pressurise(network, linear_filling(duration, [0.9, 0.9]), times=times)
    start = 2.0 * P0 * W * W * H / (R * T)
    assert (found.moles[:, 0] - found.moles[:, 1]) / start == pytest.approx(np.exp(-times / tau), rel=1e-7)


@pytest.mark.parametrize("permeance", [1e-14, 1e-9])
def test_a_difference_at_fixed_volumes_decays_at_the_exact_rate(permeance):
    # tau = 1 / [R T G (1/V1 + 1/V2)] with G over the shorter gas length
    gas = np.array([0.2 * H, 0.5 * H])
    conductance = permeance * W * gas.min()
    rate = R * T * conductance * (1.0 / (W * W * gas)).sum()
    network = square_pair(permeance, initial_pressure=np.array([2.0 * P0, P0]))
    times = np.array([0.0, 1.0, 2.0]) / rate
    found = pressurise(network, Filling(times=times[[0, 2]], fill=np.tile(1.0 - gas / H, (2, 1))), times=times)
    measured = np.log(found.differences[:-1, 0] / found.differences[1:, 0]) / np.diff(times)
    assert measured == pytest.approx([rate, rate], rel=1e-6)
    assert decay_rates(network, 1.0 - gas / H) == pytest.approx([0.0, rate], rel=1e-9, abs=1e-9 * rate)


def test_the_quasi_steady_difference_is_met_as_the_regime_number_grows():
    fills, ends = np.array([0.90, 0.80]), np.array([0.10, 0.20])
    errors = []
    for permeance in (1e-11, 1e-10, 1e-9):
        network = square_pair(permeance)
        found = pressurise(network, linear_filling(HOUR, fills), rtol=1e-11)
        estimate = quasi_steady_difference(
            pressure=675500.0,
            equalisation_time=1.0 / decay_rates(network, fills)[1],
            compression_rates=tuple(fills / HOUR / ends),
        )
        errors.append(abs(found.differences[-1, 0] / estimate - 1.0))
    orders = np.log10(np.array(errors[:-1]) / np.array(errors[1:]))
    assert np.all(np.abs(orders - 1.0) < 0.05), f"relative errors {errors}"


def test_the_quasi_steady_golden_value_is_met():
    # 2.523e4 Pa at 1e-12 mol/(m2 s Pa), where the exact difference is still 8 % smaller
    rate = decay_rates(square_pair(1e-12), [0.90, 0.80])[1]
    estimate = quasi_steady_difference(
        pressure=675500.0, equalisation_time=1.0 / rate, compression_rates=(0.9 / HOUR / 0.1, 0.8 / HOUR / 0.2)
    )
    assert estimate == pytest.approx(2.523e4, abs=5.0)


@pytest.mark.parametrize("permeance", [0.0, 1e-15, 1e-12, 1e-9, 1e-3, math.inf])
def test_equal_fills_give_no_difference_at_any_permeance(permeance):
    found = pressurise(square_pair(permeance), linear_filling(HOUR, [0.9, 0.9]))
    assert found.final == pytest.approx([P0 / 0.1, P0 / 0.1], rel=1e-12)


@pytest.mark.parametrize("permeance", [1e-15, 2.5e-14, 1e-9])
def test_swapping_the_chambers_swaps_their_pressures(permeance):
    one = pressurise(square_pair(permeance), linear_filling(HOUR, [0.9, 0.7])).final
    other = pressurise(square_pair(permeance), linear_filling(HOUR, [0.7, 0.9])).final
    assert other[::-1] == pytest.approx(one, rel=1e-13)


def test_a_leak_empties_the_matrix_with_height_times_void_over_permeance_r_t():
    # physics page 3.4: 50 um of PEO at 0.24 Barrer and a void fraction of 0.826 give 4100 s
    permeance, void = 0.24 * 3.3464e-16 / 50e-6, 0.826
    tau = H * void / (permeance * R * T)
    assert tau == pytest.approx(4100.0, rel=0.02)
    network = Network(
        areas=np.array([W * W]),
        height=H,
        edges=np.zeros((0, 2), dtype=int),
        shared_widths=0.0,
        permeance=0.0,
        temperature=T,
        initial_pressure=5.0 * P0,
        leak=leak_conductance(permeance, W * W / void),
    )
    times = np.linspace(0.0, 3.0 * tau, 7)
    found = pressurise(network, Filling(times=times[[0, -1]], fill=np.zeros((2, 1))), times=times)
    assert found.gas[:, 0] == pytest.approx(P0 + 4.0 * P0 * np.exp(-times / tau), rel=1e-8)
    assert (found.moles[:, 0] + found.leaked) / found.moles[0, 0] == pytest.approx(np.ones(7), rel=1e-12)


@pytest.mark.parametrize("leak", [1e-12, math.inf])
def test_a_perfect_leak_holds_its_chamber_at_the_pressure_outside(leak):
    # its neighbour is pulled to the same pressure through the wall: a bath of one side, rate permeance R T W l / V
    permeance, outside = 1e-13, 3.0 * P0
    network = square_pair(permeance, leak=np.array([leak, 0.0]), external_pressure=outside)
    times = np.array([0.0, 600.0, 1800.0])
    found = pressurise(network, Filling(times=times[[0, -1]], fill=np.zeros((2, 2))), times=times)
    exact = outside + (P0 - outside) * np.exp(-permeance * R * T / W * times)
    assert found.gas[1:, 0] == pytest.approx([outside, outside], rel=1e-9)
    assert found.gas[:, 1] == pytest.approx(exact, rel=1e-8)
    assert (found.moles.sum(axis=1) + found.leaked) * R * T / (P0 * W * W * H) == pytest.approx(2.0, rel=1e-12)


def test_a_filling_chamber_leaks_into_vacuum_by_a_power_of_its_volume():
    # n' = -g R T n / (V0 (1 - r t)) has n = n0 (1 - r t)^(g R T / (r V0))
    fill, exponent = 0.9, 0.4
    volume = W * W * H
    network = Network(
        areas=np.array([W * W]),
        height=H,
        edges=np.zeros((0, 2), dtype=int),
        shared_widths=0.0,
        permeance=0.0,
        temperature=T,
        leak=exponent * (fill / HOUR) * volume / (R * T),
        external_pressure=0.0,
    )
    times = np.linspace(0.0, HOUR, 6)
    found = pressurise(network, linear_filling(HOUR, [fill]), times=times)
    assert found.gas[:, 0] == pytest.approx(P0 * (1.0 - fill * times / HOUR) ** (exponent - 1.0), rel=1e-8)


def test_a_pinhole_equalises_until_the_lithium_covers_it():
    # n1 - n2 = D (1 - r t)^(2 g R T / (r V0)) while open, constant afterwards
    fill, closes, exponent = 0.9, 0.5, 1.3
    conductance = exponent * (fill / HOUR) * W * W * H / (2.0 * R * T)
    hole = Pinhole(edge=0, conductance=conductance, height=closes * H)
    network = square_pair(0.0, initial_pressure=np.array([2.0 * P0, P0]), pinholes=(hole,))
    times = np.linspace(0.0, HOUR, 10)
    found = pressurise(network, linear_filling(HOUR, [fill, fill]), times=times)
    start = P0 * W * W * H / (R * T)
    exact = (1.0 - np.minimum(fill * times / HOUR, closes)) ** exponent
    assert (found.moles[:, 0] - found.moles[:, 1]) / start == pytest.approx(exact, rel=1e-8)


def test_an_infinite_pinhole_mixes_until_the_lithium_covers_it_and_then_seals():
    hole = Pinhole(edge=0, conductance=math.inf, height=0.45 * H)
    found = pressurise(
        square_pair(0.0, pinholes=(hole,)), linear_filling(HOUR, [0.9, 0.6]), times=[0.0, HOUR / 2, HOUR]
    )
    # closed at half time, when the first chamber is at 0.45: mixed over gas lengths 0.55 and 0.70, then each by Boyle
    mixed = 2.0 * P0 / (0.55 + 0.70)
    assert found.gas[1] == pytest.approx([mixed, mixed], rel=1e-12)
    assert found.gas[2] == pytest.approx([mixed * 0.55 / 0.10, mixed * 0.70 / 0.40], rel=1e-12)


def test_stripping_undoes_a_hermetic_charge_and_leaves_a_leaky_one_below_its_start():
    there_and_back = Filling(times=np.array([0.0, HOUR, 2 * HOUR]), fill=np.array([[0.0, 0.0], [0.9, 0.8], [0.0, 0.0]]))
    tight = pressurise(square_pair(0.0), there_and_back)
    assert tight.final == pytest.approx([P0, P0], rel=1e-12)
    leaky = pressurise(square_pair(1e-12, leak=1e-27), there_and_back)
    assert np.all(leaky.final < P0)
    assert np.all(leaky.final > 0)
