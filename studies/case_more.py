"""Cracks, corners, periodic cells and the weakest link of a case, as plain data with units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tubewall.studies.as_data import number
from tubewall.studies.case_table import at
from tubewall.studies.case_weibull import weibull_data
from tubewall.studies.study_key import shown

if TYPE_CHECKING:
    from tubewall.fem.cracks import CrackResult
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.case import Case
    from tubewall.studies.case_questions import CrackTable

Data = dict[str, Any]
_TOUGHNESS = "Pa sqrt(m)"


def more_answers(case: Case, solution: FieldSolution) -> tuple[Data, list[str]]:
    """What [[cracks]], [[corners]], [periodic] and [weibull] ask for, by table, and what should be known of it."""
    file = case.file
    found: Data = {}
    warnings: list[str] = []
    if file.cracks:
        found["cracks"] = {}
        for index, table in enumerate(file.cracks, 1):
            with at(f"[[cracks]] {index} {shown(table.name)}"):
                found["cracks"][table.name] = _crack(solution, table)
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
            found["weibull"] = weibull_data(solution, file.weibull)
    return found, warnings


def _crack(solution: FieldSolution, table: CrackTable) -> Data:
    from tubewall.fem.cracks import crack

    x, y = table.direction or (1.0, 0.0)
    tip: Any = table.tip
    return crack_data(
        crack(
            solution, tip=tip, direction=(x, y), faces=table.faces, radius=table.radius, symmetric=bool(table.symmetric)
        )
    )


def crack_data(result: CrackResult) -> Data:
    """Stress intensities and energy release of a tip, or of one point of a front."""
    return {
        "K_I": number(result.k1, _TOUGHNESS),
        "K_II": number(result.k2, _TOUGHNESS),
        "K_III": number(result.k3, _TOUGHNESS),
        "T": number(result.t_stress, "Pa"),
        "G": number(result.g, "J/m2"),
        "G_domain": number(result.g_domain, "J/m2"),
        "G_extension": number(result.g_extension, "J/m2"),
        "path_spread": float(result.path_spread),
        "disagreement": float(result.disagreement),
        "at": [float(one) for one in result.point],
    }


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
