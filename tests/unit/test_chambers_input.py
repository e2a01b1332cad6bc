"""Bad input to the gas network ends in one clear line that names the place, the value and the bound."""

import math

import numpy as np
import pytest

from tubewall.chambers import (
    Filling,
    Network,
    Pinhole,
    Piston,
    crossover_permeance,
    decay_rates,
    equalisation_time,
    leak_conductance,
    linear_filling,
    pressurise,
    regime_number,
    wall_zones,
)
from tubewall.errors import InputError
from tubewall.materials import Gas


def network(**changes):
    settings = {
        "areas": np.full(3, 1e-14),
        "height": 20e-6,
        "edges": np.array([[0, 1], [1, 2]]),
        "shared_widths": 1e-7,
        "permeance": 1e-12,
    }
    return Network(**(settings | changes))


BAD_NETWORKS = [
    ({"permeance": -1e-12}, "permeance must be at least 0 .*got -1e-12"),
    ({"permeance": np.array([1e-12, math.nan])}, "permeance .*got nan .*index 1"),
    ({"permeance": [1e-12, 1e-12, 1e-12]}, "permeance must be one number or 2"),
    ({"permeance": "tight"}, "permeance must be numbers"),
    ({"edges": np.array([[0, 3]])}, "wall 0 joins chambers 0 and 3, but there are only chambers 0 to 2"),
    ({"edges": np.array([[-1, 0]])}, "wall 0 joins chambers -1 and 0"),
    ({"edges": np.array([0, 1])}, "pairs of chamber indices"),
    ({"edges": np.array([[0.0, 1.0]])}, "pairs of chamber indices"),
    ({"areas": np.array([1e-14, 0.0, 1e-14])}, "areas must be above 0 m2.*index 1"),
    ({"areas": np.array([])}, "one area for each chamber"),
    ({"areas": np.array([math.inf, 1.0, 1.0])}, "areas .*finite"),
    ({"height": 0.0}, "height must be above 0 m"),
    ({"height": math.nan}, "height must be finite"),
    ({"shared_widths": -1e-7}, "shared_widths must be above 0 m"),
    ({"temperature": -3.0}, "temperature must be above 0 K"),
    ({"initial_pressure": 0.0}, "initial_pressure must be above 0 Pa"),
    ({"external_pressure": -1.0}, "external_pressure must be at least 0 Pa"),
    ({"leak": -1e-20}, "leak must be at least 0"),
    ({"leak": math.nan}, "leak .*nan"),
    ({"gas": "argon"}, r"gas must be a gas such as"),
    ({"pinholes": (Pinhole(edge=2, conductance=1e-20, height=0.0),)}, "no wall: there are walls 0 to 1"),
    ({"pinholes": (Pinhole(edge=0, conductance=-1.0, height=0.0),)}, "Pinhole.conductance must be at least 0"),
    ({"pinholes": (Pinhole(edge=0, conductance=1e-20, height=1.0),)}, "Pinhole.height must lie within the wall"),
    ({"pinholes": (Pinhole(edge=0, conductance=1e-20, height=math.nan),)}, "Pinhole.height must lie within the wall"),
]


@pytest.mark.parametrize(("changes", "message"), BAD_NETWORKS)
def test_a_bad_network_is_refused_in_one_line(changes, message):
    with pytest.raises(InputError, match=message) as refused:
        network(**changes)
    assert "\n" not in str(refused.value)


BAD_FILLINGS = [
    ([0.0, 1.0], [[0.0], [1.0]], "below 1, got 1 in chamber 0 at 1 s"),
    ([0.0, 1.0], [[0.0, 0.0], [0.5, -0.1]], "at least 0 .*got -0.1 in chamber 1"),
    ([0.0, 1.0], [[0.0], [math.nan]], "got nan in chamber 0"),
    ([0.0, 0.0], [[0.0], [0.5]], "strictly increasing"),
    ([0.0, 2.0, 1.0], [[0.0], [0.5], [0.6]], "strictly increasing"),
    ([0.0, math.inf], [[0.0], [0.5]], "finite"),
    ([0.0], [[0.0]], "at least two times"),
    ([0.0, 1.0], [[0.0], [0.5], [0.6]], "one row for each of 2 times"),
    ([0.0, 1.0], [0.0, 0.5], "one row for each"),
]


@pytest.mark.parametrize(("times", "fill", "message"), BAD_FILLINGS)
def test_a_bad_filling_is_refused_in_one_line(times, fill, message):
    with pytest.raises(InputError, match=message):
        Filling(times=times, fill=fill)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_filling(0.0, [0.5]), "duration must be above 0 s"),
        (lambda: linear_filling(1.0, [0.5, 0.5], initial_fill=[0.1, 0.1, 0.1]), "initial_fill has shape"),
        (lambda: pressurise(network(), linear_filling(1.0, [0.5])), "1 chambers, the network 3"),
        (lambda: pressurise(network(), linear_filling(1.0, [0.5] * 3), rtol=0.0), "rtol must be"),
        (lambda: pressurise(network(), linear_filling(1.0, [0.5] * 3), times=[0.0, 2.0]), "within the filling"),
        (lambda: pressurise(network(), linear_filling(1.0, [0.5] * 3), times=[0.5, 0.2]), "strictly increasing"),
        (lambda: pressurise(network(), linear_filling(1.0, [0.5] * 3), times=[]), "strictly increasing"),
        (lambda: network(gas=Gas(name="argn")), "did you mean 'argon'"),
        (lambda: equalisation_time(bore=1e-7, permeance=-1.0), "permeance must be at least 0"),
        (lambda: equalisation_time(bore=0.0, permeance=1.0), "bore must be above 0 m"),
        (lambda: equalisation_time(bore=1e-7, permeance=1.0, between="hexagn"), "did you mean 'hexagon'"),
        (lambda: regime_number(bore=1e-7, permeance=1.0, fill=1.0, fill_rate=1.0), "below 1, got 1"),
        (lambda: crossover_permeance(bore=1e-7, fill=-0.1, fill_rate=1.0), "at least 0"),
        (lambda: decay_rates(network(permeance=math.inf), 0.5), "finite permeances"),
        (lambda: decay_rates(network(), 1.5), "below 1"),
        (lambda: leak_conductance(-1.0, 1e-14), "permeance must be at least 0"),
        (lambda: leak_conductance(1.0, 0.0), "footprint must be above 0 m2"),
        (lambda: Piston(creep_gradient=-1.0), "creep_gradient must be at least 0"),
        (lambda: Piston(ceiling=math.nan), "ceiling must be at least 0"),
        (lambda: wall_zones(height=1.0, levels=(0.5, 1.5), gas_pressures=(1.0, 1.0)), "levels must be 0 to the height"),
        (lambda: wall_zones(height=1.0, levels=(0.5, 0.5), gas_pressures=(-1.0, 1.0)), "gas_pressures must be"),
    ],
)
def test_a_bad_question_is_refused_in_one_line(call, message):
    with pytest.raises(InputError, match=message) as refused:
        call()
    assert "\n" not in str(refused.value)


def test_a_gas_beyond_its_equation_is_refused_only_when_it_gets_there():
    # hermetic to 0.999 would take 100 MPa, the virial law holds to 20 MPa; the open neighbours keep it below
    tight = network(permeance=0.0, gas=Gas(law="virial"))
    filling = linear_filling(3600.0, [0.999, 0.5, 0.5])
    with pytest.raises(InputError, match="20 MPa"):
        pressurise(tight, filling)
    assert pressurise(network(permeance=math.inf, gas=Gas(law="virial")), filling).final.max() < 1e6


def test_values_cannot_be_changed_afterwards():
    found = pressurise(network(), linear_filling(1.0, [0.5] * 3))
    for array in (found.gas, found.moles, found.times, found.network.areas, found.network.edges):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_callers_own_arrays_stay_writable_and_are_not_shared():
    areas, fill = np.full(3, 1e-14), np.zeros((2, 3))
    made, filling = network(areas=areas), Filling(times=np.array([0.0, 1.0]), fill=fill)
    areas[0], fill[0, 0] = 5.0, 0.5
    assert made.areas[0] == 1e-14
    assert filling.fill[0, 0] == 0.0
