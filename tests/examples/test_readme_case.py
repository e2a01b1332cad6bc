"""The case that the README shows is drawn, solved and compared with what it shows; so is the size of the book it speaks of."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tubewall import cli
from tubewall.verification.book import named_cases

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def block(language: str, words: str) -> str:
    (found,) = (x for x in re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL) if words in x)
    return found


@pytest.mark.skipif(not (Path(sys.executable).parent / "gmsh").exists(), reason="gmsh's own command is not installed")
def test_the_case_of_the_readme_is_answered_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tube.geo").write_text(block("geo", "Circle"))
    (tmp_path / "tube.toml").write_text(block("toml", "hoop at the bore"))
    draw, solve, *shown = block("console", "tubewall solve").splitlines()
    monkeypatch.chdir(tmp_path)
    # the command finds its Python by the path
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [str(Path(sys.executable).parent / "gmsh"), *shlex.split(draw)[2:]]
    subprocess.run(command, check=True, capture_output=True, timeout=60, env={**os.environ, "PATH": path})
    assert cli.main(shlex.split(solve)[2:]) == 0
    printed = iter(capsys.readouterr().out.splitlines())
    for line in shown:
        if line == "[...]":
            continue
        # another version of gmsh may draw another mesh: counts and the mesh error are not held
        words, values = NUMBER.sub("#", line), [float(x) for x in NUMBER.findall(line.split(", mesh error")[0])]
        near = next(x for x in printed if NUMBER.sub("#", x) == words)
        found = [float(x) for x in NUMBER.findall(near.split(", mesh error")[0])]
        if "unknowns" not in line:
            assert found == pytest.approx(values, rel=2e-3, abs=1e-9), line
    # hoop stress at the bore, Lame (Timoshenko and Goodier, section 28): p (b2 + a2) / (b2 - a2)
    (exact,) = (float(x) for x in re.findall(r"Lame's tube has (\S+) MPa", README))
    assert exact == pytest.approx((60**2 + 50**2) / (60**2 - 50**2), rel=1e-4)
    assert (tmp_path / "tube.vtu").exists()


def test_the_book_has_as_many_cases_as_the_readme_says() -> None:
    assert "more than fifty cases with an exact" in README
    assert len(named_cases()) > 50
