"""What gmsh writes: its versions, orders of nodes, names and other formats."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.mesh_measures import facet_sizes, volumes

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "mesh_files.py"))
tube = SHARED["tube"]
quiet = SHARED["quiet"]


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
