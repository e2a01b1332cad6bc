"""The map of an array: where its chambers stand, what their colours say, what it refuses."""

from __future__ import annotations

import itertools

import matplotlib
import numpy as np
import pytest

from tubewall import cli
from tubewall.chambers.anode import Lattice
from tubewall.errors import InputError
from tubewall.view.lattice_map import Panel, anode_map, centres, outline

SMALL = "[array]\nrows = 6\ncolumns = 8\n[run]\nlooks = 4\n"


def lattice(shape="hexagon", *, rows=6, columns=8, periodic=False):
    return Lattice(rows=rows, columns=columns, bore=100e-9, wall=10e-9, shape=shape, periodic=periodic)


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_chambers_that_share_a_wall_stand_a_pitch_apart(shape):
    array = lattice(shape)
    at = centres(array)
    first, second = array.edges.T
    assert np.hypot(*(at[first] - at[second]).T) == pytest.approx(np.full(first.size, 110e-9), rel=1e-12, abs=0)


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_no_two_chambers_stand_closer_than_a_pitch(shape):
    for periodic in (False, True):
        at = centres(lattice(shape, periodic=periodic))
        gaps = [np.hypot(*(a - b)) for a, b in itertools.combinations(at, 2)]
        assert min(gaps) == pytest.approx(110e-9, rel=1e-9, abs=0)


def test_a_periodic_array_of_hexagons_fills_a_rectangle():
    array = lattice(rows=40, columns=40, periodic=True)
    assert np.ptp(centres(array)[:, 0]) < 40 * 110e-9


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_outlines_have_the_section_of_a_bore(shape):
    x, y = outline(lattice(shape)).T
    # shoelace
    area = 0.5 * float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())
    assert area == pytest.approx(lattice(shape).area, rel=1e-12, abs=0)
    assert np.ptp(x) == pytest.approx(100e-9, rel=1e-12, abs=0)


def test_the_colours_read_in_grey():
    red, green, blue = matplotlib.colormaps["viridis"](np.linspace(0, 1, 256))[:, :3].T
    # luminance of ITU-R BT.709
    assert (np.diff(0.2126 * red + 0.7152 * green + 0.0722 * blue) > 0).all()


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_every_chamber_shows_its_own_colour_and_the_hardest_wall_is_red(shape):
    array = lattice(shape)
    values = np.linspace(1e5, 9e5, 48)
    pixels = anode_map(array, [Panel(title="a", values=values, hardest=(20, 21))]).pixels().reshape(-1, 3)
    colours = (matplotlib.colormaps["viridis"](np.linspace(0, 1, 48))[:, :3] * 255).round()
    seen = np.unique(pixels, axis=0).astype(int)
    for k in set(range(48)) - {20, 21}:
        assert np.abs(seen - colours[k]).max(axis=1).min() <= 3, k
    assert (np.abs(pixels.astype(int) - [0xD9, 0x0D, 0x26]).max(axis=1) <= 3).sum() > 50
    without = anode_map(array, [Panel(title="a", values=values)]).pixels().reshape(-1, 3)
    assert not (np.abs(without.astype(int) - [0xD9, 0x0D, 0x26]).max(axis=1) <= 3).any()


@pytest.mark.parametrize(("pair", "rings"), [((1830, 1831), 1), ((1800, 1859), 2)])
def test_small_chambers_are_ringed_and_those_across_the_edge_each(pair, rings):
    array = lattice("square", rows=60, columns=60, periodic=True)
    panels = [Panel(title="", values=np.linspace(1e5, 2e5, 3600), hardest=pair)]
    red = np.abs(anode_map(array, panels).pixels().astype(int) - [0xD9, 0x0D, 0x26]).max(axis=2) <= 3
    found = np.flatnonzero(red.any(axis=0))
    assert 1 + (np.diff(found) > 100).sum() == rings


def test_the_caption_says_what_is_seen():
    panels = [Panel(title="tight", values=np.linspace(1e5, 9e5, 48), hardest=(3, 4))]
    assert anode_map(lattice(), panels, title="charge").caption == (
        "charge: tight, gas pressure 100 kPa to 900 kPa, hardest wall between chambers 3 and 4"
    )
    alike = anode_map(lattice(), [Panel(title="all", values=np.full(48, 0.5))], quantity="fill")
    assert alike.caption == "all, fill 0.5 to 0.5"
    assert (alike.width, alike.height) == (1600, 760)


@pytest.mark.parametrize(
    ("panel", "more", "told"),
    [
        (Panel(title="", values=np.ones(47)), {}, "must be 48 numbers"),
        (Panel(title="", values=np.full(48, np.nan)), {}, "must be finite"),
        (Panel(title="", values=np.ones(48), hardest=(0, 48)), {}, "chambers 0 to 47"),
        (Panel(title="", values=np.ones(48)), {"quantity": "moles"}, "quantity of a map"),
        (Panel(title="", values=np.ones(48)), {"size": (10, 10)}, "300 to 6000"),
    ],
)
def test_what_cannot_be_drawn_is_refused(panel, more, told):
    with pytest.raises(InputError, match=told):
        anode_map(lattice(), [panel], **more)


def test_a_map_has_panels():
    with pytest.raises(InputError, match="one to four panels, got 0"):
        anode_map(lattice(), [])


def test_the_command_draws_the_array(tmp_path, capsys):
    path, out = tmp_path / "anode.toml", tmp_path / "anode.png"
    path.write_text(SMALL)
    assert cli.main(["chambers", str(path), "--png", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert str(out) in capsys.readouterr().out
    assert cli.main(["chambers", str(path), "--png", str(tmp_path / "anode.jpg")]) == 2
    assert "must end in .png" in capsys.readouterr().err
