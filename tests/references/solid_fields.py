"""Bodies that carry a displacement given as a function, without a solve, and small solved tubes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid, SolidKinematics
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.materials import Isotropic

Floats = NDArray[np.float64]
PLANE: tuple[Kind, ...] = ("triangle", "quad")
SOLID: tuple[Kind, ...] = ("tetra", "hexahedron", "wedge")
CARBON = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.2))
SOFT = Solid(elastic=Isotropic(youngs_modulus=6e9, poissons_ratio=0.2))


def with_displacement(
    mesh: SolidMesh,
    displacement: Callable[[Floats], Floats],
    *,
    kinematics: SolidKinematics | None = None,
    solids: Mapping[str, Solid] | None = None,
) -> FieldSolution:
    """The interpolant of a displacement as if it had been solved for."""
    model = Model(
        mesh=mesh,
        solids=solids or dict.fromkeys(mesh.regions, CARBON),
        kinematics=kinematics or ("plane strain" if mesh.dim == 2 else "3d"),
    )
    moved = np.asarray(displacement(model.discrete.mesh.points), dtype=np.float64)
    return FieldSolution(
        model=model,
        displacement=moved,
        axial_strain=0.0,
        axial_force=0.0,
        mean_strain=np.zeros(6),
        reactions=(),
        imbalance=0.0,
        residual=0.0,
        solver="none",
        unknowns=moved.size,
        seconds={},
        forces=np.zeros(moved.size),
        residual_forces=np.zeros(moved.size),
    )


def ring(inner: float, outer: float, depth: float = 1.0) -> Callable[[Floats], Floats]:
    """The map of the unit square or cube onto a quarter of a tube; left is the bore."""

    def place(unit: Floats) -> Floats:
        result = unit * depth
        radius, angle = inner + (outer - inner) * unit[:, 0], np.pi / 2 * unit[:, 1]
        result[:, 0], result[:, 1] = radius * np.cos(angle), radius * np.sin(angle)
        return result

    return place


def quarter_tube(
    kind: Kind, inner: float, outer: float, pressure: float, *, parts: int = 6, order: int = 2
) -> FieldSolution:
    """A quarter of a tube under a pressure in its bore, plane strain, solved."""
    solid = kind in SOLID
    counts = (parts, parts, 1) if solid else (parts, parts)
    mesh = mapped_block(counts, map=ring(inner, outer, inner), kind=kind, order=2 if order == 2 else 1)
    supports = [Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))]
    if solid:
        supports += [Support(boundary=side, fix=("z",)) for side in ("front", "back")]
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": CARBON},
            kinematics="3d" if solid else "plane strain",
            loads=(Pressure(boundary="left", pressure=pressure),),
            supports=tuple(supports),
            order=order,
        )
    )
