"""Memory: what does not fit is refused before it starts, and where it gives out in the midst the message says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tubewall.errors import ResourceError
from tubewall.fem.linear import factorise
from tubewall.fem.loads import Pressure, Support
from tubewall.fem.model import Model, Solid
from tubewall.fem.model_solver import solve_model
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_output import write_mesh
from tubewall.materials import Isotropic
from tubewall.studies.case import Case

SMALL = 2e7


def block(dim: int, ratio: float) -> Model:
    return Model(
        mesh=mapped_block((12, 12, 12) if dim == 3 else (80, 80), order=2),
        solids={"body": Solid(elastic=Isotropic(youngs_modulus=1e9, poissons_ratio=ratio))},
        kinematics="3d" if dim == 3 else "plane strain",
        loads=(Pressure(boundary="right", pressure=1e6),),
        supports=(Support(boundary="left", fix=("x", "y", "z")[:dim]),),
    )


@pytest.mark.parametrize("ratio", [0.3, 0.4999])
@pytest.mark.parametrize("dim", [2, 3])
def test_a_model_that_does_not_fit_is_refused_before_anything_is_made_for_it(
    monkeypatch: pytest.MonkeyPatch, dim: int, ratio: float
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("work began")

    model = block(dim, ratio)
    monkeypatch.setattr("tubewall.fem.linear.free_bytes", lambda: SMALL)
    monkeypatch.setattr("tubewall.fem.model_solver.hold", never)
    with pytest.raises(ResourceError, match=rf"^{model.size} unknowns need about .* GB to solve and 0.02 GB are free"):
        solve_model(model)


def test_a_case_that_does_not_fit_is_refused_with_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_mesh(mapped_block((80, 80)), tmp_path / "big.msh")
    (tmp_path / "case.toml").write_text(
        """
[mesh]
file = "big.msh"
unit = "mm"
[analysis]
kind = "plane strain"
[materials]
body = { youngs_modulus = "1 GPa", poissons_ratio = 0.3 }
[[supports]]
boundary = "left"
fix = ["x", "y"]
[[loads]]
boundary = "right"
pressure = "1 MPa"
"""
    )
    case = Case.read(str(tmp_path / "case.toml"))
    monkeypatch.setattr("tubewall.fem.linear.free_bytes", lambda: SMALL)
    with pytest.raises(ResourceError, match=r"unknowns need about .* GB to solve") as refused:
        case.solve()
    assert refused.value.exit_code == 4


def test_where_memory_gives_out_in_the_midst_the_message_has_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    from kvxopt import cholmod
    from scipy.sparse import csc_array, eye_array

    def gave_out(*_: Any) -> None:
        raise ValueError("called with symbolic factor")

    monkeypatch.setattr(cholmod, "solve", gave_out)
    with pytest.raises(
        ResourceError, match=r"memory gave out while 1000 unknowns were factorised, which needs about .* GB"
    ):
        factorise(csc_array(eye_array(1000)))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of the address space is read on Linux")
def test_a_limit_on_the_address_space_counts_as_memory() -> None:
    code = (
        "import resource; from tubewall.fem.linear import free_bytes;"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize();"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 50_000_000,) * 2); print(free_bytes())"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < float(found.stdout) <= 50_000_000
