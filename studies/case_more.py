"""Cracks, corners, periodic cells, buckling and the weakest link of a case, as plain data with units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.studies.as_data import number
from tubewall.studies.case_cracks import crack_answer, crack_warnings
from tubewall.studies.case_table import at
from tubewall.studies.case_weibull import weibull_data
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.case import Case
    from tubewall.studies.case_questions import BucklingTable

Data = dict[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class More:
    """What the rarer tables ask for: plain data by table, shapes (n, dim) by name, and what should be known of them."""

    data: Data
    shapes: Mapping[str, Floats]
    warnings: tuple[str, ...]


def more_answers(case: Case, solution: FieldSolution) -> More:
    """What [[cracks]], [[corners]], [periodic], [weibull] and [buckling] ask for."""
    from tubewall.fem.mesh_energy import mesh_energy_error

    file = case.file
    found: Data = {}
    shapes: dict[str, Floats] = {}
    warnings: list[str] = []
    if file.analysis.tolerance is not None:
        found["energy_error"] = number(mesh_energy_error(solution).relative, "1")
    if file.cracks:
        found["cracks"] = {}
        for index, table in enumerate(file.cracks, 1):
            with at(f"[[cracks]] {index} {shown(table.name)}"):
                found["cracks"][table.name] = crack_answer(solution, table, case.crack_sides)
            warnings += crack_warnings(table.name, found["cracks"][table.name])
    if file.corners:
        found["corners"] = {}
        for index, corner in enumerate(file.corners, 1):
            with at(f"[[corners]] {index}"):
                found["corners"][corner.name or f"corner {index}"] = _corner(solution, corner.at)
    if file.periodic is not None:
        found["periodic"], told = _periodic(case, solution)
        warnings += told
    if file.weibull is not None:
        with at("[weibull]"):
            found["weibull"], told = weibull_data(solution, file.weibull)
        warnings += told
    if file.buckling is not None:
        with at("[buckling]"):
            found["buckling"], shapes, told = _buckling(solution, file.buckling)
        warnings += told
    return More(data=found, shapes=shapes, warnings=tuple(warnings))


def _buckling(solution: FieldSolution, table: BucklingTable) -> tuple[Data, dict[str, Floats], list[str]]:
    from tubewall.fem.buckling_modes import buckling

    if not np.any(solution.displacement) and not np.any(solution.residual_forces):
        raise InputError("nothing loads the body: there is no stress that could make it buckle")
    result = buckling(solution.model, solution, modes=table.modes, follower=not table.dead_loads)
    data = {
        "load_factors": [number(float(factor), "1") for factor in result.factors],
        "symmetric": result.symmetric,
        "residual": float(result.residual),
    }
    shapes = {f"buckling shape {index}": shape for index, shape in enumerate(result.shapes, 1)}
    return data, shapes, [f"buckling: {note}" for note in result.notes]


def _corner(solution: FieldSolution, place: str | tuple[float, ...]) -> Data:
    from tubewall.fem.wedge_sectors import corner_of

    corner = corner_of(solution.model, place)
    leading = corner.exponents.leading
    return {
        "exponent": number(float(leading.real), "1"),
        "imaginary": number(float(leading.imag), "1"),
        "stress_power": number(float(leading.real) - 1.0, "1"),
        "singular": bool(leading.real < 1),
        "exponents": [
            {"real": float(one.real), "imaginary": float(one.imag)} for one in np.asarray(corner.exponents.values)
        ],
        "at": [float(one) for one in corner.at],
    }


def _periodic(case: Case, solution: FieldSolution) -> tuple[Data, list[str]]:
    from tubewall.fem.homogenise import homogenised

    names = ("xx", "yy", "zz", "yz", "xz", "xy")
    found: Data = {
        "mean_strain": {
            name: number(float(value), "1") for name, value in zip(names, solution.mean_strain, strict=True)
        }
    }
    table, kind = case.file.periodic, case.file.analysis.kind
    if table is None or len(table.pairs) != case.mesh.dim or kind in ("plane stress", "axisymmetric"):
        told = f"no homogenised stiffness: it needs {case.mesh.dim} pairs of boundaries, in plane strain or in space"
        return {**found, "stiffness": None}, [told]
    with at("[periodic]"):
        cell = homogenised(solution.model)
    found["stiffness"] = {"value": cell.stiffness.tolist(), "unit": "Pa", "components": list(cell.components)}
    found["volume"] = number(cell.volume, "m3" if case.mesh.dim == 3 else "m2")
    return found, []
