"""Transport and capacity: the source's numbers (Chen et al. 2020, Methods), in one and two dimensions, in closed form."""

from __future__ import annotations

import math

import pytest
from scipy.constants import Boltzmann, elementary_charge

from tubewall.studies import constraints
from tubewall.studies.bounds import Bound
from tubewall.studies.study import Study
from tubewall.studies.thickness import stress_model

BORE, HEIGHT, FILLET = 100e-9, 20e-6, 2e-9
NEED = 30.0 / 0.05 * HEIGHT  # J h / U [S/m]: 0.12 mS/cm
# area that six fillets of a hexagon add to the solid: each r^2 (tan 30 - 30 deg) on both sides of a corner
CORNERS = 6.0 * FILLET**2 * (math.tan(math.pi / 6.0) - math.pi / 6.0)
HEXAGON = math.sqrt(3.0) / 2.0 * BORE**2


def kappa(atoms: float, diffusivity: float, temperature: float = 298.15) -> float:
    """Equation (2), e^2 c D / k T [S/m], from 1/m3 and m2/s."""
    return elementary_charge**2 * atoms * diffusivity / (Boltzmann * temperature)


def found(name: str, **changes: object) -> Bound:
    model = stress_model(Study().replace(**{"supercell": 3, "thickest": "400 nm", **changes}))
    bounds = [*constraints.transport(model), *constraints.capacity(model)]
    return next(b for b in bounds if b.name == name)


def wall_1d(fraction: float) -> float:
    return BORE * fraction / (1.0 - fraction)


def wall_2d(fraction: float) -> float:
    """Bores of hexagons with fillets leave the solid fraction 1 - A_bore / (sqrt 3 / 2 (W + w)^2)."""
    return math.sqrt((HEXAGON - CORNERS) / (math.sqrt(3.0) / 2.0 * (1.0 - fraction))) - BORE


def test_lic6_needs_13_nm_in_lamellae_and_6_nm_in_cells() -> None:
    fraction = NEED / kappa(1.65e28, 1e-12)
    assert fraction == pytest.approx(0.1166, abs=1e-4)  # S10
    one, two = found("transport_1d"), found("transport_2d")
    assert one.wall == pytest.approx(wall_1d(fraction), rel=1e-8, abs=0.0)
    assert one.wall == pytest.approx(13.2e-9, abs=0.05e-9)  # S11
    assert two.wall == pytest.approx(wall_2d(fraction), rel=1e-8, abs=0.0)
    # sharp hexagons would need 6.40 nm: the fillets carry a little lithium too
    assert wall_2d(fraction) < BORE * (1.0 / math.sqrt(1.0 - fraction) - 1.0) == pytest.approx(6.4e-9, abs=0.05e-9)


@pytest.mark.parametrize(
    ("metal", "diffusivity", "one", "two"), [("Li9Al4", 1e-13, 93e-9, 38.8e-9), ("Li22Si5", 1e-15, None, None)]
)
def test_li9al4_needs_thick_walls_and_li22si5_finds_none(
    metal: str, diffusivity: float, one: float | None, two: float | None
) -> None:
    # S12, S13: fractions 0.481 and 36, more than there is
    changes = {"transport_material": metal, "diffusivity": diffusivity}
    first, second = found("transport_1d", **changes), found("transport_2d", **changes)
    if one is None or two is None:
        assert NEED / kappa(5.3e28, diffusivity) > 1.0
        assert first.wall is None
        assert second.wall is None
        assert "carries too little lithium" in first.reason
        assert "carries too little lithium" in second.reason
        return
    fraction = NEED / kappa(4e28, diffusivity)
    assert fraction == pytest.approx(0.481, abs=1e-3)
    assert first.wall == pytest.approx(wall_1d(fraction), rel=1e-8, abs=0.0) == pytest.approx(one, abs=0.5e-9)
    assert second.wall == pytest.approx(wall_2d(fraction), rel=1e-8, abs=0.0)
    assert second.wall == pytest.approx(two, abs=0.1e-9)


@pytest.mark.parametrize(
    ("metal", "atoms", "bulk", "interface"),
    [("LiC6", 1.65e28, 1e-12, 7.1e-12), ("Li9Al4", 4e28, 1e-13, 1.07e-11)],
)
def test_an_interface_of_1e_7_cm2_per_s_makes_other_metals_do_with_ten_nanometres(
    metal: str, atoms: float, bulk: float, interface: float
) -> None:
    # equation (3), kappa (1 + 2 D_int delta / (D w)), delta = 2 A: kappa (w + c) = need (w + W), c = 2 D_int delta / D
    bound = found("transport_1d", transport_material=metal, diffusivity=bulk, interface_diffusivity=interface)
    k, c = kappa(atoms, bulk), 2.0 * interface * 2e-10 / bulk
    assert bound.wall == pytest.approx((NEED * BORE - k * c) / (k - NEED), rel=1e-7, abs=0.0)
    assert bound.wall == pytest.approx(10e-9, rel=0.03)  # physics.md 1.1, sensitivity identity


def test_where_the_bulk_is_too_slow_the_faces_bound_the_wall_from_above() -> None:
    # Li22Si5: kappa = 0.0033 mS/cm is below what is needed at any thickness; kappa (w + c) >= need (w + W) holds for
    # walls up to (kappa c - need W) / (need - kappa) only, where the faces are dense enough
    changes = {"transport_material": "Li22Si5", "diffusivity": 1e-15, "interface_diffusivity": 1.00e-11}
    k, c = kappa(5.3e28, 1e-15), 2.0 * 1.00e-11 * 2e-10 / 1e-15
    bound = found("interface_transport_1d", **changes)
    assert bound.side == "above"
    assert bound.wall == pytest.approx((k * c - NEED * BORE) / (NEED - k), rel=1e-7, abs=0.0)
    assert bound.wall == pytest.approx(
        10e-9, rel=0.06
    )  # physics.md 1.1, sensitivity identity: w = 10 nm at 1.00e-7 cm2/s
    below = found("transport_1d", **changes)
    assert below.at_edge
    assert below.wall == 0.3e-9
    # cells of sharp hexagons: kappa (1 + c/w) (1 - (W/(W+w))^2) = need
    two = found("interface_transport_2d", **changes, fillet="0 nm").wall
    assert two is not None
    assert k * (1.0 + c / two) * (1.0 - (BORE / (BORE + two)) ** 2) == pytest.approx(NEED, rel=1e-7)


def test_warmth_with_the_same_diffusivity_asks_for_thicker_walls() -> None:
    fraction = NEED / kappa(1.65e28, 1e-12, 328.15)
    assert found("transport_1d", temperature="55 C").wall == pytest.approx(wall_1d(fraction), rel=1e-8, abs=0.0)
    assert wall_1d(fraction) == pytest.approx(14.7e-9, abs=0.05e-9)  # S11


def test_three_mah_per_cm2_allow_24_nm_in_lamellae_and_11_nm_in_cells() -> None:
    volume = 6.02214076e23 * (3.51e-10) ** 3 / 2.0  # V_m of bcc lithium, S1
    dense = 96485.33212 / volume * HEIGHT * 0.9 / (3.0 * 36000.0)
    one, two = found("capacity_1d"), found("capacity_2d")
    assert one.side == two.side == "above"
    assert one.wall == pytest.approx(BORE * (dense - 1.0), rel=1e-8, abs=0.0)
    # the bores' area (with fillets) over that of the cell, times what dense lithium holds, is the capacity asked for
    assert two.wall == pytest.approx(
        math.sqrt(dense * (HEXAGON - CORNERS) / (math.sqrt(3.0) / 2.0)) - BORE, rel=1e-8, abs=0.0
    )
    # physics.md 4.5 says 23.7 and 11.2 nm with 2062.2 mAh/cm3 (density 0.534): this lattice holds 0.19 % less
    by_density = 2062.2 * 20e-4 * 0.9 / 3.0
    assert BORE * (by_density - 1.0) == pytest.approx(23.7e-9, abs=0.05e-9)
    assert BORE * (math.sqrt(by_density) - 1.0) == pytest.approx(11.2e-9, abs=0.05e-9)
    assert dense / by_density == pytest.approx(2058.3 / 2062.2, abs=1e-4)


def test_the_bounds_scale_as_their_formulas() -> None:
    ten = {"bore": "1 um", "fillet": "20 nm", "wall": "100 nm", "thickest": "900 nm"}
    # the same fraction of a bore ten times as wide, at the same height
    for name in ("transport_1d", "transport_2d", "capacity_1d", "capacity_2d"):
        small, large = found(name).wall, found(name, **ten).wall
        assert small is not None
        assert large is not None
        assert large == pytest.approx(10.0 * small, rel=1e-8, abs=0.0)
    # twice the current needs twice the fraction
    assert found("transport_1d", current_density="6 mA/cm2").wall == pytest.approx(
        wall_1d(2.0 * NEED / kappa(1.65e28, 1e-12)), rel=1e-8
    )


def test_more_than_dense_lithium_can_hold_leaves_no_wall() -> None:
    bound = found("capacity_2d", areal_capacity="5 mAh/cm2")
    assert bound.wall is None
    assert "too little lithium" in bound.reason
