"""Stress in the walls: plane, generalised plane and axisymmetric elasticity on curved quadratic triangles.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.fem.array_error import array_estimates
    from tubewall.fem.error_estimate import EnergyError, MeshEstimate, energy_error, richardson
    from tubewall.fem.finite_basis import LoadBasis, load_basis
    from tubewall.fem.linearise import Linearised, SectionLine
    from tubewall.fem.loads import BodyForce, Pressure, RigidBody, Support, Traction
    from tubewall.fem.patterns import Peak, SurfaceInfluence, Worst, peak, worst
    from tubewall.fem.periodic_basis import ArrayBasis, array_basis, basis_of
    from tubewall.fem.solution import Extreme, PointValues, Reaction, Solution, SurfaceStress
    from tubewall.fem.solving import solve
    from tubewall.fem.superelement import ArrayCell, array_cell

_HOME = {
    "ArrayCell": "superelement",
    "array_cell": "superelement",
    "array_estimates": "array_error",
    "basis_of": "periodic_basis",
    "ArrayBasis": "periodic_basis",
    "array_basis": "periodic_basis",
    "EnergyError": "error_estimate",
    "MeshEstimate": "error_estimate",
    "energy_error": "error_estimate",
    "richardson": "error_estimate",
    "Linearised": "linearise",
    "SectionLine": "linearise",
    "LoadBasis": "finite_basis",
    "load_basis": "finite_basis",
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
    "solve": "solving",
}
__all__ = [
    "ArrayBasis",
    "ArrayCell",
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
    "array_cell",
    "array_estimates",
    "basis_of",
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
