"""Stress classification lines: membrane, bending, peak; lines that leave the body or cross an interface."""

from __future__ import annotations

import numpy as np
import pytest

from tests.references.solid_fields import CARBON, PLANE, SOFT, SOLID, quarter_tube, with_displacement
from tubewall.errors import InputError
from tubewall.fem.stress_line import line_values
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_join import join

BORE, RIM, PRESSURE = 50e-9, 80e-9, 1e6


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_a_tube_wall_has_lames_membrane_and_bending(kind: Kind) -> None:
    solution = quarter_tube(kind, BORE, RIM, PRESSURE)
    direction = np.array([np.cos(0.7), np.sin(0.7)])
    beyond = [0.4 * BORE] if kind in SOLID else []
    line = line_values(solution, [*(BORE * direction), *beyond], [*(RIM * direction), *beyond], about=(0.0, 0.0))
    thickness = RIM - BORE
    membrane, bending = line.in_line_axes(line.membrane), line.in_line_axes(line.bending_start)
    assert membrane[1] == pytest.approx(PRESSURE * BORE / thickness, rel=2e-3)
    # (6/t^2) int k (1 + b^2/r^2) (t/2 - x) dx with r = a + x: k b^2 (6/t^2) [(t/2 + a)(1/a - 1/b) - ln(b/a)]
    k = PRESSURE * BORE**2 / (RIM**2 - BORE**2)
    integral = (thickness / 2 + BORE) * (1 / BORE - 1 / RIM) - np.log(RIM / BORE)
    assert bending[1] == pytest.approx(6 / thickness**2 * k * RIM**2 * integral, rel=5e-3)
    np.testing.assert_array_equal(line.bending_end, -line.bending_start)
    total = line.in_line_axes(line.start)
    assert total[1] == pytest.approx(k * (1 + RIM**2 / BORE**2), rel=1e-2)
    np.testing.assert_allclose(line.membrane + line.bending_start + line.peak_start, line.start, rtol=1e-12)
    assert line.length == pytest.approx(thickness, rel=1e-4, abs=0)


@pytest.mark.parametrize("kind", PLANE)
def test_a_stress_linear_through_the_wall_is_split_exactly_across_any_elements(kind: Kind) -> None:
    # sigma_yy = E' (m + b (1 - 2x)); the cells differ in width
    m, b = 1e-3, 4e-4

    def moved(x: np.ndarray) -> np.ndarray:
        along = m + b * (1 - 2 * x[:, 0])
        return np.column_stack([b * x[:, 1] ** 2, along * x[:, 1]])

    solution = with_displacement(mapped_block((5, 3), kind=kind, grading=(4.0, 1.0)), moved)
    line = line_values(solution, [0.0, 0.37], [1.0, 0.37])
    stiff = 60e9 * 0.8 / (1.2 * 0.6)
    assert line.membrane[1] == pytest.approx(stiff * m, rel=1e-10)
    assert line.bending_start[1] == pytest.approx(stiff * b, rel=1e-10)
    assert np.abs(line.peak_start).max() < 1e-9 * stiff * m
    table = line.table()
    assert table["membrane"]["yy"] == line.membrane[1]
    assert table["membrane + bending start"]["max principal"] == pytest.approx(stiff * (m + b), rel=1e-6)


def test_a_line_along_the_faces_between_elements_takes_their_mean() -> None:
    # the strain jumps from -1 to 1 across x = 0
    mesh = mapped_block((2, 2), map=lambda x: x * 2 - 1)
    solution = with_displacement(mesh, lambda x: np.column_stack([np.abs(x[:, 0]), 0 * x[:, 0]]))
    line = line_values(solution, [0.0, -1.0], [0.0, 1.0])
    assert np.abs(line.stress).max() < 1e-6 * 60e9


def test_a_line_that_leaves_the_body_is_refused_with_the_place() -> None:
    solution = quarter_tube("triangle", BORE, RIM, PRESSURE, parts=3)
    with pytest.raises(InputError, match="leaves the body at"):
        line_values(solution, [BORE, 0.0], [0.0, BORE])
    with pytest.raises(InputError, match="lies outside the mesh; its nearest point"):
        line_values(solution, [0.0, 0.0], [RIM, 0.0])
    with pytest.raises(InputError, match="has no length"):
        line_values(solution, [BORE, 0.0], [BORE, 0.0])


def test_a_line_across_an_interface_is_refused_with_the_place_and_ends_on_it_with_a_region() -> None:
    both = join({"wall": mapped_block((2, 2)), "liner": mapped_block((3, 2), map=lambda x: x + np.array([1.0, 0.0]))})
    solution = with_displacement(both, lambda x: 1e-3 * x, solids={"wall": CARBON, "liner": SOFT})
    with pytest.raises(InputError, match=r"crosses from the region 'wall' into 'liner' at \(1, 0.3\) m"):
        line_values(solution, [0.0, 0.3], [2.0, 0.3])
    with pytest.raises(InputError, match="runs along the interface of 'wall', 'liner'"):
        line_values(solution, [1.0, 0.0], [1.0, 1.0])
    with pytest.raises(InputError, match="region 'liner'"):
        line_values(solution, [0.0, 0.3], [2.0, 0.3], region="liner")
    soft = line_values(solution, [1.0, 0.3], [2.0, 0.3], region="liner")
    assert soft.membrane[0] == pytest.approx(6e9 * 1e-3 / (1.2 * 0.6))
    assert line_values(solution, [0.0, 0.3], [1.0, 0.3]).end[0] == pytest.approx(60e9 * 1e-3 / (1.2 * 0.6))


def test_the_radius_may_weight_the_stress_along_the_wall_of_a_shell_of_revolution() -> None:
    # sigma_yy = s r over a ring a .. b: int s r r dr / (R_c t) with R_c the middle radius
    mesh = mapped_block((4, 2), map=lambda x: x + np.array([1.0, 0.0]))
    solution = with_displacement(
        mesh, lambda x: np.column_stack([-0.5 * x[:, 1] ** 2, x[:, 0] * x[:, 1]]), kinematics="axisymmetric"
    )
    plain = line_values(solution, [1.0, 0.5], [2.0, 0.5])
    weighted = line_values(solution, [1.0, 0.5], [2.0, 0.5], radius_weighted=True)
    shares, _ = np.polynomial.legendre.leggauss(3)
    assert len(shares) == 3
    inside = slice(1, -1)
    radius, own = plain.points[inside, 0], plain.stress[inside, 1]
    fit = np.polynomial.Polynomial.fit(radius, own, 3).convert()
    mean = (fit * np.polynomial.Polynomial([0, 1])).integ()
    assert weighted.membrane[1] == pytest.approx((mean(2.0) - mean(1.0)) / 1.5, rel=1e-3)
    assert weighted.membrane[2] == pytest.approx(plain.membrane[2], rel=1e-12)
    with pytest.raises(InputError, match="axisymmetric"):
        line_values(quarter_tube("quad", BORE, RIM, PRESSURE, parts=2), [BORE, 0.0], [RIM, 0.0], radius_weighted=True)
