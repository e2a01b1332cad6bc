"""Reading of Abaqus' (and CalculiX') input files: nodes, elements, sets, surfaces and solid sections.

Read here and not by meshio, which knows no surfaces, mixes up sets of sets, and lacks most plane elements.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.raw_mesh import RawMesh, dimension
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.solid_mesh import Block

_TYPE: Final = re.compile(r"^(C3D|CPEG|CPE|CPS|CAX|DC3D|DC2D|DCAX|SFM3D|M3D|R3D|RAX|DS|STRI|S|T3D|T2D|B)(\d+)")
_SOLID: Final = {
    4: "tetra",
    5: "pyramid",
    6: "wedge",
    8: "hexahedron",
    10: "tetra10",
    15: "wedge15",
    20: "hexahedron20",
}
_PLANE: Final = {3: "triangle", 4: "quad", 6: "triangle6", 8: "quad8", 65: "triangle6", 9: "quad9"}
# some programs give elements of beams with two ends, as B33, a middle: their nodes are counted
_LINE: Final = {2: "line", 3: "line3"}
_NODES: Final = dict(line=2, line3=3, triangle=3, triangle6=6, quad=4, quad8=8, quad9=9, tetra=4, tetra10=10) | dict(
    pyramid=5, wedge=6, wedge15=15, hexahedron=8, hexahedron20=20
)
# numbers that a range of a set may hold
_LONGEST: Final = 10**8
# corners of the sides S1, S2, ... by the shape of the cell (Abaqus Elements Guide, 28.1)
_SIDES: Final = {
    "triangle": ((0, 1), (1, 2), (2, 0)),
    "quad": ((0, 1), (1, 2), (2, 3), (3, 0)),
    "tetra": ((0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0)),
    "hexahedron": ((0, 1, 2, 3), (4, 7, 6, 5), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0)),
    "wedge": ((0, 1, 2), (3, 5, 4), (0, 3, 4, 1), (1, 4, 5, 2), (2, 5, 3, 0)),
}
_FACET: Final = {2: "line", 3: "triangle", 4: "quad"}


def read_inp(source: Path) -> RawMesh | None:
    """What an input file holds; None when it has no ``*NODE``, as files of other programs with the suffix ``.inp``.

    Element sets become groups, those of solid sections alone where there are sections; surfaces become facets.

    Raises
    ------
    InputError
        When the file is damaged, or made of several parts.
    """
    content = source.read_text(encoding="utf-8", errors="replace")
    if not re.search(r"^\s*\*NODE\b", content, re.MULTILINE | re.IGNORECASE):
        return None
    found = _File()
    for keyword, options, lines in _sections(content):
        found.section(keyword, options, lines)
    return found.mesh()


def _sections(content: str) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Each keyword with its options and the lines below it; a line of options may go on after a comma."""
    head, lines = "", list[str]()
    for raw in content.splitlines():
        line = raw.strip()
        if not line or line.startswith("**"):
            continue
        if line.startswith("*"):
            if head:
                yield _keyword(head, lines)
            head, lines = line, []
        elif head.endswith(","):
            head += line
        else:
            lines.append(line)
    if head:
        yield _keyword(head, lines)


def _keyword(head: str, lines: list[str]) -> tuple[str, dict[str, str], list[str]]:
    words = [word.strip() for word in head[1:].split(",")]
    options = {}
    for word in words[1:]:
        name, _, value = word.partition("=")
        options[name.strip().upper()] = value.strip().strip('"')
    return " ".join(words[0].upper().split()), options, lines


def _numbers(lines: list[str], what: str) -> Floats:
    text = ",".join(line.rstrip(",") for line in lines).upper().replace("D", "E")
    if not text:
        return np.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text, dtype=np.float64, sep=",")
        except (DeprecationWarning, ValueError) as error:
            raise InputError(f"it is damaged: {what} holds what is no number") from error


class _File:
    """What was met so far; names are kept as first written and compared without case."""

    def __init__(self) -> None:
        self.ids: list[Ints] = []
        self.points: list[Floats] = []
        self.blocks: list[tuple[str, Ints, Ints]] = []
        self.names: dict[str, str] = {}
        self.node_sets: dict[str, list[Ints]] = {}
        self.cell_sets: dict[str, list[Ints]] = {}
        self.surfaces: dict[str, list[tuple[str, str]]] = {}
        self.of_elements: set[str] = set()
        self.sections: list[str] = []
        self.instances = 0

    def section(self, keyword: str, options: dict[str, str], lines: list[str]) -> None:
        """Take in one keyword with its options and data lines; those that say nothing of the mesh are passed over."""
        if keyword == "INCLUDE":
            raise InputError("it takes parts from other files (*INCLUDE): write the mesh as one file")
        if keyword == "NODE":
            self._nodes(options, lines)
        elif keyword == "ELEMENT":
            self._elements(options, lines)
        elif keyword in ("NSET", "ELSET") and not options.get(keyword, "").startswith("gmsh:"):
            # meshio writes what it knows of gmsh's entities as sets, with signs
            sets = self.node_sets if keyword == "NSET" else self.cell_sets
            self.of_elements.discard(self._name(options.get(keyword, "")))
            sets.setdefault(self._name(options.get(keyword, "")), []).extend(self._members(sets, options, lines))
        elif keyword == "SURFACE":
            rows = [line.split(",") for line in lines]
            entries = [(row[0].strip(), row[1].strip().upper() if len(row) > 1 else "") for row in rows]
            if options.get("TYPE", "ELEMENT").upper() == "NODE":
                self.node_sets.setdefault(self._name(options.get("NAME", "")), []).extend(
                    part for name, _ in entries for part in self._members(self.node_sets, {}, [name])
                )
            else:
                self.surfaces.setdefault(self._name(options.get("NAME", "")), []).extend(entries)
        elif keyword == "SOLID SECTION" and "ELSET" in options:
            self.sections.append(self._name(options["ELSET"]))
        elif keyword == "INSTANCE":
            self.instances += 1
            if self.instances > 1 or lines:
                raise InputError("it is assembled of several or moved parts: write it as one part where it stands")

    def _name(self, given: str) -> str:
        return self.names.setdefault(given.upper(), given)

    def _nodes(self, options: dict[str, str], lines: list[str]) -> None:
        if not lines:
            return
        width = len(lines[0].rstrip(",").split(","))
        flat = _numbers(lines, "*NODE")
        if len(flat) % width or width < 3:
            raise InputError("it is damaged: a line of *NODE has a wrong number of columns")
        rows = flat.reshape(-1, width)
        points = np.zeros((len(rows), 3))
        points[:, : min(width - 1, 3)] = rows[:, 1:4]
        self.ids.append(rows[:, 0].astype(np.int64))
        self.points.append(points)
        if "NSET" in options:
            self.node_sets.setdefault(self._name(options["NSET"]), []).append(self.ids[-1])

    def _elements(self, options: dict[str, str], lines: list[str]) -> None:
        name = options.get("TYPE", "").upper()
        match = _TYPE.match(name)
        kinds = {}
        if match:
            letters = match.group(1)
            kinds = _SOLID if letters in ("C3D", "DC3D") else _PLANE
        kind = kinds.get(int(match.group(2))) if match else None
        if match and match.group(1) in ("T3D", "T2D", "B") and lines:
            kind = _LINE.get(lines[0].rstrip(",").count(","))
        if kind is None:
            raise InputError(f"elements of the type {name[:20]!r} cannot be solved on")
        flat = _numbers(lines, "*ELEMENT")
        if len(flat) % (1 + _NODES[kind]):
            raise InputError(f"it is damaged: *ELEMENT of type {name[:20]} has a wrong number of nodes")
        rows = flat.astype(np.int64).reshape(-1, 1 + _NODES[kind])
        self.blocks.append((kind, rows[:, 0], rows[:, 1:]))
        if "ELSET" in options:
            self.of_elements.add(self._name(options["ELSET"]))
            self.cell_sets.setdefault(self._name(options["ELSET"]), []).append(rows[:, 0])

    def _members(self, sets: dict[str, list[Ints]], options: dict[str, str], lines: list[str]) -> list[Ints]:
        """Numbers of a set, given one by one, as ranges, or as names of other sets."""
        if "GENERATE" in options:
            found = []
            for line in lines:
                row = [*_numbers([line], "a set").astype(np.int64).tolist(), 1][:3]
                if len(row) < 3 or row[2] < 1 or row[1] - row[0] > _LONGEST * row[2]:
                    raise InputError("it is damaged: a set is generated from what is no range")
                found.append(np.arange(row[0], row[1] + 1, row[2]))
            return found
        words = [word.strip().strip('"') for line in lines for word in line.split(",") if word.strip()]
        numbers = [int(word) for word in words if word.isdigit()]
        found = [np.array(numbers, dtype=np.int64)]
        for word in words:
            if not word.isdigit():
                known = self.names.get(word.upper())
                if known is None or known not in sets:
                    raise InputError(f"it names a set {word[:40]!r} that is not there before")
                found += sets[known]
        return found

    def mesh(self) -> RawMesh:
        """Nodes and elements by their places, and the names of both."""
        ids = np.concatenate(self.ids) if self.ids else np.zeros(0, dtype=np.int64)
        places = _Places(ids, "node")
        points = np.concatenate(self.points) if self.points else np.zeros((0, 3))
        cells = [Block(kind=kind, cells=_ends_first(kind, places(nodes), points)) for kind, _, nodes in self.blocks]
        numbers = np.concatenate([ids for _, ids, _ in self.blocks]) if self.blocks else np.zeros(0, dtype=np.int64)
        element = _Places(numbers, "element")
        dims = np.repeat([dimension(block.kind) for block in cells], [len(block.cells) for block in cells])
        top = int(dims.max(initial=0))
        groups: dict[tuple[int, str], Ints] = {}
        sets = {name: np.unique(element(np.concatenate(parts))) for name, parts in self.cell_sets.items() if parts}
        regions = self._regions(
            {name: rows[dims[rows] == top] for name, rows in sets.items()}, int((dims == top).sum())
        )
        for name, rows in sets.items():
            for dim in np.unique(dims[rows]).tolist():
                if dim < top or name in regions:
                    groups[dim, name] = rows[dims[rows] == dim]
        for name, entries in self.surfaces.items():
            for facet in self._facets(entries, cells, element):
                start = sum(len(block.cells) for block in cells)
                held = groups.get((top - 1, name), np.zeros(0, dtype=np.int64))
                groups[top - 1, name] = np.concatenate((held, np.arange(start, start + len(facet.cells))))
                cells.append(facet)
        nodes = {name: np.unique(places(np.concatenate(parts))) for name, parts in self.node_sets.items()}
        return RawMesh(
            points=points,
            blocks=tuple(cells),
            groups=groups,
            point_sets={name: rows for name, rows in nodes.items() if not name.startswith("_")},
        )

    def _regions(self, sets: dict[str, Ints], count: int) -> set[str]:
        """Which sets say what the body is made of: those of sections, or of ``*ELSET`` if they cover it, or all."""
        # names with a dash in front are the program's own
        named = {name for name, rows in sets.items() if len(rows) and not name.startswith("_")}
        for chosen in (set(self.sections) & named, named - self.of_elements):
            if chosen and (self.sections or len(np.unique(np.concatenate([sets[name] for name in chosen]))) == count):
                return chosen
        return named

    def _facets(self, entries: list[tuple[str, str]], cells: list[Block], element: _Places) -> list[Block]:
        """The sides of a surface as cells of their own."""
        starts = np.cumsum([0, *(len(ids) for _, ids, _ in self.blocks)])
        found = []
        for who, side in entries:
            rows = element(np.concatenate(self._members(self.cell_sets, {}, [who])))
            for block, start, stop in zip(cells, starts[:-1], starts[1:], strict=False):
                inside = rows[(rows >= start) & (rows < stop)] - start
                loops = _SIDES.get(block.kind.rstrip("0123456789"), ())
                if not len(inside):
                    continue
                if not re.fullmatch(r"S[1-6]", side) or int(side[1]) > len(loops):
                    raise InputError(
                        f"a surface names the side {side[:20]!r} of {block.kind} cells, which have none such"
                    )
                loop = loops[int(side[1]) - 1]
                found.append(Block(kind=_FACET[len(loop)], cells=block.cells[inside][:, loop]))
        return found


def _ends_first(kind: str, cells: Ints, points: Floats) -> Ints:
    """Lines of three nodes with their middle last: Abaqus counts it second, some programs that write its files last."""
    if kind != "line3" or len(cells) == 0:
        return cells
    one, two, three = np.swapaxes(points[cells], 0, 1)
    off_second = np.linalg.norm(two - (one + three) / 2, axis=1).sum()
    off_third = np.linalg.norm(three - (one + two) / 2, axis=1).sum()
    return cells[:, [0, 2, 1]] if off_second < off_third else cells


class _Places:
    """From the numbers in the file to places, 0, 1, ..."""

    def __init__(self, numbers: Ints, what: str) -> None:
        self.order = np.argsort(numbers, kind="stable")
        self.known, self.what = numbers[self.order], what
        double = np.flatnonzero(self.known[1:] == self.known[:-1])
        if len(double):
            raise InputError(
                f"two of its {what}s have the number {self.known[double[0]]}: is it made of several parts?"
            )

    def __call__(self, asked: Ints) -> Ints:
        at = np.minimum(np.searchsorted(self.known, asked), max(len(self.known) - 1, 0))
        if asked.size and (not len(self.known) or (self.known[at] != asked).any()):
            wrong = asked[self.known[at] != asked].ravel()[0] if len(self.known) else asked.ravel()[0]
            raise InputError(f"it names the {self.what} {wrong}, which is not there")
        result: Ints = self.order[at] if asked.size else asked
        return result
