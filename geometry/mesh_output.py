"""Meshes and fields written to files, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.geometry.reference_cells import CELLS, Ints
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.whole_files import written_whole

Named = tuple[str, int, str, Ints]
"""Name, dimension, kind and cells (k, j) of something of a mesh that carries a name."""


def write_mesh(mesh: SolidMesh, path: str | PathLike[str]) -> None:
    """Write a mesh with all its names: ``.msh`` (gmsh's binary version 2.2) or ``.vtu``.

    What :func:`.read_solid_mesh` reads back is the same mesh. A boundary inside the body is written once and read from
    either side.

    Raises
    ------
    InputError
        When the suffix is another, the file cannot be written, or a name stands in two dimensions in a ``.vtu``.
    """
    from tubewall.geometry.msh_writer import write_msh
    from tubewall.geometry.vtu_writer import write_grid

    target = Path(path)
    if target.suffix.lower() == ".msh":
        _whole_or_not(target, lambda stream: write_msh(stream, mesh, named_cells(mesh)))
    elif target.suffix.lower() == ".vtu":
        named = named_cells(mesh)
        names = [*mesh.regions, *dict.fromkeys(name for name, *_ in named)]
        double = sorted({name for name in names if names.count(name) > 1})
        dims: dict[str, set[int]] = {}
        for name, dim, _, _ in named:
            dims.setdefault(name, set()).add(dim)
        double += sorted(name for name, found in dims.items() if len(found) > 1 and name not in double)
        if double:
            raise InputError(
                f"the name {double[0]!r} stands for several things, which a .vtu cannot hold: write a .msh"
            )
        _whole_or_not(target, lambda stream: write_grid(stream, mesh, named, {}, {}))
    else:
        raise InputError(f"a mesh is written to a .msh or a .vtu, got {str(path)!r}")


def write_vtu(
    mesh: SolidMesh,
    path: str | PathLike[str],
    *,
    point_data: Mapping[str, ArrayLike] | None = None,
    cell_data: Mapping[str, ArrayLike] | None = None,
) -> None:
    """Write the solid and fields on it for ParaView: binary, compressed, curved cells as VTK's second-order kinds.

    Parameters
    ----------
    mesh : SolidMesh
    path : str or path
        Ends in ``.vtu``.
    point_data, cell_data : mapping of name to (n, ...) array
        One value, vector or matrix a node or element; vectors of plane meshes get a third component zero. The number of
        the region of each element is written as ``region``, its name as a field ``name = (number, dimension)``.

    Raises
    ------
    InputError
        When a field has the wrong length, is not finite, or the file cannot be written.
    """
    from tubewall.geometry.vtu_writer import write_grid

    target = Path(path)
    if target.suffix.lower() != ".vtu":
        raise InputError(f"fields are written to a .vtu, got {str(path)!r}")
    at_points = {name: _field(name, values, len(mesh.points), "nodes") for name, values in (point_data or {}).items()}
    at_cells = {name: _field(name, values, mesh.elements, "elements") for name, values in (cell_data or {}).items()}
    if "region" in at_cells:
        raise InputError("the cell data 'region' are written from the mesh: pass another name")
    _whole_or_not(target, lambda stream: write_grid(stream, mesh, [], at_points, at_cells))


def named_cells(mesh: SolidMesh) -> list[Named]:
    """The boundaries, edges and points of a mesh as cells of their own; facets inside the body once."""
    result: list[Named] = []
    for name, pairs in mesh.boundaries.items():
        seen: set[tuple[int, ...]] = set()
        for group in mesh.facet_groups(pairs):
            vertices = 1 if group.kind == "vertex" else CELLS[group.kind].vertices
            rows = []
            for row, corners in enumerate(np.sort(group.nodes[:, :vertices], axis=1).tolist()):
                if tuple(corners) not in seen:
                    seen.add(tuple(corners))
                    rows.append(row)
            if rows:
                result.append((name, mesh.dim - 1, group.kind, group.nodes[rows]))
    kinds = {2: "line", 3: "line3"}
    result += [(name, 1, kinds[part.shape[1]], part) for name, part in mesh.edges.items() if len(part)]
    result += [(name, 0, "vertex", part[:, None]) for name, part in mesh.nodes.items() if len(part)]
    return result


def _field(name: str, values: ArrayLike, count: int, what: str) -> NDArray[np.generic]:
    field = np.asarray(values)
    if not name.strip() or not name.isprintable():
        raise InputError(f"a field needs a printable name, got {name!r}")
    if field.ndim == 0 or len(field) != count:
        raise InputError(f"the field {name!r} needs one row for each of the {count} {what}, got shape {field.shape}")
    if field.dtype.kind not in "iufb":
        raise InputError(f"the field {name!r} holds {field.dtype}, not numbers")
    if field.dtype.kind == "f" and not np.isfinite(field).all():
        at = int(np.flatnonzero(~np.isfinite(field.reshape(count, -1)).all(axis=1))[0])
        raise InputError(f"the field {name!r} is not finite, first at number {at} of the {what}")
    flat = field.reshape(count, -1)
    if field.ndim == 2 and flat.shape[1] == 2:
        flat = np.column_stack((flat, np.zeros(count, dtype=flat.dtype)))
    return flat[:, 0] if field.ndim == 1 else flat


def _whole_or_not(target: Path, write: Callable[[BinaryIO], None]) -> None:
    with written_whole(target) as temporary, temporary.open("wb") as stream:
        write(stream)
