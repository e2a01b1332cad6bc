"""Wrong studies and networks for `tubewall chambers`: one clear line, exit code 2, nothing written."""

from __future__ import annotations

import itertools

import pytest

from tubewall import cli

STEP = '[array]\nrows = 3\ncolumns = 3\n[protocol]\nname = "steps"\n[[protocol.steps]]\n'


def network(
    edges='[[0, 1, "1 mol/(s Pa)"], [1, 2, "0.5 mol/(s Pa)"]]',
    pressures='["2 Pa", "1 Pa", "1 Pa"]',
    times='["1 s"]',
    more="",
):
    volumes = '["1 m3", "1 m3", "3 m3"]'
    return (
        f"[network]\nvolumes = {volumes}\nedges = {edges}\npressures = {pressures}\ntimes = {times}\n"
        f'temperature = "25 C"\n{more}\n'
    )


STUDIES = {
    '[walls]\npermeance = "nan mol/(m2 s Pa)"': "[walls]: permeance: cannot read",
    "[walls]\npermeance = nan": "nan has no unit",
    '[walls]\npermeance = "1 m"': "its unit has another dimension",
    "[walls]\npermeance = true": "expected a quantity such as '1e-12 mol/(m2 s Pa)', got true",
    '[walls]\npermeance = "2 mol/(m2 s Pa)"': "must lie within 0 mol/(m2 s Pa) and 1 mol/(m2 s Pa)",
    '[walls]\nstrength = "-1 MPa"\nmaterial = "glassy carbon film"': "strength: must be above 0 Pa, got -1 MPa",
    '[protocol]\nrest = "-1 s"': "rest: must be at least 0 s, got -1 s",
    "[protocol]\ncurrent_density = false": "expected a quantity such as '3 mA/cm2', got false",
    '[protocol]\ncurrent_density = "0 mA/cm2"': "must be above 0 A/m2, got 0 mA/cm2",
    '[protocol]\ncurrent_density = "1e-300 mA/cm2"': "must lie within 1e-6 mA/cm2 and 1e4 mA/cm2",
    '[protocol]\ncurrent_density = "1e300 mA/cm2"': "must lie within 1e-6 mA/cm2 and 1e4 mA/cm2",
    STEP + 'kind = "current"\ncurrent_density = "3 mA/cm2"\ncharge = "5 mAh/cm2"': "overfills the array",
    STEP + 'kind = "fly"\nduration = "1 s"': "no kind 'fly'",
    STEP + 'kind = "rest"\nduration = "-1 s"': "duration: must be above 0 s, got -1 s",
    '[protocol]\nname = "half cell"\ncycles = 0': "cycles: is out of range, got 0",
    '[protocol]\nname = "half cell"\ncurrent_densities = []': "got an empty list",
    '[protocol]\nname = "full cell"\ncurve = "nope"': "no open-circuit curve 'nope'",
    '[protocol]\nname = "full cell"\nwindow = ["3.85 V", "2.5 V"]': "must reach around the plateau",
    '[gas]\ntemperature = "0 K"': "[gas] temperature: must be above 0 K, got 0 K",
    '[gas]\ntemperature = "1e9 K"': "[gas] temperature: must lie within 200 K and 500 K, got 1e9 K",
    '[gas]\ngas_law = "coolprop"\ntemperature = "3000 K"': "must lie within 200 K and 500 K",
    '[gas]\ninitial_pressure = "0 Pa"': "[gas] initial_pressure: must lie within 1 Pa and 100 MPa, got 0 Pa",
    '[array]\nbore = "1e300 m"': "[array] bore: must lie within 1 nm and 100 um, got 1e300 m",
    '[array]\nheight = "1 nm"': "[array] height: must lie within 100 nm and 10 mm, got 1 nm",
    '[array]\nrows = "5"': "[array] rows: expected a whole number",
    "[array]\nrows = 1000000": "[array] rows: is out of range, got 1000000",
    "[scatter]\ndeviation = -0.1": "[scatter] deviation: must lie within 0 and 2, got -0.1",
    "[scatter]\ncorrelation = nan": "[scatter] correlation: nan is not a finite number",
    "[run]\nseed = -1": "[run] seed: is out of range, got -1",
    "[run]\nlooks = 1": "[run] looks: is out of range, got 1",
    "array = [1]": "[array]: must be a table",
    "[array": "is not TOML",
}
NETWORKS = {
    "[network]": "[network]: volumes is missing",
    '[network]\nvolumes = []\nedges = []\npressures = []\ntemperature = "25 C"\ntimes = ["1 s"]': "got an empty list",
    network(edges='[[0, 1, "1 mol/(s Pa)"]]'): "the network falls apart into 2 pieces",
    network(edges='[[0, 0, "1 mol/(s Pa)"]]'): "edge 0: joins chamber 0 with itself",
    network(edges='[[0, 1, "1 mol/(s Pa)"], [1, 2, "1 mol/(s Pa)"], [1, 0, "2 mol/(s Pa)"]]'): (
        "edge 2: joins chambers 1 and 0 like edge 0: write one edge with both conductances added"
    ),
    network(edges='[[0, 1, "-1 mol/(s Pa)"]]'): "edge 0: must be at least 0 mol/(s Pa), got -1 mol/(s Pa)",
    network(edges="[[0, 1, 1]]"): "edge 0: 1 has no unit",
    network(edges='[[true, 1, "1 mol/(s Pa)"]]'): "expected the number of a chamber, got true",
    network(edges='[[0, 7, "1 mol/(s Pa)"]]'): "there is no chamber 7: there are chambers 0 to 2",
    network(pressures='["inf Pa", "1 Pa", "1 Pa"]'): "pressures: number 1: cannot read 'inf Pa'",
    network(pressures='[true, "1 Pa", "1 Pa"]'): "got true",
    network(pressures='["1 Pa", "1 Pa"]'): "pressures: expected 3, one for each volume, got 2",
    network(pressures='["1e12 Pa", "1 Pa", "1 Pa"]', more='gas_law = "coolprop"'): "hold to 1e+09 Pa, got 1e+12 Pa",
    network(times='["-1 s"]'): "times: number 1: must be at least 0 s, got -1 s",
    network(more='law = "viscous"'): "its unit has another dimension",
    network(more='gas = "xenon"'): "no gas 'xenon'",
    network() + "[array]\nrows = 3": "there are 'network'",
}


@pytest.mark.parametrize(("text", "told"), [*STUDIES.items(), *NETWORKS.items()], ids=itertools.count())
def test_a_wrong_file_ends_in_one_line_and_writes_nothing(tmp_path, capsys, text, told):
    (tmp_path / "wrong.toml").write_text(text + "\n")
    code = cli.main(["chambers", str(tmp_path / "wrong.toml"), "--json", str(tmp_path / "out.json")])
    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines)) == (2, 1), lines
    assert told in lines[0]
    assert "wrong.toml" in lines[0]
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.toml"]


def test_a_million_edges_are_refused_by_their_size(tmp_path, capsys):
    edges = ",".join(f'[{k % 1000},{(k + 1) % 1000},"1 mol/(s Pa)"]' for k in range(1_000_000))
    (tmp_path / "wrong.toml").write_text(f"[network]\nedges = [{edges}]\n")
    assert cli.main(["chambers", str(tmp_path / "wrong.toml")]) == 2
    assert "a chambers file has at most" in capsys.readouterr().err


def test_a_step_that_finds_nothing_to_strip_is_told(tmp_path, capsys):
    (tmp_path / "anode.toml").write_text(
        STEP + 'kind = "current"\ncurrent_density = "-1 mA/cm2"\ncharge = "1 mAh/cm2"\n'
    )
    assert cli.main(["chambers", str(tmp_path / "anode.toml")]) == 0
    assert "warning: step 1 of the protocol ended after 0 s, all bores empty" in capsys.readouterr().out
