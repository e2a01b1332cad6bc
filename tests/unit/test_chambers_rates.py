"""Equalisation against compression: the tables of the physics page, sections 3.4 and 3.5."""

import math

import pytest

from tubewall.chambers import crossover_permeance, equalisation_time, regime_number

R, T, W = 8.31446261815324, 298.15, 100e-9
RATE = 0.9 / 3600.0


@pytest.mark.parametrize(
    ("permeance", "seconds", "half_a_digit"),
    [(1e-6, 2.0e-5, 5e-7), (1e-9, 0.020, 5e-4), (1e-12, 20.0, 0.5), (1e-13, 202.0, 0.5), (1e-18, 2.0e7, 5e5)],
)
def test_the_table_of_square_chambers_is_met(permeance, seconds, half_a_digit):
    found = equalisation_time(bore=W, permeance=permeance, temperature=T, between="square")
    assert found == pytest.approx(seconds, abs=half_a_digit)


def test_the_three_closed_forms_hold():
    unit = W / (1e-10 * R * T)
    times = {
        b: equalisation_time(bore=W, permeance=1e-10, temperature=T, between=b) for b in ("square", "hexagon", "bath")
    }
    assert times == pytest.approx({"square": unit / 2.0, "hexagon": 0.75 * unit, "bath": unit / 4.0}, rel=1e-12)


def test_hermetic_walls_never_equalise_and_open_ones_at_once():
    assert equalisation_time(bore=W, permeance=0.0) == math.inf
    assert equalisation_time(bore=W, permeance=math.inf) == 0.0


@pytest.mark.parametrize(
    ("fill", "permeance", "half_a_digit"),
    [(0.0, 2.5e-15, 5e-17), (0.5, 5.0e-15, 5e-17), (0.9, 2.5e-14, 5e-16), (0.99, 2.5e-13, 5e-15)],
)
def test_the_crossover_permeances_are_met(fill, permeance, half_a_digit):
    crossing = crossover_permeance(bore=W, fill=fill, fill_rate=RATE, temperature=T)
    assert crossing == pytest.approx(permeance, abs=half_a_digit)
    assert regime_number(bore=W, permeance=crossing, fill=fill, fill_rate=RATE, temperature=T) == pytest.approx(1.0)


def test_the_regime_number_has_its_limits():
    assert regime_number(bore=W, permeance=0.0, fill=0.9, fill_rate=RATE) == 0.0
    assert regime_number(bore=W, permeance=math.inf, fill=0.9, fill_rate=RATE) == math.inf
    assert regime_number(bore=W, permeance=1e-12, fill=0.9, fill_rate=0.0) == math.inf
    charge, discharge = (regime_number(bore=W, permeance=1e-12, fill=0.9, fill_rate=r) for r in (RATE, -RATE))
    assert charge == discharge
