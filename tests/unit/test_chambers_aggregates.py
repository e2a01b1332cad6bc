"""Coarser graphs under walls in a list: what they hold, that they are symmetric, and that they save products."""

import numpy as np
import pytest

from tubewall.chambers import Anode, Lattice, Protocol, Step, engine_linear, run
from tubewall.chambers.compiled_crew import Crew
from tubewall.chambers.engine_aggregates import Aggregates
from tubewall.chambers.engine_linear import Descent
from tubewall.chambers.engine_state import ListedWalls, population
from tubewall.geometry import ChamberGraph

NM, H, AREA, RT = 1e-9, 20e-6, 1e-14, 8.31446261815324 * 298.15


def graph(count, edges):
    edges = np.asarray(edges, dtype=np.int64)
    return ChamberGraph(
        kinds=("bore",) * count,
        areas=np.full(count, AREA),
        edges=edges,
        shared_widths=np.full(len(edges), 100 * NM),
        thicknesses=np.full(len(edges), 10 * NM),
        names=tuple(f"chamber {k}" for k in range(count)),
    )


def listed(edges, count, values):
    made = population(Anode(array=graph(count, edges), height=H, conductance=600.0, permeance=values))
    assert isinstance(made.exchange.walls, ListedWalls)
    return made


def test_aggregates_hold_all_masses_and_half_of_the_walls_between_them():
    rng = np.random.default_rng(1)
    edges = Lattice(rows=20, columns=17, bore=1e-7, wall=1e-8).edges
    made = listed(edges, 340, rng.uniform(1e-10, 1e-8, len(edges)))
    walls = made.exchange.walls
    with Crew(340) as crew:
        found = Aggregates(walls, crew, np.float64)
        heavy = rng.uniform(1.0, 2.0, 340)
        found.build(walls.width, heavy)
    level = found.levels[0]
    assert level.heavy.sum() == pytest.approx(heavy.sum(), rel=1e-14)
    assert np.bincount(level.label).tolist() == np.diff(level.starts).tolist()
    # three to six chambers in most
    assert 340 / level.heavy.size > 2.5
    rows = np.repeat(np.arange(340), np.diff(walls.indptr))
    between = level.label[rows] != level.label[walls.indices]
    assert level.through.sum() == pytest.approx(0.5 * walls.width[between].sum(), rel=1e-13)
    dense = np.zeros((level.heavy.size,) * 2)
    np.add.at(dense, (level.label[rows[between]], level.label[walls.indices[between]]), 0.5 * walls.width[between])
    ours = np.zeros_like(dense)
    ours[np.repeat(np.arange(len(ours)), np.diff(level.indptr)), level.indices] = level.through
    assert ours == pytest.approx(dense, rel=1e-13, abs=0)


def test_what_coarser_graphs_answer_is_symmetric_and_positive():
    rng = np.random.default_rng(2)
    edges = np.unique(np.sort(rng.integers(0, 500, (1400, 2)), axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]]
    walls = listed(edges, 500, 10.0 ** rng.uniform(-12, -6, len(edges))).exchange.walls
    with Crew(500) as crew:
        found = Aggregates(walls, crew, np.float64)
        found.build(walls.width / walls.width.mean(), np.full(500, 1e-3))
        matrix = np.zeros((500, 500))
        for k in range(500):
            unit = np.zeros(500)
            unit[k] = 1.0
            found.correct(unit, np.zeros(500), matrix[k])
    assert found.useful
    assert matrix == pytest.approx(matrix.T, rel=1e-9, abs=1e-12 * np.abs(matrix).max())
    assert np.linalg.eigvalsh(0.5 * (matrix + matrix.T)).min() > -1e-10 * np.abs(matrix).max()


def test_coarser_graphs_save_most_products(monkeypatch):
    edges = Lattice(rows=60, columns=50, bore=1e-7, wall=1e-8).edges
    made = listed(edges, 3000, np.random.default_rng(3).uniform(0.5e-7, 1.5e-7, len(edges)))
    rest = np.random.default_rng(4).uniform(-1.0, 1.0, 3000)

    def products(stiff):
        monkeypatch.setattr(engine_linear, "_STIFF_LIST", stiff)
        with Crew(3000) as crew:
            system = Descent(made, crew, 1e-10)
            balance, change = 1e-3 * made.volume * made.density * rest, np.empty(3000)
            pressure, zero = np.full(3000, 1e5), np.zeros(3000)
            system.trade(100.0, pressure, np.ones(3000), zero, made.volume / RT, balance)
            assert system.solve(0.0, zero, balance, change)
            return system.products, change

    (many, exact), (few, found) = products(np.inf), products(100.0)
    assert found == pytest.approx(exact, abs=1e-6 * np.abs(exact).max())
    assert few < many / 3


def test_a_long_ring_of_open_walls_relaxes_as_its_cosine():
    # n' = -r (2 - 2 cos(2 pi / N)) n for the slowest wave, however fast single walls are
    n, permeance = 3000, 3e-8
    edges = np.stack([np.arange(n), (np.arange(n) + 1) % n], axis=1)
    wave = np.cos(2.0 * np.pi * np.arange(n) / n)
    anode = Anode(
        array=graph(n, edges), height=H, conductance=1e-9, permeance=permeance, initial_pressure=1e5 * (2.0 + wave)
    )
    found = run(anode, Protocol(steps=(Step(kind="rest", duration=500.0),)), rtol=1e-7)
    rate = permeance * 100 * NM * RT / AREA * (2.0 - 2.0 * np.cos(2.0 * np.pi / n))
    assert 0.5 < rate * 500.0 < 5.0
    assert found.pressures[-1] == pytest.approx(1e5 * (2.0 + wave * np.exp(-rate * 500.0)), rel=1e-6)
