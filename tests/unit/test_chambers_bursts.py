"""What the walls of a study bear, and those that open: the switch, its lines and its JSON."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies import chambers_memory
from tubewall.studies.chambers_case import ChambersStudy
from tubewall.studies.chambers_result import answer_study
from tubewall.studies.chambers_strength import allowable_of_study, borne, wall_model

SMALL = "[array]\nrows = 10\ncolumns = 12\n[scatter]\ndeviation = 0.1\nwall = 0.1\n[run]\nlooks = 8\nbursts = true\n"
HOLDS = SMALL.replace("bursts = true", "bursts = false")


def study(walls: str, text: str = SMALL) -> ChambersStudy:
    return ChambersStudy.from_tables(tomllib.loads(f"{text}[walls]\n{walls}\n"))


@pytest.fixture(scope="module")
def burst():
    return answer_study(study('allowable_difference = "50 kPa"'))


def test_walls_open_when_they_bear_what_they_may_and_no_later(burst):
    found = burst.hermetic.bursts
    assert found.bursts.walls.size > 20
    assert (found.bursts.differences >= 50e3 * (1.0 - 1e-5)).all()
    # the first of each cascade is caught at its limit
    first = np.searchsorted(found.bursts.cascades, np.arange(found.bursts.times.size))
    assert found.bursts.differences[first] == pytest.approx(50e3, rel=1e-5)
    assert found.left <= 50e3 * (1.0 + 1e-5)
    assert burst.hermetic.walls.tail.largest == pytest.approx(found.bursts.differences.max(), rel=1e-12)


def test_joined_chambers_keep_their_moles(burst):
    run = burst.hermetic.run
    spaces = run.bursts.spaces
    sizes = np.bincount(spaces)
    inside = spaces == sizes.argmax()
    assert sizes.max() > 2
    # what was closed in at the start, P V = n R T over the joined gas volume
    volume = (run.anode.areas * run.anode.height * (1.0 - run.fills[-1]))[inside].sum()
    whole = inside.sum() * float(run.anode.areas * run.anode.height)
    assert run.pressures[-1][inside] == pytest.approx(101325.0 * whole / volume, rel=1e-6)


def test_walls_that_bear_everything_hold():
    found = answer_study(study('allowable_difference = "1 GPa"')).hermetic
    assert found.bursts.bursts.walls.size == 0
    assert "no wall opens; at most" in found.bursts.text()
    assert found.walls.shares.max() == pytest.approx(found.walls.tail.largest / 1e9, rel=1e-12)


def test_without_the_switch_it_is_told_how_many_walls_bear_too_much():
    answer = answer_study(study('allowable_difference = "50 kPa"', HOLDS))
    side = answer.hermetic
    assert side.bursts is None
    beyond = int((side.walls.differences > 50e3).sum())
    assert beyond > 20
    told = answer.text()
    assert "a wall bears 50 kPa (given in the study)" in told
    assert f"walls, hermetic: {beyond} of 360 walls bear more than they may" in told
    data = answer.to_json()
    assert data["hermetic"]["bursts"] is None
    assert data["hermetic"]["walls"]["share_of_allowable"]["walls_beyond"] == beyond


def test_without_a_word_about_strength_nothing_is_said_about_it():
    answer = answer_study(ChambersStudy.from_tables(tomllib.loads(HOLDS)))
    assert answer.allowable is None
    assert "bears" not in answer.text().replace("hardest", "")
    assert answer.to_json()["allowable_difference"] is None


def test_the_allowable_difference_is_where_the_peak_of_the_array_reaches_the_strength():
    """Physics page 4.2: peaks of 42 (one chamber) to 52 (worst pattern, free rim) times the difference at a fillet of 2 nm."""
    made = study('material = "glassy carbon film"', HOLDS)
    found = allowable_of_study(made, made.anode(permeable=False))
    assert found.governs == "strength"
    assert 870e6 / 52.0 < found.nominal < 870e6 / 42.0
    assert found.peak == pytest.approx(870e6, rel=1e-6)
    # the strength has a range, and the difference goes with it
    assert found.range[0] == pytest.approx(found.nominal * 570 / 870, rel=0.01)
    # square cells bend over their whole bore: L / w is larger by the square root of 3, the beam's stress three times
    square = study('material = "glassy carbon film"', HOLDS.replace("[array]", '[array]\nshape = "square"'))
    model = wall_model(square)
    assert 1.8 < found.nominal / borne(model, 10e-9, 870e6)[0] < 3.0


def test_the_peak_is_the_one_of_the_thickness_study():
    """The same array with the pair of `tubewall thickness` at 0 and dP stands at the strength."""
    from tubewall.studies.load_cases import case_stress
    from tubewall.studies.pressures import pressures
    from tubewall.studies.study import Study
    from tubewall.studies.thickness import stress_model

    made = study('material = "glassy carbon film"', HOLDS)
    found = allowable_of_study(made, made.anode(permeable=False))
    # an empty neighbour at 1 atm, a bore compressed to dP above it
    fill = 1.0 - 101325.0 / (101325.0 + found.nominal)
    model = stress_model(Study().replace(fill=fill, neighbour_fill=0.0, fill_scatter=0.001))
    pressed = pressures(model.study, model.drawing(10e-9))
    assert case_stress(model, "gas_hermetic", 10e-9, pressed).peak == pytest.approx(870e6, rel=1e-6)


def test_thinner_walls_bear_less_and_lie_between_those_that_were_solved_for():
    made = study('material = "glassy carbon film"')
    anode = made.anode(permeable=False)
    found = allowable_of_study(made, anode)
    from tubewall.chambers.random_fields import wall_factors

    # permeance goes as one over the thickness: what lets most gas through is thinnest and bears least
    factors = 1.0 / np.asarray(wall_factors(anode))
    order = np.argsort(factors)
    assert (np.diff(found.differences[order]) >= 0).all()
    model = wall_model(made)
    for wall in (order[3], order[200]):
        exact = borne(model, 10e-9 * float(factors[wall]), 870e6)[0]
        assert found.differences[wall] == pytest.approx(exact, rel=0.02)


def test_the_walls_that_let_most_gas_through_bear_least():
    answer = answer_study(study('material = "glassy carbon film"', HOLDS))
    walls = answer.permeable.walls
    # a regime number is a permeance over the crossover permeance
    permeances = walls.regimes * walls.crossovers
    assert permeances.std() / permeances.mean() == pytest.approx(0.1, rel=0.15)
    assert (np.diff(answer.allowable.differences[np.argsort(permeances)]) <= 1e-6 * answer.allowable.nominal).all()


def test_a_slender_wall_buckles_before_it_breaks():
    made = study('strength = "100 GPa"\nmaterial = "glassy carbon film"', HOLDS)
    found = allowable_of_study(made, made.anode(permeable=False))
    assert found.governs == "buckling"
    assert "the wall buckles" in found.text(10e-9)


def test_the_command_tells_the_sizes(tmp_path, capsys, burst):
    path, out = tmp_path / "anode.toml", tmp_path / "anode.json"
    path.write_text(f'{SMALL}[walls]\nallowable_difference = "50 kPa"\n')
    assert cli.main(["chambers", str(path), "--json", str(out)]) == 0
    told = capsys.readouterr().out
    found = burst.hermetic.bursts.bursts
    assert f"bursts, hermetic: {found.walls.size} of 360 walls open in {found.times.size} cascades" in told
    data = json.loads(out.read_text())["hermetic"]["bursts"]
    cascades, spaces = data["cascades"], data["spaces"]
    assert sum(n * k for n, k in zip(cascades["walls"], cascades["count"], strict=True)) == found.walls.size
    joined = np.bincount(found.spaces)
    assert sum(n * k for n, k in zip(spaces["chambers"], spaces["count"], strict=True)) == joined[joined > 1].sum()
    assert data["opened"] == len(data["order"]) == found.walls.size
    assert data["order"][0]["difference"] == {"value": found.differences[0], "unit": "Pa"}
    assert data["order"][0]["allowable_difference"] == {"value": 50e3, "unit": "Pa"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[run]\nbursts = 1", r"\[run\] bursts: expected true or false"),
        ('[walls]\nallowable_difference = "0 Pa"', r"\[walls\]: allowable_difference: must be above 0 Pa"),
        ('[walls]\nallowable_difference = "1 m"', r"\[walls\]: allowable_difference: .*dimension"),
        ('[walls]\nallowable_difference = "1 MPa"\nmaterial = "LiC6"', r"leave it or material out"),
        ('[walls]\nmaterial = "glassy"', r"\[walls\]: material: no material 'glassy'"),
        ('[walls]\nconfinement = "loose"', r"confinement: no confinement 'loose'"),
        ("[walls]\nfillet = 2", r"fillet: .*has no unit"),
    ],
)
def test_a_bad_switch_is_told_in_one_line(text, told):
    with pytest.raises(InputError, match=told):
        ChambersStudy.from_tables(tomllib.loads(text))


def test_a_fillet_too_large_for_the_bore_is_told():
    made = study('material = "glassy carbon film"\nfillet = "60 nm"', HOLDS)
    with pytest.raises(InputError, match="fillet"):
        answer_study(made)


def test_an_array_too_large_for_histories_bursts_as_any_other(monkeypatch):
    made = study('allowable_difference = "50 kPa"')
    whole = answer_study(made)
    monkeypatch.setattr(chambers_memory, "_MOST_KEPT", 100)
    large = answer_study(made)
    assert not large.hermetic.run.complete
    assert large.hermetic.bursts is not None
    assert large.hermetic.bursts.text() == whole.hermetic.bursts.text()
    assert "no wall opens" not in large.hermetic.bursts.text()
