"""Dual problems: how the error everywhere reaches the one number that is asked for.

The error of a linear goal J(u) is the energy product of the errors of u and of z, the answer to the load J (Becker and
Rannacher, Acta Numerica 10, 1, 2001). Both errors come from recovered stress.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import ResourceError
from tubewall.fem.batch_fields import batches
from tubewall.fem.element_chunks import laws_at
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.fast_shape import fast_shape
from tubewall.fem.loads import Support
from tubewall.fem.recovery import Recovery, recover
from tubewall.fem.reference_elements import rule
from tubewall.fem.region_laws import compliance
from tubewall.fem.singular import singular_points, touched
from tubewall.fem.strain import map_points, strain_matrix

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution, MixedPressure
    from tubewall.fem.hold import Held
    from tubewall.fem.model import Model

#: Above this many unknowns in space no dual problem is solved.
MOST_IN_SPACE: Final = 250_000
#: Above this many unknowns in the plane no dual problem is solved.
MOST_IN_THE_PLANE: Final = 1_500_000
# answers to dual problems that are kept
_KEPT: Final = 6
_DENSER: Final = {3: 4.0}
# a smooth fit sees no more than an eighth of the product of errors beside a singular point
_AT_SINGULAR: Final = 8.0


class Duals:
    """Dual problems of one solution: factorised once, when the first is asked for."""

    def __init__(self, solution: FieldSolution, recovery: Recovery | None = None) -> None:
        self.solution = solution
        self._recovery = recovery
        self._back: Callable[[Floats], tuple[Floats, MixedPressure | None]] | None = None
        self._model: Model | None = None
        self._last: list[tuple[Floats, Floats]] = []

    @property
    def affordable(self) -> bool:
        """Whether the model is small enough for dual problems."""
        model = self.solution.model
        most = MOST_IN_SPACE if model.kinematics == "3d" else MOST_IN_THE_PLANE
        return model.periodic is None and model.size <= most

    @property
    def recovery(self) -> Recovery:
        """Recovered stress of the solution."""
        if self._recovery is None:
            self._recovery = recover(self.solution)
        return self._recovery

    def displacement_load(self, elements: Ints, local: Floats, weights: Floats) -> Floats:
        """The load (N,) of the goal sum of weights (p, dim) times displacement at local points (p, dim) of elements (p,)."""
        model = self.solution.model
        discrete = model.discrete
        load = np.zeros(model.size)
        block = discrete.mesh.block_of(elements)
        for number in np.unique(block):
            mine = np.flatnonzero(block == number)
            values, _ = fast_shape(discrete.kinds[number], local[mine])
            nodes = discrete.cells[number][elements[mine] - discrete.mesh.starts[number]]
            for axis in range(discrete.dim):
                np.add.at(load, discrete.dim * nodes + axis, values * weights[mine, axis, None])
        return load

    def stress_load(self, elements: Ints, weights: Floats) -> Floats:
        """The load (N,) of the goal: mean over elements (p,) of weights (p, 6) times stress, each element counting the same."""
        model = self.solution.model
        discrete = model.discrete
        load = np.zeros(model.size)
        for element, weight in zip(elements, weights, strict=True):
            number = int(discrete.mesh.block_of(np.array([element]))[0])
            kind = discrete.mesh.blocks[number].kind
            local, shares = rule(kind, 2 * discrete.mesh.order)
            row = np.full(len(local), element - discrete.mesh.starts[number])
            mapped = map_points(discrete, number, row, local)
            volume = mapped.determinant * shares
            region = discrete.mesh.region_names[int(discrete.mesh.region_index[element])]
            stiffness = np.broadcast_to(laws_at(model, region, mapped.points), (len(local), 6, 6))
            push = np.einsum("c,pcd,p->pd", weight, stiffness, volume / volume.sum())
            matrix = strain_matrix(mapped, model.kinematics)
            nodes = discrete.cells[number][element - discrete.mesh.starts[number]]
            dofs = (discrete.dim * nodes[:, None] + np.arange(discrete.dim)).ravel()
            np.add.at(load, dofs, np.einsum("pcj,pc->j", matrix, push) / len(elements))
            if model.kinematics == "generalised plane strain":
                load[discrete.size] += push[:, 2].sum() / len(elements)
        return load

    def solve(self, load: Floats) -> FieldSolution:
        """The dual solution under a load (N,): held where the model is, at zero."""
        if self._back is None or self._model is None:
            self._model = _without_loads(self.solution.model)
            self._back = _solver(self._model)
        z, mixed = self._back(load)
        model = self._model
        discrete = model.discrete
        moved = z[: discrete.size].reshape(-1, discrete.dim)
        full = np.zeros((len(discrete.mesh.points), discrete.dim))
        full[discrete.nodes] = moved
        stretch = float(z[discrete.size]) if model.kinematics == "generalised plane strain" else 0.0
        return dataclasses.replace(self.solution, model=model, displacement=full, axial_strain=stretch, mixed=mixed)

    def displacement_shares(self, elements: Ints, local: Floats, weights: Floats) -> Floats:
        """What each element (m,) brings into the error of the goal of ``displacement_load``."""
        return self._shares(self.displacement_load(elements, local, weights))

    def stress_shares(self, elements: Ints, weights: Floats) -> Floats:
        """What each element (m,) brings into the error of the goal of ``stress_load``."""
        return self._shares(self.stress_load(elements, weights))

    def _shares(self, load: Floats) -> Floats:
        # the value of a goal, the marks for it and the answer at the end ask for the same
        for known, shares in self._last:
            if np.array_equal(known, load):
                return shares.copy()
        shares = self.product(self.solve(load))
        self._last = [*self._last[1 - _KEPT :], (load, shares)]
        return shares.copy()

    def product(self, dual: FieldSolution) -> Floats:
        """Energy product (m,) of the errors of solution and dual solution, element by element."""
        mine, other = self.recovery, recover(dual)
        solution = self.solution
        mesh = solution.model.discrete.mesh
        rules = {block.kind: rule(block.kind, 2 * solution.model.order) for block in mesh.blocks}
        places = {kind: local for kind, (local, _) in rules.items()}
        result = np.zeros(mesh.elements)
        for one, two in zip(batches(solution, places), batches(dual, places), strict=True):
            weights = one.determinant * rules[one.kind][1]
            points = one.fields.points
            if solution.model.kinematics == "axisymmetric":
                weights = weights * 2 * np.pi * points[:, 0].reshape(weights.shape)
            local = np.tile(one.local, (len(one.elements), 1))
            flexible = compliance(solution.model, one.region, points)
            errors = [
                found.stress_in(one.point_elements, local, points) - batch.fields.stress
                for found, batch in ((mine, one), (other, two))
            ]
            turned = np.einsum("pcd,pd->pc", flexible, errors[1]) if flexible.ndim == 3 else errors[1] @ flexible
            density = np.abs(errors[0] * turned).sum(axis=1).reshape(weights.shape)
            result[one.elements] = (density * weights).sum(axis=1)
        singular = np.zeros(mesh.elements, dtype=bool)
        for point in singular_points(solution.model):
            singular |= touched(solution.model, point)
        # once, however many edges meet at an element
        result[singular] *= _AT_SINGULAR
        return result


def _without_loads(model: Model) -> Model:
    supports = tuple(
        dataclasses.replace(support, displacement=None, fix=support.directions(model.mesh.dim))  # type: ignore[arg-type]
        if isinstance(support, Support)
        else support
        for support in model.supports
    )
    return dataclasses.replace(model, mesh=model.discrete.mesh, loads=(), supports=supports)


def _solver(model: Model) -> Callable[[Floats], tuple[Floats, MixedPressure | None]]:
    from tubewall.fem.hold import hold
    from tubewall.fem.solve_space import LEAST, solve_in_space, suits

    held = hold(model, model.size)
    # a factorisation serves every probe, but of a large body in space it takes longer than many iterative solves
    if not suits(model, held) or (model.size <= LEAST and _fits(model)):
        return _direct(model, held)

    def iterate(load: Floats) -> tuple[Floats, MixedPressure | None]:
        return solve_in_space(model, held, load[:, None], "auto").displacement[:, 0], None

    return iterate


def _fits(model: Model) -> bool:
    """Whether there is memory for a factorisation: the factor of a body in space is some times that of a plane one."""
    from tubewall.fem.linear import factor_bytes, free_bytes

    return _DENSER.get(model.mesh.dim, 1.0) * factor_bytes(model.size) <= free_bytes()


def _direct(model: Model, held: Held) -> Callable[[Floats], tuple[Floats, MixedPressure | None]]:
    from tubewall.fem.assemble_body import assemble
    from tubewall.fem.linear import factorise

    if not _fits(model):
        raise ResourceError(f"a dual problem of {model.size} unknowns does not fit into memory")
    assembled = assemble(model)
    factor = factorise((held.transform.T @ assembled.stiffness @ held.transform).tocsc())

    def solve(load: Floats) -> tuple[Floats, MixedPressure | None]:
        y = held.transform @ factor.solve(held.transform.T @ load)
        return y, None if assembled.recover is None else assembled.recover(y)

    return solve
