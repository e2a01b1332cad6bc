"""How far a number of an infinite array is from mesh convergence: the same number on three meshes of one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tubewall.errors import InputError
from tubewall.fem.bloch import Confinement, Ends
from tubewall.fem.error_estimate import MeshEstimate, richardson
from tubewall.fem.periodic_basis import ArrayBasis, array_basis

if TYPE_CHECKING:
    from tubewall.fem.superelement import LawLike
    from tubewall.geometry import CellArray


def array_estimates(
    array: CellArray,
    elastic: LawLike,
    quantities: Mapping[str, Callable[[ArrayBasis], float]],
    *,
    elements_through_wall: int = 4,
    supercell: int = 9,
    confinement: Confinement = "held",
    ends: Ends = "held",
) -> dict[str, MeshEstimate]:
    """Values on the mesh with ``elements_through_wall`` and their discretisation errors.

    Each quantity is computed on that mesh, on one half as fine and on one half as fine again (two elements at least). The
    error is that of Richardson's extrapolation (Roache, J. Fluids Eng. 116, 405, 1994) from the two finer meshes, and
    not less than a quarter of that from the two coarser ones: a peak that jumps from node to node may agree on two
    meshes by chance, hardly on three.

    Parameters
    ----------
    array : geometry.CellArray
        The drawing.
    elastic : materials.ElasticLaw
        Of the walls.
    quantities : mapping from name to function
        Each takes the `ArrayBasis` of a mesh and returns a number, for example ``lambda basis: basis.peak(p).value``.
    elements_through_wall : int
        Of the finest mesh: a multiple of 8, or 4 for two meshes only.
    supercell, confinement, ends
        As in `array_basis`.

    Returns
    -------
    dict from name to MeshEstimate
        ``value`` on the finest mesh, ``extrapolated``, ``error``.

    Raises
    ------
    InputError
        When the number of elements cannot be halved.
    """
    from tubewall.geometry import periodic_cell

    fine = elements_through_wall
    if isinstance(fine, bool) or not isinstance(fine, int) or fine < 4 or (fine != 4 and fine % 8):
        raise InputError(
            f"elements_through_wall = {fine!r} cannot be halved twice: pass 4 (two meshes) or a multiple of 8 (three meshes)"
        )
    levels = [fine, fine // 2] if fine == 4 else [fine, fine // 2, fine // 4]
    found: dict[str, list[float]] = {name: [] for name in quantities}
    for elements in levels:
        basis = array_basis(
            periodic_cell(array, elements_through_wall=elements),
            elastic,
            supercell=supercell,
            confinement=confinement,
            ends=ends,
        )
        for name, quantity in quantities.items():
            found[name].append(float(quantity(basis)))
    return {name: estimate(values) for name, values in found.items()}


def estimate(values: list[float]) -> MeshEstimate:
    """The estimate from two or three values, on meshes each twice as coarse as the one before."""
    near = richardson(values[1], values[0])
    if len(values) == 2:
        return near
    before = richardson(values[2], values[1])
    return MeshEstimate(value=near.value, extrapolated=near.extrapolated, error=max(near.error, before.error / 4))
