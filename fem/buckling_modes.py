"""Linear buckling: by what factor the loads of a solved model may grow before it gives way sideways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import ConvergenceError, InputError
from tubewall.fem.assemble_body import assemble
from tubewall.fem.elements import Floats
from tubewall.fem.geometric_stiffness import follower_stiffness, geometric_stiffness
from tubewall.fem.hold import Held, hold
from tubewall.fem.linear import Factorised, factorise
from tubewall.fem.nodal_fields import everywhere

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from scipy.sparse.linalg import LinearOperator

    from tubewall.fem.field_solution import FieldSolution
    from tubewall.fem.model import Model

_RESIDUAL: Final = 1e-6
# share of the stiffness of following pressures that may be unsymmetric and still count as rounding
_SYMMETRIC: Final = 1e-8
# of the largest 1 / factor: below it nothing buckles
_NONE: Final = 1e-9
# of the largest of the reversed loads: what is below it is not looked for when it does not come out
_DUST: Final = 1e-3
# how often the search for eigenvalues starts anew
_RESTARTS: Final = 100
# imaginary over real part below which a factor is real
_REAL: Final = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Buckling:
    """Load factors and shapes.

    Attributes
    ----------
    factors : (k,)
        By what all loads (pressures, forces, heat, eigenstrain, prescribed displacements) are multiplied when the body buckles;
        positive, ascending. Fewer than were asked for where there are no more; none where the loads only stiffen the body.
    shapes : (k, n, dim)
        Displacement of the nodes of ``model.discrete.mesh``, the largest 1.
    symmetric : bool
        Whether the loads have a potential; if not, the body may also flutter, which shows in ``notes`` where it is seen.
    residual : float
        Largest of |K u + factor S u| / |K u| in the norm of the energy, u'K u: a bound of the relative error of the factors that
        solving them leaves.
    notes : tuple of str
        What the kinematics cannot see, and what else to know.
    """

    factors: Floats
    shapes: Floats
    symmetric: bool
    residual: float
    notes: tuple[str, ...]


def buckling(model: Model, solution: FieldSolution, modes: int = 4, *, follower: bool = True) -> Buckling:
    """Factors at which K + factor (K_stress + K_follower) becomes singular.

    Linear buckling: displacements before are neglected and the stress grows with the loads. What softens on the way (large
    deflection, imperfections, yield) lowers the true load.

    Parameters
    ----------
    model : Model
    solution : FieldSolution
        Of this model.
    modes : int
        How many of the lowest positive factors are wanted.
    follower : bool
        Pressures stay normal to the surface that moves; else they keep their direction (dead load). Tractions, point and line
        forces are dead always.

    Raises
    ------
    InputError
        When ``modes`` is not positive or the solution is that of another model.
    ConvergenceError
        When the eigenvalues do not converge.
    """
    if isinstance(modes, bool) or not isinstance(modes, int) or modes < 1:
        raise InputError(f"the number of buckling modes must be a positive whole number, got {modes!r}")
    if solution.model is not model:
        raise InputError("buckling needs the solution of the same model")
    held = hold(model, model.size)
    stiffness = assemble(model).stiffness
    change = geometric_stiffness(solution)
    symmetric = True
    if follower:
        pressed = follower_stiffness(model)
        symmetric = _is_symmetric(held, pressed)
        change = change + pressed
    transform = held.transform
    factor = factorise((transform.T @ stiffness @ transform).tocsc())
    reduced = (transform.T @ change @ transform).tocsr()
    if symmetric:
        reduced = ((reduced + reduced.T) / 2).tocsr()
    softening = _without_rigid(held, change, reduced)
    values, vectors, fluttering = _largest(factor, softening, modes, symmetric)
    order = np.argsort(-values)
    values, vectors = values[order], vectors[:, order]
    residual = _residual(factor, softening, values, vectors)
    # the rigid part of a free body is not of interest: shapes as they stand on its pins
    full = transform @ vectors
    shapes = np.array([_shape(model, shape[: model.discrete.size]) for shape in full.T]).reshape(
        len(values), len(model.discrete.mesh.points), model.discrete.dim
    )
    notes = _notes(model, fluttering, len(values), modes)
    return Buckling(factors=1 / values, shapes=shapes, symmetric=symmetric, residual=residual, notes=notes)


def _is_symmetric(held: Held, pressed: csr_array) -> bool:
    reduced = held.transform.T @ pressed @ held.transform
    size = float(np.abs(reduced.data).max(initial=0.0))
    return float(np.abs((reduced - reduced.T).data).max(initial=0.0)) <= _SYMMETRIC * size


def _without_rigid(held: Held, change: csr_array, reduced: csr_array) -> LinearOperator:
    """-S with the rigid motions left free by ``RigidBody`` taken along: they adjust so that their work on S vanishes.

    K r = 0 asks for r'S (u + r c) = 0; then S u becomes S u - S r (r'S r)^-1 r'S u.
    """
    from scipy.sparse.linalg import LinearOperator

    n = reduced.shape[0]
    if held.motions.shape[1] == 0:
        return LinearOperator((n, n), matvec=lambda v: -(reduced @ v), dtype=np.float64)
    motions = held.motions / np.linalg.norm(held.motions, axis=0)
    work = change @ motions
    inner = motions.T @ work
    size = float(np.abs(change.data).max(initial=1e-300))
    inverse = np.linalg.pinv(inner, rcond=1e-10) if np.abs(inner).max() > 1e-9 * size else np.zeros_like(inner)
    left, right = held.transform.T @ work, held.transform.T @ (change.T @ motions)

    def matvec(v: Floats) -> Floats:
        flat = np.ravel(v)
        result: Floats = left @ (inverse @ (right.T @ flat)) - reduced @ flat
        return result

    return LinearOperator((n, n), matvec=matvec, dtype=np.float64)


def _largest(factor: Factorised, softening: LinearOperator, modes: int, symmetric: bool) -> tuple[Floats, Floats, bool]:
    """The largest positive eigenvalues of softening u = value K u, and whether complex ones are among them."""
    from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs, eigsh

    n = factor.unknowns
    inverse = LinearOperator((n, n), matvec=lambda v: factor.solve(np.ravel(v)), dtype=np.float64)
    start = np.random.default_rng(0).normal(size=n)
    wanted = min(modes, n - 2)
    if wanted < 1:
        raise InputError(f"a body of {n} unknowns is too small for its buckling modes: refine the mesh")
    ncv = min(n, max(2 * wanted + 1, 40))
    try:
        if symmetric:
            values, vectors = eigsh(
                softening,
                k=wanted,
                M=factor.matrix,
                Minv=inverse,
                which="LA",
                v0=start,
                ncv=ncv,
                tol=1e-11,
                maxiter=_RESTARTS,
            )
            complex_ones = False
        else:
            operator = LinearOperator((n, n), matvec=lambda v: factor.solve(softening @ np.ravel(v)), dtype=np.float64)
            found, shapes = eigs(operator, k=wanted, which="LR", v0=start, ncv=ncv, tol=1e-11, maxiter=_RESTARTS)
            real = np.abs(found.imag) <= _REAL * np.abs(found)
            complex_ones = not bool(real.all())
            values, vectors = found.real[real], shapes.real[:, real]
    except ArpackNoConvergence as error:
        if symmetric and _only_stiffens(factor, softening, inverse, start):
            return np.zeros(0), np.zeros((n, 0)), False
        raise ConvergenceError(f"the buckling factors of {n} unknowns did not converge: ask for fewer modes") from error
    largest = float(np.abs(values).max(initial=0.0))
    keep = values > _NONE * largest
    return values[keep], vectors[:, keep], complex_ones


def _only_stiffens(factor: Factorised, softening: LinearOperator, inverse: LinearOperator, start: Floats) -> bool:
    """Whether the positive eigenvalues, which did not converge, are but the dust beside a negative one.

    Tension leaves none or a crowd of tiny ones; a factor a thousand times the one of the reversed load means nothing.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    n = factor.unknowns

    def extreme(operator: LinearOperator, tolerance: float) -> float:
        found = eigsh(
            operator, k=1, M=factor.matrix, Minv=inverse, which="LM", v0=start, tol=tolerance, return_eigenvectors=False
        )
        return float(found[0])

    lowest = extreme(softening, 1e-3)
    if lowest >= 0:
        return False
    # moved so that all are positive, the largest is found to the accuracy that is wanted of it
    moved = LinearOperator(
        (n, n), matvec=lambda v: softening @ v - 1.1 * lowest * (factor.matrix @ v), dtype=np.float64
    )
    return extreme(moved, _DUST) + 1.1 * lowest < -2 * _DUST * lowest


def _residual(factor: Factorised, softening: LinearOperator, values: Floats, vectors: Floats) -> float:
    worst = 0.0
    for value, vector in zip(values, vectors.T, strict=True):
        stiff = factor.matrix @ vector
        rest = stiff - (softening @ vector) / value
        # in the norm of the energy, which bounds the relative error of the factor
        worst = max(worst, float(np.sqrt(abs(rest @ factor.solve(rest)) / (vector @ stiff))))
    if worst > _RESIDUAL:
        raise ConvergenceError(f"the buckling shapes leave a residual of {worst:.2g}, more than {_RESIDUAL:g}")
    return worst


def _shape(model: Model, values: Floats) -> Floats:
    """A shape at every node of the mesh, the largest displacement 1."""
    u = values.reshape(-1, model.discrete.dim)
    return everywhere(model, np.asarray(u / np.linalg.norm(u, axis=1).max()))


def _notes(model: Model, fluttering: bool, found: int, modes: int) -> tuple[str, ...]:
    notes = []
    if model.kinematics == "axisymmetric":
        notes.append("only axisymmetric buckling is seen: waves around the axis may come at lower factors")
    elif model.kinematics != "3d":
        notes.append("only buckling within the section is seen")
    if fluttering:
        notes.append("some factors are complex: the following pressures may make the body flutter at a lower load")
    if found < modes:
        told = "the loads only stiffen the body" if found == 0 else "no more of the lowest ones are positive and real"
        notes.append(f"{found} of {modes} factors: {told}")
    return tuple(notes)
