"""What a mesh file says, before it is known to be a mesh of a solid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.solid_mesh import Block

# shape of a kind by the letters of its name: dimension and number of vertices
_SHAPES: Final = {
    "vertex": (0, 1),
    "line": (1, 2),
    "triangle": (2, 3),
    "quad": (2, 4),
    "polygon": (2, 3),
    "tetra": (3, 4),
    "hexahedron": (3, 8),
    "wedge": (3, 6),
    "pyramid": (3, 5),
    "polyhedron": (3, 4),
}


@dataclass(frozen=True, kw_only=True)
class RawMesh:
    """Points, cells of any kind, and who belongs to which name.

    Attributes
    ----------
    points : (n, 2) or (n, 3)
    blocks : tuple of Block
        Cells of all dimensions, by meshio's names of their kinds.
    groups : mapping of (dimension, name) to (k,)
        Cells, counted through the blocks, that carry a name.
    point_sets : mapping of name to (k,)
        Nodes that carry a name.
    """

    points: Floats
    blocks: tuple[Block, ...]
    groups: Mapping[tuple[int, str], Ints] = field(default_factory=dict)
    point_sets: Mapping[str, Ints] = field(default_factory=dict)


def dimension(kind: str) -> int:
    """Dimension of a kind of cell by its name; 3 for kinds that nobody here knows."""
    return _SHAPES.get(kind.rstrip("0123456789"), (3, 0))[0]


def corners(kind: str) -> int:
    """How many of the first nodes of a kind of cell are its vertices."""
    return _SHAPES[kind.rstrip("0123456789")][1]
