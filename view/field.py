"""What a picture is drawn from: a deformed, stressed section as plain arrays, and the chambers in its holes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.view.subdivision import flat_areas

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SAME_CHAMBER = 1e-6
_MAX_CELLS = 400_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Maximum:
    """The place and the value that a picture marks as its maximum.

    Parameters
    ----------
    at : (float, float)
        Undeformed place in the section [m].
    value : float
        Value of the quantity shown [Pa].
    """

    at: tuple[float, float]
    value: float

    def __post_init__(self) -> None:
        x, y = (_finite("Maximum.at", v, "m") for v in _pair("Maximum.at", self.at))
        object.__setattr__(self, "at", (x, y))
        object.__setattr__(self, "value", _finite("Maximum.value", self.value, "Pa"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Chamber:
    """One chamber of a picture; its outline is the hole of the mesh that ``at`` lies in.

    Parameters
    ----------
    at : (float, float)
        Any undeformed point inside the chamber, usually the bore's centre [m].
    pressure : float
        Absolute pressure on the chamber's wall at the height of the section [Pa].
    contents : {"gas", "lithium"}
        What touches the wall at the height of the section.
    lithium_level : float
        Height up to which lithium stands in the chamber [m]; drawn in 3D only.
    name : str
        What a message calls it.
    """

    at: tuple[float, float]
    pressure: float
    contents: Literal["gas", "lithium"] = "gas"
    lithium_level: float = 0.0
    name: str = "chamber"

    def __post_init__(self) -> None:
        x, y = (_finite(f"{self.name}: at", v, "m") for v in _pair("Chamber.at", self.at))
        object.__setattr__(self, "at", (x, y))
        for key, unit in (("pressure", "Pa"), ("lithium_level", "m")):
            value = _finite(f"{self.name}: {key}", getattr(self, key), unit)
            if value < 0:
                raise InputError(f"{self.name}: {key} must not be negative, got {value:g} {unit}")
            object.__setattr__(self, key, value)
        if self.contents not in ("gas", "lithium"):
            raise InputError(f"{self.name}: contents must be 'gas' or 'lithium', got {self.contents!r}")


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Field2D:
    """A section on curved six-node triangles: where it is, how it moves, and the scalar that colours it.

    Parameters
    ----------
    points : (n, 2) float
        Undeformed nodes [m].
    cells : (m, 6) int
        Triangles: three corners counter-clockwise, then the mid-sides 01, 12, 20.
    displacement : (n, 2) float
        Displacement of the nodes [m].
    values : (m, 6) float
        The scalar at each element's own nodes [Pa]; it may jump from element to element.
    quantity : str
        Name of the scalar, as the picture prints it.
    chambers : sequence of Chamber
        What is in the holes.
    maximum : Maximum, optional
        What is marked; without it the largest nodal value, at its node.

    Raises
    ------
    InputError
        For a wrong shape, an index out of range, a number that is not finite, or a triangle that is inside out.
    """

    points: Floats
    cells: Ints
    displacement: Floats
    values: Floats
    quantity: str = "largest principal stress"
    chambers: tuple[Chamber, ...] = ()
    maximum: Maximum | None = None

    def __post_init__(self) -> None:
        points = _array("Field2D.points", self.points, ("n", 2))
        cells = _indices("Field2D.cells", self.cells, len(points))
        displacement = _array("Field2D.displacement", self.displacement, (len(points), 2))
        values = _array("Field2D.values", self.values, (len(cells), 6))
        areas = flat_areas(points[cells[:, :3]])
        if np.any(areas <= 0):
            worst = int(np.argmin(areas))
            raise InputError(f"Field2D.cells: triangle {worst} is inside out: number its corners counter-clockwise")
        for name, value in (("points", points), ("cells", cells), ("displacement", displacement), ("values", values)):
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "chambers", tuple(self.chambers))

    def __repr__(self) -> str:
        return f"Field2D({len(self.cells)} triangles, {len(self.chambers)} chambers, {self.quantity!r})"

    @property
    def peak(self) -> Maximum:
        """The maximum that was given, otherwise the largest nodal value at its node."""
        if self.maximum is not None:
            return self.maximum
        cell, node = np.unravel_index(int(np.argmax(self.values)), self.values.shape)
        x, y = self.points[self.cells[cell, node]]
        return Maximum(at=(float(x), float(y)), value=float(self.values[cell, node]))

    @property
    def size(self) -> float:
        """Longer side of the box around the undeformed section [m]."""
        return float(np.ptp(self.points, axis=0).max())

    @classmethod
    def tiled(cls, fields: Sequence[Field2D], shifts: ArrayLike) -> Field2D:
        """One section made of several, each moved by its shift.

        Parameters
        ----------
        fields : k sections of the same quantity
            Each in its own coordinates, for example the one periodic cell under its own pressure pattern.
        shifts : (k, 2) float
            Where each goes [m].

        Returns
        -------
        Field2D
            Chambers that several sections name at the same place become one; the maximum is the largest of theirs.

        Raises
        ------
        InputError
            For sections of different quantities, or one chamber with two pressures.
        """
        if not fields:
            raise InputError("Field2D.tiled needs at least one section, got none")
        moves = _array("Field2D.tiled: shifts", shifts, (len(fields), 2))
        quantities = sorted({f.quantity for f in fields})
        if len(quantities) > 1:
            raise InputError(f"Field2D.tiled: one picture shows one quantity, got {quantities}")
        starts = np.cumsum([0, *(len(f.points) for f in fields[:-1])])
        peaks = [_moved_maximum(f.peak, move) for f, move in zip(fields, moves, strict=True)]
        chambers = [
            replace(c, at=_moved(c.at, move)) for f, move in zip(fields, moves, strict=True) for c in f.chambers
        ]
        return cls(
            points=np.concatenate([f.points + move for f, move in zip(fields, moves, strict=True)]),
            cells=np.concatenate([f.cells + start for f, start in zip(fields, starts, strict=True)]),
            displacement=np.concatenate([f.displacement for f in fields]),
            values=np.concatenate([f.values for f in fields]),
            quantity=quantities[0],
            chambers=_without_repeats(chambers),
            maximum=max(peaks, key=lambda p: p.value),
        )

    def kept(self, keep: Callable[[Floats], NDArray[np.bool_]]) -> Field2D:
        """The part whose triangles have a centre that ``keep`` is true for; the stated maximum stays.

        Parameters
        ----------
        keep : function of (m, 2) float to (m,) bool
            Called with the triangles' centres [m].
        """
        mask = np.asarray(keep(self.points[self.cells[:, :3]].mean(axis=1)), dtype=bool)
        if mask.shape != (len(self.cells),) or not mask.any():
            raise InputError("Field2D.kept: keep must give one truth value per triangle, some of them true")
        used, cells = np.unique(self.cells[mask], return_inverse=True)
        return replace(
            self,
            points=self.points[used],
            cells=cells.reshape(-1, 6),
            displacement=self.displacement[used],
            values=self.values[mask],
        )


def _moved(at: tuple[float, float], move: Floats) -> tuple[float, float]:
    return at[0] + float(move[0]), at[1] + float(move[1])


def _moved_maximum(maximum: Maximum, move: Floats) -> Maximum:
    return Maximum(at=_moved(maximum.at, move), value=maximum.value)


def _without_repeats(chambers: Sequence[Chamber]) -> tuple[Chamber, ...]:
    kept: dict[tuple[int, int], Chamber] = {}
    if not chambers:
        return ()
    places = np.array([c.at for c in chambers])
    # a grid far coarser than rounding and far finer than any distance between chambers
    step = max(float(np.ptp(places, axis=0).max()), float(np.abs(places).max()), 1e-300) * _SAME_CHAMBER
    for chamber, (i, j) in zip(chambers, np.rint(places / step).astype(int).tolist(), strict=True):
        near = [kept[key] for di in (-1, 0, 1) for dj in (-1, 0, 1) if (key := (i + di, j + dj)) in kept]
        if not near:
            kept[i, j] = chamber
        elif not math.isclose(near[0].pressure, chamber.pressure, rel_tol=1e-9):
            raise InputError(
                f"{chamber.name} at ({chamber.at[0]:.4g}, {chamber.at[1]:.4g}) m has two pressures, "
                f"{near[0].pressure:g} and {chamber.pressure:g} Pa: give each chamber one"
            )
    return tuple(kept.values())


def _pair(what: str, value: Any) -> tuple[float, float]:
    try:
        x, y = value
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} must be two lengths (x, y) [m], got {value!r}") from error
    return x, y


def _finite(what: str, value: Any, unit: str) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.integer, np.floating))
        or not math.isfinite(value)
    ):
        raise InputError(f"{what} must be a finite number [{unit}], got {value!r}")
    return float(value)


def _array(what: str, value: ArrayLike, shape: tuple[int | str, int]) -> Floats:
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} must be an array of numbers of shape {_shape(shape)}") from error
    if array.ndim != 2 or array.shape[1] != shape[1] or (isinstance(shape[0], int) and array.shape[0] != shape[0]):
        raise InputError(f"{what} must have shape {_shape(shape)}, got {array.shape}")
    if not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0, 0])
        raise InputError(f"{what} must be finite: row {row} is {array[row].tolist()}")
    return array


def _indices(what: str, value: ArrayLike, count: int) -> Ints:
    array = np.array(value)
    if array.ndim != 2 or array.shape[1] != 6 or not np.issubdtype(array.dtype, np.integer):
        raise InputError(f"{what} must be whole numbers of shape (m, 6), got {array.dtype} of shape {array.shape}")
    if not 0 < len(array) <= _MAX_CELLS:
        raise InputError(f"{what} must hold 1 to {_MAX_CELLS} triangles, got {len(array)}: show a smaller patch")
    if array.min() < 0 or array.max() >= count:
        raise InputError(f"{what} must lie in 0 .. {count - 1}, got {array.min()} .. {array.max()}")
    return array.astype(np.int64)


def _shape(shape: tuple[int | str, int]) -> str:
    return f"({shape[0]}, {shape[1]})"
