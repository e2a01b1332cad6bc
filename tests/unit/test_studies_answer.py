"""The answer of the main job as a sentence, a text, plain data and a page."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tubewall.view.probe
from tubewall.errors import InputError
from tubewall.studies import wording
from tubewall.studies.answer import WallAnswer
from tubewall.studies.keys import KEYS
from tubewall.studies.load_cases import LOAD_CASES
from tubewall.studies.report import write_report
from tubewall.studies.study import Study
from tubewall.studies.thickness import minimum_wall, strength_of, stress_model

# a narrow search on a coarse mesh
QUICK = {"supercell": 3, "elements_through_wall": 2, "electrolytes": ("LLZO",), "thinnest": "5 nm", "thickest": "15 nm"}


@pytest.fixture(scope="module")
def answer() -> WallAnswer:
    return minimum_wall(Study().replace(**QUICK))


@pytest.fixture(scope="module")
def data(answer: WallAnswer) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(answer.to_json(), allow_nan=False))
    return read


def test_the_sentence_names_the_walls_what_binds_and_what_permeability_buys(answer: WallAnswer) -> None:
    said = str(answer)
    window = answer.cases["gas_hermetic"].window_2d
    assert "\n" not in said
    assert said.endswith(".")
    assert "hexagonal bores of 100 nm in glassy carbon film" in said
    assert f"{wording.length(window.low or 0.0)} (transport_2d)" in said
    assert "(capacity_2d)" in said
    assert "permeable walls cut the gas difference from 507 kPa" in said


def test_the_text_has_every_part_of_the_answer(answer: WallAnswer) -> None:
    said = answer.text()
    for part in ("Pressures", "Stress in walls of", "Thinnest wall by load case", "Electrolyte under the piston"):
        assert part in said
    for name in (*LOAD_CASES, "lithium-gas", "regime number", "peak if free", "mesh error", "one different", "binds"):
        assert name in said
    assert "nan" not in re.findall(r"[a-z]+", said.lower())
    assert "None" not in said
    assert "weakest_link left out, the Weibull modulus of glassy carbon film is a guess" in said


def test_the_data_have_the_keys_of_the_main_job(data: dict[str, Any]) -> None:
    assert set(data) == {
        "inputs",
        "status",
        "answer",
        "pressures",
        "stress",
        "thinnest_wall",
        "window",
        "electrolyte",
        "guesses",
        "warnings",
        "seconds",
    }
    assert set(data["inputs"]) == set(KEYS)
    assert {"ceiling", "hermetic", "permeable"} <= set(data["pressures"])
    for name in LOAD_CASES:
        assert {"peak", "at", "membrane", "bending", "deflection", "mesh_error"} <= set(data["stress"][name])
        assert {"value", "low", "high", "binds", "constraints"} <= set(data["thinnest_wall"][name])
        assert set(data["window"][name]) == {"1d", "2d"}
        binds = data["thinnest_wall"][name]["binds"]
        assert data["thinnest_wall"][name]["constraints"][binds]["side"] == "below"
    assert set(data["electrolyte"]) == {"LLZO"}


def numbers(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from numbers(value, f"{path}.{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from numbers(value, f"{path}[{i}]")
    else:
        yield path, node


def test_every_number_of_the_data_has_a_unit_and_is_finite(data: dict[str, Any]) -> None:
    units = {path.removesuffix(".unit") for path, value in numbers(data) if path.endswith(".unit") and value}
    for path, value in numbers(data):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        assert math.isfinite(value), path
        assert path.endswith(".value"), f"{path} is bare"
        assert path.removesuffix(".value") in units, f"{path} has no unit"
    # in SI
    for path, value in numbers(data):
        if path.endswith(".unit") and not path.startswith(".inputs"):
            assert value in ("Pa", "m", "1", "s", "V", "mol/(m2 s Pa)"), path


def test_the_data_agree_with_the_answer(answer: WallAnswer, data: dict[str, Any]) -> None:
    for name, case in answer.cases.items():
        assert data["stress"][name]["peak"]["value"] == case.stress.peak
        assert data["thinnest_wall"][name]["binds"] == case.thinnest.name
        found = data["thinnest_wall"][name]["value"]
        assert (found and found["value"]) == case.thinnest.wall
        assert data["window"][name]["2d"]["empty"] == case.window_2d.is_empty
    assert data["pressures"]["ceiling"]["value"] == pytest.approx(7410.01 * 0.05 * 1e6, rel=1e-5)  # physics.md S1
    assert data["status"] == "answered"


def test_the_bound_that_binds_is_the_thickest_from_below_and_its_range_holds_it(answer: WallAnswer) -> None:
    for case in answer.cases.values():
        below = [b for b in case.bounds if b.side == "below" and b.dimension in ("both", "2d")]
        walls = [math.inf if b.wall is None else b.wall for b in below]
        assert (math.inf if case.thinnest.wall is None else case.thinnest.wall) == max(walls)
        for bound in case.bounds:
            if None not in (bound.low, bound.wall, bound.high):
                assert bound.low <= bound.wall <= bound.high, bound  # type: ignore[operator]
        assert case.bound("manufacture").wall == 1e-9


def test_every_left_out_constraint_says_why(answer: WallAnswer) -> None:
    for case in answer.cases.values():
        named = {b.name for b in case.bounds}
        assert named.isdisjoint(case.left_out)
        assert all(len(reason) > 10 for reason in case.left_out.values())
        assert {
            "strength_peak",
            "strength_linearised",
            "transport_1d",
            "transport_2d",
            "capacity_1d",
            "capacity_2d",
        } <= named


def test_an_empty_window_is_an_answer_that_names_both_constraints(answer: WallAnswer) -> None:
    window = answer.cases["lithium_against_gas"].window_2d
    assert window.is_empty
    assert "no wall holds (strength_peak" in str(answer)
    assert window.binds_high == "capacity_2d"


@pytest.fixture
def page(answer: WallAnswer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setattr(tubewall.view, "can_render", lambda: False)
    monkeypatch.setattr(tubewall.view.probe, "can_render", lambda: False)
    path = tmp_path / "report.html"
    write_report(answer, path)
    return path.read_text(encoding="utf-8")


def test_the_page_stands_alone(page: str) -> None:
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!data:|#)", page), "an address outside of the page"
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert page.count("data:image/png;base64,") >= 3


def test_the_page_is_whole_where_nothing_renders(page: str, answer: WallAnswer) -> None:
    assert "the section is drawn flat" in page
    assert page.rstrip().endswith("</html>")
    for question in ("Which model?", "real or singular", "mesh converged", "strength scatter", "permeability buy"):
        assert question in page


def test_the_page_escapes_what_is_not_its_own(
    answer: WallAnswer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tubewall.view, "can_render", lambda: False)
    monkeypatch.setattr(tubewall.view.probe, "can_render", lambda: False)
    wicked = dataclasses.replace(answer, warnings=("<script>alert(1)</script>",))
    path = tmp_path / "report.html"
    write_report(wicked, path)
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_ceiling_of_zero_beside_a_given_pressure_has_an_answer() -> None:
    narrow = {**QUICK, "thinnest": "9 nm", "thickest": "11 nm"}
    answer = minimum_wall(Study().replace(**narrow, overpotential="0 mV", lithium_pressure="370 MPa"))
    assert "no current flows without an overpotential" in json.dumps(answer.to_json(), allow_nan=False)
    # 370 MPa are the ceiling of 49.9 mV; what the wall bears is the ceiling of less
    assert "Lithium it bears" in answer.text()


def test_chambers_that_are_alike_have_an_answer() -> None:
    narrow = {**QUICK, "thinnest": "9 nm", "thickest": "11 nm"}
    answer = minimum_wall(Study().replace(**narrow, fill=0.8, neighbour_fill=0.8, permeance="0 mol/(m2 s Pa)"))
    json.dumps(answer.to_json(), allow_nan=False)
    assert answer.cases["gas_hermetic"].stress.deflection == 0.0
    assert "buckling" in answer.cases["gas_hermetic"].left_out
    assert "never" in answer.text()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"thinnest": "20 nm", "thickest": "10 nm"}, "thinnest: 20 nm does not fit thickest 10 nm"),
        ({"fillet": "60 nm"}, "fillet 60 nm does not fit a hexagonal bore of 100 nm"),
        ({"bore_shape": "square", "packing": "hexagonal"}, "square"),
        ({"construction": "tubes", "bore_shape": "round", "fillet": "0 nm"}, "pass neck > 0"),
        ({"gas_law": "virial", "fill": 0.999}, "virial"),
        ({"wall_material": "graphite crystal"}, "has no strength"),
        ({"strength_low": "2 GPa", "strength_high": "1 GPa"}, "strength_low"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        minimum_wall(Study().replace(**{**QUICK, **changes}))
    assert "\n" not in str(caught.value)


def test_a_strength_given_in_full_stands_in_for_a_record_without_one() -> None:
    model = stress_model(Study().replace(wall_material="graphite crystal", strength_low="1 GPa", strength_high="4 GPa"))
    assert (model.strength.low, model.strength.value, model.strength.high) == (1e9, pytest.approx(2e9), 4e9)
    assert model.strength.criterion == "max principal"


def test_a_strength_given_in_part_moves_its_own_end_of_the_record() -> None:
    study = Study()
    wall = stress_model(study).material
    record = strength_of(study, wall)
    higher = strength_of(study.replace(strength_low="2 GPa"), wall)
    assert (higher.low, higher.high) == (2e9, 2e9)
    lower = strength_of(study.replace(strength_high="700 MPa"), wall)
    assert (lower.low, lower.high) == (record.low, 700e6)
    assert lower.low <= lower.value <= lower.high
