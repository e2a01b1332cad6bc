"""What the book reads from solutions: at nodes, also where tied meshes have two of them, and along boundaries."""

from __future__ import annotations

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.fem.field_solution import FieldSolution
from tubewall.fem.loads import Support, Traction
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.fem.tie import Tie
from tubewall.geometry.block_mapping import mapped_block
from tubewall.materials.elastic import Isotropic
from tubewall.verification.bodies import side_by_side
from tubewall.verification.probe import XX, YY, along, corners_at, stress_at


def _pair() -> FieldSolution:
    """Two tied squares of unlike media whose sides are held, pulled upwards: the sideways stress jumps."""
    low = mapped_block((2, 2), order=2)
    high = mapped_block((2, 2), map=lambda unit: unit + np.array([0.0, 1.0]), order=2)
    sides = [(f"{part}/{side}", "x") for part in ("low", "high") for side in ("left", "right")]
    return solve_model(
        Model(
            mesh=side_by_side({"low": low, "high": high}),
            solids={
                "low": Solid(elastic=Isotropic(youngs_modulus=1e9, poissons_ratio=0.3)),
                "high": Solid(elastic=Isotropic(youngs_modulus=1e9, poissons_ratio=0.1)),
            },
            kinematics="plane stress",
            loads=(Traction(boundary="high/top", traction=(0.0, 1e6)),),
            supports=(
                Support(boundary="low/bottom", fix=("y",)),
                *(Support(boundary=name, fix=(axis,)) for name, axis in sides),  # type: ignore[arg-type]
            ),
            ties=(Tie(slave="high/bottom", master="low/top"),),
        )
    )


def test_where_two_tied_nodes_meet_the_region_says_which_one_is_read() -> None:
    solution = _pair()
    # held sideways in plane stress: sigma_xx = nu sigma_yy
    assert stress_at(solution, (0.5, 1.0), "low")[XX] == pytest.approx(0.3e6, rel=1e-9)
    assert stress_at(solution, (0.5, 1.0), "high")[XX] == pytest.approx(0.1e6, rel=1e-9)
    elements, _ = corners_at(solution, (0.5, 1.0))
    assert len(elements) == 4


def test_along_boundaries_the_stress_is_that_of_the_elements_behind() -> None:
    solution = _pair()
    points, found = along(solution, ("low/right", "high/right"), "stress xx")
    assert len(points) == 6
    assert points[:, 0] == pytest.approx(1.0)
    assert found == pytest.approx(np.repeat([0.3e6, 0.1e6], 3), rel=1e-9)
    assert along(solution, ("low/right",), "stress yy")[1] == pytest.approx(1e6, rel=1e-9)
    assert solution.stress_in(np.array([0]), np.array([[0.5, 0.5]]))[0, YY] == pytest.approx(1e6, rel=1e-9)


def test_a_place_without_a_node_or_of_another_region_is_refused() -> None:
    solution = _pair()
    with pytest.raises(InputError, match="no node at"):
        corners_at(solution, (0.33, 0.2))
    with pytest.raises(InputError, match="does not belong to the region 'high'"):
        corners_at(solution, (0.5, 0.0), "high")
