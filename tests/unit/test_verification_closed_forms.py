"""The exact answers of the book against printed digits and against each other."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.closed_forms import lame_displacement, lame_stress
from tubewall.verification.closed_inclusions import circular_inclusion, spherical_inclusion
from tubewall.verification.closed_plane import (
    PotentialSeries,
    circle,
    from_polar,
    jeffery_hoop,
    kirsch,
    strip_with_hole,
    two_holes,
)
from tubewall.verification.closed_shells import curved_cantilever_tip, junction_stress, torsion_constant
from tubewall.verification.closed_tubes import (
    TubeLayer,
    isotropic_layer,
    layered_tube,
    orthotropic_layer,
    rotating_disc,
    thick_sphere,
)

RADII = np.array([1.0, 1.4, 2.0])


@pytest.mark.parametrize("ends", ["held", "closed", "free"])
def test_one_isotropic_layer_is_lames_tube(ends: str) -> None:
    found = layered_tube(
        RADII, [isotropic_layer(1.0, 2.0, 5.0, 0.3)], inner_pressure=1.0, outer_pressure=0.2, ends=ends
    )  # type: ignore[arg-type]
    exact = lame_stress(
        RADII, inner=1.0, outer=2.0, inner_pressure=1.0, outer_pressure=0.2, ends=ends, poissons_ratio=0.3
    )  # type: ignore[arg-type]
    wanted = np.stack([exact.radial, exact.hoop, exact.axial], axis=1)
    np.testing.assert_allclose(found.stress, wanted, atol=1e-14)


def test_the_displacement_of_plane_strain_is_lames() -> None:
    found = layered_tube(RADII, [isotropic_layer(1.0, 2.0, 5.0, 0.3)], inner_pressure=1.0)
    wanted = lame_displacement(RADII, inner=1.0, outer=2.0, inner_pressure=1.0, youngs_modulus=5.0, poissons_ratio=0.3)
    np.testing.assert_allclose(found.displacement, wanted, rtol=1e-13)


def test_cutting_a_layer_in_two_changes_nothing() -> None:
    def layer(inner: float, outer: float) -> TubeLayer:
        return orthotropic_layer(inner, outer, (5.0, 40.0, 9.0), (0.3, 0.2, 0.1), (0.01, 0.02, 0.03))

    whole = layered_tube(RADII, [layer(1.0, 2.0)], inner_pressure=1.0, ends="free")
    halves = layered_tube(RADII, [layer(1.0, 1.4), layer(1.4, 2.0)], inner_pressure=1.0, ends="free")
    np.testing.assert_allclose(halves.stress, whole.stress, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(halves.displacement, whole.displacement, rtol=1e-11)


def test_the_wrapped_cylinder_has_the_printed_stresses() -> None:
    # Composite Benchmarks, NAFEMS R0031 (2001), test 2: hoop stress at 23, 25, 25 and 27 mm in MPa
    for warming, printed in ((0.0, (1565.3, 1429.7, 874.7, 759.1)), (130.0, (1381.0, 1259.6, 1056.0, 936.1))):
        steel = isotropic_layer(23.0, 25.0, 2.1e5, 0.3, 2e-5 * warming)
        misfit = (2e-5 * warming, 3e-6 * warming, 2e-5 * warming)
        wrap = orthotropic_layer(25.0, 27.0, (5e3, 1.3e5, 5e3), (0.25, 0.25, 0.25), misfit)
        found = layered_tube(
            [23.0, 25.0, 25.0, 27.0], [steel, wrap], inner_pressure=200.0, ends="free", layer_of=[0, 0, 1, 1]
        )
        np.testing.assert_allclose(found.stress[:, 1], printed, rtol=1e-3)


def test_a_layer_whose_solution_has_a_logarithm_is_refused() -> None:
    # isotropic elasticity, but a misfit that differs around and across
    layer = TubeLayer(
        inner=1.0, outer=2.0, stiffness=isotropic_layer(1.0, 2.0, 5.0, 0.3).stiffness, misfit=(0.0, 0.1, 0.0)
    )
    with pytest.raises(InputError, match="logarithm"):
        layered_tube(RADII, [layer])


def test_the_sphere_and_the_disc_are_in_equilibrium_and_free_where_they_should_be() -> None:
    radial, _, _ = thick_sphere(
        [1.0, 2.0], inner=1.0, outer=2.0, inner_pressure=3.0, youngs_modulus=1.0, poissons_ratio=0.3
    )
    np.testing.assert_allclose(radial, [-3.0, 0.0], atol=1e-14)
    step = 1e-5
    r = np.array([1.5 - step, 1.5, 1.5 + step])
    radial, hoop, _ = thick_sphere(r, inner=1.0, outer=2.0, inner_pressure=3.0, youngs_modulus=1.0, poissons_ratio=0.3)
    assert (radial[2] - radial[0]) / (2 * step) + 2 * (radial[1] - hoop[1]) / 1.5 == pytest.approx(0.0, abs=1e-8)
    radial, hoop = rotating_disc(r, inner=1.0, outer=2.0, density=2.0, speed=3.0, poissons_ratio=0.3)
    rest = (radial[2] - radial[0]) / (2 * step) + (radial[1] - hoop[1]) / 1.5 + 2.0 * 9.0 * 1.5
    assert rest == pytest.approx(0.0, abs=1e-7)


def test_two_holes_have_the_digits_of_ling() -> None:
    # Ling, J. Appl. Phys. 19, 77 (1948): pulled all around, across and along the line of centres
    for distance, around, across, along in (
        (3.0, 2.887, 3.264, 2.623),
        (4.0, 2.411, 3.020, 2.703),
        (6.0, 2.155, 2.992, 2.825),
    ):
        near, top = [[distance / 2 - 1, 0.0]], [[distance / 2, 1.0]]
        assert two_holes(distance, (1.0, 1.0)).stress(near)[0, 1] == pytest.approx(around, abs=6e-4)
        assert two_holes(distance, (0.0, 1.0)).stress(near)[0, 1] == pytest.approx(across, abs=6e-4)
        assert two_holes(distance, (1.0, 0.0)).stress(top)[0, 0] == pytest.approx(along, abs=6e-4)


@pytest.mark.parametrize(("ratio", "printed"), [(0.1, 3.03), (0.2, 3.14), (0.3, 3.36), (0.4, 3.74), (0.5, 4.32)])
def test_the_strip_is_howlands_within_what_his_series_was_summed_to(ratio: float, printed: float) -> None:
    series = strip_with_hole(ratio)
    assert series.misfit < 5e-5
    assert series.stress([[0.0, ratio]])[0, 0] == pytest.approx(printed, rel=8e-3)


def test_jefferys_tube_is_the_fitted_series() -> None:
    bore, rim, offset = 10.0, 20.0, 4.0
    series = PotentialSeries((complex(offset),), (bore,), rim, 60, 60)
    inside, direction = circle(offset, bore, 480)
    outside, out = circle(0j, rim, 480)
    series.fit(
        np.concatenate([inside, outside]),
        np.concatenate([-direction, out]),
        np.concatenate([direction, np.zeros(480)]),
    )
    stress = series.stress([[offset + bore, 0.0], [offset - bore, 0.0]])
    np.testing.assert_allclose(stress[:, 1], jeffery_hoop(bore=bore, rim=rim, offset=offset), rtol=1e-12)


def test_kirschs_plate_is_free_at_the_hole_and_pulled_far_away() -> None:
    angle = np.linspace(0.0, 2.0, 7)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    stress = kirsch(direction, radius=1.0, tension=2.0)
    traction = np.stack(
        [
            stress[:, 0] * direction[:, 0] + stress[:, 2] * direction[:, 1],
            stress[:, 2] * direction[:, 0] + stress[:, 1] * direction[:, 1],
        ]
    )
    np.testing.assert_allclose(traction, 0.0, atol=1e-14)
    np.testing.assert_allclose(kirsch(1e8 * direction, radius=1.0, tension=2.0), [[2.0, 0.0, 0.0]] * 7, atol=1e-12)


@pytest.mark.parametrize("inclusion", [circular_inclusion, spherical_inclusion])
def test_tractions_go_through_the_surface_of_an_inclusion(inclusion: object) -> None:
    angle = np.linspace(0.0, 1.5, 6)
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    sides = [
        inclusion(scale * direction, radius=1.0, strain=0.01, youngs_modulus=3.0, poissons_ratio=0.3)  # type: ignore[operator]
        for scale in (1.0 - 1e-12, 1.0 + 1e-12)
    ]
    tractions = [
        [s[:, 0] * direction[:, 0] + s[:, 5] * direction[:, 1], s[:, 5] * direction[:, 0] + s[:, 1] * direction[:, 1]]
        for s in sides
    ]
    np.testing.assert_allclose(tractions[0], tractions[1], atol=1e-12)


def test_polar_components_turn() -> None:
    turned = from_polar(np.array([np.pi / 2]), np.array([1.0]), np.array([2.0]), np.array([0.5]))
    np.testing.assert_allclose(turned, [[2.0, 1.0, -0.5]], atol=1e-15)


def test_the_vessels_junction_the_bars_torsion_and_the_curved_beam_have_their_printed_values() -> None:
    # Timoshenko and Woinowsky-Krieger (1959), section 116
    assert junction_stress(1.0, 1.0, 0.5) == pytest.approx(1.293, abs=5e-4)
    # Timoshenko and Goodier (1970), section 109: 0.1406 for a square, 0.229 for 2 to 1
    assert torsion_constant(1.0, 1.0) == pytest.approx(0.1406, abs=5e-5)
    assert torsion_constant(2.0, 1.0) == pytest.approx(0.229 * 2.0, abs=1e-3)
    # a thin ring's cantilever bends by pi F R^3 / (4 E I)
    assert curved_cantilever_tip(1.0, 99.95, 100.05, 1.0, 1.0) == pytest.approx(
        np.pi / 4 * 100**3 / (0.1**3 / 12), rel=1e-4
    )
