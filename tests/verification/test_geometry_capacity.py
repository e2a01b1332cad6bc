"""Table 1.2 of the physics: what part of an array is bore, wall and waste, and how much lithium it holds."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tubewall.geometry import CellArray, periodic_cell
from tubewall.units import cm, nm, unit_factor


def near(expected: Any, rel: float = 1e-9) -> Any:
    """pytest.approx without its absolute tolerance of 1e-12, which is more than any area here."""
    return pytest.approx(expected, rel=rel, abs=0.0)


# lithium of density 0.534 g/cm3 and 6.941 g/mol: q_v = F / V_m = 2062 mAh/cm3 (physics S7)
MOLAR_VOLUME = 6.941 / 0.534 * 1e-6
MAH_PER_CM2 = unit_factor("mAh/cm2")[0]
HONEYCOMB: dict[str, Any] = {}
SQUARE = {"packing": "square", "bore_shape": "square"}
ROUND = {"bore_shape": "round"}
TUBES = {"bore_shape": "round", "construction": "tubes"}
IN_SQUARE = {"packing": "square"}

# drawing, wall [nm]; void, solid, waste; mAh/cm2 at 20 um full; um for 3 mAh/cm2 full and at 0.9; tubules per cm2
TABLE = [
    (HONEYCOMB, 5, 0.907, 0.093, 0, 3.74, 16.0, 17.8, 1.05e10),
    (HONEYCOMB, 10, 0.826, 0.174, 0, 3.41, 17.6, 19.6, 9.54e9),
    (HONEYCOMB, 15, 0.756, 0.244, 0, 3.12, 19.2, 21.4, 8.73e9),
    (HONEYCOMB, 20, 0.694, 0.306, 0, 2.86, 20.9, 23.3, 8.02e9),
    (SQUARE, 10, 0.826, 0.174, 0, 3.41, 17.6, 19.6, 8.26e9),
    (ROUND, 10, 0.750, 0.250, 0, 3.09, 19.4, 21.6, 9.54e9),
    (ROUND | IN_SQUARE, 10, 0.649, 0.351, 0, 2.68, 22.4, 24.9, 8.26e9),
    (TUBES, 10, 0.630, 0.277, 0.093, 2.60, 23.1, 25.7, 8.02e9),
    (TUBES, 20, 0.463, 0.444, 0.093, 1.91, 31.4, 34.9, 5.89e9),
    (TUBES | IN_SQUARE, 10, 0.545, 0.240, 0.215, 2.25, 26.7, 29.6, 6.94e9),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]} nm")
def test_the_capacity_table_is_met_to_its_last_digit(row: tuple[Any, ...]) -> None:
    drawing, wall, void, solid, waste, q20, h3, h3_part, tubules = row
    array = CellArray(bore=100 * nm, wall=wall * nm, **drawing)
    assert array.void_fraction == pytest.approx(void, abs=0.00051)
    assert array.solid_fraction == pytest.approx(solid, abs=0.00051)
    assert array.waste_fraction == pytest.approx(waste, abs=0.00051)
    assert array.areal_capacity(20e-6, 1, MOLAR_VOLUME) / MAH_PER_CM2 == pytest.approx(q20, abs=0.0051)
    # the table cuts 20.951 to 20.9
    assert array.height_for(3 * MAH_PER_CM2, 1, MOLAR_VOLUME) == pytest.approx(h3 * 1e-6, abs=0.052e-6)
    assert array.height_for(3 * MAH_PER_CM2, 0.9, MOLAR_VOLUME) == pytest.approx(h3_part * 1e-6, abs=0.051e-6)
    assert array.tubules_per_area * cm**2 == near(tubules, rel=3e-3)


@pytest.mark.parametrize("row", [row for row in TABLE if row[0].get("construction") != "tubes"], ids=str)
def test_the_meshed_wall_has_the_tables_area(row: tuple[Any, ...]) -> None:
    drawing, wall, void = row[:3]
    array = CellArray(bore=100 * nm, wall=wall * nm, **drawing)
    assert 1 - periodic_cell(array).mesh.area() / array.cell_area == pytest.approx(void, abs=0.00051)


def test_thirty_thousand_million_walls_stand_on_a_square_centimetre() -> None:
    # physics 4.5: 2.86e10 walls per cm2, 3 per hexagon
    assert CellArray(bore=100 * nm, wall=10 * nm).walls_per_area * cm**2 == near(2.86e10, rel=2e-3)


@pytest.mark.parametrize("elements", [2, 4, 8])
def test_the_area_of_a_curved_mesh_converges_with_the_fourth_power(elements: int) -> None:
    array = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round")
    cell = periodic_cell(array, elements_through_wall=elements)
    arcs = sum(len(cell.mesh.boundary(arc.boundary)) for arc in cell.arcs)
    # a parabola through ends and middle of an arc of angle t encloses too little by R^2 t^5 / 480 to lowest order
    angle = 2 * math.pi / arcs
    expected = arcs * (array.bore / 2) ** 2 * angle**5 / 480
    error = cell.mesh.area() - array.solid_fraction * array.cell_area
    assert error == near(expected, rel=0.1)
