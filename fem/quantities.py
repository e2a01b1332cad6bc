"""What may be asked of a solution at a point, by name: stress, strain, displacement and their invariants."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.errors import InputError, UnknownNameError
from tubewall.fem import invariants
from tubewall.fem.elements import Floats
from tubewall.fem.invariants import COMPONENTS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import PointFields

Kind = Literal["stress", "strain", "displacement"]
Extreme = Literal["max", "min", "mean"]
#: What a search over a body looks for: the algebraic largest or smallest value, or the one of the largest amount.
Danger = Literal["max", "min", "amount"]

# nearer to the axis than this over the distance of the farthest point there is no hoop direction
_ON_AXIS: Final = 1e-12


@dataclass(frozen=True, kw_only=True)
class CylinderAxes:
    """The axis that hoop, radial and axial refer to.

    Parameters
    ----------
    about : tuple of float
        A point (x, y) or (x, y, z) [m] of the axis; the origin unless said.
    axis : (x, y, z)
        Its direction; z unless said. In plane bodies it is always z, in axisymmetric ones the axis of the body.
    """

    about: tuple[float, ...] = (0.0, 0.0, 0.0)
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        if len(self.about) not in (2, 3) or not np.all(np.isfinite(self.about)):
            raise InputError(f"about is a point of the axis with 2 or 3 finite coordinates in m, got {self.about!r}")
        if len(self.axis) != 3 or not np.all(np.isfinite(self.axis)) or not np.any(self.axis):
            raise InputError(f"axis is a direction (x, y, z) that is not zero, got {self.axis!r}")

    def frames(self, points: Floats, kinematics: str) -> Floats:
        """Rows radial, hoop, axial (p, 3, 3) at points (p, dim); NaN in radial and hoop on the axis itself."""
        p, dim = points.shape
        if kinematics == "axisymmetric":
            # the slots are x = radial, y = axial, z = hoop
            return np.broadcast_to(np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0]]), (p, 3, 3))
        full = np.zeros((p, 3))
        full[:, :dim] = points
        centre = np.zeros(3)
        centre[: len(self.about)] = self.about
        along = np.array([0.0, 0.0, 1.0]) if dim == 2 else np.asarray(self.axis, dtype=np.float64)
        along = along / np.linalg.norm(along)
        if dim == 2:
            centre[2] = 0.0
        arm = full - centre
        arm = arm - np.outer(arm @ along, along)
        distance = np.linalg.norm(arm, axis=1)
        near = distance <= _ON_AXIS * max(float(np.abs(full).max(initial=0.0)), float(distance.max(initial=0.0)))
        radial = np.divide(arm, distance[:, None], out=np.full_like(arm, np.nan), where=~near[:, None])
        return np.stack([radial, np.cross(along, radial), np.broadcast_to(along, (p, 3))], axis=1)


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A quantity that a name asks for.

    Attributes
    ----------
    name : str
        Without the prefix: "stress hoop".
    kind : {"stress", "strain", "displacement"}
        What it is made from.
    unit : {"Pa", "1", "m"}
    extreme : {"max", "min", "mean"} or None
        The prefix, which asks for a search over a boundary.
    danger : {"max", "min", "amount"}
        What a search over the body looks for.
    natural : bool
        Whether a search without a prefix has one meaning: the largest von Mises stress, the smallest min principal.
    cylindrical : bool
        Whether it needs ``CylinderAxes``.
    """

    name: str
    kind: Kind
    unit: Literal["Pa", "1", "m"]
    extreme: Extreme | None = None
    danger: Danger = "max"
    natural: bool = False
    cylindrical: bool = False

    def __str__(self) -> str:
        return f"{self.extreme} {self.name}" if self.extreme else self.name

    @property
    def sought(self) -> Extreme:
        """What a search over a boundary reports.

        Raises
        ------
        InputError
            When the name does not say it.
        """
        if self.extreme is not None:
            return self.extreme
        if not self.natural:
            raise InputError(
                f"quantity {self.name!r} over a boundary: say which with 'max {self.name}', 'min {self.name}' or "
                f"'mean {self.name}'"
            )
        return "min" if self.danger == "min" else "max"

    def values(self, fields: PointFields, kinematics: str, axes: CylinderAxes | None = None) -> Floats:
        """The quantity (p,) at points; NaN only where hoop and radial have no direction.

        Raises
        ------
        InputError
            For displacement z in a plane body.
        """
        if self.kind == "displacement":
            return _displacement(self.name, fields.displacement)
        field = fields.stress if self.kind == "stress" else fields.strain
        if self.cylindrical:
            frames = (axes or CylinderAxes()).frames(fields.points, kinematics)
            row = frames[:, _CYLINDER.index(self.name.split()[1])]
            tensor = field if self.kind == "stress" else invariants.as_stress_like(field)
            return _along(tensor, row)
        if self.name in _INVARIANTS:
            return _INVARIANTS[self.name](field)
        found: Floats = field[:, COMPONENTS.index(self.name.split()[1])]
        return found


_CYLINDER: Final = ("radial", "hoop", "axial")
_INVARIANTS: Final[Mapping[str, Callable[[Floats], Floats]]] = MappingProxyType(
    {
        "max principal": lambda stress: invariants.principal(stress)[..., 0],
        "mid principal": lambda stress: invariants.principal(stress)[..., 1],
        "min principal": lambda stress: invariants.principal(stress)[..., 2],
        "von mises": invariants.von_mises,
        "tresca": invariants.tresca,
        "pressure": invariants.pressure,
    }
)


def _along(tensor: Floats, direction: Floats) -> Floats:
    """The normal component n.T.n (p,) of tensors (p, 6) along directions (p, 3)."""
    x, y, z = direction.T
    weights = np.stack([x * x, y * y, z * z, 2 * y * z, 2 * x * z, 2 * x * y], axis=1)
    found: Floats = np.einsum("pc,pc->p", tensor, weights)
    return found


def _displacement(name: str, displacement: Floats) -> Floats:
    part = name.split()[1]
    if part == "magnitude":
        return np.asarray(np.linalg.norm(displacement, axis=1))
    component = "xyz".index(part)
    if component >= displacement.shape[1]:
        raise InputError(f"quantity {name!r}: a plane body has no displacement along z (allowed: x, y, magnitude)")
    found: Floats = displacement[:, component]
    return found


def _all() -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for kind, unit in (("stress", "Pa"), ("strain", "1")):
        for part in ("xx", "yy", "zz", "xy", "yz", "xz"):
            danger: Danger = "max" if part[0] == part[1] else "amount"
            found[f"{kind} {part}"] = Quantity(name=f"{kind} {part}", kind=kind, unit=unit, danger=danger)  # type: ignore[arg-type]
        for part in ("hoop", "radial", "axial"):
            found[f"{kind} {part}"] = Quantity(name=f"{kind} {part}", kind=kind, unit=unit, cylindrical=True)  # type: ignore[arg-type]
    for part in ("x", "y", "z", "magnitude"):
        danger = "max" if part == "magnitude" else "amount"
        name = f"displacement {part}"
        found[name] = Quantity(name=name, kind="displacement", unit="m", danger=danger, natural=part == "magnitude")
    for name in _INVARIANTS:
        natural = name not in ("mid principal", "pressure")
        found[name] = Quantity(
            name=name, kind="stress", unit="Pa", danger="min" if name == "min principal" else "max", natural=natural
        )
    return found


#: Every quantity by its name, without prefixes.
QUANTITIES: Final[Mapping[str, Quantity]] = MappingProxyType(_all())
_PREFIXES: Final = ("max", "min", "mean")


def parse_quantity(name: str) -> Quantity:
    """The quantity of a name such as "stress hoop", "max principal" or, over a boundary, "max stress hoop".

    "max principal" and "min principal" are quantities themselves; over a boundary their extremes are "max max principal",
    "min max principal" and so on. Upper case and several spaces do not matter.

    Raises
    ------
    UnknownNameError
        With the nearest name.
    """
    if not isinstance(name, str):
        raise InputError(f"a quantity is a name such as 'max principal', got {name!r}")
    words = name.casefold().split()
    plain = " ".join(words)
    if plain in QUANTITIES:
        return QUANTITIES[plain]
    if words and words[0] in _PREFIXES and " ".join(words[1:]) in QUANTITIES:
        own = QUANTITIES[" ".join(words[1:])]
        return Quantity(**{**own.__dict__, "extreme": words[0]})
    raise _unknown(name, words)


def _unknown(name: str, words: list[str]) -> UnknownNameError:
    prefix = f"{words[0]} " if len(words) > 2 and words[0] in _PREFIXES else ""
    rest = " ".join(words)[len(prefix) :]
    near = difflib.get_close_matches(rest, list(QUANTITIES), n=1, cutoff=0.5)
    if near:
        return UnknownNameError(f"no quantity {name!r}; did you mean {prefix + near[0]!r}?")
    return UnknownNameError(
        f"no quantity {name!r}; there are stress xx|yy|zz|xy|yz|xz|hoop|radial|axial, the same of strain, "
        "displacement x|y|z|magnitude, max|mid|min principal, von mises, tresca, pressure, and over a boundary "
        "max, min or mean before them"
    )
