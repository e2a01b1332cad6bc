"""Solution of solids in space: conjugate gradients on a matrix-free stiffness, preconditioned over two or three levels.

The stiffness acts element by element in double precision; the preconditioner works in single precision: Chebyshev
relaxation on block Jacobi over all nodes, then the first-order functions of the vertices, factorised where they are few and
aggregated where they are many. Neither level of the mesh's own order is ever assembled.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.linear import (
    RESIDUAL_LIMIT,
    Factorised,
    factorise,
    free_bytes,
    require_memory,
    space_factor_bytes,
)
from tubewall.geometry.reference_cells import CELLS

if TYPE_CHECKING:
    from tubewall.fem.multigrid_operator import ElementOperator

Method = Literal["auto", "multigrid", "cholmod"]

# refinements of a factorised solution, and the relative change of the last one that is taken for none
_REFINEMENTS: Final = 5
_STANDS: Final = 1e-8


class Solved(NamedTuple):
    """Displacements (3 n,) or (3 n, k) [m], the iterations of the slowest right-hand side, the largest relative residual."""

    displacement: Floats
    iterations: int
    residual: float


def multigrid_bytes(unknowns: int) -> float:
    """Estimated memory [bytes] of solving a solid, its mesh not counted.

    A straight line above what tetrahedra, hexahedra and prisms of both orders, straight and curved, took; straight quadratic
    tetrahedra take half of it.
    """
    return 1.5e8 + 1350.0 * unknowns


class SolidSolver:
    """A solid ready to be solved for any number of loads; a context manager, since it keeps threads.

    Parameters
    ----------
    points : (n, 3)
        Nodes [m]; each belongs to an element.
    blocks : sequence of (kind, cells (m, k) int)
        All of one order; nodes in meshio's order.
    stiffness, region_index
        (R, 6, 6) [Pa] and the region of each element through the blocks in order; or, without ``region_index``, for each
        block (m, 6, 6) by element or (m, q, 6, 6) by point of its rule (``RULE_ORDER``). Voigt order xx, yy, zz, yz, xz, xy.
    fixed : (3 n,) bool
        Unknowns 3 node + component whose displacement is prescribed.
    method : str
        "auto" takes multigrid and goes over to CHOLMOD where many iterations would be needed; "multigrid", "cholmod".
    threads : int, optional
        All cores of the process, or ``OMP_NUM_THREADS``.

    Attributes
    ----------
    name : str
        What solved the last loads.
    seconds : dict
        By stage; "compile" is contained in the others.

    Raises
    ------
    InputError
        For unknown or inverted elements, nodes without one, or when nothing is fixed.
    ResourceError
        When the estimated memory is not free.
    """

    def __init__(
        self,
        points: Floats,
        blocks: Sequence[tuple[str, Ints]],
        stiffness: Floats | Sequence[Floats],
        region_index: Ints | None,
        fixed: NDArray[np.bool_],
        *,
        method: Method = "auto",
        threads: int | None = None,
    ) -> None:
        from tubewall.fem.compiled import CompileClock, Crew

        need = multigrid_bytes(3 * len(points))
        require_memory(3 * len(points), need)
        if len(fixed) != 3 * len(points) or not fixed.any():
            raise InputError(
                f"{len(fixed)} flags of fixed unknowns for {3 * len(points)} unknowns; at least 6 must be fixed"
            )
        self.seconds: dict[str, float] = {}
        self.name = ""
        self._given = (points, blocks, stiffness, region_index)
        self._fixed_given = np.ascontiguousarray(fixed, dtype=np.bool_)
        self._factor: Factorised | None = None
        self._method = method
        self.crew = Crew(threads)
        self._clock = CompileClock()
        self._unit = 1.0
        self._cycle: Any = None
        self._precision: type[np.floating[Any]] = np.float32
        with self._clock:
            self._prepare()
            if method == "cholmod":
                self._factorised()
            else:
                try:
                    self._levels()
                except ConvergenceError:
                    # single precision cannot hold the levels of a very thin body
                    if method == "multigrid":
                        raise
                    self._factorised()
        self.seconds["compile"] = self._clock.seconds

    def __enter__(self) -> SolidSolver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.crew.__exit__(kind, error, at)

    def _lap(self, stage: str, started: float) -> float:
        now = time.perf_counter()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - started
        return now

    def _prepare(self) -> None:
        """Order, number and lay out the elements; everything is scaled to lengths and stiffnesses around 1."""
        from tubewall.fem.multigrid_blocks import law_table
        from tubewall.fem.multigrid_groups import sorted_groups
        from tubewall.fem.multigrid_operator import ElementOperator, batched, inverse_diagonal, number

        started = time.perf_counter()
        points, blocks, stiffness, region_index = self._given
        constants, laws = law_table(blocks, stiffness, region_index)
        pascal, metre = float(np.abs(constants).max()), float(np.ptp(points, axis=0).max())
        self._unit = pascal * metre
        self._points, self._constants = (points - points.mean(axis=0)) / metre, constants / pascal
        self._groups = sorted_groups(self._points, blocks, laws)
        started = self._lap("order", started)
        numbering, places = number(self._groups, len(points))
        self._numbering = numbering
        layout = [
            batched(group, local, self._points, numbering.size, self.crew)
            for group, local in zip(self._groups, places, strict=True)
        ]
        self._fixed = np.empty(3 * len(points), dtype=np.bool_)
        self._fixed.reshape(-1, 3)[numbering.new] = self._fixed_given.reshape(-1, 3)
        self._free = ~self._fixed
        started = self._lap("layout", started)
        self._exact = ElementOperator(layout, numbering, self._constants, np.float64, self.crew)
        self._layout = layout
        self._inverse = inverse_diagonal(layout, places, numbering, self._constants, self._fixed, self.crew)
        self._lap("diagonal", started)

    @functools.cached_property
    def _rough(self) -> ElementOperator:
        """The stiffness in single precision; aggregates relaxed as wholes do without."""
        from tubewall.fem.multigrid_operator import ElementOperator

        return ElementOperator(self._layout, self._numbering, self._constants, np.float32, self.crew)

    def _levels(self) -> None:
        from tubewall.fem.multigrid_thin import thin

        started = time.perf_counter()
        places = np.empty_like(self._points)
        places[self._numbering.new] = self._points
        cells = [self._numbering.new[group.cells] for group in self._groups]
        slender = thin(self._groups, self._points)
        self._lap("transfer", started)
        if slender:
            self._thin_levels(places, cells)
        else:
            self._vertex_levels(places, cells)

    def _thin_levels(self, places: Floats, cells: list[Any]) -> None:
        """Aggregates of all nodes, across thin elements first."""
        from tubewall.fem.multigrid_blocks import BlockRows
        from tubewall.fem.multigrid_thin import ThinLevels, conductances

        started = time.perf_counter()
        graph = conductances(self._groups, cells, places, self._constants)
        rows = BlockRows(self._points, self._groups, cells, self._constants, np.float64, self._fixed, self.crew)
        started = self._lap("vertex matrix", started)
        more = (self._inverse, graph, places, self._fixed, self.crew)
        self._cycle = ThinLevels(rows, self._exact, lambda u, y: self._rough(u, y), *more)
        self._precision = np.float64
        self.name = "multigrid, aggregated nodes"
        self._lap("vertex solver", started)

    def _vertex_levels(self, places: Floats, cells: list[Any]) -> None:
        """First-order functions of the vertices below the nodes."""
        from tubewall.fem.multigrid_blocks import assemble_groups
        from tubewall.fem.multigrid_levels import TwoLevels, transfer
        from tubewall.fem.multigrid_vertex import DIRECT, vertex_cycle

        started = time.perf_counter()
        nodes = len(self._numbering.new)
        prolong, vertices = transfer(self._groups, cells, nodes)
        position = np.full(nodes, -1, dtype=np.int32)
        position[vertices] = np.arange(len(vertices), dtype=np.int32)
        corners = [position[c[:, : CELLS[g.kind].vertices]] for g, c in zip(self._groups, cells, strict=True)]
        held = np.ascontiguousarray(self._fixed.reshape(-1, 3)[vertices]).reshape(-1)
        started = self._lap("transfer", started)
        precision = np.float64 if 3 * len(vertices) <= DIRECT else np.float32
        matrix = assemble_groups(self._points, self._groups, corners, self._constants, precision, held, self.crew)
        started = self._lap("vertex matrix", started)
        cycle, name = vertex_cycle(matrix, places[vertices], held, self.crew)
        started = self._lap("vertex solver", started)
        fixed = np.flatnonzero(self._fixed)
        quadratic = len(vertices) < nodes
        self._cycle = TwoLevels(self._rough, self._inverse, prolong, cycle, fixed, self.crew) if quadratic else cycle
        self.name = f"multigrid, {name}"
        self._lap("eigenvalue", started)

    def _factorised(self) -> Factorised:
        """The whole stiffness factorised, held rows kept by their diagonal."""
        from tubewall.fem.multigrid_blocks import assemble_groups

        if self._factor is None:
            started = time.perf_counter()
            require_memory(3 * len(self._points), space_factor_bytes(3 * len(self._points)))
            cells = [self._numbering.new[group.cells] for group in self._groups]
            matrix = assemble_groups(
                self._points, self._groups, cells, self._constants, np.float64, self._fixed, self.crew
            )
            self._factor = factorise(matrix.to_csc(), need=0.0)
            self._lap("factorise", started)
        self.name = self._factor.backend
        return self._factor

    def solve(self, forces: Floats, prescribed: Floats | None = None) -> Solved:
        """Displacements under nodal forces.

        Parameters
        ----------
        forces : (3 n,) or (3 n, k)
            [N]; what stands at fixed unknowns is not read.
        prescribed : same shape or (3 n,), optional
            Displacement [m], read at fixed unknowns; zero when None.

        Raises
        ------
        ConvergenceError
            When the true relative residual does not come below 1e-10, and refinement does not leave the displacement as
            it is to 1e-8 either.
        """
        given = np.asarray(forces, dtype=np.float64).reshape(len(self._fixed), -1)
        held = np.zeros_like(given)
        if prescribed is not None:
            held[:] = np.asarray(prescribed, dtype=np.float64).reshape(len(self._fixed), -1)
        result, most, worst = np.empty_like(given), 0, 0.0
        with self._clock:
            started = time.perf_counter()
            for column in range(given.shape[1]):
                offset = np.where(self._fixed_given, held[:, column], 0.0)
                x, iterations, residual = self._column(self._inside(given[:, column]), self._inside(offset))
                result[:, column] = x.reshape(-1, 3)[self._numbering.new].ravel()
                most, worst = max(most, iterations), max(worst, residual)
            self._lap("solve", started)
        self.seconds["compile"] = self._clock.seconds
        return Solved(result.reshape(np.shape(forces)), most, worst)

    def product(self, displacement: Floats) -> Floats:
        """The nodal forces (3 n,) [N] that a displacement (3 n,) [m] of all nodes needs, fixed ones included."""
        inside = self._inside(np.asarray(displacement, dtype=np.float64))
        forces = self._exact(inside, np.empty_like(inside)).reshape(-1, 3)[self._numbering.new].ravel()
        return np.asarray(self._unit * forces, dtype=np.float64)

    def rounding(self, displacement: Floats) -> float:
        """What rounding of a displacement (3 n,) [m] alone may leave of the balance of forces [N]."""
        largest = float(np.abs(1 / self._inverse[self._inverse > 0]).max())
        return 4 * float(np.finfo(np.float64).eps) * self._unit * largest * float(np.abs(displacement).sum())

    def _inside(self, values: Floats) -> Floats:
        """A vector in the numbering of the chunks."""
        result = np.empty_like(values)
        result.reshape(-1, 3)[self._numbering.new] = values.reshape(-1, 3)
        return result

    def _column(self, force: Floats, offset: Floats) -> tuple[Floats, int, float]:
        right = force / self._unit
        if offset.any():
            right = right - self._exact(offset, np.empty_like(offset))
        right[self._fixed] = 0.0
        if not np.all(np.isfinite(right)):
            raise ConvergenceError("the loads or prescribed displacements are not finite")
        if not right.any():
            return offset, 0, 0.0
        iterations = 0
        if self._method != "cholmod" and self._factor is None:
            x, iterations, residual, change = self._iterate(right)
            if residual <= RESIDUAL_LIMIT or change <= _STANDS:
                return x + offset, iterations, residual
            if self._method == "multigrid":
                raise ConvergenceError(
                    f"the solver {self.name} left a relative residual of {residual:.2g}, more than {RESIDUAL_LIMIT:g}: "
                    "thin or badly shaped elements; use solver cholmod if memory allows"
                )
        x, residual = self._refined(right)
        return x + offset, iterations, residual

    def _refined(self, right: Floats) -> tuple[Floats, float]:
        """The factorised solution, refined until it stands, and its residual.

        A slender body bends so far that the residual of the best rounded x exceeds 1e-10; what the residual still changes
        in x then tells how good x is.
        """
        factor = self._factorised()
        x, change = np.zeros_like(right), np.inf
        rest, residual = right, 1.0
        for _ in range(_REFINEMENTS):
            step = factor.back_substitute(rest[:, None])[:, 0]
            x = x + step
            rest = right - self._exact(x, np.empty_like(x))
            rest[self._fixed] = 0.0
            residual = float(np.linalg.norm(rest) / np.linalg.norm(right))
            change = float(np.linalg.norm(step) / np.linalg.norm(x))
            if residual <= RESIDUAL_LIMIT:
                return x, residual
        if not change <= _STANDS:
            raise ConvergenceError(
                f"{factor.backend} left a relative residual of {residual:.2g}, and refinement still changes the displacement "
                f"by {change:.2g} of itself, more than {_STANDS:g}: the body is too slender or its stiffnesses too different"
            )
        return x, residual

    def _iterate(self, right: Floats) -> tuple[Floats, int, float, float]:
        from tubewall.fem.conjugate_gradients import ConjugateGradients

        iteration = ConjugateGradients(
            product=self._exact,
            cycle=self._cycle,
            free=self._free,
            crew=self.crew,
            may_give_up=self._may_factorise,
            precision=self._precision,
        )
        return iteration.solve(right, RESIDUAL_LIMIT)

    def _may_factorise(self) -> bool:
        return self._method == "auto" and space_factor_bytes(len(self._fixed)) <= free_bytes()
