"""Traps of the libraries below (each was met and measured), and what our meshes do about them."""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

import gmsh
import meshio
import numpy as np
import pygmsh
import pytest
import skfem

from tubewall.errors import InputError, MeshingError
from tubewall.geometry import CellArray, NamedMesh, array_mesh, periodic_cell
from tubewall.geometry.mesher import mesh_outline
from tubewall.geometry.outline import Curve, Outline, Patch
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


@pytest.fixture
def array() -> CellArray:
    return CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=1)


def test_scikit_fem_drops_names_of_curved_meshes_but_ours_keep_them(
    array: CellArray, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "mesh.msh"
    mesh = array_mesh(array)
    mesh.write(path)
    with caplog.at_level(logging.CRITICAL, logger="skfem"):
        loaded = skfem.Mesh.load(path)
    # the trap: were this to change, scikit-fem's own loader could be used
    assert not loaded.boundaries
    assert set(NamedMesh.read(path).boundaries) == {f"chamber {k}" for k in range(7)} | {"rim"}


def test_scikit_fem_takes_our_node_order_as_it_is(array: CellArray) -> None:
    mesh = periodic_cell(array).mesh
    theirs = skfem.MeshTri2(mesh.points.T.copy(), mesh.cells.T.copy())
    assert skfem.MeshTri2.elem().doflocs.tolist() == [[0, 0], [1, 0], [0, 1], [0.5, 0], [0.5, 0.5], [0, 0.5]]
    basis = skfem.Basis(theirs, skfem.ElementTriP2(), intorder=4)
    area = float(np.sum(basis.dx))
    assert area == near(mesh.area(), rel=1e-12)
    # vertices keep their numbers, since ours come first
    vertices = mesh.cells[:, :3].max() + 1
    assert np.array_equal(theirs.t.T, mesh.cells[:, :3])
    assert np.array_equal(theirs.p.T[:vertices], mesh.points[:vertices])


def test_no_name_appears_that_was_not_drawn(array: CellArray, tmp_path: Path) -> None:
    path = tmp_path / "mesh.msh"
    mesh = periodic_cell(array).mesh
    mesh.write(path)
    # MSH 4.1 brings 'gmsh:bounding_entities'; ours is 2.2, binary since meshio's text is unreadable with NumPy 2
    assert path.read_bytes().startswith(b"$MeshFormat\n2.2 1 8\n")
    assert set(meshio.read(path, file_format="gmsh").field_data) == {*mesh.regions, *mesh.boundaries}
    assert set(NamedMesh.read(path).regions) == {"wall"}


def test_meshing_inside_somebody_elses_gmsh_leaves_it_as_it_was(array: CellArray) -> None:
    alone = periodic_cell(array).mesh
    gmsh.initialize(["theirs"], readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.01)
        gmsh.option.setNumber("Mesh.ElementOrder", 3)
        gmsh.model.add("theirs")
        gmsh.model.geo.addPoint(0, 0, 0)
        nested = periodic_cell(array).mesh
        assert gmsh.isInitialized()
        assert gmsh.model.getCurrent() == "theirs"
        assert "tubewall" not in gmsh.model.list()
        assert gmsh.option.getNumber("Mesh.MeshSizeMax") == 0.01
        assert gmsh.option.getNumber("Mesh.ElementOrder") == 3
    finally:
        gmsh.finalize()
    assert np.array_equal(nested.points, alone.points)
    assert np.array_equal(nested.cells, alone.cells)


def test_meshing_inside_a_pygmsh_geometry_works(array: CellArray) -> None:
    with pygmsh.geo.Geometry() as geometry:
        geometry.add_circle((0.0, 0.0), 1.0, mesh_size=0.5)
        cell = periodic_cell(array)
        theirs = geometry.generate_mesh(dim=2)
    assert len(theirs.points) > 5
    assert cell.mesh.area() == near(array.solid_fraction * array.cell_area, rel=1e-6)


def test_gmsh_is_closed_and_quiet_afterwards(array: CellArray, capfd: pytest.CaptureFixture[str]) -> None:
    periodic_cell(array)
    assert not gmsh.isInitialized()
    assert capfd.readouterr() == ("", "")


def test_meshing_works_off_the_main_thread_and_again_and_again(array: CellArray) -> None:
    results = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: results.append(len(periodic_cell(array).mesh.cells)))
        thread.start()
        thread.join()
    assert len(set(results)) == 1
    assert len(results) == 3


def test_options_in_the_users_home_do_not_reach_the_mesh(array: CellArray, tmp_path: Path) -> None:
    (tmp_path / ".gmsh-options").write_text("Mesh.MeshSizeFactor = 3;\nMesh.Algorithm = 1;\nMesh.ElementOrder = 3;\n")
    script = (
        "from tubewall.geometry import CellArray, periodic_cell\n"
        "print(len(periodic_cell(CellArray(bore=1e-7, wall=1e-8, fillet=2e-9)).mesh.cells))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(found.stdout) == len(periodic_cell(array).mesh.cells)


def test_gmsh_takes_a_nan_but_our_drawings_do_not() -> None:
    for place in ("bore", "wall", "fillet", "neck"):
        with pytest.raises(InputError, match="finite"):
            CellArray(**{"bore": 100 * nm, "wall": 10 * nm, place: math.nan})  # type: ignore[arg-type]


def test_gmsh_takes_a_bore_outside_its_body_but_our_disc_does_not(array: CellArray) -> None:
    for radius in (0.5 * array.pitch, array.pitch, 1.4 * array.pitch):
        with pytest.raises(InputError, match="does not hold the bores"):
            array_mesh(array, rim_radius=radius)


def test_a_failure_of_gmsh_is_a_meshing_error_and_closes_it() -> None:
    # the way around the surface does not close
    nodes = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    curves = [Curve(start=a, end=b) for a, b in pairwise(nodes)]
    opened = Outline(curves=curves, patches=[Patch(way=[(k, 1) for k in range(3)])], size=lambda x, y: 0.2)
    with pytest.raises(MeshingError):
        mesh_outline(opened)
    assert not gmsh.isInitialized()


def test_importing_the_room_does_not_import_the_mesher() -> None:
    script = (
        "import sys; from tubewall.geometry import CellArray, ChamberGraph, NamedMesh, Tubule, finite_graph, periodic_cell\n"
        "print(sorted({'gmsh', 'pygmsh', 'meshio', 'scipy', 'skfem'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"
