"""Hexagonal cells of 100 nm with walls of 10 nm: peaks at the fillet, linearised walls, rings and rims.

The reference values were computed with another program on curved quadratic elements, 4, 8 and 16 of them along a fillet.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from tubewall.fem import RigidBody, Support, load_basis
from tubewall.geometry import CellArray, array_mesh
from tubewall.materials import Isotropic

BORE, WALL = 100e-9, 10e-9
CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
MIDDLE = SimpleNamespace(start=np.array([BORE / 2, 0.0]), end=np.array([BORE / 2 + WALL, 0.0]))
CLAMPED, FREE = [Support(boundary="rim")], [RigidBody()]


def basis_of(fillet, rings, supports, elements=4, chambers=None):
    array = CellArray(bore=BORE, wall=WALL, fillet=fillet, rings=rings)
    # the rim lies 0.62 pitches outside the centres of the outermost ring
    mesh = array_mesh(array, rim_radius=(rings + 0.62) * array.pitch, elements_through_wall=elements)
    names = [f"chamber {i}" for i in range(len(array.centres))][:chambers]
    return load_basis(mesh, CARBON, chambers=names, supports=supports, sections={"middle": MIDDLE})


@pytest.mark.parametrize(
    ("fillet", "reference", "faces"), [(2e-9, 42.3, (-4.96, 13.45)), (5e-9, 28.63, (-4.61, 13.09))]
)
def test_the_centre_of_nineteen_cells_peaks_at_its_fillet_as_the_reference_does(fillet, reference, faces):
    basis = basis_of(fillet, 2, CLAMPED, chambers=1)
    pattern = np.array([1.0])
    peak = basis.peak(pattern)
    assert peak.value == pytest.approx(reference, rel=5e-3)
    assert peak.chamber == 0
    # the governing point lies on a fillet: near a corner of the hexagon, W / sqrt(3) from its middle less the cut corner
    corner = BORE / np.sqrt(3) - fillet * (2 / np.sqrt(3) - 1)
    assert np.linalg.norm(peak.at) == pytest.approx(corner, rel=2e-2)
    wall = basis.section("middle", pattern)
    assert wall.membrane_along == pytest.approx(4.24, rel=5e-3)
    assert (wall.start[1, 1], wall.end[1, 1]) == pytest.approx(faces, abs=0.07)
    # beam theory: (W / sqrt 3 / w)^2 / 4 = 8.33, to which root compliance and thickness add a tenth
    assert 8.33 < -wall.bending_along < 1.12 * 8.33
    assert abs(peak.value - reference) < basis.mesh_error(pattern)


def test_confinement_decides_what_equal_pressures_do():
    ones = np.ones(19)
    clamped, free = basis_of(2e-9, 2, CLAMPED, 2), basis_of(2e-9, 2, FREE, 2)
    stress, where = clamped.surface.stress(ones), clamped.surface.chamber
    tension = np.maximum(stress[:, 0], stress[:, 1])[where == 0]
    assert clamped.peak(ones).value < 3.0
    # the cell in the middle, far from the rim, is hardly pulled at all
    assert tension.max() < 1.0
    assert free.peak(ones).value > 10.0
    # the worst pattern is worse than one chamber alone
    one = np.eye(19)[0]
    for basis, reference in ((clamped, 46.1), (free, 52.3)):
        worst = basis.worst(0.0, 1.0)
        assert worst.peak.value == pytest.approx(reference, rel=3e-2)
        assert worst.peak.value > basis.peak(one).value


@pytest.mark.long
@pytest.mark.parametrize(
    ("rings", "clamped", "free"), [(1, 39.2, 41.6), (2, 42.4, 43.2), (3, 43.1, 43.5)], ids=["one", "two", "three"]
)
def test_rings_added_close_the_gap_between_a_clamped_and_a_free_rim(rings, clamped, free):
    pattern = np.array([1.0])
    assert basis_of(2e-9, rings, CLAMPED, chambers=1).peak(pattern).value == pytest.approx(clamped, rel=1e-2)
    assert basis_of(2e-9, rings, FREE, chambers=1).peak(pattern).value == pytest.approx(free, rel=1e-2)


@pytest.mark.long
@pytest.mark.parametrize(("fillet", "reference"), [(2e-9, 42.3), (5e-9, 28.63)])
def test_the_peak_of_the_fine_mesh_is_the_reference_and_the_coarse_one_states_its_error(fillet, reference):
    coarse, fine = (basis_of(fillet, 2, CLAMPED, elements, chambers=1) for elements in (2, 8))
    pattern = np.array([1.0])
    assert fine.peak(pattern).value == pytest.approx(reference, rel=2.5e-3)
    assert abs(coarse.peak(pattern).value - fine.peak(pattern).value) < coarse.mesh_error(pattern)
