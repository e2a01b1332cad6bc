"""A mesh in other programs' formats, through meshio: its own cells, or their corners where a format knows no curved ones."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.mesh_output import write_mesh
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.whole_files import written_whole

# what the writers and readers of meshio raise for cells that they do not know, besides their own
_FAILURES: Final = (AssertionError, AttributeError, ImportError, LookupError, TypeError, UnboundLocalError, ValueError)
#: Formats that this project writes itself, with all names and curved cells.
OWN: Final = (".msh", ".vtu")
#: Those of meshio's that hold these cells, or their corners, and come back unchanged: Abaqus, Salome, VTK, XDMF, AVS, Medit,
#: Netgen, Kratos, Permas.
OTHERS: Final = (".inp", ".med", ".vtk", ".xdmf", ".avs", ".mesh", ".vol", ".mdpa", ".dato")
#: The number of a material in formats that have one of their own, from 1; Kratos and Permas keep none through meshio.
_MATERIAL: Final = {".avs": "avsucd:material", ".mesh": "medit:ref", ".vol": "netgen:index"}


def export_mesh(mesh: SolidMesh, path: str | PathLike[str]) -> int:
    """Write a mesh in the format of its suffix, whole or not at all.

    ``.msh`` and ``.vtu`` hold all names (see ``write_mesh``). Others are meshio's: 'region' numbers the regions in the order of
    the mesh, in ``.avs``, ``.mesh`` and ``.vol`` the material does from 1; an ``.inp`` has them as sets of elements by name;
    ``.mdpa`` and ``.dato`` hold the cells alone. A format that knows no second-order cells of these kinds gets their corners.

    Parameters
    ----------
    mesh : SolidMesh
    path : str or path

    Returns
    -------
    int
        The order of the cells that were written, 1 or 2.

    Raises
    ------
    InputError
        For another suffix, cells that a format cannot hold, or a file that cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() in OWN:
        write_mesh(mesh, target)
        return mesh.order
    if target.suffix.lower() not in OTHERS:
        raise InputError(f"a mesh is written to {', '.join((*OWN, *OTHERS))}, got {str(path)!r}")
    failure: str | None = None
    with written_whole(target) as temporary:
        for order in range(mesh.order, 0, -1):
            failure = _try(mesh, temporary, order)
            if failure is None:
                return order
        raise InputError(f"{target.suffix} cannot hold this mesh ({failure}): write a .msh or a .vtu")


def _try(mesh: SolidMesh, path: Path, order: int) -> str | None:
    """Write and read back; what went wrong, in one line, or None."""
    import contextlib
    import io

    import meshio

    suffix = path.suffix.lower()
    drawn = _meshio_mesh(mesh, order, suffix)
    expected = {kind: len(cells) for kind, cells in drawn.cells_dict.items()}
    quiet = io.StringIO()
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            # numbers beside the file would be lost when it is renamed
            meshio.write(path, drawn, **({"data_format": "XML"} if suffix == ".xdmf" else {}))
            read = meshio.read(path)
    except OSError:
        raise
    except (*_FAILURES, meshio.WriteError, meshio.ReadError) as error:
        return f"{type(error).__name__} {str(error)[:80]}".strip().replace("\n", " ")
    # some writers leave out or mistake what they do not know, and say nothing
    found = {kind: len(cells) for kind, cells in read.cells_dict.items()}
    if any(found.get(kind, 0) != count for kind, count in expected.items()):
        return f"read back it holds {found or 'nothing'} instead of {expected}"
    return None


def _meshio_mesh(mesh: SolidMesh, order: int, suffix: str) -> Any:
    import meshio

    nodes = np.arange(len(mesh.points)) if order == mesh.order else mesh.vertex_nodes
    where = np.full(len(mesh.points), -1, dtype=np.int64)
    where[nodes] = np.arange(len(nodes))
    points = mesh.points[nodes]
    if mesh.dim == 2:
        # most formats have three coordinates
        points = np.column_stack((points, np.zeros(len(points))))
    cells, regions = [], []
    for number, block in enumerate(mesh.blocks):
        kind = block.kind if order == mesh.order else CELLS[block.kind].first
        part = block.cells if order == mesh.order else block.cells[:, : CELLS[block.kind].vertices]
        cells.append((kind, where[part]))
        regions.append(mesh.region_index[mesh.starts[number] : mesh.starts[number + 1]].astype(np.int32))
    if suffix == ".inp":
        sets = {name: [np.flatnonzero(part == k) for part in regions] for k, name in enumerate(mesh.region_names)}
        return meshio.Mesh(points, cells, cell_sets=sets)
    if suffix in _MATERIAL:
        return meshio.Mesh(points, cells, cell_data={_MATERIAL[suffix]: [part + 1 for part in regions]})
    return meshio.Mesh(points, cells, cell_data={"region": regions})
