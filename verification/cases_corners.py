"""Singular exponents of sharp corners."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import numpy as np

from tubewall.fem.wedge_corner import corner_exponents
from tubewall.fem.wedge_elements import Sector
from tubewall.materials.elastic import Isotropic
from tubewall.verification.case import Case, Check, Outcome
from tubewall.verification.figure import Curve, Figure, Graph

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


def _notches(_fine: bool) -> Outcome:
    """Free notches: sin(lambda a) = -+ lambda sin a for opening and sliding."""
    law = Isotropic(youngs_modulus=60e9, poissons_ratio=0.25)
    checks, points = [], []
    for degrees, brackets in (
        (360, ((0.4, 0.6),)),
        (300, ((0.45, 0.6), (0.6, 0.9))),
        (270, ((0.45, 0.7), (0.8, 0.99))),
    ):
        angle = math.radians(degrees)
        found = corner_exponents([Sector(law=law, start_angle=0.0, end_angle=angle)]).singular
        for i, ((low, high), sign) in enumerate(zip(brackets, (1, -1), strict=False)):
            exact = _root(partial(_williams, angle, sign), low, high)
            points.append((float(degrees), float(found[i].real)))
            checks.append(
                Check(quantity=f"exponent {i + 1} of a notch of {degrees} degrees", value=float(found[i].real),
                      reference=exact, tolerance=1e-7)
            )  # fmt: skip
    return Outcome(checks=tuple(checks), figure=partial(_notch_figure, points))


def _notch_figure(points: Sequence[tuple[float, float]]) -> Figure:
    angles = np.linspace(181.0, 360.0, 90)
    opening = [_root(partial(_williams, math.radians(a), 1), 0.45, 0.9999) for a in angles]
    sliding_angles = np.linspace(258.0, 360.0, 60)
    # the rotation, 1, is a root of the same equation: look below it
    sliding = [_root(partial(_williams, math.radians(a), -1), 0.45, 0.9995) for a in sliding_angles]
    curves = (
        Curve(x=angles, y=opening, label="opening, sin(x a) = -x sin a", style="exact"),
        Curve(x=sliding_angles, y=sliding, label="sliding, sin(x a) = x sin a", style="exact"),
        Curve(x=[a for a, _ in points], y=[x for _, x in points], label="computed"),
    )
    return Figure(
        panels=(Graph(across="angle a of the solid [degrees]", up="exponent x of the displacement", curves=curves),),
        words="The exponents of opening and sliding over the angle of the solid, with the computed ones.",
    )


def _bonded(_fine: bool) -> Outcome:
    """A wall of carbon standing on a solid electrolyte: 90 degrees bonded to 180."""
    value = _foot(150e9)
    check = Check(quantity="leading exponent, carbon on LLZO", value=value, reference=0.608, tolerance=1e-3)
    return Outcome(checks=(check,), figure=_foot_figure)


def _foot(base: float) -> float:
    """The leading exponent of a wall of 60 GPa on a base of the modulus [Pa]."""
    sectors = [
        Sector(law=Isotropic(youngs_modulus=base, poissons_ratio=0.257), start_angle=-math.pi, end_angle=0.0),
        Sector(law=Isotropic(youngs_modulus=60e9, poissons_ratio=0.25), start_angle=0.0, end_angle=math.pi / 2),
    ]
    return float(corner_exponents(sectors).leading.real)


def _foot_figure() -> Figure:
    ratios = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0])
    curves = (
        Curve(x=[2.5], y=[0.608], label="other program, carbon on LLZO", style="printed"),
        Curve(x=ratios, y=[_foot(60e9 * ratio) for ratio in ratios], label="computed"),
        Curve(x=[0.5, 5.0], y=[0.5444837] * 2, label="the same medium: notch of 270 degrees", style="guide"),
    )
    return Figure(
        panels=(Graph(across="modulus of the base / modulus of the wall", up="leading exponent", curves=curves),),
        words="The leading exponent at the foot of a wall over the ratio of the moduli of base and wall.",
    )


CASES: Final = (
    Case(name="williams", title="Sharp notches", kind="exact", chapter=_CHAPTER, source=_WILLIAMS, run=_notches),
    Case(name="bonded-corner", title="The foot of a wall on an electrolyte", kind="other program", chapter=_CHAPTER,
         source="eigenvalues of the 8 x 8 system of Williams' functions of both materials", run=_bonded),
)  # fmt: skip
