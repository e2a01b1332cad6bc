"""Invariants of stress, peaks and worst patterns against brute force."""

import itertools

import numpy as np
import pytest

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem.patterns import SurfaceInfluence, mesh_error, peak, peaks, worst
from tubewall.fem.stress import (
    components,
    max_principal,
    min_principal,
    principal,
    quantity,
    rotated,
    tangential,
    tensor,
    traction,
    von_mises,
)

RANDOM = np.random.default_rng(7)
STRESS = RANDOM.normal(size=(200, 4))


def surface(points=30, chambers=6):
    angle = RANDOM.uniform(0, 2 * np.pi, points)
    return SurfaceInfluence(
        points=RANDOM.normal(size=(points, 2)),
        normals=np.stack([np.cos(angle), np.sin(angle)], axis=-1),
        chamber=RANDOM.integers(-1, chambers, points),
        influence=RANDOM.normal(size=(points, 4, chambers)),
    )


def test_principal_stresses_are_the_eigenvalues_of_the_tensor():
    expected = np.linalg.eigvalsh(tensor(STRESS))[:, ::-1]
    assert principal(STRESS) == pytest.approx(expected, abs=1e-13)
    assert max_principal(STRESS) == pytest.approx(expected[:, 0], abs=1e-13)
    assert min_principal(STRESS) == pytest.approx(expected[:, 2], abs=1e-13)


def test_von_mises_stress_is_the_norm_of_the_deviator():
    full = tensor(STRESS)
    deviator = full - np.trace(full, axis1=1, axis2=2)[:, None, None] * np.eye(3) / 3
    assert von_mises(STRESS) == pytest.approx(np.sqrt(1.5 * np.sum(deviator**2, axis=(1, 2))), rel=1e-13)
    # uniaxial tension and pure shear (von Mises, 1913)
    assert von_mises(np.array([[2.0, 0, 0, 0], [0, 0, 0, 1.0]])) == pytest.approx([2.0, np.sqrt(3)])


def test_components_undo_tensor():
    assert np.array_equal(components(tensor(STRESS)), STRESS)


def test_a_turned_stress_is_the_turned_tensor():
    axes = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    turn = np.eye(3)
    turn[:2, :2] = axes
    assert tensor(rotated(STRESS, axes)) == pytest.approx(turn @ tensor(STRESS) @ turn.T, abs=1e-13)


def test_tangential_stress_and_traction_are_products_with_the_tensor():
    normals = surface(200).normals
    along = np.stack([-normals[:, 1], normals[:, 0]], axis=-1)
    flat = tensor(STRESS)[:, :2, :2]
    assert tangential(STRESS, normals) == pytest.approx(np.einsum("pi,pij,pj->p", along, flat, along), abs=1e-13)
    assert traction(STRESS, normals) == pytest.approx(np.einsum("pij,pj->pi", flat, normals), abs=1e-13)


def test_an_unknown_quantity_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'von mises'"):
        quantity("von misses")


@pytest.mark.parametrize("name", ["max principal", "min principal", "von mises"])
def test_many_peaks_at_once_are_those_one_by_one(name):
    skin = surface(40, 5)
    patterns = RANDOM.normal(size=(50, 5))
    found = peaks(skin, patterns, name)
    single = [peak(skin, pattern, name) for pattern in patterns]
    assert found.values == pytest.approx([p.value for p in single], rel=1e-13)
    assert list(found.indices) == [p.index for p in single]
    assert list(found.chambers) == [p.chamber for p in single]
    assert np.array_equal(found.at, [p.at for p in single])
    assert found.quantity == name
    full = [quantity(name)(skin.stress(pattern)) for pattern in patterns]
    best = [v.min() if name == "min principal" else v.max() for v in full]
    assert found.values == pytest.approx(best, rel=1e-13)


def test_the_worst_pattern_beats_every_vertex_of_the_box():
    for _ in range(5):
        skin = surface(20, 6)
        low, high = -RANDOM.uniform(0, 1, 6), RANDOM.uniform(0, 2, 6)
        found = worst(skin, low, high)
        largest = -np.inf
        for choice in itertools.product([0, 1], repeat=6):
            pattern = np.where(choice, high, low)
            stress = skin.stress(pattern)
            largest = max(largest, tangential(stress, skin.normals).max(), stress[:, 2].max())
        assert found.tension == pytest.approx(largest, rel=1e-13)
        stress = skin.stress(found.pattern)
        linear = tangential(stress, skin.normals) if found.direction == "tangential" else stress[:, 2]
        assert linear.max() == pytest.approx(largest, rel=1e-13)
        assert np.all((found.pattern == low) | (found.pattern == high))
        assert found.peak.value >= found.tension - 1e-12


def test_bounds_that_cross_are_refused():
    with pytest.raises(InputError, match="exceeds"):
        worst(surface(), 1.0, 0.0)


@pytest.mark.parametrize("pattern", [np.zeros(5), np.full(6, np.nan), np.zeros((2, 2, 6))])
def test_a_pattern_of_the_wrong_shape_or_with_nan_is_refused(pattern):
    with pytest.raises(InputError, match="pattern"):
        peak(surface(30, 6), pattern)


def test_a_surface_whose_arrays_differ_in_number_is_refused():
    with pytest.raises(InputError, match="differ in number"):
        SurfaceInfluence(
            points=np.zeros((3, 2)), normals=np.zeros((2, 2)), chamber=np.zeros(3, int), influence=np.zeros((3, 4, 1))
        )


def test_the_mesh_error_of_a_point_is_what_its_traction_misses():
    # the exact stress of a pressure p is -p on the normal; 0.25 more along the normal must show as the error
    skin = SurfaceInfluence(
        points=np.array([[0.0, 0.0], [1.0, 0.0]]),
        normals=np.array([[0.0, 1.0], [0.0, 1.0]]),
        chamber=np.array([0, -1]),
        influence=np.array([[[5.0], [-1.0 + 0.25], [0.0], [0.0]], [[3.0], [0.0], [0.0], [0.1]]]),
    )
    assert mesh_error(skin, np.array([2.0]), 0) == pytest.approx(0.5)
