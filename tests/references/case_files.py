"""Meshes and case files that several tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.solid_mesh import SolidMesh

INNER, OUTER = 50e-9, 60e-9
ISOTROPIC = {"youngs_modulus": "60 GPa", "poissons_ratio": 0.25}
# meshio's kinds as numbers of the Gmsh format
_GMSH = {
    "line": 1, "triangle": 2, "quad": 3, "tetra": 4, "hexahedron": 5, "wedge": 6, "line3": 8, "triangle6": 9, "quad9": 10,
    "tetra10": 11, "hexahedron27": 12, "wedge18": 13,
}  # fmt: skip


def quarter_tube(counts: tuple[int, int] = (2, 6), *, kind: str = "quad", order: int = 2) -> SolidMesh:
    """A quarter of a tube of radii 50 and 60 nm; 'left' is the bore, 'right' the rim, 'bottom' y = 0, 'top' x = 0."""

    def bent(points: np.ndarray) -> np.ndarray:
        radius = INNER + (OUTER - INNER) * points[:, 0]
        angle = np.pi / 2 * points[:, 1]
        return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))

    return mapped_block(counts, map=bent, kind=kind, order=order)


def square(kind: Kind = "quad", order: Literal[1, 2] = 1) -> SolidMesh:
    """A square of 1 um in 3 x 2 cells."""
    return mapped_block((3, 2), map=lambda points: points * 1e-6, kind=kind, order=order)


def toml(value: object) -> str:
    """A value as it stands in a TOML file; tables are inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(one)}' for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def write_msh(mesh: SolidMesh, path: Path, *, unit: float = 1e-9) -> None:
    """Write a mesh in the Gmsh format 2.2 with its regions and boundaries as named groups; ``unit`` [m]."""
    names = [(mesh.dim - 1, name) for name in mesh.boundaries] + [(mesh.dim, name) for name in mesh.regions]
    rows: list[str] = []

    def add(kind: str, group: int, nodes: np.ndarray) -> None:
        for row in nodes:
            shown = " ".join(str(int(node) + 1) for node in row)
            rows.append(f"{len(rows) + 1} {_GMSH[kind]} 2 {group} {group} {shown}")

    for number, (dim, name) in enumerate(names, 1):
        if dim < mesh.dim:
            for group in mesh.facet_groups(mesh.boundaries[name]):
                add(group.kind, number, group.nodes)
            continue
        for index, block in enumerate(mesh.blocks):
            start = mesh.starts[index]
            mine = mesh.regions[name]
            mine = mine[(mine >= start) & (mine < mesh.starts[index + 1])] - start
            add(block.kind, number, block.cells[mine])
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.dim] = mesh.points / unit
    lines = ["$MeshFormat", "2.2 0 8", "$EndMeshFormat", "$PhysicalNames", str(len(names))]
    lines += [f'{dim} {number} "{name}"' for number, (dim, name) in enumerate(names, 1)]
    lines += ["$EndPhysicalNames", "$Nodes", str(len(points))]
    lines += [f"{number} {x!r} {y!r} {z!r}" for number, (x, y, z) in enumerate(points.tolist(), 1)]
    lines += ["$EndNodes", "$Elements", str(len(rows)), *rows, "$EndElements", ""]
    path.write_text("\n".join(lines))
