"""Reading of gmsh's files, versions 2 and 4.1, text and binary.

Read here and not by meshio, which takes counts on trust, fails on cells of no group beside cells of one, reads of several
groups of one entity the first, and loses a name that stands in two dimensions.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.msh_kinds import KINDS, MESHIO_ORDER, NODES
from tubewall.geometry.msh_stream import ENDS_EARLY, Stream, line_count
from tubewall.geometry.msh_writer import END, MARK
from tubewall.geometry.raw_mesh import RawMesh, dimension
from tubewall.geometry.reference_cells import Floats, Ints
from tubewall.geometry.solid_mesh import Block

_NAME: Final = re.compile(r"^\s*(\d+)\s+(-?\d+)\s+\"(.*)\"\s*$")


def read_msh(source: Path) -> RawMesh | None:
    """What a file of version 2 or 4.1 holds; None for other versions and other files.

    Raises
    ------
    InputError
        When the file ends too early or its counts are wrong.
    """
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content.find(b"$MeshFormat")
        if start < 0 or (content[:start].strip() and not content[:start].lstrip().startswith(b"$Comments")):
            return None
        words = content[start : start + 200].split()
        if len(words) < 4 or words[1] not in (b"2", b"2.0", b"2.1", b"2.2", b"4.1"):
            return None
        text = words[2] == b"0"
        order = "<"
        if not text:
            end_of_line = content.find(b"\n", content.find(b"\n", start) + 1)
            order = "<" if content[end_of_line + 1 : end_of_line + 5] == b"\x01\x00\x00\x00" else ">"
            if words[3] != b"8":
                raise InputError(f"its counts have {words[3].decode('ascii', 'replace')[:8]} bytes: write it with 8")
        _check_digest(content)
        found = _File(content, text, order, new=words[1] == b"4.1")
        found.read(start)
        return found.mesh()


def _check_digest(content: mmap.mmap) -> None:
    """Files written by this program end in a comment with the digest of all before it."""
    at = content.rfind(MARK)
    if at >= 0 and content[at + len(MARK) :] != hashlib.sha256(content[:at]).hexdigest().encode() + END:
        raise InputError("it is damaged: its contents do not match the checksum it was written with")


class _File:
    """The sections of a file as they are met; ``mesh`` puts them together."""

    def __init__(self, content: mmap.mmap, text: bool, order: str, *, new: bool) -> None:
        self.content, self.text, self.order, self.new = content, text, order, new
        self.names: dict[tuple[int, int], str] = {}
        self.groups_of: dict[tuple[int, int], list[int]] = {}
        self.tags: Ints = np.zeros(0, dtype=np.int64)
        self.points: Floats = np.zeros((0, 3))
        # (kind, nodes (m, k), groups (m, g)) of cells that came together
        self.cells: list[tuple[str, Ints, Ints]] = []

    def read(self, at: int) -> None:
        """Read all sections from ``at``, the place of the first, to the end of the file."""
        while True:
            at = self.content.find(b"$", at)
            if at < 0:
                return
            stop = self.content.find(b"\n", at)
            section = self.content[at + 1 : stop if stop >= 0 else len(self.content)].strip().decode("ascii", "replace")
            if stop < 0 or not section or section.startswith("End"):
                raise InputError(f"it is incomplete or damaged at '${section[:30]}'")
            at = self._section(section, stop + 1)
            closing = b"$End" + section.encode()
            if not self.content[at : at + len(closing) + 1].strip() == closing:
                raise InputError(ENDS_EARLY.format(f"${section[:30]}"))
            at += len(closing)

    def _section(self, section: str, start: int) -> int:
        """Read one section; where its end mark stands."""
        if section in ("Nodes", "Elements") or (section == "Entities" and self.new):
            stream = Stream(self.content, start, section, self.text, self.order)
            if section == "Entities":
                return self._entities(start) if self.text else self._binary_entities(stream)
            if section == "Nodes":
                (self._new_nodes if self.new else self._nodes)(stream)
            else:
                (self._new_elements if self.new else self._elements)(stream)
            return stream.finish()
        stop = self.content.find(b"$End" + section.encode(), start)
        if stop < 0:
            raise InputError(ENDS_EARLY.format(f"${section[:30]}"))
        if section == "PhysicalNames":
            for line in self.content[start:stop].decode("utf-8", "replace").splitlines():
                match = _NAME.match(line)
                if match:
                    self.names[int(match.group(1)), abs(int(match.group(2)))] = match.group(3)
        return stop

    def _entities(self, start: int) -> int:
        stop = self.content.find(b"$EndEntities", start)
        if stop < 0:
            raise InputError(ENDS_EARLY.format("$Entities"))
        lines = self.content[start:stop].split(b"\n")
        try:
            counts = [int(word) for word in lines[0].split()]
            rows = iter(line for line in lines[1:] if line.strip())
            for dim, count in enumerate(counts):
                for _ in range(count):
                    words = next(rows).split()
                    first = 5 if dim == 0 else 8
                    groups = [abs(int(word)) for word in words[first : first + int(words[first - 1])]]
                    self.groups_of[dim, int(words[0])] = groups
        except (ValueError, IndexError, StopIteration) as error:
            raise InputError("it is incomplete or damaged in $Entities") from error
        return stop

    def _binary_entities(self, stream: Stream) -> int:
        for dim, count in enumerate(stream.take("u8", 4).tolist()):
            for _ in range(count):
                tag = stream.whole("i4")
                stream.take("f8", 3 if dim == 0 else 6)
                self.groups_of[dim, tag] = np.abs(stream.take("i4", stream.whole("u8"))).tolist()
                if dim:
                    stream.take("i4", stream.whole("u8"))
        return stream.finish()

    def _nodes(self, stream: Stream) -> None:
        if self.text:
            count = stream.whole("u8")
            rows = stream.take("f8", 4 * count).reshape(count, 4)
            self.tags, self.points = rows[:, 0].astype(np.int64), rows[:, 1:]
            return
        count, stream.at = line_count(self.content, stream.at, "$Nodes")
        width = 28
        if count * width > len(self.content) - stream.at:
            raise InputError(ENDS_EARLY.format("$Nodes"))
        dtype = np.dtype([("tag", self.order + "i4"), ("at", self.order + "f8", (3,))])
        found = np.frombuffer(self.content[stream.at : stream.at + count * width], dtype=dtype)
        self.tags, self.points = found["tag"].astype(np.int64), found["at"].astype(np.float64)
        stream.at += count * width

    def _new_nodes(self, stream: Stream) -> None:
        blocks = int(stream.take("u8", 4)[0])
        tags, points = [self.tags], [self.points]
        for _ in range(blocks):
            dim, _, parametric = stream.take("i4", 3).tolist()
            count = stream.whole("u8")
            tags.append(stream.take("u8", count))
            width = 3 + (dim if parametric else 0)
            points.append(stream.take("f8", count * width).reshape(count, width)[:, :3])
        self.tags, self.points = np.concatenate(tags), np.concatenate(points)

    def _new_elements(self, stream: Stream) -> None:
        for _ in range(int(stream.take("u8", 4)[0])):
            dim, tag, code = stream.take("i4", 3).tolist()
            count = stream.whole("u8")
            kind = _kind(code)
            rows = stream.take("u8", count * (1 + NODES[kind])).reshape(count, 1 + NODES[kind])
            groups = np.array(self.groups_of.get((dim, tag), []), dtype=np.int64)
            self.cells.append((kind, rows[:, 1:], np.broadcast_to(groups, (count, len(groups)))))

    def _elements(self, stream: Stream) -> None:
        if self.text:
            count, head = stream.whole("u8"), 3
            flat = stream.flat[stream.at :].astype(np.int64)
        else:
            count, stream.at = line_count(self.content, stream.at, "$Elements")
            head = 4
            whole = (len(self.content) - stream.at) // 4
            flat = np.frombuffer(self.content[stream.at : stream.at + 4 * whole], dtype=self.order + "i4").astype(
                np.int64
            )
        used = 0
        for kind, rows, tags, length in _runs(flat, count, text=self.text):
            # the first tag is the group; zero is none
            groups = np.abs(rows[:, head : head + min(tags, 1)])
            self.cells.append((kind, rows[:, head + tags :], groups))
            used += length
        stream.at += 0 if self.text else 4 * used

    def mesh(self) -> RawMesh:
        """Nodes by their place, and the cells of every group."""
        place = _places(self.tags)
        blocks, groups, start = [], dict[tuple[int, str], list[Ints]](), 0
        for kind, tags, physical in self.cells:
            cells = place(tags)
            if len(tags) and cells.min() < 0:
                raise InputError(f"a {kind} cell names a node that is not there")
            blocks.append(Block(kind=kind, cells=cells[:, MESHIO_ORDER[kind]] if kind in MESHIO_ORDER else cells))
            dim = dimension(kind)
            for group in np.unique(physical[physical != 0]).tolist():
                name = self.names.get((dim, group), str(group))
                groups.setdefault((dim, name), []).append(start + np.flatnonzero((physical == group).any(axis=1)))
            start += len(tags)
        named = {key: np.unique(np.concatenate(parts)) for key, parts in groups.items()}
        self._check_names(named)
        return RawMesh(points=self.points, blocks=tuple(blocks), groups=named)

    def _check_names(self, named: dict[tuple[int, str], Ints]) -> None:
        top = max((dimension(kind) for kind, cells, _ in self.cells if len(cells)), default=0)
        meant = [name for (dim, _), name in self.names.items() if dim == top]
        if meant and not any(dim == top for dim, _ in named):
            listed = ", ".join(repr(name) for name in meant[:6])
            raise InputError(f"it names the groups {listed}, but no cell belongs to them: write it in version 2.2")


def _places(tags: Ints) -> Callable[[Ints], Ints]:
    """From numbers of nodes to their places among ``tags``, -1 for those not there."""
    order = np.argsort(tags, kind="stable")
    known = tags[order]
    if len(known) and (known[0] < 0 or (known[1:] == known[:-1]).any()):
        raise InputError("it is damaged: two nodes have one number, or one below zero")
    if len(known) and known[-1] <= 4 * len(known):
        table = np.full(int(known[-1]) + 2, -1, dtype=np.int64)
        table[tags] = np.arange(len(tags))
        # one place behind the last stands for all numbers out of range
        return lambda asked: table[np.where((asked < 0) | (asked >= len(table)), len(table) - 1, asked)]

    def searched(asked: Ints) -> Ints:
        at = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
        return np.where(known[at] == asked, order[at], -1) if len(known) else np.full(asked.shape, -1, dtype=np.int64)

    return searched


def _kind(code: int) -> str:
    if code not in KINDS:
        raise InputError(f"it is damaged or holds cells of gmsh's kind {code}, which cannot be solved on")
    return KINDS[code]


def _runs(flat: Ints, count: int, *, text: bool) -> Iterator[tuple[str, Ints, int, int]]:
    """Cells of version 2 that follow each other with the same head: kind, rows, number of tags, numbers used.

    A row is (number, kind, tags, ...) in a text file, (kind, 1, tags, number, ...) in a binary one, where one head may also
    stand before many rows (number, ...); those get their head back.
    """
    at, done = 0, 0
    kind_column = 1 if text else 0
    while done < count:
        if at + 3 > len(flat):
            raise InputError(ENDS_EARLY.format("$Elements"))
        kind = _kind(int(flat[at + kind_column]))
        tags, together = int(flat[at + 2]), 1 if text else int(flat[at + 1])
        if not 0 <= tags <= 1000 or together < 1:
            raise InputError("it is damaged: $Elements holds a wrong count")
        if together > 1:
            length = 1 + tags + NODES[kind]
            if together * length > len(flat) - at - 3 or together > count - done:
                raise InputError(ENDS_EARLY.format("$Elements"))
            rows = flat[at + 3 : at + 3 + together * length].reshape(together, length)
            rows = np.column_stack((np.broadcast_to(flat[at : at + 3], (together, 3)), rows))
            used = 3 + together * length
        else:
            length = (3 if text else 4) + tags + NODES[kind]
            rows = _alike(flat, at, length, [kind_column, 2] if text else [0, 1, 2], count - done)
            used = rows.size
        yield kind, rows, tags, used
        at += used
        done += len(rows)
    if text and at != len(flat):
        raise InputError("it is damaged: $Elements does not end where its count says")


def _alike(flat: Ints, at: int, length: int, columns: list[int], most: int) -> Ints:
    """The rows from ``at`` on that have the same numbers in ``columns``; looked for in steps that grow."""
    available = min((len(flat) - at) // length, most)
    if available < 1:
        raise InputError(ENDS_EARLY.format("$Elements"))
    found, step = 1, 16
    while found < available:
        rows = flat[at : at + min(found + step, available) * length].reshape(-1, length)
        other = np.flatnonzero((rows[found:, columns] != rows[0, columns]).any(axis=1))
        if len(other):
            found += int(other[0])
            break
        found, step = len(rows), 4 * step
    result: Ints = flat[at : at + found * length].reshape(found, length)
    return result
