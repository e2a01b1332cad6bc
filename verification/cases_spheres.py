"""Thick spheres, discs that turn, and misfitting inclusions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import BodyForce, Eigenstrain, Pressure, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind, join, mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification import figures_round
from tubewall.verification.bodies import Array, arc, between, line, ring, sphere_octant
from tubewall.verification.case import TESTED, Case, Check, Outcome
from tubewall.verification.closed_inclusions import circular_inclusion, spherical_inclusion
from tubewall.verification.closed_plane import on_circle
from tubewall.verification.closed_tubes import rotating_disc, thick_sphere
from tubewall.verification.probe import XX, XY, YY, ZZ, displacement_at, stress_at
from tubewall.verification.symmetry import octant_supports, quarter_supports

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

_SPHERES: Final = "spheres"
_INNER, _OUTER, _MODULUS, _RATIO, _PRESSURE = 1.0, 2.0, 200e9, 0.3, 1e8


def _sphere_checks(found: list[tuple[float, float, float]], label: str, tolerance: tuple[float, float]) -> list[Check]:
    radial, hoop, moved = thick_sphere(
        [_INNER, _OUTER],
        inner=_INNER,
        outer=_OUTER,
        inner_pressure=_PRESSURE,
        youngs_modulus=_MODULUS,
        poissons_ratio=_RATIO,
    )
    checks = []
    for i, place in enumerate(("bore", "rim")):
        checks += [
            Check(quantity=f"hoop stress at the {place}, {label}", value=found[i][1], reference=float(hoop[i]),
                  tolerance=tolerance[0], unit="Pa"),
            Check(quantity=f"radial stress at the {place}, {label}", value=found[i][0], reference=float(radial[i]),
                  scale=_PRESSURE, tolerance=tolerance[0], unit="Pa"),
            Check(quantity=f"displacement of the {place}, {label}", value=found[i][2], reference=float(moved[i]),
                  tolerance=tolerance[1], unit="m"),
        ]  # fmt: skip
    return checks


def _sphere_axisymmetric(fine: bool) -> Outcome:
    counts = (16, 32) if fine else (10, 20)
    checks: list[Check] = []
    for kind in ("quad", "triangle"):
        model = Model(
            mesh=ring(_INNER, _OUTER, counts, kind=kind),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))},
            kinematics="axisymmetric",
            loads=(Pressure(boundary="left", pressure=_PRESSURE),),
            supports=quarter_supports(),
        )
        solution = solve_model(model)
        for name, place, slots in (("equator", (1.0, 0.0), (XX, ZZ, 0)), ("pole", (0.0, 1.0), (YY, ZZ, 1))):
            found = []
            for radius in (_INNER, _OUTER):
                point = np.array(place) * radius
                stress = stress_at(solution, point)
                moved = displacement_at(solution, point)[slots[2]]
                found.append((float(stress[slots[0]]), float(stress[slots[1]]), float(moved)))
            checks += _sphere_checks(found, f"{name}, {kind}", (5e-3, 1e-4))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            figures_round.sphere,
            solution,
            "Radii 1 and 2 m, 100 MPa inside; half a meridian, the axis is upright.",
            inner=_INNER,
            outer=_OUTER,
            pressure=_PRESSURE,
            modulus=_MODULUS,
            ratio=_RATIO,
        ),
    )


def _sphere_in_space(fine: bool) -> Outcome:
    counts = (6, 8) if fine else (5, 6)
    checks: list[Check] = []
    for kind in ("hexahedron", "tetra", "wedge"):
        mesh = sphere_octant(_INNER, _OUTER, counts, kind=kind)
        solid = Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))
        model = Model(
            mesh=mesh,
            solids=dict.fromkeys(mesh.regions, solid),
            kinematics="3d",
            loads=tuple(Pressure(boundary=f"{name}/front", pressure=_PRESSURE) for name in "xyz"),
            supports=octant_supports(),
        )
        solution = solve_model(model)
        found = []
        for radius in (_INNER, _OUTER):
            stress = stress_at(solution, (radius, 0.0, 0.0))
            hoop = (stress[YY] + stress[ZZ]) / 2
            found.append((float(stress[XX]), float(hoop), float(displacement_at(solution, (radius, 0.0, 0.0))[0])))
        checks += _sphere_checks(found, kind, (1e-2, 5e-4))
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            figures_round.sphere,
            solution,
            "Radii 1 and 2 m, 100 MPa inside; an eighth, seen from inside.",
            inner=_INNER,
            outer=_OUTER,
            pressure=_PRESSURE,
            modulus=_MODULUS,
            ratio=_RATIO,
        ),
    )


def _disc(fine: bool) -> Outcome:
    inner, outer, density, speed = 0.1, 0.5, 7800.0, 300.0
    counts = (14, 24) if fine else (10, 16)

    def force(points: Array) -> Array:
        return density * speed**2 * points

    _, hoop = rotating_disc(
        [inner, outer], inner=inner, outer=outer, density=density, speed=speed, poissons_ratio=_RATIO
    )
    middle = np.sqrt(inner * outer)
    inside, _ = rotating_disc([middle], inner=inner, outer=outer, density=density, speed=speed, poissons_ratio=_RATIO)
    checks = []
    for kind in ("quad", "triangle"):
        model = Model(
            mesh=ring(inner, outer, counts, kind=kind),
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))},
            kinematics="plane stress",
            loads=(BodyForce(force=force),),
            supports=quarter_supports(),
        )
        solution = solve_model(model)
        for i, (radius, place) in enumerate(((inner, "bore"), (outer, "rim"))):
            checks.append(
                Check(quantity=f"hoop stress at the {place}, {kind}", value=float(stress_at(solution, (radius, 0.0))[YY]),
                      reference=float(hoop[i]), tolerance=1e-2, unit="Pa")
            )  # fmt: skip
        checks.append(
            Check(quantity=f"radial stress between, {kind}", value=float(stress_at(solution, (float(middle), 0.0))[XX]),
                  reference=float(inside[0]), tolerance=1e-2, unit="Pa")
        )  # fmt: skip
    return Outcome(
        checks=tuple(checks),
        figure=partial(
            figures_round.disc, solution, inner=inner, outer=outer, density=density, speed=speed, ratio=_RATIO
        ),
    )


def _core(radius: float, outer: float, count: int, kind: Kind) -> SolidMesh:
    """A quarter disc of ``radius`` inside a ring to ``outer``: a square, two fans to the circle, and the ring."""
    half = 0.5 * radius
    square = mapped_block((count, count), map=lambda unit: half * unit, kind=kind, order=2)
    corner = (half, half)
    side = between(line((half, 0), corner), arc((0, 0), radius, 0, np.pi / 4), (count, count), kind=kind)
    above = between(line(corner, (0, half)), arc((0, 0), radius, np.pi / 4, np.pi / 2), (count, count), kind=kind)
    outside = ring(radius, outer, (2 * count, 2 * count), kind=kind)
    return join({"square": square, "side": side, "above": above, "outside": outside})


def _inclusion(shape: str, fine: bool) -> Outcome:
    """A part of a wide body that would swell by itself; what is beyond ``outer`` acts through exact tractions."""
    radius, outer, amount = 1.0, 3.0, 0.01
    solid = Isotropic(youngs_modulus=70e9, poissons_ratio=0.3)
    exact = spherical_inclusion if shape == "sphere" else circular_inclusion
    field = partial(
        exact,
        radius=radius,
        strain=amount,
        youngs_modulus=solid.youngs_modulus,
        poissons_ratio=solid.poissons_ratio,
    )
    checks = []
    for kind in ("quad", "triangle"):
        solution = _swollen(shape, _core(radius, outer, 16 if fine else 10, kind), solid, amount, field)
        places = (("at the centre", (0.0, 0.0), "square"), ("just outside on x", (radius, 0.0), "outside"),
                  ("just outside on y", (0.0, radius), "outside"), ("at twice the radius", (0.0, outer), "outside"))  # fmt: skip
        inner_scale = float(np.abs(field(np.zeros((1, 2)))).max())
        for name, place, region in places:
            found = stress_at(solution, place, region)
            # just outside: a shade beyond the interface
            at = np.array([place]) * (1 + 1e-12 if region == "outside" else 1)
            wanted = field(at)[0]
            for slot, component in ((XX, "xx"), (YY, "yy"), (ZZ, "zz")):
                checks.append(
                    Check(quantity=f"stress {component} {name}, {kind}", value=float(found[slot]),
                          reference=float(wanted[slot]), scale=inner_scale, tolerance=1e-2, unit="Pa")
                )  # fmt: skip
    note = (
        "A sphere of radius 1 that would swell by 1 % along each axis; cut at 3 radii, exact tractions there."
        if shape == "sphere"
        else "A fibre of radius 1 that would grow by 1 % along x; cut at 3 radii, exact tractions there; plane strain."
    )
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.inclusion, solution, field, radius, outer, note),
    )


def _swollen(
    shape: str, mesh: SolidMesh, solid: Isotropic, amount: float, field: Callable[[Array], Array]
) -> FieldSolution:
    """The body of ``_core`` whose inside would swell by ``amount``; ``field`` gives the stress (n, 6) on its rim."""
    strain = (amount, amount, amount) if shape == "sphere" else (amount, 0.0, 0.0)
    inside = ("square", "side", "above")

    def traction(points: Array) -> Array:
        return on_circle(points, field(points)[:, [XX, YY, XY]])

    return solve_model(
        Model(
            mesh=mesh,
            solids=dict.fromkeys((*inside, "outside"), Solid(elastic=solid)),
            kinematics="axisymmetric" if shape == "sphere" else "plane strain",
            loads=(
                *(Eigenstrain(strain=strain, region=part) for part in inside),
                Traction(boundary="outside/right", traction=traction),
            ),
            supports=(
                *(Support(boundary=f"{part}/bottom", fix=("y",)) for part in ("square", "side", "outside")),
                *(Support(boundary=f"{part}/{end}", fix=("x",))
                  for part, end in (("square", "left"), ("above", "top"), ("outside", "top"))),
            ),
        )
    )  # fmt: skip


CASES: Final = (
    Case(name="sphere-axisymmetric", title="Thick sphere as a body of revolution", kind="exact", chapter=_SPHERES,
         source="Timoshenko and Goodier, Theory of Elasticity (1970), section 136", run=_sphere_axisymmetric, checked=TESTED),
    Case(name="sphere-3d", title="Thick sphere in space", kind="exact", chapter=_SPHERES,
         source="Timoshenko and Goodier, Theory of Elasticity (1970), section 136", run=_sphere_in_space, slow=True,
         checked=TESTED),
    Case(name="rotating-disc", title="Disc with a hole, turning", kind="exact", chapter=_SPHERES,
         source="Timoshenko and Goodier, Theory of Elasticity (1970), section 32", run=_disc, checked=TESTED),
    Case(name="inclusion-circle", title="Round fibre that would grow along x only, in a wide body", kind="exact",
         chapter="inclusions", source="Eshelby, Proc. R. Soc. Lond. A 241, 376 (1957); Mura, Micromechanics of Defects in "
         "Solids (1987), section 11", run=partial(_inclusion, "circle"), checked=TESTED),
    Case(name="inclusion-sphere", title="Sphere that would swell, in a wide body", kind="exact", chapter="inclusions",
         source="Eshelby, Proc. R. Soc. Lond. A 241, 376 (1957); Mura, Micromechanics of Defects in Solids (1987), section 11",
         run=partial(_inclusion, "sphere"), checked=TESTED),
)  # fmt: skip
