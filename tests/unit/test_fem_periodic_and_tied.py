"""Periodic cells and bonded boundaries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.homogenise import homogenised
from tubewall.fem.loads import Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.nodal_fields import nodal_volumes
from tubewall.fem.periodicity import Periodic
from tubewall.fem.tie import Tie
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.materials import Isotropic, Orthotropic

STIFF, SOFT = Isotropic(youngs_modulus=60e9, poissons_ratio=0.2), Isotropic(youngs_modulus=2e9, poissons_ratio=0.35)
VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")
SHARE = 0.25


def laminate(kind, counts):
    mesh = mapped_block(counts, kind=kind, order=1, map=lambda x: 1e-7 * x)
    middle = np.concatenate([mesh.points[block.cells].mean(axis=1) for block in mesh.blocks])
    first = np.flatnonzero(middle[:, 0] < SHARE * 1e-7)
    rest = np.setdiff1d(np.arange(mesh.elements), first)
    mesh = SolidMesh(
        points=mesh.points, blocks=mesh.blocks, regions={"stiff": first, "soft": rest}, boundaries=mesh.boundaries
    )
    pairs = (("left", "right"), ("bottom", "top"), ("front", "back"))[: mesh.dim]
    return Model(
        mesh=mesh,
        solids={"stiff": Solid(elastic=STIFF), "soft": Solid(elastic=SOFT)},
        kinematics="3d" if mesh.dim == 3 else "plane strain",
        periodic=Periodic(pairs=pairs),
    )


def backus():
    """Stiffness of a fine laminate across x (Backus, J. Geophys. Res. 67, 4427, 1962, eq. 10)."""
    across, along = np.array([0, 4, 5]), np.array([1, 2, 3])
    laws, shares = (STIFF.stiffness(), SOFT.stiffness()), (SHARE, 1 - SHARE)
    inner = np.linalg.inv(sum(f * np.linalg.inv(c[np.ix_(across, across)]) for f, c in zip(shares, laws, strict=True)))
    mixed = sum(
        f * np.linalg.solve(c[np.ix_(across, across)], c[np.ix_(across, along)])
        for f, c in zip(shares, laws, strict=True)
    )
    plane = sum(
        f
        * (
            c[np.ix_(along, along)]
            - c[np.ix_(along, across)] @ np.linalg.solve(c[np.ix_(across, across)], c[np.ix_(across, along)])
        )
        for f, c in zip(shares, laws, strict=True)
    )
    full = np.zeros((6, 6))
    full[np.ix_(across, across)] = inner
    full[np.ix_(across, along)] = inner @ mixed
    full[np.ix_(along, across)] = (inner @ mixed).T
    full[np.ix_(along, along)] = plane + mixed.T @ inner @ mixed
    return full


CELLS = [("quad", (8, 3)), ("triangle", (8, 3)), ("hexahedron", (4, 2, 2)), ("tetra", (4, 2, 2)), ("wedge", (4, 2, 2))]


@pytest.mark.parametrize(("kind", "counts"), CELLS)
def test_a_laminate_has_the_stiffness_of_backus(kind, counts):
    found = homogenised(laminate(kind, counts))
    rows = [VOIGT.index(name) for name in found.components]
    exact = backus()[np.ix_(rows, rows)]
    assert found.stiffness == pytest.approx(exact, rel=1e-10, abs=1e-10 * exact.max())


@pytest.mark.parametrize(("kind", "counts"), CELLS)
def test_a_mean_stress_gives_the_strain_of_the_compliance(kind, counts):
    model = laminate(kind, counts)
    if model.mesh.dim == 2:
        model = replace(model, kinematics="generalised plane strain", ends="free")
    model = replace(model, periodic=replace(model.periodic, mean_stress={"xx": 1e6, "xy": 2e6}))
    solution = solve_model(model)
    exact = np.linalg.inv(backus()) @ np.array([1e6, 0, 0, 0, 0, 2e6])
    strain = solution.mean_strain + np.array([0, 0, solution.axial_strain, 0, 0, 0])
    assert strain == pytest.approx(exact, rel=1e-9, abs=1e-9 * np.abs(exact).max())


def test_a_held_mean_strain_is_the_mean_strain():
    model = laminate("quad", (8, 3))
    model = replace(model, periodic=replace(model.periodic, mean_strain={"xx": 1e-3, "yy": 0.0, "xy": 2e-3}))
    solution = solve_model(model)
    right, left = (solution.model.discrete.mesh.boundary_nodes(name) for name in ("right", "left"))
    jump = solution.displacement[right] - solution.displacement[left]
    assert jump == pytest.approx(np.tile([1e-10, 1e-10], (len(jump), 1)), rel=1e-9, abs=0)
    mean = nodal_volumes(model) @ solution.displacement / nodal_volumes(model).sum()
    assert np.abs(mean).max() < 1e-9 * np.abs(solution.displacement).max()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(pairs=(("left", "bottom"),)), "'left' has 7 nodes and 'bottom' 17"),
        (dict(pairs=(("left", "righ"),)), "did you mean 'right'"),
        (dict(pairs=(("left", "right"),), mean_stress={"xx": 1.0}), "needs 2 pairs"),
        (dict(pairs=(("left", "right"), ("bottom", "top")), mean_strain={"zz": 1.0}), "xx, yy, xy"),
    ],
)
def test_pairs_that_do_not_match_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        solve_model(replace(laminate("quad", (8, 3)), periodic=Periodic(**change)))


def test_a_node_without_a_partner_is_named():
    model = laminate("quad", (8, 3))
    points = model.mesh.points.copy()
    moved = np.flatnonzero((points[:, 0] > 0.99e-7) & (np.abs(points[:, 1] - 1e-7 / 3) < 1e-9))
    points[moved, 1] += 1e-8
    mesh = replace(model.mesh, points=points)
    with pytest.raises(
        InputError, match=r"the node of 'left' at \(0, 33\.3333\) nm has no partner on 'right'.*nearest is \S+ nm off"
    ):
        solve_model(replace(model, mesh=mesh))


def test_periods_given_wrongly_are_refused():
    for wrong in (dict(pairs=()), dict(pairs=(("a", "b"),), mean_strain={"xx": 1.0}, mean_stress={"xx": 1.0})):
        with pytest.raises(InputError):
            Periodic(**wrong)
    with pytest.raises(InputError, match="did you mean"):
        Periodic(pairs=(("a", "b"),), mean_strain={"yx": 1.0})


def stacked(lower, upper):
    """Two meshes side by side in one value, without a node in common."""
    nodes, elements = len(lower.points), lower.elements
    blocks = lower.blocks + tuple(Block(kind=b.kind, cells=b.cells + nodes) for b in upper.blocks)
    boundaries = {f"lower {name}": pairs for name, pairs in lower.boundaries.items()}
    boundaries |= {f"upper {name}": pairs + np.array([elements, 0]) for name, pairs in upper.boundaries.items()}
    regions = {"lower": np.arange(elements), "upper": elements + np.arange(upper.elements)}
    return SolidMesh(
        points=np.vstack([lower.points, upper.points]), blocks=blocks, regions=regions, boundaries=boundaries
    )


TIES = [
    ("quad", "quad", 2, 1e-4), ("quad", "triangle", 2, 1e-4), ("triangle", "quad", 1, 1e-4),
    ("hexahedron", "hexahedron", 2, 1e-3), ("hexahedron", "tetra", 2, 1e-3), ("wedge", "hexahedron", 1, 1e-3),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "order", "tolerance"), TIES)
def test_a_tie_of_meshes_that_do_not_match_passes_the_patch_test(one, other, order, tolerance):
    space = one in ("hexahedron", "wedge")
    lower = mapped_block((3, 2, 2) if space else (3, 2), kind=one, order=order)
    up = np.eye(lower.dim)[1]
    upper = mapped_block((5, 2, 3) if space else (5, 2), kind=other, order=order, map=lambda x: x + up)
    mesh = stacked(lower, upper)
    supports = [Support(boundary="lower bottom", fix=("y",))]
    for side, axis in (("left", "x"), ("front", "z"))[: mesh.dim - 1]:
        supports += [Support(boundary=f"{part} {side}", fix=(axis,)) for part in ("lower", "upper")]
    solid = Solid(elastic=STIFF)
    solution = solve_model(
        Model(
            mesh=mesh, solids={"lower": solid, "upper": solid}, kinematics="3d" if space else "plane stress", order=order,
            loads=(Traction(boundary="upper top", traction=(0.0, 1e6, 0.0)[: mesh.dim]),), supports=tuple(supports),
            ties=(Tie(slave="upper bottom", master="lower top"),),
        )
    )  # fmt: skip
    stress = solution.stress_in(np.arange(mesh.elements), np.full((mesh.elements, mesh.dim), 0.25))
    assert stress / 1e6 == pytest.approx(np.tile([0, 1, 0, 0, 0, 0], (mesh.elements, 1)), abs=tolerance)
    assert solution.reactions[0].force[1] == pytest.approx(-1e6, rel=1e-9)


def test_a_tie_over_a_gap_is_refused_with_its_width():
    lower = mapped_block((3, 2), kind="quad", order=2)
    upper = mapped_block((5, 2), kind="quad", order=2, map=lambda x: x + np.array([0.0, 1.1]))
    mesh = stacked(lower, upper)
    solid = Solid(
        elastic=Orthotropic(
            youngs_moduli=(2e9, 2e9, 2e9), poissons_ratios=(0.3, 0.3, 0.3), shear_moduli=(1e9, 1e9, 1e9)
        )
    )
    model = Model(
        mesh=mesh, solids={"lower": solid, "upper": solid}, kinematics="plane strain",
        supports=(Support(boundary="lower bottom"),), ties=(Tie(slave="upper bottom", master="lower top"),),
    )  # fmt: skip
    with pytest.raises(InputError, match=r"lies 100 mm from 'lower top'"):
        solve_model(model)
    bridged = replace(model, ties=(Tie(slave="upper bottom", master="lower top", gap=0.2),))
    assert solve_model(bridged).imbalance < 1e-9
    with pytest.raises(InputError, match="twice"):
        Tie(slave="a", master="a")
