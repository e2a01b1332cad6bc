"""Corners found in meshes: angles, materials, faces."""

import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.loads import Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.wedge_corner import corner_exponents
from tubewall.fem.wedge_elements import Sector
from tubewall.fem.wedge_sectors import _exponents, corner_of
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.materials import Isotropic, Orthotropic, rotate_stiffness

CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
LLZO = Isotropic(youngs_modulus=150e9, poissons_ratio=0.257)
NOTCH = (0.544484, 0.908529)


def square(x, y, **kwargs):
    return mapped_block((3, 3), map=lambda p: 1e-7 * (p + np.array([x, y])), **kwargs)


def l_shape(**kwargs):
    """Three quarters about (0, 0): all but the quarter x > 0, y < 0."""
    return join({"a": square(0, 0, **kwargs), "b": square(-1, 0, **kwargs), "c": square(-1, -1, **kwargs)})


def model_of(mesh, solids=None, **kwargs):
    laws = solids or dict.fromkeys(mesh.regions, CARBON)
    return Model(
        mesh=mesh, solids={name: Solid(elastic=laws[name]) for name in mesh.regions},
        kinematics=kwargs.pop("kinematics", "plane strain"), **kwargs,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["quad", "triangle"])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kinematics", ["plane strain", "generalised plane strain", "plane stress"])
def test_a_notch_of_any_elements_has_the_exponents_of_williams(kind, order, kinematics):
    corner = corner_of(model_of(l_shape(kind=kind, order=order), kinematics=kinematics), (0.0, 0.0))
    assert corner.exponents.singular == pytest.approx(NOTCH, abs=1e-6)
    assert len(corner.sectors) == 1
    assert corner.faces == ("free", "free")
    assert "r^-0.4555" in str(corner)


def test_an_outer_corner_and_a_point_of_a_flat_face_have_bounded_stress():
    model = model_of(l_shape())
    for at in ((1e-7, 1e-7), (1e-7 / 3, 1e-7), (-1e-7 / 3, 1e-7 / 3)):
        corner = corner_of(model, at)
        assert corner.exponents.leading == 1.0
        assert "bounded" in str(corner)
    assert corner_of(model, (-1e-7 / 3, 1e-7 / 3)).faces is None


def test_the_root_of_a_wall_has_the_golden_exponent():
    # physics.md 4.3: carbon on LLZO 0.608
    mesh = join({"wall": square(0, 0), "left": square(-1, -1), "right": square(0, -1)})
    laws = {"wall": CARBON, "left": LLZO, "right": LLZO}
    corner = corner_of(model_of(mesh, laws), (0.0, 0.0))
    assert corner.exponents.leading == pytest.approx(0.608, abs=5e-4)
    assert [round(math.degrees(s.end_angle - s.start_angle)) for s in corner.sectors] == [180, 90]


def test_an_interface_inside_of_the_body_closes_the_full_turn():
    parts = {"a": square(0, 0), "b": square(-1, 0), "c": square(-1, -1), "d": square(0, -1)}
    laws = {"a": CARBON, "b": LLZO, "c": LLZO, "d": LLZO}
    corner = corner_of(model_of(join(parts), laws), (0.0, 0.0))
    assert corner.faces is None
    inside = Sector(law=CARBON, start_angle=0, end_angle=math.pi / 2)
    expected = corner_exponents([inside, Sector(law=LLZO, start_angle=math.pi / 2, end_angle=2 * math.pi)], None)
    assert 0.8 < expected.leading.real < 0.9
    assert corner.exponents.leading == pytest.approx(expected.leading, abs=1e-8)


def test_held_faces_count_and_loads_do_not():
    mesh = mapped_block((2, 2), map=lambda p: 1e-7 * p)
    free = corner_of(model_of(mesh), (0.0, 0.0))
    assert free.exponents.leading == 1.0
    held = corner_of(model_of(mesh, supports=(Support(boundary="left"),)), (0.0, 0.0))
    expected = corner_exponents([Sector(law=CARBON, start_angle=0, end_angle=math.pi / 2)], ("free", "clamped"))
    assert expected.leading.real < 0.9
    assert held.exponents.leading == pytest.approx(expected.leading, abs=1e-9)
    # rollers on both sides of a right angle are planes of symmetry
    for fix in (("x",), ("normal",)):
        rollers = (Support(boundary="left", fix=fix), Support(boundary="bottom", fix=("y",)))
        assert corner_of(model_of(mesh, supports=rollers), (0.0, 0.0)).exponents.leading == 1.0


def test_the_two_lips_of_a_crack_have_their_own_corner_and_the_tip_a_half():
    # two squares side by side above two others, joined only on the right: a crack from the left to (0, 0)
    upper = join({"a": square(0, 0), "b": square(-1, 0)})
    lower = join({"a": square(0, -1), "b": square(-1, -1)})
    count = len(upper.points)
    node = np.arange(count + len(lower.points))
    for i, point in enumerate(lower.points):
        same = np.flatnonzero(np.linalg.norm(upper.points - point, axis=1) < 1e-12)
        if len(same) and point[0] > -1e-12:
            node[count + i] = same[0]
    used, number = np.unique(node, return_inverse=True)
    cells = np.concatenate([upper.blocks[0].cells, number[count + lower.blocks[0].cells]])
    mesh = SolidMesh(
        points=np.concatenate([upper.points, lower.points])[used], blocks=(Block(kind="quad", cells=cells),),
        regions={"body": np.arange(len(cells))}, boundaries={},
    )  # fmt: skip
    tip = corner_of(model_of(mesh), (0.0, 0.0))
    assert tip.exponents.singular == pytest.approx([0.5, 0.5], abs=1e-8)
    assert tip.faces == ("free", "free")
    assert corner_of(model_of(mesh), (-1e-7 / 3, 0.0)).exponents.leading == 1.0
    assert corner_of(model_of(mesh), (1e-7 / 3, 0.0)).faces is None


@pytest.mark.parametrize("kind", ["hexahedron", "tetra", "wedge"])
@pytest.mark.parametrize("order", [1, 2])
def test_an_edge_in_space_has_the_exponents_of_the_plane_normal_to_it(kind, order):
    # the L turned into space: the edge along (1, 2, 2) / 3
    turn = np.linalg.qr(np.array([[1.0, 2.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).T)[0]
    turn = turn[:, [1, 2, 0]] * np.array([1, 1, np.linalg.det(turn[:, [1, 2, 0]])])

    def cube(x, y):
        return mapped_block(
            (2, 2, 2), map=lambda p: 1e-7 * (p + np.array([x, y, 0])) @ turn.T, kind=kind, order=order
        )  # fmt: skip

    mesh = join({"a": cube(0, 0), "b": cube(-1, 0), "c": cube(-1, -1)})
    at = tuple(1e-7 * 0.5 * turn[:, 2])
    corner = corner_of(model_of(mesh, kinematics="3d"), at)
    assert abs(abs(corner.frame[2] @ turn[:, 2]) - 1) < 1e-12
    # antiplane 2/3
    assert corner.exponents.singular == pytest.approx([NOTCH[0], 2 / 3, NOTCH[1]], abs=1e-6)


def test_the_axes_of_a_material_in_space_are_turned_with_the_edge():
    law = Orthotropic(youngs_moduli=(40e9, 10e9, 20e9), poissons_ratios=(0.2, 0.2, 0.1), shear_moduli=(8e9, 3e9, 5e9))
    # an L in the plane y, z with its edge along x is the plane L with material axes 1 -> z, 2 -> x, 3 -> y
    flat = rotate_stiffness(law.stiffness(), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))

    def cube(y, z):
        return mapped_block((1, 2, 2), map=lambda p: 1e-7 * (p + np.array([0, y, z])))

    mesh = join({"a": cube(0, 0), "b": cube(-1, 0), "c": cube(-1, -1)})
    corner = corner_of(model_of(mesh, dict.fromkeys(mesh.regions, law), kinematics="3d"), (0.0, 0.0, 0.0))
    expected = corner_exponents([Sector(law=flat, start_angle=0, end_angle=1.5 * math.pi)], kinematics="3d")
    assert corner.exponents.singular == pytest.approx(expected.singular, abs=1e-8)


def test_what_is_no_corner_is_refused():
    model = model_of(l_shape(order=2))
    with pytest.raises(InputError, match="the nearest is at"):
        corner_of(model, (0.1e-7, 0.1e-7))
    with pytest.raises(InputError, match="middle of a side"):
        corner_of(model, (1e-7 / 6, 0.0))
    axis = model_of(square(0, 0), kinematics="axisymmetric")
    with pytest.raises(InputError, match="tip of a cone"):
        corner_of(axis, (0.0, 0.0))
    assert corner_of(axis, (1e-7, 0.0)).exponents.leading == 1.0


def test_a_corner_met_again_turned_has_the_same_exponents_and_its_modes_turned_with_it():
    laws = [
        Isotropic(youngs_modulus=60e9, poissons_ratio=0.2).stiffness(),
        Isotropic(youngs_modulus=150e9, poissons_ratio=0.26).stiffness(),
    ]
    angle = 0.7

    def sectors(start):
        return (
            Sector(law=laws[0], start_angle=start, end_angle=start + 1.5),
            Sector(law=laws[1], start_angle=start + 1.5, end_angle=start + 4.5),
        )

    first = _exponents(sectors(0.2), ("free", "free"), "plane strain", 1.0)
    again = _exponents(sectors(0.2 + angle), ("free", "free"), "plane strain", 1.0)
    alone = corner_exponents(sectors(0.2 + angle), ("free", "free"), "plane strain", limit=1.0)
    assert again.values is first.values
    assert again.values == pytest.approx(alone.values, rel=1e-9)
    assert again.angles == pytest.approx(alone.angles)
    # a mode is known up to a factor
    for one, other in zip(again.modes, alone.modes, strict=True):
        factor = np.vdot(other, one) / np.vdot(other, other)
        assert one == pytest.approx(factor * other, abs=1e-6 * np.abs(one).max())
