"""Files written whole or not at all: under another name beside the target, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tubewall.errors import InputError

#: How the names of files begin that are not whole yet.
TEMPORARY: Final = ".tubewall-"


@contextlib.contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path beside ``path``, which takes its place when the block ends well and vanishes otherwise.

    A reader finds the old file or all of the new one, also after the power fails. Links are followed.

    Parameters
    ----------
    path : str or path

    Yields
    ------
    Path
        With the suffix of the target; the block makes the file.

    Raises
    ------
    InputError
        When the place cannot be written, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f"{TEMPORARY}{secrets.token_hex(8)}{target.suffix[:16]}")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
        _sync_directory(target.parent)
    except OSError as error:
        if error.filename is not None and Path(str(error.filename)) not in (temporary, target):
            raise
        name = str(path) if str(path).isprintable() else ascii(str(path))
        name = name if len(name) <= 60 else f"...{name[-57:]}"
        raise InputError(f"{name}: cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike[str], data: str | bytes) -> Path:
    """Write ``data`` to ``path`` at once, text as UTF-8; the path.

    Raises
    ------
    InputError
        When the place cannot be written.
    """
    with written_whole(path) as temporary, open(temporary, "xb") as file:
        file.write(data.encode() if isinstance(data, str) else data)
    return Path(path)


def _sync_directory(directory: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
