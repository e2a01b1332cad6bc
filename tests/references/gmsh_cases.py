"""Meshes that gmsh makes through its own interface, and cases that are solved on them."""

from __future__ import annotations

import contextlib
import itertools
import json
import runpy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gmsh

from tubewall.studies.case import Case

toml = runpy.run_path(str(Path(__file__).with_name("case_files.py")))["toml"]
MESH = {"file": "t.msh", "unit": "nm"}
#: Planes of symmetry of a sector from ``annulus``.
PLANES = [{"boundary": "bottom", "fix": ["y"]}, {"boundary": "side", "fix": ["x"]}]
ENDS = [{"boundary": "floor", "fix": ["z"]}, {"boundary": "ceiling", "fix": ["z"]}]


def isotropic(modulus: str = "60 GPa", ratio: float = 0.25, **more: Any) -> dict[str, Any]:
    """The table of an isotropic material."""
    return {"youngs_modulus": modulus, "poissons_ratio": ratio, **more}


@contextlib.contextmanager
def drawing(
    path: Path,
    *,
    dim: int = 2,
    order: int = 2,
    size: float = 0.0,
    quads: bool = False,
    incomplete: bool = False,
    version: float = 4.1,
    binary: bool = False,
) -> Iterator[Any]:
    """A model of gmsh that is drawn in the block, then meshed and written."""
    gmsh.initialize([], readConfigFiles=False, interruptible=False)
    try:
        options = {
            "General.Terminal": 0,
            "General.NumThreads": 1,
            "Mesh.MshFileVersion": version,
            "Mesh.Binary": binary,
        }
        options["Mesh.SecondOrderIncomplete"] = incomplete
        if size:
            options |= {"Mesh.MeshSizeMax": size, "Mesh.MeshSizeMin": size}
        if quads:
            options |= {"Mesh.RecombineAll": 1, "Mesh.Algorithm": 8}
        for name, value in options.items():
            gmsh.option.setNumber(name, value)
        yield gmsh.model
        gmsh.model.mesh.generate(dim)
        if order == 2:
            gmsh.model.mesh.setOrder(2)
        gmsh.write(str(path))
    finally:
        gmsh.finalize()


def named(dim: int, groups: Mapping[str, Sequence[int]]) -> None:
    """Name entities of a dimension."""
    for name, tags in groups.items():
        gmsh.model.addPhysicalGroup(dim, list(tags), name=name)


def loop(points: Sequence[tuple[float, float]], sizes: Sequence[float] = ()) -> tuple[list[int], int]:
    """The sides and the surface of a polygon."""
    geo = gmsh.model.geo
    corners = [geo.addPoint(x, y, 0, size) for (x, y), size in zip(points, sizes or [0.0] * len(points), strict=True)]
    sides = [geo.addLine(a, b) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
    return sides, geo.addPlaneSurface([geo.addCurveLoop(sides)])


def polygon(
    path: Path,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    size: float,
    *,
    region: str = "body",
    counts: Sequence[int] = (),
    **options: Any,
) -> None:
    """A polygon with a name for each side; ``counts`` of elements along the sides of a quadrilateral give a regular mesh."""
    with drawing(path, size=size, **options) as model:
        sides, surface = loop(points)
        for side, count in zip(sides, counts, strict=False):
            model.geo.mesh.setTransfiniteCurve(side, count + 1)
        if counts:
            model.geo.mesh.setTransfiniteSurface(surface)
        model.geo.synchronize()
        named(2, {region: [surface]})
        named(1, {name: [t for n, t in zip(names, sides, strict=True) if n == name] for name in dict.fromkeys(names)})


def annulus(
    path: Path,
    radii: Sequence[float],
    counts: tuple[int, int] = (3, 12),
    *,
    kind: str = "quad",
    height: float = 0.0,
    centre: tuple[float, float] = (0.0, 0.0),
    regions: Sequence[str] = ("wall",),
    **options: Any,
) -> None:
    """A quarter of nested rings: bore, rim, bottom (y = 0), side (x = 0), ``regions`` from within; in space floor, ceiling."""
    x, y = centre
    with drawing(path, dim=3 if height else 2, **options) as model:
        geo = model.geo
        middle = geo.addPoint(x, y, 0)
        starts = [geo.addPoint(x + r, y, 0) for r in radii]
        ends = [geo.addPoint(x, y + r, 0) for r in radii]
        arcs = [geo.addCircleArc(a, middle, b) for a, b in zip(starts, ends, strict=True)]
        low = [geo.addLine(a, b) for a, b in itertools.pairwise(starts)]
        high = [geo.addLine(a, b) for a, b in itertools.pairwise(ends)]
        surfaces = [
            geo.addPlaneSurface([geo.addCurveLoop([low[i], arcs[i + 1], -high[i], -arcs[i]])])
            for i in range(len(regions))
        ]
        for line in (*low, *high):
            geo.mesh.setTransfiniteCurve(line, counts[0] + 1)
        for arc in arcs:
            geo.mesh.setTransfiniteCurve(arc, counts[1] + 1)
        for surface in surfaces:
            geo.mesh.setTransfiniteSurface(surface)
            if kind in ("quad", "hexahedron"):
                geo.mesh.setRecombine(2, surface)
        if not height:
            geo.synchronize()
            named(2, {name: [one] for name, one in zip(regions, surfaces, strict=True)})
            named(1, {"bore": arcs[:1], "rim": arcs[-1:], "bottom": low, "side": high})
            return
        (surface,) = surfaces
        top, body, *sides = geo.extrude([(2, surface)], 0, 0, height, numElements=[2], recombine=kind != "tetra")
        geo.synchronize()
        named(3, {regions[0]: [body[1]]})
        bottom, rim, side, bore = ([tag] for _, tag in sides)
        named(2, {"floor": [surface], "ceiling": [top[1]], "bottom": bottom, "rim": rim, "side": side, "bore": bore})


def write(folder: Path, tables: Mapping[str, Any]) -> Path:
    """A case file of the tables beside its mesh."""
    path = folder / "case.toml"
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in {"mesh": MESH, **tables}.items()))
    return path


def solved(folder: Path, tables: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a case, which holds no NaN and balances."""
    result = Case.read(write(folder, tables)).solve()
    found: dict[str, Any] = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert found["imbalance"] < 1e-9
    assert result.text()
    return found


def probe(quantity: str, *at: float, unit: str = "nm", **more: Any) -> dict[str, Any]:
    """A probe called by its quantity."""
    place = {"at": [f"{one!r} {unit}" for one in at]} if at else {}
    return {"name": quantity, "quantity": quantity, **place, **more}


def lame(inner: float, outer: float, radius: float) -> tuple[float, float]:
    """Radial and hoop stress in a tube over the pressure in its bore (Lame 1852)."""
    mean = inner**2 / (outer**2 - inner**2)
    return mean * (1 - outer**2 / radius**2), mean * (1 + outer**2 / radius**2)
