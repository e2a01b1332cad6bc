"""Cracks: stress intensity against closed forms, printed fits and an integral equation; both energy release rates."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, graded, grid, split
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.closed_cracks import (
    SHORT_EDGE_CRACK,
    centre_crack,
    cracked_hole,
    edge_crack,
    penny_crack,
)
from tubewall.verification.figure import rectangle
from tubewall.verification.figures_cracks import k_figure

if TYPE_CHECKING:
    from tubewall.fem.cracks import CrackResult
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

_CHAPTER: Final = "cracks"
_MODULUS, _RATIO = 200e9, 0.3
_SOLID: Final = Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))
_HANDBOOK: Final = "Tada, Paris and Irwin, The Stress Analysis of Cracks Handbook (2000), page"


def _both_ways(length: float, end: float, first: float) -> Array:
    """Places 0 .. length .. end with the smallest steps on both sides of ``length``."""
    before = graded(length, 0.0, first)[::-1]
    return np.concatenate([before, graded(length, end, first)[1:]])


def _half(x: Array, y: Array, length: float, kind: Kind = "quad") -> SolidMesh:
    """The upper half of a cracked body: "bottom" is split into "face" (x < length) and "ahead"."""
    return _split(grid(x, y, kind=kind), length)


def _split(mesh: SolidMesh, length: float) -> SolidMesh:
    return split(mesh, "bottom", face=lambda p: p[:, 0] < length, ahead=lambda p: p[:, 0] > length)


def _checks(found: CrackResult, wanted: float, name: str, tolerance: float, plane_strain: bool = True) -> list[Check]:
    modulus = _MODULUS / (1 - _RATIO**2) if plane_strain else _MODULUS
    assert found.k1 is not None
    checks = [
        Check(quantity=f"K_I, {name}", value=found.k1, reference=wanted, tolerance=tolerance, unit="Pa m^0.5"),
        Check(quantity=f"energy release rate by the domain integral, {name}", value=found.g_domain,
              reference=wanted**2 / modulus, tolerance=2 * tolerance, unit="J/m2"),
    ]  # fmt: skip
    if found.g_extension is not None:
        checks.append(
            Check(quantity=f"energy release rate by virtual extension, {name}", value=found.g_extension,
                  reference=wanted**2 / modulus, tolerance=2 * tolerance, unit="J/m2")
        )  # fmt: skip
    return checks


def _strip(ratio: float, symmetric: bool, fine: bool, on_face: bool = False) -> tuple[FieldSolution, CrackResult]:
    """A strip of width 1 (half of it when symmetric) with a crack of ``ratio``, pulled by unit stress or pressed open."""
    first = ratio * (0.0025 if fine else 0.005)
    x, y = _both_ways(ratio, 1.0, first), graded(0.0, 4.0, first)
    load = Pressure(boundary="face", pressure=1e6) if on_face else Traction(boundary="top", traction=(0.0, 1e6))
    side = (Support(boundary="left", fix=("x",)),) if symmetric else (Support(point=(1.0, 0.0), fix=("x",)),)
    model = Model(
        mesh=_half(x, y, ratio),
        solids={"body": _SOLID},
        kinematics="plane strain",
        loads=(load,),
        supports=(Support(boundary="ahead", fix=("y",)), *side),
    )
    solution = solve_model(model)
    return solution, crack(solution, tip=(ratio, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True)


def _centre(fine: bool) -> Outcome:
    checks, found_all = [], []
    for ratio in (0.3, 0.5):
        wanted = 1e6 * np.sqrt(np.pi * ratio) * centre_crack(ratio)
        for on_face, name in ((False, "pulled"), (True, "pressed open")):
            solution, found = _strip(ratio, True, fine, on_face)
            found_all.append((f"a / W = {ratio}, {name}", found, float(wanted), ratio))
            checks += _checks(found, float(wanted), f"a / W = {ratio}, {name}", 1e-3)
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            k_figure,
            solution,
            found_all,
            "The right upper quarter of a strip of half width 1 around the tip of its crack, pressed open on the face.",
            window=rectangle((0.0, 0.0), (1.0, 0.8)),
        ),
    )


def _edge(fine: bool) -> Outcome:
    checks, found_all = [], []
    for ratio in (0.25, 0.5):
        wanted = float(1e6 * np.sqrt(np.pi * ratio) * edge_crack(ratio))
        solution, found = _strip(ratio, False, fine)
        found_all.append((f"a / W = {ratio}", found, wanted, ratio))
        checks += _checks(found, wanted, f"a / W = {ratio}", 6e-3)
    ratio = 0.002
    wanted = float(1e6 * np.sqrt(np.pi * ratio) * SHORT_EDGE_CRACK)
    for on_face, name in ((False, "pulled"), (True, "pressed open")):
        _, found = _strip(ratio, False, fine, on_face)
        found_all.append((f"short, {name}", found, wanted, ratio))
        checks += _checks(found, wanted, f"short, {name}", 1e-3)
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            k_figure,
            solution,
            found_all,
            "The upper half of a strip of width 1 around the tip of an edge crack of half the "
            "width, pulled from above.",
            window=rectangle((0.0, 0.0), (1.0, 0.8)),
        ),
    )


def _penny(fine: bool) -> Outcome:
    radius, far, pressure = 1.0, 30.0, 1e6
    first = 0.005 if fine else 0.01
    mesh = _half(_both_ways(radius, far, first), graded(0.0, far, first), radius)
    model = Model(
        mesh=mesh,
        solids={"body": _SOLID},
        kinematics="axisymmetric",
        loads=(Pressure(boundary="face", pressure=pressure),),
        supports=(Support(boundary="ahead", fix=("y",)), Support(boundary="left", fix=("x",))),
    )
    solution = solve_model(model)
    found = crack(solution, tip=(radius, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True)
    wanted = penny_crack(pressure, radius)
    return Outcome(
        checks=tuple(_checks(found, wanted, "pressed open", 1.5e-3)),
        figure=partial(
            k_figure,
            solution,
            [("round crack", found, wanted, radius)],
            "Above a round crack of radius 1 in a wide body, the axis on the left, pressed open.",
            window=rectangle((0.0, 0.0), (1.8, 1.3)),
        ),
    )


def _hole(fine: bool) -> Outcome:
    """Two cracks from a hole of radius 1 under pressure in hole and cracks; a quarter of a wide disc."""
    far, pressure = 80.0, 1e6
    checks, found_all = [], []
    for length in (0.2, 1.0):
        first = length * (0.005 if fine else 0.01)
        tip = 1 + length
        before = graded(tip, 1.0, first)[::-1]
        radii = np.concatenate([before, graded(tip, far, first)[1:]])
        turns = graded(0.0, np.pi / 2, first / tip)

        def put(p: Array) -> Array:
            return np.stack([p[:, 0] * np.cos(p[:, 1]), p[:, 0] * np.sin(p[:, 1])], axis=1)

        mesh = grid(radii, turns, put=put)
        mesh = _split(mesh, tip)
        model = Model(
            mesh=mesh,
            solids={"body": _SOLID},
            kinematics="plane strain",
            loads=(Pressure(boundary="left", pressure=pressure), Pressure(boundary="face", pressure=pressure)),
            supports=(Support(boundary="ahead", fix=("y",)), Support(boundary="top", fix=("x",))),
        )
        solution = solve_model(model)
        found = crack(solution, tip=(tip, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True,
                      radius=0.7 * length)  # fmt: skip
        wanted = pressure * np.sqrt(np.pi * length) * cracked_hole(length)
        found_all.append((f"l / R = {length}", found, float(wanted), length))
        checks += _checks(found, float(wanted), f"l / R = {length}", 1.5e-3)
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            k_figure,
            solution,
            found_all,
            "A quarter of a plate with a hole of radius 1 and a crack of length 1, pressure in both.",
            window=lambda p: np.hypot(p[:, 0], p[:, 1]) < 3.2,
        ),
    )


CASES: Final = (
    Case(name="crack-centre", title="Central crack in a strip", kind="published", chapter=_CHAPTER, source=f"{_HANDBOOK} 2.1 (Tada "
         "1973, within 0.1 % of Isida's series)", run=_centre),
    Case(name="crack-edge", title="Edge crack in a strip, and a short one", kind="published", chapter=_CHAPTER,
         source=f"{_HANDBOOK} 2.10 (within 0.5 %) and 8.1 (Koiter 1965)", run=_edge),
    Case(name="crack-penny", title="Round crack under pressure", kind="exact", chapter=_CHAPTER,
         source="Sneddon, Proc. R. Soc. Lond. A 187, 229 (1946)", run=_penny),
    Case(name="crack-hole", title="Two cracks from a hole, pressure in hole and cracks", kind="series", chapter=_CHAPTER,
         source="Bowie, J. Math. Phys. 35, 60 (1956), as an integral equation of dislocations beside a hole", run=_hole),
)  # fmt: skip
