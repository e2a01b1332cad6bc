"""Buckling: a ring under pressure that follows it or not, and a column."""

from __future__ import annotations

from typing import Final

import numpy as np

from tubewall.fem.buckling import buckling
from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.solve_model import solve_model
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import box, ring
from tubewall.verification.case import Case, Check

_CHAPTER: Final = "buckling"
_MODULUS, _RATIO = 60e9, 0.25


def _ring(fine: bool) -> tuple[Check, ...]:
    """A quarter of a long thin tube under outer pressure; it ovalises, which two planes of symmetry let it do."""
    radius, wall, pressure = 1.0, 0.02, 1e3
    counts = (2, 96) if fine else (1, 48)
    plane = _MODULUS / (1 - _RATIO**2)
    unit = plane * wall**3 / 12 / radius**3 / pressure
    # the area within the outer face changes as that within the middle line, which does not stretch: a pressure that follows
    # needs no correction for acting there. A force of kept direction on the outer face is larger by 1 + t/(2 R), and gains by
    # the turn of the wall, N / 2 (1 + t / (2 R)) times the square of the turn instead of N / 2
    outside = (1 + wall / (2 * radius)) ** 2
    checks = []
    for kind in ("quad", "triangle"):
        model = Model(
            mesh=ring(radius - wall / 2, radius + wall / 2, counts, kind=kind),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))},
            kinematics="plane strain",
            loads=(Pressure(boundary="right", pressure=pressure),),
            supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))),
        )
        solution = solve_model(model)
        for follower, factor, name in (
            (True, 3.0, "stays normal to the wall"),
            (False, 4.0 / outside, "keeps its direction"),
        ):
            found = buckling(model, solution, modes=1, follower=follower)
            checks.append(
                Check(quantity=f"load factor, pressure {name}, {kind}", value=float(found.factors[0]), reference=factor * unit,
                      tolerance=2e-3)
            )  # fmt: skip
        # the fourth harmonic, n = 4: n^2 - 1 and n^2
        found = buckling(model, solution, modes=2)
        checks.append(
            Check(quantity=f"second load factor, pressure stays normal to the wall, {kind}", value=float(found.factors[1]),
                  reference=15.0 * unit, tolerance=3e-3)
        )  # fmt: skip
    return tuple(checks)


def _column(fine: bool) -> tuple[Check, ...]:
    """A cantilever column in the plane and in space: Euler's load with Engesser's correction for shear."""
    length, depth, stress = 20.0, 1.0, 1e6
    inertia = depth**3 / 12
    checks = []
    for dim in (2, 3):
        # in space the column is twice as wide as deep, so that it gives way in the same plane
        sizes = (length, depth, 2.0)[:dim]
        counts = ((40, 4, 2) if fine else (20, 2, 1))[:dim]
        model = Model(
            mesh=box(sizes, counts),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=0.0))},
            kinematics="3d" if dim == 3 else "plane stress",
            loads=(Traction(boundary="right", traction=(-stress, 0.0, 0.0)[:dim]),),
            supports=(Support(boundary="left"),),
        )
        found = buckling(model, solve_model(model), modes=2)
        for i in range(2 if dim == 2 else 1):
            euler = (2 * i + 1) ** 2 * np.pi**2 / 4 * _MODULUS * inertia / length**2
            reference = euler / (1 + euler / (5 / 6 * _MODULUS / 2 * depth)) / (stress * depth)
            checks.append(
                Check(quantity=f"load factor {i + 1}, {'in space' if dim == 3 else 'in the plane'}",
                      value=float(found.factors[i]), reference=float(reference), tolerance=(1e-3, 6e-3)[i])
            )  # fmt: skip
    return tuple(checks)


CASES: Final = (
    Case(name="ring-buckling", title="Ring under outer pressure", kind="exact", chapter=_CHAPTER,
         source="Timoshenko and Gere, Theory of Elastic Stability (1961), section 7.5: 3 E'I / R^3; dead load 4 E'I / R^3, "
         "Singer and Babcock, J. Appl. Mech. 37, 215 (1970)", run=_ring),
    Case(name="column-buckling", title="Column", kind="exact", chapter=_CHAPTER,
         source="Timoshenko and Gere, Theory of Elastic Stability (1961), sections 2.1 and 2.17", run=_column),
)  # fmt: skip
