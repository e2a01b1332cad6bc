"""Input files of Abaqus: sides, sections, and what Abaqus would not take."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from tubewall.errors import InputError
from tubewall.geometry.block_mapping import mapped_block
from tubewall.geometry.mesh_input import read_solid_mesh
from tubewall.geometry.reference_cells import CELLS

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "mesh_files.py"))
quarter_tube = SHARED["quarter_tube"]
tube = SHARED["tube"]


def inp(kind: str, code: str, *, order: Any = 1, extra: str = "") -> str:
    """The quarter of a tube as an input file of Abaqus, its numbers with gaps."""
    mesh = mapped_block((2, 3, 2)[: CELLS[kind].dim], kind=kind, order=order, map=quarter_tube)  # type: ignore[arg-type]
    lines = ["*HEADING", "a tube", "** comment", "*Node, nset=all"]
    lines += [f"{10 * i + 7}, " + ", ".join(f"{x:.17g}" for x in place) for i, place in enumerate(mesh.points.tolist())]
    lines += [f"*ELEMENT, TYPE={code}, ELSET=inner"]
    for i, row in enumerate(mesh.blocks[0].cells.tolist()):
        words = [str(3 * i + 5), *(str(10 * node + 7) for node in row)]
        lines += [
            ", ".join(words[:8]) + ("," if len(words) > 8 else ""),
            *([", ".join(words[8:])] if words[8:] else []),
        ]
    return "\n".join(lines) + "\n" + extra


@pytest.mark.parametrize(
    ("kind", "code", "order"),
    [
        ("triangle", "CPE3", 1),
        ("triangle", "CPS6M", 2),
        ("quad", "CAX4R", 1),
        ("tetra", "C3D4", 1),
        ("tetra", "C3D10HS", 2),
        ("hexahedron", "C3D8R", 1),
        ("wedge", "C3D6", 1),
    ],
)
def test_sides_of_abaqus_are_where_its_manual_has_them(kind: str, code: str, order: int, tmp_path: Path) -> None:
    sides = {"triangle": 3, "quad": 4, "tetra": 4, "hexahedron": 6, "wedge": 5}[kind]
    corners = {
        "triangle": ["12", "23", "31"],
        "quad": ["12", "23", "34", "41"],
        "tetra": ["123", "142", "243", "341"],
        "hexahedron": ["1234", "5876", "1562", "2673", "3784", "4851"],
        "wedge": ["123", "465", "1452", "2563", "3641"],
    }[kind]
    surface = "".join(f"*SURFACE, NAME=side{k + 1}\n5, S{k + 1}\n" for k in range(sides))
    (tmp_path / "a.inp").write_text(inp(kind, code, order=order, extra=surface))
    mesh = read_solid_mesh(tmp_path / "a.inp")
    assert mesh.order == order
    for k, loop in enumerate(corners):
        pairs = mesh.boundary(f"side{k + 1}")
        ((_, local),) = pairs[pairs[:, 0] == 0]
        cell = CELLS[mesh.blocks[0].kind]
        vertices = {node for node in cell.facets[local].nodes if node < cell.vertices}
        assert vertices == {int(c) - 1 for c in loop}


def test_solid_sections_say_what_the_regions_are(tmp_path: Path) -> None:
    extra = (
        "*ELSET, ELSET=Upper\n26, 29\n32, 35, 38\n*Elset, elset=lower, generate\n5, 23, 3\n*ELSET, ELSET=both\nUPPER, Lower\n"
        "*ELSET, ELSET=_internal\n5\n*SOLID SECTION, ELSET=upper, MATERIAL=A\n,\n*SOLID SECTION,\nELSET=LOWER, MATERIAL=A\n"
        "*SURFACE, TYPE=ELEMENT, NAME=Faces\nlower, S1\n"
    )
    (tmp_path / "a.inp").write_text(inp("hexahedron", "C3D8", extra=extra))
    mesh = read_solid_mesh(tmp_path / "a.inp")
    assert {name: part.tolist() for name, part in mesh.regions.items()} == {
        "Upper": [7, 8, 9, 10, 11],
        "lower": [0, 1, 2, 3, 4, 5, 6],
    }
    assert len(mesh.boundary("Faces")) > 0


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("*ELSET, ELSET=a\nnowhere\n", "a set 'nowhere'"),
        ("*ELSET, ELSET=a\n6\n", "the element 6, which is not there"),
        ("*SURFACE, NAME=a\ninner, S7\n", "the side 'S7'"),
        ("*ELEMENT, TYPE=CONN3D2\n1, 7, 17\n", "'CONN3D2' cannot be solved on"),
        ("*ELEMENT, TYPE=C3D8\n1, 7, 17\n", "wrong number of nodes"),
        ("*NODE\n7, 0, 0, 0\n", "two of its nodes have the number 7"),
        ("*NODE\n8, 0, x, 0\n", "no number"),
        ("*NSET, NSET=a, GENERATE\n1, 4000000000\n", "no range"),
        ("*INSTANCE, NAME=i\n1., 0., 0.\n", "moved parts"),
    ],
)
def test_what_abaqus_would_not_take_is_refused(extra: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.inp").write_text(inp("hexahedron", "C3D8", extra=extra))
    with pytest.raises(InputError, match=said):
        read_solid_mesh(tmp_path / "a.inp")
