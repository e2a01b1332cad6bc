"""A half space under a round piston of even pressure."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, graded, grid, split
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.closed_half_space import boussinesq, ring_tension, under_the_centre
from tubewall.verification.figures_half_space import half_space
from tubewall.verification.probe import XX, YY, ZZ, displacement_at, stress_at

_MODULUS, _PRESSURE, _RADIUS, _FAR = 150e9, 370e6, 50e-9, 40.0


def _run(ratio: float, fine: bool) -> Outcome:
    """A cylinder of 40 radii whose far sides move as under a point force of the same size."""
    first = (0.005 if fine else 0.01) * _RADIUS
    grow = 1.15
    inside = graded(_RADIUS, 0.0, first, grow)[::-1]
    # lines of elements where the ring tension is read
    beyond = [graded(_RADIUS, 1.5 * _RADIUS, first, grow)]
    for start, end in ((1.5, 2.0), (2.0, 3.0)):
        beyond.append(np.linspace(start, end, 7)[1:] * _RADIUS)
    beyond.append(graded(3 * _RADIUS, _FAR * _RADIUS, 0.2 * _RADIUS, grow)[1:])
    radii = np.concatenate([inside, np.concatenate(beyond)[1:]])
    depths = -graded(0.0, _FAR * _RADIUS, first, grow)[::-1]
    mesh = grid(radii, depths)
    mesh = split(mesh, "top", piston=lambda p: p[:, 0] < _RADIUS, surface=lambda p: p[:, 0] > _RADIUS)
    force = _PRESSURE * np.pi * _RADIUS**2

    def far(points: Array) -> Array:
        return boussinesq(points, force=force, youngs_modulus=_MODULUS, poissons_ratio=ratio)

    model = Model(
        mesh=mesh,
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=ratio))},
        kinematics="axisymmetric",
        loads=(Pressure(boundary="piston", pressure=_PRESSURE),),
        supports=(
            Support(boundary="left", fix=("x",)),
            Support(boundary="right", displacement=far),
            Support(boundary="bottom", displacement=far),
        ),
    )
    solution = solve_model(model)
    checks = [
        Check(quantity="deflection of the centre", value=float(displacement_at(solution, (0.0, 0.0))[1]),
              reference=-2 * (1 - ratio**2) * _PRESSURE * _RADIUS / _MODULUS, tolerance=1e-3, unit="m"),
    ]  # fmt: skip
    middle = stress_at(solution, (0.0, 0.0))
    wanted = under_the_centre(0.0, pressure=_PRESSURE, radius=_RADIUS, poissons_ratio=ratio)
    for name, slot, reference in (("radial", XX, wanted[0]), ("axial", YY, wanted[1])):
        checks.append(
            Check(quantity=f"{name} stress at the centre", value=float(middle[slot]), reference=reference, tolerance=2e-3,
                  unit="Pa")
        )  # fmt: skip
    for at in (1.5, 2.0, 3.0):
        found = stress_at(solution, (at * _RADIUS, 0.0))
        exact = ring_tension(at * _RADIUS, pressure=_PRESSURE, radius=_RADIUS, poissons_ratio=ratio)
        for name, slot, sign in (("radial", XX, 1), ("hoop", ZZ, -1)):
            checks.append(
                Check(quantity=f"{name} stress on the surface at {at:g} radii", value=float(found[slot]),
                      reference=sign * exact, scale=0.5 * (1 - 2 * ratio) * _PRESSURE, tolerance=2e-3, unit="Pa")
            )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(half_space, solution, ratio, _PRESSURE, _RADIUS),
    )


CASES: Final = (
    Case(name="half-space", title="Half space under a round piston", kind="exact", chapter="half-space",
         source="Johnson, Contact Mechanics (1985), section 3.4 (a)", run=partial(_run, 0.257)),
)  # fmt: skip
