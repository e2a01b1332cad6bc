"""Case files with meshes as programs really write them: cells twice, helper lines, parts that only touch."""

from __future__ import annotations

import runpy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tubewall.errors import InputError
from tubewall.studies.case import Case

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
isotropic, solved = SHARED["isotropic"], SHARED["solved"]
SIDE = 2
Cell = tuple[int, int, tuple[int, ...]]
NAMES = {(2, 1): "body", (1, 2): "left", (1, 3): "right", (1, 4): "bottom"}


def at(i: int, j: int) -> int:
    return j * (SIDE + 1) + i


def square() -> tuple[list[tuple[float, float]], list[Cell]]:
    """Nodes and cells (kind, group, nodes) of four quadrilaterals with named sides."""
    points = [(float(i), float(j)) for j in range(SIDE + 1) for i in range(SIDE + 1)]
    steps = range(SIDE)
    quads = [(3, 1, (at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1))) for j in steps for i in steps]
    sides = [(1, 2, (at(0, j), at(0, j + 1))) for j in steps] + [(1, 3, (at(2, j), at(2, j + 1))) for j in steps]
    return points, [*quads, *sides, *((1, 4, (at(i, 0), at(i + 1, 0))) for i in steps)]


def write(
    path: Path,
    points: Sequence[tuple[float, float]],
    cells: Sequence[Cell],
    names: Mapping[tuple[int, int], str] = NAMES,
) -> None:
    """A file of gmsh's version 2.2."""
    lines = ["$MeshFormat", "2.2 0 8", "$EndMeshFormat", "$PhysicalNames", str(len(names))]
    lines += [f'{dim} {tag} "{name}"' for (dim, tag), name in names.items()]
    lines += ["$EndPhysicalNames", "$Nodes", str(len(points))]
    lines += [f"{n} {x} {y} 0" for n, (x, y) in enumerate(points, 1)]
    lines += ["$EndNodes", "$Elements", str(len(cells))]
    for n, (kind, group, nodes) in enumerate(cells, 1):
        lines.append(" ".join(str(one) for one in (n, kind, 2, group, 1, *(node + 1 for node in nodes))))
    path.write_text("\n".join([*lines, "$EndElements", ""]), encoding="utf-8")


def pulled(**tables: Any) -> dict[str, Any]:
    return {
        "mesh": {"file": "t.msh", "unit": "um"},
        "analysis": {"kind": "plane stress"},
        "materials": {"body": isotropic()},
        "supports": [{"boundary": "left", "fix": ["x"]}, {"boundary": "bottom", "fix": ["y"]}],
        "loads": [{"boundary": "right", "traction": ["1 MPa", 0]}],
        "probes": [{"name": "pull", "at": ["0.5 um", "0.5 um"], "quantity": "stress xx"}],
        **tables,
    }


def pull(folder: Path, **tables: Any) -> float:
    return float(solved(folder, pulled(**tables))["probes"]["pull"]["value"])


@pytest.mark.parametrize("material", ["body", "all"])
def test_cells_repeated_for_each_of_their_groups_are_one_cell(tmp_path: Path, material: str) -> None:
    """Gmsh writes them so in version 2.2; the groups that have a material are the regions."""
    points, cells = square()
    again = [(kind, 5 if group == 1 else 6, nodes) for kind, group, nodes in cells if group in (1, 2)]
    write(tmp_path / "t.msh", points, [*cells, *again], {**NAMES, (2, 5): "all", (1, 6): "west"})
    supports = [{"boundary": "west", "fix": ["x"]}, {"boundary": "bottom", "fix": ["y"]}]
    assert pull(tmp_path, materials={material: isotropic()}, supports=supports) == pytest.approx(1e6, rel=1e-9)


def test_a_cell_twice_in_one_group_is_refused(tmp_path: Path) -> None:
    points, cells = square()
    write(tmp_path / "t.msh", points, [*cells, cells[0]])
    with pytest.raises(InputError, match="1 quad cells are there twice, the first two are cells 0 and 4 at"):
        pull(tmp_path)


def test_a_union_of_regions_may_have_the_material(tmp_path: Path) -> None:
    points, cells = square()
    halves = [
        (kind, 7 if kind == 3 and number % 2 else group, nodes) for number, (kind, group, nodes) in enumerate(cells)
    ]
    again = [(3, 5, nodes) for kind, _, nodes in cells if kind == 3]
    write(tmp_path / "t.msh", points, [*halves, *again], {**NAMES, (2, 5): "all", (2, 7): "other"})
    assert pull(tmp_path, materials={"all": isotropic()}) == pytest.approx(1e6, rel=1e-9)
    both = {"body": isotropic(), "other": isotropic()}
    assert pull(tmp_path, materials=both) == pytest.approx(1e6, rel=1e-9)
    with pytest.raises(InputError, match="the region 'other' of the mesh has no material"):
        pull(tmp_path)


def test_a_helper_line_away_from_the_body_is_no_trouble_until_it_is_asked_for(tmp_path: Path) -> None:
    points, cells = square()
    write(tmp_path / "t.msh", [*points, (7, 7), (8, 7)], [*cells, (1, 8, (9, 10))], {**NAMES, (1, 8): "axis"})
    assert pull(tmp_path) == pytest.approx(1e6, rel=1e-9)
    for tables in (
        {"loads": [{"boundary": "axis", "pressure": "1 MPa"}]},
        {"supports": [{"boundary": "axis", "fix": ["x"]}]},
    ):
        with pytest.raises(InputError, match=r"\] 1: boundary 'axis' has no facets on the cells of the mesh"):
            pull(tmp_path, **tables)


def test_a_folded_cell_is_named_before_the_sides_that_it_no_longer_has(tmp_path: Path) -> None:
    points, cells = square()
    a, b, c, d = cells[1][2]
    cells[1] = (3, 1, (a, c, b, d))
    write(tmp_path / "t.msh", points, cells)
    with pytest.raises(
        InputError, match=r"1 elements of the mesh are inverted, folded or flat, the first is element 1 "
    ):
        pull(tmp_path)


def split() -> tuple[list[tuple[float, float]], list[Cell]]:
    """The square in two halves, whose nodes lie in the same places."""
    points, cells = square()
    twin = {at(1, j): len(points) + j for j in range(SIDE + 1)}
    right = [0 if kind == 3 and number % 2 == 0 else 1 for number, (kind, _, _) in enumerate(cells)]
    moved = [
        (kind, group, tuple(twin.get(node, node) for node in nodes)) if right[number] and group != 2 else cells[number]
        for number, (kind, group, nodes) in enumerate(cells)
    ]
    # the left side of the bottom belongs to the left half
    moved[8] = cells[8]
    return [*points, *((1.0, float(j)) for j in range(SIDE + 1))], moved


@pytest.mark.parametrize("held", [False, True])
def test_parts_that_touch_and_are_not_joined_are_refused_also_where_both_are_held(tmp_path: Path, held: bool) -> None:
    write(tmp_path / "t.msh", *split())
    supports = [{"boundary": "left", "fix": ["x", "y"]}]
    supports += [{"boundary": "right", "fix": ["x", "y"]}] if held else []
    with pytest.raises(
        InputError, match=r"the parts are not connected: the mesh falls into 2 parts .* merge coincident"
    ):
        Case.read(SHARED["write"](tmp_path, pulled(supports=supports))).solve()


def test_parts_that_lie_apart_and_are_held_are_solved_with_a_warning(tmp_path: Path) -> None:
    points, cells = split()
    write(tmp_path / "t.msh", [(x + (n >= 9 or x > 1.5), y) for n, (x, y) in enumerate(points)], cells)
    supports = [{"boundary": side, "fix": ["x", "y"]} for side in ("left", "right")]
    loads = [{"region": "body", "body_force": [0, "1 GN/m3"]}]
    found = solved(tmp_path, pulled(supports=supports, loads=loads, probes=[]))
    assert any("the mesh falls into 2 parts" in one for one in found["warnings"])
    for reaction in found["reactions"]:
        assert reaction["force"]["y"]["value"] == pytest.approx(-1e9 * 2e-12, rel=1e-9)


def test_cells_without_all_their_corners_are_refused(tmp_path: Path) -> None:
    points, cells = square()
    a, b, c, _ = cells[0][2]
    write(tmp_path / "t.msh", points, [(3, 1, (a, b, c, c)), (2, 1, (a, c, at(0, 1))), *cells[1:]])
    with pytest.raises(
        InputError, match="1 quad cells are degenerate, the first is cell 0, which names one node twice"
    ):
        pull(tmp_path)
    for place in ((1.0, 0.0), (0.5, 0.5)):
        # two corners in one place, then three on one line
        moved = [place if n == at(1, 1) else point for n, point in enumerate(points)]
        write(tmp_path / "t.msh", moved, cells)
        with pytest.raises(
            InputError, match="elements of the mesh are inverted, folded or flat, the first is element 0"
        ):
            pull(tmp_path)


def test_a_cell_that_is_flat_but_for_rounding_is_refused(tmp_path: Path) -> None:
    points = [(0, 0), (2, 0), (2, 2), (0, 2), (1, 1e-13)]
    cells: list[Cell] = [(2, 1, (n, (n + 1) % 4, 4)) for n in range(4)]
    cells += [(1, 2, (0, 3)), (1, 3, (1, 2)), (1, 4, (0, 1))]
    write(tmp_path / "t.msh", points, cells)
    with pytest.raises(InputError, match=r"1 elements .* flat, the first is element 0 \(triangle\)"):
        pull(tmp_path)


def test_the_lines_around_a_plane_body_may_be_called_edges(tmp_path: Path) -> None:
    write(tmp_path / "t.msh", *square())
    supports = [{"edge": "left", "fix": ["x"]}, {"edge": "bottom", "fix": ["y"]}]
    assert pull(tmp_path, supports=supports) == pytest.approx(1e6, rel=1e-9)
    with pytest.raises(InputError, match=r"\[\[supports\]\] 1: edge: no edge 'lfet'"):
        pull(tmp_path, supports=[{"edge": "lfet", "fix": ["x"]}])


def test_supports_that_contradict_each_other_are_named_with_their_values(tmp_path: Path) -> None:
    write(tmp_path / "t.msh", *square())
    supports = [
        {"boundary": "left", "displacement": {"x": "1 nm"}},
        {"boundary": "bottom", "displacement": {"x": "2 nm", "y": 0}},
    ]
    told = r"two supports hold the node at \(0, 0\) m at different x: 1 nm by boundary 'left' and 2 nm by boundary 'bottom'"
    with pytest.raises(InputError, match=told):
        pull(tmp_path, supports=supports)
