"""The studies of tubewall: questions asked of a design, and their answers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.studies.answer import CaseAnswer, WallAnswer
    from tubewall.studies.bounds import Bound, Window
    from tubewall.studies.case import Case
    from tubewall.studies.case_result import CaseResult
    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_result import ChambersAnswer, answer_study
    from tubewall.studies.compare import Comparison, hermetic_against_permeable
    from tubewall.studies.report import write_report
    from tubewall.studies.study import Study
    from tubewall.studies.sweep_plan import Range
    from tubewall.studies.sweep_run import sweep
    from tubewall.studies.tables import Table
    from tubewall.studies.thickness import minimum_wall
    from tubewall.studies.tubule_flaw import flaw_at_mouth
    from tubewall.studies.tubule_full import one_full_tubule
    from tubewall.studies.tubule_interface import interfaces
    from tubewall.studies.tubule_piston import electrolyte_under_piston
    from tubewall.studies.tubule_prestress import prestress
    from tubewall.studies.tubule_root import wall_root
    from tubewall.studies.tubule_study import TubuleStudy


_HOME = {
    "Bound": "bounds",
    "Case": "case",
    "CaseAnswer": "answer",
    "CaseResult": "case_result",
    "ChambersAnswer": "chambers_result",
    "ChambersStudy": "chambers_case",
    "Comparison": "compare",
    "Range": "sweep_plan",
    "Study": "study",
    "Table": "tables",
    "TubuleStudy": "tubule_study",
    "WallAnswer": "answer",
    "Window": "bounds",
    "answer_study": "chambers_result",
    "electrolyte_under_piston": "tubule_piston",
    "flaw_at_mouth": "tubule_flaw",
    "hermetic_against_permeable": "compare",
    "interfaces": "tubule_interface",
    "minimum_wall": "thickness",
    "one_full_tubule": "tubule_full",
    "prestress": "tubule_prestress",
    "sweep": "sweep_run",
    "wall_root": "tubule_root",
    "write_report": "report",
}
__all__ = [
    "Bound",
    "Case",
    "CaseAnswer",
    "CaseResult",
    "ChambersAnswer",
    "ChambersStudy",
    "Comparison",
    "Range",
    "Study",
    "Table",
    "TubuleStudy",
    "WallAnswer",
    "Window",
    "answer_study",
    "electrolyte_under_piston",
    "flaw_at_mouth",
    "hermetic_against_permeable",
    "interfaces",
    "minimum_wall",
    "one_full_tubule",
    "prestress",
    "sweep",
    "wall_root",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
