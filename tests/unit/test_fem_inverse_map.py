"""Points are found in elements with curved sides wherever the body lies: coordinates may be a million times its cells."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.references.solid_fields import PLANE, SOLID
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.inverse_map import invert
from tubewall.fem.local_search import lattice
from tubewall.fem.locate_point import search
from tubewall.fem.surface_points import surface_points
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.solid_mesh import SolidMesh

Floats = NDArray[np.float64]


def bent_block(kind: Kind, away: float) -> SolidMesh:
    """Cells of a quarter with curved sides, ``away`` of their sizes from the origin."""

    def bend(unit: Floats) -> Floats:
        swing = np.sin(3 * unit[:, [1, 0, 0][: unit.shape[1]]] + unit[:, [-1]])
        return unit + 0.1 * swing + 0.25 * away * np.array([1.0, 0.7, -0.9])[: unit.shape[1]]

    return mapped_block((4, 4, 2) if kind in SOLID else (4, 4), map=bend, kind=kind, order=2)


@pytest.mark.parametrize("away", [0.0, 1e3, 1e6])
@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_every_point_of_the_surface_lies_in_the_mesh(kind: Kind, away: float) -> None:
    mesh = bent_block(kind, away)
    block = mesh.blocks[0]
    for group in mesh.facet_groups(mesh.outer_facets):
        at = surface_points(mesh, group, lattice(group.kind, 5))
        values, _ = fast_shape(block.kind, at.local)
        places = np.einsum("pk,pkd->pd", values, mesh.points[block.cells[at.elements]])
        local, inside = invert(mesh, at.elements, places)
        assert inside.all()
        # rounding of the given coordinates is all that is lost
        assert local == pytest.approx(at.local, abs=1e-12 + 2e-15 * away * 10)
        _, lost = search(mesh, places)
        assert len(lost) == 0
