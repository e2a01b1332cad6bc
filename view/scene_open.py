"""Opening a result: a solution, or a file that one was written to."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from tubewall.errors import InputError
from tubewall.fem.field_solution import FieldSolution
from tubewall.view.scene_file import read_fields
from tubewall.view.scene_source import Solved, Source

#: What can be drawn.
Result: TypeAlias = FieldSolution | Source | str | Path


def source_of(result: Result) -> Source:
    """The source of a solution, or of a ``.vtu`` that ``tubewall solve`` wrote.

    Raises
    ------
    InputError
        For anything else, or a file that is none of ours.
    """
    if isinstance(result, FieldSolution):
        return Solved(solution=result)
    if isinstance(result, (str, Path)):
        return read_fields(result)
    if isinstance(result, Source):
        return result
    raise InputError(f"a picture shows a solution or the path of a .vtu, got {type(result).__name__}")
