"""Files that are no meshes or are damaged: each is refused in one line."""

from __future__ import annotations

import contextlib
import io
import random
import runpy
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tubewall.errors import InputError, MissingDependencyError, TubewallError
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.mesh_output import write_mesh

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "mesh_files.py"))
tube = SHARED["tube"]
assert_same = SHARED["assert_same"]
quiet = SHARED["quiet"]
tagged = SHARED["tagged"]


def refused(path: Path, **options: Any) -> str:
    """The one line with which a file is refused, in less than two seconds."""
    start = time.perf_counter()
    said = io.StringIO()
    with pytest.raises(TubewallError) as caught, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        read_solid_mesh(path, **options)
    assert time.perf_counter() - start < 4.0
    assert caught.value.exit_code in (2, 3)
    assert "\n" not in str(caught.value)
    assert said.getvalue() == ""
    return str(caught.value)


def test_missing_empty_and_strange_files_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.msh")
    assert "is a folder" in refused(tmp_path)
    (tmp_path / "empty.msh").touch()
    assert "empty" in refused(tmp_path / "empty.msh")
    (tmp_path / "a.docx").write_text("hello")
    assert "no known mesh format" in refused(tmp_path / "a.docx")
    (tmp_path / "a\nb\x1b[31m.msh").write_text("hello")
    assert "\\n" in refused(tmp_path / "a\nb\x1b[31m.msh")
    assert "cannot be opened" in refused(Path("a\0b.msh"))
    assert "cannot be opened" in refused(tmp_path / ("x" * 5000 + ".msh"))


@pytest.mark.parametrize(
    "suffix", [".msh", ".vtu", ".vtk", ".inp", ".bdf", ".mesh", ".vol", ".su2", ".avs", ".dat", ".xml"]
)
def test_binary_rubbish_and_a_few_letters_are_refused(suffix: str, tmp_path: Path) -> None:
    for number, content in enumerate((random.Random(1).randbytes(3000), b"hello\n", b"\0" * 100)):
        (tmp_path / f"{number}{suffix}").write_bytes(content)
        refused(tmp_path / f"{number}{suffix}")


@pytest.mark.parametrize(
    "text",
    [
        "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n4000000000\n1 0 0 0\n$EndNodes\n$Elements\n1\n1 2 0 1 1 1\n$EndElements\n",
        "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n1\n1 0 0 0\n$EndNodes\n$Elements\n4000000000\n1 2 0 1 1 1\n$EndElements\n",
        "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Nodes\n9999999999 9999999999 1 1\n$EndNodes\n",
        "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Entities\n9999999999 0 0 0\n$EndEntities\n",
        "$MeshFormat\n4.1 1 8\n",
        "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n-1\n$EndNodes\n$Elements\n0\n$EndElements\n",
        "$MeshFormat\n9.9 0 8\n$EndMeshFormat\n",
    ],
)
def test_counts_that_are_not_true_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.msh").write_text(text)
    refused(tmp_path / "a.msh")


@pytest.mark.parametrize("suffix", [".vtu", ".xdmf", ".xml"])
def test_entities_of_xml_are_not_expanded(suffix: str, tmp_path: Path) -> None:
    layers = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    (tmp_path / f"a{suffix}").write_text(
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{layers}]><VTKFile>&a11;</VTKFile>'
    )
    assert "document type" in refused(tmp_path / f"a{suffix}")
    (tmp_path / f"b{suffix}").write_bytes('<?xml version="1.0" encoding="utf-16"?><VTKFile/>'.encode("utf-16"))
    assert "UTF-8" in refused(tmp_path / f"b{suffix}")


def test_files_that_point_elsewhere_are_refused(tmp_path: Path) -> None:
    item = '<DataItem Format="{}" Dimensions="3 3">{}</DataItem>'
    for kind, target in (("HDF", "../../secret.h5:/x"), ("HDF", "/etc/passwd:/x"), ("Binary", "../x.bin")):
        body = item.format(kind, target)
        (tmp_path / "a.xdmf").write_text(f'<Xdmf Version="3.0"><Domain><Grid>{body}</Grid></Domain></Xdmf>')
        assert ("outside its own folder" if kind == "HDF" else "not read") in refused(tmp_path / "a.xdmf")
    (tmp_path / "a.inp").write_text("*NODE\n1,0,0,0\n*Include, INPUT=/etc/passwd\n")
    assert "other files" in refused(tmp_path / "a.inp")


def test_a_format_whose_library_is_missing_is_said_to_miss_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "h5py", None)
    (tmp_path / "a.med").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    with pytest.raises(MissingDependencyError, match="pip install h5py"):
        read_solid_mesh(tmp_path / "a.med")


FORMATS = {
    "gmsh.msh": ("gmsh22", {}),
    "vtu.vtu": ("vtu", {}),
    "plain.vtu": ("vtu", {"compression": None}),
    "vtk.vtk": ("vtk", {}),
    "vtk42.vtk": ("vtk42", {}),
    "medit.meshb": ("medit", {}),
    "medit.mesh": ("medit", {}),
    "nastran.bdf": ("nastran", {}),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    for name, (file_format, options) in FORMATS.items():
        with quiet():
            tags = {"medit": "medit:ref", "nastran": "nastran:ref"}.get(file_format, "gmsh:physical")
            tagged(tag=tags).write(folder / name, file_format=file_format, **options)
    write_mesh(tube("hexahedron"), folder / "own.msh")
    write_mesh(tube("hexahedron"), folder / "own.vtu")
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_cut_short_is_refused_or_read_the_same(
    data: st.DataObject, files: dict[str, bytes], tmp_path: Path
) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    cut = data.draw(st.integers(0, len(content) - 1))
    (tmp_path / name).write_bytes(content)
    whole = read_solid_mesh(tmp_path / name)
    (tmp_path / name).write_bytes(content[:cut])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            mesh = read_solid_mesh(tmp_path / name)
        except InputError:
            return
    assert_same(whole, mesh)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_wrong_byte_in_what_we_wrote_is_noticed(
    data: st.DataObject, files: dict[str, bytes], tmp_path: Path
) -> None:
    content = bytearray(files["own.msh"])
    at = data.draw(st.integers(0, content.rindex(b"$Comments") - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "own.msh").write_bytes(content)
    refused(tmp_path / "own.msh")
