"""Figures of the book: what is seen of a body, what is marked, and drawings whose bytes are the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import box, ring
from tubewall.verification.body_marks import key, marks
from tubewall.verification.body_patches import seen
from tubewall.verification.draw import draw
from tubewall.verification.figure import MEGA, Body, Curve, Figure, Graph, rectangle, solved

STEEL = Solid(elastic=Isotropic(youngs_modulus=200e9, poissons_ratio=0.3))


def _tube() -> FieldSolution:
    return solve_model(
        Model(
            mesh=ring(1.0, 2.0, (2, 4)),
            solids={"body": STEEL},
            kinematics="plane strain",
            loads=(Pressure(boundary="left", pressure=1e6),),
            supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))),
        )
    )


def _cube() -> Model:
    return Model(
        mesh=box((1.0, 1.0, 1.0), (2, 2, 2)),
        solids={"body": STEEL},
        kinematics="3d",
        loads=(Pressure(boundary="back", pressure=1e6),),
        supports=(Support(boundary="left"),),
    )


def _area(points: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    (x, y), (u, v) = (b - a).T, (c - a).T
    return float(np.abs(x * v - y * u).sum() / 2)


def test_what_is_seen_of_a_plane_body_is_all_of_it_with_its_curved_sides() -> None:
    (patch,) = seen(solved(_tube(), "stress hoop", "A tube")).patches
    # a quarter of a ring
    assert _area(patch.points, patch.triangles) == pytest.approx(np.pi * 3 / 4, rel=2e-3)
    assert len(patch.edges) == 2 * 5 + 3 * 4


def test_three_faces_of_a_cube_are_seen_each_with_its_projected_area() -> None:
    view = np.array([1.0, -1.6, 1.0]) / np.linalg.norm([1.0, -1.6, 1.0])
    patches = seen(Body(model=_cube(), note="A cube")).patches
    assert sorted(_area(patch.points, patch.triangles) for patch in patches) == pytest.approx(sorted(abs(view)))


def test_the_nearer_face_is_drawn_after_the_farther_one() -> None:
    """A step seen from above: the upper tread is nearer to the eye."""
    view = seen(Body(model=_cube(), note="A cube", view=(0.2, -0.3, 1.0)))
    # of a cube seen nearly from above the upper face comes last
    assert _area(view.patches[-1].points, view.patches[-1].triangles) == pytest.approx(1 / np.sqrt(1.13))


def test_a_window_keeps_the_elements_whose_middles_lie_in_it() -> None:
    body = replace(solved(_tube(), "stress hoop", "A tube"), window=rectangle((0.0, 0.0), (2.0, 0.8)))
    (patch,) = seen(body).patches
    assert 0.1 < _area(patch.points, patch.triangles) < np.pi * 3 / 8


def test_a_window_in_space_shows_the_faces_of_the_cut() -> None:
    body = replace(Body(model=_cube(), note="A cube"), window=lambda p: p[:, 0] < 0.5, view=(1.0, -0.2, 0.2))
    # the cut at x = 1/2 faces the eye
    assert max(_area(patch.points, patch.triangles) for patch in seen(body).patches) == pytest.approx(1 / np.sqrt(1.08))


def test_pressure_points_into_the_body_and_supports_out_of_it() -> None:
    body = solved(_tube(), "stress hoop", "A tube")
    *supports, load = marks(body, seen(body))
    assert [mark.sort for mark in supports] == ["slides", "slides"]
    np.testing.assert_allclose(supports[0].along, np.tile([0.0, -1.0], (len(supports[0].at), 1)), atol=1e-12)
    assert load.sort == "load"
    assert not load.outward.any()
    # away from the axis, as the pressure of a bore pushes
    assert (np.einsum("ki,ki->k", load.along, load.at) > 0.9).all()
    assert key(body) == "arrows: load; circles: slides"
    assert key(Body(model=_cube(), note="A cube")) == "arrows: load; hatched: clamped"


def test_a_drawing_has_the_same_bytes_each_time_and_no_date() -> None:
    graph = Graph(
        across="n",
        up="error",
        log=True,
        curves=(
            Curve(x=[2.0, 4.0, 8.0], y=[1e-2, 1e-3, 1e-4], label="quad"),
            Curve(x=[2.0, 8.0], y=[1e-2, 1e-4], label="slope", style="guide"),
        ),
    )
    solution = _tube()
    figure = Figure(panels=(solved(solution, "stress hoop", "A tube", unit=MEGA), graph), words="A < B & C")
    first = draw(figure)
    assert draw(figure) == first
    assert len(first) < 15_000
    root = ElementTree.fromstring(first)
    (title,) = root.iter("{http://www.w3.org/2000/svg}title")
    assert title.text == "A < B & C"
    assert not re.search(r"date|matplotlib|<metadata", first, re.IGNORECASE)
    said = "".join(root.itertext())
    for words in ("stress hoop [MPa]", "A tube", "arrows: load", "error", "quad"):
        assert words in said


def test_a_drawing_does_not_depend_on_the_readers_settings() -> None:
    import matplotlib

    figure = Figure(panels=(Body(model=_cube(), note="A cube"),), words="A cube")
    plain = draw(figure)
    with matplotlib.rc_context({"font.size": 20.0, "lines.linewidth": 5.0, "svg.fonttype": "path"}):
        assert draw(figure) == plain


def test_a_curve_of_unequal_lengths_is_refused() -> None:
    with pytest.raises(InputError, match="as many x as y"):
        Curve(x=[1.0, 2.0], y=[1.0], label="stress")
