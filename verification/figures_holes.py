"""Figures of plates with holes and of the eccentric tube: the body, and the hoop stress around the hole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tubewall.verification.figure import Array, Curve, Figure, Graph, solved
from tubewall.verification.probe import along

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution


def around_hole(
    solution: FieldSolution,
    exact: Callable[[Array], Array],
    note: str,
    *,
    radius: float,
    boundaries: Sequence[str],
    centre: float = 0.0,
    turn: float = np.pi / 2,
    size: float = 1.0,
    quantity: str = "stress xx",
    over: str = "tension",
) -> Figure:
    """Hoop stress over the angle from the x axis; ``exact`` gives xx, yy, xy (n, 3) at points (n, 2)."""
    angle = np.linspace(0.0, turn, 61)
    points = np.column_stack([centre + radius * np.cos(angle), radius * np.sin(angle)])
    measured: list[tuple[Array, Array]] = []
    for part in ("xx", "yy", "xy"):
        measured.append(along(solution, boundaries, f"stress {part}"))
    at = measured[0][0]
    found = np.arctan2(at[:, 1], at[:, 0] - centre)
    computed = _hoop(found, np.column_stack([values for _, values in measured]))
    order = np.argsort(found)
    curves = (
        Curve(x=np.degrees(angle), y=_hoop(angle, exact(points)) / size, label="exact", style="exact"),
        Curve(x=np.degrees(found[order]), y=computed[order] / size, label="computed"),
    )
    return Figure(
        panels=(
            solved(solution, quantity, note, name=f"{quantity} / {over}", unit=("", size)),
            Graph(across="angle from the x axis [degrees]", up=f"hoop stress / {over}", curves=curves),
        ),
        words=f"The body coloured by its {quantity}, and the hoop stress around the hole over the angle.",
    )


def _hoop(angle: Array, stress: Array) -> Array:
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(s**2 * stress[:, 0] + c**2 * stress[:, 1] - 2 * s * c * stress[:, 2])
