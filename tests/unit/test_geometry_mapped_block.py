"""Structured blocks: their cells, names and measures, and blocks joined to one body."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_contact import parts
from tubewall.geometry.mesh_join import join
from tubewall.geometry.mesh_measures import facet_sizes, volumes

Floats = NDArray[np.float64]
PLANE: list[Kind] = ["triangle", "quad"]
SOLID: list[Kind] = ["tetra", "hexahedron", "wedge"]
PER_CUBE = {"triangle": 2, "quad": 1, "tetra": 6, "hexahedron": 1, "wedge": 2}


def sheared(unit: Floats) -> Floats:
    """A box of 3 x 2 (x 5), sheared: the volume is that of the box."""
    size = np.array([3.0, 2.0, 5.0])[: unit.shape[1]]
    points = unit * size
    points[:, 0] += 0.7 * points[:, 1]
    return points


def quarter_tube(unit: Floats) -> Floats:
    """Radius 1 to 2 along the first coordinate, a right angle along the second, height 3 along the third."""
    radius, angle = 1 + unit[:, 0], math.pi / 2 * unit[:, 1]
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle), *(3 * unit[:, 2:].T)))


def ring(unit: Floats) -> Floats:
    """A full ring, its two ends at angle zero."""
    return quarter_tube(np.column_stack((unit[:, 0], 4 * unit[:, 1], unit[:, 2:])))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", PLANE + SOLID)
def test_a_sheared_block_has_the_volume_the_names_and_the_counts_of_its_box(kind: Kind, order: int) -> None:
    counts = (2, 3, 4)[: 2 if kind in PLANE else 3]
    mesh = mapped_block(counts, map=sheared, kind=kind, order=order, grading=(3.0, 1.0, 0.2)[: len(counts)])
    assert mesh.elements == PER_CUBE[kind] * math.prod(counts)
    assert len(mesh.points) == math.prod(order * n + 1 for n in counts)
    assert volumes(mesh).sum() == pytest.approx(6 if len(counts) == 2 else 30, rel=1e-13)
    named = np.concatenate([mesh.boundary(name) for name in mesh.boundaries])
    assert sorted(map(tuple, named.tolist())) == sorted(map(tuple, mesh.outer_facets.tolist()))
    # the shear tilts left and right only: sqrt(1 + 0.7^2) of their height
    expected = {"left": 2 * math.hypot(1, 0.7), "bottom": 3.0}
    if len(counts) == 3:
        expected = {"left": 10 * math.hypot(1, 0.7), "bottom": 15.0, "front": 6.0}
    for name, size in expected.items():
        assert facet_sizes(mesh, mesh.boundary(name)).sum() == pytest.approx(size, rel=1e-13)
    assert parts(mesh).max() == 0


def test_the_grading_is_the_ratio_of_the_last_interval_to_the_first() -> None:
    mesh = mapped_block((4, 1), grading=(8.0, 1.0))
    # geometric: 1, 2, 4, 8 of 15
    assert np.unique(mesh.points[:, 0]) == pytest.approx(np.array([0, 1, 3, 7, 15]) / 15, rel=1e-14)


@pytest.mark.parametrize("kind", PLANE + SOLID)
def test_all_nodes_of_second_order_lie_on_the_map(kind: Kind) -> None:
    counts = (2, 4, 2)[: 2 if kind in PLANE else 3]
    mesh = mapped_block(counts, map=quarter_tube, kind=kind, order=2)
    for name, radius in (("left", 1.0), ("right", 2.0)):
        nodes = mesh.boundary_nodes(name)
        assert np.hypot(*mesh.points[nodes, :2].T) == pytest.approx(radius, rel=1e-14)
    area = math.pi / 4 * (4 - 1)
    # parabolas over arcs of 22.5 degrees: the area is off by less than the fourth power of the angle
    assert volumes(mesh).sum() == pytest.approx(area * (1 if len(counts) == 2 else 3), rel=1e-4)


@pytest.mark.parametrize("kind", PLANE + SOLID)
def test_a_map_that_mirrors_gives_the_same_names_on_cells_turned_right(kind: Kind) -> None:
    counts = (2, 2, 2)[: 2 if kind in PLANE else 3]
    mesh = mapped_block(counts, map=lambda unit: unit * [-1.0, 1.0, 1.0][: len(counts)], kind=kind, order=2)
    assert volumes(mesh).min() > 0
    assert volumes(mesh).sum() == pytest.approx(1, rel=1e-14)
    assert mesh.points[mesh.boundary_nodes("right"), 0] == pytest.approx(-1, rel=1e-14)


def test_a_map_that_folds_and_wrong_counts_are_refused() -> None:
    with pytest.raises(InputError, match="inverted, folded or flat"):
        mapped_block((2, 2), map=lambda unit: np.column_stack(((unit[:, 0] - 0.5) ** 2, unit[:, 1])))
    with pytest.raises(InputError, match="not finite"):
        mapped_block((2, 2), map=lambda unit: np.full_like(unit, np.nan))
    with pytest.raises(InputError, match="counts"):
        mapped_block((2, 0))
    with pytest.raises(InputError, match="lie in 3 dimensions"):
        mapped_block((2, 2), kind="tetra")
    with pytest.raises(InputError, match="grading"):
        mapped_block((2, 2), grading=(1.0, -1.0))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", PLANE + SOLID)
def test_two_blocks_side_by_side_become_one_body(kind: Kind, order: int) -> None:
    counts = (2, 3, 2)[: 2 if kind in PLANE else 3]
    one = mapped_block(counts, kind=kind, order=order)
    shift = np.eye(len(counts))[0]
    two = mapped_block(counts, kind=kind, order=order, map=lambda unit: unit + shift)
    body = join({"one": one, "two": two})
    shared = math.prod(order * n + 1 for n in counts[1:])
    assert len(body.points) == 2 * len(one.points) - shared
    assert list(body.regions) == ["one", "two"]
    assert parts(body).max() == 0
    # what lies inside now is there from either side
    interface = body.boundary("one/right")
    assert len(interface) == 2 * len(one.boundary("right"))
    assert set(map(tuple, interface.tolist())) == set(map(tuple, body.boundary("two/left").tolist()))
    assert facet_sizes(body, body.outer_facets).sum() == pytest.approx(6 if len(counts) == 2 else 10, rel=1e-13)


def test_a_boundary_that_is_joined_in_part_keeps_what_is_outside() -> None:
    low = mapped_block((4, 2))
    high = mapped_block((2, 2), map=lambda unit: unit * [0.5, 1] + np.array([0, 1]))
    body = join({"low": low, "high": high})
    assert facet_sizes(body, body.boundary("low/top")).sum() == pytest.approx(0.5, rel=1e-14)
    assert len(body.boundary("high/bottom")) == 4


def test_blocks_of_several_kinds_join_where_their_facets_fit() -> None:
    quads = mapped_block((2, 2), order=2)
    triangles = mapped_block((2, 2), order=2, kind="triangle", map=lambda unit: unit + np.array([1, 0]))
    body = join({"quads": quads, "triangles": triangles})
    assert [block.kind for block in body.blocks] == ["triangle6", "quad9"]
    assert np.unique(body.region("quads")).tolist() == [8, 9, 10, 11]
    assert volumes(body)[body.region("quads")].sum() == pytest.approx(1, rel=1e-14)
    assert len(body.boundary("quads/right")) == 4


def test_a_block_bent_to_a_ring_is_closed() -> None:
    body = join({"ring": mapped_block((2, 24, 3), kind="hexahedron", order=2, map=ring)})
    assert len(body.boundary("ring/bottom")) == 2 * 2 * 3
    # bore and rim, and the two ends
    expected = 2 * math.pi * (1 + 2) * 3 + 2 * math.pi * (4 - 1)
    assert facet_sizes(body, body.outer_facets).sum() == pytest.approx(expected, rel=1e-4)


def test_meshes_that_cannot_be_joined_are_refused() -> None:
    with pytest.raises(InputError, match="no meshes"):
        join({})
    with pytest.raises(InputError, match="one dimension and one order"):
        join({"a": mapped_block((1, 1)), "b": mapped_block((1, 1), order=2)})
