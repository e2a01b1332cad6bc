"""Which regions are nearly incompressible, and the functions their elements have beside those of the nodes.

The volume change of such an element counts by its projection on the linear functions of x, y, z in the element (constant for a
displacement of first order: the mean dilatation of Nagtegaal, Parks and Rice, Comput. Methods Appl. Mech. Eng. 4, 153, 1974).
What keeps displacement and pressure stable, with quadratic displacement:

- quad9 and hexahedron27 have it already: the node at the centre and those of the faces (Boffi, Brezzi and Fortin, Mixed Finite
  Element Methods and Applications, 2013, section 8.6.3). The pressure is linear in x, not in the reference coordinates: on cells
  that are no parallelograms only that keeps the order (Boffi and Gastaldi, Computing 69, 253, 2002).
- triangle6 gets a cubic bubble (Crouzeix and Raviart, RAIRO R3, 33, 1973), eliminated in the element.
- tetra10 and wedge18 get a bubble inside, eliminated, and on each triangular face between two such elements one bubble along its
  normal, which stays an unknown: edges alone do not let volume through a face (ibid., and Bernardi and Raugel, Math. Comp. 44,
  71, 1985). Faces on the surface of the body or of the region need none, so that supports, loads and ties know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.bubble import POISSONS_RATIO_LIMIT
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.reference_elements import shape_table
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.model import Model

# beyond this they answer with a fraction of the displacement
_LOCKING_LIMIT: Final = 0.49
# cells of first order on which even a constant pressure has too many constraints
_LOCKING: Final = ("triangle", "tetra", "wedge")
#: The facets of a kind of cell that carry a bubble.
BUBBLED_FACETS: Final[Mapping[str, tuple[int, ...]]] = {"tetra10": (0, 1, 2, 3), "wedge18": (0, 1)}
_INSIDE: Final = ("triangle6", "tetra10", "wedge18")


@dataclass(frozen=True, kw_only=True, eq=False)
class MixedFaces:
    """Bubbles on faces between two nearly incompressible elements.

    Attributes
    ----------
    count : int
    of : mapping from block to (m, f) int
        Which of them lie on the facets ``BUBBLED_FACETS`` of each cell of a block; -1 where there is none.
    normals : (count + 1, 3)
        Direction of each, and zero for -1.
    """

    count: int
    of: Mapping[int, Ints]
    normals: Floats


def poissons_ratio(stiffness: Floats) -> float | None:
    """Poisson's ratio of an isotropic stiffness (6, 6); None for any other."""
    shear, lame = float(stiffness[3, 3]), float(stiffness[0, 1])
    isotropic = np.diag([2 * shear] * 3 + [shear] * 3)
    isotropic[:3, :3] += lame
    if np.abs(stiffness - isotropic).max() > 1e-9 * np.abs(stiffness).max():
        return None
    return lame / (2 * (lame + shear))


def mixed_regions(model: Model) -> dict[str, float]:
    """The regions whose elements have a pressure of their own, with their Poisson's ratio; none in plane stress."""
    if model.kinematics == "plane stress":
        return {}
    found = {name: poissons_ratio(solid.elastic.stiffness()) for name, solid in model.solids.items()}
    return {name: nu for name, nu in found.items() if nu is not None and nu > POISSONS_RATIO_LIMIT}


def notes(model: Model) -> tuple[str, ...]:
    """What to tell the user of the nearly incompressible regions.

    Raises
    ------
    InputError
        For simplices of first order with a Poisson's ratio above 0.49, which lock.
    """
    said = []
    mesh = model.discrete.mesh
    for name, nu in mixed_regions(model).items():
        blocks = np.unique(mesh.block_of(mesh.region(name)))
        kinds = [model.discrete.kinds[number] for number in blocks]
        locking = [kind for kind in kinds if kind in _LOCKING]
        if locking and nu > _LOCKING_LIMIT:
            raise InputError(
                f"region {name!r} has Poisson's ratio {nu:g}: {locking[0]} elements of order 1 lock above "
                f"{_LOCKING_LIMIT:g}, take order = 2"
            )
        if locking:
            said.append(
                f"region {name!r} has Poisson's ratio {nu:g}: {locking[0]} elements of order 1 are too stiff, take order = 2"
            )
        if len(locking) < len(kinds):
            how = "a linear" if model.order == 2 else "a constant"
            said.append(f"region {name!r} has Poisson's ratio {nu:g}: its elements have {how} pressure of their own")
    return tuple(said)


def mixed_faces(model: Model) -> MixedFaces:
    """The bubbles on the faces of a model."""
    mesh = model.discrete.mesh
    kinds = model.discrete.kinds
    regions = mixed_regions(model)
    if not regions or not any(kind in BUBBLED_FACETS for kind in kinds):
        return MixedFaces(count=0, of={}, normals=np.zeros((1, 3)))
    soft = np.isin(mesh.region_index, [mesh.region_names.index(name) for name in regions])
    pairs, face = mesh.all_facets
    block = mesh.block_of(pairs[:, 0])
    carries = np.zeros(len(pairs), dtype=bool)
    for number, kind in enumerate(kinds):
        carries |= (block == number) & np.isin(pairs[:, 1], BUBBLED_FACETS.get(kind, ()))
    carries &= soft[pairs[:, 0]]
    shared = carries & (np.bincount(face[carries], minlength=int(face.max()) + 1)[face] == 2)
    _, first, number_of = np.unique(face[shared], return_index=True, return_inverse=True)
    where = np.full(len(pairs), -1, dtype=np.int64)
    where[shared] = np.asarray(number_of).ravel()
    normals = np.zeros((len(first), 3))
    of = {}
    for number, kind in enumerate(kinds):
        facets = BUBBLED_FACETS.get(kind, ())
        table = np.full((len(mesh.blocks[number].cells), len(facets)), -1, dtype=np.int64)
        for column, local in enumerate(facets):
            mine = (block == number) & (pairs[:, 1] == local)
            rows = pairs[mine, 0] - mesh.starts[number]
            table[rows, column] = where[mine]
            there = table[:, column] >= 0
            corners = mesh.points[mesh.blocks[number].cells[there][:, list(CELLS[kind].facets[local].nodes[:3])]]
            # the same line for both neighbours; that they point against each other is the sign of one unknown
            normals[table[there, column]] = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        of[number] = table
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return MixedFaces(count=len(first), of=of, normals=np.vstack([normals, np.zeros(3)]))


def bubbles(kind: str) -> tuple[int, int]:
    """How many bubbles the displacement of a kind has on its faces and inside."""
    return len(BUBBLED_FACETS.get(kind, ())), int(kind in _INSIDE)


def enriched_table(kind: str, local: Floats) -> tuple[Floats, Floats]:
    """Shape functions of the nodes, then of the bubbles on faces and inside: values (q, k + f + b), gradients (.., dim)."""
    values, gradients = shape_table(kind, local)
    if kind not in _INSIDE:
        return values, gradients
    more = [_bubble(kind, face, local) for face in (*BUBBLED_FACETS.get(kind, ()), None)]
    return (
        np.concatenate([values, np.stack([value for value, _ in more], axis=1)], axis=1),
        np.concatenate([gradients, np.stack([slope for _, slope in more], axis=1)], axis=1),
    )


def _bubble(kind: str, facet: int | None, local: Floats) -> tuple[Floats, Floats]:
    """One bubble, 1 at the middle of its facet or (None) of the cell: values (q,), gradients (q, dim)."""
    first = CELLS[kind].first
    factors, slopes = _coordinates(first, local)
    if facet is not None:
        loop = [node for node in CELLS[kind].facets[facet].nodes if node < CELLS[kind].vertices]
        chosen = [0, 1, 2, 3 + (loop[0] < 3)] if first == "wedge" else loop
    else:
        chosen = list(range(len(factors)))
    product = np.ones(len(local))
    gradient = np.zeros_like(local)
    for i in chosen:
        others = np.prod([factors[j] for j in chosen if j != i], axis=0)
        gradient += others[:, None] * slopes[i]
        product = product * factors[i]
    # facets of a prism are scaled at their own height
    scale = 27.0 if facet is not None or first == "triangle" else (256.0 if first == "tetra" else 108.0)
    return scale * product, scale * gradient


def _coordinates(first: str, local: Floats) -> tuple[list[Floats], list[Floats]]:
    """Barycentric coordinates, and along a prism its height and the rest of it, with their constant gradients."""
    dim = local.shape[1]
    flat = 2 if first == "wedge" else dim
    factors = [1 - local[:, :flat].sum(axis=1), *(local[:, i] for i in range(flat))]
    slopes = [np.concatenate([-np.ones(flat), np.zeros(dim - flat)]), *np.eye(dim)[:flat]]
    if first == "wedge":
        factors += [local[:, 2], 1 - local[:, 2]]
        slopes += [np.eye(3)[2], -np.eye(3)[2]]
    return factors, slopes
