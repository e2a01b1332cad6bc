"""The answer does not depend on place, direction, handedness, unit of length, or the numbering."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem import Pressure, RigidBody, Support, solve
from tubewall.geometry import NamedMesh
from tubewall.materials import Isotropic

ring = runpy.run_path(str(Path(__file__).parents[1] / "references" / "fem_meshes.py"))["ring"]
RANDOM = np.random.default_rng(11)
MESH = ring(50e-9, 70e-9, 3, 20, shift=6e-9)
LOADS = [Pressure(boundary="left", pressure=1e6), Pressure(boundary="right", pressure=2e5)]
HOW = {"kinematics": "generalised plane strain", "ends": "closed"}


def answer_of(mesh, factor=1.0, supports=None):
    law = Isotropic(youngs_modulus=60e9 * factor, poissons_ratio=0.25)
    loads = [Pressure(boundary=load.boundary, pressure=load.pressure * factor) for load in LOADS]
    return solve(mesh, law, loads, supports or [RigidBody()], **HOW)


def figures(answer, scale=1.0, factor=1.0):
    return np.array(
        [
            answer.max_principal().value / factor,
            answer.von_mises("left").value / factor,
            answer.min_principal("right").value / factor,
            answer.axial_strain,
            np.linalg.norm(answer.displacement) / scale,
            np.abs(np.linalg.norm(answer.displacement, axis=1)).max() / scale,
            answer.mesh_error("left").mesh_error / factor,
        ]
    )


BASE = figures(answer_of(MESH))


def test_a_hundred_random_motions_mirrors_and_scales_leave_the_answer():
    worst = 0.0
    for _ in range(100):
        scale = 10 ** RANDOM.uniform(-3, 9)
        moved = MESH.transformed(
            rotation=RANDOM.uniform(0, 2 * np.pi),
            scale=scale,
            shift=tuple(RANDOM.normal(size=2) * 1e-7 * scale),
            mirror=bool(RANDOM.integers(2)),
        )
        factor = 10 ** RANDOM.uniform(-1, 1)
        found = figures(answer_of(moved, factor), scale, factor)
        worst = max(worst, float(np.abs(found / BASE - 1).max()))
    assert worst < 1e-6


def test_ten_times_the_modulus_and_the_pressure_leave_the_displacement():
    assert figures(answer_of(MESH, 10.0), 1.0, 10.0) == pytest.approx(BASE, rel=1e-9)


def test_the_numbering_of_nodes_and_cells_does_not_matter():
    nodes, cells = RANDOM.permutation(len(MESH.points)), RANDOM.permutation(len(MESH.cells))
    number = np.argsort(nodes)
    shuffled = NamedMesh(
        points=MESH.points[nodes],
        cells=number[MESH.cells][cells],
        regions={"wall": np.arange(len(cells))},
        boundaries={name: number[facets] for name, facets in MESH.boundaries.items()},
    )
    assert figures(answer_of(shuffled)) == pytest.approx(BASE, rel=1e-9)


def test_the_displacement_turns_with_the_body():
    angle = 0.7
    turned = answer_of(MESH.transformed(rotation=angle))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    straight = answer_of(MESH)
    assert turned.displacement == pytest.approx(straight.displacement @ turn.T, abs=1e-9 * np.abs(BASE[5]))


def test_a_clamped_rim_gives_the_same_stress_in_nanometres_and_in_metres():
    held = [Support(boundary="right")]
    metres, nanometres = answer_of(MESH, supports=held), answer_of(MESH.transformed(scale=1e9), supports=held)
    assert nanometres.max_principal("left").value == pytest.approx(metres.max_principal("left").value, rel=1e-9)
    assert nanometres.reactions[0].force == pytest.approx(metres.reactions[0].force * 1e9, abs=1e-6)


def test_loads_superpose():
    first, second, both = (solve(MESH, Isotropic(youngs_modulus=60e9, poissons_ratio=0.25), loads, [RigidBody()], **HOW)
                           for loads in (LOADS[:1], LOADS[1:], LOADS))  # fmt: skip
    total = first.displacement + second.displacement
    assert np.abs(both.displacement - total).max() < 1e-9 * np.abs(total).max()
    stress = [answer.boundary_stress("left").stress for answer in (first, second, both)]
    assert np.abs(stress[2] - stress[0] - stress[1]).max() < 1e-9 * np.abs(stress[2]).max()
    assert both.axial_strain == pytest.approx(first.axial_strain + second.axial_strain, rel=1e-9, abs=0)
