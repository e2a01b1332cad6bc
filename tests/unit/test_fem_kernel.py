"""The element kernel against scikit-fem's own form, and the loads against closed integrals."""

import runpy
import time
from pathlib import Path

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.assembly import assemble_stiffness, body_load, pressure_load, strain_load, stress_operator
from tubewall.fem.elements import map_gradients, outer_facets, quadrature_points, shape, surface_points, triangle_rule
from tubewall.fem.reference_form import reference_stiffness
from tubewall.fem.system import enclosed_area
from tubewall.geometry import NamedMesh
from tubewall.materials import Isotropic, Orthotropic

MESHES = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))
ring, mapped_block = MESHES["ring"], MESHES["mapped_block"]

CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25).stiffness()
WOOD = Orthotropic(
    youngs_moduli=(40e9, 20e9, 10e9), poissons_ratios=(0.2, 0.25, 0.3), shear_moduli=(8e9, 7e9, 6e9), angle=0.4
).stiffness_at(np.zeros((1, 2)))[0]


@pytest.mark.parametrize("kinematics", ["plane strain", "axisymmetric"])
@pytest.mark.parametrize("stiffness", [CARBON, WOOD], ids=["isotropic", "turned orthotropic"])
def test_the_kernel_equals_scikit_fems_own_form_on_curved_elements(kinematics, stiffness):
    mesh = ring(50e-9, 60e-9, 3, 16).transformed(shift=(100e-9, 0.0))
    ours = assemble_stiffness(mesh, stiffness, kinematics)
    theirs = reference_stiffness(mesh, stiffness, kinematics)
    assert abs(ours - theirs).max() < 1e-12 * abs(theirs).max()


def test_the_kernel_equals_scikit_fem_for_any_numbering_of_the_nodes():
    mesh = ring(50e-9, 60e-9, 2, 8)
    order = np.random.default_rng(1).permutation(len(mesh.points))
    number = np.argsort(order)
    shuffled = NamedMesh(
        points=mesh.points[order],
        cells=number[mesh.cells],
        regions=mesh.regions,
        boundaries={name: number[facets] for name, facets in mesh.boundaries.items()},
    )
    ours = assemble_stiffness(shuffled, WOOD)
    assert abs(ours - reference_stiffness(shuffled, WOOD)).max() < 1e-12 * abs(ours).max()


@pytest.mark.parametrize("kinematics", ["plane strain", "axisymmetric"])
@pytest.mark.parametrize("nu", [0.25, 0.499])
def test_the_stress_of_any_displacement_does_the_work_that_the_stiffness_says(kinematics, nu):
    # virtual work: int B^T sigma(u) = K u, whatever an element eliminates inside
    mesh = ring(50e-9, 60e-9, 2, 12).transformed(shift=(100e-9, 0.0))
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=nu).stiffness()
    u = np.random.default_rng(2).normal(size=2 * len(mesh.points))
    local, rule = triangle_rule(6 if nu > 0.4 else {"plane strain": 4, "axisymmetric": 5}[kinematics])
    m, q = len(mesh.cells), len(rule)
    operator = stress_operator(mesh, law, np.repeat(np.arange(m), q), np.tile(local, (m, 1)), kinematics)
    determinant = map_gradients(mesh.points[mesh.cells][:, None], shape(local)[1][None])[1]
    weights = (determinant * rule).ravel()
    if kinematics == "axisymmetric":
        weights = weights * 2 * np.pi * operator.points[:, 0]
    forces = np.einsum("pcd,pc,p->pd", operator.strain, operator.stress(u), weights)
    total = np.zeros_like(u)
    np.add.at(total, operator.dofs.ravel(), forces.ravel())
    expected = assemble_stiffness(mesh, law, kinematics) @ u
    assert np.abs(total - expected).max() < 1e-10 * np.abs(expected).max()


def test_all_ways_of_giving_one_stiffness_agree():
    mesh = ring(50e-9, 60e-9, 2, 8)
    expected = assemble_stiffness(mesh, WOOD)
    quadrature = quadrature_points(mesh).shape[:2]
    ways = [
        {"wall": WOOD},
        {"wall": lambda points: np.broadcast_to(WOOD, (len(points), 6, 6))},
        lambda points: np.broadcast_to(WOOD, (len(points), 6, 6)),
        np.broadcast_to(WOOD, (len(mesh.cells), 6, 6)),
        np.broadcast_to(WOOD, (*quadrature, 6, 6)),
    ]
    for way in ways:
        assert abs(assemble_stiffness(mesh, way) - expected).max() < 1e-14 * abs(expected).max()


def test_a_region_without_a_stiffness_and_a_misspelt_region_are_refused():
    mesh = mapped_block(2, 1, lambda s, t: (s, t), split=lambda middle: np.where(middle[:, 0] < 0.5, "wall", "base"))
    with pytest.raises(InputError, match="no material for the region 'base'"):
        assemble_stiffness(mesh, {"wall": CARBON})
    with pytest.raises(InputError, match="did you mean 'base'"):
        assemble_stiffness(mesh, {"wall": CARBON, "bas": CARBON})


def test_a_material_that_shears_out_of_the_section_is_refused():
    coupled = CARBON.copy()
    coupled[0, 4] = coupled[4, 0] = 1e9
    with pytest.raises(InputError, match="symmetry"):
        assemble_stiffness(ring(50e-9, 60e-9, 1, 8), coupled)


def test_three_thousand_curved_elements_assemble_in_under_a_tenth_of_a_second():
    mesh = ring(50e-9, 60e-9, 6, 250)
    assemble_stiffness(mesh, CARBON)
    best = min(_timed(lambda: assemble_stiffness(mesh, CARBON)) for _ in range(5))
    assert len(mesh.cells) == 3000
    assert best < 0.1


def _timed(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def test_macroscopic_strain_pulls_as_the_displacement_of_that_strain_does():
    mesh = ring(50e-9, 60e-9, 2, 12)
    stiffness = assemble_stiffness(mesh, WOOD)
    load, mean = strain_load(mesh, WOOD)
    x, y = mesh.points.T
    zero = np.zeros_like(x)
    for column, field in enumerate([(x, zero), (zero, y), (y / 2, x / 2)]):
        u = np.stack(field, axis=-1).ravel()
        assert np.abs(stiffness @ u - load[:, column]).max() < 1e-12 * np.abs(load).max()
        # the energy of the uniform strain is int e^T C e over the area
        assert u @ load[:, column] == pytest.approx(mean[column, column], rel=1e-12, abs=0)
    area = mesh.area()
    expected = area * WOOD[np.ix_([0, 1, 5, 2], [0, 1, 5, 2])]
    assert mean == pytest.approx(expected, rel=1e-12, abs=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("count", [6, 40])
def test_the_nodal_forces_on_a_closed_chamber_sum_to_zero_and_on_half_of_it_to_p_times_the_diameter(count):
    mesh = ring(50e-9, 60e-9, 1, count)
    facets = mesh.boundaries["left"]
    whole = pressure_load(mesh, facets).reshape(-1, 2)
    size = np.abs(whole).sum()
    assert np.abs(whole.sum(axis=0)).max() < 1e-12 * size
    upper = facets[mesh.points[facets[:, 2], 1] > 0]
    half = pressure_load(mesh, upper).reshape(-1, 2)
    # pressure pushes on the surface: up on the upper half, by the diameter exactly, as the ends of the arc lie on it
    assert half.sum(axis=0) == pytest.approx([0, 100e-9], abs=1e-8 * 100e-9)


def test_a_pressure_pushes_into_the_solid_on_every_surface():
    mesh = ring(50e-9, 60e-9, 1, 24)
    for name, sign in (("left", 1.0), ("right", -1.0)):
        force = pressure_load(mesh, mesh.boundaries[name]).reshape(-1, 2)
        nodes = np.unique(mesh.boundaries[name])
        assert np.all(sign * np.einsum("nd,nd->n", force[nodes], mesh.points[nodes]) > 0)


def test_pressure_around_the_circle_acts_on_the_area_of_revolution():
    mesh = mapped_block(3, 2, lambda s, t: (1 + 2 * s, t))
    inner = pressure_load(mesh, mesh.boundaries["left"], "axisymmetric").reshape(-1, 2).sum(axis=0)
    assert inner == pytest.approx([2 * np.pi * 1 * 1, 0], rel=1e-12, abs=1e-12)
    top = pressure_load(mesh, mesh.boundaries["top"], "axisymmetric").reshape(-1, 2).sum(axis=0)
    assert top == pytest.approx([0, -np.pi * (3**2 - 1**2)], rel=1e-12, abs=1e-12)


def test_a_body_force_sums_to_force_times_area_or_volume():
    mesh = ring(1.0, 2.0, 1, 40).transformed(shift=(5.0, 0.0))
    pull = body_load(mesh, lambda points: np.tile([3.0, -2.0], (len(points), 1))).reshape(-1, 2).sum(axis=0)
    assert pull == pytest.approx(np.array([3.0, -2.0]) * mesh.area(), rel=1e-12)
    around = body_load(mesh, lambda points: np.tile([0.0, 1.0], (len(points), 1)), kinematics="axisymmetric")
    # Pappus: the area times the way of its centroid
    assert around[1::2].sum() == pytest.approx(mesh.area() * 2 * np.pi * 5.0, rel=1e-9)


def test_facets_inside_the_solid_or_of_no_element_or_none_at_all_are_refused():
    mesh = ring(1.0, 2.0, 2, 8)
    inside = np.setdiff1d(mesh.cells[:, 3:], outer_facets(mesh.cells)[:, 2])[0]
    cell, side = np.argwhere(mesh.cells[:, 3:] == inside)[0]
    facet = mesh.cells[cell, [side, (side + 1) % 3, 3 + side]]
    with pytest.raises(InputError, match="inside the solid"):
        pressure_load(mesh, facet[None])
    with pytest.raises(InputError, match="not an edge"):
        pressure_load(mesh, np.array([[0, 1, 2]]) * 0 + mesh.cells[0, :3])
    with pytest.raises(InputError, match="no facets"):
        pressure_load(mesh, np.empty((0, 3), dtype=int), name="bore")


def test_surface_points_lie_on_the_elements_they_name_with_normals_out_of_the_solid():
    mesh = ring(1.0, 2.0, 2, 24)
    for name, sign in (("left", -1.0), ("right", 1.0)):
        at = surface_points(mesh, mesh.boundaries[name], 5)
        operator = stress_operator(mesh, CARBON, at.elements, at.local)
        assert operator.points == pytest.approx(at.points, abs=1e-14)
        radial = at.points / np.linalg.norm(at.points, axis=1, keepdims=True)
        assert np.abs(at.normals - sign * radial).max() < 2e-3
        assert len(at.points) == 5 * 24


def test_a_bore_encloses_its_area_and_the_rim_minus_its_own():
    mesh = ring(1.0, 2.0, 1, 64)
    assert enclosed_area(mesh, "left") == pytest.approx(np.pi, rel=1e-6)
    assert enclosed_area(mesh, "right") == pytest.approx(-4 * np.pi, rel=1e-6)
    assert enclosed_area(mesh, "left") == pytest.approx(mesh.enclosed_area("left"), rel=1e-12)
