"""What a case of the verification book is: a problem, where its answer comes from, and checks against it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tubewall.errors import InputError

if TYPE_CHECKING:
    from tubewall.verification.figure import Figure

#: For ``Case.checked``: where closed forms are tested without finite elements.
TESTED = "the closed form is tested on its own in `tests/unit/test_verification_closed_forms.py`"
Kind = Literal["exact", "series", "published", "other program"]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One computed number beside its reference.

    Attributes
    ----------
    quantity : str
        What it is, with the element or mesh where there are several.
    value, reference : float
        In ``unit``.
    tolerance : float
        Largest allowed |value - reference| / scale.
    unit : str
        "" for a pure number.
    scale : float, optional
        What the error is divided by; by default |reference|. A check of an error itself has reference 0 and scale 1.
    kind, source : optional
        Of this check, where they differ from the case's.
    """

    quantity: str
    value: float
    reference: float
    tolerance: float
    unit: str = ""
    scale: float | None = None
    kind: Kind | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.scale is None and self.reference == 0:
            raise InputError(f"check '{self.quantity}': a reference of 0 needs a scale")
        if not (self.tolerance > 0 and self.divisor > 0):
            raise InputError(f"check '{self.quantity}': tolerance and scale must be positive")

    @property
    def divisor(self) -> float:
        """What the error is divided by."""
        return abs(self.reference) if self.scale is None else self.scale

    @property
    def wanted(self) -> float:
        """The reference as it is shown: 0 where it is the rounding of a closed form."""
        return 0.0 if abs(self.reference) < 1e-12 * self.divisor else self.reference

    @property
    def error(self) -> float:
        """(value - reference) / scale."""
        return (self.value - self.reference) / self.divisor

    @property
    def passed(self) -> bool:
        """Whether the value is a number within the tolerance."""
        return math.isfinite(self.value) and abs(self.error) <= self.tolerance


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a case computed: its checks, and what makes its figure, called only where pages are written."""

    checks: tuple[Check, ...]
    figure: Callable[[], Figure]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A problem of the book.

    Attributes
    ----------
    name : str
        Short, for the command line: letters, digits and dashes.
    title : str
        One line.
    kind : {"exact", "series", "published", "other program"}
        Where the reference comes from: a closed form, a series or small system evaluated here, a printed number, or
        another program's result.
    source : str
        Author, year, book and section, or report and test.
    chapter : str
        Of the book; each case has a page there, of its own name.
    checked : str
        Where the reference was seen or how it was tested on its own; empty for what is quoted from memory, which its page says.
    run : callable
        ``run(fine)`` solves it and gives its checks and figure; ``fine`` takes the finer of two meshes.
    slow : bool
        Takes more than about two seconds: tests run it with the long ones.
    """

    name: str
    title: str
    kind: Kind
    source: str
    chapter: str
    run: Callable[[bool], Outcome]
    slow: bool = False
    checked: str = ""
