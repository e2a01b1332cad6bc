"""A page of the infinite array: a slider for every chamber of a patch, answered from the array's own unit solutions."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.field_solution import PointFields
from tubewall.view.body_scene import body_scene
from tubewall.view.body_surface import BodySurface
from tubewall.view.live_patch import array_stress
from tubewall.view.live_units import MOST_CHAMBERS
from tubewall.view.outline import holes, surface
from tubewall.view.patches import ArrayState, array_field
from tubewall.view.picture import checked_path
from tubewall.view.scene_fluids import Fluid
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_page import Units, page_of
from tubewall.view.scene_places import Places
from tubewall.view.scene_split import split_cell
from tubewall.view.subdivision import shape_functions
from tubewall.whole_files import write_whole

if TYPE_CHECKING:
    from tubewall.fem.periodic_basis import ArrayBasis

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# triangles times chambers of a page, about
_MOST_PRODUCTS: Final = 600_000
# chambers lie this much [of the patch's size] behind the walls
_BEHIND: Final = 0.01


def write_array_page(
    basis: ArrayBasis,
    path: str | os.PathLike[str],
    state: ArrayState,
    *,
    rings: int = 2,
    highest: float | None = None,
    **look: Unpack[LookOptions],
) -> Path:
    """Write a page on which the pressures of an infinite array's chambers are sliders and the walls answer at once.

    Parameters
    ----------
    basis : fem.ArrayBasis
        Its unit solutions are the page's; nothing is solved.
    path : str or path
        Ends in ``.html``; written whole or not at all.
    state : ArrayState
        Where the sliders stand at first; chambers outside the patch stay there. What the walls carry is the difference to
        ``at_rest``.
    rings : int
        0 to 4 rings of bores around the middle one: 2 are 19 in hexagonal packing.
    highest : float, optional
        Where the sliders end [Pa, absolute]; twice the highest pressure without it.
    **look
        quantity, title, magnification and colour_range of ``draw_body``.

    Raises
    ------
    InputError
        For more than 64 chambers, or as of ``array_field``.
    """
    target = checked_path(path, ".html")
    wanted = replace(Look(**look), glyphs=False)
    patch = _Patch(basis, state, rings)
    if len(patch.sliders) > MOST_CHAMBERS:
        raise InputError(f"a page has sliders for at most {MOST_CHAMBERS} chambers, the patch has {len(patch.sliders)}")
    scene = body_scene(patch.surface(wanted), wanted)
    return write_whole(target, page_of(scene, patch.units(scene.metres, highest)).encode("utf-8"))


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """One state of a patch: displacement (n, 2) [m] of its nodes, stress (m, 6, 4) [Pa] at its elements' nodes."""

    displacement: Floats
    stress: Floats


class _Patch:
    """A patch of the array with its states under the pressures given and under 1 Pa in each of its chambers."""

    def __init__(self, basis: ArrayBasis, state: ArrayState, rings: int) -> None:
        self.basis, self.at_rest = basis, float(state.at_rest)
        self.pressures = np.asarray(state.pressures, dtype=np.float64)
        self.field = array_field(basis, state, rings=rings)
        # a displacement that counts the nodes: where it comes back, the nodes are known
        counted = np.zeros((len(self.field.points), 2))
        counted[:, 0] = np.arange(len(counted))
        field = replace(self.field, displacement=counted)
        lines = surface(field, splits=2)
        self.sides: Ints = np.rint(lines.displacement[:, :, 0]).astype(np.int64)
        self.holes = holes(field, lines)
        self.sliders, self.owner = self._sliders()
        self.whole = self._state(self.pressures - self.at_rest, rings)
        units = np.zeros((len(self.sliders), len(self.pressures)))
        units[np.arange(len(self.sliders)), self.sliders] = 1.0
        self.each = [self._state(unit, rings) for unit in units]
        count = len(self.field.cells) * max(len(self.sliders), 1)
        self.splits = int(np.clip(np.sqrt(_MOST_PRODUCTS / count), 1, 4))
        local, self.simplices = split_cell("triangle", self.splits)
        self.weights = shape_functions(local[:, 0], local[:, 1])

    def _sliders(self) -> tuple[list[int], list[int]]:
        """The bores of the basis in the patch, and which of them each hole shows: -1 for interstices."""
        n = self.basis.supercell
        found: list[int] = []
        owner = []
        for hole in self.holes:
            kind, *place = hole.chamber.name.split()
            i, j = (int(part) % n for part in place)
            if kind != "chamber":
                owner.append(-1)
                continue
            if i * n + j not in found:
                found.append(i * n + j)
            owner.append(found.index(i * n + j))
        return found, owner

    def _state(self, pattern: Floats, rings: int) -> _State:
        displacement, stress = array_stress(self.basis, pattern, rings=rings)
        return _State(displacement=displacement, stress=stress)

    def surface(self, look: Look) -> BodySurface:
        """What is drawn of the whole state."""
        field, quantity = self.field, look.stress
        points, moved, stress = (
            self._spread(field.points),
            self._spread(self.whole.displacement),
            self._stressed(self.whole),
        )
        fields = PointFields(
            points=points[:, :2], displacement=moved[:, :2], strain=np.zeros_like(stress), stress=stress
        )
        values = quantity.values(fields, "plane strain")
        index = int(np.argmin(values) if quantity.danger == "min" else np.argmax(values))
        sides = self.sides
        segments = np.concatenate([sides[:, [0, 1]], sides[:, [1, 2]]])
        ends = np.arange(2 * len(segments)).reshape(-1, 2)
        nothing = Places.joined([], 2)
        low, high = float(values.min()), float(values.max())
        return BodySurface(
            points=points,
            displacement=moved,
            normals=np.tile([0.0, 0.0, 1.0], (len(points), 1)),
            values=values,
            stress=stress,
            triangles=self._triangles(),
            regions=np.zeros(len(points), dtype=np.int64),
            region_names=("wall",),
            line_points=_space(field.points[segments.ravel()]),
            line_displacement=_space(self.whole.displacement[segments.ravel()]),
            lines=ends,
            fluids=self._fluids(),
            quantity=quantity,
            mark=points[index],
            mark_displacement=moved[index],
            mark_place=tuple(points[index, :2].tolist()),
            mark_value=float(values[index]),
            warning="",
            singular=np.zeros(len(points), dtype=bool),
            ends=look.colour_range or ((low, high) if high > low else (low - 0.5, high + 0.5)),
            cut=None,
            plane=True,
            faces=nothing,
            edges=nothing,
            shifts=np.zeros((1, 3)),
            splits=self.splits,
        )

    def units(self, metres: float, highest: float | None) -> Units:
        """The unit states of the sliders, displacement in units of the scene."""
        pressures = self.pressures[self.sliders]
        segments = np.concatenate([self.sides[:, [0, 1]], self.sides[:, [1, 2]]]).ravel()
        top = highest or 2.0 * float(np.abs(pressures).max(initial=self.at_rest))
        names = [", ".join(hole.chamber.name.split()[1:]) for hole in self.holes]
        return Units(
            names=tuple(names[self.owner.index(k)] for k in range(len(self.sliders))),
            pressures=pressures,
            low=np.minimum(0.0, pressures),
            high=np.maximum(top, pressures),
            move=np.array([self._spread(one.displacement) for one in self.each]) / metres,
            stress=np.array([self._stressed(one) for one in self.each]),
            lines=np.array([_space(one.displacement[segments]) for one in self.each]) / metres,
            fluids=np.array([self._filled(one.displacement) for one in self.each]) / metres,
            chamber_of=tuple(self.owner),
        )

    def _fluids(self) -> tuple[Fluid, ...]:
        bodies = []
        depth = np.array([0.0, 0.0, -_BEHIND * self.field.size])
        for hole in self.holes:
            corners = _space(_fan(self.field.points, _nodes(hole.displacement))) + depth
            moved = _space(_fan(self.whole.displacement, _nodes(hole.displacement)))
            bodies.append(
                Fluid(
                    name=f"{hole.chamber.contents} in {hole.chamber.name}",
                    contents=hole.chamber.contents,
                    points=corners,
                    displacement=moved,
                    triangles=np.arange(len(corners)).reshape(-1, 3),
                    rims=np.zeros((0, 2, 6)),
                    region=0,
                    pressure=hole.chamber.pressure,
                )
            )
        return tuple(bodies)

    def _filled(self, displacement: Floats) -> Floats:
        """How the corners of all chambers move."""
        parts = [_fan(displacement, _nodes(hole.displacement)) for hole in self.holes]
        return _space(np.concatenate([np.zeros((0, 2)), *parts]))

    def _spread(self, nodal: Floats) -> Floats:
        """Values at the nodes (n, 2) at all corners of the small triangles (k, 3)."""
        return _space(np.einsum("ki,mic->mkc", self.weights, nodal[self.field.cells], optimize=True).reshape(-1, 2))

    def _stressed(self, state: _State) -> Floats:
        """Stress at all corners (k, 6) in the order xx, yy, zz, yz, xz, xy."""
        spread = np.einsum("ki,mic->mkc", self.weights, state.stress, optimize=True).reshape(-1, 4)
        full = np.zeros((len(spread), 6))
        full[:, [0, 1, 2, 5]] = spread
        return full

    def _triangles(self) -> Ints:
        starts = len(self.weights) * np.arange(len(self.field.cells))
        return np.asarray((starts[:, None, None] + self.simplices[None]).reshape(-1, 3), dtype=np.int64)


def _nodes(counted: Floats) -> Ints:
    return np.rint(counted[:, 0]).astype(np.int64)


def _fan(nodal: Floats, loop: Ints) -> Floats:
    """The triangles (3 k, c) between the middle of a closed line of nodes (k,) and its sides, counter-clockwise."""
    line = nodal[loop[::-1]]
    middle = np.broadcast_to(line.mean(axis=0), line.shape)
    return np.stack([middle, line, np.roll(line, -1, axis=0)], axis=1).reshape(-1, nodal.shape[1])


def _space(rows: Floats) -> Floats:
    return np.column_stack([rows, np.zeros(len(rows))])
