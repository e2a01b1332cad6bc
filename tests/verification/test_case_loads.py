"""Case files on meshes of gmsh: loads in space, what holds a body, and what is asked of it, beside exact answers."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import pytest

from tubewall import cli
from tubewall.errors import InputError
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
annulus, isotropic, lame, polygon, probe, solved, write = (
    SHARED[name] for name in ("annulus", "isotropic", "lame", "polygon", "probe", "solved", "write")
)
PLANES = SHARED["PLANES"]
BLOCK, SIDES = [(0, 0), (20, 0), (20, 10), (0, 10)], ["bottom", "right", "top", "left"]


def plate(path: Path, **options: Any) -> None:
    polygon(path / "t.msh", BLOCK, SIDES, 4.0, **options)


def in_plane(kinematics: str = "plane stress", **tables: Any) -> dict[str, Any]:
    return {"analysis": {"kind": kinematics}, "materials": {"body": isotropic()}, **tables}


def in_tube(kinematics: str = "plane strain", **tables: Any) -> dict[str, Any]:
    return {
        "analysis": {"kind": kinematics},
        "materials": {"wall": isotropic()},
        "supports": PLANES,
        "loads": [{"boundary": "bore", "pressure": "1 MPa"}],
        **tables,
    }


def test_a_hot_bore_and_a_cold_rim(tmp_path: Path) -> None:
    # Timoshenko and Goodier (1970), section 150: temperature as the logarithm of the radius
    a, b = 50.0, 60.0
    annulus(tmp_path / "t.msh", (a, b), (5, 20))
    case = in_tube(loads=[], materials={"wall": isotropic(expansion="1e-5 1/K")})
    case["analysis"]["temperature_change"] = "100 K * log(60 nm / hypot(x, y)) / log(60 / 50)"
    probes = [probe("stress hoop", r, 0) | {"name": name} for name, r in (("bore", a), ("rim", b))]
    data = solved(tmp_path, {**case, "probes": probes})
    ratio = math.log(b / a)
    scale = 60e9 * 1e-5 * 100 / (2 * 0.75 * ratio)
    for name, r in (("bore", b), ("rim", a)):
        expected = scale * (1 - 2 * r**2 / (b**2 - a**2) * ratio)
        assert data["probes"][name]["value"] == pytest.approx(expected, rel=2e-3)


def test_a_linear_temperature_is_free_of_stress_in_plane_stress_and_needs_no_support(tmp_path: Path) -> None:
    # Boley and Weiner (1960), section 3.3
    plate(tmp_path)
    case = in_plane(supports=[{"rigid_body": True}], materials={"body": isotropic(expansion="1e-5 1/K")})
    case["analysis"]["temperature_change"] = "30 K + 5 K/nm * x"
    data = solved(tmp_path, {**case, "probes": [probe("strain xx", 4, 1), probe("von mises", 4, 1)]})
    assert data["probes"]["strain xx"]["value"] == pytest.approx(1e-5 * 50, rel=1e-9)
    assert data["probes"]["von mises"]["value"] < 1e-9 * 60e9 * 5e-4
    (reaction,) = data["reactions"]
    assert reaction["place"] == "rigid body"
    assert max(abs(one["value"]) for one in reaction["force"].values()) < 1e-9 * 60e9 * 5e-4 * 20e-9


def test_a_core_that_swells_in_a_shell_of_its_own_material(tmp_path: Path) -> None:
    # Lame (1852): the swelling (1 + nu) e of plane strain is taken up by core and shell
    a, b, ratio, modulus, strain = 20.0, 40.0, 0.25, 60e9, 0.01
    annulus(tmp_path / "t.msh", (1e-3, a, b), (6, 16), regions=("core", "shell"))
    plane_modulus, plane_ratio = modulus / (1 - ratio**2), ratio / (1 - ratio)
    shell = ((1 - plane_ratio) * a**2 + (1 + plane_ratio) * b**2) / (b**2 - a**2) / plane_modulus
    pressure = (1 + ratio) * strain / (shell + (1 - plane_ratio) / plane_modulus)
    case = in_tube(
        materials={"core": isotropic(), "shell": isotropic()}, loads=[{"region": "core", "eigenstrain": strain}]
    )
    probes = [
        probe("stress hoop", a, 0, region="shell") | {"name": "outside"},
        probe("stress hoop", a, 0, region="core") | {"name": "inside"},
        probe("displacement x", a, 0),
    ]
    data = solved(tmp_path, {**case, "probes": probes})
    found = {name: one["value"] for name, one in data["probes"].items()}
    assert found["outside"] == pytest.approx(pressure * (b**2 + a**2) / (b**2 - a**2), rel=1e-2)
    assert found["inside"] == pytest.approx(-pressure, rel=1e-2)
    assert found["displacement x"] == pytest.approx(shell * pressure * a * 1e-9, rel=1e-4, abs=0)
    assert data["probes"]["outside"]["region"] == "shell"
    # the stress jumps there: without a region both values are told
    path = write(tmp_path, {**case, "probes": [probe("stress hoop", a, 0)]})
    with pytest.raises(
        InputError, match=r"\[\[probes\]\] 1 stress hoop: .* MPa in 'core', .* MPa in 'shell': say which"
    ):
        Case.read(path).solve()


def test_a_disc_that_turns_is_a_body_force_in_x_and_y(tmp_path: Path) -> None:
    # Timoshenko and Goodier (1970), section 32
    a, b, ratio, load = 10e-3, 40e-3, 0.3, 7850 * 1000.0**2
    annulus(tmp_path / "t.msh", (10, 40), (12, 16))
    spin = "7850 kg/m3 * (1000 1/s)^2"
    case = in_tube(
        "plane stress",
        mesh={"file": "t.msh", "unit": "mm"},
        materials={"wall": isotropic("200 GPa", ratio)},
        loads=[{"region": "wall", "body_force": [f"{spin} * x", f"{spin} * y"]}],
        probes=[probe("stress hoop", 10, 0, unit="mm"), probe("displacement x", 40, 0, unit="mm")],
    )
    found = solved(tmp_path, case)["probes"]
    hoop = (3 + ratio) / 4 * load * (b**2 + (1 - ratio) / (3 + ratio) * a**2)
    assert found["stress hoop"]["value"] == pytest.approx(hoop, rel=5e-3)
    rim = load / 4 / 200e9 * ((1 - ratio) * b**2 + (3 + ratio) * a**2) * b
    assert found["displacement x"]["value"] == pytest.approx(rim, rel=1e-4, abs=0)


@pytest.mark.parametrize("kinematics", ["plane strain", "plane stress", "generalised plane strain"])
@pytest.mark.parametrize(("order", "quads"), [(1, True), (1, False), (2, True)])
def test_displacements_that_are_linear_in_space_make_uniform_strain(
    tmp_path: Path, kinematics: str, order: int, quads: bool
) -> None:
    polygon(tmp_path / "t.msh", [(0, 0), (20, 0), (26, 13), (3, 11)], "abcd", 4.0, order=order, quads=quads)
    held = {"x": "1e-3 * x + 2e-3 * y", "y": "3e-3 * x - 1e-3 * y"}
    case = in_plane(kinematics, supports=[{"boundary": name, "displacement": held} for name in "abcd"])
    case["analysis"]["order"] = order
    names = ("strain xy", "strain yy", "displacement x")
    found = solved(tmp_path, {**case, "probes": [probe(name, 9, 5) for name in names]})["probes"]
    assert found["strain xy"]["value"] == pytest.approx(5e-3, rel=1e-10)
    assert found["strain yy"]["value"] == pytest.approx(-1e-3, rel=1e-10)
    assert found["displacement x"]["value"] == pytest.approx(19e-12, rel=1e-10, abs=0)


def test_any_number_of_points_hold_what_their_boundary_holds(tmp_path: Path) -> None:
    plate(tmp_path)
    nodes = meshio.read(tmp_path / "t.msh").points
    foot = nodes[np.abs(nodes[:, 1]) < 1e-9]
    # a millionth of the size of the mesh beside them
    points = [{"point": [f"{x + 1e-6!r} nm", "0 nm"], "fix": ["x", "y"]} for x in foot[:, 0].tolist()]
    loads = [{"boundary": "top", "traction": ["2 MPa", "1 MPa"]}]
    asked = [probe("displacement y", 10, 10)]
    one = solved(tmp_path, in_plane(supports=[{"boundary": "bottom", "fix": ["x", "y"]}], loads=loads, probes=asked))
    many = solved(tmp_path, in_plane(supports=points, loads=loads, probes=asked))
    assert many["probes"]["displacement y"]["value"] == pytest.approx(
        one["probes"]["displacement y"]["value"], rel=1e-9, abs=0
    )
    assert len(many["reactions"]) == len(foot) == 11
    moment = 10e-9 * 2e6 * 20e-9 - 10e-9 * 1e6 * 20e-9
    assert one["reactions"][0]["moment"] == {"value": pytest.approx(moment, rel=1e-9, abs=0), "unit": "N"}
    for axis, force in (("x", -2e6 * 20e-9), ("y", -1e6 * 20e-9)):
        assert sum(part["force"][axis]["value"] for part in many["reactions"]) == pytest.approx(force, rel=1e-9)
    assert sum(part["moment"]["value"] for part in many["reactions"]) == pytest.approx(moment, rel=1e-9, abs=0)


def test_a_point_just_outside_moves_to_the_surface_and_one_farther_is_refused_with_it(tmp_path: Path) -> None:
    annulus(tmp_path / "t.msh", (50, 60), (4, 16))
    element = 50 * math.pi / 2 / 16
    near = solved(tmp_path, in_tube(probes=[probe("stress yy", 50 - 0.8e-3 * element, 0)]))["probes"]["stress yy"]
    on = solved(tmp_path, in_tube(probes=[probe("stress yy", 50, 0)]))["probes"]["stress yy"]
    assert near["at"] == pytest.approx([50e-9, 0.0], abs=1e-15)
    assert near["value"] == pytest.approx(on["value"], rel=1e-6)
    path = write(tmp_path, in_tube(probes=[probe("stress yy", 50 - 2e-3 * element, 0)]))
    with pytest.raises(InputError, match=r"lies outside the mesh; its nearest point is \(50, "):
        Case.read(path).solve()


def test_a_boundary_is_searched_as_a_whole_and_says_where(tmp_path: Path) -> None:
    annulus(tmp_path / "t.msh", (50, 60), (4, 16))
    names = ("max displacement x", "min displacement x", "mean displacement x", "max stress hoop", "mean stress radial")
    asked = [{"name": name, "quantity": name, "boundary": "bore", "about": ["0 nm", 0]} for name in names]
    found = solved(tmp_path, in_tube(probes=asked))["probes"]
    widening = 50e-9 / 60e9 * (1 + 0.25) * (lame(50, 60, 50)[1] * 0.75 - lame(50, 60, 50)[0] * 0.25) * 1e6
    assert found["max displacement x"]["value"] == pytest.approx(widening, rel=1e-3, abs=0)
    assert found["max displacement x"]["at"] == pytest.approx([50e-9, 0.0], abs=1e-9)
    assert found["min displacement x"]["value"] == pytest.approx(0.0, abs=1e-6 * widening)
    assert found["min displacement x"]["at"] == pytest.approx([0.0, 50e-9], abs=1e-15)
    # the mean of the cosine over a quarter of the circle
    assert found["mean displacement x"]["value"] == pytest.approx(2 / math.pi * widening, rel=1e-3, abs=0)
    assert found["max stress hoop"]["value"] == pytest.approx(1e6 * lame(50, 60, 50)[1], rel=5e-3)
    assert found["mean stress radial"]["value"] == pytest.approx(-1e6, rel=2e-2)


def test_a_line_splits_the_stress_of_a_beam_and_of_a_wall(tmp_path: Path) -> None:
    polygon(tmp_path / "t.msh", [(0, 0), (40, 0), (40, 4), (0, 4)], SIDES, 1.0)
    case = in_plane(
        supports=[{"boundary": "left", "fix": ["x"]}, {"point": [0, 0], "fix": ["y"]}],
        loads=[{"boundary": "right", "traction": ["1 MPa + 3 MPa * (y / (2 nm) - 1)", 0]}],
        lines=[
            {"name": "up", "from": ["20 nm", 0], "to": ["20 nm", "4 nm"]},
            {"name": "down", "from": ["20 nm", "4 nm"], "to": ["20 nm", 0]},
        ],
    )
    for name, line in solved(tmp_path, case)["lines"].items():
        sign = -1 if name == "up" else 1
        assert line["length"] == {"value": pytest.approx(4e-9, rel=1e-9, abs=0), "unit": "m"}
        assert line["membrane"]["xx"] == {"value": pytest.approx(1e6, rel=1e-7), "unit": "Pa"}
        assert line["bending"]["xx"]["value"] == pytest.approx(sign * 3e6, rel=1e-7)
        assert line["peak"]["xx"]["value"] == pytest.approx(0.0, abs=1.0)
        assert set(line["peak"]) >= {"xx", "yy", "zz", "xy", "yz", "xz"}
    # through a thick wall: the membrane part of the hoop stress is p a / t, and all of it adds up to Lame
    annulus(tmp_path / "t.msh", (50, 70), (8, 24))
    turned = [[f"{r * math.cos(1)!r} nm", f"{r * math.sin(1)!r} nm"] for r in (50, 70)]
    lines = [
        {"name": "level", "from": ["50 nm", 0], "to": ["70 nm", 0]},
        {"name": "inclined", "from": turned[0], "to": turned[1]},
    ]
    found = solved(tmp_path, in_tube(lines=lines))["lines"]
    assert found["level"]["membrane"]["yy"]["value"] == pytest.approx(1e6 * 50 / 20, rel=4e-3)
    parts = sum(found["level"][part]["yy"]["value"] for part in ("membrane", "bending", "peak"))
    assert parts == pytest.approx(1e6 * lame(50, 70, 50)[1], rel=5e-3)
    for part in ("membrane", "membrane_plus_bending"):
        level, inclined = (found[name][part]["tresca"]["value"] for name in ("level", "inclined"))
        assert inclined == pytest.approx(level, rel=3e-3)


@pytest.mark.parametrize("name", ["wall (outer)", "Ω-Wand", "a.b/c", 'in "quotes"', "1", "#x = 3"])
def test_names_may_be_any_words(tmp_path: Path, name: str) -> None:
    plate(tmp_path, region=name)
    quoted = name.replace('"', '\\"')
    (tmp_path / "case.toml").write_text(
        f'mesh = {{ file = "t.msh", unit = "nm" }}\nanalysis = {{ kind = "plane stress" }}\n[materials]\n'
        f'"{quoted}" = {{ youngs_modulus = "60 GPa", poissons_ratio = 0.25 }}\n[[supports]]\nrigid_body = true\n'
        f'[[probes]]\nname = "{quoted}"\nat = ["1 nm", "1 nm"]\nquantity = "stress xx"\nregion = "{quoted}"\n',
        encoding="utf-8",
    )
    result = Case.read(tmp_path / "case.toml").solve()
    assert result.to_json()["probes"][name]["value"] == 0.0


def test_an_answer_that_is_stopped_while_it_is_written_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plate(tmp_path)
    path = write(tmp_path, in_plane(supports=[{"rigid_body": True}]))
    from tubewall.studies import case_result

    def broken(self: object, target: str | Path) -> None:
        Path(target).write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(case_result.CaseResult, "write_vtu", broken)
    before = sorted(one.name for one in tmp_path.iterdir())
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        raise SystemExit(cli.main(["solve", str(path), "--quiet", "--vtu", str(tmp_path / "a.vtu")]))
    assert sorted(one.name for one in tmp_path.iterdir()) == before
