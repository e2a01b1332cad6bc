"""Cuts, parts moved apart, lithium and gas, cameras, saved results: what is drawn is where and what the solution says."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest

from tubewall.errors import DamagedFileError, InputError
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.array import CellArray
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_output import write_vtu
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.materials import Isotropic
from tubewall.studies.nodal_fields import nodal_fields
from tubewall.units import MPa, nm
from tubewall.view.body_scene import body_scene
from tubewall.view.body_surface import body_surface
from tubewall.view.glyphs import crosses, places, principal_arrows
from tubewall.view.scene_bands import bands
from tubewall.view.scene_camera import camera_for, hidden
from tubewall.view.scene_cut import Cut, clipped, kept_by, section_places
from tubewall.view.scene_file import read_fields
from tubewall.view.scene_fluids import fluid_bodies
from tubewall.view.scene_look import Look
from tubewall.view.scene_places import edge_places, facet_places, located, surface_pairs, weights_at
from tubewall.view.scene_source import Solved
from tubewall.view.scene_split import split_cell

IN_SPACE = ("tetra", "hexahedron", "wedge")
INNER, OUTER, TALL = 40e-9, 70e-9, 90e-9


def bent(x):
    y = 2 * x - 1
    return y * (1 + 0.15 * np.sin(2 * y[:, [1, 2, 0]]))


def ring(x):
    """Half a tube about z, from the unit cube."""
    radius, angle = INNER + (OUTER - INNER) * x[:, 0], np.pi * x[:, 1]
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), TALL * x[:, 2]])


def area_vectors(mesh, faces):
    corners = located(mesh, mesh.points, faces.elements, faces.local)[faces.simplices]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2


def everywhere(mesh):
    return np.ones(mesh.elements, dtype=bool)


@pytest.fixture(scope="module")
def cluster():
    """One tubule in its stack, lithium to 100 nm, solved."""
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)
    stack = Stack(height=300 * nm, electrolyte=150 * nm, collector=40 * nm, lithium_level=100 * nm)
    mesh = stack_mesh(stack, array, kind="cluster", elements_through_wall=2, growth=2.0, rim=20 * nm)
    solid = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))
    loads = [Pressure(boundary="chamber 0 gas", pressure=1 * MPa)]
    loads += [Pressure(boundary=name, pressure=5 * MPa) for name in ("chamber 0 lithium", "mouth 0")]
    held = (Support(boundary="bottom", fix=("x", "y", "z")),)
    return solve_model(
        Model(mesh=mesh, solids=dict.fromkeys(mesh.regions, solid), kinematics="3d", loads=tuple(loads), supports=held)
    )


@pytest.mark.parametrize("kind", ["line", "triangle", "quad", *IN_SPACE])
@pytest.mark.parametrize("splits", [1, 2, 3])
def test_small_simplices_stand_upright_and_fill_their_cell(kind, splits):
    local, simplices = split_cell(kind, splits)
    sides = np.linalg.det(local[simplices[:, 1:]] - local[simplices[:, :1]])
    assert sides.min() > 0
    whole = {"triangle": 1 / 2, "tetra": 1 / 6, "wedge": 1 / 2}.get(kind, 1.0)
    assert sides.sum() / np.prod(range(1, local.shape[1] + 1)) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("kind", ["triangle6", "quad9", "tetra10", "hexahedron27", "wedge18", "wedge", "line3"])
def test_shape_functions_of_places_are_those_of_the_elements(kind):
    from tubewall.fem.reference_elements import shape_table
    from tubewall.geometry.reference_cells import CELLS

    local = 0.4 * np.random.default_rng(1).random((20, CELLS[kind].dim))
    assert weights_at(kind, local) == pytest.approx(shape_table(kind, local)[0], abs=1e-12)


@pytest.mark.parametrize("kind", IN_SPACE)
def test_what_stays_of_a_curved_body_and_its_section_are_closed(kind):
    mesh = mapped_block((3, 3, 3), map=bent, kind=kind, order=2)
    plane = Cut(normal=(1, 0.3, 0.2), through=(0.1, 0, 0)).plane(mesh)
    section = section_places(mesh, everywhere(mesh), plane)
    shell = kept_by(mesh, facet_places(mesh, surface_pairs(mesh, everywhere(mesh)), 4), plane)
    at = located(mesh, mesh.points, section.elements, section.local)
    assert np.abs(at @ plane.normal - plane.place).max() < 1e-4
    faces = area_vectors(mesh, section)
    assert (faces @ plane.normal).min() > 0
    # by Gauss the area vectors of a closed surface add up to nothing
    assert np.abs(faces.sum(axis=0) + area_vectors(mesh, shell).sum(axis=0)).max() < 2e-3 * np.linalg.norm(
        faces.sum(axis=0)
    )


@pytest.mark.parametrize("kind", IN_SPACE)
@pytest.mark.parametrize("place", [0.0, 25e-9, 55e-9])
def test_the_section_of_a_tube_has_the_area_between_two_chords(kind, place):
    mesh = mapped_block((3, 12, 2), map=ring, kind=kind, order=2)
    plane = Cut(normal=(1, 0, 0), through=(place, 0, 0)).plane(mesh)
    inner = np.sqrt(max(INNER**2 - place**2, 0.0))
    area = (np.sqrt(OUTER**2 - place**2) - inner) * TALL
    found = area_vectors(mesh, section_places(mesh, everywhere(mesh), plane)).sum(axis=0)
    # chords of an arc of a 48th of the circle: 1 - cos(pi / 48) = 0.2 %
    assert found == pytest.approx([area, 0, 0], rel=3e-3, abs=1e-3 * area)


def test_a_section_along_faces_of_the_mesh_belongs_to_what_stays():
    # the cut runs along the faces between the halves of the block; what lies before it stays
    mesh = mapped_block((2, 2, 2), kind="hexahedron", order=2)
    section = section_places(mesh, everywhere(mesh), Cut(normal=(0, 0, 1), through=(0, 0, 0.5)).plane(mesh))
    centres = mesh.points[mesh.blocks[0].cells].mean(axis=1)
    assert (centres[section.elements, 2] < 0.5).all()
    assert area_vectors(mesh, section).sum(axis=0) == pytest.approx([0, 0, 1], abs=1e-6)


def test_segments_are_clipped_at_the_plane():
    mesh = mapped_block((2, 2, 2), kind="hexahedron", order=2)
    edges = edge_places(mesh, mesh.outer_facets, 2)
    left = clipped(edges, located(mesh, mesh.points, edges.elements, edges.local)[:, 0] - 0.3)
    ends = located(mesh, mesh.points, left.elements, left.local)[left.simplices]
    # four edges of length 0.3 and the four of one end
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum() == pytest.approx(4 * 0.3 + 4, rel=1e-12)


@pytest.mark.parametrize("words", ["y", "+x", "-z = 20 nm", "Y", " + z=0 nm"])
def test_words_for_cuts_are_read(words):
    cut = Cut.of(words)
    axis = "xyz".index(words.strip(" +-").casefold()[0])
    assert abs(cut.normal[axis]) == 1
    assert cut.either == (words.strip()[0] not in "+-")


@pytest.mark.parametrize("words", ["", "w", "x y", "++x", "x = 5", "x = 5 kg", "=1 nm"])
def test_other_words_for_cuts_are_refused(words):
    with pytest.raises(InputError):
        Cut.of(words)


def test_a_cut_that_misses_or_a_plane_body_is_refused(cluster):
    with pytest.raises(InputError, match="misses the body"):
        body_surface(cluster, Look(cut="x = 5 um"))
    with pytest.raises(InputError, match="plane"):
        Cut.of("x").plane(mapped_block((2, 2), kind="quad"))


def test_the_half_with_the_maximum_stays_unless_the_cut_says_which(cluster):
    top = body_surface(cluster, Look()).mark_place
    for sign in "+-":
        surface = body_surface(cluster, Look(cut=f"{sign}x = 5 nm"))
        away = (top[0] - 5e-9) * (1 if sign == "+" else -1) > 0
        assert ("is not drawn" in surface.warning) == away
    assert "is not drawn" not in body_surface(cluster, Look(cut="x = 5 nm")).warning


def test_values_on_a_section_are_those_of_the_solution(cluster):
    surface = body_surface(cluster, Look(quantity="stress zz", cut="y"), most=20_000)
    fields = cluster.evaluate(surface.faces.elements[::50], surface.faces.local[::50])
    assert surface.values[::50] == pytest.approx(fields.stress[:, 2], rel=1e-9, abs=1e-9 * np.abs(fields.stress).max())
    assert surface.displacement[::50] == pytest.approx(fields.displacement, rel=1e-9, abs=1e-20)


@pytest.mark.parametrize("cut", [None, "y"])
def test_lithium_and_gas_are_closed_bodies_of_the_volume_of_the_bore(cluster, cut):
    mesh = cluster.model.discrete.mesh
    plane = None if cut is None else Cut.of(cut).plane(mesh)
    bodies = fluid_bodies(
        mesh, np.zeros_like(cluster.displacement), {}, plane, 4, np.ones(len(mesh.region_names), bool)
    )
    share = 1.0 if cut is None else 0.5
    assert [body.name for body in bodies] == ["gas in chamber 0", "lithium in chamber 0"]
    for body, height in zip(bodies, (200e-9, 100e-9), strict=True):
        corners = body.points[body.triangles]
        faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
        volume = np.einsum("ij,ij->", corners.mean(axis=1), faces) / 3
        # drawn a little within its walls, and round bores by chords
        assert volume == pytest.approx(share * np.pi * (50e-9) ** 2 * height, rel=0.03, abs=0)


def test_regions_moved_apart_leave_the_gap_that_was_asked_for(cluster):
    surface = body_surface(cluster, Look(apart=0.1))
    spans = {}
    for number, name in enumerate(surface.region_names):
        z = surface.points[surface.regions == number, 2]
        spans[name] = (z.min(), z.max())
    gap = 0.1 * 490e-9
    order = ["electrolyte", "wall", "collector"]
    for low, high in itertools.pairwise(order):
        assert spans[high][0] - spans[low][1] == pytest.approx(gap, rel=1e-6, abs=0)


def test_only_the_regions_asked_for_are_drawn(cluster):
    surface = body_surface(cluster, Look(regions=("collector",)))
    assert surface.points[:, 2].min() == pytest.approx(300e-9, rel=1e-9, abs=0)
    with pytest.raises(InputError, match="did you mean 'wall'"):
        body_surface(cluster, Look(regions=("wal",)))


@pytest.mark.parametrize("perspective", [False, True])
@pytest.mark.parametrize("eye", [(1.0, -1.4, 0.9), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)])
def test_everything_fits_into_the_room_and_touches_it(perspective, eye):
    points = np.random.default_rng(3).uniform(-0.5, 0.5, (400, 3)) * [1.0, 0.4, 0.7]
    direction = np.array(eye) / np.linalg.norm(eye)
    camera = camera_for(direction, points, (800.0, 600.0), (700.0, 450.0), perspective=perspective)
    size = np.ptp(camera.seen(points), axis=0)
    assert np.all(size <= np.array([700.0, 450.0]) * 1.01)
    assert max(size / [700.0, 450.0]) > 0.97
    # what is moved to the front lands where it was
    assert camera.seen(camera.in_front(points)) == pytest.approx(camera.seen(points), abs=1e-6)


def test_a_place_behind_a_triangle_is_hidden_from_that_side_only():
    points = np.array([[-1.0, -1, 0], [1, -1, 0], [0, 1, 0]])
    triangle = np.array([[0, 1, 2]])
    assert hidden(points, triangle, np.array([0.0, 0, -0.1]), np.array([0.0, 0, 1]))
    assert not hidden(points, triangle, np.array([0.0, 0, 0.1]), np.array([0.0, 0, 1]))
    assert not hidden(points, triangle, np.array([2.0, 0, -0.1]), np.array([0.0, 0, 1]))


def test_arrows_of_principal_stress_lie_along_tension_and_compression():
    stress = np.array([[3.0, -2.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 5.0]])
    values, directions = principal_arrows(stress)
    assert values == pytest.approx(np.array([[-2, 0, 3], [-5, 0, 5]]), abs=1e-12)
    assert np.abs(directions[0, :, 2]) == pytest.approx([1, 0, 0], abs=1e-12)
    # pure shear pulls along the diagonal
    assert np.abs(directions[1, :, 2]) == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0], abs=1e-12)


def test_crosses_stand_apart_and_move_with_the_body(cluster):
    scene = body_scene(body_surface(cluster, Look(glyphs=True), most=20_000), Look(glyphs=True))
    chosen = scene.points[places(scene.points)]
    cubes = np.floor(chosen / 0.055)
    assert len(np.unique(cubes, axis=0)) == len(cubes)
    for segments, _, moves in crosses(scene):
        assert len(segments) == len(moves)
        assert np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1).max() <= 0.055 * (1 + 1e-9)


def test_bands_of_a_triangle_have_its_area_and_their_own_values():
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    found = bands(points, np.array([[0, 1, 2]]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.25, 0.5, 1.0]))

    def area(polygon):
        x, y = polygon.T
        return 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))

    # the value is x: between a and b lies (1 - a)^2 / 2 - (1 - b)^2 / 2
    expected = [(1 - 0.75**2) / 2, (0.75**2 - 0.5**2) / 2, 0.5**2 / 2]
    assert [sum(area(p) for p in band) for band in found] == pytest.approx(expected, rel=1e-12)


@pytest.fixture
def saved(cluster, tmp_path):
    mesh, fields = nodal_fields(cluster)
    path = tmp_path / "case.vtu"
    write_vtu(mesh, path, point_data=fields)
    return path, mesh, fields


def test_a_saved_result_is_what_was_written(saved):
    path, mesh, fields = saved
    found = read_fields(path)
    assert found.mesh.points == pytest.approx(mesh.points, abs=0)
    assert list(found.mesh.regions) == list(mesh.regions)
    assert found.displacement == pytest.approx(fields["displacement"], abs=0)
    xx, yz = found.stress[:, 0], found.stress[:, 3]
    assert xx == pytest.approx(fields["stress"][:, 0], abs=0)
    assert yz == pytest.approx(fields["stress"][:, 5], abs=0)
    top = found.top(Look(quantity="von mises").stress)
    assert top.value == pytest.approx(fields["von mises"].max(), rel=1e-9)
    # between the nodes the shape functions may reach a little higher, and then that is what is marked
    surface = body_surface(path, Look(quantity="von mises", cut="y"))
    assert surface.mark_value == max(top.value, surface.values.max())
    assert surface.mark_value == pytest.approx(top.value, rel=1e-2)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.98])
def test_a_saved_result_cut_off_or_altered_is_refused(saved, share):
    path, *_ = saved
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises((DamagedFileError, InputError), match=r"case\.vtu"):
        read_fields(path)
    # one letter of an array: its checksum does not fit
    where = whole.index(b'Name="stress"') + 400
    path.write_bytes(whole[:where] + (b"A" if whole[where : where + 1] != b"A" else b"B") + whole[where + 1 :])
    with pytest.raises(DamagedFileError, match="damaged"):
        read_fields(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no .vtu"),
        (b"hello", "no .vtu"),
        (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><VTKFile/>", "entities"),
        (b"<?xml version='1.0'?><VTKFile type='PolyData'/>", "unstructured grid"),
        (b"<?xml version='1.0'?><VTKFile type='UnstructuredGrid'/>", "tubewall solve"),
    ],
)
def test_files_of_others_are_refused(tmp_path, content, words):
    path = tmp_path / "other.vtu"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_fields(path)
    with pytest.raises(InputError, match="No such file"):
        read_fields(tmp_path / "nothing.vtu")


@pytest.mark.parametrize(
    ("look", "words"),
    [
        ({"quantity": "displacement x"}, "shows a stress"),
        ({"quantity": "von misses"}, "did you mean 'von mises'"),
        ({"apart": -0.1}, "apart"),
        ({"apart": float("nan")}, "apart"),
        ({"magnification": -1.0}, "magnification"),
        ({"eye": "izo"}, "did you mean 'iso'"),
        ({"eye": (0.0, 0.0, 0.0)}, "direction to the eye"),
        ({"colour_range": (2.0, 1.0)}, "low to high"),
        ({"cut": Cut}, "cut"),
    ],
)
def test_a_look_that_makes_no_sense_is_refused(look, words):
    with pytest.raises(InputError, match=words):
        Look(**look)


@dataclass(frozen=True, kw_only=True, eq=False)
class AtACorner(Solved):
    """A solution whose maximum grows with the mesh."""

    def top(self, quantity):
        found = super().top(quantity)
        return replace(found, value=3 * found.value, warning="stress grows as r^-0.5")


def test_a_singular_maximum_is_no_answer_and_does_not_set_the_colours(cluster):
    plain = body_surface(cluster, Look(cut="y"))
    surface = body_surface(AtACorner(solution=cluster), Look(cut="y"))
    assert surface.mark_value == 3 * Solved(solution=cluster).top(Look().stress).value
    assert surface.ends[1] < plain.ends[1] * (1 + 1e-12)
    scene = body_scene(surface, Look(cut="y"))
    assert scene.mark_note == "sharp corner: no answer"
    assert "stress grows as" in scene.caption
    assert body_scene(plain, Look(cut="y")).mark_note == ""
    assert body_surface(cluster, Look(cut="y", colour_range=(0.0, 7e6))).ends == (0.0, 7e6)
