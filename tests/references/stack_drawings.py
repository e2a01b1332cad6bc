"""Drawings of stacks that several tests mesh, and what they measure of the meshes."""

from __future__ import annotations

import math

import numpy as np

from tubewall.geometry import CellArray
from tubewall.geometry.mesh_measures import facet_sizes
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.units import nm

HEXAGONAL = CellArray(bore=100 * nm, wall=10 * nm, fillet=2 * nm, rings=1)
ROUND = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1)
SQUARE = CellArray(bore=100 * nm, wall=10 * nm, packing="square", bore_shape="square", fillet=5 * nm, rings=1)
RING = Stack(
    height=200 * nm,
    electrolyte=300 * nm,
    insulator=20 * nm,
    collector=60 * nm,
    insulator_fillet=4 * nm,
    cap_fillet=6 * nm,
    lithium_level=70 * nm,
)
FILM = Stack(
    height=200 * nm, electrolyte=300 * nm, insulator=20 * nm, insulator_form="film", cap=30 * nm, root_fillet=4 * nm
)
OPEN = Stack(height=200 * nm, electrolyte=300 * nm, collector=30 * nm, ends="open")


def area_of(mesh: SolidMesh, name: str) -> float:
    return float(facet_sizes(mesh, mesh.boundary(name)).sum())


def perimeter_of(array: CellArray) -> float:
    if array.bore_shape == "round":
        return math.pi * array.bore
    sides = array.neighbours
    return sides * 2 * ((array.bore / 2 - array.fillet) * math.tan(array.half_angle) + array.fillet * array.half_angle)


def check_surface(mesh: SolidMesh) -> None:
    """Every facet that only one element has carries a name, and none that two have but those between lithium and solid."""
    outer = {tuple(pair) for pair in mesh.outer_facets.tolist()}
    named = {tuple(pair) for pairs in mesh.boundaries.values() for pair in pairs.tolist()}
    assert outer <= named
    _, face = mesh.all_facets
    assert np.bincount(face).max() <= 2
    if "lithium" not in mesh.regions:
        assert named == outer
