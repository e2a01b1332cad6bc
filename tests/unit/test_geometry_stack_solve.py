"""First answers on the meshes of a stack: half-way up they are those of the plane section, and parts agree with the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Load, Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.periodicity import Periodic
from tubewall.fem.probe import value_at
from tubewall.geometry import CellArray
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_mesher import stack_mesh, wall_section
from tubewall.materials.elastic import Isotropic
from tubewall.units import GPa, nm

SOLIDS = {
    "electrolyte": Solid(elastic=Isotropic(youngs_modulus=150 * GPa, poissons_ratio=0.257)),
    "insulator": Solid(elastic=Isotropic(youngs_modulus=380 * GPa, poissons_ratio=0.23)),
    "wall": Solid(elastic=Isotropic(youngs_modulus=60 * GPa, poissons_ratio=0.25)),
    "collector": Solid(elastic=Isotropic(youngs_modulus=120 * GPa, poissons_ratio=0.34)),
}
ARRAY = CellArray(bore=100 * nm, wall=10 * nm, fillet=5 * nm, rings=1)


def _solved(
    mesh: SolidMesh, kinematics: str, loads: tuple[Load, ...], supports: tuple[Support, ...], **options: object
) -> FieldSolution:
    solids = {name: SOLIDS[name] for name in mesh.regions}
    return solve_model(
        Model(mesh=mesh, solids=solids, kinematics=kinematics, loads=loads, supports=supports, **options)
    )


def _pressed(mesh: SolidMesh, *names: str) -> tuple[Load, ...]:
    return tuple(Pressure(boundary=name, pressure=1.0) for name in names if name in mesh.boundaries)


def _held(mesh: SolidMesh, *names: str, fix: tuple[str, ...] | None = None) -> tuple[Support, ...]:
    return tuple(Support(boundary=name, fix=fix) for name in names if name in mesh.boundaries)


@pytest.mark.parametrize("shape", ["round", "hexagonal"])
def test_half_way_up_an_open_sector_is_in_generalised_plane_strain(shape: str) -> None:
    array = replace(ARRAY, bore_shape=shape, fillet=5 * nm if shape == "hexagonal" else 0.0)
    stack = Stack(height=600 * nm, electrolyte=200 * nm, insulator=20 * nm, insulator_fillet=4 * nm, ends="open")
    mesh = stack_mesh(stack, array, kind="sector", growth=2.0)
    rollers = _held(mesh, "sides", fix=("normal",))
    solution = _solved(mesh, "3d", _pressed(mesh, "chamber 0 gas"), (*rollers, *_held(mesh, "bottom", fix=("z",))))
    flat = wall_section(array, kind="sector")
    plane = _solved(
        flat,
        "generalised plane strain",
        _pressed(flat, "chamber 0"),
        _held(flat, "side 1", "side 0", "side 2", fix=("normal",)),
        ends="free",
    )
    for at in ((50 * nm, 0.0), (55 * nm, 10 * nm)):
        for name in ("stress xx", "stress yy"):
            tall = value_at(solution, name, (*at, 320 * nm), estimate=False).value
            assert tall == pytest.approx(value_at(plane, name, at, estimate=False).value, rel=2e-3, abs=2e-3)


def test_one_tubule_closed_at_its_ends_is_lame_half_way_up() -> None:
    # Lame 1852 with closed ends: hoop p (a^2 + b^2) / (b^2 - a^2) at the bore, axial p a^2 / (b^2 - a^2)
    tube = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", rings=0)
    stack = Stack(height=1000 * nm, electrolyte=500 * nm, cap=20 * nm, cap_fillet=8 * nm, root_fillet=5 * nm)
    mesh = stack_mesh(stack, tube, kind="axisymmetric", elements_through_wall=4)
    loads = _pressed(mesh, "chamber 0 gas", "mouth 0")
    solution = _solved(mesh, "axisymmetric", loads, (*_held(mesh, "bottom"), *_held(mesh, "axis", fix=("x",))))
    a, b = 50.0, 60.0
    axial = a**2 / (b**2 - a**2)
    for r in (a, b):
        at = (r * nm, 500 * nm)
        hoop = value_at(solution, "stress zz", at, estimate=False).value
        assert hoop == pytest.approx(axial * (1 + b**2 / r**2), rel=1e-3, abs=0)
        assert value_at(solution, "stress yy", at, estimate=False).value == pytest.approx(axial, rel=2e-3, abs=0)


def test_pressures_on_the_parts_of_a_chamber_leave_the_ends_force() -> None:
    stack = Stack(height=150 * nm, electrolyte=100 * nm, insulator=20 * nm, insulator_fillet=5 * nm, ends="open")
    array = replace(ARRAY, bore_shape="round", fillet=0.0)
    mesh = stack_mesh(replace(stack, lithium_level=60 * nm), array, kind="cell", growth=3.0, rim=10 * nm)
    loads = _pressed(mesh, "chamber 0 gas", "chamber 0 lithium", "mouth 0")
    solution = _solved(mesh, "3d", loads, _held(mesh, "bottom"))
    # one pressure everywhere in an open bore pushes down on its section
    reaction = np.asarray(solution.reactions[0].force)
    assert reaction == pytest.approx([0, 0, array.bore_area], rel=1e-5, abs=1e-6 * array.bore_area)


def test_a_periodic_cell_pressed_everywhere_is_its_sector_between_mirrors() -> None:
    stack = Stack(height=100 * nm, electrolyte=100 * nm, ends="open")
    array = replace(ARRAY, bore_shape="round", fillet=0.0)
    cell, sector = (stack_mesh(stack, array, kind=kind, growth=3.0, rim=10 * nm) for kind in ("cell", "sector"))
    pairs = tuple((f"side {k} low", f"side {k} high") for k in range(3))
    period = Periodic(pairs=pairs, mean_strain=dict.fromkeys(("xx", "yy", "zz", "yz", "xz", "xy"), 0.0))
    repeated = _solved(cell, "3d", _pressed(cell, "chamber 0 gas"), _held(cell, "bottom"), periodic=period)
    rollers = _held(sector, "sides", fix=("normal",))
    mirrored = _solved(sector, "3d", _pressed(sector, "chamber 0 gas"), (*rollers, *_held(sector, "bottom")))
    # and the whole cell between rollers on its six oblique sides
    around = _held(cell, "sides", fix=("normal",))
    rolled = _solved(cell, "3d", _pressed(cell, "chamber 0 gas"), (*around, *_held(cell, "bottom")))
    at = (52 * nm, 10 * nm, 50 * nm)
    for name in ("stress xx", "stress yy", "stress zz", "displacement z"):
        values = [value_at(s, name, at, estimate=False).value for s in (repeated, mirrored, rolled)]
        assert values[0] == pytest.approx(values[1], rel=1e-6, abs=0)
        assert values[2] == pytest.approx(values[1], rel=1e-6, abs=0)


@pytest.mark.parametrize("window_top", [60 * nm, 120 * nm])
def test_a_local_model_at_the_root_meets_the_whole(window_top: float) -> None:
    stack = Stack(height=400 * nm, electrolyte=300 * nm, insulator=20 * nm, cap=20 * nm)
    array = replace(ARRAY, bore_shape="round", fillet=0.0)
    coarse = stack_mesh(stack, array, kind="axisymmetric", elements_through_wall=4)
    fine = stack_mesh(
        stack, array, kind="axisymmetric", elements_through_wall=8, window=(-80 * nm, 20 * nm + window_top)
    )
    whole = stack_mesh(stack, array, kind="axisymmetric", elements_through_wall=8)
    answers = {}
    for name, mesh in (("coarse", coarse), ("whole", whole)):
        loads = _pressed(mesh, "chamber 0 gas", "mouth 0")
        supports = (*_held(mesh, "bottom"), *_held(mesh, "axis", fix=("x",)))
        answers[name] = _solved(mesh, "axisymmetric", loads, supports)

    def displacement(points: np.ndarray) -> np.ndarray:
        return np.array(
            [
                [value_at(answers["coarse"], f"displacement {axis}", at, estimate=False).value for axis in "xy"]
                for at in points
            ]
        )

    cut = Support(boundary="cut", displacement=displacement)
    local = _solved(
        fine, "axisymmetric", _pressed(fine, "chamber 0 gas", "mouth 0"), (cut, *_held(fine, "axis", fix=("x",)))
    )
    for at in ((50 * nm, 30 * nm), (52 * nm, 20.5 * nm), (52 * nm, -2 * nm)):
        near, all_of_it = (value_at(s, "max principal", at, estimate=False).value for s in (local, answers["whole"]))
        assert near == pytest.approx(all_of_it, rel=1e-2, abs=0)


@pytest.mark.long
def test_the_wall_between_two_of_seven_bores_bends_half_way_up_as_in_plane_strain() -> None:
    stack = Stack(height=600 * nm, electrolyte=200 * nm, insulator=20 * nm, collector=50 * nm)
    options = {"chambers": [0, 1], "growth": 2.0, "rim": 10 * nm}
    mesh, flat = stack_mesh(stack, ARRAY, **options), wall_section(ARRAY, chambers=[0, 1])
    assert 3 * len(mesh.points) > 100_000
    solution = _solved(mesh, "3d", _pressed(mesh, "chamber 0 gas", "mouth 0"), _held(mesh, "bottom", "sides", "cut"))
    plane = _solved(flat, "plane strain", _pressed(flat, "chamber 0"), _held(flat, "sides", "cut"))
    towards = ARRAY.centres[1] / np.linalg.norm(ARRAY.centres[1])
    for d in (50 * nm, 60 * nm):
        for name in ("stress yy", "von mises"):
            tall = value_at(solution, name, (*(towards * d), 320 * nm), estimate=False).value
            expected = value_at(plane, name, tuple(towards * d), estimate=False).value
            assert tall == pytest.approx(expected, rel=5e-3, abs=0)
