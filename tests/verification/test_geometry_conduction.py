"""The effective width of the wall between round bores, against the solved field between them.

Gas crosses the wall as heat crosses a plate. The periodic cell with one bore at potential 1 among bores at 0 is solved
with scikit-fem; the flow from the one bore to its neighbours is the reference for the width that the graph states.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import skfem
from skfem.models.poisson import laplace

from tubewall.geometry import CellArray, array_mesh, finite_graph
from tubewall.units import nm


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


def flow_from_the_centre(array: CellArray) -> float:
    """Conductance per length, in units of the conductivity, between the central bore and all others at 0."""
    mesh = array_mesh(array)
    theirs = skfem.MeshTri2(mesh.points.T / array.bore, mesh.cells.T.copy())
    basis = skfem.Basis(theirs, skfem.ElementTriP2(), intorder=4)
    stiffness = laplace.assemble(basis)
    places = {(round(x, 9), round(y, 9)): k for k, (x, y) in enumerate(basis.doflocs.T)}
    at = np.array([places[round(x, 9), round(y, 9)] for x, y in mesh.points / array.bore])
    potential = basis.zeros()
    fixed = [at[np.unique(mesh.boundary(f"chamber {k}"))] for k in range(len(array.centres))]
    potential[fixed[0]] = 1.0
    solved = skfem.solve(*skfem.condense(stiffness, x=potential, D=np.concatenate(fixed)))
    return float(solved @ stiffness @ solved)


@pytest.mark.parametrize(
    ("packing", "wall", "tolerance"),
    [("hexagonal", 2, 0.025), ("hexagonal", 10, 0.065), ("hexagonal", 20, 0.10), ("square", 10, 0.07)],
)
def test_the_width_between_round_bores_is_a_close_bound_from_below(packing: str, wall: float, tolerance: float) -> None:
    array = CellArray(packing=packing, bore_shape="round", bore=100 * nm, wall=wall * nm, rings=1)
    graph = finite_graph(array)
    around = (graph.edges == 0).any(axis=1)
    stated = float((graph.shared_widths / graph.thicknesses)[around].sum())
    solved = flow_from_the_centre(array)
    assert stated < solved
    assert stated == near(solved, rel=tolerance)


@pytest.mark.parametrize(("wall", "tolerance"), [(2, 0.02), (10, 0.08)])
def test_the_width_of_flat_walls_leaves_out_only_the_junctions(wall: float, tolerance: float) -> None:
    array = CellArray(bore=100 * nm, wall=wall * nm, fillet=2 * nm, rings=1)
    graph = finite_graph(array)
    around = (graph.edges == 0).any(axis=1)
    stated = float((graph.shared_widths / graph.thicknesses)[around].sum())
    assert stated == near(flow_from_the_centre(array), rel=tolerance)
