"""One HTML file that shows a body in any browser, to be turned by hand: data inside, no server, no address."""

from __future__ import annotations

import base64
import html
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from tubewall.view.body_scene import BodyScene, body_scene
from tubewall.view.body_skin import OPACITY
from tubewall.view.body_surface import body_surface
from tubewall.view.canvas import INK
from tubewall.view.glyphs import COMPRESSION, TENSION, crosses
from tubewall.view.picture import checked_path
from tubewall.view.scale import STRESS_COLOURS, stress_name
from tubewall.view.scene_look import Look, LookOptions
from tubewall.view.scene_open import Result
from tubewall.view.scene_pack import as_script, packed_floats, packed_whole
from tubewall.view.scene_panel import PANEL
from tubewall.view.scene_script import CORE, SHADERS
from tubewall.view.scene_stage import STAGE
from tubewall.view.scene_template import HINT_PLANE, HINT_SPACE, PAGE, STYLE
from tubewall.whole_files import write_whole

Floats = NDArray[np.float64]

# triangles of a page, about
MOST_TRIANGLES: Final = 120_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """What 1 Pa in each of c chambers makes of a scene; displacement in units of the scene.

    Attributes
    ----------
    names : tuple of str
    pressures, low, high : (c,)
        Where the sliders stand, and from where to where they go [Pa].
    move, stress : (c, n, 3), (c, n, 6)
        At the points.
    lines : (c, 2 s, 3)
        At the ends of all line segments.
    fluids : (c, f, 3)
        At the points of the lithium and gas.
    chamber_of : tuple of int
        The chamber of each fluid, or -1.
    """

    names: tuple[str, ...]
    pressures: Floats
    low: Floats
    high: Floats
    move: Floats
    stress: Floats
    lines: Floats
    fluids: Floats
    chamber_of: tuple[int, ...]


def body_page(
    result: Result, path: str | os.PathLike[str], *, most: int = MOST_TRIANGLES, **look: Unpack[LookOptions]
) -> Path:
    """Write a page that shows a solved body: to turn, to come near, with every stress, the deflection on a slider.

    Parameters
    ----------
    result : FieldSolution, or path of a .vtu that ``tubewall solve`` wrote
    path : str or path
        Ends in ``.html``; written whole or not at all.
    most : int
        About how many triangles the page may hold.
    **look
        As of ``draw_body``.

    Returns
    -------
    Path
        One file of some megabytes that needs neither a server nor the net, only WebGL 2.

    Raises
    ------
    InputError
        As of ``draw_body``.
    """
    target = checked_path(path, ".html")
    wanted = Look(**look)
    scene = body_scene(body_surface(result, wanted, most=most), wanted)
    return write_whole(target, page_of(scene).encode("utf-8"))


def page_of(scene: BodyScene, units: Units | None = None) -> str:
    """The text of the page of a scene, with sliders where unit states of chambers are given."""
    title = scene.look.title or f"tubewall: {stress_name(scene.surface.quantity.name)}"
    parts = {
        "title": html.escape(title),
        "heading": html.escape(scene.look.title),
        "caption": html.escape(scene.caption),
        "style": STYLE,
        "hint": HINT_PLANE if scene.surface.plane else HINT_SPACE,
        "scene": as_script(_data(scene, units)),
        "script": "\n".join((SHADERS, CORE, STAGE, PANEL)),
    }
    # in one pass, so that nothing that is put in is looked at again
    pieces = PAGE.split("@")
    found = [pieces[0]]
    for piece in pieces[1:]:
        name = next((name for name in parts if piece.startswith(name)), None)
        found += ["@", piece] if name is None else [parts[name], piece[len(name) :]]
    return "".join(found)


def _data(scene: BodyScene, units: Units | None) -> dict[str, Any]:
    surface = scene.surface
    return {
        "title": scene.look.title,
        "quantity": surface.quantity.name,
        "metres": scene.metres,
        "magnification": scene.magnification if scene.magnification > 0 else 1e-9,
        "plane": surface.plane,
        "perspective": scene.look.perspective,
        "eye": _angles(scene),
        "ends": list(surface.ends),
        "singular": bool(scene.mark_note) or bool(surface.singular.any()),
        "mark": _mark(scene),
        "colours": _colours(),
        "swatches": [{"colour": list(colour), "words": words} for colour, words in _swatches(scene)],
        "chambers": _chambers(units),
        **_parts(scene, units),
    }


def _parts(scene: BodyScene, units: Units | None) -> dict[str, Any]:
    """Everything that is drawn, packed, with the sets of lines and the fluids in it."""
    surface = scene.surface
    lines, line_move, sets = _lines(scene)
    fluid_points = [_rest(scene, fluid.points) for fluid in surface.fluids]
    counts = np.cumsum([0, *(len(points) for points in fluid_points)])
    fluid_triangles = [f.triangles + start for f, start in zip(surface.fluids, counts, strict=False)]
    firsts = np.cumsum([0, *(3 * len(one) for one in fluid_triangles)])
    nothing = np.zeros((0, 3))
    n, f, s = len(surface.points), int(counts[-1]), len(lines)
    none = Units(
        names=(), pressures=np.zeros(0), low=np.zeros(0), high=np.zeros(0), move=np.zeros((0, n, 3)),
        stress=np.zeros((0, n, 6)), lines=np.zeros((0, s, 3)), fluids=np.zeros((0, f, 3)), chamber_of=(),
    )  # fmt: skip
    each = units or none
    # lines of the body at rest come last and do not move
    unit_lines = np.pad(each.lines, ((0, 0), (0, s - each.lines.shape[1]), (0, 0)))
    fluid_move = np.concatenate([nothing, *(fluid.displacement / scene.metres for fluid in surface.fluids)])

    def without(whole: Floats, unit: Floats) -> Floats:
        """What is left of a state without its chambers' pressures."""
        return whole - np.tensordot(each.pressures, unit, axes=1)

    fluid_rest = np.concatenate([nothing, *fluid_points])
    triangles = np.concatenate([np.zeros((0, 3), dtype=np.int64), *fluid_triangles])
    arrays = {
        "points": packed_floats(_rest(scene, surface.points)),
        "normals": packed_floats(surface.normals, kind="<i1"),
        "triangles": packed_whole(surface.triangles),
        "baseMove": packed_floats(without(surface.displacement / scene.metres, each.move)),
        "baseStress": packed_floats(without(surface.stress, each.stress)),
        "given": packed_floats(surface.values[:, None]),
        "lines": packed_floats(lines),
        "baseLine": packed_floats(without(line_move, unit_lines)),
        "fluidPoints": packed_floats(fluid_rest),
        "fluidNormals": packed_floats(_normals(fluid_rest, triangles), kind="<i1"),
        "fluidTriangles": packed_whole(triangles),
        "baseFluid": packed_floats(without(fluid_move, each.fluids)),
        "unitMove": packed_floats(each.move),
        "unitStress": packed_floats(each.stress),
        "unitLine": packed_floats(unit_lines),
        "unitFluid": packed_floats(each.fluids),
    }
    fluids = [
        {
            "contents": fluid.contents,
            "colour": list(scene.colour(fluid)),
            "opacity": 1.0 if surface.plane else OPACITY[fluid.contents],
            "first": int(firsts[i]),
            "count": 3 * len(fluid.triangles),
            "middle": fluid_points[i].mean(axis=0).tolist(),
            "chamber": each.chamber_of[i] if each.chamber_of else -1,
        }
        for i, fluid in enumerate(surface.fluids)
    ]
    return {"arrays": arrays, "fluids": fluids, "lineSets": sets}


def line_ends(scene: BodyScene) -> tuple[Floats, Floats]:
    """Ends (2 s, 3) [m] of all lines that move with the body, edges first and then rims, and their displacement."""
    surface = scene.surface
    rims = np.concatenate([np.zeros((0, 2, 6)), *(fluid.rims for fluid in surface.fluids)]).reshape(-1, 6)
    index = surface.lines.ravel()
    points = np.concatenate([surface.line_points[index], rims[:, :3]])
    return points, np.concatenate([surface.line_displacement[index], rims[:, 3:]])


def _lines(scene: BodyScene) -> tuple[Floats, Floats, list[dict[str, Any]]]:
    """Ends of all lines, how they move, and which of them belong together."""
    points, moved = line_ends(scene)
    rest, move = [_rest(scene, points)], [moved / scene.metres]
    edges = len(scene.surface.lines)
    rims = len(points) // 2 - edges
    sets = [
        _set("edges", INK, 1.2, 0.0008, 0, edges),
        _set("fluids", (0.4, 0.42, 0.45), 1.2, 0.0008, edges, rims),
    ]
    start = len(points) // 2
    still: Floats
    if len(scene.rest):
        still = _rest(scene, scene.surface.line_points[scene.surface.lines].reshape(-1, 3))
        rest.append(still)
        move.append(np.zeros_like(still))
        sets.insert(0, _set("edges", (0.62, 0.62, 0.66), 1.2, 0.0004, start, edges))
        start += edges
    for segments, colour, moves in crosses(scene) if scene.look.glyphs else []:
        moved = np.repeat(moves / scene.metres, 2, axis=0)
        rest.append(segments.reshape(-1, 3) - scene.magnification * moved)
        move.append(moved)
        sets += [_set("glyphs", (1.0, 1.0, 1.0), 4.4, 0.003, start, len(segments))]
        sets += [_set("glyphs", colour, 2.2, 0.0034, start, len(segments))]
        start += len(segments)
    return np.concatenate(rest), np.concatenate(move), sets


def _set(
    layer: str, colour: tuple[float, float, float], width: float, lift: float, first: int, count: int
) -> dict[str, Any]:
    return {"layer": layer, "colour": list(colour), "width": width, "lift": lift, "first": first, "count": count}


def _rest(scene: BodyScene, points: Floats) -> Floats:
    return np.asarray((points - scene.middle) / scene.metres)


def _mark(scene: BodyScene) -> dict[str, Any]:
    surface = scene.surface
    note = f" ({scene.mark_note})" if scene.mark_note else ""
    return {
        "at": _rest(scene, surface.mark).tolist(),
        "move": (surface.mark_displacement / scene.metres).tolist(),
        "value": surface.mark_value,
        "words": scene.mark_text + note,
    }


def _angles(scene: BodyScene) -> list[float]:
    """Azimuth and height of the eye [rad]."""
    if scene.surface.plane:
        return [-math.pi / 2, math.pi / 2]
    x, y, z = scene.direction.tolist()
    return [math.atan2(y, x) if math.hypot(x, y) > 1e-9 else -math.pi / 2, math.asin(max(-1.0, min(1.0, z)))]


def _swatches(scene: BodyScene) -> list[tuple[tuple[float, float, float], str]]:
    glyphs = [(TENSION, "tension"), (COMPRESSION, "compression")] if scene.look.glyphs else []
    return [*scene.swatches, *glyphs]


def _chambers(units: Units | None) -> list[dict[str, Any]]:
    if units is None:
        return []
    rows = zip(units.names, units.pressures.tolist(), units.low.tolist(), units.high.tolist(), strict=True)
    return [{"name": name, "pressure": at, "low": low, "high": high} for name, at, low, high in rows]


def _normals(points: Floats, triangles: NDArray[np.int64]) -> Floats:
    """Mean normals (n, 3) of the triangles about each point."""
    corners = points[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(points)
    for i in range(3):
        np.add.at(total, triangles[:, i], normal)
    size = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(size > 0, size, 1.0))


def _colours() -> str:
    from matplotlib import colormaps

    table = np.rint(255 * colormaps[STRESS_COLOURS](np.arange(256))[:, :3]).astype(np.uint8)
    return base64.b64encode(table.tobytes()).decode("ascii")
