"""Meshes of formats that meshio reads: names, orientation, completed cells, and meshes that cannot be solved on."""

from __future__ import annotations

import math
import re
import runpy
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.mesh_measures import facet_sizes, volumes
from tubewall.geometry.mesh_output import write_mesh
from tubewall.geometry.reference_cells import CELLS

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "mesh_files.py"))
tube = SHARED["tube"]
quiet = SHARED["quiet"]
tagged = SHARED["tagged"]


def test_the_unit_scales_the_points(tmp_path: Path) -> None:
    write_mesh(tube("tetra"), tmp_path / "a.msh")
    mesh = read_solid_mesh(tmp_path / "a.msh", unit=1e-9)
    assert volumes(mesh).sum() == pytest.approx(math.pi / 4 * 3 * 3 * 1e-27, rel=2e-3, abs=0)
    with pytest.raises(InputError, match="unit must be positive"):
        read_solid_mesh(tmp_path / "a.msh", unit=0.0)


@pytest.mark.parametrize(
    ("suffix", "file_format", "tag", "options"),
    [
        (".vtu", "vtu", "region", {}),
        (".vtu", "vtu", "material", {"binary": False}),
        (".vtu", "vtu", "gmsh:physical", {"compression": None}),
        (".vtk", "vtk", "region", {}),
        (".vtk", "vtk42", "region", {"binary": False}),
        (".mesh", "medit", "medit:ref", {}),
        (".meshb", "medit", "medit:ref", {}),
        (".bdf", "nastran", "nastran:ref", {}),
        (".avs", "avsucd", "avsucd:material", {}),
    ],
)
def test_integer_data_of_cells_become_names(
    suffix: str, file_format: str, tag: str, options: dict[str, Any], tmp_path: Path
) -> None:
    with quiet():
        tagged(tag=tag).write(tmp_path / f"a{suffix}", file_format=file_format, **options)
    mesh = read_solid_mesh(tmp_path / f"a{suffix}")
    assert {name: len(part) for name, part in mesh.regions.items()} == {"1": 6, "2": 6}
    assert facet_sizes(mesh, mesh.boundary("3")).sum() == pytest.approx(1, rel=1e-6)


def test_second_order_cells_in_vtu_keep_their_names(tmp_path: Path) -> None:
    with quiet():
        tagged(order=2).write(tmp_path / "a.vtu")
    mesh = read_solid_mesh(tmp_path / "a.vtu")
    assert mesh.order == 2
    assert len(mesh.boundary("3")) == 2


@pytest.mark.parametrize("kind", ["quad8", "hexahedron20", "wedge15"])
def test_serendipity_cells_keep_their_geometry(kind: str, tmp_path: Path) -> None:
    """Area and volume of cells with bulged sides, against those of the serendipity functions themselves."""
    complete = {"quad8": "quad9", "hexahedron20": "hexahedron27", "wedge15": "wedge18"}[kind]
    cell = CELLS[complete]
    kept = len(cell.nodes) - len(cell.faces)
    place = cell.nodes[:kept] + 0.1 * np.sin(2 * cell.nodes[:kept, [1, 0, *range(2, cell.dim)]] + 0.3)
    twice = np.vstack((place, place + 5))
    flat = np.column_stack((twice, np.zeros((len(twice), 3 - cell.dim))))
    from meshio._mesh import topological_dimension

    topological_dimension.setdefault("wedge15", 3)
    with quiet():
        meshio.Mesh(flat, [(kind, np.arange(2 * kept).reshape(2, kept))]).write(tmp_path / "a.vtu")
    mesh = read_solid_mesh(tmp_path / "a.vtu")
    assert mesh.blocks[0].kind == complete
    expected = serendipity_volume(kind, place)
    assert volumes(mesh) == pytest.approx(expected, rel=1e-12)


def serendipity_volume(kind: str, place: NDArray[np.float64]) -> float:
    """By the monomials that span the serendipity functions, integrated with a rule of many points."""
    dim = place.shape[1]
    nodes = CELLS[{"quad8": "quad9", "hexahedron20": "hexahedron27", "wedge15": "wedge18"}[kind]].nodes[: len(place)]
    grid = np.stack(np.meshgrid(*[np.arange(4)] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    # superlinear degree at most two (Arnold and Awanou 2011); for the wedge, quadratics times lines and lines times z^2
    if kind == "wedge15":
        xy, z = grid[:, :2].sum(axis=1), grid[:, 2]
        grid = grid[((xy <= 2) & (z <= 1)) | ((xy <= 1) & (z == 2))]
    else:
        grid = grid[np.where(grid > 1, grid, 0).sum(axis=1) <= 2]
    inverse = np.linalg.inv(np.prod(nodes[:, None] ** grid[None], axis=2))
    at, weight = np.polynomial.legendre.leggauss(8)
    at, weight = (at + 1) / 2, weight / 2
    points = np.stack(np.meshgrid(*[at] * dim, indexing="ij"), axis=-1).reshape(-1, dim)
    weights = np.prod(np.stack(np.meshgrid(*[weight] * dim, indexing="ij"), axis=-1).reshape(-1, dim), axis=1)
    if kind == "wedge15":
        weights = weights * (1 - points[:, 0])
        points[:, 1] *= 1 - points[:, 0]
    jacobian = np.empty((len(points), dim, dim))
    for axis in range(dim):
        lowered = grid.copy()
        lowered[:, axis] = np.maximum(lowered[:, axis] - 1, 0)
        gradient = (np.prod(points[:, None] ** lowered[None], axis=2) * grid[:, axis]) @ inverse
        jacobian[:, :, axis] = gradient @ place
    return float(weights @ np.linalg.det(jacobian))


def test_cells_counted_clockwise_as_a_whole_are_turned(tmp_path: Path) -> None:
    mesh = tagged()
    mesh.points[:, 0] *= -1
    with quiet():
        mesh.write(tmp_path / "a.vtu")
    assert volumes(read_solid_mesh(tmp_path / "a.vtu")).min() > 0


def test_one_folded_cell_is_refused_with_its_number_and_place(tmp_path: Path) -> None:
    mesh = tagged()
    mesh.cells[0].data[4] = mesh.cells[0].data[4][[1, 0, 2, 3]]
    with quiet():
        mesh.write(tmp_path / "a.vtu")
    x, y, z = 1e3 * mesh.points[mesh.cells[0].data[4]].mean(axis=0)
    place = re.escape(f"element 4 (tetra) at ({x:.6g}, {y:.6g}, {z:.6g}) nm")
    with pytest.raises(InputError, match=f"1 elements .* inverted.* {place}"):
        read_solid_mesh(tmp_path / "a.vtu", unit=1e-6)


def test_a_plane_mesh_loses_its_constant_height_and_a_tilted_one_is_refused(tmp_path: Path) -> None:
    flat = mapped_block((2, 2), kind="triangle")
    for height, fits in ((np.full(9, 7.0), True), (flat.points[:, 0], False)):
        points = np.column_stack((flat.points, height))
        with quiet():
            meshio.Mesh(points, [("triangle", flat.blocks[0].cells)]).write(tmp_path / "a.vtu")
        if fits:
            mesh = read_solid_mesh(tmp_path / "a.vtu")
            assert mesh.dim == 2
            assert list(mesh.regions) == ["body"]
        else:
            with pytest.raises(InputError, match="a plane mesh lies at one z, but its z runs from 0 m to 1 m"):
                read_solid_mesh(tmp_path / "a.vtu")


def test_nodes_of_no_cell_are_dropped_and_points_keep_their_names(tmp_path: Path) -> None:
    flat = mapped_block((1, 1))
    points = np.column_stack((np.vstack(([9.0, 9.0], flat.points)), np.zeros(5)))
    cells = [("quad", flat.blocks[0].cells + 1), ("vertex", np.array([[0], [1], [4]]))]
    data = {"gmsh:physical": [np.array([1]), np.array([1, 2, 2])]}
    names = {"wall": np.array([1, 2]), "away": np.array([1, 0]), "ends": np.array([2, 0])}
    with quiet():
        meshio.Mesh(points, cells, cell_data=data, field_data=names).write(tmp_path / "a.msh", file_format="gmsh22")
    mesh = read_solid_mesh(tmp_path / "a.msh")
    assert len(mesh.points) == 4
    assert {name: part.tolist() for name, part in mesh.nodes.items()} == {"ends": [0, 3]}


def broken(mesh: meshio.Mesh, what: str) -> meshio.Mesh:
    cells = {block.type: block.data for block in mesh.cells}
    if what == "twice":
        cells["tetra"][5] = cells["tetra"][4][[1, 2, 0, 3]]
    elif what == "no side":
        cells["triangle"][0] = [0, 1, 11]
    elif what == "far node":
        cells["tetra"][0, 0] = 99
    elif what == "nan":
        mesh.points[3, 1] = np.nan
    elif what == "mixed":
        mesh.cells[0] = meshio.CellBlock("pyramid", np.array([[0, 1, 3, 2, 5]] * 12))
    return mesh


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("twice", "1 tetra cells are there twice, the first two are cells 4 and 5"),
        ("no side", "facets of '3' are no sides of cells"),
        ("far node", "names a node that is not there"),
        ("nan", "node 3 are not finite"),
        ("mixed", "'pyramid' cannot be solved on: mesh with"),
    ],
)
def test_a_mesh_that_cannot_be_solved_on_is_refused(what: str, said: str, tmp_path: Path) -> None:
    with quiet():
        broken(tagged(), what).write(tmp_path / "a.vtu")
    with pytest.raises(InputError, match=said):
        read_solid_mesh(tmp_path / "a.vtu")


def test_overlapping_regions_are_refused_and_unions_left_out(tmp_path: Path) -> None:
    points = np.column_stack((mapped_block((3, 1)).points, np.zeros(8)))
    cells = mapped_block((3, 1)).blocks[0].cells
    lines = ["*NODE"] + [f"{i + 1}, {x}, {y}, {z}" for i, (x, y, z) in enumerate(points.tolist())]
    lines += ["*ELEMENT, TYPE=CPS4"] + [f"{i + 1}, {', '.join(str(n + 1) for n in row)}" for i, row in enumerate(cells)]
    text = "\n".join(
        [*lines, "*ELSET, ELSET=ALL, GENERATE", "1, 3, 1", "*ELSET, ELSET=A", "1", "*ELSET, ELSET=B", "2, 3"]
    )
    (tmp_path / "a.inp").write_text(text + "\n*NSET, NSET=LEFT\n1, 2\n*NSET, NSET=ONE\n8\n")
    mesh = read_solid_mesh(tmp_path / "a.inp")
    assert {name: part.tolist() for name, part in mesh.regions.items()} == {"A": [0], "B": [1, 2]}
    # nodes that cover facets of the surface are a boundary as well
    assert facet_sizes(mesh, mesh.boundary("LEFT")).sum() == pytest.approx(1, rel=1e-14)
    assert mesh.nodes["ONE"].tolist() == [7]
    (tmp_path / "a.inp").write_text(text.replace("ELSET=B\n2, 3", "ELSET=B\n1, 2") + "\n")
    with pytest.raises(InputError, match="share 1 cells"):
        read_solid_mesh(tmp_path / "a.inp")
