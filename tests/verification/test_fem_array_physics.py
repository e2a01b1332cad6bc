"""The infinite array against equilibrium, poroelasticity, honeycomb theory and many rings of bores."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tubewall.fem.array_error import array_estimates
from tubewall.fem.finite_basis import load_basis
from tubewall.fem.loads import RigidBody, Support
from tubewall.fem.periodic_basis import array_basis, basis_of
from tubewall.fem.superelement import array_cell
from tubewall.geometry import CellArray, array_mesh, periodic_cell
from tubewall.materials import Isotropic

NM = 1e-9
E, NU = 60e9, 0.25
LAW = Isotropic(youngs_modulus=E, poissons_ratio=NU)
HEXAGONS = CellArray(bore=100 * NM, wall=10 * NM, fillet=2 * NM)
ROUND = CellArray(bore_shape="round", bore=100 * NM, wall=10 * NM)
SQUARES = CellArray(packing="square", bore_shape="square", bore=100 * NM, wall=10 * NM)


@pytest.fixture(scope="module")
def hexagons():
    return array_cell(periodic_cell(HEXAGONS), LAW)


@pytest.fixture(scope="module")
def squares():
    return array_cell(periodic_cell(SQUARES), LAW)


@pytest.mark.parametrize(("array", "tolerance"), [(HEXAGONS, 1e-9), (SQUARES, 1e-9), (ROUND, 2e-3)])
def test_equal_pressures_in_a_free_array_pull_each_wall_with_pressure_times_bore(array, tolerance):
    # equilibrium of a cut through the middles of the walls of one row: N = p W, no moment
    basis = array_basis(periodic_cell(array), LAW, supercell=2, confinement="free")
    equal = np.full(basis.surface.n_chambers, 1e6)
    middle = basis.section("middle", equal)
    assert middle.membrane_along == pytest.approx(1e6 * array.bore / array.wall, rel=tolerance)
    assert abs(middle.bending_along) < tolerance * 1e7
    assert basis.deflection(equal) == pytest.approx(0.0, abs=1e-6 * 1e6 * array.bore / E)


@pytest.mark.parametrize("array", [HEXAGONS, ROUND])
def test_closed_free_array_under_equal_pressures_carries_the_gas_on_its_ends(array):
    # axial equilibrium: mean axial stress of the solid = p * void / solid; total stress zero in all directions
    basis = array_basis(periodic_cell(array), LAW, supercell=1, confinement="free", ends="closed")
    assert np.abs(basis.mean_stress).max() < 1e-9
    ends_free = array_basis(periodic_cell(array), LAW, supercell=1, confinement="free", ends="free")
    # no axial force in the solid: only the gas remains in the mean
    assert ends_free.mean_stress[2, 0] == pytest.approx(-array.void_fraction, rel=1e-5)


def test_held_array_under_equal_pressures_obeys_the_effective_stress_law(hexagons):
    # Nur and Byerlee, J. Geophys. Res. 76, 6414 (1971): pores and outside at p strain the solid as if it had no pores,
    # by -p (1 + nu)(1 - 2 nu)/E in the plane with the ends held; the rest is the dry array strained back
    basis = basis_of(hexagons, supercell=1)
    strain = -(1 + NU) * (1 - 2 * NU) / E
    solid = HEXAGONS.solid_fraction
    compressed = np.array([-1.0, -1.0, -2 * NU * solid - (1 - solid), 0.0])
    expected = compressed - basis.homogenised_stiffness @ np.array([strain, strain, 0.0, 0.0])
    np.testing.assert_allclose(basis.mean_stress[:, 0], expected, atol=1e-6)
    np.testing.assert_allclose(basis.mean_stress[:2, 0], expected[:2], rtol=1e-9)
    # and free: the array swells by the strain that annuls the mean stress
    free = basis_of(hexagons, supercell=1, confinement="free")
    swell = np.linalg.solve(basis.homogenised_stiffness[:2, :2], -basis.mean_stress[:2, 0])
    np.testing.assert_allclose(free.mean_strain[:2, 0], swell, rtol=1e-9)


@pytest.mark.parametrize("supercell", [2, 5])
def test_all_chambers_together_do_not_depend_on_the_size_of_the_supercell(hexagons, supercell):
    one, many = basis_of(hexagons, supercell=1), basis_of(hexagons, supercell=supercell)
    total = many.surface.influence.sum(axis=2)
    assert np.abs(total - one.surface.influence[:, :, 0]).max() < 1e-9 * np.abs(many.surface.influence).max()


def test_one_chamber_bends_the_wall_by_clamped_beam_moments_that_add_up_to_a_static_one(hexagons, squares):
    # statics of the flat half wall of length s under p: M_root - M_middle = p s^2/2, so bending stresses differ by 3 p (s/w)^2
    for element in (hexagons, squares):
        basis = basis_of(element, supercell=4)
        one = basis.pattern(1.0)
        middle, root = basis.section("middle", one), basis.section("root", one)
        run = element.cell.sections["root"].start[1] - element.cell.sections["middle"].start[1]
        assert root.bending_along - middle.bending_along == pytest.approx(3 * (run / (10 * NM)) ** 2, rel=1e-9)
        assert root.membrane_along == pytest.approx(middle.membrane_along, rel=1e-9)


def test_square_lattice_reproduces_the_linearised_values_of_finite_arrays(squares):
    # 5 x 5 bores, sharp corners (physics.md 4.2): bending at the middle 27.75 (one), 27.80 (checkerboard), 27.70 (stripes),
    # membrane -0.15 and -0.17; their mesh was coarser and their rim another, so 1 % and 0.03 p
    basis = basis_of(squares, supercell=6)
    i, j = np.indices((6, 6))
    patterns = {
        "one": basis.pattern(1.0),
        "checkerboard": ((i + j) % 2 == 0).ravel() * 1.0,
        "stripes": (i % 2 == 0).ravel() * 1.0,
    }
    expected = {"one": 27.75, "checkerboard": 27.80, "stripes": 27.70}
    for name, pattern in patterns.items():
        middle = basis.section("middle", pattern)
        assert -middle.bending_along == pytest.approx(expected[name], rel=0.01), name
    # half of the chambers at p, held: p/2 on average, of which the walls carry little
    assert basis.section("middle", patterns["checkerboard"]).membrane_along == pytest.approx(-0.15, abs=0.03)
    assert basis.section("middle", patterns["stripes"]).membrane_along == pytest.approx(-0.17, abs=0.03)


def test_one_chamber_in_the_infinite_array_agrees_with_four_rings_of_bores():
    # fem.load_basis on the finite array, its rim free: no node, no matrix and no loop is shared
    array = CellArray(bore=100 * NM, wall=10 * NM, fillet=2 * NM, rings=4)
    mesh = array_mesh(array, elements_through_wall=2)
    cell = periodic_cell(array, elements_through_wall=2)
    finite = load_basis(mesh, LAW, chambers=["chamber 0"], supports=[RigidBody()])
    infinite = array_basis(cell, LAW, confinement="free")
    assert infinite.peak(infinite.pattern(1.0)).value == pytest.approx(finite.peak(np.ones(1)).value, rel=0.005)


@pytest.mark.long
@pytest.mark.parametrize(("fillet", "elements"), [(2 * NM, 2), (5 * NM, 2)])
def test_rings_of_bores_close_in_on_the_infinite_array_from_below(fillet, elements):
    clamped, free = [], []
    for rings in (2, 4, 6):
        array = CellArray(bore=100 * NM, wall=10 * NM, fillet=fillet, rings=rings)
        mesh = array_mesh(array, elements_through_wall=elements)
        for supports, found in (([Support(boundary="rim", fix=("x", "y"))], clamped), ([RigidBody()], free)):
            found.append(load_basis(mesh, LAW, chambers=["chamber 0"], supports=supports).peak(np.ones(1)).value)
    cell = periodic_cell(CellArray(bore=100 * NM, wall=10 * NM, fillet=fillet), elements_through_wall=elements)
    basis = array_basis(cell, LAW, supercell=25, confinement="free")
    infinite = basis.peak(basis.pattern(1.0)).value
    assert clamped == sorted(clamped)
    assert free == sorted(free)
    assert clamped[-1] < free[-1] < infinite
    assert free[-1] == pytest.approx(infinite, rel=0.002)
    assert clamped[-1] == pytest.approx(infinite, rel=0.005)


def test_held_and_free_supercells_close_in_on_one_value_for_one_chamber():
    element = array_cell(periodic_cell(HEXAGONS, elements_through_wall=8), LAW)
    gaps = []
    for n in (5, 9, 17):
        held, free = (basis_of(element, supercell=n, confinement=c) for c in ("held", "free"))
        low, high = held.peak(held.pattern(1.0)).value, free.peak(free.pattern(1.0)).value
        assert low < high
        gaps.append(high - low)
    # a lone chamber is p/n^2 on average: the two confinements differ by that share of what they make of equal pressures
    np.testing.assert_allclose(np.array(gaps) * np.array([5, 9, 17]) ** 2, gaps[0] * 25, rtol=1e-3)
    # physics.md 4.2: three rings, 43.1 clamped and 43.5 free, rise with the number of rings
    assert 43.5 < high < 43.5 * 1.005


def test_thin_honeycomb_has_the_moduli_of_gibson_and_ashby():
    # Gibson and Ashby, Cellular Solids (1997), ch. 4, regular hexagons in plane strain, E' = E/(1 - nu^2), wall length l:
    # Young's modulus (4/sqrt 3) E' (t/l)^3 / (1 + (2.4/(1 - nu) + 3)(t/l)^2), bending, shear (5/6) and stretching of beams;
    # in-plane bulk modulus E' t/(2 sqrt 3 l), stretching alone. Junctions of finite size add terms of order t/l.
    stiff = E / (1 - NU**2)
    slender, young, bulk = [], [], []
    for wall in (0.5, 1.0, 2.0):
        array = CellArray(bore=100 * NM, wall=wall * NM)
        c = array_basis(periodic_cell(array), LAW, supercell=1).homogenised_stiffness
        x = array.wall / (array.pitch / math.sqrt(3))
        compliance = np.linalg.inv(c[np.ix_([0, 1, 3], [0, 1, 3])])
        beam = 4 / math.sqrt(3) * stiff * x**3 / (1 + (2.4 / (1 - NU) + 3) * x**2)
        slender.append(x)
        young.append(1 / compliance[0, 0] / beam)
        bulk.append((c[0, 0] + c[0, 1]) / 2 / (stiff * x / (2 * math.sqrt(3))))
        # six-fold symmetry: isotropic in the plane (Nye, Physical Properties of Crystals, 1957)
        assert c[3, 3] == pytest.approx((c[0, 0] - c[0, 1]) / 2, rel=1e-6)
        assert c[0, 0] == pytest.approx(c[1, 1], rel=1e-9)
        # no axial strain: the axial stress of a cell is nu times the in-plane ones (averages of Hooke's law)
        assert c[0, 2] == pytest.approx(NU * (c[0, 0] + c[0, 1]), rel=1e-9)
    for ratios in (young, bulk):
        assert abs(np.polyfit(slender, ratios, 2)[2] - 1) < 1e-3, ratios
        assert 0 < ratios[0] - 1 < 0.5 * slender[0], ratios


def test_worst_pattern_grows_with_the_logarithm_of_the_supercell(hexagons):
    # a chamber is a centre of dilatation: strain ~ 1/r^2, and the sum of its absolute value over an area grows as ln r
    sizes = np.array([7, 13, 25])
    worst = [basis_of(hexagons, supercell=int(n)).worst(0.0, 1.0).tension for n in sizes]
    slopes = np.diff(worst) / np.diff(np.log(sizes))
    assert slopes == pytest.approx([slopes[0]] * 2, rel=0.05)
    assert slopes[0] == pytest.approx(9.6, abs=0.5)
    # while the spread under independent random pressures, the root of the sum of squares, converges as 1/r^2 in the sum
    spread = [np.linalg.norm(basis_of(hexagons, supercell=int(n)).surface.influence[:, 0], axis=1).max() for n in sizes]
    assert spread[2] == pytest.approx(spread[1], rel=0.002)


QUANTITIES = {
    "peak": lambda basis: basis.peak(basis.pattern(1.0)).value,
    "von mises": lambda basis: basis.peak(basis.pattern(1.0), "von mises").value,
    "root": lambda basis: basis.section("root", basis.pattern(1.0)).bending_along,
    "deflection": lambda basis: basis.deflection(basis.pattern(1.0)),
}


@pytest.mark.parametrize(
    ("fillet", "elements", "finer", "widest"),
    [
        (2 * NM, 4, 8, 0.04),
        pytest.param(2 * NM, 8, 16, 0.01, marks=pytest.mark.long),
        pytest.param(5 * NM, 8, 16, 0.02, marks=pytest.mark.long),
    ],
)
def test_stated_mesh_error_brackets_the_error_against_a_finer_mesh(fillet, elements, finer, widest):
    array = CellArray(bore=100 * NM, wall=10 * NM, fillet=fillet)
    stated = array_estimates(array, LAW, QUANTITIES, elements_through_wall=elements, supercell=3)
    fine = array_basis(periodic_cell(array, elements_through_wall=finer), LAW, supercell=3)
    for name, quantity in QUANTITIES.items():
        error = abs(stated[name].value - quantity(fine))
        assert error < stated[name].error < widest * abs(stated[name].value), (name, error, stated[name])
