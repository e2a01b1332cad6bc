"""What an array basis answers: labels, patterns, peaks, the worst pattern, symmetry, and what it refuses."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from tubewall.errors import ConvergenceError, InputError, UnknownNameError
from tubewall.fem import bloch
from tubewall.fem.array_error import array_estimates, estimate
from tubewall.fem.array_patterns import seen_from
from tubewall.fem.assembly import stress_operator
from tubewall.fem.cut_cell import check_residual
from tubewall.fem.locate import locate
from tubewall.fem.periodic_basis import array_basis, basis_of
from tubewall.fem.stress import max_principal, von_mises
from tubewall.fem.superelement import array_cell
from tubewall.geometry import CellArray, periodic_cell, periodic_graph
from tubewall.materials import Isotropic, TransverselyIsotropic

NM = 1e-9
LAW = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
HEXAGONS = CellArray(bore=100 * NM, wall=10 * NM, fillet=5 * NM)
TUBES = CellArray(bore_shape="round", construction="tubes", bore=100 * NM, wall=15 * NM, neck=20 * NM)


@pytest.fixture(scope="module")
def element():
    return array_cell(periodic_cell(HEXAGONS, elements_through_wall=2), LAW)


@pytest.fixture(scope="module")
def basis(element):
    return basis_of(element, supercell=3)


@pytest.fixture(scope="module")
def tubes():
    return array_basis(periodic_cell(TUBES, elements_through_wall=2), LAW, supercell=2)


def everywhere(basis, pattern):
    """Stress (cells, p, 4) at the surface points of every cell."""
    n = basis.supercell
    cells = np.array(list(itertools.product(range(n), range(n))))
    return np.array([basis.surface.influence @ seen for seen in seen_from(pattern, cells, n)])


def test_chambers_are_numbered_as_in_the_periodic_graph(basis, tubes):
    assert basis.chambers[:4] == ((0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 1, 0))
    for one, array in ((basis, HEXAGONS), (tubes, TUBES)):
        graph = periodic_graph(array, one.supercell)
        assert len(graph.areas) == len(one.chambers) == one.surface.n_chambers
        assert [kind > 0 for kind, _, _ in one.chambers] == [kind == "interstice" for kind in graph.kinds]


def test_pressure_balances_the_normal_stress_of_the_chamber_that_acts_at_each_point(element):
    # the boundary condition sigma n = -p n holds to the accuracy of the mesh, and only for the chamber said to act
    basis = array_basis(periodic_cell(HEXAGONS, elements_through_wall=6), LAW, supercell=2)
    for chamber in range(4):
        stress = basis.surface.influence[:, :, chamber]
        nx, ny = basis.surface.normals.T
        normal = stress[:, 0] * nx**2 + stress[:, 1] * ny**2 + 2 * stress[:, 3] * nx * ny
        acting = basis.surface.chamber == chamber
        assert acting.any()
        assert np.median(np.abs(normal[acting] + 1)) < 0.05
        assert np.median(np.abs(normal[~acting])) < 0.05


def test_stress_is_linear_in_the_pressures_and_zero_without_them(basis):
    a, b = np.random.default_rng(0).uniform(0, 1e6, (2, 9))
    scale = np.abs(basis.stress(a)).max()
    assert np.abs(basis.stress(2 * a - b) - 2 * basis.stress(a) + basis.stress(b)).max() < 1e-9 * scale
    assert basis.stress(np.zeros(9)).shape == (len(basis.surface.points), 3, 3)
    assert not basis.stress(np.zeros(9)).any()


def test_peak_is_the_largest_value_in_any_cell_of_the_supercell(basis):
    pattern = np.random.default_rng(1).uniform(0, 1e6, 9)
    stress = everywhere(basis, pattern)
    for criterion, values in (("max principal", max_principal(stress)), ("von mises", von_mises(stress))):
        peak = basis.peak(pattern, criterion)
        assert peak.value == pytest.approx(values.max(), rel=1e-12)
        cell, index = np.unravel_index(values.argmax(), values.shape)
        i, j = divmod(int(cell), 3)
        assert peak.at == pytest.approx(basis.surface.points[index] + np.array([i, j]) @ basis.element.cut.lattice)
    assert basis.peak(pattern, "min principal").value < 0


def test_peak_names_the_chamber_that_acts_there(basis):
    # one chamber at pressure: its own peak is at the wall it presses, and moves with it
    for i, j in ((0, 0), (1, 2), (2, 1)):
        peak = basis.peak(basis.pattern(1.0, i=i, j=j))
        reference = basis.peak(basis.pattern(1.0))
        assert peak.value == pytest.approx(reference.value, rel=1e-9)
        neighbour = np.array(basis.chambers[peak.chamber][1:]) - (i, j)
        assert tuple(neighbour % 3) == basis.chambers[reference.chamber][1:]


@pytest.mark.parametrize("criterion", ["max principal", "von mises"])
@pytest.mark.parametrize("confinement", ["held", "free"])
def test_worst_pattern_is_the_worst_of_all_patterns_tried_one_by_one(element, criterion, confinement):
    basis = basis_of(element, supercell=2, confinement=confinement)
    low, high = 0.2e6, 1e6
    tried = [basis.peak(np.array(p), criterion).value for p in itertools.product((low, high), repeat=4)]
    worst = basis.worst(low, high, criterion)
    assert worst.peak.value == pytest.approx(max(tried), rel=2e-3)
    assert worst.peak.value <= max(tried) * (1 + 1e-12)
    assert set(worst.pattern) <= {low, high}
    assert worst.peak.value == basis.peak(worst.pattern, criterion).value


def test_worst_pattern_beats_every_random_pattern_inside_its_bounds(basis):
    generator = np.random.default_rng(2)
    low = generator.uniform(0, 0.5e6, 9)
    high = low + generator.uniform(0, 1e6, 9)
    worst = basis.worst(low, high)
    assert np.all((worst.pattern == low) | (worst.pattern == high))
    for pattern in generator.uniform(low, high, (200, 9)):
        assert max_principal(everywhere(basis, pattern)).max() <= worst.peak.value * (1 + 1e-9)


@pytest.mark.parametrize("confinement", ["held", "free"])
def test_worst_pattern_reaches_the_largest_tension_of_any_point_and_pattern(element, confinement):
    # point by point: a sum over the chambers of the larger of coefficient times low and coefficient times high
    basis = basis_of(element, supercell=3, confinement=confinement)
    generator = np.random.default_rng(8)
    low = generator.uniform(0, 0.5e6, 9)
    high = low + generator.uniform(0, 1e6, 9)
    nx, ny = basis.surface.normals.T[..., None]
    xx, yy, zz, xy = np.moveaxis(basis.surface.influence, 1, 0)
    tangential = xx * ny**2 + yy * nx**2 - 2 * xy * nx * ny
    cells = np.array(list(itertools.product(range(3), range(3))))
    largest = max(
        np.maximum(part * lows, part * highs).sum(axis=1).max()
        for lows, highs in zip(seen_from(low, cells, 3), seen_from(high, cells, 3), strict=True)
        for part in (tangential, zz)
    )
    worst = basis.worst(low, high)
    assert worst.tension == pytest.approx(largest, rel=1e-12)
    assert worst.direction == "tangential"
    # the mesh leaves a little shear on the surface, which a principal stress counts
    assert worst.tension * (1 - 1e-12) <= worst.peak.value < 1.02 * worst.tension


def test_axial_stress_obeys_hookes_law_with_the_axial_strain(element):
    # sigma_zz = nu (sigma_xx + sigma_yy) + E eps_zz at every point of an isotropic wall
    basis = basis_of(element, supercell=3, confinement="free", ends="closed")
    pattern = np.random.default_rng(9).uniform(0, 1e6, 9)
    xx, yy, zz, _ = basis.surface.stress(pattern).T
    axial = (basis.mean_strain @ pattern)[2]
    assert axial > 0
    np.testing.assert_allclose(zz, 0.25 * (xx + yy) + 60e9 * axial, rtol=1e-9, atol=1e-9 * np.abs(xx).max())


def test_forces_of_the_cut_and_quadrature_of_the_stress_give_the_same_linearised_stress():
    # a square array, soft in shear, with a chamber beside one end of the wall at pressure, so that shear crosses its middle
    array = CellArray(packing="square", bore_shape="square", bore=100 * NM, wall=20 * NM, fillet=15 * NM)
    cell = periodic_cell(array, elements_through_wall=4)
    basis = array_basis(cell, LAW, supercell=3)
    pattern = basis.pattern(1e6) + basis.pattern(2e6, i=0, j=1)
    for name in ("middle", "root"):
        line = cell.sections[name]
        start, end = np.array(line.start), np.array(line.end)
        s = (np.arange(400) + 0.5) / 400
        located = locate(cell.mesh, start + s[:, None] * (end - start))
        first = np.unique(located.point, return_index=True)[1]
        operator = stress_operator(cell.mesh, LAW.stiffness(), located.elements[first], located.local[first])
        along = operator.stress(basis.displacement(pattern).ravel())[:, 1]
        found = basis.section(name, pattern)
        scale = abs(found.bending_along)
        assert found.membrane_along == pytest.approx(along.mean(), abs=0.005 * scale)
        assert found.bending_along == pytest.approx(6 * np.mean(along * (0.5 - s)), abs=0.005 * scale)
        shear = found.membrane[0, 1]
        assert name == "root" or abs(shear) > 0.01 * scale, shear


def test_bounds_that_leave_no_choice_give_that_pattern(basis):
    pattern = np.random.default_rng(4).uniform(0, 1e6, 9)
    assert np.array_equal(basis.worst(pattern, pattern).pattern, pattern)
    assert basis.one_different(pattern, pattern).peak.value == pytest.approx(basis.peak(pattern).value)


def test_one_different_is_the_worse_of_one_high_among_low_and_one_low_among_high(basis):
    low, high = 0.5e6, 1e6
    rise, fall = basis.pattern(high, others=low), basis.pattern(low, others=high)
    found = basis.one_different(low, high)
    assert found.peak.value == pytest.approx(max(basis.peak(rise).value, basis.peak(fall).value), rel=1e-12)
    # bounds that differ from chamber to chamber: every chamber is tried
    lows, highs = np.full(9, low), np.full(9, high)
    highs[4] = 3e6
    assert basis.one_different(lows, highs).pattern[4] == pytest.approx(3e6)


def test_interstices_that_cannot_change_are_not_the_different_one(tubes):
    low, high = np.zeros(12), np.where(np.arange(12) < 4, 1e6, 0.0)
    worst = tubes.one_different(low, high)
    assert not worst.pattern[4:].any()
    tried = [tubes.pattern(1e6, i=i, j=j) for i in (0, 1) for j in (0, 1)]
    tried += [high - pattern for pattern in tried]
    assert worst.peak.value == pytest.approx(max(tubes.peak(pattern).value for pattern in tried), rel=1e-9)


def test_swapping_two_neighbouring_chambers_mirrors_the_field_of_their_wall(basis):
    left, right = basis.pattern(1e6), basis.pattern(1e6, i=1)
    assert basis.deflection(left) == pytest.approx(-basis.deflection(right), rel=1e-6, abs=0)
    assert basis.deflection(left) > 0
    for name in ("middle", "root"):
        a, b = basis.section(name, left), basis.section(name, right)
        assert a.membrane_along == pytest.approx(b.membrane_along, rel=1e-6)
        assert a.bending_along == pytest.approx(-b.bending_along, rel=1e-6)
        assert a.start[1, 1] == pytest.approx(b.end[1, 1], rel=1e-6)
    # mirrored in the middle plane of the wall the stress at the surface of the one is that of the other
    middle = 0.5 * basis.element.cut.lattice[0, 0]
    points = basis.surface.points
    own = np.flatnonzero(basis.surface.chamber == 0)
    for k in own[:: max(1, len(own) // 10)]:
        image = points[k] * [-1, 1] + [2 * middle, 0]
        same = np.linalg.norm(points - image, axis=1) < 1e-6 * middle
        there = np.flatnonzero(
            same & (np.abs(basis.surface.normals + basis.surface.normals[k] * [1, -1]).sum(axis=1) < 1e-6)
        )
        values = max_principal(basis.surface.influence[there] @ right)
        assert np.abs(values - max_principal(basis.surface.influence[k] @ left)).min() < 1e-6 * np.abs(values).max()


def test_turning_the_pattern_by_sixty_degrees_keeps_the_peak(basis):
    # (1, 0) -> (0, 1) -> (-1, 1): the six neighbours of a chamber are alike in a hexagonal array
    pairs = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]
    peaks = [basis.peak(basis.pattern(1e6) + basis.pattern(1e6, i=i, j=j)).value for i, j in pairs]
    np.testing.assert_allclose(peaks, peaks[0], rtol=1e-6)


def test_answers_do_not_depend_on_the_units_of_length_and_pressure(basis):
    grown = array_basis(
        periodic_cell(CellArray(bore=100.0, wall=10.0, fillet=5.0), elements_through_wall=2),
        Isotropic(youngs_modulus=60.0, poissons_ratio=0.25),
        supercell=3,
    )
    pattern = np.random.default_rng(5).uniform(0, 1, 9)
    assert grown.peak(pattern).value == pytest.approx(basis.peak(pattern).value, rel=1e-9)
    assert grown.section("root", pattern).bending_along == pytest.approx(
        basis.section("root", pattern).bending_along, rel=1e-9
    )
    # displacement ~ pressure x length / modulus
    assert grown.deflection(pattern) * 60 / 100 == pytest.approx(
        basis.deflection(pattern) * 60e9 / 100e-9, rel=1e-9, abs=0
    )


def test_deflection_is_that_of_the_displacement_at_the_wall(element):
    basis = basis_of(element, supercell=3, confinement="free", ends="closed")
    pattern = np.random.default_rng(6).uniform(0, 1e6, 9)
    middle = basis.displacement(pattern)[list(element.cell.wall_nodes), 0].mean()
    points = element.cell.mesh.points
    root = element.cell.sections["root"]
    lower = (0, -1)
    ends = []
    for cell, sign in (((0, 0), 1.0), (lower, -1.0)):
        for end in (root.start, root.end):
            place = np.array([end[0], sign * end[1]]) - np.array(cell) @ element.cut.lattice
            node = np.argmin(np.linalg.norm(points - place, axis=1))
            ends.append(basis.displacement(pattern, cell)[node, 0])
    assert basis.deflection(pattern) == pytest.approx(middle - np.mean(ends), rel=1e-9, abs=0)


def test_displacement_is_continuous_from_cell_to_cell(element):
    basis = basis_of(element, supercell=3, confinement="free", ends="free")
    pattern = np.random.default_rng(7).uniform(0, 1e6, 9)
    here = basis.displacement(pattern, (1, 1))
    for pair, next_cell in zip(element.cell.pairs, ((2, 1), (1, 2)), strict=True):
        there = basis.displacement(pattern, next_cell)
        np.testing.assert_allclose(here[pair[:, 1]], there[pair[:, 0]], atol=1e-9 * np.abs(here).max())


def layered(axes, ratio):
    """Layers with ``ratio`` of the isotropic Young's modulus across them."""
    return TransverselyIsotropic(
        axial_modulus=60e9 * ratio,
        transverse_modulus=60e9,
        axial_poissons_ratio=0.25,
        transverse_poissons_ratio=0.25,
        axial_shear_modulus=60e9 / 2.5,
        axes=axes,
    )


def test_axes_of_the_walls_turn_about_the_nearest_bore(basis):
    cell = periodic_cell(HEXAGONS, elements_through_wall=2)
    pairs = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]

    def six(law):
        turned = array_basis(cell, law, supercell=3)
        return [turned.peak(turned.pattern(1e6) + turned.pattern(1e6, i=i, j=j)).value for i, j in pairs]

    # about the bores the array keeps its six-fold symmetry, with axes that lie along x it loses it
    around, fixed = six(layered("radial", 0.5)), six(layered("fixed", 0.5))
    np.testing.assert_allclose(around, around[0], rtol=1e-6)
    assert np.ptp(fixed) > 0.01 * fixed[0]
    assert six(layered("radial", 1.0)) == pytest.approx(six(LAW), rel=1e-9)


def test_a_setting_or_section_that_does_not_exist_is_answered_with_the_nearest(element, basis):
    with pytest.raises(UnknownNameError, match="did you mean 'held'"):
        basis_of(element, confinement="holds")
    with pytest.raises(UnknownNameError, match="did you mean 'closed'"):
        basis_of(element, ends="close")
    with pytest.raises(UnknownNameError, match="did you mean 'middle'"):
        basis.section("midle", np.zeros(9))
    with pytest.raises(UnknownNameError, match="max principal"):
        basis.worst(0.0, 1.0, "max principle")


@pytest.mark.parametrize("supercell", [0, -3, 2.0, True, 65])
def test_a_supercell_of_no_whole_size_is_refused(element, supercell):
    with pytest.raises(InputError, match="whole number from 1 to 64"):
        basis_of(element, supercell=supercell)


def test_patterns_and_bounds_that_do_not_fit_are_refused(basis):
    with pytest.raises(InputError, match="9 chambers"):
        basis.peak(np.ones(8))
    with pytest.raises(InputError, match="not finite"):
        basis.stress(np.full(9, np.nan))
    with pytest.raises(InputError, match="exceeds the high one"):
        basis.worst(2.0, 1.0)
    with pytest.raises(InputError, match="one pattern"):
        basis.peak(np.ones((2, 9)))
    with pytest.raises(InputError, match=r"kinds 0 \.\. 0"):
        basis.pattern(1.0, kind=1)


def test_nodes_that_are_not_one_lattice_step_apart_are_refused(element):
    cell = element.cell
    crossed = (cell.pairs[0][:, [0, 1]][::-1].copy(), cell.pairs[1])
    crossed[0][:, 1] = crossed[0][::-1, 1]
    with pytest.raises(InputError, match="not periodic"):
        array_cell(dataclasses.replace(cell, pairs=crossed), LAW)


def test_a_node_cut_twice_is_refused(element):
    cell = element.cell
    with pytest.raises(InputError, match="cut twice"):
        array_cell(dataclasses.replace(cell, pairs=(np.vstack([cell.pairs[0], cell.pairs[0][:1]]), cell.pairs[1])), LAW)


def test_waves_whose_sum_is_not_real_are_an_error(element):
    uniform, _ = bloch.uniform_solution(element.cut)
    waves, _ = bloch.wave_states(element.cut, 3)
    waves[1] *= 1.1
    with pytest.raises(ConvergenceError, match="imaginary part"):
        bloch.chamber_states(element.cut, uniform, waves, 3)


def test_forces_that_are_left_over_are_an_error(element):
    leaky = dataclasses.replace(element.cut, arc_force=element.cut.arc_force * 1.001)
    with pytest.raises(ConvergenceError, match=r"left over|residual"):
        basis_of(dataclasses.replace(element, cut=leaky), supercell=2)


def test_a_solve_that_leaves_a_residual_is_an_error():
    matrix, right = np.eye(3), np.ones((3, 1))
    assert check_residual(matrix, right, right, "x") == 0
    with pytest.raises(ConvergenceError, match=r"left a residual of 1e-08"):
        check_residual(matrix, right * (1 + 1e-8), right, "x")


def test_an_error_from_two_meshes_that_agree_by_chance_is_raised_by_the_third():
    # order 2: steps of 0.04 and 0.0 between three meshes; 3 |0| / 3 against 3 |0.04| / 3 / 4
    assert estimate([1.0, 1.0, 1.04]).error == pytest.approx(0.01)
    assert estimate([1.0, 1.04, 1.2]).error == pytest.approx(0.04)
    assert estimate([1.0, 1.04]).extrapolated == pytest.approx(1.0 - 0.04 / 3)


def test_elements_that_cannot_be_halved_are_refused():
    with pytest.raises(InputError, match="halved"):
        array_estimates(HEXAGONS, LAW, {}, elements_through_wall=6)


def test_all_arrays_of_a_basis_are_read_only(basis):
    for array in (basis.states, basis.surface.influence, basis.deflection_influence, basis.mean_stress):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
