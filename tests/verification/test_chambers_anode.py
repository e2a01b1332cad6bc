"""The whole anode against closed forms, the small network, the matrix exponential and the table of its gas."""

import math

import numpy as np
import pytest
from scipy.constants import N_A, R, e
from scipy.linalg import expm
from scipy.optimize import brentq

from tubewall.chambers import Network, linear_filling, pressurise
from tubewall.chambers.anode import Anode, Lattice, Scatter
from tubewall.chambers.engine import run
from tubewall.chambers.protocol import Protocol, Step
from tubewall.errors import MissingDependencyError
from tubewall.geometry import ChamberGraph
from tubewall.materials import Gas, Lithium

NM = 1e-9
H, AREA, P0, T = 20e-6, 1e-14, 101325.0, 298.15
RT = R * T
FARADAY = N_A * e
MOLAR = Lithium().molar_volume
KAPPA = MOLAR / FARADAY  # volts per pascal, 1 / 7410 MPa
HOUR = 3600.0


def graph(count, edges=(), areas=None, widths=100 * NM):
    edges = np.array(edges, dtype=np.int64).reshape(-1, 2)
    return ChamberGraph(
        kinds=("bore",) * count,
        areas=np.full(count, AREA) if areas is None else np.asarray(areas),
        edges=edges,
        shared_widths=np.full(len(edges), widths),
        thicknesses=np.full(len(edges), 10 * NM),
        names=tuple(f"chamber {k}" for k in range(count)),
    )


def current(density, duration, **more):
    return Step(kind="current", current_density=density, duration=duration, **more)


def filling_linearly(fills, edges, **more):
    """Overpotential so large that no gas pressure is felt: every chamber fills at its own constant rate in an hour."""
    volts = 1e5
    conductance = np.asarray(fills) * H / HOUR / (MOLAR / FARADAY * volts)
    anode = Anode(array=graph(len(fills), edges), height=H, conductance=conductance, **more)
    return anode, Protocol(steps=(Step(kind="hold", overpotential=volts, duration=HOUR),))


# charge per area that fills an anode of this void fraction 1 completely [C/m2]
FULL = H / MOLAR * FARADAY


@pytest.mark.parametrize("law", ["ideal", "virial", "coolprop"])
def test_hermetic_chambers_are_compressed_as_the_gas_says(law):
    # the same moles in 1 - phi of the room: P = P(c0 / (1 - phi)), with real-gas Z by the equation of state itself
    try:
        gas = Gas(name="argon", law=law)
    except MissingDependencyError:
        pytest.skip("CoolProp is not there")
    fills = np.array([0.5, 0.9, 0.98])
    anode, protocol = filling_linearly(fills, (), gas=gas)
    found = run(anode, protocol, rtol=1e-8)
    assert found.fills[-1] == pytest.approx(fills, rel=1e-6)
    dense = gas.molar_density(P0, T) / (1.0 - found.fills[-1])
    assert found.pressures[-1] == pytest.approx(gas.pressure(dense, T), rel=1e-7)
    assert found.moles[-1] == pytest.approx(found.moles[0], rel=1e-12, abs=0)


def test_equal_conductances_give_equal_pressures_whatever_the_walls():
    for permeance in (0.0, 1e-12, math.inf):
        lattice = Lattice(rows=6, columns=5, bore=100 * NM, wall=10 * NM)
        anode = Anode(array=lattice, height=H, conductance=600.0, permeance=permeance)
        found = run(anode, Protocol(steps=(current(0.8 * FULL * lattice.area / lattice.footprint / HOUR, HOUR),)))
        assert np.ptp(found.pressures[-1]) <= 1e-9 * P0
        assert found.pressures[-1] == pytest.approx(np.full(30, P0 / 0.2), rel=1e-7)
        # U = J / G + P_gas V_m / F
        density = found.current_density[-1]
        assert found.overpotential[-1] == pytest.approx(density / 600.0 + KAPPA * P0 / 0.2, rel=1e-7)


def test_a_conductance_12_percent_high_fills_first_and_runs_to_the_ceiling():
    # hermetic, ten chambers: at a constant U each obeys a f' = U - kappa P0 / (1 - f), so that with v = U (1 - f) - kappa P0
    # t = a [f / U - kappa P0 / U^2 ln(v / (U - kappa P0))]; late, all gas stands at the ceiling F U / V_m
    conductance = np.ones(10) * 600.0
    conductance[3] *= 1.12
    volts = 0.05
    anode = Anode(array=graph(10), height=H, conductance=conductance)

    def exact(siemens, time):
        a = H / (siemens * MOLAR / FARADAY)

        # the room shrinks towards kappa P0 / U and never gets there: y = ln(room - kappa P0 / U)
        least = KAPPA * P0 / volts

        def misses(y):
            gone = (1.0 - least - math.exp(y)) / volts
            return a * (gone - least / volts * (y - math.log(1.0 - least))) - time

        return 1.0 - least - math.exp(brentq(misses, -1e5, math.log(1.0 - least), xtol=1e-13))

    times = np.array([1000.0, 2000.0, 4000.0, 5000.0])
    found = run(
        anode, Protocol(steps=(Step(kind="hold", overpotential=volts, duration=4600.0),)), record=times[:3], rtol=1e-8
    )
    for k, time in enumerate(found.times[1:], start=1):
        expected = np.array([exact(g, time) for g in conductance])
        assert 1.0 - found.fills[k] == pytest.approx(1.0 - expected, rel=3e-6, abs=0)
    assert np.argmax(found.fills[-2]) == 3
    below, foot = found.lithium_pressures()
    assert below[-1, 3] == pytest.approx(volts / KAPPA, rel=1e-3)
    assert foot[-1, 3] == below[-1, 3]


def test_constant_current_keeps_the_mean_and_the_favoured_chamber_takes_12_percent_more():
    # while P V_m / F << U the currents are as the conductances, and 13 of 100 chambers see no other
    conductance = np.full(25, 600.0)
    conductance[7] *= 1.12
    anode = Anode(array=graph(25), height=H, conductance=conductance)
    share = 0.4
    found = run(anode, Protocol(steps=(current(share * FULL / HOUR, HOUR),)))
    assert found.fills[-1].mean() == pytest.approx(share, rel=1e-12)
    assert found.fills[-1, 7] / found.fills[-1, 0] == pytest.approx(1.12, rel=1e-4)
    assert found.balances.constraint < 1e-10
    assert found.balances.lithium < 1e-12


@pytest.mark.parametrize("permeance", [0.0, 1e-18, 1e-15, 1e-14, 1e-13, 1e-12, 1e-9, 1e-6, math.inf])
def test_two_chambers_agree_with_the_small_network(permeance):
    anode, protocol = filling_linearly([0.9, 0.8], [[0, 1]], permeance=permeance)
    found = run(anode, protocol, rtol=1e-7)
    network = Network.from_graph(anode.array, height=H, permeance=permeance)
    expected = pressurise(network, linear_filling(HOUR, found.fills[-1]))
    assert found.pressures[-1] == pytest.approx(expected.final, rel=1e-6)
    assert found.balances.moles < 1e-12


def test_leaks_and_a_crowd_of_unequal_chambers_agree_with_the_small_network():
    random = np.random.default_rng(5)
    edges = [[a, b] for a in range(12) for b in range(a) if random.random() < 0.3]
    settings = dict(
        permeance=10.0 ** random.uniform(-16, -9, len(edges)),
        leak=np.where(random.random(12) < 0.5, 10.0 ** random.uniform(-30, -23, 12), 0.0),
        external_pressure=2e5,
        initial_pressure=random.uniform(5e4, 3e5, 12),
    )
    anode, protocol = filling_linearly(random.uniform(0.2, 0.9, 12), edges, **settings)
    found = run(anode, protocol, rtol=1e-7)
    network = Network.from_graph(anode.array, height=H, **settings)
    expected = pressurise(network, linear_filling(HOUR, found.fills[-1]))
    assert found.pressures[-1] == pytest.approx(expected.final, rel=1e-6)
    assert found.leaked[-1] == pytest.approx(expected.leaked[-1], rel=1e-6, abs=0)


def test_pinholes_agree_with_the_small_network_until_lithium_covers_them():
    from tubewall.chambers import Pinhole

    hole = Pinhole(edge=0, conductance=3e-26, height=0.5 * H)
    anode, protocol = filling_linearly([0.9, 0.3], [[0, 1]], pinholes=(hole,))
    found = run(anode, protocol, rtol=1e-7)
    network = Network.from_graph(anode.array, height=H, permeance=0.0, pinholes=(hole,))
    expected = pressurise(network, linear_filling(HOUR, found.fills[-1]))
    # it closes over a thousandth of the height instead of at once
    assert found.pressures[-1] == pytest.approx(expected.final, rel=1e-4)
    assert abs(found.pressures[-1, 0] / found.pressures[-1, 1] - 7.0) > 0.05


@pytest.mark.parametrize(
    "edges", [[[k, (k + 1) % 9] for k in range(9)], Lattice(rows=4, columns=4, bore=1e-7, wall=1e-8).edges]
)
def test_rest_relaxes_as_the_matrix_exponential(edges):
    # fixed volumes: n' = -R T L V^-1 n on a ring and on a hexagonal grid
    count = int(np.max(edges)) + 1
    random = np.random.default_rng(3)
    pressure, permeance = random.uniform(0.5e5, 5e5, count), 1e-13
    # lithium moves at rest too, from chamber to chamber; hardly at all through small conductances
    anode = Anode(array=graph(count, edges), height=H, conductance=1e-6, permeance=permeance, initial_pressure=pressure)
    found = run(anode, Protocol(steps=(Step(kind="rest", duration=2000.0),)), record=[1.0, 50.0, 300.0], rtol=1e-8)
    laplacian = np.zeros((count, count))
    for a, b in edges:
        laplacian[a, a] += 1
        laplacian[b, b] += 1
        laplacian[a, b] -= 1
        laplacian[b, a] -= 1
    rate = permeance * 100 * NM * H * RT / (AREA * H)
    for k, time in enumerate(found.times):
        assert found.pressures[k] == pytest.approx(expm(-rate * time * laplacian) @ pressure, rel=1e-6)


def test_the_lattice_and_the_same_walls_in_a_list_are_one_anode():
    for shape, periodic in (("hexagon", True), ("hexagon", False), ("square", True), ("square", False)):
        lattice = Lattice(rows=7, columns=5, bore=100 * NM, wall=10 * NM, shape=shape, periodic=periodic)
        listed = graph(35, lattice.edges, areas=np.full(35, lattice.area), widths=lattice.shared_width)
        random = np.random.default_rng(1)
        settings = dict(height=H, conductance=random.uniform(300.0, 900.0, 35), permeance=3e-13, leak=1e-25)
        void = lattice.area / lattice.footprint
        protocol = Protocol(steps=(current(0.5 * FULL * void / HOUR, HOUR),))
        one = run(Anode(array=lattice, **settings), protocol)
        other = run(Anode(array=listed, void_fraction=void, **settings), protocol)
        assert one.pressures[-1] == pytest.approx(other.pressures[-1], rel=1e-8)


@pytest.mark.parametrize(("shape", "periodic", "columns"), [("hexagon", True, 53), ("square", False, 64)])
def test_walls_that_let_much_gas_through_are_the_same_by_coarser_lattices(shape, periodic, columns):
    lattice = Lattice(rows=48, columns=columns, bore=100 * NM, wall=10 * NM, shape=shape, periodic=periodic)
    settings = dict(array=lattice, height=H, conductance=600.0, permeance=1e-8, scatter=Scatter(deviation=0.05), seed=2)
    protocol = Protocol(steps=(current(0.8 * FULL * lattice.area / lattice.footprint / HOUR, HOUR),))
    one = run(Anode(**settings), protocol)
    # a pressure given for each chamber is what makes the walls a list, solved without coarser lattices
    listed = run(Anode(**settings, initial_pressure=np.full(lattice.chambers, P0)), protocol)
    for ours, theirs in ((one.pressures[-1], listed.pressures[-1]),):
        assert ours == pytest.approx(theirs, rel=1e-8)
        assert ours - ours.mean() == pytest.approx(theirs - theirs.mean(), abs=1e-3 * np.ptp(theirs))


def test_the_error_falls_with_the_fourth_power_of_the_step():
    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import population
    from tubewall.chambers.engine_step import Drive, Stepper

    anode = Anode(
        array=Lattice(rows=4, columns=4, bore=1e-7, wall=1e-8),
        height=H,
        conductance=np.linspace(500.0, 700.0, 16),
        permeance=2e-14,
    )
    made = population(anode)

    def final(steps):
        with Crew(made.size) as crew:
            stepper = Stepper(made, crew, 1e-9)
            drive = Drive(None, 0.7 * made.volume.sum() / HOUR)
            state = stepper.driven(stepper.start(), drive)
            for _ in range(steps):
                state = stepper.step(state, drive, HOUR / steps, whatever=True).state
            return made.gas.pressure(state.density)

    exact = final(320)
    errors = [np.abs(final(steps) / exact - 1.0).max() for steps in (20, 40, 80)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    assert 3.7 < orders[-1] < 4.5, (errors, orders)


def test_tolerances_are_kept_and_tighter_ones_pay():
    anode = Anode(
        array=Lattice(rows=8, columns=8, bore=1e-7, wall=1e-8),
        height=H,
        conductance=600.0,
        scatter=Scatter(deviation=0.05),
        permeance=1e-13,
    )
    protocol = Protocol(steps=(current(0.8 * FULL * 100 / 121 / HOUR, HOUR),))
    exact = run(anode, protocol, rtol=1e-9)
    for rtol in (1e-4, 1e-5, 1e-6, 1e-7):
        found = run(anode, protocol, rtol=rtol)
        error = float(np.abs(found.pressures[-1] / exact.pressures[-1] - 1.0).max())
        assert error < 2.0 * rtol
        assert error < found.balances.error


def test_creep_adds_the_resistance_of_the_column():
    # equal chambers: U = J / G + kappa (P + c speed column), speed = J V_m / F in bores of void fraction 1
    speed = 0.6 * H / HOUR
    resistance = 1e17
    anode = Anode(array=graph(3), height=H, conductance=600.0, creep_resistance=resistance)
    found = run(anode, Protocol(steps=(current(0.6 * FULL / HOUR, HOUR),)))
    foot = P0 / 0.4 + resistance * speed * 0.6 * H
    assert found.lithium_pressures()[1][-1] == pytest.approx(np.full(3, foot), rel=1e-6)
    assert found.overpotential[-1] == pytest.approx(0.6 * FULL / HOUR / 600.0 + KAPPA * foot, rel=1e-6)
    assert found.balances.energy < 1e-9


def test_capillarity_lowers_the_overpotential_of_lithium_that_wets():
    lithium = Lithium(contact_angle=math.radians(60.0))
    anode = Anode(array=graph(2), height=H, conductance=600.0, lithium=lithium, bore=100 * NM)
    found = run(anode, Protocol(steps=(current(30.0, 1000.0),)))
    # -4 gamma cos(theta) / W = -10 MPa
    expected = 30.0 / 600.0 + KAPPA * (found.pressures[-1, 0] - 4 * 0.5 * 0.5 / (100 * NM))
    assert found.overpotential[-1] == pytest.approx(expected, rel=1e-9)


def test_the_work_of_the_current_on_hermetic_gas_is_its_free_energy():
    # isothermal ideal gas: integral of P dV = n R T ln(V0 / V)
    anode = Anode(array=graph(4), height=H, conductance=np.linspace(400.0, 800.0, 4))
    found = run(anode, Protocol(steps=(current(0.6 * FULL / HOUR, HOUR),)), rtol=1e-8)
    expected = (found.moles[0] * RT * -np.log(1.0 - found.fills[-1])).sum()
    # a quadrature over 13 steps, which hold fill and pressure far better
    assert found.work.gas == pytest.approx(expected, rel=1e-5, abs=0)
    assert found.work.current == pytest.approx(found.work.dissipated + found.work.gas, rel=1e-12, abs=0)


def test_a_cycle_of_a_leaky_anode_ends_below_the_pressure_outside():
    # gas lost while compressed is missing when the lithium has gone: n = n0 (V/V0)^(g R T / (r V0)) while it fills into vacuum
    fill, leak = 0.8, 2e-26
    anode = Anode(array=graph(1), height=H, conductance=600.0, leak=leak, external_pressure=0.0)
    found = run(
        anode, Protocol(steps=(current(fill * FULL / HOUR, HOUR), current(-fill * FULL / HOUR, HOUR))), rtol=1e-8
    )
    room = AREA * H
    exponent = leak * RT / (fill / HOUR * room)
    left = (1.0 - fill) ** (2.0 * exponent)
    assert found.moles[-1, 0] / found.moles[0, 0] == pytest.approx(left, rel=1e-6)
    assert found.pressures[-1, 0] == pytest.approx(P0 * left, rel=1e-6)
    assert found.fills[-1, 0] < 1e-12


def test_empty_chambers_stop_and_the_others_carry_the_current():
    # the poor conductor holds least after charging; on discharge the good one empties first and the poor one carries on
    anode = Anode(array=graph(2), height=H, conductance=np.array([500.0, 700.0]), initial_fill=np.array([0.3, 0.1]))
    found = run(anode, Protocol(steps=(current(-0.1 * FULL / HOUR, 3.0 * HOUR),)), record=[2.0 * HOUR])
    assert found.fills[-1, 1] == 0.0
    assert found.fills[-1].sum() == pytest.approx(0.4 - 0.6, abs=1e-9) or found.ends[0].reason == "empty"
    assert found.fills[1, 1] == 0.0
    # both areas carry the current of one
    assert found.overpotential[1] == pytest.approx(
        -2.0 * 0.1 * FULL / HOUR / 500.0 + KAPPA * found.pressures[1, 0], rel=1e-9
    )


def test_classes_of_conductance_are_the_chambers_themselves():
    lattice = Lattice(rows=200, columns=200, bore=100 * NM, wall=10 * NM)
    for scatter in (
        Scatter(deviation=0.03),
        Scatter(deviation=0.05, law="normal", blocked=0.1),
        Scatter(deviation=0.2, correlation=8.0),
    ):
        anode = Anode(array=lattice, height=H, conductance=600.0, scatter=scatter, seed=4)
        protocol = Protocol(steps=(current(0.3 * FULL * lattice.area / lattice.footprint / HOUR, HOUR),))
        one, all_of_them = run(anode, protocol, classes=True), run(anode, protocol, classes=False, keep="all")
        some = np.arange(0, 40_000, 97)
        assert one.of(some)[1] == pytest.approx(all_of_them.of(some)[1], rel=1e-6)
        assert one.overpotential == pytest.approx(all_of_them.overpotential, rel=1e-8)
        assert one.pressure.mean == pytest.approx(all_of_them.pressure.mean, rel=1e-6)
        assert one.difference.counts.sum() == all_of_them.difference.counts.sum()
        assert one.difference.mean[-1] == pytest.approx(all_of_them.difference.mean[-1], rel=1e-4)
        assert one.difference.quantiles[-1, 2:] == pytest.approx(all_of_them.difference.quantiles[-1, 2:], rel=2e-2)
