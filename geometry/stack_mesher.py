"""The mesh of a stack of tubules: one tubule, one cell of the array or a cluster, every layer extruded from one section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.checks import number, one_of, positive_length, whole_number
from tubewall.geometry.reference_cells import CELLS, Floats, Ints
from tubewall.geometry.solid_mesh import Block, SolidMesh
from tubewall.geometry.stack import Stack
from tubewall.geometry.stack_ends import placing
from tubewall.geometry.stack_extrude import Layered, meshed
from tubewall.geometry.stack_fineness import Fineness
from tubewall.geometry.stack_flaw import Doubled, Flaw, doubled, flaw_of
from tubewall.geometry.stack_layers import layer_heights, layered
from tubewall.geometry.stack_line import cell_radius, line_section
from tubewall.geometry.stack_names import named_facets, outside_names
from tubewall.geometry.stack_section import GAP, WALL, Placed, Section, cell_section, triangle_section

Kind = Literal["axisymmetric", "plane", "sector", "cell", "cluster"]
KINDS: Final = ("axisymmetric", "plane", "sector", "cell", "cluster")
Lithium = Literal["load", "bonded", "sliding"]
#: Most elements a mesh may have.
MOST_ELEMENTS: Final = 3_000_000


def stack_mesh(
    stack: Stack,
    array: CellArray,
    *,
    kind: Kind = "cluster",
    elements_through_wall: int = 2,
    growth: float | None = None,
    rim: float | None = None,
    lithium: Lithium = "load",
    lithium_apart: bool = False,
    chambers: Sequence[int] | None = None,
    frame: int = 0,
    window: tuple[float, float] | None = None,
    flaw: float | Flaw | None = None,
) -> SolidMesh:
    """Mesh a stack of tubules with curved second-order elements, z (in the plane y) upwards.

    Regions, where they are: 'electrolyte', 'insulator', 'wall' (caps too), 'collector', 'lithium'. Boundaries, where they are:
    'chamber K gas' and 'chamber K lithium' (sides of bore K above and below its level, and its ceiling), 'mouth K' (its floor),
    'interstice' (of the gap between separate tubes), 'sides', 'top', 'bottom', 'cut' (where ``window`` or ``chambers`` cut the
    whole), 'axis' of a radial section. Where lithium is meshed, 'piston K' is its top; 'chamber K lithium' and 'mouth K' then
    lie inside the body.

    Parameters
    ----------
    stack : Stack
    array : CellArray
        Of its finite array, the bores in the order of ``array.centres``, a cluster is made; other kinds draw bore 0.
    kind : str
        "axisymmetric": one tubule in a cylinder as large as its cell, points (r, z); "plane": walls as endless lamellae, half
        a bore and half a wall; "cell": one bore's cell in space, with pairs of boundaries 'side 0 low', 'side 0 high' ...
        for a period; "sector": the 12th (8th in square packing) of it that symmetry needs, with 'side 0' (through bore and
        middle of the wall), 'side 1' (middle of the wall), 'side 2' (through bore and junction); "cluster".
    elements_through_wall : int
        Even; all other sizes follow.
    growth : float, optional
        Of each layer over the one before, away from roots, levels and caps: 1 + 1 / ``elements_through_wall`` by default.
    rim : float, optional
        Size [m] of the elements at the ends of the bores: that through the wall by default.
    lithium : "load", "bonded" or "sliding"
        Not meshed; or a body that shares its nodes with the wall; or one with nodes of its own there ('lithium K side'), which
        hangs on the wall only by its floor.
    lithium_apart : bool
        Meshed lithium has nodes of its own at the floor of its bore too, so that what grows there presses on both: on 'mouth K'
        and on 'lithium K floor'.
    chambers : sequence of int, optional
        Only the cells of these bores of a cluster; the sides that lie within the array are then called 'cut'.
    frame : int
        Rings of cells with filled bores around a cluster.
    window : (float, float), optional
        Only what lies between these heights z [m]: a local model, for which a coarse one gives the displacement on 'cut'.
    flaw : float or Flaw, optional
        A crack, as doubled nodes; a number is the length [m] of an edge flaw from the rim of mouth 0 downwards.

    Raises
    ------
    InputError
        When parts do not fit each other, or the mesh would have more than ``MOST_ELEMENTS`` elements.

    Examples
    --------
    >>> from tubewall.units import nm
    >>> array = CellArray(bore=100 * nm, wall=10 * nm, bore_shape="round", rings=1)
    >>> stack = Stack(height=400 * nm, electrolyte=300 * nm, collector=50 * nm, lithium_level=100 * nm)
    >>> mesh = stack_mesh(stack, array, kind="cluster")
    >>> len(mesh.boundaries), mesh.region_names
    (24, ('electrolyte', 'wall', 'collector'))
    """
    one_of("kind", kind, KINDS)
    one_of("lithium", lithium, ("load", "bonded", "sliding"))
    e = whole_number("elements_through_wall", elements_through_wall, 1, 64)
    e += e % 2
    if lithium_apart and lithium == "load":
        raise InputError("lithium_apart: lithium that is a load has no floor: pass lithium='bonded' or 'sliding'")
    stack.check_fits(array)
    bores = _bores(array, kind, chambers, frame)
    levels = stack.levels(array.bore_count)[: None if kind == "cluster" else 1]
    ratio = 1 + 1 / e if growth is None else number("growth", growth, "times")
    if not 1 < ratio <= 3:
        raise InputError(f"growth must lie above 1 and at most 3, got {ratio:.4g}")
    crack = flaw_of(flaw, stack, array, kind, cell_radius(array, plane=kind == "plane"), e)
    size = array.wall / e if rim is None else positive_length("rim", rim)
    size = min(size, crack.size) if crack else size
    fine = Fineness(
        through_wall=e, wall=array.wall, rim=size, floor_fillet=stack.floor_fillet, cap_fillet=stack.cap_fillet
    )
    filled = [levels[placed.zone] for placed in bores if placed.zone >= 0]
    heights = layer_heights(stack, fine, filled, ratio, array.wall / e, window, crack)
    if kind in ("sector", "cell", "cluster"):
        _refuse_size(stack, array, fine, kind, heights, len(bores))
    section = _section(array, fine, kind, bores, ratio, crack)
    drawn = layered(stack, section, heights, levels if lithium != "load" else None)
    parts = doubled(drawn, stack, levels, crack, sliding=lithium == "sliding", apart=lithium_apart)
    return _named(drawn, stack, array, kind, bores, levels, parts, chambers is not None)


def _refuse_size(stack: Stack, array: CellArray, fine: Fineness, kind: str, heights: Floats, cells: int) -> None:
    """Refuse too large a mesh before its section is drawn, from the share of it that symmetry needs."""
    sector = _section(array, fine, "sector", (), 2.0, None)
    count = int((layered(stack, sector, heights, None).code >= 0).sum())
    count *= 1 if kind == "sector" else 2 * array.neighbours * cells
    if count > MOST_ELEMENTS:
        raise InputError(
            f"the mesh would have {count} elements, more than {MOST_ELEMENTS}: pass fewer elements_through_wall, fewer bores, "
            "or a larger growth"
        )


def wall_section(
    array: CellArray,
    *,
    kind: Literal["sector", "cell", "cluster"] = "cluster",
    elements_through_wall: int = 2,
    chambers: Sequence[int] | None = None,
    frame: int = 0,
) -> SolidMesh:
    """The plane mesh of the walls alone, half-way up a tall stack: what a stack is there in plane strain.

    Its cells are those that :func:`stack_mesh` extrudes where no end has a fillet. The region is 'wall'; boundaries 'chamber K'
    and those of the sides.

    Raises
    ------
    InputError
        As :func:`stack_mesh`.
    """
    one_of("kind", kind, ("sector", "cell", "cluster"))
    e = whole_number("elements_through_wall", elements_through_wall, 1, 64)
    e += e % 2
    bores = _bores(array, kind, chambers, frame)
    section = _section(array, Fineness(through_wall=e, wall=array.wall, rim=array.wall / e), kind, bores, 2.0, None)
    kept = section.zone == WALL
    number_of = np.where(kept, np.cumsum(kept) - 1, -1)
    nodes, cells = np.unique(section.cells[kept], return_inverse=True)
    cells = np.asarray(cells).reshape(int(kept.sum()), -1)
    blocks = [
        Block(kind=name, cells=cells[section.kind[kept] == k, : len(CELLS[name].nodes)])
        for k, name in enumerate(section.kinds)
        if np.any(section.kind[kept] == k)
    ]
    found: dict[str, list[Ints]] = {}
    for near, far, local in ((0, 1, 2), (1, 0, 3)):
        rows = np.flatnonzero((section.sides[:, far] >= 0) & (section.sides[:, near] >= 0))
        rows = rows[kept[section.sides[rows, near]] & ~kept[section.sides[rows, far]]]
        zone = section.zone[section.sides[rows, far]]
        pairs = np.column_stack((number_of[section.sides[rows, near]], section.sides[rows, local]))
        for k in np.unique(zone):
            found.setdefault("interstice" if k == GAP else f"chamber {k}", []).append(pairs[zone == k])
    for row, names in outside_names(section, array, kind, bores, partial=chambers is not None).items():
        cell, _, local, _ = section.sides[row]
        if kept[cell]:
            for name in names:
                found.setdefault(name, []).append(np.array([[number_of[cell], local]]))
    return SolidMesh(
        points=section.points[nodes],
        blocks=tuple(blocks),
        regions={"wall": np.arange(int(kept.sum()))},
        boundaries={name: np.concatenate(parts) for name, parts in found.items()},
    )


def _bores(array: CellArray, kind: str, chambers: Sequence[int] | None, frame: int) -> list[Placed]:
    """The cells that are drawn, the frame's with filled bores."""
    rings = whole_number("frame", frame, 0, 20)
    if kind != "cluster":
        if chambers is not None or rings:
            raise InputError(f"chambers and frame belong to kind='cluster', got kind={kind!r}")
        return [Placed(centre=(0.0, 0.0), zone=0)]
    count = array.bore_count
    chosen = range(count) if chambers is None else [whole_number("chambers", k, 0, count - 1) for k in chambers]
    if len(set(chosen)) < len(chosen) or not chosen:
        raise InputError(f"chambers must name each bore once, and at least one, got {list(chosen)!r}")
    centres = array.centres
    cells = [Placed(centre=(float(centres[k, 0]), float(centres[k, 1])), zone=k) for k in sorted(chosen)]
    if rings:
        around = replace(array, rings=array.rings + rings).centres[count:]
        cells += [Placed(centre=(float(x), float(y)), zone=WALL) for x, y in around]
    return cells


def _section(
    array: CellArray, fine: Fineness, kind: str, bores: Sequence[Placed], growth: float, crack: Flaw | None
) -> Section:
    if kind in ("axisymmetric", "plane"):
        places = [] if crack is None or crack.kind == "edge" else [(crack.length, crack.size)]
        return line_section(array, fine, plane=kind == "plane", growth=growth, places=places)
    if array.construction == "tubes" and array.spacing == 0:
        raise InputError(
            "separate tubes that touch along a line leave gaps that end in cusps: pass a spacing between them for a model in "
            "space, or kind='axisymmetric'"
        )
    return triangle_section(array, fine) if kind == "sector" else cell_section(array, fine, bores)


def _named(
    drawn: Layered,
    stack: Stack,
    array: CellArray,
    kind: Kind,
    bores: Sequence[Placed],
    levels: Sequence[float],
    parts: Doubled,
    partial: bool,
) -> SolidMesh:
    outside = outside_names(drawn.section, array, kind, bores, partial=partial)
    boundaries = named_facets(drawn, stack, levels, outside)
    boundaries.update(parts.boundaries)
    code = drawn.code[drawn.code >= 0]
    names = ("electrolyte", "insulator", "wall", "collector", "lithium")
    regions: dict[str, Ints] = {name: np.flatnonzero(code == k) for k, name in enumerate(names) if np.any(code == k)}
    return meshed(
        drawn,
        placing(drawn, stack, levels),
        regions,
        boundaries,
        nodes=parts.nodes,
        edges=parts.edges,
        named=parts.named,
    )
