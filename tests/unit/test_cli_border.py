"""What the command line does with words, whatever they are: an answer or one line, and nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tubewall import cli
from tubewall.errors import ConvergenceError, MissingDependencyError
from tubewall.studies.keys import KEYS

Run = Callable[..., tuple[int, str, str]]


class _Answer:
    """Stands for the answer of the main job, which these tests do not compute."""

    def __init__(self, study: Any) -> None:
        self.study = study

    def text(self) -> str:
        return f"bore {self.study.drawing.bore:g} m"

    def to_json(self) -> dict[str, Any]:
        return {"bore": {"value": self.study.drawing.bore, "unit": "m"}, "regime": {"value": float("inf"), "unit": "1"}}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def main_job(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[..., Any]], None]:
    def replace(minimum_wall: Callable[..., Any]) -> None:
        module = types.ModuleType("tubewall.studies.thickness")
        module.minimum_wall = minimum_wall  # type: ignore[attr-defined]
        report = types.ModuleType("tubewall.studies.report")
        report.write_report = lambda answer, path, picture=None: Path(path).write_text("<html>")  # type: ignore[attr-defined]
        pictures = types.ModuleType("tubewall.studies.pictures")
        pictures.draw_array = pictures.film_of_filling = None  # type: ignore[attr-defined]
        # no process beside: these tests are about words
        monkeypatch.setattr("tubewall.studies.workers.one_beside", lambda: contextlib.nullcontext(None))
        monkeypatch.setitem(sys.modules, "tubewall.studies.thickness", module)
        monkeypatch.setitem(sys.modules, "tubewall.studies.report", report)
        monkeypatch.setitem(sys.modules, "tubewall.studies.pictures", pictures)

    replace(lambda study, progress=None, beside=None: _Answer(study))
    return replace


def one_line(text: str) -> bool:
    return text.startswith("tubewall: ") and text.count("\n") == 1 and "Traceback" not in text


def test_help_of_the_whole_process_takes_less_than_half_a_second() -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "tubewall.cli", "--help"], capture_output=True, text=True, check=True
        )
        seconds.append(time.perf_counter() - started)
    assert "thickness" in done.stdout
    assert min(seconds) < 0.5, seconds


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from tubewall import cli; cli.main(['thickness', '--help']);"
        "heavy = {'pydantic', 'numpy', 'scipy', 'rich', 'gmsh', 'skfem', 'pyvista', 'matplotlib'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["thickness", "compare", "sweep"])
def test_the_help_of_a_command_shows_every_key_of_the_study(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert [key.option for key in KEYS.values() if key.option not in out] == []


def test_every_command_listed_has_help_of_its_own(run: Run) -> None:
    _, out, _ = run("--help")
    listed = [line.split()[0] for line in out.split("commands:\n")[1].split("\n\n")[0].splitlines()]
    assert "thickness" in listed
    for command in listed:
        code, out, _ = run(command, "--help")
        assert code == 0
        assert out.startswith("usage: tubewall " + command)
        assert run("help", command) == (0, out, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["thicknes"], "did you mean 'thickness'"),
        (["--bore", "80 nm"], "before the command"),
        (["thickness", "--bor", "80 nm"], "did you mean --bore?"),
        (["thickness", "--bore_shape", "round"], "did you mean --bore-shape?"),
        (["thickness", "--bore"], "--bore"),
        (["solve", "a.toml", "--threads", "2"], "no option --threads; see `tubewall solve --help`"),
        (["solve", "a.toml", "--jso", "a.json"], "no option --jso; did you mean --json?"),
        (["thickness", "--wall", "-q"], "--wall: cannot read '-q' as a quantity"),
        (["help", "solv"], "no command 'solv'; did you mean 'solve'?"),
        (["verify", "--json", "no/such/place.json"], "there is no directory"),
        (["verify", "--markdown", "no/such/place"], "not a folder"),
        (["thickness", "--bore", "-5 nm"], "--bore: must be positive, got -5 nm (allowed: 1 nm .. 100 um)"),
        (["thickness", "--bore", "-5nm"], "--bore: must be positive, got -5nm"),
        (["thickness", "--bore=-5"], "has no unit"),
        (["thickness", "--bore", "80"], "'80' has no unit: write for example '100 nm'"),
        (["thickness", "--bore", "80 MPa"], "another dimension"),
        (["thickness", "--bore", "nan nm"], "cannot read"),
        (["thickness", "--bore", "80 nm\nrm"], "unit"),
        (["thickness", "--wall", "0 nm"], "--wall: must be positive, got 0 nm"),
        (["thickness", "--fill", "nan"], "--fill"),
        (["thickness", "--fill", "1"], "--fill: is out of range, got 1.0 (allowed: 0 .. 1, ends excluded)"),
        (["thickness", "--fill", "0.5"], "neighbour_fill at most 0.5"),
        (["thickness", "--supercell", "9.5"], "--supercell: expected a whole number"),
        (["thickness", "--supercell", "9" * 400], "--supercell"),
        (["thickness", "--packing", "hexagnal"], "did you mean 'hexagonal'"),
        (["thickness", "--ends", ""], "--ends: expected one of held, closed, free"),
        (["thickness", "missing.toml"], "missing.toml: no such file"),
        (["thickness", "."], "is a directory"),
        (["thickness", "/dev/zero"], "is not a regular file"),
        (["thickness", "a\0b"], "zero byte"),
        (["thickness", "a.toml", "b.toml"], "no place for 'b.toml'"),
        (["thickness", "--json", "."], "is a directory"),
        (["thickness", "--json", "no/such/place.json"], "there is no directory"),
        (["thickness", "--json", "/proc/x.json"], "cannot be written"),
        (["thickness", "--json", "/dev/full"], "is not a regular file"),
        (["thickness", "--json", "x.html", "--report", "x.html"], "two outputs"),
        (["thickness", "--json", ""], "is not a file name"),
        (["thickness", "--png", "a.txt"], "--png: a.txt must end in .png"),
        (["thickness", "--gif", "a.mp4"], "--gif: a.mp4 must end in .gif"),
        (["compare", "--png", "a.txt"], "--png: a.txt must end in .png or .svg or .pdf"),
        (["compare", "--png", "a.png", "--json", "./a.png"], "two outputs"),
        (["sweep"], "STUDY"),
        (["sweep", "missing.toml"], "missing.toml: no such file"),
        (["init", "no/such/place.toml"], "there is no directory"),
        (["doctor", "--now"], "no option --now"),
    ],
)
def test_wrong_words_end_in_one_line_with_exit_code_2_and_nothing_written(
    run: Run, main_job: Callable[..., None], tmp_path: Path, words: list[str], told: str
) -> None:
    started = time.perf_counter()
    code, out, err = run(*words)
    assert (code, out) == (2, ""), err
    assert one_line(err), err
    assert told in err
    assert time.perf_counter() - started < 2
    assert list(tmp_path.iterdir()) == []


def test_options_and_file_reach_the_study(run: Run, main_job: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[drawing]\nbore = "60 nm"\n[gas]\nfill = 0.85\n')
    code, out, err = run("thickness", "study.toml", "--bore", "0.08 um", "--json", "a.json", "--accept-guesses")
    assert (code, err) == (0, "")
    assert "bore 8e-08 m" in out
    data = json.loads((tmp_path / "a.json").read_text())
    assert data["bore"] == {"value": 8e-8, "unit": "m"}
    assert data["regime"]["value"] == "Infinity"
    assert len(data["input_hash"]) == 64
    assert data["seconds"]["unit"] == "s"
    assert data["warnings"] == []
    assert (tmp_path / "report.html").read_text() == "<html>"


def test_quiet_prints_nothing_and_no_report_writes_none(
    run: Run, main_job: Callable[..., None], tmp_path: Path
) -> None:
    assert run("thickness", "--quiet", "--no-report") == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_study_file_is_not_overwritten_by_an_output(
    run: Run, main_job: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "study.toml").write_text("")
    code, _, err = run("thickness", "study.toml", "--json", "./study.toml")
    assert code == 2
    assert "is the study file itself" in err
    assert (tmp_path / "study.toml").read_text() == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConvergenceError("the peak did not\nconverge"), 4),
        (MissingDependencyError("no gmsh"), 3),
        (ImportError("libGLU.so.1: cannot open shared object file"), 3),
        (OSError("libGLU.so.1: cannot open shared object file: No such file"), 3),
        (OSError(28, "No space left on device"), 4),
        (MemoryError(), 4),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("float division by zero"), 1),
    ],
)
def test_whatever_goes_wrong_inside_is_one_line_and_leaves_no_file(
    run: Run, main_job: Callable[..., None], tmp_path: Path, error: BaseException, code: int
) -> None:
    def fail(study: Any, progress: Any = None, beside: Any = None) -> Any:
        raise error

    main_job(fail)
    (tmp_path / "old.json").write_text("old")
    returned, out, err = run("thickness", "--json", "old.json")
    assert (returned, out) == (code, "")
    assert one_line(err), err
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]
    assert (tmp_path / "old.json").read_text() == "old"


def test_a_report_that_fails_half_way_leaves_nothing(
    run: Run, main_job: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(answer: Any, path: Path, picture: Any = None) -> None:
        Path(path).write_text("<html><body>half")
        raise ConvergenceError("the picture failed")

    monkeypatch.setattr(sys.modules["tubewall.studies.report"], "write_report", half)
    code, _, err = run("thickness")
    assert code == 4
    assert one_line(err)
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_none_is_never_written(run: Run, main_job: Callable[..., None], tmp_path: Path) -> None:
    class Wrong(_Answer):
        def to_json(self) -> dict[str, Any]:
            return {"stress": {"peak": [1.0, float("nan")]}}

    main_job(lambda study, progress=None, beside=None: Wrong(study))
    code, _, err = run("thickness", "--json", "a.json", "--no-report")
    assert code == 4
    assert "stress.peak[1] came out as not a number" in err
    assert list(tmp_path.iterdir()) == []


def test_init_writes_a_study_that_reads_back_and_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    from tubewall.studies.study import Study

    assert run("init")[0] == 0
    assert Study.from_file(tmp_path / "study.toml") == Study()
    code, _, err = run("init")
    assert code == 2
    assert "--force" in err
    assert run("init", "--force")[0] == 0


def test_materials_are_listed_shown_and_cited(run: Run) -> None:
    from tubewall.materials import material_names

    code, out, err = run("materials")
    assert (code, err) == (0, "")
    assert [name for name in material_names() if f"\n{name} " not in out] == []
    assert "argon" in out
    assert run("materials", "LLZO")[1].startswith("LLZO (electrolyte)")
    assert run("materials", "argon")[0] == 0
    data = json.loads(run("materials", "LLZO", "--json")[1])
    assert data["LLZO"]["numbers"]["youngs_modulus"]["value"] == 150e9
    assert set(json.loads(run("materials", "--json")[1])) == set(material_names())
    assert run("materials", "LLZO", "--bibtex")[1].startswith("@")
    for words in (
        ["materials", "LLZOO"],
        ["materials", "LLZOO", "--json"],
        ["materials", "LLZO", "--json", "--bibtex"],
    ):
        code, out, err = run(*words)
        assert (code, out) == (2, "")
        assert one_line(err)


def test_a_pipe_whose_reader_goes_away_ends_quietly() -> None:
    command = f"{sys.executable} -m tubewall.cli thickness --help"
    done = subprocess.run(["sh", "-c", f"{command} | true"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    code = "import sys; from tubewall import cli; sys.exit(cli.main(['--help']))"
    reader, writer = os.pipe()
    os.close(reader)
    broken = subprocess.run([sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (broken.returncode, broken.stderr) == (141, "")
