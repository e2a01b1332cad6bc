import math
import pickle
import re
import subprocess
import sys
import tomllib
from importlib.resources import files

import pytest

from tubewall.errors import InputError, UnknownNameError
from tubewall.materials import (
    Cubic,
    Isotropic,
    Material,
    MaxPrincipal,
    Value,
    VonMisesYield,
    citations,
    describe,
    material,
    material_names,
    table,
)
from tubewall.materials.library import material_from_record
from tubewall.materials.references import bibliography, fields
from tubewall.materials.values import PROPERTIES

RAW = tomllib.loads(files("tubewall.materials").joinpath("data/library.toml").read_text(encoding="utf-8"))
FRAME = {"kind", "law", "summary"}
EVERY_NUMBER = [(name, key) for name, record in RAW.items() for key in record if key not in FRAME]


@pytest.mark.parametrize(("name", "key"), EVERY_NUMBER)
def test_every_number_has_a_range_a_temperature_a_source_and_a_standing(name, key):
    raw = RAW[name][key]
    assert raw.keys() - {"note"} == {"value", "low", "high", "unit", "temperature", "source", "status"}
    value = material(name).provenance[key]
    assert value.low <= value.value <= value.high
    assert value.status in ("verified", "recalled", "guess")
    assert value.source in bibliography()
    assert value.in_paper_unit() == pytest.approx((raw["value"], raw["low"], raw["high"]))
    assert value.unit == PROPERTIES[key][0]
    assert 250 < value.temperature < 400


@pytest.mark.parametrize("key", sorted(bibliography()))
def test_every_source_says_who_or_what_it_is(key):
    entry = fields(key)
    assert "author" in entry or "howpublished" in entry
    assert "title" in entry or "howpublished" in entry or "note" in entry
    assert "year" in entry or "note" in entry or "howpublished" in entry


def test_every_source_named_in_a_note_is_in_the_references():
    key_of_a_source = re.compile(r"\b[a-z_]+(?:19|20)\d\d\b|\b(?:lial_dft|lif_dft|lisi_simulation|llzo_ecs|peo_\w+)\b")
    notes = [RAW[name][key].get("note", "") for name, key in EVERY_NUMBER]
    named = [word for note in notes for word in key_of_a_source.findall(note)]
    assert len(named) > 5
    assert set(named) <= set(bibliography())


@pytest.mark.parametrize("name", material_names())
def test_every_material_can_be_used(name):
    one = material(name)
    assert one.summary
    assert one.elastic.stiffness_at([[3e-8, 4e-8]]).shape == (1, 6, 6)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 studies send materials to other processes
    assert isinstance(hash(one), int)
    text = describe(name)
    for key in one.provenance:
        assert f"({key})" in text


@pytest.mark.parametrize(
    "name",
    [
        "glassy carbon film", "PAN nanofibre", "pyrolytic carbon", "LiC6", "Li22Si5", "Li9Al4", "LiAl", "silicon", "TiN",
        "PEO/LiTFSI 25 C", "PEO/LiTFSI 60 C", "LLZO", "LLZTO", "Li2S-P2S5 glass", "Li6PS5Cl", "LiPON", "BeO", "MgO", "LiF",
        "lithium", "copper", "steel", "aluminium", "graphite", "hard carbon", "bulk glassy carbon", "vapour-grown nanofibre",
    ],
)  # fmt: skip
def test_the_names_a_user_would_type_are_there(name):
    assert material(name).name == name
    assert material(name.upper()).name == name


def test_the_default_wall_has_what_the_default_design_needs():
    wall = material("glassy carbon film")
    assert wall.elastic == Isotropic(youngs_modulus=62e9, poissons_ratio=0.2)
    assert wall.strength == MaxPrincipal(strength=870e6, low=570e6, high=1170e6)
    assert not wall.ductile
    assert "reasoned" in wall.value("strength").note
    assert wall.value("gas_permeance").value == pytest.approx(6.4e-10)
    assert wall.lithium_concentration == material("LiC6").lithium_concentration
    assert wall.lithium_diffusivity == pytest.approx(1e-12)
    for name in ("weibull_modulus", "gas_permeance", "lithium_diffusivity", "gauge_area"):
        assert name in wall.guesses
    assert "strength" not in wall.guesses


def test_the_range_of_the_film_is_one_deviation_of_poor_carbon():
    # scatter of micro-sized pyrolytic carbon: 550 of 1600 MPa
    law = material("glassy carbon film").strength
    assert law.range == pytest.approx((870e6 * (1 - 550 / 1600), 870e6 * (1 + 550 / 1600)), rel=0.01)


@pytest.mark.parametrize("name", [n for n in material_names() if "weibull_modulus" in material(n).provenance])
def test_every_weibull_law_has_the_mean_strength_of_its_material(name):
    one = material(name)
    for form in ("area", "volume"):
        law = one.weibull(form)
        assert law.form == form
        assert law.scale_stress * math.gamma(1 + 1 / law.modulus) == pytest.approx(one.strength.strength, rel=2e-3)


@pytest.mark.parametrize(("name", "mean", "deviation"), [("PAN nanofibre", 3500, 600), ("pyrolytic carbon", 1600, 550)])
def test_the_modulus_of_measured_carbon_is_that_of_its_scatter(name, mean, deviation):
    from tubewall.materials import weibull_modulus

    assert material(name).weibull().modulus == pytest.approx(weibull_modulus(mean, deviation), rel=0.02)


def test_guessed_materials_say_so():
    for name in ("Li9Al4", "LiAl", "hard carbon"):
        assert "youngs_modulus" in material(name).guesses
    assert "toughness" in material("LiC6").guesses
    assert "youngs_modulus" not in material("LLZO").guesses


def test_metals_yield_and_ceramics_break():
    assert isinstance(material("copper").strength, VonMisesYield)
    assert material("Li22Si5").ductile
    assert isinstance(material("LLZO").strength, MaxPrincipal)
    assert isinstance(material("silicon crystal").elastic, Cubic)


def test_the_lower_of_two_strengths_governs():
    both = (MaxPrincipal(strength=3e8), VonMisesYield(strength=1e8))
    elastic = Isotropic(youngs_modulus=1e9, poissons_ratio=0.3)
    for strengths in (both, both[::-1]):
        assert Material(name="mine", elastic=elastic, strengths=strengths).strength == both[1]


def test_a_misspelt_material_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'glassy carbon film'"):
        material("glasy carbon film")
    with pytest.raises(UnknownNameError, match="did you mean 'electrolyte'"):
        material_names("electrolite")


def test_a_number_that_a_material_lacks_is_an_error_with_a_remedy():
    with pytest.raises(InputError, match=r"'LiPON' has no strength"):
        _ = material("LiPON").strength
    with pytest.raises(InputError, match=r"'copper' has no Weibull law"):
        material("copper").weibull()
    with pytest.raises(InputError, match=r"'steel' has no toughness"):
        _ = material("steel").toughness
    with pytest.raises(UnknownNameError, match="'toughness'"):
        material("steel").value("toughnes")


def test_a_record_with_a_missing_key_or_a_wrong_unit_is_refused():
    good = {
        "value": 1.0,
        "low": 1.0,
        "high": 1.0,
        "unit": "GPa",
        "temperature": 25,
        "source": "handbook",
        "status": "guess",
    }
    nu = {**good, "value": 0.2, "low": 0.2, "high": 0.2, "unit": "1"}
    frame = {"kind": "wall", "law": "isotropic", "summary": "x", "youngs_modulus": good, "poissons_ratio": nu}
    assert material_from_record("mine", frame).elastic == Isotropic(youngs_modulus=1e9, poissons_ratio=0.2)
    with pytest.raises(InputError, match="lacks"):
        material_from_record("mine", {**frame, "youngs_modulus": {"value": 1.0}})
    with pytest.raises(InputError, match="not a unit of Pa"):
        material_from_record("mine", {**frame, "youngs_modulus": {**good, "unit": "nm"}})
    with pytest.raises(InputError, match="low <= value <= high"):
        material_from_record("mine", {**frame, "youngs_modulus": {**good, "low": 2.0}})
    with pytest.raises(UnknownNameError, match="youngs_modulus"):
        material_from_record("mine", {**frame, "youngs_modules": good})
    with pytest.raises(InputError, match="status"):
        material_from_record("mine", {**frame, "youngs_modulus": {**good, "status": "sure"}})


def test_a_material_of_ones_own_needs_no_library():
    mine = Material(
        name="mine", elastic=Isotropic(youngs_modulus=1e9, poissons_ratio=0.3), strengths=(MaxPrincipal(strength=1e8),)
    )
    assert mine.strength.value == 1e8
    assert mine.guesses == ()
    with pytest.raises(TypeError):
        mine.provenance["strength"] = 1  # type: ignore[index]


def test_the_table_has_one_row_for_each_material_and_marks_guesses():
    rows = table()
    assert [row["name"] for row in rows] == list(material_names())
    by_name = {row["name"]: row for row in rows}
    assert by_name["Li9Al4"]["E"] == "50 GPa [40 .. 70]?"
    assert by_name["glassy carbon film"]["strength"] == "870 MPa [570 .. 1170]"
    assert by_name["copper"]["strength"] == "200 MPa yield [70 .. 350]"
    assert len({tuple(row) for row in rows}) == 1
    assert {row["kind"] for row in table("electrolyte")} == {"electrolyte"}


def test_citations_are_bibtex_of_what_was_asked():
    text = citations(["LLZO", "glassy carbon film"])
    assert "@article{ni2012," in text
    assert "@article{manoharan2009," in text
    assert "xu2017" not in text
    assert citations("xu2017").startswith("@article{xu2017,")
    assert citations().count("\n@") == len(bibliography()) - 1
    with pytest.raises(UnknownNameError, match="did you mean 'LLZO'"):
        citations(["LLZOO"])


def test_a_value_prints_as_the_paper_would():
    value = Value(
        value=870e6,
        low=570e6,
        high=1170e6,
        unit="Pa",
        paper_unit="MPa",
        temperature=298.15,
        source="estimate",
        status="guess",
    )
    assert str(value) == "870 MPa [570 .. 1170]"


def test_importing_the_room_costs_nothing():
    code = "import sys, tubewall.materials; assert not {'numpy', 'scipy', 'CoolProp'} & set(sys.modules), sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_can_be_had():
    import tubewall.materials as room

    for name in room.__all__:
        assert getattr(room, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        _ = room.materiel
