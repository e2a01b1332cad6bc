"""Elastic constants over a mesh: by region, element, quadrature point or as a function of place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from tubewall.errors import InputError, unknown_name
from tubewall.fem.bubble import nearly_incompressible
from tubewall.fem.elements import Floats, Ints, MeshLike

Law = Floats | Callable[[Floats], Floats]
Stiffness = Law | Mapping[str, Law]

# Voigt (xx, yy, zz, yz, xz, xy) -> section components (xx, yy, zz, xy), and what couples out of the section
_SECTION: Final = np.array([0, 1, 2, 5])
_OUT_OF_SECTION: Final = np.array([3, 4])


def section_stiffness(stiffness: Floats) -> Floats:
    """The section part (..., 4, 4) of a Voigt stiffness (..., 6, 6) [Pa].

    Raises
    ------
    InputError
        When the material couples section strains to shear out of the section: the section is no plane of its symmetry.
    """
    c = np.asarray(stiffness, dtype=np.float64)
    if c.shape[-2:] != (6, 6):
        raise InputError(f"a stiffness has the shape (..., 6, 6), got {c.shape}")
    if not np.all(np.isfinite(c)):
        raise InputError("the stiffness holds a number that is not finite")
    coupling = np.abs(c[..., _SECTION[:, None], _OUT_OF_SECTION]).max()
    if coupling > 1e-9 * np.abs(c).max():
        raise InputError(
            "the stiffness couples the section to shear along z: turn the material so that the section is a plane of "
            "its symmetry"
        )
    return c[..., _SECTION[:, None], _SECTION]


def stiffness_at(mesh: MeshLike, stiffness: Stiffness, elements: Ints, points: Floats) -> Floats:
    """The section stiffness (p, 4, 4) [Pa] at points of given elements.

    Parameters
    ----------
    mesh : NamedMesh
    stiffness : (6, 6), or (m, 6, 6) per element, or a function of points (p, 2) giving (p, 6, 6), or these by region
    elements : (p,)
    points : (p, 2)
        [m].
    """
    if isinstance(stiffness, Mapping):
        result = np.empty((len(elements), 4, 4))
        region_of = cell_regions(mesh, stiffness)
        for index, name in enumerate(stiffness):
            here = region_of[elements] == index
            if np.any(here):
                result[here] = _law_at(stiffness[name], points[here])
        return result
    if not callable(stiffness) and np.ndim(stiffness) == 3:
        return section_stiffness(np.asarray(stiffness)[elements])
    return _law_at(stiffness, points)


def _law_at(law: Law, points: Floats) -> Floats:
    if callable(law):
        return section_stiffness(law(points))
    return np.broadcast_to(section_stiffness(law), (len(points), 4, 4))


def cell_regions(mesh: MeshLike, by_region: Mapping[str, object]) -> Ints:
    """The index (m,) of each cell's region in the order of ``by_region``.

    Raises
    ------
    InputError
        For a region that the mesh has not, or a cell whose region is not given.
    """
    index = np.full(len(mesh.cells), -1, dtype=np.int64)
    for i, name in enumerate(by_region):
        if name not in mesh.regions:
            raise unknown_name("region", name, mesh.regions)
        index[mesh.regions[name]] = i
    if np.any(index < 0):
        missing = [n for n, cells in mesh.regions.items() if np.any(index[cells] < 0)]
        raise InputError(
            f"no material for the region {missing[0] if missing else 'of some cells'!r}: give one for each region"
        )
    return index


def soft_elements(mesh: MeshLike, stiffness: Stiffness) -> tuple[Ints, Floats]:
    """Elements (k,) that are nearly incompressible, and their section stiffness (k, 4, 4) [Pa]; see ``bubble``.

    Only a stiffness that is constant over an element, a region or the mesh is looked at.
    """
    m = len(mesh.cells)
    if isinstance(stiffness, Mapping):
        region_of = cell_regions(mesh, stiffness)
        soft = np.zeros(m, dtype=bool)
        constants = np.zeros((m, 4, 4))
        for index, law in enumerate(stiffness.values()):
            if not callable(law) and nearly_incompressible(section_stiffness(law)):
                soft |= region_of == index
                constants[region_of == index] = section_stiffness(law)
        return np.flatnonzero(soft), constants[soft]
    if callable(stiffness) or np.ndim(stiffness) == 4:
        return np.empty(0, dtype=np.int64), np.empty((0, 4, 4))
    c = np.broadcast_to(section_stiffness(np.asarray(stiffness)), (m, 4, 4))
    soft = np.broadcast_to(nearly_incompressible(c), (m,))
    return np.flatnonzero(soft), c[soft]
