"""The same case on the same tube in the formats that other programs write."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
annulus, isotropic, lame, polygon, probe, solved, write = (
    SHARED[name] for name in ("annulus", "isotropic", "lame", "polygon", "probe", "solved", "write")
)
PLANES = SHARED["PLANES"]
HOOP = 1e6 * lame(50, 60, 50)[1]


def tube(file: str, region: str = "wall", names: tuple[str, str, str] = ("bottom", "side", "bore")) -> dict[str, Any]:
    bottom, side, bore = names
    return {
        "mesh": {"file": file, "unit": "nm"},
        "analysis": {"kind": "plane strain"},
        "materials": {region: isotropic()},
        "supports": [{"boundary": bottom, "fix": ["y"]}, {"boundary": side, "fix": ["x"]}],
        "loads": [{"boundary": bore, "pressure": "1 MPa"}],
        "probes": [probe("stress hoop", 50, 0)],
    }


@pytest.mark.parametrize(("version", "binary"), [(2.2, False), (2.2, True), (4.1, False), (4.1, True)])
def test_the_formats_of_gmsh(tmp_path: Path, version: float, binary: bool) -> None:
    annulus(tmp_path / "t.msh", (50, 60), (3, 12), version=version, binary=binary)
    assert solved(tmp_path, tube("t.msh"))["probes"]["stress hoop"]["value"] == pytest.approx(HOOP, rel=5e-3)


@pytest.mark.parametrize("order", [1, 2])
def test_input_files_of_abaqus_as_gmsh_and_meshio_write_them(tmp_path: Path, order: int) -> None:
    annulus(tmp_path / "gmsh.inp", (50, 60), (3, 12), order=order)
    annulus(tmp_path / "t.msh", (50, 60), (3, 12), order=order)
    # with it come sets of gmsh's own, with signs
    meshio.read(tmp_path / "t.msh").write(tmp_path / "meshio.inp")
    expected = solved(tmp_path, tube("t.msh"))["probes"]["stress hoop"]["value"]
    for name in ("gmsh.inp", "meshio.inp"):
        found = solved(tmp_path, tube(name))["probes"]["stress hoop"]["value"]
        assert found == pytest.approx(expected, rel=1e-7), name


@pytest.mark.parametrize("suffix", ["vtu", "vtk", "bdf", "mesh"])
def test_formats_whose_names_are_numbers(tmp_path: Path, suffix: str) -> None:
    order = 2 if suffix in ("vtu", "vtk") else 1
    annulus(tmp_path / "t.msh", (50, 60), (3, 12), order=order)
    numbers = ("bottom", "side", "bore")
    if order == 2:
        mesh = meshio.read(tmp_path / "t.msh")
        tags = {name: str(int(mesh.field_data[name][0])) for name in ("wall", *numbers)}
        data = {"gmsh:physical": mesh.cell_data["gmsh:physical"]}
        meshio.Mesh(mesh.points, mesh.cells, cell_data=data).write(tmp_path / f"t.{suffix}")
    else:
        tags = {"wall": "1", "bottom": "3", "side": "4", "bore": "1"}
        annulus(tmp_path / f"t.{suffix}", (50, 60), (3, 12), order=order)
    case = tube(f"t.{suffix}", tags["wall"], tuple(tags[name] for name in numbers))
    expected = solved(tmp_path, tube("t.msh"))["probes"]["stress hoop"]["value"]
    # Nastran's short fields hold six digits
    assert solved(tmp_path, case)["probes"]["stress hoop"]["value"] == pytest.approx(expected, rel=1e-5)


def test_what_viewers_read_is_what_was_computed(tmp_path: Path) -> None:
    annulus(tmp_path / "t.msh", (50, 60), (2, 8), kind="hexahedron", height=10.0)
    case = {
        **tube("t.msh"),
        "analysis": {"kind": "3d"},
        "supports": [*PLANES, {"boundary": "floor", "fix": ["z"]}],
        "probes": [probe("stress yy", 50, 0, 5), probe("displacement x", 50, 0, 5)],
    }
    path = write(tmp_path, case)
    outputs = {suffix: tmp_path / f"a.{suffix}" for suffix in ("json", "vtu")}
    words = [word for suffix, target in outputs.items() for word in (f"--{suffix}", str(target))]
    assert cli.main(["solve", str(path), "--quiet", *words]) == 0
    data = json.loads(outputs["json"].read_text())
    seen = meshio.read(outputs["vtu"])
    node = int(np.argmin(np.linalg.norm(seen.points - np.array([50e-9, 0, 5e-9]), axis=1)))
    assert np.asarray(seen.point_data["displacement"])[node, 0] == pytest.approx(
        data["probes"]["displacement x"]["value"], rel=1e-6, abs=0
    )
    stress = np.asarray(seen.point_data["stress"])[node].reshape(3, 3)
    assert stress[1, 1] == pytest.approx(data["probes"]["stress yy"]["value"], rel=1e-6)
    largest = np.asarray(seen.point_data["von mises"]).max()
    assert largest == pytest.approx(data["maximum"]["von mises"]["value"], rel=0.05)


def test_a_mesh_that_is_turned_the_other_way_is_read_and_one_folded_cell_is_not(tmp_path: Path) -> None:
    polygon(tmp_path / "t.msh", [(0, 0), (0, 10), (20, 10), (20, 0)], ["left", "top", "right", "bottom"], 4.0, order=1)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": isotropic()},
        "supports": [{"boundary": "left", "fix": ["x"]}, {"point": [0, 0], "fix": ["y"]}],
        "loads": [{"boundary": "right", "traction": ["1 MPa", 0]}],
        "probes": [probe("stress xx", 7, 3)],
    }
    assert solved(tmp_path, case)["probes"]["stress xx"]["value"] == pytest.approx(1e6, rel=1e-9)
    mesh = meshio.read(tmp_path / "t.msh")
    cells = next(block for block in mesh.cells if block.type == "triangle").data
    cells[3] = cells[3][[0, 2, 1]]
    data = {name: mesh.cell_data[name] for name in ("gmsh:physical", "gmsh:geometrical")}
    folded = meshio.Mesh(mesh.points, mesh.cells, cell_data=data, field_data=mesh.field_data)
    folded.write(tmp_path / "t.msh", file_format="gmsh22", binary=False)
    with pytest.raises(
        InputError, match=r"\[mesh\] file: .* elements of the mesh are inverted, folded or flat, the first is"
    ):
        Case.read(write(tmp_path, case))
