"""Pictures of any solved body: what they are drawn from, and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials import Isotropic
from tubewall.view import body_picture, draw_body, probe
from tubewall.view.body_surface import body_surface
from tubewall.view.scene_look import Look

SIDE = 1e-7


def bar(kind, order=2):
    dim = CELLS[kind].dim
    mesh = mapped_block((2, 2, 2)[:dim], map=lambda x: SIDE * x, kind=kind, order=order)
    held = tuple(
        Support(boundary=name, fix=(axis,))
        for name, axis in zip(("left", "bottom", "front")[:dim], "xyz", strict=False)
    )
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.2)
    kinematics = "plane stress" if dim == 2 else "3d"
    load = Pressure(boundary="right", pressure=-1e6)
    return solve_model(
        Model(mesh=mesh, solids={"body": Solid(elastic=law)}, kinematics=kinematics, loads=(load,), supports=held)
    )


@pytest.mark.parametrize("kind", ["triangle", "quad", "tetra", "hexahedron", "wedge"])
def test_the_surface_of_a_pulled_bar_has_the_area_of_the_bar_and_its_stress_everywhere(kind):
    surface = body_surface(bar(kind), Look(quantity="stress xx"))
    corners = np.zeros((len(surface.triangles), 3, 3))
    corners[:, :, : surface.points.shape[1]] = surface.points[surface.triangles]
    sides = corners[:, 1:] - corners[:, :1]
    area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1).sum() / 2
    faces = 1 if CELLS[kind].dim == 2 else 6
    assert area == pytest.approx(faces * SIDE**2, rel=1e-9, abs=0)
    assert surface.values == pytest.approx(1e6, rel=1e-9)


def test_faces_in_space_look_outwards_and_sharp_edges_are_drawn_once():
    surface = body_surface(bar("hexahedron"), Look(quantity="von mises"))
    outward = surface.points - 0.5 * SIDE
    assert np.einsum("ki,ki->k", outward, surface.normals).min() > 0
    ends = surface.line_points[surface.lines]
    # the twelve edges of the box
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum() == pytest.approx(12 * SIDE, rel=1e-12, abs=0)


def test_a_picture_says_its_maximum_in_both_renderers(monkeypatch, tmp_path):
    solution = bar("tetra")
    pictures = [draw_body(solution, tmp_path / "bar.png", size=(400, 300))]
    monkeypatch.setattr(body_picture.probe, "can_render", lambda: False)
    pictures.append(draw_body(solution, size=(400, 300)))
    assert pictures[1].renderer == "matplotlib"
    assert (tmp_path / "bar.png").read_bytes() == pictures[0].png
    for picture in pictures:
        assert "max principal, max 1 MPa" in picture.caption
        assert picture.pixels().shape == (300, 400, 3)
        assert len(np.unique(picture.pixels().reshape(-1, 3), axis=0)) > 20
    assert probe is body_picture.probe


def test_a_picture_of_what_is_no_stress_is_refused_before_anything_is_drawn(tmp_path):
    solution = bar("quad")
    with pytest.raises(InputError, match="shows a stress"):
        draw_body(solution, tmp_path / "x.png", quantity="displacement x")
    with pytest.raises(InputError, match="did you mean 'von mises'"):
        draw_body(solution, quantity="von misses")
    assert not list(tmp_path.iterdir())
