"""How a body is looked at: what colours it, what is cut away or moved apart, from where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.fem.quantities import Quantity, parse_quantity
from tubewall.view.scale import checked_magnification
from tubewall.view.scene_cut import Cut

Floats = NDArray[np.float64]

#: Named directions to the eye.
EYES: Final = {
    "x": (1.0, 0.0, 0.0),
    "-x": (-1.0, 0.0, 0.0),
    "y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
    "iso": (1.0, -1.4, 0.9),
}
_MOST_APART: Final = 5.0


class LookOptions(TypedDict, total=False):
    """The fields of ``Look``, as keyword arguments of what draws."""

    quantity: str
    title: str
    magnification: float | None
    cut: Cut | str | None
    apart: float
    regions: tuple[str, ...]
    fluids: bool
    glyphs: bool
    rest: bool | None
    eye: str | tuple[float, float, float]
    perspective: bool
    colour_range: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a body is looked at.

    Parameters
    ----------
    quantity : str
        A stress such as "max principal", "von mises" or "stress xx".
    title : str
    magnification : float, optional
        How many times the displacement is drawn, 0 for the body at rest; chosen and stated without it.
    cut : Cut or str, optional
        What is cut away, such as ``"y"`` (one half, so that the maximum stays), ``"+x"`` or ``"-z = 20 nm"``.
    apart : float
        Gap between the regions over the size of the body: 0 leaves them together.
    regions : tuple of str
        Only these are drawn; all without it.
    fluids : bool
        Whether lithium and gas are shown as translucent bodies.
    glyphs : bool
        Whether crosses of principal stress are drawn.
    rest : bool, optional
        Whether the lines of the body at rest are drawn too; without it in plane bodies only.
    eye : str or (float, float, float)
        "auto", "iso", "x", "-x", ... or a direction from the body to the eye.
    perspective : bool
        Parallel lines meet; without it they stay parallel and the scale bar holds everywhere.
    colour_range : (float, float), optional
        The ends of the colours [Pa].
    """

    quantity: str = "max principal"
    title: str = ""
    magnification: float | None = None
    cut: Cut | str | None = None
    apart: float = 0.0
    regions: tuple[str, ...] = ()
    fluids: bool = True
    glyphs: bool = False
    rest: bool | None = None
    eye: str | tuple[float, float, float] = "auto"
    perspective: bool = False
    colour_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.stress.unit != "Pa":
            raise InputError(f"a picture shows a stress, got {self.quantity!r}: take for example 'max principal'")
        if self.magnification is not None:
            checked_magnification(self.magnification)
        if not _finite(self.apart) or not 0 <= self.apart <= _MOST_APART:
            raise InputError(f"apart must be a share of the body's size from 0 to {_MOST_APART:g}, got {self.apart!r}")
        if isinstance(self.cut, str):
            object.__setattr__(self, "cut", Cut.of(self.cut))
        elif self.cut is not None and not isinstance(self.cut, Cut):
            raise InputError(f"cut is a Cut or words such as 'y', got {self.cut!r}")
        if isinstance(self.eye, str):
            if self.eye not in ("auto", *EYES):
                raise unknown_name("view", self.eye, ("auto", *EYES))
        elif len(self.eye) != 3 or not all(_finite(part) for part in self.eye) or not any(self.eye):
            raise InputError(f"the direction to the eye is three finite numbers, not all zero, got {self.eye!r}")
        if self.colour_range is not None:
            low, high = self.colour_range
            if not _finite(low) or not _finite(high) or low >= high:
                raise InputError(f"colour_range must go from low to high [Pa], got {low!r} .. {high!r}")

    @property
    def stress(self) -> Quantity:
        """What the colours show."""
        return parse_quantity(self.quantity)

    @property
    def plane(self) -> Cut | None:
        """The cut, words read."""
        return Cut.of(self.cut) if isinstance(self.cut, str) else self.cut


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
