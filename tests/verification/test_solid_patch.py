"""Patch tests to round-off and rigid motions without stress, for every kind of cell, order, kinematics and mixture.

MacNeal and Harder, Finite Elem. Anal. Des. 1, 3 (1985): a linear displacement on the boundary must give uniform stress.
"""

import numpy as np
import pytest

from tests.references.scikit_forms import crooked
from tubewall.fem.loads import Pressure, RigidBody, Support, TemperatureChange
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials import Isotropic, Orthotropic

LAWS = {
    "nu 0.25": Isotropic(youngs_modulus=60e9, poissons_ratio=0.25),
    "nu 0.4999": Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999),
    "turned orthotropic": Orthotropic(
        youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9), angle=0.4
    ),
}
KINDS = ["triangle", "quad", "tetra", "hexahedron", "wedge"]
# geometry, displacement: on curved cells a displacement of first order does not hold the linear functions, so that there the
# second-order mesh has straight edges
ORDERS = {"straight": (1, 1), "raised": (1, 2), "curved": (2, 2), "first order on second": (2, 1)}
GRADIENT = np.array([[1e-3, 3e-4, -2e-4], [5e-4, -2e-3, 1e-4], [2e-4, -6e-4, 7e-4]])


def body(kind, geometry, order, mapping=crooked):
    counts = (3, 3, 3)[: CELLS[kind].dim]
    if (geometry, order) == (2, 1):
        return mapped_block(counts, map=mapping, kind=kind, order=1).raised()
    return mapped_block(counts, map=mapping, kind=kind, order=geometry)


def mixture(kinds, order):
    """Two blocks of different cells side by side; they meet in quadrilaterals or lines."""
    dim = CELLS[kinds[0]].dim

    def shifted(kind, by):
        def put(unit):
            moved = unit.copy()
            moved[:, 0] = (moved[:, 0] + by) / 2
            return crooked(moved)

        return mapped_block((2, 3, 2)[:dim], map=put, kind=kind, order=order)

    return join({"one": shifted(kinds[0], 0), "two": shifted(kinds[1], 1)})


def locking(kind, order, law):
    """First-order cells that the solver rightly refuses."""
    return order == 1 and kind in ("triangle", "tetra", "wedge") and law is LAWS["nu 0.4999"]


def everywhere(solution):
    """Nodes and centre of every element."""
    mesh = solution.model.discrete.mesh
    for number, block in enumerate(mesh.blocks):
        nodes = CELLS[block.kind].nodes
        local = np.vstack([nodes, nodes.mean(axis=0)])
        elements = np.arange(mesh.starts[number], mesh.starts[number + 1])
        yield solution.evaluate(np.repeat(elements, len(local)), np.tile(local, (len(elements), 1)))


def held(mesh, field):
    return tuple(Support(boundary=name, displacement=field) for name in mesh.boundaries)


def solved(mesh, law, kinematics, field, order, **more):
    solids = dict.fromkeys(mesh.regions, Solid(elastic=law))
    return solve_model(
        Model(mesh=mesh, solids=solids, kinematics=kinematics, supports=held(mesh, field), order=order, **more)
    )


def check_uniform(solution, expected, scale, tolerance=1e-10):
    for fields in everywhere(solution):
        assert np.abs(fields.stress - expected).max() < tolerance * scale


def linear(dim):
    return lambda points: points @ GRADIENT[:dim, :dim].T


def strain_of(dim):
    e = np.zeros((3, 3))
    e[:dim, :dim] = (GRADIENT[:dim, :dim] + GRADIENT[:dim, :dim].T) / 2
    return np.array([e[0, 0], e[1, 1], e[2, 2], 2 * e[1, 2], 2 * e[0, 2], 2 * e[0, 1]])


def stress_of(law, kinematics, dim):
    c = law.stiffness_at(np.zeros((1, 2)))[0]
    if kinematics != "plane stress":
        return c @ strain_of(dim)
    kept = [0, 1, 5]
    plane = np.zeros(6)
    plane[kept] = np.linalg.solve(np.linalg.inv(c)[np.ix_(kept, kept)], strain_of(2)[kept])
    return plane


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize(("geometry", "order"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_linear_displacement_gives_uniform_stress(kind, geometry, order, law):
    if locking(kind, order, law):
        return
    mesh = body(kind, geometry, order)
    for kinematics in ["3d"] if mesh.dim == 3 else ["plane strain", "plane stress"]:
        solution = solved(mesh, law, kinematics, linear(mesh.dim), order)
        expected = stress_of(law, kinematics, mesh.dim)
        # rounding of the displacement counts with the bulk modulus
        check_uniform(solution, expected, max(np.abs(expected).max(), 1e-3 * law.stiffness()[0, 0]))
        assert solution.displacement == pytest.approx(linear(mesh.dim)(solution.model.discrete.mesh.points), abs=1e-12)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kinds", [("triangle", "quad"), ("hexahedron", "wedge"), ("wedge", "hexahedron")])
def test_a_linear_displacement_gives_uniform_stress_in_meshes_of_two_kinds(kinds, order, law):
    if any(locking(kind, order, law) for kind in kinds):
        return
    mesh = mixture(kinds, order)
    solution = solved(mesh, law, "3d" if mesh.dim == 3 else "plane strain", linear(mesh.dim), order)
    expected = stress_of(law, "", mesh.dim)
    check_uniform(solution, expected, max(np.abs(expected).max(), 1e-3 * law.stiffness()[0, 0]))


@pytest.mark.parametrize("law", list(LAWS.values())[:2], ids=list(LAWS)[:2])
@pytest.mark.parametrize(("geometry", "order"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("kind", ["triangle", "quad"])
def test_uniform_stretch_gives_uniform_stress_around_the_axis(kind, geometry, order, law):
    if locking(kind, order, law):
        return
    e, f = 1e-3, -4e-4
    expected = law.stiffness() @ [e, f, e, 0, 0, 0]

    def touching(unit):
        s, t = unit[:, 0], unit[:, 1]
        return np.stack([s * (1 + 0.1 * np.sin(3 * t)), t + 0.05 * s * np.sin(4 * s + 0.5)], axis=1)

    for mapping in (crooked, touching):
        mesh = body(kind, geometry, order, mapping)
        solution = solved(mesh, law, "axisymmetric", lambda points: points * [e, f], order)
        check_uniform(solution, expected, np.abs(expected).max(), 1e-9)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize(("geometry", "order"), ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("kind", ["triangle", "quad"])
def test_tension_all_around_with_free_ends_leaves_no_stress_along_z(kind, geometry, order, law):
    if locking(kind, order, law):
        return
    mesh = body(kind, geometry, order)
    pull = 1e-3 * law.stiffness()[5, 5]
    model = Model(
        mesh=mesh, solids={"body": Solid(elastic=law)}, kinematics="generalised plane strain", ends="free", order=order,
        loads=tuple(Pressure(boundary=name, pressure=-pull) for name in mesh.boundaries), supports=(RigidBody(),),
    )  # fmt: skip
    solution = solve_model(model)
    check_uniform(solution, np.array([pull, pull, 0, 0, 0, 0]), pull, 1e-8)
    compliance = np.linalg.inv(law.stiffness_at(np.zeros((1, 2)))[0])
    assert solution.axial_strain == pytest.approx((compliance @ [pull, pull, 0, 0, 0, 0])[2], rel=1e-8)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_rigid_motion_has_no_stress_and_no_reaction(kind, order, law):
    if locking(kind, order, law):
        return
    mesh = body(kind, order, order)
    turn = 1e-6 * np.array([[0, -1, 0.5], [1, 0, -2], [-0.5, 2, 0]])[: mesh.dim, : mesh.dim]
    shift = np.array([2e-3, -1e-3, 5e-4])[: mesh.dim]
    for kinematics in ["3d"] if mesh.dim == 3 else ["plane strain", "plane stress"]:
        solution = solved(mesh, law, kinematics, lambda points: shift + points @ turn.T, order)
        # the stress that rounding a displacement of 2e-3 can leave over an element of 0.3
        scale = law.stiffness()[0, 0]
        check_uniform(solution, np.zeros(6), scale, 1e-13)
        assert max(np.abs(reaction.force).max() for reaction in solution.reactions) < 1e-13 * scale


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_is_free_to_grow_has_no_stress_when_warm(kind, order, law):
    if locking(kind, order, law):
        return
    mesh = body(kind, order, order)
    # also by different amounts along x, y and z, and along the turned axes of wood
    expansion = (1e-5, 2e-5, -5e-6)
    for kinematics in ["3d"] if mesh.dim == 3 else ["plane stress", "generalised plane strain"]:
        model = Model(
            mesh=mesh, solids={"body": Solid(elastic=law, expansion=expansion)}, kinematics=kinematics, order=order,
            loads=(TemperatureChange(change=30.0),), supports=(RigidBody(),),
            ends="free" if kinematics.startswith("gen") else "held",
        )  # fmt: skip
        solution = solve_model(model)
        check_uniform(solution, np.zeros(6), law.stiffness()[0, 0] * 3e-4, 1e-9)
        angle = getattr(law, "angle", 0.0)
        along = np.array([np.cos(angle), np.sin(angle)])
        grown = 30 * (
            expansion[0] * np.outer(along, along)
            + expansion[1] * np.outer(along[::-1] * [-1, 1], along[::-1] * [-1, 1])
        )
        for fields in everywhere(solution):
            assert fields.strain[:, [0, 1, 5]] == pytest.approx(
                np.tile([grown[0, 0], grown[1, 1], 2 * grown[0, 1]], (len(fields.strain), 1)), abs=1e-12
            )
            if kinematics != "plane strain":
                assert fields.strain[:, 2] == pytest.approx(30 * expansion[2], abs=1e-12)
