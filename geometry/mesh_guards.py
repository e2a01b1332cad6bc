"""What is looked at before and after a mesh file is read, because the readers do not.

Readers stop at the end of a file cut short without a word, follow names of other files, and expand entities of XML.
"""

from __future__ import annotations

import mmap
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError

if TYPE_CHECKING:
    import meshio

_XML: Final = {"vtu": b"</VTKFile>", "xdmf": b"</Xdmf>", "dolfin-xml": b"</dolfin>"}
_ENCODING: Final = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]*)["']""")
_PIECE: Final = re.compile(rb"<Piece\b[^>]*>")
_COUNT: Final = {
    "points": re.compile(rb"""NumberOfPoints\s*=\s*["'](\d{1,18})["']"""),
    "cells": re.compile(rb"""NumberOfCells\s*=\s*["'](\d{1,18})["']"""),
}
_LEGACY: Final = re.compile(rb"^(POINTS|CELLS|CELL_TYPES)\s+(\d{1,18})", re.MULTILINE)


def check_file(source: Path) -> tuple[str, ...]:
    """The formats that the suffix may stand for, by meshio's names.

    Raises
    ------
    InputError
        When there is no such file, it is empty, its suffix is unknown, or what is in it must not be read.
    """
    from meshio._helpers import extension_to_filetypes, reader_map

    try:
        if source.is_dir():
            raise InputError("it is a folder: give the file of a mesh")
        if not source.is_file():
            raise InputError("there is no such file")
        size = source.stat().st_size
    except (OSError, ValueError) as error:
        raise InputError(f"it cannot be opened ({error})") from error
    suffixes = ["".join(source.suffixes[k:]).lower() for k in range(len(source.suffixes))]
    found = [name for suffix in suffixes for name in extension_to_filetypes.get(suffix, ()) if name in reader_map]
    formats = tuple(dict.fromkeys(found))
    if not formats:
        known = ".msh, .vtu, .vtk, .xdmf, .inp, .bdf, .mesh, .med, .e"
        raise InputError(f"the suffix {source.suffix!r} is of no known mesh format: {known} and others are")
    if size == 0:
        raise InputError("the file is empty")
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for name in formats:
            _check_content(source, name, content)
    return formats


def _check_content(source: Path, name: str, content: mmap.mmap) -> None:
    if name in _XML:
        _check_xml(source, name, content)
    elif name == "nastran" and not re.search(rb"^ENDDATA", content, re.MULTILINE):
        raise InputError("it is incomplete: there is no ENDDATA")


def _check_xml(source: Path, name: str, content: mmap.mmap) -> None:
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = _ENCODING.match(head)
    plain = declared is None or declared.group(1).lower() in (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"")
    if not head.startswith(b"<") or not plain:
        raise InputError("it is damaged, or no XML file in UTF-8")
    if content.find(b"!DOCTYPE") >= 0 or content.find(b"!ENTITY") >= 0:
        raise InputError("it declares a document type or entities, which a mesh file needs not: they are not read")
    if not content[-256:].rstrip().endswith(_XML[name]):
        raise InputError(f"it is incomplete: it does not end with {_XML[name].decode()}")
    if name == "xdmf":
        _check_references(source)


def _check_references(source: Path) -> None:
    """Refuse an XDMF file whose data lie outside its own folder."""
    from xml.etree import ElementTree

    folder = source.resolve().parent
    try:
        items = [item for _, item in ElementTree.iterparse(source) if item.tag == "DataItem"]
    except ElementTree.ParseError as error:
        raise InputError(f"it is damaged, or no XDMF file ({error})") from error
    for item in items:
        kept = item.get("Format", "XML").upper()
        if kept == "XML":
            continue
        if kept != "HDF":
            raise InputError(f"its data are kept as {kept[:20]!r}, which is not read: write them as HDF or XML")
        name = (item.text or "").strip()
        file = name.split(":")[0]
        try:
            inside = (folder / file).resolve().parent == folder and not Path(file).is_absolute()
        except (OSError, ValueError):
            inside = False
        if not inside:
            raise InputError(f"its data lie in {name[:80]!r}, outside its own folder: keep them beside it")


def check_read(source: Path, name: str, data: meshio.Mesh, said: str) -> None:
    """Refuse what was read when the file is cut short or was read in part.

    Raises
    ------
    InputError
        With what is missing.
    """
    for sign in ("not closed by", "Unexpected end", "cannot handle", "Skipping"):
        if sign in said:
            raise InputError(f"it is damaged or holds what cannot be read ({' '.join(said.split())[:160]})")
    if data.points.ndim != 2 or data.points.shape[1] not in (2, 3):
        raise InputError(f"its points have the shape {data.points.shape}, not two or three coordinates each")
    if not np.issubdtype(data.points.dtype, np.number) or np.iscomplexobj(data.points):
        raise InputError("its points are no numbers")
    counts = _stated(source, name)
    for what, found in (("points", len(data.points)), ("cells", sum(len(block.data) for block in data.cells))):
        if what in counts and counts[what] != found:
            raise InputError(
                f"it is damaged or in several pieces: it says {counts[what]} {what}, {found} could be read"
            )


def _stated(source: Path, name: str) -> dict[str, int]:
    """How many points and cells the file says it holds, where it does."""
    if name == "vtu":
        with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            pieces = _PIECE.findall(content)
        found = {what: [pattern.search(piece) for piece in pieces] for what, pattern in _COUNT.items()}
        return {what: sum(int(m.group(1)) for m in matches if m) for what, matches in found.items() if matches}
    if name == "vtk":
        with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            stated = {m.group(1): int(m.group(2)) for m in _LEGACY.finditer(content)}
        result = {"points": stated[b"POINTS"]} if b"POINTS" in stated else {}
        return {**result, "cells": stated[b"CELL_TYPES"]} if b"CELL_TYPES" in stated else result
    return {}
