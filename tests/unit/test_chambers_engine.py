"""Runs of the anode: ends, looks, threads, checkpoints, and whatever the network."""

import math
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tubewall.chambers import compiled_crew
from tubewall.chambers.anode import Anode, Lattice, Scatter
from tubewall.chambers.engine import run
from tubewall.chambers.engine_checkpoint import Checkpoint
from tubewall.chambers.protocol import Protocol, Step
from tubewall.chambers.wall_strength import WallStrength
from tubewall.errors import DamagedFileError, InputError, ResourceError
from tubewall.geometry import ChamberGraph
from tubewall.materials import Gas

break_off = runpy.run_path(str(Path(__file__).parents[1] / "references" / "interrupted_runs.py"))["break_off"]
NM, H, AREA = 1e-9, 20e-6, 1e-14


def small(rows=6, columns=6, **more):
    array = Lattice(rows=rows, columns=columns, bore=100 * NM, wall=10 * NM)
    settings = dict(array=array, height=H, conductance=600.0, scatter=Scatter(deviation=0.05), permeance=1e-13, seed=1)
    return Anode(**(settings | more))


def charge(**more):
    return Step(**(dict(kind="current", current_density=30.0, duration=3000.0) | more))


def same(one, other):
    arrays = ("times", "overpotential", "current_density", "charge", "leaked", "fills", "pressures", "moles")
    return (
        all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and one.ends == other.ends
        and one.balances == other.balances
        and one.work == other.work
        and np.array_equal(one.trace.overpotential, other.trace.overpotential)
        and np.array_equal(one.pressure.counts, other.pressure.counts)
        and np.array_equal(one.difference.quantiles, other.difference.quantiles)
    )


def test_steps_end_by_what_is_met_first():
    protocol = Protocol(
        steps=(
            charge(duration=100.0),
            charge(charge=6000.0, duration=math.inf),
            Step(kind="rest", duration=50.0),
            Step(kind="hold", overpotential=-0.01, duration=1e6, charge=500.0),
            charge(duration=math.inf, highest=0.05008),
            charge(current_density=-30.0, duration=math.inf, lowest=-1e6),
        )
    )
    found = run(small(), protocol)
    reasons = [end.reason for end in found.ends]
    assert reasons == ["duration", "charge", "duration", "charge", "highest", "empty"]
    assert found.ends[1].end == pytest.approx(100.0 + 200.0, rel=1e-12)
    assert found.ends[3].passed == pytest.approx(-500.0, rel=1e-6)
    assert found.ends[4].overpotential == pytest.approx(0.05008, rel=1e-9)
    assert (np.diff(found.trace.times) >= 0).all()
    assert found.charge[-1] == pytest.approx(found.trace.charge[-1], rel=1e-15)


def test_a_margin_of_the_users_own_ends_a_step_where_it_says():
    # U = J / G + kappa P grows with the pressure: what the margin asks for is met to round-off
    step = charge(duration=math.inf, margin=lambda moment: 45_000.0 - moment.passed)
    found = run(small(), Protocol(steps=(step,)))
    assert found.ends[0].reason == "margin"
    assert found.charge[-1] == pytest.approx(45_000.0, rel=1e-8)


def test_an_empty_array_gives_nothing_and_a_discharge_ends_with_the_lithium():
    found = run(
        small(),
        Protocol(
            steps=(charge(current_density=-1.0), charge(), charge(current_density=-30.0, lowest=-1e6, duration=1e5))
        ),
    )
    assert [end.reason for end in found.ends] == ["empty", "duration", "empty"]
    assert found.ends[0].start == found.ends[0].end == 0.0
    assert found.ends[2].passed == pytest.approx(-90_000.0, rel=1e-9)
    assert found.fills[-1].max() < 1e-9


def test_a_protocol_that_overfills_the_array_is_refused_before_it_starts():
    with pytest.raises(InputError, match=r"step 1 of the protocol overfills the array: it would hold 180000 C/m2"):
        run(small(), Protocol(steps=(charge(), charge())))


def test_a_gas_beyond_its_law_is_one_clear_line():
    gas = Gas(name="argon", law="virial")
    with pytest.raises(
        InputError, match=r'its law holds to 8541.* mol/m3; use law="coolprop" .*gas_law = "coolprop".*carries further'
    ):
        run(small(gas=gas), Protocol(steps=(Step(kind="hold", overpotential=0.05, duration=20_000.0),)))
    with pytest.raises(InputError, match="250"):
        run(small(gas=gas, temperature=200.0), Protocol(steps=(charge(),)))


@pytest.mark.parametrize(("more", "words"), [
    (dict(rtol=1e-12), "rtol must be 1e-9 to 1e-3"),
    (dict(record=[-1.0]), "record must be times"),
    (dict(record=[math.nan]), "record must be times"),
    (dict(keep="som"), "keep must be"),
    (dict(keep=[99]), "keep must lie within 0 to 35"),
    (dict(keep=[0.5]), "whole numbers"),
    (dict(classes=True), "hermetic lattice"),
])  # fmt: skip
def test_bad_requests_are_refused(more, words):
    with pytest.raises(InputError, match=words):
        run(small(), Protocol(steps=(charge(),)), **more)


def test_more_chambers_than_memory_are_refused_before_anything_is_begun():
    huge = Lattice(rows=40_000, columns=40_000, bore=100 * NM, wall=10 * NM)
    with pytest.raises(ResourceError, match=r"1600000000 chambers need about 672\.0 GB"):
        run(small(array=huge), Protocol(steps=(charge(),)))


def test_gaps_between_tubes_take_no_lithium():
    graph = ChamberGraph(
        kinds=("bore", "interstice"),
        areas=np.array([1.0, 0.3]) * AREA,
        edges=np.array([[0, 1]]),
        shared_widths=np.array([100 * NM]),
        thicknesses=np.array([10 * NM]),
        names=("chamber 0", "interstice 0"),
    )
    anode = Anode(array=graph, height=H, conductance=600.0, void_fraction=0.5, permeance=math.inf)
    found = run(anode, Protocol(steps=(charge(duration=1000.0),)))
    # 30 A/m2 of twice the bore's area
    volume = found.anode.lithium.molar_volume / 96485.33212 * 30.0 * 1000.0 * 2.0 * AREA
    assert found.fills[-1] == pytest.approx([volume / (AREA * H), 0.0], rel=1e-9)
    # one pressure in both: the gas of 1.3 bores in 1.3 bores less the lithium
    expected = 101325.0 * 1.3 / (1.3 - found.fills[-1, 0])
    assert found.pressures[-1] == pytest.approx([expected, expected], rel=1e-6)


def test_looks_come_at_the_times_asked_for():
    found = run(
        small(), Protocol(steps=(charge(), Step(kind="rest", duration=100.0))), record=[10.0, 0.0, 1234.5, 3050.0]
    )
    assert found.times == pytest.approx([0.0, 10.0, 1234.5, 3000.0, 3050.0, 3100.0], rel=1e-14)
    assert found.fill.mean == pytest.approx(np.minimum(found.times, 3000.0) / 3000.0 * found.fill.mean[3], rel=1e-12)
    assert found.fill.counts.sum(axis=1).tolist() == [36] * 6
    assert found.pressure.quantiles[-1, [0, -1]] == pytest.approx(
        [found.pressures[-1].min(), found.pressures[-1].max()]
    )
    assert "36 chambers" in repr(found)


def test_only_what_is_kept_is_there():
    found = run(small(), Protocol(steps=(charge(),)), keep=[5, 2])
    whole = run(small(), Protocol(steps=(charge(),)))
    assert found.fills[-1].tolist() == whole.fills[-1, [5, 2]].tolist()
    assert found.of([2])[1][-1, 0] == whole.pressures[-1, 2]
    with pytest.raises(InputError, match="not kept"):
        found.of([3])
    with pytest.raises(InputError, match="all chambers"):
        found.lithium_pressures()


def test_one_two_and_three_threads_give_the_same_bits(monkeypatch):
    # threads even where there is little to share out
    monkeypatch.setattr(compiled_crew, "_LEAST", 1)
    with compiled_crew.Crew(150 * 130, 3) as crew:
        assert crew.threads == 3
    large = small(rows=150, columns=130)
    protocol = Protocol(steps=(charge(duration=800.0), charge(current_density=-30.0, duration=500.0)))
    assert same(run(large, protocol, threads=1), run(large, protocol, threads=2))
    listed = small(rows=150, columns=130, wall_scatter=0.1)
    short = Protocol(steps=(charge(duration=300.0),))
    open_walls = small(rows=150, columns=131, permeance=3e-9)
    assert same(run(open_walls, short, threads=1), run(open_walls, short, threads=2))
    assert same(run(listed, short, threads=1), run(listed, short, threads=3))


@pytest.mark.parametrize("stop", [1, 2, 4])
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, stop):
    protocol = Protocol(steps=(charge(), Step(kind="rest", duration=60.0), charge(current_density=-30.0, lowest=-0.3)))
    asked = dict(record=[500.0, 3010.0])
    whole = run(small(), protocol, **asked)
    kept = Checkpoint(path=tmp_path / "run", every=9)
    break_off(monkeypatch, stop, lambda: run(small(), protocol, checkpoint=kept, **asked))
    assert same(run(small(), protocol, checkpoint=kept, **asked), whole)
    # once more: the finished run is there
    assert same(run(small(), protocol, checkpoint=kept, **asked), whole)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_damaged_and_foreign_checkpoints_are_refused(tmp_path):
    protocol = Protocol(steps=(charge(duration=100.0),))
    path = tmp_path / "run"
    run(small(), protocol, checkpoint=Checkpoint(path=path))
    good = path.read_bytes()
    for bad in (
        good[:-7],
        b"",
        good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 4]) + good[len(good) // 2 + 1 :],
    ):
        path.write_bytes(bad)
        with pytest.raises(DamagedFileError, match="no whole checkpoint"):
            run(small(), protocol, checkpoint=Checkpoint(path=path))
    path.write_bytes(good)
    for other in (small(seed=2), small(permeance=2e-13)):
        with pytest.raises(InputError, match="belongs to another"):
            run(other, protocol, checkpoint=Checkpoint(path=path))
    with pytest.raises(InputError, match=r"Checkpoint\.every"):
        Checkpoint(path=path, every=0)


PERMEANCES = st.one_of(st.just(0.0), st.just(math.inf), st.floats(-24.0, 2.0).map(lambda x: 10.0**x))
STEPS = st.one_of(
    st.builds(
        lambda share, time: Step(
            kind="current", current_density=share * 1.4e5 / time, duration=time, lowest=-5.0, highest=5.0
        ),
        st.floats(0.01, 0.9) | st.floats(-0.9, -0.01),
        st.floats(-1.0, 6.0).map(lambda x: 10.0**x),
    ),
    st.builds(lambda time: Step(kind="rest", duration=time), st.floats(-1.0, 6.0).map(lambda x: 10.0**x)),
    st.builds(
        lambda volts, time: Step(kind="hold", overpotential=volts, duration=time),
        st.floats(-0.2, 0.2),
        st.floats(-1.0, 5.0).map(lambda x: 10.0**x),
    ),
)


STRENGTHS = st.one_of(
    st.none(),
    st.floats(2.0, 7.0).map(lambda x: 10.0**x),
    st.builds(WallStrength, scale=st.floats(3.0, 6.0).map(lambda x: 10.0**x), modulus=st.floats(0.5, 20.0)),
)


@st.composite
def anodes(draw):
    n = draw(st.integers(1, 5))
    pairs = [(a, b) for a in range(n) for b in range(a)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=7)) if pairs else []

    def each(values):
        return np.array(draw(st.lists(values, min_size=n, max_size=n)))

    graph = ChamberGraph(
        kinds=("bore",) * n,
        areas=each(st.floats(0.2, 5.0)) * AREA,
        edges=np.array(edges, dtype=np.int64).reshape(-1, 2),
        shared_widths=np.full(len(edges), 100 * NM),
        thicknesses=np.full(len(edges), 10 * NM),
        names=tuple(f"chamber {k}" for k in range(n)),
    )
    permeance = np.array(draw(st.lists(PERMEANCES, min_size=len(edges), max_size=len(edges)))) if edges else 0.0
    return Anode(
        array=graph,
        height=H,
        conductance=each(st.floats(10.0, 1e4)),
        permeance=np.asarray(permeance),
        leak=each(st.just(0.0) | st.floats(-34.0, -14.0).map(lambda x: 10.0**x)),
        external_pressure=draw(st.sampled_from([0.0, 1e5, 1e6])),
        initial_pressure=each(st.floats(3.0, 6.5).map(lambda x: 10.0**x)),
        initial_fill=each(st.floats(0.0, 0.9)),
        void_fraction=0.8,
    )


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(anodes(), st.lists(STEPS, min_size=1, max_size=3), STRENGTHS)
def test_whatever_the_network_and_the_protocol_nothing_is_lost_or_negative(anode, steps, allowable):
    try:
        found = run(anode, Protocol(steps=tuple(steps)), allowable=allowable)
    except InputError as refused:
        if "overfills the array" not in str(refused):
            raise
        return
    for values in (found.fills, found.pressures, found.moles):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    assert (found.fills < 1).all()
    total = found.moles.sum(axis=1) + found.leaked
    assert total == pytest.approx(np.full(total.size, total[0]), rel=1e-12, abs=0)
    assert found.balances.moles < 1e-12
    assert found.balances.lithium < 3e-12
    assert found.balances.constraint < 1e-10
