"""What a polygon in place of a circle does to displacements is part of their mesh error."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
INNER, OUTER, MODULUS, RATIO = 10.0, 16.0, 60e9, 0.25


def chords(path: Path, size: float) -> None:
    """A quarter of a tube of straight triangles."""
    with SHARED["drawing"](path, size=size, order=1) as model:
        geo = model.geo
        centre = geo.addPoint(0, 0, 0)
        ends = [geo.addPoint(*point, 0) for point in ((INNER, 0), (OUTER, 0), (0, OUTER), (0, INNER))]
        rim, bore = geo.addCircleArc(ends[1], centre, ends[2]), geo.addCircleArc(ends[3], centre, ends[0])
        bottom, side = geo.addLine(ends[0], ends[1]), geo.addLine(ends[2], ends[3])
        surface = geo.addPlaneSurface([geo.addCurveLoop([bottom, rim, side, bore])])
        geo.synchronize()
        SHARED["named"](2, {"wall": [surface]})
        SHARED["named"](1, {"bottom": [bottom], "side": [side], "bore": [bore]})


@pytest.mark.parametrize("size", [3.0, 1.5])
def test_displacements_on_chords_have_a_mesh_error_that_holds_the_true_one(tmp_path: Path, size: float) -> None:
    """Lame (1852), in plane strain: u = (1 + nu) p / E / (b^2/a^2 - 1) ((1 - 2 nu) r + b^2 / r)."""
    chords(tmp_path / "t.msh", size)
    probes = [SHARED["probe"]("displacement x", radius, 0.0) | {"name": f"{radius}"} for radius in (11.3, 13.0, OUTER)]
    probes.append({"name": "mean", "boundary": "bore", "quantity": "mean displacement magnitude"})
    tables = {
        "analysis": {"kind": "plane strain", "order": 2},
        "materials": {"wall": SHARED["isotropic"]()},
        "supports": SHARED["PLANES"],
        "loads": [{"boundary": "bore", "pressure": "1 MPa"}],
        "probes": probes,
    }
    found = Case.read(SHARED["write"](tmp_path, tables)).solve().probes
    factor = (1 + RATIO) * 1e6 / MODULUS / (OUTER**2 / INNER**2 - 1)
    for name, answer in found.items():
        radius = INNER if name == "mean" else float(name)
        exact = factor * ((1 - 2 * RATIO) * radius + OUTER**2 / radius) * 1e-9
        error = abs(answer.value - exact)
        assert answer.mesh_error is not None
        assert error < answer.mesh_error < 20 * error, name
