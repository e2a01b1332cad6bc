"""A pressure in the bores of a periodic cell swells it alike wherever the cell is cut from the array."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import gmsh
import numpy as np
import pytest

SHARED = runpy.run_path(str(Path(__file__).parents[1] / "references" / "gmsh_cases.py"))
SIDE, BORE = 10.0, 3.0
MODULUS, RATIO, PRESSURE = 1e9, 0.3, 1e6
PAIRS = [["left", "right"], ["bottom", "top"]]


def cell(path: Path, centres: list[tuple[float, float]]) -> None:
    """A square with bores, whose opposite sides have matching nodes."""
    with SHARED["drawing"](path, size=1.0) as model:
        occ = model.occ
        square = occ.addRectangle(0, 0, 0, SIDE, SIDE)
        occ.cut([(2, square)], [(2, occ.addDisk(x, y, 0, BORE, BORE)) for x, y in centres])
        occ.synchronize()
        sides: dict[str, list[int]] = {"left": [], "right": [], "bottom": [], "top": [], "bore": []}
        for _, tag in model.getEntities(1):
            x0, y0, _, x1, y1, _ = model.getBoundingBox(1, tag)
            on = {"left": x1 < 1e-3, "right": x0 > SIDE - 1e-3, "bottom": y1 < 1e-3, "top": y0 > SIDE - 1e-3}
            sides[next((name for name, here in on.items() if here), "bore")].append(tag)
        for low, high, shift in (("left", "right", (SIDE, 0)), ("bottom", "top", (0, SIDE))):
            matrix = [1, 0, 0, shift[0], 0, 1, 0, shift[1], 0, 0, 1, 0, 0, 0, 0, 1]
            order = [sorted(sides[name], key=lambda tag: gmsh.model.getBoundingBox(1, tag)[:2]) for name in (high, low)]
            for one, other in zip(*order, strict=True):
                gmsh.model.mesh.setPeriodic(1, [one], [other], matrix)
        SHARED["named"](1, sides)
        SHARED["named"](2, {"body": [tag for _, tag in model.getEntities(2)]})


def answer(folder: Path, **tables: Any) -> dict[str, Any]:
    found: dict[str, Any] = SHARED["solved"](
        folder,
        {
            "analysis": {"kind": "plane strain"},
            "materials": {"body": SHARED["isotropic"]("1 GPa", RATIO)},
            "loads": [{"boundary": "bore", "pressure": "1 MPa"}],
            "periodic": {"pairs": PAIRS},
            **tables,
        },
    )["periodic"]
    return found


@pytest.mark.parametrize(
    "centres",
    [
        [(SIDE / 2, SIDE / 2)],
        [(x, y) for x in (0.0, SIDE) for y in (0.0, SIDE)],
        [(0.0, SIDE / 2), (SIDE, SIDE / 2)],
    ],
)
def test_the_swelling_follows_from_the_stiffness_wherever_the_cell_is_cut(
    tmp_path: Path, centres: list[tuple[float, float]]
) -> None:
    cell(tmp_path / "t.msh", centres)
    found = answer(tmp_path)
    names = found["stiffness"]["components"]
    rows = [names.index(name) for name in ("xx", "yy", "xy")]
    compliance = np.linalg.inv(np.array(found["stiffness"]["value"])[np.ix_(rows, rows)])
    # the pressure everywhere, less the same pressure around the array
    shrunk = -PRESSURE * (1 + RATIO) * (1 - 2 * RATIO) / MODULUS
    expected = shrunk + PRESSURE * compliance[:, :2].sum(axis=1)
    for name, value in zip(("xx", "yy"), expected, strict=False):
        assert found["mean_strain"][name]["value"] == pytest.approx(value, rel=1e-8, abs=0)
    assert abs(found["mean_strain"]["xy"]["value"]) < 1e-3 * expected[0]
