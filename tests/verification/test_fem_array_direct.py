"""The superelement equals the direct solution of the whole periodic supercell, its nodes tied by elimination."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy.sparse import block_array, csc_array
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from tubewall.fem.assembly import assemble_stiffness, pressure_load, strain_load
from tubewall.fem.periodic_basis import basis_of
from tubewall.fem.superelement import array_cell
from tubewall.geometry import CellArray, periodic_cell, supercell_mesh
from tubewall.materials import Isotropic

NM = 1e-9
LAW = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
HEXAGONS = CellArray(bore=100 * NM, wall=10 * NM, fillet=5 * NM)
SQUARES = CellArray(packing="square", bore_shape="square", bore=100 * NM, wall=10 * NM)
TUBES = CellArray(bore_shape="round", construction="tubes", bore=100 * NM, wall=15 * NM, neck=20 * NM)


class Supercell:
    """The stiffness of n x n cells over (periodic part at the low nodes, mean strain xx, yy, xy, axial strain)."""

    def __init__(self, array, n):
        self.cell = supercell_mesh(array, n, elements_through_wall=2)
        mesh = self.cell.mesh
        self.n, self.kinds = n, 1 + max(arc.kind for arc in self.cell.arcs)
        self.points, count = mesh.points, len(mesh.points)
        stiffness = assemble_stiffness(mesh, LAW.stiffness())
        load, mean = strain_load(mesh, LAW.stiffness())
        master = np.arange(count)
        for pair in self.cell.pairs:
            master[pair[:, 1]] = pair[:, 0]
        column = np.unique(master, return_inverse=True)[1]
        rows = np.arange(2 * count)
        tie = csc_array((np.ones(2 * count), (rows, (2 * column[:, None] + [0, 1]).ravel())))
        x, y = self.points.T
        strain = np.zeros((2 * count, 3))
        strain[0::2, 0], strain[1::2, 1], strain[0::2, 2], strain[1::2, 2] = x, y, y / 2, x / 2
        whole = csc_array(np.hstack([strain, np.zeros((2 * count, 1))]))
        axial = csc_array(load[:, 3:])
        self.to_nodes = csc_array(block_array([[tie, whole]]))
        corner = csc_array(([mean[3, 3]], ([tie.shape[1] + 3], [tie.shape[1] + 3])), shape=(tie.shape[1] + 4,) * 2)
        shear = self.to_nodes.T @ axial
        last = csc_array(([1.0], ([0], [tie.shape[1] + 3])), shape=(1, tie.shape[1] + 4))
        self.matrix = csc_array(self.to_nodes.T @ stiffness @ self.to_nodes + shear @ last + (shear @ last).T + corner)
        self.periodic = tie.shape[1]
        self.tie = tie
        # areas on the mesh: gaps by Green's theorem, bores as what neither wall nor gap fills
        gaps = [mesh.enclosed_area(f"interstice {kind} 0 0") for kind in range(1, self.kinds)]
        self.areas = [array.cell_area - mesh.area() / n**2 - sum(gaps), *gaps]
        assert self.areas[0] == pytest.approx(array.bore_area, rel=1e-4, abs=0)

    def loads(self, ends):
        """One column for unit pressure in each chamber; the gas works through the mean strain by its area."""
        n, per_kind = self.n, self.n**2
        result = np.zeros((self.matrix.shape[0], self.kinds * per_kind))
        for arc in self.cell.arcs:
            chamber = arc.kind * per_kind + (arc.offset[0] % n) * n + arc.offset[1] % n
            force = pressure_load(self.cell.mesh, self.cell.mesh.boundaries[arc.boundary])
            result[: self.periodic, chamber] += self.tie.T @ force
        for kind, area in enumerate(self.areas):
            columns = slice(kind * per_kind, (kind + 1) * per_kind)
            result[self.periodic : self.periodic + 2, columns] = area
            result[self.periodic + 3, columns] = area if ends == "closed" else 0.0
        return result

    def solve(self, confinement, ends):
        """Displacement (N, 2, chambers) of all nodes for unit pressure in each chamber."""
        free = np.arange(2, self.periodic)
        free = np.append(free, self.periodic + np.arange(3)) if confinement == "free" else free
        free = np.append(free, self.periodic + 3) if ends != "held" else free
        right = self.loads(ends)
        answer = np.zeros_like(right)
        # strains and lengths differ by many orders of magnitude: balance them
        scale = 1 / np.sqrt(self.matrix.diagonal()[free])
        balanced = self.matrix[free][:, free].multiply(scale[:, None]).multiply(scale[None]).tocsc()
        factor = splu(balanced)
        x = factor.solve(scale[:, None] * right[free])
        x += factor.solve(scale[:, None] * right[free] - balanced @ x)
        answer[free] = scale[:, None] * x
        return (self.to_nodes @ answer).reshape(len(self.points), 2, -1), answer[self.periodic :]


DRAWINGS = {"hexagons": (HEXAGONS, 3), "squares": (SQUARES, 2), "tubes": (TUBES, 2)}
SETTINGS = [(confinement, ends) for confinement in ("held", "free") for ends in ("held", "closed", "free")]
# of the separate tubes, which are slow, two settings show all that their interstices change
CASES = [(drawing, *s) for drawing in ("hexagons", "squares") for s in SETTINGS]
CASES += [("tubes", "held", "closed"), ("tubes", "free", "free")]


@functools.cache
def both(drawing):
    array, n = DRAWINGS[drawing]
    return array_cell(periodic_cell(array, elements_through_wall=2), LAW), Supercell(array, n)


@pytest.mark.parametrize(("drawing", "confinement", "ends"), CASES)
def test_superelement_equals_the_direct_solution_of_the_supercell_for_every_chamber(drawing, confinement, ends):
    element, whole = both(drawing)
    basis = basis_of(element, supercell=whole.n, confinement=confinement, ends=ends)
    direct, strain = whole.solve(confinement, ends)
    distance, nodes = cKDTree(whole.points).query(element.cell.mesh.points)
    assert distance.max() < 1e-9 * whole.points.max()
    ours = (element.cut.recovery @ basis.states).reshape(-1, 2, basis.states.shape[1])
    # only the rigid translation is free
    ours, theirs = ours - ours.mean(axis=0), direct[nodes] - direct[nodes].mean(axis=0)
    assert np.abs(ours - theirs).max() < 1e-9 * np.abs(theirs).max()
    assert np.abs(basis.mean_strain[[0, 1, 3, 2]] - strain).max() <= 1e-9 * np.abs(strain).max()
    assert basis.residual < 1e-10
    assert basis.imbalance < 1e-9


def test_all_patterns_of_a_supercell_are_the_sum_of_its_chambers_to_round_off():
    element, whole = both("hexagons")
    basis = basis_of(element, supercell=3)
    pattern = np.random.default_rng(3).uniform(0, 1e6, 9)
    direct = whole.solve("held", "held")[0] @ pattern
    for cell in [(0, 0), (1, 0), (2, 1)]:
        shift = np.array(cell) @ element.cut.lattice
        nodes = cKDTree(whole.points).query(element.cell.mesh.points + shift)[1]
        ours = basis.displacement(pattern, cell)
        difference = ours - direct[nodes]
        assert np.abs(difference - difference.mean(axis=0)).max() < 1e-9 * np.abs(direct).max()
