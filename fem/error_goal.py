"""How far a probe is from its value on an infinitely fine mesh, in the probe's own unit.

Stress is wrong for two reasons: its own elements cannot bend as the true field does, which the difference to the recovered
stress in and around them shows; and they sit in a displacement that is wrong because of errors far away (a corner, a coarse
spot), which the dual problem shows. Displacement is wrong for the second reason alone.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.fem.dual import Duals
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.field_solution import PointFields
from tubewall.fem.known_errors import (
    facets_at,
    missed_displacement,
    missed_traction,
    missed_tractions,
    moved_by_shape,
    shape_error,
)
from tubewall.fem.quantities import CylinderAxes, Quantity
from tubewall.fem.reference_elements import rule
from tubewall.fem.region_laws import compliance
from tubewall.fem.surface_points import surface_points
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

#: The recovered stress stands for the true one: what it may miss of the error, by order of the displacement.
LOCAL: Final = {1: 2.0, 2: 1.25}
_GLOBAL: Final = {1: 2.5, 2: 1.5}
# what a converged iterative solve leaves, over the largest value
_ROUNDING: Final = 1e-10
_STEP: Final = 1e-6
# elements looked at together
_CHUNK: Final = 2_000


class MeshErrors:
    """Estimated discretisation errors of one solution.

    Recovery and the factorised dual problem are made when the first estimate wants them and kept for the others.

    Parameters
    ----------
    solution : FieldSolution
    """

    def __init__(self, solution: FieldSolution) -> None:
        self.solution = solution
        self.duals = Duals(solution)
        self._held: float | None = None

    def at(
        self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes, *, far: bool = True
    ) -> float | None:
        """Error of the mean of a quantity over ``elements`` (h,) at local points (h, dim), which are one place.

        Without ``far`` what other elements send there is left out, and no dual problem is solved.
        None where the stress is not finite, or for displacement in models too large for a dual problem.
        """
        if quantity.kind == "displacement":
            return self._displacement(quantity, elements, local)
        near = self._near(quantity, elements, local, axes)
        if near is None:
            return None
        shape = shape_error(self.solution, quantity, elements, local, axes)
        sent = self._far(quantity, elements, local, axes) if far else 0.0
        found = LOCAL[self.solution.model.order] * near + shape + sent
        if quantity.kind != "stress":
            return found
        # on the surface the load is known: what the stress misses of it is wrong with it
        mesh = self.solution.model.discrete.mesh
        return max([found, *(missed_traction(self.solution, *one) for one in facets_at(mesh, elements, local))])

    def on_facet(
        self, quantity: Quantity, element: int, side: int, elements: Ints, local: Floats, axes: CylinderAxes
    ) -> float | None:
        """As ``at`` for the extreme on a boundary; what the stress misses of the load on its facet counts too."""
        found = self.at(quantity, elements, local, axes)
        if found is None or quantity.kind != "stress":
            return found
        return max(found, missed_traction(self.solution, element, side))

    def mean(self, quantity: Quantity, pairs: Ints, axes: CylinderAxes) -> float | None:
        """Error of the mean of a quantity over facets (k, 2)."""
        where, places, share = self.surface(pairs)
        if quantity.kind == "displacement":
            moved = self.solution.evaluate(where, places).displacement
            return self._dual_displacement(where, places, share[:, None] * _direction(quantity, moved), moved)
        near, far = self._mean_parts(quantity, pairs, axes)
        return float(near.sum()) + float(far.sum())

    def shares(self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes) -> Floats:
        """What every element of the mesh (m,) brings through the displacement into the error at one place."""
        if not self.duals.affordable:
            return touching(self.solution, elements).astype(np.float64)
        if quantity.kind == "displacement":
            moved = self.solution.evaluate(elements[:1], local[:1]).displacement
            return self.duals.displacement_shares(elements[:1], local[:1], _direction(quantity, moved))
        return self.duals.stress_shares(elements, np.nan_to_num(self._slopes(quantity, elements, local, axes)))

    def mean_shares(self, quantity: Quantity, pairs: Ints, axes: CylinderAxes) -> Floats:
        """What every element of the mesh (m,) brings into the error of a mean over facets (k, 2)."""
        where, places, share = self.surface(pairs)
        if quantity.kind == "displacement":
            moved = self.solution.evaluate(where, places).displacement
            return self.duals.displacement_shares(where, places, share[:, None] * _direction(quantity, moved))
        near, far = self._mean_parts(quantity, pairs, axes)
        return near + far

    def misses(self, quantity: Quantity, elements: Ints, axes: CylinderAxes) -> Floats:
        """The largest difference of computed and recovered value at the nodes of elements (k,)."""
        mesh = self.solution.model.discrete.mesh
        found = np.empty(len(elements))
        number = mesh.block_of(elements)
        for block in np.unique(number):
            nodes = CELLS[mesh.blocks[block].kind].nodes
            mine = np.flatnonzero(number == block)
            for start in range(0, len(mine), _CHUNK):
                some = mine[start : start + _CHUNK]
                where, at = np.repeat(elements[some], len(nodes)), np.tile(nodes, (len(some), 1))
                difference = self.differences(quantity, where, at, axes)
                found[some] = np.nan_to_num(difference).reshape(len(some), -1).max(axis=1)
        return found

    def surface(self, pairs: Ints) -> tuple[Ints, Floats, Floats]:
        """Elements (p,), local points (p, dim) and shares (p,) of the area of a rule on facets (k, 2)."""
        mesh = self.solution.model.discrete.mesh
        elements, local, shares = [], [], []
        for group in mesh.facet_groups(pairs):
            on, weights = rule(group.kind, 4)
            at = surface_points(mesh, group, on)
            elements.append(at.elements)
            local.append(at.local)
            shares.append((at.areas * weights).ravel())
        where, places, share = np.concatenate(elements), np.concatenate(local), np.concatenate(shares)
        if self.solution.model.kinematics == "axisymmetric":
            share = share * self.solution.evaluate(where, places).points[:, 0]
        return where, places, share / share.sum()

    def differences(self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes) -> Floats:
        """How far computed and recovered value differ (p,) at local points (p, dim) of elements (p,)."""
        kinematics = self.solution.model.kinematics
        fields = self.solution.evaluate(elements, local)
        smooth = quantity.values(self.smooth(elements, local, fields), kinematics, axes)
        return np.abs(smooth - quantity.values(fields, kinematics, axes))

    def _mean_parts(self, quantity: Quantity, pairs: Ints, axes: CylinderAxes) -> tuple[Floats, Floats]:
        """What the elements at facets (k, 2) themselves, and what all others, bring into the mean of stress over these (m,)."""
        mesh = self.solution.model.discrete.mesh
        where, places, share = self.surface(pairs)
        area = np.bincount(where, weights=share, minlength=mesh.elements)
        each = np.flatnonzero(area)
        near, far = np.zeros(mesh.elements), np.zeros(mesh.elements)
        # recovered and computed stress err to one side all along a surface, so that their mean difference is too small
        near[each] = LOCAL[self.solution.model.order] * self.misses(quantity, each, axes) * area[each]
        if quantity.kind == "stress":
            missed = np.concatenate(
                [
                    missed_tractions(self.solution, surface_points(mesh, group, rule(group.kind, 4)[0]))
                    for group in mesh.facet_groups(pairs)
                ]
            )
            near = np.maximum(near, np.bincount(where, weights=share * missed, minlength=mesh.elements))
        if self.duals.affordable:
            slopes = np.nan_to_num(self._slopes(quantity, where, places, axes)) * share[:, None]
            weights = np.zeros((mesh.elements, 6))
            np.add.at(weights, where, slopes)
            far = self.duals.stress_shares(each, len(each) * weights[each])
            far[touching(self.solution, each)] = 0.0
        return near, far

    def smooth(self, elements: Ints, local: Floats, fields: PointFields) -> PointFields:
        """The fields with recovered stress, and strain to it."""
        stress = self.duals.recovery.stress_in(elements, local, fields.points)
        mesh = self.solution.model.discrete.mesh
        strain = fields.strain.copy()
        region = mesh.region_index[elements]
        for number in np.unique(region):
            mine = region == number
            flexible = compliance(self.solution.model, mesh.region_names[number], fields.points[mine])
            missed = (stress - fields.stress)[mine]
            strain[mine] += np.einsum("pcd,pd->pc", flexible, missed) if flexible.ndim == 3 else missed @ flexible
        return PointFields(points=fields.points, displacement=fields.displacement, strain=strain, stress=stress)

    def _near(self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes) -> float | None:
        """The largest difference of computed and recovered value in the elements, or between them."""
        mesh = self.solution.model.discrete.mesh
        kinematics = self.solution.model.kinematics
        owners, places = [elements], [local]
        for element in np.unique(elements):
            nodes = CELLS[mesh.blocks[int(mesh.block_of(np.array([element]))[0])].kind].nodes
            owners.append(np.full(len(nodes), element))
            places.append(nodes)
        where, at = np.concatenate(owners), np.concatenate(places)
        fields = self.solution.evaluate(where, at)
        values = quantity.values(fields, kinematics, axes)
        found = quantity.values(self.smooth(where, at, fields), kinematics, axes)
        here = len(elements)
        if not np.all(np.isfinite(values[:here])):
            return None
        difference = np.abs(values - found)
        if not quantity.cylindrical and not np.all(np.isfinite(difference)):
            return None
        scale = float(np.abs(np.where(np.isfinite(values), values, 0.0)).max())
        spread = float(np.ptp(values[:here]))
        return max(float(np.nanmax(difference)), spread, _ROUNDING * scale)

    def _far(self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes) -> float:
        """What errors of elements that do not touch these bring into their mean stress."""
        if not self.duals.affordable:
            return 0.0
        weights = self._slopes(quantity, elements, local, axes)
        if not np.all(np.isfinite(weights)) or not np.any(weights):
            return 0.0
        products = self.duals.stress_shares(elements, weights)
        return float(products[~touching(self.solution, elements)].sum())

    def _slopes(self, quantity: Quantity, elements: Ints, local: Floats, axes: CylinderAxes) -> Floats:
        """Derivatives (h, 6) of the quantity by stress, from differences."""
        mesh = self.solution.model.discrete.mesh
        kinematics = self.solution.model.kinematics
        fields = self.solution.evaluate(elements, local)
        step = _STEP * max(float(np.abs(fields.stress).max()), float(np.finfo(np.float64).tiny))
        slopes = np.empty((len(elements), 6))
        region = mesh.region_index[elements]
        flexible = np.empty((len(elements), 6, 6))
        for number in np.unique(region):
            mine = region == number
            flexible[mine] = compliance(self.solution.model, mesh.region_names[number], fields.points[mine])
        for component in range(6):
            change = step * np.eye(6)[component]
            strain = flexible[..., component] * step
            both = [
                quantity.values(
                    PointFields(
                        points=fields.points,
                        displacement=fields.displacement,
                        strain=fields.strain + sign * strain,
                        stress=fields.stress + sign * change,
                    ),
                    kinematics,
                    axes,
                )
                for sign in (1.0, -1.0)
            ]
            slopes[:, component] = (both[0] - both[1]) / (2 * step)
        if kinematics != "3d":
            slopes[:, 3:5] = 0.0
        return slopes

    def _displacement(self, quantity: Quantity, elements: Ints, local: Floats) -> float | None:
        one, place = elements[:1], local[:1]
        moved = self.solution.evaluate(one, place).displacement
        return self._dual_displacement(one, place, _direction(quantity, moved), moved)

    def _dual_displacement(self, elements: Ints, local: Floats, weights: Floats, moved: Floats) -> float | None:
        if not self.duals.affordable:
            return None
        products = self.duals.displacement_shares(elements, local, weights)
        if self._held is None:
            self._held = missed_displacement(self.solution)
        scale = float(np.abs(self.solution.displacement).max(initial=0.0))
        known = self._held + moved_by_shape(self.solution, moved) + _ROUNDING * scale
        return _GLOBAL[self.solution.model.order] * float(products.sum()) + known


_ERRORS: weakref.WeakKeyDictionary[FieldSolution, MeshErrors] = weakref.WeakKeyDictionary()


def mesh_errors(solution: FieldSolution) -> MeshErrors:
    """The estimates of a solution, made once."""
    if solution not in _ERRORS:
        _ERRORS[solution] = MeshErrors(solution)
    return _ERRORS[solution]


def _direction(quantity: Quantity, displacement: Floats) -> Floats:
    """Unit vectors (p, dim) along which a quantity counts displacement (p, dim)."""
    part = quantity.name.split()[1]
    if part != "magnitude":
        return np.broadcast_to(np.eye(displacement.shape[1])["xyz".index(part)], displacement.shape)
    amount = np.linalg.norm(displacement, axis=1, keepdims=True)
    first = np.broadcast_to(np.eye(displacement.shape[1])[0], displacement.shape)
    return np.where(amount > 0, displacement / np.where(amount > 0, amount, 1.0), first)


def touching(solution: FieldSolution, elements: Ints) -> NDArray[np.bool_]:
    """Which elements of the mesh (m,) share a vertex with ``elements``; these among them, as booleans."""
    mesh = solution.model.discrete.mesh
    marked = np.zeros(len(mesh.points), dtype=bool)
    for element in np.unique(elements):
        number = int(mesh.block_of(np.array([element]))[0])
        block = mesh.blocks[number]
        marked[block.cells[element - mesh.starts[number], : CELLS[block.kind].vertices]] = True
    found = [marked[block.cells[:, : CELLS[block.kind].vertices]].any(axis=1) for block in mesh.blocks]
    return np.concatenate(found)
