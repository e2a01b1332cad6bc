"""Cracks against Isida, Koiter, Kaya and Erdogan, Sneddon, Bowie and superposition."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.references.crack_bodies import GIVEN, NU, STEEL, E, S, moved_like, slit_block, solved
from tests.references.crack_meshes import grid, lines, slit, split
from tubewall.fem.cracks import crack
from tubewall.fem.loads import BodyForce, Eigenstrain, Pressure, RigidBody, Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials import Isotropic, Orthotropic

HALF = {"crack": lambda c: c[:, 0] < 1, "ligament": lambda c: c[:, 0] > 1}


def half_plate(width, height, fine, **kwargs):
    """The quarter of a plate with a centre crack of half-length 1, or half of one with an edge crack."""
    x, y = lines(0, 1, width, near=(1,), fine=fine), lines(0, height, near=(0,), fine=fine)
    return split(grid(x, y, **kwargs), "bottom", **HALF)


def slit_plate(size, fine, **kwargs):
    x, y = lines(-size, -1, 1, size, near=(-1, 1), fine=fine), lines(-size, 0, size, near=(0,), fine=fine)
    return slit(
        grid(x, y, **kwargs), lambda p: (abs(p[:, 1]) < 1e-9) & (abs(p[:, 0]) < 1 - 1e-9), lambda c: c[:, 1] < 0
    )


PULL = (Traction(boundary="top", traction=(0.0, S)),)
QUARTER = (Support(boundary="left", fix=("x",)), Support(boundary="ligament", fix=("y",)))
EDGE = (Support(boundary="ligament", fix=("y",)), Support(point=(1.0, 0.0), fix=("x",)))
TIP = {"tip": (1.0, 0.0), "direction": (1.0, 0.0)}
BOTH = {**TIP, "faces": ("upper", "lower")}
ONE = {**TIP, "faces": ("crack",), "symmetric": True}
UNIT = S * math.sqrt(math.pi)


@pytest.mark.parametrize("kind", ["quad", "triangle"])
@pytest.mark.parametrize("kinematics", ["plane strain", "plane stress"])
def test_a_centre_crack_in_a_finite_plate_has_the_k_of_isida(kind, kinematics):
    # Isida, Int. J. Fract. 7, 301 (1971): F = 1.1867 at a/W = 1/2; T = -1.0577 K / sqrt(pi a) (Leevers and Radon 1982)
    found = crack(solved(half_plate(2, 6, 0.02, kind=kind), PULL, QUARTER, kinematics), **ONE)
    assert found.k1 == pytest.approx(1.1867 * UNIT, rel=2e-3)
    assert found.t_stress == pytest.approx(-1.0577 * 1.1867 * S, rel=5e-3)
    modulus = E if kinematics == "plane stress" else E / (1 - NU**2)
    assert found.g == pytest.approx((1.1867 * UNIT) ** 2 / modulus, rel=4e-3)
    assert found.k2 == found.k3 == 0.0
    assert found.path_spread < 5e-4
    assert found.disagreement < 1e-2


def test_the_k_of_a_centre_crack_converges_and_the_disagreement_of_the_rates_covers_its_error():
    exact = 1.1867**2 * UNIT**2 * (1 - NU**2) / E
    errors = []
    for fine in (0.1, 0.05, 0.025):
        found = crack(solved(half_plate(2, 6, fine), PULL, QUARTER), **ONE)
        errors.append(abs(found.g / exact - 1))
        assert errors[-1] < 3 * found.disagreement
        # the domain form and the moved mesh are the same derivative of the same discrete energy
        assert found.g_domain == pytest.approx(found.g_extension, rel=1e-3)
    assert errors[0] > 1.5 * errors[1] > 2 * errors[2], errors


@pytest.mark.parametrize(("width", "factor"), [(2.0, 2.8246), (2.5, 2.1114), (10.0, 1.1892)])
def test_an_edge_crack_in_a_strip_has_the_k_of_kaya_and_erdogan(width, factor):
    # Kaya and Erdogan, Q. Appl. Math. 45, 105 (1987), table 1: a/W = 0.5, 0.4, 0.1
    found = crack(solved(half_plate(width, 3 * width, 0.01), PULL, EDGE), **ONE)
    assert found.k1 == pytest.approx(factor * UNIT, rel=3e-3)


def test_an_edge_crack_in_a_half_plane_has_1_1215():
    # Koiter 1965; a body of 60 crack lengths, pressed open on its faces
    found = crack(solved(half_plate(60, 60, 0.02), (Pressure(boundary="crack", pressure=S),), EDGE), **ONE)
    assert found.k1 == pytest.approx(1.1215 * UNIT, rel=2e-3)
    # T = -0.526 sigma under tension (Sham 1991), to which pressure on the faces adds a stress across it only
    assert found.t_stress == pytest.approx(-0.526 * S, abs=0.01 * S)


def test_a_slanted_crack_slides_and_opens():
    # 45 degrees to the load in a plate of 20 half-lengths: K_I = K_II = S sqrt(pi a) / 2; T = S cos(2 beta) = 0
    mesh = slit_plate(20, 0.05)
    stress = S * np.array([[0.5, 0.5], [0.5, 0.5]])
    sides = (("left", (-1, 0)), ("right", (1, 0)), ("bottom", (0, -1)), ("top", (0, 1)))
    loads = tuple(Traction(boundary=b, traction=tuple(stress @ np.array(n, dtype=float))) for b, n in sides)
    solution = solved(mesh, loads, (RigidBody(),))
    for sign in (1.0, -1.0):
        found = crack(solution, tip=(sign, 0.0), direction=(sign, 0.0), faces=("upper", "lower"))
        assert found.k1 == pytest.approx(UNIT / 2, rel=5e-3)
        assert found.k2 == pytest.approx(UNIT / 2, rel=5e-3)
        assert abs(found.t_stress) < 0.01 * S
        assert found.g == pytest.approx(2 * (UNIT / 2) ** 2 * (1 - NU**2) / E, rel=1e-2)


@pytest.mark.parametrize("kinematics", ["plane strain", "plane stress", "generalised plane strain"])
def test_pressure_in_a_crack_opens_it_like_the_tension_of_the_plate(kinematics):
    mesh = slit_plate(20, 0.1)
    inside = tuple(Pressure(boundary=b, pressure=S) for b in ("upper", "lower"))
    around = tuple(Pressure(boundary=b, pressure=-S) for b in ("left", "right", "bottom", "top"))
    ends = {"ends": "free"} if kinematics == "generalised plane strain" else {}
    pressed, pulled = (
        crack(solved(mesh, loads, (RigidBody(),), kinematics, **ends), **BOTH) for loads in (inside, around)
    )  # fmt: skip
    assert pressed.k1 == pytest.approx(pulled.k1, rel=1e-4)
    # the difference is the pressure everywhere
    assert pressed.t_stress == pytest.approx(pulled.t_stress - S, abs=1e-3 * S)
    # in an infinite plane S sqrt(pi a); the finite one 0.3 % more
    assert pressed.k1 == pytest.approx(UNIT, rel=5e-3)
    assert abs(pressed.k2) < 2e-4 * UNIT


def test_turning_the_body_leaves_k_and_its_parts():
    angle = 0.7
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    straight = slit_plate(8, 0.1)
    turned = replace(straight, points=straight.points @ turn.T)
    stress = S * np.array([[0.2, 0.6], [0.6, 1.0]])
    sides = (("left", (-1, 0)), ("right", (1, 0)), ("bottom", (0, -1)), ("top", (0, 1)))
    found = []
    for mesh, m in ((straight, np.eye(2)), (turned, turn)):
        loads = tuple(Traction(boundary=b, traction=tuple(m @ stress @ np.array(n, dtype=float))) for b, n in sides)
        tip, ahead = m @ [1.0, 0.0], m @ [1.0, 0.0]
        found.append(
            crack(solved(mesh, loads, (RigidBody(),)), tip=tuple(tip), direction=tuple(ahead), faces=("upper", "lower"))
        )
    assert found[1].k1 == pytest.approx(found[0].k1, rel=1e-8)
    assert found[1].k2 == pytest.approx(found[0].k2, rel=1e-8)
    assert found[1].t_stress == pytest.approx(found[0].t_stress, rel=1e-6)


@pytest.mark.parametrize("nu", [0.0, 0.3, 0.45])
def test_a_penny_crack_around_the_axis_has_the_k_of_sneddon(nu):
    # K_I = 2 S sqrt(a / pi) (Sneddon 1946); T = -(1 + 2 nu) S / 2 (Wang 2004). Cylinder of 12 radii, pressure in the crack
    mesh = half_plate(12, 12, 0.02)
    law = Isotropic(youngs_modulus=E, poissons_ratio=nu)
    supports = (Support(boundary="ligament", fix=("y",)),)
    unit = 2 * S / math.sqrt(math.pi)
    found = crack(solved(mesh, (Pressure(boundary="crack", pressure=S),), supports, "axisymmetric", law), **ONE)
    assert found.k1 == pytest.approx(unit, rel=1e-3)
    assert found.t_stress == pytest.approx(-(1 + 2 * nu) / 2 * S, abs=0.035 * S)
    assert found.path_spread < 2e-4
    # p r / a: K = 2 / sqrt(pi a) int p r / sqrt(a^2 - r^2) dr = pi / 4 of it
    graded = (Pressure(boundary="crack", pressure=lambda p: S * p[:, 0]),)
    found = crack(solved(mesh, graded, supports, "axisymmetric", law), **ONE)
    assert found.k1 == pytest.approx(math.pi / 4 * unit, rel=1e-3)


@pytest.mark.parametrize("how", ["temperature", "eigenstrain"])
@pytest.mark.parametrize("kinematics", ["plane strain", "plane stress"])
def test_heat_that_grows_along_the_crack_opens_it_like_the_stress_it_makes_without_crack(how, kinematics):
    # a strip held along y: without the crack sigma_yy = -E alpha T(x) (/ (1 - nu) in plane strain), nothing else in the plane
    mesh = half_plate(2, 4, 0.05)
    alpha = 1e-5

    def change(p):
        return -10.0 + 4.0 * p[:, 0]

    supports = (*EDGE, Support(boundary="top", fix=("y",)))
    if how == "temperature":
        loads, expansion = (TemperatureChange(change=change),), alpha
    else:
        loads, expansion = (Eigenstrain(strain=lambda p: alpha * change(p)),), 0.0
    hot = crack(solved(mesh, loads, supports, kinematics, expansion=expansion), **ONE)
    factor = E * alpha / (1 - NU if kinematics == "plane strain" else 1)
    pressed = crack(
        solved(mesh, (Pressure(boundary="crack", pressure=lambda p: -factor * change(p)),), supports, kinematics), **ONE
    )  # fmt: skip
    assert hot.k1 == pytest.approx(pressed.k1, rel=1e-4)
    assert hot.t_stress == pytest.approx(pressed.t_stress, rel=2e-3)
    assert hot.g == pytest.approx(pressed.g, rel=2e-4)
    assert hot.g_domain == pytest.approx(hot.g, rel=2e-2)
    assert hot.g_extension == pytest.approx(hot.g, rel=2e-2)
    assert hot.path_spread < 1e-3


def test_a_body_force_is_the_same_as_the_face_pressure_of_the_stress_it_makes():
    # a strip hung at its top under b: sigma_yy = -b (y - 0) from below; around the crack at mid-height sigma = b h
    # here: uniform b along x in a strip held at x = 0 gives sigma_xx only and leaves a crack along x closed
    mesh = slit_plate(4, 0.05)
    loads = (BodyForce(force=(S, 0.0)), Traction(boundary="right", traction=(0.0, 0.0)))
    supports = (Support(boundary="left", fix=("x",)), Support(point=(-4.0, 0.0), fix=("y",)))
    law = Isotropic(youngs_modulus=E, poissons_ratio=0.0)
    found = crack(solved(mesh, loads, supports, law=law), **BOTH)
    assert abs(found.k1) < 1e-4 * UNIT
    # sigma_xx = b (4 - x) at the tip
    assert found.t_stress == pytest.approx(3 * S, rel=1e-4)


def test_a_crack_in_an_orthotropic_plate_has_the_energy_release_of_sih_paris_and_irwin():
    # G = K^2 sqrt(a11 a22 / 2) sqrt(sqrt(a22 / a11) + (2 a12 + a66) / (2 a11)), plane stress (1965, eq. 29), K as isotropic
    law = Orthotropic(youngs_moduli=(40e9, 10e9, 10e9), poissons_ratios=(0.3, 0.3, 0.3), shear_moduli=(5e9, 4e9, 5e9))
    s = np.linalg.inv(law.stiffness())
    a11, a22, a12, a66 = s[0, 0], s[1, 1], s[0, 1], s[5, 5]
    expected = UNIT**2 * math.sqrt(a11 * a22 / 2) * math.sqrt(math.sqrt(a22 / a11) + (2 * a12 + a66) / (2 * a11))
    mesh = half_plate(30, 30, 0.02)
    found = crack(solved(mesh, (Pressure(boundary="crack", pressure=S),), QUARTER, "plane stress", law), **ONE)
    assert found.k1 is None
    assert found.g == found.g_domain
    assert found.g == pytest.approx(expected, rel=1e-2)
    assert found.g_extension == pytest.approx(found.g, rel=2e-3)


def test_an_interface_crack_between_two_materials_has_the_energy_release_of_malyshev_and_salganik():
    # G = (1/E1' + 1/E2') S^2 pi a (1 + 4 eps^2) / (2 cosh^2(pi eps)) for pressure in a crack of half-length a (1965; Rice 1988)
    x, y = lines(-30, -1, 1, 30, near=(-1, 1), fine=0.03), lines(-30, 0, 30, near=(0,), fine=0.03)
    mesh = slit(grid(x, y), lambda p: (abs(p[:, 1]) < 1e-9) & (abs(p[:, 0]) < 1 - 1e-9), lambda c: c[:, 1] < 0)
    height = np.array([mesh.points[cell].mean(axis=0)[1] for cell in mesh.blocks[0].cells])
    mesh = replace(mesh, regions={"above": np.flatnonzero(height > 0), "below": np.flatnonzero(height < 0)})
    stiff, soft = STEEL, Isotropic(youngs_modulus=20e9, poissons_ratio=0.35)
    solution = solve_model(
        Model(
            mesh=mesh, solids={"above": Solid(elastic=stiff), "below": Solid(elastic=soft)}, kinematics="plane strain",
            loads=tuple(Pressure(boundary=b, pressure=S) for b in ("upper", "lower")), supports=(RigidBody(),),
        )
    )  # fmt: skip
    g1, g2 = stiff.shear_modulus, soft.shear_modulus
    k1, k2 = 3 - 4 * stiff.poissons_ratio, 3 - 4 * soft.poissons_ratio
    beta = (g1 * (k2 - 1) - g2 * (k1 - 1)) / (g1 * (k2 + 1) + g2 * (k1 + 1))
    eps = math.log((1 - beta) / (1 + beta)) / (2 * math.pi)
    mean = (1 / stiff.plane_strain_modulus + 1 / soft.plane_strain_modulus) / 2
    expected = mean * UNIT**2 * (1 + 4 * eps**2) / math.cosh(math.pi * eps) ** 2
    found = crack(solution, **BOTH)
    assert found.k1 is None
    assert found.g == pytest.approx(expected, rel=1e-2)


def hole_with_cracks(length, size, fine):
    """A quarter of a plate with a hole of radius 1 and cracks of ``length`` along x: the map bends the grid around the hole."""
    reach = 1 + length
    s = lines(1, reach, size, near=(reach,), fine=fine * length)
    t = lines(0, 1, near=(0,), fine=fine)

    def put(p):
        r, angle = p[:, 0], p[:, 1] * math.pi / 2
        return np.column_stack((r * np.cos(angle), r * np.sin(angle)))

    mesh = grid(s, t, put=put)
    return split(mesh, "bottom", crack=lambda c: c[:, 0] < reach, ligament=lambda c: c[:, 0] > reach)


HOLE = (Support(boundary="top", fix=("x",)), Support(boundary="ligament", fix=("y",)))


@pytest.mark.parametrize(("length", "factor"), [(0.2, 0.9851), (0.5, 1.0582), (1.0, 1.0409), (2.0, 1.0161)])
def test_two_cracks_from_a_hole_in_tension_have_the_k_of_newman(length, factor):
    # Newman, NASA TN D-6376 (1971), table 2: K / (S sqrt(pi (R + L))) by boundary collocation
    mesh = hole_with_cracks(length, 60 * (1 + length), 0.02)

    def pull(p):
        return np.column_stack((np.zeros(len(p)), S * p[:, 1] / np.hypot(p[:, 0], p[:, 1])))

    solution = solved(mesh, (Traction(boundary="right", traction=pull),), HOLE)
    found = crack(solution, tip=(1 + length, 0.0), direction=(1.0, 0.0), faces=("crack",), symmetric=True)
    assert found.k1 == pytest.approx(factor * UNIT * math.sqrt(1 + length), rel=1e-3)


# Bowie, J. Math. Phys. 35, 60 (1956); Paris and Sih, ASTM STP 381 (1965): two cracks, biaxial tension, about 1 %
@pytest.mark.parametrize(("length", "factor"), [(0.2, 1.83), (0.5, 1.57), (1.0, 1.38)])
def test_pressurised_cracks_from_a_hole_have_the_k_of_bowie(length, factor):
    mesh = hole_with_cracks(length, 40 * (1 + length), 0.02)
    loads = tuple(Pressure(boundary=b, pressure=S) for b in ("left", "crack"))
    at = {"tip": (1 + length, 0.0), "direction": (1.0, 0.0), "faces": ("crack",), "symmetric": True}
    found = crack(solved(mesh, loads, HOLE), **at)
    # pressure in hole and cracks is biaxial tension of the plate, less a uniform pressure
    assert found.k1 == pytest.approx(factor * UNIT * math.sqrt(length), rel=1.5e-2)
    pulled = crack(solved(mesh, (Pressure(boundary="right", pressure=-S),), HOLE), **at)
    assert pulled.k1 == pytest.approx(found.k1, rel=2e-4)


def test_the_modes_and_t_of_a_given_field_are_found_in_the_plane():
    axis = lines(-1, 0, 1, near=(0,), fine=0.02)
    given = (GIVEN[0], GIVEN[1], 0.0, GIVEN[3])
    found = crack(
        moved_like(slit_block(axis, axis), given, "plane strain"), tip=(0.0, 0.0), direction=(1.0, 0.0), faces=("upper", "lower")
    )  # fmt: skip
    size = math.hypot(*given[:2])
    assert found.k1 == pytest.approx(given[0], abs=6e-3 * size)
    assert found.k2 == pytest.approx(given[1], abs=6e-3 * size)
    assert found.t_stress == pytest.approx(given[3], abs=1e-2 * S)
