"""The plots of a study: they hold its numbers, and are drawn for every protocol and for arrays without single walls."""

from __future__ import annotations

import imageio.v3
import numpy as np
import pytest

from tubewall import cli
from tubewall.studies import ChambersStudy, answer_study, chambers_memory, chambers_plots, chambers_result
from tubewall.studies.chambers_plots import write_plots
from tubewall.view import lattice_map

TABLES = {
    "array": {"rows": 8, "columns": 8},
    "walls": {"material": "glassy carbon film"},
    "protocol": {"name": "full cell", "current_densities": ["0.5 mA/cm2"]},
    "scatter": {"deviation": 0.1},
    "run": {"looks": 5},
}


@pytest.fixture
def drawn(monkeypatch):
    """The figures that would be written."""
    figures = []
    monkeypatch.setattr(chambers_plots, "save", lambda figure, path: figures.append(figure))
    return figures


def test_the_plots_hold_the_numbers_of_the_answer(drawn):
    answer = answer_study(ChambersStudy.from_tables(TABLES))
    write_plots(answer, "unused.png")
    volts, fill, gas, _, walls, regimes = drawn[0].axes
    foil = next(line for line in volts.lines if line.get_label() == "planar foil")
    assert np.array_equal(foil.get_ydata(), 1e3 * answer.foil.overpotential)
    median = next(line for line in fill.lines if line.get_label() == "permeable, median")
    assert np.array_equal(median.get_ydata(), np.median(answer.permeable.run.fills, axis=1))
    largest = next(line for line in gas.lines if line.get_label() == "hermetic, largest")
    assert largest.get_ydata() == pytest.approx(1e-6 * answer.hermetic.run.pressures.max(axis=1), rel=1e-12)
    seen = next(line for line in walls.lines if line.get_label() == "hermetic")
    # a third of the walls sees more than what stands at a third
    at = np.interp(1 / 3, seen.get_ydata(), seen.get_xdata())
    assert np.mean(1e-6 * answer.hermetic.walls.differences > at) == pytest.approx(1 / 3, abs=0.01)
    bears = next(line for line in walls.lines if line.get_label() == "a wall bears")
    assert bears.get_xdata()[0] == 1e-6 * answer.allowable.nominal
    half = next(line for line in regimes.lines if line.get_label() == "hermetic run")
    middle = np.interp(50.0, half.get_ydata(), half.get_xdata())
    assert middle == pytest.approx(answer.hermetic.walls.crossover[1], rel=0.02)


def test_without_single_walls_their_plots_stay_empty(drawn):
    write_plots(answer_study(ChambersStudy.from_tables({"array": {"rows": 1, "columns": 1}})), "unused.png")
    assert [bool(one.lines or one.patches) for one in drawn[0].axes] == [True, True, True, True, False, False]


def test_the_command_plots_and_refuses_before_it_computes(tmp_path, capsys, monkeypatch):
    study, out = tmp_path / "anode.toml", tmp_path / "plots.png"
    study.write_text("[array]\nrows = 3\ncolumns = 4\n[run]\nlooks = 3\n")
    assert cli.main(["chambers", str(study), "--plots", str(out)]) == 0
    assert imageio.v3.imread(out).shape[:2] == (1140, 1950)
    capsys.readouterr()
    monkeypatch.setattr(chambers_memory, "_MOST_KEPT", 10)
    monkeypatch.setattr(chambers_result, "answer_study", lambda *_: pytest.fail("it was computed"))
    assert cli.main(["chambers", str(study), "--film", str(tmp_path / "a.gif")]) == 2
    assert "--film: the array is too large to keep every chamber" in capsys.readouterr().err
    monkeypatch.setattr(lattice_map, "_MOST", 10)
    for option in ("png", "columns"):
        assert cli.main(["chambers", str(study), f"--{option}", str(tmp_path / "a.png")]) == 2
        assert "a map shows 10 chambers at most, got 12" in capsys.readouterr().err
    assert not (tmp_path / "a.gif").exists()
    assert not (tmp_path / "a.png").exists()
