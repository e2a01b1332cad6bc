import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.materials import (
    Cubic,
    Isotropic,
    Orthotropic,
    TransverselyIsotropic,
    material,
    polycrystal,
    rotate_stiffness,
)

GPA = 1e9
# order xx, yy, zz, yz, xz, xy
PAIRS = [(0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)]


def turned_by_the_tensor_formula(stiffness, rotation):
    tensor = np.zeros((3, 3, 3, 3))
    for i, (a, b) in enumerate(PAIRS):
        for j, (c, d) in enumerate(PAIRS):
            for p, q in {(a, b), (b, a)}:
                for r, s in {(c, d), (d, c)}:
                    tensor[p, q, r, s] = stiffness[i, j]
    turned = np.einsum("ip,jq,kr,ls,pqrs->ijkl", rotation, rotation, rotation, rotation, tensor)
    return np.array([[turned[a, b, c, d] for c, d in PAIRS] for a, b in PAIRS])


def random_rotation(seed):
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q * np.sign(np.linalg.det(q))


ORTHO = Orthotropic(
    youngs_moduli=(60 * GPA, 40 * GPA, 10 * GPA),
    poissons_ratios=(0.25, 0.2, 0.3),
    shear_moduli=(20 * GPA, 8 * GPA, 5 * GPA),
)


def test_an_isotropic_law_has_hookes_compliance():
    e, nu = 62 * GPA, 0.2
    compliance = np.linalg.inv(Isotropic(youngs_modulus=e, poissons_ratio=nu).stiffness())
    expected = np.diag([1 / e] * 3 + [2 * (1 + nu) / e] * 3)
    expected[:3, :3] += -nu / e * (1 - np.eye(3))
    np.testing.assert_allclose(compliance, expected, rtol=1e-12, atol=1e-24)


def test_the_moduli_of_an_isotropic_law_go_together():
    law = Isotropic(youngs_modulus=60 * GPA, poissons_ratio=0.25)
    e, g, k = law.youngs_modulus, law.shear_modulus, law.bulk_modulus
    assert e == pytest.approx(9 * k * g / (3 * k + g))
    assert law.plane_strain_modulus == pytest.approx(64 * GPA)


@pytest.mark.parametrize("seed", range(5))
def test_a_turned_stiffness_is_the_turned_fourth_order_tensor(seed):
    turn = random_rotation(seed)
    expected = turned_by_the_tensor_formula(ORTHO.stiffness(), turn)
    np.testing.assert_allclose(rotate_stiffness(ORTHO.stiffness(), turn), expected, rtol=1e-10, atol=1e-3)


def test_turning_there_and_back_changes_nothing():
    turn = random_rotation(7)
    there = rotate_stiffness(ORTHO.stiffness(), turn)
    np.testing.assert_allclose(rotate_stiffness(there, turn.T), ORTHO.stiffness(), rtol=1e-10, atol=1e-3)


def test_an_isotropic_law_does_not_change_by_turning():
    law = Isotropic(youngs_modulus=5 * GPA, poissons_ratio=0.4).stiffness()
    np.testing.assert_allclose(rotate_stiffness(law, random_rotation(3)), law, rtol=1e-12, atol=1e-3)


def test_a_matrix_that_is_no_rotation_is_refused():
    with pytest.raises(InputError, match="orthogonal"):
        rotate_stiffness(ORTHO.stiffness(), np.eye(3) * 1.1)


def test_an_orthotropic_law_pulled_along_its_first_axis_contracts_by_its_poissons_ratios():
    strain = np.linalg.solve(ORTHO.stiffness(), [1.0, 0, 0, 0, 0, 0])
    assert strain[0] == pytest.approx(1 / (60 * GPA))
    assert -strain[1] / strain[0] == pytest.approx(0.25)
    assert -strain[2] / strain[0] == pytest.approx(0.2)
    shear = np.linalg.inv(ORTHO.stiffness())
    assert 1 / np.diag(shear)[3:] == pytest.approx([5 * GPA, 8 * GPA, 20 * GPA])


def test_the_graphite_crystal_keeps_its_five_constants_and_has_the_moduli_of_its_compliance():
    c11, c12, c13, c33, c44 = 1060 * GPA, 180 * GPA, 15 * GPA, 36.5 * GPA, 4.5 * GPA
    law = TransverselyIsotropic.from_stiffness(c11=c11, c12=c12, c13=c13, c33=c33, c44=c44, symmetry_axis=3)
    crystal = np.diag([c11, c11, c33, c44, c44, (c11 - c12) / 2])
    crystal[0, 1] = crystal[1, 0] = c12
    crystal[:2, 2] = crystal[2, :2] = c13
    np.testing.assert_allclose(law.stiffness(), crystal, rtol=1e-12, atol=1e-3)
    # physics.md 2.1: E_a = 1025, E_c = 36.1 GPa, nu_ab = 0.165
    assert law.transverse_modulus == pytest.approx(1025 * GPA, rel=1e-3)
    assert law.axial_modulus == pytest.approx(36.1 * GPA, rel=2e-3)
    assert law.transverse_poissons_ratio == pytest.approx(0.165, rel=5e-3)


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_the_axis_of_symmetry_is_where_it_was_put(axis):
    law = TransverselyIsotropic.from_stiffness(
        c11=1060 * GPA, c12=180 * GPA, c13=15 * GPA, c33=36.5 * GPA, c44=4.5 * GPA, symmetry_axis=axis
    )
    diagonal = np.diag(law.stiffness())[:3] / GPA
    assert diagonal[axis - 1] == pytest.approx(36.5)
    assert np.delete(diagonal, axis - 1) == pytest.approx([1060, 1060])


@pytest.mark.parametrize(("axes", "along_x"), [("radial", 36.5), ("circumferential", 1060.0)])
def test_layers_around_a_bore_turn_with_the_angle(axes, along_x):
    constants = {"c11": 1060 * GPA, "c12": 180 * GPA, "c13": 15 * GPA, "c33": 36.5 * GPA, "c44": 4.5 * GPA}
    law = TransverselyIsotropic.from_stiffness(**constants, axes=axes, about=(1e-7, 0.0))
    on_x, on_y = law.stiffness_at(np.array([[1.5e-7, 0.0], [1e-7, 3e-8]]))
    # on the x axis outward is x, on the y axis outward is y
    assert on_x[0, 0] / GPA == pytest.approx(along_x)
    assert on_y[1, 1] / GPA == pytest.approx(along_x)


def test_a_law_with_axes_around_a_bore_looks_the_same_from_every_angle():
    law = Orthotropic(
        youngs_moduli=ORTHO.youngs_moduli, poissons_ratios=ORTHO.poissons_ratios, shear_moduli=ORTHO.shear_moduli,
        axes="circumferential", angle=0.3,
    )  # fmt: skip
    angle = 0.77
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    here = np.array([[2e-8, 1e-8]])
    there = here @ turn[:2, :2].T
    expected = rotate_stiffness(law.stiffness_at(here)[0], turn)
    np.testing.assert_allclose(law.stiffness_at(there)[0], expected, rtol=1e-10, atol=1.0)


def test_fixed_axes_at_an_angle_are_the_turned_law():
    law = Cubic(c11=165.7 * GPA, c12=63.9 * GPA, c44=79.6 * GPA, angle=np.pi / 4)
    e_along_110 = 1 / np.linalg.inv(law.stiffness_at([[0.0, 0.0]])[0])[0, 0]
    assert e_along_110 == pytest.approx(law.youngs_modulus((1, 1, 0)))


def test_no_direction_exists_at_the_centre_of_circumferential_axes():
    law = Cubic(c11=165.7 * GPA, c12=63.9 * GPA, c44=79.6 * GPA, axes="circumferential")
    with pytest.raises(InputError, match="about"):
        law.stiffness_at([[0.0, 0.0]])


@pytest.mark.parametrize("nu", [-1.0, 0.5, 0.6, float("nan")])
def test_an_isotropic_law_refuses_a_poissons_ratio_without_positive_energy(nu):
    with pytest.raises(InputError, match="poissons_ratio"):
        Isotropic(youngs_modulus=1 * GPA, poissons_ratio=nu)


@pytest.mark.parametrize("e", [0.0, -1.0, float("inf"), "5", True])
def test_an_isotropic_law_refuses_a_modulus_that_is_not_a_positive_number(e):
    with pytest.raises(InputError, match="youngs_modulus"):
        Isotropic(youngs_modulus=e, poissons_ratio=0.2)


def test_laws_that_would_release_energy_are_refused():
    with pytest.raises(InputError, match="positive definite"):
        Orthotropic(youngs_moduli=(1e9, 1e9, 1e9), poissons_ratios=(0.6, 0.6, 0.6), shear_moduli=(1e9, 1e9, 1e9))
    with pytest.raises(InputError, match="c11 must exceed"):
        Cubic(c11=1 * GPA, c12=2 * GPA, c44=1 * GPA)
    with pytest.raises(InputError, match="positive definite"):
        Cubic(c11=2 * GPA, c12=-1.5 * GPA, c44=1 * GPA)
    with pytest.raises(InputError, match="c13"):
        TransverselyIsotropic.from_stiffness(c11=1e9, c12=0.1e9, c13=2e9, c33=1e9, c44=1e9)


def test_an_unknown_kind_of_axes_is_refused():
    with pytest.raises(InputError, match="axes"):
        Cubic(c11=2 * GPA, c12=1 * GPA, c44=1 * GPA, axes="hoop")


def test_the_averages_of_crystals_are_those_computed_elsewhere():
    # physics.md 2.1 to 2.3, marked [C]
    lithium = material("lithium crystal").elastic
    assert [
        polycrystal(lithium.stiffness(), a).youngs_modulus / GPA for a in ("voigt", "hill", "reuss")
    ] == pytest.approx([14.8, 10.7, 6.3], abs=0.06)
    assert lithium.anisotropy == pytest.approx(8.30, abs=0.005)
    assert lithium.youngs_modulus((1, 1, 1)) == pytest.approx(21.2 * GPA, rel=5e-3)
    assert 3.0 <= lithium.youngs_modulus((1, 0, 0)) / GPA <= 3.1
    assert polycrystal(material("silicon crystal").elastic.stiffness()).youngs_modulus == pytest.approx(
        163 * GPA, rel=5e-3
    )
    assert polycrystal(material("MgO crystal").elastic.stiffness()).youngs_modulus == pytest.approx(309 * GPA, rel=5e-3)
    assert polycrystal(material("LiF crystal").elastic.stiffness()).youngs_modulus == pytest.approx(118 * GPA, rel=2e-2)


def test_the_average_of_an_isotropic_law_is_itself():
    law = Isotropic(youngs_modulus=62 * GPA, poissons_ratio=0.2)
    for average in ("voigt", "reuss", "hill"):
        same = polycrystal(law.stiffness(), average)
        assert (same.youngs_modulus, same.poissons_ratio) == pytest.approx((law.youngs_modulus, law.poissons_ratio))


def test_hills_average_does_not_depend_on_how_the_crystal_lies():
    stiffness = material("lithium crystal").elastic.stiffness()
    turned = rotate_stiffness(stiffness, random_rotation(11))
    assert polycrystal(turned).youngs_modulus == pytest.approx(polycrystal(stiffness).youngs_modulus)
