"""The numbers of a section of a gmsh file, taken one after the other and never more than are there."""

from __future__ import annotations

import mmap
import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.reference_cells import Floats

#: What is said of a section that is cut short.
ENDS_EARLY: Final = "it is incomplete or damaged: {} ends too early"


class Stream:
    """The numbers of a section, one after the other, of a text or a binary file."""

    def __init__(self, content: mmap.mmap, start: int, section: str, text: bool, order: str) -> None:
        self.content, self.at, self.section, self.text, self.order = content, start, section, text, order
        self.flat: Floats = np.zeros(0)
        if text:
            stop = content.find(b"$End" + section.encode(), start)
            if stop < 0:
                raise InputError(ENDS_EARLY.format(f"${section}"))
            self.flat = _numbers(content[start:stop], section)
            self.at, self.end = 0, stop

    def take(self, kind: str, count: int) -> NDArray[Any]:
        """The next ``count`` numbers: of 4 bytes ("i4"), of the size of a count ("u8"), or real ("f8")."""
        if count < 0:
            raise InputError(f"it is damaged: ${self.section} holds a count of {count}")
        if self.text:
            if count > len(self.flat) - self.at:
                raise InputError(ENDS_EARLY.format(f"${self.section}"))
            self.at += count
            part = self.flat[self.at - count : self.at]
            return part if kind == "f8" else part.astype(np.int64)
        width = int(kind[1])
        if count * width > len(self.content) - self.at:
            raise InputError(ENDS_EARLY.format(f"${self.section}"))
        found = np.frombuffer(self.content[self.at : self.at + count * width], dtype=self.order + kind)
        self.at += count * width
        return found.astype(np.float64 if kind == "f8" else np.int64)

    def whole(self, kind: str) -> int:
        """The next number as a count."""
        return int(self.take(kind, 1)[0])

    def finish(self) -> int:
        """Where the next section may begin; what is left over or missing here is an error."""
        if self.text:
            return self.end
        stop = self.content.find(b"$End" + self.section.encode(), self.at)
        if stop < 0 or self.content[self.at : stop].strip():
            raise InputError(f"it is incomplete or damaged: ${self.section} does not end where its counts say")
        return stop


def _numbers(text: bytes, section: str) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), dtype=np.float64, sep=" ")
        except (DeprecationWarning, ValueError) as error:
            raise InputError(f"it is damaged: ${section} holds what is no number") from error


def line_count(content: mmap.mmap, at: int, section: str) -> tuple[int, int]:
    """The count on a line of text in a binary file, and where the line after it begins."""
    stop = content.find(b"\n", at)
    word = content[at:stop].strip() if 0 <= stop < at + 40 else b""
    if not word.isdigit():
        raise InputError(f"it is damaged: {section} has no count")
    return int(word), stop + 1
