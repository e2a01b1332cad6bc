"""Beams and membranes: the problems of MacNeal and Harder, Cook's membrane, heated beams, stiff and soft layers in a row."""

from __future__ import annotations

from typing import Final

import numpy as np

from tubewall.fem.loads import Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.solve_model import solve_model
from tubewall.geometry.mapped_block import join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array, between, box, line
from tubewall.verification.case import Case, Check
from tubewall.verification.closed_shells import curved_cantilever_tip, torsion_constant
from tubewall.verification.probe import XX, displacement_at, mean_displacement, stress_at

_CHAPTER: Final = "beams"
_STANDARD: Final = "MacNeal and Harder, Finite Elem. Anal. Des. 1, 3 (1985)"
_SPACE: Final = ("hexahedron", "tetra", "wedge")


def _straight(fine: bool) -> tuple[Check, ...]:
    """A cantilever of 6 x 0.2 x 0.1 under unit forces at its tip."""
    length, depth, width, modulus, ratio = 6.0, 0.2, 0.1, 1e7, 0.3
    counts = (48, 6, 3) if fine else (36, 4, 2)
    solid = Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=ratio))
    wanted = (("extension", 0, 3e-5), ("in-plane shear", 1, 0.1081), ("out-of-plane shear", 2, 0.4321))
    checks = []
    for kind in _SPACE:
        mesh = box((length, depth, width), counts, kind=kind)
        for name, axis, reference in wanted:
            force = np.zeros(3)
            force[axis] = 1 / (depth * width)
            model = Model(
                mesh=mesh,
                solids={"body": solid},
                kinematics="3d",
                loads=(Traction(boundary="right", traction=tuple(force)),),
                supports=(Support(boundary="left"),),
            )
            value = mean_displacement(solve_model(model), "right")[axis]
            checks.append(
                Check(quantity=f"tip deflection, {name}, {kind}", value=float(value), reference=reference,
                      tolerance=1e-2, unit="in")
            )  # fmt: skip
    return (*checks, *_twist(fine))


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


def _curved(fine: bool) -> tuple[Check, ...]:
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
        force = np.zeros(3)
        force[axis] = 1 / area
        model = Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="3d",
            loads=(Traction(boundary="top", traction=tuple(force)),),
            supports=(Support(boundary="bottom"),),
        )
        value = float(mean_displacement(solve_model(model), "top")[axis])
        checks.append(
            Check(quantity=f"tip deflection {name}, hexahedron", value=value, reference=reference, tolerance=tolerance,
                  unit="in")
        )  # fmt: skip
        if axis == 1:
            checks.append(
                Check(quantity=f"tip deflection {name}, against Golovin's solution, hexahedron", value=value,
                      reference=curved_cantilever_tip(1.0, inner, outer, width, modulus), tolerance=3e-3, unit="in",
                      kind="exact", source="Timoshenko and Goodier, Theory of Elasticity (1970), section 33")
            )  # fmt: skip
    return tuple(checks)


def _twisted(fine: bool) -> tuple[Check, ...]:
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
    for kind in _SPACE:
        mesh = mapped_block(counts, map=put, kind=kind, order=2)
        for name, axis, reference in wanted:
            force = np.zeros(3)
            force[axis] = 1 / (depth * width)
            model = Model(
                mesh=mesh,
                solids={"body": solid},
                kinematics="3d",
                loads=(Traction(boundary="right", traction=tuple(force)),),
                supports=(Support(boundary="left"),),
            )
            value = mean_displacement(solve_model(model), "right")[axis]
            checks.append(
                Check(quantity=f"tip deflection, {name}, {kind}", value=float(value), reference=reference,
                      tolerance=5e-3, unit="in")
            )  # fmt: skip
    return tuple(checks)


def _cook(fine: bool) -> tuple[Check, ...]:
    """Cook's membrane: a tapered panel, clamped on the left, sheared on the right."""
    count = 32 if fine else 16

    def put(unit: Array) -> Array:
        x = 48 * unit[:, 0]
        low, high = 44 * unit[:, 0], 44 + 16 * unit[:, 0]
        return np.column_stack([x, low + (high - low) * unit[:, 1]])

    checks = []
    for kind in ("quad", "triangle"):
        model = Model(
            mesh=mapped_block((count, count), map=put, kind=kind, order=2),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=1.0, poissons_ratio=1 / 3))},
            kinematics="plane stress",
            loads=(Traction(boundary="right", traction=(0.0, 1 / 16)),),
            supports=(Support(boundary="left"),),
        )
        value = displacement_at(solve_model(model), (48.0, 52.0))[1]
        checks.append(
            Check(quantity=f"deflection of the middle of the right side, {kind}, {count} x {count}", value=float(value),
                  reference=23.96, tolerance=2e-3)
        )  # fmt: skip
    return tuple(checks)


def _heated_beam(fine: bool) -> tuple[Check, ...]:
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
        found = stress_at(solve_model(held), (length / 2, depth))[XX]
        checks.append(
            Check(quantity=f"stress at the hot face, ends held, {kind}", value=float(found), reference=-scale,
                  tolerance=1e-9, unit="Pa")
        )  # fmt: skip
    return tuple(checks)


def _layers(fine: bool) -> tuple[Check, ...]:
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
    total = sum(-pressure * height / confined(*(stiff, soft)[i % 2]) for i in range(len(names)))
    first = -pressure * height / confined(*stiff)
    return (
        Check(quantity="shortening of the column", value=float(displacement_at(solution, (0.0, 6 * height))[1]),
              reference=total, tolerance=1e-8, unit="m"),
        Check(quantity="shortening of the first stiff layer", value=float(displacement_at(solution, (0.0, height))[1]),
              reference=first, tolerance=1e-6, unit="m"),
        Check(quantity="sideways stress of the first stiff layer",
              value=float(stress_at(solution, (0.0, 0.0))[XX]), reference=-pressure * 0.25, tolerance=1e-6, unit="Pa"),
    )  # fmt: skip


CASES: Final = (
    Case(name="macneal-straight", title="Straight cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_straight, slow=True),
    Case(name="macneal-curved", title="Curved cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_curved),
    Case(name="macneal-twisted", title="Twisted cantilever", kind="published", source=_STANDARD, chapter=_CHAPTER,
         run=_twisted),
    Case(name="cook-membrane", title="Cook's membrane", kind="published", chapter=_CHAPTER,
         source="Cook, J. Struct. Div. ASCE 100, 1851 (1974); limit of fine meshes, Cook (1989), section 6.13; 23.9 in Bergan "
         "and Felippa, Comput. Methods Appl. Mech. Eng. 50, 25 (1985)", run=_cook),
    Case(name="heated-beam", title="Beam with a thermal gradient", kind="exact", chapter=_CHAPTER,
         source="Boley and Weiner, Theory of Thermal Stresses (1960), chapter 10", run=_heated_beam),
    Case(name="layered-column", title="Layers of contrast 60 000", kind="exact", chapter=_CHAPTER,
         source="uniaxial strain: sigma = M eps, M = E (1 - nu) / ((1 + nu) (1 - 2 nu))", run=_layers),
)  # fmt: skip
