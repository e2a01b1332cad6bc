"""The tree behind an expression: every node knows its dimension, and is evaluated over points without running any code."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.units import show_point

Floats = NDArray[np.float64]
# exponents of metre, kilogram, second, ampere, kelvin, mole; None is the plain number 0, which goes with any dimension
Dimension = tuple[Fraction, ...] | None

PLAIN: Final[tuple[Fraction, ...]] = (Fraction(0),) * 6
VARIABLES: Final = ("x", "y", "z")
_LARGEST_POWER: Final = 24
_KNOWN: Final[dict[tuple[int | Fraction, ...], str]] = {
    (-1, 1, -2, 0, 0, 0): "Pa",
    (1, 1, -2, 0, 0, 0): "N",
    (0, 1, -2, 0, 0, 0): "N/m",
    (-2, 1, -2, 0, 0, 0): "N/m3",
    (0, 0, 0, 0, -1, 0): "1/K",
    (0, 0, 0, 0, 0, 0): "a plain number",
}
_SYMBOLS: Final = ("m", "kg", "s", "A", "K", "mol")


@dataclass(frozen=True)
class Node:
    """One operation on other nodes, a number (SI) or a variable; ``place`` is where it stands in the text."""

    operation: str
    arguments: tuple[Node, ...]
    dimension: Dimension
    place: int
    number: float = 0.0

    @property
    def variables(self) -> frozenset[str]:
        """The names of the coordinates that occur."""
        if self.operation in VARIABLES:
            return frozenset((self.operation,))
        return frozenset[str]().union(*(one.variables for one in self.arguments))


class Misfit(InputError):
    """An error at one place of the text of an expression."""

    def __init__(self, told: str, place: int) -> None:
        super().__init__(told)
        self.place = place


def dimension_text(dimension: Dimension) -> str:
    """A dimension as the unit it has in SI: ``Pa``, ``K m-1``, ``a plain number``."""
    if dimension is None:
        return "zero"
    if dimension in _KNOWN:
        return _KNOWN[dimension]
    parts = zip(_SYMBOLS, dimension, strict=True)
    return " ".join(symbol if power == 1 else f"{symbol}{_power_text(power)}" for symbol, power in parts if power)


def _power_text(power: Fraction) -> str:
    return str(power) if power.denominator == 1 else f"^({power})"


def number(value: float, dimension: tuple[Fraction, ...], place: int) -> Node:
    """A number (SI); a plain 0 goes with any dimension."""
    if not math.isfinite(value):
        raise Misfit("a number that is too large", place)
    return Node("number", (), None if value == 0 and dimension == PLAIN else dimension, place, value)


def variable(name: str, place: int) -> Node:
    """One of the coordinates x, y, z [m]."""
    return Node(name, (), (Fraction(1), *PLAIN[1:]), place)


def sum_of(operation: str, left: Node, right: Node, place: int) -> Node:
    """``left + right`` or ``left - right``, of one dimension."""
    return Node(operation, (left, right), _common(operation, (left, right), place), place)


def product_of(operation: str, left: Node, right: Node, place: int) -> Node:
    """``left * right`` or ``left / right``."""
    if operation == "/" and right.operation == "number" and right.number == 0:
        raise Misfit("a division by zero", place)
    sign = 1 if operation == "*" else -1
    if left.dimension is None or (right.dimension is None and operation == "*"):
        return Node(operation, (left, right), None, place)
    a, b = left.dimension, right.dimension or PLAIN
    return Node(operation, (left, right), tuple(p + sign * q for p, q in zip(a, b, strict=True)), place)


def power_of(base: Node, exponent: Node, place: int) -> Node:
    """``base ** exponent``; a base with a unit takes a constant exponent."""
    if exponent.dimension not in (None, PLAIN):
        raise Misfit(f"an exponent in {dimension_text(exponent.dimension)}; exponents are plain numbers", place)
    if base.dimension in (None, PLAIN):
        return Node("**", (base, exponent), PLAIN, place)
    if exponent.variables:
        raise Misfit("an exponent that varies, over a base with a unit", place)
    value = float(evaluate(exponent, np.zeros((1, 3)))[0])
    if abs(value) > _LARGEST_POWER:
        raise Misfit(f"the power {value:g}; of a unit at most {_LARGEST_POWER}", place)
    ratio = Fraction(value).limit_denominator(12)
    if abs(float(ratio) - value) > 1e-12:
        raise Misfit(f"the power {value:g} of a unit; take a ratio of small whole numbers", place)
    return Node("**", (base, exponent), tuple(ratio * p for p in base.dimension or PLAIN), place)


def negative(node: Node, place: int) -> Node:
    """``-node``."""
    return Node("negative", (node,), node.dimension, place)


def call(name: str, arguments: tuple[Node, ...], place: int) -> Node:
    """One of `FUNCTIONS` of its arguments."""
    count = {"atan2": 2, "hypot": 2}.get(name, 1)
    if name in ("min", "max"):
        if len(arguments) < 2:
            raise Misfit(f"{name} of one argument; it takes two or more", place)
    elif len(arguments) != count:
        raise Misfit(f"{name} of {len(arguments)} arguments; it takes {count}", place)
    if name == "sqrt":
        inner = arguments[0].dimension
        return Node(name, arguments, None if inner is None else tuple(p / 2 for p in inner), place)
    if name in ("min", "max", "hypot", "abs"):
        return Node(name, arguments, _common(name, arguments, place), place)
    if name == "atan2":
        _common(name, arguments, place)
    elif arguments[0].dimension not in (None, PLAIN):
        raise Misfit(f"{name} of {dimension_text(arguments[0].dimension)}; it takes a plain number", place)
    return Node(name, arguments, PLAIN, place)


def _common(operation: str, nodes: tuple[Node, ...], place: int) -> Dimension:
    found: Dimension = None
    for node in nodes:
        if node.dimension is None:
            continue
        if found is not None and node.dimension != found:
            verb = {"+": "added to", "-": "subtracted from"}.get(operation, "beside")
            a, b = dimension_text(node.dimension), dimension_text(found)
            told = f"{a} {verb} {b}" if verb != "beside" else f"{operation} of {b} and {a}"
            raise Misfit(f"{told}: they have different dimensions", place)
        found = node.dimension
    return found


_Operation = Callable[..., Floats]
FUNCTIONS: Final[dict[str, _Operation]] = {
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "abs": np.abs,
    "atan2": np.arctan2,
    "hypot": np.hypot,
    "min": lambda *parts: np.asarray(np.minimum.reduce(parts)),
    "max": lambda *parts: np.asarray(np.maximum.reduce(parts)),
}
_OPERATIONS: Final[dict[str, _Operation]] = {
    **FUNCTIONS,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "negative": np.negative,
}


def evaluate(node: Node, points: Floats) -> Floats:
    """The values (p,) in SI of a tree at points (p, dim) [m].

    Raises
    ------
    Misfit
        When a step divides by zero or gives no finite number, with the point.
    """
    if node.operation == "number":
        return np.full(len(points), node.number)
    if node.operation in VARIABLES:
        column = VARIABLES.index(node.operation)
        if column >= points.shape[1]:
            raise Misfit(f"{node.operation} does not exist in a plane problem", node.place)
        return np.asarray(points[:, column], dtype=np.float64)
    parts = [evaluate(one, points) for one in node.arguments]
    if node.operation == "/" and not parts[1].all():
        _refuse("divides by zero", node, points, parts[1] == 0)
    with np.errstate(all="ignore"):
        values = np.asarray(_OPERATIONS[node.operation](*parts), dtype=np.float64)
    bad = ~np.isfinite(values)
    if bad.any():
        _refuse("is not a finite number", node, points, bad)
    return values


def _refuse(told: str, node: Node, points: Floats, bad: NDArray[np.bool_]) -> None:
    if not node.variables:
        raise Misfit(told, node.place)
    raise Misfit(f"{told} at the point {show_point(points[int(np.argmax(bad))])}", node.place)
