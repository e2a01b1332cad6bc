"""Random drawings: either refused in words, or meshed with the area of the closed form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.geometry import CellArray, array_mesh, finite_graph, periodic_cell
from tubewall.geometry.finite import outer_reach


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


# in bores: from far too thin to far too thick
RATIO = st.floats(-3, 0.5).map(lambda power: 10.0**power)
ANYTHING = st.one_of(
    st.just(10**400),
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(-(10**30), 10**30),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
)
DRAWING = st.fixed_dictionaries(
    {
        "packing": st.sampled_from(["hexagonal", "square"]),
        "bore_shape": st.sampled_from(["hexagonal", "round", "square"]),
        "construction": st.sampled_from(["matrix", "tubes"]),
        "bore": st.floats(-9, 0).map(lambda power: 10.0**power),
        "wall": RATIO,
        "fillet": st.one_of(st.just(0.0), st.floats(1e-3, 0.6)),
        "neck": st.one_of(st.just(0.0), st.floats(1e-2, 0.8)),
        "rings": st.integers(0, 2),
    }
)


def fitting(drawing: dict[str, Any]) -> dict[str, Any]:
    """The drawing in metres, with what its shape has no use for left out."""
    drawing = dict(drawing)
    if drawing["construction"] == "tubes":
        drawing["bore_shape"] = "round"
    else:
        drawing["neck"] = 0.0
    if drawing["bore_shape"] == "round":
        drawing["fillet"] = 0.0
    else:
        drawing["bore_shape"] = drawing["packing"]
    for name in ("wall", "fillet", "neck"):
        drawing[name] *= drawing["bore"]
    return drawing


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(drawing=DRAWING)
def test_a_random_cell_is_refused_or_has_the_area_of_the_closed_form(drawing: dict[str, Any]) -> None:
    try:
        array = CellArray(**fitting(drawing))
        cell = periodic_cell(array)
    except InputError:
        return
    assert cell.mesh.area() == near(array.solid_fraction * array.cell_area, rel=1e-5)
    assert array.void_fraction + array.solid_fraction + array.waste_fraction == pytest.approx(1, abs=1e-12)
    quality = cell.mesh.quality()
    assert quality.smallest_jacobian > 0.5
    assert quality.smallest_angle > 5
    for vector, pairs in zip(cell.lattice, cell.pairs, strict=True):
        gap = cell.mesh.points[pairs[:, 1]] - cell.mesh.points[pairs[:, 0]] - vector
        assert np.abs(gap).max() < 1e-13 * array.pitch


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(drawing=DRAWING, margin=st.floats(-2, 0.5).map(lambda power: 10.0**power))
def test_a_random_disc_is_refused_or_has_the_area_of_the_closed_form(drawing: dict[str, Any], margin: float) -> None:
    try:
        array = CellArray(**fitting(drawing))
        radius = outer_reach(array) + margin * array.bore
        mesh = array_mesh(array, rim_radius=radius, elements_through_wall=2)
    except InputError:
        return
    exact = np.pi * radius**2 - finite_graph(array).areas.sum()
    assert mesh.area() == near(exact, rel=1e-4)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(place=st.sampled_from(["bore", "wall", "fillet", "neck", "rings", "packing", "construction"]), value=ANYTHING)
def test_whatever_is_passed_is_refused_or_drawn(place: str, value: object) -> None:
    try:
        array = CellArray(**{"bore": 1e-7, "wall": 1e-8, "bore_shape": "round", place: value})  # type: ignore[arg-type]
    except InputError:
        return
    assert 0 < array.void_fraction < 1
    assert 0 < array.solid_fraction < 1
