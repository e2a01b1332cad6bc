"""What a case may ask of a boundary inside the body: to hold it, not to press on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.studies.case import Case

ISOTROPIC = {"youngs_modulus": "60 GPa", "poissons_ratio": 0.25}


def two_squares() -> SolidMesh:
    """Two squares of 1 um side by side; 'a/right' is the boundary between them, with its facets from either side."""

    def part(left: float) -> SolidMesh:
        return mapped_block((2, 2), map=lambda points: (points + np.array([left, 0.0])) * 1e-6)

    mesh = join({"a": part(0.0), "b": part(1.0)})
    middle = np.concatenate((mesh.boundaries["a/right"], mesh.boundaries["b/left"]))
    names = {**mesh.boundaries, "middle": middle}
    return SolidMesh(points=mesh.points, blocks=mesh.blocks, regions=mesh.regions, boundaries=names)


def case(support: dict[str, Any], load: dict[str, Any]) -> Case:
    tables = {
        "analysis": {"kind": "plane stress"},
        "materials": {"a": ISOTROPIC, "b": ISOTROPIC},
        "supports": [{"boundary": "a/bottom", "fix": ["y"]}, {"boundary": "b/bottom", "fix": ["y"]}, support],
        "loads": [{"boundary": "b/right", "traction": ["1 MPa", 0]}, load],
        "probes": [
            {"name": name, "at": [x, "0.4 um"], "quantity": "displacement x"}
            for name, x in (("a", "0.5 um"), ("b", "1.5 um"))
        ],
    }
    return Case.of(tables, mesh=two_squares())


BALANCED = {"boundary": "a/left", "traction": ["-1 MPa", 0]}


def test_a_roller_on_a_boundary_inside_the_body_holds_its_normal() -> None:
    found = case({"boundary": "middle", "fix": ["normal"]}, BALANCED).solve()
    # Hooke: both halves stretch away from the plane that is held
    assert found.probes["b"].value == pytest.approx(1e6 / 60e9 * 0.5e-6, rel=1e-9, abs=0)
    assert found.probes["a"].value == pytest.approx(-1e6 / 60e9 * 0.5e-6, rel=1e-9, abs=0)
    assert found.to_json()["reactions"][2]["force"]["x"]["value"] == pytest.approx(0.0, abs=1e-12)


def test_a_motion_along_the_normal_inside_the_body_is_refused() -> None:
    with pytest.raises(InputError, match=r"'middle' moves along its normal, which inside a body points both ways"):
        case({"boundary": "middle", "displacement": {"normal": "1 pm"}}, BALANCED).solve()


@pytest.mark.parametrize("load", [{"pressure": "1 MPa"}, {"traction": ["1 MPa", 0]}])
def test_a_pressure_inside_the_body_is_refused_with_the_load_and_the_remedy(load: dict[str, Any]) -> None:
    told = r"^case: \[\[loads\]\] 2: boundary 'middle' lies inside the body, .* name one of the surface; for a gap there mesh"
    with pytest.raises(InputError, match=told):
        case({"boundary": "a/left", "fix": ["x"]}, {"boundary": "middle", **load})
