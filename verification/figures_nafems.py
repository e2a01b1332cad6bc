"""Figures of the benchmarks of NAFEMS: the body, and the stress along a line through the point of the printed number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tubewall.verification.figure import MEGA, Array, Body, Curve, Figure, Graph, rectangle, solved
from tubewall.verification.probe import along

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution


def beside_printed(
    solution: FieldSolution,
    boundary: str,
    quantity: str,
    across: str,
    note: str,
    *,
    place: float,
    printed: float,
    keep: Callable[[Array], NDArray[np.bool_]] | None = None,
    view: tuple[float, float, float] = (1.0, -1.6, 1.0),
) -> Figure:
    """A stress along a boundary over x, those of its points that ``keep`` says, and the printed number at x = ``place``."""
    at, found = along(solution, (boundary,), quantity)
    chosen = np.ones(len(at), dtype=bool) if keep is None else keep(at)
    order = np.argsort(at[chosen, 0])
    curves = (
        Curve(x=[place], y=[printed / 1e6], label="printed", style="printed"),
        Curve(x=at[chosen, 0][order], y=found[chosen][order] / 1e6, label="computed"),
    )
    return Figure(
        panels=(
            solved(solution, quantity, note, unit=MEGA, view=view),
            Graph(across=across, up=f"{quantity} [MPa]", curves=curves),
        ),
        words=f"The body coloured by its {quantity}, and the {quantity} along a line beside the printed number.",
    )


def hemisphere(solution: FieldSolution, radius: float, printed: float) -> Figure:
    """A quarter of the hemisphere, drawn bent, and the displacement along its free rim."""
    mesh = solution.model.discrete.mesh
    rim = np.flatnonzero((np.abs(mesh.points[:, 2]) < 1e-9) & (np.hypot(*mesh.points[:, :2].T) < radius))
    rim = np.intersect1d(rim, mesh.vertex_nodes)
    angle = np.degrees(np.arctan2(mesh.points[rim, 1], mesh.points[rim, 0]))
    order = np.argsort(angle)
    note = (
        "A quarter of a hemisphere of radius 10 m, 0.04 m thick, pulled along x and pushed along y by 2 kN; drawn bent."
    )
    curves = (
        Curve(x=[0.0], y=[printed], label="printed, x", style="printed"),
        Curve(x=angle[order], y=solution.displacement[rim, 0][order], label="x, computed"),
        Curve(x=angle[order], y=solution.displacement[rim, 1][order], label="y, computed"),
    )
    body = Body(
        model=solution.model, note=note, solution=solution, quantity="displacement x", name="displacement x", unit=("m", 1.0),
        shape=solution.displacement, view=(1.0, 1.2, 0.9),
    )  # fmt: skip
    return Figure(
        panels=(body, Graph(across="angle along the free rim [degrees]", up="displacement [m]", curves=curves)),
        words="A quarter of the hemisphere, bent, coloured by its displacement, and the displacement along the free rim.",
    )


def junction(solution: FieldSolution, shell_theory: float, printed: float) -> Figure:
    """The axial stress outside the cylinder below its hemispherical end."""
    at, found = along(solution, ("cylinder/right",), "stress yy")
    inside, within = along(solution, ("cylinder/left",), "stress yy")
    near, close = at[:, 1] > -0.5, inside[:, 1] > -0.5
    high = at[near][np.argmax(found[near]), 1]
    curves = (
        Curve(x=[high], y=[printed / 1e6], label="printed", style="printed"),
        Curve(x=[-0.5, 0.0], y=[shell_theory / 1e6] * 2, label="largest by shell theory", style="guide"),
        Curve(x=at[near, 1], y=found[near] / 1e6, label="outside"),
        Curve(x=inside[close, 1], y=within[close] / 1e6, label="inside"),
    )
    note = "A cylinder of radius 1 m that ends in a hemisphere, both 25 mm thick, under 1 MPa; half a meridian near the end."
    return Figure(
        panels=(
            solved(
                solution, "stress yy", note, name="axial stress", unit=MEGA, window=rectangle((0.9, -0.22), (1.1, 0.22))
            ),
            Graph(across="height from the junction [m]", up="axial stress [MPa]", curves=curves),
        ),
        words="The wall near the junction coloured by its axial stress, and the axial stress of both faces over the height.",
    )
