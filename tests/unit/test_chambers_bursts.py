"""Bursts in the study of an anode: the switch, its lines and its JSON."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies import chambers_result
from tubewall.studies.chambers_case import ChambersStudy
from tubewall.studies.chambers_result import answer_study

SMALL = "[array]\nrows = 10\ncolumns = 12\n[scatter]\ndeviation = 0.1\n[run]\nlooks = 8\nbursts = true\n"


def study(allowable: str, more: str = "") -> ChambersStudy:
    text = f'{SMALL}[walls]\nallowable_difference = "{allowable}"\n{more}'
    return ChambersStudy.from_tables(tomllib.loads(text))


@pytest.fixture(scope="module")
def burst():
    return answer_study(study("50 kPa"))


def test_the_cascade_stands_at_the_moment_of_the_largest_difference(burst):
    side = burst.hermetic
    found, run = side.bursts, side.run
    first, second = run.anode.array.edges.T
    differences = np.abs(run.pressures[:, first] - run.pressures[:, second])
    look = int(np.argmax(differences.max(axis=1)))
    assert found.time == run.times[look]
    assert found.hardest == differences.max()
    assert found.cascade.overloaded == (differences[look] > 50e3).sum() > 0
    assert found.left <= 50e3


def test_joined_chambers_keep_their_moles(burst):
    side = burst.hermetic
    run, found = side.run, side.bursts.cascade
    look = int(np.flatnonzero(run.times == side.bursts.time)[0])
    largest = np.bincount(found.clusters).argmax()
    inside = found.clusters == largest
    assert inside.sum() == found.sizes[0]
    # the moles of the run, P V = n R T over the joined gas volume
    volume = (run.anode.areas * run.anode.height * (1.0 - run.fills[look]))[inside].sum()
    expected = run.moles[look][inside].sum() * 8.31446261815324 * 298.15 / volume
    assert found.pressures[inside] == pytest.approx(expected, rel=1e-6)


def test_walls_that_bear_everything_hold():
    found = answer_study(study("1 GPa")).hermetic.bursts
    assert found.cascade.opened.size == 0
    assert found.left == found.hardest
    assert "no wall opens: at most" in found.text()


def test_without_the_switch_nothing_bursts():
    text = SMALL.replace("bursts = true", "bursts = false") + '[walls]\nallowable_difference = "50 kPa"\n'
    answer = answer_study(ChambersStudy.from_tables(tomllib.loads(text)))
    assert answer.hermetic.bursts is None
    assert "bursts" not in answer.text()
    assert answer.to_json()["hermetic"]["bursts"] is None


def test_the_command_tells_the_sizes(tmp_path, capsys, burst):
    path, out = tmp_path / "anode.toml", tmp_path / "anode.json"
    path.write_text(f'{SMALL}[walls]\nallowable_difference = "50 kPa"\n')
    assert cli.main(["chambers", str(path), "--json", str(out)]) == 0
    told = capsys.readouterr().out
    found = burst.hermetic.bursts.cascade
    assert f"bursts, hermetic: {found.overloaded} of 360 walls bear more than their 50 kPa" in told
    assert f"{found.opened.size} open; chambers in the joined spaces: " in told
    data = json.loads(out.read_text())["hermetic"]["bursts"]
    sizes = data["sizes"]
    assert sum(n * k for n, k in zip(sizes["chambers"], sizes["spaces"], strict=True)) == found.chambers_joined
    assert data["opened"] == len(data["order"]) == found.opened.size
    assert data["order"][0]["difference"] == {"value": found.differences[0], "unit": "Pa"}
    assert data["largest_difference"]["value"] == found.differences[0]
    assert data["allowable_difference"] == {"value": 50e3, "unit": "Pa"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[run]\nbursts = true", r"study: \[run\] bursts: needs \[walls\] allowable_difference"),
        ("[run]\nbursts = 1", r"\[run\] bursts: expected true or false"),
        ('[walls]\nallowable_difference = "0 Pa"', r"\[walls\]: allowable_difference: must be above 0 Pa"),
        ('[walls]\nallowable_difference = "1 m"', r"\[walls\]: allowable_difference: .*dimension"),
    ],
)
def test_a_bad_switch_is_told_in_one_line(text, told):
    with pytest.raises(InputError, match=told):
        ChambersStudy.from_tables(tomllib.loads(text))


def test_an_array_too_large_to_keep_cannot_burst(monkeypatch):
    monkeypatch.setattr(chambers_result, "_MOST_KEPT", 100)
    with pytest.raises(InputError, match=r"\[run\] bursts: an array of 120 chambers is too large"):
        answer_study(study("50 kPa"))
