"""Values at points: where points lie in curved meshes of any cells, moved points, interfaces, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from tests.references.solid_fields import CARBON, PLANE, SOFT, SOLID, quarter_tube, ring, with_displacement
from tubewall.errors import InputError
from tubewall.fem.batch_fields import batches
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.largest_values import maxima
from tubewall.fem.locate_point import locate
from tubewall.fem.probe import value_at
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import SolidMesh

BORE, RIM = 50e-9, 80e-9


def tube_mesh(kind: Kind, order: int = 2) -> SolidMesh:
    counts = (3, 4, 2) if kind in SOLID else (3, 4)
    return mapped_block(counts, map=ring(BORE, RIM, BORE), kind=kind, order=2 if order == 2 else 1)


@pytest.mark.parametrize("kind", sorted(CELLS))
def test_the_fast_shape_functions_are_those_of_the_elements(kind: str) -> None:
    local = np.random.default_rng(1).random((7, CELLS[kind].dim))
    for got, wanted in zip(fast_shape(kind, local), shape_table(kind, local), strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-13)


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_every_point_of_a_curved_body_is_found_where_it_is(kind: Kind) -> None:
    mesh = tube_mesh(kind)
    rng = np.random.default_rng(2)
    points = []
    for number, block in enumerate(mesh.blocks):
        assert number == 0
        cell = CELLS[block.kind]
        shares = rng.dirichlet(np.ones(cell.vertices), size=len(block.cells)) @ cell.nodes[: cell.vertices]
        values, _ = fast_shape(block.kind, shares)
        points.append(np.einsum("mk,mkd->md", values, mesh.points[block.cells]))
    places = np.concatenate(points)
    found = locate(mesh, places)
    np.testing.assert_array_equal(np.unique(found.point), np.arange(len(places)))
    values, _ = fast_shape(mesh.blocks[0].kind, found.local)
    back = np.einsum("hk,hkd->hd", values, mesh.points[mesh.blocks[0].cells[found.elements]])
    np.testing.assert_allclose(back, places[found.point], atol=1e-9 * BORE)
    assert np.isin(np.arange(mesh.elements), found.elements).all()


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
@pytest.mark.parametrize("order", [1, 2])
def test_a_node_is_found_in_all_elements_around_it(kind: Kind, order: int) -> None:
    mesh = tube_mesh(kind, order)
    node = int(np.argmin(np.linalg.norm(mesh.points - mesh.points.mean(axis=0), axis=1)))
    around = np.flatnonzero((mesh.blocks[0].cells == node).any(axis=1))
    np.testing.assert_array_equal(np.sort(locate(mesh, mesh.points[[node]]).elements), around)


@pytest.mark.parametrize("angle", [0.0, 0.4])
def test_slender_elements_hold_their_points(angle: float) -> None:
    # aspect 2000, along the axes and turned
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mesh = mapped_block((10, 10), map=lambda x: (x * [2000.0, 1.0]) @ turn.T, kind="triangle", order=2)
    wanted = np.random.default_rng(3).random((200, 2)) * [2000.0, 1.0]
    found = locate(mesh, wanted @ turn.T)
    assert len(np.unique(found.point)) == 200
    values, _ = fast_shape("triangle6", found.local)
    back = np.einsum("hk,hkd->hd", values, mesh.points[mesh.blocks[0].cells[found.elements]])
    np.testing.assert_allclose(back @ turn, wanted[found.point], atol=1e-9)


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_a_point_just_outside_moves_to_the_surface_and_one_farther_is_refused_with_its_nearest(kind: Kind) -> None:
    mesh = tube_mesh(kind)
    solution = with_displacement(mesh, lambda x: 1e-3 * x)
    across = (0.3 * BORE,) if kind in SOLID else ()
    direction = np.array([np.cos(np.pi / 4), np.sin(np.pi / 4)])
    # elements are about 10 nm thick and 20 nm long: within 5e-4 of that, and beyond
    near = value_at(solution, "displacement magnitude", [*(direction * (BORE - 5e-12)), *across], estimate=False)
    assert np.linalg.norm(near.at[:2]) == pytest.approx(BORE, rel=1e-4, abs=0)
    with pytest.raises(InputError, match=r"lies outside the mesh; its nearest point is \(35\.") as refused:
        value_at(solution, "displacement magnitude", [*(direction * (BORE - 1e-9)), *across])
    assert "m, " not in str(refused.value)


def test_elements_that_share_a_point_give_their_mean() -> None:
    # u_x = |x| has the strain -1 on the left of x = 0 and 1 on the right
    mesh = mapped_block((2, 1), map=lambda x: x * 2 - 1)
    solution = with_displacement(mesh, lambda x: np.column_stack([np.abs(x[:, 0]), 0 * x[:, 0]]))
    assert value_at(solution, "strain xx", [0.0, 0.1], estimate=False).value == pytest.approx(0.0, abs=1e-12)
    assert value_at(solution, "strain xx", [0.01, 0.1], estimate=False).value == pytest.approx(1.0)


def two_regions() -> SolidMesh:
    left = mapped_block((2, 2), kind="triangle")
    right = mapped_block((2, 2), kind="quad", map=lambda x: x + np.array([1.0, 0.0]))
    return join({"wall": left, "liner": right})


def test_a_point_on_an_interface_lists_both_values_unless_a_region_is_named() -> None:
    solution = with_displacement(two_regions(), lambda x: 1e-3 * x, solids={"wall": CARBON, "liner": SOFT})
    with pytest.raises(
        InputError, match=r"'stress xx' at \(1, 0.25\) m, on an interface, is 8\S* MPa in 'wall', 8\S* MPa"
    ):
        value_at(solution, "stress xx", [1.0, 0.25])
    wall, liner = (
        value_at(solution, "stress xx", [1.0, 0.25], region=r, estimate=False).value for r in ("wall", "liner")
    )
    # equal strain in both directions, plane strain: E e / ((1 + nu) (1 - 2 nu))
    assert wall == pytest.approx(60e9 * 1e-3 / (1.2 * 0.6))
    assert liner == pytest.approx(wall / 10)
    assert value_at(solution, "displacement x", [1.0, 0.25], estimate=False).value == pytest.approx(1e-3)


def test_a_point_of_another_region_is_outside_of_the_one_that_is_named() -> None:
    solution = with_displacement(two_regions(), lambda x: 1e-3 * x, solids={"wall": CARBON, "liner": SOFT})
    with pytest.raises(InputError, match=r"outside the region 'wall'; its nearest point is \(1, 0.5\) m"):
        value_at(solution, "stress xx", [1.5, 0.5], region="wall")
    with pytest.raises(InputError, match="did you mean 'wall'"):
        value_at(solution, "stress xx", [1.0, 0.5], region="wal")


def test_hoop_on_its_own_axis_is_refused() -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: 1e-3 * x)
    with pytest.raises(InputError, match="lies on the axis"):
        value_at(solution, "stress hoop", [0.5, 0.5], about=(0.5, 0.5))


@pytest.mark.parametrize("at", [[0.5], [0.5, 0.5, 0.5], [np.nan, 0.5], [np.inf, 0.0]])
def test_a_point_of_another_dimension_or_not_finite_is_refused(at: list[float]) -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: 1e-3 * x)
    with pytest.raises(InputError, match="2 finite coordinates"):
        value_at(solution, "stress xx", at)


def test_a_prefix_belongs_to_boundaries() -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: 1e-3 * x)
    with pytest.raises(InputError, match="at a point write 'stress xx'"):
        value_at(solution, "max stress xx", [0.5, 0.5])


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_many_elements_at_once_say_what_each_says_alone(kind: Kind) -> None:
    solution = quarter_tube(kind, BORE, RIM, 1e6, parts=3)
    mesh = solution.model.discrete.mesh
    cell = CELLS[mesh.blocks[0].kind]
    for batch in batches(solution, {cell.kind: cell.nodes}):
        alone = solution.evaluate(batch.point_elements, np.tile(batch.local, (len(batch.elements), 1)))
        for name in ("points", "displacement", "strain", "stress"):
            wanted = getattr(alone, name)
            np.testing.assert_allclose(
                getattr(batch.fields, name), wanted, rtol=1e-10, atol=1e-10 * np.abs(wanted).max()
            )


def test_the_tip_of_a_crack_has_no_stress_and_no_number_is_given() -> None:
    # the middles of the sides at the corner (0, 0) stand at a quarter: the map is singular there (Barsoum 1976)
    mesh = mapped_block((1, 1), kind="triangle", order=2)
    points = mesh.points.copy()
    for row in mesh.blocks[0].cells:
        corner = np.flatnonzero(np.all(points[row[:3]] == 0.0, axis=1))
        for a, b, middle in CELLS["triangle6"].edges:
            if len(corner) and corner[0] in (a, b):
                points[row[middle]] = 0.25 * (points[row[a]] + points[row[b]])
    quarter = SolidMesh(points=points, blocks=mesh.blocks, regions=mesh.regions, boundaries=mesh.boundaries)
    solution = with_displacement(quarter, lambda x: np.sqrt(np.abs(x)))
    with pytest.raises(InputError, match="not finite at"):
        value_at(solution, "von mises", [0.0, 0.0], estimate=False)
    beside = value_at(solution, "von mises", [0.4, 0.3])
    assert np.isfinite(beside.value)
    assert all(np.isfinite(one.value) for one in maxima(solution).values())
