"""What presses on a body and what holds it, by the names of the mesh."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats

Direction = Literal["x", "y"]
ScalarField = float | Callable[[Floats], Floats]
VectorField = tuple[float, float] | Callable[[Floats], Floats]


@dataclass(frozen=True, kw_only=True)
class Pressure:
    """A pressure [Pa] on a boundary; positive pushes on the surface, into the solid.

    Parameters
    ----------
    boundary : str
    pressure : float or callable
        A number, or a function of points (p, 2) [m] giving (p,).
    end_area : float, optional
        With ``ends="closed"``: the area [m2] of the end cap on which this pressure pulls along z. By default the area that
        the boundary encloses; needed only for part of a bore that planes of symmetry do not close.
    """

    boundary: str
    pressure: ScalarField
    end_area: float | None = None

    def __post_init__(self) -> None:
        if not callable(self.pressure):
            _finite("Pressure.pressure", self.pressure)
        if self.end_area is not None:
            _finite("Pressure.end_area", self.end_area)


@dataclass(frozen=True, kw_only=True)
class Traction:
    """A force per area (x, y) [Pa] on a boundary: two numbers, or a function of points (p, 2) giving (p, 2)."""

    boundary: str
    traction: VectorField

    def __post_init__(self) -> None:
        _vector("Traction.traction", self.traction)


@dataclass(frozen=True, kw_only=True)
class BodyForce:
    """A force per volume (x, y) [N/m3] on a region (None: everywhere): two numbers, or a function of points."""

    force: VectorField
    region: str | None = None

    def __post_init__(self) -> None:
        _vector("BodyForce.force", self.force)


@dataclass(frozen=True, kw_only=True)
class Support:
    """Held displacement on a boundary.

    Parameters
    ----------
    boundary : str
    fix : tuple of "x" and "y"
        The components that are held; in the axisymmetric case x is radial and y axial.
    displacement : (float, float) or callable
        The value [m] they are held at; two numbers or a function of points (p, 2) giving (p, 2).
    """

    boundary: str
    fix: tuple[Direction, ...] = ("x", "y")
    displacement: VectorField = (0.0, 0.0)

    def __post_init__(self) -> None:
        if not self.fix or not set(self.fix) <= {"x", "y"}:
            raise InputError(f"Support.fix holds 'x', 'y' or both, got {self.fix!r}")
        _vector("Support.displacement", self.displacement)


@dataclass(frozen=True)
class RigidBody:
    """Takes away the rigid motions that are left free, and nothing else: its reactions must vanish.

    The loads must balance each other. The displacement is given without any mean motion or rotation of the body.
    """


Load = Pressure | Traction | BodyForce
SupportLike = Support | RigidBody


def _finite(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not np.isfinite(value):
        raise InputError(f"{name} must be a finite number, got {value!r}")


def _vector(name: str, value: object) -> None:
    if callable(value):
        return
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != 2:
        raise InputError(f"{name} has two components (x, y), got {value!r}")
    for part in value:
        _finite(name, part)


def scalar_at(value: ScalarField, points: Floats) -> Floats:
    """A number or function at points (p, 2), as (p,)."""
    if not callable(value):
        return np.full(len(points), float(value))
    return _checked(np.asarray(value(points), dtype=np.float64), (len(points),))


def vector_at(value: VectorField, points: Floats) -> Floats:
    """Two numbers or a function at points (p, 2), as (p, 2)."""
    if not callable(value):
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (len(points), 2))
    return _checked(np.asarray(value(points), dtype=np.float64), (len(points), 2))


def _checked(result: Floats, shape: tuple[int, ...]) -> Floats:
    if result.shape != shape:
        raise InputError(f"a load or support given as a function must return the shape {shape}, got {result.shape}")
    if not np.all(np.isfinite(result)):
        raise InputError("a load or support given as a function returned a number that is not finite")
    return result
