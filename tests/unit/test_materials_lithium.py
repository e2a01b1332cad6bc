import math

import pytest

from tubewall.errors import InputError
from tubewall.materials import (
    Lithium,
    lithium_yield_stress,
    material,
    molar_volume_from_density,
    molar_volume_from_lattice,
)

F = 96485.33212
CM2_S = 1e-4


@pytest.mark.parametrize(("lattice", "ceiling"), [(3.510e-10, 7410.0), (3.509e-10, 7416.0), (3.49e-10, 7538.0)])
def test_the_ceiling_per_volt_follows_the_lattice_parameter(lattice, ceiling):
    # physics.md S1, MPa/V
    lithium = Lithium(molar_volume=molar_volume_from_lattice(lattice))
    assert lithium.ceiling(1.0) / 1e6 == pytest.approx(ceiling, abs=0.6)


@pytest.mark.parametrize(("density", "ceiling"), [(534.0, 7424.0), (530.0, 7368.0)])
def test_the_ceiling_per_volt_follows_the_density(density, ceiling):
    assert Lithium(molar_volume=molar_volume_from_density(density)).ceiling(1.0) / 1e6 == pytest.approx(
        ceiling, abs=0.6
    )


def test_the_default_is_the_lattice_of_the_library():
    volume = molar_volume_from_lattice(material("lithium").value("lattice_parameter").value)
    assert Lithium().molar_volume == pytest.approx(volume, rel=1e-12)
    assert Lithium().molar_volume * 1e6 == pytest.approx(13.0209, abs=5e-5)
    assert Lithium().atomic_volume == pytest.approx(21.62e-30, rel=1e-4)
    assert Lithium().surface_energy == material("lithium").value("surface_energy").value


def test_the_capacity_density_is_faradays_charge_per_molar_volume():
    # physics.md S7: 2058.3 mAh/cm3
    assert Lithium().capacity_density == pytest.approx(F / Lithium().molar_volume)
    assert Lithium().capacity_density / 3.6e6 == pytest.approx(2058.3, abs=0.1)


def test_no_capillary_pressure_at_90_degrees_and_less_pressure_when_lithium_wets():
    # physics.md 2.2: 4 gamma / W = 20 MPa at 100 nm
    assert Lithium().capillary_pressure(1e-7) == 0.0
    assert Lithium(contact_angle=0.0).capillary_pressure(1e-7) == pytest.approx(-20e6)
    assert Lithium(contact_angle=math.pi).capillary_pressure(1e-7) == pytest.approx(20e6)


def test_lithium_rises_as_computed_elsewhere():
    # physics.md S16: 4.05 nm/s dense = 14.57 um/h, 4.90 nm/s in the honeycomb
    assert Lithium().rise_speed(30.0) * 1e9 == pytest.approx(4.05, abs=5e-3)
    assert Lithium().rise_speed(30.0) * 3600e6 == pytest.approx(14.57, abs=0.01)
    assert Lithium().rise_speed(30.0, (100 / 110) ** 2) * 1e9 == pytest.approx(4.90, abs=5e-3)


@pytest.mark.parametrize(("diffusivity", "per_10_um"), [(1e-7, 117.0), (1e-6, 11.7), (1e-5, 1.17)])
def test_the_creep_gradient_is_the_one_computed_elsewhere(diffusivity, per_10_um):
    # physics.md 2.2: honeycomb W = 100, w = 10 nm at 3 mA/cm2
    gradient = Lithium().creep_gradient(
        30.0, bore=1e-7, interface_diffusivity=diffusivity * CM2_S, void_fraction=(100 / 110) ** 2
    )
    assert gradient * 10e-6 / 1e6 == pytest.approx(per_10_um, rel=5e-3)


def test_the_creep_gradient_grows_with_current_and_bore():
    def gradient(current, bore):
        return Lithium().creep_gradient(current, bore=bore, interface_diffusivity=1e-11)

    assert gradient(60.0, 2e-7) == pytest.approx(4 * gradient(30.0, 1e-7))


def test_coble_creep_is_as_fast_as_computed_elsewhere():
    # physics.md 2.2: 0.49 /s at d = 100 nm, D = 1e-7 cm2/s, 1 MPa
    assert Lithium().coble_rate(1e6, grain=1e-7, diffusivity=1e-7 * CM2_S) == pytest.approx(0.49, abs=5e-3)


def test_small_lithium_is_strong():
    # physics.md 2.2: 105 MPa at 1.39 um, extrapolated to 100 nm 630 MPa; 35 MPa at 90 C
    assert lithium_yield_stress(1.39e-6) == pytest.approx(105e6)
    assert lithium_yield_stress(1e-7) == pytest.approx(630e6, rel=5e-3)
    assert lithium_yield_stress(1.39e-6, 363.15) == pytest.approx(35e6)
    assert lithium_yield_stress(1.0) == pytest.approx(0.5e6)
    assert lithium_yield_stress(1e-9) == pytest.approx(1e9)


@pytest.mark.parametrize("temperature", [200.0, 400.0])
def test_the_yield_of_lithium_is_refused_where_nothing_was_measured(temperature):
    with pytest.raises(InputError, match="temperature"):
        lithium_yield_stress(1e-6, temperature)


def test_impossible_lithium_is_refused():
    with pytest.raises(InputError, match="contact_angle"):
        Lithium(contact_angle=4.0)
    with pytest.raises(InputError, match="molar_volume"):
        Lithium(molar_volume=0.0)
    with pytest.raises(InputError, match="void_fraction"):
        Lithium().rise_speed(30.0, 1.2)
    with pytest.raises(InputError, match="overpotential"):
        Lithium().ceiling(-0.05)
