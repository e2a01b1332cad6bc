"""Stress: bodies of any mesh and kinematics, their cracks, corners and buckling, and the arrays of bores in the plane.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.fem.adapt import Goal, solve_adaptively
    from tubewall.fem.array_error import array_estimates
    from tubewall.fem.boundary_search import boundary_value
    from tubewall.fem.buckling_modes import Buckling, buckling
    from tubewall.fem.crack_point import CrackResult
    from tubewall.fem.cracks import crack
    from tubewall.fem.error_estimate import EnergyError, MeshEstimate, energy_error, richardson
    from tubewall.fem.field_solution import FieldSolution, PointFields, SupportReaction
    from tubewall.fem.finite_basis import LoadBasis, load_basis
    from tubewall.fem.front_integrals import FrontResult, crack_front
    from tubewall.fem.homogenise import Homogenised, homogenised
    from tubewall.fem.invariants import principal_directions
    from tubewall.fem.largest_values import Maximum, maxima
    from tubewall.fem.linearise import Linearised, SectionLine
    from tubewall.fem.loads import (
        BodyForce,
        Eigenstrain,
        LineLoad,
        PointForce,
        Pressure,
        RigidBody,
        Support,
        TemperatureChange,
        Traction,
    )
    from tubewall.fem.mesh_energy import MeshEnergyError, mesh_energy_error
    from tubewall.fem.model import Model, Solid
    from tubewall.fem.model_solver import solve_load_cases, solve_model
    from tubewall.fem.patterns import Peak, Peaks, SurfaceInfluence, Worst, peak, worst
    from tubewall.fem.periodic_basis import ArrayBasis, array_basis, basis_of
    from tubewall.fem.periodicity import Periodic
    from tubewall.fem.probe import ProbeValue, value_at
    from tubewall.fem.quantities import CylinderAxes, Quantity, parse_quantity
    from tubewall.fem.resultants import Resultant, resultant
    from tubewall.fem.singular import SingularPoint, singular_points
    from tubewall.fem.slide import Slide
    from tubewall.fem.solution import Extreme, PointValues, Reaction, Solution, SurfaceStress
    from tubewall.fem.solving import solve
    from tubewall.fem.stress_line import LineStress, line_values
    from tubewall.fem.superelement import ArrayCell, array_cell
    from tubewall.fem.tie import Tie
    from tubewall.fem.weakest_body import BodyWeibull, Margin, body_weibull, safety_margins
    from tubewall.fem.wedge_corner import Exponents, corner_exponents
    from tubewall.fem.wedge_elements import Sector
    from tubewall.fem.wedge_sectors import Corner, corner_of


_HOME = {
    "ArrayBasis": "periodic_basis",
    "ArrayCell": "superelement",
    "BodyForce": "loads",
    "BodyWeibull": "weakest_body",
    "Buckling": "buckling_modes",
    "Corner": "wedge_sectors",
    "CrackResult": "crack_point",
    "CylinderAxes": "quantities",
    "Eigenstrain": "loads",
    "EnergyError": "error_estimate",
    "Exponents": "wedge_corner",
    "Extreme": "solution",
    "FieldSolution": "field_solution",
    "FrontResult": "front_integrals",
    "Goal": "adapt",
    "Homogenised": "homogenise",
    "LineLoad": "loads",
    "LineStress": "stress_line",
    "Linearised": "linearise",
    "LoadBasis": "finite_basis",
    "Margin": "weakest_body",
    "Maximum": "largest_values",
    "MeshEnergyError": "mesh_energy",
    "MeshEstimate": "error_estimate",
    "Model": "model",
    "Peak": "patterns",
    "Peaks": "patterns",
    "Periodic": "periodicity",
    "PointFields": "field_solution",
    "PointForce": "loads",
    "PointValues": "solution",
    "Pressure": "loads",
    "ProbeValue": "probe",
    "Quantity": "quantities",
    "Reaction": "solution",
    "Resultant": "resultants",
    "RigidBody": "loads",
    "SectionLine": "linearise",
    "Sector": "wedge_elements",
    "SingularPoint": "singular",
    "Slide": "slide",
    "Solid": "model",
    "Solution": "solution",
    "Support": "loads",
    "SupportReaction": "field_solution",
    "SurfaceInfluence": "patterns",
    "SurfaceStress": "solution",
    "TemperatureChange": "loads",
    "Tie": "tie",
    "Traction": "loads",
    "Worst": "patterns",
    "array_basis": "periodic_basis",
    "array_cell": "superelement",
    "array_estimates": "array_error",
    "basis_of": "periodic_basis",
    "body_weibull": "weakest_body",
    "boundary_value": "boundary_search",
    "buckling": "buckling_modes",
    "corner_exponents": "wedge_corner",
    "corner_of": "wedge_sectors",
    "crack": "cracks",
    "crack_front": "front_integrals",
    "energy_error": "error_estimate",
    "homogenised": "homogenise",
    "line_values": "stress_line",
    "load_basis": "finite_basis",
    "maxima": "largest_values",
    "mesh_energy_error": "mesh_energy",
    "parse_quantity": "quantities",
    "peak": "patterns",
    "principal_directions": "invariants",
    "resultant": "resultants",
    "richardson": "error_estimate",
    "safety_margins": "weakest_body",
    "singular_points": "singular",
    "solve": "solving",
    "solve_adaptively": "adapt",
    "solve_load_cases": "model_solver",
    "solve_model": "model_solver",
    "value_at": "probe",
    "worst": "patterns",
}
__all__ = [
    "ArrayBasis",
    "ArrayCell",
    "BodyForce",
    "BodyWeibull",
    "Buckling",
    "Corner",
    "CrackResult",
    "CylinderAxes",
    "Eigenstrain",
    "EnergyError",
    "Exponents",
    "Extreme",
    "FieldSolution",
    "FrontResult",
    "Goal",
    "Homogenised",
    "LineLoad",
    "LineStress",
    "Linearised",
    "LoadBasis",
    "Margin",
    "Maximum",
    "MeshEnergyError",
    "MeshEstimate",
    "Model",
    "Peak",
    "Peaks",
    "Periodic",
    "PointFields",
    "PointForce",
    "PointValues",
    "Pressure",
    "ProbeValue",
    "Quantity",
    "Reaction",
    "Resultant",
    "RigidBody",
    "SectionLine",
    "Sector",
    "SingularPoint",
    "Slide",
    "Solid",
    "Solution",
    "Support",
    "SupportReaction",
    "SurfaceInfluence",
    "SurfaceStress",
    "TemperatureChange",
    "Tie",
    "Traction",
    "Worst",
    "array_basis",
    "array_cell",
    "array_estimates",
    "basis_of",
    "body_weibull",
    "boundary_value",
    "buckling",
    "corner_exponents",
    "corner_of",
    "crack",
    "crack_front",
    "energy_error",
    "homogenised",
    "line_values",
    "load_basis",
    "maxima",
    "mesh_energy_error",
    "parse_quantity",
    "peak",
    "principal_directions",
    "resultant",
    "richardson",
    "safety_margins",
    "singular_points",
    "solve",
    "solve_adaptively",
    "solve_load_cases",
    "solve_model",
    "value_at",
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
