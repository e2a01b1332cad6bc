"""Extremes over boundaries and over whole bodies, resultants of sections."""

from __future__ import annotations

import numpy as np
import pytest

from tests.references.solid_fields import CARBON, PLANE, SOFT, SOLID, quarter_tube, ring, with_displacement
from tubewall.errors import InputError
from tubewall.fem.boundary_search import boundary_value
from tubewall.fem.largest_values import maxima
from tubewall.fem.loads import PointForce, Pressure, Support
from tubewall.fem.model import Model
from tubewall.fem.model_solver import solve_model
from tubewall.fem.resultants import resultant
from tubewall.fem.singular import singular_points
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.geometry.mesh_join import join

BORE, RIM, PRESSURE = 50e-9, 100e-9, 2e6
LAME = PRESSURE * BORE**2 / (RIM**2 - BORE**2)


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_the_bore_of_a_tube_is_searched_for_lames_stress(kind: Kind) -> None:
    solution = quarter_tube(kind, BORE, RIM, PRESSURE)
    hoop = boundary_value(solution, "left", "max stress hoop")
    assert hoop.value == pytest.approx(LAME * (1 + RIM**2 / BORE**2), rel=2e-2)
    assert hoop.mesh_error is not None
    assert abs(hoop.value - LAME * (1 + RIM**2 / BORE**2)) < hoop.mesh_error
    assert np.linalg.norm(hoop.at[:2]) == pytest.approx(BORE, rel=1e-3, abs=0)
    radial = boundary_value(solution, "left", "mean stress radial")
    assert radial.value == pytest.approx(-PRESSURE, rel=2e-2)


@pytest.mark.parametrize("kind", PLANE)
def test_an_extreme_between_the_nodes_is_found(kind: Kind) -> None:
    # u_x = x^2 y - x y^2 on one element: on the top (y = 1) u_x = x^2 - x is least at x = 1/2, off a node of a skewed one
    mesh = mapped_block((1, 1), kind=kind, order=2, map=lambda x: x * [3.0, 1.0])
    solution = with_displacement(mesh, lambda x: np.column_stack([(x[:, 0] - 1.0) ** 2, 0 * x[:, 0]]))
    found = boundary_value(solution, "top", "min displacement x", estimate=False)
    assert found.value == pytest.approx(0.0, abs=1e-8)
    assert found.at == pytest.approx((1.0, 1.0), abs=1e-4)
    mean = boundary_value(solution, "top", "mean displacement x", estimate=False)
    # (1/3) int_0^3 (x - 1)^2 dx
    assert mean.value == pytest.approx(1.0)


def test_the_mean_over_an_axisymmetric_boundary_is_that_of_the_full_circle() -> None:
    mesh = mapped_block((4, 1))
    solution = with_displacement(
        mesh, lambda x: np.column_stack([x[:, 0] ** 2, 0 * x[:, 0]]), kinematics="axisymmetric"
    )
    # int r^2 r dr / int r dr = (1/4) / (1/2)
    assert boundary_value(solution, "top", "mean displacement x", estimate=False).value == pytest.approx(0.5)


def test_the_mean_of_a_stress_on_an_interface_asks_for_the_side() -> None:
    both = join({"wall": mapped_block((2, 2)), "liner": mapped_block((2, 2), map=lambda x: x + np.array([1.0, 0.0]))})
    solution = with_displacement(both, lambda x: 1e-3 * x, solids={"wall": CARBON, "liner": SOFT})
    name = next(name for name in both.boundaries if name in ("wall/right", "liner/left"))
    with pytest.raises(InputError, match="interface of 'wall', 'liner'"):
        boundary_value(solution, name, "mean stress xx")
    one = boundary_value(solution, name, "mean stress xx", region="liner", estimate=False).value
    assert one == pytest.approx(6e9 * 1e-3 / (1.2 * 0.6))
    with pytest.raises(InputError, match="does not touch the region 'liner'"):
        boundary_value(solution, "wall/left", "mean stress xx", region="liner")


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_the_maxima_of_a_tube_lie_on_its_bore(kind: Kind) -> None:
    found = maxima(quarter_tube(kind, BORE, RIM, PRESSURE, parts=4))
    assert found["max principal"].value == pytest.approx(LAME * (1 + RIM**2 / BORE**2), rel=4e-2)
    assert found["min principal"].value == pytest.approx(-PRESSURE, rel=5e-2)
    assert found["tresca"].value == pytest.approx(2 * LAME * RIM**2 / BORE**2, rel=4e-2)
    assert found["displacement magnitude"].value == pytest.approx(
        1.2 / 60e9 * LAME * (0.6 * BORE + RIM**2 / BORE), rel=1e-2, abs=0
    )
    for name in ("max principal", "tresca", "von mises"):
        assert np.linalg.norm(found[name].at[:2]) == pytest.approx(BORE, rel=2e-3, abs=0)
        assert found[name].region == "body"
        assert found[name].warning is None
    assert ("displacement z" in found) == (kind in SOLID)


def test_a_maximum_of_shear_keeps_its_sign() -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: np.column_stack([-1e-3 * x[:, 1] ** 2, 0 * x[:, 0]]))
    found = maxima(solution, ("strain xy", "displacement x"))
    assert found["strain xy"].value == pytest.approx(-2e-3)
    assert found["displacement x"].value == pytest.approx(-1e-3)
    assert found["strain xy"].at[1] == pytest.approx(1.0)


@pytest.mark.parametrize("kind", [*PLANE, *SOLID])
def test_a_section_carries_what_the_bore_pushes(kind: Kind) -> None:
    solution = quarter_tube(kind, BORE, RIM, PRESSURE)
    solid = kind in SOLID
    depth = BORE if solid else 1.0
    height = 0.3 * BORE
    beyond = [0.5 * BORE] if solid else []
    cut = resultant(solution, point=[0.0, height, *beyond], normal=[0.0, 1.0, *([0.0] if solid else [])])
    # the bore below the cut: p a (sin t, 1 - cos t); the symmetry plane below carries -p a
    sine, cosine = 0.3, np.sqrt(1 - 0.3**2)
    wanted = PRESSURE * BORE * depth * np.array([-sine, cosine])
    np.testing.assert_allclose(cut.force[:2], wanted, rtol=2e-2)
    assert cut.area == pytest.approx(
        (np.sqrt(RIM**2 - height**2) - np.sqrt(BORE**2 - height**2)) * depth, rel=1e-3, abs=0
    )
    bottom = resultant(solution, boundary="bottom")
    assert bottom.force[1] == pytest.approx(-PRESSURE * BORE * depth, rel=1e-2, abs=0)


def test_the_moment_of_a_bent_bar_and_the_sign_of_its_side() -> None:
    # sigma_xx = s y over a height h: M = int y s y dy = s h^3 / 12, and the force on the material at smaller x is along +x
    mesh = mapped_block((4, 2), map=lambda x: (x - [0.0, 0.5]) * [4.0, 1.0], kind="triangle")
    solution = with_displacement(mesh, lambda x: np.column_stack([x[:, 0] * x[:, 1], -0.5 * x[:, 0] ** 2]))
    stress = 60e9 / ((1 + 0.2) * (1 - 0.4)) * (1 - 0.2)
    found = resultant(solution, point=[1.3, 0.0], normal=[1.0, 0.0], about=[1.3, 0.0])
    assert found.moment[0] == pytest.approx(-stress / 12, rel=1e-9)
    assert np.abs(found.force).max() < 1e-6 * stress
    back = resultant(solution, point=[1.3, 0.0], normal=[-1.0, 0.0], about=[1.3, 0.0])
    assert back.moment[0] == pytest.approx(stress / 12, rel=1e-9)


@pytest.mark.parametrize("kind", SOLID)
def test_a_slanted_section_of_a_cube_has_its_area(kind: Kind) -> None:
    solution = with_displacement(mapped_block((2, 2, 2), kind=kind), lambda x: 1e-3 * x)
    # the hexagon in which x + y + z = 3/2 cuts the unit cube
    found = resultant(solution, point=[0.5, 0.5, 0.5], normal=[1.0, 1.0, 1.0])
    assert found.area == pytest.approx(3 * np.sqrt(3) / 4, rel=1e-9)
    hydrostatic = 60e9 * 1e-3 / (1 - 0.4)
    np.testing.assert_allclose(found.force, hydrostatic * found.area / np.sqrt(3) * np.ones(3), rtol=1e-9)


def test_a_plane_beside_the_body_is_refused() -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: 1e-3 * x)
    with pytest.raises(InputError, match="does not meet the body"):
        resultant(solution, point=[5.0, 0.0], normal=[1.0, 0.0])
    with pytest.raises(InputError, match="either a boundary or a plane"):
        resultant(solution, boundary="left", point=[5.0, 0.0], normal=[1.0, 0.0])


@pytest.mark.parametrize(
    "given",
    [
        {"point": [0.5, 0.5], "normal": [np.nan, 1.0]},
        {"point": [0.5, np.inf], "normal": [0.0, 1.0]},
        {"point": [0.5, 0.5], "normal": [0.0, 0.0]},
        {"point": [0.5, 0.5, 0.5], "normal": [0.0, 1.0]},
        {"boundary": "left", "about": [0.0]},
        {"boundary": "left", "about": [np.nan, 0.0]},
    ],
)
def test_a_section_of_numbers_that_are_none_is_refused(given: dict[str, object]) -> None:
    solution = with_displacement(mapped_block((2, 2)), lambda x: 1e-3 * x)
    with pytest.raises(InputError, match="2 finite"):
        resultant(solution, **given)  # type: ignore[arg-type]


def model(kind: Kind, order: int = 1) -> Model:
    parts = {
        "a": mapped_block((3, 3), kind=kind, map=lambda x: x - 1.0),
        "b": mapped_block((3, 3), kind=kind, map=lambda x: x + np.array([0.0, -1.0])),
        "c": mapped_block((3, 3), kind=kind, map=lambda x: x + np.array([-1.0, 0.0])),
    }
    mesh = join(parts)
    return Model(
        mesh=mesh,
        solids=dict.fromkeys(mesh.regions, CARBON),
        kinematics="plane strain",
        loads=(Pressure(boundary="b/right", pressure=1e6),),
        supports=(
            *(Support(boundary=side, fix=("x",)) for side in ("a/left", "c/left")),
            *(Support(boundary=side, fix=("y",)) for side in ("a/bottom", "b/bottom")),
        ),
        order=order,
    )


@pytest.mark.parametrize("kind", PLANE)
def test_a_sharp_corner_never_yields_a_bare_peak(kind: Kind) -> None:
    asked = model(kind, 2)
    (corner,) = [point for point in singular_points(asked) if "re-entrant" in point.why]
    # Williams (1952): 0.5445 at 270 degrees
    assert corner.exponent == pytest.approx(0.5445, abs=2e-3)
    assert corner.at == pytest.approx((0.0, 0.0), abs=1e-12)
    found = maxima(solve_model(asked))["von mises"]
    assert found.warning is not None
    assert "270 degrees" in found.warning
    assert "r^-0.4555" in found.warning


def test_ends_of_supports_interfaces_and_point_forces_are_singular_and_rollers_and_bores_are_not() -> None:
    square = mapped_block((4, 4))
    clamped = Model(
        mesh=square,
        solids={"body": CARBON},
        kinematics="plane strain",
        loads=(PointForce(point=(1.0, 1.0), force=(1.0, 0.0)),),
        supports=(Support(boundary="left"),),
    )
    assert sorted(point.why.split(" at ")[0] for point in singular_points(clamped)) == [
        "a point force",
        "the end of the support on 'left'",
    ]
    both = join({"wall": square, "liner": mapped_block((4, 4), map=lambda x: x + np.array([1.0, 0.0]))})
    bonded = Model(
        mesh=both,
        solids={"wall": CARBON, "liner": SOFT},
        kinematics="plane strain",
        supports=(
            Support(boundary="wall/left", fix=("x",)),
            *(Support(boundary=side, fix=("y",)) for side in ("wall/bottom", "liner/bottom")),
        ),
    )
    assert [point.why for point in singular_points(bonded)] == ["the end of the interface of 'wall' and 'liner'"]
    for order in (1, 2):
        tube = Model(
            mesh=mapped_block((3, 6), map=ring(1.0, 2.0), kind="triangle", order=1 if order == 1 else 2),
            solids={"body": CARBON},
            kinematics="plane strain",
            supports=(Support(boundary="bottom", fix=("y",)), Support(boundary="top", fix=("x",))),
        )
        assert singular_points(tube) == ()
