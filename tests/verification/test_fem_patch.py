"""Patch tests to round-off and rigid motions without stress, for every kinematics and both elements.

MacNeal and Harder, Finite Elem. Anal. Des. 1, 3 (1985): a linear displacement on the boundary must give uniform stress.
"""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem import Pressure, RigidBody, Support, Traction, solve
from tubewall.fem.stress import components
from tubewall.materials import Isotropic, Orthotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
ring, mapped_block = MESHES["ring"], MESHES["mapped_block"]

LAWS = {
    "nu 0.25": Isotropic(youngs_modulus=60e9, poissons_ratio=0.25),
    "nu 0.4999, with bubble": Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999),
    "turned orthotropic": Orthotropic(
        youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9), angle=0.4
    ),
}


def crooked(shift=0.0):
    """A square of 3 x 3 x 2 triangles, all of whose inner sides and outer sides are curved."""

    def mapping(s, t):
        return (
            shift + s + 0.06 * np.sin(3 * t + s) * (1 + s),
            t + 0.07 * np.sin(4 * s + 0.5) * (0.5 + t),
        )

    return mapped_block(3, 3, mapping)


def everywhere(answer):
    m = len(answer.mesh.cells)
    local = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.2, 0.3]])
    return answer.stress_in(np.repeat(np.arange(m), 5), np.tile(local, (m, 1)))


def sides(field):
    return [Support(boundary=name, displacement=field) for name in ("left", "right", "bottom", "top")]


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("strain", [(1e-3, 0, 0), (0, 1e-3, 0), (0, 0, 1e-3), (1e-3, -2e-3, 5e-4)])
def test_a_linear_displacement_gives_uniform_stress_in_plane_strain(law, strain):
    xx, yy, xy = strain
    stiffness = law.stiffness_at(np.zeros((1, 2)))[0]

    def field(points):
        x, y = points.T
        return np.stack([xx * x + 0.3 * xy * y, yy * y + 0.7 * xy * x], axis=-1)

    answer = solve(crooked(), law, [], sides(field))
    stress, _ = everywhere(answer)
    expected = (stiffness @ [xx, yy, 0, 0, 0, xy])[[0, 1, 2, 5]]
    scale = np.abs(expected).max()
    # cond(K) of the nearly incompressible body costs four digits of the sixteen
    assert np.abs(stress - expected).max() < 1e-10 * max(scale, 1e-3 * stiffness[0, 0])
    assert answer.displacement == pytest.approx(field(answer.mesh.points), abs=1e-12)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_uniform_stress_under_tractions_in_generalised_plane_strain_with_free_ends(law):
    # uniaxial tension along x: sigma_zz must vanish everywhere and the strains be S11, S12, S13 of the compliance
    mesh = crooked()
    owners = {name: mesh.boundaries[name] for name in mesh.boundaries}
    pull = 1e-3 * law.stiffness_at(np.zeros((1, 2)))[0][3, 3]
    loads = [Pressure(boundary=name, pressure=-pull) for name in owners]
    answer = solve(mesh, law, loads, [RigidBody()], kinematics="generalised plane strain", ends="free")
    stress, _ = everywhere(answer)
    # a negative pressure all around is equal tension in the section and, the ends being free, none along z
    expected = np.array([pull, pull, 0.0, 0.0])
    assert np.abs(stress - expected).max() < 1e-8 * pull
    compliance = np.linalg.inv(law.stiffness_at(np.zeros((1, 2)))[0])
    assert answer.axial_strain == pytest.approx((compliance @ [pull, pull, 0, 0, 0, 0])[2], rel=1e-8)
    assert abs(answer.axial_force) < 1e-9 * pull


@pytest.mark.parametrize("law", list(LAWS.values())[:2], ids=list(LAWS)[:2])
@pytest.mark.parametrize("shift", [0.0, 1.0], ids=["touching the axis", "away from it"])
def test_uniform_stretch_gives_uniform_stress_around_the_axis(law, shift):
    # u_r = e r, u_z = f z: radial, hoop and axial strains are uniform
    e, f = 1e-3, -4e-4
    if shift:
        mesh = crooked(shift)
    else:
        mesh = mapped_block(3, 3, lambda s, t: (s * (1 + 0.1 * np.sin(3 * t)), t + 0.05 * s * np.sin(4 * s + 0.5)))

    def field(points):
        return np.stack([e * points[:, 0], f * points[:, 1]], axis=-1)

    answer = solve(mesh, law, [], sides(field), kinematics="axisymmetric")
    stress, _ = everywhere(answer)
    expected = (law.stiffness() @ [e, f, e, 0, 0, 0])[[0, 1, 2, 5]]
    assert np.abs(stress - expected).max() < 1e-9 * np.abs(expected).max()


def test_uniform_pressure_on_a_solid_cylinder_gives_uniform_stress():
    mesh = mapped_block(3, 3, lambda s, t: (s * (1 + 0.0 * t), t + 0.05 * np.sin(5 * s) * t * (1 - t)))
    loads = [Pressure(boundary="right", pressure=1e6), Traction(boundary="top", traction=(0.0, 3e6))]
    answer = solve(mesh, LAWS["nu 0.25"], loads, [Support(boundary="bottom", fix=("y",))], kinematics="axisymmetric")
    stress, _ = everywhere(answer)
    assert np.abs(stress - [-1e6, 3e6, -1e6, 0.0]).max() < 1e-6 * 1e6
    # the whole circle: 3 MPa on pi r^2
    assert answer.reactions[0].force[1] == pytest.approx(-3e6 * np.pi, rel=1e-10)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_rigid_motion_has_no_stress_and_no_reaction(law):
    angle = 1e-6

    def field(points):
        return np.stack([2e-3 - angle * points[:, 1], -1e-3 + angle * points[:, 0]], axis=-1)

    answer = solve(crooked(), law, [], sides(field))
    stiffness = law.stiffness_at(np.zeros((1, 2)))[0][0, 0]
    # the stress that rounding a displacement of 2e-3 can leave over an element of 0.3
    assert np.abs(everywhere(answer)[0]).max() < 1e-13 * stiffness
    assert max(np.abs(reaction.force).max() for reaction in answer.reactions) < 1e-13 * stiffness


def test_an_axial_motion_around_the_axis_has_no_stress():
    answer = solve(
        crooked(1.0), LAWS["nu 0.25"], [], [Support(boundary="bottom", displacement=(0.0, 1e-3), fix=("y",))],
        kinematics="axisymmetric",
    )  # fmt: skip
    assert np.abs(everywhere(answer)[0]).max() < 1e-13 * 60e9
    assert answer.displacement[:, 1] == pytest.approx(1e-3, rel=1e-10, abs=0)


def test_the_components_of_a_stress_tensor_are_those_of_the_solution():
    answer = solve(crooked(), LAWS["nu 0.25"], [Pressure(boundary="left", pressure=1.0)], [Support(boundary="right")])
    inside = answer.at([[0.5, 0.55]])
    assert inside.stress.shape == (1, 3, 3)
    assert np.array_equal(inside.stress, np.swapaxes(inside.stress, 1, 2))
    assert components(inside.stress).shape == (1, 4)
