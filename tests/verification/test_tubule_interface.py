"""Interfaces under the wall: equilibrium, exponents of corners, and the energy that a debond releases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.model import Model, Solid
from tubewall.fem.wedge_sectors import corner_of
from tubewall.materials import Isotropic
from tubewall.studies.tubule_body import radial, radial_mesh, radial_supports, solved, study_loads
from tubewall.studies.tubule_debond import debond, debond_mesh
from tubewall.studies.tubule_interface import interfaces
from tubewall.studies.tubule_root import wall_root
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm


@pytest.mark.parametrize(
    ("wall", "floor", "expected"),
    [
        # physics.md 4.3: one material at 270 degrees, carbon and Li22Si5 on LLZO
        (
            Isotropic(youngs_modulus=150e9, poissons_ratio=0.257),
            Isotropic(youngs_modulus=150e9, poissons_ratio=0.257),
            0.5445,
        ),
        (
            Isotropic(youngs_modulus=60e9, poissons_ratio=0.25),
            Isotropic(youngs_modulus=150e9, poissons_ratio=0.257),
            0.608,
        ),
        (
            Isotropic(youngs_modulus=35.4e9, poissons_ratio=0.25),
            Isotropic(youngs_modulus=150e9, poissons_ratio=0.257),
            0.644,
        ),
    ],
)
def test_the_sharp_foot_of_a_wall_has_williams_exponent(wall: Isotropic, floor: Isotropic, expected: float) -> None:
    study = TubuleStudy(insulator_thickness=0.0, mouth_fillet=0.0)
    mesh = radial_mesh(radial(study, elements=2, neighbours="empty"))
    solids = {name: Solid(elastic=floor if name == "electrolyte" else wall) for name in mesh.regions}
    body = Model(mesh=mesh, solids=solids, kinematics="axisymmetric", supports=radial_supports(study, mesh))
    for radius in (study.bore / 2, study.bore / 2 + study.wall):
        assert corner_of(body, (radius, 0.0)).exponents.leading.real == pytest.approx(expected, abs=0.004)


def test_the_foot_of_a_stiff_wall_on_a_soft_electrolyte_oscillates_like_a_punch() -> None:
    # physics.md 4.3: carbon on PEO, no real root between 0 and 1, real part about 0.5
    found = interfaces(
        TubuleStudy(insulator_thickness=0.0, mouth_fillet=0.0, electrolyte="PEO/LiTFSI 25 C", debond=3 * nm)
    )
    exponent = found.interfaces[0].exponents[0]
    assert exponent.imag > 0.01
    assert exponent.real == pytest.approx(0.5, abs=0.02)


def test_peel_carries_what_the_wall_above_carries() -> None:
    # nothing presses along z from the middle of the wall down to the electrolyte, so that the force of the peel is that of the
    # wall: over the area of a ring the mean of a traction is mean - linear t / (6 R)
    study = TubuleStudy()
    found = interfaces(study)
    wall, floor = found.interfaces
    share = study.wall / (6 * (study.bore + study.wall) / 2)
    above = wall_root(study).middle.axial
    assert wall.mean - share * wall.linear == pytest.approx(above, rel=0.02)
    # its outer end is nearly a crack's, r^-0.49, which samples of the stress integrate less well
    assert floor.mean - share * floor.linear == pytest.approx(above, rel=0.05)
    assert wall.mesh_error < 0.03 * (wall.mean + wall.linear)
    assert 0 < found.debond_error < 0.05 * found.debond.wet.g  # type: ignore[union-attr]


@pytest.mark.parametrize("neighbours", ["empty", pytest.param("full", marks=pytest.mark.long)])
def test_a_debond_releases_the_energy_that_its_growth_takes_from_the_loads(neighbours: str) -> None:
    # at fixed loads G = dW / dA with W half the work of the loads (Irwin 1956)
    study = TubuleStudy(neighbours=neighbours)
    length, step = 3 * nm, 0.1 * nm
    energy = []
    for one in (length - step, length + step):
        # as many elements through the wall for either
        mesh = debond_mesh(study, one, along=30 * one / study.wall)
        (solution,) = solved(study, mesh, [study_loads(study, mesh)])
        energy.append(0.5 * float(solution.forces[: solution.displacement.size] @ solution.displacement.ravel()))
    area = math.pi * ((study.bore / 2 + length + step) ** 2 - (study.bore / 2 + length - step) ** 2)
    found = debond(study, length)
    assert found.dry.g == pytest.approx((energy[1] - energy[0]) / area, rel=0.02)
    assert found.wet.g > found.dry.g
    assert found.dry.disagreement < 0.02


@pytest.mark.long
def test_the_release_rate_goes_as_the_square_of_the_pressure() -> None:
    study = TubuleStudy(lithium_pressure=100e6 + 101325.0, adhesion=0.68)
    one = interfaces(study)
    twice = interfaces(study.replace(lithium_pressure=200e6 + 101325.0))
    assert one.debond is not None
    assert twice.debond is not None
    assert twice.debond.wet.g == pytest.approx(4 * one.debond.wet.g, rel=1e-6)
    assert one.allowed == pytest.approx(twice.allowed, rel=1e-3)
    assert np.all(np.isfinite(one.interfaces[0].peel))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"debond": 9.5 * nm}, "frees the foot"),
        ({"debond": 0.1 * nm}, "too near to an end"),
        ({"lithium_level": 0.0}, "no lithium"),
    ],
)
def test_a_debond_that_does_not_fit_is_refused(changes: dict[str, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        interfaces(TubuleStudy(**changes))  # type: ignore[arg-type]
