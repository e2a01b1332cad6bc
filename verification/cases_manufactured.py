"""Manufactured solutions: a chosen displacement, the body force it needs, and the rates at which the errors fall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.loads import BodyForce, Support, Traction
from tubewall.fem.model import Model, Solid, SolidKinematics
from tubewall.fem.model_solver import solve_model
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import Array
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Body, Curve, Figure, Graph

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.geometry.solid_mesh import SolidMesh

_CHAPTER: Final = "manufactured"
Complex = NDArray[np.complex128]
_MODULUS, _RATIO = 1.0e6, 0.3
#: Waves of the displacement: amplitude, wave vector and phase of each component.
_WAVES: Final = ((1.0, (1.3, 0.9, 0.6), 0.3), (0.8, (-0.7, 1.4, 0.8), 1.1), (0.6, (0.5, -0.9, 1.2), 0.7))
# imaginary step: derivatives without cancellation
_STEP: Final = 1e-30


@dataclass(frozen=True, kw_only=True)
class Manufactured:
    """A displacement of sines with its stress and body force in one of the kinematics; points (n, dim)."""

    kinematics: SolidKinematics
    dim: int

    def displacement(self, points: Array) -> Array:
        """(n, dim)."""
        return np.asarray(self._displacement(points).real)

    def stress(self, points: Array) -> Array:
        """(n, 6)."""
        return np.asarray(self._stress(np.asarray(points, dtype=complex)).real)

    def force(self, points: Array) -> Array:
        """Body force (n, dim): minus the divergence of the stress, its derivatives by imaginary steps."""
        slots = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])[: self.dim, : self.dim]
        total = np.zeros((len(points), self.dim))
        for axis in range(self.dim):
            moved = np.asarray(points, dtype=complex)
            moved[:, axis] += 1j * _STEP
            slope = self._stress(moved).imag / _STEP
            total += slope[:, slots[:, axis]]
        if self.kinematics == "axisymmetric":
            stress, r = self.stress(points), points[:, 0]
            total[:, 0] += (stress[:, 0] - stress[:, 2]) / r
            total[:, 1] += stress[:, 5] / r
        return -total

    def _displacement(self, points: Array | Complex) -> Complex:
        parts = []
        for amplitude, wave, phase in _WAVES[: self.dim]:
            parts.append(amplitude * 1e-3 * np.sin(points @ np.array(wave[: self.dim]) + phase))
        return np.stack(parts, axis=1).astype(complex)

    def _strain(self, points: Complex) -> Complex:
        gradient = np.zeros((len(points), 3, 3), dtype=complex)
        for i, (amplitude, wave, phase) in enumerate(_WAVES[: self.dim]):
            k = np.array(wave[: self.dim])
            gradient[:, i, : self.dim] = (amplitude * 1e-3 * np.cos(points @ k + phase))[:, None] * k
        if self.kinematics == "axisymmetric":
            gradient[:, 2, 2] = self._displacement(points)[:, 0] / points[:, 0]
        g = gradient
        return np.stack(
            [
                g[:, 0, 0],
                g[:, 1, 1],
                g[:, 2, 2],
                g[:, 1, 2] + g[:, 2, 1],
                g[:, 0, 2] + g[:, 2, 0],
                g[:, 0, 1] + g[:, 1, 0],
            ],
            axis=1,
        )

    def _stress(self, points: Complex) -> Complex:
        shear = _MODULUS / (2 * (1 + _RATIO))
        lame = 2 * shear * _RATIO / (1 - 2 * _RATIO)
        strain = self._strain(points)
        if self.kinematics == "plane stress":
            strain[:, 2] = -_RATIO / (1 - _RATIO) * (strain[:, 0] + strain[:, 1])
        stress = np.concatenate([2 * shear * strain[:, :3], shear * strain[:, 3:]], axis=1)
        stress[:, :3] += lame * strain[:, :3].sum(axis=1)[:, None]
        return stress


def _sector(unit: Array) -> Array:
    """A sixth of a ring, unevenly divided, so that no element is a rectangle; in space it rises and leans."""
    s = unit[:, 0] + 0.06 * np.sin(2 * np.pi * unit[:, 1]) * unit[:, 0] * (1 - unit[:, 0]) * 4
    t = unit[:, 1] + 0.05 * np.sin(2 * np.pi * unit[:, 0])
    r, angle = 1.0 + s, np.pi / 3 * t
    plane = [r * np.cos(angle), r * np.sin(angle)]
    if unit.shape[1] == 3:
        plane.append(unit[:, 2] * (1 + 0.2 * unit[:, 0]))
    return np.stack(plane, axis=1)


def _rim_normal(points: Array) -> Array:
    normal = points.copy()
    normal[:, 2:] = 0.0
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


def _solution(exact: Manufactured, mesh: SolidMesh, order: int) -> FieldSolution:
    def traction(points: Array) -> Array:
        slots = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])[: exact.dim, : exact.dim]
        return np.asarray(np.einsum("nij,nj->ni", exact.stress(points)[:, slots], _rim_normal(points)))

    held = ("left", "bottom", "top", "front", "back")[: 3 if exact.dim == 2 else 5]
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": Solid(elastic=Isotropic(youngs_modulus=_MODULUS, poissons_ratio=_RATIO))},
            kinematics=exact.kinematics,
            loads=(BodyForce(force=exact.force), Traction(boundary="right", traction=traction)),
            supports=tuple(Support(boundary=side, displacement=exact.displacement) for side in held),
            order=order,
        )
    )


def relative_errors(
    solution: FieldSolution, displacement: Callable[[Array], Array], stress: Callable[[Array], Array], degree: int = 6
) -> tuple[float, float]:
    """L2 norms of the errors of displacement and stress over those of the exact fields."""
    mesh = solution.model.discrete.mesh
    sums = np.zeros(4)
    for block, start in zip(mesh.blocks, mesh.starts[:-1], strict=True):
        points, weights = rule(block.kind, degree)
        values, gradients = shape_table(block.kind, points)
        nodes = mesh.points[block.cells]
        places = np.einsum("qk,ekd->eqd", values, nodes).reshape(-1, mesh.dim)
        volume = np.abs(np.linalg.det(np.einsum("qki,ekd->eqdi", gradients, nodes))) * weights
        if solution.model.kinematics == "axisymmetric":
            volume = volume * 2 * np.pi * places[:, 0].reshape(volume.shape)
        elements = np.repeat(start + np.arange(len(block.cells)), len(points))
        local = np.tile(points, (len(block.cells), 1))
        w = volume.ravel()
        u, s, found = displacement(places), stress(places), solution.evaluate(elements, local)
        sums += [
            float(w @ ((found.displacement - u) ** 2).sum(axis=1)),
            float(w @ (u**2).sum(axis=1)),
            float(w @ ((found.stress - s) ** 2).sum(axis=1)),
            float(w @ (s**2).sum(axis=1)),
        ]
    return float(np.sqrt(sums[0] / sums[1])), float(np.sqrt(sums[2] / sums[3]))


def _run(kinematics: SolidKinematics, fine: bool) -> Outcome:
    dim = 3 if kinematics == "3d" else 2
    exact = Manufactured(kinematics=kinematics, dim=dim)
    coarsest: FieldSolution | None = None
    checks, series = [], []
    for kind in ("hexahedron", "wedge", "tetra") if dim == 3 else ("quad", "triangle"):
        for order in (1, 2):
            counts = _counts(dim, order, fine)
            errors = []
            for count in counts:
                mesh = mapped_block((count,) * dim, map=_sector, kind=kind, order=order)
                solution = _solution(exact, mesh, order)
                coarsest = solution if order == 2 and coarsest is None else coarsest
                errors.append(
                    relative_errors(solution, exact.displacement, exact.stress, 4 if dim == 3 and order == 1 else 6)
                )
            series.append((f"{kind} of order {order}", order, counts, errors))
            ratio = np.log(counts[-1] / counts[-2])
            for slot, name in enumerate(("displacement", "stress")):
                wanted = order + 1 - slot
                checks += [
                    Check(quantity=f"order of the {name}, {kind} of order {order}, {counts[-2]} to {counts[-1]}",
                          value=float(np.log(errors[-2][slot] / errors[-1][slot]) / ratio), reference=float(wanted),
                          scale=1.0, tolerance=0.15),
                    Check(quantity=f"error of the {name}, {kind} of order {order}, {counts[-1]} a side",
                          value=errors[-1][slot], reference=0.0, scale=1.0, tolerance=_bound(dim, order, slot)),
                ]  # fmt: skip
    assert coarsest is not None
    return Outcome(checks=tuple(checks), figure=partial(_figure, coarsest, series))


def _figure(
    solution: FieldSolution, series: Sequence[tuple[str, int, tuple[int, ...], Sequence[tuple[float, float]]]]
) -> Figure:
    """The coarsest mesh, and the errors of displacement and stress over the elements a side."""
    graphs = []
    for slot, name in enumerate(("displacement", "stress")):
        curves = []
        for label, _, counts, errors in series:
            curves.append(Curve(x=counts, y=[pair[slot] for pair in errors], label=label))
        for order in (1, 2):
            _, _, counts, errors = next(entry for entry in series if entry[1] == order)
            n, slope = np.array(counts, dtype=float), order + 1 - slot
            curves.append(
                Curve(x=n, y=0.7 * errors[0][slot] * (n / n[0]) ** -slope, label=f"slope {slope}", style="guide")
            )
        graphs.append(Graph(across="elements a side", up=f"relative error of the {name}", curves=tuple(curves), log=True,
                            legend=slot == 0))  # fmt: skip
    note = "The coarsest mesh of second order; displacement given on all sides but the rim, exact traction there."
    return Figure(
        panels=(Body(model=solution.model, note=note), *graphs),
        words="The coarsest mesh, and the errors of displacement and stress over the elements a side with their slopes.",
    )


def _counts(dim: int, order: int, fine: bool) -> tuple[int, ...]:
    if dim == 2:
        return (8, 16, 32, 64) if fine else (4, 8, 16, 32)
    if fine:
        return (4, 8, 12, 16)
    return (4, 6, 8, 12) if order == 1 else (3, 4, 6, 8)


def _bound(dim: int, order: int, slot: int) -> float:
    """What the error may be on the last mesh; the orders are what is verified, this catches a wrong constant."""
    plane, space = {1: ((3e-3, 6e-2), (2e-2, 2e-1)), 2: ((2e-5, 1.5e-3), (1.5e-3, 2.5e-2))}[order]
    return (plane if dim == 2 else space)[slot]


def _case(kinematics: SolidKinematics) -> Case:
    return Case(
        name=f"manufactured-{kinematics.replace(' ', '-')}",
        title=f"Manufactured solution, {kinematics}",
        kind="exact",
        source="Roache, J. Fluids Eng. 124, 4 (2002); orders p + 1 and p, Ciarlet, The Finite Element Method (1978), "
        "theorem 3.2.5",
        chapter=_CHAPTER,
        run=partial(_run, kinematics),
        slow=kinematics == "3d",
        checked="the body force is the divergence of the stress, taken by imaginary steps without rounding",
    )


CASES: Final = (
    _case("plane strain"),
    _case("plane stress"),
    _case("axisymmetric"),
    _case("3d"),
)
