"""Results of a study as NetCDF: what stands in them, in which unit, and that damage does not go unseen."""

from __future__ import annotations

import json
import random
import subprocess

import h5netcdf
import h5py
import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies import ChambersStudy, answer_study, chambers_memory
from tubewall.studies.chambers_netcdf import write_netcdf
from tubewall.studies.chambers_provenance import commit_of

STUDY = {
    "array": {"rows": 6, "columns": 8},
    "gas": {"temperature": "55 C"},
    "walls": {"permeance": "1e-13 mol/(m2 s Pa)"},
    "protocol": {"name": "full cell", "current_densities": ["0.5 mA/cm2"]},
    "scatter": {"deviation": 0.1, "wall": 0.1},
    "run": {"looks": 6},
}
SMALL = {
    **STUDY,
    "array": {"rows": 3, "columns": 3, "periodic": False},
    "protocol": {"name": "charge"},
    "run": {"looks": 3},
}


@pytest.fixture(scope="module")
def answer():
    return answer_study(ChambersStudy.from_tables(STUDY))


@pytest.fixture(scope="module")
def path(answer, tmp_path_factory):
    path = tmp_path_factory.mktemp("netcdf") / "result.nc"
    write_netcdf(answer, path)
    return path


def test_what_is_read_back_is_the_answer(answer, path):
    with h5netcdf.File(path) as file:
        for side in answer.sides:
            group, run = file[side.name], side.run
            for name, expected in (
                ("time", run.times),
                ("overpotential", run.overpotential),
                ("charge", run.charge),
                ("fill", run.fills),
                ("pressure", run.pressures),
                ("moles", run.moles),
                ("pressure_quantiles", run.pressure.quantiles),
                ("largest_difference", side.walls.differences),
                ("regime_number", side.walls.regimes),
            ):
                assert np.array_equal(group[name][:], expected), name
        first, second = file["wall_chambers"][:].T
        gas = file["hermetic/pressure"][:]
        seen = np.abs(gas[:, first] - gas[:, second]).max(axis=0)
        # over all steps, looks among them
        assert (file["hermetic/largest_difference"][:] >= seen * (1.0 - 1e-12)).all()


def test_every_variable_has_its_unit_its_name_and_a_checksum(path):
    with h5netcdf.File(path) as file, h5py.File(path) as raw:
        found = [(name, one) for node in (file, *file.groups.values()) for name, one in node.variables.items()]
        assert len(found) > 70
        for name, one in found:
            assert one.attrs["long_name"]
            assert one.attrs["units"] in ("s", "V", "A m-2", "A s m-2", "mol", "Pa", "1", "m", "mol m-2 s-1 Pa-1"), name
            assert raw[one.name].fletcher32, name
        assert file["hermetic/voltage"].dimensions == ("time",)
        assert file["hermetic/pressure"].dimensions == ("time", "chamber")
        assert file["hermetic/pressure_histogram"].dimensions == ("time", "pressure_bin")
        assert file["planar_foil/voltage"].dimensions == ("time",)
        # without the calendar that a unit such as "seconds since" would bring
        assert file["hermetic/time"].attrs["units"] == "s"


def test_histograms_count_every_chamber_between_their_bounds(answer, path):
    with h5netcdf.File(path) as file:
        for name in ("fill", "pressure"):
            group = file["permeable"]
            counts, bounds = group[f"{name}_histogram"][:], group[f"{name}_bin_bounds"][:]
            assert (counts.sum(axis=1) == answer.study.lattice().chambers).all()
            last = group[name][-1]
            inside = (last >= bounds[:, :1]) & (last < bounds[:, 1:])
            assert np.array_equal(inside.sum(axis=1), counts[-1])


def test_the_file_says_where_it_comes_from_and_names_no_place(answer, path):
    with h5netcdf.File(path) as file:
        about = {name: str(value) for name, value in file.attrs.items()}
    assert about["Conventions"].startswith("CF-")
    assert about["input_hash"] == answer.study.input_hash
    assert about["seed"] == "0"
    assert json.loads(about["study"])["gas"]["temperature"] == pytest.approx(328.15)
    for text in about.values():
        assert str(path.parent) not in text


def test_the_commit_is_the_one_that_git_tells(tmp_path):
    def git(*words):
        return subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True, text=True).stdout

    assert commit_of(tmp_path) is None
    git("init", "-q", "-b", "main")
    assert commit_of(tmp_path) is None
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "one")
    expected = git("rev-parse", "HEAD").strip()
    assert commit_of(tmp_path) == expected
    git("pack-refs", "--all")
    assert commit_of(tmp_path) == expected
    git("checkout", "-q", "--detach")
    assert commit_of(tmp_path) == expected
    git("worktree", "add", "-q", "-b", "other", str(tmp_path / "second"))
    assert commit_of(tmp_path / "second") == expected


def contents(path):
    """Everything in a file: values and texts of all variables, as HDF5 gives them; how they hang together left out."""
    hidden = (
        "CLASS",
        "NAME",
        "DIMENSION_LIST",
        "REFERENCE_LIST",
        "_Netcdf4Coordinates",
        "_Netcdf4Dimid",
        "_NCProperties",
    )

    def texts(node):
        return {name: bytes(value) for name, value in node.attrs.items() if name not in hidden}

    with h5py.File(path) as file:
        found = {"/": texts(file)}

        def take(name, node):
            # a dimension without values of its own has no chunks
            values = node[...].tobytes() if isinstance(node, h5py.Dataset) and node.chunks else b""
            found[name] = (values, texts(node))

        file.visititems(take)
        return found


def test_a_flipped_bit_never_changes_what_is_read(tmp_path):
    whole = tmp_path / "whole.nc"
    write_netcdf(answer_study(ChambersStudy.from_tables(SMALL)), whole)
    good, expected = whole.read_bytes(), contents(whole)
    damaged, refused = tmp_path / "damaged.nc", 0
    pick = random.Random(5)
    # where the values lie, and anywhere
    with h5py.File(whole) as file:
        chunk = file["hermetic/pressure"].id.get_chunk_info(1)
    places = [chunk.byte_offset + k for k in range(0, chunk.size, 9)] + [pick.randrange(len(good)) for _ in range(40)]
    for count, place in enumerate(places):
        bad = bytearray(good)
        bad[place] ^= 1 << pick.randrange(8)
        damaged.write_bytes(bad)
        try:
            found = contents(damaged)
        except (OSError, RuntimeError, KeyError, ValueError):
            refused += 1
        else:
            assert found == expected, place
            assert count >= chunk.size // 9, f"a flipped bit of the values at {place} was not seen"
    assert refused >= chunk.size // 9


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_truncated_file_is_refused(tmp_path, path, share):
    bad = tmp_path / "bad.nc"
    data = path.read_bytes()
    bad.write_bytes(data[: int(share * len(data))])
    with pytest.raises(OSError):
        contents(bad)


def test_the_command_writes_the_same_bytes_twice_and_refuses_another_ending(tmp_path, capsys):
    study = tmp_path / "anode.toml"
    study.write_text("[array]\nrows = 3\ncolumns = 4\n[run]\nlooks = 3\n")
    for name in ("a.nc", "b.nc"):
        assert cli.main(["chambers", str(study), "--netcdf", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    capsys.readouterr()
    assert cli.main(["chambers", str(study), "--netcdf", str(tmp_path / "c.h5")]) == 2
    assert "--netcdf" in (told := capsys.readouterr().err)
    assert "must end in .nc" in told


def test_an_array_too_large_for_histories_has_its_spreads_and_walls(monkeypatch, tmp_path):
    monkeypatch.setattr(chambers_memory, "_MOST_KEPT", 10)
    write_netcdf(answer_study(ChambersStudy.from_tables(SMALL)), tmp_path / "a.nc")
    with h5netcdf.File(tmp_path / "a.nc") as file:
        assert "pressure_quantiles" in file["hermetic"].variables
        assert "pressure" not in file["hermetic"].variables
        assert file["hermetic"]["largest_difference"].shape == file["wall_chambers"].shape[:1]


def test_nothing_is_left_where_it_cannot_be_written(tmp_path, answer):
    with pytest.raises(InputError, match="cannot be written"):
        write_netcdf(answer, tmp_path / "none" / "a.nc")
    assert list(tmp_path.iterdir()) == []


def test_parquet_pages_have_checksums_too(answer, tmp_path):
    path = tmp_path / "a.parquet"
    answer.table().to_parquet(path)
    good = path.read_bytes()
    expected = pyarrow.parquet.read_table(path, page_checksum_verification=True)
    bad, seen = bytearray(good), 0
    column = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(4)
    start, end = column.data_page_offset, column.data_page_offset + 60
    for place in range(start, end, 7):
        bad[:] = good
        bad[place] ^= 4
        path.write_bytes(bad)
        try:
            found = pyarrow.parquet.read_table(path, page_checksum_verification=True)
        except (OSError, pyarrow.ArrowException):
            seen += 1
        else:
            assert found.equals(expected), place
    assert seen > 3
