"""Cracks: stress intensity against closed forms, printed fits and an integral equation; both energy release rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.solve_model import solve_model
from tubewall.geometry.mapped_block import Kind
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, graded, grid, split
from tubewall.verification.case import Case, Check
from tubewall.verification.closed_cracks import (
    SHORT_EDGE_CRACK,
    centre_crack,
    cracked_hole,
    edge_crack,
    penny_crack,
)

if TYPE_CHECKING:
    from tubewall.fem.cracks import CrackResult
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


def _strip(ratio: float, symmetric: bool, fine: bool, on_face: bool = False) -> CrackResult:
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
    return crack(solve_model(model), tip=(ratio, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True)


def _centre(fine: bool) -> tuple[Check, ...]:
    checks = []
    for ratio in (0.3, 0.5):
        wanted = 1e6 * np.sqrt(np.pi * ratio) * centre_crack(ratio)
        for on_face, name in ((False, "pulled"), (True, "pressed open")):
            found = _strip(ratio, True, fine, on_face)
            checks += _checks(found, float(wanted), f"a / W = {ratio}, {name}", 1e-3)
    return tuple(checks)


def _edge(fine: bool) -> tuple[Check, ...]:
    checks = []
    for ratio in (0.25, 0.5):
        wanted = float(1e6 * np.sqrt(np.pi * ratio) * edge_crack(ratio))
        checks += _checks(_strip(ratio, False, fine), wanted, f"a / W = {ratio}", 6e-3)
    ratio = 0.002
    wanted = float(1e6 * np.sqrt(np.pi * ratio) * SHORT_EDGE_CRACK)
    for on_face, name in ((False, "pulled"), (True, "pressed open")):
        checks += _checks(_strip(ratio, False, fine, on_face), wanted, f"short, {name}", 1e-3)
    return tuple(checks)


def _penny(fine: bool) -> tuple[Check, ...]:
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
    found = crack(solve_model(model), tip=(radius, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True)
    return tuple(_checks(found, penny_crack(pressure, radius), "pressed open", 1.5e-3))


def _hole(fine: bool) -> tuple[Check, ...]:
    """Two cracks from a hole of radius 1 under pressure in hole and cracks; a quarter of a wide disc."""
    far, pressure = 80.0, 1e6
    checks = []
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
        found = crack(solve_model(model), tip=(tip, 0.0), direction=(1.0, 0.0), faces=("face",), symmetric=True,
                      radius=0.7 * length)  # fmt: skip
        wanted = pressure * np.sqrt(np.pi * length) * cracked_hole(length)
        checks += _checks(found, float(wanted), f"l / R = {length}", 1.5e-3)
    return tuple(checks)


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
