"""Nested dissection: a permutation that keeps to the bound of the fill, and large bodies solved with half of their matrix."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import ConvergenceError
from tubewall.fem import linear
from tubewall.fem.assemble_body import assemble
from tubewall.fem.cholmod import Half
from tubewall.fem.dissection import elimination_order
from tubewall.fem.hold import hold
from tubewall.fem.linear import prepared
from tubewall.fem.loads import Pressure, RigidBody, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_load_cases
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials import Isotropic


def body(counts=(12, 9), kind="triangle", order=2, **more):
    given = {"supports": (Support(boundary="left", displacement={"x": 1e-3, "y": -2e-3}),)}
    return Model(
        mesh=mapped_block(counts, kind=kind, order=order),
        order=order,
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=1e3, poissons_ratio=0.3))},
        **({"kinematics": "plane strain", "loads": (Pressure(boundary="right", pressure=1.0),)} | given | more),
    )


def places(model):
    return model.discrete.mesh.points[model.discrete.nodes]


def fill(neighbours, order):
    """Entries of the factor: what each eliminated node ties together (George and Liu 1981, section 5.1)."""
    rank = np.argsort(order)
    later = [{int(rank[h]) for h in neighbours[v] if rank[h] > rank[v]} for v in order]
    count = 0
    for mine in later:
        count += 1 + len(mine)
        if mine:
            parent = min(mine)
            later[parent] |= mine - {parent}
    return count


def test_the_fill_keeps_to_georges_bound_for_a_square_of_nine_point_rows():
    # George (1973): 31/4 n^2 log2 n entries for n by n nodes, each tied to the eight around it
    n = 64
    model = body((n - 1, n - 1), "quad", 1)
    matrix = assemble(model).stiffness
    order = elimination_order(matrix, np.arange(matrix.shape[0]), places(model))
    nodes = order[::2] // 2
    assert sorted(nodes) == list(range(n * n))
    graph = [matrix.indices[matrix.indptr[2 * v] : matrix.indptr[2 * v + 1] : 2] // 2 for v in range(n * n)]
    assert fill(graph, nodes) < 31 / 4 * n**2 * np.log2(n)
    assert fill(graph, np.arange(n * n)) > 1.5 * fill(graph, nodes)


@pytest.mark.parametrize("kinematics", ["plane strain", "generalised plane strain"])
def test_every_free_unknown_is_eliminated_once_and_those_without_a_place_last(kinematics):
    model = body(kinematics=kinematics, supports=(Support(boundary="left", fix=("x",)), RigidBody()))
    held = hold(model, model.size)
    order = elimination_order(assemble(model).stiffness, held.free, places(model))
    assert sorted(order) == list(range(len(held.free)))
    last = np.flatnonzero(held.free >= model.discrete.size)
    assert set(order[len(order) - len(last) :]) == set(last)


def test_a_strip_is_left_to_minimum_degree():
    model = body((400, 2))
    matrix = assemble(model).stiffness
    assert elimination_order(matrix, np.arange(matrix.shape[0]), places(model)) is None


def test_half_a_matrix_gives_the_products_of_the_whole():
    model = body()
    held = hold(model, model.size)
    matrix = assemble(model).stiffness
    half = Half(matrix, held.free)
    whole = matrix[held.free][:, held.free].toarray()
    x = np.random.default_rng(2).normal(size=(len(held.free), 3))
    scale = np.abs(whole).sum(axis=1).max()
    assert np.abs(half @ x - whole @ x).max() < 1e-14 * scale
    assert np.abs(half @ x[:, 0] - whole @ x[:, 0]).max() < 1e-14 * scale
    assert np.abs(abs(half) @ x - np.abs(whole) @ x).max() < 1e-14 * scale


@pytest.mark.parametrize(
    "kinematics", ["plane strain", "plane stress", "axisymmetric", "generalised plane strain", "3d"]
)
def test_a_large_body_is_answered_as_a_small_one(monkeypatch, kinematics):
    dim = 3 if kinematics == "3d" else 2
    given = dict.fromkeys("y" if kinematics == "axisymmetric" else "xyz"[:dim], 1e-3)
    model = body(
        (3, 2, 2) if dim == 3 else (7, 5), "tetra" if dim == 3 else "triangle", kinematics=kinematics,
        supports=(Support(boundary="left", displacement=given),),
    )  # fmt: skip
    cases = (model.loads, (Pressure(boundary="top", pressure=2.0),))
    small = solve_load_cases(model, cases, solver="superlu")
    monkeypatch.setattr(linear, "_LARGE", 0)
    large = solve_load_cases(model, cases, solver="cholmod")
    for a, b in zip(small, large, strict=True):
        assert b.solver == "CHOLMOD"
        assert np.abs(a.displacement - b.displacement).max() < 1e-12 * np.abs(a.displacement).max()
        assert b.imbalance < 1e-12
        if kinematics.endswith("plane strain"):
            # the support carries the pressure: 1 on a side of length 1, or 2
            pushed = (1.0, 0.0) if b is large[0] else (0.0, 2.0)
            assert np.asarray(b.reactions[0].force)[:2] == pytest.approx(pushed, abs=1e-10)
        for mine, other in zip(a.reactions, b.reactions, strict=True):
            assert np.asarray(mine.force) == pytest.approx(np.asarray(other.force), rel=1e-10, abs=1e-10)


def test_a_large_body_that_may_move_is_said_not_to_be_positive_definite(monkeypatch):
    monkeypatch.setattr(linear, "_LARGE", 0)
    model = body()
    matrix = -assemble(model).stiffness
    with pytest.raises(ConvergenceError, match="not positive definite"):
        prepared(matrix, np.arange(matrix.shape[0]), points=places(model))()
