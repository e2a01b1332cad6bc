"""Meshes and fields that are written: read back the same, measured by VTK, refused where wrong."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.mesh_join import join
from tubewall.geometry.mesh_measures import volumes
from tubewall.geometry.mesh_output import write_mesh, write_vtu
from tubewall.geometry.solid_mesh import Block, SolidMesh

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "mesh_files.py"))
KINDS = SHARED["KINDS"]
tube = SHARED["tube"]
assert_same = SHARED["assert_same"]


@pytest.mark.parametrize("suffix", [".msh", ".vtu"])
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back_the_same(kind: Kind, order: int, suffix: str, tmp_path: Path) -> None:
    mesh = tube(kind, order)
    write_mesh(mesh, tmp_path / f"tube{suffix}")
    assert_same(mesh, read_solid_mesh(tmp_path / f"tube{suffix}"))
    assert [file.name for file in tmp_path.iterdir()] == [f"tube{suffix}"]


def test_a_mixed_mesh_with_interfaces_is_read_back_the_same(tmp_path: Path) -> None:
    one = mapped_block((2, 2, 2), kind="wedge", order=2)
    two = mapped_block((2, 2, 2), kind="hexahedron", order=2, map=lambda unit: unit + np.array([1, 0, 0]))
    mesh = join({"wedges": one, "bricks": two})
    assert len(mesh.boundary("wedges/right")) == 8
    for name in ("a.msh", "a.vtu"):
        write_mesh(mesh, tmp_path / name)
        assert_same(mesh, read_solid_mesh(tmp_path / name))


def test_one_name_may_stand_in_two_dimensions_in_msh(tmp_path: Path) -> None:
    mesh = mapped_block((2, 2))
    both = SolidMesh(
        points=mesh.points,
        blocks=mesh.blocks,
        regions={"wall": np.arange(4)},
        boundaries={"wall": mesh.boundary("left")},
    )
    write_mesh(both, tmp_path / "a.msh")
    assert_same(both, read_solid_mesh(tmp_path / "a.msh"))
    with pytest.raises(InputError, match=r"stands for several things.*\.msh"):
        write_mesh(both, tmp_path / "a.vtu")


@pytest.mark.parametrize("kind", KINDS)
def test_vtk_measures_the_written_mesh_as_we_do(kind: Kind, tmp_path: Path) -> None:
    import pyvista

    for order in (1, 2):
        mesh = tube(kind, order)
        fields = {"displacement": 2 * mesh.points, "temperature": mesh.points[:, 0]}
        write_vtu(mesh, tmp_path / "a.vtu", point_data=fields, cell_data={"energy": np.arange(mesh.elements) / 7})
        grid = pyvista.read(tmp_path / "a.vtu")
        size = grid.compute_cell_sizes()["Area" if mesh.dim == 2 else "Volume"]
        # VTK cuts curved cells into straight ones
        assert size.sum() == pytest.approx(
            volumes(mesh).sum(), rel=1e-12 if order == 1 and kind != "hexahedron" else 0.03
        )
        assert size.min() > 0
        assert grid["displacement"].shape == (len(mesh.points), 3)
        assert grid["displacement"][:, :2] == pytest.approx(2 * mesh.points[:, :2], rel=1e-15)
        assert np.array_equal(grid["energy"], np.arange(mesh.elements) / 7)
        assert np.array_equal(grid["region"], mesh.region_index + 1)
        assert grid.field_data["outer"].tolist() == [2, mesh.dim]


def test_fields_that_are_wrong_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    mesh = tube("quad")
    bad = mesh.points.copy()
    bad[4, 1] = np.nan
    with pytest.raises(InputError, match="'u' is not finite, first at number 4 of the nodes"):
        write_vtu(mesh, tmp_path / "a.vtu", point_data={"u": bad})
    with pytest.raises(InputError, match="one row for each of the"):
        write_vtu(mesh, tmp_path / "a.vtu", cell_data={"u": np.zeros(2)})
    with pytest.raises(InputError, match="from the mesh"):
        write_vtu(mesh, tmp_path / "a.vtu", cell_data={"region": np.zeros(mesh.elements)})
    with pytest.raises(InputError, match="cannot be written"):
        write_mesh(mesh, tmp_path / "none" / "a.msh")
    with pytest.raises(InputError, match=r"to a \.msh or a \.vtu"):
        write_mesh(mesh, tmp_path / "a.stl")
    assert list(tmp_path.iterdir()) == []


def test_blocks_of_the_same_kind_become_one() -> None:
    mesh = mapped_block((2, 1))
    cells = mesh.blocks[0].cells
    split = SolidMesh(
        points=mesh.points,
        blocks=(Block(kind="quad", cells=cells[:1]), Block(kind="quad", cells=cells[1:])),
        regions=mesh.regions,
        boundaries=mesh.boundaries,
    )
    assert split.elements == 2
