"""The mark is found where the picture hides it: seen near from another side, or with what hides it cut away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from tubewall.fem import Model, Pressure, Solid, Support, solve_model
from tubewall.geometry import CellArray, Stack, mapped_block, stack_mesh
from tubewall.materials import Isotropic
from tubewall.units import MPa, nm
from tubewall.view import Look, body_near, can_render, draw_body
from tubewall.view.body_near import near_eye
from tubewall.view.body_scene import body_scene
from tubewall.view.body_surface import SHARP, body_surface
from tubewall.view.scale import stress_name
from tubewall.view.scene_camera import hidden
from tubewall.view.scene_source import Solved
from tubewall.view.vector_picture import _Frame

needs_renderer = pytest.mark.skipif(not can_render(), reason="no 3D renderer here")
SOLID = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))


@pytest.fixture(scope="module")
def beam():
    """A cantilever along x, pressed on its back (y = 1 um): it bends towards -y, and its back is in tension at the root."""
    mesh = mapped_block((6, 1, 1), map=lambda x: x * np.array([6e-6, 1e-6, 1e-6]), kind="hexahedron", order=2)
    back = next(name for name in mesh.boundaries if np.allclose(mesh.points[mesh.boundary_nodes(name), 1], 1e-6))
    held = next(name for name in mesh.boundaries if np.allclose(mesh.points[mesh.boundary_nodes(name), 0], 0.0))
    load, fixed = Pressure(boundary=back, pressure=1e4), Support(boundary=held, fix=("x", "y", "z"))
    solids = dict.fromkeys(mesh.regions, SOLID)
    return solve_model(Model(mesh=mesh, solids=solids, kinematics="3d", loads=(load,), supports=(fixed,)))


@pytest.fixture(scope="module")
def tubule():
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)
    stack = Stack(height=200 * nm, electrolyte=100 * nm, collector=40 * nm, lithium_level=80 * nm)
    mesh = stack_mesh(stack, array, kind="cluster", elements_through_wall=1, growth=3.0)
    loads = [Pressure(boundary=name, pressure=5 * MPa) for name in ("chamber 0 lithium", "mouth 0")]
    held = Support(boundary="bottom", fix=("x", "y", "z"))
    solids = dict.fromkeys(mesh.regions, SOLID)
    return solve_model(Model(mesh=mesh, solids=solids, kinematics="3d", loads=tuple(loads), supports=(held,)))


def scene_of(solution, **look):
    return body_scene(body_surface(solution, Look(**look)), Look(**look))


def test_a_maximum_that_faces_away_is_seen_near_from_behind(beam):
    # its largest tension is at a corner of the root, which from here lies behind the whole beam
    scene = scene_of(beam)
    eye = np.array([0.3, -1.0, -0.3 * np.sign(scene.mark[2])])
    assert hidden(scene.points, scene.surface.triangles, scene.mark, eye)
    near, words, cut = near_eye(scene, eye)
    assert not hidden(scene.points, scene.surface.triangles, scene.mark, near)
    assert (words, cut) == ("from behind", False)


def test_a_maximum_that_shows_is_seen_near_from_where_the_picture_is_taken(beam):
    scene = scene_of(beam, eye="y")
    eye = np.array([0.0, 1.0, 0.0])
    near, words, cut = near_eye(scene, eye)
    assert np.array_equal(near, eye)
    assert (words, cut) == ("", False)


def test_what_hides_a_maximum_from_all_sides_is_cut_away(beam, monkeypatch):
    monkeypatch.setattr(body_near, "hidden", lambda *_: True)
    scene = scene_of(beam, eye="-y")
    near, words, cut = near_eye(scene, np.array([0.0, -1.0, 0.0]))
    assert (words, cut) == ("cut open before it", True)
    # from in front of the surface that has the maximum
    normals = scene.surface.normals[np.argmin(((scene.points - scene.mark) ** 2).sum(axis=1))]
    assert near @ normals > 0.3


@needs_renderer
def test_the_near_view_is_drawn_from_every_side(beam, monkeypatch):
    size = (480, 360)

    def corner(picture):
        return len(np.unique(picture.pixels()[4:150, 370:476].reshape(-1, 3), axis=0))

    before, behind = draw_body(beam, size=size, eye="y"), draw_body(beam, size=size, eye="-y")
    monkeypatch.setattr(body_near, "hidden", lambda *_: True)
    opened = draw_body(beam, size=size, eye="-y")
    assert min(corner(one) for one in (before, behind, opened)) > 50
    assert np.mean(behind.pixels() != opened.pixels()) > 1e-3


def test_lithium_goes_with_the_electrolyte_and_gas_with_the_wall_when_moved_apart(tubule):
    surface = body_surface(tubule, Look(apart=0.2))
    shifts = dict(zip(surface.region_names, surface.shifts[:, 2], strict=True))
    assert shifts["electrolyte"] < shifts["wall"] < shifts["collector"]
    regions = {fluid.contents: surface.region_names[fluid.region] for fluid in surface.fluids}
    assert regions == {"lithium": "electrolyte", "gas": "wall"}
    (lithium,) = (fluid for fluid in surface.fluids if fluid.contents == "lithium")
    # the mouth is at z = 0 and the level at 80 nm
    assert np.ptp(lithium.points[:, 2]) == pytest.approx(80e-9, rel=0.05)
    assert lithium.points[:, 2].min() == pytest.approx(shifts["electrolyte"], abs=2e-9)
    # without the electrolyte it goes with the lowest part that is drawn
    part = body_surface(tubule, Look(apart=0.2, regions=("wall", "collector")))
    assert {part.region_names[fluid.region] for fluid in part.fluids} == {"wall"}


def test_a_section_takes_the_colours_of_what_it_shows(tubule):
    look = {"cut": "z = 150 nm", "quantity": "von mises"}
    scene = scene_of(tubule, **look)
    frame = _Frame(scene)
    shown = scene.surface.values[frame.inside]
    assert frame.ends == (shown.min(), shown.max())
    assert frame.ends[1] < 0.7 * scene.surface.ends[1]
    asked = _Frame(scene_of(tubule, **look, colour_range=(0.0, 1e7)))
    assert asked.ends == (0.0, 1e7)


@dataclass(frozen=True, kw_only=True, eq=False)
class Overlooked(Solved):
    """A solution whose search stopped a little below its largest value."""

    def top(self, quantity):
        found = super().top(quantity)
        return replace(found, value=0.99 * found.value)


@pytest.mark.parametrize("quantity", ["max principal", "min principal", "stress xy"])
def test_the_mark_is_never_below_what_is_drawn(beam, quantity):
    surface = body_surface(Overlooked(solution=beam), Look(quantity=quantity))
    amount = {"min principal": -surface.values, "stress xy": np.abs(surface.values)}.get(quantity, surface.values)
    assert surface.mark_value == surface.values[np.argmax(amount)]
    assert np.array_equal(surface.mark, surface.points[np.argmax(amount)])
    # and where the search found more, between the drawn places, it is the search's
    found = body_surface(beam, Look(quantity=quantity))
    assert abs(found.mark_value) >= abs(surface.mark_value)


def test_no_place_is_minus_nothing(beam):
    assert "-0 m" not in scene_of(beam).caption


def test_a_drawn_value_at_a_sharp_corner_is_no_answer_and_one_away_from_it_is(tubule):
    # wall and collector meet at a right angle in the bore
    at_root = body_surface(tubule, Look(regions=("collector",), fluids=False))
    assert at_root.singular.any()
    assert not at_root.singular.all()
    assert (SHARP in at_root.warning) == bool(at_root.singular[np.argmax(at_root.values)])
    smooth = body_surface(tubule, Look(regions=("electrolyte",), cut="-z = -60 nm", fluids=False))
    assert not smooth.singular.all()


def test_names_of_people_are_written_large():
    assert [stress_name(name) for name in ("von mises", "tresca", "max principal")] == [
        "von Mises", "Tresca", "max principal",
    ]  # fmt: skip
