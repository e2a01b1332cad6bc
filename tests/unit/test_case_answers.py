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
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))
ISOTROPIC = SHARED["ISOTROPIC"]
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
