"""Rigid motions of a body: which are left free, what they are called, and how they are taken away."""

from __future__ import annotations

import numpy as np

from tubewall.fem.elements import Floats, Ints
from tubewall.units import show_point

# a motion counts as held when the supports resist it by more than this share
_FREE = 1e-8


def rigid_motions(points: Floats, kinematics: str, centre: Floats | None = None, size: float | None = None) -> Floats:
    """Rigid motions of nodes (n, dim) as columns (dim n, r): translations, then turns of a length ``size`` about ``centre``.

    Two translations and one rotation in the plane, three and three in space, one translation along the axis in the
    axisymmetric case.
    """
    n, dim = points.shape
    middle = points.mean(axis=0) if centre is None else centre
    arm = points - middle
    reach = float(np.abs(arm).max(initial=0.0)) if size is None else size
    arm = arm / (reach if reach > 0 else 1.0)
    motions = np.zeros((n, dim, 3 if dim == 2 else 6))
    for axis in range(dim):
        motions[:, axis, axis] = 1.0
    if dim == 2:
        motions[:, 0, 2], motions[:, 1, 2] = -arm[:, 1], arm[:, 0]
    else:
        for turn in range(3):
            axis = np.eye(3)[turn]
            motions[:, :, 3 + turn] = np.cross(axis, arm)
    flat = motions.reshape(n * dim, -1)
    return flat[:, 1:2] if kinematics == "axisymmetric" else flat


def free_motions(resisted: Floats) -> Floats:
    """Combinations (r, f) of the rigid motions that constraints, given as rows (c, r) of what they feel, leave free."""
    count = resisted.shape[1]
    if len(resisted) == 0:
        return np.eye(count)
    # many rows: their Gram matrix has the same kernel, but squares the small singular values
    if len(resisted) > 4 * count:
        resisted = np.asarray(np.linalg.qr(resisted, mode="r"))
    _, s, vh = np.linalg.svd(resisted, full_matrices=True)
    rank = int(np.count_nonzero(s > _FREE * max(float(s.max(initial=0.0)), 1.0)))
    kernel: Floats = vh[rank:].T
    return kernel


def motion_names(kernel: Floats, centre: Floats, size: float, kinematics: str) -> list[str]:
    """Words for the free motions (r, f): "translation along x", "rotation about the axis along z through (0, 0, 0) m"."""
    if kernel.shape[1] == 0:
        return []
    if kinematics == "axisymmetric":
        return ["translation along the axis"]
    dim = 2 if kernel.shape[0] == 3 else 3
    turning = kernel[dim:]
    # pure translations are the combinations without rotation
    _, s, vh = np.linalg.svd(turning, full_matrices=True)
    rank = int(np.count_nonzero(s > 1e-7))
    translations = _simplest((kernel @ vh[rank:].T)[:dim])
    names = [f"translation along {_direction(column)}" for column in translations.T]
    rotations = kernel @ vh[:rank].T
    _, mixing = _echelon(rotations[dim:])
    for column in (rotations @ mixing).T:
        names.append(_rotation(column, centre, size, dim, len(translations.T)))
    return names


def _rotation(column: Floats, centre: Floats, size: float, dim: int, translations: int) -> str:
    if dim == 2:
        shift, turn = column[:2], column[2] / size
        at = centre + np.array([-shift[1], shift[0]]) / turn if translations == 0 else centre
        return f"rotation about {_place(at, size)}"
    shift, turn = column[:3], column[3:] / size
    at = centre + np.cross(turn, shift) / (turn @ turn) if translations == 0 else centre
    return f"rotation about the axis along {_direction(turn)} through {_place(at, size)}"


def _place(at: Floats, size: float) -> str:
    return show_point(0.0 if abs(part) < 1e-9 * size else float(f"{part:.3g}") for part in at)


def _direction(vector: Floats) -> str:
    unit = vector / np.linalg.norm(vector)
    axis = int(np.argmax(np.abs(unit)))
    if abs(unit[axis]) > 1 - 1e-9:
        return "xyz"[axis]
    return "(" + ", ".join(f"{part:.3g}" for part in unit) + ")"


def _simplest(columns: Floats) -> Floats:
    return _echelon(columns)[0] if columns.shape[1] else columns


def _echelon(columns: Floats) -> tuple[Floats, Floats]:
    """Columns (d, f) combined so that each leads in a row of its own, and the combination (f, f)."""
    d, f = columns.shape
    work, mixing = columns.copy(), np.eye(f)
    done = 0
    for row in range(d):
        if done == f:
            break
        pivot = done + int(np.argmax(np.abs(work[row, done:])))
        if abs(work[row, pivot]) < 1e-7 * float(np.abs(work).max()):
            continue
        for matrix in (work, mixing):
            matrix[:, [done, pivot]] = matrix[:, [pivot, done]]
        scale = work[row, done]
        work[:, done] /= scale
        mixing[:, done] /= scale
        for other in range(f):
            if other != done:
                factor = work[row, other]
                work[:, other] -= factor * work[:, done]
                mixing[:, other] -= factor * mixing[:, done]
        done += 1
    return work, mixing


def pins(free: Floats) -> Ints:
    """As many degrees of freedom as ``free`` (n, f) has columns, which together hold these motions well."""
    from scipy.linalg import qr

    _, _, order = qr(free.T, mode="economic", pivoting=True)
    chosen: Ints = np.asarray(order[: free.shape[1]], dtype=np.int64)
    return chosen
