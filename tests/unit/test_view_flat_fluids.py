"""Lithium and gas of plane and axisymmetric bodies fill what is between the walls, the axis and the rim."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.geometry import CellArray, Stack, stack_mesh
from tubewall.units import nm
from tubewall.view.scene_flat_fluids import plane_fluids

BORE, WALL, HEIGHT, LEVEL = 100 * nm, 20 * nm, 120 * nm, 70 * nm


@pytest.fixture(scope="module")
def tubule():
    array = CellArray(bore=BORE, wall=WALL, bore_shape="round", construction="tubes", spacing=10 * nm, rings=0)
    stack = Stack(height=HEIGHT, electrolyte=60 * nm, collector=30 * nm, lithium_level=LEVEL)
    return stack_mesh(stack, array, kind="axisymmetric", elements_through_wall=2)


def areas(fluids, times=1.0):
    """Of each fluid, its corners moved [m2]; triangles that overlap count with their sign."""
    found = {}
    for fluid in fluids:
        corners = (fluid.points + times * fluid.displacement)[fluid.triangles][..., :2]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        found[fluid.name] = 0.5 * float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    return found


def test_a_tubule_about_its_axis_holds_lithium_to_its_level_gas_above_and_gas_around(tubule):
    still = np.zeros_like(tubule.points)
    found = areas(plane_fluids(tubule, still, {}, axisymmetric=True))
    radius, rim = 0.5 * BORE, tubule.points[:, 0].max()
    assert found["lithium in chamber 0"] == pytest.approx(radius * LEVEL, rel=1e-9, abs=0)
    assert found["gas in chamber 0"] == pytest.approx(radius * (HEIGHT - LEVEL), rel=1e-9, abs=0)
    assert found["gas in interstice"] == pytest.approx((rim - radius - WALL) * HEIGHT, rel=1e-9, abs=0)


def test_what_fills_a_tubule_widens_with_its_wall_and_stays_on_the_axis(tubule):
    widened = tubule.points * [0.1, 0.0]
    (lithium,) = [f for f in plane_fluids(tubule, widened, {}, axisymmetric=True) if f.contents == "lithium"]
    assert lithium.points[:, 0].min() == 0.0
    on_axis = lithium.points[:, 0] == 0.0
    assert not lithium.displacement[on_axis].any()
    assert areas([lithium])[lithium.name] == pytest.approx(1.1 * 0.5 * BORE * LEVEL, rel=1e-9, abs=0)


def test_the_same_section_in_a_plane_has_no_axis_to_close_its_chambers(tubule):
    assert plane_fluids(tubule, np.zeros_like(tubule.points), {}) == ()
