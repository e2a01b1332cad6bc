"""Who belongs to which name in what meshio read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.msh_kinds import MESHIO_ORDER
from tubewall.geometry.raw_mesh import RawMesh, dimension
from tubewall.geometry.reference_cells import Ints
from tubewall.geometry.solid_mesh import Block

if TYPE_CHECKING:
    import meshio

# names of cell data that say where a cell belongs, the surest first
_TAGS: Final = (
    "gmsh:physical",
    "region",
    "regions",
    "medit:ref",
    "nastran:ref",
    "su2:tag",
    "ugrid:ref",
    "tetgen:ref",
    "netgen:index",
    "avsucd:material",
    "cell_tags",
    "material",
    "material_id",
    "MaterialIds",
    "physical",
    "subdomain",
    "subdomains",
    "tag",
    "CellEntityIds",
)
# the tag that stands for none, by the name of the data
_NONE: Final = {"gmsh:physical": 0, "cell_tags": 0}
# sets that readers make on their own
_OWN_SETS: Final = ("gmsh:bounding_entities",)


def raw_of(file_format: str, data: meshio.Mesh) -> RawMesh:
    """Points, cells and names of what meshio read."""
    blocks = tuple(_block(file_format, cells) for cells in data.cells)
    starts = np.cumsum([0, *(len(block.cells) for block in blocks)])
    dims = np.array([dimension(block.kind) for block in blocks], dtype=np.int64)
    dim_of = np.repeat(dims, np.diff(starts))
    groups = _tagged(data, dim_of, _field_names(data))
    families = getattr(data, "cell_tags", None)
    if families:
        groups = _families(data, dim_of, families)
    if any(name not in _OWN_SETS for name in data.cell_sets):
        groups |= _sets(data, starts, dim_of)
    point_sets = {str(name): _whole(f"set {name!r}", rows) for name, rows in data.point_sets.items()}
    for name, rows in point_sets.items():
        if rows.size and (rows.min() < 0 or rows.max() >= len(data.points)):
            raise InputError(f"the set {name!r} names nodes that are not there")
    return RawMesh(
        points=np.asarray(data.points, dtype=np.float64), blocks=blocks, groups=groups, point_sets=point_sets
    )


def _block(file_format: str, cells: meshio.CellBlock) -> Block:
    if cells.type.startswith("polyhedron"):
        raise InputError("polyhedra cannot be solved on: mesh with tetrahedra, hexahedra or wedges")
    rows = _whole(f"{cells.type} cells", cells.data)
    if rows.ndim != 2:
        rows = rows.reshape(len(rows), -1 if rows.size else 1)
    if file_format == "gmsh" and cells.type == "wedge18":
        # meshio leaves these in gmsh's order
        rows = rows[:, MESHIO_ORDER["wedge18"]]
    return Block(kind=cells.type, cells=rows)


def _whole(what: str, values: Any) -> Ints:
    given = np.asarray(values)
    if given.size == 0:
        return np.zeros(given.shape, dtype=np.int64)
    if given.dtype.kind not in "iu":
        raise InputError(f"its {what} hold {given.dtype} where numbers of nodes or cells belong")
    return given.astype(np.int64)


def _field_names(data: meshio.Mesh) -> dict[tuple[int, int], tuple[int, str]]:
    """Names kept as fields of (number, dimension), as meshio writes them."""
    found = {}
    for name, value in data.field_data.items():
        pair = np.asarray(value).ravel()
        if pair.size == 2 and pair.dtype.kind in "iu":
            found[int(pair[1]), int(pair[0])] = (int(pair[1]), str(name))
    return found


def _tagged(
    data: meshio.Mesh, dim_of: Ints, names: dict[tuple[int, int], tuple[int, str]]
) -> dict[tuple[int, str], Ints]:
    """Cells by the names of their tags, or by the tags themselves."""
    tags, none = _tags(data)
    if tags is None or len(tags) != len(dim_of):
        return {}
    groups: dict[tuple[int, str], Ints] = {}
    top = int(dim_of.max(initial=0))
    for dim in np.unique(dim_of):
        rows = np.flatnonzero(dim_of == dim)
        found = np.unique(tags[rows])
        # where no number is said to mean none, a lone zero does
        unnamed = {none} if none is not None else ({0} if dim < top or found.tolist() == [0] else set())
        for tag in found.tolist():
            if tag in unnamed and (int(dim), tag) not in names:
                continue
            key = names.get((int(dim), tag), (int(dim), str(tag)))
            part = rows[tags[rows] == tag]
            groups[key] = np.concatenate((groups[key], part)) if key in groups else part
    return groups


def _families(data: meshio.Mesh, dim_of: Ints, families: Mapping[int, Sequence[str]]) -> dict[tuple[int, str], Ints]:
    """Cells by the names of their families in MED files; a family may have several names, a name several families."""
    tags, _ = _tags(data)
    groups: dict[tuple[int, str], Ints] = {}
    if tags is None or len(tags) != len(dim_of):
        return groups
    for tag, names in families.items():
        rows = np.flatnonzero(tags == int(tag))
        for name in names:
            for dim in np.unique(dim_of[rows]).tolist():
                part = rows[dim_of[rows] == dim]
                groups[dim, name] = np.sort(np.concatenate((groups.get((dim, name), part[:0]), part)))
    return groups


def _tags(data: meshio.Mesh) -> tuple[Ints | None, int | None]:
    """The cell data that say where cells belong, one number a cell, and the number that means none."""
    for name in _TAGS:
        if name not in data.cell_data:
            continue
        parts = [np.asarray(part) for part in data.cell_data[name]]
        whole = all(p.ndim == 1 or (p.ndim == 2 and p.shape[1] == 1) for p in parts) and len(parts) > 0
        if not whole:
            continue
        values = np.concatenate([part.ravel() for part in parts])
        if values.dtype.kind == "f" and np.isfinite(values).all() and (values == np.rint(values)).all():
            values = values.astype(np.int64)
        if values.dtype.kind in "iu":
            return values.astype(np.int64), _NONE.get(name)
    return None, None


def _sets(data: meshio.Mesh, starts: Ints, dim_of: Ints) -> dict[tuple[int, str], Ints]:
    """Cells of named sets; a set with cells of several dimensions is a name in each."""
    groups: dict[tuple[int, str], Ints] = {}
    for name, parts in data.cell_sets.items():
        if name in _OWN_SETS:
            continue
        if len(parts) != len(data.cells):
            raise InputError(f"its set {name!r} cannot be read: list the cells of the set by their numbers")
        found = [np.zeros(0, dtype=np.int64)]
        for start, stop, part in zip(starts[:-1], starts[1:], parts, strict=True):
            rows = start + _whole(f"set {name!r}", [] if part is None else part)
            if rows.size and (rows.min() < start or rows.max() >= stop):
                raise InputError(f"its set {name!r} names cells that are not there")
            found.append(rows)
        rows = np.unique(np.concatenate(found))
        for dim in np.unique(dim_of[rows]):
            groups[int(dim), str(name)] = rows[dim_of[rows] == dim]
    return groups
