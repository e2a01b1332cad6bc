"""The family of errors that tubewall raises from its public functions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class TubewallError(Exception):
    """Base of all errors of tubewall; ``exit_code`` is what the command line returns for it."""

    exit_code = 4


class InputError(TubewallError, ValueError):
    """What the user passed is wrong: the message has the place, the value, the bound and the remedy."""

    exit_code = 2


class UnknownNameError(InputError):
    """A name that does not exist; the message offers the nearest one there is."""


class MissingDependencyError(TubewallError):
    """The machine lacks a library; the message has the line that brings it."""

    exit_code = 3


class MeshingError(TubewallError):
    """The mesher failed on a drawing that was described in full."""


class ResourceError(TubewallError):
    """Time or memory does not suffice; the message says what was estimated and what to try."""


class ConvergenceError(TubewallError):
    """An iteration or a solve did not reach its tolerance; the message has the numbers."""


class DamagedFileError(TubewallError):
    """A file that tubewall wrote earlier is incomplete or altered."""

    exit_code = 2


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownNameError:
    """The error for an unknown ``name`` of a ``kind`` ('material', 'boundary'), with the nearest known name.

    Examples
    --------
    >>> str(unknown_name("material", "cermic", ["ceramic", "steel"]))
    "no material 'cermic'; did you mean 'ceramic'?"
    """
    names = list(known)
    by_fold = {n.casefold(): n for n in names}
    near = difflib.get_close_matches(name.casefold(), list(by_fold), n=1, cutoff=0.5)
    if near:
        return UnknownNameError(f"no {kind} {name!r}; did you mean {by_fold[near[0]]!r}?")
    there_are = ", ".join(repr(n) for n in names[:12]) or "none"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return UnknownNameError(f"no {kind} {name!r}; there are {there_are}{more}")
