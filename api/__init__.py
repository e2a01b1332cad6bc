"""tubewall: how thin may the wall of a tubular lithium-metal anode be, what decides it, and how sure are we.

The public names load when they are first used, so that ``import tubewall`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.chambers import Filling, Network, Pressures, linear_filling, pressurise
    from tubewall.fem import ArrayBasis, LoadBasis, Solution, array_basis, load_basis, solve
    from tubewall.geometry import (
        CellArray,
        ChamberGraph,
        NamedMesh,
        PeriodicCell,
        Tubule,
        array_mesh,
        finite_graph,
        periodic_cell,
        periodic_graph,
        tubule_mesh,
    )
    from tubewall.materials import Gas, Lithium, Material, citations, material, material_names
    from tubewall.studies import Study, Table, WallAnswer, hermetic_against_permeable, minimum_wall, sweep, write_report

    __version__: str

_ROOM_OF = {
    "CellArray": "geometry",
    "ChamberGraph": "geometry",
    "NamedMesh": "geometry",
    "PeriodicCell": "geometry",
    "Tubule": "geometry",
    "array_mesh": "geometry",
    "finite_graph": "geometry",
    "periodic_cell": "geometry",
    "periodic_graph": "geometry",
    "tubule_mesh": "geometry",
    "Gas": "materials",
    "Lithium": "materials",
    "Material": "materials",
    "citations": "materials",
    "material": "materials",
    "material_names": "materials",
    "Filling": "chambers",
    "Network": "chambers",
    "Pressures": "chambers",
    "linear_filling": "chambers",
    "pressurise": "chambers",
    "ArrayBasis": "fem",
    "LoadBasis": "fem",
    "Solution": "fem",
    "array_basis": "fem",
    "load_basis": "fem",
    "solve": "fem",
    "Study": "studies",
    "Table": "studies",
    "WallAnswer": "studies",
    "hermetic_against_permeable": "studies",
    "minimum_wall": "studies",
    "sweep": "studies",
    "write_report": "studies",
}

__all__ = [
    "CellArray",
    "ChamberGraph",
    "NamedMesh",
    "PeriodicCell",
    "Tubule",
    "array_mesh",
    "finite_graph",
    "periodic_cell",
    "periodic_graph",
    "tubule_mesh",
    "Gas",
    "Lithium",
    "Material",
    "citations",
    "material",
    "material_names",
    "Filling",
    "Network",
    "Pressures",
    "linear_filling",
    "pressurise",
    "ArrayBasis",
    "LoadBasis",
    "Solution",
    "array_basis",
    "load_basis",
    "solve",
    "Study",
    "Table",
    "WallAnswer",
    "hermetic_against_permeable",
    "minimum_wall",
    "sweep",
    "write_report",
    "__version__",
]

# hidden from type checkers: they take the names from above and report any other
if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "__version__":
            from importlib.metadata import version

            value = version("tubewall")
        elif name in _ROOM_OF:
            from importlib import import_module

            value = getattr(import_module(f"tubewall.{_ROOM_OF[name]}"), name)
        else:
            raise AttributeError(f"module 'tubewall' has no attribute {name!r}")
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
