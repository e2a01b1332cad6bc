"""Half cell, full cell and the planar foil: the source's numbers, closed forms, and efficiency that only the loss changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from tubewall.chambers.anode import Anode, Lattice, Scatter
from tubewall.chambers.cells import FullCell, HalfCell
from tubewall.chambers.engine import run
from tubewall.chambers.open_circuit import CURVES, lfp_potential
from tubewall.chambers.planar_foil import PlanarFoil, run_foil
from tubewall.chambers.protocol import Protocol, Step
from tubewall.errors import InputError

MAH_PER_CM2 = 3.6e4  # C/m2
FARADAY = 96485.33212
MOLAR_VOLUME = 6.02214076e23 * 3.51e-10**3 / 2  # m3/mol, bcc lithium of 3.51 angstrom
HEIGHT = 20e-6


def lattice(n: int = 8) -> Lattice:
    return Lattice(rows=n, columns=n, bore=100e-9, wall=10e-9)


def room() -> float:
    """Charge per area of an electrode whose bores are full [C/m2]."""
    return HEIGHT * (100 / 110) ** 2 * FARADAY / MOLAR_VOLUME


def anode(**changes) -> Anode:
    return Anode(**{"array": lattice(), "height": HEIGHT, "conductance": 600.0, "temperature": 328.15, **changes})


def test_the_published_curves_give_their_published_values():
    # by hand from the printed coefficients: E(1) = 3.4323 - 0.8428; 3.4323 on the plateau
    assert float(lfp_potential(1.0)) == pytest.approx(3.4323 - 0.8428 + (3.2482e-6 - 3.2474e-6), rel=1e-12)
    assert float(lfp_potential(0.5)) == pytest.approx(3.4323, abs=2e-4)
    assert float(lfp_potential(0.0)) == pytest.approx(
        3.4323 - 3.2474e-6 * math.exp(20.2645) + 3.2482e-6 * math.exp(20.2646), abs=1e-3
    )
    assert float(lfp_potential(0.5, curve="afshar 2017")) == pytest.approx(3.4077 - 0.5 * 0.020269, abs=1e-6)
    for name, curve in CURVES.items():
        falling = lfp_potential(np.linspace(0.0, 1.0, 2001), curve=name)
        assert (np.diff(falling) < 1e-4).all()
        assert "doi" in curve.source or "arXiv" in curve.source


@pytest.mark.parametrize(
    ("loading", "specific", "expected"),
    # 164 mAh/g of the source's cells, 170 mAh/g in theory
    [(0.04, 164.0, 0.656), (0.06, 164.0, 0.984), (0.04, 170.0, 0.68),
     (0.06, 170.0, 1.02), (0.6 * 0.04, 164.0, 0.39), (0.6 * 0.06, 164.0, 0.59)],
)  # fmt: skip
def test_a_loading_of_4_to_6_mg_per_cm2_has_the_capacity_of_the_physics_page(loading, specific, expected):
    cell = FullCell(loading=loading, specific_capacity=specific * 3.6e3)
    assert cell.capacity / MAH_PER_CM2 == pytest.approx(expected, abs=0.005)
    assert FullCell().specific_capacity == pytest.approx(164.0 * 3.6e3)


@pytest.mark.parametrize(
    ("loading", "total", "micrometres", "fill"), [(0.04, 1.31, 6.4, 0.38), (0.06, 1.97, 9.5, 0.58)]
)
def test_one_time_excess_leaves_the_bores_half_empty(loading, total, micrometres, fill):
    # physics page S18: the demonstrated cell stays at 0.24 MPa and below
    cell = FullCell(loading=loading, excess=1.0)
    assert cell.most_lithium == 2 * cell.capacity
    assert cell.most_lithium / MAH_PER_CM2 == pytest.approx(total, abs=0.005)
    assert cell.most_lithium * MOLAR_VOLUME / FARADAY * 1e6 == pytest.approx(micrometres, abs=0.1)
    assert cell.most_lithium / room() == pytest.approx(fill, abs=0.006)
    assert 101325.0 / (1 - cell.most_lithium / room()) < 0.245e6


def test_the_current_densities_of_the_source_are_slow():
    # S19: 5 mg/cm2 is 0.82 mAh/cm2; 0.15, 0.30 and 0.61 C; at 50 mV 2.5 to 10 mS/cm2
    cell = FullCell()
    assert cell.capacity / MAH_PER_CM2 == pytest.approx(0.82, rel=1e-12)
    assert [j * 3600 / cell.capacity for j in cell.current_densities] == pytest.approx([0.15, 0.30, 0.61], abs=0.005)
    assert [j / 0.05 / 10 for j in cell.current_densities] == pytest.approx([2.5, 5.0, 10.0])  # 10 S/m2 is 1 mS/cm2


@pytest.mark.parametrize("loss", [0.0, 0.03])
@pytest.mark.parametrize("spread", [0.0, 0.12])
def test_a_half_cell_gives_back_all_but_what_is_lost(loss, spread):
    cell = HalfCell(cycles=2, loss=loss, rest=60.0)
    found = run(anode(scatter=Scatter(deviation=spread)), cell.protocol())
    cycles = cell.cycles_of(found.ends)
    assert [cycle.current_density for cycle in cycles] == [1.25, 1.25, 2.5, 2.5, 5.0, 5.0]
    for cycle in cycles:
        assert cycle.charged == pytest.approx(MAH_PER_CM2, rel=1e-9)
        assert cycle.stranded == loss * MAH_PER_CM2
        # what the cutoff of 1 V leaves in single chambers is far below any measured efficiency
        assert cycle.efficiency == pytest.approx(1.0 - loss, abs=1e-6)
    assert found.fill.mean.max() == pytest.approx(cell.most_lithium / room(), rel=1e-5)
    foil = cell.cycles_of(run_foil(PlanarFoil(conductance=600.0), cell.protocol()).ends)
    assert [cycle.efficiency for cycle in foil] == pytest.approx(6 * [1.0 - loss], rel=1e-12)


def test_a_full_cell_charges_until_the_cathode_reaches_the_highest_voltage():
    cell = FullCell(current_densities=(2.5,))
    # E(x) + J/G + J R = 3.85 V on the foil
    left = brentq(lambda x: float(lfp_potential(x)) + 2.5 / 600 + 2.5 * 0.005 - 3.85, 1e-6, 0.5)
    (cycle,) = cell.cycles_of(run_foil(PlanarFoil(conductance=600.0, charge=cell.start_charge), cell.protocol()).ends)
    assert cycle.charged == pytest.approx((1 - left) * cell.capacity, rel=1e-9)
    assert cycle.efficiency == pytest.approx(1.0, rel=1e-12)
    assert cycle.ended == ("highest voltage", "cathode full")


def test_the_anode_differs_from_the_foil_by_the_pressure_it_works_against():
    cell = FullCell(current_densities=(5.0,))
    fill = cell.start_charge / room()
    found = run(anode(initial_fill=fill, initial_pressure=101325.0 / (1 - fill)), cell.protocol())
    (cycle,) = cell.cycles_of(found.ends)
    (flat,) = cell.cycles_of(run_foil(PlanarFoil(conductance=600.0, charge=cell.start_charge), cell.protocol()).ends)
    assert cycle.efficiency == pytest.approx(1.0, abs=1e-9)
    # alike chambers: U = J / G + P V_m / F, P = P0 / (1 - fill)
    top = found.trace.charge.argmax()
    pressure = 101325.0 / (1 - fill - found.trace.charge[top] / room())
    up = found.ends[0].overpotential
    assert up == pytest.approx(5.0 / 600 + pressure * MOLAR_VOLUME / FARADAY, rel=1e-6)
    # so it reaches the voltage a little earlier: dx = dU / E'(x)
    assert 0 < flat.charged - cycle.charged < 1e-4 * cell.capacity


def test_the_excess_makes_up_for_what_is_stranded_until_it_is_gone():
    cell = FullCell(current_densities=(5.0,), cycles=6, excess=0.1, loss=0.03)
    cycles = cell.cycles_of(run_foil(PlanarFoil(conductance=600.0, charge=cell.start_charge), cell.protocol()).ends)
    assert [cycle.efficiency for cycle in cycles[:3]] == pytest.approx([1.0, 1.0, 1.0], rel=1e-9)
    assert [cycle.ended[1] for cycle in cycles[3:]] == 3 * ["no free lithium"]
    # cycle 4 finds 0.01 of the capacity left of its 0.12: 0.02 short; then 0.03 each
    short = [(cycle.charged - cycle.discharged) / cell.capacity for cycle in cycles[3:]]
    assert short == pytest.approx([0.02, 0.03, 0.03], rel=1e-6)


def test_a_large_resistance_leaves_capacity_in_the_window_and_says_so():
    cell = FullCell(current_densities=(5.0,), resistance=0.04)
    (cycle,) = cell.cycles_of(run_foil(PlanarFoil(conductance=600.0, charge=cell.start_charge), cell.protocol()).ends)
    assert cycle.ended[1] == "lowest voltage"
    assert cycle.efficiency < 1.0


def test_the_foil_follows_holds_rests_and_durations():
    steps = (
        Step(kind="hold", overpotential=0.01, duration=100.0),
        Step(kind="rest", duration=50.0),
        Step(kind="current", current_density=-6.0, duration=1e4),
    )
    found = run_foil(PlanarFoil(conductance=600.0, charge=300.0), Protocol(steps=steps))
    assert [end.reason for end in found.ends] == ["duration", "duration", "empty"]
    assert [end.passed for end in found.ends] == pytest.approx([600.0, 0.0, -900.0])
    assert found.times[-1] == pytest.approx(300.0)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: HalfCell(loss=1.0), "loss must be at least 0 and below 1"),
        (lambda: HalfCell(loss=math.nan), "loss must be finite"),
        (lambda: HalfCell(cycles=0), "cycles must be a whole number from 1"),
        (lambda: HalfCell(cycles=True), "cycles must be a whole number"),
        (lambda: HalfCell(current_densities=()), "at least one current density"),
        (lambda: HalfCell(current_densities=(-1.0,)), "above 0 A/m2"),
        (lambda: HalfCell(capacity=0.0), "capacity must be above 0"),
        (lambda: FullCell(window=(3.6, 3.85)), "window must reach around the plateau"),
        (lambda: FullCell(window=(3.85, 2.5)), "window must reach around the plateau"),
        (lambda: FullCell(curve="safary 2011"), "did you mean 'safari 2011'"),
        (lambda: FullCell(loading=-0.05), "loading must be above 0"),
        (lambda: FullCell(excess=-1.0), "excess must be at least 0"),
        (lambda: lfp_potential(1.5), "within 0 to 1"),
        (lambda: PlanarFoil(conductance=0.0), "conductance must be above 0"),
        (lambda: HalfCell().cycles_of(()), "ends of another protocol"),
        (
            lambda: run_foil(
                PlanarFoil(conductance=99.0), Protocol(steps=(Step(kind="current", current_density=1.0),))
            ),
            "never ends on a foil",
        ),
    ],
)
def test_a_bad_cell_is_refused_by_name(make, told):
    with pytest.raises(InputError, match=told):
        make()
