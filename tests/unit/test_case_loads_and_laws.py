"""Loads, supports and laws of a case file: states of stress and strain with a closed form."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))
square = SHARED["square"]
ISOTROPIC = SHARED["ISOTROPIC"]
SUPPORTS = [{"boundary": "left", "fix": ["x"]}, {"point": [0, 0], "fix": ["y"]}]


def solved(mesh: SolidMesh, quantity: str, **tables: Any) -> float:
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": ISOTROPIC},
        "supports": SUPPORTS,
        "probes": [{"name": "a", "at": ["0.4 um", "0.3 um"], "quantity": quantity}],
        **tables,
    }
    return Case.of(case, mesh).solve().probes["a"].value


def test_a_bar_stretches_by_hooke_under_a_traction() -> None:
    loads = [{"boundary": "right", "traction": ["1 MPa", 0]}]
    assert solved(square(), "stress xx", loads=loads) == pytest.approx(1e6, rel=1e-10)
    assert solved(square(), "displacement x", loads=loads) == pytest.approx(1e6 / 60e9 * 0.4e-6, rel=1e-9, abs=0)
    assert solved(square(), "strain yy", loads=loads) == pytest.approx(-0.25 * 1e6 / 60e9, rel=1e-9, abs=0)


def test_a_body_free_to_expand_has_no_stress() -> None:
    expanding = {"materials": {"body": {**ISOTROPIC, "expansion": "1e-5 1/K"}}}
    warm = {"analysis": {"kind": "plane stress", "temperature_change": "30 K"}, **expanding}
    assert solved(square(), "strain xx", **warm) == pytest.approx(3e-4, rel=1e-9, abs=0)
    assert abs(solved(square(), "stress xx", **warm)) < 1e-6 * 60e9 * 3e-4
    # a linear field of temperature in plane stress is free of stress too (Boley and Weiner 1960, section 3.3)
    rising: dict[str, Any] = {
        "analysis": {"kind": "plane stress", "temperature_change": "30 K + 5 K/nm * x"},
        **expanding,
    }
    rising["supports"] = [{"rigid_body": True}]
    assert solved(square(order=2), "strain xx", **rising) == pytest.approx(1e-5 * (30 + 5 * 400), rel=1e-9, abs=0)
    assert abs(solved(square(order=2), "stress xx", **rising)) < 1e-9 * 60e9 * 1e-5 * 2030


def test_a_pressure_that_varies_and_a_swelling_are_read() -> None:
    # a column under its hydrostatic load on the side: stress xx = -p(y) where the other side holds the same
    loads = [{"boundary": side, "pressure": "1 MPa * (1 - y / (2 um))"} for side in ("left", "right")]
    rigid = [{"rigid_body": True}]
    found = solved(square(order=2), "stress xx", loads=loads, supports=rigid)
    assert found == pytest.approx(-1e6 * (1 - 0.3 / 2), rel=1e-8)
    swelling = [{"region": "body", "eigenstrain": "1 %"}]
    assert solved(square(), "strain yy", loads=swelling) == pytest.approx(0.01, rel=1e-9)
    body_force = [{"region": "body", "body_force": ["1e12 N/m3", 0]}]
    assert solved(square(order=2), "stress xx", loads=body_force, materials={
        "body": {"youngs_modulus": "60 GPa", "poissons_ratio": 0.0}
    }) == pytest.approx(1e12 * 0.6e-6, rel=1e-8)  # fmt: skip


def test_a_prescribed_displacement_holds_the_named_direction() -> None:
    pulled = [*SUPPORTS, {"boundary": "right", "displacement": {"x": "1 nm"}}]
    assert solved(square(), "stress xx", supports=pulled) == pytest.approx(60e9 * 1e-3, rel=1e-9)
    sheared = [
        {"boundary": side, "displacement": {"x": "1e-3 * y", "y": 0}} for side in ("left", "right", "top", "bottom")
    ]
    assert solved(square(), "stress xy", supports=sheared) == pytest.approx(60e9 / 2.5 * 1e-3, rel=1e-9)


def test_the_constants_of_an_orthotropic_law_go_where_they_belong() -> None:
    constants = {
        "E1": "40 GPa", "E2": "20 GPa", "E3": "10 GPa", "nu12": 0.2, "nu23": 0.3, "nu13": 0.1,
        "G12": "8 GPa", "G23": "6 GPa", "G13": "7 GPa",
    }  # fmt: skip
    law = {"body": {"orthotropic": constants}}
    loads = [{"boundary": "right", "traction": ["1 MPa", 0]}]
    for quantity, strain in (("strain xx", 1 / 40e3), ("strain yy", -0.2 / 40e3), ("strain zz", -0.1 / 40e3)):
        assert solved(square(), quantity, loads=loads, materials=law) == pytest.approx(strain, rel=1e-9, abs=0)
    turned = {"body": {"orthotropic": constants, "angle": "90 deg"}}
    assert solved(square(), "strain xx", loads=loads, materials=turned) == pytest.approx(1 / 20e3, rel=1e-9, abs=0)


def test_generalised_plane_strain_has_free_ends_unless_it_says_otherwise() -> None:
    loads = [{"boundary": "right", "traction": ["1 MPa", 0]}]
    free = solved(square(), "stress zz", loads=loads, analysis={"kind": "generalised plane strain"})
    held = solved(square(), "stress zz", loads=loads, analysis={"kind": "generalised plane strain", "ends": "held"})
    assert abs(free) < 1e-3
    assert held == pytest.approx(0.25e6, rel=1e-9)
    case = {
        "analysis": {"kind": "generalised plane strain", "ends": "held"},
        "materials": {"body": ISOTROPIC},
        "supports": SUPPORTS,
        "loads": loads,
    }
    data = Case.of(case, square()).solve().to_json()
    # what holds the ends: the stress along z times the section
    assert data["axial_force"] == {"value": pytest.approx(0.25e6 * 1e-12, rel=1e-9, abs=0), "unit": "N"}
    assert data["axial_strain"]["value"] == pytest.approx(0.0, abs=1e-18)


def test_a_point_force_is_per_length_in_the_plane_and_whole_in_space() -> None:
    cube = mapped_block((2, 2, 2), map=lambda points: points * 1e-6, kind="hexahedron", order=1)
    case = {
        "analysis": {"kind": "3d"},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "left", "fix": ["x", "y", "z"]}],
        "loads": [{"point": ["1 um", "1 um", "1 um"], "force": ["2 uN", "-1 uN", "0 N"]}],
    }
    (reaction,) = Case.of(case, cube).solve().to_json()["reactions"]
    assert [reaction["force"][axis]["value"] for axis in "xyz"] == pytest.approx(
        [-2e-6, 1e-6, 0.0], rel=1e-8, abs=1e-15
    )
    assert reaction["moment"]["z"]["unit"] == "N m"
    with pytest.raises(InputError, match="is in N, wanted is N/m"):
        Case.of(
            {**case, "analysis": {"kind": "plane stress"}, "loads": [{"point": [0, 0], "force": ["1 N", 0]}]}, square()
        )


def test_forces_and_supports_may_act_in_the_middle_of_a_side() -> None:
    # one element, first order: the middle of its side is a node once it is raised
    mesh = mapped_block((1, 1), map=lambda points: points * 1e-6, kind="quad", order=1)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "left", "fix": ["x"]}, {"point": [0, "0.5 um"], "fix": ["y"]}],
        "loads": [{"point": ["1 um", "0.5 um"], "force": [0, "1 N/m"]}],
        "probes": [{"name": "a", "at": ["0.9 um", "0.5 um"], "quantity": "stress xx"}],
    }
    result = Case.of(case, mesh).solve()
    assert result.to_json()["reactions"][1]["force"]["y"]["value"] == pytest.approx(-1.0, rel=1e-9)
    assert any("a point force" in told for told in result.warnings)
    near = {**case, "loads": [{"point": ["1 um", "0.4 um"], "force": [0, "1 N/m"]}]}
    with pytest.raises(
        InputError, match=r"\[\[loads\]\] 1 point: no node of the mesh at .*the nearest is at \(1, 0.5\) um"
    ):
        Case.of(near, mesh).solve()


def test_an_error_at_a_point_of_a_load_says_which_load() -> None:
    loads = [{"boundary": "right", "pressure": "1 MPa * um / (y - 1 um)"}]
    with pytest.raises(InputError, match=r"\[\[loads\]\] 1 pressure: .*divides by zero at the point|not a finite"):
        solved(square(), "stress xx", loads=[{"boundary": "right", "pressure": "1 MPa / (x / um - 1)"}])
    # Gauss points lie inside: the pole at the corner is never met
    assert math.isfinite(solved(square(), "stress xx", loads=loads))


def test_parts_that_do_not_hang_together_are_described() -> None:
    left, right = square(), mapped_block((3, 2), map=lambda points: (points + np.array([1.5, 0])) * 1e-6)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"left": ISOTROPIC, "right": ISOTROPIC},
        "supports": [{"boundary": "left/left", "fix": ["x", "y"]}],
        "loads": [{"boundary": "right/right", "traction": ["1 MPa", 0]}],
    }
    with pytest.raises(InputError, match=r"part 2 of 2 .* may still move.*the mesh falls into 2 parts.*of 'right'"):
        Case.of(case, join({"left": left, "right": right})).solve()
