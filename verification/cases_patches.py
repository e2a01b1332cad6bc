"""Patch tests: a displacement that is linear on the boundary makes uniform stress inside, for every element and kinematics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem.loads import Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials.anisotropic import Orthotropic
from tubewall.materials.elastic import ElasticLaw, Isotropic
from tubewall.verification.bodies import Array
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Figure, solved

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

_CHAPTER: Final = "patches"
_SIDES: Final = ("left", "right", "bottom", "top", "front", "back")
_LAWS: Final[dict[str, ElasticLaw]] = {
    "isotropic": Isotropic(youngs_modulus=1e6, poissons_ratio=0.25),
    "orthotropic": Orthotropic(
        youngs_moduli=(12e6, 1e6, 2e6), poissons_ratios=(0.28, 0.2, 0.3), shear_moduli=(0.5e6, 0.6e6, 0.4e6), angle=0.4
    ),
}
#: Displacement gradient: rows are the components.
_PLANE: Final = 1e-3 * np.array([[1.0, 0.5], [0.5, -2.0]])
_ROUND: Final = 1e-3 * np.array([[1.5, 0.0], [0.0, -2.0]])
_SPACE: Final = 1e-3 * np.array([[1.0, 0.5, 0.2], [0.5, -2.0, 0.7], [0.2, 0.7, 1.3]])


def _bent(unit: Array) -> Array:
    """A unit square or cube whose inner nodes, and with them its curved elements, are moved about."""
    wave = np.prod(np.sin(np.pi * unit), axis=1)
    turns = np.arange(1, unit.shape[1] + 1)
    moved = unit + 0.05 * wave[:, None] * np.sin(2.0 * turns + 3.0 * (unit @ turns)[:, None])
    return np.asarray(moved + np.eye(unit.shape[1])[0] * 1.0)


def _strain(kinematics: str) -> Array:
    """Uniform strain (6,)."""
    if kinematics == "3d":
        g = _SPACE
        return np.array([g[0, 0], g[1, 1], g[2, 2], 2 * g[1, 2], 2 * g[0, 2], 2 * g[0, 1]])
    if kinematics == "axisymmetric":
        return np.array([_ROUND[0, 0], _ROUND[1, 1], _ROUND[0, 0], 0.0, 0.0, 0.0])
    return np.array([_PLANE[0, 0], _PLANE[1, 1], 0.0, 0.0, 0.0, 2 * _PLANE[0, 1]])


def _stress(kinematics: str, ends: str, law: ElasticLaw) -> Array:
    stiffness = np.asarray(law.stiffness_at(np.zeros((1, 2)))[0])
    strain = _strain(kinematics)
    if kinematics == "plane stress" or ends == "free":
        # no stress along z: in a uniform field free ends and plane stress are the same
        strain[2] = -(stiffness[2] @ strain) / stiffness[2, 2]
    result: Array = stiffness @ strain
    return result


def _patch(kinematics: str, ends: str, _fine: bool) -> Outcome:
    dim = 3 if kinematics == "3d" else 2
    gradient = _SPACE if dim == 3 else (_ROUND if kinematics == "axisymmetric" else _PLANE)
    kinds = ("hexahedron", "tetra", "wedge") if dim == 3 else ("quad", "triangle")
    checks, drawn = [], []
    for name, law in _LAWS.items():
        if kinematics == "axisymmetric" and name == "orthotropic":
            # turned about z the law would couple hoop and axial directions in another way than the section's
            law = Orthotropic(
                youngs_moduli=(12e6, 1e6, 12e6), poissons_ratios=(0.2, 0.1, 0.2 / 12), shear_moduli=(0.5e6, 5e6, 0.4e6)
            )
        for kind in kinds:
            for order in (1, 2):
                mesh = mapped_block((3,) * dim, map=_bent, kind=kind, order=order)  # type: ignore[arg-type]
                supports = tuple(
                    Support(boundary=side, displacement=lambda p: p @ gradient.T) for side in _SIDES[: 2 * dim]
                )
                model = Model(
                    mesh=mesh,
                    solids={"body": Solid(elastic=law)},
                    kinematics=kinematics,  # type: ignore[arg-type]
                    supports=supports,
                    order=order,
                    ends=ends,  # type: ignore[arg-type]
                )
                solution = solve_model(model)
                checks.append(_check(solution, kind, order, name, _stress(kinematics, ends, law)))
                if order == 2 and name == "orthotropic":
                    drawn.append((kind, solution))
    return Outcome(checks=tuple(checks), figure=partial(_figure, drawn))


def _figure(drawn: Sequence[tuple[str, FieldSolution]]) -> Figure:
    """The meshes of second order, coloured by the displacement that is linear."""
    panels = tuple(
        solved(solution, "displacement x", f"Cells of kind {kind} and second order, those within the body curved; sides of 1 m.",
               unit=("mm", 1e-3))
        for kind, solution in drawn[:2]
    )  # fmt: skip
    return Figure(panels=panels, words="Two meshes of curved cells coloured by their displacement, which is linear.")


def _check(solution: FieldSolution, kind: str, order: int, law: str, wanted: Array) -> Check:
    mesh = solution.model.discrete.mesh
    cell = CELLS[mesh.blocks[0].kind]
    elements = np.repeat(np.arange(mesh.elements), len(cell.nodes))
    found = solution.stress_in(elements, np.tile(cell.nodes, (mesh.elements, 1)))
    worst = float(np.abs(found - wanted).max() / np.abs(wanted).max())
    return Check(
        quantity=f"largest error of the stress, {kind} of order {order}, {law}",
        value=worst,
        reference=0.0,
        scale=1.0,
        tolerance=1e-9,
    )


def _case(kinematics: str, ends: str = "held") -> Case:
    name = f"patch-{kinematics.replace(' ', '-')}" + ("" if ends == "held" else f"-{ends}")
    title = f"Patch test, {kinematics}" + ("" if ends == "held" else f", {ends} ends")
    return Case(name=name, title=title, kind="exact", chapter=_CHAPTER, run=partial(_patch, kinematics, ends),
                source="Irons and Razzaque (1972); MacNeal and Harder, Finite Elem. Anal. Des. 1, 3 (1985)",
                checked="a uniform strain and its stress: by inspection")  # fmt: skip


CASES: Final = (
    _case("plane strain"),
    _case("generalised plane strain", "free"),
    _case("plane stress"),
    _case("axisymmetric"),
    _case("3d"),
)
