"""The numbers a picture states about itself: magnification, ticks, length of the scale bar, colours of chambers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tubewall.errors import InputError
from tubewall.units import show
from tubewall.view.field import Field2D, Maximum
from tubewall.view.outline import Hole, signed_area
from tubewall.view.subdivision import Soup, flat_areas

# the largest deflection is drawn as this part of the narrowest chamber's width
_SHARE_OF_CHAMBER = 0.12
_SMALLEST_LEFT = 0.2
STRESS_COLOURS = "viridis"
# of the size of the section; anything smaller is rounding
SMALLEST_DEFLECTION = 1e-12


def magnification(soup: Soup, holes: Sequence[Hole], size: float) -> float:
    """How many times the displacement is drawn: 1, 2 or 5 times a power of ten, so that the deflection is visible.

    The largest displacement becomes at most 12 % of the narrowest chamber (without chambers: 4 % of the
    section); less where a triangle would turn inside out or a chamber close. Displacements under 1e-12 of the section
    are rounding and are drawn as they are.
    """
    moves = soup.displacement
    largest = float(np.hypot(moves[:, 0], moves[:, 1]).max())
    if largest < SMALLEST_DEFLECTION * size:
        return 1.0
    target = _SHARE_OF_CHAMBER * min(h.width for h in holes) if holes else 0.04 * size
    scale = nice_below(target / largest)
    before = flat_areas(soup.points[soup.triangles])
    for _ in range(40):
        after = flat_areas((soup.points + scale * moves)[soup.triangles])
        open_holes = all(signed_area(h.deformed(scale)) < _SMALLEST_LEFT * signed_area(h.points) for h in holes)
        if open_holes and np.all(after > _SMALLEST_LEFT * before):
            return scale
        scale = nice_below(0.99 * scale)
    raise InputError(
        "the displacements turn the section inside out at any scale: check the unit of Field2D.displacement"
    )


def checked_magnification(value: float) -> float:
    """``value`` when it is a finite number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise InputError(f"magnification must be a finite number >= 0, got {value!r}")
    return float(value)


def nice_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above ``value``."""
    power = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return max(k for k in (1.0, 2.0, 5.0) if k * power <= value * (1 + 1e-9)) * power


def times(scale: float) -> str:
    """A magnification in words: '200 x', '0.05 x'."""
    return f"{scale:,.0f} ×".replace(",", " ") if scale >= 1 else f"{scale:.3g} ×"


def colour_range(field: Field2D, given: tuple[float, float] | None) -> tuple[float, float]:
    """The ends of the colour bar [Pa]: those given, otherwise from the least value to the marked maximum."""
    if given is None:
        low, high = float(field.values.min()), max(float(field.values.max()), field.peak.value)
        return (low, high) if high > low else (low - 0.5 * abs(low) - 0.5, high + 0.5 * abs(high) + 0.5)
    try:
        low, high = (float(v) for v in given)
    except (TypeError, ValueError) as error:
        raise InputError(f"colour_range must be two stresses (low, high) [Pa], got {given!r}") from error
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"colour_range must go from low to high [Pa], got {low:g} .. {high:g}")
    return low, high


def ticks(low: float, high: float) -> tuple[list[float], list[str], str]:
    """Round values between ``low`` and ``high`` [Pa], their texts, and the unit of the texts."""
    top = max(abs(low), abs(high))
    unit, factor = next(
        (u, f) for u, f in (("GPa", 1e9), ("MPa", 1e6), ("kPa", 1e3), ("Pa", 1.0)) if top >= f or f == 1.0
    )
    step = nice_below((high - low) / 4)
    places = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    decimals = max(0, -math.floor(math.log10(step / factor) + 1e-9))
    return places, [f"{p / factor:.{decimals}f}" for p in places], unit


def end_texts(low: float, high: float) -> tuple[str, str]:
    """The ends of the colour bar to three digits, in the unit of its ticks."""
    factor = {"GPa": 1e9, "MPa": 1e6, "kPa": 1e3, "Pa": 1.0}[ticks(low, high)[2]]
    return f"{low / factor:.3g}", f"{high / factor:.3g}"


def bar_length(width: float) -> float:
    """Length of the scale bar [m] for a picture ``width`` [m] wide."""
    return nice_below(0.25 * width)


def stress_name(name: str) -> str:
    """What a quantity is called in a picture: people's names are written large."""
    return name.replace("mises", "Mises").replace("tresca", "Tresca")


def maximum_text(peak: Maximum) -> str:
    """The label of the marked maximum: '42.3 MPa'."""
    return f"max {show(peak.value, 'Pa')}"


def chamber_text(hole: Hole) -> str:
    """The label of a chamber: what is in it and its absolute pressure."""
    inside = "Li" if hole.chamber.contents == "lithium" else "gas"
    return f"{inside}\n{show(hole.chamber.pressure, 'Pa')}"


def gas_colours(holes: Sequence[Hole], gas_top: float | None = None) -> list[tuple[float, float, float]]:
    """A colour per chamber: gas from pale to mid blue with its pressure, lithium silver; all paler than the walls.

    ``gas_top`` is the pressure [Pa] of the deepest blue, without it the highest of these chambers.
    """
    gas = [h.chamber.pressure for h in holes if h.chamber.contents == "gas"]
    top = gas_top or max(gas, default=1.0) or 1.0
    return [lithium_grey() if h.chamber.contents == "lithium" else gas_blue(h.chamber.pressure / top) for h in holes]


def gas_blue(share: float) -> tuple[float, float, float]:
    """From almost white (share 0) to mid blue (share 1 of the highest gas pressure), red, green, blue in 0 .. 1."""
    pale, deep = np.array([0.945, 0.965, 0.985]), np.array([0.50, 0.70, 0.87])
    r, g, b = (pale + (deep - pale) * min(max(share, 0.0), 1.0)).tolist()
    return r, g, b


def lithium_grey() -> tuple[float, float, float]:
    """The colour of lithium, red, green, blue in 0 .. 1."""
    return 0.78, 0.78, 0.77


def swatches(holes: Sequence[Hole], shown: Sequence[Hole]) -> list[tuple[tuple[float, float, float], str]]:
    """A colour and its words for every pressure in ``shown``, of all ``holes``; of more than five the two ends."""
    colours = {id(hole): colour for hole, colour in zip(holes, gas_colours(holes), strict=True)}
    ordered = sorted(shown, key=lambda hole: hole.chamber.pressure)
    named = {chamber_text(hole).replace("\n", " "): colours[id(hole)] for hole in ordered}
    words = list(named)
    if len(words) > 5:
        return [(named[words[0]], words[0]), (named[words[-1]], f"to {words[-1]}")]
    return [(named[w], w) for w in words]


def zoom_width(holes: Sequence[Hole], size: float) -> float:
    """Width of what the zoom shows [m]: somewhat under a third of the widest chamber."""
    return 0.3 * max((h.width for h in holes), default=0.4 * size)
