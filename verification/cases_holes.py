"""Plates with round holes, and the eccentric tube: closed forms and series of complex potentials."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind, join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, Curve, arc, between, line, plate_with_hole, ring
from tubewall.verification.case import TESTED, Case, Check, Outcome
from tubewall.verification.closed_plane import (
    PotentialSeries,
    eccentric_tube,
    jeffery_hoop,
    kirsch,
    on_circle,
    strip_with_hole,
    two_holes,
)
from tubewall.verification.figures_holes import around_hole
from tubewall.verification.probe import XX, YY, stress_at
from tubewall.verification.symmetry import quarter_supports

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "holes"
_SOLID: Final = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))


def _kirsch(fine: bool) -> Outcome:
    """A quarter of a ring around a hole; what is beyond it acts through its exact tractions."""
    radius, outer, tension = 1.0, 5.0, 1e6
    counts = (24, 48) if fine else (16, 32)

    def traction(points: Array) -> Array:
        return on_circle(points, kirsch(points, radius=radius, tension=tension))

    checks = []
    for kind in ("quad", "triangle"):
        for kinematics in ("plane stress", "plane strain"):
            model = Model(
                mesh=ring(radius, outer, counts, kind=kind),
                solids={"body": _SOLID},
                kinematics=kinematics,
                loads=(Traction(boundary="right", traction=traction),),
                supports=quarter_supports(),
            )
            solution = solve_model(model)
            label = f"{kind}, {kinematics}"
            checks += [
                Check(quantity=f"hoop stress beside the hole, {label}", value=float(stress_at(solution, (0.0, radius))[XX]),
                      reference=3 * tension, tolerance=5e-3, unit="Pa"),
                Check(quantity=f"hoop stress before the hole, {label}", value=float(stress_at(solution, (radius, 0.0))[YY]),
                      reference=-tension, tolerance=2e-2, unit="Pa"),
            ]  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            around_hole,
            solution,
            partial(kirsch, radius=radius, tension=tension),
            "Hole of radius 1, pulled along x; cut at 5 radii, exact tractions there.",
            radius=radius,
            boundaries=("left",),
            size=tension,
        ),
    )


def _strip(fine: bool) -> Outcome:
    count = 16 if fine else 10
    printed = {0.3: 3.36, 0.5: 4.32}
    checks = []
    drawn: list[tuple[FieldSolution, PotentialSeries]] = []
    for ratio, number in printed.items():
        series = strip_with_hole(ratio)
        beside, before = series.stress([[0.0, ratio], [ratio, 0.0]])
        for kind in ("quad", "triangle"):
            mesh = plate_with_hole(ratio, 1.0, 3.0, count, kind=kind)
            model = Model(
                mesh=mesh,
                solids=dict.fromkeys(mesh.regions, _SOLID),
                kinematics="plane stress",
                loads=(Traction(boundary="far/right", traction=(1.0, 0.0)),),
                supports=(
                    Support(boundary="side/bottom", fix=("y",)),
                    Support(boundary="far/bottom", fix=("y",)),
                    Support(boundary="above/top", fix=("x",)),
                ),
            )
            solution = solve_model(model)
            drawn.append((solution, series))
            value = float(stress_at(solution, (0.0, ratio))[XX])
            label = f"hole {ratio} of the width, {kind}"
            checks += [
                Check(quantity=f"stress beside the hole over the tension, {label}", value=value, reference=float(beside[0]),
                      tolerance=5e-3),
                Check(quantity=f"stress before the hole over the tension, {label}",
                      value=float(stress_at(solution, (ratio, 0.0))[YY]), reference=float(before[1]), tolerance=1e-2),
                Check(quantity=f"stress beside the hole, printed, {label}", value=value, reference=number, tolerance=1e-2,
                      kind="published"),
            ]  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            around_hole,
            drawn[-1][0],
            drawn[-1][1].stress,
            "Strip of half width 1 and half length 3, hole of radius 0.5, unit tension.",
            radius=0.5,
            boundaries=("side/left", "above/left"),
        ),
    )


def _two_holes(fine: bool) -> Outcome:
    """A quarter of a wide plate with two holes of radius 1, centres 3 apart; the outline carries the series' tractions."""
    distance, count = 3.0, (16 if fine else 10)
    half = distance / 2
    printed = {(1.0, 1.0): ("pulled all around", 2.887), (0.0, 1.0): ("pulled across the line of centres", 3.264)}
    checks = []
    drawn: list[tuple[FieldSolution, PotentialSeries]] = []
    for far, (name, number) in printed.items():
        series = two_holes(distance, far)
        for kind in ("quad", "triangle"):
            solution = _beside_a_hole(distance, series, count, kind)
            drawn.append((solution, series))
            near = float(stress_at(solution, (half - 1, 0.0))[YY])
            away = float(stress_at(solution, (half + 1, 0.0))[YY])
            exact = series.stress([[half - 1, 0.0], [half + 1, 0.0]])[:, 1]
            checks += [
                Check(quantity=f"stress between the holes, {name}, {kind}", value=near, reference=float(exact[0]),
                      tolerance=5e-3),
                Check(quantity=f"stress on the far side, {name}, {kind}", value=away, reference=float(exact[1]),
                      tolerance=5e-3),
                Check(quantity=f"stress between the holes, {name}, printed, {kind}", value=near, reference=number,
                      tolerance=5e-3, kind="published"),
            ]  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            around_hole,
            drawn[-1][0],
            drawn[-1][1].stress,
            "Two holes of radius 1, centres 3 apart, pulled along y; exact tractions on the outline.",
            radius=1.0,
            boundaries=("right/left", "top/left", "left/left"),
            centre=half,
            turn=np.pi,
            quantity="stress yy",
        ),
    )


def _beside_a_hole(distance: float, series: PotentialSeries, count: int, kind: Kind) -> FieldSolution:
    """The quarter around the right one of two holes, cut at x = ``distance`` and y = 2.5."""
    half, width, height = distance / 2, distance, 2.5
    # around the hole from its far side on the x axis to its near side
    turns = (0.0, np.pi / 4, 3 * np.pi / 4, np.pi)
    outline: tuple[Curve, ...] = (
        line((width, 0.0), (width, height)),
        line((width, height), (0.0, height)),
        line((0.0, height), (0.0, 0.0)),
    )
    mesh = join(
        {
            side: between(arc((half, 0.0), 1.0, turns[i], turns[i + 1]), outline[i], (2 * count, (1 + i % 2) * count),
                          kind=kind, grading=6.0)
            for i, side in enumerate(("right", "top", "left"))
        }
    )  # fmt: skip

    def on_right(points: Array) -> Array:
        return series.stress(points)[:, [0, 2]]

    def on_top(points: Array) -> Array:
        return series.stress(points)[:, [2, 1]]

    return solve_model(
        Model(
            mesh=mesh,
            solids=dict.fromkeys(mesh.regions, _SOLID),
            kinematics="plane stress",
            loads=(
                Traction(boundary="right/right", traction=on_right),
                Traction(boundary="top/right", traction=on_top),
            ),
            supports=(
                Support(boundary="right/bottom", fix=("y",)),
                Support(boundary="left/top", fix=("y",)),
                Support(boundary="left/right", fix=("x",)),
            ),
        )
    )


def _eccentric(fine: bool) -> Outcome:
    bore, rim, pressure = 10.0, 20.0, 1.0
    counts = (18, 72) if fine else (12, 48)
    checks = []
    for offset in (2.0, 6.0):
        thin, thick = jeffery_hoop(bore=bore, rim=rim, offset=offset)

        def put(unit: Array, offset: float = offset) -> Array:
            angle = np.pi * unit[:, 1]
            direction = np.column_stack([np.cos(angle), np.sin(angle)])
            inside = bore * direction + np.array([offset, 0.0])
            return np.asarray(inside + unit[:, :1] * (rim * direction - inside))

        for kind in ("quad", "triangle"):
            mesh = mapped_block(counts, map=put, kind=kind, order=2, grading=(2.0, 1.0))
            model = Model(
                mesh=mesh,
                solids={"body": _SOLID},
                kinematics="plane strain",
                loads=(Pressure(boundary="left", pressure=pressure),),
                supports=(
                    Support(boundary="bottom", fix=("y",)),
                    Support(boundary="top", fix=("y",)),
                    Support(point=(rim, 0.0), fix=("x",)),
                ),
            )
            solution = solve_model(model)
            for name, place, reference in (("thin", offset + bore, thin), ("thick", offset - bore, thick)):
                checks.append(
                    Check(quantity=f"hoop stress at the bore on the {name} side, bore moved by {offset:g}, {kind}",
                          value=float(stress_at(solution, (place, 0.0))[YY]), reference=reference, tolerance=5e-3)
                )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            around_hole,
            solution,
            eccentric_tube(bore, rim, offset).stress,
            f"Half a tube, radii {bore:g} and {rim:g}, its bore moved by {offset:g}, under unit pressure.",
            radius=bore,
            boundaries=("left",),
            centre=offset,
            turn=np.pi,
            quantity="max principal",
            over="pressure",
        ),
    )


CASES: Final = (
    Case(name="kirsch", title="Hole in a wide plate", kind="exact", chapter=_CHAPTER,
         source="Kirsch (1898); Timoshenko and Goodier, Theory of Elasticity (1970), section 35", run=_kirsch, checked=TESTED),
    Case(name="howland", title="Hole in a strip", kind="series", chapter=_CHAPTER,
         source="Howland, Phil. Trans. R. Soc. A 229, 49 (1930); potentials of Muskhelishvili fitted to the boundary",
         run=_strip,
         checked="the series is tested on its own in `tests/unit/test_verification_closed_forms.py`; "
         "the printed digits are from memory"),
    Case(name="ling", title="Two holes in a wide plate", kind="series", chapter=_CHAPTER,
         source="Ling, J. Appl. Phys. 19, 77 (1948); potentials of Muskhelishvili fitted to the boundary", run=_two_holes,
         checked="the series is tested on its own in `tests/unit/test_verification_closed_forms.py`; "
         "the printed digits are from memory"),
    Case(name="jeffery", title="Eccentric tube", kind="exact", chapter=_CHAPTER,
         source="Jeffery, Phil. Trans. R. Soc. A 221, 265 (1921)", run=_eccentric, checked=TESTED),
)  # fmt: skip
