"""The same study gives the same numbers, whatever the number of threads (targets of trust, 19)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

COARSE = ["--elements-through-wall", "2", "--supercell", "3", "--thinnest", "2 nm", "--no-report", "--quiet"]


def numbers(data: Any, place: str = "") -> Iterator[tuple[str, float]]:
    """Every number of an answer by its place, seconds aside."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key != "seconds":
                yield from numbers(value, f"{place}/{key}")
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from numbers(value, f"{place}/{i}")
    elif isinstance(data, float):
        yield place, data


def answer(folder: Path, threads: int) -> dict[str, float]:
    environment = os.environ | {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL")}
    file = folder / f"{threads}.json"
    command = [sys.executable, "-m", "tubewall.cli", "thickness", *COARSE, "--json", str(file)]
    subprocess.run(command, check=True, env=environment, cwd=folder)
    return dict(numbers(json.loads(file.read_text())))


def test_one_thread_and_two_give_the_same_answer(tmp_path: Path) -> None:
    one, two = answer(tmp_path, 1), answer(tmp_path, 2)
    assert len(one) > 150
    assert one.keys() == two.keys()
    for place, value in one.items():
        assert two[place] == pytest.approx(value, rel=1e-10, abs=0.0), place
