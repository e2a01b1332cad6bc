"""The picture of a body by matplotlib alone, where no 3D renderer works: no zoom, and sides behind sides painted over."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.body_scene import BodyScene
from tubewall.view.glyphs import crosses
from tubewall.view.paper import paper, png_of_paper
from tubewall.view.scale import STRESS_COLOURS, stress_name, ticks
from tubewall.view.scene_camera import Camera, camera_for

Floats = NDArray[np.float64]

_INK: Final = "#1a1a1f"
_RED: Final = "#d90d26"
_OPACITY: Final = {"lithium": 0.6, "gas": 0.35}


def flat_picture(scene: BodyScene, size: tuple[int, int]) -> bytes:
    """The PNG file of a scene."""
    figure = paper(size)
    letter = min(size[1] / 1200, size[0] / 1600) * 0.72
    axes: Any = figure.add_axes((0.02, 0.06, 0.72, 0.84))
    every = np.concatenate([scene.points, scene.framing, scene.rest.reshape(-1, 3)])
    camera = camera_for(scene.direction, every, (1000.0, 1000.0), (900.0, 900.0), perspective=scene.look.perspective)
    colours = _skin(axes, scene, camera)
    _lines(axes, scene, camera, letter)
    at = camera.seen(scene.mark[None])[0]
    axes.plot(*at, marker="o", ms=22 * letter, mfc="none", mec=_RED, mew=3 * letter)
    note = f" ({scene.mark_note})" if scene.mark_note else ""
    axes.set_title(scene.mark_text + note, color=_RED, size=34 * letter)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.set_axis_off()
    bar = figure.colorbar(colours, cax=figure.add_axes((0.80, 0.1, 0.03, 0.7)))
    places, words, unit = ticks(*scene.surface.ends)
    bar.set_ticks(places, labels=words)
    bar.ax.tick_params(labelsize=26 * letter)
    figure.text(0.78, 0.84, f"{stress_name(scene.surface.quantity.name)}\nin {unit}", size=28 * letter)
    figure.text(0.5, 0.975, scene.look.title, size=32 * letter, ha="center", va="top")
    figure.text(0.04, 0.03, f"width {shown(scene.metres, 'm')}; {scene.scale_text}", size=26 * letter)
    return png_of_paper(figure)


def _skin(axes: Any, scene: BodyScene, camera: Camera) -> Any:
    """Everything that faces the eye, painted from back to front; what the key's colours belong to."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import Normalize

    surface = scene.surface
    norm = Normalize(*surface.ends)
    key = ScalarMappable(norm=norm, cmap=STRESS_COLOURS)
    if surface.plane:
        axes.tripcolor(
            *camera.seen(scene.points).T, surface.triangles, surface.values, shading="gouraud", cmap=STRESS_COLOURS,
            norm=norm,
        )  # fmt: skip
        return key
    corners = [scene.points[surface.triangles]]
    colours = [colormaps[STRESS_COLOURS](norm(surface.values[surface.triangles].mean(axis=1)))]
    for fluid in surface.fluids:
        corners.append(scene.placed(fluid.points, fluid.displacement)[fluid.triangles])
        colours.append(np.tile([*scene.colour(fluid), _OPACITY[fluid.contents]], (len(fluid.triangles), 1)))
    every, colour = np.concatenate(corners), np.concatenate(colours)
    normal = np.cross(every[:, 1] - every[:, 0], every[:, 2] - every[:, 0])
    size = np.linalg.norm(normal, axis=1)
    slope = (normal @ camera.eye) / np.where(size > 0, size, 1.0)
    facing = slope > 0
    every, colour, slope = every[facing], colour[facing], slope[facing]
    opaque = colour[:, 3] == 1
    colour[opaque, :3] *= (0.55 + 0.45 * slope[opaque])[:, None]
    order = np.argsort((every @ camera.eye).mean(axis=1), kind="stable")
    drawn, shade = every[order], colour[order]
    edge = np.where(shade[:, 3:] == 1, shade, 0.0)
    seen: Any = camera.seen(drawn.reshape(-1, 3)).reshape(-1, 3, 2)
    axes.add_collection(PolyCollection(seen, facecolors=shade, edgecolors=edge, linewidths=0.3))
    return key


def _lines(axes: Any, scene: BodyScene, camera: Camera, letter: float) -> None:
    from matplotlib.collections import LineCollection

    def flat(segments: Floats) -> Floats:
        return camera.seen(segments.reshape(-1, 3)).reshape(-1, 2, 2)

    if scene.surface.plane:
        if len(scene.rest):
            axes.add_collection(LineCollection(list(flat(scene.rest)), colors="#8c8c94", linewidths=1.0 * letter))
        axes.add_collection(LineCollection(list(flat(scene.segments)), colors=_INK, linewidths=1.2 * letter))
    if scene.look.glyphs:
        for segments, colour, _ in crosses(scene):
            axes.add_collection(LineCollection(list(flat(segments)), colors=[colour], linewidths=2.2 * letter))
