"""The geometry of tubewall: bores side by side, stacks of tubules in space, and meshes with names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.geometry.array import CellArray
    from tubewall.geometry.block_mapping import mapped_block
    from tubewall.geometry.finite import array_mesh
    from tubewall.geometry.graph import ChamberGraph, finite_graph, periodic_graph
    from tubewall.geometry.mesh import MeshQuality, NamedMesh
    from tubewall.geometry.mesh_contact import parts
    from tubewall.geometry.mesh_export import export_mesh
    from tubewall.geometry.mesh_input import read_solid_mesh
    from tubewall.geometry.mesh_join import join
    from tubewall.geometry.mesh_measures import volumes
    from tubewall.geometry.mesh_output import write_mesh, write_vtu
    from tubewall.geometry.mesh_refinement import refined
    from tubewall.geometry.periodic import Arc, PeriodicCell, Section, periodic_cell, supercell_mesh
    from tubewall.geometry.solid_mesh import Block, SolidMesh
    from tubewall.geometry.stack import Stack
    from tubewall.geometry.stack_flaw import Flaw
    from tubewall.geometry.stack_mesher import stack_mesh, wall_section
    from tubewall.geometry.stack_quality import solid_quality
    from tubewall.geometry.stack_step import write_step
    from tubewall.geometry.tubule import Tubule, tubule_mesh


_HOME = {
    "Arc": "periodic",
    "Block": "solid_mesh",
    "CellArray": "array",
    "ChamberGraph": "graph",
    "Flaw": "stack_flaw",
    "MeshQuality": "mesh",
    "NamedMesh": "mesh",
    "PeriodicCell": "periodic",
    "Section": "periodic",
    "SolidMesh": "solid_mesh",
    "Stack": "stack",
    "Tubule": "tubule",
    "array_mesh": "finite",
    "export_mesh": "mesh_export",
    "finite_graph": "graph",
    "join": "mesh_join",
    "mapped_block": "block_mapping",
    "parts": "mesh_contact",
    "periodic_cell": "periodic",
    "periodic_graph": "graph",
    "read_solid_mesh": "mesh_input",
    "refined": "mesh_refinement",
    "solid_quality": "stack_quality",
    "stack_mesh": "stack_mesher",
    "supercell_mesh": "periodic",
    "tubule_mesh": "tubule",
    "volumes": "mesh_measures",
    "wall_section": "stack_mesher",
    "write_mesh": "mesh_output",
    "write_step": "stack_step",
    "write_vtu": "mesh_output",
}

__all__ = [
    "Arc",
    "Block",
    "CellArray",
    "ChamberGraph",
    "Flaw",
    "MeshQuality",
    "NamedMesh",
    "PeriodicCell",
    "Section",
    "SolidMesh",
    "Stack",
    "Tubule",
    "array_mesh",
    "export_mesh",
    "finite_graph",
    "join",
    "mapped_block",
    "parts",
    "periodic_cell",
    "periodic_graph",
    "read_solid_mesh",
    "refined",
    "solid_quality",
    "stack_mesh",
    "supercell_mesh",
    "tubule_mesh",
    "volumes",
    "wall_section",
    "write_mesh",
    "write_step",
    "write_vtu",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
