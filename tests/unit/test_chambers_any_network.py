"""A [network] from anybody: a right answer with units, or one line with the place and exit code 2."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tubewall import cli
from tubewall.chambers.any_network import AnyNetwork, relax
from tubewall.errors import InputError
from tubewall.materials import Gas

GOOD = {
    "volumes": '["1 m3", "1 m3", "3 m3"]',
    "edges": '[[0, 1, "1 mol/(s Pa)"], [1, 2, "0.5 mol/(s Pa)"]]',
    "pressures": '["2 Pa", "1 Pa", "1 Pa"]',
    "law": '"linear"',
    "temperature": '"25 C"',
    "times": '["0.5 s", "2 s"]',
}


def text(**changes: str | None) -> str:
    keys = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return "[network]\n" + "".join(f"{name} = {value}\n" for name, value in keys.items())


def answer(tmp_path, **changes: str | None) -> dict:
    (tmp_path / "network.toml").write_text(text(**changes))
    assert cli.main(["chambers", str(tmp_path / "network.toml"), "--json", str(tmp_path / "out.json"), "--quiet"]) == 0
    return json.loads((tmp_path / "out.json").read_text())


def values(row: list) -> list[float]:
    return [one["value"] for one in row]


def test_the_network_of_the_guide_is_answered_with_units(tmp_path, capsys):
    found = answer(tmp_path, times='["0 s", "0.2 ms", "2 s"]')
    # eigenvalues of V^-1 L R T of two chambers of 1 m3 and one of 3 m3
    matrix = 8.31446261815324 * 298.15 * np.array([[1.0, -1.0, 0.0], [-1.0, 1.5, -0.5], [0.0, -0.5 / 3, 0.5 / 3]])
    rates, modes = np.linalg.eig(matrix)
    assert values(found["decay_rates"]) == pytest.approx(np.sort(rates), rel=1e-12, abs=1e-9)
    assert {one["unit"] for one in found["decay_rates"]} == {"1/s"}
    share = np.linalg.solve(modes, [2.0, 1.0, 1.0])
    assert values(found["pressures"][0]) == [2.0, 1.0, 1.0]
    assert values(found["pressures"][1]) == pytest.approx(modes @ (np.exp(-rates * 2e-4) * share), rel=1e-12)
    assert values(found["pressures"][2]) == pytest.approx(3 * [1.2], rel=1e-12)
    assert [one["unit"] for one in found["times"]] == ["s", "s", "s"]
    assert sum(values(found["moles"][1])) == pytest.approx(6.0 / (8.31446261815324 * 298.15), rel=1e-12)
    assert found["imbalance"]["value"] < 1e-12
    assert found["warnings"] == []
    assert len(found["input_hash"]) == 64
    assert capsys.readouterr().out == ""


def test_units_do_not_change_the_hash(tmp_path):
    one = answer(tmp_path)
    other = answer(tmp_path, volumes='["1000 L", "1 m3", "3 m3"]', temperature='"298.15 K"')
    assert other["input_hash"] == one["input_hash"]
    assert answer(tmp_path, times='["3 s"]')["input_hash"] != one["input_hash"]


@pytest.mark.parametrize(
    ("edges", "more"),
    [
        ('[[0, 1, "1e-9 mol/(m2 s Pa)", "2 um2"], [1, 2, "1e-9 mol/(m2 s Pa)", "4 um2"]]', {}),
        ('[[0, 1, "1e-9 mol/(m2 s Pa)"], [1, 2, "2e-9 mol/(m2 s Pa)"]]', {"area": '"2 um2"'}),
        ('[[0, 1, "2e-21 mol/(s Pa)"], [1, 2, "4e-21 mol/(s Pa)"]]', {}),
    ],
    ids=["areas", "one area", "conductances"],
)
def test_walls_are_given_by_permeance_and_area(tmp_path, edges, more):
    small = {"volumes": '["1e-20 m3", "1e-20 m3", "1e-20 m3"]'}
    linear = answer(tmp_path, edges='[[0, 1, "2e-21 mol/(s Pa)"], [1, 2, "4e-21 mol/(s Pa)"]]', **small)
    walls = answer(tmp_path, law='"wall"', edges=edges, **small, **more)
    assert values(walls["pressures"][1]) == pytest.approx(values(linear["pressures"][1]), rel=1e-12)


def test_viscous_flow_is_told_to_be_integrated(tmp_path, capsys):
    edges = '[[0, 1, "1e-3 mol/(s Pa2)"], [1, 2, "1e-3 mol/(s Pa2)"]]'
    (tmp_path / "network.toml").write_text(text(law='"viscous"', edges=edges))
    assert cli.main(["chambers", str(tmp_path / "network.toml")]) == 0
    told = capsys.readouterr().out
    assert "law 'viscous' (integrated)" in told
    assert "near the final state" in told


def test_a_list_of_thousands_may_stand_on_one_line(tmp_path):
    n = 3000
    found = answer(
        tmp_path,
        volumes="[" + ", ".join(n * ['"1 m3"']) + "]",
        pressures="[" + ", ".join(f'"{i % 5} Pa"' for i in range(n)) + "]",
        edges="[" + ", ".join(f'[{i}, {(i + 1) % n}, "1 mol/(s Pa)"]' for i in range(n)) + "]",
    )
    assert len(found["pressures"][0]) == n
    assert not found["all_decay_rates"]


BAD = {
    "nothing there": ({"volumes": "[]"}, "volumes: expected 1 to 100000 volumes, got an empty list"),
    "no volumes": ({"volumes": None}, "[network]: volumes is missing"),
    "a volume of nothing": ({"volumes": '["0 m3", "1 m3", "1 m3"]'}, "number 1: must be above 0 m3"),
    "a bare number": ({"volumes": "[1, 1, 3]"}, "has no unit"),
    "another dimension": ({"volumes": '["1 m", "1 m3", "3 m3"]'}, "not a quantity in m3"),
    "too few pressures": ({"pressures": '["1 Pa"]'}, "pressures: expected 3, one for each volume, got 1"),
    "a negative pressure": ({"pressures": '["-1 Pa", "1 Pa", "1 Pa"]'}, "must be at least 0 Pa, got -1 Pa"),
    "not a number": ({"pressures": '["nan Pa", "1 Pa", "1 Pa"]'}, "pressures"),
    "a negative conductance": ({"edges": '[[0, 1, "-1 mol/(s Pa)"]]'}, "edge 0: must be at least 0 mol/(s Pa)"),
    "no such chamber": ({"edges": '[[0, 3, "1 mol/(s Pa)"]]'}, "edge 0: there is no chamber 3"),
    "a chamber before the first": ({"edges": '[[-1, 0, "1 mol/(s Pa)"]]'}, "there is no chamber -1"),
    "half a chamber": ({"edges": '[[0.5, 1, "1 mol/(s Pa)"]]'}, "expected the number of a chamber"),
    "a truth for a chamber": ({"edges": '[[true, 0, "1 mol/(s Pa)"]]'}, "expected the number of a chamber"),
    "an edge to itself": ({"edges": '[[1, 1, "1 mol/(s Pa)"]]'}, "joins chamber 1 with itself"),
    "an edge of two": ({"edges": "[[0, 1]]"}, "edge 0: expected [chamber, chamber"),
    "no list of edges": ({"edges": '"all"'}, "expected a list of edges"),
    "disconnected": ({"edges": '[[0, 1, "1 mol/(s Pa)"]]'}, "falls apart into 2 pieces"),
    "disconnected by 0": (
        {"edges": '[[0, 1, "1 mol/(s Pa)"], [1, 2, "0 mol/(s Pa)"]]'},
        "nothing connects chamber 2 with chamber 0",
    ),
    "no edges": ({"edges": "[]"}, "falls apart into 3 pieces"),
    "another law": ({"law": '"quadratic"'}, "no law 'quadratic'"),
    "the unit of another law": ({"law": '"viscous"'}, "not a quantity in mol/(s Pa2)"),
    "a wall without area": ({"law": '"wall"', "edges": '[[0, 1, "1 mol/(m2 s Pa)"]]'}, "a wall needs its area"),
    "an area for no wall": ({"area": '"1 m2"'}, "area: belongs to law 'wall'"),
    "an unknown gas": ({"gas": '"argn"'}, "no gas 'argn'; did you mean 'argon'?"),
    "below absolute zero": ({"temperature": '"-300 C"'}, "temperature: must be above 0 K"),
    "outside the virial law": ({"gas_law": '"virial"', "temperature": '"500 C"'}, "hold from 250 K to 450 K"),
    "above the virial law": ({"gas_law": '"virial"', "pressures": '["1 GPa", "1 Pa", "1 Pa"]'}, "holds up to 20 MPa"),
    "no times": ({"times": "[]"}, "times: expected 1 to"),
    "a time before the start": ({"times": '["-1 s"]'}, "times: number 1: must be at least 0 s"),
    "a mistyped key": ({"volume": '["1 m3"]'}, "no key 'volume'; did you mean 'volumes'?"),
    "a word for a switch": ({"disconnected": '"yes"'}, "expected true or false"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_network_ends_in_one_line_and_writes_nothing(tmp_path, capsys, changes, told):
    (tmp_path / "network.toml").write_text(text(**changes))
    code = cli.main(["chambers", str(tmp_path / "network.toml"), "--json", str(tmp_path / "out.json")])
    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines)) == (2, 1), lines
    assert told in lines[0]
    assert "network.toml" in lines[0]
    assert not (tmp_path / "out.json").exists()


def test_less_gas_than_numbers_can_hold_stays_where_it_is():
    thin = AnyNetwork(
        volumes=[1e-21, 1e-21], edges=[[0, 1]], conductances=1e-12, pressures=[1e-300, 0.0], law="viscous"
    )
    assert relax(thin, [1.0]).pressures[0] == pytest.approx([1e-300, 0.0], rel=1e-12, abs=0)


def test_a_network_too_fast_for_numbers_is_refused():
    made = AnyNetwork(
        volumes=[1.0, 1e30, 1e-300],
        edges=[[0, 1], [1, 2]],
        conductances=1.0,
        pressures=[0.0, 1.0, 101325.0],
        law="viscous",
        gas=Gas(law="virial"),
    )
    with pytest.raises(
        InputError, match="chamber 2 of the network is too small for its connections: too fast for numbers"
    ):
        relax(made, [1e-300])


def test_pieces_that_are_meant_level_out_on_their_own(tmp_path):
    found = answer(tmp_path, edges='[[0, 1, "1 mol/(s Pa)"]]', disconnected="true")
    assert values(found["pressures"][1]) == pytest.approx([1.5, 1.5, 1.0], rel=1e-12)
    assert values(found["decay_rates"])[:2] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"conductances": [-1.0]}, "conductances must be at least 0"),
        ({"conductances": [math.nan]}, "conductances .*nan"),
        ({"conductances": [1e308]}, "too fast for numbers"),
        ({"edges": [[0.0, 1.0]]}, "pairs of chamber indices"),
        ({"law": "linar"}, "did you mean 'linear'"),
        ({"slip_pressure": 1e5}, "belongs to the law 'wall'"),
    ],
)
def test_a_bad_network_of_a_script_is_refused_by_name(changes, told):
    good = {"volumes": [1e-9, 1.0], "edges": [[0, 1]], "conductances": [1.0], "pressures": [1.0, 2.0]}
    with pytest.raises(InputError, match=told):
        relax(AnyNetwork(**{**good, **changes}), [1.0])


@pytest.mark.parametrize("times", [[], [-1.0], [math.inf], "soon"])
def test_bad_times_are_refused(times):
    network = AnyNetwork(volumes=[1.0, 1.0], edges=[[0, 1]], conductances=[1.0], pressures=[1.0, 2.0])
    with pytest.raises(InputError, match="times must be"):
        relax(network, times)
