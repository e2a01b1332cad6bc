"""The figure of the half space under a piston."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tubewall.verification.closed_half_space import ring_tension, under_the_centre
from tubewall.verification.figure import MEGA, Curve, Figure, Graph, rectangle, solved
from tubewall.verification.probe import along

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution


def half_space(solution: FieldSolution, ratio: float, pressure: float, radius: float) -> Figure:
    """The stress below the piston, and the ring tension beside it."""
    depth = np.linspace(0.0, 3.0, 41)
    axial = [under_the_centre(d * radius, pressure=pressure, radius=radius, poissons_ratio=ratio)[1] for d in depth]
    at, found = along(solution, ("left",), "stress yy")
    near = at[:, 1] >= -3 * radius
    beside = np.linspace(1.05, 3.0, 41)
    tension = [ring_tension(r * radius, pressure=pressure, radius=radius, poissons_ratio=ratio) for r in beside]
    out, pulled = along(solution, ("surface",), "stress xx")
    close = (out[:, 0] <= 3.01 * radius) & (out[:, 0] > 1.1 * radius)
    curves = (
        Curve(x=depth, y=np.array(axial) / 1e6, label="axial below the centre, exact", style="exact"),
        Curve(x=beside, y=np.array(tension) / 1e6, label="radial on the surface, exact", style="exact"),
        Curve(x=-at[near, 1] / radius, y=found[near] / 1e6, label="axial, computed"),
        Curve(x=out[close, 0] / radius, y=pulled[close] / 1e6, label="radial, computed"),
    )
    size = 3 * radius
    note = (
        "The part under and beside a round piston (radius 50 nm, 370 MPa) of a cylinder of 40 radii; axis on the left."
    )
    return Figure(
        panels=(
            solved(solution, "stress yy", note, name="axial stress", unit=MEGA, limits=(-3.7e8, 0.0),
                   window=rectangle((0.0, -0.8 * size), (size, 0.0))),
            Graph(across="depth or distance from the centre / radius", up="stress [MPa]", curves=curves),
        ),
        words="The body below the piston coloured by axial stress, the axial stress below the centre, and the radial stress on the "
        "surface.",
    )  # fmt: skip
