"""Every picture of a body is made off screen: with and without VTK, as vectors, as a film, from the command line."""

from __future__ import annotations

import re
import shutil
import subprocess

import imageio.v3
import numpy as np
import pytest

from tubewall.cli import main
from tubewall.errors import InputError, MissingDependencyError
from tubewall.fem.loads import Pressure, RigidBody, Support
from tubewall.fem.model import Model, Solid, with_loads
from tubewall.fem.model_solver import solve_load_cases, solve_model
from tubewall.geometry.array import CellArray
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.mesh_output import write_mesh
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.materials import Isotropic
from tubewall.units import MPa, nm
from tubewall.view import animation, body_picture, draw_body, draw_vector, film_of, film_of_load, probe
from tubewall.view.scene_renderer import how_drawn

SMALL = (480, 360)
WALL = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))
needs_renderer = pytest.mark.skipif(not probe.can_render(), reason="no 3D renderer here")


def tubule():
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)
    stack = Stack(height=200 * nm, electrolyte=100 * nm, collector=40 * nm, lithium_level=80 * nm)
    mesh = stack_mesh(stack, array, kind="cluster", elements_through_wall=2, growth=2.5, rim=20 * nm)
    loads = [Pressure(boundary="chamber 0 gas", pressure=1 * MPa)]
    loads += [Pressure(boundary=name, pressure=5 * MPa) for name in ("chamber 0 lithium", "mouth 0")]
    held = (Support(boundary="bottom", fix=("x", "y", "z")),)
    solids = dict.fromkeys(mesh.regions, WALL)
    return Model(mesh=mesh, solids=solids, kinematics="3d", loads=tuple(loads), supports=held)


def ring():
    """A ring in the plane around one chamber."""

    def bent(half):
        def place(x):
            radius, angle = 40e-9 + 30e-9 * x[:, 0], np.pi * (x[:, 1] + half)
            return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])

        return place

    halves = {name: mapped_block((2, 8), map=bent(k), kind="quad", order=2) for k, name in enumerate(("one", "two"))}
    mesh = join(halves)
    inner = np.concatenate([mesh.boundary(f"{name}/left") for name in halves])
    named = SolidMesh(points=mesh.points, blocks=mesh.blocks, regions=mesh.regions, boundaries={"chamber 0": inner})
    load = Pressure(boundary="chamber 0", pressure=2e6)
    solids = dict.fromkeys(named.regions, WALL)
    return Model(mesh=named, solids=solids, kinematics="plane strain", loads=(load,), supports=(RigidBody(),))


@pytest.fixture(scope="module")
def solution():
    return solve_model(tubule())


def colours(picture):
    return len(np.unique(picture.pixels().reshape(-1, 3), axis=0))


def differ(one, two):
    return float(np.mean(np.any(one.pixels() != two.pixels(), axis=2)))


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"cut": "y", "quantity": "von mises"},
        {"cut": "+x", "apart": 0.15},
        {"glyphs": True, "perspective": True, "cut": "z = 50 nm", "title": "seen from above"},
        {"magnification": 0.0, "fluids": False, "eye": "-z", "regions": ("electrolyte", "wall")},
        {"rest": True, "eye": (1.0, 0.2, 0.1), "colour_range": (0.0, 1e7)},
    ],
)
@pytest.mark.parametrize("renderer", ["vtk", "matplotlib"])
def test_every_look_is_drawn_by_both_renderers(solution, look, renderer, monkeypatch, tmp_path):
    if renderer == "matplotlib":
        monkeypatch.setattr(body_picture.probe, "can_render", lambda: False)
    elif not probe.can_render():
        pytest.skip("no 3D renderer here")
    picture = draw_body(solution, tmp_path / "body.png", size=SMALL, **look)
    assert picture.renderer == renderer
    assert picture.pixels().shape == (360, 480, 3)
    assert colours(picture) > 100
    assert (tmp_path / "body.png").read_bytes() == picture.png
    # white paper round the body
    assert np.all(picture.pixels()[:, :3] == 255)


@needs_renderer
def test_what_is_asked_for_changes_the_picture(solution):
    fixed = {"size": (320, 300), "cut": "y", "magnification": 100.0, "colour_range": (0.0, 2e7)}
    plain = draw_body(solution, **fixed)
    assert differ(plain, draw_body(solution, **fixed)) == 0
    for change in ({"glyphs": True}, {"fluids": False}, {"perspective": True}):
        assert differ(plain, draw_body(solution, **{**fixed, **change})) > 0.004, change


def test_it_is_said_what_drew_a_picture(solution, monkeypatch):
    monkeypatch.setattr(body_picture.probe, "can_render", lambda: False)
    assert "by matplotlib" in how_drawn(draw_body(solution, size=SMALL))


@needs_renderer
def test_software_that_stands_in_for_a_graphics_card_is_named(solution, monkeypatch):
    from tubewall.view import scene_renderer

    picture = draw_body(solution, size=SMALL)
    monkeypatch.setattr(scene_renderer, "renderer_name", lambda: "llvmpipe (LLVM 15)")
    assert "by software (llvmpipe" in how_drawn(picture)
    monkeypatch.setattr(scene_renderer, "renderer_name", lambda: "some card")
    assert how_drawn(picture) == ""


def test_a_window_without_a_display_is_refused(solution, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(MissingDependencyError, match="no display"):
        draw_body(solution, size=SMALL, show=True)


@needs_renderer
def test_a_window_shows_the_scene_where_there_is_a_display(solution, windows):
    draw_body(solution, size=SMALL, show=True)
    assert [screen.size for screen in windows] == [SMALL]


@pytest.mark.parametrize(("suffix", "head"), [(".svg", b"<?xml"), (".pdf", b"%PDF-")])
def test_sections_and_plane_bodies_are_drawn_by_vectors(solution, tmp_path, suffix, head):
    section = draw_vector(solution, tmp_path / f"section{suffix}", cut="y", title="a section")
    plane = draw_vector(solve_model(ring()), tmp_path / f"plane{suffix}", quantity="von mises", glyphs=True)
    for path in (section, plane):
        content = path.read_bytes()
        assert content.startswith(head)
        assert 10_000 < len(content) < 4_000_000
        assert b"<image" not in content
    again = draw_vector(solution, tmp_path / f"again{suffix}", cut="y", title="a section")
    assert again.read_bytes() == section.read_bytes()


def test_a_body_in_space_without_a_cut_is_no_vector_picture(solution, tmp_path):
    with pytest.raises(InputError, match="say where with cut"):
        draw_vector(solution, tmp_path / "a.svg")
    with pytest.raises(InputError, match="must end in"):
        draw_vector(solution, tmp_path / "a.eps", cut="y")
    assert list(tmp_path.iterdir()) == []


@needs_renderer
def test_a_film_of_a_load_begins_and_ends_at_rest(tmp_path):
    path = film_of_load(solve_model(ring()), tmp_path / "load.gif", frames=4, size=(320, 300), title="pressed")
    frames = imageio.v3.imread(path).astype(int)
    assert frames.shape[:3] == (4, 300, 320)
    # 0, 1/2, 1, 1/2 of the load: the second and the last are one state
    changed = [float(np.mean(np.any(frames[i] != frames[j], axis=2))) for i, j in ((0, 1), (1, 2), (1, 3))]
    assert changed[0] > 0.02
    assert changed[1] > 0.02
    assert changed[2] == 0


@needs_renderer
def test_a_film_of_solutions_keeps_colours_and_view(tmp_path):
    model = ring()
    states = solve_load_cases(model, [[Pressure(boundary="chamber 0", pressure=p)] for p in (1e6, 2e6, 3e6)])
    path = film_of(states, tmp_path / "states.gif", titles=("1 h", "2 h", "3 h"), size=(320, 300))
    frames = imageio.v3.imread(path).astype(int)
    assert len(frames) == 3
    with pytest.raises(InputError, match="as many titles"):
        film_of(states, tmp_path / "b.gif", titles=("one",))
    with pytest.raises(InputError, match="2 to 400 frames"):
        film_of(states[:1], tmp_path / "b.gif")


def test_an_mp4_is_made_by_ffmpeg_or_the_line_that_brings_it_is_said(tmp_path, monkeypatch):
    state = solve_model(ring())
    if probe.can_render() and shutil.which("ffmpeg"):
        path = film_of_load(state, tmp_path / "load.mp4", frames=4, size=(320, 300))
        assert path.read_bytes()[4:8] == b"ftyp"
        shown = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(path), "-f", "null", "-"], capture_output=True, check=False
        )
        assert shown.returncode == 0, shown.stderr
    monkeypatch.setattr(animation.shutil, "which", lambda _: None)
    monkeypatch.setattr(animation.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match="apt-get install -y ffmpeg"):
        film_of_load(state, tmp_path / "none.mp4", frames=4)
    with pytest.raises(InputError, match="even"):
        film_of_load(state, tmp_path / "none.mp4", frames=4, size=(321, 300))
    assert not (tmp_path / "none.mp4").exists()


CASE = """
[mesh]
file = "ring.msh"
[analysis]
kind = "plane strain"
[materials]
one = { youngs_modulus = "60 GPa", poissons_ratio = 0.25 }
two = { youngs_modulus = "60 GPa", poissons_ratio = 0.25 }
[[loads]]
boundary = "chamber 0"
pressure = "2 MPa"
[[supports]]
rigid_body = true
"""


@pytest.fixture
def case(tmp_path, monkeypatch):
    write_mesh(ring().mesh, tmp_path / "ring.msh")
    (tmp_path / "case.toml").write_text(CASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_draws_a_case_and_what_was_saved_of_it(case, capsys):
    assert main(["view", "case.toml", "--size", "480x360"]) == 0
    said = capsys.readouterr().out
    assert "written: case.png" in said
    # the hoop stress at the bore (Lame): p (b^2 + a^2) / (b^2 - a^2)
    stated = float(re.search(r"max principal, max ([\d.]+) MPa", said)[1])
    assert stated == pytest.approx(2 * (70**2 + 40**2) / (70**2 - 40**2), rel=0.02)
    assert main(["solve", "case.toml", "--vtu", "case.vtu", "--quiet"]) == 0
    outputs = ["--png", "b.png", "--html", "b.html", "--svg", "b.svg"]
    assert main(["view", "case.vtu", *outputs, "--quantity", "von mises", "--size", "400x300"]) == 0
    assert main(["view", "case.toml", "--live", "live.html", "--highest", "8 MPa", "--quiet"]) == 0
    assert '"high":8000000.0' in (case / "live.html").read_text()
    assert {"case.png", "b.png", "b.html", "b.svg", "live.html"} <= {path.name for path in case.iterdir()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mesh.stl"], "a result is a case"),
        (["case.toml", "--png", "a.gif"], "must end in .png"),
        (["case.toml", "--png", "case.toml"], "must end in .png"),
        (["case.toml", "--html", "a.html", "--live", "a.html"], "two outputs"),
        (["case.toml", "--quantity", "von misses"], "did you mean 'von mises'"),
        (["case.toml", "--region", "on"], "did you mean 'one'"),
        (["case.toml", "--cut", "y"], "this one is plane"),
        (["case.toml", "--cut", "q"], "a cut is x, y or z"),
        (["case.toml", "--apart", "wide"], "is no number"),
        (["case.toml", "--range", "1 MPa"], "two stresses"),
        (["case.toml", "--range", "2 MPa, 1 MPa"], "low to high"),
        (["case.toml", "--size", "wide"], "1600x1200"),
        (["case.toml", "--eye", "1, 2"], "three numbers"),
        (["case.toml", "--highest", "8 nm", "--live", "a.html"], "8 nm"),
        (["nothing.toml"], "nothing.toml"),
    ],
)
def test_the_command_refuses_in_one_line_and_writes_nothing(case, capsys, words, said):
    before = sorted(case.iterdir())
    assert main(["view", *words]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(case.iterdir()) == before


def test_sliders_of_a_saved_result_are_refused(case, capsys):
    (case / "case.vtu").write_text("")
    assert main(["view", "case.vtu", "--live", "a.html"]) == 2
    assert "a saved body has none" in capsys.readouterr().err


def test_half_the_load_is_half_the_stress_in_every_picture():
    model = ring()
    whole, half = (solve_model(with_loads(model, (Pressure(boundary="chamber 0", pressure=p),))) for p in (2e6, 1e6))
    stated = [draw_body(state, size=SMALL).caption.split("max ")[2] for state in (whole, half)]
    numbers = [float(words.split()[0]) for words in stated]
    assert numbers[0] == pytest.approx(2 * numbers[1], rel=5e-3)
