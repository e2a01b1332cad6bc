"""Meshes for other programs come back with their cells, at their own order or as corners."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray, Stack, stack_mesh
from tubewall.geometry.mesh_export import OTHERS, OWN, export_mesh
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.units import nm

ARRAY = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", rings=0)
STACK = Stack(height=60 * nm, electrolyte=60 * nm, ends="open")


def mesh_of(kind: str) -> SolidMesh:
    return stack_mesh(STACK, ARRAY, kind=kind, growth=3.0, rim=20 * nm)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", [*OWN, *OTHERS])
@pytest.mark.parametrize("kind", ["axisymmetric", "sector"])
def test_a_mesh_is_read_back_with_all_its_cells(kind: str, suffix: str, tmp_path: Path) -> None:
    mesh = mesh_of(kind)
    path = tmp_path / f"stack{suffix}"
    order = export_mesh(mesh, path)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if suffix in OWN:
        assert order == 2
        assert read_solid_mesh(path).elements == mesh.elements
        return
    read = meshio.read(path)
    solid = {"quad", "quad9", "hexahedron", "hexahedron27", "wedge", "wedge18"}
    inside = [block for block in read.cells if block.type in solid]
    assert sum(len(block.data) for block in inside) == mesh.elements
    nodes = len(mesh.points) if order == 2 else len(mesh.vertex_nodes)
    assert len(read.points) == nodes
    assert np.ptp(read.points[:, 0]) == pytest.approx(np.ptp(mesh.points[:, 0]), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("suffix", "key", "first"),
    [(".vtk", "region", 0), (".xdmf", "region", 0), (".avs", "avsucd:material", 1), (".mesh", "medit:ref", 1),
     (".vol", "netgen:index", 1)],
)  # fmt: skip
def test_formats_without_names_number_the_regions(suffix: str, key: str, first: int, tmp_path: Path) -> None:
    mesh = mesh_of("sector")
    export_mesh(mesh, tmp_path / f"a{suffix}")
    read = meshio.read(tmp_path / f"a{suffix}")
    solid = {"hexahedron", "hexahedron27", "wedge", "wedge18"}
    numbers = [part for block, part in zip(read.cells, read.cell_data[key], strict=True) if block.type in solid]
    found = np.sort(np.concatenate(numbers)) - first
    assert len(set(found)) == len(mesh.region_names) > 1
    assert np.array_equal(found, np.sort(mesh.region_index))


@pytest.mark.parametrize("suffix", [".MSH", ".VTU", ".INP", ".vtK"])
def test_endings_in_capitals_are_the_same_formats(suffix: str, tmp_path: Path) -> None:
    mesh = mesh_of("axisymmetric")
    export_mesh(mesh, tmp_path / f"a{suffix}")
    assert read_solid_mesh(tmp_path / f"a{suffix}").elements == mesh.elements


def test_abaqus_gets_the_regions_as_sets(tmp_path: Path) -> None:
    mesh = mesh_of("axisymmetric")
    assert export_mesh(mesh, tmp_path / "a.inp") == 2
    sets = meshio.read(tmp_path / "a.inp").cell_sets_dict
    assert {name: sum(map(len, parts.values())) for name, parts in sets.items()} == {
        name: len(part) for name, part in mesh.regions.items()
    }


def test_what_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"a mesh is written to .msh, .vtu, .inp"):
        export_mesh(mesh_of("axisymmetric"), tmp_path / "a.stl")
    with pytest.raises(InputError, match=r"a\.vtk: cannot be written"):
        export_mesh(mesh_of("axisymmetric"), tmp_path / "nowhere" / "a.vtk")

    def fails(*_: object) -> None:
        raise meshio.WriteError("no such cells")

    monkeypatch.setattr(meshio, "write", fails)
    with pytest.raises(InputError, match=r".avs cannot hold this mesh \(WriteError no such cells\)"):
        export_mesh(mesh_of("axisymmetric"), tmp_path / "a.avs")
    assert list(tmp_path.iterdir()) == []
