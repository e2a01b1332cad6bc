"""Processes that work through tasks: one that dies takes only its own task with it, and none outlives its parent."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, TypeVar

_ONE_THREAD: Final = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB_MAXIMUM", "NUMEXPR")
}
_LOOK_EVERY: Final = 0.2

T = TypeVar("T")


class Died(Exception):
    """The process that worked on a task died: a crash of native code, or the system took its memory."""


def cores() -> int:
    """The number of cores that this process may use, limits of a container counted."""
    return int(_loky().cpu_count())


def _loky() -> Any:
    return importlib.import_module("joblib.externals.loky")


@contextlib.contextmanager
def one_beside() -> Iterator[Executor | None]:
    """One process beside this one where there is a core for it, else None; it ends with the block, and with this process."""
    pool = _one_process() if cores() > 1 else None
    try:
        yield pool
    finally:
        if pool is not None:
            pool.shutdown(wait=False, kill_workers=True)


def _one_process() -> Any:
    """A pool of one process; None where the system lets this user have no semaphores."""
    try:
        return _loky().ProcessPoolExecutor(
            max_workers=1, env=_ONE_THREAD, initializer=_leave_with, initargs=(os.getpid(),)
        )
    except OSError:
        return None


def outcome(future: Future[T], alone: Callable[[], T]) -> T:
    """What a task beside came to; done here by ``alone`` where its process died, or could not be started."""
    try:
        return future.result()
    except (BrokenProcessPool, OSError):
        return alone()


def run_tasks(work: Callable[[Any], Any], tasks: Sequence[Any], jobs: int) -> Iterator[tuple[int, Any]]:
    """Do ``work`` on every task with ``jobs`` processes and yield (index of the task, result) as they end.

    The result is the exception where ``work`` raised one, and `Died` where its process died while no other task was
    near. ``work`` goes to the processes by cloudpickle, so it may be defined in a script or a notebook; nothing is
    pickled to disk.
    """
    waiting = list(enumerate(tasks))
    while waiting:
        suspects = yield from _until_one_dies(work, waiting, jobs)
        for index, task in suspects:
            # whose process died with others beside it is tried again alone, to know which task it was
            alone = [(index, task)]
            guilty = yield from _until_one_dies(work, alone, 1)
            if guilty:
                yield index, Died("the process that worked on it died")


def _until_one_dies(
    work: Callable[[Any], Any], waiting: list[tuple[int, Any]], jobs: int
) -> Generator[tuple[int, Any], None, list[tuple[int, Any]]]:
    pool = _loky().ProcessPoolExecutor(
        max_workers=min(jobs, len(waiting)), env=_ONE_THREAD, initializer=_leave_with, initargs=(os.getpid(),)
    )
    running: dict[Future[Any], tuple[int, Any]] = {}
    try:
        while waiting or running:
            # no more tasks than processes are handed out, so that a death is known to be of one of these
            while waiting and len(running) < jobs:
                try:
                    running[pool.submit(work, waiting[0][1])] = waiting[0]
                except BrokenProcessPool:
                    return list(running.values())
                del waiting[0]
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            dead: list[tuple[int, Any]] = []
            for future in done:
                error = future.exception()
                index, task = running.pop(future)
                if isinstance(error, BrokenProcessPool):
                    dead.append((index, task))
                else:
                    yield index, error if error is not None else future.result()
            if dead:
                return dead + list(running.values())
        return []
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def _leave_with(parent: int) -> None:
    # Ctrl-C reaches the whole group; the parent alone answers it and ends the others
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=look, daemon=True).start()
