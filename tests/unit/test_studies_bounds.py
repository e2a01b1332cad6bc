"""Bounds on the wall, and the window that they leave."""

from __future__ import annotations

import math

import pytest

from tubewall.studies.bounds import Bound, exact, governing, thickest_that_holds, thinnest_that_holds, window

BOUNDS = [
    exact("strength_peak", "below", 2e-9),
    exact("transport_1d", "below", 13e-9, dimension="1d"),
    exact("transport_2d", "below", 6e-9, dimension="2d"),
    exact("capacity_1d", "above", 23e-9, dimension="1d"),
    exact("capacity_2d", "above", 11e-9, dimension="2d"),
]


def test_one_dimensional_bounds_are_compared_with_one_dimensional_ones_only() -> None:
    two, one = window(BOUNDS, "2d", thickest=90e-9), window(BOUNDS, "1d", thickest=90e-9)
    assert (two.low, two.binds_low, two.high, two.binds_high) == (6e-9, "transport_2d", 11e-9, "capacity_2d")
    assert (one.low, one.binds_low, one.high, one.binds_high) == (13e-9, "transport_1d", 23e-9, "capacity_1d")
    assert not two.is_empty


def test_an_empty_window_names_both_constraints() -> None:
    found = window([*BOUNDS, exact("weakest_link", "below", 20e-9)], "2d", thickest=90e-9)
    assert found.is_empty
    assert (found.binds_low, found.binds_high) == ("weakest_link", "capacity_2d")


def test_a_constraint_that_no_wall_satisfies_decides() -> None:
    none = Bound(name="strength_peak", side="below", wall=None, low=None, high=None, reason="too much")
    found = window([*BOUNDS, none], "2d", thickest=90e-9)
    assert found.is_empty
    assert found.low is None
    assert found.binds_low == "strength_peak"
    assert governing([*BOUNDS, none], "below", "2d") is none


def test_without_a_bound_from_above_the_search_ends_the_window() -> None:
    found = window(BOUNDS[:1], "2d", thickest=90e-9)
    assert (found.high, found.binds_high) == (90e-9, "end of the search")


def test_a_capacity_that_no_wall_leaves_makes_the_window_empty() -> None:
    none = exact("capacity_2d", "above", None, dimension="2d", reason="too little room")
    found = window([BOUNDS[0], none], "2d", thickest=90e-9)
    assert found.is_empty
    assert found.binds_high == "capacity_2d"


@pytest.mark.parametrize("root", [1e-9, 7.5e-9, 60e-9])
def test_the_thinnest_wall_is_the_root_of_a_rising_margin(root: float) -> None:
    found = thinnest_that_holds(lambda w: w**2 - root**2, thinnest=0.3e-9, thickest=90e-9)
    assert found == pytest.approx(root, rel=1e-9)


def test_the_thickest_wall_is_the_root_of_a_falling_margin() -> None:
    found = thickest_that_holds(lambda w: math.log(5e-9 / w), thinnest=0.3e-9, thickest=90e-9)
    assert found == pytest.approx(5e-9, rel=1e-9)


def test_the_ends_of_the_search_are_answers_too() -> None:
    assert thinnest_that_holds(lambda w: 1.0, thinnest=1e-9, thickest=2e-9) == 1e-9
    assert thinnest_that_holds(lambda w: -1.0, thinnest=1e-9, thickest=2e-9) is None
    assert thickest_that_holds(lambda w: 1.0, thinnest=1e-9, thickest=2e-9) == 2e-9
    assert thickest_that_holds(lambda w: -1.0, thinnest=1e-9, thickest=2e-9) is None
