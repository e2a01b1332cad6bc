"""What permeability does to the pressures, the stress and the wall, from hermetic to perfectly mixed."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tubewall.chambers import Network, linear_filling, pressurise
from tubewall.geometry import periodic_graph
from tubewall.materials import Gas
from tubewall.studies import compare
from tubewall.studies.load_cases import case_stress
from tubewall.studies.pressures import pair, pressures
from tubewall.studies.study import Study
from tubewall.studies.thickness import stress_model

P0 = 101325.0
WALL = 10e-9
STUDY = Study().replace(supercell=3, elements_through_wall=2)
# closed chambers at fills of 0.9 and 0.8, isothermal: P0 / (1 - fill)
HIGH, LOW = P0 / 0.1, P0 / 0.2
# the gas of both in the room of both: 2 P0 / (0.1 + 0.2)
MIXED = 2.0 * P0 / 0.3


def difference(permeance: float) -> float:
    return pair(STUDY, stress_model(STUDY).drawing(WALL), permeance=permeance).difference


def test_the_difference_falls_monotonically_between_exact_limits() -> None:
    sweep = [0.0, *np.geomspace(1e-17, 1e-9, 17), math.inf]
    found = [difference(float(permeance)) for permeance in sweep]
    assert found[0] == pytest.approx(HIGH - LOW, rel=1e-6)
    # a gas network is solved to 1e-9 of the pressures
    assert found[-1] == pytest.approx(0.0, abs=1e-8 * HIGH)
    assert all(a >= b - 1e-6 * HIGH for a, b in itertools.pairwise(found)), found
    mixed = pair(STUDY, stress_model(STUDY).drawing(WALL), permeance=math.inf)
    assert mixed.high == pytest.approx(MIXED, rel=1e-6) == pytest.approx(mixed.low, rel=1e-6)


def test_half_of_the_difference_is_left_at_a_regime_number_of_order_one() -> None:
    answer = pressures(STUDY, stress_model(STUDY).drawing(WALL))
    # 4 Pi R T / W (1 - fill) / (fill rate) = 1, physics.md 3.5
    rate = 0.9 / 3600.0
    assert answer.crossover == pytest.approx(rate / 0.1 * 100e-9 / (4.0 * 8.314462618 * 298.15), rel=1e-6)
    left = [difference(number * answer.crossover) / (HIGH - LOW) for number in (0.01, 1.0, 100.0)]
    assert left[0] > 0.9, left
    assert 0.3 < left[1] < 0.9, left
    assert left[2] < 0.1, left


def test_the_comparison_goes_from_hermetic_to_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "LOWEST", 1e-15)
    monkeypatch.setattr(compare, "HIGHEST", 1e-12)
    monkeypatch.setattr(compare, "PER_DECADE", 1)
    study = STUDY.replace(strength_low="100 MPa", strength_high="100 MPa", thinnest="1.2 nm", thickest="6 nm")
    found = compare.hermetic_against_permeable(study)
    rows = found.rows
    assert rows[0].permeance == 0.0
    assert rows[0].regime_number == 0.0
    assert math.isinf(rows[-1].permeance)
    assert math.isinf(rows[-1].regime_number)
    differences, peaks = [row.pair.difference for row in rows], [row.peak for row in rows]
    walls = [0.0 if row.at_edge or row.wall is None else row.wall for row in rows]
    for values, tolerance in ((differences, 1e-6 * HIGH), (peaks, 1e-4 * peaks[0]), (walls, 0.005 * walls[0])):
        assert all(a >= b - tolerance for a, b in itertools.pairwise(values)), values
    # the hermetic row is the load case, the mixed row leaves nothing that bends
    model = stress_model(study)
    assert peaks[0] == pytest.approx(case_stress(model, "gas_hermetic", WALL, found.pressures).peak, rel=1e-9)
    even = compare.gas_peak(model, WALL, rows[-1].pair, P0, coarser=False)
    share = (MIXED - P0) / (found.pressures.equal - P0)
    assert even == pytest.approx(share * case_stress(model, "equalised", WALL, found.pressures).peak, rel=1e-5)
    assert peaks[-1] == pytest.approx(even, rel=1e-9)
    # held in the plane, gas at one pressure asks for no wall of the search
    assert walls[0] > 1.2e-9
    assert walls[-1] == 0.0
    crossing = [row for row in rows if 0.1 < row.regime_number < 10.0]
    assert any(0.1 * differences[0] < row.pair.difference < 0.95 * differences[0] for row in crossing)
    assert found.at_study.permeance == study.wall.permeance


def permeable(permeance: float, **changes: object) -> tuple[float, float, np.ndarray]:
    study = STUDY.replace(permeance=permeance, **changes)
    model = stress_model(study)
    pressed = pressures(study, model.drawing(WALL))
    found = case_stress(model, "gas_permeable", WALL, pressed)
    return found.peak, case_stress(model, "gas_hermetic", WALL, pressed).peak, found.pattern


@pytest.mark.parametrize("confinement", ["held", "free"])
def test_permeable_walls_end_in_hermetic_ones_and_never_exceed_them(confinement: str) -> None:
    tight, hermetic, _ = permeable(0.0, confinement=confinement)
    assert tight == pytest.approx(hermetic, rel=1e-6)
    last = tight
    for permeance in (1e-14, 1e-13):
        peak, hermetic, pattern = permeable(permeance, confinement=confinement)
        assert peak <= last * (1.0 + 1e-6) <= hermetic * (1.0 + 2e-6)
        # pressures stay between those of closed chambers
        assert pattern.min() > LOW - P0 - 1.0
        assert pattern.max() < HIGH - P0 + 1.0
        last = peak
    _, _, even = permeable(1e-3, confinement=confinement)
    assert np.ptp(even) < 1e-4 * even.mean()


def test_the_pressures_behind_permeable_walls_are_those_of_the_gas_network() -> None:
    permeance = 2.5e-14
    study = STUDY.replace(permeance=permeance)
    model = stress_model(study)
    drawing = model.drawing(WALL)
    found = case_stress(model, "gas_permeable", WALL, pressures(study, drawing)).pattern
    full = found > (found.min() + found.max()) / 2.0
    assert 0 < full.sum() < 9
    network = Network.from_graph(
        periodic_graph(drawing, 3),
        height=20e-6,
        permeance=permeance,
        temperature=298.15,
        gas=Gas(),
        initial_pressure=P0,
    )
    filled = pressurise(network, linear_filling(3600.0, np.where(full, 0.9, 0.8)))
    np.testing.assert_allclose(found, filled.gas[-1] - P0, rtol=1e-5)


def test_a_wall_twice_as_thick_lets_half_as_much_through() -> None:
    # the permeance is stated at the study's wall and goes as 1 / wall
    def pattern(stated_at: str, permeance: float) -> np.ndarray:
        study = STUDY.replace(wall=stated_at, permeance=permeance)
        model = stress_model(study)
        return case_stress(model, "gas_permeable", WALL, pressures(study, model.drawing(WALL))).pattern

    np.testing.assert_allclose(pattern("10 nm", 2e-14), pattern("20 nm", 1e-14), rtol=1e-6)
