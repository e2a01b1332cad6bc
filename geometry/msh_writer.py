"""Writing of gmsh's binary files of version 2.2, with every name as a physical group.

The last lines are a comment with the digest of all before them; gmsh and others skip it, our reader checks it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import BinaryIO, Final

import numpy as np

from tubewall.geometry.mesh_output import Named
from tubewall.geometry.msh_kinds import CODES, MESHIO_ORDER
from tubewall.geometry.reference_cells import Ints
from tubewall.geometry.solid_mesh import SolidMesh

#: What stands before and behind the digest.
MARK: Final = b"$Comments\ntubewall sha256 "
END: Final = b"\n$EndComments\n"


def write_msh(stream: BinaryIO, mesh: SolidMesh, named: Sequence[Named]) -> None:
    """Write the mesh and its named parts; every name gets a number of its own within its dimension."""
    numbers: dict[tuple[int, str], int] = {(mesh.dim, name): tag for tag, name in enumerate(mesh.regions, start=1)}
    for name, dim, _, _ in named:
        numbers.setdefault((dim, name), 1 + sum(1 for d, _ in numbers if d == dim))
    digest = hashlib.sha256()

    def put(content: bytes) -> None:
        digest.update(content)
        stream.write(content)

    put(b"$MeshFormat\n2.2 1 8\n" + np.array([1], dtype="<i4").tobytes() + b"\n$EndMeshFormat\n$PhysicalNames\n")
    put(f"{len(numbers)}\n".encode())
    for (dim, name), tag in numbers.items():
        put(f'{dim} {tag} "{name}"\n'.encode())
    put(b"$EndPhysicalNames\n$Nodes\n" + f"{len(mesh.points)}\n".encode())
    nodes = np.zeros(len(mesh.points), dtype=[("tag", "<i4"), ("at", "<f8", (3,))])
    nodes["tag"] = np.arange(1, len(nodes) + 1)
    nodes["at"][:, : mesh.dim] = mesh.points
    put(nodes.tobytes() + b"\n$EndNodes\n$Elements\n")
    region = mesh.region_index + 1
    parts = [(kind, cells, np.full(len(cells), numbers[dim, name])) for name, dim, kind, cells in named]
    for block, start in zip(mesh.blocks, mesh.starts[:-1], strict=True):
        parts.append((block.kind, block.cells, region[start : start + len(block.cells)]))
    put(f"{sum(len(cells) for _, cells, _ in parts)}\n".encode())
    count = 0
    for kind, cells, tags in parts:
        if len(cells):
            put(_rows(kind, cells, tags, count))
            count += len(cells)
    put(b"\n$EndElements\n")
    stream.write(MARK + digest.hexdigest().encode() + END)


def _rows(kind: str, cells: Ints, tags: Ints, count: int) -> bytes:
    """One head (kind, how many, tags each), then (number, group, entity, nodes) of every cell."""
    if kind in MESHIO_ORDER:
        cells = cells[:, np.argsort(MESHIO_ORDER[kind])]
    numbers = np.arange(count + 1, count + 1 + len(cells))
    rows = np.column_stack((numbers, tags, tags, cells + 1)).astype("<i4")
    return np.array([CODES[kind], len(cells), 2], dtype="<i4").tobytes() + rows.tobytes()
