"""What the figure of a case shows: bodies with supports, loads and a field, and curves beside their reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model

Array = NDArray[np.float64]
Style = Literal["exact", "computed", "printed", "guide"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Points (n,) of a curve: "exact" is a line, "computed" are marks, "printed" open diamonds, "guide" a thin dashed line."""

    x: ArrayLike
    y: ArrayLike
    label: str
    style: Style = "computed"

    def __post_init__(self) -> None:
        if np.shape(self.x) != np.shape(self.y) or np.ndim(self.x) != 1:
            raise InputError(f"curve '{self.label}': as many x as y, got {np.shape(self.x)} and {np.shape(self.y)}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """Curves over common axes.

    Attributes
    ----------
    across, up : str
        What the axes are, with their units.
    curves : tuple of Curve
    log : bool
        Both axes are logarithmic.
    legend : bool
        Name the curves.
    room : float
        Empty part above and below the curves, over their range, for names that would hide them.
    """

    across: str
    up: str
    curves: tuple[Curve, ...]
    log: bool = False
    legend: bool = True
    room: float = 0.08


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """A body with its mesh, its supports and its loads, coloured by a quantity where there is a solution.

    Attributes
    ----------
    model : Model
    note : str
        Sizes and loads in words.
    solution : FieldSolution, optional
    quantity : str, optional
        By its name, as "stress xx"; without it regions of different media differ in tone.
    name : str
        What the quantity is called in the figure; by default its own name.
    unit : (str, float)
        The unit of the key, and its size in SI units.
    limits : (float, float), optional
        The range of the colours, in SI units, where peaks would hide the rest.
    window : callable, optional
        Which elements are drawn, (k,) bool from their middles (k, dim).
    view : (x, y, z)
        The direction from a body in space to the eye.
    turn : float
        The body is turned about the line of sight by this angle [degrees], so that a long one lies flat.
    shape : (n, dim), optional
        A displacement of the nodes by which the body is drawn bent, of any size.
    """

    model: Model
    note: str
    solution: FieldSolution | None = None
    quantity: str | None = None
    name: str = ""
    unit: tuple[str, float] = ("", 1.0)
    limits: tuple[float, float] | None = None
    window: Callable[[Array], NDArray[np.bool_]] | None = None
    view: tuple[float, float, float] = (1.0, -1.6, 1.0)
    turn: float = 0.0
    shape: Array | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """Panels from left to right and what they show in a sentence, for those who do not see them."""

    panels: tuple[Body | Graph, ...]
    words: str


MEGA = ("MPa", 1e6)
PLAIN = ("", 1.0)


def solved(
    solution: FieldSolution,
    quantity: str,
    note: str,
    *,
    name: str = "",
    unit: tuple[str, float] = PLAIN,
    limits: tuple[float, float] | None = None,
    window: Callable[[Array], NDArray[np.bool_]] | None = None,
    view: tuple[float, float, float] = (1.0, -1.6, 1.0),
    turn: float = 0.0,
) -> Body:
    """The body of a solution, coloured by a quantity."""
    return Body(
        model=solution.model, note=note, solution=solution, quantity=quantity, name=name, unit=unit, limits=limits,
        window=window, view=view, turn=turn,
    )  # fmt: skip


def rectangle(low: tuple[float, float], high: tuple[float, float]) -> Callable[[Array], NDArray[np.bool_]]:
    """A window between two corners [m]."""
    return lambda middles: np.asarray(((middles > low) & (middles < high)).all(axis=1))
