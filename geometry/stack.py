"""Stack: the layers that tubules stand in, from the electrolyte to the collector, and how much lithium each chamber holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tubewall.errors import InputError
from tubewall.geometry.array import CellArray
from tubewall.geometry.array_checks import FINEST
from tubewall.geometry.checks import length_or_zero, one_of, positive_length
from tubewall.units import show

#: A body under a fillet is at least so many radii thick: the mesh below is squeezed by one radius.
DEEPEST: Final = 2.0
#: Largest fillet of a bore's end, over the bore.
WIDEST: Final = 0.4
#: Largest fillet of a bore's end, over the wall: the columns of elements below have to lean into the wall.
STEEPEST: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Layers along z: electrolyte, insulator (ELI), tubules, their caps, collector.

    The electrolyte lies in -``electrolyte`` < z < 0. On it lies the insulator, then the walls of ``height``, then caps that
    close the bores, then the collector. Each bore's floor is the electrolyte (``insulator_form="ring"``, or no insulator) or
    the insulator ("film").

    The fillet of a bore's end lies in the body that ends it: the surface there lies one radius deeper and rises along a
    quarter circle into the side of the bore, which stays straight. So neither wall nor insulator has a feather edge.

    Parameters
    ----------
    height : float
        Of the tubules' walls [m].
    electrolyte : float
        Thickness [m].
    insulator : float
        Thickness [m]; 0 for walls rooted in the electrolyte.
    insulator_form : "ring" or "film"
        A ring under each wall, which leaves the bores open to the electrolyte; or a film under walls and bores.
    collector : float
        Thickness [m] of the plate on top; 0 for free-standing tubules.
    cap : float
        Thickness [m] of the end of each tubule, of the wall's material; 0 for none.
    ends : "closed" or "open"
        Closed by caps, the collector or both; or open, then the collector has the bores as holes.
    root_fillet : float
        Radius [m] where the wall stands on a film or on the electrolyte itself.
    insulator_fillet : float
        Radius [m] where a ring stands on the electrolyte.
    cap_fillet : float
        Radius [m] where wall and cap (or collector) meet.
    lithium_level : float or sequence of float
        Height [m] of the lithium above the floor of the bore; one for all chambers, or one for each.

    Raises
    ------
    InputError
        When a length is none, parts do not fit, or the lithium stands above the bore.

    Examples
    --------
    >>> from tubewall.units import nm, um
    >>> stack = Stack(height=20 * um, electrolyte=1 * um, insulator=20 * nm, collector=200 * nm, lithium_level=5 * um)
    >>> round(stack.bore_height / um, 3)
    20.02
    """

    height: float
    electrolyte: float
    insulator: float = 0.0
    insulator_form: str = "ring"
    collector: float = 0.0
    cap: float = 0.0
    ends: str = "closed"
    root_fillet: float = 0.0
    insulator_fillet: float = 0.0
    cap_fillet: float = 0.0
    lithium_level: float | Sequence[float] = 0.0

    def __post_init__(self) -> None:
        for name in ("height", "electrolyte"):
            object.__setattr__(self, name, positive_length(f"Stack.{name}", getattr(self, name)))
        for name in ("insulator", "collector", "cap", "root_fillet", "insulator_fillet", "cap_fillet"):
            value = length_or_zero(f"Stack.{name}", getattr(self, name))
            object.__setattr__(self, name, positive_length(f"Stack.{name}", value) if value else 0.0)
        one_of("Stack.insulator_form", self.insulator_form, ("ring", "film"))
        one_of("Stack.ends", self.ends, ("closed", "open"))
        self._check_ends()
        self._check_fillets()
        self._check_lithium()

    def _check_ends(self) -> None:
        if self.ends == "closed" and self.cap == 0 and self.collector == 0:
            raise InputError("Stack: nothing closes the bores: pass a cap or a collector, or ends='open'")
        if self.ends == "open" and self.cap:
            raise InputError(f"Stack.cap {show(self.cap, 'm')} closes the bores: pass ends='closed', or cap=0")
        if self.ends == "open" and self.cap_fillet:
            raise InputError(f"Stack.cap_fillet {show(self.cap_fillet, 'm')}: open ends have no cap; pass cap_fillet=0")

    def _check_fillets(self) -> None:
        ring = self.insulator > 0 and self.insulator_form == "ring"
        if self.root_fillet and ring:
            raise InputError(
                f"Stack.root_fillet {show(self.root_fillet, 'm')}: wall and insulator ring are flush in the bore; the corner "
                "is the ring's on the electrolyte: pass insulator_fillet, or insulator_form='film'"
            )
        if self.insulator_fillet and not ring:
            raise InputError(
                f"Stack.insulator_fillet {show(self.insulator_fillet, 'm')}: there is no insulator ring on the electrolyte; "
                "pass root_fillet, or an insulator with insulator_form='ring'"
            )
        film = self.insulator > 0 and not ring
        for name, radius, body, thickness in (
            ("root_fillet", self.root_fillet, "insulator" if film else "electrolyte", self._floor_body),
            ("insulator_fillet", self.insulator_fillet, "electrolyte", self.electrolyte),
            ("cap_fillet", self.cap_fillet, "cap" if self.cap else "collector", self.cap or self.collector),
        ):
            if radius and thickness < DEEPEST * radius:
                raise InputError(
                    f"Stack.{name} {show(radius, 'm')} is cut into the {body}, which is only {show(thickness, 'm')} thick: "
                    f"pass {name} <= {show(thickness / DEEPEST, 'm')}, or {body} >= {show(DEEPEST * radius, 'm')}"
                )
        if self.floor_fillet + self.cap_fillet > self.bore_height:
            raise InputError(
                f"Stack: fillets of {show(self.floor_fillet, 'm')} and {show(self.cap_fillet, 'm')} do not fit a bore "
                f"{show(self.bore_height, 'm')} high: pass smaller ones"
            )

    def _check_lithium(self) -> None:
        one = isinstance(self.lithium_level, (int, float, np.floating, str, bool))
        given = [self.lithium_level] if one else list(self.lithium_level)  # type: ignore[arg-type]
        if not given:
            raise InputError("Stack.lithium_level is empty: pass one height, or one for each chamber")
        levels = tuple(length_or_zero("Stack.lithium_level", level) for level in given)
        # what is full but for round-off is full
        levels = tuple(self.bore_height if abs(x - self.bore_height) < 1e-9 * self.bore_height else x for x in levels)
        for chamber, level in enumerate(levels):
            if level > self.bore_height:
                where = "" if one else f" of chamber {chamber}"
                raise InputError(
                    f"Stack.lithium_level{where}, {show(level, 'm')}, stands above the bore, which is "
                    f"{show(self.bore_height, 'm', 6)} high: pass at most that"
                )
        object.__setattr__(self, "lithium_level", levels[0] if one else levels)

    @property
    def is_film(self) -> bool:
        """Whether an insulator lies under the bores too."""
        return self.insulator > 0 and self.insulator_form == "film"

    @property
    def _floor_body(self) -> float:
        return self.insulator if self.is_film else self.electrolyte

    @property
    def floor(self) -> float:
        """Height z [m] of the bores' floor, fillet apart: 0, or the top of a film."""
        return self.insulator if self.is_film else 0.0

    @property
    def root(self) -> float:
        """Height z [m] where the walls begin."""
        return self.insulator

    @property
    def ceiling(self) -> float:
        """Height z [m] where the walls, and the bores, end."""
        return self.insulator + self.height

    @property
    def top(self) -> float:
        """Height z [m] of the top of everything."""
        return self.ceiling + self.cap + self.collector

    @property
    def bore_height(self) -> float:
        """Height [m] of the bores from floor to ceiling, fillets apart."""
        return self.height if self.is_film else self.insulator + self.height

    @property
    def floor_fillet(self) -> float:
        """Radius [m] of the fillet at the bores' floor."""
        return self.root_fillet or self.insulator_fillet

    def levels(self, chambers: int) -> tuple[float, ...]:
        """Lithium level [m] above the floor in each of so many chambers.

        Raises
        ------
        InputError
            When levels are given for another number of chambers.
        """
        if isinstance(self.lithium_level, (int, float)):
            return (float(self.lithium_level),) * chambers
        given = tuple(self.lithium_level)
        if len(given) != chambers:
            raise InputError(
                f"Stack.lithium_level has {len(given)} heights, the drawing {chambers} chambers: pass one for each, or one"
            )
        return given

    def check_fits(self, array: CellArray) -> None:
        """Refuse what cannot be drawn round the bores of ``array``.

        Raises
        ------
        InputError
            When a fillet is too wide for the bore, or a part too thin to draw beside it.
        """
        finest = FINEST * array.bore
        for name in ("root_fillet", "insulator_fillet", "cap_fillet"):
            radius = getattr(self, name)
            widest = min(WIDEST * array.bore, STEEPEST * array.wall)
            if radius > widest:
                raise InputError(
                    f"Stack.{name} {show(radius, 'm')} does not fit a bore of {show(array.bore, 'm')} between walls of "
                    f"{show(array.wall, 'm')}: pass at most {show(widest, 'm')}"
                )
        for name in (
            "height",
            "electrolyte",
            "insulator",
            "collector",
            "cap",
            "root_fillet",
            "insulator_fillet",
            "cap_fillet",
        ):
            length = getattr(self, name)
            if 0 < length < finest:
                raise InputError(
                    f"Stack.{name} {show(length, 'm')} is too small to draw beside a bore of {show(array.bore, 'm')}: "
                    f"pass at least {show(finest, 'm')}, or 0"
                )

        for level in self.levels(1) if isinstance(self.lithium_level, (int, float)) else self.lithium_level:
            if 0 < min(level, self.bore_height - level) < finest:
                raise InputError(
                    f"Stack.lithium_level {show(level, 'm')} is too near to an end of the bore, {show(self.bore_height, 'm', 6)} "
                    f"high, to draw: pass 0, that height, or a level at least {show(finest, 'm')} away from both"
                )

    def chamber_volume(self, array: CellArray) -> float:
        """Volume [m3] of one bore from floor to ceiling, the fillets' hollows counted."""
        hollows = hollow_volume(array, self.floor_fillet) + hollow_volume(array, self.cap_fillet)
        return array.bore_area * self.bore_height + hollows

    def lithium_volume(self, array: CellArray, level: float) -> float:
        """Volume [m3] of lithium in one bore up to a ``level`` [m] above its floor."""
        if level == 0:
            return 0.0
        volume = array.bore_area * level + hollow_volume(array, self.floor_fillet)
        return self.chamber_volume(array) if level >= self.bore_height else volume

    def gas_space(self, array: CellArray, level: float) -> float:
        """Volume [m3] that the lithium at a ``level`` [m] leaves to the gas in one bore."""
        return self.chamber_volume(array) - self.lithium_volume(array, level)


def hollow_volume(array: CellArray, radius: float) -> float:
    """Volume [m3] of the hollow that a fillet of ``radius`` [m] makes at the end of a bore.

    At the angle a of its quarter circle the hollow is radius sin(a) deep, and what is left of the bore's outline is smaller in
    the ratio 1 - q (1 - cos(a)), q = 2 radius / bore. So the fillet is circular where the outline is flat or round, and a
    little wider in the corners of polygons. The volume is A radius ((1 - q)^2 + q (1 - q) pi / 2 + 2 q^2 / 3).
    """
    q = 2 * radius / array.bore
    return array.bore_area * radius * ((1 - q) ** 2 + q * (1 - q) * math.pi / 2 + 2 * q**2 / 3)
