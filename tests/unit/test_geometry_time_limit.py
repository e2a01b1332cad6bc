"""A mesher that hangs, crashes or takes too long ends with a clear error, the drawing saved and no process left."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import gmsh
import pytest

from tubewall import cli
from tubewall.errors import InputError, MeshingError
from tubewall.geometry import CellArray
from tubewall.geometry.finite import array_mesh
from tubewall.geometry.mesher import mesh_outline
from tubewall.geometry.outline import Curve, Outline, Patch
from tubewall.geometry.time_limit import ChildDied, in_child
from tubewall.units import nm

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere the mesher runs without a limit"
)
LIBC = ctypes.CDLL(None)


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


def saved(error: MeshingError) -> Path:
    found = re.search(r"the drawing is saved in (\S+\.geo)", str(error))
    assert found, error
    return Path(found[1])


def square(size: float = 0.2, hang: float = 0.0) -> Outline:
    """A square whose size function may sleep in native code, where no exception of Python reaches."""
    nodes = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    curves = [Curve(start=a, end=b, name="rim") for a, b in zip(nodes, [*nodes[1:], nodes[0]], strict=True)]

    def wanted(x: float, y: float) -> float:
        if hang and 0 < x < 1 and 0 < y < 1:
            LIBC.sleep(int(hang))
        return size

    return Outline(curves=curves, patches=[Patch(way=[(k, 1) for k in range(4)])], size=wanted)


def test_a_mesher_that_hangs_is_ended_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tubewall.geometry.mesher.MOST_SECONDS", 0.5)
    before, started = children(), time.perf_counter()
    with pytest.raises(MeshingError, match=r"did not end within 0.5 s; the drawing is saved in") as refused:
        mesh_outline(square(hang=30))
    assert time.perf_counter() - started < 5
    assert children() == before
    assert saved(refused.value).read_text().count("Line(") == 4


def test_the_saved_drawing_is_one_that_gmsh_meshes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tubewall.geometry.mesher.MOST_SECONDS", 1e-3)
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=1)
    with pytest.raises(MeshingError) as refused:
        array_mesh(array)
    gmsh.initialize(["test", "-nopopup"], readConfigFiles=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.open(str(saved(refused.value)))
        gmsh.model.mesh.generate(2)
        assert {gmsh.model.getPhysicalName(*group) for group in gmsh.model.getPhysicalGroups(2)} == {"wall"}
        assert len(gmsh.model.mesh.getElementsByType(2)[0]) > 10
    finally:
        gmsh.finalize()


def test_a_crash_of_the_mesher_is_an_error_like_any_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tubewall.geometry.mesher._generated", lambda outline: os.kill(os.getpid(), signal.SIGKILL))
    before = children()
    with pytest.raises(
        MeshingError, match=r"gmsh could not mesh the drawing: it ended with signal 9; the drawing is saved"
    ):
        mesh_outline(square())
    assert children() == before


def test_results_and_errors_come_back_from_the_copy() -> None:
    assert in_child(10.0, lambda: str(os.getppid()).encode()) == str(os.getpid()).encode()
    assert len(in_child(10.0, lambda: bytes(5_000_000))) == 5_000_000

    def refuse() -> bytes:
        raise InputError("wall -5 nm")

    with pytest.raises(InputError, match="wall -5 nm"):
        in_child(10.0, refuse)
    with pytest.raises(ChildDied, match="exit code 3"):
        in_child(10.0, lambda: os._exit(3))
    with pytest.raises(ChildDied, match=r"ZeroDivisionError: .* by zero"):
        in_child(10.0, lambda: bytes(1 // 0))


def test_the_copy_ends_with_its_parent() -> None:
    code = (
        "import os, time; from tubewall.geometry.time_limit import in_child\n"
        "def task():\n    print(os.getpid(), flush=True)\n    time.sleep(60)\nin_child(60.0, task)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        status = Path(f"/proc/{child}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError("the copy outlived its parent")


def test_the_command_line_ends_with_exit_code_4_and_says_where_the_drawing_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tubewall.geometry.mesher.MOST_SECONDS", 1e-3)
    assert cli.main(["thickness", "--bore", "100 nm"]) == 4
    told = capsys.readouterr().err
    assert "the drawing is saved in" in told
    assert len(list(tmp_path.glob("*.geo"))) == 1
