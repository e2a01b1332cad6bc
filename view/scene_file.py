"""A result read back from the .vtu that ``tubewall solve`` wrote: nothing of VTK, every block checked."""

from __future__ import annotations

import base64
import binascii
import os
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import DamagedFileError, InputError, TubewallError
from tubewall.view.scene_places import located
from tubewall.view.scene_source import Top

if TYPE_CHECKING:
    from tubewall.fem.field_solution import PointFields
    from tubewall.fem.quantities import Quantity
    from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# VTK's numbers of the cells that a result may have (vtkCellType.h), with their dimension
_KINDS: Final = {
    5: ("triangle", 2),
    9: ("quad", 2),
    22: ("triangle6", 2),
    28: ("quad9", 2),
    10: ("tetra", 3),
    12: ("hexahedron", 3),
    13: ("wedge", 3),
    24: ("tetra10", 3),
    29: ("hexahedron27", 3),
    32: ("wedge18", 3),
}
_TYPES: Final = {"Float64": "<f8", "Float32": "<f4", "Int64": "<i8", "Int32": "<i4", "UInt8": "<u1"}
_MOST_BYTES: Final = 4 << 30
# from the rows of the 3x3 tensor to xx, yy, zz, yz, xz, xy
_VOIGT: Final = [0, 4, 8, 5, 2, 1]


@dataclass(frozen=True, kw_only=True, eq=False)
class SavedFields:
    """A saved result as a source: stress as it was averaged at the nodes of each region, between them by shape functions.

    Attributes
    ----------
    mesh : SolidMesh
    displacement : (n, dim)
        [m]
    stress : (n, 6)
        [Pa]
    """

    mesh: SolidMesh
    displacement: Floats
    stress: Floats

    @property
    def kinematics(self) -> str:
        """The file does not say how a plane body is held along z; no stress but the hoop's depends on it."""
        return "3d" if self.mesh.dim == 3 else "plane strain"

    @property
    def pressures(self) -> dict[str, float]:
        """The file holds no loads."""
        return {}

    def evaluate(self, elements: Ints, local: Floats) -> PointFields:
        """Fields at local points (p, dim) of elements (p,); strain is not in the file and stays zero."""
        from tubewall.fem.field_solution import PointFields

        dim = self.mesh.dim
        nodal = np.column_stack([self.mesh.points, self.displacement, self.stress])
        found = located(self.mesh, nodal, elements, local)
        return PointFields(
            points=found[:, :dim],
            displacement=found[:, dim : 2 * dim],
            strain=np.zeros((len(found), 6)),
            stress=found[:, 2 * dim :],
        )

    def top(self, quantity: Quantity) -> Top:
        """The most dangerous value at a node."""
        from tubewall.fem.field_solution import PointFields

        if quantity.cylindrical and self.mesh.dim == 2:
            raise InputError(f"{quantity.name!r} of a plane .vtu: the file does not say where the axis is")
        fields = PointFields(
            points=self.mesh.points,
            displacement=self.displacement,
            strain=np.zeros((len(self.stress), 6)),
            stress=self.stress,
        )
        values = quantity.values(fields, self.kinematics)
        amount = -values if quantity.danger == "min" else np.abs(values) if quantity.danger == "amount" else values
        index = int(np.nanargmax(amount))
        return Top(value=float(values[index]), at=tuple(self.mesh.points[index].tolist()))

    def singular(self) -> NDArray[np.bool_]:
        """The file does not say where corners are sharp: none."""
        return np.zeros(self.mesh.elements, dtype=bool)


def read_fields(path: str | os.PathLike[str]) -> SavedFields:
    """The result in a ``.vtu`` that tubewall wrote.

    Raises
    ------
    InputError
        When there is no such file, or it is none of tubewall's results.
    DamagedFileError
        When it was one and is incomplete or altered.
    """
    source = Path(path)
    if source.suffix.lower() != ".vtu":
        raise InputError(f"{str(path)!a}: a saved result is a .vtu that `tubewall solve` wrote")
    try:
        content = source.read_bytes()
    except OSError as error:
        raise InputError(f"{str(path)!a}: {error.strerror}") from error
    try:
        return _fields(_parsed(content))
    except TubewallError as error:
        raise type(error)(f"{str(path)!a}: {error}") from error
    except (ValueError, KeyError, IndexError, zlib.error) as error:
        raise DamagedFileError(
            f"{str(path)!a}: is damaged, its blocks cannot be unpacked: solve the case again"
        ) from error


def _parsed(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise InputError("declares entities, which no result does")
    if not content.lstrip().startswith(b"<?xml"):
        raise InputError("is no .vtu")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise DamagedFileError(f"is incomplete or altered ({error}): solve the case again") from error
    if root.tag != "VTKFile" or root.get("type") != "UnstructuredGrid":
        raise InputError("is no unstructured grid of VTK")
    if root.get("compressor") != "vtkZLibDataCompressor" or root.get("header_type") != "UInt64":
        raise InputError("was not written by `tubewall solve`, which compresses with zlib")
    return root


def _fields(root: ElementTree.Element) -> SavedFields:
    from tubewall.geometry.solid_mesh import Block, SolidMesh

    points, cells = _arrays(root, "Points"), _arrays(root, "Cells")
    at_points, at_cells = _arrays(root, "PointData"), _arrays(root, "CellData")
    for name in ("displacement", "stress"):
        if name not in at_points:
            raise InputError(f"holds no {name}: pass a .vtu that `tubewall solve` wrote")
    types, ends = cells["types"].astype(np.int64), cells["offsets"].astype(np.int64)
    kinds = list(dict.fromkeys(types.tolist()))
    if not kinds or any(kind not in _KINDS for kind in kinds):
        raise InputError("holds cells that no result has")
    dim = _KINDS[kinds[0]][1]
    starts = np.concatenate([[0], ends[:-1]])
    blocks, order = [], []
    for kind in kinds:
        rows = np.flatnonzero(types == kind)
        width = int((ends - starts)[rows[0]])
        nodes = cells["connectivity"].astype(np.int64)[starts[rows, None] + np.arange(width)]
        blocks.append(Block(kind=_KINDS[kind][0], cells=nodes))
        order.append(rows)
    tags = at_cells["region"].astype(np.int64)[np.concatenate(order)]
    named = {int(values[0]): name for name, values in _arrays(root, "FieldData").items() if int(values[1]) == dim}
    regions = {named[tag]: np.flatnonzero(tags == tag) for tag in np.unique(tags).tolist()}
    mesh = SolidMesh(
        points=points["Points"].reshape(-1, 3)[:, :dim], blocks=tuple(blocks), regions=regions, boundaries={}
    )
    displacement = at_points["displacement"].reshape(-1, 3)[:, :dim]
    stress = at_points["stress"].reshape(-1, 9)[:, _VOIGT]
    found = SavedFields(mesh=mesh, displacement=displacement, stress=stress)
    if len(displacement) != len(mesh.points) or len(stress) != len(mesh.points):
        raise DamagedFileError("is damaged: its fields do not fit its mesh; solve the case again")
    if not (np.isfinite(displacement).all() and np.isfinite(stress).all()):
        raise DamagedFileError("is damaged: its fields are not finite; solve the case again")
    return found


def _arrays(root: ElementTree.Element, section: str) -> dict[str, NDArray[Any]]:
    found = {}
    for part in root.iter(section):
        for array in part.iter("DataArray"):
            found[str(array.get("Name"))] = _decoded(array)
    return found


def _decoded(array: ElementTree.Element) -> NDArray[Any]:
    """A compressed array: a header of block count, block size, size of the last and compressed sizes, then the blocks."""
    text = "".join((array.text or "").split())
    try:
        head = base64.b64decode(text[:44], validate=False)
        count, block, last = np.frombuffer(head[:24], dtype="<u8").tolist()
        if count * block > _MOST_BYTES or count > 1 << 20:
            raise InputError("says that it holds more than a result may")
        width = 4 * -(-(24 + 8 * count) // 3)
        sizes = np.frombuffer(base64.b64decode(text[:width], validate=True), dtype="<u8")[3:].tolist()
        content = base64.b64decode(text[width:], validate=True)
    except binascii.Error as error:
        raise DamagedFileError("is damaged: solve the case again") from error
    parts, start = [], 0
    for number, size in enumerate(sizes):
        reader = zlib.decompressobj()
        want = last if last and number == count - 1 else block
        part = reader.decompress(content[start : start + size], want + 1)
        if len(part) != want or not reader.eof:
            raise DamagedFileError("is damaged: solve the case again")
        parts.append(part)
        start += size
    return np.frombuffer(b"".join(parts), dtype=_TYPES[str(array.get("type"))])
