"""The stiffness of every kind of cell against scikit-fem's own form, and the loads against closed integrals."""

import numpy as np
import pytest

from tests.references.scikit_forms import crooked, scikit_stiffness
from tubewall.fem.assemble_body import assemble
from tubewall.fem.compiled import Crew
from tubewall.fem.element_chunks import chunks
from tubewall.fem.loads import BodyForce, Pressure, TemperatureChange, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.sparse_assembly import selected
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.materials import Isotropic, Orthotropic

CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
WOOD = Orthotropic(
    youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9), angle=0.4
)
FIBRES = Orthotropic(
    youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9),
    axes="circumferential", about=(-0.3, -0.4),
)  # fmt: skip
LAWS = {"isotropic": CARBON, "turned orthotropic": WOOD, "circumferential": FIBRES}
PLANE = ["plane strain", "plane stress", "axisymmetric"]
KINDS = ["triangle", "quad", "tetra", "hexahedron", "wedge"]


def distorted(kind, order, counts=None):
    dim = CELLS[kind].dim
    return mapped_block(counts or (2, 3, 2)[:dim], map=crooked, kind=kind, order=order)


def shuffled(mesh, seed=1):
    """The same body with its nodes and elements numbered at random."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(mesh.points))
    number = np.argsort(order)
    elements = rng.permutation(mesh.elements)
    where = np.argsort(elements)
    return SolidMesh(
        points=mesh.points[order],
        blocks=tuple(Block(kind=b.kind, cells=number[b.cells][elements]) for b in mesh.blocks),
        regions={name: where[part] for name, part in mesh.regions.items()},
        boundaries={name: np.column_stack((where[p[:, 0]], p[:, 1])) for name, p in mesh.boundaries.items()},
    )


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize(("kind", "geometry", "order"), [
    (kind, geometry, order) for kind in KINDS for geometry, order in ((1, 1), (2, 2), (2, 1))
    if (kind, geometry) != ("wedge", 2)
])  # fmt: skip
def test_the_stiffness_is_that_of_scikit_fems_own_form_on_curved_cells_of_any_numbering(kind, geometry, order, law):
    unit = shuffled(mapped_block((2, 2, 1)[: CELLS[kind].dim], kind=kind, order=geometry))
    mesh = SolidMesh(points=crooked(unit.points), blocks=unit.blocks, regions=unit.regions, boundaries={})
    for kinematics in PLANE if mesh.dim == 2 else ["3d"]:
        model = Model(mesh=mesh, solids={"body": Solid(elastic=law)}, kinematics=kinematics, order=order)
        theirs, place = scikit_stiffness(model, unit)
        ours = assemble(model).stiffness[place][:, place]
        assert abs(ours - theirs).max() < 1e-12 * abs(theirs).max(), kinematics


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_rule_is_rich_enough_that_a_richer_one_gives_the_volume_and_the_gradients_too(kind, order):
    # sum over a body of the gradient of each shape function is what the patch test needs
    for geometry in (1, 2):
        if geometry < order:
            continue
        mesh = distorted(kind, geometry)
        model = Model(mesh=mesh, solids={"body": Solid(elastic=CARBON)}, kinematics="3d" if mesh.dim == 3 else "plane strain",
                      order=order)  # fmt: skip
        found = []
        for load in (False, True):
            (chunk,) = chunks(model, load=load)
            found.append(np.einsum("mqkd,mq->mkd", chunk.mapped.gradients, chunk.weights))
        assert found[0] == pytest.approx(found[1], rel=1e-11, abs=1e-12)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_forces_sum_to_pressure_times_projected_area_and_to_force_times_volume(kind, order):
    mesh = distorted(kind, order)
    body = {"body": Solid(elastic=CARBON)}
    kinematics = "3d" if mesh.dim == 3 else "plane strain"
    around = tuple(Pressure(boundary=name, pressure=3.0) for name in mesh.boundaries)
    closed = assemble(Model(mesh=mesh, solids=body, kinematics=kinematics, loads=around, order=order)).forces
    assert np.abs(closed.reshape(-1, mesh.dim).sum(axis=0)).max() < 1e-13
    # the divergence theorem: the pressure x pushes with minus the volume along x
    field = tuple(Pressure(boundary=name, pressure=lambda x: x[:, 0]) for name in mesh.boundaries)
    pushed = assemble(Model(mesh=mesh, solids=body, kinematics=kinematics, loads=field, order=order)).forces
    weight = (BodyForce(force=(2.0, 0.0, 0.0)[: mesh.dim]),)
    heavy = assemble(Model(mesh=mesh, solids=body, kinematics=kinematics, loads=weight, order=order)).forces
    total = pushed.reshape(-1, mesh.dim).sum(axis=0)
    assert total[0] == pytest.approx(-heavy.reshape(-1, mesh.dim).sum(axis=0)[0] / 2, rel=1e-10)
    assert np.abs(total[1:]).max() < 1e-12


@pytest.mark.parametrize("kind", ["triangle", "quad"])
def test_around_the_axis_a_traction_and_a_weight_count_for_the_full_circle(kind):
    mesh = mapped_block((2, 3), map=lambda unit: unit + np.array([1.0, 0.0]), kind=kind, order=2)
    loads = (Traction(boundary="right", traction=(0.0, 5.0)), BodyForce(force=(0.0, 2.0)))
    model = Model(mesh=mesh, solids={"body": Solid(elastic=CARBON)}, kinematics="axisymmetric", loads=loads)
    total = assemble(model).forces.reshape(-1, 2).sum(axis=0)
    assert total == pytest.approx([0.0, 5.0 * 2 * np.pi * 2 + 2.0 * np.pi * (2**2 - 1)], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("kinematics", [*PLANE, "generalised plane strain", "3d"])
def test_thermal_forces_are_those_of_the_strain_that_they_hold_back(kinematics):
    # K u of the free expansion u = a dT x equals the thermal forces, where the section is free to grow
    kind = "hexahedron" if kinematics == "3d" else "quad"
    mesh, growth = distorted(kind, 2), 3e-4
    model = Model(mesh=mesh, solids={"body": Solid(elastic=CARBON, expansion=1e-5)}, kinematics=kinematics,
                  loads=(TemperatureChange(change=30.0),))  # fmt: skip
    found = assemble(model)
    u = growth * model.discrete.points.ravel()
    if kinematics == "generalised plane strain":
        u = np.append(u, growth)
    if kinematics == "plane strain":
        # what is held along z pushes sideways: (1 + nu) a dT
        u = u * 1.25
    assert found.stiffness @ u == pytest.approx(found.forces, rel=1e-9, abs=1e-12 * abs(found.forces).max())


def test_blocks_of_different_cells_share_the_unknowns_at_their_common_side():
    left = mapped_block((2, 2), kind="triangle", order=2)
    right = mapped_block((2, 2), map=lambda unit: unit + np.array([1.0, 0.0]), kind="quad", order=2)
    mesh = join({"left": left, "right": right})
    model = Model(mesh=mesh, solids=dict.fromkeys(mesh.regions, Solid(elastic=WOOD)), kinematics="plane strain")
    stiffness = assemble(model).stiffness
    assert abs(stiffness - stiffness.T).max() < 1e-14 * abs(stiffness).max()
    u = (model.discrete.points @ [[1e-3, 2e-4], [5e-4, -2e-3]]).ravel()
    # uniform strain: 1/2 u K u = area times energy density
    strain = np.array([1e-3, -2e-3, 0, 0, 0, 7e-4])
    density = strain @ WOOD.stiffness_at(np.zeros((1, 2)))[0] @ strain
    assert u @ stiffness @ u == pytest.approx(2.0 * density, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_compiled_kernels_fill_the_same_matrix_in_every_kinematics(kind):
    # also with pressures of their own, bubbles on faces, turning axes, straight and curved cells side by side
    rubber = Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999)
    straight = mapped_block(
        (2, 2, 2)[: CELLS[kind].dim], map=lambda unit: unit + 0.1 * unit[:, ::-1], kind=kind, order=2
    )
    for mesh, order in ((shuffled(distorted(kind, 2)), 2), (shuffled(distorted(kind, 1)), 1), (straight, 2)):
        for law in (*LAWS.values(), *([rubber] if order == 2 else [])):
            for kinematics in [*PLANE, "generalised plane strain"] if mesh.dim == 2 else ["3d"]:
                model = Model(mesh=mesh, solids={"body": Solid(elastic=law, expansion=1e-5)}, kinematics=kinematics,
                              order=order, loads=(TemperatureChange(change=30.0),))  # fmt: skip
                ours, theirs = assemble(model, compiled=True), assemble(model, compiled=False)
                assert abs(ours.stiffness - theirs.stiffness).max() < 1e-13 * abs(theirs.stiffness).max()
                assert ours.forces == pytest.approx(theirs.forces, rel=1e-11, abs=1e-13 * abs(theirs.forces).max())


def test_the_rows_and_columns_that_stay_free_are_selected():
    model = Model(mesh=distorted("quad", 2), solids={"body": Solid(elastic=WOOD)}, kinematics="plane strain")
    stiffness = assemble(model).stiffness
    free = np.sort(np.random.default_rng(5).choice(model.size, model.size // 2, replace=False))
    wanted = stiffness.toarray()[np.ix_(free, free)]
    with Crew() as crew:
        assert np.array_equal(selected(stiffness, free, crew).toarray(), wanted)
        assert np.array_equal(selected(stiffness, free, crew, lower=True).toarray(), np.triu(wanted))
