"""Case files on meshes of gmsh: tubes and published plates in every kinematics, kind of cell and order."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
annulus, drawing, isotropic, lame, named, polygon, probe, solved = (
    SHARED[name] for name in ("annulus", "drawing", "isotropic", "lame", "named", "polygon", "probe", "solved")
)
PLANES, ENDS = SHARED["PLANES"], SHARED["ENDS"]

A, B, PRESSURE, MODULUS, RATIO = 50.0, 60.0, 1e6, 60e9, 0.25
RADIAL, HOOP = (PRESSURE * one for one in lame(A, B, A))
# the sum of radial and hoop stress, the same everywhere
SUM = RADIAL + HOOP
PUSHED = [{"boundary": "bore", "pressure": "1 MPa"}]
STRESS_ZZ = {"plane strain": RATIO * SUM, "plane stress": 0.0, "generalised plane strain": 0.0}


def widening(radius: float, kinematics: str) -> float:
    """Displacement [m] of a tube of radii A and B [nm] under PRESSURE (Lame 1852)."""
    radial, hoop = (PRESSURE * one for one in lame(A, B, radius))
    return radius * 1e-9 * (hoop - RATIO * (radial + STRESS_ZZ[kinematics])) / MODULUS


def relative(order: int, curved: int) -> float:
    """What a mesh of some elements through the wall is off by, of the hoop stress: by order of displacement and mesh."""
    return 0.05 if order == 1 else 0.02 if curved == 1 else 4e-3


@pytest.mark.parametrize("kinematics", STRESS_ZZ)
@pytest.mark.parametrize(("kind", "curved", "order", "incomplete"), [
    ("triangle", 1, 1, False), ("triangle", 1, 2, False), ("triangle", 2, 1, False), ("triangle", 2, 2, False),
    ("quad", 1, 1, False), ("quad", 1, 2, False), ("quad", 2, 1, False), ("quad", 2, 2, False), ("quad", 2, 2, True),
])  # fmt: skip
def test_a_tube_in_the_plane_is_that_of_lame(
    tmp_path: Path, kinematics: str, kind: str, curved: int, order: int, incomplete: bool
) -> None:
    annulus(tmp_path / "t.msh", (A, B), (5, 20), kind=kind, order=curved, incomplete=incomplete)
    probes = [probe("stress hoop", A, 0), probe("stress zz", A, 0), probe("displacement x", B, 0)]
    probes += [{"name": "radial", "boundary": "bore", "quantity": "mean stress radial"}]
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": kinematics, "order": order},
            "materials": {"wall": isotropic()},
            "supports": PLANES,
            "loads": PUSHED,
            "probes": probes,
        },
    )
    found, tolerance = data["probes"], relative(order, curved)
    assert found["stress hoop"]["value"] == pytest.approx(HOOP, rel=tolerance)
    assert abs(found["stress hoop"]["value"] - HOOP) <= found["stress hoop"]["mesh_error"]
    assert found["stress zz"]["value"] == pytest.approx(STRESS_ZZ[kinematics], abs=tolerance * HOOP)
    assert found["displacement x"]["value"] == pytest.approx(widening(B, kinematics), rel=tolerance, abs=0)
    assert found["radial"]["value"] == pytest.approx(RADIAL, abs=5 * tolerance * HOOP)
    assert data["maximum"]["stress xx"]["value"] == pytest.approx(HOOP, rel=2 * tolerance)
    # the cuts carry the pressure on the bore
    bottom, side = (one["force"] for one in data["reactions"])
    assert bottom["y"] == {"value": pytest.approx(-PRESSURE * A * 1e-9, rel=1e-8), "unit": "N/m"}
    assert side["x"]["value"] == pytest.approx(-PRESSURE * A * 1e-9, rel=1e-8)


@pytest.mark.parametrize(("kind", "curved", "order", "incomplete"), [
    ("hexahedron", 1, 1, False), ("hexahedron", 2, 2, False), ("wedge", 2, 2, False),
    pytest.param("hexahedron", 2, 2, True, marks=pytest.mark.long),
    ("wedge", 2, 2, True), ("wedge", 1, 2, False), ("tetra", 2, 1, False), ("tetra", 2, 2, False), ("tetra", 1, 2, False),
])  # fmt: skip
def test_a_tube_in_space_between_rollers_is_that_of_plane_strain(
    tmp_path: Path, kind: str, curved: int, order: int, incomplete: bool
) -> None:
    counts = (3, 12) if order == 1 else (2, 8)
    annulus(tmp_path / "t.msh", (A, B), counts, kind=kind, order=curved, incomplete=incomplete, height=10.0)
    probes = [probe("stress hoop", A, 0, 3), probe("stress zz", 55, 0, 5), probe("displacement x", B, 0, 5)]
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "3d", "order": order},
            "materials": {"wall": isotropic()},
            "supports": [*PLANES, *ENDS],
            "loads": PUSHED,
            "probes": [*probes, {"name": "largest", "boundary": "bore", "quantity": "max stress hoop"}],
        },
    )
    found, tolerance = data["probes"], relative(order, curved)
    assert found["stress hoop"]["value"] == pytest.approx(HOOP, rel=2 * tolerance)
    assert found["largest"]["value"] == pytest.approx(HOOP, rel=4 * tolerance)
    assert found["stress zz"]["value"] == pytest.approx(RATIO * SUM, abs=2 * tolerance * HOOP)
    assert found["displacement x"]["value"] == pytest.approx(widening(B, "plane strain"), rel=tolerance, abs=0)
    area = math.pi / 4 * (B**2 - A**2) * 1e-18
    # straight sides leave out part of the section
    floor, ceiling = (one["force"]["z"]["value"] for one in data["reactions"][2:])
    assert floor == pytest.approx(-RATIO * SUM * area, rel=2e-2, abs=0)
    assert floor + ceiling == pytest.approx(0.0, abs=1e-9 * abs(floor))


@pytest.mark.parametrize("kind", ["triangle", "quad"])
def test_the_meridian_of_a_tube_answers_for_the_full_circle(tmp_path: Path, kind: str) -> None:
    outline, sides = [(A, 0), (B, 0), (B, 20), (A, 20)], ["the floor", "rim", "the ceiling", "bore"]
    polygon(
        tmp_path / "t.msh", outline, sides, 0, counts=(6, 4, 6, 4), order=1, quads=kind == "quad", region="tube wall"
    )
    case: dict[str, Any] = {
        "analysis": {"kind": "axisymmetric"},
        "materials": {"tube wall": isotropic()},
        "supports": [{"boundary": "the floor", "fix": ["y"]}],
        "loads": PUSHED,
        "probes": [probe("stress zz", A, 3), probe("stress hoop", A, 3), probe("displacement x", B, 10)],
    }
    found = solved(tmp_path, case)["probes"]
    assert found["stress zz"]["value"] == pytest.approx(HOOP, rel=5e-4)
    assert found["stress hoop"]["value"] == found["stress zz"]["value"]
    assert found["displacement x"]["value"] == pytest.approx(widening(B, "plane stress"), rel=1e-5, abs=0)
    case["supports"] += [{"boundary": "the ceiling", "fix": ["y"]}]
    area = math.pi * (B**2 - A**2) * 1e-18
    floor, ceiling = solved(tmp_path, case)["reactions"]
    assert ceiling["force"]["y"] == {"value": pytest.approx(RATIO * SUM * area, rel=1e-4, abs=0), "unit": "N"}
    assert floor["force"]["y"]["value"] == pytest.approx(-RATIO * SUM * area, rel=1e-4, abs=0)
    # a pull along the axis by 0.02 nm over 20 nm
    case |= {
        "loads": [],
        "supports": [case["supports"][0], {"boundary": "the ceiling", "displacement": {"y": "0.02 nm"}}],
    }
    assert solved(tmp_path, case)["reactions"][1]["force"]["y"]["value"] == pytest.approx(
        MODULUS * 1e-3 * area, rel=1e-9, abs=0
    )


@pytest.mark.parametrize(("ends", "stress"), [("closed", SUM / 2), ("free", 0.0), ("held", RATIO * SUM)])
def test_the_ends_of_a_long_tube_are_closed_free_or_held(tmp_path: Path, ends: str, stress: float) -> None:
    annulus(tmp_path / "t.msh", (A, B), (3, 12))
    cap = {"end_area": "pi * (50 nm)^2 / 4"} if ends == "closed" else {}
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "generalised plane strain", "ends": ends},
            "materials": {"wall": isotropic()},
            "supports": PLANES,
            "loads": [{"boundary": "bore", "pressure": "1 MPa", **cap}],
            "probes": [probe("stress zz", 55, 0)],
        },
    )
    assert data["probes"]["stress zz"]["value"] == pytest.approx(stress, abs=5e-3 * HOOP)
    assert data["axial_strain"]["value"] == pytest.approx((stress - RATIO * SUM) / MODULUS, rel=1e-5, abs=1e-18)
    area = math.pi / 4 * (B**2 - A**2) * 1e-18
    assert data["axial_force"]["value"] == pytest.approx(stress * area, rel=1e-4, abs=1e-9 * SUM * area)


def ellipse(path: Path, counts: tuple[int, int], layers: int = 0) -> None:
    """A quarter of the plate of NAFEMS LE1, and with layers below and above its middle that of LE10 [m]."""
    with drawing(path, dim=3 if layers else 2, order=2, incomplete=True) as model:
        geo = model.geo
        points = [geo.addPoint(x, y, 0) for x, y in ((0, 0), (0, 1), (0, 2.75), (3.25, 0), (2, 0))]
        centre, inner_y, outer_y, outer_x, inner_x = points
        inner, outer = geo.addEllipseArc(inner_y, centre, inner_x, inner_x), geo.addEllipseArc(
            outer_x, centre, outer_x, outer_y
        )  # fmt: skip
        along_x, along_y = geo.addLine(inner_x, outer_x), geo.addLine(outer_y, inner_y)
        surface = geo.addPlaneSurface([geo.addCurveLoop([inner, along_x, outer, along_y])])
        for curves, count in (((along_x, along_y), counts[0]), ((inner, outer), counts[1])):
            for curve in curves:
                geo.mesh.setTransfiniteCurve(curve, count + 1)
        geo.mesh.setTransfiniteSurface(surface)
        geo.mesh.setRecombine(2, surface)
        if not layers:
            geo.synchronize()
            named(2, {"plate": [surface]})
            named(1, {"inner": [inner], "x axis": [along_x], "outer": [outer], "y axis": [along_y]})
            return
        lower = geo.extrude([(2, surface)], 0, 0, 0.3, numElements=[layers], recombine=True)
        upper = geo.extrude([lower[0]], 0, 0, 0.3, numElements=[layers], recombine=True)
        geo.synchronize()
        named(3, {"plate": [lower[1][1], upper[1][1]]})
        named(2, {"top": [upper[0][1]]})
        names = ("inner", "x axis", "outer", "y axis")
        named(2, {name: [lower[2 + i][1], upper[2 + i][1]] for i, name in enumerate(names)})
        rims = [{tag for _, tag in model.getBoundary([part[4]], oriented=False)} for part in (lower, upper)]
        named(1, {"mid edge": sorted(rims[0] & rims[1])})


STEEL = isotropic("210 GPa", 0.3)
AXES = [{"boundary": "x axis", "fix": ["y"]}, {"boundary": "y axis", "fix": ["x"]}]


def test_nafems_le1_the_elliptic_membrane(tmp_path: Path) -> None:
    # The Standard NAFEMS Benchmarks (1990), LE1: 92.7 MPa at D
    ellipse(tmp_path / "t.msh", (12, 18))
    data = solved(
        tmp_path,
        {
            "mesh": {"file": "t.msh"},
            "analysis": {"kind": "plane stress"},
            "materials": {"plate": STEEL},
            "supports": AXES,
            "loads": [{"boundary": "outer", "pressure": "-10 MPa"}],
            "probes": [probe("stress yy", 2, 0, unit="m"), probe("max stress yy", boundary="inner")],
        },
    )
    for found in data["probes"].values():
        assert found["value"] == pytest.approx(92.7e6, rel=5e-3)
        assert found["at"] == pytest.approx([2.0, 0.0], abs=0.05)


@pytest.mark.parametrize("key", ["edge", pytest.param("boundary", marks=pytest.mark.long)])
def test_nafems_le10_the_thick_plate_on_a_named_edge(tmp_path: Path, key: str) -> None:
    # The Standard NAFEMS Benchmarks (1990), LE10: -5.38 MPa at D
    ellipse(tmp_path / "t.msh", (6, 8), layers=1)
    data = solved(
        tmp_path,
        {
            "mesh": {"file": "t.msh"},
            "analysis": {"kind": "3d"},
            "materials": {"plate": STEEL},
            "supports": [*AXES, {"boundary": "outer", "fix": ["x", "y"]}, {key: "mid edge", "fix": ["z"]}],
            "loads": [{"boundary": "top", "pressure": "1 MPa"}],
            "probes": [probe("stress yy", 2, 0, 0.6, unit="m")],
        },
    )
    assert data["probes"]["stress yy"]["value"] == pytest.approx(-5.38e6, rel=0.04)
    assert data["reactions"][3]["force"]["z"]["value"] == pytest.approx(
        1e6 * math.pi / 4 * (3.25 * 2.75 - 2.0), rel=1e-5
    )
    assert any("reaction of the support on edge 'mid edge'" in told for told in data["warnings"])


def test_nafems_le11_the_heated_body_of_revolution(tmp_path: Path) -> None:
    # The Standard NAFEMS Benchmarks (1990), LE11: -105 MPa at A under T = r + z
    root = math.sqrt(0.5)
    corners = [(1, 0), (1.4, 0), (1.4 * math.cos(math.pi / 6), 0.7), (1, 1.39), (1, 1.79), (root, 1.79), (root, 1.39)]
    with drawing(tmp_path / "t.msh", size=0.08, quads=True) as model:
        geo = model.geo
        centre, *points = (geo.addPoint(x, y, 0) for x, y in ((0, 0), *corners, (root, root)))
        lines = [geo.addLine(points[0], points[1]), geo.addCircleArc(points[1], centre, points[2])]
        lines += [geo.addLine(points[i], points[i + 1]) for i in range(2, 7)]
        lines += [geo.addCircleArc(points[7], centre, points[0])]
        surface = geo.addPlaneSurface([geo.addCurveLoop(lines)])
        geo.synchronize()
        named(2, {"body": [surface]})
        named(1, {"bottom": lines[:1], "top": lines[4:5]})
    data = solved(
        tmp_path,
        {
            "mesh": {"file": "t.msh"},
            "analysis": {"kind": "axisymmetric", "temperature_change": "1 K/m * (x + y)"},
            "materials": {"body": isotropic("210 GPa", 0.3, expansion="2.3e-4 1/K")},
            "supports": [{"boundary": name, "fix": ["y"]} for name in ("bottom", "top")],
            "probes": [probe("stress yy", 1, 0, unit="m")],
        },
    )
    assert data["probes"]["stress yy"]["value"] == pytest.approx(-105e6, rel=1e-2)


def test_the_unit_of_the_mesh_does_not_matter(tmp_path: Path) -> None:
    values = []
    for unit, scale in (("nm", 1.0), ("um", 1e-3), ("m", 1e-9), ("0.5 nm", 2.0)):
        annulus(tmp_path / "t.msh", (A * scale, B * scale), (2, 8))
        data = solved(
            tmp_path,
            {
                "mesh": {"file": "t.msh", "unit": unit},
                "analysis": {"kind": "plane strain"},
                "materials": {"wall": isotropic()},
                "supports": PLANES,
                "loads": PUSHED,
                "probes": [probe("stress hoop", A, 0), probe("displacement x", A, 0)],
            },
        )
        values.append([one["value"] for one in data["probes"].values()])
    assert np.array(values) == pytest.approx(np.tile(values[0], (4, 1)), rel=1e-7, abs=0)
