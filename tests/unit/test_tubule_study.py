"""The tubule file and its options: read, written, refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tubewall.cli import main
from tubewall.errors import InputError
from tubewall.studies.tubule_keys import TUBULE_KEYS
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm, um


def test_a_study_written_and_read_again_is_equal() -> None:
    study = TubuleStudy().replace(
        bore="80 nm", lithium_pressure="12.5 MPa", electrolytes=["LLZO"], flaw_pressurised=False
    )
    again = TubuleStudy.from_text(study.to_toml())
    assert again == study
    assert again.input_hash == study.input_hash != TubuleStudy().input_hash


def test_every_key_is_a_field_in_the_order_of_the_file() -> None:
    assert list(TubuleStudy().flat()) == list(TUBULE_KEYS)


def test_the_pressure_is_the_ceiling_of_the_overpotential_or_the_one_given() -> None:
    # 7410 MPa/V, Chen et al., Nature 578, 251 (2020)
    assert TubuleStudy(overpotential=0.05).pressure == pytest.approx(7410e6 * 0.05, rel=1e-5)
    assert TubuleStudy(lithium_pressure=3e6).pressure == 3e6


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"lithium_level": "30 um"}, "stands above the bore"),
        ({"flaw_length": "30 um"}, r"longer than the electrolyte allows, which is 20 um thick"),
        ({"flaw_kind": "penny", "flaw_depth": "25 um"}, "lies below the electrolyte"),
        ({"mouth_fillet": "30 nm", "insulator_form": "film"}, "only 50 nm thick"),
        ({"mouth_fillet": "45 nm"}, "does not fit a bore"),
        ({"bore": "5"}, "has no unit"),
        ({"bore": float("nan")}, "finite"),
        ({"bore": True}, "expected a quantity"),
        ({"electrolyte": "LLZQ"}, "did you mean 'LLZO'"),
        ({"overpotential": -0.1}, "must not be negative"),
        ({"bor": 1.0}, "did you mean 'bore'"),
        ({"elements_through_wall": 4.0}, "whole number"),
        (
            {"lithium": "sliding", "lithium_level": "20.05 um", "collector_thickness": "0 nm", "top": "free"},
            "fills an open bore to its free top",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        TubuleStudy().replace(**changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bore = '1 nm'", r"write it below \[drawing\]"),
        ("[drawin]\n", "did you mean 'drawing'"),
        ("[drawing]\nbroe = '1 nm'", "did you mean 'bore'"),
        ("[load]\nbore = '1 nm'", r"belongs to the table \[drawing\]"),
        ("[drawing]\nbore = 1e-7", "has no unit"),
        ("drawing = 3", "must be a table"),
        ("[drawing\n", "is not TOML"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        TubuleStudy.from_text(text, "some.toml")


def test_the_drawing_of_an_empty_neighbourhood_is_a_separate_tube() -> None:
    study = TubuleStudy(bore=100 * nm, wall=10 * nm)
    assert study.array(alone=True).construction == "tubes"
    # neighbours that are full stand apart too, unless the walls are shared
    assert (study.array().construction, study.array().spacing) == ("tubes", study.spacing)
    assert study.replace(construction="matrix").array().construction == "matrix"
    assert study.replace(bore_shape="hexagonal").array(round_bore=True).construction == "matrix"
    assert study.stack().floor_fillet == study.mouth_fillet
    assert study.replace(insulator_thickness="0 nm").stack().root_fillet == study.mouth_fillet
    assert study.stack().ceiling == pytest.approx(20.05 * um, rel=1e-12, abs=0)


def test_the_command_prints_writes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "answer.json"
    assert (
        main(["tubule", "electrolyte", "--electrolytes", "LLZO", "--elements-through-wall", "2", "--json", str(out)])
        == 0
    )
    assert "of tension" in capsys.readouterr().out
    data = json.loads(out.read_text())
    assert data["electrolytes"][0]["rim"]["unit"] == "Pa"
    assert data["inputs"]["bore"] == {"value": 1e-7, "unit": "m"}
    assert main(["tubule", "electrolite"]) == 2
    assert "did you mean 'electrolyte'" in capsys.readouterr().err
    assert main(["tubule", "electrolyte", "--lithium-level", "0 nm"]) == 2
    assert "no lithium that presses" in capsys.readouterr().err
    assert main(["tubule", "electrolyte", "--png", str(tmp_path / "a.jpg")]) == 2
    assert main(["tubule", "study"]) == 0
    assert TubuleStudy.from_text(capsys.readouterr().out) == TubuleStudy()
