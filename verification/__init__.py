"""The verification book: cases with an exact, series or published answer, run by ``tubewall verify`` and by the tests.

The names below load when first used, so that ``import tubewall`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tubewall.verification.book import all_cases, named_cases
    from tubewall.verification.case import Case, Check, Kind
    from tubewall.verification.runner import CaseResult, CheckResult, run_book, run_case

_HOME = {
    "Case": "case",
    "CaseResult": "runner",
    "Check": "case",
    "CheckResult": "runner",
    "Kind": "case",
    "all_cases": "book",
    "named_cases": "book",
    "run_book": "runner",
    "run_case": "runner",
}
__all__ = ["Case", "CaseResult", "Check", "CheckResult", "Kind", "all_cases", "named_cases", "run_book", "run_case"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
