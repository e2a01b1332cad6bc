"""The picture of a body by VTK: the scene, a near view of the mark, the key."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tubewall.units import show as shown
from tubewall.view.body_near import draw_near
from tubewall.view.body_scene import BodyScene
from tubewall.view.body_skin import aim, draw_bodies, draw_ring
from tubewall.view.canvas import INK, MARK, Canvas
from tubewall.view.glyphs import COMPRESSION, TENSION
from tubewall.view.scale import bar_length, stress_name
from tubewall.view.scene_camera import Camera, camera_for, hidden

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]


def draw_scene(screen: Canvas, scene: BodyScene, *, moving: bool = False) -> None:
    """Fill a canvas; with ``moving``, in a window that is turned by hand, without what belongs to one view."""
    main = screen.pane_size("main")
    letter = screen.letter
    room = (main[0] - 90 * letter, main[1] - (250 if scene.look.title else 210) * letter)
    fluids = [scene.placed(f.points, f.displacement) for f in scene.surface.fluids]
    every = np.concatenate([scene.points, scene.framing, scene.rest.reshape(-1, 3), *fluids])
    camera = camera_for(scene.direction, every, main, room, perspective=scene.look.perspective)
    screen.enter("main")
    draw_bodies(screen, scene, camera)
    aim(screen, camera)
    _marked(screen, scene, camera, moving=moving)
    if scene.look.title:
        screen.text(scene.look.title, (0.5, 1 - 14 * letter / main[1]), 32, up="top", pane=True)
    screen.text(scene.scale_text, (0.97, 25 * letter / main[1]), 28, across="right", pane=True)
    if not moving:
        _bar(screen, scene, camera)
        if not scene.surface.plane:
            _triad(screen, scene, camera)
    draw_near(screen, scene, camera)
    screen.colour_bar(stress_name(scene.surface.quantity.name), scene.surface.ends, _swatches(scene))


def _swatches(scene: BodyScene) -> list[tuple[Colour, str]]:
    crosses_of = [(TENSION, "tension"), (COMPRESSION, "compression")] if scene.look.glyphs else []
    return [*scene.swatches, *crosses_of]


def _marked(screen: Canvas, scene: BodyScene, camera: Camera, *, moving: bool) -> None:
    """A ring round the mark, and a line from it to its label above the body."""
    letter = screen.letter
    at = camera.seen(scene.mark[None])[0]
    behind = not scene.surface.plane and hidden(scene.points, scene.surface.triangles, scene.mark, camera.eye)
    draw_ring(screen, camera, at, 12 * letter, dashed=behind and not moving)
    notes = [part for part in (scene.mark_note, "behind" if behind and not moving else "") if part]
    words = scene.mark_text + (f" ({', '.join(notes)})" if notes else "")
    if moving:
        row = (62 if scene.look.title else 14) * letter
        screen.text(words, (0.5, 1 - row / camera.size[1]), 34, colour=MARK, up="top", pane=True)
        return
    top = camera.seen(scene.points)[:, 1].max()
    end = np.array([at[0] + (90.0 if at[0] < 0 else -90.0) * letter, top + 34 * letter])
    away = (end - at) / np.linalg.norm(end - at)
    lead = np.array([at + 12 * letter * away, end])
    screen.lines([camera.on_paper(lead)], (1.0, 1.0, 1.0), 6.0)
    screen.lines([camera.on_paper(lead, 1)], MARK, 2.5)
    half = 0.5 * camera.size[0]
    share = (end[0] + half) / camera.size[0]
    across = "left" if share < 0.3 else "right" if share > 0.7 else "center"
    screen.text(words, camera.on_paper(end[None])[0].tolist(), 34, colour=MARK, up="bottom", across=across, paper=1.0)


def _bar(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    letter, (width, height) = screen.letter, camera.size
    length = bar_length(0.6 * width * camera.pixel * scene.metres)
    left = np.array([-0.46 * width, -0.5 * height + 40 * letter])
    right = left + np.array([length / scene.metres / camera.pixel, 0.0])
    tick = np.array([0.0, 8 * letter])
    for pair in ((left, right), (left - tick, left + tick), (right - tick, right + tick)):
        screen.lines([camera.on_paper(np.array(pair))], INK, 3.5)
    words = shown(length, "m") + (" in the middle" if camera.perspective else "")
    at = camera.on_paper((right + np.array([14 * letter, 0.0]))[None])[0].tolist()
    screen.text(words, at, 30, across="left")


def _triad(screen: Canvas, scene: BodyScene, camera: Camera) -> None:
    """The directions x, y, z in the corner where they hide the least, the lower right if they may; outlined in white."""
    letter, (width, height) = screen.letter, camera.size
    corners = np.array([(1, -1), (-1, -1), (-1, 1), (1, 1)])
    # the lower ones stand above the scale bar and the words beside it, the upper ones below the title
    starts = corners * (0.5 * np.array([width, height]) - 145 * letter)
    seen = camera.seen(scene.points)
    covered = [int((np.abs(seen - start) < 110 * letter).all(axis=1).sum()) for start in starts]
    start = starts[int(np.argmin(covered))]
    arms = [80 * letter * np.array([axis @ camera.right, axis @ camera.up]) for axis in np.eye(3)]
    for colour, thick, layer in (((1.0, 1.0, 1.0), 6.0, 0), (INK, 2.5, 1)):
        screen.lines([camera.on_paper(np.array([start, start + arm]), layer) for arm in arms], colour, thick)
    for arm, name in zip(arms, "xyz", strict=True):
        if np.linalg.norm(arm) > 12 * letter:
            end = start + arm * (1 + 20 * letter / np.linalg.norm(arm))
            screen.text(name, camera.on_paper(end[None])[0].tolist(), 28, paper=0.7)
