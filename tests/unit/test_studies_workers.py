"""Processes beside: they end on a bare system too, and what they cannot do is done here."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from tubewall.studies import workers

BESIDE = """
from tubewall.studies.workers import one_beside, outcome
with one_beside() as beside:
    print(21 * 2 if beside is None else outcome(beside.submit(pow, 42, 1), lambda: -1))
"""
TASKS = """
from tubewall.studies.workers import run_tasks
print(sorted(run_tasks(abs, [-1, -2, -3], 2)))
"""


@pytest.mark.parametrize(("code", "printed"), [(BESIDE, "42"), (TASKS, "[(0, 1), (1, 2), (2, 3)]")])
def test_processes_end_where_the_system_has_no_programs(tmp_path: Path, code: str, printed: str) -> None:
    # a minimal Debian has no pgrep, by which loky would look for the children it ends
    environment = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == printed


def test_what_a_process_beside_could_not_do_is_done_here() -> None:
    future: Future[int] = Future()
    future.set_exception(BrokenProcessPool("it died"))
    assert workers.outcome(future, lambda: 7) == 7


def test_an_error_of_the_task_itself_is_not_hidden() -> None:
    future: Future[int] = Future()
    future.set_exception(ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        workers.outcome(future, lambda: 7)


def test_without_semaphores_nothing_is_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        @staticmethod
        def cpu_count() -> int:
            return 2

        @staticmethod
        def ProcessPoolExecutor(**_options: object) -> None:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(workers, "_loky", lambda: Refusing)
    with workers.one_beside() as beside:
        assert beside is None
