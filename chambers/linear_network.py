"""The linear law exactly: the modes of small pieces of a network, Talbot's contour for large ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tubewall.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tubewall.chambers.any_network import AnyNetwork

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

_DENSE: Final = 600
_DENSE_EDGES: Final = 20_000
_SLOWEST: Final = 10
_POINTS: Final = 28
_TURNS: Final = 40


@dataclass(frozen=True, eq=False)
class Piece:
    """Chambers that are connected, near a common density; scaled unknowns are y = sqrt(volume) density.

    ``chambers`` are its indices in the network, ``first``, ``second`` (m,) indices within it, ``rate`` (m,) the
    conductances times dP/dc [m3/s].
    """

    chambers: Indices
    volumes: Floats
    first: Indices
    second: Indices
    rate: Floats

    @property
    def dense(self) -> bool:
        """Whether all of its modes are computed."""
        return self.chambers.size <= _DENSE and self.rate.size <= _DENSE_EDGES

    @cached_property
    def modes(self) -> tuple[Floats, Floats]:
        """Rates that are not 0 (r,) [1/s], ascending, and their orthonormal modes (r, n) of the scaled unknowns.

        As singular values of the weighted incidence, of which rates are the squares: a rate 1e-20 of the largest is still
        right.
        """
        n, m = self.chambers.size, self.rate.size
        incidence = np.zeros((m, n))
        root, row = np.sqrt(self.rate), np.arange(m)
        incidence[row, self.first] = root / np.sqrt(self.volumes[self.first])
        incidence[row, self.second] = -root / np.sqrt(self.volumes[self.second])
        if m > 2 * n:
            incidence = np.asarray(np.linalg.qr(incidence, mode="r"), dtype=np.float64)
        _, sigma, modes = np.linalg.svd(incidence, full_matrices=False)
        return (sigma[: n - 1] ** 2)[::-1], modes[: n - 1][::-1]

    def laplacian(self) -> Any:
        """Weighted graph Laplacian (n, n), sparse [m3/s]."""
        from scipy.sparse import coo_array

        n, one, two = self.chambers.size, self.first, self.second
        values = np.concatenate([self.rate, self.rate, -self.rate, -self.rate])
        rows, columns = np.concatenate([one, two, one, two]), np.concatenate([one, two, two, one])
        return coo_array((values, (rows, columns)), shape=(n, n)).tocsc()

    def flow(self, density: NDArray[Any]) -> NDArray[Any]:
        """What leaves each chamber, summed connection by connection: no digits of a common density are lost."""
        through = self.rate * (density[self.first] - density[self.second])
        n = self.chambers.size
        out = np.zeros(n, dtype=through.dtype)
        for part in ("real", "imag") if np.iscomplexobj(through) else ("real",):
            values = getattr(through, part)
            sum_ = np.bincount(self.first, values, n) - np.bincount(self.second, values, n)
            out += sum_ if part == "real" else 1j * sum_
        return out


def pieces(network: AnyNetwork, conductance: Floats, slope: Floats) -> tuple[Piece, ...]:
    """The connected pieces of a network, linear with ``conductance`` (m,) [mol/(s Pa)] and dP/dc (n,) [J/mol]."""
    labels = network.labels
    count = int(labels.max()) + 1
    order = np.argsort(labels, kind="stable")
    ends = np.searchsorted(labels[order], np.arange(count + 1))
    place = np.empty(labels.size, dtype=np.int64)
    place[order] = np.arange(labels.size) - ends[labels[order]]
    open_edges = np.flatnonzero(network.conductances > 0)
    of = labels[network.edges[open_edges, 0]]
    open_edges, of = open_edges[np.argsort(of, kind="stable")], np.sort(of, kind="stable")
    edge_ends = np.searchsorted(of, np.arange(count + 1))
    with np.errstate(over="ignore"):
        rate = conductance * slope[network.edges[:, 0]]
        fastest = rate / network.volumes[network.edges].min(axis=1)
    if not np.isfinite(fastest).all():
        k = int(np.argmax(~np.isfinite(fastest)))
        raise InputError(
            f"edge {k} of the network is too fast for numbers: {network.conductances[k]:g} over its volume"
        )
    found = []
    for piece in range(count):
        edges = open_edges[edge_ends[piece] : edge_ends[piece + 1]]
        chambers = order[ends[piece] : ends[piece + 1]]
        one, two = place[network.edges[edges]].T
        found.append(Piece(chambers, network.volumes[chambers], one, two, rate[edges]))
    return tuple(found)


def rates_of(near: Sequence[Piece]) -> tuple[Floats, bool]:
    """Decay rates of all pieces, ascending, with one 0 for each [1/s], and whether these are all."""
    found, complete = [np.zeros(len(near))], True
    for piece in near:
        if piece.chambers.size == 1:
            continue
        if not piece.rate.any():
            # viscous chambers without gas
            found.append(np.zeros(piece.chambers.size - 1))
        elif piece.dense:
            found.append(piece.modes[0])
        else:
            found.append(_slowest(piece))
            complete = False
    rates = np.sort(np.concatenate(found))
    return (rates if complete else rates[: len(near) + _SLOWEST]), complete


def _slowest(piece: Piece) -> Floats:
    """The smallest rates but 0: the largest eigenvalues of the inverse on what is not uniform.

    Lanczos from one vector sees a repeated eigenvalue once: it is run again beside what was found until nothing new is as
    slow.
    """
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

    n, inverse = piece.chambers.size, _inverse(piece)
    wanted = min(_SLOWEST, n - 2)
    values, vectors = np.zeros(0), np.zeros((n, 0))
    for turn in range(_TURNS):

        def beside(scaled: Floats, known: Floats = vectors) -> Floats:
            given = scaled.ravel() - known @ (known.T @ scaled.ravel())
            out = inverse(given)
            return np.asarray(out - known @ (known.T @ out))

        start = np.cos(np.arange(n) * (1.2345 + turn))
        try:
            operator = LinearOperator((n, n), matvec=beside, dtype=np.float64)
            more, along = eigsh(operator, k=wanted, v0=start, which="LA", tol=1e-12)
        except ArpackError as error:
            raise ConvergenceError(f"the decay rates of {n} chambers did not converge: {error}") from None
        least = np.sort(values)[-wanted] if values.size else 0.0
        if more.max() < least * (1.0 + 1e-9):
            break
        vectors = np.linalg.qr(np.concatenate([vectors, along[:, more > 0]], axis=1))[0]
        values = np.concatenate([values, more[more > 0]])
    return np.asarray(1.0 / np.sort(values)[::-1][:wanted])


def _inverse(piece: Piece) -> Callable[[Floats], Floats]:
    """The inverse of the scaled Laplacian on what is not uniform."""
    from scipy.sparse.linalg import splu

    root = np.sqrt(piece.volumes)
    uniform = root / np.linalg.norm(root)
    # one chamber held: what is left is positive definite and diagonally dominant
    factor = splu(piece.laplacian()[1:, 1:].tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0)

    def inverse(scaled: Floats) -> Floats:
        given = scaled - uniform * (uniform @ scaled)
        density = np.zeros(scaled.size)
        density[1:] = factor.solve((root * given)[1:])
        out = root * density
        return np.asarray(out - uniform * (uniform @ out))

    return inverse


def relax_linear(network: AnyNetwork, near: Sequence[Piece], times: Floats) -> Floats:
    """Molar densities (k, n) [mol/m3] of the linear law at times (k,) [s]."""
    start = network.densities()
    out = np.empty((times.size, network.chambers))
    for piece in near:
        density = start[piece.chambers]
        mean = float((piece.volumes * density).sum() / piece.volumes.sum())
        low, high = float(density.min()), float(density.max())
        if low == high:
            out[:, piece.chambers] = density
            continue
        excess = np.sqrt(piece.volumes) * (density - mean)
        scaled = _by_modes(piece, excess, times) if piece.dense else _by_contour(piece, excess, times)
        # what round-off put into the mode that does not decay
        root = np.sqrt(piece.volumes)
        scaled -= np.outer(scaled @ root, root) / piece.volumes.sum()
        found = mean + scaled / root
        # the largest pressure only falls, the smallest only rises
        found = np.clip(found, low, high)
        found[times == 0.0] = density
        out[:, piece.chambers] = found
    return out


def _by_modes(piece: Piece, excess: Floats, times: Floats) -> Floats:
    rates, modes = piece.modes
    with np.errstate(over="ignore", under="ignore"):
        decay = np.exp(-np.outer(times, rates))
    return np.asarray((decay * (modes @ excess)) @ modes)


def _by_contour(piece: Piece, excess: Floats, times: Floats) -> Floats:
    """exp(-S t) y = sum of residues over 14 points of Talbot's contour (Weideman 2006, modified cotangent contour)."""
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import splu

    angle = (2 * np.arange(_POINTS // 2) + 1) * np.pi / _POINTS
    cot = 1.0 / np.tan(0.6407 * angle)
    points = _POINTS * (0.5017 * angle * cot - 0.6122 + 0.2645j * angle)
    slope = 0.5017 * cot - 0.5017 * 0.6407 * angle / np.sin(0.6407 * angle) ** 2 + 0.2645j
    weights = np.exp(points) * slope * (-2j)
    root = np.sqrt(piece.volumes)
    laplacian, load = piece.laplacian(), root * excess
    out = np.zeros((times.size, excess.size))
    for row, time in enumerate(times):
        if time == 0.0:
            out[row] = excess
            continue
        for point, weight in zip(points, weights, strict=True):
            matrix = (diags_array(point * piece.volumes) + time * laplacian).tocsc()
            factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0)
            density = factor.solve(load.astype(np.complex128))
            for _ in range(2):
                left = load - point * piece.volumes * density - time * piece.flow(density)
                density = density + factor.solve(left)
            out[row] += (weight * density).real * root
    return out
