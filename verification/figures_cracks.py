"""Figures of cracks: the stress around the tip, and the stress intensity over the radius of the domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.verification.figure import MEGA, Array, Curve, Figure, Graph, solved

if TYPE_CHECKING:
    from tubewall.fem.cracks import CrackResult
    from tubewall.fem.field_solution import FieldSolution


def k_figure(
    solution: FieldSolution,
    results: Sequence[tuple[str, CrackResult, float, float]],
    note: str,
    *,
    window: Callable[[Array], NDArray[np.bool_]],
) -> Figure:
    """The error of K_I over the radius.

    ``results`` holds a name, what was found, the reference of K_I, and the length that the radii are divided by.
    """
    curves = []
    for name, found, wanted, length in results:
        radii = [entry for entry in found.radii if entry.k1 is not None]
        x = np.array([entry.radius for entry in radii]) / length
        y = 100 * (np.array([entry.k1 or 0.0 for entry in radii]) / wanted - 1)
        curves.append(Curve(x=x, y=y, label=name))
    ends = [float(np.min([np.min(curve.x) for curve in curves])), float(np.max([np.max(curve.x) for curve in curves]))]
    curves.insert(0, Curve(x=ends, y=[0.0, 0.0], label="", style="guide"))
    return Figure(
        panels=(
            solved(solution, "von mises", note, name="von Mises stress", unit=MEGA, limits=(0.0, 4e6), window=window),
            Graph(
                across="radius of the domain / length of the crack",
                up="error of K_I [%]",
                curves=tuple(curves),
                room=0.5,
            ),
        ),
        words="The von Mises stress around the tip, and the error of K_I over the radius of the domain.",
    )
