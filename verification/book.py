"""All cases of the book, in the order of its pages."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Final

from tubewall.errors import unknown_name
from tubewall.verification.case import Case

_MODULES: Final[tuple[str, ...]] = (
    "cases_tubes",
    "cases_bonded_tubes",
    "cases_spheres",
    "cases_nafems",
    "cases_nafems_shells",
    "cases_macneal",
    "cases_beams",
    "cases_holes",
    "cases_cracks",
    "cases_crack_fronts",
    "cases_half_space",
    "cases_tied",
    "cases_cells",
    "cases_corners",
    "cases_buckling",
    "cases_weibull",
    "cases_patches",
    "cases_manufactured",
)


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case, pages one after the other."""
    found: list[Case] = []
    for module in _MODULES:
        found.extend(importlib.import_module(f"tubewall.verification.{module}").CASES)
    return tuple(found)


def named_cases(names: Sequence[str] = ()) -> tuple[Case, ...]:
    """The cases of these names in the order of the book, all without names.

    Raises
    ------
    InputError
        A name that the book does not have.
    """
    cases = all_cases()
    known = [case.name for case in cases]
    for name in names:
        if name not in known:
            raise unknown_name("case", name, known)
    return tuple(case for case in cases if not names or case.name in names)
