"""Loops about many polygons cover what these cover, with no side inside; lines run along every segment once."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.view.scene_loops import joined, loops


def area(loop):
    x, y = loop.T
    return 0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


def grid(count, turned=False, kept=lambda _i, _j: True):
    """Squares of side 1, some clockwise, two triangles each."""
    found = []
    for i in range(count):
        for j in range(count):
            if kept(i, j):
                a, b, c, d = (np.array([i, j]) + corner for corner in ([0, 0], [1, 0], [1, 1], [0, 1]))
                pair = [np.array([a, b, c], float), np.array([a, c, d], float)]
                found += [one[::-1] if turned and (i + j) % 2 else one for one in pair]
    return found


@pytest.mark.parametrize("turned", [False, True])
def test_triangles_of_a_square_have_one_loop_along_its_rim(turned):
    (loop,) = loops(grid(5, turned), 1e-9)
    assert len(loop) == 4 * 5
    assert abs(area(loop)) == pytest.approx(25.0)


def test_a_hole_is_a_loop_that_turns_the_other_way():
    found = loops(grid(3, kept=lambda i, j: (i, j) != (1, 1)), 1e-9)
    assert sum(area(loop) for loop in found) == pytest.approx(8.0)
    assert sum(len(loop) for loop in found) == 12 + 4


def test_polygons_that_touch_at_a_corner_alone_keep_their_areas():
    found = loops(grid(2, kept=lambda i, j: i == j), 1e-9)
    assert sum(area(loop) for loop in found) == pytest.approx(2.0)


def test_corners_apart_by_rounding_are_one_and_points_vanish():
    first, second = grid(1)
    found = loops([first, second + 1e-12, np.full((3, 2), 0.3)], 1e-9)
    assert [len(loop) for loop in found] == [4]
    assert loops([], 1e-9) == []


def test_segments_of_a_star_are_run_along_once_each():
    rays = [np.array([[0, 0], [np.cos(t), np.sin(t)]]) for t in np.arange(5.0)]
    lines = joined(np.array([*rays, rays[0][::-1]]), 1e-9)
    length = sum(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in lines)
    assert length == pytest.approx(5.0)
    assert len(lines) == 3


def test_a_closed_line_ends_where_it_begins():
    turn = np.linspace(0, 2 * np.pi, 13)
    round_ = np.column_stack([np.cos(turn), np.sin(turn)])
    (line,) = joined(np.stack([round_[:-1], round_[1:]], axis=1)[::-1], 1e-9)
    assert len(line) == 13
    np.testing.assert_allclose(line[0], line[-1])
    assert joined(np.zeros((0, 2, 2)), 1e-9) == []
