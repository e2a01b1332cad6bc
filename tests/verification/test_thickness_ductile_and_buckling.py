"""Collapse of ductile walls and buckling of the neighbour, against the closed forms of physics.md 4.1."""

from __future__ import annotations

import math

import pytest

from tubewall.materials import Isotropic
from tubewall.studies import constraints
from tubewall.studies.case_bounds import case_bounds
from tubewall.studies.load_cases import pressure_difference
from tubewall.studies.pressures import pressures
from tubewall.studies.stress_curve import StressCurve
from tubewall.studies.stress_model import StressModel
from tubewall.studies.study import Study
from tubewall.studies.thickness import stress_model

BORE = 100e-9
ROUND = {"bore_shape": "round", "fillet": "0 nm"}


def model_of(**changes: object) -> StressModel:
    return stress_model(Study().replace(**{"supercell": 3, "elements_through_wall": 2, **changes}))


@pytest.mark.parametrize(
    ("shape", "span"),
    [
        ({"bore_shape": "hexagonal"}, BORE / math.sqrt(3.0)),
        ({"packing": "square", "bore_shape": "square"}, BORE),
    ],
)
def test_a_flat_ductile_wall_collapses_with_three_hinges(shape: dict[str, str], span: float) -> None:
    model = model_of(wall_material="Li22Si5", **shape)
    difference = 5e6
    bound = constraints.plastic_limit(model, difference)
    assert bound is not None
    assert bound.name == "plastic_limit"

    def wall(strength: float) -> float:
        # q = 4 (2 / sqrt 3) sigma_y (w / L)^2
        return span * math.sqrt(difference * math.sqrt(3.0) / (8.0 * strength))

    assert bound.wall == pytest.approx(wall(model.strength.value), rel=1e-8, abs=0.0)
    # the stronger the thinner
    assert bound.low == pytest.approx(wall(model.strength.high), rel=1e-8, abs=0.0)
    assert bound.high == pytest.approx(wall(model.strength.low), rel=1e-8, abs=0.0)


def test_a_round_ductile_wall_collapses_as_a_tube() -> None:
    model = model_of(wall_material="Li22Si5", **ROUND)
    bound = constraints.plastic_limit(model, 50e6)
    # p = 2 / sqrt 3 sigma_y ln (b / a), Hill
    exact = BORE / 2.0 * (math.exp(50e6 * math.sqrt(3.0) / (2.0 * model.strength.value)) - 1.0)
    assert bound is not None
    assert bound.wall == pytest.approx(exact, rel=1e-8, abs=0.0)


def test_brittle_walls_have_no_plastic_limit_and_ductile_ones_have() -> None:
    assert constraints.plastic_limit(model_of(), 5e6) is None
    for name, ductile in (("glassy carbon film", False), ("Li22Si5", True)):
        model = model_of(wall_material=name, thinnest="4 nm", thickest="20 nm")
        pressed = pressures(model.study, model.drawing(10e-9))
        bounds, left_out = case_bounds(StressCurve(model=model, pressures=pressed), "gas_hermetic")
        assert ("plastic_limit" in [b.name for b in bounds]) is ductile
        assert ("plastic_limit" not in left_out) is ductile
        if not ductile:
            assert left_out["plastic_limit"] == "glassy carbon film breaks before it flows"


def _elastic(model: StressModel) -> tuple[float, float]:
    assert isinstance(model.material.elastic, Isotropic)
    return model.material.elastic.youngs_modulus, model.material.elastic.poissons_ratio


def test_the_shared_wall_buckles_as_a_clamped_strip_under_the_squeeze_of_its_bore() -> None:
    model = model_of()
    e, nu = _elastic(model)
    bound = constraints.buckling(model, 1e6)
    # sigma_cr = 4 pi^2 / 12 E' (w/L)^2 against dP W / (2 w): w^3 = dP W L^2 12 / (8 pi^2 E')
    span = BORE / math.sqrt(3.0)
    exact = (1e6 * BORE * span**2 * 3.0 / (2.0 * math.pi**2 * e / (1.0 - nu**2))) ** (1.0 / 3.0)
    assert bound.name == "buckling_wall"
    assert bound.wall == pytest.approx(exact, rel=1e-8, abs=0.0)


def test_a_free_tube_ovalises_at_levys_pressure() -> None:
    model = model_of(**ROUND)
    e, nu = _elastic(model)
    bound = constraints.buckling(model, 1e6)
    assert bound.name == "buckling_tube"
    assert bound.wall is not None
    radius = (BORE + bound.wall) / 2.0
    # p = E t^3 / (4 (1 - nu^2) R^3), Bryan 1888
    assert e * bound.wall**3 / (4.0 * (1.0 - nu**2) * radius**3) == pytest.approx(1e6, rel=1e-7, abs=0.0)


def test_the_difference_of_each_case_is_the_largest_that_a_wall_sees() -> None:
    model = model_of()
    pressed = pressures(model.study, model.drawing(10e-9))
    p0 = 101325.0
    assert pressure_difference("gas_hermetic", pressed) == pytest.approx(p0 / 0.1 - p0 / 0.2, rel=1e-6, abs=0.0)
    # physics.md S2: 370.5 MPa, against the gas of the emptier neighbour
    assert pressure_difference("lithium_against_gas", pressed) == pytest.approx(370.5e6 - p0 / 0.2, rel=1e-3)
    assert pressure_difference("equalised", pressed) == 0.0
    assert 0.0 < pressure_difference("gas_permeable", pressed) < 1e-3 * pressure_difference("gas_hermetic", pressed)
