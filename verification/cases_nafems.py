"""The linear elastic benchmarks of NAFEMS that fit a body of solid elements."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from tubewall.fem.loads import Pressure, Support, TemperatureChange
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, Put, arc, joining, line, with_edge
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figures_nafems import beside_printed
from tubewall.verification.probe import YY, ZZ, stress_at
from tubewall.verification.symmetry import quarter_supports

CHAPTER: Final = "nafems"
BOOK: Final = "The Standard NAFEMS Benchmarks, TNSB Rev. 3 (1990), test"
STEEL: Final = Solid(elastic=Isotropic(youngs_modulus=210e9, poissons_ratio=0.3))


def _ellipses(unit: Array) -> Array:
    angle = np.pi / 2 * unit[:, 1]
    inside = np.stack([2.0 * np.cos(angle), 1.0 * np.sin(angle)], axis=1)
    outside = np.stack([3.25 * np.cos(angle), 2.75 * np.sin(angle)], axis=1)
    return inside + unit[:, :1] * (outside - inside)


def _membrane(fine: bool) -> Outcome:
    """LE1: a quarter of an elliptic membrane, pulled outwards along its rim."""
    checks = []
    count = 32 if fine else 24
    for kind in ("quad", "triangle"):
        mesh = mapped_block((count, 2 * count), map=_ellipses, kind=kind, order=2, grading=(3.0, 1.0))
        model = Model(
            mesh=mesh,
            solids={"body": STEEL},
            kinematics="plane stress",
            loads=(Pressure(boundary="right", pressure=-10e6),),
            supports=quarter_supports(),
        )
        solution = solve_model(model)
        value = stress_at(solution, (2.0, 0.0))[YY]
        checks.append(_target(f"stress yy at D, {kind}, {count} x {2 * count}", value, 92.7e6, 5e-3))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            beside_printed,
            solution,
            "bottom",
            "stress yy",
            "x [m], on the x axis",
            "A quarter of an elliptic membrane, 2 by 1 m inside, 3.25 by 2.75 m outside, pulled by 10 MPa along its rim; D at "
            "(2, 0).",
            place=2.0,
            printed=92.7e6,
        ),
    )


def _plate(fine: bool) -> Outcome:
    """LE10: a thick plate of the same outline under pressure, held along the middle of its rim."""
    count, through = (12, 8) if fine else (8, 6)
    checks = []
    for kind in ("hexahedron", "tetra"):

        def put(unit: Array) -> Array:
            return np.column_stack([_ellipses(unit[:, :2]), 0.6 * unit[:, 2] - 0.3])

        mesh = mapped_block((count, 2 * count, through), map=put, kind=kind, order=2, grading=(3.0, 1.0, 1.0))

        def middle(points: Array) -> np.ndarray:
            rim = np.abs((points[:, 0] / 3.25) ** 2 + (points[:, 1] / 2.75) ** 2 - 1) < 1e-9
            return np.asarray(rim & (np.abs(points[:, 2]) < 1e-9))

        model = Model(
            mesh=with_edge(mesh, "middle of the rim", middle),
            solids={"body": STEEL},
            kinematics="3d",
            loads=(Pressure(boundary="back", pressure=1e6),),
            supports=(
                Support(boundary="bottom", fix=("y",)),
                Support(boundary="top", fix=("x",)),
                Support(boundary="right", fix=("x", "y")),
                Support(edge="middle of the rim", fix=("z",)),
            ),
        )
        solution = solve_model(model)
        value = stress_at(solution, (2.0, 0.0, 0.3))[YY]
        checks.append(_target(f"stress yy at D, {kind}", value, -5.38e6, 2e-2))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            beside_printed,
            solution,
            "bottom",
            "stress yy",
            "x [m], on the upper face over the x axis",
            "A quarter of a plate 0.6 m thick of the outline of LE1 under 1 MPa from above, its rim held along the middle; D "
            "at (2, 0, 0.3).",
            place=2.0,
            printed=-5.38e6,
            keep=lambda p: p[:, 2] > 0.299,
            view=(-0.7, -1.6, 1.1),
        ),
    )


def _target(quantity: str, value: float, printed: float, tolerance: float) -> Check:
    """A stress [Pa] beside the printed one."""
    return Check(quantity=quantity, value=float(value), reference=printed, tolerance=tolerance, unit="Pa")


def _section(count: int) -> tuple[tuple[tuple[int, int], Put], ...]:
    """The meridian of LE11: three blocks from z = 0 upwards, (counts, map of the unit square to r, z)."""
    root = np.sqrt(0.5)
    sphere = joining(arc((0, 0), 1.0, 0.0, np.pi / 4), arc((0, 0), 1.4, 0.0, np.pi / 6))
    taper = joining(line((root, root), (root, 1.39)), line((1.4 * np.cos(np.pi / 6), 0.7), (1.0, 1.39)))
    cylinder = joining(line((root, 1.39), (root, 1.79)), line((1.0, 1.39), (1.0, 1.79)))
    return (
        ((count, 2 * count), sphere),
        ((count, 2 * count), taper),
        ((count, count), cylinder),
    )


def _heated(fine: bool) -> Outcome:
    """LE11: a body of sphere, taper and cylinder whose temperature grows outwards and upwards, held between two planes."""
    solid = Solid(elastic=Isotropic(youngs_modulus=210e9, poissons_ratio=0.3), expansion=2.3e-4)
    checks = []
    count = 24 if fine else 12
    for kind in ("quad", "triangle"):
        parts = {
            name: mapped_block(counts, map=put, kind=kind, order=2)
            for name, (counts, put) in zip(("sphere", "taper", "cylinder"), _section(count), strict=True)
        }
        mesh = join(parts)
        model = Model(
            mesh=mesh,
            solids=dict.fromkeys(mesh.regions, solid),
            kinematics="axisymmetric",
            loads=(TemperatureChange(change=lambda p: p[:, 0] + p[:, 1]),),
            supports=(Support(boundary="sphere/bottom", fix=("y",)), Support(boundary="cylinder/top", fix=("y",))),
        )
        solution = solve_model(model)
        value = stress_at(solution, (1.0, 0.0))[YY]
        checks.append(_target(f"axial stress at A, axisymmetric, {kind}", value, -105e6, 1e-2))
    checks.append(_heated_in_space(solid, 4 if fine else 3))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            beside_printed,
            solution,
            "sphere/bottom",
            "stress yy",
            "r [m], on the lower plane",
            "The meridian of sphere, taper and cylinder, the axis on the left; heated by r + z kelvin, between two planes; A "
            "at r = 1.",
            place=1.0,
            printed=-105e6,
        ),
    )


def _heated_in_space(solid: Solid, count: int) -> Check:
    def turned(put: Put) -> Put:
        def place(unit: Array) -> Array:
            meridian = put(unit[:, :2])
            angle = np.pi / 2 * unit[:, 2]
            return np.column_stack([meridian[:, 0] * np.cos(angle), meridian[:, 0] * np.sin(angle), meridian[:, 1]])

        return place

    names = ("sphere", "taper", "cylinder")
    parts = {
        name: mapped_block((*counts, 2 * count), map=turned(put), kind="hexahedron", order=2)
        for name, (counts, put) in zip(names, _section(count), strict=True)
    }
    mesh = join(parts)
    sides = [Support(boundary=f"{name}/front", fix=("y",)) for name in names]
    sides += [Support(boundary=f"{name}/back", fix=("x",)) for name in names]
    model = Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, solid),
        kinematics="3d",
        loads=(TemperatureChange(change=lambda p: np.hypot(p[:, 0], p[:, 1]) + p[:, 2]),),
        supports=(*sides, Support(boundary="sphere/bottom", fix=("z",)), Support(boundary="cylinder/top", fix=("z",))),
    )
    value = stress_at(solve_model(model), (1.0, 0.0, 0.0))[ZZ]
    return _target("axial stress at A, in space, hexahedron", value, -105e6, 1.5e-2)


CASES: Final = (
    Case(name="nafems-le1", title="Elliptic membrane", kind="published", source=f"{BOOK} LE1", chapter=CHAPTER, run=_membrane,
         checked="sizes and target as in the verification pages of femorph-solver, nafems_le1"),
    Case(name="nafems-le10", title="Thick plate under pressure", kind="published", source=f"{BOOK} LE10", chapter=CHAPTER,
         run=_plate, slow=True, checked="material, load and target as in case 012 of the solver Fino"),
    Case(name="nafems-le11", title="Solid cylinder, taper and sphere, heated", kind="published", source=f"{BOOK} LE11",
         chapter=CHAPTER, run=_heated,
         checked="material, temperature and target as in OnScale's validation case LE11 and OptiStruct's OS-V: 0070"),
)  # fmt: skip
