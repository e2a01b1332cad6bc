"""The command about tubules: its drawing, its curves, and inputs that it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tubewall.cli import main
from tubewall.studies import (
    TubuleStudy,
    electrolyte_under_piston,
    flaw_at_mouth,
    interfaces,
    one_full_tubule,
    prestress,
    wall_root,
)
from tubewall.studies.tubule_charts import chart

QUICK = ["--elements-through-wall", "2"]


def test_the_drawing_is_written_as_bodies_and_as_a_mesh(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step, mesh, out = (tmp_path / name for name in ("tubule.step", "tubule.msh", "tubule.json"))
    words = [
        "tubule",
        "drawing",
        "--height",
        "500 nm",
        "--lithium-level",
        "100 nm",
        "--electrolyte-thickness",
        "200 nm",
    ]
    assert main([*words, "--step", str(step), "--mesh", str(mesh), "--json", str(out), *QUICK]) == 0
    told = capsys.readouterr().out
    assert "smallest scaled Jacobian" in told
    assert "electrolyte" in step.read_text()
    assert mesh.stat().st_size > 0
    found = json.loads(out.read_text())
    # the tube's section times its height, in space
    assert found["bodies"]["wall"]["value"] == pytest.approx(3.141592653589793 * (60**2 - 50**2) * 500e-27, rel=1e-6)
    assert main(["view", str(out), "--png", str(tmp_path / "a.png")]) == 2
    assert "the question 'drawing' solves nothing" in capsys.readouterr().err
    assert main([*words, "--kind", "sector", "--spacing", "20 nm", "--mesh", str(tmp_path / "a.vtk"), *QUICK]) == 0
    assert "wall" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("question", "names"),
    [
        (wall_root, {"largest at the faces", "plane strain"}),
        (interfaces, {"peel, wall on insulator"}),
        (prestress, {"axial in the middle"}),
        pytest.param(flaw_at_mouth, {"with lithium in it", "handbook"}, marks=pytest.mark.long),
        pytest.param(one_full_tubule, {"in plane strain"}, marks=pytest.mark.long),
        pytest.param(electrolyte_under_piston, {"LLZO: as a strip"}, marks=pytest.mark.long),
    ],
)
def test_curves_are_drawn_of_what_was_found(
    question: Callable[[TubuleStudy], object], names: set[str], tmp_path: Path
) -> None:
    figure = chart(question(TubuleStudy(elements_through_wall=2, electrolytes=("LLZO",))))
    legends = [legend for axes in figure.axes if (legend := axes.get_legend()) is not None]
    told = {text.get_text() for legend in legends for text in legend.get_texts()}
    assert names <= told
    figure.savefig(tmp_path / "a.svg")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["root", "--lithium-level", "30 um"], "stands above the bore"),
        (["root", "--lithium-level", "51 nm"], "presses no wall above the root"),
        (["electrolyte", "--mouth-fillet", "25 nm"], "does not fit a bore of 100 nm between walls of 10 nm"),
        (
            ["root", "--insulator-form", "film", "--insulator-thickness", "8 nm", "--mouth-fillet", "5 nm"],
            "only 8 nm thick",
        ),
        (["flaw", "--flaw-length", "30 um"], "longer than the electrolyte allows"),
        (["flaw", "--flaw-kind", "penny", "--flaw-depth", "25 um"], "lies below the electrolyte"),
        (["flaw", "--flaw-kind", "penny", "--flaw-length", "9 um"], "pass at most 5 um"),
        (["flaw", "--flaw-kind", "peny"], "did you mean 'penny'"),
        (["flaw", "--lithium", "sticking"], "takes it as a pressure"),
        (["root", "--lithium", "slidng"], "did you mean 'sliding'"),
        (["root", "--lithium", "sliding", "--lithium-gradient", "1 MPa/um"], "makes its own"),
        (["root", "--bore", "-5 nm"], "-5 nm"),
        (["root", "--bore", "nan"], "bore"),
        (["root", "--bore", "100"], "unit"),
        (["root", "--bore", "100 MPa"], "100 MPa"),
        (["root", "--wall", "0 nm"], "wall"),
        (["root", "--wall", "inf nm"], "wall"),
        (["root", "--model", "space", "--spacing", "0 nm"], "end in cusps"),
        (["root", "--cap", "20 nm", "--cap-fillet", "15 nm"], "cut into the cap"),
        (["root", "--collector-thickness", "0 nm", "--cap-fillet", "5 nm", "--cap", "4 nm"], "cut into the cap"),
        (["root", "--mouth-fillet", "60 nm"], "[drawing] mouth_fillet: 60 nm does not fit a bore of 100 nm"),
        (["root", "--lithium-level", "30 um"], "[load] lithium_level: 30 um, stands above the bore"),
        (["root", "--wall", "90 um"], "[drawing] wall: 90 um cannot be drawn beside a bore of 100 nm"),
        (["root", "--wall-material", "glasy carbon film"], "did you mean 'glassy carbon film'"),
        (["full", "--strength", "-1 MPa"], "strength"),
        (["interface", "--debond", "10 nm"], "frees the foot of a wall"),
        (["interface", "--insulator-form", "film", "--debond", "0 nm"], "debond"),
        (["prestress", "--temperature-to", "-300 C"], "temperature"),
        (["prestress", "--swelling", "0.9"], "swelling"),
        (["rot"], "did you mean 'root'"),
        (["drawing", "--kind", "clustr"], "did you mean 'cluster'"),
        (["drawing", "--chart", "a.png"], "no stress to draw"),
        (["drawing", "--mesh", "a.stl"], "a mesh is written to .msh"),
        (["drawing", "--step", "a.iges"], "written to a .step"),
        (["drawing", "--rings", "-1"], "--rings"),
        (["root", "--mesh", "a.msh"], "belongs to the question 'drawing'"),
        (["root", "--chart", "a.bmp"], "must end in .png"),
    ],
)
def test_bad_input_is_one_clear_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["tubule", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
