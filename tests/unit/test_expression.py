"""Expressions of the case file: arithmetic with units, checked for dimension, never run as code."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall.errors import InputError
from tubewall.studies.expression import read_expression

nm, um, MPa = 1e-9, 1e-6, 1e6
POINTS = np.array([[1.0 * um, 2.0 * um, 3.0 * um], [0.0, 20.0 * um, -4.0 * um], [5.0 * um, -3.0 * um, 0.0]])
X, Y, Z = POINTS.T

CONSTANTS = {
    "0.01": ("1", 0.01),
    "1 %": ("1", 0.01),
    "3 MPa": ("Pa", 3e6),
    "-3 MPa": ("Pa", -3e6),
    "1 MPa - 2 bar": ("Pa", 1e6 - 2e5),
    "2 * 3 MPa ^ 1": ("Pa", 6e6),
    "(1 MPa)": ("Pa", 1e6),
    "30 K": ("K", 30.0),
    "1e5 N/m3": ("N/m3", 1e5),
    "2 N/mm^3": ("N/m3", 2e9),
    "20 um^2 / 10 um": ("m", 2e-6),
    "1 / 2 um": ("1/m", 0.5e6),
    "1 / (2 um)": ("1/m", 0.5e6),
    "-2^2": ("1", -4.0),
    "2^3^2": ("1", 512.0),
    "2**-1": ("1", 0.5),
    "8 / 4 / 2": ("1", 1.0),
    "7 - 2 - 1": ("1", 4.0),
    "2 + 3 * 4": ("1", 14.0),
    "--2": ("1", 2.0),
    "2 mol/(m2 s Pa)": ("mol/(m2 s Pa)", 2.0),
    "sqrt(4 um^2)": ("m", 2e-6),
    "hypot(3 nm, 4 nm)": ("m", 5e-9),
    "atan2(1 nm, 1 nm)": ("1", math.pi / 4),
    "sin(pi / 2) * cos(180 deg)": ("1", -1.0),
    "log(exp(2))": ("1", 2.0),
    "max(1 nm, 2 nm, 1.5 nm) - min(3 nm, 1 nm)": ("m", 1e-9),
    "abs(-3 K)": ("K", 3.0),
    "0": ("Pa", 0.0),
    "1 MPa + 0": ("Pa", 1e6),
    "1 kN/mm2 · 2": ("Pa", 2e9),
    "5 min": ("s", 300.0),
    "1e-5 1/K": ("1/K", 1e-5),
    "1e-5 / K * 30 K": ("1", 3e-4),
}


@pytest.mark.parametrize(("text", "unit", "value"), [(t, u, v) for t, (u, v) in CONSTANTS.items()], ids=CONSTANTS)
def test_a_constant_has_its_value_in_si(text: str, unit: str, value: float) -> None:
    assert read_expression(text, unit).constant == pytest.approx(value, rel=1e-14, abs=0)


FIELDS = {
    "1 MPa * (1 - y / (20 um))": ("Pa", MPa * (1 - Y / (20 * um))),
    "1 MPa * (1 - y / 20 um)": ("Pa", MPa * (1 - Y / (20 * um))),
    "30 K + 5 K/nm * x": ("K", 30 + 5e9 * X),
    "30 K + 5 K * x / nm": ("K", 30 + 5e9 * X),
    "1 GPa/um * z - 3 MPa": ("Pa", 1e15 * Z - 3e6),
    "2e-3 * x * y / hypot(x, y)": ("m", 2e-3 * X * Y / np.hypot(X, Y)),
    "1 MPa * sin(pi * x / (3 um)) ** 2": ("Pa", MPa * np.sin(np.pi * X / (3 * um)) ** 2),
    "1 MPa * exp(-(x^2 + y^2) / (1 um)^2)": ("Pa", MPa * np.exp(-(X**2 + Y**2) / um**2)),
    "max(0, 1 MPa/um * x - 2 MPa)": ("Pa", np.maximum(0, 1e12 * X - 2e6)),
    "atan2(y, x)": ("1", np.arctan2(Y, X)),
    "sqrt(x ^ 2)": ("m", X),
}


@pytest.mark.parametrize(("text", "unit", "values"), [(t, u, v) for t, (u, v) in FIELDS.items()], ids=FIELDS)
def test_a_field_is_evaluated_over_all_points(text: str, unit: str, values: np.ndarray) -> None:
    expression = read_expression(text, unit)
    assert expression.constant is None
    found = expression(POINTS)
    assert found.shape == (3,)
    np.testing.assert_allclose(found, values, rtol=1e-13, atol=1e-13 * np.abs(values).max())


def test_it_says_which_coordinates_it_needs() -> None:
    assert read_expression("1 MPa * x / (z + 1 um)", "Pa").variables == {"x", "z"}
    with pytest.raises(InputError, match="z does not exist in a plane problem"):
        read_expression("1 MPa/nm * z", "Pa")(POINTS[:, :2])


BAD = {
    "1 MPa + 2 nm": ("Pa", "at '+ 2 nm': m added to Pa"),
    "1 MPa - 1": ("Pa", "a plain number subtracted from Pa"),
    "max(1 MPa, 2 nm)": ("Pa", "max of Pa and m"),
    "3 nm": ("Pa", "is in m, wanted is Pa"),
    "5": ("Pa", "'5' has no unit: write for example '3 Pa'"),
    "1 MPa * x": ("Pa", "is in N/m, wanted is Pa"),
    "exp(x)": ("1", "exp of m; it takes a plain number"),
    "2 ^ x": ("1", "an exponent in m"),
    "x ^ y": ("1", "an exponent in m"),
    "x ^ (x / (1 nm))": ("m", "an exponent that varies, over a base with a unit"),
    "x ^ 0.1234567": ("m", "the power 0.123457 of a unit"),
    "x ^ 99": ("m", "the power 99; of a unit at most 24"),
    "": ("1", "nothing there"),
    "   ": ("1", "nothing there"),
    "(1": ("1", "a bracket that is never closed"),
    "1)": ("1", "a bracket that was never opened"),
    "1 +": ("1", "found the end"),
    "* 1": ("1", "found '*'"),
    "1, 2": ("1", "a comma outside a function"),
    "2 1": ("1", "'1' without an operator"),
    "2 3/m": ("1/m", "'3' without an operator"),
    "2 x": ("m", "'x' without an operator before it; write '*'"),
    "2 MPa (x)": ("Pa", "a bracket right behind the unit"),
    "1 N/m K": ("N/(m K)", "two units behind one '/'; write brackets, as in '/(m K)'"),
    "1 m^x": ("m", "a power of a unit"),
    "1 m^0.5": ("m", "a power of a unit"),
    "1 m^99": ("m", "a power of a unit"),
    "1 Mpa": ("Pa", "did you mean 'MPa'?"),
    "qwerty": ("1", "no unit, coordinate or function 'qwerty'"),
    "x1": ("m", "no unit and no coordinate 'x1'"),
    "sinn(1)": ("1", "did you mean 'sin'?"),
    "sin(1, 2)": ("1", "sin of 2 arguments; it takes 1"),
    "max(1)": ("1", "max of one argument"),
    "sin()": ("1", "found ')'"),
    "30 C": ("K", "a change of temperature is in K"),
    "30 degC": ("K", "a change of temperature is in K"),
    "1 / 0": ("1", "a division by zero"),
    "1 / (1 - 1)": ("1", "divides by zero"),
    "log(0)": ("1", "is not a finite number"),
    "sqrt(-1)": ("1", "is not a finite number"),
    "1e999": ("1", "a number that is too large"),
    "9^9^9^9": ("1", "is not a finite number"),
    "nan": ("1", "at 'nan'"),
    "inf": ("1", "at 'inf'"),
    "__import__('os').system('true')": ("1", "not arithmetic"),
    "x.__class__": ("m", "not arithmetic"),
    "lambda: 1": ("1", "not arithmetic"),
    "1; 2": ("1", "not arithmetic"),
    "[1]": ("1", "not arithmetic"),
    "x if x else y": ("m", "write '*' for a product"),
    "x == y": ("1", "not arithmetic"),
    "1 // 2": ("1", "found '/'"),
    "exec(1)": ("1", "no function 'exec'"),
    "(" * 140 + "1" + ")" * 140: ("1", "nested deeper than 40"),
    "(" * 100_000: ("1", "100000 characters; they have at most 1000"),
    "-" * 999: ("1", "more than 300"),
    "1+" * 400 + "1": ("1", "more than 300"),
    "2^" * 100 + "1": ("1", "nested deeper than 40"),
    "sin(" * 120: ("1", "nested deeper than 40"),
    "1\0": ("1", "not arithmetic"),
}


@pytest.mark.parametrize(("text", "unit", "told"), [(t, u, v) for t, (u, v) in BAD.items()], ids=[t[:40] for t in BAD])
def test_what_is_not_arithmetic_of_the_right_dimension_is_refused_with_its_place(
    text: str, unit: str, told: str
) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_expression(text, unit)
    assert time.perf_counter() - started < 0.5
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (True, "1", "got true"),
        (None, "1", "expected a quantity"),
        ([1.0], "1", "a list of 1"),
        ({}, "1", "a table"),
        (math.nan, "1", "must be a finite number, got nan"),
        (math.inf, "Pa", "must be a finite number, got inf"),
        (10**400, "1", "must be a finite number"),
        (5, "Pa", "'5' has no unit"),
    ],
)
def test_what_is_no_number_and_no_text_is_refused(value: object, unit: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_expression(value, unit)


def test_a_zero_needs_no_unit_and_a_bare_number_only_where_there_is_none() -> None:
    assert read_expression(0, "Pa").constant == 0
    assert read_expression(0.01, "1").constant == 0.01


def test_a_point_where_it_is_not_finite_is_named() -> None:
    for text in ("1 MPa * um / x", "1 MPa / (1 + 1 um / x)"):
        with pytest.raises(InputError, match=r"divides by zero at the point \(0, 20, -4\) um"):
            read_expression(text, "Pa")(POINTS)
    with pytest.raises(InputError, match=r"is not a finite number at the point \(5, -3, 0\) um"):
        read_expression("1 MPa * sqrt(y / um)", "Pa")(POINTS)


@given(st.text(max_size=60) | st.text(alphabet="0123456789.exyz+-*/^() nmMPaK,sqrt", max_size=40))
def test_whatever_the_text_the_answer_is_a_field_or_one_line(text: str) -> None:
    for unit in ("1", "Pa"):
        told = ""
        try:
            read_expression(text, unit)(POINTS)
        except InputError as error:
            told = str(error)
        assert "\n" not in told


def test_a_name_that_is_nothing_is_answered_with_the_nearest_of_all_there_are() -> None:
    with pytest.raises(InputError, match="no unit, coordinate or function 'X'; did you mean 'x'"):
        read_expression("1 MPa * X / (1 um)", "Pa")
    with pytest.raises(InputError, match=r"no unit, coordinate or function 'foo'$"):
        read_expression("1 MPa * foo", "Pa")


def test_a_constant_that_is_no_number_has_no_point() -> None:
    with pytest.raises(InputError, match=r"is not a finite number$"):
        read_expression("1 MPa * sqrt(-1)", "Pa")


def test_the_minus_sign_of_print_is_a_minus() -> None:
    assert read_expression("\N{MINUS SIGN}1 MPa * (2 \N{MINUS SIGN} 0.5)", "Pa").constant == pytest.approx(-1.5e6)
