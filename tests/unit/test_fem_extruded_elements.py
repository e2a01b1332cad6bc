"""Second-order hexahedra and prisms taken apart into a plane element and a line."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.fem.compiled import Crew
from tubewall.fem.compiled_element import element_product
from tubewall.fem.compiled_extruded import extruded_product
from tubewall.fem.extruded_elements import factors
from tubewall.fem.multigrid_groups import RULE_ORDER, bisected, sorted_groups
from tubewall.fem.multigrid_operator import batched, number
from tubewall.fem.reference_elements import rule, shape_table
from tubewall.geometry.block_mapping import mapped_block


@pytest.mark.parametrize("kind", ["hexahedron27", "wedge18"])
def test_the_factors_multiply_to_the_shape_functions_of_the_element(kind: str) -> None:
    points, _ = rule(kind, RULE_ORDER[kind])
    _, gradients = shape_table(kind, points)
    found = factors(kind, RULE_ORDER[kind])
    assert found is not None
    values, slopes = found.values, found.slopes
    if not len(values):
        # the plane is a line times a line, x fastest
        values = np.kron(found.value, found.value)
        slopes = np.stack([np.kron(found.value, found.slope), np.kron(found.slope, found.value)], axis=-1)
    for along in range(3):
        for p, place in enumerate(found.places[:, along]):
            product = np.empty((len(found.order), 3))
            product[:, :2] = np.kron(found.value[along][:, None], slopes[p])
            product[:, 2] = np.kron(found.slope[along], values[p])
            assert np.abs(product - gradients[place][found.order]).max() < 1e-13
    assert sorted(found.places.ravel()) == list(range(len(points)))


@pytest.mark.parametrize("kind", ["tetra10", "hexahedron", "wedge", "tetra"])
def test_elements_that_are_no_product_have_no_factors(kind: str) -> None:
    assert factors(kind, RULE_ORDER[kind]) is None


@pytest.mark.parametrize("bend", [0.0, 0.2])
@pytest.mark.parametrize("laws", ["one", "by element", "by point"])
@pytest.mark.parametrize("kind", ["hexahedron27", "wedge18"])
def test_one_direction_after_the_other_gives_the_forces_of_the_whole_table(kind: str, laws: str, bend: float) -> None:
    cell = {"hexahedron27": "hexahedron", "wedge18": "wedge"}[kind]
    mesh = mapped_block((3, 2, 3), kind=cell, order=2, map=lambda x: x + bend * np.sin(2 * x[:, [1, 2, 0]]))
    random = np.random.default_rng(5)
    root = random.random((4, 6, 6))
    constants = root @ root.transpose(0, 2, 1)
    ((_, cells),) = [(block.kind, block.cells) for block in mesh.blocks]
    points = len(rule(kind, RULE_ORDER[kind])[1])
    shape = {"one": (len(cells), 1), "by element": (len(cells), 1), "by point": (len(cells), points)}[laws]
    index = random.integers(0, 1 if laws == "one" else 4, shape)
    (group,) = sorted_groups(mesh.points, [(kind, cells)], [index])
    numbering, (local,) = number([group], len(mesh.points))
    found = factors(kind, RULE_ORDER[kind])
    assert found is not None
    with Crew(1) as crew:
        batch = batched(group, local, mesh.points, numbering.size, crew)
    u = random.random(3 * len(mesh.points)) - 0.5
    results = []
    for kernel, tables in ((element_product, (group.table,)), (extruded_product, found.cast(np.float64))):
        y, shared = np.zeros_like(u), np.zeros(3 * len(numbering.face_nodes))
        common = (u, y, shared, numbering.inner, numbering.faces, numbering.face_nodes, 0, batch.starts, batch.local)
        more = (batch.geometry, batch.laws, constants.ravel(), numbering.size)
        kernel(0, len(group.starts) - 1, *common, *more, *tables, group.weights)
        results.append(np.concatenate((y, shared)))
    assert np.abs(results[1] - results[0]).max() < 1e-13 * np.abs(results[0]).max()


def test_groups_of_neighbours_are_whole_batches_but_for_the_last() -> None:
    parts = bisected(np.random.default_rng(0).random((1003, 3)), 130, 16)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(1003))
    assert max(len(part) for part in parts) <= 130
    assert sum(len(part) % 16 > 0 for part in parts) == 1
