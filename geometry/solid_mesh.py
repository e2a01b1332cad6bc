"""Any mesh of a solid: plane or in space, of one or several kinds of cells, with its names, as one value."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError, unknown_name
from tubewall.geometry.reference_cells import CELLS, Floats, Ints

if TYPE_CHECKING:
    from tubewall.geometry.mesh import NamedMesh


@dataclass(frozen=True, kw_only=True, eq=False)
class Block:
    """Cells (m, k) of one ``kind``, a key of ``CELLS``, as rows of node numbers in meshio's order."""

    kind: str
    cells: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class FacetGroup:
    """Facets that are the same side of cells of the same kind.

    Attributes
    ----------
    block : int
        Index of the block that the cells belong to.
    kind, cell_kind : str
        Of the facets and of their cells.
    local : int
        Which side of the cells.
    elements : (k,)
        Numbers of the cells.
    rows : (k,)
        Where the facets stood in what was asked for.
    nodes : (k, j)
        Nodes of the facets in the order of their kind; the normal points out of the cell.
    """

    block: int
    kind: str
    cell_kind: str
    local: int
    elements: Ints
    rows: Ints
    nodes: Ints


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SolidMesh:
    """A mesh with named regions and boundaries.

    Elements are numbered through the blocks in their order.

    Parameters
    ----------
    points : (n, 2) or (n, 3) float
        Nodes [m].
    blocks : tuple of Block
        All of one order; a plane mesh of triangles and quadrilaterals, one in space of tetrahedra, hexahedra and wedges.
    regions : mapping of name to (k,) int
        Elements; every element lies in exactly one region.
    boundaries : mapping of name to (k, 2) int
        Facets as (element, side of it). A boundary inside the body holds each facet twice, from either side.
    edges : mapping of name to (k, j) int
        Named lines of a mesh in space, as rows of nodes (end, end) or (end, end, middle).
    nodes : mapping of name to (k,) int
        Named points.

    Raises
    ------
    InputError
        When a node is not finite or of no element, an element is folded, a name is empty, a facet does not exist, or an
        element lies in no region or in two.
    """

    points: Floats
    blocks: tuple[Block, ...]
    regions: Mapping[str, Ints]
    boundaries: Mapping[str, Ints]
    edges: Mapping[str, Ints] = field(default_factory=dict)
    nodes: Mapping[str, Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from tubewall.geometry.mesh_checks import check_mesh

        points = np.array(self.points, dtype=np.float64)
        points.setflags(write=False)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "blocks", tuple(Block(kind=b.kind, cells=_whole(b.cells)) for b in self.blocks))
        for name in ("regions", "boundaries", "edges", "nodes"):
            parts = {str(key): _whole(part) for key, part in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(parts))
        check_mesh(self)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{len(block.cells)} {block.kind}" for block in self.blocks)
        regions = ", ".join(f"{name!r}: {len(part)}" for name, part in list(self.regions.items())[:8])
        sides = ", ".join(f"{name!r}: {len(part)}" for name, part in list(self.boundaries.items())[:8])
        return f"SolidMesh({len(self.points)} nodes; {kinds}; regions {regions}; boundaries {sides or 'none'})"

    @property
    def dim(self) -> int:
        """2 or 3."""
        return int(self.points.shape[1])

    @property
    def order(self) -> int:
        """1 with straight edges, 2 with a node at the middle of every edge."""
        return CELLS[self.blocks[0].kind].order

    @functools.cached_property
    def starts(self) -> Ints:
        """Number of the first element of each block, and the number of all, (blocks + 1,)."""
        return np.cumsum([0, *(len(block.cells) for block in self.blocks)])

    @property
    def elements(self) -> int:
        """How many elements there are."""
        return int(self.starts[-1])

    @functools.cached_property
    def size(self) -> float:
        """Diagonal of the box around the mesh [m]."""
        return float(np.linalg.norm(np.ptp(self.points, axis=0)))

    @property
    def region_names(self) -> tuple[str, ...]:
        """Names of the regions, in the order that ``region_index`` counts."""
        return tuple(self.regions)

    @functools.cached_property
    def region_index(self) -> Ints:
        """Which region each element lies in, (elements,)."""
        index = np.empty(self.elements, dtype=np.int64)
        for number, part in enumerate(self.regions.values()):
            index[part] = number
        return index

    @functools.cached_property
    def vertex_nodes(self) -> Ints:
        """Nodes that are a vertex of an element, ascending."""
        corners = [block.cells[:, : CELLS[block.kind].vertices].ravel() for block in self.blocks]
        return np.unique(np.concatenate(corners))

    def region(self, name: str) -> Ints:
        """Elements of a region; an unknown name is answered with the nearest one."""
        if name not in self.regions:
            raise unknown_name("region", name, self.regions)
        return self.regions[name]

    def boundary(self, name: str) -> Ints:
        """Facets (element, side) of a boundary; an unknown name is answered with the nearest one.

        Raises
        ------
        InputError
            When the boundary has no facet.
        """
        if name not in self.boundaries:
            raise unknown_name("boundary", name, self.boundaries)
        pairs = self.boundaries[name]
        if len(pairs) == 0:
            raise InputError(f"boundary {name!r} has no facets on the cells of the mesh: nothing would act there")
        return pairs

    def boundary_nodes(self, name: str) -> Ints:
        """Nodes of a boundary, ascending."""
        return np.unique(np.concatenate([group.nodes.ravel() for group in self.facet_groups(self.boundary(name))]))

    def edge_nodes(self, name: str) -> Ints:
        """Nodes of a named edge, ascending."""
        if name not in self.edges:
            raise unknown_name("edge", name, self.edges)
        return np.unique(self.edges[name])

    def block_of(self, elements: Ints) -> Ints:
        """The block that each of ``elements`` (k,) belongs to."""
        found: Ints = np.searchsorted(self.starts, elements, side="right") - 1
        return found

    def facet_groups(self, pairs: Ints) -> tuple[FacetGroup, ...]:
        """Facets (k, 2) sorted by the kind of cell and the side of it."""
        block = self.block_of(pairs[:, 0])
        groups = []
        for number in np.unique(block):
            cell = CELLS[self.blocks[number].kind]
            for local in np.unique(pairs[block == number, 1]):
                rows = np.flatnonzero((block == number) & (pairs[:, 1] == local))
                facet = cell.facets[local]
                elements = pairs[rows, 0]
                cells = self.blocks[number].cells[elements - self.starts[number]]
                groups.append(
                    FacetGroup(
                        block=int(number),
                        kind=facet.kind,
                        cell_kind=cell.kind,
                        local=int(local),
                        elements=elements,
                        rows=rows,
                        nodes=cells[:, list(facet.nodes)],
                    )
                )
        return tuple(groups)

    @functools.cached_property
    def all_facets(self) -> tuple[Ints, Ints]:
        """All facets as (element, side), (f, 2), and a number (f,) that two facets share when they are the same face."""
        return facets_of(self.blocks, len(self.points))

    @functools.cached_property
    def outer_facets(self) -> Ints:
        """Facets (k, 2) that only one element has: the surface of the body."""
        pairs, face = self.all_facets
        alone: Ints = pairs[np.bincount(face)[face] == 1]
        return alone

    def raised(self) -> SolidMesh:
        """The mesh of second order with straight edges; itself where it is of second order."""
        from tubewall.geometry.mesh_order import raised

        return raised(self)

    @classmethod
    def of(cls, mesh: NamedMesh) -> SolidMesh:
        """The same mesh as a ``NamedMesh`` of curved triangles."""
        from tubewall.geometry.mesh_order import of_named

        return of_named(mesh)


def facets_of(blocks: Sequence[Block], nodes: int) -> tuple[Ints, Ints]:
    """All facets (f, 2) of the cells of a mesh with so many nodes, and the number (f,) of the face that each is."""
    pairs, corners, start = [], [], 0
    for block in blocks:
        cell = CELLS[block.kind]
        elements = np.arange(start, start + len(block.cells))
        start += len(block.cells)
        for local, facet in enumerate(cell.facets):
            inner = [node for node in facet.nodes if node < cell.vertices]
            # the three smallest vertices name a face, also where it has four
            rows = np.sort(block.cells[:, inner], axis=1)[:, :3]
            corners.append(rows)
            pairs.append(np.column_stack((elements, np.full(len(elements), local))))
    vertices = np.concatenate(corners)
    key = vertices[:, 0] * nodes + vertices[:, 1]
    if vertices.shape[1] == 3:
        _, key = np.unique(key, return_inverse=True)
        key = key * nodes + vertices[:, 2]
    _, face = np.unique(key, return_inverse=True)
    return np.concatenate(pairs), np.asarray(face, dtype=np.int64)


def _whole(values: ArrayLike) -> Ints:
    given = np.asarray(values)
    if given.size and given.dtype.kind not in "iu":
        raise InputError(f"a mesh holds whole numbers for its cells and names, got {given.dtype}")
    result = np.array(given, dtype=np.int64)
    result.setflags(write=False)
    return result
