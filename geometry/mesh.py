"""NamedMesh: points, curved cells, regions and boundaries as one value, checked at birth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError, unknown_name
from tubewall.geometry import triangles
from tubewall.geometry.checks import number
from tubewall.units import show_point


@dataclass(frozen=True, kw_only=True)
class MeshQuality:
    """What a mesh is like: counts, and the worst figure of any cell."""

    cells: int
    points: int
    smallest_angle: float
    """Smallest angle of a straight-sided cell [degrees]."""
    largest_aspect: float
    """Largest ratio of longest side to shortest height."""
    smallest_jacobian: float
    """Smallest ratio of a cell's least Jacobian (a bound from below) to its mean; 1 for straight cells."""

    def __str__(self) -> str:
        return (
            f"{self.cells} cells, {self.points} nodes, smallest angle {self.smallest_angle:.1f} degrees, "
            f"largest aspect {self.largest_aspect:.1f}, smallest Jacobian ratio {self.smallest_jacobian:.2f}"
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NamedMesh:
    """A mesh of six-node triangles with its named regions and boundaries.

    Parameters
    ----------
    points : (n, 2) float
        Nodes [m]; vertices come before mid-sides in meshes made here.
    cells : (m, 6) int
        Three vertices counter-clockwise, then the middles of the sides 01, 12, 20 (see :mod:`.triangles`).
    regions : mapping of name to (k,) int
        Cells of each region; every cell lies in exactly one.
    boundaries : mapping of name to (k, 3) int
        Facets of each boundary as (end, end, middle); the material lies to the left of the way from the first end
        to the second, so that the outward normal is (dy, -dx).

    Raises
    ------
    InputError
        When a node is not finite or of no cell, a cell is not positive everywhere, a name is empty, a facet is no side
        of a cell, or a cell lies in no region or in two.
    """

    points: NDArray[np.float64]
    cells: NDArray[np.int64]
    regions: Mapping[str, NDArray[np.int64]]
    boundaries: Mapping[str, NDArray[np.int64]]

    def __post_init__(self) -> None:
        points = _coordinates(self.points)
        cells = _whole("cells", self.cells, 6)
        regions = {name: _whole(f"region {name!r}", part, 1) for name, part in self.regions.items()}
        boundaries = {name: _whole(f"boundary {name!r}", part, 3) for name, part in self.boundaries.items()}
        _check_names([*regions, *boundaries])
        _check_cells(points, cells)
        _check_regions(regions, len(cells))
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "cells", cells)
        object.__setattr__(self, "regions", MappingProxyType(regions))
        object.__setattr__(self, "boundaries", MappingProxyType(_oriented(boundaries, cells, len(points))))

    def __repr__(self) -> str:
        regions = ", ".join(f"{name!r}: {len(part)} cells" for name, part in self.regions.items())
        shown = list(self.boundaries.items())[:6]
        more = f", and {len(self.boundaries) - 6} more" if len(self.boundaries) > 6 else ""
        boundaries = ", ".join(f"{name!r}: {len(part)} facets" for name, part in shown) + more
        return f"NamedMesh({len(self.points)} nodes; {regions}; {boundaries or 'no boundaries'})"

    def region(self, name: str) -> NDArray[np.int64]:
        """Cells of a region, shape (k,); an unknown name is answered with the nearest one."""
        if name not in self.regions:
            raise unknown_name("region", name, self.regions)
        return self.regions[name]

    def boundary(self, name: str) -> NDArray[np.int64]:
        """Facets (end, end, middle) of a boundary, shape (k, 3); an unknown name is answered with the nearest one."""
        if name not in self.boundaries:
            raise unknown_name("boundary", name, self.boundaries)
        return self.boundaries[name]

    def area(self, region: str | None = None) -> float:
        """Area [m2] of a region, or of the whole mesh, its curved sides counted."""
        cells = self.cells if region is None else self.cells[self.region(region)]
        return float(triangles.cell_areas(self.points, cells).sum())

    def length(self, boundary: str) -> float:
        """Length [m] of a boundary along its curved facets."""
        return float(triangles.facet_lengths(self.points, self.boundary(boundary)).sum())

    def enclosed_area(self, boundary: str) -> float:
        """Area [m2] that a closed boundary around a hole encloses (positive; negative for an outer boundary)."""
        a, b, c = (self.points[self.boundary(boundary)[:, k]] for k in range(3))
        # Green's theorem on a parabola: chord plus two thirds of the triangle to the middle node
        chord = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        bulge = (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1]) - (c[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
        return -float((0.5 * chord + 2 / 3 * bulge).sum())

    def quality(self) -> MeshQuality:
        """Counts and the worst angle, aspect and Jacobian ratio of any cell."""
        lowest, mean = triangles.jacobian_bounds(self.points, self.cells)
        return MeshQuality(
            cells=len(self.cells),
            points=len(self.points),
            smallest_angle=float(triangles.smallest_angles(self.points, self.cells).min()),
            largest_aspect=float(triangles.aspect_ratios(self.points, self.cells).max()),
            smallest_jacobian=float((lowest / mean).min()),
        )

    def transformed(
        self,
        *,
        rotation: float = 0.0,
        scale: float = 1.0,
        shift: tuple[float, float] = (0.0, 0.0),
        mirror: bool = False,
    ) -> NamedMesh:
        """The mesh mirrored in the x axis (y to -y), then scaled, turned by ``rotation`` [rad] and shifted [m]."""
        angle, factor = number("rotation", rotation, "radians"), number("scale", scale, "times")
        dx, dy = (number("shift", part) for part in shift)
        if factor <= 0:
            raise InputError(f"scale must be positive, got {factor:.4g}: pass mirror=True to mirror")
        cos, sin = factor * math.cos(angle), factor * math.sin(angle)
        x, y = self.points[:, 0], -self.points[:, 1] if mirror else self.points[:, 1]
        points = np.stack((cos * x - sin * y + dx, sin * x + cos * y + dy), axis=1)
        cells = self.cells[:, triangles.MIRRORED] if mirror else self.cells
        return NamedMesh(points=points, cells=cells, regions=self.regions, boundaries=self.boundaries)

    def write(self, path: str | PathLike[str]) -> None:
        """Write a binary gmsh file (``.msh``) with all names; whole or not at all (see :mod:`.mesh_files`)."""
        from tubewall.geometry.mesh_files import write_mesh

        write_mesh(self, path)

    @classmethod
    def read(cls, path: str | PathLike[str]) -> NamedMesh:
        """Read what :meth:`write` wrote (see :mod:`.mesh_files`)."""
        from tubewall.geometry.mesh_files import read_mesh

        return read_mesh(path)


def _whole(name: str, values: ArrayLike, columns: int) -> NDArray[np.int64]:
    given = np.asarray(values)
    _check_shape(name, given.shape, columns)
    if given.dtype.kind not in "iu":
        raise InputError(f"{name} must hold whole numbers, got {given.dtype}")
    result = np.array(given, dtype=np.int64)
    result.setflags(write=False)
    return result


def _coordinates(values: ArrayLike) -> NDArray[np.float64]:
    result = np.array(values, dtype=np.float64)
    _check_shape("points", result.shape, 2)
    if not np.isfinite(result).all():
        raise InputError(f"points must be finite, got {result[~np.isfinite(result).all(axis=1)][0]}")
    result.setflags(write=False)
    return result


def _check_shape(name: str, shape: tuple[int, ...], columns: int) -> None:
    wanted = 1 if columns == 1 else 2
    if len(shape) != wanted or (wanted == 2 and shape[1] != columns) or shape[0] == 0:
        raise InputError(f"{name} must have {columns} column(s) and at least one row, got an array of shape {shape}")


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        # what a mesh file can hold: names of physical groups stand between quotes on one line
        if not isinstance(name, str) or not name.isprintable() or not name.strip() or '"' in name:
            raise InputError(f"a region or boundary needs a printable name without quotes, got {name!r}")
        if name in seen:
            raise InputError(f"the name {name!r} stands for a region and for a boundary")
        seen.add(name)


def _check_cells(points: NDArray[np.float64], cells: NDArray[np.int64]) -> None:
    if cells.min() < 0 or cells.max() >= len(points):
        raise InputError(f"cells name nodes {cells.min()} .. {cells.max()}, but there are {len(points)} nodes")
    idle = np.flatnonzero(np.bincount(cells.ravel(), minlength=len(points)) == 0)
    if len(idle):
        raise InputError(f"{len(idle)} nodes belong to no cell, the first is node {idle[0]}")
    lowest, mean = triangles.jacobian_bounds(points, cells)
    bad = np.flatnonzero(~((lowest > 0) & (mean > 0)))
    if len(bad):
        at = show_point(points[cells[bad[0], :3]].mean(axis=0))
        raise InputError(f"{len(bad)} cells are folded or clockwise, the first is cell {bad[0]} at {at}")


def _check_regions(regions: Mapping[str, NDArray[np.int64]], cells: int) -> None:
    counts = np.zeros(cells, dtype=np.int64)
    for name, part in regions.items():
        if part.min() < 0 or part.max() >= cells:
            raise InputError(f"region {name!r} names cells {part.min()} .. {part.max()}, but there are {cells} cells")
        np.add.at(counts, part, 1)
    if (counts != 1).any():
        wrong = int(np.flatnonzero(counts != 1)[0])
        raise InputError(f"every cell must lie in exactly one region; cell {wrong} lies in {counts[wrong]}")


def _oriented(
    boundaries: Mapping[str, NDArray[np.int64]], cells: NDArray[np.int64], nodes: int
) -> dict[str, NDArray[np.int64]]:
    """The facets turned so that a cell lies to their left; an error where a facet is no side of a cell."""
    sides = triangles.all_sides(cells)
    keys = triangles.side_keys(sides, nodes)
    order = np.argsort(keys, kind="stable")
    # no side has the key -1 of the place behind the last
    ascending = np.append(keys[order], -1)
    result = {}
    for name, facets in boundaries.items():
        if facets.min() < 0 or facets.max() >= nodes:
            raise InputError(f"boundary {name!r} names nodes {facets.min()} .. {facets.max()}, but there are {nodes}")
        wanted = triangles.side_keys(facets, nodes)
        at = np.searchsorted(ascending[:-1], wanted)
        found = order[np.minimum(at, len(order) - 1)]
        wrong = np.flatnonzero((keys[found] != wanted) | (sides[found, 2] != facets[:, 2]))
        if len(wrong):
            raise InputError(f"facet {facets[wrong[0]].tolist()} of boundary {name!r} is no side of a cell")
        lone = ascending[at + 1] != wanted
        turned = np.where(lone[:, None], sides[found], facets)
        turned.setflags(write=False)
        result[name] = turned
    return result
