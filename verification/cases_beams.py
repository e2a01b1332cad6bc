"""Cook's membrane, heated beams, stiff and soft layers in a row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind, join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, between, box, line
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Body, Curve, Figure, Graph, solved
from tubewall.verification.probe import XX, along, displacement_at, stress_at

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "beams"
_PLANE: Final[tuple[Kind, ...]] = ("quad", "triangle")


def _cook(fine: bool) -> Outcome:
    """Cook's membrane: a tapered panel, clamped on the left, sheared on the right."""
    count = 32 if fine else 16
    checks = []
    for kind in _PLANE:
        value = displacement_at(_panel(kind, count), (48.0, 52.0))[1]
        checks.append(
            Check(quantity=f"deflection of the middle of the right side, {kind}, {count} x {count}", value=float(value),
                  reference=23.96, tolerance=2e-3)
        )  # fmt: skip
    return Outcome(checks=tuple(checks), figure=_cook_figure)


def _panel(kind: Kind, count: int) -> FieldSolution:
    """Cook's membrane on a mesh of ``count`` x ``count``."""

    def put(unit: Array) -> Array:
        x = 48 * unit[:, 0]
        low, high = 44 * unit[:, 0], 44 + 16 * unit[:, 0]
        return np.column_stack([x, low + (high - low) * unit[:, 1]])

    return solve_model(
        Model(
            mesh=mapped_block((count, count), map=put, kind=kind, order=2),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=1.0, poissons_ratio=1 / 3))},
            kinematics="plane stress",
            loads=(Traction(boundary="right", traction=(0.0, 1 / 16)),),
            supports=(Support(boundary="left"),),
        )
    )


def _cook_figure() -> Figure:
    counts = (2, 4, 8, 16)
    curves = [Curve(x=(2, 16), y=(23.96, 23.96), label="limit of fine meshes", style="exact")]
    for kind in _PLANE:
        tips = [float(displacement_at(_panel(kind, count), (48.0, 52.0))[1]) for count in counts]
        curves.append(Curve(x=counts, y=tips, label=f"{kind} of order 2"))
    note = "Clamped on the left (height 44), unit shear force on the right (height 16); 48 long, E = 1, nu = 1/3."
    return Figure(
        panels=(
            solved(_panel("quad", 8), "displacement y", note),
            Graph(across="elements a side", up="deflection of the middle of the right side", curves=tuple(curves)),
        ),
        words="The panel coloured by its deflection, and the deflection of the right side over the elements a side.",
    )


def _heated_beam(fine: bool) -> Outcome:
    """A cantilever whose temperature grows linearly across it bends to an arc without stress; clamped at both ends it
    carries -E alpha T and does not move.
    """
    length, depth, modulus, expansion, gradient = 10.0, 1.0, 70e9, 2e-5, 40.0
    solid = Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=0.3), expansion=expansion)
    counts = (20, 4) if fine else (10, 2)
    heat = TemperatureChange(change=lambda p: gradient * (p[:, 1] - depth / 2))
    checks = []
    for kind in ("quad", "triangle"):
        mesh = box((length, depth), counts, kind=kind)
        free = Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="plane stress",
            loads=(heat,),
            supports=(Support(boundary="left", fix=("x",)), Support(point=(0.0, depth / 2), fix=("y",))),
        )
        solution = solve_model(free)
        scale = modulus * expansion * gradient * depth / 2
        checks += [
            Check(quantity=f"deflection of the tip, free, {kind}",
                  value=float(displacement_at(solution, (length, depth / 2))[1]),
                  reference=-expansion * gradient * length**2 / 2, tolerance=1e-9, unit="m"),
            Check(quantity=f"stress at the root, free, {kind}", value=float(stress_at(solution, (0.0, 0.0))[XX]),
                  reference=0.0, scale=scale, tolerance=1e-9, unit="Pa"),
        ]  # fmt: skip
        # rollers along x on both faces as well: no motion along x or y remains where the ends are held
        held = Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="plane stress",
            loads=(heat,),
            supports=(
                Support(boundary="left", fix=("x",)),
                Support(boundary="right", fix=("x",)),
                Support(point=(0.0, depth / 2), fix=("y",)),
            ),
        )
        restrained = solve_model(held)
        found = stress_at(restrained, (length / 2, depth))[XX]
        checks.append(
            Check(quantity=f"stress at the hot face, ends held, {kind}", value=float(found), reference=-scale,
                  tolerance=1e-9, unit="Pa")
        )  # fmt: skip
    return Outcome(checks=tuple(checks), figure=partial(_heated_figure, solution, restrained, scale, depth))


def _heated_figure(free: FieldSolution, held: FieldSolution, scale: float, depth: float) -> Figure:
    at, found = along(held, ("right",), "stress xx")
    curves = (
        Curve(x=[-scale / -1e6, scale / -1e6], y=[0.0, depth], label="ends held, exact", style="exact"),
        Curve(x=[0.0, 0.0], y=[0.0, depth], label="free, exact", style="exact"),
        Curve(x=found / 1e6, y=at[:, 1], label="ends held, computed"),
        Curve(x=along(free, ("right",), "stress xx")[1] / 1e6, y=at[:, 1], label="free, computed"),
    )
    note = (
        "A bar of 10 by 1 m, from 20 K colder below to 20 K warmer above, drawn bent as it is when free at the right."
    )
    body = Body(
        model=free.model,
        note=note,
        solution=free,
        quantity="displacement y",
        unit=("mm", 1e-3),
        shape=free.displacement,
    )
    return Figure(
        panels=(body, Graph(across="stress xx [MPa]", up="height in the section [m]", curves=curves)),
        words="The free bar bent by heat, and the stress over the height of its section, free and with its ends held.",
    )


def _layers(fine: bool) -> Outcome:
    """A column of carbon and polymer in turn, 60 000 times as stiff, confined sideways and pressed: each layer is uniform."""
    stiff, soft = (60e9, 0.2), (1e6, 0.49)
    pressure, height = 1e5, 1.0
    names = [f"layer {i}" for i in range(6)]

    def confined(modulus: float, ratio: float) -> float:
        return modulus * (1 - ratio) / ((1 + ratio) * (1 - 2 * ratio))

    counts = (2, 4) if fine else (1, 2)
    bottom = (0.0, 0.0)
    parts = {}
    for name in names:
        start, end = line(bottom, (1.0, bottom[1])), line((0.0, bottom[1] + height), (1.0, bottom[1] + height))
        # from the lower to the upper side: "left" is below, "right" above
        parts[name] = between(start, end, (counts[1], counts[0]))
        bottom = (0.0, bottom[1] + height)
    mesh = join(parts)
    solids = {
        name: Solid(elastic=Isotropic(youngs_modulus=(stiff, soft)[i % 2][0], poissons_ratio=(stiff, soft)[i % 2][1]))
        for i, name in enumerate(names)
    }
    model = Model(
        mesh=mesh,
        solids=solids,
        kinematics="plane strain",
        loads=(Traction(boundary=f"{names[-1]}/right", traction=(0.0, -pressure)),),
        supports=(
            Support(boundary=f"{names[0]}/left", fix=("y",)),
            *(Support(boundary=f"{name}/{side}", fix=("x",)) for name in names for side in ("bottom", "top")),
        ),
    )
    solution = solve_model(model)
    steps = [-pressure * height / confined(*(stiff, soft)[i % 2]) for i in range(len(names))]
    checks = (
        Check(quantity="shortening of the column", value=float(displacement_at(solution, (0.0, 6 * height))[1]),
              reference=sum(steps), tolerance=1e-8, unit="m"),
        Check(quantity="shortening of the first stiff layer", value=float(displacement_at(solution, (0.0, height))[1]),
              reference=steps[0], tolerance=1e-6, unit="m"),
        Check(quantity="sideways stress of the first stiff layer",
              value=float(stress_at(solution, (0.0, 0.0))[XX]), reference=-pressure * 0.25, tolerance=1e-6, unit="Pa"),
    )  # fmt: skip
    return Outcome(checks=checks, figure=partial(_layers_figure, solution, names, steps))


def _layers_figure(solution: FieldSolution, names: Sequence[str], steps: Sequence[float]) -> Figure:
    at, found = along(solution, [f"{name}/bottom" for name in names], "displacement y")
    exact = np.concatenate([[0.0], np.cumsum(steps)])
    curves = (
        Curve(x=exact, y=np.arange(len(exact), dtype=float), label="exact", style="exact"),
        Curve(x=found, y=at[:, 1], label="computed"),
    )
    note = "Six layers, carbon (dark) and a polymer 60 000 times softer, confined sideways, under 0.1 MPa from above."
    return Figure(
        panels=(
            Body(model=solution.model, note=note),
            Graph(across="displacement y [m]", up="height [m]", curves=curves),
        ),
        words="The column of layers, and its displacement over the height, which only the soft layers change.",
    )


CASES: Final = (
    Case(name="cook-membrane", title="Cook's membrane", kind="published", chapter=_CHAPTER,
         source="Cook, J. Struct. Div. ASCE 100, 1851 (1974); limit of fine meshes, Cook (1989), section 6.13; 23.9 in Bergan "
         "and Felippa, Comput. Methods Appl. Mech. Eng. 50, 25 (1985)", run=_cook,
         checked="23.9 as in case C-04 of ENERCALC 3D, which itself computes 23.96 on 64 x 64; 23.96 "
         "as in femorph-solver's example"),
    Case(name="heated-beam", title="Beam with a thermal gradient", kind="exact", chapter=_CHAPTER,
         source="Boley and Weiner, Theory of Thermal Stresses (1960), chapter 10", run=_heated_beam,
         checked="a temperature linear in y makes no stress in a free plane body; held, the stress is -E alpha T: by inspection"),
    Case(name="layered-column", title="Layers of contrast 60 000", kind="exact", chapter=_CHAPTER,
         source="uniaxial strain: sigma = M eps, M = E (1 - nu) / ((1 + nu) (1 - 2 nu))", run=_layers,
         checked="uniform stress in every layer: by inspection"),
)  # fmt: skip
