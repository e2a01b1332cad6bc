"""Quantities by name, their units, and invariants of stress."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem import invariants
from tubewall.fem.field_solution import PointFields
from tubewall.fem.quantities import QUANTITIES, CylinderAxes, parse_quantity


def fields(stress: list[float], point: tuple[float, ...] = (3.0, 4.0)) -> PointFields:
    """One point with a stress and a strain of the same numbers."""
    return PointFields(
        points=np.array([point]),
        displacement=np.array([[3.0, 4.0, 12.0][: len(point)]]),
        strain=np.array([stress]),
        stress=np.array([stress]),
    )


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("stress xx", "Pa"),
        ("strain xy", "1"),
        ("displacement magnitude", "m"),
        ("max principal", "Pa"),
        ("pressure", "Pa"),
    ],
)
def test_a_quantity_knows_its_unit(name: str, unit: str) -> None:
    assert parse_quantity(name).unit == unit


def test_max_principal_is_a_quantity_and_max_max_principal_its_largest_over_a_boundary() -> None:
    assert parse_quantity("max principal").extreme is None
    assert parse_quantity("max max principal") == parse_quantity("  Max  max PRINCIPAL ")
    assert parse_quantity("min max principal").extreme == "min"
    assert parse_quantity("mean displacement y").extreme == "mean"
    assert parse_quantity("max stress hoop").name == "stress hoop"


def test_over_a_boundary_only_a_quantity_with_one_danger_needs_no_prefix() -> None:
    assert parse_quantity("von mises").sought == "max"
    assert parse_quantity("min principal").sought == "min"
    with pytest.raises(InputError, match="'max stress hoop', 'min stress hoop' or 'mean stress hoop'"):
        _ = parse_quantity("stress hoop").sought


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stress hop", "stress hoop"),
        ("von misses", "von mises"),
        ("max stres xx", "max stress xx"),
        ("displacment x", "displacement x"),
    ],
)
def test_a_misspelt_quantity_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{meant}'"):
        parse_quantity(typed)


def test_what_is_nothing_like_a_quantity_lists_them() -> None:
    with pytest.raises(InputError, match="von mises, tresca"):
        parse_quantity("colour")


def test_hoop_and_radial_are_those_about_a_point() -> None:
    # uniaxial stress s along the direction (3, 4) / 5 is radial about the origin at (3, 4)
    s, n = 7.0, np.array([0.6, 0.8])
    stress = [s * n[0] ** 2, s * n[1] ** 2, 2.0, 0.0, 0.0, s * n[0] * n[1]]
    at = fields(stress)
    values = {name: float(QUANTITIES[name].values(at, "plane strain")[0]) for name in QUANTITIES if "stress" in name}
    assert values["stress radial"] == pytest.approx(s)
    assert values["stress hoop"] == pytest.approx(0.0, abs=1e-12)
    assert values["stress axial"] == pytest.approx(2.0)
    beside = CylinderAxes(about=(3.0, 0.0))
    assert QUANTITIES["stress radial"].values(at, "plane strain", beside)[0] == pytest.approx(stress[1])


def test_the_hoop_strain_takes_half_of_the_engineering_shear() -> None:
    # pure shear gamma: the normal strain at 45 degrees is gamma / 2
    gamma = 0.01
    at = fields([0.0, 0.0, 0.0, 0.0, 0.0, gamma], point=(1.0, 1.0))
    assert QUANTITIES["strain radial"].values(at, "plane strain")[0] == pytest.approx(gamma / 2)
    assert QUANTITIES["strain hoop"].values(at, "plane strain")[0] == pytest.approx(-gamma / 2)
    assert QUANTITIES["strain xy"].values(at, "plane strain")[0] == gamma


def test_in_axisymmetric_bodies_hoop_is_zz_and_axial_yy() -> None:
    at = fields([1.0, 2.0, 3.0, 0.0, 0.0, 4.0])
    got = [float(QUANTITIES[f"stress {part}"].values(at, "axisymmetric")[0]) for part in ("radial", "axial", "hoop")]
    assert got == [1.0, 2.0, 3.0]


def test_in_space_the_axis_may_point_anywhere() -> None:
    at = fields([1.0, 2.0, 3.0, 0.0, 0.0, 0.0], point=(0.0, 5.0, 2.0))
    axes = CylinderAxes(about=(0.0, 0.0, 2.0), axis=(1.0, 0.0, 0.0))
    got = [float(QUANTITIES[f"stress {part}"].values(at, "3d", axes)[0]) for part in ("axial", "radial", "hoop")]
    assert got == pytest.approx([1.0, 2.0, 3.0])


def test_an_axis_without_direction_is_refused() -> None:
    with pytest.raises(InputError, match="not zero"):
        CylinderAxes(axis=(0.0, 0.0, 0.0))


def test_invariants_of_a_state_of_stress() -> None:
    # principal values 100, 20, -40 turned about z by 30 degrees: Mohr's circle
    c, s = np.cos(np.radians(30)), np.sin(np.radians(30))
    stress = np.array([100 * c * c - 40 * s * s, 100 * s * s - 40 * c * c, 20.0, 0.0, 0.0, 140 * c * s])
    np.testing.assert_allclose(invariants.principal(stress), [100, 20, -40], rtol=1e-12)
    assert invariants.tresca(stress) == pytest.approx(140)
    assert invariants.pressure(stress) == pytest.approx(-80 / 3)
    assert invariants.von_mises(stress) == pytest.approx(np.sqrt(0.5 * (80**2 + 60**2 + 140**2)))
    values, directions = invariants.principal_directions(stress)
    np.testing.assert_allclose(directions[0], [c, s, 0], atol=1e-12)
    assert values[2] == pytest.approx(-40)


def test_the_fast_principal_values_are_those_of_lapack() -> None:
    rng = np.random.default_rng(5)
    stress = rng.normal(size=(200, 6))
    np.testing.assert_allclose(invariants.fast_principal(stress), invariants.principal(stress), atol=1e-7)
    assert np.array_equal(invariants.fast_principal(np.zeros((1, 6))), np.zeros((1, 3)))


def test_the_displacement_along_z_of_a_plane_body_is_refused() -> None:
    with pytest.raises(InputError, match="allowed: x, y, magnitude"):
        parse_quantity("displacement z").values(fields([0.0] * 6), "plane strain")
    assert parse_quantity("displacement magnitude").values(fields([0.0] * 6), "plane strain")[0] == 5.0
