"""The doctor, on machines that lack something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tubewall import doctor
from tubewall.view import probe


@pytest.fixture
def fake_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on the path of the processes that the doctor starts."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.fixture
def forgetful_probe() -> Iterator[None]:
    """The probe keeps its answer; a faked one must not outlive the test."""
    probe._probe.cache_clear()
    yield
    probe._probe.cache_clear()


def lines_of_run() -> tuple[int, list[str]]:
    lines: list[str] = []
    return doctor.run(lines.append), lines


def test_a_library_that_the_loader_does_not_find_is_named() -> None:
    assert doctor.missing_libraries(["libc.so.6", "libGLU-not-here.so.1"]) == ("libGLU-not-here.so.1",)


def test_a_machine_without_the_libraries_of_gmsh_gets_the_line_and_exit_code_3(
    fake_modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake_modules / "gmsh.py").write_text("raise OSError('libGLU.so.1: cannot open shared object file')")
    monkeypatch.setattr(doctor, "missing_libraries", lambda: ("libGLU.so.1", "libXft.so.2"))
    monkeypatch.setattr(doctor, "rendering_finding", lambda: doctor.Finding(what="3D pictures", state="ok", detail=""))
    code, lines = lines_of_run()
    assert code == 3
    told = "\n".join(lines)
    assert "libGLU.so.1, libXft.so.2 (gmsh needs them)" in told
    assert "gmsh            libGLU.so.1: cannot open shared object file" in told
    # pip would not help: the one line that brings the libraries is the only remedy
    assert lines[-1].strip() == (
        "apt-get update && apt-get install -y --no-install-recommends "
        "libglu1-mesa libgl1 libegl1 libxcursor1 libxft2 libxinerama1 libgomp1"
    )
    assert sum("apt-get" in line for line in lines) == 1


def test_a_library_that_only_pictures_need_is_no_reason_to_stop() -> None:
    (finding,) = doctor.library_findings(["libEGL.so.1"])
    assert (finding.state, finding.remedy) == ("absent", doctor.APT_LINE)


def test_a_module_that_kills_its_process_is_named_and_the_next_ones_are_still_tried(fake_modules: Path) -> None:
    (fake_modules / "killer.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    (fake_modules / "sleeper.py").write_text("import time; time.sleep(60)")
    told = doctor.try_imports(["json", "killer", "not_there", "sleeper", "math"], timeout=2)
    assert told == {
        "json": "",
        "killer": "kills the interpreter (exit code -11)",
        "not_there": "No module named 'not_there'",
        "sleeper": "was not imported within 2 s",
        "math": "",
    }


def test_a_missing_dependency_is_answered_with_pip() -> None:
    (finding,) = doctor.dependency_findings({"no-such-distribution": "no_such_module"})
    assert finding.state == "missing"
    assert finding.remedy.endswith("-m pip install 'no-such-distribution'")


def test_an_optional_dependency_may_be_absent() -> None:
    (finding,) = doctor.dependency_findings({"no-such-distribution": "no_such_module"}, needed=False)
    assert finding.state == "absent"


def test_all_that_pyproject_asks_for_is_looked_at() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text())["project"]
    asked = {requirement.split(">")[0] for requirement in project["dependencies"]}
    assert set(doctor.requirements()) == asked
    assert doctor.requirements()["scikit-fem"] == "skfem"


def test_an_old_python_is_told_from_a_recent_one() -> None:
    assert doctor.python_finding((3, 10, 13)).state == "missing"
    assert doctor.python_finding((3, 11, 0)).state == "ok"


@pytest.mark.usefixtures("forgetful_probe")
def test_a_renderer_that_crashes_is_an_answer_and_not_a_crash(fake_modules: Path) -> None:
    package = fake_modules / "vtkmodules"
    package.mkdir()
    (package / "__init__.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert not probe.can_render()
    assert probe.why_no_rendering() == "vtk crashes (signal 11), most often for want of graphics libraries"
    finding = doctor.rendering_finding()
    assert (finding.state, finding.remedy) == ("absent", doctor.APT_LINE)


@pytest.mark.usefixtures("forgetful_probe")
def test_a_renderer_that_hangs_is_given_up(fake_modules: Path) -> None:
    (fake_modules / "vtkmodules.py").write_text("import time; time.sleep(60)")
    assert probe.why_no_rendering(1.0) == "vtk drew nothing within 1 s"


@pytest.mark.usefixtures("forgetful_probe")
def test_a_renderer_without_vtk_says_so(fake_modules: Path) -> None:
    (fake_modules / "vtkmodules.py").write_text("")
    assert probe.why_no_rendering().startswith("vtk fails: ModuleNotFoundError")


def test_without_a_display_vtk_is_told_to_take_egl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(probe.WINDOW_VARIABLE, raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert probe.off_screen_environment()[probe.WINDOW_VARIABLE] == probe.EGL_WINDOW
    monkeypatch.setenv("DISPLAY", ":0")
    assert probe.WINDOW_VARIABLE not in probe.off_screen_environment()


def test_memory_and_cores_are_plausible() -> None:
    assert 1e7 < doctor.free_memory() < 1e14
    assert doctor.usable_cores() >= 1
