"""The virial law against the reference equations of state and against Z computed elsewhere (physics.md 3.1)."""

import numpy as np
import pytest

from tubewall.materials import Gas, gas_names

ATM = 101325.0
BAR = 1e5
PRESSURES = [ATM, 10 * BAR, 50 * BAR, 100 * BAR, 300 * BAR]
# [C], at 1 atm, 10, 50, 100 and 300 bar
Z = {
    ("argon", 25): [0.9994, 0.9939, 0.9724, 0.9539, 0.9934],
    ("argon", 55): [0.9996, 0.9964, 0.9847, 0.9766, 1.0241],
    ("nitrogen", 25): [0.9998, 0.9982, 0.9959, 1.0041, 1.142],
    ("nitrogen", 55): [1.0000, 1.0003, 1.0051, 1.0193, 1.152],
    ("helium", 25): [1.0005, 1.0048, 1.0238, 1.0472, 1.139],
    ("helium", 55): [1.0004, 1.0043, 1.0214, 1.0425, 1.125],
}


@pytest.mark.parametrize(("name", "celsius"), list(Z))
def test_the_reference_law_gives_the_z_computed_elsewhere(name, celsius):
    ours = Gas(name=name, law="coolprop").compressibility(PRESSURES, celsius + 273.15)
    np.testing.assert_allclose(ours, Z[name, celsius], atol=6e-4)


@pytest.mark.parametrize(("name", "celsius"), list(Z))
def test_the_virial_law_is_within_two_parts_in_a_thousand_up_to_10_mpa(name, celsius):
    ours = Gas(name=name, law="virial").compressibility(PRESSURES[:4], celsius + 273.15)
    np.testing.assert_allclose(ours, Z[name, celsius][:4], rtol=2e-3)


@pytest.mark.parametrize("name", gas_names())
def test_the_virial_law_keeps_its_stated_error_over_its_whole_range(name):
    temperature = np.linspace(250.0, 450.0, 9)[:, None]
    virial, reference = Gas(name=name, law="virial"), Gas(name=name, law="coolprop")
    for highest, error in ((10e6, 2e-3), (20e6, 2e-2)):
        pressure = np.linspace(1e4, highest, 12)
        ratio = virial.molar_density(pressure, temperature) / reference.molar_density(pressure, temperature)
        assert np.abs(ratio - 1).max() < error


@pytest.mark.parametrize("name", gas_names())
def test_the_virial_coefficients_are_those_of_the_reference_law(name):
    from CoolProp.CoolProp import PropsSI

    temperature = np.linspace(250.0, 450.0, 21)
    second = [PropsSI("Bvirial", "T", t, "Dmolar", 1e-9, name.capitalize()) for t in temperature]
    third = [PropsSI("Cvirial", "T", t, "Dmolar", 1e-9, name.capitalize()) for t in temperature]
    gas = Gas(name=name)
    np.testing.assert_allclose(gas.second_virial(temperature), second, atol=0.004e-6)
    np.testing.assert_allclose(gas.third_virial(temperature), third, atol=0.5e-12)


@pytest.mark.parametrize("name", gas_names())
def test_the_viscosity_is_that_of_the_reference_correlation(name):
    from CoolProp.CoolProp import PropsSI

    temperature = np.linspace(250.0, 450.0, 21)
    reference = [PropsSI("V", "T", t, "P", ATM, name.capitalize()) for t in temperature]
    np.testing.assert_allclose(Gas(name=name).viscosity(temperature), reference, rtol=2e-4)
    assert Gas(name=name).molar_mass == pytest.approx(PropsSI("M", name.capitalize()), rel=1e-6)
