"""The strip that stretches as it bends: Timoshenko and Woinowsky-Krieger (1959), chapter 1, re-solved here."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from tubewall.studies.large_deflection import (
    BLEND_FROM,
    LINEAR,
    LINEAR_UP_TO,
    StripCorrection,
    strip_correction,
)
from tubewall.studies.load_cases import case_stress
from tubewall.studies.pressures import pressures
from tubewall.studies.study import Study
from tubewall.studies.thickness import stress_model

E, NU = 60e9, 0.25
PRIME = E / (1.0 - NU**2)
SIDE = 100e-9 / math.sqrt(3.0)


def correction(difference: float, wall: float, span: float = SIDE) -> StripCorrection:
    return strip_correction(difference=difference, span=span, wall=wall, youngs_modulus=E, poissons_ratio=NU)


def linear_deflection(q: float, wall: float, span: float = SIDE) -> float:
    """q L^4 / (384 D) over the wall."""
    return q * span**4 / 384.0 / (PRIME * wall**3 / 12.0) / wall


def timoshenko_stress(q: float, wall: float, span: float = SIDE) -> float:
    """sigma_1 + sigma_2 at the clamped edge, from the series of physics.md 4.1 solved for u."""

    def u1(u: float) -> float:
        return (
            -81.0 / (16.0 * u**7 * math.tanh(u))
            - 27.0 / (16.0 * u**6 * math.sinh(u) ** 2)
            + 27.0 / (4.0 * u**8)
            + 9.0 / (8.0 * u**6)
        )

    wanted = (PRIME * (wall / span) ** 4 / q) ** 2
    u = math.exp(brentq(lambda x: math.log(u1(math.exp(x)) / wanted), math.log(0.3), math.log(60.0)))
    membrane = PRIME * u**2 * (wall / span) ** 2 / 3.0
    bending = q / 2.0 * (span / wall) ** 2 * 3.0 * (u - math.tanh(u)) / (u**2 * math.tanh(u))
    return membrane + bending


@pytest.mark.parametrize("wall", [0.5e-9, 0.99e-9, 1.5e-9])
def test_above_three_tenths_the_stress_is_that_of_the_strip(wall: float) -> None:
    q = 0.507e6
    found = correction(q, wall)
    assert found.relative_deflection > 0.3
    assert found.stress * q / 2.0 * (SIDE / wall) ** 2 == pytest.approx(timoshenko_stress(q, wall), rel=1e-6)
    assert found.stress < 1.0
    assert found.deflection < found.stress


def test_the_hexagon_of_the_golden_value_bends_by_2_9_of_its_wall() -> None:
    # physics.md 4.5: 0.507 MPa and 870 MPa give w = 0.99 nm in the linear closed form, and w0 / w = 2.9
    wall = SIDE * math.sqrt(0.507 / (2.0 * 870.0))
    assert wall == pytest.approx(0.99e-9, abs=0.01e-9)
    assert correction(0.507e6, wall).relative_deflection == pytest.approx(linear_deflection(0.507e6, wall), rel=1e-9)
    assert linear_deflection(0.507e6, wall) == pytest.approx(2.9, abs=0.1)


def test_below_two_tenths_nothing_is_corrected() -> None:
    wall = 5e-9
    q = 0.199 / linear_deflection(1.0, wall)
    # the bound of validity, and where the blend into the linear theory begins
    assert (BLEND_FROM, LINEAR_UP_TO) == (0.2, 0.3)
    assert correction(q, wall) == StripCorrection(
        stress=1.0, deflection=1.0, relative_deflection=pytest.approx(0.199, rel=1e-9)
    )


def test_the_correction_is_continuous() -> None:
    wall = 5e-9
    per_pascal = linear_deflection(1.0, wall)
    relative = np.linspace(0.15, 0.6, 901)
    factors = np.array([correction(float(r / per_pascal), wall).stress for r in relative])
    assert factors[0] == 1.0
    # the membrane adds to the root before it relieves the bending: both theories differ by 1.1 % at 0.2, agree about
    # 0.31, and the correction lowers the stress from there on
    assert np.abs(factors[relative <= 0.3] - 1.0).max() < 0.012
    assert np.all(np.diff(factors[relative > 0.3]) < 0.0)
    assert np.abs(np.diff(factors)).max() < 0.0005
    for edge in (0.2, 0.3):
        below, above = (correction(edge * (1.0 + x) / per_pascal, wall).stress for x in (-1e-9, 1e-9))
        assert below == pytest.approx(above, abs=1e-7)


def test_stress_still_grows_with_the_load_and_falls_with_the_wall() -> None:
    loads = np.geomspace(1e4, 1e8, 60)
    stress = [correction(float(q), 2e-9).stress * q for q in loads]
    assert np.all(np.diff(stress) > 0.0)
    walls = np.geomspace(0.3e-9, 20e-9, 80)
    over_wall = [correction(0.5e6, float(w)).stress / w**2 for w in walls]
    assert np.all(np.diff(over_wall) < 0.0)


def test_membrane_tension_leaves_a_third_power() -> None:
    # far beyond bending q L / (2 N) sags the strip: stress ~ (E' q^2 L^2 / (24 w^2))^(1/3), the sheet of Föppl, and the
    # clamped edge adds to it by a constant factor
    thin = [correction(q, 0.1e-9).stress * q for q in (1e6, 8e6)]
    assert thin[1] / thin[0] == pytest.approx(8.0 ** (2.0 / 3.0), rel=0.03)


def test_an_even_pressure_is_not_relieved_by_bending() -> None:
    # a free array carries an even pressure by tension alone, p W / w, however thin its walls
    study = Study().replace(
        confinement="free", supercell=3, elements_through_wall=2, neighbour_fill=0.89, wall="0.3 nm", fillet="0.5 nm"
    )
    model = stress_model(study)
    pressed = pressures(study, model.drawing(0.3e-9))
    found = case_stress(model, "gas_hermetic", 0.3e-9, pressed)
    assert found.correction.stress < 0.5
    full = pressed.hermetic.high - pressed.initial
    even = model.basis(0.3e-9).peak(np.full(9, full)).value
    assert found.peak > even > full * 100e-9 / 0.3e-9
    assert found.root.membrane >= full * 100e-9 / 0.3e-9 * (1.0 - found.correction.stress)
    # corrected alike, so that the worst of all patterns stays the worst
    assert found.peak >= found.one_different * (1.0 - 1e-12)
    # gas that passes makes no more stress than gas that does not
    assert case_stress(model, "gas_permeable", 0.3e-9, pressed).peak < found.peak


def test_what_is_even_stays_and_what_bends_is_relieved() -> None:
    half = StripCorrection(stress=0.5, deflection=0.5, relative_deflection=1.0)
    assert half.of(100.0, 40.0) == 0.5 * 100.0 + 0.5 * 40.0
    # an even compression helps nobody
    assert half.of(100.0, -40.0) == 50.0
    assert LINEAR.of(100.0, 40.0) == 100.0
