"""The weakest link: effective volume and area of a bar that is bent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tubewall.fem.body_weibull import body_weibull
from tubewall.fem.loads import RigidBody, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.solve_model import solve_model
from tubewall.materials.elastic import Isotropic
from tubewall.materials.weakest_link import Weibull
from tubewall.verification.bodies import Array, box
from tubewall.verification.case import Case, Check

_CHAPTER: Final = "weakest link"


def _bar(fine: bool) -> tuple[Check, ...]:
    """A bar of 8 x 2 x 1, bent by tractions at its ends that are linear across its depth."""
    length, depth, width, peak = 8.0, 2.0, 1.0, 1e8
    counts = (8, 8, 2) if fine else (4, 4, 1)

    def bending(sign: float) -> Callable[[Array], Array]:
        def traction(points: Array) -> Array:
            pull = sign * peak * (points[:, 1] - depth / 2) / (depth / 2)
            return np.column_stack([pull, np.zeros(len(points)), np.zeros(len(points))])

        return traction

    checks = []
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
    return tuple(checks)


CASES: Final = (
    Case(name="bent-bar-weibull", title="Weakest link of a bent bar", kind="exact", chapter=_CHAPTER,
         source="Weibull, J. Appl. Mech. 18, 293 (1951); Davies, Proc. Br. Ceram. Soc. 22, 429 (1973)", run=_bar),
)  # fmt: skip
