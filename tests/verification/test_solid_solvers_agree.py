"""Every solver gives the same answer, on every kind of cell in space and in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem.loads import BodyForce, Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import SOLVERS, solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.materials import Isotropic, Orthotropic

CARBON = Solid(elastic=Isotropic(youngs_modulus=62e9, poissons_ratio=0.2))
WOUND = Solid(
    elastic=Orthotropic(
        youngs_moduli=(40e9, 20e9, 20e9), poissons_ratios=(0.2, 0.2, 0.3), shear_moduli=(8e9, 8e9, 6e9),
        axes="circumferential",
    )
)  # fmt: skip


def bent(x):
    """A quarter of a tube, its wall leaning outwards with height."""
    radius, angle = 50e-9 + 20e-9 * x[:, 0], np.pi / 2 * x[:, 1]
    points = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    return points if x.shape[1] == 2 else np.column_stack((points * (1 + 0.2 * x[:, 2:]), 60e-9 * x[:, 2]))


def body(kind):
    dim = CELLS[kind].dim
    mesh = mapped_block((2, 4, 3)[:dim], map=bent, kind=kind, order=2)
    inner = mesh.elements // 2
    mesh = SolidMesh(
        points=mesh.points, blocks=mesh.blocks, boundaries=mesh.boundaries,
        regions={"wall": np.arange(inner), "liner": np.arange(inner, mesh.elements)},
    )  # fmt: skip
    loads = (Pressure(boundary="left", pressure=lambda p: 1e6 * (1 + p[:, 0] / 1e-7)), BodyForce(force=(1e12,) * dim))
    return Model(
        mesh=mesh, solids={"wall": CARBON, "liner": WOUND}, kinematics="3d" if dim == 3 else "plane strain",
        loads=loads, supports=(Support(boundary="bottom"),),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["triangle", "quad", "tetra", "hexahedron", "wedge"])
def test_all_solvers_agree_to_1e_8_and_say_their_names(kind):
    model = body(kind)
    names = [name for name in SOLVERS if name != "multigrid" or model.kinematics == "3d"]
    found = {name: solve_model(model, solver=name) for name in names}
    size = np.abs(found["cholmod"].displacement).max()
    for name, solution in found.items():
        assert solution.displacement == pytest.approx(found["cholmod"].displacement, rel=0, abs=1e-8 * size)
        assert solution.residual <= 1e-10
        assert solution.imbalance <= 1e-9
        if name != "auto":
            assert name in solution.solver.casefold()


def test_a_solver_that_does_not_exist_or_does_not_fit_is_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'cholmod'"):
        solve_model(body("quad"), solver="cholmot")
    with pytest.raises(InputError, match="takes bodies in space"):
        solve_model(body("quad"), solver="multigrid")
