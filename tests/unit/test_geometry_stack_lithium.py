"""Lithium in the meshes of a stack: where it stands, what it touches, and where it has nodes of its own."""

from __future__ import annotations

import math
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import volumes
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.units import nm

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "stack_drawings.py"))
HEXAGONAL = SHARED["HEXAGONAL"]
ROUND = SHARED["ROUND"]
SQUARE = SHARED["SQUARE"]
RING = SHARED["RING"]
OPEN = SHARED["OPEN"]
area_of = SHARED["area_of"]
perimeter_of = SHARED["perimeter_of"]
check_surface = SHARED["check_surface"]


@pytest.mark.parametrize("array", [HEXAGONAL, ROUND, SQUARE], ids=["hexagonal", "round", "square"])
def test_the_surface_of_a_chamber_is_divided_by_its_lithium(array: CellArray) -> None:
    stack = replace(RING, insulator_fillet=0.0, cap_fillet=0.0)
    mesh = stack_mesh(stack, array, kind="cell")
    around = perimeter_of(array)
    assert area_of(mesh, "chamber 0 lithium") == pytest.approx(around * 70 * nm, rel=1e-4, abs=0)
    assert area_of(mesh, "chamber 0 gas") == pytest.approx(around * 150 * nm + array.bore_area, rel=1e-4, abs=0)
    assert area_of(mesh, "mouth 0") == pytest.approx(array.bore_area, rel=1e-4, abs=0)
    assert area_of(mesh, "bottom") == pytest.approx(array.cell_area, rel=1e-12, abs=0)
    assert area_of(mesh, "top") == pytest.approx(array.cell_area, rel=1e-12, abs=0)
    outside = array.neighbours * array.pitch * math.tan(array.half_angle) * (stack.top + stack.electrolyte)
    assert area_of(mesh, "sides") == pytest.approx(outside, rel=1e-12, abs=0)
    check_surface(mesh)


def test_meshed_lithium_fills_the_bore_to_its_level() -> None:
    for kind in ("axisymmetric", "cell"):
        mesh = stack_mesh(RING, ROUND, kind=kind, lithium="bonded")
        assert mesh.region_names[-1] == "lithium"
        size = volumes(mesh)[mesh.region("lithium")].sum()
        expected = RING.lithium_volume(ROUND, 70 * nm)
        if kind == "axisymmetric":
            # the section: rectangle and the hollow's, a rectangle and a quarter circle
            r = RING.insulator_fillet
            expected = 50 * nm * 70 * nm + (50 * nm - r) * r + math.pi * r**2 / 4
        assert size == pytest.approx(expected, rel=2e-4, abs=0)
        check_surface(mesh)
        assert len(mesh.boundary("mouth 0")) % 2 == 0


def test_sliding_lithium_has_nodes_of_its_own_on_the_wall_but_not_on_the_floor() -> None:
    stack = replace(RING, insulator_fillet=0.0)
    bonded, sliding = (stack_mesh(stack, ROUND, kind="cell", lithium=way) for way in ("bonded", "sliding"))
    wall, side = (sliding.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side"))
    both = np.intersect1d(wall, side)
    assert sliding.points[both, 2] == pytest.approx(0.0, abs=1e-15)
    assert len(sliding.points) - len(bonded.points) == len(side) - len(both) == len(wall) - len(both)
    assert area_of(sliding, "lithium 0 side") == pytest.approx(area_of(sliding, "chamber 0 lithium"), rel=1e-12, abs=0)


@pytest.mark.parametrize("kind", ["axisymmetric", "cell"])
def test_sliding_lithium_that_fills_a_bore_slides_on_what_closes_it_too(kind: str) -> None:
    full = replace(RING, insulator_fillet=0.0, cap_fillet=0.0, lithium_level=RING.bore_height)
    mesh = stack_mesh(full, ROUND, kind=kind, lithium="sliding", lithium_apart=True)
    outer, inner = (mesh.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side"))
    assert len(np.intersect1d(outer, inner)) == 0
    # side and ceiling; in the section their lengths
    side = math.pi * ROUND.bore * full.bore_height if kind == "cell" else full.bore_height
    ceiling = ROUND.bore_area if kind == "cell" else ROUND.bore / 2
    for name in ("chamber 0 lithium", "lithium 0 side"):
        assert area_of(mesh, name) == pytest.approx(side + ceiling, rel=1e-4, abs=0)
    # through open ends its top is free
    through = replace(OPEN, lithium_level=OPEN.bore_height)
    mesh = stack_mesh(through, ROUND, kind=kind, lithium="sliding", lithium_apart=True)
    assert len(np.intersect1d(*(mesh.boundary_nodes(name) for name in ("chamber 0 lithium", "lithium 0 side")))) == 0
    assert area_of(mesh, "piston 0") == pytest.approx(ceiling, rel=1e-4, abs=0)


def test_a_full_bore_has_no_gas() -> None:
    full = replace(RING, lithium_level=RING.bore_height)
    mesh = stack_mesh(full, ROUND, kind="axisymmetric")
    assert "chamber 0 gas" not in mesh.boundaries
    meshed = stack_mesh(full, ROUND, kind="cell", lithium="bonded")
    assert "piston 0" not in meshed.boundaries
    size = volumes(meshed)[meshed.region("lithium")].sum()
    assert size == pytest.approx(full.chamber_volume(ROUND), rel=2e-4, abs=0)
