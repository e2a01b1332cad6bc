"""Figures of tubes, spheres, discs and inclusions: the body, and stress along a radius beside the exact one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.verification.closed_tubes import layered_tube, rotating_disc, thick_sphere
from tubewall.verification.figure import MEGA, Array, Curve, Figure, Graph, solved
from tubewall.verification.probe import along

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.verification.closed_tubes import TubeEnds, TubeLayer

#: A body in space seen from the bore's side.
FROM_INSIDE: Final = (-1.0, -1.3, 1.0)
_POINTS: Final = 41


def tube(
    solution: FieldSolution,
    layers: Sequence[TubeLayer],
    note: str,
    *,
    words: str = "A quarter of the tube coloured by hoop stress, and hoop and radial stress over the radius.",
    ends: TubeEnds = "held",
    pressure: float = 0.0,
    boundaries: Sequence[str] = ("bottom",),
    parts: Sequence[str] = ("hoop", "radial"),
    length: tuple[str, float] = ("nm", 1e-9),
) -> Figure:
    """A tube of layers: stress over the radius along ``boundaries``, one for each layer."""
    curves = []
    columns = {"radial": 0, "hoop": 1, "axial": 2}
    for part in parts:
        radii, values = [], []
        for number, layer in enumerate(layers):
            r = np.linspace(layer.inner, layer.outer, _POINTS)
            state = layered_tube(r, layers, inner_pressure=pressure, ends=ends, layer_of=np.full(len(r), number))
            radii.append(r)
            values.append(state.stress[:, columns[part]])
        curves.append(
            Curve(x=np.concatenate(radii) / length[1], y=np.concatenate(values) / 1e6, label=f"{part}, exact",
                  style="exact")
        )  # fmt: skip
    for part in parts:
        at, found = along(solution, boundaries, f"stress {part}")
        curves.append(Curve(x=_radius(solution, at) / length[1], y=found / 1e6, label=f"{part}, computed"))
    view = FROM_INSIDE if solution.model.kinematics == "3d" else (1.0, -1.6, 1.0)
    return Figure(
        panels=(
            solved(solution, f"stress {parts[0]}", note, name=f"{parts[0]} stress", unit=MEGA, view=view),
            Graph(across=f"radius [{length[0]}]", up="stress [MPa]", curves=tuple(curves)),
        ),
        words=words,
    )


def _radius(solution: FieldSolution, at: Array) -> Array:
    return at[:, 0] if solution.model.kinematics == "axisymmetric" else np.hypot(at[:, 0], at[:, 1])


def sphere(
    solution: FieldSolution, note: str, *, inner: float, outer: float, pressure: float, modulus: float, ratio: float
) -> Figure:
    """A thick sphere: hoop and radial stress along the x axis or in the plane y = 0."""
    in_space = solution.model.kinematics == "3d"
    r = np.linspace(inner, outer, _POINTS)
    radial, hoop, _ = thick_sphere(
        r, inner=inner, outer=outer, inner_pressure=pressure, youngs_modulus=modulus, poissons_ratio=ratio
    )
    # of block x the boundary "left" lies in the plane y = 0, where yy is a hoop stress
    boundary, hoop_name = ("x/left", "stress yy") if in_space else ("bottom", "stress hoop")
    at, found = along(solution, (boundary,), hoop_name)
    curves = [
        Curve(x=r, y=hoop / 1e6, label="hoop, exact", style="exact"),
        Curve(x=r, y=radial / 1e6, label="radial, exact", style="exact"),
        Curve(x=np.linalg.norm(at, axis=1), y=found / 1e6, label="hoop, computed"),
    ]
    if not in_space:
        at, found = along(solution, (boundary,), "stress xx")
        curves.append(Curve(x=np.linalg.norm(at, axis=1), y=found / 1e6, label="radial, computed"))
    return Figure(
        panels=(
            solved(solution, "max principal", note, name="largest principal stress", unit=MEGA, view=FROM_INSIDE),
            Graph(across="radius [m]", up="stress [MPa]", curves=tuple(curves)),
        ),
        words="Part of the sphere coloured by its largest principal stress, and hoop and radial stress over the radius.",
    )


def disc(solution: FieldSolution, *, inner: float, outer: float, density: float, speed: float, ratio: float) -> Figure:
    """A turning disc: hoop and radial stress over the radius."""
    r = np.linspace(inner, outer, _POINTS)
    exact = rotating_disc(r, inner=inner, outer=outer, density=density, speed=speed, poissons_ratio=ratio)
    curves = [
        Curve(x=r, y=exact[1] / 1e6, label="hoop, exact", style="exact"),
        Curve(x=r, y=exact[0] / 1e6, label="radial, exact", style="exact"),
    ]
    for part in ("hoop", "radial"):
        at, found = along(solution, ("bottom",), f"stress {part}")
        curves.append(Curve(x=at[:, 0], y=found / 1e6, label=f"{part}, computed"))
    note = f"A quarter of a disc, radii {inner:g} and {outer:g} m, turning at {speed:g} rad/s; plane stress."
    return Figure(
        panels=(
            solved(solution, "stress hoop", note, name="hoop stress", unit=MEGA),
            Graph(across="radius [m]", up="stress [MPa]", curves=tuple(curves)),
        ),
        words="A quarter of the disc coloured by hoop stress, and hoop and radial stress over the radius.",
    )


def inclusion(
    solution: FieldSolution, exact: Callable[[Array], Array], radius: float, outer: float, note: str
) -> Figure:
    """An inclusion: stress along the x axis, inside and outside."""
    curves = []
    for slot, name in ((0, "xx"), (1, "yy")):
        x, values = [], []
        for low, high in ((0.0, radius * (1 - 1e-9)), (radius * (1 + 1e-9), outer)):
            at = np.column_stack([np.linspace(low, high, _POINTS), np.zeros(_POINTS)])
            x.append(at[:, 0])
            values.append(exact(at)[:, slot])
        curves.append(Curve(x=np.concatenate(x), y=np.concatenate(values) / 1e6, label=f"{name}, exact", style="exact"))
    for name in ("xx", "yy"):
        at, found = along(solution, ("square/bottom", "side/bottom", "outside/bottom"), f"stress {name}")
        curves.append(Curve(x=at[:, 0], y=found / 1e6, label=f"{name}, computed"))
    return Figure(
        panels=(
            solved(solution, "stress yy", note, unit=MEGA),
            Graph(across="distance from the centre along x", up="stress [MPa]", curves=tuple(curves)),
        ),
        words="A quarter of the body coloured by the stress yy, and the stresses along the x axis, which jump at the interface.",
    )
