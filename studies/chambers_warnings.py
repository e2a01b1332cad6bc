"""What the answer to the study of an anode must be read with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tubewall.studies.chambers_text import clock
from tubewall.units import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tubewall.studies.chambers_case import ChambersStudy
    from tubewall.studies.chambers_result import Side

# where the compressibility of argon at 25 C leaves 1 by 5 % (physics page 3.1)
_IDEAL_UP_TO: Final = 10e6


def warnings_of(study: ChambersStudy, sides: Sequence[Side]) -> tuple[str, ...]:
    """What an answer must be read with."""
    found = []
    s = study.scatter
    if s.deviation is None and not any((s.wall, s.bore, s.height, s.diffusivity)):
        found.append("[scatter] deviation: 0.025 is a guess; the differences between chambers follow from it")
    if study.protocol.cell is not None and study.protocol.name == "full cell":
        found.append(
            "[protocol] resistance and the open-circuit curve (25 C, no hysteresis) are inputs, not measurements of this cell"
        )
    if any(side.hardest is None for side in sides):
        found.append(
            "the array is too large for the memory to follow its walls: spreads alone, by classes of its chambers"
        )
    found += _full_bores(sides)
    if study.protocol.name == "steps":
        found += _cut_short(sides)
    highest = max(side.highest_gas for side in sides)
    if study.gas.gas_law == "ideal" and highest > _IDEAL_UP_TO:
        found.append(
            f"the gas reaches {show(highest, 'Pa')}, where an ideal gas is no longer within 5 %: see [gas] gas_law"
        )
    lowest = min(float(side.run.pressure.quantiles[:, 0].min()) for side in sides)
    if lowest < 0.99 * study.gas.initial_pressure:
        found.append(f"the gas falls to {show(lowest, 'Pa')}, below the pressure it was closed with")
    return tuple(found)


def _full_bores(sides: Sequence[Side]) -> list[str]:
    """What full bores do, whatever their walls let through."""
    found = []
    for side in sides:
        full = side.full_bores
        if full:
            bores = "1 bore runs" if full == 1 else f"{full} bores run"
            found.append(
                f"{bores} full behind {side.name} walls: lithium then presses with all that the overpotential drives, "
                f"{show(side.highest_lithium, 'Pa')}, whatever gas the walls let through"
            )
    return found


def _cut_short(sides: Sequence[Side]) -> list[str]:
    """Steps of the user's own that ended before they were to, since all bores were full or empty."""
    found = []
    for side in sides:
        short = [end for end in side.run.ends if end.reason in ("full", "empty")]
        if short:
            first = short[0]
            found.append(
                f"step {first.step + 1} of the protocol ended after {clock(first.end - first.start)}, all bores "
                f"{first.reason} ({side.name} walls{f', and {len(short) - 1} more steps' if len(short) > 1 else ''})"
            )
    return found
