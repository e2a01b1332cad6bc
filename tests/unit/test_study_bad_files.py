"""Study files from anybody: each bad one ends in one line with its place, quickly, and nothing is written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies.study import Study
from tubewall.studies.sweep_file import plan_of_text


def refusal(read: Callable[[], object]) -> str:
    """What an input error says, or nothing where there is none; any other error passes through."""
    try:
        read()
    except InputError as error:
        return str(error)
    return ""


ALLOWED_BORE = "(allowed: 1 nm .. 100 um)"
BAD: dict[str, tuple[str, str]] = {
    "not a number": ("[drawing]\nbore = nan", f"[drawing] bore: must be a finite number, got nan {ALLOWED_BORE}"),
    "infinite": ("[drawing]\nbore = inf", f"[drawing] bore: must be a finite number, got inf {ALLOWED_BORE}"),
    "minus one": ("[drawing]\nbore = -1", f"[drawing] bore: -1 has no unit: write for example '100 nm' {ALLOWED_BORE}"),
    "minus one nm": ("[drawing]\nbore = '-1 nm'", f"[drawing] bore: must be positive, got -1 nm {ALLOWED_BORE}"),
    "zero": ("[drawing]\nbore = 0", "[drawing] bore: 0 has no unit"),
    "zero nm": ("[drawing]\nbore = '0 nm'", f"[drawing] bore: must be positive, got 0 nm {ALLOWED_BORE}"),
    "true": ("[drawing]\nbore = true", "[drawing] bore: expected a quantity such as 100 nm, got true"),
    "five as a text": ("[drawing]\nbore = '5'", "[drawing] bore: '5' has no unit"),
    "not a number, as a text": ("[drawing]\nbore = 'nan nm'", "[drawing] bore: cannot read 'nan nm'"),
    "overflowing": ("[drawing]\nbore = '1e999 nm'", "[drawing] bore: '1e999 nm' is not a finite number"),
    "underflowing": ("[drawing]\nbore = '1e-999 nm'", "[drawing] bore: must be positive, got 1e-999 nm"),
    "a wall of 0": ("[wall]\nwall = '0 nm'", "[wall] wall: must be positive, got 0 nm (allowed: 0.1 nm .. 10 um)"),
    "a gap of 1e-30": (
        "[wall]\nwall = '1e-30 m'",
        "[wall] wall: is out of range, got 1e-30 m (allowed: 0.1 nm .. 10 um)",
    ),
    "a wall of no number": ("[wall]\nwall = nan", "[wall] wall: must be a finite number"),
    "another dimension": ("[drawing]\nbore = '100 MPa'", "[drawing] bore: '100 MPa' is not a quantity in m"),
    "an unknown unit": ("[drawing]\nbore = '100 nn'", "[drawing] bore: no unit 'nn'"),
    "unit without a number": ("[drawing]\nbore = 'nm'", "[drawing] bore: cannot read 'nm'"),
    "an empty text": ("[drawing]\nbore = ''", "[drawing] bore: cannot read ''"),
    "brackets that do not match": ("[wall]\npermeance = '1 mol/(m2 s Pa'", "[wall] permeance: the brackets"),
    "a long quantity": (f"[drawing]\nbore = '1{'0' * 19_000} nm'", "[drawing] bore: a quantity of 19004 characters"),
    "a long blank": (f"[drawing]\nbore = '1{' ' * 19_000}nm'", "[drawing] bore: a quantity of 19003 characters"),
    "a long integer": (f"[drawing]\nbore = {'9' * 5000}", "is not TOML"),
    "a big integer": (f"[drawing]\nbore = {'9' * 400}", "[drawing] bore: must be a finite number, got inf"),
    "a date": ("[drawing]\nbore = 2020-02-10", "[drawing] bore: expected a quantity"),
    "a list": ("[drawing]\nbore = ['1 nm', '2 nm']", "lists are for `tubewall sweep`, got a list of 2"),
    "an empty list": ("[drawing]\nbore = []", "[drawing] bore: expected one value, got an empty list"),
    "a table for a value": ("[drawing.bore]\nvalue = 1", "[drawing] bore: expected one value, got a table"),
    "a value for a table": ("drawing = 3", "drawing: must be a table [drawing], got 3"),
    "a list of tables": ("[[drawing]]\nbore = '1 nm'", "drawing: must be a table [drawing], got a list of 1"),
    "no table": ("bore = '100 nm'", "bore: stands outside its table; write it below [drawing]"),
    "a mistyped table": ("[drawin]\nbore = '100 nm'", "no table 'drawin'; did you mean 'drawing'?"),
    "a mistyped key": ("[drawing]\nbores = '100 nm'", "[drawing] bores: no key 'bores'; did you mean 'bore'?"),
    "a key of another table": ("[wall]\nbore = '100 nm'", "[wall] bore: belongs to the table [drawing]"),
    "a key twice": ("[drawing]\nbore = '1 nm'\nbore = '2 nm'", "is not TOML"),
    "a table twice": ("[drawing]\n[wall]\n[drawing]", "is not TOML"),
    "a mistyped word": ("[drawing]\npacking = 'hexagonel'", "did you mean 'hexagonal'? (allowed: hexagonal, square)"),
    "a word in capitals": ("[drawing]\nends = 'HELD'", "did you mean 'held'? (allowed: held, closed, free)"),
    "a number for a word": ("[drawing]\nends = 1", "[drawing] ends: expected one of held, closed, free; got 1"),
    "a mistyped material": ("[wall]\nwall_material = 'glasy carbon film'", "did you mean 'glassy carbon film'?"),
    "a material by number": (
        "[wall]\nwall_material = 7",
        "[wall] wall_material: expected the name of a material, got 7",
    ),
    "a path for a material": ("[wall]\nwall_material = '../../etc/passwd'", "no material '../../etc/passwd'"),
    "a material twice": ("[electrolyte]\nelectrolytes = ['LLZO', 'LLZO']", "names a material twice"),
    "no electrolyte": ("[electrolyte]\nelectrolytes = []", "expected a list of materials"),
    "nine electrolytes": (f"[electrolyte]\nelectrolytes = {['LLZO'] * 9}", "has 9 materials; at most 8"),
    "an electrolyte as a word": ("[electrolyte]\nelectrolytes = 'LLZO'", "expected a list of materials"),
    "a full bore": ("[gas]\nfill = 1", "[gas] fill: is out of range, got 1 (allowed: 0 .. 1, ends excluded)"),
    "an overfull bore": ("[gas]\nfill = 1.5", "[gas] fill: is out of range, got 1.5"),
    "fill as a text": ("[gas]\nfill = '0.9'", "[gas] fill: '0.9' is a text, not a number: write it without quotes"),
    "a fuller neighbour": ("[gas]\nneighbour_fill = 0.95", "[gas] neighbour_fill: 0.95 does not fit fill 0.9"),
    "below absolute zero": ("[gas]\ntemperature = '-300 C'", "[gas] temperature: must be positive, got -300 C"),
    "an unknown gas": ("[gas]\ngas = 'argonn'", "no gas 'argonn'; did you mean 'argon'?"),
    "scatter beyond Beta": ("[gas]\nfill_scatter = 0.4", "[gas] fill_scatter: 0.4 is impossible at fill 0.9"),
    "bounds the wrong way": ("[wall]\nthinnest = '95 nm'", "[wall] thinnest: 95 nm does not fit thickest 90 nm"),
    "strength below zero": ("[wall]\nstrength_low = '-1 MPa'", "[wall] strength_low: must be positive, got -1 MPa"),
    "an angle without unit": ("[lithium]\ncontact_angle = '90'", "'90' has no unit: write for example '90 deg'"),
    "half an element": (
        "[numerics]\nelements_through_wall = 0.5",
        "expected a whole number, got 0.5 (allowed: 1 .. 32)",
    ),
    "true elements": ("[numerics]\nelements_through_wall = true", "expected a whole number, got true"),
    "a million bores": (
        "[numerics]\nsupercell = 1000",
        "[numerics] supercell: is out of range, got 1000 (allowed: 3 .. 31)",
    ),
    "a word for a flag": ("[failure]\naccept_guesses = 'yes'", "expected true or false, got yes"),
    "a certain failure": ("[failure]\nprobability = 1.0", "[failure] probability: is out of range, got 1.0"),
    "no TOML at all": ("<html>", "is not TOML"),
    "half a line": ("[drawing]\nbore = ", "is not TOML"),
    "a zero byte": ("[drawing]\nbore = '1\0nm'", "is not TOML"),
    "deep brackets": (f"x = {'[' * 10_000}", "nests too deep"),
    "deep brackets over lines": ("x = " + " [[[[[[[[[[[[\n" * 1_500, "nests too deep"),
    "many tables": ("".join(f"[t{i}]\n" for i in range(100_000)), "has 100000 tables"),
    "many keys": ("".join(f"k{i}.a.b.c.d = 1\n" for i in range(40_000)), "has 40000 keys"),
    "a list over many lines": ("x = " + "[\n" * 200_000, "has 199999 tables"),
    "deep keys": (f"{'a.' * 5_000}a = 1", "a key nests deeper than 16"),
    "deep tables": (f"[{'a.' * 5_000}a]", "a key nests deeper than 16"),
    "one long line": (f"x = '{'a' * 500_000}'", "lines have at most 20000"),
    "a sweep": ("[sweep]\nmode = 'grid'", "[sweep]: makes it a sweep; run it with `tubewall sweep`"),
    "markup for a name": ("[wall]\nwall_material = '<script>alert(1)</script>'", "no material"),
    "a name of two lines": ('[wall]\nwall_material = "a\\nb"', "no material 'a\\nb'"),
    "a bell in a key": ('[drawing]\n"\\u0007" = 1', "no key '\\x07'"),
    "a key of markup": ('[drawing]\n"<script>" = 1', "[drawing] <script>: no key"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_in_one_line_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(text)
    started = time.perf_counter()
    code = cli.main(["thickness", "bad.toml", "--json", "answer.json"])
    assert time.perf_counter() - started < 2
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), err
    assert err.startswith("tubewall: bad.toml: "), err
    assert err.count("\n") == 1
    assert len(err) < 500
    assert told in err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_there_are_at_least_sixty_bad_files() -> None:
    assert len(BAD) >= 60


def test_what_is_no_study_file_at_all_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    (tmp_path / "wide.toml").write_bytes("[drawing]".encode("utf-16"))
    with open(tmp_path / "huge.toml", "wb") as file:
        file.truncate(2**30)
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    (tmp_path / "dangling.toml").symlink_to(tmp_path / "nowhere.toml")
    told = {
        "latin.toml": "is not UTF-8",
        "wide.toml": "is not UTF-8",
        "huge.toml": "at most 1000000",
        "pipe.toml": "is not a regular file",
        "loop.toml": "cannot be read",
        "dangling.toml": "no such file",
        "none.toml": "no such file",
        ".": "is a directory",
        "x" * 300: "cannot be read",
    }
    for name, reason in told.items():
        started = time.perf_counter()
        with pytest.raises(InputError, match=reason):
            Study.from_file(tmp_path / name)
        assert time.perf_counter() - started < 2


def test_the_largest_file_that_is_read_at_all_is_answered_in_time(tmp_path: Path) -> None:
    line = "a" * 200
    texts = [
        "\n".join(f"k{i}.{line} = 1" for i in range(2000)),
        "\n".join(f"[t{i}.a.b.c.d.e.f]\nk{i}.{line} = 1" for i in range(2000)),
        "x = [" + "{a=1},\n" * 2000 + "1,\n" * 300_000 + "]",
        "x = [" + ".1,\n" * 240_000 + "]",
        "[" + "a." * 15 + "a]\n" + ("a." * 15 + "\n") * 30_000,
        "#\n" * 499_999,
        "x = '''\n" + ("'" * 2 + "\n") * 300_000,
    ]
    for text in texts:
        started = time.perf_counter()
        assert "\n" not in refusal(lambda text=text: Study.from_text(text))
        assert time.perf_counter() - started < 2, text[:20]


def test_a_byte_order_mark_and_windows_lines_are_no_reason_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbf[drawing]\r\nbore = "80 nm"\r\n')
    assert Study.from_file(tmp_path / "a.toml").drawing.bore == 8e-8


SWEEPS = {
    "nothing varies": ("[drawing]\nbore = '20 nm'", "nothing varies"),
    "an empty list": ("[drawing]\nbore = []", "[drawing] bore: an empty list"),
    "a bad value in a list": ("[drawing]\nbore = ['20 nm', '-5 nm']", "[drawing] bore: must be positive, got -5 nm"),
    "a bare number in a list": ("[drawing]\nbore = ['20 nm', 30]", "[drawing] bore: 30 has no unit"),
    "a list in a list": ("[drawing]\nbore = [['20 nm']]", "[drawing] bore: expected a quantity"),
    "a range in a grid": ("[drawing]\nbore = {low = '1 nm', high = '9 nm'}", "take mode 'sampled'"),
    "half a range": ("[drawing]\nbore = {low = '1 nm'}", "high is missing"),
    "a mistyped range": ("[drawing]\nbore = {lo = '1 nm', high = '2 nm'}", "did you mean 'low'?"),
    "a bare range": ("[sweep]\nmode='sampled'\n[drawing]\nbore = {low = 1, high = 2}", "[drawing] bore: 1 has no unit"),
    "a mistyped scale": (
        "[sweep]\nmode='sampled'\n[drawing]\nbore = {low = '1 nm', high = '2 nm', scale = 'lgo'}",
        "did you mean 'log'?",
    ),
    "a mistyped mode": ("[sweep]\nmode = 'gird'\n[drawing]\nbore = ['20 nm']", "did you mean 'grid'?"),
    "a mistyped setting": ("[sweep]\nmod = 'grid'", "[sweep] mod: no key 'mod'; did you mean 'mode'?"),
    "no samples": ("[sweep]\nsamples = 0", "[sweep] samples: is out of range, got 0 (allowed: 1 .. 100000)"),
    "samples as a text": ("[sweep]\nsamples = '8'", "[sweep] samples: expected a whole number"),
    "unequal lists": ("[sweep]\nmode = 'zip'\n[drawing]\nbore = ['20 nm']\nends = ['held', 'free']", "bore 1, ends 2"),
    "too many cases": (
        f"[drawing]\nbore = {['20 nm'] * 400}\nwall = 1\n".replace("wall = 1\n", "")
        + f"[wall]\nwall = {['2 nm'] * 400}",
        "160000 cases",
    ),
    "a fixed contradiction": (
        "[wall]\nthinnest = '95 nm'\n[drawing]\nbore = ['20 nm']",
        "thinnest: 95 nm does not fit",
    ),
}


@pytest.mark.parametrize(("text", "told"), SWEEPS.values(), ids=SWEEPS.keys())
def test_a_bad_sweep_is_refused_in_one_line_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(text)
    code = cli.main(["sweep", "bad.toml"])
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), err
    assert err.startswith("tubewall: bad.toml: ")
    assert err.count("\n") == 1
    assert told in err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_a_sweep_file_holds_lists_ranges_and_settings_and_options_replace_them() -> None:
    text = """
    [sweep]
    mode = "sampled"
    samples = 16
    seed = 3
    [drawing]
    bore = { low = "50 nm", high = "200 nm", scale = "log" }
    ends = ["held", "free"]
    height = "10 um"
    [electrolyte]
    electrolytes = [["LLZO"], ["LLZO", "LiPON"]]
    [gas]
    neighbour_fill = 0.95
    fill = [0.96, 0.97]
    """
    plan = plan_of_text(text, jobs="2")
    assert (plan.mode, plan.samples, plan.seed, plan.jobs) == ("sampled", 16, 3, 2)
    assert list(plan.axes) == ["bore", "ends", "electrolytes", "fill"]
    assert plan.base.drawing.height == 1e-5
    assert {case.reason for case in plan.cases()} == {""}
    fixed = plan_of_text(text, changes={"bore": 8e-8})
    assert list(fixed.axes) == ["ends", "electrolytes", "fill"]
    assert fixed.base.drawing.bore == 8e-8
    with pytest.raises(InputError, match="--jobs"):
        plan_of_text(text, jobs="two")


JUNK = st.recursive(
    st.one_of(
        st.text(max_size=20),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.sampled_from(["1 nm", "5", "nan", "held", "LLZO"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(table=st.sampled_from(["drawing", "wall", "gas", "electrolyte", "numerics", "x"]), value=JUNK, data=st.data())
def test_whatever_a_table_holds_the_answer_is_a_study_or_an_input_error(
    table: str, value: object, data: st.DataObject
) -> None:
    from tubewall.studies.keys import KEYS

    name = data.draw(st.sampled_from([name for name, key in KEYS.items() if key.table == table] or ["x"]))
    raw = {table: {name: value}} if table != "x" else {}
    told = refusal(lambda: Study.from_tables(raw))
    assert "\n" not in told
    if not told:
        study = Study.from_tables(raw)
        assert Study.from_text(study.to_toml()) == study


@given(text=st.text(max_size=200))
def test_whatever_the_text_the_answer_is_a_study_or_an_input_error(text: str) -> None:
    for header in ("", "[drawing]\nbore = ", "[gas]\nfill = "):
        assert "\n" not in refusal(lambda header=header: Study.from_text(header + text))
