"""Meshes from files of every format, what is written and read back, and files that are refused in one line."""

from __future__ import annotations

import contextlib
import io
import math
import random
import re
import time
import warnings
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tubewall.errors import InputError, MissingDependencyError, TubewallError
from tubewall.geometry.block_mapping import Kind, join, mapped_block
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.mesh_measures import facet_sizes, volumes
from tubewall.geometry.mesh_output import write_mesh, write_vtu
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import Block, SolidMesh

Floats = NDArray[np.float64]
KINDS: list[Kind] = ["triangle", "quad", "tetra", "hexahedron", "wedge"]


def quarter_tube(unit: Floats) -> Floats:
    radius, angle = 1 + unit[:, 0], math.pi / 2 * unit[:, 1]
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle), *(3 * unit[:, 2:].T)))


def tube(kind: Kind, order: Any = 2, *, parts: bool = True) -> SolidMesh:
    """A quarter of a tube of radius 1 to 2 (and height 3) in two regions, with an edge and a point in space."""
    counts = (2, 3, 2)[: CELLS[kind].dim]
    mesh = mapped_block(counts, kind=kind, order=order, map=quarter_tube)
    half = mesh.elements // 2
    lines = {}
    if mesh.dim == 3:
        cell = CELLS[mesh.blocks[0].kind]
        lines = {"first edge": mesh.blocks[0].cells[:1, cell.edges[0]]}
    return SolidMesh(
        points=mesh.points,
        blocks=mesh.blocks,
        regions={"inner": np.arange(half), "outer": np.arange(half, mesh.elements)} if parts else mesh.regions,
        boundaries=mesh.boundaries,
        edges=lines,
        nodes={"corner": np.array([0])},
    )


def rows(values: Any) -> list[tuple[int, ...]]:
    return sorted(map(tuple, np.asarray(values).tolist()))


def assert_same(one: SolidMesh, two: SolidMesh) -> None:
    assert np.array_equal(one.points, two.points)
    assert [block.kind for block in one.blocks] == [block.kind for block in two.blocks]
    for a, b in zip(one.blocks, two.blocks, strict=True):
        assert np.array_equal(a.cells, b.cells)
    assert {name: part.tolist() for name, part in one.regions.items()} == {
        n: p.tolist() for n, p in two.regions.items()
    }
    assert {name: rows(part) for name, part in one.boundaries.items() if len(part)} == {
        name: rows(part) for name, part in two.boundaries.items() if name not in two.nodes
    }
    assert {name: rows(part) for name, part in one.edges.items()} == {n: rows(p) for n, p in two.edges.items()}
    assert {name: part.tolist() for name, part in one.nodes.items()} == {n: p.tolist() for n, p in two.nodes.items()}


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


def test_the_unit_scales_the_points(tmp_path: Path) -> None:
    write_mesh(tube("tetra"), tmp_path / "a.msh")
    mesh = read_solid_mesh(tmp_path / "a.msh", unit=1e-9)
    assert volumes(mesh).sum() == pytest.approx(math.pi / 4 * 3 * 3 * 1e-27, rel=2e-3, abs=0)
    with pytest.raises(InputError, match="unit must be positive"):
        read_solid_mesh(tmp_path / "a.msh", unit=0.0)


# gmsh itself -----------------------------------------------------------------------------------------------------------


def gmsh_tube(folder: Path, *, version: float, binary: bool, order: int, solid: bool, **options: float) -> Path:
    """A tube of radius 1 to 2, meshed and written by gmsh; ``all`` is a second group of the same cells."""
    import gmsh

    target = folder / "gmsh.msh"
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        rim, bore = gmsh.model.occ.addDisk(0, 0, 0, 2, 2), gmsh.model.occ.addDisk(0, 0, 0, 1, 1)
        gmsh.model.occ.cut([(2, rim)], [(2, bore)])
        if solid:
            gmsh.model.occ.extrude([(2, 1)], 0, 0, 1)
        gmsh.model.occ.synchronize()
        dim = 3 if solid else 2
        gmsh.model.addPhysicalGroup(dim, [tag for _, tag in gmsh.model.getEntities(dim)], name="wall of it")
        inside = [
            tag
            for d, tag in gmsh.model.getEntities(dim - 1)
            if max(np.abs(gmsh.model.getBoundingBox(d, tag))[[0, 1, 3, 4]]) < 1.01
        ]
        gmsh.model.addPhysicalGroup(dim - 1, inside, name="bore")
        rest = [tag for _, tag in gmsh.model.getEntities(dim - 1) if tag not in inside]
        gmsh.model.addPhysicalGroup(dim - 1, rest, tag=77)
        for name, value in {"Mesh.MeshSizeMax": 0.5, "Mesh.MshFileVersion": version, **options}.items():
            gmsh.option.setNumber(name, value)
        gmsh.option.setNumber("Mesh.Binary", int(binary))
        gmsh.model.mesh.generate(dim)
        gmsh.model.mesh.setOrder(order)
        gmsh.write(str(target))
    finally:
        gmsh.finalize()
    return target


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("version", [2.2, 4.1])
@pytest.mark.parametrize("solid", [False, True])
def test_the_named_boundaries_of_gmsh_are_there(
    solid: bool, version: float, binary: bool, order: int, tmp_path: Path
) -> None:
    mesh = read_solid_mesh(gmsh_tube(tmp_path, version=version, binary=binary, order=order, solid=solid))
    assert (mesh.dim, mesh.order) == (3 if solid else 2, order)
    assert list(mesh.regions) == ["wall of it"]
    # a group without a name is called by its number
    assert sorted(mesh.boundaries) == ["77", "bore"]
    bore = facet_sizes(mesh, mesh.boundary("bore")).sum()
    assert bore == pytest.approx(2 * math.pi, rel=1e-3 if order == 2 else 3e-2)
    assert volumes(mesh).sum() == pytest.approx(3 * math.pi, rel=1e-3 if order == 2 else 5e-2)
    named = len(mesh.boundary("bore")) + len(mesh.boundary("77"))
    assert named == len(mesh.outer_facets)


@pytest.mark.parametrize("version", [2.2, 4.1])
def test_cells_of_no_group_beside_cells_of_one_are_named_and_refused(version: float, tmp_path: Path) -> None:
    source = gmsh_tube(tmp_path, version=version, binary=True, order=1, solid=False)
    mesh = read_solid_mesh(source)
    # a second square of no group
    extra = mapped_block((1, 1), map=lambda unit: unit + np.array([5, 0]))
    both = meshio.Mesh(
        np.column_stack((np.vstack((mesh.points, extra.points)), np.zeros(len(mesh.points) + 4))),
        [("triangle", mesh.blocks[0].cells), ("quad", extra.blocks[0].cells + len(mesh.points))],
        cell_data={"gmsh:physical": [np.ones(mesh.elements, dtype=int), np.zeros(1, dtype=int)]},
        field_data={"wall": np.array([1, 2])},
    )
    with quiet():
        both.write(tmp_path / "two.msh", file_format="gmsh22", binary=True)
    with pytest.raises(InputError, match=r"1 cells lie in no named region \(there are 'wall'\).*\(5\.5, 0\.5\) nm"):
        read_solid_mesh(tmp_path / "two.msh", unit=1e-9)


@pytest.mark.parametrize(("recombine", "kind"), [(0, "triangle6"), (1, "quad9")])
def test_incomplete_second_order_cells_of_gmsh_are_made_complete(recombine: int, kind: str, tmp_path: Path) -> None:
    options = {"Mesh.SecondOrderIncomplete": 1, "Mesh.RecombineAll": recombine, "Mesh.RecombinationAlgorithm": 2}
    source = gmsh_tube(tmp_path, version=4.1, binary=True, order=2, solid=False, **options)
    mesh = read_solid_mesh(source)
    assert {block.kind for block in mesh.blocks} == {kind}
    assert volumes(mesh).sum() == pytest.approx(3 * math.pi, rel=1e-3)


@pytest.mark.parametrize("version", [2.2, 4.1])
def test_the_node_order_of_gmsh_is_met_in_every_kind(version: float, tmp_path: Path) -> None:
    """One curved second-order cell of each kind, written by gmsh from its own numbering of nodes."""
    import gmsh

    for name, code in (("tetra10", 11), ("hexahedron27", 12), ("wedge18", 13), ("hexahedron20", 17), ("wedge15", 18)):
        gmsh.initialize(interruptible=False)
        try:
            gmsh.option.setNumber("General.Terminal", 0)
            _, dim, _, count, local, _ = gmsh.model.mesh.getElementProperties(code)
            place = np.array(local).reshape(count, dim)
            # a quadratic map: node positions are right in one order only
            curved = place + 0.05 * place[:, [1, 2, 0]] ** 2 * np.array([1.0, -1.0, 1.0])
            gmsh.model.addDiscreteEntity(3, 1)
            gmsh.model.mesh.addNodes(3, 1, range(1, count + 1), curved.ravel())
            gmsh.model.mesh.addElementsByType(1, code, [1], range(1, count + 1))
            gmsh.option.setNumber("Mesh.MshFileVersion", version)
            gmsh.write(str(tmp_path / "cell.msh"))
            _, determinants, _ = gmsh.model.mesh.getJacobians(code, *_rule(code, gmsh))
            weights = _rule(code, gmsh, weights=True)[0]
        finally:
            gmsh.finalize()
        mesh = read_solid_mesh(tmp_path / "cell.msh")
        assert volumes(mesh).sum() == pytest.approx(float(np.dot(weights, determinants)), rel=1e-12), name


def _rule(code: int, gmsh: Any, *, weights: bool = False) -> list[Any]:
    points, weight = gmsh.model.mesh.getIntegrationPoints(code, "Gauss6")
    return [weight] if weights else [points]


# other formats ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def quiet() -> Any:
    """meshio prints, and numpy is newer than it."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


def tagged(*, order: int = 1, tag: str = "gmsh:physical") -> meshio.Mesh:
    """Twelve tetrahedra in two halves, tagged 1 and 2, with the left side tagged 3."""
    mesh = mapped_block((2, 1, 1), kind="tetra", order=order)
    facets = np.concatenate([group.nodes for group in mesh.facet_groups(mesh.boundary("left"))])
    tags = [np.repeat([1, 2], 6), np.full(len(facets), 3)]
    return meshio.Mesh(
        mesh.points.copy(),
        [(mesh.blocks[0].kind, mesh.blocks[0].cells.copy()), ("triangle" if order == 1 else "triangle6", facets)],
        cell_data={tag: tags},
    )


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


def serendipity_volume(kind: str, place: Floats) -> float:
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


def inp(kind: str, code: str, *, order: Any = 1, extra: str = "") -> str:
    """The quarter of a tube as an input file of Abaqus, its numbers with gaps."""
    mesh = mapped_block((2, 3, 2)[: CELLS[kind].dim], kind=kind, order=order, map=quarter_tube)  # type: ignore[arg-type]
    lines = ["*HEADING", "a tube", "** comment", "*Node, nset=all"]
    lines += [f"{10 * i + 7}, " + ", ".join(f"{x:.17g}" for x in place) for i, place in enumerate(mesh.points.tolist())]
    lines += [f"*ELEMENT, TYPE={code}, ELSET=inner"]
    for i, row in enumerate(mesh.blocks[0].cells.tolist()):
        words = [str(3 * i + 5), *(str(10 * node + 7) for node in row)]
        lines += [
            ", ".join(words[:8]) + ("," if len(words) > 8 else ""),
            *([", ".join(words[8:])] if words[8:] else []),
        ]
    return "\n".join(lines) + "\n" + extra


@pytest.mark.parametrize(
    ("kind", "code", "order"),
    [
        ("triangle", "CPE3", 1),
        ("triangle", "CPS6M", 2),
        ("quad", "CAX4R", 1),
        ("tetra", "C3D4", 1),
        ("tetra", "C3D10HS", 2),
        ("hexahedron", "C3D8R", 1),
        ("wedge", "C3D6", 1),
    ],
)
def test_sides_of_abaqus_are_where_its_manual_has_them(kind: str, code: str, order: int, tmp_path: Path) -> None:
    sides = {"triangle": 3, "quad": 4, "tetra": 4, "hexahedron": 6, "wedge": 5}[kind]
    corners = {
        "triangle": ["12", "23", "31"],
        "quad": ["12", "23", "34", "41"],
        "tetra": ["123", "142", "243", "341"],
        "hexahedron": ["1234", "5876", "1562", "2673", "3784", "4851"],
        "wedge": ["123", "465", "1452", "2563", "3641"],
    }[kind]
    surface = "".join(f"*SURFACE, NAME=side{k + 1}\n5, S{k + 1}\n" for k in range(sides))
    (tmp_path / "a.inp").write_text(inp(kind, code, order=order, extra=surface))
    mesh = read_solid_mesh(tmp_path / "a.inp")
    assert mesh.order == order
    for k, loop in enumerate(corners):
        pairs = mesh.boundary(f"side{k + 1}")
        ((_, local),) = pairs[pairs[:, 0] == 0]
        cell = CELLS[mesh.blocks[0].kind]
        vertices = {node for node in cell.facets[local].nodes if node < cell.vertices}
        assert vertices == {int(c) - 1 for c in loop}


def test_solid_sections_say_what_the_regions_are(tmp_path: Path) -> None:
    extra = (
        "*ELSET, ELSET=Upper\n26, 29\n32, 35, 38\n*Elset, elset=lower, generate\n5, 23, 3\n*ELSET, ELSET=both\nUPPER, Lower\n"
        "*ELSET, ELSET=_internal\n5\n*SOLID SECTION, ELSET=upper, MATERIAL=A\n,\n*SOLID SECTION,\nELSET=LOWER, MATERIAL=A\n"
        "*SURFACE, TYPE=ELEMENT, NAME=Faces\nlower, S1\n"
    )
    (tmp_path / "a.inp").write_text(inp("hexahedron", "C3D8", extra=extra))
    mesh = read_solid_mesh(tmp_path / "a.inp")
    assert {name: part.tolist() for name, part in mesh.regions.items()} == {
        "Upper": [7, 8, 9, 10, 11],
        "lower": [0, 1, 2, 3, 4, 5, 6],
    }
    assert len(mesh.boundary("Faces")) > 0


@pytest.mark.parametrize("suffix", ["inp", "bdf", "med"])
def test_other_formats_that_gmsh_writes_keep_its_names(suffix: str, tmp_path: Path) -> None:
    """A box of two groups of volumes and two of faces that overlap; Nastran keeps numbers only, MED needs h5py."""
    import gmsh

    if suffix == "med":
        pytest.importorskip("h5py")
    gmsh.initialize(interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        one, two = gmsh.model.occ.addBox(0, 0, 0, 1, 1, 1), gmsh.model.occ.addBox(1, 0, 0, 1, 1, 1)
        gmsh.model.occ.fragment([(3, one)], [(3, two)])
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(3, [1, 2], name="wall")
        left = [tag for d, tag in gmsh.model.getEntities(2) if gmsh.model.getBoundingBox(d, tag)[3] < 1e-3]
        low = [tag for d, tag in gmsh.model.getEntities(2) if gmsh.model.getBoundingBox(d, tag)[5] < 1e-3]
        gmsh.model.addPhysicalGroup(2, left, name="left")
        gmsh.model.addPhysicalGroup(2, left + low, name="sides")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.6)
        gmsh.model.mesh.generate(3)
        gmsh.write(str(tmp_path / f"a.{suffix}"))
    finally:
        gmsh.finalize()
    mesh = read_solid_mesh(tmp_path / f"a.{suffix}")
    assert volumes(mesh).sum() == pytest.approx(2, rel=1e-6)
    if suffix != "bdf":
        assert list(mesh.regions) == ["wall"]
        assert facet_sizes(mesh, mesh.boundary("left")).sum() == pytest.approx(1, rel=1e-12)
        assert facet_sizes(mesh, mesh.boundary("sides")).sum() == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("*ELSET, ELSET=a\nnowhere\n", "a set 'nowhere'"),
        ("*ELSET, ELSET=a\n6\n", "the element 6, which is not there"),
        ("*SURFACE, NAME=a\ninner, S7\n", "the side 'S7'"),
        ("*ELEMENT, TYPE=CONN3D2\n1, 7, 17\n", "'CONN3D2' cannot be solved on"),
        ("*ELEMENT, TYPE=C3D8\n1, 7, 17\n", "wrong number of nodes"),
        ("*NODE\n7, 0, 0, 0\n", "two of its nodes have the number 7"),
        ("*NODE\n8, 0, x, 0\n", "no number"),
        ("*NSET, NSET=a, GENERATE\n1, 4000000000\n", "no range"),
        ("*INSTANCE, NAME=i\n1., 0., 0.\n", "moved parts"),
    ],
)
def test_what_abaqus_would_not_take_is_refused(extra: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.inp").write_text(inp("hexahedron", "C3D8", extra=extra))
    with pytest.raises(InputError, match=said):
        read_solid_mesh(tmp_path / "a.inp")


# files that are no meshes -----------------------------------------------------------------------------------------------


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


# fields ----------------------------------------------------------------------------------------------------------------


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
