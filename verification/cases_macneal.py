"""The beams of MacNeal and Harder: straight, curved and twisted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, box
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.closed_shells import curved_cantilever_tip, torsion_constant
from tubewall.verification.figures_beams import bent
from tubewall.verification.probe import displacement_at, mean_displacement

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

_CHAPTER: Final = "beams"
_STANDARD: Final = "MacNeal and Harder, Finite Elem. Anal. Des. 1, 3 (1985)"
_SPACE: Final = ("hexahedron", "tetra", "wedge")


def _straight(fine: bool) -> Outcome:
    """A cantilever of 6 x 0.2 x 0.1 under unit forces at its tip."""
    length, depth, width, modulus, ratio = 6.0, 0.2, 0.1, 1e7, 0.3
    counts = (48, 6, 3) if fine else (36, 4, 2)
    solid = Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=ratio))
    wanted = (("extension", 0, 3e-5), ("in-plane shear", 1, 0.1081), ("out-of-plane shear", 2, 0.4321))
    checks = []
    solutions: list[FieldSolution] = []
    for kind in _SPACE:
        mesh = box((length, depth, width), counts, kind=kind)
        for name, axis, reference in wanted:
            solution, value = _pulled(mesh, solid, axis, depth * width)
            solutions.append(solution)
            checks.append(_deflection(f"tip deflection, {name}, {kind}", value, reference, 1e-2))
    checks += _twist(fine)
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            bent,
            solutions[-1],
            2,
            ("bottom",),
            0,
            "x [in]",
            "A bar of 6 by 0.2 by 0.1 in, clamped at one end, a unit force at the other across its thin side; drawn bent.",
            printed=(length, 0.4321),
            exact=_bernoulli(modulus, width**3 * depth / 12, length),
        ),
    )


def _pulled(
    mesh: SolidMesh, solid: Solid, axis: int, area: float, ends: tuple[str, str] = ("left", "right")
) -> tuple[FieldSolution, float]:
    """A beam clamped at one end under a unit force at the other, and the mean deflection there along the force."""
    force = np.zeros(3)
    force[axis] = 1 / area
    solution = solve_model(
        Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="3d",
            loads=(Traction(boundary=ends[1], traction=tuple(force)),),
            supports=(Support(boundary=ends[0]),),
        )
    )
    return solution, float(mean_displacement(solution, ends[1])[axis])


def _deflection(quantity: str, value: float, printed: float, tolerance: float) -> Check:
    """A deflection [in] beside the printed one."""
    return Check(quantity=quantity, value=value, reference=printed, tolerance=tolerance, unit="in")


def _bernoulli(modulus: float, inertia: float, length: float) -> tuple[Array, Array]:
    """Places along a cantilever and its deflection under a unit force at the tip, without shear."""
    x = np.linspace(0.0, length, 41)
    return x, x**2 * (3 * length - x) / (6 * modulus * inertia)


def _twist(fine: bool) -> list[Check]:
    """The same bar twisted: turn between two sections far from the ends, against Saint-Venant's torsion."""
    length, depth, width, modulus, ratio = 6.0, 0.2, 0.1, 1e7, 0.3
    counts = (36, 12, 6) if fine else (24, 8, 4)
    polar = depth * width * (depth**2 + width**2) / 12

    def shear(points: Array) -> Array:
        y, z = points[:, 1] - depth / 2, points[:, 2] - width / 2
        return np.column_stack([np.zeros(len(points)), -z / polar, y / polar])

    model = Model(
        mesh=box((length, depth, width), counts),
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=ratio))},
        kinematics="3d",
        loads=(Traction(boundary="right", traction=shear),),
        supports=(Support(boundary="left"),),
    )
    solution = solve_model(model)
    turns = []
    for x in (1.5, 4.5):
        up = displacement_at(solution, (x, depth, width / 2))[2] - displacement_at(solution, (x, 0.0, width / 2))[2]
        turns.append(up / depth)
    exact = 1 / (modulus / (2 * (1 + ratio)) * torsion_constant(depth, width))
    return [
        Check(quantity="turn per length under a unit torque, hexahedron", value=float(turns[1] - turns[0]) / 3.0,
              reference=exact, tolerance=2e-3, unit="rad/in", kind="exact",
              source="Timoshenko and Goodier, Theory of Elasticity (1970), section 109")
    ]  # fmt: skip


def _curved(fine: bool) -> Outcome:
    """A quarter of a ring, clamped at one end, pulled at the other along and across its plane."""
    inner, outer, width, modulus = 4.12, 4.32, 0.1, 1e7
    counts = (6, 36, 4) if fine else (4, 24, 2)

    def put(unit: Array) -> Array:
        r, t = inner + (outer - inner) * unit[:, 0], np.pi / 2 * unit[:, 1]
        return np.column_stack([r * np.cos(t), r * np.sin(t), width * unit[:, 2]])

    mesh = mapped_block(counts, map=put, order=2)
    solid = Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=0.25))
    # the free end lies on the y axis: there the radial direction is y
    area = (outer - inner) * width
    checks = []
    for name, axis, reference, tolerance in (
        ("in its plane", 1, 0.08734, 2e-2),
        ("out of its plane", 2, 0.5022, 2e-2),
    ):
        solution, value = _pulled(mesh, solid, axis, area, ends=("bottom", "top"))
        checks.append(_deflection(f"tip deflection {name}, hexahedron", value, reference, tolerance))
        if axis == 1:
            checks.append(
                Check(quantity=f"tip deflection {name}, against Golovin's solution, hexahedron", value=value,
                      reference=curved_cantilever_tip(1.0, inner, outer, width, modulus), tolerance=3e-3, unit="in",
                      kind="exact", source="Timoshenko and Goodier, Theory of Elasticity (1970), section 33")
            )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            bent,
            solution,
            2,
            ("left",),
            3,
            "angle from the clamped end [degrees]",
            "A quarter of a ring, radii 4.12 and 4.32 in, 0.1 in thick, clamped at one end, a unit force across its plane at "
            "the other; drawn bent.",
            printed=(90.0, 0.5022),
        ),
    )


def _twisted(fine: bool) -> Outcome:
    """A cantilever whose section turns by 90 degrees along its length."""
    length, depth, width = 12.0, 1.1, 0.32
    counts = (36, 6, 3) if fine else (24, 4, 2)

    def put(unit: Array) -> Array:
        angle = np.pi / 2 * unit[:, 0]
        y, z = depth * (unit[:, 1] - 0.5), width * (unit[:, 2] - 0.5)
        return np.column_stack(
            [length * unit[:, 0], y * np.cos(angle) - z * np.sin(angle), y * np.sin(angle) + z * np.cos(angle)]
        )

    solid = Solid(elastic=Isotropic(youngs_modulus=29e6, poissons_ratio=0.22))
    # at the free end the depth lies along z
    wanted = (("in-plane shear", 2, 0.005424), ("out-of-plane shear", 1, 0.001754))
    checks = []
    solutions: list[FieldSolution] = []
    for kind in _SPACE:
        mesh = mapped_block(counts, map=put, kind=kind, order=2)
        for name, axis, reference in wanted:
            solution, value = _pulled(mesh, solid, axis, depth * width)
            solutions.append(solution)
            checks.append(_deflection(f"tip deflection, {name}, {kind}", value, reference, 5e-3))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            bent,
            solutions[-1],
            1,
            ("front",),
            0,
            "x [in]",
            "A bar of 12 by 1.1 by 0.32 in twisted by 90 degrees, clamped at one end, a unit force along y at the other.",
            printed=(length, 0.001754),
            unit=("1e-3 in", 1e-3),
        ),
    )


CASES: Final = (
    Case(name="macneal-straight", title="Straight cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_straight, slow=True, checked="values as in OptiStruct's OS-V: 0720"),
    Case(name="macneal-curved", title="Curved cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_curved, checked="values as in OptiStruct's OS-V: 0710; Golovin's solution is tested on its own"),
    Case(name="macneal-twisted", title="Twisted cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_twisted, checked="values as in OptiStruct's OS-V: 0700"),
)  # fmt: skip
