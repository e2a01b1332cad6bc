"""The geometry of tubewall: drawings of bores side by side, their shared walls, and meshes with names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.geometry.array import CellArray
    from tubewall.geometry.finite import array_mesh
    from tubewall.geometry.graph import ChamberGraph, finite_graph, periodic_graph
    from tubewall.geometry.mesh import MeshQuality, NamedMesh
    from tubewall.geometry.periodic import Arc, PeriodicCell, Section, periodic_cell, supercell_mesh
    from tubewall.geometry.tubule import Tubule, tubule_mesh

_HOME = {
    "Arc": "periodic",
    "CellArray": "array",
    "ChamberGraph": "graph",
    "MeshQuality": "mesh",
    "NamedMesh": "mesh",
    "PeriodicCell": "periodic",
    "Section": "periodic",
    "Tubule": "tubule",
    "array_mesh": "finite",
    "finite_graph": "graph",
    "periodic_cell": "periodic",
    "periodic_graph": "graph",
    "supercell_mesh": "periodic",
    "tubule_mesh": "tubule",
}

__all__ = [
    "Arc",
    "CellArray",
    "ChamberGraph",
    "MeshQuality",
    "NamedMesh",
    "PeriodicCell",
    "Section",
    "Tubule",
    "array_mesh",
    "finite_graph",
    "periodic_cell",
    "periodic_graph",
    "supercell_mesh",
    "tubule_mesh",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
