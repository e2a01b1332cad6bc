"""How far the linearised stress of a line is from that of an infinitely fine mesh, part by part and component by component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from tubewall.fem import invariants
from tubewall.fem.elements import Floats, Ints
from tubewall.fem.error_goal import LOCAL, mesh_errors, touching
from tubewall.fem.quantities import CylinderAxes, parse_quantity
from tubewall.fem.singular import near_singular
from tubewall.fem.solve_space import LEAST

if TYPE_CHECKING:
    from tubewall.fem.field_solution import FieldSolution

# unknowns of a plane body above which lines have the near part of their errors alone.
_MOST_IN_THE_PLANE: Final = 100_000
_PIECES = tuple[tuple[Ints, Ints, Floats], ...]


def line_errors(
    solution: FieldSolution, shares: Floats, weights: Floats, pieces: _PIECES, ends: tuple[tuple[Ints, Floats], ...]
) -> dict[str, Floats]:
    """Estimated errors (6,) [Pa] of each part of a line by its name; nan where a part has none (an end at a singular point).

    Two parts: the mean difference to recovered stress on the way, which changes its sign in every element, without the signs;
    and what all other elements bring there by the dual problem (below 100 000 unknowns in the plane, and 30 000 in space).

    Parameters
    ----------
    solution : FieldSolution
    shares, weights : (q,)
        Where on the line, 0 .. 1, and what the Gauss points count.
    pieces : tuple of (rows, elements, local)
        The elements that hold the points.
    ends : tuple of (elements, local)
        Those that hold the start and the end.
    """
    membrane = _weighted(solution, weights, pieces)
    bending = _weighted(solution, 6 * weights * (0.5 - shares), pieces)
    first, last = (_at_end(solution, elements, local) for elements, local in ends)
    both = membrane + bending
    return {
        "membrane": membrane,
        "bending start": bending,
        "bending end": bending,
        "membrane + bending start": both,
        "membrane + bending end": both,
        "peak start": both + first,
        "peak end": both + last,
        "total start": first,
        "total end": last,
    }


def error_row(error: Floats) -> Mapping[str, float | None]:
    """Errors of the components (6,) and, at most, of the invariants of a stress that is wrong by so much [Pa].

    Principal values move by no more than the norm of the error tensor (Weyl 1912), von Mises stress by sqrt(3/2) of it.
    """
    if not np.all(np.isfinite(error)):
        return {}
    size = float(np.sqrt((error**2 * np.array([1, 1, 1, 2, 2, 2])).sum()))
    row = dict(zip(invariants.COMPONENTS, error.tolist(), strict=True))
    row |= dict.fromkeys(("max principal", "mid principal", "min principal"), size)
    return row | {"von mises": float(np.sqrt(1.5)) * size, "tresca": 2 * size}


def _has_far(solution: FieldSolution) -> bool:
    """Whether two dozen dual problems are cheap."""
    return solution.model.size <= (LEAST if solution.model.kinematics == "3d" else _MOST_IN_THE_PLANE)


def _weighted(solution: FieldSolution, weights: Floats, pieces: _PIECES) -> Floats:
    """Error (6,) of the sum of ``weights`` (q,) times stress."""
    errors = mesh_errors(solution)
    model = solution.model
    count = np.zeros(len(weights))
    for rows, _, _ in pieces:
        count[rows] += 1
    owners = np.concatenate([elements for _, elements, _ in pieces])
    places = np.concatenate([local for _, _, local in pieces])
    counted = np.concatenate([(weights / count)[rows] for rows, _, _ in pieces])
    each, which = np.unique(owners, return_inverse=True)
    signed = np.bincount(which, weights=counted, minlength=len(each))
    far = errors.duals.affordable and _has_far(solution)
    beside = touching(solution, each) if far else None
    found = np.zeros(6)
    for i, name in enumerate(invariants.COMPONENTS):
        if model.kinematics != "3d" and name in ("yz", "xz"):
            continue
        quantity = parse_quantity(f"stress {name}")
        difference = errors.differences(quantity, owners, places, CylinderAxes())
        found[i] = LOCAL[model.order] * float(np.abs(counted) @ difference)
        if beside is not None:
            shares = errors.duals.stress_shares(each, len(each) * signed[:, None] * np.eye(6)[i])
            found[i] += float(shares[~beside].sum())
    return found


def _at_end(solution: FieldSolution, elements: Ints, local: Floats) -> Floats:
    """Error (6,) of the stress at an end of the line."""
    if near_singular(solution, elements) is not None:
        return np.full(6, np.nan)
    found = np.zeros(6)
    for i, name in enumerate(invariants.COMPONENTS):
        if solution.model.kinematics != "3d" and name in ("yz", "xz"):
            continue
        quantity = parse_quantity(f"stress {name}")
        error = mesh_errors(solution).at(quantity, elements, local, CylinderAxes(), far=_has_far(solution))
        found[i] = np.nan if error is None else error
    return found
