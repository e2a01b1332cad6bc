"""Runs whose walls open: the same bits on any number of threads and after an interruption, bad input, what is told."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.chambers import Anode, Checkpoint, Lattice, Protocol, Scatter, Step, WallStrength, compiled_crew, run
from tubewall.errors import InputError

break_off = runpy.run_path(str(Path(__file__).parents[1] / "references" / "interrupted_runs.py"))["break_off"]
NM, H = 1e-9, 20e-6
STRENGTH = WallStrength(scale=1.2e5, modulus=6.0, seed=3)


def small(rows=9, columns=8, **more):
    array = Lattice(rows=rows, columns=columns, bore=100 * NM, wall=10 * NM)
    return Anode(**(dict(array=array, height=H, conductance=600.0, scatter=Scatter(deviation=0.1), seed=1) | more))


def protocol(seconds=3000.0):
    charge = Step(kind="current", current_density=30.0, duration=seconds)
    return Protocol(
        steps=(charge, Step(kind="rest", duration=60.0), Step(kind="current", current_density=-30.0, duration=500.0))
    )


def same(one, other):
    names = ("times", "sizes", "walls", "cascades", "differences", "allowable", "spaces")
    whole = ("times", "overpotential", "pressures", "fills", "moles")
    return (
        all(np.array_equal(getattr(one.bursts, name), getattr(other.bursts, name)) for name in names)
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in whole)
        and one.balances == other.balances
        and one.work == other.work
        and one.bursts.imbalance == other.bursts.imbalance
        and np.array_equal(one.trace.overpotential, other.trace.overpotential)
    )


@pytest.mark.parametrize("permeance", [0.0, 1e-14])
def test_one_and_three_threads_burst_to_the_same_bits(monkeypatch, permeance):
    monkeypatch.setattr(compiled_crew, "_LEAST", 1)
    large = small(rows=90, columns=80, permeance=permeance)
    strength = WallStrength(scale=4e5 if permeance == 0.0 else 2.2e5, modulus=6.0, seed=3)
    one, other = (run(large, protocol(2500.0), allowable=strength, threads=t) for t in (1, 3))
    assert one.bursts.walls.size > 5
    assert same(one, other)


@pytest.mark.parametrize("permeance", [0.0, 1e-14])
@pytest.mark.parametrize("stop", [1, 3, 6])
def test_an_interrupted_run_that_bursts_goes_on_to_the_same_bits(tmp_path, monkeypatch, permeance, stop):
    asked = dict(record=[500.0, 2990.0, 3010.0], allowable=STRENGTH)
    anode = small(permeance=permeance)
    whole = run(anode, protocol(), **asked)
    assert whole.bursts.times.size > 10
    kept = Checkpoint(path=tmp_path / "run", every=7)
    break_off(monkeypatch, stop, lambda: run(anode, protocol(), checkpoint=kept, **asked))
    assert same(run(anode, protocol(), checkpoint=kept, **asked), whole)
    with pytest.raises(InputError, match="belongs to another"):
        run(anode, protocol(), checkpoint=kept, record=asked["record"], allowable=1e5)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: run(small(), protocol(), allowable=-1.0), "allowable must be above 0 Pa"),
        (lambda: run(small(), protocol(), allowable=math.nan), "allowable must be above 0 Pa"),
        (lambda: run(small(), protocol(), allowable=[1e5, 1e5]), "allowable must be one number or 216"),
        (lambda: run(small(), protocol(), allowable=1e5, classes=True), "leave out classes or allowable"),
        (lambda: WallStrength(scale=0.0, modulus=5.0), r"WallStrength\.scale must be above 0 Pa"),
        (lambda: WallStrength(scale=1e5, modulus=-1.0), r"WallStrength\.modulus must be above 0"),
        (lambda: WallStrength(scale=1e5, modulus=5.0, seed=-1), r"WallStrength\.seed must be a whole number"),
    ],
)
def test_what_walls_cannot_bear_is_refused_in_one_line(make, told):
    with pytest.raises(InputError, match=told):
        make()


def test_it_tells_the_sizes_of_cascades_and_of_spaces():
    found = run(small(), protocol(), allowable=STRENGTH).bursts
    sizes, counts = found.histogram()
    assert (sizes * counts).sum() == found.walls.size
    assert counts.sum() == found.times.size
    chambers, spaces = found.space_sizes()
    # every wall that opens makes one space of two
    assert ((chambers - 1) * spaces).sum() == found.walls.size
    assert (np.diff(found.times) > 0).all()
    assert (found.differences >= found.allowable * (1.0 - 1e-6)).all()
    assert (
        repr(found) == f"Bursts({found.walls.size} walls in {found.times.size} cascades, the largest of {sizes.max()})"
    )
    with pytest.raises(ValueError, match="read-only"):
        found.times[0] = 1.0


def test_walls_of_any_strength_are_finite_or_never_open():
    weak = WallStrength(scale=1e5, modulus=1e-3, seed=1).of(1000)
    assert (weak > 0).all()
    assert not np.isnan(weak).any()
