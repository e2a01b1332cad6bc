"""Compilation of numerical kernels by numba, and the threads that run them.

Kernels release the interpreter's lock and work on a range of their index; a ``Crew`` of threads shares the ranges out.
What a kernel computes does not depend on how its index was cut, so the numbers are the same on any number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import TracebackType
from typing import Any, Final

import numba
from numba.core import event

Kernel = Callable[..., Any]

# pieces that each thread takes, so that a thread that is held up delays the others little
_PIECES: Final = 4
# untyped in numba
_EVENTS: Final[Any] = event
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}


def compiled(function: Kernel) -> Kernel:
    """The function compiled at its first call, kept on disk where there is a place for it."""
    return _compile(function)


def inlined(function: Kernel) -> Kernel:
    """A small function that becomes part of the kernels that call it."""
    return _compile(function, forceinline=True)


def _compile(function: Kernel, **more: Any) -> Kernel:
    compiler: Any = numba.njit
    try:
        kernel: Kernel = compiler(cache=True, **_OPTIONS, **more)(function)
    except RuntimeError:
        # neither the folder of the program nor the user's cache can be written to
        kernel = compiler(**_OPTIONS, **more)(function)
    return kernel


class CompileClock:
    """Seconds spent compiling while it was entered; nothing where kernels come from the disk."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._timer: Any = _EVENTS.TimingListener()

    def __enter__(self) -> CompileClock:
        _EVENTS.register("numba:compile", self._timer)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _EVENTS.unregister("numba:compile", self._timer)
        if self._timer.done:
            self.seconds = self._timer.duration


def thread_count() -> int:
    """Threads to use: the cores this process may run on, or fewer where ``OMP_NUM_THREADS`` says so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(wanted))) if wanted.isdigit() else cores


class Crew:
    """Threads that share a range out; a context, since threads do not outlive a fork."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or thread_count()
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def run(self, kernel: Callable[..., Any], size: int, *arguments: Any, least: int = 1) -> None:
        """Call ``kernel(start, stop, *arguments)`` for ranges that cover 0 to ``size``, each of ``least`` or more."""
        pieces = min(self.threads * _PIECES, size // max(least, 1))
        if self._pool is None or pieces < 2:
            kernel(0, size, *arguments)
            return
        turn = count()

        def work() -> None:
            while (piece := next(turn)) < pieces:
                kernel(size * piece // pieces, size * (piece + 1) // pieces, *arguments)

        others = [self._pool.submit(work) for _ in range(min(self.threads, pieces) - 1)]
        work()
        for other in others:
            other.result()
