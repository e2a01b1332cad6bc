"""Case files with cracks as gmsh makes them: drawn with two sides, slit by its Crack plugin, halves, pennies and fronts."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import gmsh
import pytest

from tubewall.errors import InputError
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
drawing, isotropic, loop, named, solved, write = (
    SHARED[name] for name in ("drawing", "isotropic", "loop", "named", "solved", "write")
)
WIDTH, HEIGHT, LENGTH = 40.0, 80.0, 10.0
PULL = [{"boundary": "top", "traction": [0, "1 MPa"]}, {"boundary": "bottom", "traction": [0, "-1 MPa"]}]


def case(kinematics: str = "plane strain", **tables: Any) -> dict[str, Any]:
    return {"analysis": {"kind": kinematics}, "materials": {"plate": isotropic(ratio=0.3)}, **tables}


def edge_crack() -> float:
    """K_I [Pa sqrt(m)] of an edge crack under 1 MPa (Gross and Srawley 1964, to half a per cent for a / W up to 0.6)."""
    a = LENGTH / WIDTH
    shape = 1.12 - 0.231 * a + 10.55 * a**2 - 21.72 * a**3 + 30.39 * a**4
    return 1e6 * math.sqrt(math.pi * LENGTH * 1e-9) * shape


def slit(path: Path) -> None:
    """A plate with an edge crack, whose sides are two lines between the same points."""
    with drawing(path) as model:
        geo = model.geo
        mouth = [geo.addPoint(0, 0, 0, 0.5) for _ in range(2)]
        tip, right = geo.addPoint(LENGTH, 0, 0, 0.5), geo.addPoint(WIDTH, 0, 0, 4)
        faces = [geo.addLine(point, tip) for point in mouth]
        ligament = geo.addLine(tip, right)
        surfaces, ends = [], []
        for face, start, sign in zip(faces, mouth, (1, -1), strict=True):
            corners = [geo.addPoint(x, sign * HEIGHT, 0, 4) for x in (WIDTH, 0)]
            path_back = [
                geo.addLine(a, b) for a, b in ((right, corners[0]), (corners[0], corners[1]), (corners[1], start))
            ]
            around = [face, ligament, *path_back]
            around = around if sign > 0 else [-line for line in reversed(around)]
            surfaces.append(geo.addPlaneSurface([geo.addCurveLoop(around)]))
            ends.append(path_back[1])
        geo.synchronize()
        named(2, {"plate": surfaces})
        named(1, {"upper": faces[:1], "lower": faces[1:], "both": faces, "top": ends[:1], "bottom": ends[1:]})
        named(0, {"tip": [tip]})


def test_an_edge_crack_whose_sides_have_two_names_or_one(tmp_path: Path) -> None:
    slit(tmp_path / "t.msh")
    crack = {"name": "edge", "direction": [1, 0]}
    ways = {
        "two": {"tip": ["10 nm", 0], "faces": ["upper", "lower"]},
        "named": {"tip": "tip", "faces": ["lower", "upper"]},
        "one": {"tip": "tip", "faces": "both"},
    }
    cracks = [{**crack, **way, "name": name} for name, way in ways.items()]
    found = solved(tmp_path, case(supports=[{"rigid_body": True}], loads=PULL, cracks=cracks))["cracks"]
    modulus = 60e9 / (1 - 0.3**2)
    for name in ways:
        assert found[name]["K_I"] == {"value": pytest.approx(edge_crack(), rel=1e-2), "unit": "Pa sqrt(m)"}
        assert found[name]["K_II"]["value"] == pytest.approx(0.0, abs=1e-2 * edge_crack())
        assert found[name]["G"]["value"] == pytest.approx(found[name]["K_I"]["value"] ** 2 / modulus, rel=1e-3, abs=0)
        assert found[name]["G_extension"]["value"] == pytest.approx(found[name]["G"]["value"], rel=1e-2, abs=0)
        assert found[name]["K_I"]["value"] == pytest.approx(found["two"]["K_I"]["value"], rel=1e-9)
    # pressure in the crack alone: the pull less a uniform stress across, which knows no crack
    pressed = [{"boundary": "both", "pressure": "1 MPa"}]
    inside = solved(tmp_path, case(supports=[{"rigid_body": True}], loads=pressed, cracks=cracks))["cracks"]
    for name in ("two", "one"):
        assert inside[name]["K_I"]["value"] == pytest.approx(found[name]["K_I"]["value"], rel=1e-3)
    assert inside["one"]["T"]["value"] == pytest.approx(found["one"]["T"]["value"], abs=1e-2 * 1e6)


@pytest.mark.parametrize(("changes", "told"), [
    ({"direction": [-1, 0]}, "lies ahead of the crack"),
    ({"direction": [0, 1]}, "does not continue its face 'upper'"),
    ({"faces": "upper"}, "the body lies on both sides of it: name the other face too"),
    ({"tip": ["12.3 nm", "1 nm"]}, "no node of the mesh at"),
])  # fmt: skip
def test_a_crack_that_does_not_fit_the_mesh_is_refused(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    slit(tmp_path / "t.msh")
    crack = {"name": "a", "tip": "tip", "faces": ["upper", "lower"], "direction": [1, 0], **changes}
    path = write(tmp_path, case(supports=[{"rigid_body": True}], loads=PULL, cracks=[crack]))
    with pytest.raises(InputError, match=r"\[\[cracks\]\] 1 a: ") as refused:
        Case.read(path).solve()
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def half(path: Path) -> None:
    """The half above the crack; its face and the ligament ahead lie on y = 0."""
    outline = [(0, 0), (LENGTH, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]
    with drawing(path) as model:
        sides, surface = loop(outline, (0.5, 0.5, 4, 4, 4))
        model.geo.synchronize()
        named(2, {"plate": [surface]})
        named(1, {name: [side] for name, side in zip(("face", "ligament", "right", "top", "left"), sides, strict=True)})


def test_a_half_is_known_by_the_plane_that_is_held_ahead_of_its_face(tmp_path: Path) -> None:
    half(tmp_path / "t.msh")
    crack = {"name": "edge", "tip": ["10 nm", 0], "faces": ["face"], "direction": [1, 0]}
    held = [{"boundary": "ligament", "fix": ["y"]}, {"point": ["40 nm", 0], "fix": ["x"]}]
    for more in ({}, {"symmetric": True}):
        found = solved(tmp_path, case(supports=held, loads=PULL[:1], cracks=[{**crack, **more}]))["cracks"]["edge"]
        assert found["symmetric"] is True
        assert found["K_I"]["value"] == pytest.approx(edge_crack(), rel=1e-2)
        assert found["K_II"]["value"] == 0.0
    free = case(supports=[{"boundary": "top", "fix": ["x", "y"]}], loads=[], cracks=[crack])
    with pytest.raises(InputError, match="the surface ahead of it is not held"):
        Case.read(write(tmp_path, free)).solve()


def test_a_slit_by_the_crack_plugin_has_both_sides_in_one_group(tmp_path: Path) -> None:
    side, length = 40.0, 8.0
    gmsh.initialize([], readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        sides, surface = loop([(-side, -side), (side, -side), (side, side), (-side, side)], (4, 4, 4, 4))
        ends = [gmsh.model.geo.addPoint(x, 0, 0, 0.6) for x in (-length, length)]
        line = gmsh.model.geo.addLine(*ends)
        gmsh.model.geo.synchronize()
        gmsh.model.mesh.embed(1, [line], 2, surface)
        named(2, {"plate": [surface]})
        named(1, {name: [one] for name, one in zip(("bottom", "right", "top", "left"), sides, strict=True)})
        group = gmsh.model.addPhysicalGroup(1, [line], name="crack")
        gmsh.model.mesh.generate(2)
        gmsh.model.mesh.setOrder(2)
        gmsh.plugin.setNumber("Crack", "Dimension", 1)
        gmsh.plugin.setNumber("Crack", "PhysicalGroup", group)
        gmsh.plugin.run("Crack")
        gmsh.write(str(tmp_path / "t.msh"))
    finally:
        gmsh.finalize()
    cracks = [
        {"name": name, "tip": [f"{x} nm", 0], "faces": ["crack"], "direction": [math.copysign(1, x), 0]}
        for name, x in (("right", length), ("left", -length))
    ]
    data = solved(tmp_path, case(supports=[{"rigid_body": True}], loads=PULL, cracks=cracks))
    # Isida (1971): 1.055 for a square plate with a / W = 0.2
    expected = 1.055 * 1e6 * math.sqrt(math.pi * length * 1e-9)
    for found in data["cracks"].values():
        assert found["K_I"]["value"] == pytest.approx(expected, rel=1e-2)
    # the peak beside a tip is no answer
    assert data["maximum"]["max principal"]["singular"]["exponent"]["value"] == pytest.approx(0.5, abs=1e-3)


def test_a_penny_under_pressure_or_pulled_from_afar(tmp_path: Path) -> None:
    radius, size = 5.0, 60.0
    with drawing(tmp_path / "t.msh") as model:
        sides, surface = loop([(0, 0), (radius, 0), (size, 0), (size, size), (0, size)], (0.6, 0.12, 8, 8, 8))
        model.geo.synchronize()
        named(2, {"plate": [surface]})
        named(1, {name: [side] for name, side in zip(("face", "ligament", "rim", "top", "axis"), sides, strict=True)})
    crack = {"name": "penny", "tip": ["5 nm", 0], "faces": ["face"], "direction": [1, 0]}
    for load in ({"boundary": "face", "pressure": "1 MPa"}, PULL[0]):
        tables = case("axisymmetric", supports=[{"boundary": "ligament", "fix": ["y"]}], loads=[load], cracks=[crack])
        # Sneddon (1946), a body without end
        expected = 2e6 * math.sqrt(radius * 1e-9 / math.pi)
        assert solved(tmp_path, tables)["cracks"]["penny"]["K_I"]["value"] == pytest.approx(expected, rel=5e-3)


@pytest.mark.long
def test_a_disc_slit_by_the_crack_plugin_in_space_is_a_penny(tmp_path: Path) -> None:
    radius, half_side = 5.0, 25.0
    gmsh.initialize([], readConfigFiles=False, interruptible=False)
    try:
        model, mesh = gmsh.model, gmsh.model.mesh
        for name in ("General.Terminal", "Mesh.MeshSizeExtendFromBoundary", "Mesh.MeshSizeFromPoints"):
            gmsh.option.setNumber(name, 0)
        box = model.occ.addBox(-half_side, -half_side, -half_side, *[2 * half_side] * 3)
        model.occ.fragment([(3, box)], [(2, model.occ.addDisk(0, 0, 0, radius, radius))])
        model.occ.synchronize()

        def flat(z: float, reach: float) -> list[int]:
            boxes = {tag: model.getBoundingBox(2, tag) for _, tag in model.getEntities(2)}
            return [t for t, b in boxes.items() if max(abs(b[2] - z), abs(b[5] - z)) < 1e-3 and b[3] < reach]

        disc = flat(0.0, radius + 1)
        rim = [tag for _, tag in model.getBoundary([(2, disc[0])], oriented=False)]
        named(3, {"block": [tag for _, tag in model.getEntities(3)]})
        named(2, {"top": flat(half_side, 99), "bottom": flat(-half_side, 99)})
        named(1, {"front": rim})
        slit_group = model.addPhysicalGroup(2, disc, name="crack")
        mesh.field.add("Distance", 1)
        mesh.field.setNumbers(1, "CurvesList", rim)
        mesh.field.setNumber(1, "Sampling", 60)
        mesh.field.add("Threshold", 2)
        sizes = {"InField": 1, "SizeMin": 0.8, "SizeMax": 10, "DistMin": 0.8, "DistMax": 25}
        for name, value in sizes.items():
            mesh.field.setNumber(2, name, value)
        mesh.field.setAsBackgroundMesh(2)
        mesh.generate(3)
        mesh.setOrder(2)
        gmsh.plugin.setNumber("Crack", "Dimension", 2)
        gmsh.plugin.setNumber("Crack", "PhysicalGroup", slit_group)
        gmsh.plugin.run("Crack")
        gmsh.write(str(tmp_path / "t.msh"))
    finally:
        gmsh.finalize()
    tables = case(
        "3d",
        materials={"block": isotropic()},
        supports=[{"rigid_body": True}],
        loads=[{"boundary": "crack", "pressure": "1 MPa"}],
        cracks=[{"name": "penny", "front": "front", "faces": "crack"}],
    )
    found = solved(tmp_path, tables)["cracks"]["penny"]
    assert found["closed"] is True
    assert found["symmetric"] is False
    # after Sneddon (1946)
    expected = 2e6 * math.sqrt(radius * 1e-9 / math.pi)
    ratios = [point["K_I"]["value"] / expected for point in found["front"]]
    assert min(ratios) > 0.95
    assert max(ratios) < 1.06
    assert sum(ratios) / len(ratios) == pytest.approx(1.0, abs=0.015)


def test_a_straight_front_between_rollers_has_the_k_of_plane_strain_all_along(tmp_path: Path) -> None:
    half(tmp_path / "t.msh")
    held = [{"boundary": "ligament", "fix": ["y"]}, {"point": ["40 nm", 0], "fix": ["x"]}]
    crack = {"name": "edge", "tip": ["10 nm", 0], "faces": ["face"], "direction": [1, 0]}
    plane = solved(tmp_path, case(supports=held, loads=PULL[:1], cracks=[crack]))["cracks"]["edge"]
    with drawing(tmp_path / "t.msh", dim=3) as model:
        outline = [(0, 0), (LENGTH, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]
        _, surface = loop(outline, (3, 1.0, 10, 20, 20))
        back, body, *walls = model.geo.extrude([(2, surface)], 0, 0, 4, numElements=[2], recombine=True)
        model.geo.synchronize()
        named(3, {"plate": [body[1]]})
        names = ("face", "ligament", "right", "top", "left")
        named(2, {"z low": [surface], "z high": [back[1]]})
        named(2, {name: [tag] for name, (_, tag) in zip(names, walls, strict=True)})
        edges = [{tag for _, tag in model.getBoundary([wall], oriented=False)} for wall in walls[:2]]
        named(1, {"the front": sorted(edges[0] & edges[1])})
    flat = [{"boundary": name, "fix": ["z"]} for name in ("z low", "z high")]
    tables = case(
        "3d",
        supports=[held[0], *flat, {"point": ["40 nm", 0, 0], "fix": ["x"]}],
        loads=[{"boundary": "top", "traction": [0, "1 MPa", 0]}],
        cracks=[{"name": "edge", "front": "the front", "faces": ["face"], "direction": [1, 0, 0]}],
    )
    found = solved(tmp_path, tables)["cracks"]["edge"]
    assert [point["along"]["value"] for point in found["front"]] == pytest.approx([0, 2e-9, 4e-9], abs=1e-15)
    for point in (found, *found["front"]):
        assert point["K_I"]["value"] == pytest.approx(plane["K_I"]["value"], rel=1.5e-2)
        assert point["at"][:2] == pytest.approx([LENGTH * 1e-9, 0.0], abs=1e-15)
    assert found["closed"] is False
