"""The anode and its protocol as values, and the random numbers of its chambers."""

import math

import numpy as np
import pytest
from scipy.stats import kstest

from tubewall.chambers.anode import Anode, Lattice, Scatter, conductance_deviation
from tubewall.chambers.protocol import Protocol, Step
from tubewall.chambers.random_fields import conductance_factors, normals, uniforms, wall_factors
from tubewall.errors import InputError
from tubewall.geometry import CellArray, periodic_graph

NM = 1e-9


def lattice(**more):
    return Lattice(**(dict(rows=6, columns=5, bore=100 * NM, wall=10 * NM) | more))


def anode(**more):
    return Anode(**(dict(array=lattice(), height=20e-6, conductance=600.0) | more))


def test_the_hexagonal_lattice_is_the_drawing_itself():
    array = CellArray(bore=100 * NM, wall=10 * NM)
    graph = periodic_graph(array, 4)
    mine = lattice(rows=4, columns=4)
    assert mine.area == pytest.approx(graph.areas[0], rel=1e-12, abs=0)
    assert mine.shared_width == pytest.approx(graph.shared_widths[0], rel=1e-12, abs=0)
    assert len(mine.edges) == len(graph.edges) == 48
    assert (np.bincount(mine.edges.ravel()) == 6).all()
    # 100 nm bores and 10 nm walls: void (W / (W + w))^2
    assert mine.area / mine.footprint == pytest.approx((100 / 110) ** 2, rel=1e-12)


@pytest.mark.parametrize(("shape", "periodic", "walls"), [
    ("hexagon", True, 90), ("square", True, 60), ("square", False, 6 * 4 + 5 * 5), ("hexagon", False, 24 + 25 + 20),
])  # fmt: skip
def test_the_walls_of_a_lattice_are_counted(shape, periodic, walls):
    found = anode(array=lattice(shape=shape, periodic=periodic))
    assert found.walls == walls == len(found.array.edges)
    assert f"30 chambers, {walls} walls" in repr(found)


def test_a_single_row_has_no_wall_with_itself():
    edges = lattice(rows=1, columns=4).edges
    assert (edges[:, 0] != edges[:, 1]).all()
    assert len(lattice(rows=1, columns=1).edges) == 0


@pytest.mark.parametrize(("wrong", "words"), [
    (dict(height=0.0), "Anode.height must be above 0 m"),
    (dict(conductance=-1.0), "Anode.conductance must be at least 0 S/m2"),
    (dict(conductance=0.0), "above 0 S/m2 in at least one chamber"),
    (dict(conductance=np.ones(7)), "one number or 30"),
    (dict(permeance=-1e-12), "Anode.permeance must be at least 0 mol/(m2 s Pa)"),
    (dict(permeance=math.nan), "Anode.permeance"),
    (dict(initial_fill=1.0), "Anode.initial_fill must be at most 0.999999"),
    (dict(leak=-1.0), "Anode.leak must be at least 0"),
    (dict(initial_pressure=0.0), "Anode.initial_pressure must be above 0 Pa"),
    (dict(seed=-1), "Anode.seed must be a whole number"),
    (dict(seed=True), "Anode.seed must be a whole number"),
    (dict(fullest=1.0), "Anode.fullest must lie above 0 and below 1"),
    (dict(void_fraction=0.0), "Anode.void_fraction must lie in (0, 1]"),
])  # fmt: skip
def test_bad_anodes_are_refused_in_one_line(wrong, words):
    with pytest.raises(InputError) as caught:
        anode(**wrong)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("make", "words"), [
    (lambda: lattice(rows=0), "Lattice.rows must be a whole number, at least 1"),
    (lambda: lattice(rows=2.0), "Lattice.rows must be a whole number"),
    (lambda: lattice(rows=100_000, columns=100_000), "2e+09 chambers"),
    (lambda: lattice(bore=-1e-9), "Lattice.bore must be above 0 m"),
    (lambda: lattice(shape="hexagn"), "did you mean 'hexagon'"),
    (lambda: Scatter(deviation=-0.1), "Scatter.deviation"),
    (lambda: Scatter(deviation=5.0), "2 at most"),
    (lambda: Scatter(blocked=1.0), "Scatter.blocked must be at least 0 and below 1"),
    (lambda: Scatter(law="norml"), "did you mean 'normal'"),
    (lambda: Protocol(steps=()), "at least one step"),
    (lambda: Step(kind="curent"), "did you mean 'current'"),
    (lambda: Step(kind="current", current_density=0.0), "ask for a rest"),
    (lambda: Step(kind="hold", overpotential=0.1), "needs a finite Step.duration"),
    (lambda: Step(kind="rest", duration=-1.0), "Step.duration must be above 0 s"),
    (lambda: Step(kind="current", current_density=1.0, lowest=1.0, highest=0.0), "below Step.highest"),
    (lambda: Step(kind="current", current_density=math.nan), "must be finite"),
])  # fmt: skip
def test_bad_lattices_scatters_and_protocols_are_refused_in_one_line(make, words):
    with pytest.raises(InputError) as caught:
        make()
    assert words in str(caught.value)


def test_random_numbers_belong_to_the_chamber_whoever_asks():
    whole = normals(7, "conductance", 0, 1000)
    assert (normals(7, "conductance", 313, 400) == whole[313:713]).all()
    assert (normals(8, "conductance", 0, 1000) != whole).all()
    assert (normals(7, "walls", 0, 1000) != whole).all()
    for scatter in (Scatter(deviation=0.1, blocked=0.2), Scatter(deviation=0.1, law="normal", correlation=3.0)):
        one = anode(scatter=scatter, seed=3)
        assert (conductance_factors(one, 11, 7) == conductance_factors(one)[11:18]).all()


def test_random_numbers_are_normal_uniform_and_independent():
    x, u = normals(1, "conductance", 0, 200_000), uniforms(1, "blocked", 0, 200_000)
    assert kstest(x, "norm").pvalue > 1e-3
    assert kstest(u, "uniform").pvalue > 1e-3
    for lag in (1, 2, 3, 447):
        assert abs(np.corrcoef(x[:-lag], x[lag:])[0, 1]) < 4 / math.sqrt(200_000)
    assert abs(np.corrcoef(x, u)[0, 1]) < 4 / math.sqrt(200_000)


def test_scatter_has_the_mean_and_the_deviation_asked_for():
    large = lattice(rows=300, columns=300)
    for law in ("lognormal", "normal"):
        factors = conductance_factors(anode(array=large, scatter=Scatter(deviation=0.2, law=law)))
        assert factors.mean() == pytest.approx(1.0, abs=4 * 0.2 / 300)
        assert factors.std() == pytest.approx(0.2, rel=0.02)
    factors = conductance_factors(anode(array=large, scatter=Scatter(blocked=0.1)))
    assert (factors == 0).mean() == pytest.approx(0.1, abs=0.004)
    factors = wall_factors(anode(array=large, wall_scatter=0.3))
    assert factors.size == 3 * 90_000
    assert factors.std() == pytest.approx(0.3, rel=0.02)


def test_correlated_chambers_resemble_their_neighbours_and_nobody_else():
    large = lattice(rows=256, columns=256)
    made = anode(array=large, scatter=Scatter(deviation=0.2, law="normal", correlation=8.0), seed=2)
    field = (conductance_factors(made).reshape(256, 256) - 1.0) / 0.2
    assert field.std() == pytest.approx(1.0, abs=0.1)

    def alike(lag):
        return float((field * np.roll(field, lag, axis=0)).mean() / (field**2).mean())

    assert alike(1) > 0.95
    assert 0.2 < alike(8) < 0.7
    assert abs(alike(64)) < 0.15
    # it closes around the lattice
    assert abs(field[0] - field[-1]).mean() < 0.3


def test_the_deviation_of_a_conductance_follows_from_those_of_its_parts():
    # G ~ 1 - (W / (W + w))^2: numerical derivative by w
    def fraction(w):
        return 1.0 - (100 / (100 + w)) ** 2

    slope = 10.0 * (fraction(10.001) - fraction(9.999)) / 0.002 / fraction(10.0)
    found = conductance_deviation(bore=100 * NM, wall=10 * NM, wall_deviation=0.1)
    assert found == pytest.approx(0.1 * slope, rel=1e-6)
    both = conductance_deviation(bore=100 * NM, wall=10 * NM, wall_deviation=0.1, diffusivity_deviation=0.2)
    assert both == pytest.approx(math.hypot(found, 0.2), rel=1e-12)
