"""Lithium as a body: a sliding column is hydrostatic, one that sticks loses its pressure to the wall."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem import FieldSolution, Model, Pressure, Slide, Solid, Support, solve_model, value_at
from tubewall.geometry import CellArray, Stack, stack_mesh
from tubewall.materials import Isotropic
from tubewall.studies import TubuleStudy, flaw_at_mouth, one_full_tubule, wall_root
from tubewall.studies.tubule_body import lithium_law
from tubewall.studies.tubule_lithium import shear_lag
from tubewall.studies.tubule_root_space import cluster_solution
from tubewall.units import nm

BULK = 7.8e9 / (3 * (1 - 2 * 0.381))


def column(lithium: str, modulus: float, wall: float, tall: float = 1.5e-6) -> FieldSolution:
    """Unit pressure at the floor of a column of lithium in an open tube on a rigid block."""
    tube = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", rings=0)
    stack = Stack(height=2 * tall, electrolyte=100 * nm, ends="open", lithium_level=tall)
    mesh = stack_mesh(stack, tube, kind="axisymmetric", lithium=lithium, lithium_apart=True)  # type: ignore[arg-type]
    laws = {
        "electrolyte": Isotropic(youngs_modulus=1e15, poissons_ratio=0.25),
        "wall": Isotropic(youngs_modulus=wall, poissons_ratio=0.25),
        "lithium": Isotropic(youngs_modulus=modulus, poissons_ratio=0.5 - modulus / (6 * BULK)),
    }
    held = [Support(boundary="bottom"), Support(boundary="axis", fix=("x",))]
    slides = lithium == "sliding"
    model = Model(
        mesh=mesh,
        solids={name: Solid(elastic=law) for name, law in laws.items()},
        kinematics="axisymmetric",
        loads=tuple(Pressure(boundary=name, pressure=1.0) for name in ("mouth 0", "lithium 0 floor")),
        supports=(*held, *(Support(boundary="piston 0", fix=("y",)) for _ in range(slides))),
        ties=(Slide(slave="lithium 0 side", master="chamber 0 lithium"),) * slides,
    )
    return solve_model(model)


def at(solution: FieldSolution, component: str, r: float, z: float, region: str = "lithium") -> float:
    return value_at(solution, f"stress {component}", (r, z), region=region, estimate=False).value


def test_soft_lithium_that_slides_is_a_fluid() -> None:
    solution = column("sliding", 1e5, 60e9)
    for z in (200 * nm, 700 * nm, 1300 * nm):
        stress = [at(solution, name, 20 * nm, z) for name in ("xx", "yy", "zz")]
        assert stress == pytest.approx([-1.0] * 3, rel=1e-4)
    # the wall is Lame's under all of the pressure
    assert at(solution, "zz", 50 * nm, 700 * nm, "wall") == pytest.approx((60**2 + 50**2) / (60**2 - 50**2), rel=0.005)


def test_soft_lithium_that_fills_a_closed_tube_pulls_it_long() -> None:
    # it slides on the cap too: Lame's tube of closed ends, sigma_z = p a^2 / (b^2 - a^2)
    tube = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", construction="tubes", rings=0)
    stack = Stack(height=1000 * nm, electrolyte=100 * nm, cap=50 * nm, lithium_level=1000 * nm)
    mesh = stack_mesh(stack, tube, kind="axisymmetric", lithium="sliding", lithium_apart=True, elements_through_wall=4)
    soft = Isotropic(youngs_modulus=1e5, poissons_ratio=0.5 - 1e5 / (6 * BULK))
    stiff = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25))
    solution = solve_model(
        Model(
            mesh=mesh,
            solids={name: Solid(elastic=soft) if name == "lithium" else stiff for name in mesh.regions},
            kinematics="axisymmetric",
            loads=tuple(Pressure(boundary=name, pressure=1.0) for name in ("mouth 0", "lithium 0 floor")),
            supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="axis", fix=("x",))),
            ties=(Slide(slave="lithium 0 side", master="chamber 0 lithium"),),
        )
    )
    assert at(solution, "yy", 20 * nm, 900 * nm) == pytest.approx(-1.0, rel=1e-3)
    base = 50**2 / (60**2 - 50**2)
    assert at(solution, "yy", 55 * nm, 500 * nm, "wall") == pytest.approx(base, rel=0.005)
    assert at(solution, "zz", 50 * nm, 500 * nm, "wall") == pytest.approx(base * (1 + 60**2 / 50**2), rel=0.005)


def test_stiff_lithium_that_slides_presses_the_wall_with_what_its_bulging_needs() -> None:
    # column: u / a = ((1 - nu) s_r - nu s_z) / E; thick tube, free at its ends: u / a = p / E_w ((b2 + a2) / (b2 - a2) + nu_w)
    modulus, wall = 7.8e9, 60e9
    ratio = 0.5 - modulus / (6 * BULK)
    tube = ((60**2 + 50**2) / (60**2 - 50**2) + 0.25) / wall
    pressure = ratio / modulus / ((1 - ratio) / modulus + tube)
    solution = column("sliding", modulus, wall)
    assert at(solution, "yy", 20 * nm, 700 * nm) == pytest.approx(-1.0, rel=1e-4)
    assert at(solution, "xx", 20 * nm, 700 * nm) == pytest.approx(-pressure, rel=1e-3)


def test_lithium_that_sticks_to_a_rigid_wall_loses_its_pressure_over_the_shear_lag_length() -> None:
    # nearly incompressible, parabolic shift of the column: dp/dz = -8 G u / a^2, du/dz = -p / K, so that with a free top
    # p = sinh((h - z) / l) / sinh(h / l), l = a sqrt(K / (8 G))
    modulus, tall = 10e6, 1500 * nm
    length = 50 * nm * math.sqrt(BULK / (8 * modulus / 3))
    solution = column("bonded", modulus, 60e18, tall)
    for z in (200 * nm, 700 * nm, 1300 * nm):
        expected = -math.sinh((tall - z) / length) / math.sinh(tall / length)
        assert at(solution, "xx", 20 * nm, z) == pytest.approx(expected, rel=0.005, abs=0.002)


def test_the_law_of_crept_lithium_keeps_the_bulk_modulus_of_its_record() -> None:
    for modulus in (1e5, 10e6, 7.8e9):
        law = lithium_law(TubuleStudy(lithium_modulus=modulus))
        assert law.youngs_modulus / (3 * (1 - 2 * law.poissons_ratio)) == pytest.approx(BULK, rel=1e-6)


def test_the_root_tells_by_how_much_the_lithium_changes_it() -> None:
    sliding = wall_root(TubuleStudy(lithium="sliding"))
    table = sliding.compared
    assert table is not None
    assert table.column("lithium") == ("pressure", "sliding", "sticking", "sliding", "sticking")
    pressure, slides, sticks, *_ = table.column("membrane + bending")
    assert slides == pytest.approx(sliding.worst.linearised, rel=1e-9)
    assert slides == pytest.approx(pressure, rel=0.01)
    # what sticks leaves the wall less than all of the pressure
    assert isinstance(sticks, float)
    assert isinstance(pressure, float)
    assert sticks < 0.95 * pressure
    assert wall_root(TubuleStudy()).compared is None
    assert "over pressure" in sliding.text()


def test_lithium_that_sticks_bears_on_less_of_the_wall() -> None:
    base = TubuleStudy(elements_through_wall=2, tolerance=0.05, strength=2e9)
    free, stuck = (one_full_tubule(base.replace(lithium=kind)) for kind in ("pressure", "sticking"))
    assert stuck.bears < 0.2 * free.bears
    assert stuck.middle.wall is not None
    assert free.middle.wall is not None
    assert stuck.middle.wall < free.middle.wall


def test_lithium_as_a_body_is_refused_where_it_is_none() -> None:
    with pytest.raises(InputError, match="flaw takes it as a pressure"):
        flaw_at_mouth(TubuleStudy(lithium="sticking"))
    with pytest.raises(InputError, match="lithium_gradient: a body of lithium"):
        TubuleStudy(lithium="sliding", lithium_gradient=1e12)


@pytest.mark.long
def test_soft_lithium_in_a_hexagonal_bore_in_space_presses_as_a_pressure() -> None:
    study = TubuleStudy(bore_shape="hexagonal", lithium_modulus=1e6)
    z = study.stack().root + 250 * nm
    line = np.array([study.bore / 2 + 1e-3 * nm, 0.0, z])
    values = []
    for kind in ("pressure", "sliding"):
        solution = cluster_solution(study.replace(lithium=kind), growth=2.6)
        values.append(value_at(solution, "stress yy", tuple(line), region="wall", estimate=False).value)
    assert values[1] == pytest.approx(values[0], rel=0.005)


@pytest.mark.long
def test_lithium_that_sticks_in_space_bears_on_as_much_of_the_wall_as_about_the_axis() -> None:
    # separate tubes: the cluster in space has to reach up to where the pressure is lost
    study = TubuleStudy(lithium="sticking", strength=870e6)
    axis, space = (one_full_tubule(study.replace(model=model)) for model in ("auto", "space"))
    assert space.bears == pytest.approx(axis.bears, rel=0.01, abs=0)
    assert space.stress == pytest.approx(axis.stress, rel=0.01)
    assert space.middle.wall == pytest.approx(axis.middle.wall, rel=0.02, abs=0)


def test_the_shear_lag_length_is_that_of_a_nearly_incompressible_column() -> None:
    # the length of the test above: a sqrt(K / 8 G), G = E / 3
    study = TubuleStudy(lithium_modulus=1e6)
    assert shear_lag(study) == pytest.approx(50 * nm * math.sqrt(BULK / (8 * 1e6 / 3)), rel=1e-4, abs=0)
