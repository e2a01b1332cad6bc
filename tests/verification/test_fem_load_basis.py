"""Load bases against direct solves, and walls between chambers against complex potentials."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tubewall.fem import Pressure, RigidBody, Support, load_basis, solve
from tubewall.fem.stress import components
from tubewall.geometry import CellArray, array_mesh
from tubewall.materials import Isotropic

REFERENCES = Path(__file__).parents[1] / "references"
ring = runpy.run_path(str(REFERENCES / "fem_meshes.py"))["ring"]
DiscWithBores = runpy.run_path(str(REFERENCES / "kolosov.py"))["DiscWithBores"]
CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
SEVEN = CellArray(bore=100e-9, wall=10e-9, fillet=4e-9, rings=1)
NAMES = [f"chamber {i}" for i in range(7)]
WALL = SimpleNamespace(start=np.array([50e-9, 0.0]), end=np.array([60e-9, 0.0]))


@pytest.fixture(scope="module")
def seven():
    return array_mesh(SEVEN, elements_through_wall=2)


@pytest.mark.parametrize(
    ("supports", "how"),
    [
        ([Support(boundary="rim")], {}),
        ([RigidBody()], {}),
        ([RigidBody()], {"kinematics": "generalised plane strain", "ends": "closed"}),
        ([Support(boundary="rim")], {"kinematics": "generalised plane strain", "ends": "free"}),
    ],
)
def test_a_pattern_from_the_basis_is_the_direct_solve_to_1e_9(seven, supports, how):
    pattern = np.random.default_rng(5).uniform(0, 1e6, 7)
    basis = load_basis(seven, CARBON, chambers=NAMES, supports=supports, sections={"wall": WALL}, **how)
    loads = [Pressure(boundary=name, pressure=p) for name, p in zip(NAMES, pattern, strict=True)]
    direct = solve(seven, CARBON, loads, supports, **how)
    ours = basis.stress(pattern)
    theirs = np.concatenate([components(direct.boundary_stress(name, per_facet=5).stress) for name in NAMES])
    scale = np.abs(theirs).max()
    assert np.abs(ours[: len(theirs)] - theirs).max() < 1e-9 * scale
    assert basis.peak(pattern).value == pytest.approx(max(direct.max_principal(name).value for name in NAMES), rel=1e-9)
    line, direct_line = basis.section("wall", pattern), direct.linearised(WALL)
    for part in ("membrane", "bending", "start", "end"):
        assert np.abs(getattr(line, part) - getattr(direct_line, part)).max() < 1e-9 * scale
    assert np.abs(basis.displacement(pattern) - direct.displacement).max() < 1e-9 * np.abs(direct.displacement).max()
    assert basis.axial_strains @ pattern == pytest.approx(direct.axial_strain, abs=1e-9 * 1e6 / 60e9)


def test_swapping_two_chambers_mirrors_the_field(seven):
    basis = load_basis(seven, CARBON, chambers=NAMES, supports=[Support(boundary="rim")])
    centres = SEVEN.centres
    # the mirror in y = 0 sends each chamber to the one whose centre it sees
    swap = [int(np.argmin(np.linalg.norm(centres - c * [1, -1], axis=1))) for c in centres]
    pattern = np.random.default_rng(6).uniform(0, 1e6, 7)
    there, back = basis.peak(pattern), basis.peak(pattern[swap])
    assert swap != list(range(7))
    # the drawing is meshed in a frame that the mirror keeps, so the answers agree to round-off
    assert back.value == pytest.approx(there.value, rel=1e-6)
    assert abs(back.at[0]) == pytest.approx(abs(there.at[0]), abs=1e-12)


def test_the_worst_pattern_is_not_beaten_by_any_of_all_128(seven):
    basis = load_basis(seven, CARBON, chambers=NAMES, supports=[Support(boundary="rim")])
    worst = basis.worst(0.0, 1.0)
    patterns = np.array(np.meshgrid(*[[0.0, 1.0]] * 7)).reshape(7, -1).T
    best = max(basis.peak(pattern).value for pattern in patterns)
    assert worst.peak.value == pytest.approx(best, rel=2e-3)
    assert worst.tension <= best * (1 + 1e-12)


def test_pressures_are_named_by_chamber(seven):
    basis = load_basis(seven, CARBON, chambers=NAMES, supports=[Support(boundary="rim")])
    assert basis.pattern({"chamber 3": 2.0}).tolist() == [0, 0, 0, 2.0, 0, 0, 0]
    with pytest.raises(Exception, match="did you mean 'chamber 3'"):
        basis.pattern({"chamer 3": 1.0})
    with pytest.raises(Exception, match="no section"):
        basis.section("root", np.zeros(7))


@pytest.mark.parametrize(
    ("shift", "governs", "nu"), [(2.0, "left", 0.25), (6.0, "right", 0.25), (6.0, "right", 0.4999)]
)
def test_in_an_eccentric_tube_the_governing_point_moves_to_the_outer_rim(shift, governs, nu):
    # the stress in the section does not depend on Poisson's ratio (Michell, 1899)
    a, b, e = 10.0, 20.0, shift
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=nu)
    answer = solve(ring(a, b, 16, 192, shift=e), law, [Pressure(boundary="left", pressure=1.0)], [RigidBody()])
    # the thin side of the bore: Jeffery, Phil. Trans. R. Soc. A 221, 265 (1921); Roark and Young, table 32, case 2
    inner = 2 * b**2 * (b**2 + a**2 - 2 * a * e - e**2) / ((a**2 + b**2) * (b**2 - a**2 - 2 * a * e - e**2)) - 1
    assert answer.at([[a + e, 0.0]]).stress[0, 1, 1] == pytest.approx(inner, rel=3e-3)
    series = DiscWithBores([e], [a], [1.0], b, terms=40)
    assert series.misfit < 1e-6
    assert series.stress(np.array([[a + e, 0.0]]))[0, 1] == pytest.approx(inner, rel=1e-6)
    angle = np.linspace(0, 2 * np.pi, 721)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    largest = {}
    for name, points in (("left", a * circle + [e, 0.0]), ("right", b * circle)):
        xx, yy, xy = series.stress(points).T
        largest[name] = ((xx + yy) / 2 + np.hypot((xx - yy) / 2, xy)).max()
        assert answer.max_principal(name).value == pytest.approx(largest[name], rel=3e-3)
    assert max(largest, key=lambda name: largest[name]) == governs
    assert answer.max_principal(governs).value == pytest.approx(answer.max_principal().value, rel=3e-3)


@pytest.mark.parametrize(("elements", "tolerance"), [(4, 1e-2), (8, 3e-3)])
def test_the_wall_between_round_bores_has_the_stress_of_the_series_solution(elements, tolerance):
    array = CellArray(bore_shape="round", bore=100e-9, wall=30e-9, rings=1)
    rim = 2.0 * array.pitch
    mesh = array_mesh(array, rim_radius=rim, elements_through_wall=elements)
    pressures = np.array([1.0, 0, 0, 0.5, 0, 0, 0])
    basis = load_basis(mesh, CARBON, chambers=NAMES, supports=[RigidBody()])
    series = DiscWithBores(array.centres @ [1, 1j] / rim, [50e-9 / rim] * 7, pressures, 1.0, terms=28)
    assert series.misfit < 1e-4
    exact = series.stress(basis.surface.points / rim)
    xx, yy, xy = exact.T
    largest = ((xx + yy) / 2 + np.hypot((xx - yy) / 2, xy)).max()
    assert basis.peak(pressures).value == pytest.approx(largest, rel=tolerance)
    ours = basis.stress(pressures)[:, [0, 1, 3]]
    assert np.abs(ours - exact).max() < 5 * tolerance * largest
    assert abs(basis.peak(pressures).value - largest) < basis.mesh_error(pressures)
