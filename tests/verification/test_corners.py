"""Singular exponents of corners against Williams (1952), Dundurs (1969), Rice (1988) and conformal maps."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize

from tubewall.fem.wedge_corner import corner_exponents
from tubewall.fem.wedge_elements import Sector
from tubewall.materials import Isotropic, Orthotropic


def isotropic(e, nu):
    return Isotropic(youngs_modulus=e, poissons_ratio=nu)


CARBON, LLZO, LISI = isotropic(60e9, 0.25), isotropic(150e9, 0.257), isotropic(35.4e9, 0.25)


def kolosov(nu, kinematics):
    return 3 - 4 * nu if kinematics != "plane stress" else (3 - nu) / (1 + nu)


def roots(function, low=0.26, high=0.9999, steps=4000):
    x = np.linspace(low, high, steps)
    y = [function(v) for v in x]
    return [brentq(function, a, b, xtol=1e-14) for a, b, p, q in zip(x, x[1:], y, y[1:], strict=False) if p * q < 0]


@pytest.mark.parametrize("degrees", [200, 225, 240, 260, 270, 300, 330, 350])
def test_the_exponents_of_a_free_notch_are_those_of_williams(degrees):
    # sin(lambda a) = -+ lambda sin a (Williams, J. Appl. Mech. 19, 526, 1952)
    a = math.radians(degrees)
    expected = sorted(
        root for sign in (1, -1) for root in roots(lambda x, s=sign: math.sin(x * a) + s * x * math.sin(a), 0.3)
    )  # fmt: skip
    found = corner_exponents([Sector(law=CARBON, start_angle=0.3, end_angle=0.3 + a)])
    assert found.singular == pytest.approx(expected, abs=1e-9)


def test_the_golden_exponents_of_a_right_angled_notch_and_of_a_crack():
    # physics.md 4.3: 0.5445 and 0.9085; a crack has 1/2 twice
    notch = corner_exponents([Sector(law=CARBON, start_angle=0, end_angle=1.5 * math.pi)])
    assert notch.singular == pytest.approx([0.5445, 0.9085], abs=5e-5)
    crack = corner_exponents([Sector(law=CARBON, start_angle=-math.pi, end_angle=math.pi)])
    assert crack.singular == pytest.approx([0.5, 0.5], abs=1e-9)


@pytest.mark.parametrize("kinematics", ["plane strain", "axisymmetric", "plane stress"])
@pytest.mark.parametrize("nu", [0.0, 0.25, 0.4])
@pytest.mark.parametrize("degrees", [90, 150, 180, 270])
def test_a_wedge_between_a_held_and_a_free_face_has_the_exponents_of_williams(kinematics, nu, degrees):
    # sin^2(lambda a) = (1 + k)^2 / (4 k) - lambda^2 sin^2(a) / k; at 180 degrees complex, 1/2 +- i ln(k) / (2 pi)
    a, k = math.radians(degrees), kolosov(nu, kinematics)

    def determinant(x):
        return np.sin(x * a) ** 2 - (1 + k) ** 2 / (4 * k) + x**2 * np.sin(a) ** 2 / k

    found = corner_exponents(
        [Sector(law=isotropic(1.0, nu), start_angle=0, end_angle=a)], ("clamped", "free"), kinematics
    )
    assert all(abs(determinant(x)) < 1e-8 for x in found.singular), found.singular
    expected = roots(determinant, 0.05)
    assert found.singular[found.singular.imag == 0].real == pytest.approx(expected, abs=1e-8)
    if degrees == 180:
        assert found.leading == pytest.approx(0.5 + 1j * math.log(k) / (2 * math.pi), abs=1e-9)


@pytest.mark.parametrize("degrees", [200, 270, 360])
def test_a_wedge_between_held_faces_has_the_exponents_of_williams(degrees):
    # k sin(lambda a) = -+ lambda sin a
    a, k = math.radians(degrees), 3 - 4 * 0.25
    expected = sorted(
        root for sign in (1, -1) for root in roots(lambda x, s=sign: k * math.sin(x * a) + s * x * math.sin(a), 0.3)
    )  # fmt: skip
    found = corner_exponents([Sector(law=CARBON, start_angle=0, end_angle=a)], ("clamped", "clamped"))
    if degrees == 360:
        expected = [0.5, 0.5]
    assert found.singular == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("kinematics", ["plane strain", "plane stress"])
@pytest.mark.parametrize(
    ("stiff", "soft"), [(LLZO, LISI), (CARBON, isotropic(1e6, 0.4)), (isotropic(70e9, 0.3), isotropic(3e9, 0.4))]
)
def test_a_crack_between_two_materials_oscillates_as_dundurs_parameter_says(kinematics, stiff, soft):
    # lambda = 1/2 + i eps, eps = ln((1 - beta)/(1 + beta)) / (2 pi); Rice, J. Appl. Mech. 55, 98 (1988)
    g1, g2 = stiff.shear_modulus, soft.shear_modulus
    k1, k2 = (kolosov(law.poissons_ratio, kinematics) for law in (stiff, soft))
    beta = (g1 * (k2 - 1) - g2 * (k1 - 1)) / (g1 * (k2 + 1) + g2 * (k1 + 1))
    eps = math.log((1 - beta) / (1 + beta)) / (2 * math.pi)
    halves = [
        Sector(law=soft, start_angle=-math.pi, end_angle=0.0),
        Sector(law=stiff, start_angle=0.0, end_angle=math.pi),
    ]
    found = corner_exponents(halves, ("free", "free"), kinematics)
    assert found.leading == pytest.approx(0.5 + 1j * abs(eps), abs=1e-9)
    closed = corner_exponents(halves, None, kinematics)
    assert len(closed.singular) == 0


def airy(lam, theta, law, kinematics="plane strain"):
    """sigma_tt, sigma_rt and 2 G u_r, 2 G u_t of the four functions of r^(lambda + 1) F(theta); (4, 4)."""
    k = kolosov(law.poissons_ratio, kinematics)
    p, m = lam + 1, lam - 1
    s, c = np.sin, np.cos
    f = np.array([s(p * theta), c(p * theta), s(m * theta), c(m * theta)])
    df = np.array([p * c(p * theta), -p * s(p * theta), m * c(m * theta), -m * s(m * theta)])
    g2 = 2 * law.shear_modulus
    # 2 G u_r = -(lambda + 1) F + (k + 1) psi', 2 G u_t = -F' + (k + 1) (lambda - 1) psi with the harmonic part of Williams
    extra_r = np.array([0 * theta, 0 * theta, s(m * theta), c(m * theta)]) * (k + 1)
    extra_t = np.array([0 * theta, 0 * theta, -c(m * theta), s(m * theta)]) * (k + 1)
    return np.array([lam * p * f, -lam * df, (-p * f + extra_r) / g2, (-df + extra_t) / g2])


def root_determinant(lam, wall, base):
    """Smallest singular value of the 8 x 8 conditions of a right-angled wall on a half-space."""
    free, bonded, far = math.pi / 2, 0.0, -math.pi
    scale = base.shear_modulus
    matrix = np.zeros((8, 8), dtype=complex)
    matrix[:2, :4] = airy(lam, free, wall)[:2]
    matrix[2:4, 4:] = airy(lam, far, base)[:2]
    top, bottom = airy(lam, bonded, wall), airy(lam, bonded, base)
    matrix[4:6, :4], matrix[4:6, 4:] = top[:2], -bottom[:2]
    matrix[6:, :4], matrix[6:, 4:] = top[2:] * scale, -bottom[2:] * scale
    values = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0), compute_uv=False)
    return values[-1]


def wall_root(wall, base):
    return corner_exponents(
        [Sector(law=base, start_angle=-math.pi, end_angle=0), Sector(law=wall, start_angle=0, end_angle=math.pi / 2)]
    )


@pytest.mark.parametrize(("wall", "golden"), [(CARBON, 0.608), (LISI, 0.644)])
def test_the_root_of_a_wall_on_an_electrolyte_has_the_exponent_of_the_eight_conditions(wall, golden):
    found = wall_root(wall, LLZO)
    # physics.md 4.3, wall of Poisson's ratio 0.25
    assert found.leading == pytest.approx(golden, abs=5e-4)
    assert not found.oscillating
    least = min(np.linspace(0.3, 0.95, 131), key=lambda x: root_determinant(x, wall, LLZO))
    best = minimize(
        lambda x: root_determinant(x[0], wall, LLZO),
        [least],
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-16},
    )
    assert found.leading == pytest.approx(best.x[0], abs=1e-7)


def test_a_carbon_wall_on_soft_polymer_is_a_punch_and_oscillates():
    # a rigid punch bonded to a half-space: 1/2 + i ln(k) / (2 pi), k = 3 - 4 nu (Muskhelishvili 1953)
    for nu in (0.4, 0.49):
        found = wall_root(CARBON, isotropic(1e6, nu))
        assert found.oscillating
        assert found.leading == pytest.approx(0.5 + 1j * math.log(3 - 4 * nu) / (2 * math.pi), abs=1e-4)
        assert root_determinant(found.leading, CARBON, isotropic(1e6, nu)) < 1e-6
    # nearly incompressible: the oscillation dies out
    assert wall_root(CARBON, isotropic(1e6, 0.4999)).leading == pytest.approx(0.5, abs=2e-4)


@pytest.mark.parametrize("degrees", [120, 200, 270, 360])
def test_an_orthotropic_wedge_out_of_plane_has_the_exponent_of_its_stretched_angle(degrees):
    # u_z is harmonic in (x, y sqrt(C55 / C44)): a free wedge has lambda = pi / stretched angle
    law = Orthotropic(youngs_moduli=(40e9,) * 3, poissons_ratios=(0.2,) * 3, shear_moduli=(8e9, 2e9, 18e9))
    c = law.stiffness()
    ratio = math.sqrt(c[4, 4] / c[3, 3])
    assert abs(ratio - 1) > 0.3
    a = math.radians(degrees)
    turns = math.atan2(ratio * math.sin(a), math.cos(a)) % (2 * math.pi) or 2 * math.pi
    found = corner_exponents([Sector(law=law, start_angle=0, end_angle=a)], kinematics="antiplane", limit=3.0)
    assert found.values[0] == pytest.approx(math.pi / turns, abs=1e-9)


def test_four_quarters_of_two_materials_out_of_plane():
    # chequerboard: lambda = (4 / pi) arctan(sqrt(G2 / G1)) for G2 < G1 (Keller 1987; Milton, Theory of Composites, 2002)
    for contrast in (2.0, 10.0, 1e4):
        laws = [isotropic(1e9, 0.25), isotropic(1e9 / contrast, 0.25)]
        quarters = [
            Sector(law=laws[i % 2], start_angle=i * math.pi / 2, end_angle=(i + 1) * math.pi / 2) for i in range(4)
        ]  # fmt: skip
        found = corner_exponents(quarters, None, "antiplane")
        assert found.leading == pytest.approx(4 / math.pi * math.atan(1 / math.sqrt(contrast)), abs=1e-8)


@pytest.mark.parametrize("angle", [0.0, 0.4, 1.2])
def test_a_crack_in_any_anisotropic_material_has_a_half(angle):
    # Sih, Paris and Irwin, Int. J. Fract. Mech. 1, 189 (1965); graphite-like stiffness
    law = Orthotropic(
        youngs_moduli=(1000e9, 36e9, 1000e9), poissons_ratios=(0.012, 0.0004, 0.16), shear_moduli=(4.5e9, 4.5e9, 430e9),
        angle=angle,
    )  # fmt: skip
    found = corner_exponents([Sector(law=law, start_angle=-math.pi, end_angle=math.pi)])
    assert found.singular == pytest.approx([0.5, 0.5], abs=1e-6)
