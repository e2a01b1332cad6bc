"""The weakest of ten thousand million walls: failure probability per area from the distribution of the pressure difference.

Both faces of a wall are surface, so the area form of the weakest link holds: with modulus m, scale stress sigma_0
and reference area A_0, the expected number of failures is sum over walls of int <sigma>^m dA / (A_0 sigma_0^m)
(Weibull 1951; principle of independent action for the three principal stresses). The stress of a wall is linear in
the pressure difference dP across it, so that the scatter of the fills enters only through the m-th moment of dP.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError
from tubewall.fem.stress import principal
from tubewall.fem.superelement import PER_FACET
from tubewall.materials import effective_size

if TYPE_CHECKING:
    from tubewall.fem import ArrayBasis

Floats = NDArray[np.float64]

_GRID = 800
_REACH = 45.0


def beta_parameters(mean: float, standard_deviation: float) -> tuple[float, float]:
    """Parameters (a, b) of the Beta distribution on (0, 1) with a mean and a standard deviation.

    Raises
    ------
    InputError
        When no Beta distribution has them: sd^2 must be below mean (1 - mean).
    """
    bound = math.sqrt(mean * (1.0 - mean))
    if not 0.0 < standard_deviation < bound:
        raise InputError(
            f"fill_scatter must be between 0 and {bound:.3g} for a mean fill of {mean:g}, got {standard_deviation:g}"
        )
    total = mean * (1.0 - mean) / standard_deviation**2 - 1.0
    return mean * total, (1.0 - mean) * total


def difference_moment(
    pressure_of_fill: Callable[[Any], Any],
    *,
    mean: float,
    standard_deviation: float,
    order: float,
    ceiling: float,
    weight: Callable[[Any, Any], Any] | None = None,
) -> float:
    """E[|P(x) - P(y)|^order weight(x, y)] for independent fills x, y of one Beta distribution, in Pa^order.

    Parameters
    ----------
    pressure_of_fill : callable
        Gas pressure [Pa] at fills (array in, array out), increasing.
    mean, standard_deviation : float
        Of the fill [-].
    order : float
        The Weibull modulus m [-]; the moment need not exist without the ``ceiling``.
    ceiling : float
        Pressures are cut at this value [Pa]: lithium cannot push harder than the overpotential lets it.
    weight : callable, optional
        A factor of both fills, for example the length [m] of wall with gas on both sides.

    Notes
    -----
    Trapezoidal rule in the logit of the fill, where the density of the Beta distribution is analytic and decays
    exponentially: the rule converges faster than any power.
    """
    from scipy.special import betaln, expit, log_expit

    a, b = beta_parameters(mean, standard_deviation)
    t = np.linspace(-_REACH / min(a, 1.0), _REACH / min(b, 1.0), 40 * _GRID)
    log_density = a * log_expit(t) + b * log_expit(-t) - betaln(a, b)
    # keep the part that can matter: the density against the largest growth of P^order
    log_pressure = np.log(np.minimum(pressure_of_fill(np.minimum(expit(t), 1.0 - 1e-15)), ceiling))
    importance = log_density + order * (log_pressure - log_pressure[0])
    keep = (importance > importance.max() - _REACH) | (log_density > log_density.max() - _REACH)
    t = np.linspace(t[keep][0], t[keep][-1], _GRID)
    x = expit(t)
    density = np.exp(a * log_expit(t) + b * log_expit(-t) - betaln(a, b)) * (t[1] - t[0])
    pressure = np.minimum(pressure_of_fill(np.minimum(x, 1.0 - 1e-15)), ceiling)
    moment = np.abs(pressure[:, None] - pressure[None, :]) ** order
    if weight is not None:
        moment = moment * weight(x[:, None], x[None, :])
    return float(density @ moment @ density)


def allowed_failures(probability: float) -> float:
    """Expected number of failures at which the probability of at least one is ``probability`` [-]."""
    return -math.log1p(-probability)


def effective_widths(basis: ArrayBasis, modulus: float) -> float:
    """Integral over all walls of sum_k <sigma_k>^m under a unit pressure in one bore, per metre of height [m].

    Both faces count, fillets included. Translation makes the influence of every bore of the supercell on one cell the
    influence of one bore on every cell.
    """
    surface = basis.surface
    weights = facet_weights(surface.points.reshape(-1, PER_FACET, 2)).ravel()
    bores = basis.supercell**2
    stress = np.moveaxis(surface.influence[:, :, :bores], 1, -1).reshape(-1, 4)
    return effective_size(principal(stress), np.repeat(weights, bores), modulus, peak=1.0)


def facet_weights(points: Floats) -> Floats:
    """Weights (k, 5) [m] of five evenly spaced points (k, 5, 2) on each of k quadratic facets, by Boole's rule."""
    s = np.linspace(0.0, 1.0, 5)
    start, middle, end = points[:, 0], points[:, 2], points[:, 4]
    slopes = np.einsum("q,kd->kqd", 4 * s - 3, start)
    slopes += np.einsum("q,kd->kqd", 4 - 8 * s, middle) + np.einsum("q,kd->kqd", 4 * s - 1, end)
    return np.asarray(np.linalg.norm(slopes, axis=-1) * np.array([7.0, 32.0, 12.0, 32.0, 7.0]) / 90.0)
