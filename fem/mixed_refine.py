"""Nearly incompressible bodies to the last digits: the pressure is an unknown of its own while the solution is refined.

With the pressure eliminated, rounding of the displacement is multiplied by the bulk modulus: at nu = 0.4999999 the forces of
the best rounded displacement miss the loads by 1e-8 of them. Displacement and pressure together do not (iterative refinement
of the saddle point system, Higham, Accuracy and Stability of Numerical Algorithms, 2002, ch. 12, with the condensed matrix
for the corrections).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.errors import ConvergenceError
from tubewall.fem.assemble_body import plain_elements
from tubewall.fem.elements import Floats
from tubewall.fem.mixed_elements import MixedParts, Recovery, mixed_part_chunks
from tubewall.fem.mixed_fields import MixedFields, collect, eliminated
from tubewall.fem.mixed_spaces import mixed_regions
from tubewall.fem.surface_loads import add_loads

if TYPE_CHECKING:
    from tubewall.fem.hold import Held
    from tubewall.fem.model import Model

_STEPS: Final = 6
# of the load: what refinement goes on to
_ENOUGH: Final = 1e-13


@dataclass(frozen=True, kw_only=True, eq=False)
class Refined:
    """Unknowns y (N,), what the stress leaves of the loads (N,), its share of them where nothing is held, and the fields."""

    y: Floats
    left: Floats
    residual: float
    mixed: MixedFields


def refine(
    model: Model,
    held: Held,
    back_substitute: Callable[[Floats], Floats],
    recoveries: Sequence[Recovery],
    y: Floats,
    limit: float,
) -> Refined:
    """Refine the solution of a model with nearly incompressible regions.

    Parameters
    ----------
    model, held
    back_substitute : function of (n, 1)
        With the factor of the condensed matrix over what is free.
    recoveries : sequence of Recovery
        In the order of ``mixed_chunks``.
    y : (N,)
        The solution of the condensed system.
    limit : float
        Of the relative residual.

    Raises
    ------
    ConvergenceError
        When the residual stays above ``limit``.
    """
    inner, pressure = eliminated(recoveries, y)
    state = _State(y=y.copy(), inner=inner, pressure=pressure)
    best, before, left = np.inf, np.inf, np.zeros(model.size)
    for _ in range(_STEPS):
        left, right, scale = _misses(model, state)
        best = float(np.linalg.norm(held.transform.T @ left) / max(scale, np.finfo(np.float64).tiny))
        if best <= _ENOUGH or not best < 0.5 * before:
            break
        before = best
        _correct(model, state, held.transform @ back_substitute((held.transform.T @ right)[:, None])[:, 0])
    if not best <= limit:
        raise ConvergenceError(
            f"the solution of a nearly incompressible body keeps a relative residual of {best:.2g}, more than {limit:g}: its "
            "Poisson's ratio is too near to 1/2 for double precision"
        )
    return Refined(y=state.y, left=left, residual=best, mixed=collect(model, recoveries, state.y, inner, pressure))


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """Unknowns (N,), and of each part its bubbles (m, b) and pressures (m, s); changed in place."""

    y: Floats
    inner: list[Floats]
    pressure: list[Floats]


def _misses(model: Model, state: _State) -> tuple[Floats, Floats, float]:
    """What the stress leaves of the loads (N,), the right-hand side of a correction (N,), and the size of what is summed."""
    loads = np.zeros(model.size)
    add_loads(model, loads)
    soft = mixed_regions(model)
    stress = np.zeros(model.size)
    plain = [name for name in model.discrete.mesh.region_names if name not in soft]
    for matrix, dofs in plain_elements(model, plain, loads):
        np.add.at(stress, dofs.ravel(), np.einsum("mij,mj->mi", matrix, state.y[dofs]).ravel())
    right = np.zeros(model.size)
    for i, part in enumerate(mixed_part_chunks(model)):
        n = part.dofs.shape[1]
        felt = _felt(part, state, i)
        np.add.at(stress, part.dofs.ravel(), felt[:, :n].ravel())
        np.add.at(loads, part.dofs.ravel(), part.forces[:, :n].ravel())
        pushed = np.einsum("msk,ms->mk", part.volume, _stiff(part, _gap(part, state, i)))
        correction = -pushed[:, :n]
        if part.shear.shape[1] > n:
            full = _full(part)
            rest = part.forces[:, n:] - felt[:, n:] - pushed[:, n:]
            correction -= np.einsum(
                "mnb,mb->mn", full[:, :n, n:], np.linalg.solve(full[:, n:, n:], rest[..., None])[..., 0]
            )
        np.add.at(right, part.dofs.ravel(), correction.ravel())
    left = stress - loads
    return left, right - left, float(np.linalg.norm(np.abs(stress) + np.abs(loads)))


def _felt(part: MixedParts, state: _State, i: int) -> Floats:
    """Forces (m, n + b) of the stress of a part."""
    moved = np.concatenate([state.y[part.dofs], state.inner[i]], axis=1)
    found: Floats = np.einsum("mij,mj->mi", part.shear, moved)
    return np.asarray(found + np.einsum("msk,ms->mk", part.volume, state.pressure[i]), dtype=np.float64)


def _gap(part: MixedParts, state: _State, i: int) -> Floats:
    """The volume change (m, s) less that of the pressure."""
    moved = np.concatenate([state.y[part.dofs], state.inner[i]], axis=1)
    own = np.einsum("mst,mt->ms", part.mass, state.pressure[i] / part.bulk + part.swelling)
    return np.asarray(np.einsum("msk,mk->ms", part.volume, moved) - own, dtype=np.float64)


def _stiff(part: MixedParts, gap: Floats) -> Floats:
    """The pressure (m, s) that a volume change makes."""
    return np.asarray(part.bulk * np.linalg.solve(part.mass, gap[..., None])[..., 0], dtype=np.float64)


def _full(part: MixedParts) -> Floats:
    """The matrix (m, n + b, n + b) with the pressure eliminated."""
    full: Floats = part.shear + part.bulk * np.matmul(
        part.volume.swapaxes(1, 2), np.linalg.solve(part.mass, part.volume)
    )
    return full


def _correct(model: Model, state: _State, step: Floats) -> None:
    """Add a step (N,) of the unknowns and what bubbles and pressures take from it."""
    for i, part in enumerate(mixed_part_chunks(model)):
        n = part.dofs.shape[1]
        gap = _gap(part, state, i)
        moved = step[part.dofs]
        if part.shear.shape[1] > n:
            full = _full(part)
            rest = part.forces[:, n:] - _felt(part, state, i)[:, n:]
            rest -= np.einsum("msk,ms->mk", part.volume[..., n:], _stiff(part, gap))
            rest -= np.einsum("mbn,mn->mb", full[:, n:, :n], moved)
            swell = np.linalg.solve(full[:, n:, n:], rest[..., None])[..., 0]
            moved = np.concatenate([moved, swell], axis=1)
            state.inner[i] += swell
        state.pressure[i] += _stiff(part, gap + np.einsum("msk,mk->ms", part.volume, moved))
    state.y[:] += step
