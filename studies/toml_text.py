"""Texts in TOML from anybody: size, depth and number of keys are bounded before they are parsed."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tubewall.errors import InputError
from tubewall.studies.study_key import shown

LARGEST_FILE: Final = 1_000_000
_DEEPEST: Final = 16
_LONGEST_LINE: Final = 20_000
_TABLE_LINE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_DEEP_KEY: Final = re.compile(r"^[^=#\n]*(?:\.[^=#\n.]*){%d}" % _DEEPEST, re.MULTILINE)  # noqa: UP031
# the command that takes each kind of file, and the tables by which one knows it
_COMMANDS: Final = {
    "case": ("solve", {"mesh", "analysis", "supports", "loads", "probes", "lines"}),
    "chambers": ("chambers", {"network", "array", "walls", "protocol", "scatter"}),
    "study": ("thickness", {"drawing", "wall", "electrolyte", "cell", "failure", "sweep"}),
    "tubule file": ("tubule", {"drawing", "load", "flaw", "interface", "prestress"}),
}


def read_text(path: str | Path, *, kind: str = "study", hint: str = "; `tubewall init` writes one") -> str:
    """The text of a file of at most 1 MB.

    Parameters
    ----------
    path : str or Path
    kind : str
        What messages call it: "study" or "case".
    hint : str
        Added when there is no such file.

    Raises
    ------
    InputError
        When it is missing, not a regular file, too large, not readable or not UTF-8.
    """
    name = shown(str(path))
    if "\0" in str(path):
        raise InputError(f"{name}: a file name has no zero byte")
    try:
        mode = os.stat(path)
        if stat.S_ISDIR(mode.st_mode):
            raise InputError(f"{name}: is a directory, not a {kind} file")
        if not stat.S_ISREG(mode.st_mode):
            raise InputError(f"{name}: is not a regular file")
        if mode.st_size > LARGEST_FILE:
            raise InputError(f"{name}: has {mode.st_size} bytes; a {kind} file has at most {LARGEST_FILE}")
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(f"{name}: no such file{hint}") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: is not UTF-8 text (byte {error.start})") from None


def parsed_toml(text: str, source: str, *, kind: str, most_keys: int, shape: str) -> dict[str, object]:
    """The tables of a TOML text.

    Parameters
    ----------
    text, source : str
        The text, and the file that it came from.
    kind : str
        "study", "case", "chambers", "tubule file", or "file" for any of them.
    most_keys : int
        The parser takes seconds over tens of thousands of keys and tables.
    shape : str
        What such a file has, for the message about too many.

    Raises
    ------
    InputError
        When it is not TOML, too large or nests too deep, or is a file for another command.
    """
    if len(text) > LARGEST_FILE:
        raise InputError(f"{source}: has {len(text)} characters; a {kind} has at most {LARGEST_FILE}")
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE:
            raise InputError(f"{source}: line {number} has {len(line)} characters; lines have at most {_LONGEST_LINE}")
    for count, what in ((text.count("="), "keys"), (sum(1 for _ in _TABLE_LINE.finditer(text)), "tables")):
        if count > most_keys:
            raise InputError(f"{source}: has {count} {what}; a {kind} has {shape}")
    if _DEEP_KEY.search(text):
        raise InputError(f"{source}: a key nests deeper than {_DEEPEST}; a {kind} has tables and keys only")
    try:
        found = tomllib.loads(text)
    except RecursionError:
        raise InputError(f"{source}: nests too deep; a {kind} has tables and keys only") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise InputError(f"{source}: is not TOML: {' '.join(str(error).split())[:200]}") from None
    _refuse_other(found, source, kind)
    return found


def _refuse_other(tables: Mapping[str, object], source: str, kind: str) -> None:
    """Refuse a file that has tables of another command and none of its own."""
    if kind not in _COMMANDS or not _COMMANDS[kind][1].isdisjoint(tables):
        return
    command, marks = max(_COMMANDS.values(), key=lambda one: len(one[1].intersection(tables)))
    foreign = [name for name in tables if name in marks]
    if foreign:
        raise InputError(f"{source}: has a table [{foreign[0]}], which belongs to a file for `tubewall {command}`")
