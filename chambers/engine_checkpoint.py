"""A run on its way, written to a file now and then: it goes on from there to the same bits, or is refused."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import DamagedFileError, InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tubewall.chambers.anode import Anode
    from tubewall.chambers.protocol import Protocol

_HEAD: Final = b"tubewall anode checkpoint 1\n"
_DIGEST: Final = 64


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Where a run keeps what it needs to go on after an interruption.

    Parameters
    ----------
    path : path
        A run that finds the file goes on from it; at the end it holds the finished run.
    every : int
        Steps of the integrator between two writings.
    """

    path: str | os.PathLike[str]
    every: int = 50

    def __post_init__(self) -> None:
        """Check."""
        if isinstance(self.every, bool) or not isinstance(self.every, int) or self.every < 1:
            raise InputError(f"Checkpoint.every must be a whole number, at least 1, got {self.every!r}")

    def write(self, identity: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Put the arrays in place of what was there, whole or not at all."""
        buffer = BytesIO()
        np.savez(buffer, identity=np.array(identity), **arrays)  # type: ignore[arg-type]
        body = buffer.getvalue()
        target = Path(self.path)
        fresh = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with fresh.open("wb") as file:
                file.write(_HEAD + sha256(body).hexdigest().encode() + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(target)
        finally:
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()

    def read(self, identity: str) -> dict[str, NDArray[Any]] | None:
        """The arrays, or None where there is no file yet.

        Raises
        ------
        DamagedFileError
            Where the file is not what was written.
        InputError
            Where it belongs to another run.
        """
        target = Path(self.path)
        if not target.exists():
            return None
        content = target.read_bytes()
        start = len(_HEAD) + _DIGEST + 1
        body = content[start:]
        if content[: len(_HEAD)] != _HEAD or content[len(_HEAD) : start] != sha256(body).hexdigest().encode() + b"\n":
            raise DamagedFileError(f"{target} is no whole checkpoint: delete it to begin anew")
        with np.load(BytesIO(body), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if str(arrays.pop("identity")) != identity:
            raise InputError(
                f"{target} belongs to another anode, protocol or tolerance: give this run a file of its own"
            )
        return arrays


def identity_of(anode: Anode, protocol: Protocol, *more: Any) -> str:
    """A digest of everything that a run follows from."""
    digest = sha256()
    for part in (anode, protocol, *more):
        _feed(digest, part)
    return digest.hexdigest()


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif is_dataclass(value):
        digest.update(type(value).__name__.encode())
        for field in fields(value):
            digest.update(field.name.encode())
            _feed(digest, getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        digest.update(f"[{len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif callable(value):
        digest.update(getattr(value, "__qualname__", type(value).__qualname__).encode())
    else:
        digest.update(repr(value).encode())
    digest.update(b";")
