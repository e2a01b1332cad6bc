"""Sweeps: their rows, their resumption after a kill, and results that somebody damaged."""

from __future__ import annotations

import csv
import importlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tubewall.errors import DamagedFileError, InputError
from tubewall.studies.study import Study
from tubewall.studies.sweep_plan import Range, make_plan
from tubewall.studies.sweep_run import run_plan, sweep
from tubewall.studies.sweep_store import Result, Store, pack, unpack
from tubewall.studies.tables import Table

# an evaluation that costs nothing and counts its calls, in a module that worker processes can import
EVALUATION = """
import os, time
from tubewall.errors import MeshingError

def walls(study):
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(f"{study.drawing.bore!r} {study.gas.fill!r}\\n")
    time.sleep(float(os.environ.get("PAUSE", "0")))
    if study.drawing.bore == 13e-9:
        raise MeshingError("13 nm brings no luck")
    if study.drawing.bore == 14e-9:
        return 1 / 0
    if study.drawing.bore == 15e-9:
        os._exit(9)
    if study.drawing.bore == 16e-9:
        return {"wall": {"value": float("nan"), "unit": "m"}}
    wall = study.drawing.bore * study.gas.fill
    answer = {"value": {"value": wall, "unit": "m"}, "low": {"value": wall / 3, "unit": "m"}, "binds": "strength_peak"}
    return {"thinnest_wall": {"gas_hermetic": answer}, "regime": {"value": float("inf"), "unit": "1"}, "seconds": 3.0}
"""
SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
import cheap
from tubewall.studies.study import Study
from tubewall.studies.sweep_run import sweep

bores = [f"{{20 + i}} nm" for i in range({bores})]
sweep(Study(), {{"bore": bores, "fill": [0.85, 0.9]}}, jobs={jobs}, out={out!r}, evaluate=cheap.walls)
"""


@pytest.fixture
def cheap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "cheap.py").write_text(EVALUATION)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    sys.modules.pop("cheap", None)
    importlib.invalidate_caches()
    yield importlib.import_module("cheap")
    sys.modules.pop("cheap", None)


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], int]:
    def count() -> int:
        path = tmp_path / "calls"
        return len(path.read_text().splitlines()) if path.exists() else 0

    return count


def lines_of(path: Path) -> list[list[str]]:
    """The table without its last column, the seconds."""
    return [row[:-1] for row in csv.reader(path.read_text().splitlines())]


def test_a_grid_has_a_row_per_combination_in_order_with_units(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    told: list[tuple[float, str]] = []
    out = tmp_path / "out"
    axes = {"bore": ["20 nm", 40e-9], "fill": [0.85, 0.9]}
    table = sweep(
        Study(), axes, jobs=2, out=out, evaluate=cheap.walls, progress=lambda share, text: told.append((share, text))
    )
    assert table.column("bore") == (2e-8, 2e-8, 4e-8, 4e-8)
    assert table.column("fill") == (0.85, 0.9, 0.85, 0.9)
    expected = tuple(b * f for b, f in zip(table.column("bore"), table.column("fill"), strict=True))
    assert table.column("thinnest_wall.gas_hermetic.value") == expected
    assert table.column("regime") == (float("inf"),) * 4
    assert set(table.column("outcome")) == {"answered"}
    heading = lines_of(out / "table.csv")[0]
    assert heading[:5] == ["case", "bore [m]", "fill", "outcome", "thinnest_wall.gas_hermetic.value [m]"]
    assert told[-1] == (1.0, "4 of 4 cases")
    assert calls() == 4
    assert (out / "bore.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in out.iterdir()) == [
        "bore.png", "cases", "fill.png", "sweep.json", "table.csv", "table.parquet",
    ]  # fmt: skip


def test_the_parquet_table_holds_the_same_numbers_with_units_in_its_metadata(cheap: ModuleType, tmp_path: Path) -> None:
    import pyarrow.parquet

    table = sweep(Study(), {"bore": ["20 nm", "13 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)
    read = pyarrow.parquet.read_table(tmp_path / "out" / "table.parquet")
    field = read.schema.field("thinnest_wall.gas_hermetic.value [m]")
    assert field.metadata[b"unit"] == b"m"
    assert read.column(field.name).to_pylist() == list(table.column("thinnest_wall.gas_hermetic.value"))
    assert len(read.schema.metadata[b"input_hash"]) == 64


def test_a_second_run_computes_nothing_and_writes_the_same_table(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    axes = {"bore": ["20 nm", "13 nm", "40 nm"]}
    sweep(Study(), axes, jobs=2, out=tmp_path / "out", evaluate=cheap.walls)
    first, first_plot = (tmp_path / "out" / "table.csv").read_bytes(), (tmp_path / "out" / "table.parquet").read_bytes()
    sweep(Study(), axes, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)
    assert calls() == 3
    assert (tmp_path / "out" / "table.csv").read_bytes() == first
    assert (tmp_path / "out" / "table.parquet").read_bytes() == first_plot


def test_a_longer_list_computes_only_the_new_cases_and_equal_cases_once(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    sweep(Study(), {"bore": ["20 nm", "30 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)
    table = sweep(
        Study(), {"bore": ["30 nm", "0.02 um", "40 nm", "40 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls
    )
    assert calls() == 3
    assert len(table.rows) == 4


def test_a_case_that_fails_is_a_row_with_its_reason(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    axes = {"bore": ["13 nm", "14 nm", "15 nm", "16 nm", "20 nm"], "neighbour_fill": [0.8, 0.95]}
    table = sweep(Study(), axes, jobs=2, out=tmp_path / "out", evaluate=cheap.walls)
    outcomes = dict(
        zip(zip(table.column("bore"), table.column("neighbour_fill"), strict=True), table.rows, strict=True)
    )
    messages = dict(zip(outcomes, zip(table.column("outcome"), table.column("message"), strict=True), strict=True))
    assert messages[13e-9, 0.8] == ("failed", "13 nm brings no luck")
    assert messages[14e-9, 0.8] == ("failed", "ZeroDivisionError: division by zero")
    assert messages[15e-9, 0.8] == ("crashed", "the process that worked on it died")
    assert messages[16e-9, 0.8] == ("failed", "wall came out as not a number")
    assert messages[20e-9, 0.8] == ("answered", "")
    refused = messages[20e-9, 0.95]
    assert refused[0] == "refused"
    assert "neighbour_fill" in refused[1]
    # what the case itself cannot do is kept; a defect and a crash are tried again
    before = calls()
    sweep(Study(), {"bore": ["13 nm", "14 nm", "15 nm", "20 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)
    assert 2 <= calls() - before <= 3


def test_zip_goes_side_by_side_and_samples_repeat_with_their_seed() -> None:
    plan = make_plan(Study(), {"bore": ["20 nm", "30 nm"], "fill": [0.85, 0.9]}, mode="zip")
    assert [tuple(case.changes.values()) for case in plan.cases()] == [(2e-8, 0.85), (3e-8, 0.9)]
    axes = {
        "bore": Range(low="10 nm", high="1 um", scale="log"),
        "ends": ["held", "free"],
        "supercell": Range(low=3, high=9),
    }
    plans = [make_plan(Study(), axes, mode="sampled", samples=64, seed=seed) for seed in (1, 1, 2)]
    drawn = [[tuple(case.changes.values()) for case in plan.cases()] for plan in plans]
    assert drawn[0] == drawn[1] != drawn[2]
    # a Latin hypercube of 64 in two decades: 32 in each, whatever the seed
    assert sum(1 for bore, *_ in drawn[0] if isinstance(bore, float) and bore < 1e-7) == 32
    assert sum(1 for _, ends, _ in drawn[0] if ends == "held") == 32
    assert {cell for *_, cell in drawn[0]} == set(range(3, 10))
    assert plans[0].input_hash == plans[1].input_hash != plans[2].input_hash


@pytest.mark.parametrize(
    ("axes", "rest", "told"),
    [
        ({}, {}, "nothing varies"),
        ({"bor": ["1 nm"]}, {}, "did you mean 'bore'"),
        ({"bore": []}, {}, "[drawing] bore: an empty list"),
        ({"bore": "20 nm"}, {}, "expected a list"),
        ({"bore": ["20 nm", "-1 nm"]}, {}, "[drawing] bore: must be positive, got -1 nm"),
        ({"bore": [float("nan")]}, {}, "finite"),
        ({"bore": [2e-8, 3e-8], "fill": [0.9]}, {"mode": "zip"}, "bore 2, fill 1"),
        ({"bore": [2e-8]}, {"mode": "gird"}, "did you mean 'grid'"),
        ({"bore": Range(low="1 nm", high="2 nm")}, {}, "take mode 'sampled'"),
        ({"bore": Range(low="3 nm", high="2 nm")}, {"mode": "sampled"}, "3 nm .. 2 nm"),
        ({"neck": Range(low="0 nm", high="2 nm", scale="log")}, {"mode": "sampled"}, "starts above 0"),
        ({"ends": Range(low=0, high=2)}, {"mode": "sampled"}, "give a list"),
        ({"bore": [2e-8]}, {"mode": "sampled", "sampler": "sobol", "samples": 100}, "take 128"),
        ({"bore": [2e-8] * 1000, "fill": [0.9] * 1000}, {}, "1000000 cases"),
    ],
)
def test_a_wrong_plan_is_refused_before_anything_runs(axes: dict[str, object], rest: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as error:
        make_plan(Study(), axes, **rest)  # type: ignore[arg-type]
    assert told in str(error.value)


def test_an_unwritable_folder_and_an_unknown_evaluation_are_refused_before_anything_runs(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "cases").symlink_to(tmp_path / "elsewhere")
    for out in ("file", "file/below", "linked"):
        with pytest.raises(InputError):
            sweep(Study(), {"bore": ["20 nm"]}, out=tmp_path / out, evaluate=cheap.walls)
    with pytest.raises(InputError, match="did you mean 'thickness'"):
        sweep(Study(), {"bore": ["20 nm"]}, out=tmp_path / "out", evaluate="thicknes")
    assert calls() == 0
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_two_sweeps_do_not_share_a_folder_at_once(cheap: ModuleType, tmp_path: Path) -> None:
    with (
        Store(tmp_path / "out").alone(),
        pytest.raises(InputError, match="another sweep works in it"),
    ):
        sweep(Study(), {"bore": ["20 nm"]}, out=tmp_path / "out", evaluate=cheap.walls)


def test_damaged_results_are_named_and_computed_again(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    out = tmp_path / "out"
    axes = {"bore": [f"{20 + i} nm" for i in range(8)]}
    whole = sweep(Study(), axes, jobs=1, out=out, evaluate=cheap.walls)
    results = sorted(path for path in (out / "cases").glob("*.json") if len(path.stem) == 64)
    flipped, cut, emptied, deleted, swapped, linked = results[:6]
    data = flipped.read_bytes()
    flipped.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
    cut.write_bytes(cut.read_bytes()[:-7])
    emptied.write_bytes(b"")
    deleted.unlink()
    swapped.write_bytes(results[6].read_bytes())
    linked.unlink()
    linked.symlink_to(results[7])
    mended = sweep(Study(), axes, jobs=1, out=out, evaluate=cheap.walls)
    assert calls() == 8 + 6
    assert [row[:-1] for row in mended.rows] == [row[:-1] for row in whole.rows]
    assert len(mended.notes) == 6
    for victim in results[:6]:
        assert victim.name in mended.text()
        assert victim.name in (out / "sweep.json").read_text()
    assert sweep(Study(), axes, jobs=1, out=out, evaluate=cheap.walls).notes == ()
    assert calls() == 8 + 6


def test_a_directory_in_the_place_of_a_result_is_refused_by_name(cheap: ModuleType, tmp_path: Path) -> None:
    sweep(Study(), {"bore": ["20 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)
    (result,) = (path for path in (tmp_path / "out" / "cases").glob("*.json") if len(path.stem) == 64)
    result.unlink()
    result.mkdir()
    with pytest.raises(InputError, match=result.name):
        sweep(Study(), {"bore": ["20 nm"]}, jobs=1, out=tmp_path / "out", evaluate=cheap.walls)


def test_no_bit_of_a_result_can_change_unnoticed() -> None:
    name = "a" * 64
    columns = {"wall": (1.25e-9, "m"), "binds": ("strength", ""), "regime": (float("inf"), "1"), "none": (None, "m")}
    result = Result(outcome="answered", columns=columns, seconds=0.25)
    data = pack(name, result)
    assert unpack(name, data) == result
    for position in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        with pytest.raises(DamagedFileError):
            unpack(name, bytes(flipped))


def start(tmp_path: Path, out: Path, *, bores: int, jobs: int, pause: float) -> subprocess.Popen[bytes]:
    script = textwrap.dedent(SCRIPT.format(folder=str(tmp_path / "code"), out=str(out), bores=bores, jobs=jobs))
    return subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PAUSE": str(pause)}, stderr=subprocess.DEVNULL
    )


def kept(out: Path) -> int:
    return len([path for path in (out / "cases").glob("*.json") if len(path.stem) == 64])


def children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def kill_and_resume(
    tmp_path: Path, calls: Callable[[], int], *, bores: int, jobs: int, kills: int, pause: float
) -> None:
    plain, broken = tmp_path / "plain", tmp_path / "broken"
    assert start(tmp_path, plain, bores=bores, jobs=jobs, pause=0).wait(timeout=120) == 0
    before = calls()
    dice = random.Random(7)
    for _ in range(kills):
        there = kept(broken) if broken.exists() else 0
        process = start(tmp_path, broken, bores=bores, jobs=jobs, pause=pause)
        target = there + dice.randint(1, max(2, bores // 10))
        wait_until(lambda target=target, process=process: kept(broken) >= target or process.poll() is not None)
        time.sleep(dice.uniform(0, pause))
        family = children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda family=family: not any(alive(pid) for pid in family), seconds=10)
    assert start(tmp_path, broken, bores=bores, jobs=jobs, pause=0).wait(timeout=120) == 0
    cases = 2 * bores
    assert calls() - before <= cases + kills * jobs, "more than one case per worker was computed again"
    assert lines_of(broken / "table.csv") == lines_of(plain / "table.csv")
    assert len(lines_of(broken / "table.csv")) == cases + 1
    assert [path for path in (broken / "cases").iterdir() if path.name.startswith(".tubewall")] == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_killed_sweep_goes_on_where_it_was_and_leaves_no_process_behind(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    kill_and_resume(tmp_path, calls, bores=6, jobs=2, kills=1, pause=0.1)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_two_hundred_cases_killed_ten_times_end_in_the_table_of_an_unbroken_run(
    cheap: ModuleType, tmp_path: Path, calls: Callable[[], int]
) -> None:
    kill_and_resume(tmp_path, calls, bores=100, jobs=2, kills=10, pause=0.05)


def test_without_a_folder_the_table_is_all_there_is(cheap: ModuleType, tmp_path: Path) -> None:
    table = run_plan(make_plan(Study(), {"bore": ["20 nm"]}), evaluate=cheap.walls)
    assert isinstance(table, Table)
    assert table.column("outcome") == ("answered",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls", "code"]
