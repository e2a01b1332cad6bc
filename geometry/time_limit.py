"""A time limit on code of others that may not end."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


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
