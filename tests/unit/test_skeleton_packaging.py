"""Layout, wheel and lock: a user's environment must receive one package, whole, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "api")
LOCK = (ROOT / "requirements.lock").read_text()


def test_no_root_folder_is_called_tubewall() -> None:
    assert not (ROOT / "tubewall").exists()


def test_every_code_folder_is_in_both_tables() -> None:
    table = PROJECT["tool"]["setuptools"]
    assert table["package-dir"] == {"tubewall": "api", **{f"tubewall.{room}": room for room in ROOMS}}
    assert sorted(table["packages"]) == ["tubewall", *(f"tubewall.{room}" for room in ROOMS)]


def test_every_code_folder_is_in_the_layers() -> None:
    layers = " ".join(PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]).replace("|", " ").split()
    assert set(ROOMS) <= set(layers)


def test_the_code_folders_stay_flat() -> None:
    nested = [path for room in ("api", *ROOMS) for path in (ROOT / room).rglob("*.py") if path.parent != ROOT / room]
    assert nested == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("api", *ROOMS):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source)], check=True, capture_output=True, timeout=120)
    return next(folder.glob("tubewall-*.whl"))


def test_the_wheel_holds_every_module_and_data_file_and_no_generic_name(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tubewall"}
    files = {
        f"tubewall/{'' if room == 'api' else room + '/'}{path.relative_to(ROOT / room).as_posix()}"
        for room in ("api", *ROOMS)
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= names, f"not in the wheel: {sorted(files - names)}"
    assert "tubewall/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_a_users_own_folders_beside_the_script_do_not_matter(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    user = tmp_path / "user"
    for room in ROOMS:
        (user / room).mkdir(parents=True)
        (user / room / "__init__.py").write_text("MINE = True\n")
    rooms = ", ".join(ROOMS)
    checks = [f"assert {room}.MINE and tubewall.{room}.__file__.startswith({str(installed)!r})" for room in ROOMS]
    lines = [f"import {rooms}", *(f"import tubewall.{room}" for room in ROOMS), *checks]
    (user / "script.py").write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=user,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_lock_names_no_host_and_no_path() -> None:
    assert "://" not in LOCK
    lines = [line.split(";")[0].strip() for line in LOCK.splitlines()]
    wrong = [
        line
        for line in lines
        if not re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( \\)?|--hash=sha256:[0-9a-f]{64}( \\)?", line)
    ]
    assert wrong == []


def test_every_locked_package_has_a_hash() -> None:
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_covers_all_that_pyproject_asks_for() -> None:
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for group in PROJECT["dependency-groups"].values():
        asked += group
    names = {re.split(r"[\[<>=~! ;]", requirement)[0].lower() for requirement in asked}
    locked = set(re.findall(r"^([a-z0-9.-]+)==", LOCK, re.MULTILINE))
    assert names <= locked, f"run tools/lock.sh: {sorted(names - locked)}"


@pytest.mark.parametrize("name", ["run", ".ci/run", "tools/lock.sh", "tools/check.sh", "tools/prove_bare_system.sh"])
def test_the_scripts_name_no_host(name: str) -> None:
    assert not re.search(r"https?://|\b[a-z0-9-]+\.(org|com|io|net)\b", (ROOT / name).read_text())


def test_set_up_makes_a_virtual_environment_of_its_own() -> None:
    # pip into the system's Python is refused on current Debian and Ubuntu (PEP 668)
    pip_calls = re.findall(r"(\S+) -m pip", (ROOT / "run").read_text())
    assert set(pip_calls) == {'"$venv/bin/python"'}
