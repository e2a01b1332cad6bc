"""The stiffness of a periodic cell as a homogeneous body."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tubewall.errors import InputError
from tubewall.fem.assemble_body import assemble
from tubewall.fem.elements import Floats
from tubewall.fem.hold import hold
from tubewall.fem.linear import factorise
from tubewall.fem.model import Model
from tubewall.fem.periodicity import Periodic, cell_volume, components, macro_unknowns


@dataclass(frozen=True, kw_only=True, eq=False)
class Homogenised:
    """Mean stress by mean strain.

    Attributes
    ----------
    components : tuple of str
        ("xx", "yy", "zz", "xy") of a plane cell, whose sections stay plane, or all six in space; engineering shear.
    stiffness : (c, c)
        [Pa]
    volume : float
        Of the cell [m3], or its area [m2].
    """

    components: tuple[str, ...]
    stiffness: Floats
    volume: float


def homogenised(model: Model) -> Homogenised:
    """Stiffness of the periodic cell of a model, its voids counted in its volume.

    The mean strains are unknowns of their own; what is left of the stiffness when all others are eliminated is that of the
    cell (static condensation). Supports but rigid ones must not hold the cell.

    Raises
    ------
    InputError
        When the model is not periodic in all directions, axisymmetric, or in plane stress.
    """
    if model.periodic is None:
        raise InputError("a homogenised stiffness needs a periodic cell: give the pairs of opposite boundaries")
    if model.kinematics in ("axisymmetric", "plane stress"):
        raise InputError(
            f"a homogenised stiffness is that of plane strain or of a body in space, not {model.kinematics}"
        )
    plane = model.mesh.dim == 2
    bare = replace(
        model,
        kinematics="generalised plane strain" if plane else "3d",
        periodic=Periodic(pairs=model.periodic.pairs),
        loads=(),
        ends="free" if plane else "held",
    )
    volume = cell_volume(bare)
    assembled = assemble(bare)
    size = assembled.stiffness.shape[0]
    held = hold(bare, size)
    macro = macro_unknowns(bare)
    wanted = np.array([macro[0], macro[1], bare.discrete.size, macro[2]]) if plane else macro
    names = ("xx", "yy", "zz", "xy") if plane else components(3)
    matrix = (held.transform.T @ assembled.stiffness @ held.transform).tocsc()
    at = np.searchsorted(held.free, wanted)
    rest = np.setdiff1d(np.arange(len(held.free)), at)
    cross = matrix[rest][:, at].toarray()
    factor = factorise(matrix[rest][:, rest].tocsc())
    answer = factor.solve(cross)
    factor.residual(answer, cross)
    stiffness = (matrix[at][:, at].toarray() - cross.T @ answer) / volume
    return Homogenised(components=names, stiffness=(stiffness + stiffness.T) / 2, volume=volume)
