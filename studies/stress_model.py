"""The walls of the infinite array as a function of their thickness: one kept set of influence coefficients each.

Everything is linear in the pressures, so one periodic cell for a wall thickness answers for all load cases, and a
pattern of chamber pressures costs a product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tubewall.fem import ArrayBasis
from tubewall.fem.periodic_basis import basis_of
from tubewall.fem.superelement import ArrayCell, array_cell
from tubewall.geometry import CellArray, ChamberGraph, periodic_cell, periodic_graph

if TYPE_CHECKING:
    from tubewall.materials import Material
    from tubewall.studies.study import Study

Confinement = Literal["held", "free"]


@dataclass(frozen=True, kw_only=True)
class Strength:
    """The strength that the wall is held against [Pa], its range, and whether the material flows instead of breaking."""

    value: float
    low: float
    high: float
    ductile: bool

    @property
    def criterion(self) -> Literal["max principal", "von mises"]:
        """The measure of the stress that is compared with the strength."""
        return "von mises" if self.ductile else "max principal"


@dataclass(frozen=True, kw_only=True)
class StressModel:
    """The drawings and the wall material of a study. ``basis(wall)`` is computed once and kept: a cache, no state."""

    study: Study
    material: Material
    strength: Strength
    _kept: dict[tuple[float, Confinement, bool], ArrayBasis] = field(default_factory=dict, repr=False)

    def drawing(self, wall: float) -> CellArray:
        """The array with walls of ``wall`` [m]."""
        d = self.study.drawing
        return CellArray(
            packing=d.packing,
            bore_shape=d.bore_shape,
            bore=d.bore,
            wall=wall,
            # a round bore has no corners
            fillet=0.0 if d.bore_shape == "round" else d.fillet,
            construction=d.construction,
            neck=d.neck,
        )

    def graph(self, wall: float) -> ChamberGraph:
        """The shared walls of the periodic supercell; chambers in the order of the basis."""
        return periodic_graph(self.drawing(wall), self.study.numerics.supercell)

    def basis(self, wall: float, *, confinement: Confinement | None = None, coarser: bool = False) -> ArrayBasis:
        """Influence of every chamber at a wall [m]; ``coarser`` on the mesh of half the density, for the mesh error."""
        confinement = confinement or self.study.drawing.confinement
        key = (wall, confinement, coarser)
        if key not in self._kept:
            self._kept[key] = basis_of(
                self._cell(wall, coarser),
                supercell=self.study.numerics.supercell,
                confinement=confinement,
                ends=self.study.drawing.ends,
            )
        return self._kept[key]

    def _cell(self, wall: float, coarser: bool) -> ArrayCell:
        """The superelement of a wall, which serves both confinements."""
        for (kept_wall, _, kept_coarser), basis in self._kept.items():
            if (kept_wall, kept_coarser) == (wall, coarser):
                return basis.element
        elements = self.study.numerics.elements_through_wall
        # one element through the wall has no coarser mesh: then the finer one is the comparison
        through = elements if not coarser else (elements // 2 if elements > 1 else 2)
        return array_cell(periodic_cell(self.drawing(wall), elements_through_wall=through), self.material.elastic)
