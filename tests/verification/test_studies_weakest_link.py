"""The weakest of all walls: moments of the pressure difference and surface integrals against independent numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from tubewall.errors import InputError
from tubewall.fem import array_basis
from tubewall.fem.superelement import PER_FACET
from tubewall.geometry import CellArray, periodic_cell
from tubewall.materials import Isotropic
from tubewall.studies.weakest_link import (
    allowed_failures,
    beta_parameters,
    difference_moment,
    effective_widths,
    facet_weights,
)

P0 = 101325.0


def test_the_beta_distribution_has_the_mean_and_the_deviation() -> None:
    a, b = beta_parameters(0.8, 0.02)
    # Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, ch. 25
    assert a / (a + b) == pytest.approx(0.8)
    assert math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))) == pytest.approx(0.02)


@pytest.mark.parametrize("deviation", [0.0, 0.5, -0.1])
def test_a_scatter_that_no_distribution_has_is_refused(deviation: float) -> None:
    with pytest.raises(InputError, match="fill_scatter must be between"):
        beta_parameters(0.9, deviation)


def test_the_second_moment_is_twice_the_variance() -> None:
    found = difference_moment(lambda x: x, mean=0.7, standard_deviation=0.05, order=2.0, ceiling=1.0)
    assert found == pytest.approx(2 * 0.05**2, rel=1e-10)


def test_a_high_moment_agrees_with_sampling() -> None:
    a, b = beta_parameters(0.9, 0.02)
    fills = np.random.default_rng(7).beta(a, b, size=(2, 4_000_000))
    pressures = P0 / (1 - fills)
    sampled = np.mean(np.abs(pressures[0] - pressures[1]) ** 3.2 * (1 - fills.max(axis=0)))
    found = difference_moment(
        lambda x: P0 / (1 - x),
        mean=0.9,
        standard_deviation=0.02,
        order=3.2,
        ceiling=370e6,
        weight=lambda x, y: 1 - np.maximum(x, y),
    )
    assert found == pytest.approx(sampled, rel=0.02)


@pytest.mark.parametrize(
    ("mean", "deviation", "square", "hexagon", "poor_square", "poor_hexagon"),
    [
        (0.5, 0.02, 0.52, 0.27, 2.2, 1.1),
        (0.5, 0.05, 0.89, 0.47, 4.0, 1.9),
        (0.8, 0.01, 0.96, 0.51, 4.4, 2.1),
        (0.8, 0.02, 1.43, 0.76, 6.7, 3.2),
        (0.9, 0.01, 2.07, 1.09, 10.1, 4.8),
        (0.9, 0.02, 3.3, 1.8, 16.1, 7.6),
    ],
)
def test_thinnest_walls_of_beta_distributed_fills(
    mean: float, deviation: float, square: float, hexagon: float, poor_square: float, poor_hexagon: float
) -> None:
    # physics page 4.5: walls as clamped strips, volume form, 2.86e10 walls, 1 % failure, pressures cut at 10 MPa; walls in nm
    x = np.linspace(0, 1, 100_001)
    for m, scale, volume, expected in (
        (6.85, 3.75e9, math.pi / 4 * 250e-9**2 * 20e-6, (square, hexagon)),
        (3.2, 1.79e9, math.pi / 4 * 2e-6**2 * 10e-6, (poor_square, poor_hexagon)),
    ):
        moment = difference_moment(
            lambda fill: P0 / (1 - fill), mean=mean, standard_deviation=deviation, order=m, ceiling=10e6
        )
        share = np.trapezoid(np.abs(1 - 6 * x + 6 * x**2) ** m, x) / (2 * (m + 1))
        for span, wanted in zip((100e-9, 100e-9 / math.sqrt(3)), expected, strict=True):

            def failures(w: float, span: float = span, m: float = m, scale: float = scale) -> float:
                pieces = 2.86e10 * share * span * 20e-6 * w / volume  # noqa: B023
                return float(pieces * (0.5 * (span / w) ** 2 / scale) ** m * moment)  # noqa: B023

            wall = brentq(lambda w: failures(w) - allowed_failures(0.01), 1e-11, 1e-6)
            # the page gives two or three digits
            assert wall * 1e9 == pytest.approx(wanted, abs=0.01 * wanted + 0.05)


def test_the_weights_of_curved_facets_measure_a_circle() -> None:
    # 24 quadratic facets around a circle, five points on each parabola
    angles = np.linspace(0, 2 * np.pi, 49)
    on = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ends = np.stack([on[0:-1:2], on[1::2], on[2::2]], axis=1)
    s = np.linspace(0, 1, 5)
    shapes = np.stack([(1 - s) * (1 - 2 * s), 4 * s * (1 - s), s * (2 * s - 1)])
    facets = np.einsum("iq,kid->kqd", shapes, ends)
    assert facet_weights(facets).sum() == pytest.approx(2 * np.pi, rel=1e-5)


def test_the_weights_measure_the_surface_of_a_cell() -> None:
    # one cell holds one hexagonal bore: its perimeter without the corners that the fillets round off
    array = CellArray(bore=100e-9, wall=10e-9, fillet=5e-9)
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    surface = array_basis(periodic_cell(array), law, supercell=3).surface
    weights = facet_weights(surface.points.reshape(-1, PER_FACET, 2))
    sharp = 6 * 100e-9 / math.sqrt(3)
    rounded = sharp - 6 * 5e-9 * (2 / math.sqrt(3) - math.pi / 3)
    assert weights.sum() == pytest.approx(rounded, rel=1e-7)


@pytest.mark.parametrize("m", [3.0, 5.0, 8.0])
def test_the_effective_width_of_slender_walls_is_that_of_clamped_strips(m: float) -> None:
    # six walls of side s = W / sqrt 3 around a pressurised hexagon; where x runs along a face, its stress is that of the
    # root, p/2 (s/w)^2, times 1 - 6x + 6x^2, in tension on one face or the other: both faces count once over the whole span
    wall, bore = 0.5e-9, 100e-9
    side = bore / math.sqrt(3)
    x = np.linspace(0, 1, 100_001)
    strip = side * (0.5 * (side / wall) ** 2) ** m * np.trapezoid(np.abs(1 - 6 * x + 6 * x**2) ** m, x)
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.0)
    cell = periodic_cell(CellArray(bore=bore, wall=wall, fillet=0.5e-9), elements_through_wall=4)
    found = effective_widths(array_basis(cell, law, supercell=5), m)
    # in stress, which goes as the m-th root; membrane tension and the fillets add a few percent
    assert (found / (6 * strip)) ** (1 / m) == pytest.approx(1.0, abs=0.04)
