"""What presses on a body and what holds it, by the names of the mesh."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.elements import Floats

Direction = Literal["x", "y", "z", "normal"]
ScalarField = float | Callable[[Floats], Floats]
VectorField = tuple[float, ...] | Callable[[Floats], Floats]
#: A named point of the mesh, or coordinates [m].
Place = str | tuple[float, ...]

DIRECTIONS: Final = ("x", "y", "z", "normal")


@dataclass(frozen=True, kw_only=True)
class Pressure:
    """A pressure [Pa] on a boundary; positive pushes on the surface, into the solid.

    Parameters
    ----------
    boundary : str
    pressure : float or callable
        A number, or a function of points (p, dim) [m] giving (p,).
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
    """A force per area [Pa] on a boundary: one number a direction, or a function of points (p, dim) giving (p, dim)."""

    boundary: str
    traction: VectorField

    def __post_init__(self) -> None:
        _vector("Traction.traction", self.traction)


@dataclass(frozen=True, kw_only=True)
class LineLoad:
    """A force per length (x, y, z) [N/m] on a named edge of a mesh in space: three numbers, or a function of points."""

    edge: str
    force: VectorField

    def __post_init__(self) -> None:
        _vector("LineLoad.force", self.force)


@dataclass(frozen=True, kw_only=True)
class PointForce:
    """A force at a node: [N]; in plane bodies per length [N/m], in axisymmetric ones that of the full circle [N].

    ``point`` is a named point of the mesh or the coordinates of a node. The stress under it is singular.
    """

    point: Place
    force: tuple[float, ...]

    def __post_init__(self) -> None:
        _vector("PointForce.force", self.force)


@dataclass(frozen=True, kw_only=True)
class BodyForce:
    """A force per volume [N/m3] on a region (None: everywhere): one number a direction, or a function of points."""

    force: VectorField
    region: str | None = None

    def __post_init__(self) -> None:
        _vector("BodyForce.force", self.force)


@dataclass(frozen=True, kw_only=True)
class Eigenstrain:
    """A strain without stress, as of swelling, on a region (None: everywhere).

    Parameters
    ----------
    strain : float, tuple of 3 or 6, or callable
        A number: the same in all directions. Three numbers: along the axes 1, 2, 3 of the material. Six: in the order
        11, 22, 33, 23, 13, 12 with engineering shear. A function of points (p, dim) giving (p,): the same in all directions.
    region : str, optional
    """

    strain: ScalarField | tuple[float, ...]
    region: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.strain, tuple):
            if len(self.strain) not in (3, 6):
                raise InputError(f"Eigenstrain.strain has 3 or 6 components, got {self.strain!r}")
            for part in self.strain:
                _finite("Eigenstrain.strain", part)
        elif not callable(self.strain):
            _finite("Eigenstrain.strain", self.strain)


@dataclass(frozen=True, kw_only=True)
class TemperatureChange:
    """A change of temperature [K] of a region (None: everywhere): a number or a function of points (p, dim) giving (p,)."""

    change: ScalarField
    region: str | None = None

    def __post_init__(self) -> None:
        if not callable(self.change):
            _finite("TemperatureChange.change", self.change)


@dataclass(frozen=True, kw_only=True)
class Support:
    """Held displacement on a boundary, a named edge, or at a point: one of the three.

    Parameters
    ----------
    boundary, edge : str
    point : str or tuple of float
        A named point of the mesh, or the coordinates [m] of a node.
    fix : tuple of "x", "y", "z", or ("normal",)
        The components that are held; in the axisymmetric case x is radial and y axial. "normal" is a roller: the motion
        along the normal of the boundary is held. By default the directions of ``displacement`` where that is a mapping,
        else all.
    displacement : tuple of float, callable, or mapping
        The value [m] they are held at, 0 by default: one number a direction, a function of points (p, dim) giving
        (p, dim), or a mapping from direction to a number or a function giving (p,).
    """

    boundary: str | None = None
    edge: str | None = None
    point: Place | None = None
    fix: tuple[Direction, ...] | None = None
    displacement: VectorField | Mapping[str, ScalarField] | None = None

    def __post_init__(self) -> None:
        if [self.boundary, self.edge, self.point].count(None) != 2:
            raise InputError("a Support acts on one of boundary, edge and point")
        if self.fix is not None and (not self.fix or not set(self.fix) <= set(DIRECTIONS)):
            raise InputError(f"Support.fix holds 'x', 'y' or 'z', or 'normal' alone, got {self.fix!r}")
        if "normal" in (self.fix or ()) and (self.fix != ("normal",) or self.boundary is None):
            raise InputError("Support.fix = ('normal',) stands alone and on a boundary")
        if isinstance(self.displacement, Mapping):
            for direction, value in self.displacement.items():
                if direction not in (self.fix or DIRECTIONS):
                    raise InputError(f"Support.displacement has the direction {direction!r}, which fix does not hold")
                if not callable(value):
                    _finite(f"Support.displacement[{direction!r}]", value)
        elif self.displacement is not None:
            _vector("Support.displacement", self.displacement)

    @property
    def place(self) -> str:
        """Where it acts, in words."""
        if self.boundary is not None:
            return f"boundary {self.boundary!r}"
        return f"edge {self.edge!r}" if self.edge is not None else f"point {self.point!r}"

    def directions(self, dim: int) -> tuple[str, ...]:
        """The directions that are held, in a body of two or three dimensions."""
        if self.fix is not None:
            held: tuple[str, ...] = self.fix
        else:
            held = tuple(self.displacement) if isinstance(self.displacement, Mapping) else ("x", "y", "z")[:dim]
        if dim == 2 and "z" in held:
            raise InputError(f"the support on {self.place} holds z, which a plane body does not have")
        return held

    def values(self, points: Floats) -> dict[str, Floats]:
        """Held displacement [m] of each direction at points (p, dim), as (p,)."""
        dim = points.shape[1]
        held = self.directions(dim)
        given = self.displacement
        if given is None:
            return {direction: np.zeros(len(points)) for direction in held}
        if isinstance(given, Mapping):
            return {direction: scalar_at(given.get(direction, 0.0), points) for direction in held}
        if held == ("normal",):
            raise InputError(
                f"the support on {self.place} holds the normal: give its displacement as {{'normal': ...}}"
            )
        vectors = vector_at(given, points)
        return {direction: vectors[:, "xyz".index(direction)] for direction in held}


@dataclass(frozen=True)
class RigidBody:
    """Takes away the rigid motions that are left free, and nothing else: its reactions must vanish.

    The loads must balance each other. The displacement is given without any mean motion or rotation of the body.
    """


Load = Pressure | Traction | LineLoad | PointForce | BodyForce | Eigenstrain | TemperatureChange
SupportLike = Support | RigidBody


def _finite(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)) or not np.isfinite(value):
        raise InputError(f"{name} must be a finite number, got {value!r}")


def _vector(name: str, value: object) -> None:
    if callable(value):
        return
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) not in (2, 3):
        raise InputError(f"{name} has one component a direction, (x, y) or (x, y, z), got {value!r}")
    for part in value:
        _finite(name, part)


def scalar_at(value: ScalarField, points: Floats) -> Floats:
    """A number or function at points (p, dim), as (p,)."""
    if not callable(value):
        return np.full(len(points), float(value))
    return _checked(np.asarray(value(points), dtype=np.float64), (len(points),))


def vector_at(value: VectorField, points: Floats) -> Floats:
    """One number a direction, or a function, at points (p, dim), as (p, dim)."""
    if not callable(value):
        given = np.asarray(value, dtype=np.float64)
        if len(given) != points.shape[1]:
            raise InputError(f"a vector in {points.shape[1]} dimensions has as many components, got {tuple(value)!r}")
        return np.broadcast_to(given, points.shape)
    return _checked(np.asarray(value(points), dtype=np.float64), points.shape)


def _checked(result: Floats, shape: tuple[int, ...]) -> Floats:
    if result.shape != shape:
        raise InputError(f"a load or support given as a function must return the shape {shape}, got {result.shape}")
    if not np.all(np.isfinite(result)):
        raise InputError("a load or support given as a function returned a number that is not finite")
    return result
