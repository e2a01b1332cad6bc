"""`tubewall view` shows any result: studies and their answers as the array, tubule answers as the body behind them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tubewall.cli import main
from tubewall.errors import DamagedFileError, InputError, UnknownNameError
from tubewall.fem import array_basis
from tubewall.fem.quantities import parse_quantity
from tubewall.geometry import CellArray, periodic_cell
from tubewall.materials import Isotropic
from tubewall.studies.as_data import inputs
from tubewall.studies.study import Study
from tubewall.studies.tubule_command import _inputs
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.studies.view_results import kind_of, opened
from tubewall.units import MPa, nm
from tubewall.view import ArrayState, Look, array_field, array_source, draw_vector, film_of
from tubewall.view.body_surface import body_surface

SMALL = {"elements_through_wall": 2, "supercell": 3, "wall": "20 nm"}


def silent(_share, _words):
    pass


@pytest.fixture(scope="module")
def basis():
    array = CellArray(bore=100 * nm, wall=20 * nm, fillet=10 * nm)
    law = Isotropic(youngs_modulus=62e9, poissons_ratio=0.2)
    return array_basis(periodic_cell(array, elements_through_wall=2), law, supercell=3)


@pytest.fixture(scope="module")
def state(basis):
    gas = np.full(len(basis.chambers), 0.5 * MPa)
    gas[0] = 1 * MPa
    return ArrayState(pressures=gas)


def test_a_patch_has_the_stress_and_the_peak_of_the_array(basis, state):
    source = array_source(basis, state, rings=1)
    for name in ("max principal", "von mises"):
        field, quantity = array_field(basis, state, rings=1, quantity=name), parse_quantity(name)
        top = source.top(quantity)
        assert (top.value, top.at) == (field.peak.value, field.peak.at)
        corners = np.array([[0, 0], [1, 0], [0, 1], [0.5, 0], [0.5, 0.5], [0, 0.5]])
        count = len(field.cells)
        found = source.evaluate(np.repeat(np.arange(count), 6), np.tile(corners, (count, 1)))
        assert quantity.values(found, source.kinematics) == pytest.approx(field.values.ravel(), rel=1e-9, abs=1e-3)
        assert found.points == pytest.approx(field.points[field.cells].reshape(-1, 2), abs=1e-15)
        assert found.displacement == pytest.approx(field.displacement[field.cells].reshape(-1, 2), abs=1e-18)
    # a shear has no sign that is worse: the larger amount, at one of the elements' own nodes
    shear = source.top(parse_quantity("stress xy"))
    assert abs(shear.value) == np.abs(source.stress[:, :, 3]).max()


def test_the_bores_of_a_patch_are_closed_and_hold_their_gas(basis, state):
    surface = body_surface(array_source(basis, state, rings=1), Look())
    assert sorted(fluid.pressure for fluid in surface.fluids) == [0.5 * MPa] * 6 + [1 * MPa]
    for fluid in surface.fluids:
        a, b, c = (fluid.points[fluid.triangles[:, i]] for i in range(3))
        area = 0.5 * np.cross(b - a, c - a)[:, 2].sum()
        # a hexagon 100 nm across flats, its corners rounded: 2 sqrt 3 r^2 less (2 sqrt 3 - pi) f^2
        assert area == pytest.approx(2 * 3**0.5 * (50e-9) ** 2 - (2 * 3**0.5 - np.pi) * (10e-9) ** 2, rel=2e-3)


def test_a_patch_says_why_a_sharp_corner_is_no_answer(basis, state):
    told = "sharp corners: the stress grows as r^-0.384"
    assert told in body_surface(array_source(basis, state, rings=0, warning=told), Look()).warning


def test_a_filling_is_a_film_and_an_array_a_vector_picture(basis, state, tmp_path):
    half = ArrayState(pressures=0.5 * (state.pressures + state.at_rest))
    results = [array_source(basis, one, rings=0) for one in (half, state)]
    film = film_of(results, tmp_path / "film.gif", titles=("half", "whole"), size=(320, 300))
    assert film.read_bytes()[:6] in (b"GIF87a", b"GIF89a")
    text = draw_vector(results[1], tmp_path / "a.svg").read_text()
    assert "in MPa" in text
    assert len(text) < 2_000_000


def saved(tmp_path, study, **more):
    data = {"version": "1", "input_hash": study.input_hash, **more}
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(data))
    return str(path)


def test_an_answer_in_json_is_opened_as_the_study_that_it_answers(tmp_path):
    study = Study().replace(**SMALL)
    path = saved(tmp_path, study, inputs=inputs(study.flat()))
    assert kind_of(path) == "array"
    found = opened(path, "array", Look(), silent)
    assert found.array is not None
    assert found.array[0] == study
    assert found.rings == 1
    results, titles = found.filling()
    assert titles[0] == "filling, after 0 min"
    assert titles[-1] == "filling, after 60 min"
    # full: Boyle, 1 atm in a tenth and a fifth of the volume
    gas = sorted(results[-1].pressures.values())
    assert gas == pytest.approx([101325 / 0.2] * 6 + [101325 / 0.1], rel=1e-6)


def test_a_tubule_answer_is_opened_with_its_question(tmp_path):
    study = TubuleStudy().replace(height="2 um", lithium_level="1 um", elements_through_wall=2)
    path = saved(tmp_path, study, inputs=_inputs(study), question="root")
    assert kind_of(path) == "tubule"
    found = opened(path, "tubule", Look(), silent)
    assert found.title.startswith("root of a wall, lithium at 371 MPa")
    assert body_surface(found.result, Look()).region_names == found.result.model.mesh.region_names
    text = tmp_path / "tubule.toml"
    text.write_text(study.to_toml())
    assert kind_of(str(text)) == "tubule"
    with pytest.raises(UnknownNameError, match="did you mean 'root'"):
        opened(str(text), "tubule", Look(), silent, "rot")


def test_toml_files_are_told_apart_by_their_tables(tmp_path):
    path = tmp_path / "file.toml"
    for text, question, kind in (
        (Study().to_toml(), None, "array"),
        (TubuleStudy().to_toml(), None, "tubule"),
        ('[drawing]\nbore = "80 nm"\n', None, "array"),
        ('[drawing]\nbore = "80 nm"\n', "root", "tubule"),
        ('mesh = { file = "a.msh" }\n', None, "case"),
    ):
        path.write_text(text)
        assert kind_of(str(path), question) == kind


def test_an_altered_answer_is_refused(tmp_path):
    study = Study().replace(**SMALL)
    path = saved(tmp_path, study, inputs=inputs(study.replace(bore="90 nm").flat()))
    with pytest.raises(DamagedFileError, match="not those that were answered"):
        opened(path, "array", Look(), silent)
    path = saved(tmp_path, study, inputs={**inputs(study.flat()), "bore": {"value": -1.0}})
    with pytest.raises(DamagedFileError, match="no study"):
        opened(path, "array", Look(), silent)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"version": "1", "input_hash"', "incomplete or altered"),
        (b'{"a": 1}', "no answer of tubewall"),
        (b'{"version": "1", "input_hash": "x"}', "holds no study"),
        (b"\xff\xfe\x00", "no text"),
        (b"", "empty"),
    ],
)
def test_other_json_is_one_line_and_exit_2(tmp_path, capsys, content, words):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert main(["view", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--cut", "y"], "plane section already"),
        (["--question", "root"], "asked of a tubule file"),
        (["--quantity", "von misses"], "did you mean 'von mises'"),
        (["--png", "a.jpg"], "must end in .png"),
        (["--png", "nowhere/a.png"], "there is no directory"),
        (["--film", "a.avi"], ".gif or .mp4"),
    ],
)
def test_a_study_is_refused_what_it_cannot_show(tmp_path, capsys, monkeypatch, more, words):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(Study().to_toml())
    if words.startswith("asked"):
        words = "--question"
        path.write_text('mesh = { file = "a.msh" }\n')
    assert main(["view", str(path), *more]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


def test_a_study_is_drawn_and_pressed_from_the_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(Study().replace(**SMALL).to_toml())
    assert main(["view", "study.toml", "--svg", "a.svg", "--html", "a.html", "--live", "b.html"]) == 0
    assert "written: a.svg, a.html, b.html" in capsys.readouterr().out
    page = (tmp_path / "b.html").read_text()
    assert page.count('"pressure":') >= 7
    with pytest.raises(InputError, match="asked of a tubule file"):
        kind_of("study.vtu", "root")


@pytest.fixture
def anode(tmp_path):
    file = tmp_path / "anode.toml"
    file.write_text("[array]\nrows = 4\ncolumns = 4\n\n[run]\nlooks = 2\n")
    return file


def test_an_anode_is_drawn_by_view_too(anode, tmp_path, capsys):
    assert kind_of(str(anode)) == "anode"
    assert main(["view", str(anode), "--film", str(tmp_path / "anode.gif")]) == 0
    assert (tmp_path / "anode.gif").read_bytes().startswith(b"GIF89a")
    assert "4 x 4 hexagons" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--svg", "a.svg"], "--svg: an anode is drawn as columns in space (--png) and as a film (--film)"),
        (["--live", "a.html"], "--live: sliders move the loads of a case or study file"),
        (["--cut", "y"], "leave the options of stress, view and size out"),
        (["--size", "800x600"], "leave the options of stress, view and size out"),
    ],
)
def test_what_an_anode_has_not_is_refused_before_it_is_computed(anode, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert main(["view", str(anode), *words]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["anode.toml"]
