"""Pictures: made, of the right size, changing with the load; the maximum where the data say; files whole or not at all."""

import base64
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import imageio.v3
import numpy as np
import pytest

from tubewall.errors import InputError, MissingDependencyError
from tubewall.view import Layer, Maximum, Moment, can_render, extruded, filling_gif, picture, probe, section

REFERENCE = runpy.run_path(str(Path(__file__).parents[1] / "references" / "view_fields.py"))
ring, seven, INNER, OUTER = (REFERENCE[n] for n in ("ring", "seven", "INNER", "OUTER"))
SMALL = (640, 480)
TALL = 20e-6

needs_renderer = pytest.mark.skipif(not can_render(), reason="nothing can be drawn in 3D here")


@pytest.fixture(params=[pytest.param("vtk", marks=needs_renderer), "matplotlib"])
def renderer(request, monkeypatch):
    """Each renderer of the section in turn."""
    if request.param == "matplotlib":
        monkeypatch.setattr(probe, "can_render", lambda: False)
    return request.param


def changed(one, other):
    """The share of pixels in which two pictures differ."""
    return np.mean(np.any(one.pixels() != other.pixels(), axis=2))


def centre_of_ring(red, near, radius=11, reach=25):
    """The place (row, column) within ``reach`` of ``near`` round which a circle of ``radius`` is most nearly all red."""
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    circle = radius * np.stack([np.sin(turn), np.cos(turn)], axis=1)
    steps = np.arange(-reach, reach + 1)
    places = np.rint(near) + np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    rows, columns = np.rint(places[:, None] + circle).astype(int).transpose(2, 0, 1)
    hits = red[rows, columns].mean(axis=1)
    assert hits.max() > 0.9
    return places[hits >= hits.max() - 0.02].mean(axis=0)


def body(pressure=1e6, level=12e-6):
    return [Layer(top=TALL, field=ring(pressure, level=level))]


def test_a_section_is_drawn_in_its_size_on_white_by_the_renderer_there_is(renderer):
    drawn = section(ring(), size=SMALL)
    pixels = drawn.pixels()
    assert (drawn.renderer, pixels.shape) == (renderer, (480, 640, 3))
    assert np.all(pixels[[-1, -1], [0, -1]] == 255)
    assert 0.1 < np.mean(np.any(pixels < 250, axis=2)) < 0.9


def test_the_pixels_of_a_section_change_with_the_load_and_not_without(renderer):
    field = ring(1e6)
    assert changed(section(field, size=SMALL), section(field, size=SMALL)) == 0
    fixed = {"size": SMALL, "colour_range": (0.0, 6e6), "magnification": 100.0}
    assert changed(section(ring(1e6), **fixed), section(ring(1.5e6), **fixed)) > 0.02


@pytest.mark.parametrize("angle", [0.0, 2.0, 3.5])
def test_the_maximum_is_marked_where_the_data_say(renderer, angle):
    radius = 0.9 * INNER
    at = (radius * np.cos(angle), radius * np.sin(angle))
    field = replace(ring(), maximum=Maximum(at=at, value=3e6))
    pixels = section(field, size=(1600, 1200), magnification=0.0).pixels()[:, :1200].astype(int)
    solid = np.any(pixels < 200, axis=2)
    # scale and middle from the ring itself, which alone crosses the middle row
    columns = np.flatnonzero(solid[600])
    middle, pixel = 0.5 * (columns.min() + columns.max()), 2 * OUTER / (columns.max() - columns.min())
    red = (pixels[..., 0] > 180) & (pixels[..., 1] < 80) & (pixels[..., 2] < 90)
    wanted = np.array([600 - at[1] / pixel, middle + at[0] / pixel])
    assert centre_of_ring(red, wanted) == pytest.approx(wanted, abs=3)


def test_a_section_says_what_it_shows(renderer):
    field = ring(1e6)
    drawn = section(field, size=SMALL, title="one ring")
    assert drawn.caption.startswith("one ring: largest principal stress, largest 3.08 MPa at (")
    assert f"deflection drawn {drawn.magnification:,.0f} ×".replace(",", " ") in drawn.caption


def test_a_picture_is_a_png_that_a_page_can_hold(renderer):
    drawn = section(ring(), size=SMALL)
    head, body = drawn.data_uri.split(",", 1)
    assert head == "data:image/png;base64"
    assert base64.b64decode(body) == drawn.png
    assert drawn.png.startswith(b"\x89PNG")


def test_a_section_of_seven_with_a_title_and_lithium_fits_any_size(renderer):
    field = seven(np.linspace(1e5, 7e5, 7))
    for size in [(300, 300), (900, 400), (400, 900)]:
        assert section(field, size=size, title="seven").pixels().shape == (size[1], size[0], 3)


def test_the_flat_section_needs_no_vtk():
    code = """
import runpy, sys
sys.modules['pyvista'] = sys.modules['vtkmodules'] = sys.modules['vtk'] = None
from tubewall.view import probe, section
probe.can_render = lambda: False
fields = runpy.run_path(sys.argv[1])
print(section(fields['ring'](), size=(400, 300)).renderer)
"""
    path = str(Path(__file__).parents[1] / "references" / "view_fields.py")
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "matplotlib", done.stderr


@needs_renderer
def test_the_3d_picture_changes_with_the_level_the_gas_and_the_stress():
    fixed = {"size": SMALL, "colour_range": (0.0, 6e6), "magnification": 100.0}
    first = extruded(body(), **fixed)
    assert first.pixels().shape == (480, 640, 3)
    assert changed(first, extruded(body(), **fixed)) == 0
    assert changed(first, extruded(body(level=6e-6), **fixed)) > 0.01
    assert changed(first, extruded(body(1.5e6), **fixed)) > 0.02
    assert changed(first, extruded(body(), cut=False, **fixed)) > 0.02


@needs_renderer
def test_the_3d_picture_of_layers_differs_from_that_of_one():
    two = [Layer(top=0.5 * TALL, field=ring(3e6)), Layer(top=TALL, field=ring(1e6))]
    fixed = {"size": SMALL, "colour_range": (0.0, 9e6), "magnification": 100.0}
    assert changed(extruded(two, **fixed), extruded([Layer(top=TALL, field=ring(1e6))], **fixed)) > 0.02


@needs_renderer
def test_the_caption_of_a_turned_body_names_the_place_in_the_data():
    pressures = np.full(7, 1e6)
    pressures[5] = 3e6
    field = seven(pressures)
    drawn = extruded([Layer(top=TALL, field=field)], size=SMALL)
    assert field.peak.at[1] < -OUTER
    assert f"({field.peak.at[0] * 1e9:.4g}, {field.peak.at[1] * 1e9:.4g}) nm" in drawn.caption


@needs_renderer
def test_a_film_has_one_frame_for_each_moment_and_no_two_alike(tmp_path):
    moments = [
        Moment(time=600.0 * k, layers=[Layer(top=TALL, field=ring(1e5 * 2**k, level=4e-6 * k))]) for k in range(1, 5)
    ]
    path = filling_gif(moments, tmp_path / "film.gif", title="filling", size=(400, 300))
    frames = imageio.v3.imread(path)
    assert frames.shape[:3] == (4, 300, 400)
    steps = np.diff(frames.astype(int), axis=0)
    assert np.all(np.mean(np.any(steps != 0, axis=3), axis=(1, 2)) > 0.01)
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif"]


def test_without_a_renderer_3d_and_films_say_what_brings_it_and_write_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "can_render", lambda: False)
    monkeypatch.setattr(probe, "why_no_rendering", lambda: "vtk crashes")
    with pytest.raises(MissingDependencyError, match=r"vtk crashes.*apt-get install .*libegl1"):
        extruded(body(), tmp_path / "a.png")
    moments = [Moment(time=t, layers=body()) for t in (0.0, 1.0)]
    with pytest.raises(MissingDependencyError, match="libegl1"):
        filling_gif(moments, tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []


def test_a_window_without_a_display_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for draw in (lambda p: section(ring(), p, show=True), lambda p: extruded(body(), p, show=True)):
        with pytest.raises(MissingDependencyError, match="no display"):
            draw(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


@needs_renderer
def test_a_window_is_opened_with_the_same_scene_and_closed_again(windows):
    section(ring(), size=SMALL, show=True)
    extruded(body(), size=SMALL, show=True)
    assert [screen.size for screen in windows] == [SMALL, SMALL]
    assert all(screen.plotter._closed for screen in windows)


def test_a_picture_is_written_whole_with_the_rights_of_any_file(tmp_path):
    path = tmp_path / "section.PNG"
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    drawn = section(ring(), path, size=SMALL)
    assert path.read_bytes() == drawn.png
    assert path.stat().st_mode == plain.stat().st_mode
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plain", "section.PNG"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("picture.jpg", r"must end in \.png"),
        ("nowhere/picture.png", "there is no folder"),
        ("file/picture.png", "there is no folder"),
        ("folder.png", "it is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused_before_drawing(tmp_path, monkeypatch, name, words):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.png").mkdir()
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr("tubewall.view.cross_section.prepared", lambda *a, **k: pytest.fail("drawn before asked"))
    with pytest.raises(InputError, match=words):
        section(ring(), tmp_path / name, size=SMALL)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(picture.os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        picture.write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("size", [(0, 100), (1600.0, 1200), (True, 400), (99999, 400), 5])
def test_a_size_that_is_no_picture_is_refused(size):
    with pytest.raises(InputError, match=r"size|width"):
        section(ring(), size=size)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m[:1], "2 to 200 moments, got 1"),
        (lambda m: m[::-1], "follow each other in time"),
        (lambda m: [replace(m[0], time=-1.0), m[1]], "follow each other in time"),
        (lambda m: [m[0], replace(m[1], layers=[Layer(top=2 * TALL, field=ring())])], "give all the same height"),
        (lambda m: [m[0], replace(m[1], layers=[])], "at least one layer"),
    ],
)
def test_films_of_bad_moments_are_refused_and_nothing_is_written(tmp_path, change, words):
    moments = [Moment(time=t, layers=body()) for t in (0.0, 1.0)]
    with pytest.raises(InputError, match=words):
        filling_gif(change(moments), tmp_path / "a.gif")
    assert list(tmp_path.iterdir()) == []
