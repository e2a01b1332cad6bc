"""Values at points of curved elements, on interfaces, just outside; linearised stress; error helpers."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem import Pressure, RigidBody, Support, richardson, solve
from tubewall.fem.elements import shape
from tubewall.fem.linearise import line_rule, linearised
from tubewall.fem.locate import locate
from tubewall.materials import Isotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
ring, mapped_block = MESHES["ring"], MESHES["mapped_block"]
CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
LLZO = Isotropic(youngs_modulus=150e9, poissons_ratio=0.257)


def line(start, end):
    return SimpleNamespace(start=start, end=end)


def test_random_points_of_curved_elements_are_found_again():
    mesh = ring(50e-9, 60e-9, 3, 7, shift=4e-9)
    random = np.random.default_rng(3)
    elements = random.integers(0, len(mesh.cells), 500)
    local = random.dirichlet([1, 1, 1], 500)[:, 1:]
    points = np.einsum("pi,pid->pd", shape(local)[0], mesh.points[mesh.cells[elements]])
    found = locate(mesh, points)
    again = np.einsum("pi,pid->pd", shape(found.local)[0], mesh.points[mesh.cells[found.elements]])
    assert set(found.point) == set(range(500))
    assert np.abs(again - points[found.point]).max() < 1e-9 * 60e-9
    # where one element alone holds a point it is the right one
    single = np.flatnonzero(np.bincount(found.point) == 1)
    at = np.searchsorted(found.point, single)
    assert np.array_equal(found.elements[at], elements[single])
    assert found.local[at] == pytest.approx(local[single], abs=1e-7)


def test_a_vertex_is_found_in_every_element_around_it():
    mesh = ring(1.0, 2.0, 2, 8)
    for vertex in (0, int(mesh.cells[5, 2])):
        around = np.flatnonzero((mesh.cells[:, :3] == vertex).any(axis=1))
        assert sorted(locate(mesh, mesh.points[vertex : vertex + 1]).elements) == sorted(around)


def test_meshes_graded_a_thousandfold_are_searched_right():
    mesh = mapped_block(12, 3, lambda s, t: (10.0 ** (4 * s), 20 * t * 10.0 ** (4 * s)))
    points = mesh.points[mesh.cells].mean(axis=1)
    assert np.array_equal(np.unique(locate(mesh, points).point), np.arange(len(points)))


def test_a_point_just_outside_moves_to_the_nearest_and_one_farther_out_is_refused_with_it():
    mesh = ring(50e-9, 60e-9, 2, 16)
    answer = solve(mesh, CARBON, [Pressure(boundary="left", pressure=1e6)], [RigidBody()])
    # elements at the rim are 60 nm x 2 pi / 16 = 24 nm long
    near = answer.at([[60e-9 + 0.5e-3 * 24e-9, 0.0]])
    assert near.points[0] == pytest.approx([60e-9, 0.0], abs=1e-15)
    with pytest.raises(InputError, match=r"nearest point is \(60, 0\) nm"):
        answer.at([[60e-9 + 2e-3 * 24e-9, 0.0]])
    with pytest.raises(InputError, match="outside the mesh"):
        answer.at([[0.0, 0.0]])
    with pytest.raises(InputError, match="finite"):
        answer.at([[np.nan, 0.0]])


def test_on_an_interface_both_values_are_listed_and_a_region_chooses():
    mesh = mapped_block(
        4, 8, lambda s, t: (1 + s, 3 * t), split=lambda middle: np.where(middle[:, 0] < 1.5, "liner", "base")
    )
    laws = {"liner": CARBON, "base": LLZO}
    answer = solve(
        mesh, laws, [Pressure(boundary="left", pressure=1.0)], [Support(boundary="right"), Support(boundary="top")]
    )
    with pytest.raises(InputError, match=r"between regions.*'base'.*'liner'"):
        answer.at([[1.5, 1.4]])
    stress = {name: answer.at([[1.5, 1.4]], region=name).stress[0] for name in laws}
    assert abs(stress["liner"][1, 1] - stress["base"][1, 1]) > 1e-3
    with pytest.raises(UnknownNameError, match="did you mean 'liner'"):
        answer.at([[1.5, 1.4]], region="linr")
    with pytest.raises(InputError, match="does not lie in the region"):
        answer.at([[1.2, 1.4]], region="base")


def test_linear_stress_has_the_membrane_and_bending_that_beam_theory_gives_it():
    # sigma = m + b (1 - 2 x / t) in the frame of a slanted line
    rule = line_rule(line((1.0, 2.0), (4.0, 6.0)))
    assert rule.thickness == pytest.approx(5.0)
    assert rule.axes == pytest.approx(np.array([[0.6, 0.8], [-0.8, 0.6]]))
    x = (rule.points - rule.points[0]) @ rule.axes[0] / 5.0
    local = np.zeros((len(x), 4))
    local[:, 1] = 3.0 + 2.0 * (1 - 2 * x)
    back = np.stack([local[:, 1] * 0.64, local[:, 1] * 0.36, np.zeros_like(x), -local[:, 1] * 0.48], axis=-1)
    answer = linearised(rule, rule.weights @ back)
    assert answer.membrane_along == pytest.approx(3.0)
    assert answer.bending_along == pytest.approx(2.0)
    assert answer.start[1, 1] == pytest.approx(5.0)
    assert answer.end[1, 1] == pytest.approx(1.0)
    assert np.abs(answer.peak_start).max() < 1e-12
    assert np.abs(answer.peak_end).max() < 1e-12
    assert answer.max_principal() == pytest.approx(5.0)
    assert answer.von_mises() == pytest.approx(5.0)


def test_a_parabolic_stress_leaves_a_peak_of_its_own():
    # sigma = 6 x (1 - x): membrane 1, no bending, faces 0, so the peak is -1 on both
    rule = line_rule(line((0.0, 0.0), (1.0, 0.0)))
    x = rule.points[:, 0]
    stress = np.zeros((len(x), 4))
    stress[:, 1] = 6 * x * (1 - x)
    answer = linearised(rule, rule.weights @ stress)
    assert answer.membrane_along == pytest.approx(1.0)
    assert answer.bending_along == pytest.approx(0.0, abs=1e-13)
    assert answer.peak_start[1, 1] == pytest.approx(-1.0)
    assert answer.peak_end[1, 1] == pytest.approx(-1.0)


def test_the_membrane_of_a_pressurised_tube_carries_its_load():
    mesh = ring(50e-9, 60e-9, 4, 48)
    answer = solve(mesh, CARBON, [Pressure(boundary="left", pressure=1e6)], [RigidBody()])
    found = answer.linearised(line((50e-9, 0.0), (60e-9, 0.0)))
    # equilibrium of half the tube: membrane x wall = p a, whatever the profile
    assert found.membrane_along == pytest.approx(1e6 * 50 / 10, rel=1e-4)
    # Lame: the faces carry p (b^2 + a^2) / (b^2 - a^2) and p less
    assert found.start[1, 1] == pytest.approx(1e6 * (60**2 + 50**2) / (60**2 - 50**2), rel=1e-3)
    assert found.end[1, 1] == pytest.approx(found.start[1, 1] - 1e6, rel=1e-3)


@pytest.mark.parametrize(
    "ends", [((0.0, 0.0), (0.0, 0.0)), ((0.0, np.nan), (1.0, 0.0)), ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))]
)
def test_a_section_without_length_or_with_wrong_ends_is_refused(ends):
    with pytest.raises(InputError):
        line_rule(line(*ends))


def test_richardson_extrapolates_an_exact_power_and_multiplies_by_the_safety():
    exact, c = 5.0, 0.8
    estimate = richardson(exact + c * 0.5**2, exact + c * 0.25**2, order=2)
    assert estimate.extrapolated == pytest.approx(exact)
    assert estimate.error == pytest.approx(3 * c * 0.25**2)
    for wrong in ({"order": 0.0}, {"ratio": 1.0}, {"safety": -1.0}, {"order": np.nan}):
        with pytest.raises(InputError):
            richardson(1.0, 1.0, **wrong)
    with pytest.raises(InputError, match="finite"):
        richardson(np.nan, 1.0)


def test_boundary_stress_is_seen_from_each_element_and_not_averaged():
    mesh = ring(50e-9, 60e-9, 1, 12)
    answer = solve(mesh, CARBON, [Pressure(boundary="left", pressure=1e6)], [RigidBody()])
    surface = answer.boundary_stress("left", per_facet=3)
    assert surface.stress.shape == (36, 3, 3)
    hoop = answer.max_principal("left")
    # five points on each facet are searched, the three of the nodes among them
    assert surface.tangential.max() <= hoop.value
    assert surface.tangential.max() == pytest.approx(hoop.value, rel=1e-2)
    # the stress at a node differs between the two elements that meet there
    first, last = surface.stress[0::3], surface.stress[1::3]
    assert np.abs(first - last).max() > 0


def test_extremes_anywhere_are_at_least_those_on_a_boundary():
    mesh = ring(50e-9, 60e-9, 2, 24, shift=3e-9)
    answer = solve(mesh, CARBON, [Pressure(boundary="left", pressure=1e6)], [RigidBody()])
    for name in ("left", "right"):
        assert answer.max_principal().value >= answer.max_principal(name).value
        assert answer.min_principal().value <= answer.min_principal(name).value
        assert answer.von_mises().value >= answer.von_mises(name).value
