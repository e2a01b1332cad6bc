"""Singular exponents of sharp corners."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final

from tubewall.fem.wedge_corner import corner_exponents
from tubewall.fem.wedge_elements import Sector
from tubewall.materials.elastic import Isotropic
from tubewall.verification.case import Case, Check

_CHAPTER: Final = "corners"
_WILLIAMS: Final = "Williams, J. Appl. Mech. 19, 526 (1952)"


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """A root between two places where the signs differ, by halving."""
    sign = function(low) > 0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (function(middle) > 0) == sign else (low, middle)
    return (low + high) / 2


def _williams(angle: float, sign: int, exponent: float) -> float:
    return math.sin(exponent * angle) + sign * exponent * math.sin(angle)


def _notches(_fine: bool) -> tuple[Check, ...]:
    """Free notches: sin(lambda a) = -+ lambda sin a for opening and sliding."""
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    checks = []
    for degrees, brackets in (
        (360, ((0.4, 0.6),)),
        (300, ((0.45, 0.6), (0.6, 0.9))),
        (270, ((0.45, 0.7), (0.8, 0.99))),
    ):
        angle = math.radians(degrees)
        found = corner_exponents([Sector(law=law, start_angle=0.0, end_angle=angle)]).singular
        for i, ((low, high), sign) in enumerate(zip(brackets, (1, -1), strict=False)):
            exact = _root(partial(_williams, angle, sign), low, high)
            checks.append(
                Check(quantity=f"exponent {i + 1} of a notch of {degrees} degrees", value=float(found[i].real),
                      reference=exact, tolerance=1e-7)
            )  # fmt: skip
    return tuple(checks)


def _bonded(_fine: bool) -> tuple[Check, ...]:
    """A wall of carbon standing on a solid electrolyte: 90 degrees bonded to 180."""
    wall = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    base = Isotropic(youngs_modulus=150e9, poissons_ratio=0.257)
    sectors = [
        Sector(law=base, start_angle=-math.pi, end_angle=0.0),
        Sector(law=wall, start_angle=0.0, end_angle=math.pi / 2),
    ]
    found = corner_exponents(sectors).leading
    return (
        Check(quantity="leading exponent, carbon on LLZO", value=float(found.real), reference=0.608, tolerance=1e-3),
    )


CASES: Final = (
    Case(name="williams", title="Sharp notches", kind="exact", chapter=_CHAPTER, source=_WILLIAMS, run=_notches),
    Case(name="bonded-corner", title="The foot of a wall on an electrolyte", kind="other program", chapter=_CHAPTER,
         source="eigenvalues of the 8 x 8 system of Williams' functions of both materials", run=_bonded),
)  # fmt: skip
