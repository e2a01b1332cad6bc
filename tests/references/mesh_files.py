"""Meshes that the tests of mesh files write and compare."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from typing import Any

import meshio
import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh

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
