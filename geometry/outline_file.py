"""A plane drawing as a text that gmsh opens: what is kept when it could not be meshed."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tubewall.errors import InputError
from tubewall.whole_files import write_whole

if TYPE_CHECKING:
    from tubewall.geometry.outline import Outline, Point


def geo_text(outline: Outline) -> str:
    """The drawing in gmsh's own language, with the size wanted at every point; lengths in the units of the drawing."""
    numbers: dict[Point, int] = {}
    groups: dict[str, list[int]] = {}
    lines: list[str] = []

    def point(at: Point) -> int:
        key = (round(at[0], 12), round(at[1], 12))
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            lines.append(f"Point({numbers[key]}) = {{{at[0]!r}, {at[1]!r}, 0, {outline.size(*at)!r}}};")
        return numbers[key]

    for number, curve in enumerate(outline.curves, 1):
        ends = (curve.start, curve.end) if curve.centre is None else (curve.start, curve.centre, curve.end)
        tags = ", ".join(str(point(at)) for at in ends)
        lines.append(f"{'Line' if curve.centre is None else 'Circle'}({number}) = {{{tags}}};")
        if curve.name:
            groups.setdefault(f'Physical Curve("{curve.name}")', []).append(number)
        if curve.cells:
            lines.append(f"Transfinite Curve {{{number}}} = {curve.cells + 1} Using Progression {curve.ratio!r};")
    for number, patch in enumerate(outline.patches, 1):
        way = ", ".join(str(sign * (k + 1)) for k, sign in patch.way)
        lines.append(f"Curve Loop({number}) = {{{way}}};")
        lines.append(f"Plane Surface({number}) = {{{number}}};")
        groups.setdefault(f'Physical Surface("{patch.region}")', []).append(number)
        if patch.corners:
            corners = ", ".join(str(point(at)) for at in patch.corners)
            lines.append(f"Transfinite Surface {{{number}}} = {{{corners}}} Alternate;")
    lines.extend(f"{name} = {{{', '.join(map(str, members))}}};" for name, members in groups.items())
    return "\n".join(lines) + "\n"


def keep_drawing(outline: Outline) -> str:
    """Write the drawing to a new file in the system's folder for such files; where it is, in words."""
    try:
        path = Path(tempfile.gettempdir()) / f"tubewall-drawing-{secrets.token_hex(8)}.geo"
        write_whole(path, geo_text(outline))
    except (OSError, InputError) as error:
        return f"the drawing could not be saved either ({error})"
    return f"the drawing is saved in {path}, which gmsh opens"
