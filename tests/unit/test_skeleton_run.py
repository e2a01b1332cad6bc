"""The script ./run, with stand-ins for Python, pip and apt that write down how they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("cat", "cksum", "dirname", "flock", "mkdir", "mv", "rm", "sh", "sleep", "touch", "uname")

PYTHON = """#!/bin/sh
log=@LOG@
case "$1 ${2-}" in
  "-c import sys; sys.exit"*) exit @TOO_OLD@ ;;
  "-c import ensurepip"*) exit @NO_VENV@ ;;
  "-c "*missing_libraries*) echo "@LACKING@" ;;
  "-c "*APT_LINE*) echo "apt-get install the-libraries" ;;
  "-c "*venv*) echo python3.11-venv ;;
  "-m venv")
    echo "venv" >>$log
    mkdir -p "$3/bin"
    cp_self() { cat "$0" >"$1"; chmod +x "$1"; }
    cp_self "$3/bin/python"; cp_self "$3/bin/pip"
    printf '#!/bin/sh\\nfor w in "$@"; do printf "[%%s]" "$w"; done; echo\\n' >"$3/bin/tubewall"
    cat "$3/bin/tubewall" >"$3/bin/pytest"
    chmod +x "$3/bin/tubewall" "$3/bin/pytest" ;;
  "-m pip") echo "$*" >>$log; sleep 0.2; exit @PIP_FAILS@ ;;
esac
"""


class Machine:
    """A folder with ./run in it and a search path that holds only what is named."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a tree"
        self.root.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        for name in ("run", "requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        for tool in (*TOOLS, "chmod"):
            found = shutil.which(tool)
            if found:
                (self.bin / tool).symlink_to(found)
        self.python()
        self.script("id", "echo 1000")

    def script(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def python(
        self, *, name: str = "python3", too_old: int = 0, no_venv: int = 0, lacking: str = "", pip_fails: int = 0
    ) -> None:
        text = PYTHON.replace("@LOG@", str(self.log)).replace("@TOO_OLD@", str(too_old)).replace("@LACKING@", lacking)
        path = self.bin / name
        path.write_text(text.replace("@NO_VENV@", str(no_venv)).replace("@PIP_FAILS@", str(pip_fails)))
        path.chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "run"), *words],
            env={"PATH": str(self.bin), "HOME": str(self.root)},
            cwd=self.bin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if shutil.which("cksum") is None:
        pytest.skip("no POSIX tools")
    return Machine(tmp_path)


def test_the_first_call_sets_up_and_hands_its_words_on_unchanged(machine: Machine) -> None:
    done = machine.run("thickness", "--bore", "100 nm", "")
    assert (done.returncode, done.stdout) == (0, "[thickness][--bore][100 nm][]\n"), done.stderr
    locked = "-m pip install --quiet --only-binary :all: --require-hashes -r requirements.lock"
    assert machine.calls() == ["venv", locked, "-m pip install --quiet --no-deps --no-build-isolation -e ."]


def test_the_second_call_starts_at_once(machine: Machine) -> None:
    machine.run("--help")
    calls = machine.calls()
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        done = machine.run("--help")
        seconds.append(time.perf_counter() - start)
        assert (done.stdout, done.stderr) == ("[--help]\n", "")
    assert machine.calls() == calls
    assert min(seconds) < 0.05, seconds


def test_a_changed_lock_is_installed_into_the_same_environment(machine: Machine) -> None:
    machine.run("x")
    (machine.root / ".venv" / "kept").touch()
    with (machine.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.run("x")
    assert machine.calls().count("venv") == 1
    assert len(machine.calls()) == 5
    assert (machine.root / ".venv" / "kept").exists()


def test_an_interrupted_set_up_is_done_anew(machine: Machine) -> None:
    machine.python(pip_fails=1)
    assert machine.run("x").returncode != 0
    assert not (machine.root / ".venv" / "complete").exists()
    (machine.root / ".venv" / "half written").touch()
    machine.python()
    assert machine.run("x").stdout == "[x]\n"
    assert not (machine.root / ".venv" / "half written").exists()
    assert machine.calls().count("venv") == 2


def test_two_calls_at_once_set_up_once(machine: Machine) -> None:
    if not (machine.bin / "flock").exists():
        pytest.skip("no flock on this machine")
    with ThreadPoolExecutor(3) as pool:
        printed = list(pool.map(lambda word: machine.run(word).stdout, ["a", "b", "c"]))
    assert printed == ["[a]\n", "[b]\n", "[c]\n"]
    assert machine.calls().count("venv") == 1


def test_a_moved_tree_is_installed_again(machine: Machine) -> None:
    machine.run("x")
    machine.root = machine.root.rename(machine.root.with_name("moved"))
    before = len(machine.calls())
    assert machine.run("x").stdout == "[x]\n"
    assert len(machine.calls()) > before


def test_without_python_one_line_says_what_to_run(machine: Machine) -> None:
    (machine.bin / "python3").unlink()
    done = machine.run("x")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert "install -y --no-install-recommends python3 python3-venv" in done.stderr


def test_a_python_that_is_too_old_is_passed_over_for_a_named_one(machine: Machine) -> None:
    machine.python(too_old=1)
    machine.python(name="python3.12")
    assert machine.run("x").returncode == 0


def test_debian_without_venv_names_its_package(machine: Machine) -> None:
    machine.python(no_venv=1)
    done = machine.run("x")
    assert done.returncode == 3
    assert "python3.11-venv" in done.stderr


def test_missing_shared_libraries_are_named_and_the_command_still_starts(machine: Machine) -> None:
    machine.python(lacking="libGLU.so.1")
    done = machine.run("doctor")
    assert done.stdout == "[doctor]\n"
    assert "libGLU.so.1" in done.stderr
    assert "run as root: apt-get install the-libraries" in done.stderr


def test_root_brings_the_shared_libraries_by_itself_and_only_once(machine: Machine) -> None:
    machine.script("id", "echo 0")
    machine.script("apt-get", f'echo "apt-get $*" >>{machine.log}')
    machine.python(lacking="libGLU.so.1")
    assert machine.run("x").stdout == "[x]\n"
    assert machine.calls()[-1] == "apt-get install the-libraries"
    before = machine.calls()
    machine.run("x")
    assert machine.calls() == before


def test_the_tests_run_side_by_side_in_the_tree(machine: Machine) -> None:
    assert machine.run("test").stdout == "[--numprocesses][auto][--maxprocesses][4]\n"
    assert machine.run("test", "tests/unit", "-k", "a b").stdout == "[tests/unit][-k][a b]\n"


@pytest.mark.parametrize(
    "script", ["run", "tools/check.sh", "tools/link_types.sh", "tools/lock.sh", "tools/try_wheel.sh"]
)
def test_the_scripts_are_posix_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["sh", "-n", str(ROOT / script)], check=True)
