"""What every wall saw at its hardest moment: between the looks too, and after an interruption."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.chambers import Anode, Checkpoint, Lattice, Protocol, Scatter, Step, run
from tubewall.chambers.compiled_crew import Crew
from tubewall.chambers.wall_peaks import PeakBook
from tubewall.errors import InputError

P0 = 101325.0
CHARGE = Protocol(steps=(Step(kind="current", current_density=2.5, charge=9e4),))


def anode(permeance):
    return Anode(
        array=Lattice(rows=12, columns=12, bore=100e-9, wall=10e-9),
        height=20e-6,
        conductance=600.0,
        scatter=Scatter(deviation=0.15),
        permeance=permeance,
    )


def test_hermetic_walls_are_hardest_at_the_end_of_a_charge():
    # not so far that the fullest bores stand at the ceiling
    found = run(anode(0.0), Protocol(steps=(Step(kind="current", current_density=2.5, charge=6e4),)), keep="all")
    first, second = found.anode.array.edges.T
    gas = P0 / (1.0 - found.fills[-1])
    assert found.peaks.differences == pytest.approx(np.abs(gas[first] - gas[second]), rel=1e-6, abs=1.0)
    assert (found.peaks.times == found.times[-1]).all()
    assert np.array_equal(found.peaks.pressures[:, 0], found.pressures[-1, first])
    assert np.array_equal(found.peaks.fills[:, 1], found.fills[-1, second])


def test_a_bore_that_runs_full_behind_permeable_walls_is_seen_between_two_looks():
    seldom = run(anode(1e-12), CHARGE, keep="all")
    often = run(anode(1e-12), CHARGE, keep="all", record=np.linspace(0.0, 36000.0, 1500))
    first, second = seldom.anode.array.edges.T
    looked = np.abs(often.pressures[:, first] - often.pressures[:, second]).max(axis=0)
    at_end = np.abs(seldom.pressures[-1, first] - seldom.pressures[-1, second])
    # what a look at the end alone would say, and what a look every 24 s finds
    assert looked.max() > 20.0 * at_end.max()
    assert (often.peaks.differences >= looked * (1.0 - 1e-12)).all()
    hard = looked > 1e4
    assert hard.sum() > 5
    assert (seldom.peaks.differences[hard] > 0.8 * looked[hard]).all()
    # the two pressures are those of the difference
    across = np.abs(seldom.peaks.pressures[:, 0] - seldom.peaks.pressures[:, 1])
    assert np.array_equal(across, seldom.peaks.differences)


def test_compression_is_the_rate_of_fill_over_what_is_left():
    with Crew(2, 1) as crew:
        book = PeakBook(np.array([[0, 1]]), 2, crew)
        book.see(1.0, np.array([2.0, 1.0]), np.array([0.5, 0.75]), np.array([0.1, -0.1]))
        book.see(2.0, np.array([2.5, 2.5]), np.array([0.6, 0.75]), np.array([0.1, 0.0]))
    made = book.made()
    assert made.compression == pytest.approx([0.1 / 0.4, 0.1 / 0.25], rel=1e-14)
    assert (made.differences[0], made.times[0]) == (1.0, 1.0)
    assert made.fills[0].tolist() == [0.5, 0.75]


def test_an_interrupted_run_has_the_same_peaks(tmp_path):
    whole = run(anode(1e-12), CHARGE, keep="all")
    path = tmp_path / "run.checkpoint"

    class Stop(Exception):
        pass

    class Once(Checkpoint):
        def write(self, identity, arrays):
            super().write(identity, arrays)
            raise Stop

    with pytest.raises(Stop):
        run(anode(1e-12), CHARGE, keep="all", checkpoint=Once(path=path, every=40))
    resumed = run(anode(1e-12), CHARGE, keep="all", checkpoint=Checkpoint(path=path, every=1000))
    for name in ("differences", "times", "pressures", "fills", "compression"):
        assert np.array_equal(getattr(whole.peaks, name), getattr(resumed.peaks, name)), name


def test_chambers_that_are_not_kept_have_no_peaks():
    assert run(anode(0.0), CHARGE, keep="none").peaks is None


def test_every_wall_is_followed_without_histories_where_that_is_asked_for():
    whole, seen = run(anode(1e-12), CHARGE, keep="all"), []
    found = run(anode(1e-12), CHARGE, keep="none", peaks=True, watch=seen.append)
    for name in ("differences", "times", "pressures", "fills", "compression"):
        assert np.array_equal(getattr(found.peaks, name), getattr(whole.peaks, name)), name
    assert [look.time for look in seen] == whole.times.tolist()
    for name in ("fills", "pressures", "moles"):
        assert np.array_equal([getattr(look, name) for look in seen], getattr(whole, name)), name
    assert [look.largest_difference for look in seen] == whole.difference.quantiles[:, -1].tolist()


def test_what_cannot_be_followed_is_told(tmp_path):
    with pytest.raises(InputError, match="in classes are not followed one by one"):
        run(anode(0.0), CHARGE, classes=True, peaks=True)
    with pytest.raises(InputError, match="no looks from before a checkpoint"):
        run(anode(0.0), CHARGE, watch=print, checkpoint=Checkpoint(path=tmp_path / "a"))


def test_lithium_that_fills_its_bore_presses_with_all_the_overpotential_can_drive():
    from tubewall.studies import ChambersStudy, answer_study

    answer = answer_study(
        ChambersStudy.from_tables(
            {
                "array": {"rows": 12, "columns": 12},
                "protocol": {"current_density": "0.25 mA/cm2", "capacity": "2.5 mAh/cm2"},
                "scatter": {"deviation": 0.15},
                "run": {"looks": 3},
            }
        )
    )
    side = answer.permeable
    assert (side.run.fills[-1] >= side.run.anode.fullest).any()
    # F U / V_m, 7410 MPa per V for a lattice parameter of 3.51 angstrom (physics page 1.1, S1)
    most = 7410e6 * side.run.overpotential.max()
    assert side.highest_lithium == pytest.approx(most, rel=1e-3)
    load = next(one for one in side.walls.loads if one.name == "lithium against gas")
    assert load.pressures[0] == pytest.approx(most, rel=1e-3)
    assert load.zone[1] == pytest.approx(20e-6, rel=1e-5)


def test_the_peaks_are_the_same_on_any_number_of_threads():
    one, three = (run(anode(1e-12), CHARGE, keep="all", threads=threads).peaks for threads in (1, 3))
    for name in ("differences", "times", "pressures", "fills", "compression"):
        assert np.array_equal(getattr(one, name), getattr(three, name)), name
