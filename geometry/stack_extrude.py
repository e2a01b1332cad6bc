"""From a section and its layers to a mesh: which cells are solid in which layer, and what their facets are called."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.geometry.stack_levels import halved
from tubewall.geometry.stack_section import OUTSIDE, Section

#: Code of what is no solid.
VOID: Final = -1

# nodes of an extruded cell as (node of the section's cell, plane 0, 1 or 2 of its layer), in meshio's order
_WEDGE: Final = (
    *((k, 0) for k in range(3)),
    *((k, 2) for k in range(3)),
    *((k, 0) for k in range(3, 6)),
    *((k, 2) for k in range(3, 6)),
    *((k, 1) for k in range(3)),
    *((k, 1) for k in range(3, 6)),
)
_HEXAHEDRON: Final = (
    *((k, 0) for k in range(4)),
    *((k, 2) for k in range(4)),
    *((k, 0) for k in range(4, 8)),
    *((k, 2) for k in range(4, 8)),
    *((k, 1) for k in range(4)),
    # centres of the faces (3, 0), (1, 2), (0, 1), (2, 3), below and above, and of the cell
    (7, 1),
    (5, 1),
    (4, 1),
    (6, 1),
    (8, 0),
    (8, 2),
    (8, 1),
)
_QUAD: Final = ((0, 0), (1, 0), (1, 2), (0, 2), (2, 0), (1, 1), (2, 2), (0, 1), (2, 1))


@dataclass(frozen=True, kw_only=True)
class Extrusion:
    """How the cells of one kind grow: to which ``kind``, with which nodes, and the numbers of their facets."""

    kind: str
    nodes: tuple[tuple[int, int], ...]
    below: int
    above: int
    sides: tuple[int, ...]


#: By the kind of the section's cells.
EXTRUSIONS: Final[Mapping[str, Extrusion]] = MappingProxyType(
    {
        "quad9": Extrusion(kind="hexahedron27", nodes=_HEXAHEDRON, below=4, above=5, sides=(2, 1, 3, 0)),
        "triangle6": Extrusion(kind="wedge18", nodes=_WEDGE, below=0, above=1, sides=(2, 3, 4)),
        "line3": Extrusion(kind="quad9", nodes=_QUAD, below=0, above=2, sides=(3, 1)),
    }
)

#: A node of the section and a plane of the layers (0 at the bottom, 2 L at the top) to its place.
Place = Callable[[Ints, Ints], Floats]


@dataclass(frozen=True, kw_only=True, eq=False)
class Layered:
    """A section times layers, before names.

    Attributes
    ----------
    section : Section
    levels : (L + 1,)
        Heights [m] of the planes between layers.
    code : (m, L)
        Number of the region of each cell in each layer, or ``VOID``.
    """

    section: Section
    levels: Floats
    code: Ints

    @property
    def planes(self) -> int:
        """Planes of nodes, those in the middle of layers too."""
        return 2 * len(self.levels) - 1

    @property
    def heights(self) -> Floats:
        """Heights [m] of all planes, (planes,)."""
        return halved(self.levels)

    @functools.cached_property
    def number(self) -> Ints:
        """Number (m, L) of the element of each cell in each layer, -1 where there is none."""
        solid = self.code != VOID
        result = np.full(self.code.shape, -1, dtype=np.int64)
        result[solid] = np.arange(int(solid.sum()))
        return result

    @functools.cached_property
    def below(self) -> Ints:
        """Number of the lower facet of what grows from each cell, (m,)."""
        return np.array([EXTRUSIONS[kind].below for kind in self.section.kinds])[self.section.kind]

    @functools.cached_property
    def above(self) -> Ints:
        """Number of the upper facet of what grows from each cell, (m,)."""
        return np.array([EXTRUSIONS[kind].above for kind in self.section.kinds])[self.section.kind]

    @functools.cached_property
    def _upright(self) -> tuple[Ints, Ints]:
        """Numbers of the facets that grow from the sides of the section, in their cell and in that beyond, (s,) each."""
        most = max(len(EXTRUSIONS[kind].sides) for kind in self.section.kinds)
        table = np.array([(*EXTRUSIONS[kind].sides, *[0] * most)[:most] for kind in self.section.kinds])
        sides, kind = self.section.sides, self.section.kind
        return table[kind[sides[:, 0]], sides[:, 2]], table[kind[sides[:, 1]], sides[:, 3]]

    def upright(self) -> tuple[Ints, Ints, Ints, Ints]:
        """All facets along z that nothing solid lies beyond: (k, 2), (k,) side, (k,) layer, (k,) zone of what lies beyond."""
        sides, zone = self.section.sides, self.section.zone
        mine, theirs = self._upright
        here = self.code[sides[:, 0]]
        beyond = np.where(sides[:, 1, None] >= 0, self.code[sides[:, 1]], VOID)
        number = self.number
        row, layer = np.nonzero((here != VOID) & (beyond == VOID))
        row_2, layer_2 = np.nonzero((here == VOID) & (beyond != VOID))
        pairs = np.concatenate(
            (
                np.column_stack((number[sides[row, 0], layer], mine[row])),
                np.column_stack((number[sides[row_2, 1], layer_2], theirs[row_2])),
            )
        )
        other: Ints = np.concatenate(
            (np.where(sides[row, 1] >= 0, zone[sides[row, 1]], OUTSIDE), zone[sides[row_2, 0]])
        )
        return pairs, np.concatenate((row, row_2)), np.concatenate((layer, layer_2)), other

    def between(self, rows: Ints, layers: Ints) -> Ints:
        """Facets (k, 2) on these sides of the section and layers, from either side where both cells are solid."""
        sides, number = self.section.sides[rows], self.number
        mine, theirs = self._upright
        one = np.column_stack((number[sides[:, 0], layers], mine[rows]))
        two = np.column_stack((number[sides[:, 1], layers], theirs[rows]))
        return np.concatenate((one, two))

    def flat(self) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
        """All facets across z that nothing solid lies beyond: (k, 2), (k,) cell, (k,) level, and whether it looks up (k,)."""
        empty = np.full((len(self.code), 1), VOID, dtype=np.int64)
        below, above = np.hstack((empty, self.code)), np.hstack((self.code, empty))
        number = self.number
        cell, level = np.nonzero((below != VOID) & (above == VOID))
        up = np.column_stack((number[cell, level - 1], self.above[cell]))
        cell_2, level_2 = np.nonzero((below == VOID) & (above != VOID))
        down = np.column_stack((number[cell_2, level_2], self.below[cell_2]))
        looks = np.concatenate((np.ones(len(up), dtype=bool), np.zeros(len(down), dtype=bool)))
        return np.concatenate((up, down)), np.concatenate((cell, cell_2)), np.concatenate((level, level_2)), looks

    def nodes(self) -> Ints:
        """Nodes (elements, k) of all elements as planes * node of the section + plane, filled up with their first one."""
        cell, layer = np.nonzero(self.code != VOID)
        how = [EXTRUSIONS[kind] for kind in self.section.kinds]
        most = max(len(each.nodes) for each in how)
        table = np.array([(*each.nodes, *[each.nodes[0]] * most)[:most] for each in how])[self.section.kind]
        base = np.take_along_axis(self.section.cells, table[..., 0], axis=1)
        result: Ints = (base * self.planes + table[..., 1])[cell] + 2 * layer[:, None]
        return result

    def blocks(self, nodes: Ints) -> tuple[Block, ...]:
        """Elements (elements, k), filled up as those of ``nodes``, as one block a kind."""
        kind = self.section.kind[np.nonzero(self.code != VOID)[0]]
        result = []
        for number, name in enumerate(self.section.kinds):
            how = EXTRUSIONS[name]
            if np.any(kind == number):
                result.append(Block(kind=how.kind, cells=nodes[kind == number, : len(how.nodes)]))
        return tuple(result)


def meshed(
    layered: Layered,
    place: Place,
    regions: Mapping[str, Ints],
    boundaries: Mapping[str, Ints],
    *,
    nodes: Ints | None = None,
    edges: Mapping[str, Ints] | None = None,
    named: Mapping[str, Ints] | None = None,
) -> SolidMesh:
    """The mesh: nodes that elements use, numbered along z first.

    ``nodes`` (elements, k) are those of :meth:`Layered.nodes`, or what doubling made of them: a node and its double differ by
    a multiple of all nodes there are. ``edges`` and ``named`` hold such numbers too.
    """
    many = len(layered.section.points) * layered.planes
    given = layered.nodes() if nodes is None else nodes
    codes, cells = np.unique(given, return_inverse=True)
    single = codes % many
    points = place(single // layered.planes, single % layered.planes)
    where = {name: np.searchsorted(codes, part) for name, part in {**(edges or {}), **(named or {})}.items()}
    return SolidMesh(
        points=points,
        blocks=layered.blocks(np.asarray(cells).reshape(given.shape)),
        regions=regions,
        boundaries=boundaries,
        edges={name: where[name] for name in edges or {}},
        nodes={name: where[name] for name in named or {}},
    )
