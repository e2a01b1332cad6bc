"""Random solved bodies whose exact stress and displacement are known: tubes, holes, spheres, corners, made-up fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.references.solid_fields import PLANE, SOLID, ring
from tubewall.fem.field_solution import FieldSolution, PointFields
from tubewall.fem.loads import BodyForce, Pressure, Support, Traction
from tubewall.fem.model import Model, Solid, SolidKinematics
from tubewall.fem.model_solver import solve_model
from tubewall.fem.quantities import QUANTITIES
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.materials import Isotropic

Floats = NDArray[np.float64]
Field = Callable[[Floats], Floats]
E, NU = 100.0, 0.3
SHEAR = E / (2 * (1 + NU))
LAW = Solid(elastic=Isotropic(youngs_modulus=E, poissons_ratio=NU))
# Williams' exponent at 270 degrees and the ratio of the two terms of its symmetric mode (Szabo and Babuska, 1991, 10.1)
CORNER, RATIO = 0.544483736782464, 0.543075578836737


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactBody:
    """A solution, the exact fields, and a boundary whose extremes may be asked for."""

    name: str
    solution: FieldSolution
    stress: Field
    displacement: Field
    surface: str

    def exact(self, quantity: str, points: Floats) -> Floats:
        """The exact value (p,) of a stress or displacement at points (p, dim)."""
        stress = self.stress(points)
        fields = PointFields(points=points, displacement=self.displacement(points), strain=stress, stress=stress)
        return QUANTITIES[quantity].values(fields, self.solution.model.kinematics)


def polar(points: Floats, radial: Floats, hoop: Floats, shear: Floats | float = 0.0) -> Floats:
    """Stress (p, 6) from its polar components."""
    angle = np.arctan2(points[:, 1], points[:, 0])
    c, s = np.cos(angle), np.sin(angle)
    found = np.zeros((len(points), 6))
    found[:, 0] = radial * c * c + hoop * s * s - 2 * shear * c * s
    found[:, 1] = radial * s * s + hoop * c * c + 2 * shear * c * s
    found[:, 5] = (radial - hoop) * c * s + shear * (c * c - s * s)
    return found


def along_z(stress: Floats, kinematics: str) -> Floats:
    """The stress with the zz of plane strain, where that is the kinematics."""
    if kinematics != "plane stress":
        stress[:, 2] = NU * (stress[:, 0] + stress[:, 1])
    return stress


def pull(stress: Field, normal: Callable[[Floats], Floats]) -> Field:
    """The traction of a plane stress on a surface with the unit normals (p, 2) of its points."""

    def force(points: Floats) -> Floats:
        found, n = stress(points), normal(points)
        return np.column_stack(
            [found[:, 0] * n[:, 0] + found[:, 5] * n[:, 1], found[:, 5] * n[:, 0] + found[:, 1] * n[:, 1]]
        )

    return force


def tube(
    rng: np.random.Generator, kind: Kind, order: int, kinematics: SolidKinematics, *, parts: int | None = None
) -> ExactBody:
    """Lame (1852): a quarter of a tube with pressure 1 in its bore of radius 1."""
    solid = kinematics == "3d"
    b, through = rng.uniform(1.2, 4.0), int(rng.integers(3, 5 if solid else 9)) if parts is None else parts
    counts = (through, int(rng.integers(through, 2 * through + 1)), *((2,) if solid else ()))
    grading = (float(np.exp(rng.uniform(0, 1))), 1.0, *((1.0,) if solid else ()))
    mesh = mapped_block(counts, map=ring(1.0, b), kind=kind, order=2 if order == 2 else 1, grading=grading)
    k = 1 / (b * b - 1)

    def stress(points: Floats) -> Floats:
        r = np.hypot(points[:, 0], points[:, 1])
        return along_z(polar(points, k * (1 - (b / r) ** 2), k * (1 + (b / r) ** 2)), kinematics)

    def displacement(points: Floats) -> Floats:
        r = np.hypot(points[:, 0], points[:, 1])
        flat = kinematics == "plane stress"
        u = k / E * ((1 - NU) * r + (1 + NU) * b * b / r) if flat else k * (1 + NU) / E * ((1 - 2 * NU) * r + b * b / r)
        found = np.zeros_like(points)
        found[:, :2] = (u / r)[:, None] * points[:, :2]
        return found

    supports = [Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))]
    supports += [Support(boundary=side, fix=("z",)) for side in ("front", "back") if solid]
    model = Model(
        mesh=mesh,
        solids={"body": LAW},
        kinematics=kinematics,
        loads=(Pressure(boundary="left", pressure=1.0),),
        supports=tuple(supports),
        order=order,
    )
    return ExactBody(name="tube", solution=solve_model(model), stress=stress, displacement=displacement, surface="left")


def hole(rng: np.random.Generator, kind: Kind, order: int, kinematics: SolidKinematics) -> ExactBody:
    """Kirsch (1898): a hole of radius 1 under tension 1 along x, with its exact traction at some distance."""
    b, parts = rng.uniform(2.0, 5.0), int(rng.integers(3, 9))

    def place(unit: Floats) -> Floats:
        return ring(0.0, 1.0)(np.column_stack([b ** unit[:, 0], unit[:, 1]]))

    counts = (parts, int(rng.integers(parts, 2 * parts + 1)))
    mesh = mapped_block(counts, map=place, kind=kind, order=2 if order == 2 else 1)

    def stress(points: Floats) -> Floats:
        r, t = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
        q, c = r**-2, np.cos(2 * t)
        radial = 0.5 * (1 - q) + 0.5 * (1 - 4 * q + 3 * q * q) * c
        hoop = 0.5 * (1 + q) - 0.5 * (1 + 3 * q * q) * c
        return along_z(polar(points, radial, hoop, -0.5 * (1 + 2 * q - 3 * q * q) * np.sin(2 * t)), kinematics)

    def displacement(points: Floats) -> Floats:
        r, t = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
        k = (3 - NU) / (1 + NU) if kinematics == "plane stress" else 3 - 4 * NU
        x = r * (k + 1) * np.cos(t) + 2 / r * ((1 + k) * np.cos(t) + np.cos(3 * t)) - 2 / r**3 * np.cos(3 * t)
        y = r * (k - 3) * np.sin(t) + 2 / r * ((1 - k) * np.sin(t) + np.sin(3 * t)) - 2 / r**3 * np.sin(3 * t)
        return np.column_stack([x, y]) / (8 * SHEAR)

    model = Model(
        mesh=mesh,
        solids={"body": LAW},
        kinematics=kinematics,
        loads=(Traction(boundary="right", traction=pull(stress, lambda x: x / np.hypot(*x.T)[:, None])),),
        supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))),
        order=order,
    )
    return ExactBody(name="hole", solution=solve_model(model), stress=stress, displacement=displacement, surface="left")


def sphere(rng: np.random.Generator, kind: Kind, order: int) -> ExactBody:
    """Lame (1852): half of a hollow sphere with pressure 1 inside, axisymmetric."""
    b, parts = rng.uniform(1.3, 3.0), int(rng.integers(3, 9))
    counts = (parts, int(rng.integers(parts, 2 * parts + 1)))
    mesh = mapped_block(counts, map=ring(1.0, b), kind=kind, order=2 if order == 2 else 1)
    k = 1 / (b**3 - 1)

    def stress(points: Floats) -> Floats:
        r = np.hypot(points[:, 0], points[:, 1])
        around = k * (1 + 0.5 * (b / r) ** 3)
        found = polar(points, k * (1 - (b / r) ** 3), around)
        found[:, 2] = around
        return found

    def displacement(points: Floats) -> Floats:
        r = np.hypot(points[:, 0], points[:, 1])
        u = k / E * ((1 - 2 * NU) * r + (1 + NU) * b**3 / (2 * r**2))
        return (u / r)[:, None] * points

    model = Model(
        mesh=mesh,
        solids={"body": LAW},
        kinematics="axisymmetric",
        loads=(Pressure(boundary="left", pressure=1.0),),
        supports=(Support(boundary="bottom", fix=("y",)),),
        order=order,
    )
    return ExactBody(
        name="sphere", solution=solve_model(model), stress=stress, displacement=displacement, surface="left"
    )


def waves(rng: np.random.Generator, kind: Kind, order: int, kinematics: SolidKinematics) -> ExactBody:
    """A manufactured field u_i = A_i sin(K_i . x + p_i) in a bent block, with its body force, held all around."""
    solid = kinematics == "3d"
    dim = 3 if solid else 2
    shear, bulk = SHEAR, E * NU / ((1 + NU) * (1 - 2 * NU))
    if kinematics == "plane stress":
        bulk = 2 * bulk * shear / (bulk + 2 * shear)
    wave, phase, size = rng.uniform(-3, 3, (dim, dim)), rng.uniform(0, 6, dim), rng.uniform(-1, 1, dim)
    bend, stretch = rng.uniform(-0.12, 0.12, (dim, dim)), rng.uniform(0.6, 1.5, dim)

    def displacement(points: Floats) -> Floats:
        return size * np.sin(points @ wave.T + phase)

    def stress(points: Floats) -> Floats:
        gradient = (size * np.cos(points @ wave.T + phase))[:, :, None] * wave
        strain = 0.5 * (gradient + np.swapaxes(gradient, 1, 2))
        trace = np.trace(strain, axis1=1, axis2=2)
        full = np.zeros((len(points), 3, 3))
        full[:, :dim, :dim] = 2 * shear * strain
        for axis in range(dim if kinematics == "plane stress" else 3):
            full[:, axis, axis] += bulk * trace
        return np.stack([full[:, i, j] for i, j in ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))], axis=1)

    def force(points: Floats) -> Floats:
        second = -size * np.sin(points @ wave.T + phase)
        return -(shear * second * (wave**2).sum(axis=1) + (bulk + shear) * (second * np.diag(wave)) @ wave)

    counts = rng.integers(3, 5 if solid else 8, dim)
    mesh = mapped_block(
        [int(n) for n in counts],
        map=lambda x: x * stretch + np.sin(np.pi * x) @ bend.T,
        kind=kind,
        order=2 if order == 2 else 1,
    )
    held = tuple(Support(boundary=side, displacement=displacement) for side in mesh.boundaries)
    model = Model(
        mesh=mesh,
        solids={"body": LAW},
        kinematics=kinematics,
        loads=(BodyForce(force=force),),
        supports=held,
        order=order,
    )
    return ExactBody(
        name="waves", solution=solve_model(model), stress=stress, displacement=displacement, surface="right"
    )


def corner_fields(points: Floats) -> tuple[Floats, Floats]:
    """Stress (p, 6) and displacement (p, 2) of the symmetric mode at the corner of an L whose notch is x, y > 0."""
    turn = np.array([[-1.0, -1.0], [1.0, -1.0]]) / np.sqrt(2)
    own = points @ turn.T
    r, t, power = np.hypot(own[:, 0], own[:, 1]), np.arctan2(own[:, 1], own[:, 0]), CORNER
    q, one, three = RATIO * (power + 1), (power - 1) * t, (power - 3) * t
    scale = power * r ** (power - 1)
    tensor = np.zeros((len(points), 2, 2))
    tensor[:, 0, 0] = scale * ((2 - q) * np.cos(one) - (power - 1) * np.cos(three))
    tensor[:, 1, 1] = scale * ((2 + q) * np.cos(one) + (power - 1) * np.cos(three))
    tensor[:, 0, 1] = tensor[:, 1, 0] = scale * ((power - 1) * np.sin(three) + q * np.sin(one))
    tensor = turn.T @ tensor @ turn
    stress = np.zeros((len(points), 6))
    stress[:, 0], stress[:, 1], stress[:, 5] = tensor[:, 0, 0], tensor[:, 1, 1], tensor[:, 0, 1]
    k, wide = 3 - 4 * NU, (power - 2) * t
    moved = np.column_stack(
        [
            (k - q) * np.cos(power * t) - power * np.cos(wide),
            (k + q) * np.sin(power * t) + power * np.sin(wide),
        ]
    )
    return along_z(stress, "plane strain"), (r**power / (2 * SHEAR))[:, None] * moved @ turn


def corner(kind: Kind, parts: int, order: int = 2) -> ExactBody:
    """An L of three unit squares under the exact tractions of its corner's own field (Szabo and Babuska, 1991, 10.1)."""

    def square(shift: tuple[float, float]) -> Field:
        return lambda unit: unit + np.array(shift)

    spots = {"a": (-1.0, -1.0), "b": (0.0, -1.0), "c": (-1.0, 0.0)}
    mesh = join({name: mapped_block((parts, parts), kind=kind, map=square(at)) for name, at in spots.items()})

    def stress(points: Floats) -> Floats:
        return corner_fields(points)[0]

    outer = {
        "a/left": (-1.0, 0.0), "a/bottom": (0.0, -1.0), "b/bottom": (0.0, -1.0), "b/right": (1.0, 0.0),
        "c/left": (-1.0, 0.0), "c/top": (0.0, 1.0),
    }  # fmt: skip

    def normal(direction: tuple[float, float]) -> Field:
        return lambda points: np.broadcast_to(np.array(direction), points.shape)

    held = corner_fields(np.array([[-1.0, -1.0], [1.0, -1.0]]))[1]
    model = Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, LAW),
        kinematics="plane strain",
        loads=tuple(Traction(boundary=name, traction=pull(stress, normal(n))) for name, n in outer.items()),
        supports=(
            Support(point=(-1.0, -1.0), displacement=(float(held[0, 0]), float(held[0, 1]))),
            Support(point=(1.0, -1.0), displacement={"y": float(held[1, 1])}),
        ),
        order=order,
    )
    return ExactBody(
        name="corner",
        solution=solve_model(model),
        stress=stress,
        displacement=lambda points: corner_fields(points)[1],
        surface="a/left",
    )


def random_body(rng: np.random.Generator) -> ExactBody:
    """One of tubes, holes, spheres and waves, three in four of second order, on a coarse mesh of any cells."""
    which = ("tube", "hole", "sphere", "waves")[int(rng.integers(4))]
    order = 2 if rng.random() < 0.75 else 1
    flat: tuple[SolidKinematics, ...] = ("plane strain", "plane stress")
    if which == "sphere":
        return sphere(rng, PLANE[int(rng.integers(2))], order)
    if which == "hole":
        return hole(rng, PLANE[int(rng.integers(2))], order, flat[int(rng.integers(2))])
    kinematics: SolidKinematics = (*flat, "3d")[int(rng.integers(3))]  # type: ignore[assignment]
    kinds = SOLID if kinematics == "3d" else PLANE
    kind = kinds[int(rng.integers(len(kinds)))]
    return tube(rng, kind, order, kinematics) if which == "tube" else waves(rng, kind, order, kinematics)
