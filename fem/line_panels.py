"""A straight line through a mesh, cut where it passes from one element to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from tubewall.errors import InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.inverse_map import invert
from tubewall.fem.locate_point import locate_one, search
from tubewall.geometry.solid_mesh import SolidMesh
from tubewall.units import show_point

# pieces that the line is cut into at first
_PIECES: Final = 64
# shorter pieces of a line than this lie in two elements and count for nothing
_SHORTEST: Final = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class LinePanels:
    """Pieces of a line, each within one element (or along the face between several).

    Attributes
    ----------
    start, end : (dim,)
        [m], moved onto the surface where they lay just outside.
    cuts : (n, 2)
        Where each piece starts and ends, as shares 0 .. 1 of the line.
    elements : tuple of (k,) int
        The elements that hold each piece.
    """

    start: Floats
    end: Floats
    cuts: Floats
    elements: tuple[Ints, ...]

    @property
    def length(self) -> float:
        """[m]"""
        return float(np.linalg.norm(self.end - self.start))

    def place(self, s: Floats) -> Floats:
        """Points (p, dim) [m] at shares (p,) of the line."""
        return self.start + s[:, None] * (self.end - self.start)


def cut_line(mesh: SolidMesh, start: ArrayLike, end: ArrayLike, *, region: str | None = None) -> LinePanels:
    """Cut a line between two points into pieces.

    Raises
    ------
    InputError
        When an end lies outside, or the line leaves the body (or ``region``), or crosses into another region: with the place.
    """
    ends = [locate_one(mesh, point, region=region) for point in (start, end)]
    if np.array_equal(ends[0].at, ends[1].at):
        raise InputError(f"the line at {show_point(ends[0].at[0])} has no length: its start and its end are one point")
    whole = LinePanels(start=ends[0].at[0], end=ends[1].at[0], cuts=np.zeros((0, 2)), elements=())
    shares, held = _refine(mesh, whole, region)
    cuts, elements = [], []
    for i in range(len(shares) - 1):
        if shares[i + 1] - shares[i] <= _SHORTEST:
            continue
        both = np.intersect1d(held[i], held[i + 1])
        if len(both) == 0:
            raise _gone(whole, float(0.5 * (shares[i] + shares[i + 1])), region)
        cuts.append((shares[i], shares[i + 1]))
        elements.append(both)
    _one_region(mesh, whole, np.array(cuts), elements)
    return LinePanels(start=whole.start, end=whole.end, cuts=np.array(cuts), elements=tuple(elements))


def _refine(mesh: SolidMesh, line: LinePanels, region: str | None) -> tuple[Floats, list[Ints]]:
    """Shares of the line between which it stays in one element, or is shorter than counts, and the elements at each."""
    shares = np.linspace(0.0, 1.0, _PIECES + 1)
    held = _holding(mesh, line, shares, region)
    while True:
        open_ = [
            i
            for i in range(len(shares) - 1)
            if shares[i + 1] - shares[i] > _SHORTEST and not _meet(held[i], held[i + 1])
        ]
        if not open_:
            return shares, held
        middle = 0.5 * (shares[open_] + shares[np.array(open_) + 1])
        more = _holding(mesh, line, middle, region)
        order = np.argsort(np.concatenate([shares, middle]), kind="stable")
        joined = held + more
        shares, held = np.concatenate([shares, middle])[order], [joined[i] for i in order]


def _meet(one: Ints, other: Ints) -> bool:
    return bool(np.isin(one, other).any())


def _holding(mesh: SolidMesh, line: LinePanels, shares: Floats, region: str | None) -> list[Ints]:
    found, lost = search(mesh, line.place(shares), region=region)
    # a curved surface may lie a hair inside of the ends of the line, which the ends have been moved onto
    inner = lost[(shares[lost] > _SHORTEST) & (shares[lost] < 1 - _SHORTEST)]
    for places in (inner, lost):
        if len(places):
            raise _gone(line, float(shares[places[0]]), region)
    return [found.elements[found.point == i] for i in range(len(shares))]


def _gone(line: LinePanels, share: float, region: str | None) -> InputError:
    what = "the body" if region is None else f"the region {region!r}"
    return InputError(
        f"the line from {show_point(line.start)} to {show_point(line.end)} leaves {what} at "
        f"{show_point(line.place(np.array([share]))[0])}: give a line that lies inside"
    )


def _one_region(mesh: SolidMesh, line: LinePanels, cuts: Floats, elements: list[Ints]) -> None:
    first: int | None = None
    for (low, high), both in zip(cuts, elements, strict=True):
        regions = np.unique(mesh.region_index[both])
        names = ", ".join(repr(mesh.region_names[i]) for i in regions)
        if len(regions) > 1:
            middle = show_point(line.place(np.array([0.5 * (low + high)]))[0])
            raise InputError(
                f"the line runs along the interface of {names} at {middle}: say which side with region = ..."
            )
        if first is not None and regions[0] != first:
            crossing = show_point(line.place(np.array([low]))[0])
            raise InputError(
                f"the line crosses from the region {mesh.region_names[first]!r} into {names} at {crossing}: stress jumps "
                "there, so end the line at the interface and give region = ..."
            )
        first = int(regions[0])


def gauss_on(
    mesh: SolidMesh, line: LinePanels, order: int
) -> tuple[Floats, Floats, tuple[tuple[Ints, Ints, Floats], ...]]:
    """Gauss points on every piece: shares (q,), weights (q,) that sum to 1, and (rows, elements, local) of where they lie.

    A point on a face between elements stands in as many of the entries.
    """
    x, w = np.polynomial.legendre.leggauss(order)
    width = line.cuts[:, 1] - line.cuts[:, 0]
    shares = (line.cuts[:, :1] + 0.5 * (x + 1) * width[:, None]).ravel()
    weights = (0.5 * w * width[:, None]).ravel()
    places = line.place(shares).reshape(len(width), order, -1)
    found = []
    for turn in range(max(len(both) for both in line.elements)):
        rows = np.array([i for i, both in enumerate(line.elements) if len(both) > turn])
        elements = np.repeat([line.elements[i][turn] for i in rows], order)
        local, _ = invert(mesh, elements, places[rows].reshape(len(elements), -1))
        found.append(((rows[:, None] * order + np.arange(order)).ravel(), elements, local))
    return shares, weights / weights.sum(), tuple(found)
