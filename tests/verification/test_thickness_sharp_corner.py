"""A sharp corner never yields a peak: its exponent is stated, membrane and bending decide (targets of trust, 10)."""

from __future__ import annotations

import itertools
import json
import math

import pytest

from tubewall.studies.corners import corner_exponent, is_sharp, williams_exponent
from tubewall.studies.load_cases import case_stress
from tubewall.studies.pressures import pressures
from tubewall.studies.report import questions
from tubewall.studies.study import Study
from tubewall.studies.thickness import minimum_wall, stress_model

SHARP = Study().replace(
    fillet="0 nm", supercell=3, elements_through_wall=2, electrolytes=("LLZO",), thinnest="4 nm", thickest="14 nm"
)


@pytest.mark.parametrize(
    ("degrees", "exponent"),
    # Williams 1952; Seweryn and Molski, Eng. Fract. Mech. 55, 529 (1996), table 1
    [(360.0, 0.5), (300.0, 0.5122), (270.0, 0.5445), (240.0, 0.6157), (225.0, 0.6736)],
)
def test_the_exponent_of_a_notch_is_williams(degrees: float, exponent: float) -> None:
    assert williams_exponent(math.radians(degrees)) == pytest.approx(exponent, abs=1e-4)


def test_the_exponent_falls_from_the_flat_face_to_the_crack() -> None:
    found = [williams_exponent(math.radians(a)) for a in (180.0, 190.0, 210.0, 240.0, 270.0, 315.0, 360.0)]
    assert found[0] == 1.0
    assert all(a > b for a, b in itertools.pairwise(found)), found


def test_corners_are_sharp_without_a_fillet_only() -> None:
    assert is_sharp(SHARP.drawing)
    assert corner_exponent(SHARP.drawing) == pytest.approx(0.6157, abs=1e-4)
    square = SHARP.replace(packing="square", bore_shape="square").drawing
    assert corner_exponent(square) == pytest.approx(0.544, abs=0.02)
    assert not is_sharp(Study().drawing)
    assert corner_exponent(Study().drawing) is None
    assert not is_sharp(SHARP.replace(bore_shape="round").drawing)


def test_the_peak_on_a_mesh_grows_without_bound_and_the_linearised_stress_does_not() -> None:
    peaks, linearised = [], []
    for elements in (2, 4, 8):
        model = stress_model(SHARP.replace(elements_through_wall=elements))
        pressed = pressures(model.study, model.drawing(10e-9))
        found = case_stress(model, "gas_hermetic", 10e-9, pressed)
        peaks.append(found.peak)
        linearised.append(found.linearised)
    # r^-0.384: the half of the element raises it by up to 2^0.384 = 1.31
    assert all(b > 1.1 * a for a, b in itertools.pairwise(peaks)), peaks
    assert linearised[2] == pytest.approx(linearised[1], rel=0.02), linearised


def test_the_answer_has_no_peak_anywhere_and_says_why() -> None:
    answer = minimum_wall(SHARP)
    data = json.loads(json.dumps(answer.to_json(), allow_nan=False))
    for name, case in answer.cases.items():
        assert "strength_peak" not in [b.name for b in case.bounds]
        assert "r^-0.384" in case.left_out["strength_peak"]
        stress = data["stress"][name]
        assert stress["peak"] is None
        assert stress["one_different"]["peak"] is None
        assert stress["mesh_error"] is None
        assert "r^-0.384" in stress["no_peak"]
        assert stress["membrane"]["unit"] == "Pa"
    assert answer.cases["lithium_against_gas"].thinnest.name == "strength_linearised"
    assert any("r^-0.384" in warning for warning in answer.warnings)
    assert "peak at (" not in answer.text()
    assert "strength_peak left out" in answer.text()
    told = dict(questions(answer))
    assert told["Is the peak real or singular?"].startswith("Singular")
    # what is held against the strength is membrane and bending
    lithium = answer.cases["lithium_against_gas"].stress
    assert answer.decisive(lithium) == lithium.linearised < lithium.peak
