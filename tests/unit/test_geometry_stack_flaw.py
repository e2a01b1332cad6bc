"""Flaws under a mouth are doubled nodes, and the crack tools of the core find the handbook's stress intensity there."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.cracks import crack
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import facet_sizes
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_flaw import Flaw
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.materials.elastic import Isotropic
from tubewall.units import GPa, MPa, nm

ARRAY = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1)
STACK = Stack(height=200 * nm, electrolyte=300 * nm, collector=30 * nm)
FILM = Stack(height=200 * nm, electrolyte=300 * nm, insulator=20 * nm, insulator_form="film", collector=30 * nm)


@pytest.mark.parametrize("stack", [STACK, FILM], ids=["electrolyte", "film"])
@pytest.mark.parametrize("kind", ["axisymmetric", "plane", "cell", "cluster"])
def test_an_edge_flaw_doubles_the_nodes_around_a_mouth(kind: str, stack: Stack) -> None:
    options = {"growth": 2.0, "rim": 5 * nm} if kind == "cluster" else {}
    whole, cracked = (stack_mesh(stack, ARRAY, kind=kind, flaw=flaw, **options) for flaw in (None, 30 * nm))
    inner, outer = (facet_sizes(cracked, cracked.boundary(f"flaw {side}")).sum() for side in ("inner", "outer"))
    length = 30 * nm * (math.pi * 100 * nm if kind in ("cell", "cluster") else 1)
    assert inner == pytest.approx(outer, rel=1e-12, abs=0)
    assert inner == pytest.approx(length, rel=1e-4, abs=0)
    assert whole.region_names == cracked.region_names
    sides = [cracked.boundary_nodes(f"flaw {side}") for side in ("inner", "outer")]
    tip = np.intersect1d(*sides)
    assert cracked.points[tip, -1] == pytest.approx(stack.floor - 30 * nm, rel=1e-9, abs=0)
    if kind in ("axisymmetric", "plane"):
        assert cracked.nodes["flaw tip"].tolist() == tip.tolist()
    else:
        assert cracked.edge_nodes("flaw front").tolist() == tip.tolist()
    outside = {tuple(pair) for pair in cracked.outer_facets.tolist()}
    assert outside == {tuple(pair) for pairs in cracked.boundaries.values() for pair in pairs.tolist()}


def test_a_penny_lies_level_under_the_mouth() -> None:
    mesh = stack_mesh(STACK, ARRAY, kind="axisymmetric", flaw=Flaw(kind="penny", length=40 * nm, depth=25 * nm))
    for side in ("lower", "upper"):
        at = mesh.points[mesh.boundary_nodes(f"flaw {side}")]
        assert at[:, 1] == pytest.approx(-25 * nm, rel=1e-9, abs=0)
        assert at[:, 0].max() == pytest.approx(40 * nm, rel=1e-9, abs=0)
        assert facet_sizes(mesh, mesh.boundary(f"flaw {side}")).sum() == pytest.approx(40 * nm, rel=1e-9, abs=0)
    assert mesh.points[mesh.nodes["flaw tip"][0]] == pytest.approx([40 * nm, -25 * nm], rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("flaw", "kind", "words"),
    [
        (1000 * nm, "axisymmetric", r"flaw 1 um is longer than the electrolyte allows, which is 300 nm thick"),
        (0.001 * nm, "plane", r"flaw 1 pm is too short to draw"),
        (
            Flaw(kind="penny", length=40 * nm, depth=290 * nm),
            "axisymmetric",
            r"depth of the flaw 290 nm is longer than",
        ),
        (Flaw(kind="penny", length=56 * nm, depth=90 * nm), "axisymmetric", r"wider than the cell"),
        (Flaw(kind="penny", length=40 * nm, depth=90 * nm), "cell", r"around the axis of kind='axisymmetric'"),
        (Flaw(length=40 * nm, chamber=7), "cluster", r"Flaw.chamber 7: the drawing has chambers 0 to 6"),
    ],
)
def test_a_flaw_that_does_not_fit_is_refused(flaw: float | Flaw, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        stack_mesh(STACK, ARRAY, kind=kind, flaw=flaw)
    assert "\n" not in str(caught.value)


def test_a_flaw_needs_a_sharp_rim_and_a_penny_a_depth() -> None:
    with pytest.raises(InputError, match="begins at a sharp rim, but the mouth has a fillet of 5 nm"):
        stack_mesh(replace(STACK, root_fillet=5 * nm), ARRAY, kind="plane", flaw=20 * nm)
    for changes in ({"kind": "penny"}, {"depth": 5 * nm}):
        with pytest.raises(InputError, match="a penny lies at a positive depth"):
            Flaw(length=20 * nm, **changes)


def _solved(mesh: SolidMesh, kinematics: str, faces: tuple[str, str]) -> object:
    solid = Solid(elastic=Isotropic(youngs_modulus=60 * GPa, poissons_ratio=0.25))
    model = Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, solid),
        kinematics=kinematics,
        loads=tuple(Pressure(boundary=face, pressure=1 * MPa) for face in faces),
        supports=(Support(boundary="bottom"), Support(boundary="axis", fix=("x",))),
    )
    return solve_model(model)


def test_a_pressed_penny_has_the_stress_intensity_of_sneddon() -> None:
    # 2 p sqrt(a / pi), Sneddon 1946, in a body 50 times as large
    thick = replace(ARRAY, wall=1000 * nm)
    stack = Stack(height=100 * nm, electrolyte=2000 * nm, ends="open")
    flaw = Flaw(kind="penny", length=20 * nm, depth=1000 * nm)
    faces = ("flaw upper", "flaw lower")
    solution = _solved(
        stack_mesh(stack, thick, kind="axisymmetric", flaw=flaw, elements_through_wall=4), "axisymmetric", faces
    )
    result = crack(solution, tip="flaw tip", direction=(1.0, 0.0), faces=faces)
    assert result.k1 == pytest.approx(2 * MPa * math.sqrt(20 * nm / math.pi), rel=2e-3, abs=0)
    assert abs(result.k2 / result.k1) < 1e-4


def test_a_short_pressed_edge_flaw_has_that_of_the_half_plane() -> None:
    # 1.1215 p sqrt(pi a), Tada, Paris and Irwin 1973; the mouth of 1000 nm is a step of only a hundredth of the flaw
    flat = CellArray(bore=1000 * nm, wall=1000 * nm, bore_shape="round", rings=0)
    stack = Stack(height=0.11 * nm, electrolyte=2000 * nm, ends="open")
    faces = ("flaw outer", "flaw inner")
    solution = _solved(
        stack_mesh(stack, flat, kind="plane", flaw=11 * nm, elements_through_wall=4), "plane strain", faces
    )
    result = crack(solution, tip="flaw tip", direction=(0.0, -1.0), faces=faces)
    assert result.k1 == pytest.approx(1.1215 * MPa * math.sqrt(math.pi * 11 * nm), rel=1e-2, abs=0)
