"""The linear elastic benchmarks of NAFEMS on thin shells, as bodies of solid elements."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from tubewall.fem.loads import LineLoad, Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import join
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, Curve, arc, between, line, sphere_octant, with_edge
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.cases_nafems import BOOK, CHAPTER, STEEL
from tubewall.verification.closed_shells import junction_stress
from tubewall.verification.figures_nafems import hemisphere, junction
from tubewall.verification.probe import YY, displacement_at, stress_at


def _hemisphere(fine: bool) -> Outcome:
    """LE3: a hemisphere pulled and pushed by pairs of forces on its free rim; a quarter of it."""
    radius, thickness, force = 10.0, 0.04, 2e3
    count = 24 if fine else 18
    mesh = sphere_octant(radius - thickness / 2, radius + thickness / 2, (count, 1))
    for name, axis in (("pull", 0), ("push", 1)):

        def on_axis(points: Array, axis: int = axis) -> np.ndarray:
            return np.asarray((np.abs(np.delete(points, axis, axis=1)) < 1e-9).all(axis=1))

        mesh = with_edge(mesh, name, on_axis)
    solid = Solid(elastic=Isotropic(youngs_modulus=68.25e9, poissons_ratio=0.3))
    model = Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, solid),
        kinematics="3d",
        loads=(
            LineLoad(edge="pull", force=(force / thickness, 0.0, 0.0)),
            LineLoad(edge="push", force=(0.0, -force / thickness, 0.0)),
        ),
        supports=(
            Support(boundary="x/left", fix=("y",)),
            Support(boundary="z/bottom", fix=("y",)),
            Support(boundary="y/bottom", fix=("x",)),
            Support(boundary="z/left", fix=("x",)),
            # the middle of the wall, as the radii of the nodes grow by a constant factor
            Support(point=(0.0, 0.0, float(np.sqrt(radius**2 - thickness**2 / 4))), fix=("z",)),
        ),
    )
    solution = solve_model(model, solver="cholmod")
    value = displacement_at(solution, (float(np.sqrt(radius**2 - thickness**2 / 4)), 0.0, 0.0))[0]
    check = Check(
        quantity="displacement x at A, hexahedron", value=float(value), reference=0.185, tolerance=2e-2, unit="m"
    )
    return Outcome(checks=(check,), figure=partial(hemisphere, solution, radius, 0.185))


def _junction(fine: bool) -> Outcome:
    """LE7's vessel: a cylinder that ends in a hemisphere; the pressure acts on the middle surface, as in shell theory."""
    radius, thickness, pressure, length = 1.0, 0.025, 1e6, 1.0
    through = 4 if fine else 2

    def wall(inside: float) -> tuple[Curve, Curve]:
        return (
            line((radius + inside, -length), (radius + inside, 0.0)),
            arc((0, 0), radius + inside, 0.0, np.pi / 2),
        )

    low, high = wall(-thickness / 2), wall(thickness / 2)
    along = 20 * through
    mesh = join(
        {
            "cylinder": between(low[0], high[0], (through, along)),
            "sphere": between(low[1], high[1], (through, along)),
        }
    )
    # half the pressure inside, half as suction outside: together they act as on the middle surface
    loads = [
        Pressure(boundary=f"{part}/{side}", pressure=sign * pressure / 2)
        for part in ("cylinder", "sphere")
        for side, sign in (("left", 1), ("right", -1))
    ]
    model = Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, STEEL),
        kinematics="axisymmetric",
        loads=tuple(loads),
        supports=(Support(boundary="cylinder/bottom", fix=("y",)), Support(boundary="sphere/top", fix=("x",))),
    )
    solution = solve_model(model)
    outside = mesh.points[mesh.boundary_nodes("cylinder/right")]
    outside = outside[(outside[:, 1] > -0.3) & (outside[:, 1] < -0.02)]
    value = max(float(stress_at(solution, point, "cylinder")[YY]) for point in outside)
    source = "Timoshenko and Woinowsky-Krieger, Theory of Plates and Shells (1959), section 116"
    checks = (
        Check(
            quantity="largest axial stress outside, against shell theory",
            value=value,
            reference=junction_stress(pressure, radius, thickness),
            tolerance=2e-2,
            unit="Pa",
            kind="exact",
            source=source,
        ),
        Check(
            quantity="largest axial stress outside, target of LE7",
            value=value,
            reference=25.86e6,
            tolerance=2e-2,
            unit="Pa",
        ),
    )
    return Outcome(
        checks=checks, figure=partial(junction, solution, junction_stress(pressure, radius, thickness), 25.86e6)
    )


CASES: Final = (
    Case(name="nafems-le3", title="Hemisphere with point loads", kind="published", source=f"{BOOK} LE3", chapter=CHAPTER,
         run=_hemisphere, slow=True, checked="sizes and target as in Autodesk Fusion's validation case static stress 02"),
    Case(name="nafems-le7", title="Cylinder with a hemispherical end", kind="published", source=f"{BOOK} LE7", chapter=CHAPTER,
         run=_junction),
)  # fmt: skip
