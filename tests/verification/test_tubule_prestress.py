"""Pre-stress of the wall against closed forms of tubes, and on top of the pressures."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry.stack_line import cell_radius
from tubewall.materials import Isotropic, material
from tubewall.studies.tubule_prestress import CASES, film_strain, prestress
from tubewall.studies.tubule_study import TubuleStudy


def law() -> Isotropic:
    found = material("glassy carbon film").elastic
    assert isinstance(found, Isotropic)
    return found


def test_swelling_of_a_free_tube_that_is_held_in_length_is_that_of_a_bar() -> None:
    # -E s; the electrolyte in line with it gives way by less than a hundredth of that
    found = prestress(TubuleStudy(swelling=0.01)).case("swelling")
    assert found.middle_axial == pytest.approx(-0.01 * law().youngs_modulus, rel=0.01)
    assert abs(found.middle_hoop) < 1e-6 * abs(found.middle_axial)


def test_swelling_in_a_matrix_is_that_of_a_ring_held_outside() -> None:
    # u = A r + B / r in plane strain, u(b) = 0, no pressure at a; stress lambda tr + 2 G e - (3 lambda + 2 G) s
    # a thin electrolyte, so that nothing gives way below
    study = TubuleStudy(construction="matrix", neighbours="full", swelling=0.01, electrolyte_thickness=200e-9)
    e, nu = law().youngs_modulus, law().poissons_ratio
    g, lam = e / (2 * (1 + nu)), e * nu / ((1 + nu) * (1 - 2 * nu))
    a, b = study.bore / 2, cell_radius(study.array(round_bore=True), plane=False)
    bulk = (3 * lam + 2 * g) * study.swelling
    matrix = np.array([[b, 1 / b], [2 * (lam + g), -2 * g / a**2]])
    first, _ = np.linalg.solve(matrix, [0.0, bulk])
    found = prestress(study).case("swelling")
    # the mean of A + B / r^2 over the wall; the sum of the in-plane stresses is constant, 4 (lambda + G) A / 2 - bulk
    second = -first * b**2
    mean = second / (a * b)
    hoop = 2 * (lam + g) * first + 2 * g * mean - bulk
    assert found.middle_hoop == pytest.approx(hoop, rel=0.01)
    assert found.middle_axial == pytest.approx(2 * lam * first - bulk, rel=0.01)


def test_a_films_stress_relaxes_around_a_free_tube_and_stays_along_it() -> None:
    # held along, free around: sigma (1 - nu)
    study = TubuleStudy(film_stress=300e6)
    found = prestress(study).case("film stress")
    assert found.middle_axial == pytest.approx(300e6 * (1 - law().poissons_ratio), rel=0.01)
    assert abs(found.middle_hoop) < 1e-3 * found.middle_axial
    strain = film_strain(law(), 300e6)
    assert -law().youngs_modulus * strain[1] / (1 - law().poissons_ratio) == pytest.approx(300e6)


def test_all_is_the_sum_of_the_parts() -> None:
    found = prestress(TubuleStudy())
    for name in ("middle_hoop", "middle_axial"):
        parts = sum(getattr(found.case(case), name) for case in CASES[:-1])
        assert getattr(found.case("all"), name) == pytest.approx(parts, rel=1e-8)
    assert found.case("all").mesh_error < 0.02 * found.case("all").root


def test_nothing_gives_nothing() -> None:
    study = TubuleStudy(swelling=0.0, film_stress=0.0, temperature_to=298.15)
    found = prestress(study)
    assert all(abs(found.case(case).root) == 0 for case in CASES[:3])
    assert found.case("all").root == pytest.approx(found.case("pressures").root, rel=1e-9)


def test_a_crystal_has_no_film_strain() -> None:
    with pytest.raises(InputError, match="not isotropic"):
        prestress(TubuleStudy(wall_material="graphite crystal"))
