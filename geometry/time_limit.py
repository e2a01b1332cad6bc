"""A time limit on code of others that may not end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Final, TypeVar

from tubewall import errors

_T = TypeVar("_T")
_FINE: Final = b"+"
_FAILED: Final = b"-"


class _Ended(BaseException):
    """Raised inside the thread that took too long."""


def ended_within(seconds: float, task: Callable[[], _T]) -> _T:
    """The result of ``task``, which is stopped at its next step of Python after ``seconds``.

    Raises
    ------
    TimeoutError
        When it did not end.
    BaseException
        What the task raised.
    """
    results: list[_T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(task())
        except _Ended:
            failures.append(TimeoutError(f"reading did not end within {seconds:.1f} s"))
        except BaseException as error:  # noqa: BLE001 - handed on to the caller
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive() and thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Ended))
        thread.join(1.0)
    if failures:
        raise failures[0]
    if not results:
        raise TimeoutError(f"reading did not end within {seconds:.1f} s")
    return results[0]


class ChildDied(Exception):
    """The child process ended without a result: native code of others crashed there."""


def in_child(seconds: float, task: Callable[[], bytes]) -> bytes:
    """The bytes of ``task``, computed by a copy of this process that is ended after ``seconds``.

    Native code does not stop for an exception of Python; a process does. The copy is always gone on return, and it is ended
    with this process too. Without fork (Windows), and where it is not safe (macOS), the task runs here and has no limit.

    Raises
    ------
    TimeoutError
        When it did not end.
    ChildDied
        When it crashed, or raised an error of other kinds than those of tubewall.
    TubewallError
        What the task raised.
    """
    if not sys.platform.startswith("linux"):
        return task()
    read, write = os.pipe()
    parent = os.getpid()
    try:
        with warnings.catch_warnings():
            # the copy has one thread and only runs the task: locks of other threads do not concern it
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
    except OSError:
        # no more processes are allowed: better without a limit than not at all
        os.close(read)
        os.close(write)
        return task()
    if child == 0:
        _answer(task, read, write, parent)
    os.close(write)
    try:
        whole = _read_all(read, seconds)
    finally:
        os.close(read)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if not whole:
        code = os.waitstatus_to_exitcode(status)
        raise ChildDied(f"it ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")
    if whole[:1] == _FINE:
        return whole[1:]
    name, _, told = whole[1:].decode(errors="replace").partition("\n")
    kind = getattr(errors, name, None)
    raise (
        kind(told)
        if isinstance(kind, type) and issubclass(kind, errors.TubewallError)
        else ChildDied(f"{name}: {told}")
    )


def _answer(task: Callable[[], bytes], read: int, write: int, parent: int) -> None:
    """What the copy does: write the result, or the name and text of an exception, and end; files of the parent stay as they are."""
    code = 1
    try:
        os.close(read)
        # 1 is PR_SET_PDEATHSIG: the copy ends with its parent
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        if os.getppid() == parent:
            try:
                answer = _FINE + task()
            except BaseException as error:  # noqa: BLE001 - handed on to the parent
                answer = _FAILED + f"{type(error).__name__}\n{error}".encode(errors="replace")
            with os.fdopen(write, "wb") as pipe:
                pipe.write(answer)
            code = 0
    finally:
        os._exit(code)


def _read_all(read: int, seconds: float) -> bytes:
    """All that comes through a pipe until its end."""
    until = time.monotonic() + seconds
    pieces: list[bytes] = []
    waiting = select.poll()
    waiting.register(read, select.POLLIN | select.POLLHUP)
    while True:
        if not waiting.poll(1e3 * max(until - time.monotonic(), 0.0)):
            raise TimeoutError(f"it did not end within {seconds:g} s")
        piece = os.read(read, 1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
