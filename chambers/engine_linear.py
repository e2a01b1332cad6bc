"""The pressures that balance the gas of all chambers at once: a symmetric system for each correction of Newton's method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from tubewall.chambers import compiled_lattice as on_lattice
from tubewall.chambers import compiled_walls as walls
from tubewall.chambers.compiled_multigrid import finish
from tubewall.chambers.compiled_spaces import largest_balance
from tubewall.chambers.engine_aggregates import Aggregates
from tubewall.chambers.engine_multigrid import Multigrid
from tubewall.chambers.engine_state import LatticeWalls, ListedWalls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tubewall.chambers.compiled_crew import Crew
    from tubewall.chambers.engine_state import Population

    Floats = NDArray[np.float64]

_DESCENT: Final = 2000
# chambers, and conductance of the walls over the mass in a step, from which coarser lattices and graphs pay
_SMALL: Final = 500
_STIFF: Final = 400.0
_SMALL_LIST: Final = 1000
_STIFF_LIST: Final = 100.0
_FEW: Final = 20_000
# from this tolerance and size on corrections are found in single precision; the balance itself never is
_COARSE: Final = 1e-9


class System(Protocol):
    """The walls as a linear system."""

    products: int

    def trade(self, step: float, pressure: Floats, room: Floats, bend: Floats, mass: Floats, rest: Floats) -> float:
        """Add to the balances ``rest`` what walls and leaks carry in a step; the largest over mass times pressure."""
        ...

    def solve(self, turn: float, push: Floats, rest: Floats, change: Floats) -> bool:
        """Pressures ``change`` [Pa] with M change = push turn - rest; whether they were found."""
        ...

    def fresh(self) -> None:
        """Forget what was prepared for earlier steps."""
        ...

    def joined(self, population: Population) -> None:
        """Chambers share their gas from now on as in ``population``."""
        ...


class Descent:
    """Conjugate gradients over one kind of walls."""

    def __init__(self, population: Population, crew: Crew, tolerance: float) -> None:
        assert population.exchange is not None
        self.exchange, self.crew, self.tolerance = population.exchange, crew, tolerance
        self.spaces = population.spaces
        n = population.size
        small = tolerance >= _COARSE and n > _FEW
        self.word: type[np.floating[Any]] = np.float32 if small else np.float64
        pressure = float(population.gas.pressure(np.array([population.density.mean()]))[0])
        self.unit = (float(population.volume.mean()) / population.gas.thermal, pressure)
        self.heavy, self.ready, self.bound, self.x = (np.empty(n, self.word) for _ in range(4))
        self.r, self.z, self.p, self.q = (np.empty(n, self.word) for _ in range(4))
        self.sums = np.zeros((crew.blocks, 3))
        self.noise, self.floor = 4e-16 / tolerance, population.floor
        self.products = 0
        walls_of = self.exchange.walls
        if isinstance(walls_of, ListedWalls):
            self.through = np.empty(walls_of.indices.size, self.word)
        else:
            self.small = np.empty(n, self.word)
        self.step = 0.0
        self.coarse: Multigrid | Aggregates | None = None
        self.built = False

    def trade(self, step: float, pressure: Floats, room: Floats, bend: Floats, mass: Floats, rest: Floats) -> float:
        """Add to the balances what walls and leaks carry in a step; the largest over mass times pressure."""
        x, found = self.exchange, self.exchange.walls
        self.step = step
        given = ((x.leak, x.outside), step, (pressure, room, bend), (mass, rest))
        made = ((self.heavy, self.ready, self.bound), (self.noise, self.floor), self.unit, self.sums)
        if isinstance(found, LatticeWalls):
            self.crew.run(on_lattice.trade, found.shape, found.width, *given, self.small, *made)
        else:
            listed = (found.indptr, found.indices, found.width, found.hole, found.hole_room)
            self.crew.run(walls.trade, *listed, *given, self.through, *made)
        spaces = self.spaces
        if spaces is not None:
            spaces.average(rest, mass, self.bound)
            spaces.average_inverse(self.ready)
            self.crew.run(largest_balance, rest, self.bound, 1.0 / (self.unit[0] * self.unit[1]), self.sums)
        return float(self.sums[:, 2].max())

    def solve(self, turn: float, push: Floats, rest: Floats, change: Floats) -> bool:
        """Pressures ``change`` [Pa] with M change = push turn - rest; whether they were found."""
        crew, s = self.crew, self.sums
        crew.run(
            walls.start_descent, rest, push, turn, 1.0 / (self.unit[0] * self.unit[1]), self.ready, self.bound, self.x,
            self.r, self.z, self.p, s,
        )  # fmt: skip
        product, worst = float(s[:, 0].sum()), float(s[:, 1].max())
        goal = 0.5 * self.tolerance
        found = worst <= goal and np.isfinite(product)
        coarse = None if found else self._coarser()
        if coarse is not None:
            product = self._precondition(coarse)
            self.p[:] = self.z
        for _ in range(_DESCENT):
            if found:
                break
            down = self._multiply(self.p)
            if not (down > 0.0 and product > 0.0):
                break
            crew.run(
                walls.descend, self.word(product / down), self.ready, self.bound, self.p, self.q, self.x, self.r,
                self.z, s,
            )  # fmt: skip
            new, worst = float(s[:, 0].sum()), float(s[:, 1].max())
            found = worst <= goal and np.isfinite(new)
            if found:
                break
            if coarse is not None:
                new = self._precondition(coarse)
            crew.run(walls.turn, self.word(new / product), self.z, self.p)
            product = new
        if found:
            np.multiply(self.x, self.unit[1], out=change)
            return True
        return self._exactly(turn, push, rest, change)

    def fresh(self) -> None:
        """Forget the coarse lattices: a step finds its own, whatever was before."""
        self.built = False

    def joined(self, population: Population) -> None:
        """Chambers share their gas from now on as in ``population``."""
        assert population.exchange is not None
        self.exchange, self.spaces = population.exchange, population.spaces

    def _coarser(self) -> Multigrid | Aggregates | None:
        """Where walls let much gas through in a step, coarser lattices or graphs; their values built once for each step."""
        found = self.exchange.walls
        if isinstance(found, LatticeWalls):
            around, stiff, small = 6.0 * found.width, _STIFF, _SMALL
        else:
            around, stiff, small = float(found.width.sum()) / self.x.size, _STIFF_LIST, _SMALL_LIST
        if self.x.size < small or self.step * around / self.unit[0] < stiff:
            return None
        if self.coarse is None:
            if isinstance(found, LatticeWalls):
                self.coarse = Multigrid(found.shape, self.crew, self.word)
            else:
                self.coarse = Aggregates(found, self.crew, self.word)
        if isinstance(self.coarse, Aggregates) and not self.coarse.useful:
            return None
        if not self.built:
            if isinstance(self.coarse, Multigrid) and isinstance(found, LatticeWalls):
                self.coarse.build(self.word(self.step * found.width / self.unit[0]), self.small, self.heavy)
            elif isinstance(self.coarse, Aggregates):
                self.coarse.build(self.through, self.heavy)
            self.built = True
        return self.coarse

    def _precondition(self, coarse: Multigrid | Aggregates) -> float:
        """The residual ``r`` through all levels to ``z``; their product."""
        crew, damping = self.crew, coarse.damping
        np.multiply(self.r, self.ready, out=self.z)
        self.z *= damping
        self._multiply(self.z, projected=False)
        coarse.correct(self.r, self.q, self.z)
        self._multiply(self.z, projected=False)
        crew.run(finish, damping, self.ready, self.r, self.q, self.z, self.sums)
        if self.spaces is not None:
            # the residual is equal within a space: their product stays
            self.spaces.average(self.z)
        return float(self.sums[:, 0].sum())

    def _multiply(self, p: Any, *, projected: bool = True) -> float:
        """Q = M p and p . q; with chambers that share their gas, the mean over each space."""
        self.products += 1
        found = self.exchange.walls
        if isinstance(found, LatticeWalls):
            width = self.word(self.step * found.width / self.unit[0])
            self.crew.run(on_lattice.multiply, found.shape, width, self.small, self.heavy, p, self.q, self.sums)
        else:
            self.crew.run(walls.multiply, found.indptr, found.indices, self.through, self.heavy, p, self.q, self.sums)
        if projected and self.spaces is not None:
            self.spaces.average(self.q)
        return float(self.sums[:, 0].sum())

    def _exactly(self, turn: float, push: Floats, rest: Floats, change: Floats) -> bool:
        found, n = self.exchange.walls, change.size
        if n > _FEW or isinstance(found, LatticeWalls):
            return False
        from scipy.sparse import csc_array, csr_array, diags_array
        from scipy.sparse.linalg import splu

        matrix = diags_array(1.0 / self.ready) - csr_array((self.through, found.indices, found.indptr), shape=(n, n))
        right = (push * turn - rest) / self.unit[0]
        try:
            if self.spaces is None:
                change[:] = splu(csc_array(matrix)).solve(right)
            else:
                to = self.spaces.gather()
                change[:] = to @ splu(csc_array(to.T @ matrix @ to)).solve(to.T @ right)
        except RuntimeError:
            return False
        return bool(np.isfinite(change).all())
