"""What a command writes: JSON without a NaN, and whether its outputs can be written, asked before it computes."""

from __future__ import annotations

import json
import math
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from tubewall.errors import ConvergenceError, InputError
from tubewall.studies.study_key import shown
from tubewall.whole_files import TEMPORARY, write_whole


def write_json(path: str | Path, data: Mapping[str, object]) -> None:
    """Write ``data`` as JSON at once; infinite numbers become the text "Infinity", which JSON has no number for.

    Raises
    ------
    ConvergenceError
        When a number is not a number, with its place.
    """
    write_whole(path, json.dumps(_finite(data, ""), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _finite(data: object, place: str) -> object:
    if isinstance(data, Mapping):
        return {str(name): _finite(value, f"{place}.{name}" if place else str(name)) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_finite(value, f"{place}[{index}]") for index, value in enumerate(data)]
    if isinstance(data, float) and math.isnan(data):
        raise ConvergenceError(f"{place} came out as not a number; nothing was written")
    if isinstance(data, float) and math.isinf(data):
        return "Infinity" if data > 0 else "-Infinity"
    return data


def check_writable(path: str | Path, *, unlike: str | Path | None = None) -> None:
    """Make sure before a computation that its output can be written, leaving nothing behind.

    Parameters
    ----------
    path : str or Path
        Where the output shall go.
    unlike : str or Path, optional
        The file that was read, which must not be overwritten.

    Raises
    ------
    InputError
        With the reason.
    """
    name = shown(str(path))
    if "\0" in str(path) or not str(path):
        raise InputError(f"{name}: is not a file name")
    target = Path(os.path.realpath(path))
    if unlike is not None and target == Path(os.path.realpath(unlike)):
        raise InputError(f"{name}: is the study file itself; choose another name for the output")
    try:
        if target.is_dir():
            raise InputError(f"{name}: is a directory; give the name of a file")
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            raise InputError(f"{name}: is not a regular file")
        if target.exists() and not os.access(target, os.W_OK):
            raise InputError(f"{name}: may not be overwritten (it is read-only)")
        if not target.parent.is_dir():
            raise InputError(f"{name}: there is no directory {shown(str(target.parent))}")
        probe = target.with_name(f"{TEMPORARY}{secrets.token_hex(8)}")
        with open(probe, "xb"):
            pass
        probe.unlink()
    except OSError as error:
        raise InputError(f"{name}: cannot be written: {error.strerror}") from None


def check_outputs(
    outputs: Mapping[str, str | None],
    *,
    unlike: str | None = None,
    suffixes: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Make sure before a computation that all outputs can be written, each to a file of its own.

    Parameters
    ----------
    outputs : mapping of option to file
        Without the dashes; None where nothing is asked for.
    unlike : str, optional
        The file that was read.
    suffixes : mapping of option to the endings that its file may have, optional

    Raises
    ------
    InputError
        With the option or the file, and the reason.
    """
    given = {name: path for name, path in outputs.items() if path is not None}
    for name, path in given.items():
        allowed = (suffixes or {}).get(name)
        if allowed and Path(path).suffix.lower() not in allowed:
            raise InputError(f"--{name}: {shown(path)} must end in {' or '.join(allowed)}")
        check_writable(path, unlike=unlike)
    if len({os.path.realpath(path) for path in given.values()}) < len(given):
        raise InputError(f"{shown(list(given.values())[-1])}: two outputs would go to one file")
