"""Files are there whole or not at all, whoever writes them: meshes, pictures, tables."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tubewall.errors import InputError
from tubewall.whole_files import TEMPORARY, write_whole, written_whole

ROOT = Path(__file__).resolve().parents[2]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "old")
    with written_whole(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.name.startswith(TEMPORARY)
        assert temporary.suffix == ".txt"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    write_whole(path, b"old")
    with pytest.raises(RuntimeError, match="half way"), written_whole(path) as temporary:  # noqa: PT012
        temporary.write_bytes(b"ne")
        raise RuntimeError("half way")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"a\.txt: cannot be written: No space left on device"):
        write_whole(tmp_path / "a.txt", "text")
    assert os.listdir(tmp_path) == []


def test_a_place_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        write_whole(tmp_path / "none" / "a.txt", "text")
    with pytest.raises(InputError, match=re.escape(r"x\n") + ".*cannot be written"):
        write_whole("none/x\ny.txt", "text")


def test_an_error_about_another_file_is_not_mistaken_for_the_target(tmp_path):
    with pytest.raises(FileNotFoundError, match="other"), written_whole(tmp_path / "a.txt"):
        (tmp_path / "other").read_text()
    assert os.listdir(tmp_path) == []


def test_a_new_file_has_the_rights_of_any_other_and_a_link_is_followed(tmp_path):
    (tmp_path / "plain").write_text("x")
    path = write_whole(tmp_path / "a.txt", "text")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "link").symlink_to(path)
    write_whole(tmp_path / "link", "more")
    assert (tmp_path / "link").is_symlink()
    assert path.read_text() == "more"


def test_no_room_has_a_writer_of_its_own():
    rooms = ("chambers", "fem", "geometry", "materials", "studies", "verification", "view")
    own = [
        path.name for room in rooms for path in (ROOT / room).glob("*.py")
        if re.search(r"\bos\.replace\(|\bmkstemp\(", path.read_text())
    ]  # fmt: skip
    assert own == []
