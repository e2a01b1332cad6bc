"""Writing of VTK's XML files of unstructured grids, binary and compressed in blocks."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.mesh_output import Named
from tubewall.geometry.solid_mesh import Block, SolidMesh

# the numbers of VTK's kinds of cells (vtkCellType.h)
_CODES: Final = {
    "vertex": 1,
    "line": 3,
    "triangle": 5,
    "quad": 9,
    "tetra": 10,
    "hexahedron": 12,
    "wedge": 13,
    "line3": 21,
    "triangle6": 22,
    "tetra10": 24,
    "quad9": 28,
    "hexahedron27": 29,
    "wedge18": 32,
}
_TYPES: Final = {"f8": "Float64", "f4": "Float32", "i8": "Int64", "i4": "Int32", "u1": "UInt8"}
_BLOCK: Final = 1 << 20


def write_grid(
    stream: BinaryIO,
    mesh: SolidMesh,
    named: Sequence[Named],
    point_data: Mapping[str, NDArray[Any]],
    cell_data: Mapping[str, NDArray[Any]],
) -> None:
    """Write the solid, then the cells of ``named`` parts, with fields at points and at the cells of the solid."""
    numbers: dict[tuple[int, str], int] = {(mesh.dim, name): tag for tag, name in enumerate(mesh.regions, start=1)}
    for name, dim, _, _ in named:
        numbers.setdefault((dim, name), 1 + sum(1 for d, _ in numbers if d == dim))
    blocks = [*mesh.blocks, *(Block(kind=kind, cells=cells) for _, _, kind, cells in named)]
    tags = [mesh.region_index + 1, *(np.full(len(cells), numbers[dim, name]) for name, dim, _, cells in named)]
    # VTK's page draws linear wedges the other way round, but its volumes and normals come out right this way
    cells = [block.cells for block in blocks]
    sizes = np.concatenate([np.full(len(part), part.shape[1], dtype=np.int64) for part in cells])
    kinds = np.concatenate([np.full(len(b.cells), _CODES[b.kind], dtype=np.uint8) for b in blocks])
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.dim] = mesh.points
    order = '"LittleEndian"'
    stream.write(
        b'<?xml version="1.0" encoding="utf-8"?>\n<VTKFile type="UnstructuredGrid" version="1.0" '
        + f'byte_order={order} header_type="UInt64" compressor="vtkZLibDataCompressor">\n<UnstructuredGrid>\n'.encode()
    )
    stream.write(b"<FieldData>\n")
    for (dim, name), tag in numbers.items():
        _array(stream, name, np.array([tag, dim]), field=True)
    piece = f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{len(sizes)}">\n'
    stream.write(b"</FieldData>\n" + piece.encode() + b"<Points>\n")
    _array(stream, "Points", points)
    stream.write(b"</Points>\n<Cells>\n")
    _array(stream, "connectivity", np.concatenate([part.ravel() for part in cells]))
    _array(stream, "offsets", np.cumsum(sizes))
    _array(stream, "types", kinds)
    stream.write(b"</Cells>\n<PointData>\n")
    for name, values in point_data.items():
        _array(stream, name, values)
    stream.write(b"</PointData>\n<CellData>\n")
    _array(stream, "region", np.concatenate(tags))
    for name, values in cell_data.items():
        _array(stream, name, values)
    stream.write(b"</CellData>\n</Piece>\n</UnstructuredGrid>\n</VTKFile>\n")


def _array(stream: BinaryIO, name: str, values: NDArray[Any], *, field: bool = False) -> None:
    kind = values.dtype.kind + str(values.dtype.itemsize)
    if kind not in _TYPES:
        kind = "f8" if values.dtype.kind == "f" else "i8"
    flat = np.ascontiguousarray(values, dtype="<" + kind)
    shape = f'NumberOfTuples="{len(flat)}"' if field else ""
    if flat.ndim == 2:
        shape = f'NumberOfComponents="{flat.shape[1]}"'
    head = f'<DataArray type="{_TYPES[kind]}" Name={quoteattr(name)} {shape} format="binary">\n'
    content = flat.tobytes()
    parts = [zlib.compress(content[i : i + _BLOCK], 1) for i in range(0, len(content), _BLOCK)]
    last = len(content) % _BLOCK
    header = np.array([len(parts), _BLOCK, last, *(len(part) for part in parts)], dtype="<u8")
    stream.write(head.encode() + base64.b64encode(header.tobytes()) + base64.b64encode(b"".join(parts)))
    stream.write(b"\n</DataArray>\n")
