"""The weakest link over solved bodies: bending against tension, and independence of the mesh (targets of trust, 13)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Pressure, RigidBody, Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.weakest_body import body_weibull, safety_margins
from tubewall.geometry.block_mapping import Kind, mapped_block
from tubewall.materials import Isotropic, MaxPrincipal, VonMisesYield, Weibull

LAW = Solid(elastic=Isotropic(youngs_modulus=60e9, poissons_ratio=0.0))
LENGTH, HEIGHT, WIDTH, STRESS = 4.0, 1.0, 0.5, 1e8


def bar(kind: Kind, parts: int, *, bending: bool) -> FieldSolution:
    """A bar under uniform tension, or under end tractions linear in the height."""
    solid = kind in ("tetra", "hexahedron", "wedge")
    size = np.array([LENGTH, HEIGHT, WIDTH] if solid else [LENGTH, HEIGHT])

    def place(unit: NDArray[np.float64]) -> NDArray[np.float64]:
        return unit * size - [0.0, HEIGHT / 2, 0.0][: len(size)]

    def pull(sign: float) -> Traction:
        def force(points: NDArray[np.float64]) -> NDArray[np.float64]:
            result = np.zeros_like(points)
            result[:, 0] = sign * STRESS * (points[:, 1] / (HEIGHT / 2) if bending else 1.0)
            return result

        return Traction(boundary="right" if sign > 0 else "left", traction=force)

    mesh = mapped_block((2 * parts, parts, 1) if solid else (2 * parts, parts), map=place, kind=kind)
    return solve_model(
        Model(
            mesh=mesh,
            solids={"body": LAW},
            kinematics="3d" if solid else "plane stress",
            loads=(pull(1.0), pull(-1.0)),
            supports=(RigidBody(),),
        )
    )


def law(m: float) -> Weibull:
    return Weibull(modulus=m, scale_stress=1e9, reference_volume=1.0)


@pytest.mark.parametrize("kind", ["triangle", "quad", "tetra", "hexahedron", "wedge"])
def test_bending_is_as_much_stronger_than_tension_as_weibull_says(kind: Kind) -> None:
    # pure bending of a rectangle: V_eff / V = 1 / (2 (m + 1)), so the strengths differ by (2 (m + 1))^(1/m)
    m = 10.0
    bent = body_weibull(bar(kind, 2, bending=True), law(m))
    pulled = body_weibull(bar(kind, 2, bending=False), law(m))
    ratio = (pulled.effective_size / bent.effective_size) ** (1 / m)
    assert ratio == pytest.approx((2 * (m + 1)) ** (1 / m), rel=1e-3)
    assert ratio == pytest.approx(1.3622, rel=1e-2)
    assert bent.size == pytest.approx(LENGTH * HEIGHT * (WIDTH if kind in ("tetra", "hexahedron", "wedge") else 1.0))
    assert bent.peak == pytest.approx(STRESS, rel=1e-6)


@pytest.mark.parametrize("m", [3.0, 6.85, 10.0, 25.0])
def test_refinement_leaves_the_effective_volume_alone(m: float) -> None:
    coarse, fine = (body_weibull(bar("triangle", parts, bending=True), law(m)).effective_size for parts in (2, 4))
    assert fine == pytest.approx(coarse, rel=1e-2)
    assert fine == pytest.approx(LENGTH * HEIGHT / (2 * (m + 1)), rel=1e-2)


def test_the_effective_area_of_a_bent_bar_is_its_tension_face_and_half_its_flanks() -> None:
    # plane body of a length of WIDTH: top edge L W, ends and flanks count their own sides only
    m = 10.0
    area = Weibull(modulus=m, scale_stress=1e9, reference_area=1.0)
    solution = bar("quad", 4, bending=True)
    assert body_weibull(solution, area, boundary="top", length=WIDTH).effective_size == pytest.approx(
        LENGTH * WIDTH, rel=1e-6
    )
    assert body_weibull(solution, area, boundary="bottom", length=WIDTH).effective_size == 0.0
    ends = body_weibull(solution, area, boundary="right", length=WIDTH)
    assert ends.effective_size == pytest.approx(HEIGHT * WIDTH / (2 * (m + 1)), rel=1e-4)


def test_the_probability_follows_from_the_effective_volume() -> None:
    m, scale = 8.0, 2e8
    found = body_weibull(bar("quad", 2, bending=False), Weibull(modulus=m, scale_stress=scale, reference_volume=0.5))
    assert found.probability == pytest.approx(-math.expm1(-(LENGTH * HEIGHT / 0.5) * (STRESS / scale) ** m), rel=1e-6)
    thousand = body_weibull(
        bar("quad", 2, bending=False), Weibull(modulus=m, scale_stress=scale, reference_volume=0.5), count=1e3
    )
    assert thousand.probability > found.probability


def test_a_body_in_compression_never_fails() -> None:
    mesh = mapped_block((2, 2))
    pressed = tuple(Pressure(boundary=side, pressure=1e6) for side in ("left", "right", "bottom", "top"))
    solution = solve_model(
        Model(mesh=mesh, solids={"body": LAW}, kinematics="plane stress", loads=pressed, supports=(RigidBody(),))
    )
    found = body_weibull(solution, law(10.0))
    assert (found.effective_size, found.probability) == (0.0, 0.0)


def test_a_thick_tube_in_every_kinematics_has_the_effective_volume_of_lame() -> None:
    # hoop stress k (1 + b^2/r^2) alone is in tension; axisymmetric bodies count the full circle
    a, b, m = 1.0, 2.0, 7.0
    mesh = mapped_block((8, 1), map=lambda x: np.column_stack([a + (b - a) * x[:, 0], x[:, 1]]))
    held = tuple(Support(boundary=side, fix=("y",)) for side in ("bottom", "top"))
    solution = solve_model(
        Model(
            mesh=mesh,
            solids={"body": LAW},
            kinematics="axisymmetric",
            loads=(Pressure(boundary="left", pressure=1e6),),
            supports=held,
        )
    )
    r, w = np.polynomial.legendre.leggauss(40)
    r, w = a + (b - a) * (r + 1) / 2, w * (b - a) / 2
    exact = float(w @ (2 * math.pi * r * ((1 + b**2 / r**2) / (1 + b**2 / a**2)) ** m))
    assert body_weibull(solution, law(m)).effective_size == pytest.approx(exact, rel=1e-2)


def test_margins_compare_each_region_with_its_own_law() -> None:
    solution = bar("quad", 2, bending=True)
    brittle = safety_margins(solution, {"body": MaxPrincipal(strength=3 * STRESS)})["body"]
    assert brittle.factor == pytest.approx(3.0, rel=1e-6)
    assert brittle.at[1] == pytest.approx(HEIGHT / 2)
    assert safety_margins(solution, {"body": VonMisesYield(strength=2 * STRESS)})["body"].factor == pytest.approx(
        2.0, rel=1e-6
    )
    with pytest.raises(InputError, match="did you mean 'body'"):
        safety_margins(solution, {"boby": VonMisesYield(strength=2 * STRESS)})


def test_a_boundary_asks_for_a_law_of_the_surface() -> None:
    with pytest.raises(InputError, match="reference_area"):
        body_weibull(bar("quad", 1, bending=False), law(10.0), boundary="top")
