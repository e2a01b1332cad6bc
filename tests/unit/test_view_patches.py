"""From solutions to pictures: a patch of the infinite array cell by cell, and a solved body."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem import Pressure, RigidBody, array_basis, solve
from tubewall.geometry import CellArray, array_mesh, periodic_cell
from tubewall.materials import Isotropic
from tubewall.view import ArrayState, Chamber, array_field, solution_field
from tubewall.view.drawing import prepared

BORE, WALL = 100e-9, 10e-9
LAW = Isotropic(youngs_modulus=62e9, poissons_ratio=0.2)
SIDE = 3
ATMOSPHERE = 101325.0


@pytest.fixture(scope="module")
def hexagons():
    array = CellArray(packing="hexagonal", bore_shape="hexagonal", bore=BORE, wall=WALL, fillet=3e-9)
    return array_basis(periodic_cell(array, elements_through_wall=2), LAW, supercell=SIDE)


@pytest.fixture(scope="module")
def tubes():
    array = CellArray(packing="hexagonal", bore_shape="round", bore=BORE, wall=WALL, construction="tubes", neck=8e-9)
    return array_basis(periodic_cell(array, elements_through_wall=2), LAW, supercell=SIDE)


def one_high(basis):
    pressures = np.full(len(basis.chambers), 5e5)
    pressures[0] = 1e6
    return pressures


@pytest.mark.parametrize("seed", range(3))
def test_the_patch_about_the_worst_chamber_has_the_peak_of_the_basis_to_rounding(hexagons, seed):
    pressures = np.random.default_rng(seed).uniform(2e5, 2e6, SIDE**2)
    peak = hexagons.peak(pressures - ATMOSPHERE)
    around = divmod(peak.chamber, SIDE)
    field = array_field(hexagons, ArrayState(pressures=pressures), rings=1, around=around)
    assert field.peak.value == pytest.approx(peak.value, rel=1e-9)
    # the same place up to whole supercells
    periods = np.linalg.solve(SIDE * hexagons.element.cut.lattice.T, field.peak.at - peak.at)
    assert periods == pytest.approx(np.rint(periods), abs=1e-6)


def test_neighbouring_cells_of_the_patch_move_together(hexagons):
    pressures = np.random.default_rng(0).uniform(2e5, 2e6, SIDE**2)
    field = array_field(hexagons, ArrayState(pressures=pressures), rings=1)
    pairs = cKDTree(field.points).query_pairs(1e-8 * field.size, output_type="ndarray")
    jumps = np.abs(field.displacement[pairs[:, 0]] - field.displacement[pairs[:, 1]]).max()
    assert len(pairs) > 20
    assert jumps < 1e-9 * np.ptp(field.displacement)


def test_a_patch_has_a_bore_and_its_rings_each_a_closed_hole_with_its_own_pressure(hexagons):
    pressures = 1e5 * np.arange(1.0, 10.0)
    for rings, count in [(0, 1), (1, 7)]:
        field = array_field(hexagons, ArrayState(pressures=pressures), rings=rings)
        found = prepared(field).holes
        assert len(found) == len(field.chambers) == count
        assert {h.chamber.pressure for h in found} <= set(pressures)
    # offset (0, 1) has the index 1, (1, 0) the index 3
    a1, a2 = hexagons.element.cut.lattice
    at = {tuple(np.round(np.array(c.at) * 1e9, 3)): c.pressure for c in field.chambers}
    assert at[tuple(np.round(a1 * 1e9, 3))] == pressures[3]
    assert at[tuple(np.round(a2 * 1e9, 3))] == pressures[1]


def test_a_patch_about_another_bore_shows_its_surroundings(hexagons):
    pressures = one_high(hexagons)
    field = array_field(hexagons, ArrayState(pressures=pressures), rings=0, around=(1, 1))
    assert field.chambers[0].pressure == 5e5
    assert np.array(field.chambers[0].at) == pytest.approx(hexagons.element.cut.lattice.sum(axis=0))


def test_levels_and_lithium_reach_their_chambers(hexagons):
    levels, wet = np.zeros(9), np.zeros(9, dtype=bool)
    levels[0], wet[0] = 18e-6, True
    state = ArrayState(pressures=one_high(hexagons), lithium_levels=levels, in_lithium=wet)
    middle = next(c for c in array_field(hexagons, state, rings=1).chambers if c.at == (0.0, 0.0))
    assert (middle.lithium_level, middle.contents) == (18e-6, "lithium")


def test_the_gaps_between_tubes_are_chambers_of_their_own(tubes):
    pressures = one_high(tubes)
    pressures[SIDE**2 :] = ATMOSPHERE
    found = prepared(array_field(tubes, ArrayState(pressures=pressures), rings=1)).holes
    names = [h.chamber.name.split()[0] for h in found]
    # seven tubes in a hexagon close six gaps
    assert (names.count("chamber"), names.count("interstice")) == (7, 6)
    assert all(h.chamber.pressure == ATMOSPHERE for h in found if h.chamber.name.startswith("interstice"))


def test_all_walls_at_the_pressure_of_rest_carry_nothing_and_do_not_move(hexagons):
    field = array_field(hexagons, ArrayState(pressures=np.full(9, ATMOSPHERE)), rings=0)
    assert np.abs(field.values).max() == 0
    assert np.abs(field.displacement).max() == 0


def test_von_mises_stress_is_shown_by_its_name_and_never_negative(hexagons):
    field = array_field(hexagons, ArrayState(pressures=one_high(hexagons)), rings=0, quantity="von mises")
    assert field.quantity == "von Mises stress"
    assert field.values.min() >= 0


def test_a_solved_finite_array_has_the_peak_of_its_solution_and_its_holes():
    array = CellArray(packing="hexagonal", bore_shape="round", bore=BORE, wall=WALL, rings=1)
    mesh = array_mesh(array, elements_through_wall=2)
    loads = [Pressure(boundary="chamber 0", pressure=1e6)]
    solution = solve(mesh, {"wall": LAW}, loads, [RigidBody()])
    chambers = [Chamber(at=tuple(c), pressure=1e5, name=f"chamber {k}") for k, c in enumerate(array.centres)]
    field = solution_field(solution, chambers)
    assert field.peak.value == solution.max_principal().value
    assert field.values.max() == pytest.approx(field.peak.value, rel=0.02)
    assert len(prepared(field).holes) == 7


def test_states_that_do_not_fit_and_unknown_quantities_are_refused(hexagons):
    with pytest.raises(InputError, match=r"pressures must be 9 finite numbers.*shape \(3,\)"):
        array_field(hexagons, ArrayState(pressures=[1e5, 1e5, 1e5]))
    with pytest.raises(InputError, match="lithium_levels must be 9"):
        array_field(hexagons, ArrayState(pressures=one_high(hexagons), lithium_levels=[np.nan] * 9))
    with pytest.raises(UnknownNameError, match="von mises"):
        array_field(hexagons, ArrayState(pressures=one_high(hexagons)), quantity="von mieses")
    with pytest.raises(InputError, match="rings must be a whole number from 0 to 4"):
        array_field(hexagons, ArrayState(pressures=one_high(hexagons)), rings=9)
