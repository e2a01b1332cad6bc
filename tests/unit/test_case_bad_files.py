"""Case files from anybody: each bad one ends in one line with its place and exit code 2, and nothing is written."""

from __future__ import annotations

import os
import runpy
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies.case_file import CaseFile

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))

BAD_CASES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "bad_cases.py"))
GOOD: dict[str, str] = BAD_CASES["GOOD"]
BAD: dict[str, tuple[dict[str, str], str]] = BAD_CASES["BAD"]


@pytest.fixture(scope="module")
def mesh_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("mesh") / "tube.msh"
    SHARED["write_msh"](SHARED["quarter_tube"](), path)
    return path.read_text()


@pytest.mark.parametrize(("changes", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_case_is_refused_in_one_line_with_its_place(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mesh_text: str,
    changes: dict[str, str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tube.msh").write_text(mesh_text)
    (tmp_path / "bad.toml").write_text("".join({**GOOD, **changes}.values()))
    started = time.perf_counter()
    code = cli.main(["solve", "bad.toml", "--json", "answer.json", "--vtu", "answer.vtu"])
    assert time.perf_counter() - started < 5  # under 2 s on a machine that is not busy
    out, err = capsys.readouterr()
    assert (code, out) == (2, ""), err
    assert err.startswith("tubewall: bad.toml: "), err
    assert err.count("\n") == 1
    assert len(err) < 600
    assert told in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.toml", "tube.msh"]


def test_there_are_at_least_sixty_bad_cases() -> None:
    assert len(BAD) >= 60


def test_the_case_that_the_bad_ones_are_made_of_is_good() -> None:
    assert CaseFile.from_text("".join(GOOD.values())).analysis.order == 2


def test_what_is_no_case_file_at_all_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with open(tmp_path / "huge.toml", "wb") as file:
        file.truncate(2**30)
    os.mkfifo(tmp_path / "pipe.toml")
    told = {
        "latin.toml": "is not UTF-8",
        "huge.toml": "a case file has at most 1000000",
        "pipe.toml": "is not a regular file",
        "none.toml": "no such file",
        ".": "is a directory, not a case file",
    }
    for name, reason in told.items():
        assert cli.main(["solve", str(tmp_path / name)]) == 2
        assert reason in capsys.readouterr().err


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    (tmp_path / "secret.msh").write_text("")
    (folder / "tube.msh").symlink_to(tmp_path / "secret.msh")
    (folder / "case.toml").write_text("".join(GOOD.values()))
    assert cli.main(["solve", str(folder / "case.toml")]) == 2
    assert "lies outside the folder of the case file" in capsys.readouterr().err


OUTPUTS = {
    "the case itself": (["--json", "case.toml"], "is the study file itself"),
    "the mesh": (["--json", "tube.msh"], "is the mesh of the case"),
    "one file twice": (["--json", "a.vtu", "--vtu", "a.vtu"], "two outputs would go to one file"),
    "a wrong ending": (["--vtu", "a.txt"], "--vtu: a.txt must end in .vtu"),
    "no such folder": (["--json", "no/a.json"], "there is no directory"),
    "an unknown option": (["--jsn", "a"], "no option --jsn; did you mean --json?"),
    "two cases": (["case2.toml"], "there is no place for 'case2.toml'"),
}


@pytest.mark.parametrize(("words", "told"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_an_output_that_cannot_be_is_refused_before_anything_is_solved(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mesh_text: str,
    words: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tube.msh").write_text(mesh_text)
    (tmp_path / "case.toml").write_text("".join(GOOD.values()))
    assert cli.main(["solve", "case.toml", *words]) == 2
    assert told in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.toml", "tube.msh"]


JUNK = st.recursive(
    st.one_of(
        st.text(max_size=20),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.sampled_from(["1 nm", "5", "nan", "left", "LLZO", "1 MPa * x / nm", "3d"]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "fix", "point"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    table=st.sampled_from(list(CaseFile.model_fields)),
    key=st.sampled_from(["boundary", "fix", "at", "pairs", "m", "unit", "kind", "body", "axes", "pressure"]),
    value=JUNK,
    listed=st.booleans(),
)
def test_whatever_a_table_holds_the_answer_is_a_case_or_one_line(
    table: str, key: str, value: object, listed: bool
) -> None:
    tables: dict[str, object] = {
        "mesh": {"file": "a.msh"},
        "analysis": {"kind": "plane strain"},
        "materials": {"body": "LLZO"},
    }
    inner = {**tables[table], key: value} if isinstance(tables.get(table), dict) else {key: value}  # type: ignore[dict-item]
    told = ""
    try:
        CaseFile.from_tables({**tables, table: [inner] if listed else inner})
        CaseFile.from_tables({**tables, table: value})
    except InputError as error:
        told = str(error)
    assert "\n" not in told
