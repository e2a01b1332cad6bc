"""The lithium under the gas, and the three zones of a wall."""

import numpy as np
import pytest

from tubewall.chambers import Network, Piston, linear_filling, lithium_pressures, pressurise, wall_zones
from tubewall.materials import Lithium

W, H, P0 = 100e-9, 20e-6, 101325.0


def charged():
    network = Network(
        areas=np.full(3, 1e-14), height=H, edges=np.array([[0, 1], [1, 2]]), shared_widths=W, permeance=0.0
    )
    return pressurise(network, linear_filling(3600.0, [0.9, 0.8, 0.0]))


def test_the_creep_term_of_the_physics_page_is_210_megapascal_over_18_micrometres():
    # J = 3 mA/cm2, D_int = 1e-7 cm2/s, hexagonal bores of 100 nm in walls of 10 nm
    piston = Piston.of(
        Lithium(),
        bore=W,
        overpotential=0.05,
        current_density=30.0,
        interface_diffusivity=1e-11,
        void_fraction=(100 / 110) ** 2,
    )
    assert piston.creep_gradient * 18e-6 == pytest.approx(210e6, abs=0.5e6)
    assert piston.ceiling == pytest.approx(370.5e6, abs=0.05e6)
    assert piston.meniscus == 0.0


def test_without_a_diffusivity_the_lithium_has_the_pressure_of_the_gas():
    found = lithium_pressures(charged(), Piston.of(Lithium(), bore=W, overpotential=0.05, current_density=30.0))
    assert found.foot[-1] == pytest.approx([10 * P0, 5 * P0, P0], rel=1e-12)
    assert not found.at_ceiling.any()


def test_wetting_lowers_the_lithium_by_four_gamma_over_the_bore():
    piston = Piston.of(Lithium(contact_angle=0.0), bore=W, overpotential=0.05)
    found = lithium_pressures(charged(), piston)
    assert found.meniscus[-1, :2] == pytest.approx(np.array([10 * P0, 5 * P0]) - 4 * 0.5 / W, rel=1e-12)
    # an empty chamber has no meniscus
    assert found.meniscus[-1, 2] == pytest.approx(P0, rel=1e-12)


def test_the_foot_carries_the_gas_and_the_whole_column_up_to_the_ceiling():
    piston = Piston(creep_gradient=1e13, ceiling=165e6)
    found = lithium_pressures(charged(), piston)
    assert found.foot[-1] == pytest.approx([165e6, 5 * P0 + 160e6, P0], rel=1e-12)
    assert found.at_ceiling[-1].tolist() == [True, False, False]
    assert found.level[-1] == pytest.approx([0.9 * H, 0.8 * H, 0.0], abs=1e-18)


def test_a_wall_has_three_zones_between_the_two_levels():
    below, between, above = wall_zones(
        height=H, levels=(0.9 * H, 0.8 * H), gas_pressures=(10 * P0, 5 * P0), piston=Piston(creep_gradient=1e13)
    )
    assert [z.name for z in (below, between, above)] == ["lithium-lithium", "lithium-gas", "gas-gas"]
    assert [z.height for z in (below, between, above)] == pytest.approx([0.8 * H, 0.1 * H, 0.1 * H])
    # both columns creep alike: at one height they differ by the gas and by the difference of the levels
    assert below.difference([0.0, below.top]) == pytest.approx([5 * P0 + 1e13 * 0.1 * H] * 2, rel=1e-9)
    # at the second's meniscus lithium stands against gas; at its own meniscus the first has gas pressure
    assert between.difference([between.bottom, between.top]) == pytest.approx(
        [5 * P0 + 1e13 * 0.1 * H, 5 * P0], rel=1e-9
    )
    assert between.worst_height == pytest.approx(0.8 * H)
    assert above.pressures(H) == pytest.approx([10 * P0, 5 * P0])
    assert above.loads(H) == pytest.approx([9 * P0, 4 * P0])


def test_the_zones_mirror_when_the_chambers_are_swapped():
    def zones(levels, gas):
        return wall_zones(height=H, levels=levels, gas_pressures=gas, piston=Piston(creep_gradient=1e13, ceiling=90e6))

    one, other = zones((0.9 * H, 0.4 * H), (9e5, 3e5)), zones((0.4 * H, 0.9 * H), (3e5, 9e5))
    for a, b in zip(one, other, strict=True):
        assert a.fluids == b.fluids[::-1]
        z = np.linspace(a.bottom, a.top, 5)
        assert a.pressures(z) == pytest.approx(b.pressures(z)[:, ::-1], rel=1e-14)


def test_where_both_columns_are_at_the_ceiling_the_wall_carries_no_difference():
    # the taller column is at the ceiling below 18 um - 80 MPa / 1e13 Pa/m = 10 um, the other below 4 um
    zones = wall_zones(
        height=H, levels=(18e-6, 12e-6), gas_pressures=(0.0, 0.0), piston=Piston(creep_gradient=1e13, ceiling=80e6)
    )
    assert zones[0].worst_height == pytest.approx(12e-6)
    assert zones[0].difference([0.0, 4e-6, 7e-6, 10e-6, 12e-6]) == pytest.approx([0.0, 0.0, 30e6, 60e6, 60e6], abs=1.0)


def test_zones_that_do_not_exist_have_no_height():
    empty = wall_zones(height=H, levels=(0.0, 0.0), gas_pressures=(P0, P0))
    assert [z.height for z in empty] == [0.0, 0.0, H]
    level = wall_zones(height=H, levels=(0.5 * H, 0.5 * H), gas_pressures=(P0, P0))
    assert [z.height for z in level] == pytest.approx([0.5 * H, 0.0, 0.5 * H])


def test_the_lithium_is_at_the_ceiling_from_its_meniscus_on_where_the_gas_is_above_it():
    piston = Piston(creep_gradient=1e13, ceiling=5e5)
    assert piston.pressure(9e5, [0.0, 1e-6]) == pytest.approx([5e5, 5e5])
