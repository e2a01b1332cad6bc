"""The parser of expressions: tokens, then recursive descent of bounded depth into a tree of nodes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from tubewall.errors import InputError, unknown_name
from tubewall.studies.expression_nodes import (
    FUNCTIONS,
    PLAIN,
    VARIABLES,
    Misfit,
    Node,
    call,
    negative,
    number,
    power_of,
    product_of,
    sum_of,
    variable,
)
from tubewall.units import unit_factor

_MOST_PARTS: Final = 300
_DEEPEST: Final = 40
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>°?[A-Za-zµμ][A-Za-zµμ_0-9]*|%)"
    r"|(?P<sign>\*\*|[-+*/^(),·]))"
)
_CELSIUS: Final = ("C", "degC", "°C")


def parsed(text: str) -> Node:
    """The tree of a text.

    Raises
    ------
    Misfit
        With the place where it is not arithmetic with units, or adds different dimensions.
    """
    return _Parser(text).whole()


def _unknown(name: str, as_unit: str) -> str:
    """What to say of a name that is nothing: the nearest unit, coordinate or function where one is near."""
    if "did you mean" in as_unit:
        return as_unit
    kind = "unit, coordinate or function"
    told = str(unknown_name(kind, name, (*VARIABLES, "pi", *FUNCTIONS)))
    return told if "did you mean" in told else f"no {kind} {name!r}"


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    place: int


def _tokens(text: str) -> list[_Token]:
    # the sign that word processors write
    text = text.replace("\N{MINUS SIGN}", "-")
    found: list[_Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            place = position + len(text[position:]) - len(text[position:].lstrip())
            raise Misfit(
                "not arithmetic; there are numbers with units, x, y, z, + - * / ^, brackets and functions", place
            )
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        position = match.end()
        if len(found) > _MOST_PARTS:
            raise Misfit(f"more than {_MOST_PARTS} numbers, names and signs", position)
    return [*found, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent over the tokens of one text; its depth is bounded."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        """The tree of all tokens; what is left over has no place in it."""
        if self._seen().kind == "end":
            raise Misfit("nothing there", 0)
        node = self._sum()
        token = self._seen()
        if token.kind != "end":
            raise Misfit(self._surplus(token), token.place)
        return node

    def _surplus(self, token: _Token) -> str:
        if token.text == ")":
            return "a bracket that was never opened"
        if token.text == ",":
            return "a comma outside a function"
        return f"{token.text!r} without an operator before it; write '*' for a product"

    def _seen(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> _Token | None:
        token = self._seen()
        if token.kind != "sign" or token.text not in texts:
            return None
        self._next += 1
        return token

    def _need(self, text: str, opened: int) -> None:
        if self._take(text) is None:
            token = self._seen()
            if token.kind == "end" or token.text == ")":
                raise Misfit("a bracket that is never closed", opened)
            raise Misfit(self._surplus(token), token.place)

    def _deeper(self, place: int) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Misfit(f"nested deeper than {_DEEPEST}", place)

    def _sum(self) -> Node:
        node = self._product()
        while token := self._take("+", "-"):
            node = sum_of(token.text, node, self._product(), token.place)
        return node

    def _product(self) -> Node:
        node = self._signed(divided=False)
        while token := self._take("*", "/", "·"):
            operation = "/" if token.text == "/" else "*"
            node = product_of(operation, node, self._signed(divided=operation == "/"), token.place)
        return node

    def _signed(self, *, divided: bool) -> Node:
        token = self._take("-", "+")
        if token is None:
            return self._power(divided=divided)
        self._deeper(token.place)
        node = self._signed(divided=divided)
        self._depth -= 1
        return negative(node, token.place) if token.text == "-" else node

    def _power(self, *, divided: bool) -> Node:
        base = self._atom(divided=divided)
        token = self._take("**", "^")
        if token is None:
            return base
        self._deeper(token.place)
        exponent = self._signed(divided=False)
        self._depth -= 1
        return power_of(base, exponent, token.place)

    def _atom(self, *, divided: bool) -> Node:
        token = self._seen()
        self._next += 1
        if token.text == "(":
            self._deeper(token.place)
            node = self._sum()
            self._need(")", token.place)
            self._depth -= 1
            return node
        if token.kind == "number":
            node = number(float(token.text), PLAIN, token.place)
            if self._seen().text == "1" and self._tokens[self._next + 1].text == "/":
                # as in '1e-5 1/K', where the unit begins with a 1
                self._next += 1
            return self._units(node, 1 if divided else 0) if self._at_unit() else node
        if token.kind != "name":
            what = "the end" if token.kind == "end" else repr(token.text)
            raise Misfit(f"expected a number, a coordinate or a bracket, found {what}", token.place)
        if self._seen().text == "(" and token.text not in VARIABLES and token.text != "pi":
            return self._function(token)
        if token.text in VARIABLES:
            return variable(token.text, token.place)
        if token.text == "pi":
            return number(math.pi, PLAIN, token.place)
        self._next -= 1
        return self._units(number(1.0, PLAIN, token.place), 1 if divided else 0)

    def _function(self, token: _Token) -> Node:
        if token.text not in FUNCTIONS:
            raise Misfit(str(unknown_name("function", token.text[:60], FUNCTIONS)), token.place)
        opened = self._seen().place
        self._next += 1
        self._deeper(token.place)
        arguments = [self._sum()]
        while self._take(","):
            arguments.append(self._sum())
        self._need(")", opened)
        self._depth -= 1
        return call(token.text, tuple(arguments), token.place)

    def _at_unit(self) -> bool:
        token = self._seen()
        following = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        special = token.text in (*VARIABLES, "pi") or (token.text in FUNCTIONS and following.text == "(")
        return token.kind == "name" and not special

    def _units(self, node: Node, divided: int) -> Node:
        first = self._seen()
        count = 0
        while self._at_unit():
            token = self._seen()
            self._next += 1
            count += 1
            if divided and count > 1:
                raise Misfit(
                    f"two units behind one '/'; write brackets, as in '/({first.text} {token.text})'", first.place
                )
            node = product_of("*", node, self._unit(token), token.place)
        if node.operation == "*" and self._seen().text == "(":
            raise Misfit(
                f"a bracket right behind the unit {self._tokens[self._next - 1].text!r}; write '*'", first.place
            )
        return node

    def _unit(self, token: _Token) -> Node:
        if token.text in _CELSIUS:
            raise Misfit("degrees Celsius; a change of temperature is in K", token.place)
        if token.text.rstrip("0123456789") in VARIABLES:
            raise Misfit(f"no unit and no coordinate {token.text[:60]!r}", token.place)
        try:
            factor, powers = unit_factor(token.text[:60])
        except InputError as error:
            raise Misfit(_unknown(token.text[:60], str(error)), token.place) from None
        exponent = self._unit_power()
        dimension = tuple(Fraction(power) * exponent for power in powers)
        value = factor**exponent
        return Node("number", (), dimension, token.place, value)

    def _unit_power(self) -> int:
        # 'um^2' and 'um**-2' belong to the unit: 20 um^2 is 20 square micrometres
        if self._seen().text not in ("^", "**"):
            return 1
        start = self._next
        self._next += 1
        sign = -1 if self._take("-") else 1
        token = self._seen()
        if token.kind != "number" or not token.text.isdigit() or int(token.text) > 12:
            self._next = start
            raise Misfit(
                "a power of a unit that is not a whole number up to 12; put the quantity in brackets", token.place
            )
        self._next += 1
        return sign * int(token.text)
