"""What the answers about a tubule share: a picture to draw, tables as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tubewall.studies.as_data import number

if TYPE_CHECKING:
    from pathlib import Path

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.studies.tables import Cell, Table
    from tubewall.studies.tubule_study import TubuleStudy


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture3D:
    """A solved body (or the part of it that matters) and what to colour it with."""

    solution: FieldSolution
    title: str
    quantity: str = "max principal"

    def write(self, path: str | Path) -> None:
        """Draw it as PNG."""
        from tubewall.view import draw_body

        draw_body(self.solution, path, quantity=self.quantity, title=self.title)


class TubuleAnswer(Protocol):
    """What every answer can do."""

    @property
    def study(self) -> TubuleStudy:
        """What was asked of."""
        ...

    @property
    def picture(self) -> Picture3D:
        """The body behind the answer."""
        ...

    def text(self) -> str:
        """What is printed."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Plain data, every number with its unit."""
        ...


def table_data(table: Table) -> list[dict[str, Any]]:
    """A table as a list of rows; numbers with their units in SI, what does not exist null."""

    def cell(value: Cell, unit: str) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return number(float(value), unit or "1")
        return value

    return [
        {column.name: cell(value, column.unit) for column, value in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]
