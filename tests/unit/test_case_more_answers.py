"""What a case answers beside the field: corners, periodic cells, the weakest link, buckling."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tubewall.geometry.block_mapping import mapped_block
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))
square = SHARED["square"]
ISOTROPIC = SHARED["ISOTROPIC"]


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
