"""Bonded tubes whose parts expand differently."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Pressure, TemperatureChange
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import join
from tubewall.materials.anisotropic import Orthotropic
from tubewall.materials.elastic import Isotropic
from tubewall.verification import figures_round
from tubewall.verification.bodies import ring
from tubewall.verification.case import TESTED, Case, Check, Outcome
from tubewall.verification.closed_tubes import isotropic_layer, layered_tube
from tubewall.verification.figure import MEGA, Curve, Figure, Graph, solved
from tubewall.verification.probe import YY, ZZ, along, stress_at
from tubewall.verification.symmetry import quarter_supports

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "tubes"
# the liner and the wall of the lined tube: radii [m], moduli [Pa], expansion [1/K]; and how much warmer it is [K]
_RADII: Final = (50e-9, 58e-9, 75e-9)
_MODULI, _RATIOS, _EXPANSIONS, _WARMING = (10e9, 60e9), (0.36, 0.2), (4.6e-5, 2e-6), -40.0


def _wrapped(fine: bool) -> Outcome:
    """NAFEMS R0031/2: a wrapped thick cylinder, with pressure and then heated too."""
    steps = (4, 4) if fine else (2, 2)
    inner, outer, count = 23e-3, 27e-3, 36
    mesh = join(
        {
            "cylinder": ring(inner, 25e-3, (steps[0], count)),
            "wrap": ring(25e-3, outer, (steps[1], count)),
        }
    )
    wrap = Orthotropic(
        youngs_moduli=(130e9, 5e9, 5e9),
        poissons_ratios=(0.25, 0.25, 0.25),
        shear_moduli=(10e9, 10e9, 2e9),
        axes="circumferential",
    )
    solids = {
        "cylinder": Solid(elastic=Isotropic(youngs_modulus=210e9, poissons_ratio=0.3), expansion=2e-5),
        "wrap": Solid(elastic=wrap, expansion=(3e-6, 2e-5, 2e-5)),
    }
    printed = {0.0: (1565.3e6, 1429.7e6, 874.7e6, 759.1e6), 130.0: (1381.0e6, 1259.6e6, 1056.0e6, 936.1e6)}
    places = ((23e-3, "cylinder"), (25e-3, "cylinder"), (25e-3, "wrap"), (27e-3, "wrap"))
    checks = []
    solutions: list[FieldSolution] = []
    for warming, targets in printed.items():
        model = Model(
            mesh=mesh,
            solids=solids,
            kinematics="generalised plane strain",
            ends="free",
            loads=(Pressure(boundary="cylinder/left", pressure=200e6), TemperatureChange(change=warming)),
            supports=quarter_supports("cylinder", "wrap"),
        )
        solution = solve_model(model)
        solutions.append(solution)
        for (radius, part), target in zip(places, targets, strict=True):
            value = float(stress_at(solution, (radius, 0.0), part)[YY])
            checks.append(
                Check(
                    quantity=f"hoop stress of the {part} at r = {radius * 1e3:.0f} mm, warmed by {warming:.0f} K",
                    value=value,
                    reference=target,
                    tolerance=2e-3,
                    unit="Pa",
                )
            )
    return Outcome(
        checks=tuple(checks),
        figure=partial(_stresses, solutions[-1], printed[130.0], places),
    )


def _bonded(fine: bool) -> Outcome:
    """A carbon tube with a lithiated liner, cooled: free ends, exact layers."""
    layers = [
        isotropic_layer(_RADII[i], _RADII[i + 1], _MODULI[i], _RATIOS[i], _EXPANSIONS[i] * _WARMING) for i in range(2)
    ]
    at = (_RADII[0], _RADII[1], _RADII[1], _RADII[2])
    exact = layered_tube(at, layers, ends="free", layer_of=(0, 0, 1, 1))
    solution = _lined(6 if fine else 3)
    checks = []
    for k, (radius, part) in enumerate(zip(at, ("liner", "liner", "wall", "wall"), strict=True)):
        found = stress_at(solution, (radius, 0.0), part)
        for name, slot, column in (("hoop", YY, 1), ("axial", ZZ, 2)):
            checks.append(
                Check(
                    quantity=f"{name} stress of the {part} at r = {radius * 1e9:.0f} nm",
                    value=float(found[slot]),
                    reference=float(exact.stress[k, column]),
                    tolerance=2e-3,
                    unit="Pa",
                )
            )
    checks.append(
        Check(
            quantity="axial strain",
            value=float(solution.axial_strain),
            reference=exact.axial_strain,
            tolerance=1e-5,
        )
    )
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            figures_round.tube,
            solution,
            layers,
            "A carbon tube (58 to 75 nm) with a softer liner (from 50 nm) that contracts more, cooled by 40 K; free ends.",
            ends="free",
            boundaries=("liner/bottom", "wall/bottom"),
            parts=("hoop", "axial"),
        ),
    )


def _lined(steps: int) -> FieldSolution:
    """The tube of two layers, cooled, with ``steps`` elements through each."""
    names = ("liner", "wall")
    return solve_model(
        Model(
            mesh=join({name: ring(_RADII[i], _RADII[i + 1], (steps, 24)) for i, name in enumerate(names)}),
            solids={
                name: Solid(
                    elastic=Isotropic(youngs_modulus=_MODULI[i], poissons_ratio=_RATIOS[i]), expansion=_EXPANSIONS[i]
                )
                for i, name in enumerate(names)
            },
            kinematics="generalised plane strain",
            ends="free",
            loads=(TemperatureChange(change=_WARMING),),
            supports=quarter_supports(*names),
        )
    )


def _stresses(solution: FieldSolution, printed: Sequence[float], places: Sequence[tuple[float, str]]) -> Figure:
    """The hoop stress through the wall beside what is printed."""
    at, found = along(solution, ("cylinder/bottom", "wrap/bottom"), "stress hoop")
    curves = (
        Curve(x=[radius * 1e3 for radius, _ in places], y=np.array(printed) / 1e6, label="printed", style="printed"),
        Curve(x=at[:, 0] * 1e3, y=found / 1e6, label="computed"),
    )
    note = "Steel from 23 to 25 mm, wrap of fibres to 27 mm; 200 MPa in the bore, warmed by 130 K, free ends."
    return Figure(
        panels=(
            solved(solution, "stress hoop", note, name="hoop stress", unit=MEGA),
            Graph(across="radius [mm]", up="hoop stress [MPa]", curves=curves),
        ),
        words="A quarter of the wrapped cylinder coloured by hoop stress, and the hoop stress over the radius.",
    )


CASES: Final = (
    Case(name="wrapped-cylinder", title="Steel cylinder wrapped with fibres, pressed and warmed", kind="published",
         chapter=_CHAPTER, source="Hardy, Composite Benchmarks, NAFEMS R0031 (2001), test 2", run=_wrapped,
         checked="the sizes as in the MD Nastran Demonstration Problems, chapter 7; the stresses are quoted from memory and are "
         "those of the exact layers in `tests/unit/test_verification_closed_forms.py`"),
    Case(name="bonded-tube", title="Two bonded tubes of different expansion, cooled", kind="exact", chapter=_CHAPTER,
         source="Timoshenko and Goodier, Theory of Elasticity (1970), chapter 13, for each layer", run=_bonded, checked=TESTED),
)  # fmt: skip
