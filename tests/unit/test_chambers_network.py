"""The network of a drawing, its conductances and its fillings."""

import math

import numpy as np
import pytest

import tubewall.chambers
from tubewall.chambers import Filling, Network, Pinhole, decay_rates, equalisation_time, linear_filling, pressurise
from tubewall.geometry import CellArray, finite_graph, periodic_graph

NM = 1e-9
H, T = 20e-6, 298.15


def test_a_hexagonal_supercell_of_the_drawing_relaxes_pairwise_with_its_closed_form():
    array = CellArray(bore=100 * NM, wall=10 * NM)
    network = Network.from_graph(periodic_graph(array, 4), height=H, permeance=1e-12)
    assert network.chambers == 16
    assert len(network.edges) == 3 * 16
    # every wall adds to the Laplacian half the rate of a pair: the trace is six walls for each chamber
    pair = 1.0 / equalisation_time(bore=100 * NM, permeance=1e-12, between="hexagon")
    assert decay_rates(network, 0.7).sum() == pytest.approx(16 * 6 * pair / 2.0, rel=1e-9)


def test_separate_tubes_bring_their_gaps_as_chambers_that_take_no_lithium():
    array = CellArray(bore_shape="round", construction="tubes", bore=100 * NM, wall=10 * NM, neck=5 * NM)
    graph = periodic_graph(array, 3)
    network = Network.from_graph(graph, height=H, permeance=0.0)
    fill = np.where(np.array(graph.kinds) == "bore", 0.9, 0.0)
    found = pressurise(network, linear_filling(3600.0, fill))
    assert found.final == pytest.approx(101325.0 / (1.0 - fill), rel=1e-12)
    open_walls = pressurise(Network.from_graph(graph, height=H, permeance=math.inf), linear_filling(3600.0, fill))
    areas = np.asarray(graph.areas)
    assert open_walls.final == pytest.approx(
        np.full(27, 101325.0 * areas.sum() / (areas * (1.0 - fill)).sum()), rel=1e-12
    )


def test_a_finite_array_of_one_ring_has_twelve_walls():
    network = Network.from_graph(
        finite_graph(CellArray(bore=100 * NM, wall=10 * NM, rings=1)), height=H, permeance=1e-12
    )
    assert (network.chambers, len(network.edges)) == (7, 12)


def plain(**more):
    settings = {
        "areas": np.full(2, 1e-14),
        "height": H,
        "edges": np.array([[0, 1]]),
        "shared_widths": 100 * NM,
        "permeance": 1e-12,
    }
    return Network(**(settings | more))


def test_only_the_length_with_gas_on_both_sides_conducts():
    assert plain().conductances([0.9, 0.2]) == pytest.approx([1e-12 * 100 * NM * 0.1 * H], rel=1e-12, abs=0)


def test_a_pinhole_conducts_until_lithium_covers_it_on_either_side():
    network = plain(permeance=0.0, pinholes=(Pinhole(edge=0, conductance=3e-20, height=0.5 * H),))
    conductance = [network.conductances(fill)[0] for fill in ([0.4, 0.4], [0.6, 0.4], [0.4, 0.6], [0.6, 0.6])]
    assert conductance == [3e-20, 0.0, 0.0, 0.0]


def test_a_wall_to_its_own_periodic_image_carries_nothing():
    network = plain(edges=np.array([[0, 0]]))
    found = pressurise(network, linear_filling(3600.0, [0.9, 0.5]))
    assert found.final == pytest.approx([1013250.0, 202650.0], rel=1e-12)


def test_two_walls_between_the_same_chambers_are_one_of_twice_the_width():
    filling = linear_filling(3600.0, [0.9, 0.8])
    twice = pressurise(plain(edges=np.array([[0, 1], [1, 0]]), permeance=1e-14), filling).final
    wide = pressurise(plain(shared_widths=200 * NM, permeance=1e-14), filling).final
    assert twice == pytest.approx(wide, rel=1e-10)


def test_the_default_gas_is_ideal_argon_at_one_atmosphere_and_room_temperature():
    network = plain()
    assert (network.gas.name, network.gas.law, network.temperature) == ("argon", "ideal", 298.15)
    assert network.initial_pressure.tolist() == [101325.0, 101325.0]


def test_fills_between_knots_are_on_the_straight_line():
    filling = Filling(times=[0.0, 10.0, 30.0], fill=[[0.0, 0.2], [0.5, 0.2], [0.1, 0.6]])
    assert filling.at(5.0) == pytest.approx([0.25, 0.2])
    assert filling.at([10.0, 20.0]) == pytest.approx(np.array([[0.5, 0.2], [0.3, 0.4]]))
    assert filling.at([-1.0, 99.0]) == pytest.approx(np.array([[0.0, 0.2], [0.1, 0.6]]))


def test_knots_that_only_subdivide_a_line_change_nothing():
    end = np.array([0.9, 0.8])
    fine = Filling(times=np.linspace(0.0, 3600.0, 4), fill=np.linspace(0.0, 1.0, 4)[:, np.newaxis] * end)
    one = pressurise(plain(permeance=2.5e-14), linear_filling(3600.0, end)).final
    assert pressurise(plain(permeance=2.5e-14), fine).final == pytest.approx(one, rel=2e-9)


def test_asking_for_more_times_does_not_change_the_last_one():
    filling = linear_filling(3600.0, [0.9, 0.8])
    one = pressurise(plain(permeance=1e-13), filling)
    many = pressurise(plain(permeance=1e-13), filling, times=np.linspace(0.0, 3600.0, 50))
    assert many.final == pytest.approx(one.final, rel=1e-12)
    assert many.gas.shape == (50, 2)
    assert many.lithium_level[-1] == pytest.approx([0.9 * H, 0.8 * H], rel=1e-12)


def test_a_tighter_tolerance_brings_a_smaller_error():
    filling = linear_filling(3600.0, [0.9, 0.8])
    exact = pressurise(plain(permeance=1e-14), filling, rtol=1e-11).final
    for rtol in (1e-3, 1e-5, 1e-7):
        assert pressurise(plain(permeance=1e-14), filling, rtol=rtol).final == pytest.approx(exact, rel=rtol)


def test_the_pressures_do_not_depend_on_the_unit_of_length():
    # every length k times longer at permeance k times larger: the same time constants, the same pressures
    filling = linear_filling(3600.0, [0.9, 0.8])
    one = pressurise(plain(permeance=1e-13), filling).final
    for k in (1e-6, 1e9):
        scaled = plain(areas=np.full(2, 1e-14 * k * k), height=H * k, shared_widths=100 * NM * k, permeance=1e-13 * k)
        assert pressurise(scaled, filling).final == pytest.approx(one, rel=1e-8)


def test_every_public_name_is_there_and_no_other():
    for name in tubewall.chambers.__all__:
        assert getattr(tubewall.chambers, name) is not None
    with pytest.raises(AttributeError, match="Netwrk"):
        tubewall.chambers.Netwrk  # noqa: B018


def test_values_show_counts_and_ends_instead_of_arrays():
    filling = linear_filling(3600.0, [0.9, 0.8])
    assert repr(filling) == "Filling(2 chambers, 2 times, 0 s to 3600 s)"
    assert repr(plain()).startswith("Network(2 chambers, 1 walls, permeance 1e-12 mol/(m2 s Pa)")
    assert "0.6678 to 0.6909 MPa" in repr(pressurise(plain(), filling))


def test_temperature_raises_the_rates_in_proportion():
    warm = decay_rates(plain(temperature=2.0 * T), 0.5)[1]
    assert warm == pytest.approx(2.0 * decay_rates(plain(temperature=T), 0.5)[1], rel=1e-12)
