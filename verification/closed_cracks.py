"""Stress intensity of cracks: closed forms, printed fits, and the map of a hole with two cracks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tubewall.errors import InputError

Array = NDArray[np.float64]


def centre_crack(ratio: float) -> float:
    """K / (sigma sqrt(pi a)) of a central crack 2 a in a long strip 2 W, ``ratio`` = a / W.

    Tada (1973), within 0.1 % of Isida's series for every ratio; Tada, Paris and Irwin, The Stress Analysis of Cracks Handbook
    (2000), page 2.1: (1 - 0.025 x^2 + 0.06 x^4) sqrt(sec(pi x / 2)).
    """
    _share(ratio)
    return (1 - 0.025 * ratio**2 + 0.06 * ratio**4) / math.sqrt(math.cos(math.pi * ratio / 2))


def edge_crack(ratio: float) -> float:
    """K / (sigma sqrt(pi a)) of an edge crack a in a long strip of width W pulled evenly, ``ratio`` = a / W.

    Tada (1973), within 0.5 %; Tada, Paris and Irwin (2000), page 2.10.
    """
    _share(ratio)
    half = math.pi * ratio / 2
    rest = 0.752 + 2.02 * ratio + 0.37 * (1 - math.sin(half)) ** 3
    return math.sqrt(math.tan(half) / half) * rest / math.cos(half)


#: K / (sigma sqrt(pi a)) of a short edge crack (Koiter, 1965; Tada, Paris and Irwin, 2000, page 8.1).
SHORT_EDGE_CRACK = 1.1215


def penny_crack(pressure: float, radius: float) -> float:
    """K [Pa sqrt(m)] of a round crack under pressure in a wide body: 2 p sqrt(a / pi) (Sneddon, 1946)."""
    return 2 * pressure * math.sqrt(radius / math.pi)


def cracked_hole(length: float, count: int = 160) -> float:
    """K / (p sqrt(pi l)) of two cracks of ``length`` = l / R from opposite sides of a hole, pressure p in hole and cracks.

    The problem of Bowie (J. Math. Phys. 35, 60, 1956). The cracks are spread dislocations beside a free hole of radius 1,
    which undo p (1 + 1/x^2) along the axis; their density times sqrt((1 - s) / (1 + s)) is smooth, and the integral equation
    becomes a linear system (Erdogan and Gupta, Q. Appl. Math. 29, 525, 1972).
    """
    if not length > 0:
        raise InputError(f"cracks need a positive length, got {length:g}")
    k = np.arange(1, count + 1)
    s = np.cos((2 * k - 1) * math.pi / (2 * count + 1))
    weight = 2 * math.pi * (1 + s) / (2 * count + 1)
    t = 1 + length * (1 + s) / 2
    x = 1 + length * (1 + np.cos(2 * k * math.pi / (2 * count + 1))) / 2
    kernel = _beside_a_hole(x[:, None], t[None, :]) - _beside_a_hole(x[:, None], -t[None, :])
    density = np.linalg.solve(kernel * weight * length / 2, -(1 + 1 / x**2))
    # at the tip s = 1: density sqrt((1 + s) / (1 - s)) = density sqrt(length / (tip - t))
    nodes, values = s[::-1], density[::-1]
    at_tip = _extrapolated(np.asarray(nodes), np.asarray(values, dtype=float))
    alpha = at_tip * math.sqrt(length)
    return 2 * math.pi * alpha * math.sqrt(2 * math.pi) / math.sqrt(math.pi * length)


def _beside_a_hole(x: Array, t: Array) -> Array:
    """Stress yy on the x axis from phi = log(z - t), an opening dislocation at t, beside a free hole of radius 1.

    By Milne-Thomson's continuation phi_1 = -z (conj phi_0'(1/z) - conj phi_0'(0)) - conj psi_0(1/z) and
    psi_1 = -conj phi_0(1/z) - phi_0'(0)/z - phi_1'/z; t may be negative.
    """
    away = 1 - t * x
    first = (t - 1 / t) / away**2 + 1 / (x * away)
    second = 2 * t * (t - 1 / t) / away**3 + t**2 / away**2 - 1 / x**2
    other = 1 / (x * away) - 1 / (t * x**2) - second / x + first / x**2
    return np.asarray(2 / (x - t) + 2 * first + x * second + other)


def _extrapolated(nodes: Array, values: Array) -> float:
    """The polynomial through values at the roots of the Jacobi polynomial (-1/2, 1/2), at 1.

    Krenk, Q. Appl. Math. 32, 479 (1975).
    """
    count = len(nodes)
    k = np.arange(1, count + 1)
    angle = (2 * k - 1) * math.pi / (2 * (2 * count + 1))
    # the nodes ascend, the formula descends
    terms = np.sin((2 * k - 1) * count * math.pi / (2 * count + 1)) / np.tan(angle)
    return float(2 / (2 * count + 1) * (terms * values[::-1]).sum())


def _share(ratio: float) -> None:
    if not 0 < ratio < 1:
        raise InputError(f"a crack's share of the width lies between 0 and 1, got {ratio:g}")
