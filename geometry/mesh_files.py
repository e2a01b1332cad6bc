"""Reading and writing of plane meshes through meshio, with a checksum at the end.

Meshes are written as binary gmsh files, version 2.2: meshio's text form of version 4.1 cannot be read back with NumPy 2,
and version 4.1 brings a name of its own, 'gmsh:bounding_entities'. Names are physical groups; a facet of two boundaries
is written once for each.
"""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import DamagedFileError, InputError
from tubewall.geometry.mesh import NamedMesh
from tubewall.whole_files import written_whole

if TYPE_CHECKING:
    import meshio

_MARK: Final = b"$Comments\ntubewall sha256 "
_END: Final = b"\n$EndComments\n"


def write_mesh(mesh: NamedMesh, path: str | PathLike[str]) -> None:
    """Write ``mesh`` to a ``.msh`` file, whole or not at all: under another name first, then renamed.

    Raises
    ------
    InputError
        When the file cannot be written or does not end in ``.msh``.
    """
    target = _checked(path)
    with written_whole(target) as temporary:
        _meshio_mesh(mesh).write(temporary, file_format="gmsh22", binary=True)
        content = temporary.read_bytes()
        with temporary.open("ab") as written:
            written.write(_MARK + _digest(content) + _END)


def read_mesh(path: str | PathLike[str]) -> NamedMesh:
    """Read a mesh that :func:`write_mesh` wrote, with its names and curved sides.

    Raises
    ------
    InputError
        When the file is not there or does not end in ``.msh``.
    DamagedFileError
        When it is no mesh of ours, or is incomplete or altered.
    """
    import meshio

    source = _checked(path)
    if not source.is_file():
        raise InputError(f"no mesh file {str(source)!r}")
    try:
        _check_digest(source)
        return _named(meshio.read(source, file_format="gmsh"))
    except OSError as error:
        raise InputError(f"cannot read the mesh {str(source)!r}: {error.strerror or error}") from error


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _check_digest(source: Path) -> None:
    """Every mesh ends in a comment with the digest of all before it; gmsh and others skip it."""
    content, mark, tail = source.read_bytes().rpartition(_MARK)
    if not mark:
        raise DamagedFileError(f"{str(source)!r} is incomplete or no mesh of tubewall: it does not end in a checksum")
    if tail != _digest(content) + _END:
        raise DamagedFileError(f"{str(source)!r} is damaged: its contents do not match its checksum")


def _checked(path: str | PathLike[str]) -> Path:
    checked = Path(path)
    if checked.suffix != ".msh":
        raise InputError(f"a mesh file ends in .msh, got {str(checked)!r}")
    return checked


def _meshio_mesh(mesh: NamedMesh) -> meshio.Mesh:
    import meshio

    region_of = np.zeros(len(mesh.cells), dtype=np.int32)
    names: dict[str, NDArray[np.int64]] = {}
    for tag, (name, part) in enumerate(mesh.regions.items(), start=1):
        region_of[part] = tag
        names[name] = np.array([tag, 2])
    cells: list[Any] = [("triangle6", mesh.cells)]
    tags: list[Any] = [region_of]
    for tag, (name, facets) in enumerate(mesh.boundaries.items(), start=1):
        names[name] = np.array([tag, 1])
        cells.append(("line3", facets))
        tags.append(np.full(len(facets), tag, dtype=np.int32))
    flat = np.column_stack((mesh.points, np.zeros(len(mesh.points))))
    data: dict[str, Any] = {"gmsh:physical": tags, "gmsh:geometrical": [tag.copy() for tag in tags]}
    return meshio.Mesh(points=flat, cells=cells, cell_data=data, field_data=names)


def _named(data: meshio.Mesh) -> NamedMesh:
    cells, region_of = _of_kind(data, "triangle6", 6)
    facets, boundary_of = _of_kind(data, "line3", 3)
    regions, boundaries = {}, {}
    for name, (tag, dimension) in data.field_data.items():
        if dimension == 2:
            regions[name] = np.flatnonzero(region_of == tag)
        else:
            boundaries[name] = facets[boundary_of == tag]
    return NamedMesh(points=data.points[:, :2], cells=cells, regions=regions, boundaries=boundaries)


def _of_kind(data: meshio.Mesh, kind: str, nodes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nodes and physical groups of all elements of one kind."""
    tagged = zip(data.cells, data.cell_data["gmsh:physical"], strict=True)
    found = [(np.asarray(block.data, dtype=np.int64), tags) for block, tags in tagged if block.type == kind]
    connectivity = [np.zeros((0, nodes), dtype=np.int64), *(part for part, _ in found)]
    groups = [np.zeros(0, dtype=np.int64), *(np.asarray(tags, dtype=np.int64) for _, tags in found)]
    return np.concatenate(connectivity), np.concatenate(groups)
