"""Discretisation error in the energy norm, element by element: recovered less computed stress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tubewall.fem.batch_fields import batches
from tubewall.fem.elements import Floats
from tubewall.fem.recovery import Recovery, recover
from tubewall.fem.reference_elements import rule
from tubewall.fem.region_laws import compliance

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution


@dataclass(frozen=True, kw_only=True, eq=False)
class MeshEnergyError:
    """Estimated error in the energy norm (Zienkiewicz and Zhu, Int. J. Numer. Meth. Engng 24, 337, 1987).

    Attributes
    ----------
    elements : (m,)
        Squares of the element errors [J/m in plane bodies, else J; of the full circle].
    energy : float
        The square of the norm of the computed stress, in the same unit: twice the strain energy.
    """

    elements: Floats
    energy: float

    @property
    def relative(self) -> float:
        """The norm of the error over that of the solution."""
        total = float(self.elements.sum())
        return float(np.sqrt(total / (self.energy + total))) if self.energy + total > 0 else 0.0


def mesh_energy_error(solution: FieldSolution, recovery: Recovery | None = None) -> MeshEnergyError:
    """Estimated error of every element in the energy norm."""
    recovered = recover(solution) if recovery is None else recovery
    mesh = solution.model.discrete.mesh
    order = solution.model.order
    rules = {block.kind: rule(block.kind, 2 * order) for block in mesh.blocks}
    squares = np.zeros(mesh.elements)
    total = 0.0
    for batch in batches(solution, {kind: local for kind, (local, _) in rules.items()}):
        fields, (m, q) = batch.fields, batch.determinant.shape
        weights = batch.determinant * rules[batch.kind][1]
        if solution.model.kinematics == "axisymmetric":
            weights = weights * 2 * np.pi * fields.points[:, 0].reshape(m, q)
        smooth = recovered.stress_in(batch.point_elements, np.tile(batch.local, (m, 1)), fields.points)
        flexible = compliance(solution.model, batch.region, fields.points)
        squares[batch.elements] = _energy(smooth - fields.stress, flexible, weights)
        total += float(_energy(fields.stress, flexible, weights).sum())
    return MeshEnergyError(elements=squares, energy=total)


def _energy(stress: Floats, flexible: Floats, weights: Floats) -> Floats:
    """Twice the energy (m,) of stress (m q, 6) with weights (m, q)."""
    strain = np.einsum("pcd,pd->pc", flexible, stress) if flexible.ndim == 3 else stress @ flexible
    summed: Floats = ((stress * strain).sum(axis=1).reshape(weights.shape) * weights).sum(axis=1)
    return summed
