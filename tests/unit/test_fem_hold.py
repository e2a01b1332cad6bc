"""What holds a body: supports of every kind, rollers, rigid motions and their names, clashes."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.loads import Pressure, RigidBody, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.materials import Isotropic

YOUNG, POISSON, LOAD = 60e9, 0.25, 1e6
CARBON = Solid(elastic=Isotropic(youngs_modulus=YOUNG, poissons_ratio=POISSON))


def turned(angle):
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def square(angle=0.0, kind="quad", order=2):
    return mapped_block((3, 3), kind=kind, order=order, map=lambda x: x @ turned(angle).T)


def cube():
    return mapped_block((2, 2, 2), kind="hexahedron", order=1)


def solved(mesh, supports, loads=(), kinematics=None, **more):
    kinematics = kinematics or ("3d" if mesh.dim == 3 else "plane strain")
    return solve_model(
        Model(mesh=mesh, solids={"body": CARBON}, kinematics=kinematics, supports=supports, loads=loads, **more)
    )


@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 4, 2.0])
def test_rollers_on_a_turned_block_carry_the_load_along_their_normals(angle):
    mesh = square(angle)
    rollers = (Support(boundary="left", fix=("normal",)), Support(boundary="bottom", fix=("normal",)))
    solution = solved(mesh, rollers, (Pressure(boundary="right", pressure=LOAD),))
    # uniform pressure: the far side pushes back with p times its unit length, the bottom with nothing
    assert solution.reactions[0].force == pytest.approx(LOAD * turned(angle)[:, 0], abs=1e-6)
    assert solution.reactions[1].force == pytest.approx([0, 0], abs=1e-6)
    local = np.full((mesh.elements, 2), 0.3)
    stress = solution.stress_in(np.arange(mesh.elements), local)[:, [0, 1, 5]]
    own = turned(angle) @ np.diag([-LOAD, 0.0]) @ turned(angle).T
    assert stress == pytest.approx(np.tile([own[0, 0], own[1, 1], own[0, 1]], (mesh.elements, 1)), abs=1e-3)


def test_a_roller_that_moves_pushes_the_block_by_that_much():
    mesh = square(0.5)
    push = 1e-6
    rollers = (
        Support(boundary="left", fix=("normal",)),
        Support(boundary="bottom", fix=("normal",)),
        Support(boundary="right", fix=("normal",), displacement={"normal": -push}),
    )
    solution = solved(mesh, rollers, kinematics="plane stress")
    # uniaxial stress E u / L
    assert solution.reactions[2].force == pytest.approx(-YOUNG * push * turned(0.5)[:, 0], rel=1e-9)


def test_rollers_all_around_the_corners_of_a_box_hold_each_face_and_the_edges_between():
    mesh = cube()
    boundaries = dict(mesh.boundaries)
    boundaries["all round"] = np.concatenate([mesh.boundaries[name] for name in ("left", "bottom", "front")])
    joined = SolidMesh(points=mesh.points, blocks=mesh.blocks, regions=mesh.regions, boundaries=boundaries)
    solution = solved(
        joined, (Support(boundary="all round", fix=("normal",)),), (Pressure(boundary="top", pressure=LOAD),)
    )
    assert solution.reactions[0].force == pytest.approx([0, LOAD, 0], abs=1e-5)


def test_a_support_on_a_mapping_holds_only_the_directions_it_names():
    solution = solved(
        square(), (Support(boundary="left", displacement={"x": 0.0}), Support(point=(0.0, 0.0), fix=("y",))),
        (Traction(boundary="right", traction=(LOAD, 0.0)),), kinematics="plane stress",
    )  # fmt: skip
    right = solution.model.discrete.mesh.boundary_nodes("right")
    assert solution.displacement[right, 0] == pytest.approx(LOAD / YOUNG, rel=1e-9, abs=0)
    assert solution.reactions[1].force == pytest.approx([0, 0], abs=1e-6)


def test_balanced_loads_on_a_rigid_body_leave_no_reaction_and_no_mean_motion():
    loads = tuple(Pressure(boundary=name, pressure=LOAD) for name in ("left", "right"))
    solution = solved(cube(), (RigidBody(),), loads)
    assert np.abs(solution.reactions[0].force).max() < 1e-9 * LOAD
    assert np.abs(solution.reactions[0].moment).max() < 1e-9 * LOAD
    assert np.abs(solution.displacement.mean(axis=0)).max() < 1e-9 * np.abs(solution.displacement).max()


def test_loads_that_do_not_balance_are_refused_under_rigid_body():
    with pytest.raises(InputError, match="do not balance"):
        solved(cube(), (RigidBody(),), (Pressure(boundary="left", pressure=LOAD),))


FREE = {
    (): ["translation along x", "translation along z", "rotation about the axis along y through (500, 500, 500) mm"],
    (Support(boundary="left", fix=("x",)),): ["translation along y", "translation along z", "along x"],
    (Support(point=(0.0, 0.0, 0.0)),): [
        "along x through (0, 0, 0)", "along y through (0, 0, 0)", "along z through (0, 0, 0)",
    ],
    (Support(point=(0.0, 0.0, 0.0)), Support(point=(1.0, 0.0, 0.0))): ["rotation about the axis along x"],
}  # fmt: skip


@pytest.mark.parametrize("supports", FREE)
def test_the_motions_that_are_free_are_named(supports):
    mesh = cube()
    if supports == (Support(point=(0.0, 0.0, 0.0)),):
        mesh = mapped_block((2, 2, 2), kind="hexahedron", order=1, map=lambda x: x - [0.5, 0.5, 0.5])
        supports = (Support(point=(0.0, 0.0, 0.0)),)
    with pytest.raises(InputError, match="may still move") as refused:
        solved(mesh, supports)
    for words in FREE[supports]:
        assert words in str(refused.value)


def test_a_free_motion_along_no_axis_is_named_by_its_direction():
    with pytest.raises(InputError, match=r"translation along \(0.5, -0.866\) is free"):
        solved(square(np.pi / 6), (Support(boundary="left", fix=("normal",)),))


def test_parts_that_are_not_connected_are_told_apart():
    one, two = square(), square()
    mesh = SolidMesh(
        points=np.vstack([one.points, two.points + np.array([5.0, 0.0])]),
        blocks=(Block(kind="quad9", cells=np.vstack([one.blocks[0].cells, two.blocks[0].cells + len(one.points)])),),
        regions={"body": np.arange(18)},
        boundaries=one.boundaries,
    )
    with pytest.raises(InputError, match=r"part 2 of 2 of the body, about \(5\.5, 0\.5\) m"):
        solved(mesh, (Support(boundary="left"),))


def test_a_mesh_whose_nodes_were_not_merged_is_told_so():
    mesh = square(order=1)
    cells = mesh.blocks[0].cells
    loose = SolidMesh(
        points=mesh.points[cells].reshape(-1, 2),
        blocks=(Block(kind="quad", cells=np.arange(cells.size).reshape(-1, 4)),),
        regions={"body": np.arange(len(cells))},
        boundaries={},
    )
    many = mapped_block((9, 9), kind="quad", order=1)
    apart = SolidMesh(
        points=many.points[many.blocks[0].cells].reshape(-1, 2),
        blocks=(Block(kind="quad", cells=np.arange(4 * 81).reshape(-1, 4)),), regions={"body": np.arange(81)}, boundaries={},
    )  # fmt: skip
    with pytest.raises(InputError, match="part 1 of 9"):
        solved(loose, ())
    with pytest.raises(InputError, match="falls into 81 parts"):
        solved(apart, ())


def test_two_supports_that_disagree_are_refused_with_both_places():
    with pytest.raises(InputError, match=r"different x: 0 m by boundary 'left' and 1 nm by boundary 'bottom'"):
        solved(square(), (Support(boundary="left"), Support(boundary="bottom", displacement=(1e-9, 0.0))))


@pytest.mark.parametrize(
    ("support", "words"),
    [
        (dict(boundary="lefd"), "did you mean 'left'"),
        (dict(point=(0.5, 0.17)), r"no node of the mesh at \(500, 170\) mm: the nearest is at"),
        (dict(point="corner"), "no point 'corner'"),
        (dict(edge="rim"), "no edge 'rim'"),
        (dict(boundary="left", fix=("z",)), "holds z, which a plane body does not have"),
    ],
)
def test_a_support_that_holds_nothing_is_refused(support, words):
    with pytest.raises(InputError, match=words):
        solved(square(), (Support(**support), Support(boundary="bottom")))


@pytest.mark.parametrize("given", [dict(), dict(boundary="left", edge="a"), dict(boundary="left", fix=("normal", "x"))])
def test_a_support_acts_on_one_place_and_in_known_directions(given):
    with pytest.raises(InputError):
        Support(**given)


def test_a_body_of_revolution_on_its_axis_moves_only_along_it():
    with pytest.raises(InputError, match="translation along the axis is free"):
        solved(square(), (), kinematics="axisymmetric")
    solution = solved(
        square(), (Support(boundary="bottom", fix=("y",)),), (Pressure(boundary="top", pressure=LOAD),), "axisymmetric"
    )
    # the force of the full circle
    assert solution.reactions[0].force[1] == pytest.approx(LOAD * np.pi, rel=1e-12)


def test_held_ends_are_plane_strain_and_free_ones_carry_no_axial_force():
    supports = (Support(boundary="left", fix=("x",)), Support(boundary="bottom", fix=("y",)))
    loads = (Pressure(boundary="right", pressure=LOAD),)
    held = solved(square(), supports, loads, "generalised plane strain", ends="held")
    free = solved(square(), supports, loads, "generalised plane strain", ends="free")
    assert held.axial_force == pytest.approx(-POISSON * LOAD, rel=1e-9)
    assert held.axial_strain == 0.0
    assert free.axial_force == pytest.approx(0.0, abs=1e-6)
    assert free.axial_strain == pytest.approx(POISSON * LOAD / YOUNG, rel=1e-9, abs=0)
