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
    """Floats (..., k) as whole numbers, each of the last axis (and of the first of three) with a step of its own.

    The error is at most half a step: the largest amount over 65534.
    """
    dtype = np.dtype(kind)
    axis = 1 if values.ndim == 3 else 0
    largest = np.abs(values).max(axis=axis, keepdims=True) if values.size else np.zeros((1,) * values.ndim)
    step = largest / _TOP[dtype]
    whole = np.rint(values / np.where(step > 0, step, 1.0)).astype(dtype)
    return {"kind": dtype.str[1:], "shape": list(values.shape), "step": step.ravel().tolist(), "data": _letters(whole)}


def packed_whole(values: NDArray[np.int64]) -> Packed:
    """Whole numbers from 0 on, of four bytes."""
    return {"kind": "u4", "shape": list(values.shape), "data": _letters(values.astype("<u4"))}


def unpacked(packed: Packed) -> Floats:
    """The floats again, as the page's own script finds them."""
    whole = np.frombuffer(zlib.decompress(base64.b64decode(packed["data"])), dtype="<" + packed["kind"])
    values = whole.reshape(packed["shape"]).astype(np.float64)
    if "step" not in packed or not values.size:
        return values
    steps = np.array(packed["step"])
    shape = packed["shape"]
    return np.asarray(values * (steps.reshape(shape[0], 1, shape[2]) if len(shape) == 3 else steps))


def as_script(data: Mapping[str, Any]) -> str:
    """JSON that may stand inside a <script>: nothing in it ends the element or begins a comment."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _letters(values: NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(values).tobytes(), 6)).decode("ascii")
