"""A patch of the infinite array as a result that every picture, film and page can show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.view.field import Maximum
from tubewall.view.live_patch import array_stress
from tubewall.view.outline import merged_nodes
from tubewall.view.patches import ArrayState, array_field
from tubewall.view.scene_source import Top
from tubewall.view.subdivision import shape_functions

if TYPE_CHECKING:
    from tubewall.fem.field_solution import PointFields
    from tubewall.fem.periodic_basis import ArrayBasis
    from tubewall.fem.quantities import Quantity
    from tubewall.geometry.solid_mesh import SolidMesh
    from tubewall.view.field import Chamber

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# the middle of a hole lies nearer to its chamber's point than this over the hole's size
_SAME: Final = 0.25
# from xx, yy, zz, xy to xx, yy, zz, yz, xz, xy
_PLANE: Final = [0, 1, 2, 5]


@dataclass(frozen=True, kw_only=True, eq=False)
class PatchFields:
    """Bores of the infinite array under a pattern of pressures, as a source.

    Attributes
    ----------
    mesh : SolidMesh
        Six-node triangles; boundaries 'chamber i j gas', 'chamber i j lithium'.
    displacement : (n, 2)
        [m]
    stress : (e, 6, 4)
        At each element's own nodes, xx, yy, zz, xy [Pa].
    pressures : mapping of boundary to float
        Absolute [Pa].
    peaks : mapping of quantity to Maximum
        What the array's own basis states of its surfaces, also between the nodes.
    warning : str
        Why a maximum is no answer.
    """

    mesh: SolidMesh
    displacement: Floats
    stress: Floats
    pressures: dict[str, float]
    peaks: dict[str, Maximum]
    warning: str = ""

    @property
    def kinematics(self) -> str:
        """Of the cell: the same strain along z everywhere."""
        return "generalised plane strain"

    def evaluate(self, elements: Ints, local: Floats) -> PointFields:
        """Fields at local points (p, 2) of elements (p,); strain is not asked of a picture and stays zero."""
        from tubewall.fem.field_solution import PointFields

        weights = shape_functions(local[:, 0], local[:, 1])
        nodes = self.mesh.blocks[0].cells[elements]
        stress = np.zeros((len(elements), 6))
        stress[:, _PLANE] = np.einsum("pi,pic->pc", weights, self.stress[elements])
        return PointFields(
            points=np.einsum("pi,pic->pc", weights, self.mesh.points[nodes]),
            displacement=np.einsum("pi,pic->pc", weights, self.displacement[nodes]),
            strain=np.zeros((len(elements), 6)),
            stress=stress,
        )

    def top(self, quantity: Quantity) -> Top:
        """The most dangerous value at the elements' own nodes, or what the basis states where it is asked for."""
        if quantity.name in self.peaks:
            peak = self.peaks[quantity.name]
            return Top(value=peak.value, at=peak.at, warning=self.warning)
        count = len(self.stress)
        corners = np.array([[0, 0], [1, 0], [0, 1], [0.5, 0], [0.5, 0.5], [0, 0.5]], dtype=np.float64)
        fields = self.evaluate(np.repeat(np.arange(count), 6), np.tile(corners, (count, 1)))
        values = quantity.values(fields, self.kinematics)
        amount = -values if quantity.danger == "min" else np.abs(values) if quantity.danger == "amount" else values
        index = int(np.argmax(amount))
        return Top(value=float(values[index]), at=tuple(fields.points[index].tolist()), warning=self.warning)

    def singular(self) -> NDArray[np.bool_]:
        """The patch does not say which of its elements are at a sharp corner: all of them where there is one."""
        return np.full(len(self.stress), bool(self.warning))


def array_source(basis: ArrayBasis, state: ArrayState, *, rings: int = 1, warning: str = "") -> PatchFields:
    """A patch of the infinite array for ``draw_body``, ``draw_vector``, ``body_page``, ``film_of_load`` and ``film_of``.

    Parameters
    ----------
    basis : fem.ArrayBasis
    state : ArrayState
        What is in the chambers.
    rings : int
        0 to 4 rings of bores around the middle one.
    warning : str
        Why its maximum is no answer, such as sharp corners; nothing without it.
    """
    from tubewall.geometry.solid_mesh import Block, SolidMesh

    pattern = np.asarray(state.pressures, dtype=np.float64) - state.at_rest
    field = array_field(basis, state, rings=rings)
    moved, stress = array_stress(basis, pattern, rings=rings)
    labels = merged_nodes(field)
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    block = Block(kind="triangle6", cells=numbers[field.cells])
    regions = {"wall": np.arange(len(field.cells))}
    bare = SolidMesh(points=field.points[first], blocks=(block,), regions=regions, boundaries={})
    holes = _holes(bare, field.chambers)
    peaks = {
        "max principal": field.peak,
        "von mises": array_field(basis, state, rings=rings, quantity="von mises").peak,
    }
    return PatchFields(
        mesh=replace(bare, boundaries={name: pairs for name, (pairs, _) in holes.items()}),
        displacement=moved[first],
        stress=stress,
        pressures={name: chamber.pressure for name, (_, chamber) in holes.items()},
        peaks=peaks,
        warning=warning,
    )


def _holes(mesh: SolidMesh, chambers: tuple[Chamber, ...]) -> dict[str, tuple[Ints, Chamber]]:
    """The facets (k, 2) about each chamber that the patch encloses, and the chamber, by the name of the boundary."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    groups = mesh.facet_groups(mesh.outer_facets)
    pairs = np.concatenate([mesh.outer_facets[group.rows] for group in groups])
    ends = np.concatenate([group.nodes[:, :2] for group in groups])
    count = len(mesh.points)
    links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    loop = connected_components(links, directed=False)[1][ends[:, 0]]
    found: dict[str, tuple[Ints, Chamber]] = {}
    boxes = {}
    for number in np.unique(loop):
        own = mesh.points[ends[loop == number].ravel()]
        boxes[int(number)] = (0.5 * (own.min(axis=0) + own.max(axis=0)), float(np.ptp(own, axis=0).max()))
    # the largest is the rim of the patch
    del boxes[max(boxes, key=lambda one: boxes[one][1])]
    for chamber in chambers:
        near = min(boxes, key=lambda one: float(np.linalg.norm(boxes[one][0] - chamber.at)), default=None)
        if near is not None and np.linalg.norm(boxes[near][0] - chamber.at) < _SAME * boxes[near][1]:
            found[f"{chamber.name} {chamber.contents}"] = (pairs[loop == near], chamber)
    return found
