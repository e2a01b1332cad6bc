"""The answer of a study, number by number, from its chambers with a few lines of NumPy."""

from __future__ import annotations

import json
import math

import h5netcdf
import numpy as np
import pytest

from tubewall import cli

STUDY = """
[array]
rows = 50
columns = 50
[walls]
permeance = "1e-13 mol/(m2 s Pa)"
[protocol]
current_density = "0.25 mA/cm2"
capacity = "2.2 mAh/cm2"
[scatter]
deviation = 0.1
[run]
looks = 41
"""
P0, R, T, W, PITCH = 101325.0, 8.31446261815324, 298.15, 100e-9, 110e-9
# e / Omega of bcc lithium, a = 3.51 angstrom [Pa/V]
CEILING = 1.602176634e-19 / (0.5 * 3.51e-10**3)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    (folder / "anode.toml").write_text(STUDY)
    words = ["--json", str(folder / "a.json"), "--netcdf", str(folder / "a.nc"), "--quiet"]
    assert cli.main(["chambers", str(folder / "anode.toml"), *words]) == 0
    data = json.loads((folder / "a.json").read_text())
    with h5netcdf.File(folder / "a.nc") as file:
        sides = {
            name: {
                key: file[name][key][:] for key in ("time", "fill", "pressure", "largest_difference", "regime_number")
            }
            for name in ("hermetic", "permeable")
        }
    return data, sides


def values(numbers):
    return np.array([one["value"] for one in numbers])


def neighbours(gas):
    """Differences to the three neighbours ahead of every hexagon of a periodic grid, whatever the order of the walls."""
    grid = gas.reshape(50, 50)
    ahead = (np.roll(grid, -1, 1), np.roll(grid, -1, 0), np.roll(grid, (-1, 1), (0, 1)))
    return np.abs(np.concatenate([(grid - other).ravel() for other in ahead]))


def test_fill_is_the_charge_over_the_room(told):
    data, sides = told
    # physics page 1.2: 2058.3 mAh/cm3 of dense lithium in (W / (W + w))^2 of 20 um
    room = CEILING * 1.0 * 20e-6 * (W / PITCH) ** 2
    assert data["room"]["value"] == pytest.approx(room, rel=1e-6)
    assert room / 3.6e4 == pytest.approx(3.41, rel=0.005)
    for side in ("hermetic", "permeable"):
        passed = 2.5 * values(data[side]["times"])
        assert values(data[side]["fill"]["mean"]) == pytest.approx(passed / room, abs=1e-9)
        assert sides[side]["fill"].mean(axis=1) == pytest.approx(passed / room, abs=1e-9)


def test_hermetic_gas_obeys_boyle_and_its_quantiles_are_those_of_the_chambers(told):
    data, sides = told
    found = data["hermetic"]["pressure"]
    gas = sides["hermetic"]["pressure"]
    assert gas == pytest.approx(P0 / (1.0 - sides["hermetic"]["fill"]), rel=1e-9)
    wanted = np.quantile(gas, found["levels"], axis=1).T
    assert np.array([values(row) for row in found["quantiles"]]) == pytest.approx(wanted, rel=1e-12)
    counts, edges = np.array(found["histogram"]["counts"]), values(found["histogram"]["edges"])
    assert np.array_equal(counts[-1], np.histogram(gas[-1], edges)[0])


def test_the_overpotential_drives_the_mean_current(told):
    """sum G_i (U - P_i / (e / Omega)) = J area, the conductances from the fills of the first look."""
    data, sides = told
    for side in ("hermetic", "permeable"):
        gas, fill = sides[side]["pressure"], sides[side]["fill"]
        volts = values(data[side]["overpotential"])
        weight = fill[1] / fill[1].mean()
        driven = np.array([np.average(volts[k] - gas[k] / CEILING, weights=weight) for k in range(len(volts))])
        # all looks alike, the mean conductance of the sample being what it is
        assert driven == pytest.approx(np.full(len(volts), driven[0]), rel=2e-5)
        assert 2.5 / driven[0] == pytest.approx(600.0, rel=0.01)


def test_the_tail_is_that_of_all_walls(told):
    data, sides = told
    for side in ("hermetic", "permeable"):
        found = data[side]["walls"]["largest_difference"]
        looked = np.max([neighbours(gas) for gas in sides[side]["pressure"]], axis=0)
        seen = sides[side]["largest_difference"]
        assert found["walls"] == seen.size == looked.size == 7500
        # over all steps, looks among them
        assert (np.sort(seen) >= np.sort(looked) * (1.0 - 1e-12)).all()
        if side == "hermetic":
            assert np.sort(seen) == pytest.approx(np.sort(looked), rel=1e-6)
        assert values(found["quantiles"]) == pytest.approx(np.quantile(seen, found["levels"]), rel=1e-12)
        assert found["largest"]["value"] == seen.max()
    assert data["walls_of_electrode"]["value"] == pytest.approx(3e-4 / (math.sqrt(3.0) / 2.0 * PITCH**2), rel=1e-12)
    ceiling = CEILING * max(values(data["hermetic"]["overpotential"]))
    expected = data["hermetic"]["walls"]["expected_largest_over_electrode"]["value"]
    assert found["largest"]["value"] < expected <= ceiling * (1.0 + 1e-9)


def test_walls_stop_being_hermetic_where_they_equalise_as_fast_as_they_are_compressed(told):
    """Physics page 3.5: the regime number 1 / (rate / (1 - fill) W / (4 Pi R T)) is 1."""
    data, sides = told
    fill, time = sides["hermetic"]["fill"], sides["hermetic"]["time"]
    # nearly constant current: the loss of gas volume is quickest at the end
    rate = (fill[-1] - fill[-2]) / (time[-1] - time[-2]) / (1.0 - fill[-1])
    grid = rate.reshape(50, 50)
    ahead = (np.roll(grid, -1, 1), np.roll(grid, -1, 0), np.roll(grid, (-1, 1), (0, 1)))
    walls = np.concatenate([np.maximum(grid, other).ravel() for other in ahead])
    wanted = np.quantile(W / (4.0 * R * T) * walls, (0.01, 0.5, 0.99))
    found = data["hermetic"]["walls"]["crossover_permeance"]
    assert [found[name]["value"] for name in ("1 %", "50 %", "99 %")] == pytest.approx(wanted, rel=0.03)
    regimes, share = sides["permeable"]["regime_number"], data["permeable"]["walls"]["share_of_walls"]
    assert data["permeable"]["walls"]["regime_number"]["median"]["value"] == pytest.approx(
        np.median(regimes), rel=1e-12
    )
    assert np.median(regimes) == pytest.approx(1e-13 / wanted[1], rel=0.1)
    assert share["permeable, above 10"]["value"] == pytest.approx((regimes > 10).mean(), abs=1e-15)


def test_the_loads_for_the_wall_are_the_hardest_pair(told):
    data, sides = told
    load = data["hermetic"]["walls"]["load_cases"][0]
    one, other = load["chambers"]
    gas, fill = sides["hermetic"]["pressure"][-1], sides["hermetic"]["fill"][-1]
    assert values(load["pressures"]) == pytest.approx([gas[one], gas[other]], rel=1e-9)
    assert load["difference"]["value"] == pytest.approx(neighbours(gas).max(), rel=1e-9)
    assert values(load["zone"]) == pytest.approx([20e-6 * fill[one], 20e-6], rel=1e-9)
    keys = data["thickness"]
    assert P0 / (1.0 - keys["fill"]["value"]) == pytest.approx(gas[one], rel=1e-9)
    assert P0 / (1.0 - keys["neighbour_fill"]["value"]) == pytest.approx(gas[other], rel=1e-9)
    assert keys["areal_capacity"]["value"] == pytest.approx(2.2 * 3.6e4, rel=1e-12)


def test_balances_are_kept(told):
    data, _ = told
    for side in ("hermetic", "permeable"):
        found = {name: one["value"] for name, one in data[side]["balances"].items()}
        assert found["moles"] < 1e-12
        assert found["lithium"] < 1e-12
        assert found["current"] < 1e-10
        assert found["energy"] < 1e-4
