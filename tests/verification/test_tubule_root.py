"""The root of the wall against shell theory and plane strain, and a local model against the whole."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from tubewall.fem import invariants
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.periodicity import Periodic
from tubewall.fem.stress_line import line_values
from tubewall.geometry.array import CellArray
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_mesher import stack_mesh
from tubewall.materials import Isotropic
from tubewall.studies.tubule_body import piston_loads, radial, radial_mesh, solved
from tubewall.studies.tubule_fields import stress_at
from tubewall.studies.tubule_interface import interfaces
from tubewall.studies.tubule_piston import electrolyte_under_piston
from tubewall.studies.tubule_root import shell_decay, wall_line, wall_root
from tubewall.studies.tubule_sector import symmetric_part
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm, um


def test_a_thin_tube_on_a_rigid_root_bends_as_a_clamped_cylindrical_shell() -> None:
    # Timoshenko and Woinowsky-Krieger, Theory of Plates and Shells, section 114: M0 = p / (2 beta^2), and
    # M(x) = M0 (cos bx - sin bx) exp(-bx)
    e, nu, t = 60e9, 0.25, 1 * nm
    study = TubuleStudy(
        wall=t,
        mouth_fillet=0.0,
        height=2 * um,
        lithium_level=2 * um,
        insulator_thickness=20 * nm,
        electrolyte_thickness=500 * nm,
        collector_thickness=0.0,
        top="free",
    )
    mesh = radial_mesh(radial(study, elements=8, neighbours="empty", rim=0.02 * nm))
    rigid = Solid(elastic=Isotropic(youngs_modulus=1e4 * e, poissons_ratio=0.25))
    solids = dict.fromkeys(mesh.regions, rigid)
    solids["wall"] = Solid(elastic=Isotropic(youngs_modulus=e, poissons_ratio=nu))
    pressed = tuple(load for load in piston_loads(mesh) if load.boundary != "mouth 0")  # type: ignore[union-attr]
    (solution,) = solved(study, mesh, [pressed], solids=solids)
    radius = (study.bore + t) / 2
    beta = (3 * (1 - nu**2)) ** 0.25 / math.sqrt(radius * t)
    for x in (0.05, 0.1, 0.7, 1.0, 2.0):
        # the pressure acts on the bore, whose radius is less than that of the middle of the wall
        moment = study.bore / 2 / radius * (math.cos(x) - math.sin(x)) * math.exp(-x) / (2 * beta**2)
        height = x / beta
        line = wall_line(study, solution, height)
        assert line.bending_start[1] == pytest.approx(6 * moment / t**2, abs=0.015 * 3 / beta**2 / t**2)
    # deflection falls back to that of the free tube: hoop stress p R / t within the thickness
    far = wall_line(study, solution, 8.03 / beta)
    assert far.membrane[2] == pytest.approx(study.bore / 2 / t, rel=0.005)


def test_half_way_up_the_tubule_is_the_thick_cylinder() -> None:
    # Lame: a = 50 nm, b = 60 nm give 5.5455 p at the bore
    found = wall_root(TubuleStudy(lithium_pressure=100e6 + 101325.0))
    assert found.middle.surface == pytest.approx(100e6 * (60**2 + 50**2) / (60**2 - 50**2), rel=0.005)
    assert abs(found.difference) < 0.005
    assert found.mesh_error < 0.02 * found.worst.linearised
    # the edge's field decays over sqrt(R t): within five lengths it is gone to 1 %
    assert shell_decay(found.study) < found.holds_from < 6 * shell_decay(found.study)


def test_a_closed_thick_cylinder_in_space_is_lames() -> None:
    # sigma_theta = p (a^2 / (b^2 - a^2)) (1 + b^2 / r^2), sigma_z = p a^2 / (b^2 - a^2) of closed ends
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", packing="square", rings=0)
    study = TubuleStudy(wall=20 * nm, bore_shape="round")
    alone = study.array(alone=True)
    stack = Stack(height=1 * um, electrolyte=100 * nm, cap=100 * nm, lithium_level=1 * um)
    mesh = stack_mesh(stack, alone, kind="axisymmetric", elements_through_wall=4)
    law = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))
    loads = tuple(
        Pressure(boundary=name, pressure=1.0) for name in mesh.boundaries if name.startswith(("chamber", "mouth"))
    )
    axis = Support(boundary="axis", fix=("x",))
    body = Model(mesh=mesh, solids=dict.fromkeys(mesh.regions, law), kinematics="axisymmetric", loads=loads,
                 supports=(axis, Support(boundary="bottom", fix=("y",))))  # fmt: skip
    # held below, free around: the ends pull on the wall
    solution = solve_model(body)
    a, b = array.bore / 2, alone.outer_radius
    r = np.array([a, (a + b) / 2, b])
    stress = stress_at(solution, np.column_stack((r, np.full(3, 0.5 * um))))
    base = a**2 / (b**2 - a**2)
    assert stress[:, 2] == pytest.approx(base * (1 + b**2 / r**2), rel=0.005)
    assert stress[:, 1] == pytest.approx(np.full(3, base), rel=0.005)


def test_a_closed_thick_cylinder_of_bricks_is_lames() -> None:
    # a quarter of a ring in hexahedra, stretched by the force of its ends
    from tubewall.geometry.block_mapping import mapped_block

    a, b, h = 50 * nm, 60 * nm, 20 * nm

    def ring(unit: np.ndarray) -> np.ndarray:
        r, angle = a + (b - a) * unit[:, 0], unit[:, 1] * math.pi / 2
        return np.column_stack((r * np.cos(angle), r * np.sin(angle), h * unit[:, 2]))

    from tubewall.fem.loads import Traction

    mesh = mapped_block((4, 8, 1), map=ring, order=2)
    base = a**2 / (b**2 - a**2)
    body = Model(
        mesh=mesh,
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))},
        kinematics="3d",
        loads=(Pressure(boundary="left", pressure=1.0), Traction(boundary="back", traction=(0.0, 0.0, base))),
        supports=(
            Support(boundary="bottom", fix=("y",)),
            Support(boundary="top", fix=("x",)),
            Support(boundary="front", fix=("z",)),
        ),
    )
    solution = solve_model(body)
    stress = stress_at(solution, np.array([[a / math.sqrt(2), a / math.sqrt(2), h / 2]]))
    hoop = float(invariants.principal(stress)[0, 0])
    assert hoop == pytest.approx((b**2 + a**2) / (b**2 - a**2), rel=0.002)
    # u_r of closed ends: p a / E ((1 - 2 nu) a^2 + (1 + nu) b^2) / (b^2 - a^2)
    inner = np.flatnonzero(np.abs(mesh.points[:, 1]) < 1e-15)
    moved = float(solution.displacement[inner[np.argmin(mesh.points[inner, 0])], 0])
    assert moved == pytest.approx(a / 60e9 * (0.5 * a**2 + 1.25 * b**2) / (b**2 - a**2), rel=0.002, abs=0)


def test_a_local_model_at_the_root_is_the_whole_one() -> None:
    from tubewall.studies.tubule_submodel import submodel

    study = TubuleStudy()
    root = study.stack().root
    window = (-2 * study.bore, root + 2 * study.bore)
    whole, coarse = (radial(study, elements=elements, neighbours="empty") for elements in (8, 4))
    full, rough = (
        solved(study, radial_mesh(drawn), [piston_loads(radial_mesh(drawn), 1e6)])[0] for drawn in (whole, coarse)
    )
    mesh = radial_mesh(dataclasses.replace(whole, window=window))
    local = submodel(rough, mesh, piston_loads(mesh, 1e6))
    for height in (1 * nm, 5 * nm, 20 * nm, 80 * nm):
        one, other = (wall_line(study, solution, height) for solution in (full, local))
        scale = np.abs(one.membrane + one.bending_start).max()
        assert other.membrane + other.bending_start == pytest.approx(one.membrane + one.bending_start, abs=0.01 * scale)


def test_lines_through_the_wall_are_those_of_the_search_along_lines() -> None:
    study = TubuleStudy()
    mesh = radial_mesh(radial(study, elements=4, neighbours="empty"))
    (solution,) = solved(study, mesh, [piston_loads(mesh)])
    for height in (3.3 * nm, 47.1 * nm):
        z = study.stack().root + height
        searched = line_values(solution, (50 * nm, z), (60 * nm, z), region="wall")
        own = wall_line(study, solution, height)
        for name in ("membrane", "bending_start", "bending_end", "start", "end"):
            assert getattr(own, name) == pytest.approx(getattr(searched, name), abs=1e-7 * 5.5)


@pytest.mark.long
def test_a_hexagonal_bore_in_space_is_plane_strain_away_from_its_root() -> None:
    found = wall_root(TubuleStudy(bore_shape="hexagonal", lithium_pressure=1e6 + 101325.0))
    assert abs(found.difference) < 0.005
    # physics.md 4.2: largest principal stress 42.3 at r = 2 nm among clamped hexagons; two rings between rollers are softer
    assert found.middle.surface / 1e6 == pytest.approx(42.3, rel=0.12)
    # middle of the wall: -4.96 / 13.45, so bending 9.2 and membrane 4.24
    assert found.middle.hoop_bending / 1e6 == pytest.approx(-9.2, rel=0.04)
    assert found.middle.hoop / 1e6 == pytest.approx(4.24, rel=0.03)


@pytest.mark.long
def test_a_separate_tube_among_others_in_space_is_the_axisymmetric_one() -> None:
    base = TubuleStudy(lithium_pressure=100e6 + 101325.0)
    radial_answer, space = wall_root(base), wall_root(base.replace(model="space"))
    # Lame, and along the tubule as it is stretched: the hoop stress does not know of that
    assert space.middle.surface == pytest.approx(100e6 * (60**2 + 50**2) / (60**2 - 50**2), rel=0.005)
    assert space.worst.linearised == pytest.approx(radial_answer.worst.linearised, rel=0.015)
    assert space.in_space


@pytest.mark.parametrize(("packing", "rings"), [pytest.param("hexagonal", 4, marks=pytest.mark.long), ("square", 3)])
def test_a_periodic_cell_is_the_centre_of_a_large_cluster(packing: str, rings: int) -> None:
    # all bores pressed alike. The rim of the cluster is free; what it does reaches inwards over the height of the stack, but for
    # its tension, which stretches a disc of radius R by something over R: the cell is given the strain of the middle
    array = CellArray(bore=100 * nm, wall=20 * nm, bore_shape="round", packing=packing, rings=rings)
    stack = Stack(height=60 * nm, electrolyte=80 * nm, ends="open")
    law = {
        "electrolyte": Solid(elastic=Isotropic(youngs_modulus=150e9, poissons_ratio=0.26)),
        "wall": Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)),
    }

    def body(mesh: SolidMesh, periodic: Periodic | None, *rolled: str) -> Model:
        pressed = [name for name in mesh.boundaries if name.startswith(("chamber", "mouth"))]
        return Model(
            mesh=mesh,
            solids=law,
            kinematics="3d",
            loads=tuple(Pressure(boundary=name, pressure=1.0) for name in pressed),
            supports=(
                Support(boundary="bottom", fix=("z",)),
                *(Support(boundary=name, fix=("normal",)) for name in rolled),
            ),
            periodic=periodic,
        )

    cell, whole = (stack_mesh(stack, array, kind=kind, growth=3.0, rim=20 * nm) for kind in ("cell", "cluster"))
    part = symmetric_part(whole, array)
    cluster = solve_model(body(part, None, "side low", "side high"))
    edge = np.linalg.norm(part.points - np.array([array.pitch / 2, 0.0, -stack.electrolyte]), axis=1)
    stretch = 2 * float(cluster.displacement[np.argmin(edge), 0]) / array.pitch
    strains = {"xx": stretch, "yy": stretch, **dict.fromkeys(("zz", "yz", "xz", "xy"), 0.0)}
    pairs = tuple((f"side {k} low", f"side {k} high") for k in range(array.neighbours // 2))
    repeated = solve_model(body(cell, Periodic(pairs=pairs, mean_strain=strains)))
    angle = 0.6 * array.half_angle
    for r, z in ((50 * nm, 40 * nm), (50 * nm, 10 * nm), (55 * nm, -20 * nm)):
        at = np.array([[1.0001 * r * math.cos(angle), 1.0001 * r * math.sin(angle), z]])
        one, other = (invariants.principal(stress_at(solution, at))[0] for solution in (repeated, cluster))
        assert other == pytest.approx(one, abs=0.01 * np.abs(one).max()), f"{packing}, r = {r}, z = {z}"


def test_a_tube_with_closed_ends_among_others_in_space_is_lames() -> None:
    # the 12th of one of many separate tubes, capped, its electrolyte held below: sigma_z = p a^2 / (b^2 - a^2) of closed ends
    array = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", spacing=10 * nm, rings=0)
    stack = Stack(height=500 * nm, electrolyte=60 * nm, cap=30 * nm)
    mesh = stack_mesh(stack, array, kind="sector", growth=2.0, elements_through_wall=4)
    pressed = [name for name in mesh.boundaries if name.startswith(("chamber", "mouth"))]
    # through the bore run 'side 0' and 'side 2'; the middle between two tubes is 'side 1'
    rolled = [name for name in ("side 0", "side 1", "side 2") if name in mesh.boundaries]
    solution = solve_model(
        Model(
            mesh=mesh,
            solids={name: Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)) for name in mesh.regions},
            kinematics="3d",
            loads=tuple(Pressure(boundary=name, pressure=1.0) for name in pressed),
            supports=(
                Support(boundary="bottom", fix=("z",)),
                *(Support(boundary=name, fix=("normal",)) for name in rolled),
            ),
        )
    )
    a, b, angle = 50.0, 60.0, math.radians(13)
    base = a**2 / (b**2 - a**2)
    for r in (50.001, 55.0, 59.999):
        at = np.array([[r * nm * math.cos(angle), r * nm * math.sin(angle), 250 * nm]])
        stress = invariants.principal(stress_at(solution, at))[0]
        assert stress[0] == pytest.approx(base * (1 + b**2 / r**2), rel=0.005)
        assert stress[1] == pytest.approx(base, rel=0.005)


def test_a_local_model_in_space_is_the_whole_one_at_the_root() -> None:
    from tubewall.studies.tubule_submodel import submodel

    array = CellArray(bore=100 * nm, wall=20 * nm, fillet=8 * nm, rings=0)
    stack = Stack(height=200 * nm, electrolyte=120 * nm, insulator=20 * nm, ends="open")
    window = (-80 * nm, 110 * nm)
    meshes = {
        "coarse": stack_mesh(stack, array, kind="sector", growth=1.5, elements_through_wall=2),
        "whole": stack_mesh(stack, array, kind="sector", growth=1.5, elements_through_wall=4),
        "local": stack_mesh(stack, array, kind="sector", growth=1.5, elements_through_wall=4, window=window),
    }
    solids = {
        "electrolyte": Solid(elastic=Isotropic(youngs_modulus=150e9, poissons_ratio=0.26)),
        "insulator": Solid(elastic=Isotropic(youngs_modulus=380e9, poissons_ratio=0.23)),
        "wall": Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)),
    }

    def pressed(mesh: SolidMesh) -> tuple[Pressure, ...]:
        return tuple(
            Pressure(boundary=name, pressure=1.0) for name in mesh.boundaries if name.startswith(("chamber", "mouth"))
        )

    coarse, whole = (
        solve_model(
            Model(
                mesh=meshes[name],
                solids=solids,
                kinematics="3d",
                loads=pressed(meshes[name]),
                supports=(Support(boundary="bottom", fix=("z",)), Support(boundary="sides", fix=("normal",))),
            )
        )
        for name in ("coarse", "whole")
    )
    local = submodel(coarse, meshes["local"], pressed(meshes["local"]))
    for height in (3 * nm, 10 * nm, 40 * nm):
        z = stack.root + height
        one, other = (
            line_values(solution, (50 * nm, 1e-3 * nm, z), (60 * nm, 1e-3 * nm, z), region="wall")
            for solution in (whole, local)
        )
        full, part = (line.membrane + line.bending_start for line in (one, other))
        assert part == pytest.approx(full, abs=0.01 * np.abs(full).max())


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"wall": 30 * nm, "insulator_thickness": 0.0, "mouth_fillet": 3 * nm},
        {"bore": 60 * nm, "wall": 15 * nm, "electrolyte": "Li2S-P2S5 glass", "insulator_thickness": 20 * nm},
        {"bore": 180 * nm, "wall": 12 * nm, "wall_material": "TiN", "mouth_fillet": 10 * nm},
        {"wall": 25 * nm, "wall_material": "TiN", "electrolyte": "PEO/LiTFSI 25 C"},
    ],
)
def test_stated_mesh_errors_hold_against_a_mesh_of_three_times_the_density(changes: dict[str, Any]) -> None:
    usual = TubuleStudy(height=1 * um, lithium_level=0.5 * um, electrolyte_thickness=1 * um).replace(**changes)
    usual = usual.replace(electrolytes=(usual.electrolyte,), debond=0.25 * usual.wall)
    fine = usual.replace(elements_through_wall=12)
    root, finer = (wall_root(study) for study in (usual, fine))
    assert abs(root.worst.linearised - finer.worst.linearised) <= root.mesh_error
    rim, rim_2 = (electrolyte_under_piston(study).cases[0].empty for study in (usual, fine))
    assert abs(rim.factor - rim_2.factor) <= rim.mesh_error
    for one, other in zip(interfaces(usual).interfaces, interfaces(fine).interfaces, strict=True):
        assert abs(one.mean - other.mean) + abs(one.linear - other.linear) <= one.mesh_error
