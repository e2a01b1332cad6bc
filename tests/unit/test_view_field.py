"""What a picture is drawn from: checked at birth, tiled, cut; and how curved cells are made straight."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.view import Chamber, Field2D, Maximum
from tubewall.view.drawing import prepared
from tubewall.view.outline import holes, signed_area, surface
from tubewall.view.subdivision import Soup, flat_areas, kept_above, subdivided

REFERENCE = runpy.run_path(str(Path(__file__).parents[1] / "references" / "view_fields.py"))
ring, ring_mesh, INNER, OUTER = (REFERENCE[n] for n in ("ring", "ring_mesh", "INNER", "OUTER"))

# a unit triangle whose side 01 is an arc of the unit circle of half angle 0.4 about the y axis
HALF_ANGLE = 0.4
ARC = np.array(
    [
        [np.sin(HALF_ANGLE), np.cos(HALF_ANGLE)],
        [-np.sin(HALF_ANGLE), np.cos(HALF_ANGLE)],
        [0.0, 0.0],
        [0.0, 1.0],
        [-0.5 * np.sin(HALF_ANGLE), 0.5 * np.cos(HALF_ANGLE)],
        [0.5 * np.sin(HALF_ANGLE), 0.5 * np.cos(HALF_ANGLE)],
    ]
)


def triangle(points=ARC, values=None):
    return subdivided(points, np.arange(6)[None], np.zeros((6, 2)), np.zeros((1, 6)) if values is None else values)


def test_an_element_becomes_sixteen_triangles_that_stand_upright():
    soup = triangle()
    assert soup.triangles.shape == (16, 3)
    assert np.all(flat_areas(soup.points[soup.triangles]) > 0)


def test_an_arc_is_cut_up_exactly_on_the_parabola_through_its_nodes():
    # with c the cosine of the half angle, the parabola through three points of the unit circle has
    # r^2 = 1 - (1 - c)^2 s^2 (1 - s^2) at the places s in -1 .. 1
    soup = triangle()
    place = np.linspace(-1, 1, 5)
    expected = 1 - (1 - np.cos(HALF_ANGLE)) ** 2 * place**2 * (1 - place**2)
    radius = np.sum(soup.points**2, axis=1)
    on_arc = soup.points[:, 1] > np.cos(HALF_ANGLE) - 1e-12
    found = radius[on_arc][np.argsort(soup.points[on_arc, 0])]
    assert found == pytest.approx(expected, abs=1e-14)


def test_a_quadratic_scalar_is_interpolated_exactly_on_a_straight_element():
    corners = np.array([[0.0, 0.0], [2.0, 0.3], [0.4, 1.5]])
    points = np.concatenate([corners, 0.5 * (corners + np.roll(corners, -1, axis=0))])

    def scalar(p):
        return 3 * p[:, 0] ** 2 - p[:, 0] * p[:, 1] + 2 * p[:, 1] - 1

    soup = triangle(points, scalar(points)[None])
    assert soup.values == pytest.approx(scalar(soup.points), abs=1e-13)
    assert flat_areas(soup.points[soup.triangles]).sum() == pytest.approx(flat_areas(corners[None])[0], rel=1e-13)


def test_what_a_cut_keeps_and_what_it_takes_away_are_the_whole():
    field = ring()
    soup = prepared(field).soup
    upside_down = replace(soup, points=-soup.points)
    height = 0.3 * INNER
    areas = [
        flat_areas(s.points[s.triangles]).sum() for s in (kept_above(soup, height), kept_above(upside_down, -height))
    ]
    assert sum(areas) == pytest.approx(flat_areas(soup.points[soup.triangles]).sum(), rel=1e-12)
    assert kept_above(soup, height).points[:, 1].min() == height


def test_a_cut_through_a_corner_of_a_triangle_keeps_that_corner():
    points = np.array([[0.0, 0.0], [1.0, -1.0], [1.0, 2.0]])
    nothing = np.zeros((3, 2))
    soup = Soup(points=points, displacement=nothing, values=np.zeros(3), triangles=np.array([[0, 1, 2]]))
    cut = kept_above(soup, 0.0)
    assert flat_areas(cut.points[cut.triangles]).sum() == pytest.approx(1.0)


def test_a_linear_scalar_stays_linear_along_a_cut():
    soup = prepared(ring()).soup
    linear = replace(soup, values=1e9 * soup.points[:, 0] - 2e9 * soup.points[:, 1])
    cut = kept_above(linear, 0.123 * INNER)
    assert cut.values == pytest.approx(1e9 * cut.points[:, 0] - 2e9 * cut.points[:, 1], abs=1e-9)


def test_a_ring_has_an_outer_line_and_a_hole_of_the_bores_area():
    field = ring()
    lines = surface(field)
    areas = sorted(signed_area(lines.line(loop, 0.0)) for loop in lines.loops)
    assert areas == pytest.approx([-np.pi * INNER**2, np.pi * OUTER**2], rel=1e-3)
    (hole,) = holes(field, lines)
    assert hole.width == pytest.approx(np.sqrt(np.pi) * INNER, rel=1e-3)


def test_two_halves_of_a_ring_become_one_without_a_line_between_them():
    whole = ring()
    halves = [whole.kept(lambda c: c[:, 1] > 0), whole.kept(lambda c: c[:, 1] <= 0)]
    shift = np.array([3e-9, -7e-9])
    # one half comes from further away, so that its nodes differ by rounding
    halves[1] = replace(halves[1], points=halves[1].points + 1e-6, chambers=())
    joined = Field2D.tiled(halves, [shift, shift - 1e-6])
    assert len(np.unique(joined.points, axis=0)) > len(whole.points)
    lines = surface(joined)
    assert len(lines.loops) == 2
    (hole,) = holes(joined, lines)
    assert hole.chamber.at == pytest.approx(tuple(shift))


def test_a_chamber_that_the_border_cuts_open_is_left_out():
    half = ring().kept(lambda c: c[:, 1] > 0)
    assert holes(half, surface(half)) == ()


@pytest.mark.parametrize(
    ("at", "words"), [((60e-9, 0.0), "lies in the wall"), ((60.0, 0.0), "outside the section.*in metres")]
)
def test_a_chamber_in_the_wall_or_in_other_units_is_refused(at, words):
    field = replace(ring(), chambers=(Chamber(at=at, pressure=1e5),))
    with pytest.raises(InputError, match=words):
        holes(field, surface(field))


def test_the_peak_is_the_largest_nodal_value_at_its_node_or_the_one_given():
    field = ring(1e6)
    expected = 1e6 * (OUTER**2 + INNER**2) / (OUTER**2 - INNER**2)  # Lame, hoop stress at the bore
    assert field.peak.value == pytest.approx(expected, rel=1e-12)
    assert np.hypot(*field.peak.at) == pytest.approx(INNER, rel=1e-12)
    given = Maximum(at=(1e-9, 2e-9), value=5.0)
    assert replace(field, maximum=given).peak == given


def test_tiles_keep_their_shift_their_chambers_and_the_largest_maximum():
    tiles = Field2D.tiled([ring(1e6), ring(2e6)], [[0, 0], [2e-7, 0]])
    assert tiles.peak.value == pytest.approx(ring(2e6).peak.value)
    assert tiles.peak.at[0] > 1e-7
    assert [c.at[0] for c in tiles.chambers] == pytest.approx([0, 2e-7])
    assert len(tiles.points) == 2 * len(ring().points)


def test_one_chamber_named_by_two_tiles_counts_once_and_may_not_have_two_pressures():
    far = ring(1e6)
    same = Field2D.tiled([far, replace(far, points=far.points + 1e-6)], [[0, 0], [0, 0]])
    assert len(same.chambers) == 1
    other = replace(ring(2e6), points=far.points + 1e-6)
    with pytest.raises(InputError, match="two pressures"):
        Field2D.tiled([far, other], [[0, 0], [0, 0]])


def test_arrays_of_a_field_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        ring().points[0, 0] = 1.0


def spoiled(name, change):
    field = ring()
    array = np.array(getattr(field, name))
    return {name: change(array)}


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("points", lambda a: np.where(np.arange(len(a))[:, None] == 3, np.nan, a), "points must be finite: row 3"),
        ("displacement", lambda a: a + np.inf, "displacement must be finite"),
        ("displacement", lambda a: a[:-1], r"displacement must have shape \(240, 2\), got \(239, 2\)"),
        ("values", lambda a: a[:, :3], r"values must have shape \(96, 6\), got \(96, 3\)"),
        ("values", lambda a: a * np.nan, "values must be finite"),
        ("cells", lambda a: a + 1, r"cells must lie in 0 .. 239, got 1 .. 240"),
        ("cells", lambda a: a.astype(float), "whole numbers"),
        ("cells", lambda a: a[:0], "1 to 400000 triangles, got 0"),
        ("cells", lambda a: a[:, [0, 2, 1, 5, 4, 3]], "inside out"),
        ("points", lambda a: "no numbers", "array of numbers"),
    ],
)
def test_bad_arrays_are_refused_by_name(name, change, words):
    with pytest.raises(InputError, match=words):
        replace(ring(), **spoiled(name, change))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pressure": -1.0}, "pressure must not be negative, got -1 Pa"),
        ({"pressure": np.nan}, "pressure must be a finite number"),
        ({"pressure": True}, "pressure must be a finite number"),
        ({"pressure": 1e5, "lithium_level": -1e-9}, "lithium_level must not be negative"),
        ({"pressure": 1e5, "contents": "water"}, "'gas' or 'lithium', got 'water'"),
        ({"pressure": 1e5, "at": (0, np.inf)}, "finite number"),
        ({"pressure": 1e5, "at": 3.0}, "two lengths"),
    ],
)
def test_bad_chambers_are_refused_by_name(arguments, words):
    with pytest.raises(InputError, match=words):
        Chamber(**{"at": (0, 0)} | arguments)


def test_tiles_of_nothing_of_two_quantities_or_without_shifts_are_refused():
    with pytest.raises(InputError, match="at least one"):
        Field2D.tiled([], [])
    with pytest.raises(InputError, match="one quantity"):
        Field2D.tiled([ring(), ring(quantity="von Mises stress")], [[0, 0], [1, 1]])
    with pytest.raises(InputError, match=r"shifts must have shape \(1, 2\)"):
        Field2D.tiled([ring()], [[0, 0], [1, 1]])
    with pytest.raises(InputError, match="truth value"):
        ring().kept(lambda c: np.zeros(len(c), dtype=bool))
