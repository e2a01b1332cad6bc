"""Quantities are read and printed rightly, or refused with a clear line."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tubewall import units
from tubewall.errors import InputError, TubewallError, unknown_name


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("100 nm", "m", 1e-7),
        ("1 atm", "Pa", 101325.0),
        ("25 C", "K", 298.15),
        ("298.15 K", "K", 298.15),
        ("6.4e-10 mol/(m2 s Pa)", "mol/(m2 s Pa)", 6.4e-10),
        ("6.4e-10 mol/m2/s/Pa", "mol/(m2 s Pa)", 6.4e-10),
        ("3 mA/cm2", "A/m2", 30.0),
        ("3 mAh/cm^2", "A s/m2", 3 * 3.6 / 1e-4),
        ("50mV", "V", 0.05),
        ("90 deg", "1", math.pi / 2),
        ("1 h", "s", 3600.0),
        ("0.9", "1", 0.9),
        ("90 %", "1", 0.9),
        ("3.51 angstrom", "m", 3.51e-10),
        ("1 Barrer", "mol m/(m2 s Pa)", 3.3464e-16),
        ("1 GPU", "mol/(m2 s Pa)", 3.3464e-10),
        ("2 1/K", "1/K", 2.0),
        ("1e-8 cm2/s", "m2/s", 1e-12),
        ("1.2 µm", "m", 1.2e-6),
        ("5 K/nm", "K/m", 5e9),
    ],
)
def test_a_quantity_is_read_into_si(text: str, unit: str, expected: float) -> None:
    assert units.parse(text, unit) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("5", "m", "has no unit"),
        (5, "m", "has no unit"),
        (True, "1", "expected a quantity"),
        (None, "m", "expected a quantity"),
        ("5 MPa", "m", "another dimension"),
        ("5 mx", "m", "did you mean"),
        ("nan m", "m", "cannot read"),
        ("inf m", "m", "cannot read"),
        ("1e400 m", "m", "not a finite number"),
        (math.nan, "1", "not a finite number"),
        ("", "m", "cannot read"),
        ("3 m)", "m", "do not match"),
        ("3 (m", "m", "do not match"),
        ("3 m + m", "m", "cannot read the unit"),
        ("3 m99", "m", "out of range"),
        ("1" * 300 + " m", "m", "characters"),
        ("__import__('os') m", "m", "cannot read"),
        ("25 C", "m", "no unit 'C'"),
    ],
)
def test_what_is_no_quantity_is_refused(text: object, unit: str, says: str) -> None:
    with pytest.raises(InputError, match=says.replace("(", r"\(")):
        units.parse(text, unit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (1e-7, "m", "100 nm"),
        (999.9e-9, "m", "1 um"),
        (370.4e6, "Pa", "370 MPa"),
        (0.0, "Pa", "0 Pa"),
        (-5e-9, "m", "-5 nm"),
        (298.15, "C", "25 C"),
        (30.0, "mA/cm2", "3 mA/cm2"),
        (0.9, "1", "0.9"),
    ],
)
def test_a_value_is_printed_with_an_engineering_prefix(value: float, unit: str, printed: str) -> None:
    assert units.show(value, unit) == printed


def test_fewer_digits_than_the_number_has_before_the_point_are_no_exponent() -> None:
    assert units.show(243e3, "Pa", 2) == "240 kPa"
    assert units.show(9.99e2, "nm", 2) == "1e+12 nm"


@pytest.mark.parametrize(
    ("point", "printed"),
    [
        ((1e-9, 2.5e-9), "(1, 2.5) nm"),
        ((0.0, 0.0), "(0, 0) m"),
        ((-50e-9, 1e-22, 2e-6), "(-0.05, 0, 2) um"),
        ((-1.725e-7, 0.0, 3e-24), "(-172.5, 0, 0) nm"),
        ((1.0, 0.25), "(1, 0.25) m"),
        ((math.nan, 1.0), "(nan, 1) m"),
        ((), "() m"),
    ],
)
def test_a_place_is_printed_in_the_unit_of_its_largest_coordinate(point: tuple[float, ...], printed: str) -> None:
    assert units.show_point(point) == printed


@given(st.floats(min_value=1e-11, max_value=1e12), st.sampled_from(["m", "Pa", "V", "s"]))
def test_printing_and_reading_are_inverse(value: float, unit: str) -> None:
    assert units.parse(units.show(value, unit, digits=15), unit) == pytest.approx(value, rel=1e-13)


@given(st.text(max_size=40))
def test_any_text_is_a_finite_length_or_an_input_error(text: str) -> None:
    try:
        value = units.parse(text, "m")
    except InputError:
        return
    assert math.isfinite(value)


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    assert (
        str(unknown_name("material", "cermic", ["ceramic", "steel"])) == "no material 'cermic'; did you mean 'ceramic'?"
    )
    assert "there are 'a', 'b'" in str(unknown_name("region", "zzzz", ["a", "b"]))


def test_every_error_belongs_to_one_family() -> None:
    assert issubclass(InputError, TubewallError)
    assert InputError.exit_code == 2
