"""Chambers that planes of symmetry cut open are closed: their lithium and gas have the volume of what the planes leave."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.geometry import CellArray, Stack, stack_mesh
from tubewall.units import nm
from tubewall.view.scene_fluids import fluid_bodies
from tubewall.view.scene_symmetry import symmetry_corner

BORE, HEIGHT, LEVEL = 100 * nm, 120 * nm, 70 * nm


def sector(**array):
    drawn = CellArray(bore=BORE, wall=20 * nm, rings=0, **array)
    stack = Stack(height=HEIGHT, electrolyte=60 * nm, collector=30 * nm, lithium_level=LEVEL)
    return stack_mesh(stack, drawn, kind="sector", elements_through_wall=2, growth=3.0)


def volumes(mesh):
    """Of each fluid by the divergence theorem [m3]; a hole in its surface would spoil it, for the origin lies elsewhere."""
    drawn = np.ones(len(mesh.region_names), dtype=bool)
    found = {}
    for fluid in fluid_bodies(mesh, np.zeros_like(mesh.points), {}, None, 4, drawn):
        a, b, c = np.moveaxis(fluid.points[fluid.triangles] - [3e-7, -2e-7, 5e-7], 1, 0)
        found[fluid.name] = float((np.cross(a, b) * c).sum()) / 6
    return found


@pytest.mark.parametrize(
    ("shape", "section"), [("round", np.pi / 4 * BORE**2), ("hexagonal", np.sqrt(3) / 2 * BORE**2)]
)
def test_lithium_and_gas_of_a_twelfth_have_a_twelfth_of_the_volume(shape, section):
    found = volumes(sector(bore_shape=shape))
    # they are drawn half a thousandth of the body within their walls
    assert found["lithium in chamber 0"] == pytest.approx(section / 12 * LEVEL, rel=0.02, abs=0)
    assert found["gas in chamber 0"] == pytest.approx(section / 12 * (HEIGHT - LEVEL), rel=0.02, abs=0)


def half_pipe(count=12):
    """The rim of half a pipe from z = 0 to 1: up, half round the level, down, and straight back along the floor."""
    turn = np.linspace(0, np.pi, count)
    arc = np.column_stack([np.cos(turn), np.sin(turn), np.ones(count)])
    line = np.array([[1, 0, 0], *arc, [-1, 0, 0], [1, 0, 0]], dtype=float)
    points = np.stack([line[:-1], line[1:]], axis=1)
    return np.concatenate([points, np.full(points.shape, 0.1)], axis=2)


def test_one_plane_of_symmetry_has_its_corner_amid_the_level():
    found = symmetry_corner(half_pipe())
    np.testing.assert_allclose(found.corner, [0, 0, 1, 0.1, 0.1, 0.1], atol=1e-12)
    assert found.level.sum() == 11


def test_a_rim_whose_lines_meet_nowhere_has_no_corner():
    floor = np.array([[-1, 0, 0], [-0.5, 0.5, 0], [0.5, 0.5, 0], [1, 0, 0]], dtype=float)
    bent = np.stack([floor[:-1], floor[1:]], axis=1)
    rim = np.concatenate([half_pipe()[:-1], np.concatenate([bent, np.zeros(bent.shape)], axis=2)])
    assert symmetry_corner(rim) is None
