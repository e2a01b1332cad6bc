import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.materials import (
    MaxPrincipal,
    VonMisesYield,
    Weibull,
    clamped_strip_effective_area,
    clamped_strip_effective_volume,
    effective_size,
    equivalent_load,
    principal_stresses,
    weibull_modulus,
)

MPA = 1e6


def test_principal_stresses_come_largest_first_and_do_not_turn_with_the_axes():
    q, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    stress = q @ np.diag([3.0, -1.0, 2.0]) @ q.T
    assert principal_stresses(stress) == pytest.approx([3, 2, -1])


def test_von_mises_of_pulling_shearing_and_pressing():
    law = VonMisesYield(strength=100 * MPA)
    pull = np.diag([5.0, 0, 0])
    shear = np.array([[0, 2.0, 0], [2.0, 0, 0], [0, 0, 0]])
    assert law.equivalent(np.stack([pull, shear, np.eye(3)])) == pytest.approx([5, 2 * math.sqrt(3), 0], abs=1e-12)


def test_the_largest_principal_stress_over_the_strength_is_the_utilisation():
    law = MaxPrincipal(strength=870 * MPA, low=570 * MPA, high=1170 * MPA)
    assert law.utilisation(np.diag([435 * MPA, -2000 * MPA, 0])) == pytest.approx(0.5)
    assert law.range == (570 * MPA, 1170 * MPA)
    assert law.value == law.strength


def test_a_strength_outside_of_its_range_is_refused():
    with pytest.raises(InputError, match="low <= strength <= high"):
        MaxPrincipal(strength=1.0, low=2.0, high=3.0)
    with pytest.raises(InputError, match="positive"):
        VonMisesYield(strength=0.0)


def test_a_stress_that_is_not_finite_is_refused():
    with pytest.raises(InputError, match="finite"):
        MaxPrincipal(strength=1.0).equivalent(np.full((3, 3), np.nan))


def test_a_weibull_law_takes_one_reference_size():
    with pytest.raises(InputError, match="either"):
        Weibull(modulus=5, scale_stress=1e9)
    with pytest.raises(InputError, match="either"):
        Weibull(modulus=5, scale_stress=1e9, reference_volume=1.0, reference_area=1.0)


def test_the_reference_piece_at_the_scale_stress_fails_in_632_of_1000():
    law = Weibull(modulus=6.85, scale_stress=3.75e9, reference_area=1e-11)
    assert law.failure_probability(3.75e9, 1e-11) == pytest.approx(1 - math.exp(-1))
    assert law.failure_probability(-3.75e9, 1e-11) == 0.0
    assert law.form == "area"


def test_probability_and_allowed_stress_are_inverse():
    law = Weibull(modulus=3.2, scale_stress=1.79e9, reference_volume=3e-17)
    stress = law.allowed_stress(0.01, 5e-23, count=2.86e10)
    assert law.failure_probability(stress, 5e-23, count=2.86e10) == pytest.approx(0.01, rel=1e-12)


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.1, 2.0])
def test_a_probability_that_no_stress_reaches_is_refused(probability):
    with pytest.raises(InputError, match="probability"):
        Weibull(modulus=5, scale_stress=1e9, reference_area=1.0).allowed_stress(probability, 1.0)


@pytest.mark.parametrize("modulus", [0.8, 3.0, 6.85, 10.0, 40.0])
def test_the_modulus_comes_back_from_the_scatter_it_makes(modulus):
    mean = math.gamma(1 + 1 / modulus)
    deviation = math.sqrt(math.gamma(1 + 2 / modulus) - mean**2)
    assert weibull_modulus(mean, deviation) == pytest.approx(modulus, rel=1e-9)


def test_another_modulus_keeps_the_mean_strength():
    law = Weibull.from_scatter(mean=870 * MPA, deviation=296 * MPA, reference_area=1e-10)
    assert law.mean_strength == pytest.approx(870 * MPA)
    assert law.with_modulus(7.0).mean_strength == pytest.approx(870 * MPA)


def test_the_effective_size_of_even_tension_is_the_size_and_compression_counts_nothing():
    stress = np.array([[5.0, 0.0, -9.0], [5.0, -1.0, -9.0]])
    assert effective_size(stress, [2.0, 3.0], 7.0) == pytest.approx(5.0)
    assert effective_size(-np.abs(stress), [2.0, 3.0], 7.0) == 0.0


def test_even_biaxial_tension_counts_twice():
    assert effective_size([[4.0, 4.0, 0.0]], [1.0], 3.0) == pytest.approx(2.0)


def test_the_effective_size_refuses_weights_that_do_not_fit():
    with pytest.raises(InputError, match="agree"):
        effective_size([[1.0, 0, 0]], [1.0, 2.0], 5.0)


def test_pure_bending_is_stronger_than_tension_by_the_classical_ratio():
    # equal volumes: sigma_bend / sigma_tension = (2 (m + 1))^(1/m) = 1.3622 at m = 10
    m = 10.0
    n = 20000
    height = (np.arange(n) + 0.5) / n * 2 - 1
    share = effective_size(height, np.full(n, 1 / n), m, peak=1.0)
    law = Weibull(modulus=m, scale_stress=1.0, reference_volume=1.0)
    ratio = law.allowed_stress(0.5, share) / law.allowed_stress(0.5, 1.0)
    assert ratio == pytest.approx((2 * (m + 1)) ** (1 / m), rel=1e-6)
    assert ratio == pytest.approx(1.3622, abs=5e-5)


@pytest.mark.parametrize("m", [3.0, 6.85, 15.0])
def test_the_closed_form_of_the_clamped_strip_is_the_sum_over_its_stress(m):
    n = 2000
    x = (np.arange(n) + 0.5) / n
    y = (np.arange(n) + 0.5) / n * 2 - 1
    moment = 1 - 6 * x + 6 * x**2
    stress = np.outer(moment, y).ravel()
    volume = effective_size(stress, np.full(n * n, 1 / n**2), m, peak=1.0)
    assert clamped_strip_effective_volume(m) == pytest.approx(volume, rel=1e-4)
    faces = np.concatenate([moment, -moment])
    assert clamped_strip_effective_area(m) == pytest.approx(
        effective_size(faces, np.full(2 * n, 0.5 / n), m, peak=1.0), rel=1e-4
    )


def test_an_even_load_is_its_own_equivalent_and_a_scattered_one_lies_above_its_mean():
    assert equivalent_load([3.0, 3.0, -3.0], 7.0) == pytest.approx(3.0)
    loads = np.random.default_rng(0).uniform(0, 2, 1000)
    assert loads.mean() < equivalent_load(loads, 5.0) < loads.max()
    assert equivalent_load([1.0, 2.0], 4.0, weights=[1.0, 0.0]) == pytest.approx(1.0)
    assert equivalent_load([0.0], 4.0) == 0.0


def test_the_equivalent_load_of_even_chances_is_the_moment():
    # E[x^m] = 1 / (m + 1) of the uniform distribution on 0 .. 1
    n, m = 100000, 6.0
    loads = (np.arange(n) + 0.5) / n
    assert equivalent_load(loads, m) == pytest.approx((1 / (m + 1)) ** (1 / m), rel=1e-6)
