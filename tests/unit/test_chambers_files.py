"""The study of an anode's chambers: from its file to answers with units, tables with provenance, one line for what is wrong."""

from __future__ import annotations

import json
import math
import tomllib

import numpy as np
import pyarrow.parquet
import pytest

from tubewall import cli
from tubewall.chambers import engine
from tubewall.errors import ResourceError
from tubewall.studies import chambers_memory
from tubewall.studies.chambers_case import ChambersStudy
from tubewall.studies.chambers_data import write_chambers
from tubewall.studies.chambers_loads import wall_history
from tubewall.studies.chambers_map import map_of
from tubewall.studies.chambers_options import chambers_template
from tubewall.studies.chambers_result import answer_study
from tubewall.studies.chambers_tail import Tail
from tubewall.studies.study import Study

SMALL = "[array]\nrows = 10\ncolumns = 12\n[run]\nlooks = 8\n"
FULL_CELL = SMALL + '[gas]\ntemperature = "55 C"\n[protocol]\nname = "full cell"\n[scatter]\ndeviation = 0.1\n'
P0 = 101325.0


def study(text: str = SMALL) -> ChambersStudy:
    return ChambersStudy.from_tables(tomllib.loads(text))


@pytest.fixture(scope="module")
def charged():
    return answer_study(study())


def test_the_template_says_what_the_defaults_are():
    written = study(chambers_template())
    for table in ChambersStudy.model_fields:
        if table != "scatter":
            assert getattr(written, table) == getattr(ChambersStudy(), table), table
    assert written.anode(permeable=True).scatter == ChambersStudy().anode(permeable=True).scatter


def test_init_writes_a_study_that_chambers_answers(tmp_path, capsys):
    path = tmp_path / "anode.toml"
    assert cli.main(["init", str(path), "--chambers"]) == 0
    assert "tubewall chambers" in capsys.readouterr().out
    path.write_text(path.read_text().replace("rows = 60", "rows = 8").replace("columns = 60", "columns = 8"))
    assert cli.main(["chambers", str(path)]) == 0
    told = capsys.readouterr().out
    assert "hermetic" in told
    assert "walls stop being hermetic" in told


def test_hermetic_differences_are_those_of_the_fills(charged):
    run = charged.hermetic.run
    # P0 / (1 - fill), each wall on its own
    pressure = P0 / (1.0 - run.fills)
    assert run.pressures == pytest.approx(pressure, rel=1e-9)
    first, second = run.anode.array.edges.T
    wanted = np.abs(pressure[:, first] - pressure[:, second]).max(axis=0)
    tail = charged.hermetic.walls.tail
    assert tail.largest == pytest.approx(wanted.max(), rel=1e-9)
    assert tail.quantiles == pytest.approx(np.quantile(wanted, (0.5, 0.95, 0.99, 0.999, 0.9999)), rel=1e-9)
    hardest = charged.hermetic.walls.loads[0]
    assert hardest.difference == pytest.approx(wanted.max(), rel=1e-9)
    one, other = hardest.chambers
    assert hardest.pressures == pytest.approx((pressure[-1, one], pressure[-1, other]), rel=1e-9)
    assert hardest.zone == pytest.approx((run.fills[-1, one] * 20e-6, 20e-6), rel=1e-9)


def test_permeable_walls_are_loaded_less_and_told_so(charged):
    hermetic, permeable = charged.hermetic.walls, charged.permeable.walls
    assert permeable.tail.largest < 0.2 * hermetic.tail.largest
    assert hermetic.regime == (0.0, 0.0)
    assert 10.0 < permeable.regime[0] < 1e3


def test_walls_stop_being_hermetic_where_the_regime_number_is_one(charged):
    # W / (4 R T) times fill rate over 1 - fill at the end of the charge, 3 mAh/cm2 in an hour
    run = charged.hermetic.run
    fill = float(np.median(run.fills[-1]))
    middle = 100e-9 / (4 * 8.31446261815324 * 298.15) * fill / 3600.0 / (1.0 - fill)
    assert charged.hermetic.walls.crossover[1] == pytest.approx(middle, rel=0.25)
    rates = run.peaks.compression
    assert rates == pytest.approx(run.fills[-1] / 3600.0 / (1.0 - run.fills[-1]), rel=0.02)
    # the permeance over the crossover is the regime number
    permeable = charged.permeable
    crossover = 1e-12 / permeable.walls.regime[1]
    assert crossover == pytest.approx(permeable.walls.crossover[1], rel=0.02)


def test_lithium_presses_against_gas_below_its_level(charged):
    load = next(one for one in charged.hermetic.walls.loads if one.name == "lithium against gas")
    assert load.fluids == ("lithium", "gas")
    assert load.fills[0] > load.fills[1]
    assert load.zone == pytest.approx((load.fills[1] * 20e-6, load.fills[0] * 20e-6))
    # no creep and no meniscus: the lithium stands at the pressure of its gas
    assert load.pressures[0] == pytest.approx(P0 / (1 - load.fills[0]), rel=1e-9)


def test_creep_and_the_meniscus_add_to_the_lithium():
    more = (
        SMALL
        + '[lithium]\ninterface_diffusivity = "1e-6 cm2/s"\ncontact_angle = "120 deg"\n[scatter]\ndeviation = 0.005\n'
    )
    history = wall_history(answer_study(study(more)).hermetic.run)
    load = next(one for one in history.loads if one.name == "lithium against gas")
    # 4 gamma cos(60 deg) / W = 10 MPa above the gas
    assert load.pressures[0] > P0 / (1 - load.fills[0]) + 4 * 0.5 * 0.5 / 100e-9 - 1.0


def test_alike_chambers_differ_nowhere():
    answer = answer_study(study(SMALL + "[scatter]\ndeviation = 0\n"))
    for side in answer.sides:
        assert side.walls.tail.largest < 1e-6
    assert not any("guess" in one for one in answer.warnings)


def test_the_command_writes_everything_with_units_and_provenance(tmp_path, capsys):
    (tmp_path / "anode.toml").write_text(FULL_CELL)
    outputs = {"json": "a.json", "csv": "a.csv", "parquet": "a.parquet", "chambers": "c.parquet", "loads": "loads.toml"}
    words = [word for name, file in outputs.items() for word in (f"--{name}", str(tmp_path / file))]
    assert cli.main(["chambers", str(tmp_path / "anode.toml"), *words]) == 0
    told = capsys.readouterr().out
    assert "efficiency differs from 1 only through" in told
    data = json.loads((tmp_path / "a.json").read_text())
    assert data["protocol"] == "full cell"
    assert data["start_pressure"]["value"] == pytest.approx(P0 / (1 - data["start_fill"]["value"]), rel=1e-9)
    for side in ("hermetic", "permeable"):
        found = data[side]
        assert len(found["cycles"]) == 3
        assert all(cycle["efficiency"]["value"] == pytest.approx(1.0, abs=1e-6) for cycle in found["cycles"])
        volts = [one["value"] for one in found["voltage"]]
        assert 2.4 < min(volts) < max(volts) <= 3.85 + 1e-6
        counts = np.array(found["fill"]["histogram"]["counts"])
        assert (counts.sum(axis=1) == 120).all()
        assert len(found["pressure"]["histogram"]["edges"]) == len(found["pressure"]["histogram"]["counts"][0]) + 1
        assert found["balances"]["moles"]["value"] < 1e-9
    assert len(data["planar_foil"]["cycles"]) == 3
    rows = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert rows.num_rows == 2 * len(data["hermetic"]["times"])
    assert rows.schema.field("time [s]").metadata == {b"name": b"time", b"unit": b"s"}
    assert rows.schema.metadata[b"input_hash"].decode() == data["input_hash"]
    chambers = pyarrow.parquet.read_table(tmp_path / "c.parquet")
    assert chambers.num_rows == 120
    assert chambers.schema.field("hermetic_pressure [Pa]").metadata[b"unit"] == b"Pa"
    assert (tmp_path / "a.csv").read_text().startswith("walls,time [s],overpotential [V]")
    loads = Study.from_file(tmp_path / "loads.toml")
    hardest = data["hermetic"]["walls"]["load_cases"][0]
    # closed at 1 atm, the pair of the thickness study stands at the pressures of the hardest wall
    assert P0 / (1 - loads.gas.fill) == pytest.approx(hardest["pressures"][0]["value"], rel=1e-9)
    assert (tmp_path / "loads.toml").read_text().startswith("# Loads from `tubewall chambers`, full cell, input ")
    # excess and what the cathode held
    assert loads.cell.areal_capacity == pytest.approx(2 * 5e-2 * 164 * 3600, rel=0.02)
    assert P0 / (1 - loads.gas.neighbour_fill) == pytest.approx(hardest["pressures"][1]["value"], rel=1e-9)
    assert loads.lithium.lithium_pressure == pytest.approx(data["hermetic"]["highest_lithium_pressure"]["value"])
    assert loads.gas.temperature == pytest.approx(328.15)


def test_an_array_too_large_for_histories_is_told_as_fully(monkeypatch, tmp_path):
    made = study(FULL_CELL + '[lithium]\ninterface_diffusivity = "1e-6 cm2/s"\n')
    whole = answer_study(made)
    monkeypatch.setattr(chambers_memory, "_MOST_KEPT", 100)
    large = answer_study(made)
    assert large.hermetic.run.fills.size == 0
    assert large.text() == whole.text()
    assert large.thickness_study() == whole.thickness_study()
    one, other = whole.to_json(), large.to_json()
    assert one["hermetic"]["walls"] == other["hermetic"]["walls"]
    assert one["permeable"] == other["permeable"]
    maps = [map_of(answer).png for answer in (whole, large)]
    assert maps[0] == maps[1]
    for name, answer in (("a", whole), ("b", large)):
        write_chambers(answer, str(tmp_path / name), {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_chambers_that_are_drawn_are_those_of_the_hardest_look():
    answer = answer_study(study(SMALL))
    ends, run = answer.study.lattice().edges, answer.hermetic.run
    across = np.abs(run.pressures[:, ends[:, 0]] - run.pressures[:, ends[:, 1]]).max(axis=1)
    k = int(np.argmax(across))
    assert answer.hermetic.hardest.time == run.times[k]
    assert np.array_equal(answer.hermetic.hardest.moles, run.moles[k])
    nearest = int(np.argmin(np.abs(answer.permeable.run.times - run.times[k])))
    assert np.array_equal(answer.permeable.hardest.fills, answer.permeable.run.fills[nearest])


def test_hermetic_chambers_are_followed_one_by_one_however_many(monkeypatch):
    # hermetic arrays of that many would be integrated in classes, which know no single wall
    monkeypatch.setattr(engine, "_MANY", 100)
    answer = answer_study(study(SMALL))
    assert answer.hermetic.run.classes is None
    assert answer.hermetic.walls is not None


def test_walls_that_do_not_fit_the_memory_are_refused_with_what_they_need(monkeypatch):
    monkeypatch.setattr(chambers_memory, "free_memory", lambda: 1e5)
    with pytest.raises(ResourceError, match=r"\[array\] rows, columns: the walls of 120 chambers need about 0.0 GB"):
        answer_study(study(SMALL))


def test_hermetic_chambers_that_do_not_fit_the_memory_are_told_by_their_spreads(monkeypatch, tmp_path, capsys):
    text = SMALL.replace("10\n", "300\n").replace("12\n", "300\n") + "[walls]\npermeance = '0 mol/(m2 s Pa)'\n"
    one_by_one = answer_study(study(text)).hermetic
    monkeypatch.setattr(chambers_memory, "free_memory", lambda: 1e5)
    answer = answer_study(study(text))
    assert "spreads alone" in " ".join(answer.warnings)
    assert "spreads alone" in answer.text()
    assert answer.hermetic.walls is None
    assert answer.hermetic.run.overpotential[-1] == pytest.approx(one_by_one.run.overpotential[-1], rel=1e-6)
    # the quantiles lie within one class of each other
    assert answer.hermetic.run.pressure.quantiles[-1] == pytest.approx(one_by_one.run.pressure.quantiles[-1], rel=1e-2)
    assert math.isfinite(json.loads(json.dumps(answer.to_json()))["hermetic"]["highest_gas_pressure"]["value"])
    (tmp_path / "large.toml").write_text(text)
    assert cli.main(["chambers", str(tmp_path / "large.toml"), "--png", str(tmp_path / "map.png")]) == 2
    assert "--png: the array is too large to follow single chambers" in capsys.readouterr().err
    assert not (tmp_path / "map.png").exists()
    assert cli.main(["chambers", str(tmp_path / "large.toml"), "--netcdf", str(tmp_path / "large.nc"), "--quiet"]) == 0


def test_loads_of_a_single_chamber_are_refused_before_anything_is_computed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(engine, "run", lambda *_, **__: pytest.fail("it was computed"))
    (tmp_path / "one.toml").write_text("[array]\nrows = 1\ncolumns = 1\n")
    files = ["--loads", str(tmp_path / "loads.toml"), "--json", str(tmp_path / "a.json")]
    assert cli.main(["chambers", str(tmp_path / "one.toml"), *files]) == 2
    assert (
        capsys.readouterr()
        .err.strip()
        .endswith("--loads: a single chamber has no wall to another: take more rows or columns")
    )
    assert [path.name for path in tmp_path.iterdir()] == ["one.toml"]


def test_a_bore_that_lost_all_its_gas_stands_beside_the_hardest_as_an_empty_one():
    made = study(
        '[array]\nrows = 3\ncolumns = 2\nbore = "20 nm"\nwall = "1 nm"\nheight = "1 um"\n'
        '[gas]\ngas = "helium"\ntemperature = "450 K"\nelectrolyte_permeance = "1e-12 mol/(m2 s Pa)"\nexternal_pressure = "0 Pa"\n'
        '[lithium]\nconductance = "1 S/cm2"\n[scatter]\ndeviation = 2.0\n[run]\nlooks = 3\nrtol = 1e-4\nseed = 1\n'
        '[protocol]\nname = "steps"\nsteps = [{ kind = "hold", overpotential = "2 V", duration = "1 h" }, '
        '{ kind = "rest", duration = "10 s" }, { kind = "current", current_density = "1 mA/cm2", duration = "10 min" }]\n'
    )
    answer = answer_study(made)
    high, low = answer.hermetic.walls.loads[0].pressures
    assert high > 1e6
    assert low == 0.0
    loads = answer.thickness_study()
    assert P0 / (1.0 - loads.gas.fill) == pytest.approx(high, rel=1e-9)
    assert loads.gas.neighbour_fill == 0.0


@pytest.mark.parametrize(
    "given", ['bore = "1 nm"', 'bore = "100 um"', 'wall = "0.1 nm"', 'height = "100 nm"', 'height = "10 mm"']
)
def test_the_ends_of_a_range_belong_to_it(given):
    name, text = given.split(" = ")
    factor = {"nm": 1e-9, "um": 1e-6, "mm": 1e-3}
    number, unit = text.strip('"').split()
    assert getattr(study(f"[array]\n{given}\n").array, name) == pytest.approx(
        float(number) * factor[unit], rel=1e-14, abs=0
    )


def test_the_order_of_tables_and_units_does_not_change_the_hash():
    assert (
        study(SMALL).input_hash
        == study('[run]\nlooks = 8\n[array]\ncolumns = 12\nrows = 10\nbore = "0.1 um"\n').input_hash
    )
    assert study(SMALL).input_hash != study(SMALL + "[scatter]\ndeviation = 0.03\n").input_hash


@pytest.mark.parametrize(
    ("walls", "expected"),
    [
        ('permeance = "2e-9 mol/(m2 s Pa)"', 2e-9),
        ('permeance = "1 GPU"', 3.3464e-10),
        # (porosity / tortuosity)(d / 3) v / (R T w), v = 397.5 m/s
        ('model = "knudsen"\npore = "0.5 nm"\nporosity = 1e-6', 1e-6 * 0.5e-9 / 3 * 397.5 / (8.3144626 * 298.15 * 1e-8)),
        ('model = "activated"\nprefactor = "1e-9 mol/(m2 s Pa)"\ndiffusion_energy = "11.9 kJ/mol"',
         1e-9 * math.exp(-11900 / (8.3144626 * 298.15))),
    ],
)  # fmt: skip
def test_walls_take_every_model_of_a_permeance(walls, expected):
    assert study(f"[walls]\n{walls}\n").permeance() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    "walls",
    ['model = "dusty gas"\npore = "1 nm"\nporosity = 1e-6\nmean_pressure = "1 MPa"',
     'model = "pinholes"\nhole = "1 nm"\nper_area = "1e12 1/m2"'],
)  # fmt: skip
def test_walls_with_pores_and_holes_let_gas_through(walls):
    assert study(f"[walls]\n{walls}\n").permeance() > 1e-12


def test_steps_of_the_users_own_are_carried_out():
    text = (
        SMALL
        + """
[protocol]
name = "steps"
cycles = 2
[[protocol.steps]]
kind = "current"
current_density = "3 mA/cm2"
charge = "1 mAh/cm2"
[[protocol.steps]]
kind = "rest"
duration = "10 min"
[[protocol.steps]]
kind = "hold"
overpotential = "-20 mV"
duration = "30 min"
"""
    )
    run = answer_study(study(text)).hermetic.run
    assert len(run.ends) == 6
    assert run.ends[0].passed == pytest.approx(3.6e4, rel=1e-9)
    assert run.ends[1].passed == pytest.approx(0.0, abs=1e-6)
    # 600 S/m2 at -20 mV against the pressure of the gas: some -12 A/m2
    assert run.ends[2].passed / 1800 == pytest.approx(-600 * 0.02, rel=0.01)


BAD = {
    "a table that is not": ("[arry]\nrows = 3\n", "no table 'arry'; did you mean 'array'?"),
    "a key that is not": ("[array]\nrow = 3\n", "[array]: no key 'row'; did you mean 'rows'?"),
    "no rows": ("[array]\nrows = 0\n", "[array] rows: is out of range, got 0"),
    "a truth for rows": ("[array]\nrows = true\n", "expected a whole number"),
    "a bare length": ("[array]\nbore = 100\n", "100 has no unit"),
    "a negative bore": ('[array]\nbore = "-1 nm"\n', "[array] bore: must lie within 1 nm and 100 um, got -1 nm"),
    "not a number": ('[array]\nbore = "nan nm"\n', "[array] bore"),
    "an unknown gas": ('[gas]\ngas = "xenon"\n', "no gas 'xenon'"),
    "outside the virial law": ('[gas]\ngas_law = "virial"\ntemperature = "190 C"\n', "hold from 250 K to 450 K"),
    "a negative permeance": ('[walls]\npermeance = "-1e-12 mol/(m2 s Pa)"\n', "permeance: must be at least 0"),
    "another model": ('[walls]\nmodel = "knudson"\n', "did you mean 'knudsen'?"),
    "a key of another model": ('[walls]\npore = "1 nm"\n', "no key 'pore'"),
    "porosity above 1": ('[walls]\nmodel = "knudsen"\npore = "1 nm"\nporosity = 2\n', "porosity"),
    "overfilled by a charge": ('[protocol]\ncapacity = "5 mAh/cm2"\n', "overfills the array: the anode would hold 5 mAh/cm2"),
    "overfilled by a cell": ('[protocol]\nname = "full cell"\nloading = "15 mg/cm2"\n', "overfills the array"),
    "another protocol": ('[protocol]\nname = "half"\n', "did you mean 'half cell'?"),
    "a loss of all": ('[protocol]\nname = "half cell"\nloss = 1.0\n', "loss must be at least 0 and below 1"),
    "a window beside the plateau": (
        '[protocol]\nname = "full cell"\nwindow = ["3.5 V", "3.85 V"]\n', "must reach around the plateau"
    ),
    "half a window": ('[protocol]\nname = "full cell"\nwindow = ["2.5 V"]\n', "expected 2 components"),
    "an endless step": (
        '[protocol]\nname = "steps"\n[[protocol.steps]]\nkind = "current"\ncurrent_density = "1 mA/cm2"\n',
        "a step needs a duration or",
    ),
    "no steps": ('[protocol]\nname = "steps"\nsteps = []\n', "steps: expected 1 to 10000"),
    "scatter twice": ("[scatter]\ndeviation = 0.1\nbore = 0.1\n", "leave it or bore out"),
    "all blocked": ("[scatter]\nblocked = 1.0\n", "blocked: must be below 1"),
    "too coarse": ("[run]\nrtol = 0.1\n", "rtol: must be 1e-9 to 1e-3"),
    "a table for a word": ('walls = "tight"\n', "must be a table"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_study_ends_in_one_line_and_writes_nothing(tmp_path, capsys, text, told):
    (tmp_path / "anode.toml").write_text(text)
    code = cli.main(["chambers", str(tmp_path / "anode.toml"), "--json", str(tmp_path / "out.json")])
    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines)) == (2, 1), lines
    assert told in lines[0]
    assert "anode.toml" in lines[0]
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("name", ["csv", "parquet", "chambers", "loads"])
def test_a_network_has_no_tables_of_an_anode(tmp_path, capsys, name):
    (tmp_path / "network.toml").write_text("[network]\n")
    assert cli.main(["chambers", str(tmp_path / "network.toml"), f"--{name}", str(tmp_path / "x.parquet")]) == 2
    assert f"--{name}: belongs to the study of an anode" in capsys.readouterr().err


def test_the_tail_of_an_exponential_grows_with_the_logarithm_of_the_walls():
    # E max of N unit exponentials: the harmonic number, ln N + 0.5772
    values = -np.log(np.random.default_rng(1).uniform(size=400_000))
    tail = Tail.of(values)
    assert tail.shape == pytest.approx(0.0, abs=0.05)
    assert tail.expected_largest(1e8) == pytest.approx(math.log(1e8) + 0.5772, rel=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_the_largest_difference_of_normal_fills_errs_on_the_safe_side(seed):
    """|x - y| of standard normals: the quantile of 1 - exp(-gamma) / N is about the mean of the largest of N (Gumbel 1958)."""
    from scipy.stats import norm

    x = np.random.default_rng(seed).normal(size=(2, 5000))
    tail = Tail.of(np.abs(x[0] - x[1]))
    exact = math.sqrt(2.0) * float(norm.isf(0.5 * math.exp(-0.5772156649) / 2.9e10))
    assert exact == pytest.approx(6.5 * math.sqrt(2.0), rel=0.04)
    assert 1.0 < tail.expected_largest(2.9e10) / exact < 2.0


def test_a_tail_that_ends_is_not_taken_to_end():
    tail = Tail.of(np.random.default_rng(1).uniform(size=200_000))
    assert tail.shape == 0.0
    assert tail.scale == pytest.approx(0.005, rel=0.1)
    assert tail.expected_largest(1e10) > 1.0


def test_a_few_walls_have_no_tail():
    assert Tail.of(np.arange(20.0)).expected_largest(1e10) is None
    assert Tail.of(np.zeros(1000)).expected_largest(1e10) == 0.0
