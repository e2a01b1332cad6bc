"""Thinnest walls of one full tubule against Lame, and what a short lithium column changes."""

from __future__ import annotations

import math

import pytest

from tubewall.errors import InputError
from tubewall.studies.tubule_full import bearing_length, one_full_tubule
from tubewall.studies.tubule_study import TubuleStudy
from tubewall.units import nm, um

MPA = 1e6


def lame_wall(pressure: float, strength: float, bore: float) -> float:
    """p (b^2 + a^2) / (b^2 - a^2) = s, so b = a sqrt((s + p) / (s - p))."""
    a = bore / 2
    return a * (math.sqrt((strength + pressure) / (strength - pressure)) - 1)


def test_the_thinnest_tube_is_lames_and_a_little_more_for_the_edge() -> None:
    # physics.md 4.5: a free tube at 370 MPa wants 29, 13 and 5.6 nm at 870, 1600 and 3500 MPa
    for strength, table in ((870 * MPA, 29 * nm), (3500 * MPA, 5.6 * nm)):
        study = TubuleStudy(
            lithium_pressure=370 * MPA + 101325.0, strength=strength, height=4 * um, lithium_level=2 * um
        )
        found = one_full_tubule(study).middle
        exact = lame_wall(370 * MPA, strength, study.bore)
        assert exact == pytest.approx(table, rel=0.02, abs=0)
        assert found.plane == pytest.approx(exact, rel=2e-3, abs=0)
        assert found.wall is not None
        # the shell overshoots by exp(-3 pi / 4) / sqrt(2) and less where hoop and edge meet: at most 5 %
        assert exact <= found.wall <= 1.05 * exact
        assert found.mesh_error < 0.02 * found.wall


def test_a_short_column_lets_the_wall_be_thinner() -> None:
    long = TubuleStudy(strength=2000 * MPA, height=2 * um, lithium_level=1.5 * um, electrolyte_thickness=1 * um)
    short = long.replace(lithium_level=75 * nm)
    assert bearing_length(short) == pytest.approx(25 * nm, rel=1e-9, abs=0)
    walls = [one_full_tubule(study).middle.wall for study in (long, short)]
    assert walls[0] is not None
    assert walls[1] is not None
    assert walls[1] < 0.8 * walls[0]


def test_creep_limits_the_length_that_bears_pressure() -> None:
    # physics.md 2.2: 117 MPa in 10 um at 1e-7 cm2/s and 3 mA/cm2
    study = TubuleStudy(
        lithium_pressure=117 * MPA + 101325.0, lithium_gradient=117 * MPA / (10 * um), lithium_level=18 * um
    )
    assert bearing_length(study) == pytest.approx(10 * um - 50 * nm, rel=1e-9, abs=0)


def test_no_wall_is_an_answer() -> None:
    found = one_full_tubule(TubuleStudy(strength=300 * MPA))
    assert found.middle.wall is None
    assert "no wall up to 90 nm" in str(found)


def test_a_wall_without_strength_is_refused() -> None:
    with pytest.raises(InputError, match="no strength"):
        one_full_tubule(TubuleStudy(wall_material="graphite"))


@pytest.mark.long
def test_a_wall_between_hexagons_carries_what_the_plane_reference_says() -> None:
    # physics.md 4.2: 42.3 times the pressure at fillets of 2 nm, two rings clamped
    found = one_full_tubule(TubuleStudy(bore_shape="hexagonal", lithium_pressure=1 * MPA + 101325.0))
    assert found.plane_stress / MPA == pytest.approx(42.3, rel=0.01)
    assert found.stress == pytest.approx(found.plane_stress, rel=0.02)


def test_every_wall_is_an_answer_too() -> None:
    found = one_full_tubule(TubuleStudy(lithium_pressure=0.2 * MPA))
    assert found.middle.wall == 0.0
    assert "bears it from 500 pm on" in str(found)
