"""The film of an array: what its frames show, one colour scale for all of them, what it refuses."""

from __future__ import annotations

import imageio.v3
import matplotlib
import numpy as np
import pytest

from tubewall import cli
from tubewall.chambers.anode import Lattice
from tubewall.errors import InputError
from tubewall.view.lattice_film import FilmSide, film_of_array
from tubewall.view.lattice_map import colour_scale

RED = np.array([0xD9, 0x0D, 0x26])
ARRAY = Lattice(rows=4, columns=5, bore=100e-9, wall=10e-9, shape="square", periodic=False)
TIMES = np.array([0.0, 1800.0, 3600.0])
# from 0.1 MPa to 10 MPa, two decades
PRESSURES = np.array([np.full(20, 1e5), np.full(20, 1e6), np.full(20, 1e7)])
FILLS = np.array([np.zeros(20), np.full(20, 0.5), np.ones(20)])


def side(**changes):
    given = {
        "title": "tight walls",
        "pressures": PRESSURES,
        "fills": FILLS,
        "hardest": [None, (0, 1), (12, 13)],
        "times": np.array([0.0, 3600.0]),
        "overpotential": np.array([0.005, 0.02]),
    }
    return FilmSide(**{**given, **changes})


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "array.gif"
    film_of_array(ARRAY, TIMES, [side(), side(title="leaky walls")], path, title="charge", size=(800, 700))
    return imageio.v3.imread(path)


def near(pixels, colour, within=12):
    return np.abs(pixels.astype(int) - np.asarray(colour)).max(axis=-1) <= within


def test_each_moment_is_one_frame_of_the_size_asked_for(frames):
    assert frames.shape == (3, 700, 800, 3)


def test_all_frames_share_one_scale_by_the_logarithm(frames):
    colours = 255 * np.asarray(matplotlib.colormaps["viridis"]([0.0, 0.5, 1.0]))[:, :3]
    maps = slice(30, 320)
    for k, frame in enumerate(frames):
        # two maps of twenty bores in one colour, which stands half way of two decades in the middle frame
        counts = [int(near(frame[maps, :690], colour).sum()) for colour in colours]
        assert counts[k] > 50_000
        assert max(counts[:k] + counts[k + 1 :]) < 0.02 * counts[k]


def test_the_hardest_wall_is_marked_where_it_is(frames):
    places = [np.argwhere(near(frame[:320, :345], RED)) for frame in frames]
    assert not len(places[0])
    # chambers 0 and 1 stand in the lowest row, 12 and 13 two rows above and further right
    low, high = (np.median(place, axis=0) for place in places[1:])
    assert high[0] < low[0]
    assert high[1] > low[1]


def test_the_point_on_the_curve_moves(frames):
    point = [near(frame[570:], (0xD5, 0x5E, 0x00), 25) for frame in frames]
    assert point[0][:, :90].sum() > point[2][:, :90].sum()
    assert point[2][:, 500:600].sum() > point[0][:, 500:600].sum()


def test_a_little_span_is_coloured_evenly_and_a_wide_one_by_decades():
    even = colour_scale(1e5, 9e5, "gas pressure")
    assert (float(even.norm(100.0)), float(even.norm(500.0)), even.unit) == (0.0, 0.5, "kPa")
    wide = colour_scale(1e5, 1e7, "gas pressure")
    assert float(wide.norm(1.0)) == pytest.approx(0.5, rel=1e-12)
    assert float(colour_scale(0.01, 1.0, "fill").norm(0.505)) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("sides", "name", "told"),
    [
        ([], "a.gif", "one to four sides, got 0"),
        ([side(pressures=PRESSURES[:2])], "a.gif", "tight walls needs pressures, fills and marks of 3 frames"),
        ([side(fills=FILLS[:, :19])], "a.gif", "FilmSide.fills must be 20 numbers"),
        ([side(pressures=PRESSURES * np.nan)], "a.gif", "FilmSide.pressures must be finite"),
        ([side(hardest=[None, None, (0, 20)])], "a.gif", "chambers 0 to 19"),
        ([side()], "a.png", "must end in .gif"),
        ([side()], "none/a.gif", "there is no folder"),
    ],
)
def test_what_makes_no_film_is_refused_and_nothing_is_written(tmp_path, sides, name, told):
    with pytest.raises(InputError, match=told):
        film_of_array(ARRAY, TIMES, sides, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_command_films_a_protocol(tmp_path, capsys):
    study, film = tmp_path / "anode.toml", tmp_path / "anode.gif"
    study.write_text("[array]\nrows = 3\ncolumns = 4\n[run]\nlooks = 4\n")
    assert cli.main(["chambers", str(study), "--film", str(film)]) == 0
    assert str(film) in capsys.readouterr().out
    assert len(imageio.v3.imread(film)) == 4
    assert cli.main(["chambers", str(study), "--film", str(tmp_path / "anode.avi")]) == 2
    assert "--film" in (told := capsys.readouterr().err)
    assert "must end in .gif or .mp4" in told
