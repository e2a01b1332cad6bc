import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.materials import Gas, permeance, transport

CM2_S = 1e-4
MS_CM = 0.1
NEED = 0.12 * MS_CM
LIC6 = {"concentration": 1.65e28, "diffusivity": 1e-8 * CM2_S}
LI9AL4 = {"concentration": 4e28, "diffusivity": 1e-9 * CM2_S}
LI22SI5 = {"concentration": 5.3e28, "diffusivity": 1e-11 * CM2_S}


def test_the_wall_found_carries_exactly_what_is_required():
    for model in ("1d", "2d"):
        wall = transport.minimum_wall(1e-7, required=NEED, interface_diffusivity=2e-12, model=model, **LIC6)
        kappa = transport.effective_conductivity(wall, interface_diffusivity=2e-12, **LIC6)
        assert kappa * transport.solid_fraction(wall, 1e-7, model) == pytest.approx(NEED, rel=1e-12)


def test_without_interfaces_the_wall_is_that_of_the_fill_factor():
    fraction = transport.fill_factor_needed(NEED, transport.bulk_conductivity(**LIC6))
    assert transport.minimum_wall(1e-7, required=NEED, model="1d", **LIC6) == pytest.approx(
        transport.minimum_wall_1d(1e-7, fraction)
    )
    assert transport.minimum_wall(1e-7, required=NEED, model="2d", **LIC6) == pytest.approx(
        transport.minimum_wall_2d(1e-7, fraction)
    )


@pytest.mark.parametrize("model", ["1d", "2d"])
def test_no_wall_of_a_poor_conductor_suffices(model):
    assert transport.minimum_wall(1e-7, required=NEED, model=model, **LI22SI5) == math.inf
    assert transport.minimum_wall_1d(1e-7, 1.0) == math.inf
    assert transport.minimum_wall_2d(1e-7, 36.3) == math.inf


@pytest.mark.parametrize("model", ["1d", "2d"])
def test_fast_faces_alone_suffice_without_any_wall(model):
    assert transport.minimum_wall(1e-7, required=NEED, interface_diffusivity=1e-9, model=model, **LIC6) == 0.0


@pytest.mark.parametrize(
    ("wall", "model", "needed"),
    [
        (LIC6, "1d", 7.1e-8), (LI9AL4, "1d", 1.07e-7), (LI22SI5, "1d", 1.00e-7),
        (LIC6, "2d", 0.0), (LI9AL4, "2d", 4.4e-8), (LI22SI5, "2d", 5.2e-8),
    ],
)  # fmt: skip
def test_the_interface_diffusivity_that_a_10_nm_wall_needs_is_the_one_computed_elsewhere(wall, model, needed):
    # physics.md 1.1, sensitivity identity [C], cm2/s
    ours = transport.interface_diffusivity_needed(1e-8, 1e-7, required=NEED, model=model, **wall)
    assert ours / CM2_S == pytest.approx(needed, rel=1e-2)


@given(
    bore=st.floats(1e-9, 1e-6),
    kappa_ratio=st.floats(0.05, 50),
    gain=st.floats(0, 5),
    model=st.sampled_from(["1d", "2d"]),
)
def test_no_thinner_wall_than_the_thinnest_carries_enough(bore, kappa_ratio, gain, model):
    concentration, diffusivity = 1.65e28, 1e-12
    need = transport.bulk_conductivity(concentration, diffusivity) / kappa_ratio
    interface = gain * bore * diffusivity / (2 * transport.INTERFACE_WIDTH)
    material = {"concentration": concentration, "diffusivity": diffusivity, "interface_diffusivity": interface}
    wall = transport.minimum_wall(bore, required=need, model=model, **material)

    def carried(w):
        return transport.effective_conductivity(w, **material) * transport.solid_fraction(w, bore, model)

    if math.isfinite(wall) and wall > 0:
        assert carried(wall) == pytest.approx(need, rel=1e-6)
        assert carried(0.99 * wall) < need
    elif wall == math.inf:
        assert all(carried(bore * 10**k) < need * (1 + 1e-9) for k in range(-6, 4))
    else:
        assert carried(1e-9 * bore) >= need * (1 - 1e-6)


def test_a_negative_diffusivity_or_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="diffusivity"):
        transport.bulk_conductivity(1e28, -1.0)
    with pytest.raises(InputError, match="'1d', '2d'"):
        transport.solid_fraction(1e-8, 1e-7, "3d")


def test_a_barrer_and_a_gpu_are_what_membranes_are_tabulated_in():
    # 1 Barrer = 3.3464e-16 mol m/(m2 s Pa); 0.019 Barrer over 10 nm = 6.4e-10 (physics.md 3.3)
    assert permeance.from_barrer(0.019, 1e-8) == pytest.approx(6.4e-10, rel=0.01)
    assert permeance.to_barrer(1e-9, 1e-8) == pytest.approx(0.030, rel=5e-3)
    assert permeance.from_gpu(1.0) == pytest.approx(permeance.from_barrer(1.0, 1e-6))


def test_knudsen_permeance_is_pore_speed_over_wall():
    ours = permeance.knudsen(gas=Gas(), wall=1e-8, pore=5e-10, porosity=0.1, tortuosity=3.0)
    assert ours == pytest.approx(0.1 / 3 * 5e-10 / 3 * 397.5 / (8.314462618 * 298.15 * 1e-8), rel=1e-3)


def test_the_dusty_gas_is_knudsens_at_no_pressure_and_its_viscous_share_is_the_one_computed_elsewhere():
    # physics.md 3.2: in 1 nm pores d P 3/(32 mu v) = 0.1 % at 1 bar, 1 % at 1 MPa, 10 % at 10 MPa
    pores = {"gas": Gas(), "wall": 1e-8, "pore": 1e-9, "porosity": 0.2}
    base = permeance.knudsen(**pores)
    assert permeance.dusty_gas(mean_pressure=0.0, **pores) == pytest.approx(base)
    for pressure, share in ((1e5, 1e-3), (1e6, 1e-2), (1e7, 0.1)):
        assert permeance.dusty_gas(mean_pressure=pressure, **pores) / base - 1 == pytest.approx(share, rel=0.06)


def test_warming_a_sieve_from_25_to_55_c_lets_argon_through_half_as_much_again():
    # physics.md 3.3: E_D - |dH| of argon = 5.89 - 3.05 kcal/mol, x 1.55
    calorie = 4184.0
    sieve = {"prefactor": 1e-7, "diffusion_energy": 5.89 * calorie, "adsorption_heat": 3.05 * calorie}
    ratio = permeance.activated(temperature=328.15, **sieve) / permeance.activated(temperature=298.15, **sieve)
    assert ratio == pytest.approx(1.55, abs=0.005)


@pytest.mark.parametrize(("diameter", "milliseconds"), [(0.5e-9, 82.0), (1e-9, 10.9), (2e-9, 1.5), (5e-9, 0.13)])
def test_one_pinhole_equalises_two_square_chambers_as_fast_as_computed_elsewhere(diameter, milliseconds):
    # physics.md 3.4: tau = V / (2 S), V = (100 nm)^2 x 20 um, wall 10 nm
    conductance = permeance.pinhole_conductance(gas=Gas(), diameter=diameter, wall=1e-8)
    speed = conductance * 8.314462618 * 298.15
    assert 1e3 * 2e-19 / (2 * speed) == pytest.approx(milliseconds, rel=0.03)


def test_pinholes_add_up_by_their_number():
    one = permeance.pinhole_conductance(gas=Gas(), diameter=1e-9, wall=1e-8)
    assert permeance.pinholes(gas=Gas(), diameter=1e-9, wall=1e-8, per_area=5e11) == pytest.approx(5e11 * one)


def test_pores_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="porosity"):
        permeance.knudsen(gas=Gas(), wall=1e-8, pore=1e-9, porosity=1.5)
    with pytest.raises(InputError, match="tortuosity"):
        permeance.knudsen(gas=Gas(), wall=1e-8, pore=1e-9, porosity=0.5, tortuosity=0.5)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("activated", {"prefactor": 1.0, "diffusion_energy": 1.0, "adsorption_heat": 1e9}),
        ("knudsen", {"gas": Gas(), "wall": 1e-300, "pore": 1e200, "porosity": 0.1}),
        ("dusty_gas", {"gas": Gas(), "wall": 1e-8, "pore": 1e200, "porosity": 0.1, "mean_pressure": 1.0}),
        ("pinhole_conductance", {"gas": Gas(), "diameter": 1e200, "wall": 1e-8}),
        ("pinholes", {"gas": Gas(), "diameter": 1e3, "wall": 1e-8, "per_area": 1e308}),
    ],
)
def test_a_permeance_beyond_all_numbers_is_refused_in_one_line(model, values):
    with pytest.raises(InputError, match=f"^{model}: these values let more gas through than numbers can say"):
        getattr(permeance, model)(**values)


def test_a_share_outside_of_its_bounds_is_told_without_a_unit():
    with pytest.raises(InputError, match=r"^porosity must lie between 0 and 1, got 2$"):
        permeance.knudsen(gas=Gas(), wall=1e-8, pore=1e-9, porosity=2.0)
