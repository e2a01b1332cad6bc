"""A crack in space: K and G all along the front of a round crack."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.cracks import crack_front
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, graded, split
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.closed_cracks import penny_crack
from tubewall.verification.figure import Curve, Figure, Graph, solved

if TYPE_CHECKING:
    from tubewall.fem.cracks import CrackResult
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.block_mapping import Kind
    from tubewall.geometry.solid_mesh import SolidMesh

_MODULUS, _RATIO, _PRESSURE, _ANGLE = 200e9, 0.3, 1e6, np.pi / 6
_FAR, _HOLE, _GROWTH = 10.0, 0.02, 1.5


def _sector(first: float, kind: Kind) -> SolidMesh:
    """A sector of 30 degrees above half of a round crack of radius 1, about a fine hole along the axis."""
    radii = np.concatenate([graded(1.0, _HOLE, first, _GROWTH)[::-1], graded(1.0, _FAR, first, _GROWTH)[1:]])
    heights = graded(0.0, _FAR, first, _GROWTH)

    def put(unit: Array) -> Array:
        r, z = (
            np.interp(unit[:, axis] * (len(at) - 1), np.arange(len(at)), at) for axis, at in ((0, radii), (2, heights))
        )
        angle = _ANGLE * unit[:, 1]
        return np.column_stack([r * np.cos(angle), r * np.sin(angle), z])

    mesh = mapped_block((len(radii) - 1, 2, len(heights) - 1), map=put, kind=kind, order=2)
    return split(
        mesh,
        "front",
        face=lambda p: np.hypot(p[:, 0], p[:, 1]) < 1,
        ahead=lambda p: np.hypot(p[:, 0], p[:, 1]) > 1,
    )


def _penny(fine: bool) -> Outcome:
    wanted = penny_crack(_PRESSURE, 1.0)
    release = wanted**2 * (1 - _RATIO**2) / _MODULUS
    checks: list[Check] = []
    series = []
    drawn: list[FieldSolution] = []
    for kind, tolerance in (("hexahedron", 3e-3), ("tetra", 6e-3)):
        model = Model(
            mesh=_sector(0.05 if fine else 0.08, kind),  # type: ignore[arg-type]
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))},
            kinematics="3d",
            loads=(Pressure(boundary="face", pressure=_PRESSURE),),
            supports=(
                Support(boundary="bottom", fix=("y",)),
                Support(boundary="top", fix=("normal",)),
                Support(boundary="ahead", fix=("z",)),
            ),
        )
        solution = solve_model(model)
        results = crack_front(solution, faces=("face",), symmetric=True).results
        series.append((kind, results))
        for i, found in enumerate(results):
            at = f"at {np.degrees(np.arctan2(found.point[1], found.point[0])):.0f} degrees, {kind}"
            assert found.k1 is not None
            checks.append(
                Check(quantity=f"K_I {at}", value=found.k1, reference=wanted, tolerance=tolerance, unit="Pa m^0.5")
            )
            if i == 1:
                checks.append(
                    Check(quantity=f"energy release rate by the domain integral {at}", value=found.g_domain,
                          reference=release, tolerance=1.5e-2, unit="J/m2")
                )  # fmt: skip
                if found.g_extension is not None:
                    checks.append(
                        Check(quantity=f"energy release rate by virtual extension {at}", value=found.g_extension,
                              reference=release, tolerance=1.5e-2, unit="J/m2")
                    )  # fmt: skip
        drawn.append(solution)
    return Outcome(checks=tuple(checks), figure=partial(_figure, drawn[0], series, wanted))


def _figure(solution: FieldSolution, series: Sequence[tuple[str, Sequence[CrackResult]]], wanted: float) -> Figure:
    curves = [Curve(x=[0.0, 30.0], y=[0.0, 0.0], label="", style="guide")]
    for kind, results in series:
        angle = np.degrees([np.arctan2(found.point[1], found.point[0]) for found in results])
        curves.append(
            Curve(x=angle, y=[100 * ((found.k1 or 0.0) / wanted - 1) for found in results], label=f"K_I, {kind}")
        )
    note = (
        "Above half of a round crack of radius 1, pressed open: part of a sector of 30 degrees, radius and height 10."
    )
    return Figure(
        panels=(
            solved(
                solution,
                "displacement z",
                note,
                unit=("um", 1e-6),
                view=(-0.4, -1.6, 0.9),
                window=lambda p: (np.hypot(p[:, 0], p[:, 1]) < 2.5) & (p[:, 2] < 1.6),
            ),
            Graph(across="angle along the front [degrees]", up="error of K_I [%]", curves=tuple(curves), room=0.3),
        ),
        words="The sector coloured by how the crack opens, and the error of the stress intensity along the front.",
    )


CASES: Final = (
    Case(name="crack-penny-3d", title="Round crack in space, along its front", kind="exact", chapter="cracks",
         source="Sneddon, Proc. R. Soc. Lond. A 187, 229 (1946)", run=_penny, slow=True,
         checked="the value of the body of revolution of [the same crack](crack-penny.md), computed apart"),
)  # fmt: skip
