"""The electrolyte under the piston against the half space under a uniform circular pressure."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from tubewall.fem import invariants
from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.model import Solid
from tubewall.materials import Isotropic
from tubewall.studies.tubule_body import piston_loads, radial, radial_mesh, solved
from tubewall.studies.tubule_fields import stress_at, surface_stress
from tubewall.studies.tubule_piston import electrolyte_under_piston
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm

E, NU = 150e9, 0.257


def bare(kinematics: str) -> tuple[TubuleStudy, FieldSolution]:
    """A mouth whose insulator and wall are so soft that the electrolyte does not feel them, on a wide and deep block."""
    study = TubuleStudy(mouth_fillet=0.0, insulator_thickness=5 * nm)
    drawn = radial(study, elements=8, neighbours="empty", rim=0.1 * nm, window=(-study.electrolyte_thickness, 50 * nm))
    mesh = radial_mesh(dataclasses.replace(drawn, radius=150 * study.bore))
    soft = Solid(elastic=Isotropic(youngs_modulus=1e-6 * E, poissons_ratio=0.0))
    solids = dict.fromkeys(mesh.regions, soft)
    solids["electrolyte"] = Solid(elastic=Isotropic(youngs_modulus=E, poissons_ratio=NU))
    loads = piston_loads(mesh)[:1]
    return study, solved(study, mesh, [loads], solids=solids, kinematics=kinematics, hold_cut=False)[0]  # type: ignore[arg-type]


def test_a_bare_mouth_is_the_half_space_under_a_uniform_circular_pressure() -> None:
    # Timoshenko and Goodier, Theory of Elasticity, section 139; Johnson, Contact Mechanics, section 3.4
    study, solution = bare("axisymmetric")
    a = study.bore / 2
    radii = np.array([1.5, 2.0, 3.0]) * a
    stress = stress_at(solution, np.column_stack((radii, np.zeros(3))), region="electrolyte")
    ring = (1 - 2 * NU) / 2 * (a / radii) ** 2
    assert stress[:, 0] == pytest.approx(ring, rel=0.005)
    assert stress[:, 2] == pytest.approx(-ring, rel=0.007)
    # under the middle, z / a = 0.64
    z = 0.64
    c = z**3 / (1 + z**2) ** 1.5
    axial = -(1 - c)
    radial_stress = -((1 + 2 * NU) / 2 - (1 + NU) * z / math.sqrt(1 + z**2) + c / 2)
    found = stress_at(solution, np.array([[1e-3 * a, -z * a]]))[0]
    assert found[:3] == pytest.approx([radial_stress, axial, radial_stress], rel=0.01)
    # deflection of the middle and of the rim against the far face of the block
    mouth = surface_stress(solution, "mouth 0")
    middle, rim = (float(mouth.displacement[np.argmin(np.abs(mouth.points[:, 0] - r)), 1]) for r in (0.0, a))
    assert middle == pytest.approx(-2 * (1 - NU**2) * a / E, rel=0.01, abs=0)
    assert rim == pytest.approx(-4 * (1 - NU**2) * a / (math.pi * E), rel=0.01, abs=0)


def test_tension_at_the_rim_of_a_bare_mouth_is_half_of_one_less_twice_poissons_ratio_and_none_under_a_strip() -> None:
    for kinematics, expected in (("axisymmetric", (1 - 2 * NU) / 2), ("plane strain", 0.0)):
        study, solution = bare(kinematics)
        r = np.array([1.1 * study.bore / 2])
        stress = stress_at(solution, np.column_stack((r, [0.0])), region="electrolyte")
        largest = float(invariants.principal(stress)[0, 0])
        assert largest == pytest.approx(expected / 1.1**2, abs=0.005)


def test_the_piston_answer_is_linear_and_tells_space_from_the_plane() -> None:
    study = TubuleStudy(electrolytes=("LLZO",))
    one = electrolyte_under_piston(study)
    case = one.cases[0]
    # the strip lacks the ring tension of the half space
    assert case.mouth.factor - case.strip.factor > case.half_space
    assert case.half_space == pytest.approx((1 - 2 * 0.257) / 2, rel=1e-12)
    assert case.empty.mesh_error < 0.03 * case.empty.factor
    assert case.allowed is not None
    # von Mises beneath lies near the 0.62 at 0.64 a of the half space with nu = 0.257, and below the mouth
    assert 0.5 < case.beneath.von_mises < 0.9
    twice = electrolyte_under_piston(study.replace(overpotential=0.1))
    assert twice.over_pressure().rows[-1][1] == pytest.approx(2 * one.over_pressure().rows[-1][1], rel=1e-9)  # type: ignore[operator]


def test_a_sharp_rim_gives_no_peak_but_the_exponent_and_a_linearised_stress() -> None:
    study = TubuleStudy(electrolytes=("LLZO",), mouth_fillet=0.0)
    case = electrolyte_under_piston(study).cases[0]
    assert case.empty.linearised
    # BeO at 90 degrees on LLZO: between the crack's -0.5 and the -0.456 of one material at 270 degrees, or milder
    assert -0.5 < case.empty.exponent < -0.3
    assert case.empty.mesh_error < 0.05 * abs(case.empty.factor)
    assert any("no fillet" in note for note in electrolyte_under_piston(study).notes())


def test_a_film_takes_the_rim_from_the_electrolyte() -> None:
    ring, film = (
        electrolyte_under_piston(TubuleStudy(electrolytes=("LLZO",), insulator_form=form)).cases[0].empty
        for form in ("ring", "film")
    )
    assert 0 <= film.factor + film.mesh_error < 0.05 * ring.factor
    assert not film.linearised
