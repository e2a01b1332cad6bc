"""Direct solution of symmetric positive definite systems: CHOLMOD through kvxopt, else SuperLU, always checked."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tubewall.errors import ConvergenceError, MissingDependencyError, ResourceError
from tubewall.fem.elements import Floats, Ints

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array

    from tubewall.fem.cholmod import Half

Backend = Literal["auto", "cholmod", "superlu"]

RESIDUAL_LIMIT: Final = 1e-10
# an answer whose residual rounding explains must not change by more than this share when it is refined
_CHANGE_LIMIT: Final = 1e-6
IMBALANCE_LIMIT: Final = 1e-9
# right-hand sides solved at a time
_BLOCK: Final = 32
# entries above which compiled kernels take the triangle out of a matrix
_LARGE: Final = 3_000_000
# entries a row from which on a matrix is that of a body in space
_SOLID_ROW: Final = 45
_EPS: Final = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class Factorised:
    """A factorised matrix. ``backend`` is "CHOLMOD" or "SuperLU"; ``unknowns`` its order."""

    matrix: csc_array | Half
    backend: str
    unknowns: int
    back_substitute: Callable[[Floats], Floats]

    def solve(self, right: Floats) -> Floats:
        """Solutions of ``matrix @ x = right`` for one right-hand side (n,) or several (n, k), refined where it helps."""
        several = right.ndim == 2
        columns = right if several else right[:, None]
        result = np.empty_like(columns)
        for start in range(0, columns.shape[1], _BLOCK):
            block = columns[:, start : start + _BLOCK]
            x = self.back_substitute(block)
            rest = block - self.matrix @ x
            if np.any(np.linalg.norm(rest, axis=0) > 0.1 * RESIDUAL_LIMIT * np.linalg.norm(block, axis=0)):
                x += self.back_substitute(rest)
            result[:, start : start + _BLOCK] = x
        return result if several else result[:, 0]

    def rest(self, solution: Floats, right: Floats) -> float:
        """The largest relative residual of any right-hand side, whatever it is."""
        return _largest(*self._rests(solution, right)[:2])

    def residual(self, solution: Floats, right: Floats) -> float:
        """The largest relative residual of any right-hand side.

        It is |right - matrix x| / |right|.

        Raises
        ------
        ConvergenceError
            When something is not finite; or above ``RESIDUAL_LIMIT`` by more than rounding x itself must leave
            (eps | |matrix| |x| |, which for a wall a hundred times thinner than long exceeds 1e-10 of the load), or when
            another refinement would still change x by 1e-6.
        """
        if not np.all(np.isfinite(solution)):
            raise ConvergenceError(
                "the linear solver returned numbers that are not finite: check supports and elements"
            )
        rest, scale, left = self._rests(solution, right)
        worst = _largest(rest, scale)
        rough = np.flatnonzero(rest > RESIDUAL_LIMIT * scale)
        if len(rough) and not self._settled(solution.reshape(self.unknowns, -1)[:, rough], left[:, rough]):
            raise ConvergenceError(
                f"the linear solve left a relative residual of {worst:.2g}, more than {RESIDUAL_LIMIT:g}: "
                "the body is too slender or its stiffnesses too different for double precision"
            )
        return worst

    def _rests(self, solution: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
        """Norms (k,) of what is left of the right-hand sides and of these themselves, and what is left (n, k)."""
        x, b = solution.reshape(self.unknowns, -1), right.reshape(self.unknowns, -1)
        left = b - self.matrix @ x
        return np.linalg.norm(left, axis=0), np.linalg.norm(b, axis=0), left

    def _settled(self, x: Floats, left: Floats) -> bool:
        """Whether residuals (n, k) are what rounding x (n, k) leaves, and refinement no longer changes x."""
        floor = 4 * _EPS * np.linalg.norm(abs(self.matrix) @ np.abs(x), axis=0)
        if np.any(np.linalg.norm(left, axis=0) > floor):
            return False
        change = np.linalg.norm(self.back_substitute(left), axis=0)
        return bool(np.all(change <= _CHANGE_LIMIT * np.linalg.norm(x, axis=0)))


def _largest(rest: Floats, scale: Floats) -> float:
    """The largest of (k,) over (k,); 0 over 0 is none."""
    return float(np.divide(rest, scale, out=np.zeros_like(rest), where=scale > 0).max(initial=0.0))


def require_memory(unknowns: int, need: float) -> None:
    """Refuse what would not fit into the memory that is free, before it starts.

    Raises
    ------
    ResourceError
        With the estimate.
    """
    free = free_bytes()
    if need > free:
        raise ResourceError(
            f"{unknowns} unknowns need about {need / 1e9:.2g} GB to solve and {free / 1e9:.2g} GB are free: "
            "take larger or fewer elements"
        )


def factorise(matrix: csc_array, backend: Backend = "auto", *, need: float | None = None) -> Factorised:
    """Factorise a symmetric positive definite matrix (n, n).

    Parameters
    ----------
    matrix : (n, n)
    backend : str
    need : float, optional
        Estimated memory [bytes]; by default that of a plane mesh.

    Raises
    ------
    ResourceError
        When the factors would not fit into the memory that is free.
    ConvergenceError
        When the matrix is not positive definite.
    MissingDependencyError
        For the backend "cholmod" without kvxopt; "auto" takes SuperLU then.
    """
    n = int(matrix.shape[0])
    require_memory(n, factor_bytes(n) if need is None else need)
    if backend == "superlu":
        return _superlu(matrix)
    try:
        from tubewall.fem.cholmod import cholmod_factor

        return cholmod_factor(matrix)
    except ImportError as error:
        if backend == "cholmod":
            raise MissingDependencyError(
                "the solver 'cholmod' needs kvxopt, which is not installed; bring it with: pip install kvxopt"
            ) from error
        return _superlu(matrix)


def prepared(
    matrix: csr_array, free: Ints, backend: Backend = "auto", points: Floats | None = None
) -> Callable[[], Factorised]:
    """What factorises the rows and columns ``free`` of a symmetric matrix (N, N), and keeps no more of it than it needs.

    Parameters
    ----------
    matrix : (N, N)
    free : (n,) int
    backend : str
    points : (nodes, 2), optional
        Of a plane body, whose unknowns are those of its nodes and a few more: what orders their elimination.

    Returns
    -------
    callable
        The factorisation; ``ConvergenceError`` when the matrix is not positive definite.
    """
    if matrix.nnz < _LARGE or backend == "superlu" or not _has_cholmod():
        part = matrix[free][:, free].tocsc()
        return lambda: factorise(part, backend, need=0.0)
    from tubewall.fem.cholmod import Half, factor_triangle

    half = Half(matrix, free)
    order = None
    if points is not None:
        from tubewall.fem.dissection import elimination_order

        order = elimination_order(matrix, free, points)
    return lambda: factor_triangle(half.triangle, half, order)


def _has_cholmod() -> bool:
    return find_spec("kvxopt") is not None


def _superlu(matrix: csc_array) -> Factorised:
    from scipy.sparse.linalg import splu

    try:
        # symmetric mode keeps the diagonal pivots of a positive definite matrix
        factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    except RuntimeError as error:
        raise indefinite(matrix) from error
    except MemoryError as error:
        raise too_large(matrix) from error
    if not np.all(factor.U.diagonal() > 0):
        raise indefinite(matrix)

    def back_substitute(right: Floats) -> Floats:
        x: Floats = factor.solve(np.ascontiguousarray(right))
        return x

    return Factorised(matrix=matrix, backend="SuperLU", unknowns=int(matrix.shape[0]), back_substitute=back_substitute)


def indefinite(matrix: csc_array | Half) -> ConvergenceError:
    """What to say of a matrix that is not positive definite."""
    return ConvergenceError(
        f"the stiffness matrix of {matrix.shape[0]} unknowns is not positive definite: check supports, materials and elements"
    )


def too_large(matrix: csc_array | Half) -> ResourceError:
    """Memory gave out in the midst: the estimate was too low, or something else took it."""
    n = int(matrix.shape[0])
    need = space_factor_bytes(n) if matrix.nnz > _SOLID_ROW * n else factor_bytes(n)
    return ResourceError(
        f"memory gave out while {n} unknowns were factorised, which needs about {need / 1e9:.2g} GB; {free_bytes() / 1e9:.2g} GB "
        "are free: take larger or fewer elements, or end other programs"
    )


def factor_bytes(unknowns: int) -> float:
    """Estimated memory [bytes] of assembling and factorising a plane mesh of quadratic triangles.

    The factor of a plane mesh grows with n log2 n (George and Liu, Computer Solution of Large Sparse Positive Definite
    Systems, 1981, ch. 8); the constants lie a tenth above what 96 000 and 400 000 unknowns took, assembly included.
    """
    n = float(max(unknowns, 2))
    return float(120 * n * np.log2(n) + 1400 * n)


def space_factor_bytes(unknowns: int) -> float:
    """Estimated memory [bytes] of factorising a body in space: n^(4/3) (George and Liu 1981), constant from measurements."""
    return float(1.2e8 + 150.0 * float(unknowns) ** (4 / 3))


def free_bytes() -> float:
    """Memory [bytes] that may be used: what the system has, within the limits of the process and of the control group."""
    free = min(_available(), _allowed())
    group = Path("/sys/fs/cgroup")
    limit, used = _number(group / "memory.max"), _number(group / "memory.current")
    if limit is None or used is None:
        return free
    # cached files count as used but give way
    stat = group / "memory.stat"
    entries = dict(line.split() for line in stat.read_text().splitlines()) if stat.is_file() else {}
    return min(free, max(limit - used + float(entries.get("file", 0)), 0.0))


def _available() -> float:
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * int(line.split()[1])
    names = os.sysconf_names if hasattr(os, "sysconf_names") else {}
    pages = "SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in names else "SC_PHYS_PAGES"
    return float(os.sysconf(pages)) * float(os.sysconf("SC_PAGE_SIZE")) if pages in names else float("inf")


def _allowed() -> float:
    """What is left [bytes] of the address space that ``ulimit -v`` allows the process."""
    try:
        import resource
    except ImportError:
        return float("inf")
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    used = Path("/proc/self/statm")
    if limit == resource.RLIM_INFINITY or not used.is_file():
        return float("inf")
    return max(limit - int(used.read_text().split()[0]) * float(resource.getpagesize()), 0.0)


def _number(path: Path) -> float | None:
    if not path.is_file():
        return None
    text = path.read_text().strip()
    return float(text) if text.isdigit() else None
