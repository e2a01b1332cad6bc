"""Expressions such as ``"1 MPa * (1 - y / (20 um))"``: arithmetic with units over the coordinates, never code.

A number and the unit behind it are one thing: ``y / 20 um`` is ``y / (20 um)``, and ``1 / 2 um`` is ``1 / (2 um)``. All else
is as usual: powers before ``*`` and ``/``, these from left to right, then ``+`` and ``-``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final

import numpy as np

from tubewall.errors import InputError
from tubewall.studies.expression_nodes import PLAIN, Floats, Misfit, Node, dimension_text, evaluate, number
from tubewall.studies.expression_parser import parsed
from tubewall.studies.study_key import shown
from tubewall.units import unit_factor

_LONGEST: Final = 1000
#: The largest value [SI] that is taken: squares and products of stiffness and volume stay numbers.
LARGEST: Final = 1e60


@dataclass(frozen=True)
class Expression:
    """A quantity that may vary over the body; ``read_expression`` makes it.

    Parameters
    ----------
    text : str
        As it was written.
    unit : str
        The SI unit of its values.
    node : Node
        Its tree.
    """

    text: str
    unit: str
    node: Node = field(repr=False)

    @cached_property
    def constant(self) -> float | None:
        """The value (SI) to fifteen digits, so that "100 nm" and "0.1 um" are one number; None when it varies."""
        return None if self.node.variables else float(f"{self(np.zeros((1, 3)))[0]:.15g}")

    @property
    def variables(self) -> frozenset[str]:
        """Which of x, y, z it needs."""
        return self.node.variables

    def __call__(self, points: Floats) -> Floats:
        """The values (p,), SI, at points (p, dim) [m].

        Raises
        ------
        InputError
            Where it divides by zero, gives no finite number, with the point, or one above `LARGEST`.
        """
        try:
            values = evaluate(self.node, np.asarray(points, dtype=np.float64))
        except Misfit as error:
            raise InputError(f"{_short(self.text)}: {error}") from None
        largest = float(np.abs(values).max(initial=0.0))
        if largest > LARGEST:
            raise InputError(f"{_short(self.text)}: reaches {largest:.3g} {self.unit}, more than {LARGEST:g}")
        return values


def read_expression(value: object, unit: str, *, example: str = "") -> Expression:
    """The expression that a number or a text states, of the dimension of ``unit``.

    Parameters
    ----------
    value : object
        A text, or a bare number where ``unit`` is "1" (and 0, which needs no unit).
    unit : str
        A unit in SI of the dimension that is wanted.
    example : str
        What one could write, for messages.

    Raises
    ------
    InputError
        When it is not arithmetic, adds different dimensions or has another dimension than ``unit``, with the place.
    """
    _, powers = unit_factor(unit)
    wanted = tuple(Fraction(power) for power in powers)
    example = example or (f"3 {unit}" if wanted != PLAIN else "0.01")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(f"expected a quantity such as '{example}', got {shown(value)}")
    if isinstance(value, str):
        node = _parse(value)
        text = value
    else:
        if not abs(value) <= sys.float_info.max:
            raise InputError(f"must be a finite number, got {shown(value)}")
        text = f"{value}"
        node = number(float(value), PLAIN, 0)
    if node.dimension == PLAIN and wanted != PLAIN:
        raise InputError(f"{_short(text)} has no unit: write for example '{example}'")
    if node.dimension is not None and node.dimension != wanted:
        found = dimension_text(node.dimension)
        raise InputError(f"{_short(text)} is in {found}, wanted is {_wanted_text(unit)}: write for example '{example}'")
    read = Expression(text, unit, node)
    if not node.variables:
        # what can be known now is refused now
        read(np.zeros((1, 3)))
    return read


def _wanted_text(unit: str) -> str:
    return "a plain number" if unit == "1" else unit


def _short(text: str, most: int = 60) -> str:
    flat = " ".join(text.split()) if text.isprintable() or text.split() else text
    return repr(flat if len(flat) <= most else flat[: most - 3] + "...")


def _parse(text: str) -> Node:
    if len(text) > _LONGEST:
        raise InputError(f"an expression of {len(text)} characters; they have at most {_LONGEST}")
    try:
        return parsed(text)
    except Misfit as error:
        at = _short(text[error.place :], 24) if error.place < len(text) else "the end"
        raise InputError(f"cannot read {_short(text)} at {at}: {error}") from None
