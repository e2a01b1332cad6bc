"""Models on any cells: the answer turns, is mirrored and grows with the body, and loads superpose."""

from dataclasses import replace

import numpy as np
import pytest

from tubewall.fem import (
    BodyForce,
    Model,
    Pressure,
    Solid,
    Support,
    Traction,
    boundary_value,
    solve_load_cases,
    solve_model,
    value_at,
)
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import Block
from tubewall.materials import Isotropic, Orthotropic

# vertices in the order that a mirror asks for
MIRRORED = {
    "triangle": [0, 2, 1],
    "quad": [0, 3, 2, 1],
    "tetra": [0, 2, 1, 3],
    "hexahedron": [0, 3, 2, 1, 4, 7, 6, 5],
    "wedge": [0, 2, 1, 3, 5, 4],
}
MODULUS, PRESSURE, WEIGHT, SHEAR = 60e9, 1e6, 4e5, 2e5


def put(unit):
    """A crooked square or cube."""
    turns = np.arange(1, unit.shape[1] + 1)
    return unit + 0.07 * np.sin(2.0 * turns + 3.0 * (unit @ turns)[:, None])


def body(kind):
    """A crooked block of the size 1, and a place in it that lies in no element of the clamped side."""
    dim = CELLS[kind].dim
    return mapped_block((3, 2, 1)[:dim], map=put, kind=kind, order=1), put(np.array([[0.81, 0.43, 0.37]])[:, :dim])[0]


def moved(mesh, matrix, scale, shift):
    """The mesh with its points put through ``matrix``; where that is a mirror the cells are numbered the other way round."""
    points = scale * mesh.points @ matrix.T + shift
    if np.linalg.det(matrix) > 0:
        return replace(mesh, points=points)
    (block,) = mesh.blocks
    facets = [set(facet.nodes) for facet in CELLS[block.kind].facets]
    order = MIRRORED[block.kind]
    # the side of the mirrored cell that has the nodes of each side of the old one
    side = np.array([[{order.index(n) for n in facet} == other for other in facets].index(True) for facet in facets])
    boundaries = {name: np.column_stack((pairs[:, 0], side[pairs[:, 1]])) for name, pairs in mesh.boundaries.items()}
    return replace(
        mesh, points=points, blocks=(Block(kind=block.kind, cells=block.cells[:, order]),), boundaries=boundaries
    )


def model(mesh, matrix, scale=1.0, factor=1.0, fibres=None):
    """Clamped on the left, pressed on the right, sheared at the top and heavy, with all vectors put through ``matrix``."""
    dim = mesh.dim
    law = Isotropic(youngs_modulus=MODULUS * factor, poissons_ratio=0.3)
    if fibres is not None:
        along = matrix[:2, :2] @ [np.cos(fibres), np.sin(fibres)]
        law = Orthotropic(
            youngs_moduli=tuple(factor * np.array([40e9, 20e9, 10e9])), poissons_ratios=(0.2, 0.25, 0.3),
            shear_moduli=tuple(factor * np.array([8e9, 7e9, 6e9])), angle=float(np.arctan2(along[1], along[0])),
        )  # fmt: skip
    pull, weight = matrix @ np.array([SHEAR, 0.0, SHEAR])[:dim], matrix @ np.array([0.0, -WEIGHT, WEIGHT])[:dim]
    return Model(
        mesh=mesh,
        solids={"body": Solid(elastic=law)},
        kinematics="3d" if dim == 3 else "plane strain",
        loads=(
            Pressure(boundary="right", pressure=PRESSURE * factor),
            Traction(boundary="top", traction=tuple(factor * pull)),
            BodyForce(force=tuple(factor / scale * weight)),
        ),
        supports=(Support(boundary="left"),),
    )


def figures(solved, place, scale=1.0, factor=1.0):
    """Numbers that no turn, mirror or unit changes: of the whole body, at a point, and over a boundary."""
    dim = solved.model.mesh.dim
    force = factor * scale ** (dim - 1)
    stress = value_at(solved, "von mises", place, estimate=False)
    side = boundary_value(solved, "bottom", "mean max principal", estimate=False)
    return np.array(
        [
            np.linalg.norm(solved.displacement) / scale,
            stress.value / factor,
            side.value / factor,
            np.linalg.norm(solved.reactions[0].force) / force,
        ]
    )


@pytest.mark.parametrize(
    ("kind", "count"), [("triangle", 32), ("quad", 32), ("tetra", 12), ("hexahedron", 12), ("wedge", 12)]
)
def test_a_hundred_random_motions_mirrors_and_scales_leave_the_answer(kind, count):
    random = np.random.default_rng(5)
    mesh, place = body(kind)
    dim = mesh.dim
    worst = 0.0
    for turn in range(count):
        fibres = float(random.uniform(0, np.pi)) if turn % 2 else None
        if dim == 3 and fibres is None:
            matrix = np.linalg.qr(random.normal(size=(3, 3)))[0]
        else:
            # the plane of the fibres stays
            angle, sign = random.uniform(0, 2 * np.pi), random.choice([-1.0, 1.0])
            c, s = np.cos(angle), np.sin(angle)
            matrix = np.eye(dim)
            matrix[:2, :2] = np.array([[c, -s], [s, c]]) @ np.diag([1.0, sign])
        scale, factor = 10 ** random.uniform(-9, 3), 10 ** random.uniform(-1, 1)
        shift = scale * random.normal(size=dim)
        found = figures(
            solve_model(model(moved(mesh, matrix, scale, shift), matrix, scale, factor, fibres)),
            scale * matrix @ place + shift, scale, factor,
        )  # fmt: skip
        base = figures(solve_model(model(mesh, np.eye(dim), fibres=fibres)), place)
        worst = max(worst, float(np.abs(found / base - 1).max()))
    assert worst < 1e-6


@pytest.mark.parametrize("kind", MIRRORED)
def test_loads_superpose(kind):
    mesh, place = body(kind)
    whole = model(mesh, np.eye(mesh.dim))
    together, *each = solve_load_cases(whole, (whole.loads, *((load,) for load in whole.loads)))
    total = sum(one.displacement for one in each)
    assert np.abs(total - together.displacement).max() < 1e-9 * np.abs(together.displacement).max()
    for quantity in ("stress xx", "stress yy", "stress xy"):
        parts = [value_at(one, quantity, place, estimate=False).value for one in each]
        found = value_at(together, quantity, place, estimate=False).value
        assert found == pytest.approx(sum(parts), abs=1e-9 * max(map(abs, parts)))
