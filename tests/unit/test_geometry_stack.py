"""A stack refuses what cannot be drawn in one clear line, and knows its volumes in closed form."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tubewall.errors import InputError
from tubewall.geometry import CellArray
from tubewall.geometry.stack import Stack, hollow_volume
from tubewall.units import nm, um

STACK = Stack(height=20 * um, electrolyte=1 * um, insulator=20 * nm, collector=200 * nm)
ARRAY = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"height": -1 * nm}, r"Stack\.height must be positive, got -1 nm"),
        ({"height": math.nan}, r"Stack\.height must be a finite number"),
        ({"electrolyte": "1 um"}, r"Stack\.electrolyte must be a number of metres.*write for example 10 \* nm"),
        ({"insulator_form": "rings"}, r"did you mean 'ring'"),
        ({"collector": 0.0}, r"nothing closes the bores: pass a cap or a collector, or ends='open'"),
        ({"ends": "open", "cap": 5 * nm}, r"cap 5 nm closes the bores"),
        ({"ends": "open", "cap_fillet": 5 * nm}, r"open ends have no cap"),
        ({"root_fillet": 5 * nm}, r"flush in the bore.*pass insulator_fillet"),
        ({"insulator_form": "film", "insulator_fillet": 5 * nm}, r"no insulator ring.*pass root_fillet"),
        ({"insulator_form": "film", "root_fillet": 15 * nm}, r"cut into the insulator, which is only 20 nm thick"),
        ({"cap_fillet": 150 * nm}, r"cut into the collector, which is only 200 nm thick: pass cap_fillet <= 100 nm"),
        ({"lithium_level": 21 * um}, r"lithium_level, 21 um, stands above the bore, which is 20\.02 um high"),
        ({"lithium_level": (0.0, 30 * um)}, r"lithium_level of chamber 1, 30 um, stands above the bore"),
        ({"lithium_level": ()}, r"lithium_level is empty"),
        ({"lithium_level": -1 * nm}, r"lithium_level must not be negative"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        replace(STACK, **changes)
    assert "\n" not in str(caught.value)


def test_a_fillet_wider_than_the_bore_is_refused_with_the_bore() -> None:
    stack = replace(STACK, insulator_fillet=45 * nm)
    with pytest.raises(InputError, match=r"insulator_fillet 45 nm does not fit a bore of 100 nm .* pass at most 20 nm"):
        stack.check_fits(ARRAY)
    with pytest.raises(InputError, match=r"insulator 1 pm is too small to draw beside a bore of 100 nm"):
        replace(STACK, insulator=1e-12).check_fits(ARRAY)


def test_levels_are_one_for_all_or_one_for_each_chamber() -> None:
    assert replace(STACK, lithium_level=5 * um).levels(3) == (5 * um,) * 3
    each = replace(STACK, lithium_level=[0.0, 1 * um, 20.02 * um])
    assert each.levels(3) == (0.0, 1 * um, 20.02 * um)
    with pytest.raises(InputError, match=r"lithium_level has 3 heights, the drawing 7 chambers"):
        each.levels(7)


def test_floor_root_and_ceiling_follow_the_form_of_the_insulator() -> None:
    film = replace(STACK, insulator_form="film")
    assert (STACK.floor, STACK.root, STACK.bore_height) == pytest.approx((0.0, 20 * nm, 20.02 * um), abs=0)
    assert (film.floor, film.root, film.bore_height) == pytest.approx((20 * nm, 20 * nm, 20 * um), abs=0)
    assert STACK.top == pytest.approx(20 * nm + 20 * um + 200 * nm, abs=0)


def test_the_hollow_of_a_fillet_is_the_solid_of_revolution_of_its_arc() -> None:
    # disc of radius R - r and height r, and the quarter torus around it (Pappus): pi r^2/4 at radius R - r + 4 r / (3 pi)
    r, big = 10 * nm, 50 * nm
    disc = math.pi * (big - r) ** 2 * r
    torus = 2 * math.pi * (big - r + 4 * r / (3 * math.pi)) * math.pi * r**2 / 4
    assert hollow_volume(ARRAY, r) == pytest.approx(disc + torus, rel=1e-12, abs=0)


def test_lithium_and_gas_share_the_chamber() -> None:
    stack = replace(STACK, insulator_fillet=5 * nm, cap_fillet=8 * nm)
    whole = stack.chamber_volume(ARRAY)
    area = math.pi * (50 * nm) ** 2
    assert whole == pytest.approx(area * 20.02 * um, rel=1e-3, abs=0)
    for level in (0.0, 5 * um, 20.02 * um):
        lithium = stack.lithium_volume(ARRAY, level)
        assert lithium + stack.gas_space(ARRAY, level) == pytest.approx(whole, rel=1e-14, abs=0)
    assert stack.gas_space(ARRAY, 20.02 * um) == 0.0
    assert stack.lithium_volume(ARRAY, 0.0) == 0.0
