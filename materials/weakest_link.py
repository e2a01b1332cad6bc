"""Weibull's weakest link: many small pieces under a non-uniform stress, any of which may break."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tubewall.errors import InputError
from tubewall.materials.checks import between, not_negative, positive

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Weibull:
    """P_f = 1 - exp(-(effective size / reference size) (peak stress / scale_stress)^modulus) [Weibull 1939].

    Parameters
    ----------
    modulus : float
        m [-]; small means large scatter.
    scale_stress : float
        sigma_0 [Pa]: the stress at which 63.2 % of pieces of the reference size fail.
    reference_volume : float, optional
        V_0 [m3], for flaws inside. Give this or ``reference_area``.
    reference_area : float, optional
        A_0 [m2], for flaws on the surface.
    """

    modulus: float
    scale_stress: float
    reference_volume: float | None = None
    reference_area: float | None = None

    def __post_init__(self) -> None:
        positive("Weibull.modulus", self.modulus, "-")
        positive("Weibull.scale_stress", self.scale_stress, "Pa")
        if (self.reference_volume is None) == (self.reference_area is None):
            raise InputError(
                "Weibull takes either reference_volume (flaws inside) or reference_area (flaws on the surface)"
            )
        positive(f"Weibull.reference_{self.form}", self.reference_size, "m3" if self.form == "volume" else "m2")

    @classmethod
    def from_scatter(
        cls,
        *,
        mean: float,
        deviation: float,
        reference_volume: float | None = None,
        reference_area: float | None = None,
    ) -> Weibull:
        """The law of pieces of the reference size with this mean strength and standard deviation [Pa]."""
        modulus = weibull_modulus(mean, deviation)
        return cls(
            modulus=modulus,
            scale_stress=mean / math.gamma(1 + 1 / modulus),
            reference_volume=reference_volume,
            reference_area=reference_area,
        )

    @property
    def form(self) -> str:
        """'volume' or 'area'."""
        return "area" if self.reference_volume is None else "volume"

    @property
    def reference_size(self) -> float:
        """V_0 [m3] or A_0 [m2]."""
        return float((self.reference_area if self.reference_volume is None else self.reference_volume) or 0.0)

    @property
    def mean_strength(self) -> float:
        """Mean strength of uniformly stressed pieces of the reference size [Pa]: scale_stress Gamma(1 + 1/m)."""
        return self.scale_stress * math.gamma(1 + 1 / self.modulus)

    def failure_probability(self, peak_stress: float, effective_size: float, count: float = 1.0) -> float:
        """Probability [-] that any of ``count`` equal pieces fails.

        Parameters
        ----------
        peak_stress : float
            The stress [Pa] that the effective size refers to; compression (negative) never fails.
        effective_size : float
            Of one piece, volume [m3] or area [m2] as the law's ``form``: see `effective_size`.
        count : float
            Number of pieces, for example walls per cm2.
        """
        not_negative("failure_probability: effective_size", effective_size, "m3" if self.form == "volume" else "m2")
        not_negative("failure_probability: count", count, "-")
        links = count * effective_size / self.reference_size
        return -math.expm1(-links * math.pow(max(peak_stress, 0.0) / self.scale_stress, self.modulus))

    def allowed_stress(self, probability: float, effective_size: float, count: float = 1.0) -> float:
        """The peak stress [Pa] at which any of ``count`` pieces fails with ``probability`` in (0, 1)."""
        between("allowed_stress: probability", probability, 0.0, 1.0, "")
        positive("allowed_stress: effective_size", effective_size, "m3" if self.form == "volume" else "m2")
        positive("allowed_stress: count", count, "-")
        links = count * effective_size / self.reference_size
        return self.scale_stress * math.pow(-math.log1p(-probability) / links, 1 / self.modulus)

    def with_modulus(self, modulus: float) -> Weibull:
        """The law with another modulus and the same mean strength of the reference piece."""
        positive("Weibull.modulus", modulus, "-")
        return replace(self, modulus=modulus, scale_stress=self.mean_strength / math.gamma(1 + 1 / modulus))


def weibull_modulus(mean: float, deviation: float) -> float:
    """Weibull modulus [-] from mean and standard deviation of a strength: (SD/mean)^2 = Gamma(1+2/m) / Gamma(1+1/m)^2 - 1."""
    positive("weibull_modulus: mean", mean, "Pa")
    positive("weibull_modulus: deviation", deviation, "Pa")
    target = math.log1p((deviation / mean) ** 2)

    def excess(log_m: float) -> float:
        m = math.exp(log_m)
        return math.lgamma(1 + 2 / m) - 2 * math.lgamma(1 + 1 / m) - target

    low, high = math.log(0.1), math.log(1e4)
    if not excess(low) > 0 > excess(high):
        raise InputError(
            f"weibull_modulus: deviation/mean = {deviation / mean:.3g} lies outside of what 0.1 < m < 10000 gives"
        )
    while high - low > 1e-13:
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return math.exp((low + high) / 2)


def effective_size(principal: ArrayLike, weights: ArrayLike, modulus: float, peak: float | None = None) -> float:
    """Size under the peak stress alone that fails as often as the whole field (principle of independent action).

    Parameters
    ----------
    principal : array_like, (n, 3) or (n,)
        Principal stresses [Pa] at n quadrature points; compressive ones do nothing.
    weights : array_like, (n,)
        Volume [m3] or area [m2] of each point.
    modulus : float
        m [-].
    peak : float, optional
        The stress to refer to [Pa]; the largest entry of ``principal`` by default.

    Returns
    -------
    float
        sum_n w_n sum_k (<sigma_k> / peak)^m, in the unit of ``weights``; 0 when nothing is in tension.
        Barnett et al. (1967); in the finite element form of e.g. Nemeth et al., NASA TM-4505 (CARES, 1993).
    """
    sigma = np.asarray(principal, dtype=float)
    sizes = np.asarray(weights, dtype=float)
    sigma = sigma[:, None] if sigma.ndim == 1 else sigma
    if sigma.ndim != 2 or sizes.shape != sigma.shape[:1]:
        raise InputError(
            f"effective_size: principal (n, 3) and weights (n,) must agree, got {sigma.shape} and {sizes.shape}"
        )
    if not (np.isfinite(sigma).all() and np.isfinite(sizes).all()) or (sizes < 0).any():
        raise InputError("effective_size: principal and weights must be finite, weights not negative")
    m = positive("effective_size: modulus", modulus, "-")
    tension = np.maximum(sigma, 0.0)
    largest = float(tension.max(initial=0.0)) if peak is None else positive("effective_size: peak", peak, "Pa")
    if largest == 0.0:
        return 0.0
    return float(sizes @ ((tension / largest) ** m).sum(axis=1))


def clamped_strip_effective_volume(modulus: float) -> float:
    """Effective over true volume [-] of a long clamped strip under uniform pressure, stress at the root as the peak.

    The bending stress is the root's times |1 - 6x + 6x2| along the span and linear through the thickness, one half of which is
    in tension: integral of |1 - 6x + 6x2|^m over the span / (2 (m + 1)).
    """
    return _legendre_integral(modulus) / (2 * (modulus + 1))


def clamped_strip_effective_area(modulus: float) -> float:
    """Effective area over the area of both faces [-] of a long clamped strip under uniform pressure.

    At every place one of the two faces is in tension: half the integral of |1 - 6x + 6x2|^m over the span.
    """
    return _legendre_integral(modulus) / 2


def equivalent_load(loads: ArrayLike, modulus: float, weights: ArrayLike | None = None) -> float:
    """The uniform load that endangers many equal pieces as much as the distributed ``loads`` do: E[load^m]^(1/m).

    Valid where stress is proportional to load; negative loads count by their size (a wall is bent either way).
    """
    m = positive("equivalent_load: modulus", modulus, "-")
    sizes = np.abs(np.asarray(loads, dtype=float)).ravel()
    shares = np.ones_like(sizes) if weights is None else np.asarray(weights, dtype=float).ravel()
    if (
        sizes.size == 0
        or shares.shape != sizes.shape
        or not np.isfinite(sizes).all()
        or (shares < 0).any()
        or not shares.sum() > 0
    ):
        raise InputError(
            "equivalent_load: loads must be finite and not empty, weights of the same length and not all zero"
        )
    largest = float(sizes.max())
    if largest == 0.0:
        return 0.0
    return largest * math.pow(float(np.average((sizes / largest) ** m, weights=shares)), 1 / m)


@lru_cache(maxsize=256)
def _legendre_integral(modulus: float) -> float:
    # with t = 2x - 1 the moment 1 - 6x + 6x2 is Legendre's P2(t); split where it changes sign, at t = 1/sqrt(3)
    m = positive("clamped strip: modulus", modulus, "-")
    nodes, weights = np.polynomial.legendre.leggauss(200)
    s, ds = (nodes + 1) / 2, weights / 2
    zero = 1 / math.sqrt(3)
    # s^3 crowds the points towards the zero, where the power is not smooth for m that is no integer
    near, jacobian = s**3, 3 * s**2
    inner = zero * (1 - near)
    outer = zero + (1 - zero) * near
    parts = [
        scale * float(np.sum(ds * jacobian * np.abs((3 * t**2 - 1) / 2) ** m))
        for scale, t in ((zero, inner), (1 - zero, outer))
    ]
    return sum(parts)
