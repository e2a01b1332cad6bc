"""Cells that are nearly flat at a corner give no stress there, and say so."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import numpy as np
import pytest

from tubewall.fem.flat_corners import flat_corner_warnings, in_flat_corner
from tubewall.geometry import mapped_block

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
INNER, OUTER = 10.0, 16.0


def test_the_maximum_is_not_taken_where_two_sides_of_a_cell_follow_one_arc(tmp_path: Path) -> None:
    """Gmsh's quadrilaterals of second order end so on arcs; the hoop stress is that of Lame (1852)."""
    with SHARED["drawing"](tmp_path / "t.msh", quads=True, size=3.0) as model:
        geo = model.geo
        centre = geo.addPoint(0, 0, 0)
        ends = [geo.addPoint(*point, 0) for point in ((INNER, 0), (OUTER, 0), (0, OUTER), (0, INNER))]
        sides = [
            geo.addLine(ends[0], ends[1]),
            geo.addCircleArc(ends[1], centre, ends[2]),
            geo.addLine(ends[2], ends[3]),
            geo.addCircleArc(ends[3], centre, ends[0]),
        ]
        surface = geo.addPlaneSurface([geo.addCurveLoop(sides)])
        geo.synchronize()
        SHARED["named"](2, {"wall": [surface]})
        SHARED["named"](1, {"bottom": sides[:1], "side": sides[2:3], "bore": sides[3:]})
    found = SHARED["solved"](
        tmp_path,
        {
            "analysis": {"kind": "plane strain"},
            "materials": {"wall": SHARED["isotropic"]()},
            "supports": SHARED["PLANES"],
            "loads": [{"boundary": "bore", "pressure": "1 MPa"}],
        },
    )
    assert any("1 elements are nearly flat at a corner" in told for told in found["warnings"])
    hoop = 1e6 * SHARED["lame"](INNER, OUTER, INNER)[1]
    assert found["maximum"]["max principal"]["value"] == pytest.approx(hoop, rel=0.02)
    assert math.hypot(*found["maximum"]["max principal"]["at"]) == pytest.approx(INNER * 1e-9, rel=1e-3)


def test_only_the_flat_corner_is_left_out() -> None:
    def bent(points: np.ndarray) -> np.ndarray:
        # the corner (1, 1) of the square moves to the line between its neighbours, but for a hundredth
        moved = points.copy()
        moved[np.all(points == 1, axis=1)] = 0.505
        return moved

    mesh = mapped_block((1, 1), map=bent)
    (warning,) = flat_corner_warnings(mesh)
    assert warning.startswith("1 elements are nearly flat at a corner, the worst is element 0 at")
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.5]])
    assert in_flat_corner(mesh, np.zeros(5, dtype=np.int64), corners).tolist() == [False, False, True, False, False]
    assert flat_corner_warnings(mapped_block((2, 2))) == ()
