"""Several load cases of one body are what each of them is alone, and cost little more than one."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.fem.loads import BodyForce, Pressure, RigidBody, Support, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_load_cases, solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials import Isotropic

STIFF = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.2), expansion=1e-5)
RUBBER = Solid(elastic=Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999), expansion=1e-4)


def body(kind, solid=STIFF):
    dim = CELLS[kind].dim
    mesh = mapped_block((4, 3, 3)[:dim], kind=kind, order=2)
    held = Support(boundary="left", displacement=dict.fromkeys("xyz"[:dim], 1e-09))
    return Model(mesh=mesh, solids={"body": solid}, kinematics="3d" if dim == 3 else "plane strain", supports=(held,))


def cases(dim):
    return (
        (Pressure(boundary="right", pressure=1e6),),
        (TemperatureChange(change=lambda p: 30 * p[:, 0]), Traction(boundary="top", traction=(1e5, 2e5, 3e5)[:dim])),
        (BodyForce(force=(1e6, 0.0, 2e6)[:dim]),),
        (),
    )


@pytest.mark.parametrize(
    ("kind", "solid", "solver"),
    [
        ("quad", STIFF, "auto"),
        ("triangle", RUBBER, "auto"),
        ("tetra", STIFF, "multigrid"),
        ("hexahedron", STIFF, "cholmod"),
    ],
)
def test_each_of_several_cases_is_what_it_is_alone(kind, solid, solver):
    model = body(kind, solid)
    local = np.full((model.mesh.elements, model.mesh.dim), 0.2)
    elements = np.arange(model.mesh.elements)
    together = solve_load_cases(model, cases(model.mesh.dim), solver=solver)
    for found, loads in zip(together, cases(model.mesh.dim), strict=True):
        alone = solve_model(Model(**{**_fields(model), "loads": loads}), solver=solver)
        size = np.abs(alone.displacement).max()
        assert found.displacement == pytest.approx(alone.displacement, rel=1e-8, abs=1e-8 * size)
        stress, wanted = found.stress_in(elements, local), alone.stress_in(elements, local)
        # what rounding leaves of the held displacement alone
        rest = max(np.abs(wanted).max(), 1e-3)
        assert stress == pytest.approx(wanted, abs=1e-7 * rest)
        assert found.reactions[0].force == pytest.approx(alone.reactions[0].force, rel=1e-7, abs=1e-3)


def _fields(model):
    return {name: getattr(model, name) for name in ("mesh", "solids", "kinematics", "supports", "order")}


def test_a_uniform_displacement_of_the_support_moves_the_body_without_stress():
    rest = solve_load_cases(body("quad"), ((),))[0]
    assert rest.displacement == pytest.approx(np.full((len(rest.displacement), 2), 1e-9), rel=1e-9, abs=0)


def test_heat_in_generalised_plane_strain_stretches_every_case_alike():
    model = body("quad")
    supports = (Support(boundary="left", fix=("x",)), Support(boundary="bottom", fix=("y",)))
    free = Model(**{**_fields(model), "kinematics": "generalised plane strain", "ends": "free", "supports": supports})
    heat = (TemperatureChange(change=30.0),)
    # alpha dT without any stress, whichever case comes first
    for found in solve_load_cases(free, (heat, heat, ()))[:2]:
        assert found.axial_strain == pytest.approx(3e-4, rel=1e-9, abs=0)
        assert found.axial_force == pytest.approx(0.0, abs=1e-3)


def test_a_ring_of_curved_cells_under_order_one_is_free_to_turn():
    def ring(x):
        radius, angle = 1 + x[:, 0], 2 * np.pi * x[:, 1] / 4
        return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))

    mesh = mapped_block((2, 6), kind="quad", order=2, map=ring)
    model = Model(
        mesh=mesh, solids={"body": STIFF}, kinematics="plane stress", order=1, supports=(RigidBody(),),
        loads=tuple(Pressure(boundary=name, pressure=1e6) for name in ("left", "right", "bottom", "top")),
    )  # fmt: skip
    stress = solve_model(model).stress_in(np.arange(12), np.full((12, 2), 0.5))
    # under the same pressure all around the stress is -p in the plane
    assert stress[:, [0, 1]] == pytest.approx(np.full((12, 2), -1e6), rel=0.02)
