"""Compilation of kernels by numba, and the threads that share their blocks out.

A kernel works on the blocks ``first`` to ``last`` of its rows and writes its sums block by block; the blocks have one size
whatever the number of threads, so that sums have the same bits on one thread and on many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final

import numba

Kernel = Callable[..., Any]

BLOCK: Final = 2048
_OPTIONS: Final[dict[str, Any]] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
# fewer blocks are not worth waking a thread for
_LEAST: Final = 8


def compiled(function: Kernel) -> Kernel:
    """The function compiled at its first call, kept on disk where there is a place for it."""
    return _compile(function)


def inlined(function: Kernel) -> Kernel:
    """A small function that becomes part of the kernels that call it."""
    return _compile(function, forceinline=True)


def _compile(function: Kernel, **more: Any) -> Kernel:
    jit: Any = numba.njit
    try:
        kernel: Kernel = jit(cache=True, **_OPTIONS, **more)(function)
    except RuntimeError:
        # no folder to keep it in
        kernel = jit(**_OPTIONS, **more)(function)
    return kernel


def thread_count() -> int:
    """The cores this process may run on, or fewer where ``OMP_NUM_THREADS`` says so."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(wanted))) if wanted.isdigit() else cores


class Crew:
    """Threads for the blocks of ``rows`` rows; a context."""

    def __init__(self, rows: int, threads: int | None = None) -> None:
        self.rows = rows
        self.blocks = max(1, -(-rows // BLOCK))
        self.threads = min(threads or thread_count(), max(1, self.blocks // _LEAST))
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown()

    def run(self, kernel: Kernel, *arguments: Any) -> None:
        """Call ``kernel(first, last, *arguments)`` for ranges that cover all blocks."""
        if self._pool is None:
            kernel(0, self.blocks, *arguments)
            return
        cuts = [self.blocks * k // self.threads for k in range(self.threads + 1)]
        others = [self._pool.submit(kernel, cuts[k], cuts[k + 1], *arguments) for k in range(self.threads - 1)]
        kernel(cuts[-2], cuts[-1], *arguments)
        for other in others:
            other.result()

    def share(self, kernel: Kernel, parts: int, *arguments: Any) -> None:
        """Call ``kernel(first, last, *arguments)`` for ranges that cover ``parts`` pieces of work."""
        if self._pool is None:
            kernel(0, parts, *arguments)
            return
        cuts = [parts * k // self.threads for k in range(self.threads + 1)]
        others = [self._pool.submit(kernel, cuts[k], cuts[k + 1], *arguments) for k in range(self.threads)]
        for other in others:
            other.result()
