"""Nearly incompressible elements: who gets a pressure, exact states of rest, and the work of the stress they report."""

import dataclasses

import numpy as np
import pytest

from tests.references.scikit_forms import crooked
from tubewall.errors import InputError
from tubewall.fem.assemble_body import assemble
from tubewall.fem.element_chunks import chunks
from tubewall.fem.hold import hold
from tubewall.fem.linear import factorise
from tubewall.fem.loads import BodyForce, Eigenstrain, Pressure, Support
from tubewall.fem.mixed_elements import mixed_rule_order
from tubewall.fem.mixed_refine import refine
from tubewall.fem.mixed_spaces import BUBBLED_FACETS, bubbles, enriched_table, mixed_regions
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.reference_elements import rule
from tubewall.geometry.block_mapping import join, mapped_block
from tubewall.geometry.reference_cells import CELLS
from tubewall.materials import Isotropic, Orthotropic

KINDS = ["triangle", "quad", "tetra", "hexahedron", "wedge"]
RUBBER = Isotropic(youngs_modulus=1e6, poissons_ratio=0.4999)
CARBON = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)


def block(kind, order=2, mapping=crooked):
    return mapped_block((2, 2, 2)[: CELLS[kind].dim], map=mapping, kind=kind, order=order)


def space(kind):
    return "3d" if CELLS[kind].dim == 3 else "plane strain"


def box(kind):
    """Straight cells, none of them alike, in the unit square or cube."""

    def uneven(unit):
        return unit + 0.08 * np.sin(np.pi * unit) * np.sin(2 * np.pi * unit[:, ::-1] + 0.3)

    return block(kind, 1, uneven).raised()


def everywhere(solution):
    mesh = solution.model.discrete.mesh
    nodes = CELLS[mesh.blocks[0].kind].nodes
    elements = np.arange(mesh.elements)
    return solution.evaluate(np.repeat(elements, len(nodes)), np.tile(nodes, (len(elements), 1)))


@pytest.mark.parametrize("kind", ["triangle6", "tetra10", "wedge18"])
def test_a_bubble_is_one_at_the_middle_of_its_facet_or_cell_and_vanishes_on_all_other_facets(kind):
    cell = CELLS[kind]
    on_faces, inside = bubbles(kind)
    middles = [
        cell.nodes[[n for n in cell.facets[f].nodes if n < cell.vertices]].mean(axis=0)
        for f in BUBBLED_FACETS.get(kind, ())
    ]
    middles.append(cell.nodes[: cell.vertices].mean(axis=0))
    values, _ = enriched_table(kind, np.array(middles))
    extra = values[:, -(on_faces + inside) :]
    assert np.diag(extra) == pytest.approx(1.0)
    rng = np.random.default_rng(3)
    for facet, side in enumerate(cell.facets):
        corners = cell.nodes[[n for n in side.nodes if n < cell.vertices]]
        weights = rng.dirichlet(np.ones(len(corners)), 20)
        values, _ = enriched_table(kind, weights @ corners)
        for column, owner in enumerate((*BUBBLED_FACETS.get(kind, ()), None)):
            size = np.abs(values[:, column - on_faces - inside]).max()
            assert (size > 0.1) if owner == facet else (size < 1e-14)


@pytest.mark.parametrize("kind", ["triangle6", "tetra10", "wedge18"])
def test_the_gradients_of_bubbles_are_their_slopes(kind):
    local, _ = rule(kind, 4)
    _, gradients = enriched_table(kind, local)
    for axis in range(local.shape[1]):
        step = 1e-6 * np.eye(local.shape[1])[axis]
        slope = (enriched_table(kind, local + step)[0] - enriched_table(kind, local - step)[0]) / 2e-6
        assert gradients[..., axis] == pytest.approx(slope, abs=1e-7)


def test_regions_above_0_4_get_a_pressure_unless_the_stress_is_plane_or_the_law_has_axes():
    mesh = join(
        {"soft": block("quad", mapping=None), "hard": block("quad", mapping=lambda unit: unit + np.array([1.0, 0.0]))}
    )
    solids = {"soft": Solid(elastic=RUBBER), "hard": Solid(elastic=CARBON)}
    for kinematics in ("plane strain", "generalised plane strain", "axisymmetric"):
        assert list(mixed_regions(Model(mesh=mesh, solids=solids, kinematics=kinematics))) == ["soft"]
    assert mixed_regions(Model(mesh=mesh, solids=solids, kinematics="plane stress")) == {}
    wood = Orthotropic(youngs_moduli=(4e6, 2e6, 1e6), poissons_ratios=(0.45, 0.45, 0.45), shear_moduli=(8e5, 7e5, 6e5))
    assert (
        mixed_regions(Model(mesh=mesh, solids={**solids, "soft": Solid(elastic=wood)}, kinematics="plane strain")) == {}
    )
    # an orthotropic law with the constants of an isotropic one is isotropic
    g = RUBBER.shear_modulus
    same = Orthotropic(youngs_moduli=(1e6,) * 3, poissons_ratios=(0.4999,) * 3, shear_moduli=(g,) * 3)
    found = mixed_regions(Model(mesh=mesh, solids={**solids, "soft": Solid(elastic=same)}, kinematics="plane strain"))
    assert found["soft"] == pytest.approx(0.4999)
    said = assemble(Model(mesh=mesh, solids=solids, kinematics="plane strain")).notes
    assert said == ("region 'soft' has Poisson's ratio 0.4999: its elements have a linear pressure of their own",)


@pytest.mark.parametrize("kind", ["triangle", "tetra", "wedge"])
def test_first_order_cells_that_lock_are_refused_above_0_49_and_warned_of_above_0_4(kind):
    mesh = block(kind, 1)
    for nu, refused in ((0.45, False), (0.495, True)):
        law = Solid(elastic=Isotropic(youngs_modulus=1.0, poissons_ratio=nu))
        model = Model(mesh=mesh, solids={"body": law}, kinematics=space(kind), order=1)
        if refused:
            with pytest.raises(InputError, match=r"lock above 0\.49, take order = 2"):
                assemble(model)
        else:
            assert "too stiff" in assemble(model).notes[0]


def test_face_bubbles_lie_between_nearly_incompressible_elements_only():
    # two cubes of six tetrahedra: six faces inside each, two between them
    parts = {name: mapped_block((1, 1, 1), map=lambda unit, i=i: unit + np.array([i, 0.0, 0.0]), kind="tetra", order=2)
             for i, name in enumerate(("left", "right"))}  # fmt: skip
    mesh = join(parts)
    for laws, count in (((RUBBER, CARBON), 6), ((RUBBER, RUBBER), 14), ((CARBON, CARBON), 0)):
        model = Model(
            mesh=mesh, solids={n: Solid(elastic=law) for n, law in zip(parts, laws, strict=True)}, kinematics="3d"
        )
        assert model.mixed_faces.count == count
        assert model.size == model.discrete.size + count
        assert assemble(model).stiffness.shape == (model.size, model.size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_heavy_body_in_a_smooth_box_rests_under_its_exact_pressure(kind):
    # sigma_yy = -rho g (1 - y), sideways nu / (1 - nu) of it; the displacement is quadratic, the pressure linear in y
    mesh, weight, nu = box(kind), 3e3, 0.4999
    walls = {"left": "x", "right": "x", "bottom": "y", "front": "z", "back": "z"}
    model = Model(
        mesh=mesh, solids={"body": Solid(elastic=RUBBER)}, kinematics=space(kind),
        loads=(BodyForce(force=(0.0, -weight, 0.0)[: mesh.dim]),),
        supports=tuple(Support(boundary=name, fix=(walls[name],)) for name in mesh.boundaries if name in walls),
    )  # fmt: skip
    fields = everywhere(solve_model(model))
    down = -weight * (1 - fields.points[:, 1])
    expected = np.stack([nu / (1 - nu) * down, down, nu / (1 - nu) * down, 0 * down, 0 * down, 0 * down], axis=1)
    assert np.abs(fields.stress - expected).max() < 1e-8 * weight


@pytest.mark.parametrize("kinematics", ["plane strain", "axisymmetric", "3d"])
@pytest.mark.parametrize("kind", KINDS)
def test_swelling_that_a_body_force_holds_in_place_leaves_pressure_alone(kind, kinematics):
    # eigenstrain a y and force 3 K a along y: no displacement, sigma = -3 K a y
    mesh = box(kind)
    if (kinematics == "3d") != (mesh.dim == 3):
        return
    a, bulk = 1e-3, RUBBER.bulk_modulus
    model = Model(
        mesh=mesh, solids={"body": Solid(elastic=RUBBER)}, kinematics=kinematics,
        loads=(Eigenstrain(strain=lambda x: a * x[:, 1]), BodyForce(force=(0.0, 3 * bulk * a, 0.0)[: mesh.dim])),
        supports=tuple(Support(boundary=name) for name in mesh.boundaries),
    )  # fmt: skip
    solution = solve_model(model)
    fields = everywhere(solution)
    expected = np.zeros((len(fields.points), 6))
    expected[:, :3] = (-3 * bulk * a * fields.points[:, 1])[:, None]
    assert np.abs(fields.stress - expected).max() < 1e-6 * 3 * bulk * a
    assert np.abs(solution.displacement).max() < 1e-9 * a


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_the_stress_that_is_reported_does_the_work_of_the_loads(kind, order):
    # virtual work at the points of the element's own rule: int sigma : e = f . u, whatever was eliminated inside
    if order == 1 and kind in ("triangle", "tetra", "wedge"):
        return
    mesh = block(kind, order)
    for kinematics in ("3d",) if mesh.dim == 3 else ("plane strain", "axisymmetric", "generalised plane strain"):
        model = Model(
            mesh=mesh, solids={"body": Solid(elastic=RUBBER)}, kinematics=kinematics, order=order,
            loads=(Pressure(boundary="right", pressure=lambda x: 1e3 * x[:, 1]),), supports=(Support(boundary="left"),),
            ends="free" if kinematics.startswith("gen") else "held",
        )  # fmt: skip
        solution = solve_model(model)
        work, local = (
            0.0,
            rule(
                model.discrete.mesh.blocks[0].kind, mixed_rule_order(model.discrete, 0) + (kinematics == "axisymmetric")
            )[0],
        )
        for chunk in chunks(model, order_of=mixed_rule_order):
            fields = solution.evaluate(np.repeat(chunk.rows, len(local)), np.tile(local, (len(chunk.rows), 1)))
            work += float(np.einsum("pc,pc,p->", fields.stress, fields.strain, chunk.weights.ravel()))
        u = solution.displacement[model.discrete.nodes].ravel()
        assert work == pytest.approx(float(u @ solution.forces[: len(u)]), rel=1e-9)


@pytest.mark.parametrize("nu", [0.499999, 0.4999999, 0.49999999])
@pytest.mark.parametrize("kind", KINDS)
def test_forces_balance_to_the_last_digits_however_near_the_ratio_is_to_a_half(kind, nu):
    mesh = join(
        {"soft": block(kind), "hard": block(kind, mapping=lambda unit: crooked(unit + np.eye(unit.shape[1])[0]))}
    )
    held = tuple(Support(boundary=f"{part}/bottom", fix=("x", "y", "z")[: mesh.dim]) for part in ("soft", "hard"))
    model = Model(
        mesh=mesh,
        solids={
            "soft": Solid(elastic=Isotropic(youngs_modulus=1e6, poissons_ratio=nu)),
            "hard": Solid(elastic=CARBON),
        },
        kinematics=space(kind),
        loads=(Pressure(boundary="soft/top", pressure=1e5),),
        supports=held,
    )
    solution = solve_model(model)
    assert solution.imbalance < 1e-12
    assert solution.residual < 1e-12


FLAT = ("plane strain", "generalised plane strain", "axisymmetric")


@pytest.mark.parametrize(
    ("kind", "kinematics"), [(kind, one) for kind in KINDS for one in (FLAT if CELLS[kind].dim == 2 else ("3d",))]
)
def test_the_refined_solution_is_that_of_the_condensed_system(kind, kinematics):
    mesh = block(kind)
    model = Model(
        mesh=mesh,
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=1e6, poissons_ratio=0.499))},
        kinematics=kinematics,
        loads=(
            Pressure(boundary="right", pressure=1e4),
            Eigenstrain(region="body", strain=lambda x: 1e-4 * (1 + x[:, 0])),
            BodyForce(force=lambda x: 2e4 * np.sin(3 * x)),
        ),
        supports=(Support(boundary="bottom", fix=("x", "y", "z")[: mesh.dim]),),
    )
    plain = solve_model(model)
    assembled, held = assemble(model), hold(model, model.size)
    matrix = (held.transform.T @ assembled.stiffness @ held.transform).tocsc()
    factor = factorise(matrix)
    y = held.transform @ factor.solve(held.transform.T @ assembled.forces)
    # from a start that is wrong in the fourth digit
    found = refine(model, held, factor.back_substitute, assembled.recoveries, 1.0001 * y, 1e-10)
    assert found.residual < 1e-13
    assert found.y == pytest.approx(y, abs=1e-9 * np.abs(y).max())
    reactions = np.abs(found.left).max()
    assert found.left == pytest.approx(assembled.stiffness @ y - assembled.forces, abs=1e-7 * reactions)
    elements, local = (
        np.arange(mesh.elements),
        np.tile(CELLS[mesh.blocks[0].kind].nodes.mean(axis=0), (mesh.elements, 1)),
    )
    refined = dataclasses.replace(plain, mixed=found.mixed)
    stress = plain.evaluate(elements, local).stress
    assert refined.evaluate(elements, local).stress == pytest.approx(stress, abs=1e-8 * np.abs(stress).max())
