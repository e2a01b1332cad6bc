"""The compiled pass over many patterns finds the peaks of all points, whatever the surface and the patterns."""

import subprocess
import sys

import numpy as np
import pytest

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem import RigidBody, load_basis
from tubewall.fem import patterns as pattern_module
from tubewall.fem.pattern_tree import pattern_tree
from tubewall.fem.patterns import SurfaceInfluence, peaks
from tubewall.fem.stress import quantity
from tubewall.geometry import CellArray, array_mesh
from tubewall.materials import Isotropic

QUANTITIES = ["max principal", "min principal", "von mises"]


@pytest.fixture(scope="module")
def seven():
    array = CellArray(bore=100e-9, wall=10e-9, fillet=2e-9, rings=1)
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    chambers = [f"chamber {i}" for i in range(7)]
    mesh = array_mesh(array, elements_through_wall=2)
    return load_basis(mesh, law, chambers=chambers, supports=[RigidBody()])


def made_up(points, chambers, scale=1.0):
    rng = np.random.default_rng(points + chambers)
    # neighbours alike, as on a surface
    influence = np.cumsum(rng.normal(size=(points, 4, chambers)), axis=0) + rng.normal(size=(4, chambers))
    return SurfaceInfluence(
        points=rng.normal(size=(points, 2)),
        normals=np.tile([1.0, 0.0], (points, 1)),
        chamber=rng.integers(-1, chambers, points),
        influence=scale * influence,
    )


def brute_force(surface, patterns, name):
    """Value and index of the extreme of every pattern, from the stress of all points in double precision."""
    values = quantity(name)(np.moveaxis(surface.stress(patterns), 1, -1))
    sign = -1.0 if name == "min principal" else 1.0
    return sign * (sign * values).max(axis=0), (sign * values).argmax(axis=0)


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize("kind", ["between 0 and 1 MPa", "0 or 1 MPa", "of either sign", "nearly equal", "one high"])
def test_the_peaks_of_512_patterns_are_those_of_all_points(seven, name, kind):
    rng = np.random.default_rng(512)
    patterns = {
        "between 0 and 1 MPa": rng.uniform(0.0, 1e6, (512, 7)),
        "0 or 1 MPa": 1e6 * rng.integers(0, 2, (512, 7)),
        "of either sign": rng.normal(scale=1e6, size=(512, 7)),
        "nearly equal": 1e6 + rng.uniform(0.0, 1.0, (512, 7)),
        "one high": np.where(np.arange(7) == rng.integers(0, 7, 512)[:, None], 1e6, 1e3),
    }[kind]
    found = peaks(seven.surface, patterns, name, method="compiled")
    values, indices = brute_force(seven.surface, patterns, name)
    assert np.all(np.abs(found.values - values) <= 1e-12 * np.abs(values))
    # points that equal each other to rounding may stand in for one another
    stress = np.einsum("kcn,kn->kc", seven.surface.influence[found.indices], patterns)
    assert np.all(np.abs(quantity(name)(stress) - values) <= 1e-12 * np.abs(values))
    if kind in ("between 0 and 1 MPa", "of either sign"):
        assert np.array_equal(found.indices, indices)


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize(
    ("points", "chambers", "count"), [(1, 1, 1), (5, 3, 7), (64, 2, 129), (700, 81, 300), (3000, 5, 128)]
)
def test_any_surface_and_any_number_of_patterns_gives_the_peaks_of_all_points(name, points, chambers, count):
    surface = made_up(points, chambers)
    patterns = np.random.default_rng(count).normal(size=(count, chambers))
    found = peaks(surface, patterns, name, method="compiled", threads=2)
    values, indices = brute_force(surface, patterns, name)
    assert np.all(
        np.abs(found.values - values) <= 1e-12 * np.abs(surface.influence).max() * np.abs(patterns).sum(axis=1)
    )
    assert np.array_equal(found.indices, indices)
    assert np.array_equal(found.at, surface.points[indices])
    assert np.array_equal(found.chambers, surface.chamber[indices])


@pytest.mark.parametrize("scale", [1e-30, 1e30])
@pytest.mark.parametrize("pressure", [1e-25, 1e25])
def test_neither_the_unit_of_stress_nor_that_of_pressure_matters(scale, pressure):
    plain, scaled = made_up(500, 6), made_up(500, 6, scale=scale)
    patterns = np.random.default_rng(0).normal(size=(40, 6))
    expected = peaks(plain, patterns, method="compiled")
    found = peaks(scaled, pressure * patterns, method="compiled")
    assert found.values == pytest.approx(scale * pressure * expected.values, rel=1e-12, abs=0)
    assert np.array_equal(found.indices, expected.indices)


def test_no_pressure_and_no_influence_give_no_stress():
    surface = made_up(50, 4)
    silent = SurfaceInfluence(
        points=surface.points, normals=surface.normals, chamber=surface.chamber, influence=np.zeros((50, 4, 4))
    )
    for skin, patterns in ((surface, np.zeros((3, 4))), (silent, np.ones((3, 4)))):
        found = peaks(skin, patterns, "von mises", method="compiled")
        assert np.array_equal(found.values, np.zeros(3))
        assert np.array_equal(found.indices, np.zeros(3))


@pytest.mark.parametrize("equivalent", [False, True])
def test_the_bounds_of_every_cluster_hold_for_its_points(equivalent):
    surface = made_up(600, 5)
    tree = pattern_tree(surface.influence)
    patterns = np.random.default_rng(1).uniform(-0.2, 1.0, (50, 5))
    measure = quantity("von mises" if equivalent else "max principal")
    values = measure(np.moveaxis(surface.stress(patterns)[tree.order], 1, -1)) / tree.scale
    common = patterns.mean(axis=1)
    points = tree.leaves.starts
    for clusters, starts in ((tree.leaves, points), (tree.branches, points[tree.branches.starts])):
        middle = measure(np.moveaxis(clusters.middle[:, :, :5].astype(float) @ patterns.T, 1, -1))
        radius = (clusters.equivalent if equivalent else clusters.principal).astype(float)
        upper = middle + radius[:, :5] @ np.abs(patterns - common[:, None]).T + radius[:, 5:6] * np.abs(common)
        assert np.all(np.maximum.reduceat(values, starts[:-1], axis=0) <= upper)
        # and they are of use
        assert np.median(upper - middle) < 0.5 * np.median(values.max(axis=0))
    assert np.array_equal(np.sort(tree.order), np.arange(600))


def test_few_patterns_take_no_compiler(seven, monkeypatch):
    assert "tree" not in vars(made_up(10, 2))
    surface = made_up(2000, 4)
    peaks(surface, np.ones((10, 4)))
    assert "tree" not in vars(surface)
    monkeypatch.setattr(pattern_module, "_MANY_NUMBERS", 1000)
    peaks(surface, np.ones((10, 4)))
    assert "tree" in vars(surface)


def test_numba_is_not_imported_before_many_patterns_are_asked_for():
    code = (
        "import sys, numpy as np, tubewall.fem.array_patterns, tubewall.fem.finite_basis\n"
        "from tubewall.fem.patterns import SurfaceInfluence, peaks\n"
        "s = SurfaceInfluence(points=np.zeros((9, 2)), normals=np.zeros((9, 2)), chamber=np.zeros(9, int), "
        "influence=np.ones((9, 4, 3)))\n"
        "peaks(s, np.ones((5, 3)))\n"
        "assert 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_basis_finds_the_peaks_of_many_patterns(seven):
    patterns = np.random.default_rng(3).uniform(0.0, 1e6, (20, 7))
    found = seven.peaks(patterns, "von mises")
    single = [seven.peak(pattern, "von mises") for pattern in patterns]
    assert found.values == pytest.approx([peak.value for peak in single], rel=1e-12)
    assert np.array_equal(found.at, [peak.at for peak in single])


def test_an_unknown_method_and_no_thread_are_refused():
    surface = made_up(10, 2)
    with pytest.raises(UnknownNameError, match="did you mean 'compiled'"):
        peaks(surface, np.ones((1, 2)), method="compild")
    with pytest.raises(InputError, match="at least one thread, got 0"):
        peaks(surface, np.ones((1, 2)), threads=0)
