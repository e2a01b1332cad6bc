"""The numbers that a picture states: magnification, ticks, scale bar, colours; and the layers of the 3D picture."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.view import Chamber, Field2D, Layer
from tubewall.view.drawing import chamber_words, leader_end, prepared
from tubewall.view.layers import check_layers, cut_height, faces_away, turned
from tubewall.view.scale import gas_colours, nice_below, swatches, ticks, times
from tubewall.view.solid import column, shown_height, stacked, top_face, walls
from tubewall.view.subdivision import flat_areas

REFERENCE = runpy.run_path(str(Path(__file__).parents[1] / "references" / "view_fields.py"))
ring, seven, INNER, OUTER = (REFERENCE[n] for n in ("ring", "seven", "INNER", "OUTER"))


@pytest.mark.parametrize(
    ("value", "round_value"), [(1, 1), (1.9, 1), (2, 2), (4.99, 2), (73, 50), (0.02, 0.02), (0.0099, 0.005)]
)
def test_round_numbers_are_one_two_or_five(value, round_value):
    assert nice_below(value) == pytest.approx(round_value, rel=1e-12)


def test_the_deflection_is_drawn_visible_but_at_most_an_eighth_of_the_bore():
    drawing = prepared(ring(1e6))
    drawn = drawing.scale * drawing.deflection
    width = np.sqrt(np.pi) * INNER
    # 12 % of the width, rounded down to 1, 2 or 5 times a power of ten
    assert 0.12 / 2.5 * width * 0.999 < drawn <= 0.12 * width * 1.001


def test_ten_times_the_load_is_drawn_at_a_tenth_of_the_magnification():
    assert prepared(ring(1e6)).scale == pytest.approx(10 * prepared(ring(1e7)).scale)


def test_a_body_that_only_shifts_is_not_magnified():
    field = replace(ring(), displacement=np.full_like(ring().points, 1e-9))
    assert prepared(field).scale == 1.0
    assert "undeformed" in prepared(field).scale_text


def test_no_triangle_is_drawn_inside_out_however_the_body_moves():
    # both faces move towards each other: 12 % of the bore each would carry them through one another
    field = ring()
    radius = np.hypot(*field.points.T)[:, None]
    pinch = 1e-12 * (0.5 * (INNER + OUTER) - radius) / (OUTER - INNER)
    drawing = prepared(replace(field, displacement=pinch * field.points / radius))
    assert 0.12 * drawing.holes[0].width > 0.5 * (OUTER - INNER)
    assert np.all(flat_areas(drawing.deformed[drawing.soup.triangles]) > 0)


def test_the_same_drawing_in_other_units_of_length_has_the_same_magnification():
    field = ring()
    larger = replace(
        field,
        points=1e6 * field.points,
        displacement=1e6 * field.displacement,
    )
    assert prepared(larger).scale == prepared(field).scale


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf, True, "5"])
def test_a_magnification_that_is_no_number_from_zero_on_is_refused(wrong):
    with pytest.raises(InputError, match="magnification must be a finite number"):
        prepared(ring(), scale=wrong)


@pytest.mark.parametrize("wrong", [(1.0, 1.0), (2.0, 1.0), (0.0, np.nan), (1.0,), "ab"])
def test_a_colour_range_that_does_not_go_upwards_is_refused(wrong):
    with pytest.raises(InputError, match="colour_range"):
        prepared(ring(), colours=wrong)


def test_ticks_are_round_inside_the_range_and_carry_one_unit():
    places, texts, unit = ticks(-5.9e6, 24.7e6)
    assert unit == "MPa"
    assert texts == ["-5", "0", "5", "10", "15", "20"]
    assert np.array(places) == pytest.approx(1e6 * np.array([float(t) for t in texts]))
    assert ticks(0.0, 2.2e9)[1:] == (["0.0", "0.5", "1.0", "1.5", "2.0"], "GPa")


def test_a_magnification_reads_with_thin_spaces_between_thousands():
    assert [times(v) for v in (0.05, 1, 2000)] == ["0.05 ×", "1 ×", "2 000 ×"]


def test_stress_colours_grow_lighter_all_the_way_so_that_they_read_in_grey():
    from matplotlib import colormaps

    from tubewall.view.scale import STRESS_COLOURS

    red, green, blue, _ = colormaps[STRESS_COLOURS](np.linspace(0, 1, 256)).T
    grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue  # ITU-R BT.709
    assert np.all(np.diff(grey) > 0)


def test_gas_is_bluer_the_higher_its_pressure_and_lithium_is_grey():
    found = prepared(seven([0.1e6, 0.5e6, 1e6, 0, 0, 0, 0])).holes
    colours = np.array(gas_colours(found))
    assert colours[3, 0] > colours[0, 0] > colours[1, 0] > colours[2, 0]
    silver = gas_colours(prepared(ring(contents="lithium")).holes)[0]
    assert np.ptp(silver) < 0.02


def test_more_than_five_pressures_are_named_by_the_two_ends():
    found = prepared(seven(np.linspace(1e5, 7e5, 7))).holes
    words = [w for _, w in swatches(found, found)]
    assert words == ["gas 201 kPa", "to gas 801 kPa"]


def test_words_stand_in_wide_holes_and_narrow_ones_are_left_to_the_key():
    drawing = prepared(ring())
    letters, words, rest = chamber_words(drawing, 0.1e-9, 0.56)
    assert letters == 30
    assert words[0].text == "gas\n1.1 MPa"
    assert rest == []
    assert chamber_words(drawing, 5e-9, 0.56)[1:] == ([], list(drawing.holes))


def test_the_line_to_the_label_goes_round_what_is_written():
    # straight up and down there is a label; beside it there is room
    boxes = [(-1.0, 2.0, 1.0, 3.0), (-1.0, -3.0, 1.0, -2.0)]
    end, _ = leader_end(np.zeros(2), (-10.0, 10.0), (-20.0, 20.0), boxes, (-1.0, -1.0, 1.0, 1.0), (3.0, 1.0))
    along = np.linspace(0, 1, 1000)[:, None] * end
    assert not any(np.any((along > b[:2]).all(axis=1) & (along < b[2:]).all(axis=1)) for b in np.array(boxes))


def test_the_label_stands_clear_of_the_frame_of_the_zoom():
    # the marked point is just under the upper row, and its frame reaches over that row
    frame = (-2.0, 7.0, 2.0, 11.0)
    end, above = leader_end(np.array([0.0, 9.0]), (-10.0, 10.0), (-20.0, 20.0), [], frame, (3.0, 1.0))
    assert above
    assert abs(end[0]) >= 3.0 + 2.0


def test_a_deflection_that_needs_no_magnification_is_said_to_be_to_scale():
    assert "to scale" in prepared(ring(), scale=1.0).scale_text
    assert "20 ×" in prepared(ring(), scale=20.0).scale_text


def layers(*pressures, height=20e-6):
    tops = height * np.arange(1, len(pressures) + 1) / len(pressures)
    return [Layer(top=float(t), field=ring(p)) for t, p in zip(tops, pressures, strict=True)]


def test_shares_of_layers_add_up_to_one_at_every_height_and_are_whole_inside_a_layer():
    stack = stacked(layers(1e6, 2e6, 3e6), None, None)
    heights = np.linspace(0, 20e-6, 401)
    shares = stack.weights(heights)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert stack.weights(np.array([0.0, 10e-6, 20e-6])) == pytest.approx(np.eye(3))


def test_layers_share_one_magnification_and_one_range_of_colours():
    stack = stacked(layers(1e6, 5e6), None, None)
    assert len({d.scale for d in stack.drawings}) == 1
    assert stack.drawings[0].scale == prepared(ring(5e6)).scale
    assert stack.drawings[0].high == pytest.approx(ring(5e6).peak.value)
    assert (stack.peak_layer, stack.mark_height) == (1, 20e-6)


def test_walls_carry_the_stress_of_their_layer_on_the_bore():
    stack = stacked(layers(1e6, 5e6), None, None)
    sheet = walls(stack, None)
    radius = np.hypot(*(sheet.points[:, :2]).T)
    bore = radius < 0.5 * (INNER + OUTER)
    low, high = (sheet.points[:, 2] == z for z in (0.0, 20e-6))
    assert sheet.values[bore & low] == pytest.approx(ring(1e6).peak.value, rel=1e-9)
    assert sheet.values[bore & high] == pytest.approx(ring(5e6).peak.value, rel=1e-9)


def test_the_cut_shows_the_wall_from_bore_to_outside_on_both_sides():
    stack = stacked(layers(1e6), 0.0, None)
    sheet = walls(stack, 0.0)
    corners = sheet.points[sheet.quads]
    face = corners[np.all(corners[:, :, 1] == 0, axis=1)]
    widths = np.abs(face[:, 1, 0] - face[:, 0, 0]).sum()
    assert widths == pytest.approx(2 * (OUTER - INNER), rel=1e-9)
    assert sheet.points[:, 1].min() == 0
    assert top_face(stack, 0.0).points[:, 1].min() == 0


def test_a_column_of_lithium_ends_at_its_level_and_fills_half_the_bore_behind_the_cut():
    field = ring(1e6, level=12e-6)
    stack = stacked([Layer(top=20e-6, field=field)], 0.0, None)
    sheet, outline = column(stack, 0, 0.0, 12e-6, 0.0)
    assert sheet.points[:, 2].max() == 12e-6
    x, y = outline.T
    area = 0.5 * abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert area == pytest.approx(0.5 * np.pi * INNER**2, rel=2e-3)


def test_a_tall_body_is_shortened_by_a_round_number_and_a_short_one_is_not():
    height, shortening = shown_height(stacked(layers(1e6), None, None))
    assert shortening == 200
    assert height == pytest.approx(20e-6 / 200)
    assert height <= 0.75 * 2 * OUTER
    assert shown_height(stacked(layers(1e6, height=50e-9), None, None)) == (50e-9, 1.0)


def test_a_maximum_before_the_cut_turns_the_body_half_round():
    pressures = np.full(7, 1e6)
    pressures[5] = 3e6  # the ring at 240 degrees: in front
    body = [Layer(top=20e-6, field=seven(pressures))]
    assert cut_height(body[0].field) == pytest.approx(0, abs=1e-20)
    assert faces_away(body)[0]
    seen = turned(body)
    assert not faces_away(seen)[0]
    assert seen[0].field.peak.value == body[0].field.peak.value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda b: [], "at least one layer"),
        (lambda b: b[::-1], "top of layer 1 must be above"),
        (lambda b: [replace(b[0], top=np.nan)], "top of layer 0"),
        (lambda b: [b[0], replace(b[1], field=ring().kept(lambda c: c[:, 1] > 0))], "another mesh"),
        (lambda b: [b[0], replace(b[1], field=replace(b[1].field, chambers=()))], "other chambers"),
        (lambda b: [replace(x, field=ring(level=30e-6)) for x in b], "3e-05 m is above the top of the layers, 2e-05 m"),
    ],
)
def test_layers_that_are_not_one_body_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        check_layers(change(layers(1e6, 2e6)))


def test_a_section_without_chambers_can_be_drawn():
    bare = replace(ring(), chambers=())
    assert isinstance(bare, Field2D)
    assert prepared(bare).holes == ()
    assert Chamber(at=(0, 0), pressure=0.0).pressure == 0
