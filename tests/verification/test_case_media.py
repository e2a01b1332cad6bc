"""Case files on meshes of gmsh: anisotropic, nearly incompressible, bonded, layered and tied media, corners, buckling."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import gmsh
import numpy as np
import pytest

from tubewall.errors import InputError
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
annulus, drawing, isotropic, lame, loop, named, polygon, probe, solved, write = (
    SHARED[name]
    for name in (
        "annulus",
        "drawing",
        "isotropic",
        "lame",
        "loop",
        "named",
        "polygon",
        "probe",
        "solved",
        "write",
    )
)
PLANES, ENDS = SHARED["PLANES"], SHARED["ENDS"]
A, B, PRESSURE = 50.0, 60.0, 1e6
PUSHED = [{"boundary": "bore", "pressure": "1 MPa"}]
LINER = {
    "E1": "40 GPa", "E2": "20 GPa", "E3": "20 GPa", "nu12": 0.2, "nu23": 0.3, "nu13": 0.2,
    "G12": "8 GPa", "G23": "6 GPa", "G13": "8 GPa",
}  # fmt: skip


def lekhnitskii(radius: float, plane_strain: bool) -> float:
    """Hoop stress [Pa] in a tube of LINER around the axis (Lekhnitskii, Anisotropic Plates, 1968, section 37)."""
    a11, a22, a33, a12, a13, a23 = 1 / 40, 1 / 20, 1 / 20, -0.2 / 40, -0.2 / 40, -0.3 / 20
    assert a12 < 0
    if plane_strain:
        a11, a22 = a11 - a13**2 / a33, a22 - a23**2 / a33
    k, c = math.sqrt(a22 / a11), A / B
    shape = (radius / B) ** (k - 1) + (B / radius) ** (k + 1)
    return PRESSURE * c ** (k + 1) / (1 - c ** (2 * k)) * k * shape


@pytest.mark.parametrize("kinematics", ["plane stress", "plane strain", "3d", "axisymmetric"])
def test_a_liner_with_circumferential_axes(tmp_path: Path, kinematics: str) -> None:
    x, y = (0.0, 0.0) if kinematics == "axisymmetric" else (7.0, -3.0)
    supports = PLANES
    at: tuple[float, ...] = (x + A, y)
    if kinematics == "axisymmetric":
        outline, sides = [(A, 0), (B, 0), (B, 5), (A, 5)], ["floor", "rim", "ceiling", "bore"]
        polygon(tmp_path / "t.msh", outline, sides, 0, counts=(6, 2, 6, 2), quads=True, region="wall")
        supports = [{"boundary": name, "fix": ["y"]} for name in ("floor", "ceiling")]
    elif kinematics == "3d":
        annulus(tmp_path / "t.msh", (A, B), (3, 8), kind="hexahedron", height=5.0, centre=(x, y))
        supports, at = [*PLANES, *ENDS], (x + A, y, 2.0)
    else:
        annulus(tmp_path / "t.msh", (A, B), (4, 16), centre=(x, y))
    about = [f"{x} nm", f"{y} nm"]
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": kinematics},
            "materials": {"wall": {"orthotropic": LINER, "axes": "circumferential", "about": about}},
            "supports": supports,
            "loads": PUSHED,
            "probes": [probe("stress hoop", *at, about=about)],
        },
    )
    expected = lekhnitskii(A, plane_strain=kinematics != "plane stress")
    assert data["probes"]["stress hoop"]["value"] == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize(("kind", "ratio"), [
    ("triangle", 0.4999), ("quad", 0.4999), ("triangle", 0.49999), ("quad", 0.49999), ("tetra", 0.4999),
    pytest.param("hexahedron", 0.4999, marks=pytest.mark.long), ("wedge", 0.4999),
])  # fmt: skip
def test_a_tube_of_rubber_neither_locks_nor_loses_its_pressure(tmp_path: Path, kind: str, ratio: float) -> None:
    space = kind not in ("triangle", "quad")
    annulus(tmp_path / "t.msh", (A, B), (2, 8) if space else (4, 16), kind=kind, height=5.0 if space else 0.0)
    z = (1.0,) if space else ()
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "3d" if space else "plane strain"},
            "materials": {"wall": isotropic("10 MPa", ratio)},
            "supports": [*PLANES, *ENDS] if space else PLANES,
            "loads": PUSHED,
            "probes": [probe("displacement x", A, 0, *z), probe("pressure", 55, 0, *z)],
        },
    )
    # Lame (1852) in plane strain
    mean = PRESSURE * A**2 / (B**2 - A**2)
    widening = (1 + ratio) * mean / 10e6 * ((1 - 2 * ratio) * A + B**2 / A) * 1e-9
    found = data["probes"]
    assert found["displacement x"]["value"] == pytest.approx(widening, rel=5e-3 if space else 5e-4, abs=0)
    assert found["pressure"]["value"] == pytest.approx(-mean * 2 * (1 + ratio) / 3, rel=5e-3)
    assert any(f"region 'wall' has Poisson's ratio {ratio:g}" in told for told in data["warnings"])


def test_soft_polymer_in_hard_carbon(tmp_path: Path) -> None:
    inner, middle, outer = 50.0, 55.0, 60.0
    regions = ("soft PEO", "hard carbon")
    annulus(tmp_path / "t.msh", (inner, middle, outer), (3, 20), regions=regions)
    soft, hard = (1e6, 0.4999), (60e9, 0.2)

    def motion(r: float) -> np.ndarray:
        return np.array([r, 1 / r])

    def radial(r: float, law: tuple[float, float]) -> np.ndarray:
        modulus, ratio = law
        return modulus / (1 + ratio) * np.array([1 / (1 - 2 * ratio), -1 / r**2])

    # u = c r + d / r in each (Lame 1852)
    none = np.zeros(2)
    system = np.array([
        np.concatenate([radial(inner, soft), none]),
        np.concatenate([motion(middle), -motion(middle)]),
        np.concatenate([radial(middle, soft), -radial(middle, hard)]),
        np.concatenate([none, radial(outer, hard)]),
    ])  # fmt: skip
    scale = np.abs(system).max(axis=0)
    c = np.linalg.solve(system / scale, [-PRESSURE, 0, 0, 0]) / scale
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "plane strain"},
            "materials": {"soft PEO": isotropic("1 MPa", 0.4999), "hard carbon": isotropic("60 GPa", 0.2)},
            "supports": PLANES,
            "loads": PUSHED,
            "probes": [
                probe("displacement x", inner, 0),
                probe("stress xx", middle, 0, region="soft PEO"),
                probe("stress yy", middle, 0, region="hard carbon"),
            ],
        },
    )
    found = {name: one["value"] for name, one in data["probes"].items()}
    assert found["displacement x"] == pytest.approx(motion(inner) @ c[:2] * 1e-9, rel=1e-4, abs=0)
    assert found["stress xx"] == pytest.approx(radial(middle, soft) @ c[:2], rel=1e-4)
    hoop = 60e9 / 1.2 * (c[2] / 0.6 + c[3] / middle**2)
    assert found["stress yy"] == pytest.approx(hoop, rel=1e-3)


def layers(path: Path, kind: str) -> None:
    """A cell of a hard layer (3 of 10) and a soft one, whose boundaries face each other."""
    space = kind in ("hexahedron", "tetra")
    with drawing(path, dim=3 if space else 2, order=1) as model:
        geo = model.geo
        points = [geo.addPoint(x, y, 0) for y in (0, 3, 10) for x in (0, 4)]
        level = [geo.addLine(points[i], points[i + 1]) for i in (0, 2, 4)]
        left, right = ([geo.addLine(points[i], points[i + 2]) for i in (s, s + 2)] for s in (0, 1))
        surfaces = [
            geo.addPlaneSurface([geo.addCurveLoop([level[i], right[i], -level[i + 1], -left[i]])]) for i in (0, 1)
        ]
        for line in (*level, *left, *right):
            geo.mesh.setTransfiniteCurve(line, 3)
        for surface in surfaces:
            geo.mesh.setTransfiniteSurface(surface)
            if kind in ("quad", "hexahedron"):
                geo.mesh.setRecombine(2, surface)
        if not space:
            geo.synchronize()
            named(2, {"hard": surfaces[:1], "soft": surfaces[1:]})
            named(1, {"bottom": level[:1], "top": level[2:], "left": left, "right": right})
            return
        bodies = [geo.extrude([(2, s)], 0, 0, 4, numElements=[2], recombine=kind != "tetra") for s in surfaces]
        geo.synchronize()
        named(3, {name: [body[1][1]] for name, body in zip(("hard", "soft"), bodies, strict=True)})
        named(2, {"front": surfaces, "back": [body[0][1] for body in bodies]})
        named(2, {"bottom": [bodies[0][2][1]], "top": [bodies[1][4][1]]})
        named(2, {name: [body[i][1] for body in bodies] for name, i in (("right", 3), ("left", 5))})


@pytest.mark.parametrize("kind", ["triangle", "quad", "tetra", "hexahedron"])
def test_layers_have_the_stiffness_of_backus(tmp_path: Path, kind: str) -> None:
    # Backus (1962), equations 13; y is the direction across the layers
    layers(tmp_path / "t.msh", kind)
    space = kind in ("hexahedron", "tetra")
    share = np.array([0.3, 0.7])
    modulus, ratio = np.array([100e9, 10e9]), np.array([0.2, 0.35])
    first, shear = modulus * ratio / (1 + ratio) / (1 - 2 * ratio), modulus / 2 / (1 + ratio)
    across = 1 / (share @ (1 / (first + 2 * shear)))
    slope = share @ (first / (first + 2 * shear))
    expected = {
        ("yy", "yy"): across,
        ("xx", "yy"): slope * across,
        ("xx", "xx"): share @ (4 * shear * (first + shear) / (first + 2 * shear)) + slope**2 * across,
        ("xy", "xy"): 1 / (share @ (1 / shear)),
    }
    if space:
        expected["xz", "xz"] = share @ shear
    pairs = [["left", "right"], ["bottom", "top"], *([["front", "back"]] if space else [])]
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "3d" if space else "plane strain"},
            "materials": {"hard": isotropic("100 GPa", 0.2), "soft": isotropic("10 GPa", 0.35)},
            "supports": [{"rigid_body": True}],
            "periodic": {"pairs": pairs, "mean_strain": {"xx": 1e-3, "yy": 0.0}},
            "probes": [probe("stress yy", 1, 1), probe("stress yy", 1, 7) | {"name": "soft"}] if not space else [],
        },
    )
    found = data["periodic"]["stiffness"]
    row = found["components"].index
    for (one, two), value in expected.items():
        assert found["value"][row(one)][row(two)] == pytest.approx(value, rel=1e-9), (one, two)
    assert data["periodic"]["mean_strain"]["xx"]["value"] == pytest.approx(1e-3, rel=1e-9)
    if not space:
        for one in data["probes"].values():
            assert one["value"] == pytest.approx(1e-3 * slope * across, rel=1e-9)


def test_two_meshes_that_do_not_fit_are_tied(tmp_path: Path) -> None:
    with drawing(tmp_path / "t.msh", order=1) as model:
        for number, (x, count) in enumerate(((0, 4), (10, 7))):
            sides, surface = loop([(x, 0), (x + 10, 0), (x + 10, 10), (x, 10)])
            for side in sides:
                model.geo.mesh.setTransfiniteCurve(side, count)
            model.geo.mesh.setTransfiniteSurface(surface)
            model.geo.mesh.setRecombine(2, surface)
            model.geo.synchronize()
            named(2, {f"part {number}": [surface]})
            named(1, {f"{n} {number}": [s] for n, s in zip(("bottom", "right", "top", "left"), sides, strict=True)})
    case: dict[str, Any] = {
        "analysis": {"kind": "plane stress"},
        "materials": {f"part {number}": isotropic() for number in (0, 1)},
        "supports": [{"boundary": "left 0", "fix": ["x"]}, {"point": [0, 0], "fix": ["y"]}],
        "loads": [{"boundary": "right 1", "traction": ["1 MPa", 0]}],
        "probes": [probe("stress xx", 14, 3.3), probe("displacement x", 20, 3)],
    }
    with pytest.raises(InputError, match="the mesh falls into 2 parts that share no node"):
        Case.read(write(tmp_path, case)).solve()
    found = solved(tmp_path, {**case, "ties": [{"boundaries": ["left 1", "right 0"]}]})["probes"]
    assert found["stress xx"]["value"] == pytest.approx(1e6, rel=1e-9)
    assert found["displacement x"]["value"] == pytest.approx(20e-9 * 1e6 / 60e9, rel=1e-9, abs=0)


def test_corners_have_their_exponents(tmp_path: Path) -> None:
    outline = [(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)]
    polygon(tmp_path / "t.msh", outline, ["bottom", "right", "in", "out", "top", "left"], 3.0)
    data = solved(
        tmp_path,
        {
            "analysis": {"kind": "plane strain"},
            "materials": {"body": isotropic(ratio=0.3)},
            "supports": [{"boundary": "top", "fix": ["x", "y"]}],
            "loads": [{"boundary": "right", "traction": [0, "1 MPa"]}],
            "corners": [
                {"name": "re-entrant", "at": ["10 nm", "10 nm"]},
                {"name": "clamped", "at": [0, "20 nm"]},
                {"at": ["20 nm", 0]},
            ],
        },
    )
    exponents = {name: one["exponent"]["value"] for name, one in data["corners"].items()}
    # Williams (1952): 0.5444837 at 270 degrees, free; 0.7112 at a quarter, clamped and free, for a Poisson's ratio of 0.3
    assert exponents["re-entrant"] == pytest.approx(0.5444837, abs=1e-6)
    assert exponents["clamped"] == pytest.approx(0.7112, abs=1e-4)
    assert data["corners"]["corner 3"]["singular"] is False


def test_a_ring_under_a_pressure_that_follows_it(tmp_path: Path) -> None:
    # Levy (1884): 3 E I / R^3 per length
    annulus(tmp_path / "t.msh", (49.5, 50.5), (1, 48))
    for kinematics, modulus in (("plane stress", 60e9), ("plane strain", 60e9 / (1 - 0.25**2))):
        data = solved(
            tmp_path,
            {
                "analysis": {"kind": kinematics},
                "materials": {"wall": isotropic()},
                "supports": PLANES,
                "loads": [{"boundary": "rim", "pressure": "1 kPa"}],
                "buckling": {"modes": 2},
            },
        )
        lowest = data["buckling"]["load_factors"][0]
        assert lowest["value"] * 1e3 == pytest.approx(3 * modulus / 12 / 50**3, rel=2e-3)
    assert gmsh.isInitialized() == 0
