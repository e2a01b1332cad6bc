"""tubewall: how thin may the wall of a tubular lithium-metal anode be, what decides it, and how sure are we.

The public names load when they are first used, so that ``import tubewall`` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tubewall.chambers import Filling, Network, Pressures, pressurise
    from tubewall.fem import LoadBasis, Solution, array_basis, load_basis, solve
    from tubewall.geometry import CellArray, NamedMesh, Tubule
    from tubewall.materials import Gas, Lithium, Material, material
    from tubewall.studies import Study, WallAnswer, hermetic_against_permeable, minimum_wall

    __version__: str

_ROOM_OF = {
    "CellArray": "geometry",
    "Tubule": "geometry",
    "NamedMesh": "geometry",
    "Material": "materials",
    "material": "materials",
    "Gas": "materials",
    "Lithium": "materials",
    "Network": "chambers",
    "Filling": "chambers",
    "Pressures": "chambers",
    "pressurise": "chambers",
    "Solution": "fem",
    "LoadBasis": "fem",
    "solve": "fem",
    "load_basis": "fem",
    "array_basis": "fem",
    "Study": "studies",
    "WallAnswer": "studies",
    "minimum_wall": "studies",
    "hermetic_against_permeable": "studies",
}

__all__ = [
    "CellArray",
    "Tubule",
    "NamedMesh",
    "Material",
    "material",
    "Gas",
    "Lithium",
    "Network",
    "Filling",
    "Pressures",
    "pressurise",
    "Solution",
    "LoadBasis",
    "solve",
    "load_basis",
    "array_basis",
    "Study",
    "WallAnswer",
    "minimum_wall",
    "hermetic_against_permeable",
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
