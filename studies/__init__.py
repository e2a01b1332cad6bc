"""The studies of tubewall: questions asked of a design, and their answers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.studies.study import Study
    from tubewall.studies.sweep_run import sweep
    from tubewall.studies.sweep_plan import Range
    from tubewall.studies.tables import Table

_HOMES = {"Range": "sweep_plan", "Study": "study", "Table": "tables", "sweep": "sweep_run"}
__all__ = ["Range", "Study", "Table", "sweep"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
