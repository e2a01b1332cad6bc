"""Relations S1 to S20 of the source's text against values that another program computed (physics.md 1.1, column [C])."""

import math

import pytest

from tubewall.materials.source_relations import markdown, relations

# relation, number within it, value in the unit of the row, tolerance: half of the last digit printed
COMPUTED = [
    ("S1", 0, 7410.01, 0.005), ("S1", 1, 7424, 0.5), ("S2", 0, 370.5, 0.05), ("S3", 0, 1000.35, 0.005), ("S4", 0, 0.06, 1e-12),
    ("S5", 0, 10 / 110, 1e-12), ("S5", 1, 1 - (100 / 110) ** 2, 1e-12), ("S6", 0, 0.12, 1e-12),
    ("S7", 0, 14.575, 0.01), ("S7", 1, 17.60, 0.05), ("S7", 2, 19.56, 0.05),
    ("S8", 0, 10.29, 0.005), ("S8", 1, 1.029, 5e-4), ("S8", 2, 3.31e-3, 5e-6), ("S8", 3, 0.2494, 5e-5),
    ("S9", 0, 1.40, 5e-3), ("S9", 1, 5.0, 1e-9), ("S9", 2, 401, 1e-6),
    ("S10", 0, 0.1166, 5e-5), ("S10", 1, 0.1284, 5e-5), ("S10", 2, 0.0117, 5e-5),
    ("S11", 0, 13.2, 0.05), ("S11", 1, 14.7, 0.05), ("S11", 2, 6.4, 0.05), ("S11", 3, 7.1, 0.05),
    ("S12", 0, 0.481, 5e-4), ("S12", 1, 93, 0.5), ("S12", 2, 38.8, 0.05), ("S13", 0, 36.3, 0.05),
    ("S14", 0, 1.01325, 1e-9), ("S14", 1, 1.008, 5e-4), ("S14", 2, 1.115, 4e-3), ("S14", 3, 2.00, 5e-3), ("S14", 4, 4.93, 5e-3),
    ("S14", 5, 9.68, 0.01), ("S15", 0, 9.54e9, 5e6), ("S15", 1, 8.02e9, 5e6), ("S16", 0, 4.05, 5e-3), ("S16", 1, 4.90, 5e-3),
    ("S17", 0, 0.656, 5e-4), ("S17", 1, 0.984, 5e-4), ("S18", 0, 6.4, 0.05), ("S18", 1, 9.5, 0.05), ("S18", 2, 11.5, 0.05),
    ("S18", 3, 0.58, 5e-3), ("S19", 0, 0.15, 5e-3), ("S19", 1, 0.30, 5e-3), ("S19", 2, 0.61, 5e-3), ("S19", 3, 2.5, 1e-9),
    ("S19", 4, 10.0, 1e-9), ("S20", 0, 1.68e22, 5e19), ("S20", 1, 5.34e22, 5e19), ("S20", 2, 4.04e22, 5e19),
]  # fmt: skip


def by_key():
    rows = {}
    for one in relations():
        rows.setdefault(one.key, []).append(one)
    return rows


@pytest.mark.parametrize(("key", "number", "value", "tolerance"), COMPUTED)
def test_a_relation_of_the_source_comes_out_as_computed_elsewhere(key, number, value, tolerance):
    one = by_key()[key][number]
    assert one.ours == pytest.approx(value, abs=tolerance, rel=0), one.what


def test_all_twenty_relations_are_there_and_every_number_is_held_against_another():
    rows = by_key()
    assert list(rows) == [f"S{n}" for n in range(1, 21)]
    assert {(key, n) for key, ones in rows.items() for n in range(len(ones))} == {(key, n) for key, n, _, _ in COMPUTED}


def test_the_sources_own_wall_fails_its_own_equation_in_one_dimension_and_passes_in_two():
    rows = by_key()
    needed = rows["S10"][0].ours
    assert rows["S5"][0].ours < needed < rows["S5"][1].ours


def test_the_source_is_right_within_its_rounding_where_it_states_a_result():
    for key in ("S1", "S2", "S3", "S4", "S6", "S8", "S20"):
        for one in by_key()[key]:
            if one.error is not None:
                assert abs(one.error) < 0.03, one.what


def test_the_table_prints_one_line_for_each_number():
    lines = markdown().splitlines()
    assert len(lines) == 2 + len(relations())
    assert all(line.count("|") == 7 for line in lines)
    assert all(math.isfinite(one.ours) for one in relations())
