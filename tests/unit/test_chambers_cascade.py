"""The cascade of bursts: what it takes, what it refuses, what it says."""

import math

import pytest

from tubewall.chambers.burst_cascade import cascade
from tubewall.errors import InputError

PAIR = [[0, 1]]


@pytest.mark.parametrize(
    ("edges", "pressures", "volumes", "allowable", "told"),
    [
        (PAIR, [1e5, 0.0], 1.0, 1e4, "pressures must be above 0 Pa"),
        (PAIR, [1e5, 2e5], [1.0, -1.0], 1e4, "volumes must be above 0 m3"),
        (PAIR, [1e5, 2e5], [1.0, 1.0, 1.0], 1e4, "volumes must be one number or 2"),
        (PAIR, [1e5, 2e5], 1.0, 0.0, "allowable must be above 0 Pa"),
        (PAIR, [1e5, 2e5], 1.0, math.nan, "allowable must be above 0 Pa"),
        (PAIR, [1e5, 2e5], 1.0, [1e4, 1e4], "allowable must be one number or 1"),
        ([[0, 2]], [1e5, 2e5], 1.0, 1e4, "edges: wall 0 joins chambers 0 and 2, but there are only chambers 0 to 1"),
        ([[0.0, 1.0]], [1e5, 2e5], 1.0, 1e4, "edges must be pairs of chamber indices"),
        ([0, 1], [1e5, 2e5], 1.0, 1e4, "edges must be pairs of chamber indices"),
        ([], [], 1.0, 1e4, "at least one chamber"),
    ],
)
def test_what_cannot_burst_is_refused_in_one_line(edges, pressures, volumes, allowable, told):
    with pytest.raises(InputError, match=told):
        cascade(edges, pressures, volumes, allowable)


def test_a_chamber_alone_stays_as_it_is():
    found = cascade([], [2e5], 1e-18, 1.0)
    assert found.opened.size == 0
    assert found.sizes.size == 0
    assert found.pressures.tolist() == [2e5]


def test_a_wall_that_bears_exactly_what_it_may_holds():
    assert cascade(PAIR, [3.0, 1.0], 1.0, 2.0).opened.size == 0
    assert cascade(PAIR, [3.0, 1.0], 1.0, 1.999).opened.size == 1


def test_a_wall_without_a_limit_never_opens():
    found = cascade([[0, 1], [1, 2]], [1e9, 1.0, 5.0], 1.0, [math.inf, 1.0])
    assert found.opened.tolist() == [1]
    assert found.clusters.tolist() == [0, 1, 1]


def test_the_most_overloaded_wall_opens_first_and_of_equal_ones_that_with_the_lowest_number():
    # three pairs far from each other: 4 over 2, 9 over 3, 6 over 2
    edges = [[0, 1], [2, 3], [4, 5]]
    found = cascade(edges, [5.0, 1.0, 10.0, 1.0, 7.0, 1.0], 1.0, [2.0, 3.0, 2.0])
    assert found.opened.tolist() == [1, 2, 0]
    assert found.differences.tolist() == [9.0, 6.0, 4.0]


def test_two_walls_between_the_same_chambers_open_once():
    found = cascade([[0, 1], [1, 0]], [3.0, 1.0], 1.0, 1.0)
    assert found.overloaded == 2
    assert found.opened.tolist() == [0]


def test_it_says_how_often_each_size_occurs():
    edges = [[0, 1], [2, 3], [4, 5], [5, 6]]
    found = cascade(edges, [3.0, 1.0, 3.0, 1.0, 9.0, 1.0, 1.0], 1.0, 1.5)
    sizes, counts = found.histogram()
    assert (sizes.tolist(), counts.tolist()) == ([2, 3], [2, 1])
    assert found.sizes.tolist() == [3, 2, 2]
    assert found.chambers_joined == 7
    assert repr(found) == "Cascade(3 walls overloaded, 4 opened, largest space 3 chambers)"


def test_what_it_gives_cannot_be_changed():
    found = cascade(PAIR, [3.0, 1.0], 1.0, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        found.pressures[0] = 1.0
