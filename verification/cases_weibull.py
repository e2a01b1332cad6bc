"""The weakest link: effective volume and area of a bar that is bent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import RigidBody, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.weakest_body import body_weibull
from tubewall.materials.elastic import Isotropic
from tubewall.materials.weakest_link import Weibull
from tubewall.verification.bodies import Array, box
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import MEGA, Curve, Figure, Graph, solved

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "weakest link"


def _bar(fine: bool) -> Outcome:
    """A bar of 8 x 2 x 1, bent by tractions at its ends that are linear across its depth."""
    length, depth, width, peak = 8.0, 2.0, 1.0, 1e8
    counts = (8, 8, 2) if fine else (4, 4, 1)

    def bending(sign: float) -> Callable[[Array], Array]:
        def traction(points: Array) -> Array:
            pull = sign * peak * (points[:, 1] - depth / 2) / (depth / 2)
            return np.column_stack([pull, np.zeros(len(points)), np.zeros(len(points))])

        return traction

    checks, points = [], []
    for kind in ("hexahedron", "tetra", "wedge"):
        solution = solve_model(
            Model(
                mesh=box((length, depth, width), counts, kind=kind),
                solids={"body": Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))},
                kinematics="3d",
                loads=(
                    Traction(boundary="left", traction=bending(-1.0)),
                    Traction(boundary="right", traction=bending(1.0)),
                ),
                supports=(RigidBody(),),
            )
        )
        volume = length * depth * width
        for m in (5.0, 10.0, 20.0):
            inside = body_weibull(solution, Weibull(modulus=m, scale_stress=peak, reference_volume=1.0))
            points.append((m, inside.effective_size / volume))
            checks.append(
                Check(quantity=f"effective over true volume, m = {m:g}, {kind}", value=inside.effective_size / volume,
                      reference=1 / (2 * (m + 1)), tolerance=2e-4)
            )  # fmt: skip
            if m == 10:
                checks.append(
                    Check(quantity=f"strength in bending over that in tension, m = 10, {kind}",
                          value=(volume / inside.effective_size) ** (1 / m), reference=22**0.1, tolerance=1e-5)
                )  # fmt: skip
            outside = body_weibull(solution, Weibull(modulus=m, scale_stress=peak, reference_area=1.0))
            # the face in tension, and half of the sides and ends, where the stress falls to the middle
            area = length * width + (2 * length * depth + 2 * depth * width) / (2 * (m + 1))
            checks.append(
                Check(quantity=f"effective area, m = {m:g}, {kind}", value=outside.effective_size, reference=area,
                      tolerance=2e-4, unit="m2")
            )  # fmt: skip
        checks.append(
            Check(quantity=f"largest stress, {kind}", value=inside.peak, reference=peak, tolerance=1e-6, unit="Pa")
        )
    return Outcome(checks=tuple(checks), figure=partial(_figure, solution, points))


def _figure(solution: FieldSolution, points: Sequence[tuple[float, float]]) -> Figure:
    m = np.linspace(4.0, 22.0, 60)
    curves = (
        Curve(x=m, y=1 / (2 * (m + 1)), label="exact, 1 / (2 (m + 1))", style="exact"),
        Curve(x=[x for x, _ in points], y=[y for _, y in points], label="computed"),
    )
    note = (
        "A bar of 8 by 2 by 1 m bent by tractions at its ends that are linear across its depth, 100 MPa at its faces."
    )
    return Figure(
        panels=(
            solved(solution, "stress xx", note, unit=MEGA),
            Graph(across="Weibull modulus m", up="effective volume / volume", curves=curves),
        ),
        words="The bent bar coloured by its stress, and its effective volume over the Weibull modulus.",
    )


CASES: Final = (
    Case(name="bent-bar-weibull", title="Weakest link of a bent bar", kind="exact", chapter=_CHAPTER,
         source="Weibull, J. Appl. Mech. 18, 293 (1951); Davies, Proc. Br. Ceram. Soc. 22, 429 (1973)", run=_bar,
         checked="the integral of (y / h)^m over volume and surface, by hand"),
)  # fmt: skip
