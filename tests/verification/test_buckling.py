"""Linear buckling against Euler, Levy, Timoshenko and Zoelly."""

import math

import numpy as np
import pytest

from tubewall.fem.buckling_modes import buckling
from tubewall.fem.loads import Pressure, RigidBody, Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials import Isotropic

E, NU = 60e9, 0.25
CARBON = Isotropic(youngs_modulus=E, poissons_ratio=NU)
PLATE = E / (1 - NU**2)


def factors(mesh, kinematics, loads, supports, modes=2, law=CARBON, expansion=0.0, **kwargs):
    model = Model(
        mesh=mesh, solids={"body": Solid(elastic=law, expansion=expansion)}, kinematics=kinematics, loads=loads,
        supports=supports,
    )  # fmt: skip
    return buckling(model, solve_model(model), modes, **kwargs)


def beam(length, thickness, count=(24, 2), **kwargs):
    return mapped_block(count, map=lambda p: p * [length, thickness], order=2, **kwargs)


def arc(radius, wall, turn, count):
    def put(p):
        r, t = radius + wall * (p[:, 0] - 0.5), turn * p[:, 1]
        return np.column_stack((r * np.cos(t), r * np.sin(t)))

    return mapped_block(count, map=put, order=2)


@pytest.mark.parametrize("kind", ["quad", "triangle"])
@pytest.mark.parametrize(("kinematics", "modulus"), [("plane stress", E), ("plane strain", PLATE)])
def test_a_column_held_at_its_foot_buckles_at_the_loads_of_euler(kind, kinematics, modulus):
    # P = (2 n - 1)^2 pi^2 E I / (4 L^2), less Engesser's share P / (k G A) of shear (Timoshenko and Gere 1961, section 2.17)
    length, wall = 40e-9, 1e-9
    found = factors(
        beam(length, wall, kind=kind), kinematics, (Traction(boundary="right", traction=(-1.0, 0.0)),),
        (Support(boundary="left"),),
    )  # fmt: skip
    for n, factor in enumerate(found.factors):
        euler = (2 * n + 1) ** 2 * math.pi**2 / 4 * modulus * wall**2 / 12 / length**2
        expected = euler / (1 + euler / (5 / 6 * CARBON.shear_modulus))
        assert factor == pytest.approx(expected, rel=3e-3)
    assert np.abs(found.shapes[0][:, 1]).max() == pytest.approx(1.0, abs=1e-3)
    assert found.residual < 1e-8
    assert found.symmetric


def test_a_column_in_space_buckles_about_its_weaker_axis_first():
    length, wide, thin = 40e-9, 3e-9, 1e-9
    mesh = mapped_block((16, 2, 2), map=lambda p: p * [length, wide, thin], order=2)
    found = factors(
        mesh, "3d", (Traction(boundary="right", traction=(-1.0, 0.0, 0.0)),), (Support(boundary="left"),), 1
    )
    euler = math.pi**2 / 4 * E * thin**2 / 12 / length**2
    assert found.factors[0] == pytest.approx(euler, rel=1e-2)
    assert np.abs(found.shapes[0][:, 2]).max() == pytest.approx(1.0, abs=1e-3)


def test_a_wall_clamped_at_both_ends_buckles_at_four_times_the_pinned_load():
    # physics.md 4.1: (4 pi^2 / 12) E' (w / L)^2
    length, wall = 100e-9, 2e-9
    supports = (Support(boundary="left"), Support(boundary="right", fix=("y",)))
    found = factors(
        beam(length, wall), "plane strain", (Traction(boundary="right", traction=(-1.0, 0.0)),), supports, 1
    )
    euler = math.pi**2 / 3 * PLATE * (wall / length) ** 2
    # the right end is pressed, but its slope is free: 20.19 E I / L^2 instead (Timoshenko and Gere, section 2.1)
    pinned = 20.19 * PLATE * wall**2 / 12 / length**2
    assert found.factors[0] == pytest.approx(pinned / (1 + pinned / (5 / 6 * CARBON.shear_modulus)), rel=6e-3)
    both = (Support(boundary="left"), Support(boundary="right", displacement=(-1e-12, 0.0)))
    model = Model(
        mesh=beam(length, wall), solids={"body": Solid(elastic=CARBON)}, kinematics="plane strain", supports=both
    )
    solution = solve_model(model)
    clamped = buckling(model, solution, 1)
    stress = clamped.factors[0] * abs(solution.reactions[1].force[0]) / wall
    assert stress == pytest.approx(euler / (1 + euler / (5 / 6 * CARBON.shear_modulus)), rel=3e-3)


def test_heat_buckles_a_wall_between_fixed_ends():
    # sigma = E' (1 + nu) alpha T in plane strain with the ends held, against (4 pi^2 / 12) E' (w / L)^2
    length, wall, alpha = 100e-9, 2e-9, 1e-5
    supports = (Support(boundary="left", fix=("x", "y")), Support(boundary="right", fix=("x", "y")))
    found = factors(
        beam(length, wall), "plane strain", (TemperatureChange(change=1.0),), supports, 1, expansion=alpha
    )  # fmt: skip
    euler = math.pi**2 / 3 * PLATE * (wall / length) ** 2
    stress = PLATE * (1 + NU) * alpha * found.factors[0]
    assert stress == pytest.approx(euler / (1 + euler / (5 / 6 * CARBON.shear_modulus)), rel=5e-3)


@pytest.mark.parametrize("whole", [True, False])
def test_a_ring_under_outside_pressure_ovalises_at_the_pressure_of_levy(whole):
    # p = 3 E' I / R^3 = E' w^3 / (4 R^3), E' = E / (1 - nu^2) in plane strain (Levy 1884; Timoshenko and Gere, section 7.5). It
    # holds for pressure on the outer face too: a parallel curve encloses pi w^2 / 4 + L w / 2 more, which bending leaves
    radius, wall = 50e-9, 1e-9
    if whole:
        from tubewall.geometry.block_mapping import join

        mesh = join({"body": arc(radius, wall, 2 * math.pi, (1, 120))})
        outer, supports = "body/right", (RigidBody(),)
    else:
        mesh = arc(radius, wall, math.pi / 2, (1, 30))
        outer, supports = "right", (Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",)))
    found = factors(mesh, "plane strain", (Pressure(boundary=outer, pressure=1.0),), supports, 3)
    expected = PLATE * wall**3 / (4 * radius**3)
    assert found.symmetric
    assert found.factors[0] == pytest.approx(expected, rel=3e-3)
    if whole:
        # n = 2 twice, then n = 3: (n^2 - 1) E' I / R^3
        assert found.factors[1] == pytest.approx(found.factors[0], rel=1e-3)
        assert found.factors[2] == pytest.approx(8 / 3 * expected, rel=5e-3)
    else:
        # n = 4 is the next one with both planes of symmetry
        assert found.factors[1] == pytest.approx(15 / 3 * expected, rel=1e-2)


def test_pressure_that_keeps_its_direction_buckles_a_ring_at_four_thirds_of_it():
    # p = 4 E I / R^3 (Boresi 1955; Singer and Babcock 1970); on the outer face (R / R_o)^2 of it: more force, and its arm w / 2
    radius, wall = 50e-9, 1e-9
    supports = (Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",)))
    loads = (Pressure(boundary="right", pressure=1.0),)
    dead = factors(arc(radius, wall, math.pi / 2, (1, 30)), "plane strain", loads, supports, 1, follower=False)
    expected = 4 * PLATE * wall**3 / 12 / radius**3 * (radius / (radius + wall / 2)) ** 2
    assert dead.factors[0] == pytest.approx(expected, rel=3e-3)


def test_pressure_inside_a_tube_does_not_buckle_it():
    radius, wall = 50e-9, 1e-9
    supports = (Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",)))
    found = factors(
        arc(radius, wall, math.pi / 2, (1, 30)), "plane strain", (Pressure(boundary="left", pressure=1.0),), supports
    )
    # the same ring turned inside out: the factors are those of suction, which is negative here
    assert len(found.factors) == 0 or found.factors[0] > 1e3 * PLATE * wall**3 / (4 * radius**3)


def test_a_tube_pressed_along_its_axis_folds_at_the_stress_of_lorenz_and_timoshenko():
    # sigma = E w / (R sqrt(3 (1 - nu^2))) (1908, 1910), the ends guided
    radius, wall, length = 50e-9, 0.5e-9, 60e-9
    mesh = mapped_block(
        (2, 60), map=lambda p: np.column_stack((radius + wall * (p[:, 0] - 0.5), length * p[:, 1])), order=2
    )
    loads = (Traction(boundary="top", traction=(0.0, -1.0)),)
    found = factors(mesh, "axisymmetric", loads, (Support(boundary="bottom", fix=("y",)),), 1)
    # a free upper edge folds at half of it; guided ends at the whole
    guided = (Support(boundary="bottom", fix=("x", "y")), Support(boundary="top", fix=("x",)))
    expected = E * wall / (radius * math.sqrt(3 * (1 - NU**2)))
    assert found.factors[0] < 0.7 * expected
    held = factors(mesh, "axisymmetric", loads, guided, 1)
    assert 0.8 * expected < held.factors[0] < 1.05 * expected
    assert "waves around" in held.notes[0]


def test_a_sphere_under_outside_pressure_buckles_at_the_pressure_of_zoelly():
    # p = 2 E (w / R)^2 / sqrt(3 (1 - nu^2)) (1915); all waves around the axis come at the same load
    radius, wall = 50e-9, 0.5e-9

    def put(p):
        r, t = radius + wall * (p[:, 0] - 0.5), math.pi / 2 * p[:, 1]
        return np.column_stack((r * np.cos(t), r * np.sin(t)))

    mesh = mapped_block((2, 60), map=put, order=2)
    supports = (Support(boundary="bottom", fix=("y",)),)
    found = factors(mesh, "axisymmetric", (Pressure(boundary="right", pressure=1.0),), supports, 1)
    expected = 2 * E * (wall / radius) ** 2 / math.sqrt(3 * (1 - NU**2))
    assert found.factors[0] == pytest.approx(expected, rel=2e-2)


def test_a_tube_in_space_ovalises_like_its_section():
    # a slice of a long tube between planes of symmetry: plane strain
    radius, wall, height = 50e-9, 1e-9, 5e-9

    def put(p):
        r, t = radius + wall * (p[:, 0] - 0.5), math.pi / 2 * p[:, 1]
        return np.column_stack((r * np.cos(t), r * np.sin(t), height * p[:, 2]))

    mesh = mapped_block((1, 30, 1), map=put, order=2)
    supports = (
        Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",)),
        Support(boundary="front", fix=("z",)), Support(boundary="back", fix=("z",)),
    )  # fmt: skip
    found = factors(mesh, "3d", (Pressure(boundary="right", pressure=1.0),), supports, 1)
    expected = PLATE * wall**3 / (4 * radius**3)
    assert found.symmetric
    assert found.factors[0] == pytest.approx(expected, rel=5e-3)
