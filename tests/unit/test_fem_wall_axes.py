"""Axes along the wall: circles, hexagons, tubes in space, and what a tube of fibres answers."""

import time

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.wall_axes import axes_along
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.materials import Orthotropic

FIBRES = dict(youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9))


def ring(kind="quad", order=2, around=12, height=None):
    def put(unit):
        r, t = 1.0 + unit[:, 0], np.pi / 2 * unit[:, 1]
        out = unit.copy()
        out[:, 0], out[:, 1] = r * np.cos(t), r * np.sin(t)
        return out

    return mapped_block((4, around) if height is None else (4, around, height), map=put, kind=kind, order=order)


def circumferential(points):
    t = np.arctan2(points[:, 1], points[:, 0])
    zero, one = 0 * t, 1 + 0 * t
    return np.stack([np.stack([-np.sin(t), np.cos(t), zero], 1), np.stack([np.cos(t), np.sin(t), zero], 1),
                     np.stack([zero, zero, one], 1)], axis=2)  # fmt: skip


def inner_points(dim=2, count=400):
    rng = np.random.default_rng(1)
    r, t = 1 + rng.random(count), np.pi / 2 * rng.random(count)
    return np.column_stack([r * np.cos(t), r * np.sin(t), *([rng.random(count)] * (dim - 2))])


@pytest.mark.parametrize("boundary", ["left", "right"])
def test_around_a_bore_they_are_circumferential_axes(boundary):
    points = inner_points()
    found = axes_along(ring(), (boundary,), points)
    sign = 1 if boundary == "left" else -1
    # twelve parabolas a quarter circle
    assert np.abs(found[:, :, :2] - sign * circumferential(points)[:, :, :2]).max() < 2e-4
    assert np.array_equal(found[:, :, 2], np.tile([0.0, 0.0, 1.0], (len(points), 1)))


def test_straight_facets_of_a_bore_give_axes_that_turn_smoothly():
    mesh = ring(order=1, around=12)
    t = np.linspace(0.01, np.pi / 2 - 0.01, 2000)
    found = axes_along(mesh, ("left",), 1.3 * np.column_stack([np.cos(t), np.sin(t)]))
    angle = np.unwrap(np.arctan2(found[:, 1, 1], found[:, 0, 1]))
    assert np.abs(angle - t).max() < np.pi / 48 + 1e-6
    assert np.abs(np.diff(angle)).max() < 20 * np.diff(t).max()


@pytest.mark.parametrize("kind", ["hexahedron", "tetra", "wedge"])
def test_in_space_they_lie_in_the_section(kind):
    points = inner_points(3, 200)
    found = axes_along(ring(kind, height=2), ("left",), points)
    assert np.abs(found - circumferential(points)).max() < 3e-3
    with pytest.raises(InputError, match="lies across z"):
        axes_along(ring(kind, height=2), ("front",), points)


def test_along_a_hexagonal_wall_axis_1_follows_the_flat():
    # six trapezoids around a hexagonal bore
    def side(i):
        ends = [np.array([np.cos(a), np.sin(a)]) for a in (np.pi / 3 * i, np.pi / 3 * (i + 1))]

        def put(unit):
            r = 1 + 0.3 * unit[:, :1]
            return r * ((1 - unit[:, 1:]) * ends[0] + unit[:, 1:] * ends[1])

        return mapped_block((2, 4), map=put, kind="quad", order=2)

    mesh = join({str(i): side(i) for i in range(6)})
    bores = tuple(f"{i}/left" for i in range(6))
    for i in range(6):
        across = np.array([np.cos(np.pi / 3 * (i + 0.5)), np.sin(np.pi / 3 * (i + 0.5))])
        along = np.array([-across[1], across[0]])
        flat = np.sqrt(3) / 2
        points = np.array([(flat * (1 + s)) * across + x * along for s in (0.0, 0.1, 0.29) for x in (-0.4, 0.0, 0.45)])
        found = axes_along(mesh, bores, points)
        assert found[:, :2, 1] == pytest.approx(np.tile(across, (len(points), 1)), abs=1e-9)
        assert found[:, :2, 0] == pytest.approx(np.tile(along, (len(points), 1)), abs=1e-9)


def test_the_nearest_of_several_walls_counts():
    mesh = ring()
    near_bore, near_rim = np.array([[1.2, 0.3]]), np.array([[1.7, 0.5]])
    assert axes_along(mesh, ("left", "right"), near_bore)[0, 0, 1] > 0
    assert axes_along(mesh, ("left", "right"), near_rim)[0, 0, 1] < 0


@pytest.mark.parametrize(
    ("kind", "kinematics"), [("quad", "plane strain"), ("triangle", "plane stress"), ("hexahedron", "3d")]
)
def test_a_tube_of_fibres_along_its_bore_is_the_tube_of_circumferential_fibres(kind, kinematics):
    mesh = ring(kind, height=1 if kinematics == "3d" else None)
    sides = {"bottom": "y", "top": "x"} | ({"front": "z", "back": "z"} if kinematics == "3d" else {})
    answers = []
    for solid in (
        Solid(elastic=Orthotropic(**FIBRES), along=("left",)),
        Solid(elastic=Orthotropic(**FIBRES, axes="circumferential", about=(0.0, 0.0))),
    ):
        answers.append(solve_model(Model(
            mesh=mesh, solids={"body": solid}, kinematics=kinematics, loads=(Pressure(boundary="left", pressure=1e6),),
            supports=tuple(Support(boundary=name, fix=(axis,)) for name, axis in sides.items()),
        )))  # fmt: skip
    scale = np.abs(answers[1].displacement).max()
    assert np.abs(answers[0].displacement - answers[1].displacement).max() < 2e-4 * scale


def test_a_hundred_thousand_points_take_a_second_or_two():
    points = inner_points(count=100_000)
    mesh = ring()
    start = time.perf_counter()
    axes_along(mesh, ("left",), points)
    assert time.perf_counter() - start < 10
