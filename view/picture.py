"""A finished picture as a value; images as files in memory; names of files, asked before any work is done."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.whole_files import write_whole

Pixels = NDArray[np.uint8]

# colours of wide areas that a GIF keeps as they are, and how far [of 255] two colours of it lie apart
_FLAT: Final = 96
_TOLD: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture in memory.

    Parameters
    ----------
    png : bytes
        The PNG file.
    width, height : int
        Size [pixel].
    caption : str
        One line: what is shown, the maximum and where, the magnification.
    magnification : float
        How many times the displacement is drawn.
    renderer : {"vtk", "matplotlib"}
        What drew it; "matplotlib" is the flat fall-back.
    """

    png: bytes
    width: int
    height: int
    caption: str
    magnification: float
    renderer: Literal["vtk", "matplotlib"]

    def __repr__(self) -> str:
        return f"Picture({self.width} x {self.height}, {self.renderer}, {self.caption!r})"

    @property
    def data_uri(self) -> str:
        """The picture as ``data:image/png;base64,...`` for a page that is one file."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")

    def pixels(self) -> Pixels:
        """Red, green and blue, shape (height, width, 3)."""
        import imageio.v3

        return np.asarray(imageio.v3.imread(self.png, extension=".png"), dtype=np.uint8)[:, :, :3]

    def write(self, path: str | os.PathLike[str]) -> Path:
        """Write the PNG whole or not at all; InputError when it cannot be written there."""
        return write_whole(checked_path(path, ".png"), self.png)


def png_of(pixels: Pixels) -> bytes:
    """The PNG file of an image (height, width, 3)."""
    import imageio.v3

    return bytes(imageio.v3.imwrite("<bytes>", pixels, extension=".png"))


def gif_of(frames: Sequence[Pixels], seconds: float) -> bytes:
    """The GIF, played over and over, of images of one size (height, width, 3), each shown for ``seconds``."""
    return gif_in_colours(frames, _palette(frames), seconds)


def _palette(frames: Sequence[Pixels]) -> Pixels:
    """256 colours (256, 3) for all frames: those of wide areas as they are, and steps between all others, however rare."""
    from PIL import Image

    every = np.concatenate([frame.reshape(-1, 3) for frame in frames[:: max(1, len(frames) // 12)]]).astype(np.int64)
    found, count = np.unique(every @ np.array([65536, 256, 1], dtype=np.int64), return_counts=True)
    colours = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1)
    chosen = np.zeros((0, 3), dtype=np.int64)
    for colour in colours[np.argsort(-count)][: 8 * _FLAT]:
        if len(chosen) < _FLAT and _apart(colour[None], chosen)[0]:
            chosen = np.concatenate([chosen, colour[None]])
    others = Image.fromarray(np.unique(colours & ~3, axis=0).astype(np.uint8)[None])
    steps = others.quantize(256 - len(chosen), method=Image.Quantize.MEDIANCUT).getpalette() or []
    between = np.array(steps, dtype=np.int64).reshape(-1, 3)
    chosen = np.concatenate([chosen, between[_apart(between, chosen)]])[:256]
    return np.concatenate([chosen, np.tile(chosen[:1], (256 - len(chosen), 1))]).astype(np.uint8)


def _apart(colours: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which colours (k, 3) are told from all others (n, 3) by what looks up the nearest, which sees steps of 4."""
    difference = np.abs(colours[:, None] - others[None]).max(axis=2)
    return np.asarray((difference >= _TOLD).all(axis=1))


def gif_in_colours(frames: Iterable[Pixels], palette: Pixels, seconds: float) -> bytes:
    """The GIF of images whose every pixel takes the nearest colour of one palette (k, 3), 256 at most; nothing flickers."""
    import io

    from PIL import Image

    key = Image.new("P", (1, 1))
    key.putpalette(palette.tobytes())
    first, *others = (Image.fromarray(frame).quantize(palette=key, dither=Image.Dither.NONE) for frame in frames)
    made = io.BytesIO()
    first.save(made, "GIF", save_all=True, append_images=others, duration=1000 * seconds, loop=0, optimize=False)
    return made.getvalue()


def checked_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height [pixel] when they are whole numbers from 300 to 6000."""
    try:
        width, height = size
    except (TypeError, ValueError) as error:
        raise InputError(f"size must be (width, height) in pixels, got {size!r}") from error
    for name, value in (("width", width), ("height", height)):
        if isinstance(value, bool) or not isinstance(value, int) or not 300 <= value <= 6000:
            raise InputError(f"the picture's {name} must be a whole number of pixels from 300 to 6000, got {value!r}")
    return width, height


def checked_path(path: str | os.PathLike[str], suffix: str) -> Path:
    """The path when a file of this kind can be made there, asked before any work is done."""
    target = Path(path)
    if target.suffix.lower() != suffix:
        raise InputError(f"cannot write {target}: the name must end in {suffix}")
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a folder")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise InputError(f"cannot write {target}: the folder {target.parent} is read-only")
    return target
