"""Figures of beams: the bent beam, and its deflection along it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tubewall.verification.figure import Array, Body, Curve, Figure, Graph
from tubewall.verification.probe import along

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_ANGLE = 3


def bent(
    solution: FieldSolution,
    component: int,
    boundaries: Sequence[str],
    over: int,
    across: str,
    note: str,
    *,
    printed: tuple[float, float],
    exact: tuple[Array, Array] | None = None,
    unit: tuple[str, float] = ("in", 1.0),
    view: tuple[float, float, float] = (0.9, -1.6, 0.9),
) -> Figure:
    """A beam drawn bent and a component of its displacement over a coordinate (3: the angle about z)."""
    name = f"displacement {'xyz'[component]}"
    at, found = along(solution, boundaries, name)
    place = np.degrees(np.arctan2(at[:, 1], at[:, 0])) if over == _ANGLE else at[:, over]
    order = np.argsort(place, kind="stable")
    curves = [Curve(x=[printed[0]], y=[printed[1]], label="printed", style="printed")]
    if exact is not None:
        curves.append(Curve(x=exact[0], y=exact[1], label="Bernoulli's beam", style="exact"))
    curves.append(Curve(x=place[order], y=found[order], label="computed"))
    body = Body(
        model=solution.model, note=note, solution=solution, quantity=name, unit=unit, shape=solution.displacement,
        view=view,
    )  # fmt: skip
    return Figure(
        panels=(body, Graph(across=across, up=f"{name} [in]", curves=tuple(curves))),
        words="The bent beam coloured by its deflection, and the deflection along it beside the printed value.",
    )
