"""A file that is meant for another command is answered with that command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tubewall import cli
from tubewall.studies.chambers_options import chambers_template
from tubewall.studies.study import Study

FILES = {
    "solve": "[mesh]\nfile = 'a.msh'\n[analysis]\nkind = '3d'\n[materials]\na = 'LLZO'\n",
    "chambers": chambers_template(),
    "thickness": Study().to_toml(),
    "tubule": "[drawing]\nbore = '80 nm'\n[flaw]\nflaw_length = '10 nm'\n[materials]\ninsulator = 'BeO'\n",
}
# studies and tubule files share their drawing: there the table or key that differs is named
PAIRS = [(a, b) for a in FILES for b in FILES if a != b and {a, b} != {"thickness", "tubule"}]


@pytest.mark.parametrize(("command", "meant"), PAIRS)
def test_a_file_for_another_command_is_refused_with_its_name(
    command: str, meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text(FILES[meant])
    words = ["tubule", "root", "a.toml"] if command == "tubule" else [command, "a.toml"]
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tubewall: a.toml: has a table [")
    assert err.endswith(f"], which belongs to a file for `tubewall {meant}`\n")
