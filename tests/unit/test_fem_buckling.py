"""The border of buckling, and the derivative that the stiffness of following pressures is."""

from dataclasses import replace

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.buckling_modes import buckling
from tubewall.fem.geometric_stiffness import follower_stiffness, geometric_stiffness
from tubewall.fem.loads import Pressure, RigidBody, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.surface_loads import add_loads
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials import Isotropic

SOFT = Isotropic(youngs_modulus=1e9, poissons_ratio=0.3)


def bent(p):
    result = p.copy()
    result[:, 0] += 0.5 + 0.1 * p[:, 1] ** 2
    result[:, 1] += 0.2 * p[:, 0] * p[:, 1]
    return result


def body(kinematics, loads, supports=(), order=2, kind=None, mesh=None):
    counts = (2, 2, 2) if kinematics == "3d" else (2, 2)
    mesh = mesh or mapped_block(counts, map=bent, order=2, kind=kind)
    return Model(
        mesh=mesh,
        solids={"body": Solid(elastic=SOFT)},
        kinematics=kinematics,
        loads=loads,
        supports=supports,
        order=order,
    )


@pytest.mark.parametrize(
    ("kinematics", "kind"),
    [
        ("plane strain", "quad"),
        ("plane strain", "triangle"),
        ("axisymmetric", "quad"),
        ("3d", "hexahedron"),
        ("3d", "tetra"),
        ("3d", "wedge"),
    ],
)
def test_the_stiffness_of_a_pressure_is_minus_the_derivative_of_its_forces(kinematics, kind):
    model = body(
        kinematics, (Pressure(boundary="right", pressure=2.0), Pressure(boundary="bottom", pressure=-1.0)), kind=kind
    )
    mesh = model.mesh
    random = np.random.default_rng(1)
    motion = random.normal(size=mesh.points.shape)
    step = 1e-6
    forces = []
    for sign in (1, -1):
        moved = replace(model, mesh=replace(mesh, points=mesh.points + sign * step * motion))
        force = np.zeros(model.size)
        add_loads(moved, force)
        forces.append(force)
    slope = (forces[0] - forces[1]) / (2 * step)
    found = follower_stiffness(model) @ motion.ravel()
    assert found == pytest.approx(-slope, abs=1e-7 * np.abs(slope).max())


@pytest.mark.parametrize("kinematics", ["plane strain", "3d"])
def test_a_turn_of_a_body_under_balanced_pressure_meets_no_stiffness(kinematics):
    # the stress turns with the body and the pressure with its surface: (K_stress + K_follower) times a turn vanishes
    counts = (3, 3, 3) if kinematics == "3d" else (3, 3)
    mesh = mapped_block(counts, map=bent, order=2)
    sides = ("left", "right", "bottom", "top", "front", "back")[: 2 * mesh.dim]
    model = body(kinematics, tuple(Pressure(boundary=name, pressure=1.0) for name in sides), (RigidBody(),), mesh=mesh)
    solution = solve_model(model)
    turn = np.zeros_like(mesh.points)
    turn[:, 0], turn[:, 1] = -mesh.points[:, 1], mesh.points[:, 0]
    stress, pressed = geometric_stiffness(solution), follower_stiffness(model)
    left = (stress + pressed) @ turn.ravel()
    assert np.abs(left).max() < 1e-8 * np.abs(stress @ turn.ravel()).max()
    assert np.abs(stress @ np.ones(stress.shape[0])).max() < 1e-12 * np.abs(stress.data).max()


def test_the_stiffness_of_a_uniform_stress_is_that_of_a_string():
    # sigma_xx = 1 over a unit square: u'K u of u_y = x is sigma times the area
    mesh = mapped_block((2, 2), order=2)
    model = body(
        "plane stress", (Traction(boundary="right", traction=(1.0, 0.0)),),
        (Support(boundary="left", fix=("x",)), Support(point=(0.0, 0.0), fix=("y",))), mesh=mesh,
    )  # fmt: skip
    stress = geometric_stiffness(solve_model(model))
    u = np.zeros_like(mesh.points)
    u[:, 1] = mesh.points[:, 0]
    assert u.ravel() @ stress @ u.ravel() == pytest.approx(1.0, rel=1e-10)


@pytest.mark.parametrize("order", [1, 2])
def test_shapes_are_given_at_every_node_and_scaled_to_one(order):
    model = body(
        "plane strain", (Traction(boundary="top", traction=(0.0, -1.0)),), (Support(boundary="bottom"),), order=order,
        mesh=mapped_block((1, 12), map=lambda p: p * [0.1, 2.0], order=2),
    )  # fmt: skip
    found = buckling(model, solve_model(model), 3)
    assert found.shapes.shape == (3, len(model.discrete.mesh.points), 2)
    assert np.linalg.norm(found.shapes[0], axis=1).max() == pytest.approx(1.0)
    assert np.all(np.diff(found.factors) > 0)
    assert found.notes == ("only buckling within the section is seen",)


def test_pulling_has_no_factors_and_says_so():
    mesh = mapped_block((1, 6), map=lambda p: p * [0.1, 1.0])
    model = body(
        "plane strain", (Traction(boundary="top", traction=(0.0, 1.0)),), (Support(boundary="bottom"),), mesh=mesh
    )
    found = buckling(model, solve_model(model), 2)
    # a stretched column only buckles where its clamped foot is squeezed sideways, far above
    pressed = replace(model, loads=(Traction(boundary="top", traction=(0.0, -1.0)),))
    assert len(found.factors) == 0 or found.factors[0] > 50 * buckling(pressed, solve_model(pressed), 1).factors[0]


def test_a_pressure_on_an_open_edge_is_unsymmetric_and_said():
    # Beck's column: a follower force at a free end makes no buckling but flutter
    mesh = mapped_block((1, 16), map=lambda p: p * [0.05, 1.0], order=2)
    model = body("plane strain", (Pressure(boundary="top", pressure=1.0),), (Support(boundary="bottom"),), mesh=mesh)
    found = buckling(model, solve_model(model), 2)
    assert not found.symmetric
    euler = np.pi**2 / 4 * SOFT.plane_strain_modulus * 0.05**2 / 12
    assert len(found.factors) == 0 or found.factors[0] > 5 * euler


def test_a_free_body_under_dead_forces_takes_its_turning_along():
    # a bar pressed at its ends by forces that keep their direction: turning it is left out, bending is not
    mesh = mapped_block((12, 1), map=lambda p: p * [1.0, 0.05], order=2)
    ends = tuple(Traction(boundary=b, traction=(-s, 0.0)) for b, s in (("left", -1.0), ("right", 1.0)))
    found = buckling(model := body("plane strain", ends, (RigidBody(),), mesh=mesh), solve_model(model), 1)
    # pinned at both ends by its own freedom: pi^2 E' I / L^2 (Euler)
    euler = np.pi**2 * SOFT.plane_strain_modulus * 0.05**2 / 12
    assert found.factors[0] == pytest.approx(euler, rel=1.5e-2)


def test_what_is_not_asked_rightly_is_refused():
    mesh = mapped_block((1, 6), map=lambda p: p * [0.1, 1.0])
    model = body(
        "plane strain", (Traction(boundary="top", traction=(0.0, -1.0)),), (Support(boundary="bottom"),), mesh=mesh
    )
    solution = solve_model(model)
    for modes in (0, -1, 1.5, True):
        with pytest.raises(InputError, match="positive whole number"):
            buckling(model, solution, modes)
    with pytest.raises(InputError, match="same model"):
        buckling(replace(model, order=1), solution)
