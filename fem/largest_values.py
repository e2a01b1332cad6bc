"""The most dangerous value of every quantity in a whole body, on its boundaries and between its nodes too."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem import invariants
from tubewall.fem.batch_fields import batches
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.flat_corners import FLAT, in_flat_corner, jacobian_range
from tubewall.fem.loads import Eigenstrain, TemperatureChange
from tubewall.fem.local_search import Measure, climb, lattice
from tubewall.fem.quantities import QUANTITIES, CylinderAxes, Quantity
from tubewall.fem.region_laws import varies
from tubewall.fem.singular import warning_for
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution, PointFields
    from tubewall.fem.model import Model

# the most dangerous elements at their nodes, which are looked at on a finer lattice, and those from which the search goes on
_KEPT: Final = 32
_BEST: Final = 6
_PARTS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Maximum:
    """The most dangerous value [``unit``] of a quantity, where it is (dim,) [m] and in which region.

    ``warning`` says why where it lies at a singular point and is no answer.
    """

    value: float
    unit: str
    at: tuple[float, ...]
    region: str
    warning: str | None = None


def standard_quantities(model: Model) -> tuple[str, ...]:
    """The quantities that ``maxima`` looks for: all that need no axis, and in axisymmetric bodies those too."""
    names = []
    for name, quantity in QUANTITIES.items():
        if quantity.cylindrical and model.kinematics != "axisymmetric":
            continue
        if name == "displacement z" and model.mesh.dim == 2:
            continue
        if model.mesh.dim == 2 and name.split()[-1] in ("yz", "xz"):
            continue
        names.append(name)
    return tuple(names)


def maxima(solution: FieldSolution, names: tuple[str, ...] | None = None) -> dict[str, Maximum]:
    """The most dangerous value of every quantity over the whole mesh, all its boundaries included.

    It is the algebraic largest of normal stress and strain and of the invariants, the smallest of "min principal", and the
    value of the largest amount, with its sign, of shear and of the components of displacement. Every cell is looked at in all
    its nodes, the most dangerous ones on a finer lattice, and from the best points there the search climbs to the top.

    Parameters
    ----------
    solution : FieldSolution
    names : tuple of str, optional
        Of the quantities; ``standard_quantities`` unless said.
    """
    chosen = {name: QUANTITIES[name] for name in (names or standard_quantities(solution.model))}
    tops = {name: _Top.empty(solution.model.mesh.dim) for name in chosen}
    mesh = solution.model.discrete.mesh
    samples = {block.kind: CELLS[block.kind].nodes for block in mesh.blocks}
    corners = _straight(solution)
    if corners:
        samples = {kind: local[: CELLS[kind].vertices] for kind, local in samples.items()}
    for batch in batches(solution, samples):
        m, q = len(batch.elements), len(batch.local)
        principal = invariants.fast_principal(batch.fields.stress)
        flat = None if corners else batch.determinant < FLAT * jacobian_range(mesh)[batch.elements, 1:]
        for name, quantity in chosen.items():
            if corners and quantity.kind == "displacement":
                continue
            values = _danger(quantity, _fast(name, quantity, batch.fields, principal, solution.model.kinematics))
            values = np.where(np.isfinite(values), values, -np.inf).reshape(m, q)
            if flat is not None and quantity.kind != "displacement":
                values = np.where(flat, -np.inf, values)
            tops[name] = tops[name].with_more(batch.elements, batch.local, values)
    if corners:
        _displacement_tops(solution, chosen, tops)
    return {name: _refined(solution, quantity, tops[name], corners) for name, quantity in chosen.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Top:
    """The few most dangerous elements (k,) so far, their values (k,) and where in them (k, dim)."""

    elements: Ints
    values: Floats
    local: Floats

    @classmethod
    def empty(cls, dim: int) -> _Top:
        """None so far, in ``dim`` dimensions."""
        return cls(elements=np.zeros(0, dtype=np.int64), values=np.zeros(0), local=np.zeros((0, dim)))

    def with_more(self, elements: Ints, local: Floats, values: Floats) -> _Top:
        """Joined with the values (m, q) at the points ``local`` (q, dim) of more elements (m,)."""
        best = values.max(axis=1)
        k = min(_KEPT, len(best))
        rows = np.argpartition(-best, k - 1)[:k]
        joined = np.concatenate([self.values, best[rows]])
        order = np.argsort(-joined, kind="stable")[:_KEPT]
        return _Top(
            elements=np.concatenate([self.elements, elements[rows]])[order],
            values=joined[order],
            local=np.concatenate([self.local, local[values[rows].argmax(axis=1)]])[order],
        )


def _straight(solution: FieldSolution) -> bool:
    """Whether strain is linear in every cell, so that its convex invariants are largest at the vertices."""
    model = solution.model
    mesh = model.discrete.mesh
    if model.kinematics == "axisymmetric" or solution.mixed is not None or _free_strain_varies(model):
        return False
    if any(varies(model, region) for region in mesh.region_names):
        return False
    for block in mesh.blocks:
        cell = CELLS[block.kind]
        if cell.first not in ("triangle", "tetra"):
            return False
        if cell.order == 2:
            ends = mesh.points[block.cells[:, cell.edges]]
            off = np.abs(ends[:, :, 2] - 0.5 * (ends[:, :, 0] + ends[:, :, 1])).max(axis=(1, 2))
            if np.any(off > 1e-9 * np.abs(ends[:, :, 0] - ends[:, :, 1]).max(axis=(1, 2))):
                return False
    return True


def _free_strain_varies(model: Model) -> bool:
    strains = (load.strain for load in model.loads if isinstance(load, Eigenstrain))
    changes = (load.change for load in model.loads if isinstance(load, TemperatureChange))
    return any(callable(value) for value in (*strains, *changes))


def _danger(quantity: Quantity, values: Floats) -> Floats:
    if quantity.danger == "min":
        return -values
    return np.abs(values) if quantity.danger == "amount" else values


def _fast(name: str, quantity: Quantity, fields: PointFields, principal: Floats, kinematics: str) -> Floats:
    ranks: dict[str, Callable[[], Floats]] = {
        "max principal": lambda: principal[:, 0],
        "mid principal": lambda: principal[:, 1],
        "min principal": lambda: principal[:, 2],
        "tresca": lambda: principal[:, 0] - principal[:, 2],
    }
    return ranks[name]() if name in ranks else quantity.values(fields, kinematics, CylinderAxes())


def _displacement_tops(solution: FieldSolution, chosen: dict[str, Quantity], tops: dict[str, _Top]) -> None:
    """The cells around the nodes of largest displacement."""
    mesh = solution.model.discrete.mesh
    moved = solution.displacement
    for name, quantity in chosen.items():
        if quantity.kind != "displacement":
            continue
        part = name.split()[1]
        amount = np.linalg.norm(moved, axis=1) if part == "magnitude" else np.abs(moved[:, "xyz".index(part)])
        for node in np.argsort(-amount, kind="stable")[:2]:
            for number, block in enumerate(mesh.blocks):
                rows, columns = np.nonzero(block.cells == node)
                for row, column in zip(rows[:_BEST], columns[:_BEST], strict=True):
                    element = np.array([mesh.starts[number] + row])
                    local = CELLS[block.kind].nodes[column][None]
                    tops[name] = tops[name].with_more(element, local, np.array([[amount[node]]]))


def _measured(solution: FieldSolution, quantity: Quantity, elements: Ints, rows: Ints, local: Floats) -> Floats:
    fields = solution.evaluate(elements[rows], local)
    values = _danger(quantity, quantity.values(fields, solution.model.kinematics, CylinderAxes()))
    if quantity.kind == "displacement":
        return values
    return np.where(in_flat_corner(solution.model.discrete.mesh, elements[rows], local), -np.inf, values)


def _finer(kind: str, rows: Ints, at: Floats, measure: Measure) -> tuple[Ints, Floats]:
    """The best few of the elements ``rows`` (k,) and where in them, on a lattice and at ``at`` (k, dim)."""
    local = lattice(kind, _PARTS)
    tries = np.concatenate([np.broadcast_to(local, (len(rows), *local.shape)), at[:, None]], axis=1)
    values = measure(np.repeat(rows, tries.shape[1]), tries.reshape(-1, at.shape[1])).reshape(len(rows), -1)
    values = np.where(np.isfinite(values), values, -np.inf)
    best = np.argsort(-values.max(axis=1), kind="stable")[:_BEST]
    return rows[best], tries[best, values[best].argmax(axis=1)]


def _refined(solution: FieldSolution, quantity: Quantity, top: _Top, corners: bool) -> Maximum:
    mesh = solution.model.discrete.mesh
    kinematics = solution.model.kinematics
    best: tuple[float, int, Floats] | None = None
    block = mesh.block_of(top.elements)
    for number in np.unique(block):
        mine = np.flatnonzero(block == number)

        measure = functools.partial(_measured, solution, quantity, top.elements)
        at = top.local[mine]
        if corners and quantity.kind != "displacement":
            values = measure(mine, at)
        else:
            mine, at = _finer(mesh.blocks[number].kind, mine, at, measure)
            values, at = climb(mesh.blocks[number].kind, mine, at, measure, step=0.5 / _PARTS)
        i = int(values.argmax())
        if best is None or values[i] > best[0]:
            best = (float(values[i]), int(top.elements[mine[i]]), at[i])
    assert best is not None
    _, element, local = best
    fields = solution.evaluate(np.array([element]), local[None])
    return Maximum(
        value=float(quantity.values(fields, kinematics, CylinderAxes())[0]),
        unit=quantity.unit,
        at=tuple(fields.points[0].tolist()),
        region=mesh.region_names[int(mesh.region_index[element])],
        warning=None
        if quantity.kind == "displacement"
        else warning_for(solution, np.array([element]), repr(quantity.name)),
    )
