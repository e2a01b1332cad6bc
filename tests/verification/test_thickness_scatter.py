"""What is not known of the strength and of the mesh widens the range of the wall, and nothing else does."""

from __future__ import annotations

import math

import pytest

from tubewall.studies.bounds import Bound
from tubewall.studies.case_bounds import case_bounds
from tubewall.studies.pressures import pressures
from tubewall.studies.stress_curve import StressCurve
from tubewall.studies.study import Study
from tubewall.studies.thickness import stress_model


def peak_bound(spread: float, elements: int = 4) -> Bound:
    """Strength of 60 MPa within a factor ``spread`` both ways."""
    study = Study().replace(
        supercell=3,
        elements_through_wall=elements,
        strength_low=60e6 / spread,
        strength_high=60e6 * spread,
        thinnest="1.5 nm",
        thickest="12 nm",
    )
    model = stress_model(study)
    curve = StressCurve(model=model, pressures=pressures(study, model.drawing(study.wall.wall)))
    return next(b for b in case_bounds(curve, "gas_hermetic")[0] if b.name == "strength_peak")


def width(bound: Bound) -> float:
    assert bound.wall is not None
    assert bound.low is not None
    assert bound.high is not None
    assert bound.low < bound.wall < bound.high, bound
    return math.log(bound.high / bound.low)


def test_a_range_of_strength_twice_as_wide_makes_a_range_of_walls_about_twice_as_wide() -> None:
    none, one, two = (peak_bound(spread) for spread in (1.0, 1.3, 1.3**2))
    # the middle of the range stays where it is
    assert one.wall == pytest.approx(none.wall, rel=0.005)
    assert two.wall == pytest.approx(none.wall, rel=0.005)
    mesh = width(none)
    assert 1.7 < (width(two) - mesh) / (width(one) - mesh) < 2.3
    # walls go with about the root of the strength: physics.md 4.1
    exponent = (width(one) - mesh) / (2.0 * math.log(1.3))
    assert 0.5 < exponent < 0.75


def test_a_finer_mesh_narrows_what_the_mesh_leaves_open() -> None:
    coarse, fine, finer = (width(peak_bound(1.0, elements)) for elements in (2, 4, 8))
    assert coarse > fine > finer > 0.0
