"""Cases with a tolerance: refined until the probe is known to it, refused where no mesh gives it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import ConvergenceError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_join import join
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "case_files.py"))
ISOTROPIC = SHARED["ISOTROPIC"]


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
    # Lame (1852): the hoop stress at the rim, 2 p a^2 / (b^2 - a^2)
    a, b = SHARED["INNER"], SHARED["OUTER"]
    assert data["probes"]["rim"]["value"] == pytest.approx(2 * 1e6 * a**2 / (b**2 - a**2), rel=0.01)
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
