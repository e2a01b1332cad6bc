"""CellArray: the drawing of parallel bores side by side, with its areas in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.geometry.array_checks import check_drawing
from tubewall.geometry.checks import length_or_zero, number, one_of, positive_length, whole_number
from tubewall.geometry.shapes import HALF_ANGLE, Meniscus, polygon_bore_area
from tubewall.units import show

#: Faraday constant [C/mol], exact in SI since 2019.
FARADAY: Final = 96485.33212331001
#: Most bores a finite array may have.
MOST_BORES: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class CellArray:
    """Parallel bores in regular packing: a drawing of the section, ``rings`` rings of bores around a central one.

    Parameters
    ----------
    packing : "hexagonal" or "square"
    bore_shape : "hexagonal", "round" or "square"
        Polygonal bores are turned so that the wall between two neighbours is flat and of equal thickness.
    bore : float
        Bore [m]: across flats, or the diameter.
    wall : float
        Wall thickness [m]: of the shared wall (``construction="matrix"``), or of each tube (``"tubes"``).
    fillet : float
        Radius [m] of the rounded corners of a polygonal bore; 0 for sharp corners.
    construction : "matrix" or "tubes"
        Bores in a filled matrix, pitch = bore + wall; or separate round tubes that touch, pitch = bore + 2 wall, with
        interstitial gaps between them.
    neck : float
        Full width [m] of the bond between two touching tubes; 0 where they only touch.
    spacing : float
        Clear distance [m] between separate tubes that do not touch, pitch = bore + 2 wall + spacing; they are drawn in space only
        (``stack_mesh``).
    rings : int
        Rings of bores around the central one, for what is finite; the periodic array does not look at it.

    Raises
    ------
    InputError
        When a number is not a finite length or the drawing is impossible, with the geometric reason.

    Examples
    --------
    >>> from tubewall.units import nm
    >>> array = CellArray(bore_shape="hexagonal", bore=100 * nm, wall=10 * nm)
    >>> round(array.void_fraction, 3), len(array.centres)
    (0.826, 19)
    """

    packing: str = "hexagonal"
    bore_shape: str = "hexagonal"
    bore: float
    wall: float
    fillet: float = 0.0
    construction: str = "matrix"
    neck: float = 0.0
    spacing: float = 0.0
    rings: int = 2

    def __post_init__(self) -> None:
        one_of("CellArray.packing", self.packing, ("hexagonal", "square"))
        one_of("CellArray.bore_shape", self.bore_shape, ("hexagonal", "round", "square"))
        one_of("CellArray.construction", self.construction, ("matrix", "tubes"))
        for name in ("bore", "wall"):
            object.__setattr__(self, name, positive_length(f"CellArray.{name}", getattr(self, name)))
        for name in ("fillet", "neck", "spacing"):
            object.__setattr__(self, name, length_or_zero(f"CellArray.{name}", getattr(self, name)))
        object.__setattr__(self, "rings", whole_number("CellArray.rings", self.rings, 0, 10**9))
        if self.bore_count > MOST_BORES:
            raise InputError(
                f"CellArray.rings = {self.rings} makes {self.bore_count} bores, more than {MOST_BORES}: "
                "pass fewer rings, or use periodic_cell for an endless array"
            )
        check_drawing(self)

    @property
    def half_angle(self) -> float:
        """Half the angle [rad] of a bore that faces one neighbour: pi/6 (hexagonal packing) or pi/4 (square)."""
        return HALF_ANGLE[self.packing]

    @property
    def neighbours(self) -> int:
        """Neighbours of a bore inside the array: 6 or 4."""
        return 6 if self.packing == "hexagonal" else 4

    @property
    def pitch(self) -> float:
        """Distance [m] of neighbouring bore centres."""
        return self.bore + self.spacing + self.wall * (2 if self.construction == "tubes" else 1)

    def refuse_spacing(self, what: str) -> None:
        """Refuse tubes that do not touch.

        Raises
        ------
        InputError
            When there is a spacing; ``what`` says what would need touching tubes.
        """
        if self.spacing:
            raise InputError(
                f"CellArray.spacing {show(self.spacing, 'm')}: {what} knows tubes that touch; pass spacing=0, or draw them with "
                "stack_mesh"
            )

    @property
    def outer_radius(self) -> float:
        """Outer radius [m] of a separate tube, bore/2 + wall."""
        return self.bore / 2 + self.wall

    @property
    def meniscus(self) -> Meniscus:
        """The bond between two tubes; of no width where they only touch."""
        return Meniscus(radius=self.outer_radius, half_width=self.neck / 2)

    @property
    def lattice(self) -> NDArray[np.float64]:
        """Lattice vectors [m], shape (2, 2), rows a1 (along x) and a2 (at 60 degrees, or 90 in square packing)."""
        a2 = (0.5, math.sqrt(3) / 2) if self.packing == "hexagonal" else (0.0, 1.0)
        return _frozen(self.pitch * np.array([(1.0, 0.0), a2]))

    @property
    def cell_area(self) -> float:
        """Area [m2] of the array per bore."""
        return self.pitch**2 * (math.sqrt(3) / 2 if self.packing == "hexagonal" else 1.0)

    @property
    def bore_area(self) -> float:
        """Area [m2] of one bore, its fillets taken off."""
        if self.bore_shape == "round":
            return math.pi * self.bore**2 / 4
        return polygon_bore_area(self.bore, self.fillet, self.half_angle)

    @property
    def interstices_per_cell(self) -> int:
        """Gaps between tubes per bore: 2 in hexagonal packing, 1 in square; 0 in a filled matrix."""
        if self.construction == "matrix":
            return 0
        return 2 if self.packing == "hexagonal" else 1

    @property
    def interstice_area(self) -> float:
        """Area [m2] of each gap between tubes, the necks taken off; 0 in a filled matrix."""
        if self.interstices_per_cell == 0:
            return 0.0
        necks = 4 * (self.neighbours // 2) * self.meniscus.quarter_area
        return (self.cell_area - math.pi * self.outer_radius**2 - necks) / self.interstices_per_cell

    @property
    def void_fraction(self) -> float:
        """Bore area per area of the array: what lithium can fill (physics: (W/(W+w))^2 for shared sharp walls)."""
        return self.bore_area / self.cell_area

    @property
    def waste_fraction(self) -> float:
        """Area of the interstitial gaps, neither wall nor bore, per area of the array."""
        return self.interstices_per_cell * self.interstice_area / self.cell_area

    @property
    def solid_fraction(self) -> float:
        """Wall area per area of the array."""
        return 1.0 - self.void_fraction - self.waste_fraction

    @property
    def tubules_per_area(self) -> float:
        """Bores per area of the array [1/m2]."""
        return 1.0 / self.cell_area

    @property
    def walls_per_area(self) -> float:
        """Walls between neighbouring bores per area of the array [1/m2]: 3 per hexagonal cell, 2 per square cell."""
        return (self.neighbours // 2) / self.cell_area

    @property
    def clear_span(self) -> float:
        """Flat length [m] of a wall, fillets included: bore/sqrt(3) of a hexagon, bore of a square, 0 of a circle."""
        if self.bore_shape == "round":
            return 0.0
        return self.bore * math.tan(self.half_angle)

    @property
    def bore_count(self) -> int:
        """Bores of the finite array of n rings: 1 + 3 n (n + 1) in hexagonal packing, (2 n + 1)^2 in square."""
        n = self.rings
        return 1 + 3 * n * (n + 1) if self.packing == "hexagonal" else (2 * n + 1) ** 2

    @property
    def indices(self) -> NDArray[np.int64]:
        """Lattice indices of the bores of the finite array, shape (n, 2): centre first, ring by ring, by angle."""
        n = self.rings
        i, j = (g.ravel() for g in np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1), indexing="ij"))
        ring = np.maximum(abs(i), abs(j))
        if self.packing == "hexagonal":
            ring = np.maximum(ring, abs(i + j))
        x, y = np.stack((i, j), axis=1).astype(np.float64).T
        a2 = self.lattice[1] / self.pitch
        angle = np.round(np.mod(np.arctan2(a2[1] * y, x + a2[0] * y), 2 * math.pi), 9)
        angle[angle >= np.round(2 * math.pi, 9)] = 0.0
        order = np.lexsort((angle, ring))
        kept = order[ring[order] <= n]
        chosen = np.stack((i[kept], j[kept]), axis=1).astype(np.int64)
        chosen.setflags(write=False)
        return chosen

    @property
    def centres(self) -> NDArray[np.float64]:
        """Centres [m] of the bores of the finite array, shape (n, 2): centre first, ring by ring, by angle from x."""
        return _frozen(self.indices @ self.lattice)

    def areal_capacity(self, height: float, fill: float, molar_volume: float) -> float:
        """Charge [C/m2] of lithium per area of electrode: F h f_void fill / V_m.

        Parameters
        ----------
        height : float
            Height of the array [m].
        fill : float
            Fraction of the bores that lithium fills, 0 < fill <= 1.
        molar_volume : float
            Molar volume of lithium [m3/mol].
        """
        return positive_length("height", height) * self._capacity_per_height(fill, molar_volume)

    def height_for(self, capacity: float, fill: float, molar_volume: float) -> float:
        """Height [m] of the array that holds a ``capacity`` [C/m2] at a ``fill`` (see :meth:`areal_capacity`)."""
        wanted = number("capacity", capacity, "C/m2")
        if wanted <= 0:
            raise InputError(f"capacity must be positive, got {wanted:.3g} C/m2")
        return wanted / self._capacity_per_height(fill, molar_volume)

    def _capacity_per_height(self, fill: float, molar_volume: float) -> float:
        share = number("fill", fill, "the fraction of the bore that is filled")
        if not 0 < share <= 1:
            raise InputError(f"fill must lie above 0 and at most 1, got {share:.4g}")
        volume = number("molar_volume", molar_volume, "m3/mol")
        if volume <= 0:
            raise InputError(f"molar_volume must be positive, got {volume:.3g} m3/mol")
        return FARADAY * self.void_fraction * share / volume


def _frozen(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.setflags(write=False)
    return values
