"""Buckling: a ring under pressure that follows it or not, and a column."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from tubewall.fem.buckling_modes import Buckling, buckling
from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, box, ring
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Body, Curve, Figure, Graph
from tubewall.verification.symmetry import quarter_supports

_CHAPTER: Final = "buckling"
_MODULUS, _RATIO = 60e9, 0.25


def _ring(fine: bool) -> Outcome:
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
            supports=quarter_supports(),
        )
        solution = solve_model(model)
        for follower, factor, name in (
            (True, 3.0, "stays normal to the wall"),
            (False, 4.0 / outside, "keeps its direction"),
        ):
            single = buckling(model, solution, modes=1, follower=follower)
            checks.append(
                Check(quantity=f"load factor, pressure {name}, {kind}", value=float(single.factors[0]), reference=factor * unit,
                      tolerance=2e-3)
            )  # fmt: skip
        # the fourth harmonic, n = 4: n^2 - 1 and n^2
        found = buckling(model, solution, modes=2)
        checks.append(
            Check(quantity=f"second load factor, pressure stays normal to the wall, {kind}", value=float(found.factors[1]),
                  reference=15.0 * unit, tolerance=3e-3)
        )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(_ring_figure, model, found, unit),
    )


def _column(fine: bool) -> Outcome:
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
    return Outcome(
        checks=tuple(checks),
        figure=partial(_column_figure, model, found.shapes[0], length),
    )


def _ring_figure(model: Model, found: Buckling, unit: float) -> Figure:
    n = np.arange(2, 6)
    curves = (
        Curve(x=n, y=n**2 - 1.0, label="exact, n^2 - 1", style="exact"),
        Curve(x=(2, 4), y=found.factors / unit, label="computed, even in both planes"),
    )
    note = "A quarter of a ring of radius 1 and wall 0.02 under outer pressure that stays normal; its first mode, enlarged."
    return Figure(
        panels=(
            Body(model=model, note=note, shape=found.shapes[0]),
            Graph(across="waves n around the ring", up="load factor / (E' I / (p R^3))", curves=curves),
        ),
        words="A quarter of the ring bent by its first mode, and the load factors over the number of waves.",
    )


def _column_figure(model: Model, shape: Array, length: float) -> Figure:
    mesh = model.discrete.mesh
    edge = mesh.boundary_nodes("bottom")
    edge = edge[np.argsort(mesh.points[edge, 0], kind="stable")]
    edge = edge[np.abs(mesh.points[edge, 2]) < 1e-9]
    tip = shape[edge[-1], 1]
    x = np.linspace(0.0, length, 41)
    curves = (
        Curve(x=x, y=1 - np.cos(np.pi * x / (2 * length)), label="1 - cos(pi x / 2 L)", style="exact"),
        Curve(x=mesh.points[edge, 0], y=shape[edge, 1] / tip, label="computed"),
    )
    note = "A column of 20 by 1 by 2, clamped at one end, pressed at the other; its first mode, enlarged."
    return Figure(
        panels=(
            Body(model=model, note=note, shape=shape * np.sign(tip), view=(0.6, -1.0, 1.4)),
            Graph(across="place along the column", up="deflection / that of the end", curves=curves),
        ),
        words="The column bent by its first mode, and the deflection along it beside Euler's.",
    )


CASES: Final = (
    Case(name="ring-buckling", title="Ring under outer pressure", kind="exact", chapter=_CHAPTER,
         source="Timoshenko and Gere, Theory of Elastic Stability (1961), section 7.5: 3 E'I / R^3; dead load 4 E'I / R^3, "
         "Singer and Babcock, J. Appl. Mech. 37, 215 (1970)", run=_ring),
    Case(name="column-buckling", title="Column", kind="exact", chapter=_CHAPTER,
         source="Timoshenko and Gere, Theory of Elastic Stability (1961), sections 2.1 and 2.17", run=_column),
)  # fmt: skip
