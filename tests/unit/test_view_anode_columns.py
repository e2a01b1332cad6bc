"""The array in space: columns as high as their fill, the part that is shown, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall import cli
from tubewall.chambers.anode import Lattice
from tubewall.errors import InputError, MissingDependencyError
from tubewall.view import can_render, probe
from tubewall.view.lattice_columns import ColumnPanel, column_map, columns_of, shown_part
from tubewall.view.lattice_map import centres, outline

drawn = pytest.mark.skipif(not can_render(), reason="nothing draws in 3D here")


def lattice(rows=4, columns=5, shape="hexagon", *, periodic=False):
    return Lattice(rows=rows, columns=columns, bore=100e-9, wall=10e-9, shape=shape, periodic=periodic)


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_a_column_holds_its_lithium(shape):
    array = lattice(shape=shape)
    heights = np.linspace(0.0, 20e-6, 20)
    points, triangles, rims = columns_of(centres(array), outline(array), heights)
    a, b, c = (points[triangles[:, k]] for k in range(3))
    # divergence theorem; the foot at z = 0 adds nothing
    parts = (np.cross(a, b) * c).sum(axis=1).reshape(20, -1).sum(axis=1) / 6.0
    assert parts == pytest.approx(array.area * heights, rel=1e-9, abs=1e-30)
    assert (rims[:, :, 2] == heights[:, None]).all()


def test_a_small_array_is_shown_whole():
    assert shown_part(lattice(), None).tolist() == list(range(20))


@pytest.mark.parametrize("shape", ["hexagon", "square"])
@pytest.mark.parametrize("chamber", [0, 5050, 6010, 9909, 9999])
def test_of_a_large_array_a_window_about_the_hardest_wall_is_shown(shape, chamber):
    array = lattice(100, 100, shape, periodic=True)
    part = shown_part(array, (chamber, chamber))
    assert chamber in part
    assert part.size == 48 * 48
    # a window without holes: chambers of the middle have all of their neighbours
    at = centres(array)[part]
    span = np.ptp(at, axis=0)
    assert span[0] < 1.02 * 48 * 110e-9
    assert span[1] < 48 * 110e-9


@drawn
def test_high_pressures_have_the_bright_end_of_the_scale_and_the_wall_is_red():
    array = lattice()
    fills = np.full(20, 0.5)
    pressures = np.full(20, 1e5)
    pressures[:10] = 3e5
    panel = ColumnPanel(title="tight", pressures=pressures, fills=fills, hardest=(3, 13))
    found = column_map(array, [panel], height=20e-6, title="charge", size=(900, 600))
    pixels = found.pixels().reshape(-1, 3).astype(int)
    yellow = (pixels[:, 0] > 180) & (pixels[:, 1] > 150) & (pixels[:, 2] < 90)
    violet = (pixels[:, 0] < 100) & (pixels[:, 1] < 30) & (pixels[:, 2] > 40)
    assert yellow.sum() > 2000
    assert violet.sum() > 2000
    assert ((pixels[:, 0] > 190) & (pixels[:, 1] < 60) & (pixels[:, 2] < 80)).sum() > 30
    assert (found.width, found.height) == (900, 600)
    assert found.caption.startswith("charge: tight, fill 0.5 to 0.5; columns of lithium, 20 um high when full")


@pytest.mark.parametrize(
    ("panel", "told"),
    [
        (ColumnPanel(title="", pressures=np.ones(19), fills=np.ones(20)), "ColumnPanel.pressures must be 20 numbers"),
        (ColumnPanel(title="", pressures=np.ones(20), fills=np.full(20, np.inf)), "ColumnPanel.fills must be finite"),
        (ColumnPanel(title="", pressures=np.ones(20), fills=np.ones(20), hardest=(0, 20)), "chambers 0 to 19"),
    ],
)
def test_what_cannot_be_drawn_is_refused(panel, told):
    with pytest.raises(InputError, match=told):
        column_map(lattice(), [panel], height=20e-6)


def test_without_a_renderer_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(probe, "can_render", lambda: False)
    panel = ColumnPanel(title="", pressures=np.ones(20), fills=np.ones(20))
    with pytest.raises(MissingDependencyError, match="apt-get"):
        column_map(lattice(), [panel], height=20e-6)


@drawn
def test_the_command_draws_columns(tmp_path, capsys):
    study, out = tmp_path / "anode.toml", tmp_path / "anode.png"
    study.write_text("[array]\nrows = 3\ncolumns = 4\n[run]\nlooks = 3\n")
    assert cli.main(["chambers", str(study), "--columns", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert str(out) in capsys.readouterr().out
