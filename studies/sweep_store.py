"""The results of a sweep on disk: one file a case, named by what it is of, and proof that nobody altered it."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import inspect
import json
import math
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from tubewall.errors import DamagedFileError, InputError
from tubewall.studies.flatten import Flat
from tubewall.studies.study import Study
from tubewall.whole_files import TEMPORARY, write_whole

Outcome = Literal["answered", "refused", "failed", "crashed"]
_FORMAT: Final = 1
_LARGEST_RESULT: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one case: its columns, or why there are none."""

    outcome: Outcome
    columns: Flat
    message: str = ""
    seconds: float = 0.0


def name_of(study: Study, evaluation: str) -> str:
    """The name of a result: SHA-256 (hex) of the study, the evaluation and the code that answers it."""
    text = json.dumps([_FORMAT, study.input_hash, evaluation, code_hash()])
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def code_hash() -> str:
    """SHA-256 (hex) of the version and of every file of tubewall: another code never takes over old results."""
    digest = hashlib.sha256(version("tubewall").encode())
    rooms = ["tubewall", *(f"tubewall.{room}" for room in ("chambers", "fem", "geometry", "materials", "studies"))]
    for room in rooms:
        folder = _folder(room)
        files = [path for path in (*folder.glob("*.py"), *folder.glob("data/*")) if path.is_file()]
        for path in sorted(files):
            digest.update(f"{room}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _folder(room: str) -> Path:
    import importlib

    file = importlib.import_module(room).__file__
    if file is None:
        raise DamagedFileError(f"the package {room} has no files: install tubewall again")
    return Path(file).parent


def evaluation_name(evaluate: Callable[..., Any]) -> str:
    """What tells one evaluation from another: where it is defined, and the text of that file."""
    name = f"{evaluate.__module__}.{evaluate.__qualname__}"
    with contextlib.suppress(OSError, TypeError):
        source = inspect.getsourcefile(evaluate)
        if source is not None:
            return f"{name} {hashlib.sha256(Path(source).read_bytes()).hexdigest()}"
    return name


def pack(name: str, result: Result) -> bytes:
    """The bytes of a result file: JSON in one canonical form with a checksum of all of it."""
    body = {
        "format": _FORMAT,
        "name": name,
        "outcome": result.outcome,
        "message": result.message,
        "seconds": result.seconds,
        "columns": [[column, _plain(cell), unit] for column, (cell, unit) in result.columns.items()],
    }
    text = _canonical(body)
    return _canonical({**body, "checksum": hashlib.sha256(text.encode()).hexdigest()}).encode()


def _canonical(data: Mapping[str, object]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _plain(cell: object) -> object:
    # JSON has no infinite numbers
    return {"infinite": 1 if cell > 0 else -1} if isinstance(cell, float) and math.isinf(cell) else cell


def unpack(name: str, data: bytes) -> Result:
    """The result in the bytes of a file.

    Raises
    ------
    DamagedFileError
        When a single bit differs from what was written, or it is the result of another case.
    """
    if not data:
        raise DamagedFileError("is empty")
    try:
        body = json.loads(data)
        checksum = body.pop("checksum")
        text = _canonical(body)
        whole = _canonical({**body, "checksum": checksum}).encode()
        columns = [
            (column, math.copysign(math.inf, c["infinite"]) if isinstance(c, dict) else c, unit)
            for column, c, unit in body["columns"]
        ]
        result = Result(
            outcome=body["outcome"],
            columns={column: (cell, unit) for column, cell, unit in columns},
            message=body["message"],
            seconds=body["seconds"],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise DamagedFileError("is truncated or altered") from None
    if hashlib.sha256(text.encode()).hexdigest() != checksum or whole != data:
        raise DamagedFileError("is altered: its checksum does not fit")
    if body["name"] != name or body["format"] != _FORMAT:
        raise DamagedFileError("is the result of another case")
    return result


class Store:
    """The folder of a sweep: ``cases/`` with one file per result, and a list of those that were complete.

    Raises
    ------
    InputError
        When the folder cannot be made, is not a folder of its own (a link), or another sweep works in it.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.cases = self.folder / "cases"
        self._list = self.cases / "complete.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if self.cases.is_symlink():
                raise InputError(f"{self.cases}: is a link; results are kept in a folder of their own")
            self.cases.mkdir(exist_ok=True)
            write_whole(self.cases / "writable", b"")
            (self.cases / "writable").unlink()
        except OSError as error:
            raise InputError(f"{self.folder}: cannot hold the results: {error.strerror}") from None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other sweeps out of the folder, and clear what a killed one left half-written."""
        handle = os.open(self.cases / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if os.name == "posix":
                import fcntl

                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    raise InputError(
                        f"{self.folder}: another sweep works in it; choose another folder or wait"
                    ) from None
            for left in self.cases.glob(f"{TEMPORARY}*"):
                left.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)

    def path(self, name: str) -> Path:
        """Where the result ``name`` (64 hexadecimal digits) is kept."""
        return self.cases / f"{name}.json"

    def read(self, name: str) -> Result | None:
        """The result, or None when there is none.

        Raises
        ------
        DamagedFileError
            With the name of the file and what is wrong with it.
        """
        path = self.path(name)
        try:
            mode = os.lstat(path)
        except FileNotFoundError:
            if name in self.complete:
                raise DamagedFileError(f"{path}: was deleted") from None
            return None
        if not stat.S_ISREG(mode.st_mode) or mode.st_size > _LARGEST_RESULT:
            raise DamagedFileError(f"{path}: is not a result file")
        try:
            return unpack(name, path.read_bytes())
        except (DamagedFileError, OSError) as error:
            raise DamagedFileError(f"{path}: {error}") from None

    def discard(self, name: str) -> None:
        """Remove a damaged result, so that a sound one can take its place; a directory there is left to the user."""
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(os.lstat(self.path(name)).st_mode):
                raise InputError(f"{self.path(name)}: a directory stands in the place of a result; remove it")
            self.path(name).unlink()

    @functools.cached_property
    def complete(self) -> frozenset[str]:
        """The names of the results that an earlier sweep of this folder ended with."""
        try:
            names = json.loads(self._list.read_bytes())
            return frozenset(str(name) for name in names)
        except (OSError, ValueError, TypeError, RecursionError):
            # only the naming of deleted files depends on it
            return frozenset()

    def write_complete(self, names: set[str]) -> None:
        """Note which results are there, so that one deleted later is missed."""
        there = {name for name in names | self.complete if self.path(name).is_file()}
        write_whole(self._list, json.dumps(sorted(there), separators=(",\n", ":")))
