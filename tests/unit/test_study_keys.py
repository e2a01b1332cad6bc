"""The study, its keys and its file say the same, and say it exactly."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.studies import study as module
from tubewall.studies.keys import KEYS, SWEEP_KEYS, TABLES
from tubewall.studies.study import Drawing, Study
from tubewall.studies.study_key import Key
from tubewall.units import nm, unit_factor

QUANTITIES = [key for key in KEYS.values() if key.kind == "quantity"]


def test_the_default_study_is_the_design_of_the_source() -> None:
    study = Study()
    assert study.drawing.bore == 100e-9
    assert study.wall.wall == 10e-9
    assert study.drawing.height == 20e-6
    assert study.wall.permeance == 6.4e-10
    assert study.wall.diffusivity == 1e-8 * 1e-4
    assert study.gas.initial_pressure == 101325.0
    assert study.gas.temperature == 298.15
    assert (study.gas.fill, study.gas.neighbour_fill) == (0.90, 0.80)
    assert study.gas.charge_time == 3600.0
    assert study.lithium.overpotential == 0.050
    assert study.lithium.lattice_parameter == 3.51e-10
    # 3 mA/cm2 and 3 mAh/cm2
    assert study.cell.current_density == 3e-3 / 1e-4
    assert study.cell.areal_capacity == pytest.approx(3e-3 * 3600 / 1e-4, rel=1e-15)
    assert study.wall.strength_low is None
    assert study.lithium.lithium_pressure is None


def test_every_key_is_a_field_of_its_table_and_the_reverse() -> None:
    fields = {name: table for table, model in module._MODELS.items() for name in model.model_fields}
    assert fields == {name: key.table for name, key in KEYS.items()}
    assert set(TABLES) == set(module._MODELS)


def test_the_choices_of_a_key_are_those_of_its_type() -> None:
    for key in KEYS.values():
        literal = get_args(module._MODELS[key.table].model_fields[key.name].annotation)
        if key.kind == "choice" and literal:
            assert literal == key.choices


def test_the_gases_and_the_materials_of_the_defaults_are_in_the_library() -> None:
    from tubewall.materials import gas_names

    assert KEYS["gas"].choices == gas_names()
    for key in KEYS.values():
        if key.kind in ("material", "materials"):
            assert key.read(key.default, bare=False) == key.default


@pytest.mark.parametrize("key", [*KEYS.values(), *SWEEP_KEYS.values()], ids=lambda key: key.name)
def test_every_default_is_within_its_bounds_and_written_in_its_unit(key: Key) -> None:
    if key.default != "":
        key.read(key.default, bare=False)
    if key.kind == "quantity":
        low, high = key.bounds
        assert low < high
        if key.written != "C":
            assert unit_factor(key.written)[1] == unit_factor(key.unit)[1]
    assert len(key.comment) < 100
    assert "\n" not in key.comment


def test_no_key_is_named_like_an_option_of_a_command() -> None:
    assert not set(KEYS) & {"json", "report", "no_report", "quiet", "png", "csv", "jobs", "out", "help", "study"}


def test_the_file_that_init_writes_reads_back_and_explains_every_key() -> None:
    text = Study().to_toml()
    assert Study.from_text(text) == Study()
    assert set(tomllib.loads(text)) == set(TABLES)
    for key in KEYS.values():
        assert re.search(rf"^{key.name} = .*# {re.escape(key.comment)}", text, re.MULTILINE)


@given(data=st.data())
def test_any_study_reads_back_exactly_from_its_own_file(data: st.DataObject) -> None:
    changes: dict[str, float] = {}
    for key in data.draw(st.lists(st.sampled_from(QUANTITIES), max_size=6, unique=True)):
        low, high = key.bounds
        changes[key.name] = data.draw(st.floats(low, high, exclude_min=key.open_ends, exclude_max=key.open_ends))
    try:
        study = Study().replace(**changes)
    except InputError:
        # the keys contradict each other, or rounding to fifteen digits reaches an excluded end
        return
    again = Study.from_text(study.to_toml())
    assert again == study
    assert again.input_hash == study.input_hash


def test_one_study_has_one_hash_however_it_is_written() -> None:
    ways: list[object] = ["100 nm", "0.1 um", "1e-4 mm", 1e-7, 100 * nm, "1000 angstrom"]
    assert {Study().replace(bore=way).input_hash for way in ways} == {Study().input_hash}
    assert Study().replace(bore="101 nm").input_hash != Study().input_hash
    assert Study().replace(accept_guesses=True).input_hash != Study().input_hash


def test_a_study_is_frozen_and_replaced_not_changed() -> None:
    study = Study()
    with pytest.raises(ValueError, match="frozen"):
        study.drawing.bore = 1e-9  # type: ignore[misc]
    other = study.replace(bore=80 * nm, fill=0.85)
    assert (other.drawing.bore, other.gas.fill) == (8e-8, 0.85)
    assert (study.drawing.bore, study.gas.fill) == (1e-7, 0.9)
    assert study.replace() == study
    assert Study(drawing=Drawing(bore=80e-9)) == study.replace(bore="80 nm")


def test_flat_and_json_hold_every_key_in_si() -> None:
    study = Study().replace(strength_low="570 MPa")
    assert list(study.flat()) == list(KEYS)
    data = study.to_json()
    assert data["drawing"]["bore"] == {"value": 1e-7, "unit": "m"}
    assert data["wall"]["strength_low"] == {"value": 570e6, "unit": "Pa"}
    assert data["wall"]["strength_high"] == {"value": None, "unit": "Pa"}
    assert data["electrolyte"]["electrolytes"] == ["PEO/LiTFSI 25 C", "LLZO"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"bor": 1e-7}, "no key 'bor'; did you mean 'bore'?"),
        ({"bore": -5e-9}, "[drawing] bore: must be positive, got -5e-09 m (allowed: 1 nm .. 100 um)"),
        ({"bore": float("nan")}, "[drawing] bore: must be a finite number, got nan"),
        ({"bore": float("inf")}, "[drawing] bore: must be a finite number, got inf"),
        ({"bore": True}, "[drawing] bore: expected a quantity such as 100 nm, got true"),
        ({"bore": 10**400}, "[drawing] bore: must be a finite number"),
        ({"bore": None}, "[drawing] bore: expected a quantity"),
        ({"supercell": 9.0}, "[numerics] supercell: expected a whole number, got 9.0"),
        ({"wall_material": "LiC7"}, "[wall] wall_material: no material 'LiC7'; did you mean 'LiC6'?"),
        ({"electrolytes": []}, "[electrolyte] electrolytes: expected a list of materials"),
        ({"electrolytes": ["LLZO", "llzo"]}, "[electrolyte] electrolytes: names a material twice"),
        ({"thinnest": "90 nm"}, "[wall] thinnest: 90 nm does not fit thickest 90 nm"),
        ({"strength_low": "2 GPa", "strength_high": "1 GPa"}, "[wall] strength_low: 2000 MPa does not fit"),
        ({"fill_scatter": 0.3}, "[gas] fill_scatter: 0.3 is impossible at fill 0.9: pass less than 0.3"),
    ],
)
def test_a_wrong_change_says_where_what_and_what_is_allowed(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as error:
        Study().replace(**changes)
    assert str(error.value).startswith(told)


def test_a_table_made_by_hand_is_checked_too() -> None:
    with pytest.raises(InputError, match=r"^\[drawing\] bore: must be positive"):
        Drawing(bore=-1.0)
    with pytest.raises(InputError, match=r"^\[drawing\] bor: no key 'bor'; did you mean 'bore'\?"):
        Drawing(bor=1.0)  # type: ignore[call-arg]
    with pytest.raises(InputError, match="no table 'drawin'; did you mean 'drawing'"):
        Study(drawin=Drawing())  # type: ignore[call-arg]
