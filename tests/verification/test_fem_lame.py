"""Thick tubes under internal pressure (Lame, 1852; Timoshenko and Goodier, Theory of Elasticity, 3rd ed., section 28)."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem import Pressure, RigidBody, Support, Traction, load_basis, solve
from tubewall.materials import Isotropic, Orthotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
ring, mapped_block = MESHES["ring"], MESHES["mapped_block"]

A, E, P = 50e-9, 60e9, 1e6
WALLS = {0.05: 5e-9, 0.1: 10e-9, 0.2: 20e-9, 0.5: 50e-9}
RATIOS = (0.0, 0.25, 0.38, 0.45, 0.499, 0.4999)


def hoop(r, b):
    return P * A**2 / (b**2 - A**2) * (1 + b**2 / r**2)


def axial_stress(ends, nu, b):
    if ends == "held":
        return nu * 2 * P * A**2 / (b**2 - A**2)
    return P * A**2 / (b**2 - A**2) if ends == "closed" else 0.0


def radial_displacement(r, b, nu, sigma_z):
    radial = P * A**2 / (b**2 - A**2) * (1 - b**2 / r**2)
    return r / E * (hoop(r, b) - nu * (radial + sigma_z))


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
@pytest.mark.parametrize("nu", RATIOS)
@pytest.mark.parametrize("ends", ["held", "closed", "free"])
def test_a_thick_tube_in_the_plane_has_the_stress_and_displacement_of_lame(wall, nu, ends):
    b = A + wall
    law = Isotropic(youngs_modulus=E, poissons_ratio=nu)
    answer = solve(
        ring(A, b, 4 if wall < A / 2 else 12, 96), law, [Pressure(boundary="left", pressure=P)], [RigidBody()],
        kinematics="generalised plane strain", ends=ends,
    )  # fmt: skip
    for name, r in (("left", A), ("right", b)):
        surface = answer.boundary_stress(name)
        assert surface.tangential == pytest.approx(hoop(r, b), rel=3e-3)
        assert surface.stress[:, 2, 2] == pytest.approx(axial_stress(ends, nu, b), abs=3e-3 * hoop(r, b))
        nodes = np.unique(answer.mesh.boundaries[name])
        moved = np.linalg.norm(answer.displacement[nodes], axis=1)
        assert moved == pytest.approx(abs(radial_displacement(r, b, nu, axial_stress(ends, nu, b))), rel=2e-3, abs=0)
    # sigma_z A_wall is the axial resultant: p pi a^2 on closed ends
    expected = axial_stress(ends, nu, b) * np.pi * (b**2 - A**2)
    assert answer.axial_force == pytest.approx(expected, abs=1e-3 * P * np.pi * b**2)


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
@pytest.mark.parametrize("nu", RATIOS)
@pytest.mark.parametrize("ends", ["held", "closed"])
def test_a_thick_tube_around_its_axis_has_the_stress_and_displacement_of_lame(wall, nu, ends):
    b = A + wall
    law = Isotropic(youngs_modulus=E, poissons_ratio=nu)
    mesh = mapped_block(12, 2, lambda s, t: (A * (b / A) ** s, wall * t))
    loads = [Pressure(boundary="left", pressure=P)]
    supports = [Support(boundary="bottom", fix=("y",))]
    sigma_z = axial_stress(ends, nu, b)
    if ends == "held":
        supports.append(Support(boundary="top", fix=("y",)))
    else:
        loads.append(Traction(boundary="top", traction=(0.0, sigma_z)))
    answer = solve(mesh, law, loads, supports, kinematics="axisymmetric")
    for name, r in (("left", A), ("right", b)):
        surface = answer.boundary_stress(name)
        assert surface.stress[:, 2, 2] == pytest.approx(hoop(r, b), rel=3e-3)
        assert surface.stress[:, 1, 1] == pytest.approx(sigma_z, abs=3e-3 * hoop(r, b))
        nodes = np.unique(mesh.boundaries[name])
        assert answer.displacement[nodes, 0] == pytest.approx(radial_displacement(r, b, nu, sigma_z), rel=2e-3, abs=0)


def test_the_golden_numbers_of_a_60_nm_tube():
    # a = 50, b = 60 nm, p = 1 MPa, E = 60 GPa, nu = 0.25: hoop 5.5455 and 4.5455 MPa, u(a) = 4.593e-3 nm
    answer = solve(
        ring(A, 60e-9, 6, 96), Isotropic(youngs_modulus=E, poissons_ratio=0.25), [Pressure(boundary="left", pressure=P)],
        [RigidBody()],
    )  # fmt: skip
    assert answer.max_principal("left").value == pytest.approx(5.5455e6, rel=3e-4)
    assert answer.max_principal("right").value == pytest.approx(4.5455e6, rel=3e-4)
    bore = np.unique(answer.mesh.boundaries["left"])
    assert np.linalg.norm(answer.displacement[bore], axis=1) == pytest.approx(4.593e-12, rel=2e-4, abs=0)


def test_the_outside_pressure_of_a_closed_tube_pulls_on_its_ends_too():
    # both pressures p on closed ends: hydrostatic compression everywhere (Lame)
    mesh = ring(A, 70e-9, 3, 32)
    loads = [Pressure(boundary="left", pressure=P), Pressure(boundary="right", pressure=P)]
    law = Isotropic(youngs_modulus=E, poissons_ratio=0.3)
    answer = solve(mesh, law, loads, [RigidBody()], kinematics="generalised plane strain", ends="closed")
    stress = answer.boundary_stress("left").stress
    assert np.abs(stress + P * np.eye(3)).max() < 1e-6 * P
    assert answer.axial_strain == pytest.approx(-P * (1 - 2 * 0.3) / E, rel=1e-6)


def test_a_load_basis_with_closed_ends_has_the_axial_stress_of_lame():
    law = Isotropic(youngs_modulus=E, poissons_ratio=0.25)
    basis = load_basis(
        ring(A, 60e-9, 4, 48), law, chambers=["left"], supports=[RigidBody()],
        kinematics="generalised plane strain", ends="closed",
    )  # fmt: skip
    axial = basis.stress(np.array([P]))[:, 2]
    assert axial == pytest.approx(P * A**2 / (60e-9**2 - A**2), rel=2e-3)


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
@pytest.mark.parametrize("count", [(1, 16), (2, 32), (4, 64)])
def test_the_stated_mesh_error_covers_the_true_one_and_is_at_most_thirty_times_it(wall, count):
    b = A + wall
    law = Isotropic(youngs_modulus=E, poissons_ratio=0.25)
    answer = solve(ring(A, b, *count), law, [Pressure(boundary="left", pressure=P)], [RigidBody()])
    for name, r in (("left", A), ("right", b)):
        estimate = answer.mesh_error(name)
        true = abs(estimate.value - hoop(r, b))
        assert true < estimate.mesh_error < max(30 * true, 1e-2 * hoop(A, b))
    basis = load_basis(answer.mesh, law, chambers=["left", "right"], supports=[RigidBody()])
    pattern = np.array([P, 0.0])
    assert abs(basis.peak(pattern).value - hoop(A, b)) < basis.mesh_error(pattern)


@pytest.mark.parametrize("kinematics", ["plane strain", "axisymmetric"])
def test_a_tube_of_circumferential_fibres_has_the_stress_of_lekhnitskii(kinematics):
    # Lekhnitskii, Anisotropic Plates (1968), section 45, with the reduced compliances of plane strain
    b = 2 * A
    law = Orthotropic(
        youngs_moduli=(40e9, 10e9, 20e9), poissons_ratios=(0.2, 0.25, 0.15), shear_moduli=(8e9, 7e9, 6e9),
        axes="circumferential",
    )  # fmt: skip
    s = np.linalg.inv(law.stiffness())
    reduced = s[:2, :2] - np.outer(s[:2, 2], s[:2, 2]) / s[2, 2]
    # axis 1 is hoop, axis 2 radial
    k = np.sqrt(reduced[1, 1] / reduced[0, 0])
    assert k < 0.9 or k > 1.1
    c = P * k * A ** (k + 1) / (b ** (2 * k) - A ** (2 * k))
    expected = {r: c * (r ** (k - 1) + b ** (2 * k) * r ** (-k - 1)) for r in (A, b)}
    if kinematics == "plane strain":
        answer = solve(ring(A, b, 8, 64), law, [Pressure(boundary="left", pressure=P)], [RigidBody()])
        found = {A: answer.boundary_stress("left").tangential, b: answer.boundary_stress("right").tangential}
    else:
        mesh = mapped_block(12, 2, lambda s, t: (A * 2.0**s, 10e-9 * t))
        held = [Support(boundary=name, fix=("y",)) for name in ("bottom", "top")]
        answer = solve(mesh, law, [Pressure(boundary="left", pressure=P)], held, kinematics="axisymmetric")
        found = {r: answer.boundary_stress(n).stress[:, 2, 2] for r, n in ((A, "left"), (b, "right"))}
    for r in (A, b):
        assert found[r] == pytest.approx(expected[r], rel=3e-3)


def test_a_bar_of_turned_fibres_stretches_as_its_turned_compliance_says():
    law = Orthotropic(
        youngs_moduli=(40e9, 10e9, 20e9), poissons_ratios=(0.2, 0.25, 0.15), shear_moduli=(8e9, 7e9, 6e9), angle=0.5
    )
    mesh = mapped_block(3, 3, lambda s, t: (s, t))
    loads = [Traction(boundary="right", traction=(P, 0.0)), Traction(boundary="left", traction=(-P, 0.0))]
    answer = solve(mesh, law, loads, [RigidBody()], kinematics="generalised plane strain", ends="free")
    compliance = np.linalg.inv(law.stiffness_at(np.zeros((1, 2)))[0])
    right, left = (np.unique(mesh.boundaries[n]) for n in ("right", "left"))
    stretch = answer.displacement[right, 0].mean() - answer.displacement[left, 0].mean()
    assert stretch == pytest.approx(P * compliance[0, 0], rel=1e-8, abs=0)
    assert answer.axial_strain == pytest.approx(P * compliance[2, 0], rel=1e-8, abs=0)
