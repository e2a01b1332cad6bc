"""The studies of tubewall: questions asked of a design, and their answers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.studies.answer import CaseAnswer, WallAnswer
    from tubewall.studies.bounds import Bound, Window
    from tubewall.studies.compare import Comparison, hermetic_against_permeable
    from tubewall.studies.report import write_report
    from tubewall.studies.study import Study
    from tubewall.studies.sweep_plan import Range
    from tubewall.studies.sweep_run import sweep
    from tubewall.studies.tables import Table
    from tubewall.studies.thickness import minimum_wall

_HOMES = {
    "Bound": "bounds",
    "CaseAnswer": "answer",
    "Comparison": "compare",
    "Range": "sweep_plan",
    "Study": "study",
    "Table": "tables",
    "WallAnswer": "answer",
    "Window": "bounds",
    "hermetic_against_permeable": "compare",
    "minimum_wall": "thickness",
    "sweep": "sweep_run",
    "write_report": "report",
}
__all__ = [
    "Bound",
    "CaseAnswer",
    "Comparison",
    "Range",
    "Study",
    "Table",
    "WallAnswer",
    "Window",
    "hermetic_against_permeable",
    "minimum_wall",
    "sweep",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
