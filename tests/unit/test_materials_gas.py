import builtins
import importlib.util
import math

import numpy as np
import pytest

from tubewall.errors import InputError, MissingDependencyError, UnknownNameError
from tubewall.materials import Gas, citations, gas_names

R = 8.314462618
ATM = 101325.0


def test_an_ideal_gas_follows_boyle_and_mariotte():
    gas = Gas()
    density = gas.molar_density(ATM, 298.15)
    assert float(gas.pressure(10 * density, 298.15)) == pytest.approx(10 * ATM)
    assert float(gas.compressibility(5e7, 298.15)) == pytest.approx(1.0)


@pytest.mark.parametrize("name", gas_names())
def test_density_and_pressure_are_inverse_for_a_real_gas(name):
    gas = Gas(name=name, law="virial")
    pressure = np.geomspace(1e2, 2e7, 40)[:, None]
    temperature = np.array([250.0, 298.15, 328.15, 450.0])
    density = gas.molar_density(pressure, temperature)
    assert density.shape == (40, 4)
    np.testing.assert_allclose(
        gas.pressure(density, temperature) + 0 * pressure, pressure + 0 * temperature, rtol=1e-12
    )


@pytest.mark.parametrize(
    ("name", "at_25", "at_55"), [("argon", -15.55, -10.10), ("nitrogen", -4.91, 0.29), ("helium", 11.84, 11.72)]
)
def test_the_second_virial_coefficient_is_the_one_computed_elsewhere(name, at_25, at_55):
    # physics.md 3.1, marked [C], cm3/mol
    b = Gas(name=name).second_virial([298.15, 328.15]) * 1e6
    assert b == pytest.approx([at_25, at_55], abs=0.01)


def test_z_is_one_plus_b_p_over_rt_while_the_pressure_is_small():
    gas = Gas(law="virial")
    z = float(gas.compressibility(1e4, 298.15))
    assert z - 1 == pytest.approx(float(gas.second_virial(298.15)) * 1e4 / (R * 298.15), rel=2e-3)


def test_an_empty_chamber_has_no_pressure():
    for law in ("ideal", "virial", "coolprop"):
        assert float(Gas(law=law).pressure(0.0, 298.15)) == 0.0


@pytest.mark.parametrize("temperature", [249.0, 451.0])
def test_the_virial_law_is_refused_outside_of_its_temperatures(temperature):
    with pytest.raises(InputError, match="250 K to 450 K"):
        Gas(law="virial").pressure(100.0, temperature)


def test_the_virial_law_is_refused_above_its_pressure():
    with pytest.raises(InputError, match="20 MPa"):
        Gas(law="virial").molar_density(3e7, 298.15)
    with pytest.raises(InputError, match="20 MPa"):
        Gas(law="virial").pressure(2e4, 298.15)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_a_state_that_does_not_exist_is_refused(bad):
    with pytest.raises(InputError):
        Gas().molar_density(bad, 298.15)
    with pytest.raises(InputError):
        Gas().pressure(1.0, bad)


def test_a_misspelt_gas_or_law_is_answered_with_what_there_is():
    with pytest.raises(UnknownNameError, match="did you mean 'argon'"):
        Gas(name="argom")
    with pytest.raises(InputError, match="'ideal', 'virial', 'coolprop'"):
        Gas(law="van der Waals")


def test_without_coolprop_the_reference_law_names_the_line_that_brings_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda *a: None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'tubewall\[real-gas\]'"):
        Gas(law="coolprop")


def test_a_broken_coolprop_is_reported_as_missing_when_it_is_first_used(monkeypatch):
    gas = Gas(law="coolprop")
    real = builtins.__import__

    def without_coolprop(name, *args, **kwargs):
        if name.startswith("CoolProp"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_coolprop)
    with pytest.raises(MissingDependencyError):
        gas.pressure(100.0, 298.15)


def test_the_mean_free_path_is_the_one_computed_elsewhere():
    # physics.md 3.2, marked [C]: argon, 25 C
    argon = Gas()
    path = argon.mean_free_path([ATM, 1e6, 3e6, 1e7], 298.15) * 1e9
    assert path == pytest.approx([69.7, 7.06, 2.35, 0.71], rel=6e-3)
    helium = Gas(name="helium")
    assert float(helium.mean_free_path(ATM, 298.15) / argon.mean_free_path(ATM, 298.15)) == pytest.approx(2.8, rel=0.02)


def test_the_mean_speed_is_that_of_kinetic_theory():
    # physics.md 3.3: 397.5 m/s, argon, 25 C
    assert float(Gas().mean_speed(298.15)) == pytest.approx(math.sqrt(8 * R * 298.15 / (math.pi * 39.948e-3)))
    assert float(Gas().mean_speed(298.15)) == pytest.approx(397.5, abs=0.1)


@pytest.mark.parametrize(("name", "gamma"), [("argon", 1.670), ("nitrogen", 1.401), ("helium", 1.667)])
def test_the_ratio_of_heat_capacities_is_the_one_computed_elsewhere(name, gamma):
    assert Gas(name=name).heat_capacity_ratio == pytest.approx(gamma)


def test_the_sources_of_a_gas_can_be_cited():
    text = citations(["argon"])
    assert "Tegeler" in text
    assert "Lemmon" in text
