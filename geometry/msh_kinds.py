"""The numbers that gmsh gives to kinds of cells, and the order of their nodes (gmsh manual, section 10, file formats)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: meshio's name of each of gmsh's kinds up to third order; those that cannot be solved on are refused by their name.
KINDS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "line",
        2: "triangle",
        3: "quad",
        4: "tetra",
        5: "hexahedron",
        6: "wedge",
        7: "pyramid",
        8: "line3",
        9: "triangle6",
        10: "quad9",
        11: "tetra10",
        12: "hexahedron27",
        13: "wedge18",
        14: "pyramid14",
        15: "vertex",
        16: "quad8",
        17: "hexahedron20",
        18: "wedge15",
        19: "pyramid13",
        21: "triangle10",
        26: "line4",
        27: "line5",
        23: "triangle15",
        29: "tetra20",
        30: "tetra35",
        36: "quad16",
        37: "quad25",
        90: "wedge40",
        91: "wedge75",
        92: "hexahedron64",
        93: "hexahedron125",
    }
)
#: The number of each kind.
CODES: Final[Mapping[str, int]] = MappingProxyType({kind: code for code, kind in KINDS.items()})
#: How many nodes each kind has.
NODES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "vertex": 1,
        "line": 2,
        "triangle": 3,
        "quad": 4,
        "tetra": 4,
        "pyramid": 5,
        "wedge": 6,
        "hexahedron": 8,
        **{kind: int("".join(c for c in kind if c.isdigit())) for kind in KINDS.values() if kind[-1].isdigit()},
    }
)
#: Where the nodes of gmsh's cells stand in meshio's order, for the kinds where they differ.
MESHIO_ORDER: Final[Mapping[str, list[int]]] = MappingProxyType(
    {
        "tetra10": [0, 1, 2, 3, 4, 5, 6, 7, 9, 8],
        "hexahedron20": [*range(8), 8, 11, 13, 9, 16, 18, 19, 17, 10, 12, 14, 15],
        "hexahedron27": [*range(8), 8, 11, 13, 9, 16, 18, 19, 17, 10, 12, 14, 15, 22, 23, 21, 24, 20, 25, 26],
        "wedge15": [*range(6), 6, 9, 7, 12, 14, 13, 8, 10, 11],
        "wedge18": [*range(6), 6, 9, 7, 12, 14, 13, 8, 10, 11, 15, 17, 16],
    }
)
