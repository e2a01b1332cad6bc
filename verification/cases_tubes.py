"""Tubes under pressure in every kinematics: Lame, fibres, nearly incompressible media."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.materials.anisotropic import Orthotropic
from tubewall.materials.elastic import Isotropic
from tubewall.verification import figures_round
from tubewall.verification.bodies import ring, tube
from tubewall.verification.case import TESTED, Case, Check, Outcome
from tubewall.verification.closed_tubes import TubeLayer, TubeState, isotropic_layer, layered_tube, orthotropic_layer
from tubewall.verification.probe import XX, YY, ZZ, displacement_at, stress_at
from tubewall.verification.symmetry import quarter_supports

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.verification.closed_tubes import TubeEnds

_CHAPTER: Final = "tubes"
_LAME: Final = "Timoshenko and Goodier, Theory of Elasticity (1970), section 28"
_PLANE: Final[tuple[Kind, ...]] = ("quad", "triangle")
_SPACE: Final[tuple[Kind, ...]] = ("hexahedron", "wedge", "tetra")
# bore 50 nm, wall 25 nm: carbon
_INNER, _OUTER, _MODULUS, _RATIO, _PRESSURE = 50e-9, 75e-9, 60e9, 0.25, 1e6


def _note(words: str) -> str:
    return f"Bore {_INNER * 1e9:g} nm, rim {_OUTER * 1e9:g} nm, {_PRESSURE / 1e6:g} MPa in the bore; {words}."


def _quarter(mesh: SolidMesh, kinematics: str, ends: str, solid: Solid, pressure: float = _PRESSURE) -> FieldSolution:
    area = np.pi * mesh.points[:, 0].clip(min=0)[mesh.boundary_nodes("left")].max() ** 2 / 4
    load = Pressure(boundary="left", pressure=pressure, end_area=area if ends == "closed" else None)
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics=kinematics,  # type: ignore[arg-type]
            loads=(load,),
            supports=quarter_supports(),
            ends=ends,  # type: ignore[arg-type]
        )
    )


def _compare(
    solution: FieldSolution,
    exact: TubeState,
    mesh: str,
    tolerance: tuple[float, float],
    hoop: int = YY,
    axial: int = ZZ,
    height: tuple[float, ...] = (0.0,),
    inner: float = _INNER,
    outer: float = _OUTER,
) -> list[Check]:
    """Hoop stress on both faces, radial and axial stress and displacement at the bore, on the x axis."""
    bore, rim = (inner, *height), (outer, *height)
    inside, outside = stress_at(solution, bore), stress_at(solution, rim)
    stress, moved = tolerance
    rows = [
        ("hoop stress at the bore", inside[hoop], exact.stress[0, 1]),
        ("hoop stress at the rim", outside[hoop], exact.stress[1, 1]),
    ]
    scale = float(np.abs(exact.stress).max())
    checks = [
        Check(quantity=f"{name}, {mesh}", value=float(value), reference=float(wanted), tolerance=stress, unit="Pa")
        for name, value, wanted in rows
    ]
    for name, slot, column in (("radial", XX, 0), ("axial", axial, 2)):
        checks.append(
            Check(
                quantity=f"{name} stress at the bore, {mesh}",
                value=float(inside[slot]),
                reference=float(exact.stress[0, column]),
                scale=scale,
                tolerance=stress,
                unit="Pa",
            )
        )
    checks.append(
        Check(
            quantity=f"displacement of the bore, {mesh}",
            value=float(displacement_at(solution, bore)[0]),
            reference=float(exact.displacement[0]),
            tolerance=moved,
            unit="m",
        )
    )
    return checks


def _lame_plane(kinematics: str, ends: str, closed: TubeEnds, fine: bool) -> Outcome:
    layer = isotropic_layer(_INNER, _OUTER, _MODULUS, _RATIO)
    exact = layered_tube([_INNER, _OUTER], [layer], inner_pressure=_PRESSURE, ends=closed)
    checks: list[Check] = []
    solutions: list[FieldSolution] = []
    counts = (8, 24) if fine else (4, 12)
    for kind in _PLANE:
        mesh = ring(_INNER, _OUTER, counts, kind=kind)
        solution = _quarter(
            mesh, kinematics, ends, Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))
        )
        solutions.append(solution)
        checks += _compare(solution, exact, f"{kind}, {counts[0]} x {counts[1]}", (1e-3, 1e-4))
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.tube, solutions[-1], [layer],
                       _note(kinematics if ends == "held" else f"{kinematics}, ends {closed}"),
                       ends=closed, pressure=_PRESSURE),
    )  # fmt: skip


def _axisymmetric_solution(
    inner: float, outer: float, count: int, kind: Kind, solid: Solid, pressure: float
) -> FieldSolution:
    height = outer - inner

    def put(unit: np.ndarray) -> np.ndarray:
        return np.stack([inner * (outer / inner) ** unit[:, 0], height * unit[:, 1]], axis=1)

    mesh = mapped_block((count, 2), map=put, kind=kind, order=2)
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="axisymmetric",
            loads=(Pressure(boundary="left", pressure=pressure),),
            supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("y",))),
        )
    )


def _lame_axisymmetric(fine: bool) -> Outcome:
    layer = isotropic_layer(_INNER, _OUTER, _MODULUS, _RATIO)
    exact = layered_tube([_INNER, _OUTER], [layer], inner_pressure=_PRESSURE, ends="held")
    count = 8 if fine else 4
    checks: list[Check] = []
    solutions: list[FieldSolution] = []
    for kind in _PLANE:
        solid = Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))
        solution = _axisymmetric_solution(_INNER, _OUTER, count, kind, solid, _PRESSURE)
        solutions.append(solution)
        checks += _compare(solution, exact, f"{kind}, {count} through the wall", (3e-4, 1e-4), hoop=ZZ, axial=YY)
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.tube, solutions[-1], [layer], _note("body of revolution, ends held"), pressure=_PRESSURE),
    )  # fmt: skip


def _in_space(
    solid: Solid, counts: tuple[int, int, int], kind: Kind, inner: float, outer: float, pressure: float
) -> FieldSolution:
    mesh = tube(inner, outer, (outer - inner) / 2, counts, kind=kind)
    held = (Support(boundary="front", fix=("z",)), Support(boundary="back", fix=("z",)))
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": solid},
            kinematics="3d",
            loads=(Pressure(boundary="left", pressure=pressure),),
            supports=(*quarter_supports(), *held),
        )
    )


def _lame_in_space(fine: bool) -> Outcome:
    layer = isotropic_layer(_INNER, _OUTER, _MODULUS, _RATIO)
    exact = layered_tube([_INNER, _OUTER], [layer], inner_pressure=_PRESSURE, ends="held")
    counts = (6, 18, 2) if fine else (3, 9, 1)
    solid = Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))
    checks: list[Check] = []
    solutions: list[FieldSolution] = []
    for kind in _SPACE:
        solution = _in_space(solid, counts, kind, _INNER, _OUTER, _PRESSURE)
        solutions.append(solution)
        checks += _compare(
            solution, exact, f"{kind}, {counts[0]} x {counts[1]} x {counts[2]}", (2e-3, 5e-4), height=(0.0, 0.0)
        )
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.tube, solutions[-1], [layer], _note("in space, ends held"), pressure=_PRESSURE),
    )  # fmt: skip


def _fibre_tube() -> tuple[Solid, TubeLayer]:
    # circumferential axes: 1 hoop, 2 radial, 3 axial
    law = Orthotropic(
        youngs_moduli=(120e9, 8e9, 20e9),
        poissons_ratios=(0.28, 0.22, 0.15),
        shear_moduli=(5e9, 6e9, 3e9),
        axes="circumferential",
    )
    layer = orthotropic_layer(
        _INNER, _OUTER, (8e9, 120e9, 20e9), (0.28, 0.22, 0.15)
    )  # nu_tr = nu12, nu_tz = nu13, nu_rz = nu23
    return Solid(elastic=law), layer


def _orthotropic(fine: bool) -> Outcome:
    solid, layer = _fibre_tube()
    checks: list[Check] = []
    counts = (8, 24) if fine else (6, 20)
    for ends, kinematics in (("held", "plane strain"), ("closed", "generalised plane strain")):
        exact = layered_tube([_INNER, _OUTER], [layer], inner_pressure=_PRESSURE, ends=ends)  # type: ignore[arg-type]
        for kind in _PLANE:
            mesh = ring(_INNER, _OUTER, counts, kind=kind)
            solution = _quarter(mesh, kinematics, ends, solid)
            checks += _compare(solution, exact, f"{kind}, {ends}", (1e-2, 5e-4))
    exact = layered_tube([_INNER, _OUTER], [layer], inner_pressure=_PRESSURE, ends="held")
    solution = _in_space(solid, (4, 12, 1), "hexahedron", _INNER, _OUTER, _PRESSURE)
    checks += _compare(solution, exact, "hexahedron", (1.5e-2, 1e-3), height=(0.0, 0.0))
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.tube, solution, [layer], _note("fibres around, 15 times as stiff as across"),
                       pressure=_PRESSURE),
    )  # fmt: skip


def _incompressible(fine: bool) -> Outcome:
    inner, outer, modulus, pressure = 1.0, 2.0, 1e6, 1e4
    checks: list[Check] = []
    for ratio in (0.4999, 0.49999):
        exact = layered_tube(
            [inner, outer], [isotropic_layer(inner, outer, modulus, ratio)], inner_pressure=pressure, ends="held"
        )
        solid = Solid(elastic=Isotropic(youngs_modulus=modulus, poissons_ratio=ratio))
        counts = (8, 24) if fine else (6, 20)
        for kind in _PLANE:
            solution = _quarter(ring(inner, outer, counts, kind=kind), "plane strain", "held", solid, pressure)
            label = f"{kind}, plane strain, nu = {ratio}"
            checks += _compare(solution, exact, label, (1e-3, 2e-4), inner=inner, outer=outer)
            solution = _axisymmetric_solution(inner, outer, counts[0], kind, solid, pressure)
            label = f"{kind}, axisymmetric, nu = {ratio}"
            checks += _compare(solution, exact, label, (1e-3, 2e-4), hoop=ZZ, axial=YY, inner=inner, outer=outer)
    for kind in ("hexahedron", "tetra"):
        solution = _in_space(solid, (4, 10, 1), kind, inner, outer, pressure)
        label = f"{kind}, nu = {ratio}"
        checks += _compare(solution, exact, label, (2e-3, 5e-4), height=(0.0, 0.0), inner=inner, outer=outer)
    return Outcome(
        checks=tuple(checks),
        figure=partial(figures_round.tube, solution, [isotropic_layer(inner, outer, modulus, ratio)],
                       f"Radii {inner:g} and {outer:g} m, {pressure / 1e6:g} MPa in the bore, nu = {ratio}; tetrahedra.",
                       pressure=pressure, length=("m", 1.0)),
    )  # fmt: skip


def _case(name: str, title: str, run: object, source: str = _LAME, kind: str = "exact") -> Case:
    return Case(name=name, title=title, kind=kind, source=source, chapter=_CHAPTER, run=run, checked=TESTED)  # type: ignore[arg-type]


CASES: Final = (
    _case("lame-plane-strain", "Thick tube, plane strain", partial(_lame_plane, "plane strain", "held", "held")),
    _case(
        "lame-plane-stress", "Thick ring, plane stress", partial(_lame_plane, "plane stress", "held", "plane stress")
    ),
    _case(
        "lame-closed-ends",
        "Thick tube with closed ends",
        partial(_lame_plane, "generalised plane strain", "closed", "closed"),
    ),
    _case(
        "lame-free-ends",
        "Thick tube with free ends",
        partial(_lame_plane, "generalised plane strain", "free", "free"),
    ),
    _case("lame-axisymmetric", "Thick tube as a body of revolution", _lame_axisymmetric),
    _case("lame-3d", "Thick tube in space", _lame_in_space),
    _case(
        "orthotropic-tube",
        "Tube of circumferential fibres",
        _orthotropic,
        "Lekhnitskii, Anisotropic Plates (1968), section 45",
    ),
    _case("incompressible-tube", "Nearly incompressible tube", _incompressible),
)
