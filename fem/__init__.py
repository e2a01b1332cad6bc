"""Stress in the walls: plane, generalised plane and axisymmetric elasticity on curved quadratic triangles.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.fem.array_basis import ArrayBasis, array_basis
    from tubewall.fem.error_estimate import EnergyError, MeshEstimate, energy_error, richardson
    from tubewall.fem.linearise import Linearised, SectionLine
    from tubewall.fem.load_basis import LoadBasis, load_basis
    from tubewall.fem.loads import BodyForce, Pressure, RigidBody, Support, Traction
    from tubewall.fem.patterns import Peak, SurfaceInfluence, Worst, peak, worst
    from tubewall.fem.solution import Extreme, PointValues, Reaction, Solution, SurfaceStress
    from tubewall.fem.solve import solve

_HOME = {
    "ArrayBasis": "array_basis",
    "array_basis": "array_basis",
    "EnergyError": "error_estimate",
    "MeshEstimate": "error_estimate",
    "energy_error": "error_estimate",
    "richardson": "error_estimate",
    "Linearised": "linearise",
    "SectionLine": "linearise",
    "LoadBasis": "load_basis",
    "load_basis": "load_basis",
    "BodyForce": "loads",
    "Pressure": "loads",
    "RigidBody": "loads",
    "Support": "loads",
    "Traction": "loads",
    "Peak": "patterns",
    "SurfaceInfluence": "patterns",
    "Worst": "patterns",
    "peak": "patterns",
    "worst": "patterns",
    "Extreme": "solution",
    "PointValues": "solution",
    "Reaction": "solution",
    "Solution": "solution",
    "SurfaceStress": "solution",
    "solve": "solve",
}
__all__ = [
    "ArrayBasis",
    "BodyForce",
    "EnergyError",
    "Extreme",
    "Linearised",
    "LoadBasis",
    "MeshEstimate",
    "Peak",
    "PointValues",
    "Pressure",
    "Reaction",
    "RigidBody",
    "SectionLine",
    "Solution",
    "Support",
    "SurfaceInfluence",
    "SurfaceStress",
    "Traction",
    "Worst",
    "array_basis",
    "energy_error",
    "load_basis",
    "peak",
    "richardson",
    "solve",
    "worst",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
