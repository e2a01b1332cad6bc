"""Numbers packed into a page: whole numbers of two bytes with their steps, compressed, in letters."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Packed = dict[str, Any]

_TOP: Final = {np.dtype("<i2"): 32767, np.dtype("<i1"): 127}


def packed_floats(values: Floats, *, kind: str = "<i2") -> Packed:
    """Floats (n, k) or (c, n, k) as whole numbers, each of the last axis with a step of its own.

    The error is at most half a step: the largest amount over 65534. What is small beside it compresses well.
    """
    dtype = np.dtype(kind)
    axes = tuple(range(values.ndim - 1))
    largest = np.abs(values).max(axis=axes) if values.size else np.zeros(values.shape[-1])
    step = largest / _TOP[dtype]
    whole = np.rint(values / np.where(step > 0, step, 1.0)).astype(dtype)
    return {"kind": dtype.str[1:], "shape": list(values.shape), "step": step.tolist(), "data": _letters(whole)}


def packed_whole(values: NDArray[np.int64]) -> Packed:
    """Whole numbers from 0 on, of four bytes."""
    return {"kind": "u4", "shape": list(values.shape), "data": _letters(values.astype("<u4"))}


def unpacked(packed: Packed) -> Floats:
    """The floats again, as the page's own script finds them."""
    whole = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), dtype="<" + packed["kind"])
    values = whole.reshape(packed["shape"]).astype(np.float64)
    return values * np.array(packed["step"]) if "step" in packed else values


def as_script(data: Mapping[str, Any]) -> str:
    """JSON that may stand inside a <script>: nothing in it ends the element or begins a comment."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _letters(values: NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes(), 6)).decode("ascii")
