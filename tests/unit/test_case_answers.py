"""What a case answers: the numbers of closed forms, in the shape that the case file promises."""

from __future__ import annotations

import json
import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import ConvergenceError, InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))
A, B, PRESSURE, MODULUS, RATIO = 50e-9, 60e-9, 1e6, 60e9, 0.25
# Lame (1852): the constant part of the stresses in a tube under pressure inside
MEAN = PRESSURE * A**2 / (B**2 - A**2)
HOOP = MEAN * (1 + B**2 / A**2)

TUBE = """
[mesh]
file = "tube.msh"
unit = "nm"

[analysis]
kind = "plane strain"

[materials]
body = { youngs_modulus = "60 GPa", poissons_ratio = 0.25 }

[[supports]]
boundary = "bottom"
fix = ["y"]
[[supports]]
boundary = "top"
fix = ["normal"]

[[loads]]
boundary = "left"
pressure = "1 MPa"

[[probes]]
name = "hoop at the bore"
at = ["50 nm", "0 nm"]
quantity = "stress yy"
[[probes]]
name = "largest"
boundary = "left"
quantity = "max stress hoop"
about = ["0 nm", "0 nm"]
[[probes]]
name = "widening"
boundary = "left"
quantity = "mean displacement x"

[[lines]]
name = "root"
from = ["50 nm", "0 nm"]
to = ["60 nm", "0 nm"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("case")
    SHARED["write_msh"](SHARED["quarter_tube"]((6, 16)), path / "tube.msh")
    (path / "case.toml").write_text(TUBE)
    return path


@pytest.fixture(scope="module")
def answer(folder: Path) -> dict[str, Any]:
    words = ["solve", str(folder / "case.toml"), "--quiet", "--json", str(folder / "result.json")]
    assert cli.main(words) == 0
    found: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return found


def test_probes_have_value_unit_place_and_mesh_error(answer: dict[str, Any]) -> None:
    hoop = answer["probes"]["hoop at the bore"]
    assert set(hoop) == {"value", "unit", "at", "mesh_error"}
    assert hoop["unit"] == "Pa"
    assert hoop["value"] == pytest.approx(HOOP, rel=3e-4)
    assert hoop["at"] == pytest.approx([A, 0.0], rel=1e-9, abs=1e-18)
    assert answer["probes"]["largest"]["value"] == pytest.approx(HOOP, rel=1e-3)
    assert math.hypot(*answer["probes"]["largest"]["at"]) == pytest.approx(A, rel=1e-6, abs=0)
    # u_r of Lame in plane strain, times the mean of the cosine over a quarter
    radial = (1 + RATIO) / MODULUS * MEAN * ((1 - 2 * RATIO) * A + B**2 / A)
    widening = answer["probes"]["widening"]
    assert widening["unit"] == "m"
    assert widening["value"] == pytest.approx(radial * 2 / np.pi, rel=1e-4, abs=0)


def test_a_line_is_split_into_membrane_bending_and_peak(answer: dict[str, Any]) -> None:
    line = answer["lines"]["root"]
    assert line["length"] == {"value": pytest.approx(B - A, rel=1e-9), "unit": "m"}
    # the mean of Lame's hoop stress is p a / t; its first moment gives 6 / t^2 int sigma (t / 2 - x) dx
    assert line["membrane"]["yy"] == {"value": pytest.approx(PRESSURE * A / (B - A), rel=1e-5), "unit": "Pa"}
    t, middle = B - A, (A + B) / 2
    bending = 6 / t**2 * MEAN * B**2 * (middle * (1 / A - 1 / B) - math.log(B / A))
    assert line["bending"]["yy"]["value"] == pytest.approx(bending, rel=1e-3)
    total = sum(line[part]["yy"]["value"] for part in ("membrane", "bending", "peak"))
    assert total == pytest.approx(HOOP, rel=3e-4)
    assert set(line["peak"]) >= {"xx", "yy", "zz", "yz", "xz", "xy", "von mises"}


def test_the_maximum_is_over_the_whole_body_with_its_region(answer: dict[str, Any]) -> None:
    for name, value in (("max principal", HOOP), ("min principal", -PRESSURE), ("tresca", HOOP + PRESSURE)):
        found = answer["maximum"][name]
        assert set(found) == {"value", "unit", "at", "region"}
        assert found["value"] == pytest.approx(value, rel=5e-3)
        assert found["region"] == "body"
        assert math.hypot(*found["at"]) == pytest.approx(A, rel=1e-3, abs=0)


def test_reactions_stand_in_the_order_of_the_supports_and_balance_the_pressure(answer: dict[str, Any]) -> None:
    bottom, top = answer["reactions"]
    # the cut at y = 0 carries half of the pressure on the projected bore
    assert bottom["force"]["y"] == {"value": pytest.approx(-PRESSURE * A, rel=1e-8), "unit": "N/m"}
    assert top["force"]["x"] == {"value": pytest.approx(-PRESSURE * A, rel=1e-8), "unit": "N/m"}
    assert bottom["moment"]["unit"] == "N"
    assert bottom["moment"]["value"] + top["moment"]["value"] == pytest.approx(0.0, abs=1e-9 * PRESSURE * A**2)
    assert answer["imbalance"] < 1e-9


def test_the_json_says_how_it_was_solved(answer: dict[str, Any], folder: Path) -> None:
    assert answer["unknowns"] > 0
    assert answer["solver"]
    assert answer["warnings"] == []
    assert all(one["unit"] == "s" and one["value"] >= 0 for one in answer["seconds"].values())
    assert answer["peak_memory"]["unit"] == "B"
    assert answer["peak_memory"]["value"] > 1e7
    assert len(answer["input_hash"]) == 64
    assert {"python", "numpy", "scikit-fem"} <= set(answer["versions"])
    text = TUBE.replace("60 GPa", "61 GPa")
    (folder / "other.toml").write_text(text)
    assert Case.read(folder / "other.toml").input_hash != answer["input_hash"]


def test_the_printed_answer_is_short_and_holds_the_probes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["solve", str(folder / "case.toml")]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert len(out.splitlines()) < 20
    assert "hoop at the bore   5.54" in out
    assert "1 boundary 'bottom'   x 0, y -0.05 N/m" in out


def test_the_vtu_holds_the_fields_at_the_nodes_and_lets_stress_jump_between_regions(tmp_path: Path) -> None:
    import meshio

    def part(left: float, right: float) -> SolidMesh:
        return mapped_block((2, 2), map=lambda p: np.column_stack((left + (right - left) * p[:, 0], p[:, 1])) * 1e-6)

    mesh = join({"soft": part(0.0, 1.0), "stiff": part(1.0, 2.0)})
    stiff = {**ISOTROPIC, "youngs_modulus": "120 GPa"}
    case = {
        "analysis": {"kind": "plane strain"},
        "materials": {"soft": ISOTROPIC, "stiff": stiff},
        # both are stretched alike along y, so that stress yy is twice as large in the one twice as stiff
        "supports": [
            {"boundary": f"{name}/{side}", "displacement": {"x": 0, "y": value}}
            for name in ("soft", "stiff")
            for side, value in (("bottom", 0), ("top", "1 nm"))
        ],
    }
    result = Case.of(case, mesh).solve()
    result.write_vtu(tmp_path / "a.vtu")
    data = meshio.read(tmp_path / "a.vtu")
    stress = np.asarray(data.point_data["stress"]).reshape(-1, 3, 3)
    assert len(stress) == result.case.model.discrete.mesh.points.shape[0] + 5
    assert np.asarray(data.point_data["displacement"]).shape == (len(stress), 3)
    at_interface = np.isclose(data.points[:, 0], 1e-6) & np.isclose(data.points[:, 1], 0.5e-6)
    assert sorted(stress[at_interface, 1, 1]) == pytest.approx([64e6, 128e6], rel=0.2)
    tensor = stress[at_interface][0]
    assert sorted(np.linalg.eigvalsh(tensor)) == pytest.approx(
        sorted(np.asarray(data.point_data["principal stress"])[at_interface][0]), rel=1e-6
    )
    away = tensor - np.trace(tensor) / 3 * np.eye(3)
    mises = np.asarray(data.point_data["von mises"])[at_interface][0]
    assert math.sqrt(1.5 * (away**2).sum()) == pytest.approx(mises, rel=1e-6)


def test_a_picture_is_written(folder: Path) -> None:
    assert cli.main(["solve", str(folder / "case.toml"), "--quiet", "--png", str(folder / "a.png")]) == 0
    assert (folder / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def square(kind: str = "quad", order: int = 1) -> SolidMesh:
    return mapped_block((3, 2), map=lambda points: points * 1e-6, kind=kind, order=order)


ISOTROPIC = {"youngs_modulus": "60 GPa", "poissons_ratio": 0.25}
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


def test_a_corner_and_a_crack_free_body_are_answered_beside_the_field() -> None:
    case = {
        "analysis": {"kind": "plane strain"},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "left", "fix": ["x", "y"]}],
        "loads": [{"boundary": "right", "pressure": "1 MPa"}],
        "corners": [{"at": [0, 0]}, {"name": "free", "at": ["1 um", 0]}],
    }
    data = Case.of(case, square()).solve().to_json()
    # a clamped-free quarter plane is singular for a Poisson's ratio above zero (Williams 1952), a free one is not
    assert data["corners"]["corner 1"]["singular"] is True
    assert 0.5 < data["corners"]["corner 1"]["exponent"]["value"] < 1
    assert data["corners"]["free"]["singular"] is False


def test_a_periodic_cell_of_one_material_has_its_stiffness() -> None:
    case = {
        "analysis": {"kind": "plane strain"},
        "materials": {"body": ISOTROPIC},
        "supports": [{"rigid_body": True}],
        "periodic": {"pairs": [["left", "right"], ["bottom", "top"]], "mean_strain": {"xx": 1e-3}},
        "probes": [{"name": "a", "at": ["0.4 um", "0.3 um"], "quantity": "stress xx"}],
    }
    result = Case.of(case, square()).solve()
    # yy free of stress in plane strain: sigma_xx = E / (1 - nu^2) strain
    assert result.probes["a"].value == pytest.approx(60e9 / (1 - 0.25**2) * 1e-3, rel=1e-8)
    stiffness = result.to_json()["periodic"]["stiffness"]
    lame = 60e9 * 0.25 / (1.25 * 0.5)
    assert stiffness["value"][0][0] == pytest.approx(lame + 2 * 24e9, rel=1e-8)


def weakest(law: dict[str, Any], loads: list[dict[str, Any]], counts: tuple[int, int] = (3, 2)) -> dict[str, Any]:
    mesh = mapped_block(counts, map=lambda points: (points - [0, 0.5]) * 1e-6, kind="quad", order=2)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": {**ISOTROPIC, "poissons_ratio": 0.0}},
        "supports": [{"boundary": "left", "fix": ["x"]}, {"point": [0, "-0.5 um"], "fix": ["y"]}],
        "loads": loads,
        "weibull": {"m": 10, "sigma_0": "1 GPa", **law},
    }
    found: dict[str, Any] = Case.of(case, mesh).solve().to_json()["weibull"]
    return found


def test_the_effective_volume_is_that_of_tension_and_of_bending() -> None:
    law = {"V_0": "1 um3", "length": "2 um"}
    pulled = weakest(law, [{"boundary": "right", "traction": ["1 GPa", 0]}])
    assert pulled["effective_volume"] == {"value": pytest.approx(2e-18, rel=1e-6, abs=0), "unit": "m3"}
    assert pulled["peak"]["value"] == pytest.approx(1e9, rel=1e-6)
    assert pulled["probability"]["value"] == pytest.approx(1 - math.exp(-2.0), rel=1e-5)
    # pure bending: half of the volume is pulled, stress linear across it: V / (2 (m + 1))
    bent = weakest(law, [{"boundary": "right", "traction": ["2 GPa/um * y", 0]}])
    assert bent["effective_volume"]["value"] == pytest.approx(2e-18 / 22, rel=1e-5, abs=0)
    finer = weakest(law, [{"boundary": "right", "traction": ["2 GPa/um * y", 0]}], (5, 4))
    assert finer["effective_volume"]["value"] == pytest.approx(bent["effective_volume"]["value"], rel=1e-5, abs=0)
    # flaws on the surface pulled most
    area = weakest({"A_0": "1 um2", "boundary": "top"}, [{"boundary": "right", "traction": ["2 GPa/um * y", 0]}])
    assert area["effective_area"] == {"value": pytest.approx(1e-6, rel=1e-5, abs=0), "unit": "m2"}


def test_a_column_buckles_at_the_load_of_euler(tmp_path: Path) -> None:
    import meshio

    length, width = 20e-6, 1e-6
    mesh = mapped_block((20, 2), map=lambda points: (points - [0, 0.5]) * [length, width], kind="quad", order=2)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": {**ISOTROPIC, "poissons_ratio": 0.0}},
        "supports": [{"boundary": "left", "fix": ["x", "y"]}],
        "loads": [{"boundary": "right", "traction": ["-1 MPa", 0]}],
        "buckling": {"modes": 2},
    }
    result = Case.of(case, mesh).solve()
    # Euler (1744): pi^2 E I / (4 L^2) of a cantilever per its area; shear lowers it by about 1.2 of stress over G
    stress = math.pi**2 * 60e9 * width**2 / 12 / (4 * length**2)
    stress /= 1 + 1.2 * stress / 30e9
    assert result.to_json()["buckling"]["load_factors"][0]["value"] == pytest.approx(stress / 1e6, rel=2e-3)
    result.write_vtu(tmp_path / "a.vtu")
    shape = np.asarray(meshio.read(tmp_path / "a.vtu").point_data["buckling shape 1"])
    assert np.linalg.norm(shape, axis=1).max() == pytest.approx(1.0, rel=1e-6)


def test_a_column_that_is_pulled_has_no_load_factor_and_says_so() -> None:
    mesh = mapped_block((40, 2), map=lambda points: (points - [0, 0.5]) * [100e-6, 2e-6], kind="quad", order=2)
    case = {
        "analysis": {"kind": "plane stress"},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "left", "fix": ["x", "y"]}],
        "loads": [{"boundary": "right", "traction": ["1 MPa", 0]}],
        "buckling": {"modes": 2},
    }
    result = Case.of(case, mesh).solve()
    assert result.to_json()["buckling"]["load_factors"] == []
    assert "buckling: 0 of 2 factors: the loads only stiffen the body" in result.warnings
    assert "buckling: no load factor" in result.text()


def test_a_tolerance_refines_the_mesh_until_the_probe_is_known_to_it() -> None:
    mesh = SHARED["quarter_tube"]((1, 4), kind="triangle", order=2)
    case = {
        "analysis": {"kind": "plane strain", "tolerance": 0.01},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "bottom", "fix": ["y"]}, {"boundary": "top", "fix": ["x"]}],
        "loads": [{"boundary": "left", "pressure": "1 MPa"}],
        "probes": [{"name": "rim", "at": ["60 nm", 0], "quantity": "stress yy"}],
    }
    result = Case.of(case, mesh).solve()
    data = result.to_json()
    assert data["elements"] > mesh.elements
    assert data["probes"]["rim"]["mesh_error"] <= 0.01 * data["probes"]["rim"]["value"]
    assert data["probes"]["rim"]["value"] == pytest.approx(2 * MEAN, rel=0.01)
    assert 0 < data["energy_error"]["value"] < 0.05
    del case["probes"]
    energy = Case.of(case, mesh).solve().to_json()
    assert energy["energy_error"]["value"] <= 0.01
    assert energy["elements"] > mesh.elements


def test_a_tolerance_that_the_shape_of_the_mesh_keeps_out_of_reach_says_so() -> None:
    case = {
        "analysis": {"kind": "plane strain", "tolerance": 0.01},
        "materials": {"body": ISOTROPIC},
        "supports": [{"boundary": "bottom", "fix": ["y"]}, {"boundary": "top", "fix": ["x"]}],
        "loads": [{"boundary": "left", "pressure": "1 MPa"}],
        "probes": [{"name": "rim", "at": ["60 nm", 0], "quantity": "stress yy"}],
    }
    mesh = SHARED["quarter_tube"]((1, 4), kind="triangle", order=1)
    with pytest.raises(
        ConvergenceError, match=r"tolerance: 'stress yy'.*the surface turns by up to 2\d degrees .* nodes in the middle"
    ):
        Case.of(case, mesh).solve()


def bent_corner(**tables: Any) -> dict[str, Any]:
    """An L of three squares, pulled at its foot, held at its head."""
    return {
        "analysis": {"kind": "plane strain"},
        "materials": dict.fromkeys(("heel", "foot", "head"), ISOTROPIC),
        "supports": [{"boundary": "head/top", "fix": ["x", "y"]}],
        "loads": [{"boundary": "foot/right", "traction": [0, "1 MPa"]}],
        **tables,
    }


def an_l() -> SolidMesh:
    def at(x: float, y: float) -> SolidMesh:
        return mapped_block((3, 3), map=lambda points: (points + np.array([x, y])) * 1e-6, kind="triangle")

    return join({"heel": at(0, 0), "foot": at(1, 0), "head": at(0, 1)})


PEAK = {"name": "peak", "boundary": "foot/top", "quantity": "max von mises"}


def test_a_peak_at_a_sharp_corner_has_no_mesh_error_but_its_exponent() -> None:
    result = Case.of(bent_corner(probes=[PEAK]), an_l()).solve()
    data = json.loads(json.dumps(result.to_json(), allow_nan=False))
    # Williams (1952): 0.5445 is the first root of sin(3 pi k / 2) = -k sin(3 pi / 2)
    for found in (data["probes"]["peak"], data["maximum"]["von mises"]):
        assert found["mesh_error"] is None
        assert found["singular"]["exponent"]["value"] == pytest.approx(0.5445, abs=5e-4)
        assert found["singular"]["at"] == pytest.approx([1e-6, 1e-6], rel=1e-9, abs=0)
    assert any("von mises" in told and "re-entrant corner" in told and "exponent" in told for told in data["warnings"])
    assert "on this mesh: grows as r^-0.4555" in result.text()
    assert "singular" not in data["maximum"]["displacement magnitude"]


def test_a_tolerance_of_a_peak_at_a_sharp_corner_is_refused_with_the_exponent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tubewall.geometry.mesh_output import write_mesh

    write_mesh(an_l(), tmp_path / "l.msh")
    tables = bent_corner(probes=[PEAK], analysis={"kind": "plane strain", "tolerance": 0.02}, mesh={"file": "l.msh"})
    (tmp_path / "case.toml").write_text("\n".join(f"{key} = {SHARED['toml'](value)}" for key, value in tables.items()))
    assert cli.main(["solve", str(tmp_path / "case.toml"), "--quiet", "--json", str(tmp_path / "a.json")]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "'max von mises' on boundary 'foot/top' does not converge" in err
    assert "re-entrant corner of 270 degrees" in err
    assert "r^-0.4555" in err
    assert not (tmp_path / "a.json").exists()


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
