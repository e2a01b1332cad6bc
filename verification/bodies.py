"""Meshes of the book: mapped blocks with curved sides, made of any kind of cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tubewall.geometry.block_mapping import Kind, join, mapped_block

if TYPE_CHECKING:
    from tubewall.geometry.solid_mesh import SolidMesh

Array = NDArray[np.float64]
#: From places along a curve (n,), 0 to 1, to points (n, 2).
Curve = Callable[[Array], Array]
#: From points of the unit square or cube (n, dim) to those of a block.
Put = Callable[[Array], Array]
Order = Literal[1, 2]


def ring(
    inner: float,
    outer: float,
    counts: tuple[int, int],
    *,
    kind: Kind = "quad",
    order: Order = 2,
    angle: float = np.pi / 2,
) -> SolidMesh:
    """A sector of a ring from the x axis: boundaries "left" the bore, "right" the rim, "bottom" and "top" the radii.

    Radii grow by a constant factor from element to element, as the stress of a tube asks for.
    """

    def put(unit: Array) -> Array:
        r, t = inner * (outer / inner) ** unit[:, 0], angle * unit[:, 1]
        return np.stack([r * np.cos(t), r * np.sin(t)], axis=1)

    return mapped_block(counts, map=put, kind=kind, order=order)


def tube(
    inner: float,
    outer: float,
    height: float,
    counts: tuple[int, int, int],
    *,
    kind: Kind = "hexahedron",
    order: Order = 2,
) -> SolidMesh:
    """A quarter of a tube: as ``ring``, with "front" and "back" its ends at z = 0 and ``height``."""

    def put(unit: Array) -> Array:
        r, t = inner * (outer / inner) ** unit[:, 0], np.pi / 2 * unit[:, 1]
        return np.stack([r * np.cos(t), r * np.sin(t), height * unit[:, 2]], axis=1)

    return mapped_block(counts, map=put, kind=kind, order=order)


def box(sizes: tuple[float, ...], counts: tuple[int, ...], *, kind: Kind | None = None, order: Order = 2) -> SolidMesh:
    """A rectangle or a box with a corner at the origin."""
    return mapped_block(counts, map=lambda unit: unit * np.array(sizes), kind=kind, order=order)


def between(
    inside: Curve,
    outside: Curve,
    counts: tuple[int, int],
    *,
    kind: Kind = "quad",
    order: Order = 2,
    grading: float = 1.0,
) -> SolidMesh:
    """What lies between two curves, joined by straight lines; ``grading`` is the last over the first length across.

    "left" lies on ``inside``, "right" on ``outside``; the parameter of both runs from 0 ("bottom") to 1 ("top").
    """
    return mapped_block(counts, map=joining(inside, outside), kind=kind, order=order, grading=(grading, 1.0))


def joining(inside: Curve, outside: Curve) -> Put:
    """The map of a unit square to what lies between two curves, joined by straight lines."""

    def put(unit: Array) -> Array:
        s = unit[:, :1]
        return np.asarray((1 - s) * inside(unit[:, 1]) + s * outside(unit[:, 1]))

    return put


def line(start: tuple[float, float], end: tuple[float, float]) -> Curve:
    """The straight line between two points."""
    a, b = np.array(start), np.array(end)
    return lambda t: a + t[:, None] * (b - a)


def arc(centre: tuple[float, float], radius: float, start: float, end: float) -> Curve:
    """An arc between two angles [rad]."""

    def at(t: Array) -> Array:
        angle = start + t * (end - start)
        return np.array(centre) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)

    return at


def plate_with_hole(
    radius: float, width: float, length: float, count: int, *, kind: Kind = "quad", order: Order = 2
) -> SolidMesh:
    """A quarter of a plate, 0 <= x <= length, 0 <= y <= width <= length, with a hole at the origin.

    Three blocks: "side" from the hole to x = width, "above" from the hole to y = width, "far" the rest, if any.
    """
    corner, fan = (width, width), 6.0
    parts = {
        "side": between(arc((0, 0), radius, 0, np.pi / 4), line((width, 0), corner), (2 * count, count), kind=kind,
                        order=order, grading=fan),
        "above": between(arc((0, 0), radius, np.pi / 4, np.pi / 2), line(corner, (0, width)), (2 * count, count), kind=kind,
                         order=order, grading=fan),
    }  # fmt: skip
    if length > width:
        steps = max(2, round(count * (length - width) / width))
        parts["far"] = between(
            line((width, 0), corner), line((length, 0), (length, width)), (steps, count), kind=kind, order=order
        )
    return join(parts)


def sphere_octant(
    inner: float, outer: float, counts: tuple[int, int], *, kind: Kind = "hexahedron", order: Order = 2
) -> SolidMesh:
    """An eighth of a hollow sphere: three blocks "x", "y", "z" around the axes, ``counts`` along each side and through the wall.

    Of block "x" the boundary "left" lies in y = 0 and "bottom" in z = 0, and so on in turn; "front" is the inner surface,
    "back" the outer one. No element is degenerate.
    """

    def block(axis: int) -> SolidMesh:
        def put(unit: Array) -> Array:
            direction = np.ones((len(unit), 3))
            direction[:, (axis + 1) % 3] = np.tan(np.pi / 4 * unit[:, 0])
            direction[:, (axis + 2) % 3] = np.tan(np.pi / 4 * unit[:, 1])
            direction /= np.linalg.norm(direction, axis=1, keepdims=True)
            return direction * (inner * (outer / inner) ** unit[:, 2])[:, None]

        return mapped_block((counts[0], counts[0], counts[1]), map=put, kind=kind, order=order)

    return join({name: block(axis) for axis, name in enumerate("xyz")})


def with_edge(mesh: SolidMesh, name: str, lies_on: Callable[[Array], NDArray[np.bool_]]) -> SolidMesh:
    """The mesh with a named edge: those edges of its elements whose nodes all lie where ``lies_on(points)`` says."""
    from dataclasses import replace

    from tubewall.geometry.reference_cells import CELLS

    chosen = np.asarray(lies_on(mesh.points))
    rows = []
    for block in mesh.blocks:
        lines = block.cells[:, CELLS[block.kind].edges].reshape(-1, CELLS[block.kind].edges.shape[1])
        rows.append(lines[chosen[lines].all(axis=1)])
    found = np.concatenate(rows)
    _, first = np.unique(np.sort(found, axis=1), axis=0, return_index=True)
    return replace(mesh, edges={**mesh.edges, name: found[first]})


def graded(start: float, end: float, first: float, growth: float = 1.4) -> Array:
    """Places from ``start`` to ``end``, the first step about ``first`` and each next one ``growth`` times as long."""
    length = abs(end - start)
    count = max(1, int(np.ceil(np.log1p(length / first * (growth - 1)) / np.log(growth))))
    steps = growth ** np.arange(count)
    return np.asarray(start + (end - start) * np.concatenate([[0.0], np.cumsum(steps) / steps.sum()]))


def grid(
    x: Array, y: Array, *, kind: Kind = "quad", order: Order = 2, put: Callable[[Array], Array] | None = None
) -> SolidMesh:
    """A block whose lines of elements lie at the places ``x`` and ``y``, then put through a map."""

    def place(unit: Array) -> Array:
        at = [
            np.interp(unit[:, axis] * (len(lines) - 1), np.arange(len(lines)), lines)
            for axis, lines in enumerate((x, y))
        ]
        points = np.stack(at, axis=1)
        return points if put is None else put(points)

    return mapped_block((len(x) - 1, len(y) - 1), map=place, kind=kind, order=order)


def split(mesh: SolidMesh, boundary: str, **parts: Callable[[Array], NDArray[np.bool_]]) -> SolidMesh:
    """Name parts of a boundary by conditions on the middles of its facets (k, dim)."""
    from dataclasses import replace

    pairs = mesh.boundary(boundary)
    middles = np.empty((len(pairs), mesh.dim))
    for group in mesh.facet_groups(pairs):
        middles[group.rows] = mesh.points[group.nodes].mean(axis=1)
    named = {name: pairs[np.asarray(condition(middles))] for name, condition in parts.items()}
    return replace(mesh, boundaries={**mesh.boundaries, **named})


def side_by_side(meshes: Mapping[str, SolidMesh]) -> SolidMesh:
    """Several meshes in one value that have no node in common, for ties; a region each, boundaries "key/name"."""
    from tubewall.geometry.solid_mesh import Block, SolidMesh

    points: list[Array] = []
    blocks: list[Block] = []
    regions: dict[str, NDArray[np.int64]] = {}
    boundaries: dict[str, NDArray[np.int64]] = {}
    nodes = elements = 0
    for key, mesh in meshes.items():
        points.append(mesh.points)
        blocks += [Block(kind=block.kind, cells=block.cells + nodes) for block in mesh.blocks]
        regions[key] = elements + np.arange(mesh.elements)
        boundaries |= {f"{key}/{name}": pairs + np.array([elements, 0]) for name, pairs in mesh.boundaries.items()}
        nodes, elements = nodes + len(mesh.points), elements + mesh.elements
    return SolidMesh(points=np.concatenate(points), blocks=tuple(blocks), regions=regions, boundaries=boundaries)
